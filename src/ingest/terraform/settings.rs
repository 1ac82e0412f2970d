//! What the settings of a resource name: environments, start scripts, definitions of containers.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::estate::{At, Estate};
use super::value::{Data, Val};
use crate::ingest::endpoint::{
    Endpoint, Form, HostKind, Purpose, addresses, host, script, variable,
};
use crate::source::{FileId, Limits, Span, json};

/// Longest text that is looked into.
const LONGEST: usize = 256 << 10;
/// Deepest nesting of settings.
const DEEPEST: usize = 12;

/// Something that a setting names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    pub(super) of: Named,
    pub(super) soft: bool,
    /// A script waits for it, or asks it once: needed to start.
    pub(super) start: bool,
    pub(super) span: Span,
}

/// What is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// Any of these nodes.
    Nodes(BTreeSet<At>),
    /// A host that no resource has.
    Host(String, Sort),
}

/// What a host that nobody has is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Of the Internet: an outside party.
    Outside,
    /// Of some private network: somebody should know it.
    Private,
}

/// All that the settings of `at`, and those of its templates, name. `own`: nodes that are itself.
pub(super) fn mentions(estate: &Estate<'_>, at: At) -> BTreeSet<Mention> {
    let mut reader = Reader {
        estate,
        root: 0,
        found: BTreeSet::new(),
    };
    let mut all = estate.templates(at);
    all.insert(at);
    for at in all {
        let Some(entry) = estate.entry(at) else {
            continue;
        };
        reader.root = entry.root;
        for path in entry.row.map_or(&[][..], |row| row.texts) {
            for value in entry.resource.values.at(path) {
                reader.value("", value, 0);
            }
        }
    }
    reader.found
}

struct Reader<'a, 'b> {
    estate: &'a Estate<'b>,
    root: usize,
    found: BTreeSet<Mention>,
}

impl Reader<'_, '_> {
    /// One value under a name; "" where it has none.
    fn value(&mut self, name: &str, value: &Val, depth: usize) {
        if depth > DEEPEST || !self.estate.budget.spend(2) {
            return;
        }
        match &value.data {
            Data::Map(pairs) => {
                // `{name: DB_HOST, value: ...}` as containers have it.
                let text = |key: &str| value.get(key).and_then(Val::as_text);
                if let (Some(own), Some(inner)) = (text("name").or(text("key")), value.get("value"))
                {
                    self.value(own, inner, depth + 1);
                    return;
                }
                for (key, inner) in pairs.iter() {
                    if is_setting(key, depth) {
                        self.value(key, inner, depth + 1);
                    }
                }
            }
            Data::List(items) => {
                for item in items.iter() {
                    self.value(name, item, depth + 1);
                }
            }
            Data::Text(text) => self.text(name, text, value, depth),
            Data::Unknown(_) => self.references(name, value),
            Data::Null | Data::Bool(_) | Data::Number(_) => {}
        }
    }

    fn text(&mut self, name: &str, text: &Rc<str>, value: &Val, depth: usize) {
        // A text made of what another resource says names that resource.
        if value.from.is_some() {
            self.references(name, value);
            return;
        }
        if text.len() > LONGEST || !self.estate.budget.spend(text.len() / 16) {
            return;
        }
        let begins = text.trim_start();
        if name.is_empty() && begins.starts_with(['[', '{']) {
            // Definitions of containers are JSON inside a text.
            let reading = json::read(FileId(0), text, &Limits::default());
            if let Some(document) = reading.documents.first() {
                let inner = placed(&Val::of_json(document.root()), value.span, 0);
                self.value(name, &inner, depth + 1);
            }
            return;
        }
        if text.contains('\n') {
            self.script(text, value.span);
            return;
        }
        self.setting(name, text, value.span);
    }

    /// A script: what it asks, and the settings that it makes.
    fn script(&mut self, text: &str, span: Span) {
        for probe in script::probes(text) {
            let sort = Purpose::Host;
            self.endpoints(&[probe.endpoint], "", sort, probe.waits, span);
        }
        for line in text.lines().take(5_000) {
            let line = line
                .trim()
                .trim_start_matches("- ")
                .trim_start_matches("export ");
            let pair = line.split_once('=').or_else(|| line.split_once(": "));
            let Some((name, value)) = pair else { continue };
            let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            if !name.is_empty() && name.len() < 100 && name.chars().all(letters) {
                self.setting(name, value.trim(), span);
            }
        }
    }

    /// One setting of one line.
    fn setting(&mut self, name: &str, text: &str, span: Span) {
        let purpose = variable::purpose(name);
        if purpose == Purpose::NotCalled {
            return;
        }
        // The name, ARN or URL of something that is there.
        let own = Val::text(text, span);
        let meant: BTreeSet<At> = self.estate.meant(&own, self.root);
        let nodes: BTreeSet<At> = meant
            .iter()
            .filter_map(|at| self.estate.node_of(*at))
            .collect();
        if !nodes.is_empty() {
            let soft = purpose == Purpose::Telemetry;
            self.add(Named::Nodes(nodes), soft, false, span);
            return;
        }
        for address in addresses(text) {
            self.endpoints(&address.hosts, name, purpose, false, span);
        }
    }

