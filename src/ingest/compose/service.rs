//! One service as a Compose file states it.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Scope, Text};
use crate::source::{Kind, Span, View};

/// A variable of a service's environment.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) span: Span,
    /// `None`: only its name stands there, and no `.env` file has it.
    pub(super) value: Option<Text>,
}

/// An entry of `env_file`.
#[derive(Clone, Debug)]
pub(super) struct EnvFile {
    pub(super) path: Text,
    pub(super) required: bool,
    /// Folders that the path is seen from.
    pub(super) folders: Vec<camino::Utf8PathBuf>,
}

/// A file that a service mounts: from a path, or of the project's `configs`.
#[derive(Clone, Debug)]
pub(super) enum Mount {
    /// Seen from these folders.
    File(Text, Vec<camino::Utf8PathBuf>),
    Config(String),
}

/// An entry of `depends_on`.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    pub(super) span: Span,
    /// False where it says `required: false`.
    pub(super) required: bool,
    /// The other must serve (be healthy, or have done its work), not only run.
    pub(super) serving: bool,
}

/// Another service that this one cannot run without: whose network or process space it is in.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) span: Span,
}

/// What `deploy` and `scale` say.
#[derive(Clone, Debug, Default)]
pub(super) struct Deploy {
    pub(super) replicas: Option<(u64, Span)>,
    pub(super) scale: Option<(u64, Span)>,
    pub(super) mode: Option<Text>,
    pub(super) constraints: Vec<Text>,
    pub(super) max_per_node: Option<(u64, Span)>,
    /// The first key that only Swarm knows.
    pub(super) swarm: Option<Span>,
}

/// A service, merged from all that state it.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// Every place that states it, in the order of merging. Never empty.
    pub(super) places: Vec<Span>,
    /// It has an image, or says how to build one.
    pub(super) is_runnable: bool,
    pub(super) image: Option<Text>,
    pub(super) environment: BTreeMap<String, Variable>,
    pub(super) env_files: Vec<EnvFile>,
    pub(super) depends_on: BTreeMap<String, Dependency>,
    /// By the name under which the service sees the other.
    pub(super) links: BTreeMap<String, Named>,
    pub(super) external_links: BTreeMap<String, Named>,
    /// By `network_mode`, `pid`, `ipc`.
    pub(super) joins: BTreeMap<&'static str, Named>,
    pub(super) volumes_from: Vec<Named>,
    pub(super) mounts: Vec<Mount>,
    pub(super) entrypoint: Option<Vec<Text>>,
    pub(super) command: Option<Vec<Text>>,
    pub(super) container_name: Option<Text>,
    pub(super) hostname: Option<Text>,
    /// Further names on its networks.
    pub(super) aliases: BTreeSet<String>,
    /// Names that it resolves by itself.
    pub(super) extra_hosts: BTreeMap<String, Text>,
    pub(super) profiles: BTreeMap<String, Span>,
    pub(super) deploy: Deploy,
    /// All that was stated before it goes (`!override` on the service).
    pub(super) replaces: bool,
    /// Keys whose former value goes (`!override`, `!reset`).
    pub(super) cleared: BTreeSet<&'static str>,
    /// Entries of a key that go (`!reset` on them).
    pub(super) dropped: BTreeSet<(&'static str, String)>,
}

/// Keys that mean something here.
const KEYS: [&str; 22] = [
    "environment",
    "env_file",
    "depends_on",
    "links",
    "external_links",
    "network_mode",
    "pid",
    "ipc",
    "volumes_from",
    "volumes",
    "configs",
    "entrypoint",
    "command",
    "container_name",
    "hostname",
    "networks",
    "extra_hosts",
    "profiles",
    "deploy",
    "scale",
    "image",
    "build",
];

/// Keys of `deploy` that only Swarm acts upon.
const SWARM_KEYS: [&str; 5] = [
    "mode",
    "placement",
    "endpoint_mode",
    "update_config",
    "rollback_config",
];

