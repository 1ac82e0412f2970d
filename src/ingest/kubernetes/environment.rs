//! The environment of a container: what its variables hold when it starts.
//!
//! As the kubelet does it: `envFrom` first, then `env` in order, the last of one name winning;
//! `$(NAME)` in a value means a variable stated before it, `$$(NAME)` is left alone.

use crate::message;
use crate::words::Message;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use super::reader::Reader;
use super::services::Services;
use crate::ingest::endpoint::{Purpose, variable};
use crate::source::{Span, View};

/// Longest value that expansion may make.
const LONGEST: usize = 8 << 10;

/// A variable with a value that the input states.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    /// Never shown or stored in facts: may hold secrets.
    pub(super) value: String,
    /// Place of the value, which for a `ConfigMap` is there.
    pub(super) span: Span,
}

/// The variables of one container.
#[derive(Debug, Default)]
pub(super) struct Environment {
    variables: Vec<Variable>,
    by_name: HashMap<String, usize>,
    /// Variables that should hold an address and get it from where nobody reads it.
    pub(super) hidden: Vec<(Span, Message)>,
}

/// The values of `ConfigMap`s, by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Configs<'d> {
    by_name: BTreeMap<(Option<&'d str>, &'d str), Config<'d>>,
}

/// The values of one `ConfigMap`.
#[derive(Debug)]
struct Config<'d> {
    data: HashMap<&'d str, View<'d>>,
    /// Place of its kind.
    place: Span,
    /// Set from several threads, read when all have ended.
    used: AtomicBool,
}

impl<'d> Configs<'d> {
    /// Adds a `ConfigMap`; the first of one name counts.
    pub(super) fn add(
        &mut self,
        namespace: Option<&'d str>,
        name: &'d str,
        place: Span,
        data: Vec<(&'d str, View<'d>)>,
    ) {
        self.by_name
            .entry((namespace, name))
            .or_insert_with(|| Config {
                data: data.into_iter().collect(),
                place,
                used: AtomicBool::new(false),
            });
    }

    /// Places of those that no environment used.
    pub(super) fn unused(&self) -> impl Iterator<Item = Span> {
        let unused = self
            .by_name
            .values()
            .filter(|config| !config.used.load(Ordering::Relaxed));
        unused.map(|config| config.place)
    }

    /// As if no environment had used any.
    pub(super) fn forget_uses(&self) {
        for config in self.by_name.values() {
            config.used.store(false, Ordering::Relaxed);
        }
    }

    /// The files of a `ConfigMap` as pods of `namespace` mount them, in order of their names.
    pub(super) fn files(
        &self,
        namespace: Option<&'d str>,
        name: &'d str,
    ) -> BTreeMap<&'d str, View<'d>> {
        let data = self.find(namespace, name).into_iter().flatten();
        data.map(|(key, value)| (*key, *value)).collect()
    }

    /// The values of a `ConfigMap` as pods of `namespace` see it.
    fn find(
        &self,
        namespace: Option<&'d str>,
        name: &'d str,
    ) -> Option<&HashMap<&'d str, View<'d>>> {
        let own = self.by_name.get(&(namespace, name));
        let config = own.or_else(|| self.by_name.get(&(None, name)))?;
        config.used.store(true, Ordering::Relaxed);
        Some(&config.data)
    }
}

/// Where a container stands, for what its environment refers to.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a, 'd> {
    pub(super) reader: &'a Reader,
    pub(super) namespace: Option<&'d str>,
    pub(super) services: &'a Services<'d>,
    pub(super) configs: &'a Configs<'d>,
}