    /// Hosts of which any will do.
    fn endpoints(
        &mut self,
        hosts: &[Endpoint],
        name: &str,
        purpose: Purpose,
        start: bool,
        span: Span,
    ) {
        let mut nodes = BTreeSet::new();
        let soft = purpose == Purpose::Telemetry
            || hosts
                .iter()
                .any(|end| variable::is_telemetry_host(&end.host));
        for end in hosts {
            let called = self.estate.called(&end.host);
            nodes.extend(called.iter().filter_map(|at| self.estate.node_of(*at)));
            nodes.extend(
                called
                    .iter()
                    .flat_map(|at| self.estate.pools(*at))
                    .flatten(),
            );
        }
        if !nodes.is_empty() {
            self.add(Named::Nodes(nodes), soft, start, span);
            return;
        }
        for end in hosts {
            let expected = matches!(purpose, Purpose::Host | Purpose::Telemetry);
            let bare = end.form == Form::Bare;
            let place = match host::kind(&end.host) {
                HostKind::Own | HostKind::Metadata | HostKind::Label | HostKind::Cluster => {
                    continue;
                }
                _ if bare && !expected => continue,
                HostKind::Public if host::looks_like_file(&end.host) => continue,
                HostKind::Public if variable::names_own_address(name) => continue,
                // A private address that a script merely holds may be anything: a network, a pool.
                HostKind::PrivateIp if !expected && end.form != Form::Url => continue,
                HostKind::Private | HostKind::PrivateIp => Sort::Private,
                HostKind::Public | HostKind::PublicIp => Sort::Outside,
            };
            // The cloud's own interfaces are part of its region.
            if is_interface(&end.host) {
                continue;
            }
            self.add(Named::Host(end.host.clone(), place), soft, start, span);
        }
    }

    /// What an unknown value was made of.
    fn references(&mut self, name: &str, value: &Val) {
        let purpose = variable::purpose(name);
        let soft = purpose == Purpose::Telemetry;
        for reference in value.references() {
            // A value made of a resource's rights, password or tags needs none of it.
            let last = reference.attribute.rsplit('.').next().unwrap_or_default();
            if matches!(
                last,
                "password" | "master_password" | "username" | "tags" | "port"
            ) {
                continue;
            }
            let mut one = Val::unknown("", value.span);
            one.from = Some(Rc::new(BTreeSet::from([reference])));
            let meant = self.estate.meant(&one, self.root);
            let nodes: BTreeSet<At> = meant
                .iter()
                .flat_map(|at| match self.estate.node_of(*at) {
                    Some(node) => BTreeSet::from([node]),
                    // A server of databases, a part that leads on.
                    None => self.estate.pools(*at).into_iter().flatten().collect(),
                })
                .collect();
            if !nodes.is_empty() {
                self.add(Named::Nodes(nodes), soft, false, value.span);
            }
        }
    }

    fn add(&mut self, of: Named, soft: bool, start: bool, span: Span) {
        // The same thing is needed once; the first place tells.
        let known = self
            .found
            .iter()
            .any(|mention| mention.of == of && mention.soft == soft && mention.start == start);
        if !known {
            self.found.insert(Mention {
                of,
                soft,
                start,
                span,
            });
        }
    }
}

/// Keys of container definitions that hold settings; below others stand images, limits, logs.
fn is_setting(key: &str, depth: usize) -> bool {
    const NEVER: [&str; 16] = [
        "image",
        "logConfiguration",
        "repositoryCredentials",
        "portMappings",
        "healthCheck",
        "dependsOn",
        "secrets",
        "ssh-keys",
        "sshKeys",
        "ssh_keys",
        "resources",
        "ports",
        "volume_mounts",
        "liveness_probe",
        "startup_probe",
        "type",
    ];
    depth > 6 || !NEVER.contains(&key)
}

/// The same value with another place: that of the text which holds it.
fn placed(value: &Val, span: Span, depth: usize) -> Val {
    let data = match &value.data {
        Data::List(items) if depth < DEEPEST => Data::List(Rc::new(
            items
                .iter()
                .map(|item| placed(item, span, depth + 1))
                .collect(),
        )),
        Data::Map(pairs) if depth < DEEPEST => {
            let pairs = pairs
                .iter()
                .map(|(key, inner)| (key.clone(), placed(inner, span, depth + 1)));
            Data::Map(Rc::new(pairs.collect()))
        }
        other => other.clone(),
    };
    Val::new(data, span)
}

/// Hosts of the providers' own interfaces: `sqs.eu-west-1.amazonaws.com`.
fn is_interface(host: &str) -> bool {
    const ENDS: [&str; 5] = [
        ".googleapis.com",
        ".windows.net",
        ".azure.com",
        ".microsoftonline.com",
        ".azure-api.net",
    ];
    let aws = host.ends_with(".amazonaws.com")
        && !host.contains(".rds.")
        && !host.contains(".cache.")
        && !host.contains(".elb.")
        && host.split('.').count() <= 4;
    aws || ENDS.iter().any(|end| host.ends_with(end))
}