impl Service {
    /// Reads the service that stands at `view` under a key at `key`.
    pub(super) fn read(key: Span, view: View<'_>, scope: &Scope<'_>) -> Self {
        let mut service = Self {
            places: vec![key],
            is_runnable: false,
            image: None,
            environment: BTreeMap::new(),
            env_files: Vec::new(),
            depends_on: BTreeMap::new(),
            links: BTreeMap::new(),
            external_links: BTreeMap::new(),
            joins: BTreeMap::new(),
            volumes_from: Vec::new(),
            mounts: Vec::new(),
            entrypoint: None,
            command: None,
            container_name: None,
            hostname: None,
            aliases: BTreeSet::new(),
            extra_hosts: BTreeMap::new(),
            profiles: BTreeMap::new(),
            deploy: Deploy::default(),
            replaces: is_tagged(view, "!override"),
            cleared: BTreeSet::new(),
            dropped: BTreeSet::new(),
        };
        if view.kind() != Kind::Mapping {
            return service;
        }
        for key in KEYS {
            let Some(value) = scope.get(view, key) else {
                continue;
            };
            let resets = is_tagged(value, "!reset");
            if resets || is_tagged(value, "!override") {
                service.cleared.insert(key);
            }
            if !resets {
                service.take(key, value, scope);
            }
            for (name, _, entry) in scope.entries(value) {
                if is_tagged(entry, "!reset") {
                    service.drop_entry(key, name);
                    service.dropped.insert((key, name.to_owned()));
                }
            }
        }
        service
    }

    fn take(&mut self, key: &'static str, value: View<'_>, scope: &Scope<'_>) {
        match key {
            "image" => {
                self.is_runnable = true;
                self.image = scope.text(value);
            }
            "build" => self.is_runnable = true,
            "environment" => {
                for (name, span, value) in scope.pairs(value, '=') {
                    let known = || scope.variables.get(&name).cloned();
                    let value = value.or_else(|| {
                        Some(Text {
                            value: known()?,
                            span,
                            missing: Vec::new(),
                            raw: None,
                        })
                    });
                    let span = value.as_ref().map_or(span, |text| text.span);
                    self.environment.insert(name, Variable { span, value });
                }
            }
            "env_file" => self.read_env_files(value, scope),
            "depends_on" => self.read_depends_on(value, scope),
            "links" => self.links.extend(links(value, scope)),
            "external_links" => self.external_links.extend(links(value, scope)),
            "network_mode" | "pid" | "ipc" => {
                let joined = scope.text(value).and_then(|text| {
                    let name = text.value.strip_prefix("service:")?.trim().to_owned();
                    let span = text.span;
                    Some(Named { name, span })
                });
                self.joins.extend(joined.map(|joined| (key, joined)));
            }
            "volumes_from" => {
                for text in scope.texts(value) {
                    let mut parts = text.value.split(':');
                    let name = match parts.next() {
                        Some("container") | None => continue,
                        Some(name) => name.to_owned(),
                    };
                    let span = text.span;
                    self.volumes_from.push(Named { name, span });
                }
            }
            "volumes" => self.read_volumes(value, scope),
            "configs" => {
                for item in scope.items(value) {
                    let name = match item.kind() {
                        Kind::Mapping => scope.text_of(item, "source"),
                        _ => scope.text(item),
                    };
                    self.mounts
                        .extend(name.map(|name| Mount::Config(name.value)));
                }
            }
            "entrypoint" => self.entrypoint = Some(words(value, scope)),
            "command" => self.command = Some(words(value, scope)),
            "container_name" => self.container_name = scope.text(value),
            "hostname" => self.hostname = scope.text(value),
            "networks" => {
                for (_, _, network) in scope.entries(value) {
                    let aliases = scope.texts_of(network, "aliases").into_iter();
                    self.aliases.extend(aliases.map(|alias| alias.value));
                }
            }
            "extra_hosts" => self.read_extra_hosts(value, scope),
            "profiles" => {
                let names = scope.texts(value).into_iter();
                self.profiles
                    .extend(names.map(|name| (name.value, name.span)));
            }
            "deploy" => self.deploy.read(value, scope),
            "scale" => {
                self.deploy.scale = scope.text(value).and_then(|text| {
                    let count = text.value.trim().parse().ok()?;
                    Some((count, text.span))
                });
            }
            _ => {}
        }
    }

    fn read_env_files(&mut self, value: View<'_>, scope: &Scope<'_>) {
        let views = match value.kind() {
            Kind::Sequence => scope.items(value),
            _ => vec![value],
        };
        for view in views {
            let (path, required) = match view.kind() {
                Kind::Mapping => {
                    let required = scope.text_of(view, "required");
                    let required = required.is_none_or(|text| text.value != "false");
                    (scope.text_of(view, "path"), required)
                }
                _ => (scope.text(view), true),
            };
            self.env_files.extend(path.map(|path| EnvFile {
                path,
                required,
                folders: scope.folders.to_vec(),
            }));
        }
    }