impl Environment {
    /// Reads the environment of `container`.
    pub(super) fn of<'d>(container: View<'d>, around: Surroundings<'_, 'd>) -> Self {
        let mut environment = Self::default();
        let reader = around.reader;
        for source in reader.items(container, &["envFrom"]) {
            let name = reader.text(source, &["configMapRef", "name"]);
            let Some(data) = name.and_then(|name| around.configs.find(around.namespace, name))
            else {
                continue;
            };
            let prefix = reader.text(source, &["prefix"]).unwrap_or_default();
            if !reader.spend(data.len()) {
                break;
            }
            let mut values: Vec<_> = data.iter().collect();
            values.sort_unstable_by_key(|(key, _)| **key);
            for (key, value) in values {
                if let Some(text) = value.as_str() {
                    environment.set(format!("{prefix}{key}"), text.to_owned(), value.span());
                }
            }
        }
        for item in reader.items(container, &["env"]) {
            environment.read(item, around);
        }
        environment
    }

    /// Every variable, in order of their first statement.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter()
    }

    /// One item of `env`.
    fn read<'d>(&mut self, item: View<'d>, around: Surroundings<'_, 'd>) {
        let reader = around.reader;
        let Some(name) = reader.text(item, &["name"]) else {
            return;
        };
        if let Some(value) = reader.get(item, "value") {
            if let Some(text) = value.as_str() {
                let text = self.expand(text, around);
                self.set(name.to_owned(), text, value.span());
            }
            return;
        }
        let Some(from) = reader.get(item, "valueFrom") else {
            return;
        };
        if let Some(pointer) = reader.get(from, "configMapKeyRef") {
            let map = reader.text(pointer, &["name"]);
            let key = reader.text(pointer, &["key"]);
            let value = map
                .and_then(|map| around.configs.find(around.namespace, map))
                .and_then(|data| data.get(key?));
            if let Some((value, text)) = value.and_then(|value| Some((value, value.as_str()?))) {
                self.set(name.to_owned(), text.to_owned(), value.span());
            } else {
                self.hide(
                    name,
                    pointer.span(),
                    "a ConfigMap that the input does not hold",
                );
            }
        } else if let Some(pointer) = reader.get(from, "secretKeyRef") {
            self.hide(
                name,
                pointer.span(),
                "a Secret, whose values are never read",
            );
        } else if let Some(field) = reader.get(from, "fieldRef")
            && reader.text(field, &["fieldPath"]) == Some("metadata.namespace")
        {
            let namespace = around.namespace.unwrap_or("default");
            self.set(name.to_owned(), namespace.to_owned(), field.span());
        }
    }

    /// Notes a variable whose name promises an address that can't be read.
    fn hide(&mut self, name: &str, span: Span, from: &str) {
        if variable::purpose(name) == Purpose::Host {
            let why = message!(
                "`{name}` comes from {from}: what it names is unknown",
                name,
                from
            );
            self.hidden.push((span, why));
        }
    }

    fn set(&mut self, name: String, value: String, span: Span) {
        let variable = Variable {
            name: name.clone(),
            value,
            span,
        };
        if let Some(old) = self
            .by_name
            .get(&name)
            .and_then(|at| self.variables.get_mut(*at))
        {
            *old = variable;
        } else {
            self.by_name.insert(name, self.variables.len());
            self.variables.push(variable);
        }
    }

    /// Replaces `$(NAME)` where the name is known. One pass, as the kubelet: values are expanded
    /// already.
    pub(super) fn expand(&self, text: &str, around: Surroundings<'_, '_>) -> String {
        self.replace(text, around, "$(", ")")
    }

    /// As [`expand`](Self::expand) for a shell's own `${NAME}` and `$NAME` too.
    pub(super) fn expand_shell(&self, text: &str, around: Surroundings<'_, '_>) -> String {
        let text = self.replace(text, around, "$(", ")");
        let text = self.replace(&text, around, "${", "}");
        self.replace(&text, around, "$", "")
    }

    fn replace(&self, text: &str, around: Surroundings<'_, '_>, open: &str, close: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(open) {
            if !around.reader.spend(at / 64) || out.len() > LONGEST {
                break;
            }
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let after = &from[open.len()..];
            let kubelet = close == ")";
            let is_name = |b: u8| {
                b.is_ascii_alphanumeric() || b == b'_' || (kubelet && matches!(b, b'-' | b'.'))
            };
            let length = after.bytes().position(|b| !is_name(b));
            let (name, tail) = after.split_at(length.unwrap_or(after.len()));
            let escaped = before.ends_with('$');
            // The shell's `${DB_HOST:-db}`.
            let default = tail
                .strip_prefix(":-")
                .filter(|_| close == "}")
                .and_then(|rest| rest.split_once('}'));
            let tail = default
                .map(|(_, tail)| tail)
                .or_else(|| tail.strip_prefix(close))
                .filter(|_| !name.is_empty() && !escaped);
            let value = self
                .value(name, around)
                .or_else(|| default.map(|(value, _)| value.to_owned()));
            if let (Some(value), Some(tail)) = (value, tail) {
                out.push_str(&value);
                rest = tail;
            } else {
                out.push_str(open);
                rest = after;
            }
        }
        out.push_str(rest);
        around.reader.spend(out.len());
        out
    }

    /// The value of a variable, or the Service that `DB_SERVICE_HOST` speaks of.
    fn value(&self, name: &str, around: Surroundings<'_, '_>) -> Option<String> {
        if let Some(at) = self.by_name.get(name) {
            return Some(self.variables.get(*at)?.value.clone());
        }
        let service = name.strip_suffix("_SERVICE_HOST")?;
        let service = service.to_ascii_lowercase().replace('_', "-");
        around
            .services
            .near(around.namespace, &service)
            .map(|found| found.name.to_owned())
    }
}