    /// `./here:/there:ro`, or `{type: bind, source: ./here}`. Volumes with a name hold no files
    /// of the project.
    fn read_volumes(&mut self, value: View<'_>, scope: &Scope<'_>) {
        for item in scope.items(value) {
            let source = match item.kind() {
                Kind::Mapping => scope.text_of(item, "source"),
                _ => scope.text(item).map(|text| {
                    let source = text.value.split(':').next().unwrap_or_default();
                    let value = source.to_owned();
                    Text { value, ..text }
                }),
            };
            let path = source.filter(|source| source.value.starts_with(['.', '/']));
            self.mounts
                .extend(path.map(|path| Mount::File(path, scope.folders.to_vec())));
        }
    }

    fn read_depends_on(&mut self, value: View<'_>, scope: &Scope<'_>) {
        if value.kind() != Kind::Mapping {
            for text in scope.texts(value) {
                let span = text.span;
                let dependency = Dependency {
                    span,
                    required: true,
                    serving: false,
                };
                self.depends_on.insert(text.value, dependency);
            }
            return;
        }
        for (name, key, options) in scope.entries(value) {
            let required = scope.text_of(options, "required");
            let condition = scope.text_of(options, "condition");
            let dependency = Dependency {
                span: key.span(),
                required: required.is_none_or(|text| text.value != "false"),
                serving: condition.is_some_and(|text| text.value != "service_started"),
            };
            self.depends_on.insert(name.to_owned(), dependency);
        }
    }

    /// `{name: address}`, `[name=address]` or `[name:address]`.
    fn read_extra_hosts(&mut self, value: View<'_>, scope: &Scope<'_>) {
        for (name, _, address) in scope.pairs(value, '=') {
            if let Some(address) = address {
                self.extra_hosts.insert(name.to_ascii_lowercase(), address);
            }
        }
        if value.kind() == Kind::Sequence {
            for text in scope.texts(value) {
                if let Some((name, address)) = text.value.split_once(':')
                    && !name.contains('=')
                {
                    let (name, value) = (name.trim().to_ascii_lowercase(), address.to_owned());
                    self.extra_hosts.insert(name, Text { value, ..text });
                }
            }
        }
    }
}

/// True for a value with this tag of the Compose specification.
pub(super) fn is_tagged(view: View<'_>, tag: &str) -> bool {
    view.tag().is_some_and(|own| own.ends_with(tag))
}

impl Deploy {
    fn read(&mut self, view: View<'_>, scope: &Scope<'_>) {
        for key in SWARM_KEYS {
            let found = scope.get(view, key).map(View::span);
            self.swarm = self.swarm.or(found);
        }
        self.replicas = scope.count_of(view, "replicas");
        self.mode = scope.text_of(view, "mode");
        if let Some(placement) = scope.get(view, "placement") {
            self.constraints = scope.texts_of(placement, "constraints");
            self.max_per_node = scope.count_of(placement, "max_replicas_per_node");
        }
    }
}

/// `service` or `service:alias`, by alias.
fn links(value: View<'_>, scope: &Scope<'_>) -> Vec<(String, Named)> {
    let texts = scope.texts(value).into_iter();
    texts
        .map(|text| {
            let (name, alias) = text
                .value
                .split_once(':')
                .unwrap_or((&text.value, &text.value));
            let (name, alias) = (name.to_owned(), alias.to_ascii_lowercase());
            let span = text.span;
            (alias, Named { name, span })
        })
        .collect()
}

/// The words of a command: a list as it is, a text divided as a shell does.
fn words(value: View<'_>, scope: &Scope<'_>) -> Vec<Text> {
    if value.kind() == Kind::Sequence {
        return scope.texts(value);
    }
    let Some(text) = scope.text(value) else {
        return Vec::new();
    };
    let words = divided(&text.value).into_iter();
    words
        .map(|value| Text {
            value,
            span: text.span,
            missing: text.missing.clone(),
            raw: None,
        })
        .collect()
}

/// Divides a command at white space outside of quotes, and removes the quotes. O(length).
fn divided(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                if let Some(next) = chars.next() {
                    // Inside double quotes only a few characters can be escaped.
                    if quote.is_some() && !matches!(next, '"' | '\\' | '$' | '`') {
                        word.get_or_insert_default().push('\\');
                    }
                    word.get_or_insert_default().push(next);
                }
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::divided;

    #[test]
    fn commands_are_divided_as_a_shell_does() {
        for (text, want) in [
            ("a b  c", vec!["a", "b", "c"]),
            (
                "sh -c 'nc -z db 1; x' \"\"",
                vec!["sh", "-c", "nc -z db 1; x", ""],
            ),
            (r#"a\ b "c\"d\n" 'e\f'"#, vec!["a b", r#"c"d\n"#, r"e\f"]),
            ("'open", vec!["open"]),
            ("", vec![]),
        ] {
            assert_eq!(divided(text), want, "{text}");
        }
    }
}
