//! The keys of `spof.toml`. Every doc comment here is shown to users: it becomes the description
//! in the JSON Schema.

use std::borrow::Cow;

use ignore::gitignore::GitignoreBuilder;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::costs::Costs;
use super::gate::{Levels, LintTable, WaiverTable};
use super::mapping::SourceTable;
use super::selection::PlaceVariable;
use crate::message;
use crate::source::item::{At, MAX_TEXT, OneOrMany, Read, Reader, item, quote};
use crate::source::{Kind, View};
use crate::words::{Assume, Message, nearest, parse_count, parse_duration, parse_rate};

item! {
    /// The configuration of spof for a repository.
    ///
    /// See docs/configuration.md for the reference.
    File {
        /// What to believe of replicas whose placement no input states, where `--assume` does not
        /// say. Default: `pessimistic`.
        assume: may AssumeWord,
        /// Files and folders that are never read, as in `.gitignore`: relative to the folder of
        /// this file.
        exclude: may OneOrMany<Glob>,
        /// The estates of a repository that holds several (production, staging), each by its name.
        scope: may Scopes,
        /// What fails `spof lint`.
        lint: may LintTable,
        /// How severe each rule is here, whatever it says itself; `off` switches it off.
        rules: may Levels,
        /// Findings that are accepted.
        waiver: may OneOrMany<At<WaiverTable>>,
        /// Files of any form, each with the filter that makes a manifest of it.
        source: may OneOrMany<At<SourceTable>>,
        /// How often nodes of a kind fail and how long their repair takes, where a node does not
        /// say itself: `[kind.host]`.
        kind: may Kinds,
        /// What changes cost where `spof fix` weighs them, in any one unit.
        fix: may FixTable,
        /// What is particular to Ansible inventories here.
        ansible: may AnsibleTable,
    }
}

item! {
    /// What is particular to Ansible inventories here.
    AnsibleTable {
        /// Variables that say where a host is, each with the kind of place, beside the usual ones:
        /// `{ standort = "site", kvm = "host" }`. `off` for one that means something else here.
        placement: may Places,
    }
}

impl AnsibleTable {
    /// The variables, sorted by name.
    pub(super) fn places(self) -> Vec<PlaceVariable> {
        let Places(mut places) = self.placement.unwrap_or_default();
        places.sort_by(|a, b| a.name.cmp(&b.name));
        places
    }
}

/// Variables and what their values are.
#[derive(Debug, Default)]
pub(super) struct Places(pub(super) Vec<PlaceVariable>);

impl Read for Places {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() != Kind::Mapping {
            cx.unexpected(
                view,
                message!("a table of variables, like `{{ standort = \"site\" }}`"),
            );
            return None;
        }
        let mut places = Vec::new();
        for (key, value) in view.entries() {
            let name = text(key, message!("a variable, like `standort`"), cx);
            let kind = text(value, message!("a kind of place like `site`, or `off`"), cx);
            let (Some(name), Some(kind)) = (name, kind) else {
                continue;
            };
            let is_kind = !kind.is_empty()
                && kind
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'));
            if !is_kind {
                let message = message!(
                    "`{kind}` is no kind of place: write one like `site`, or `off`",
                    kind
                );
                cx.wrong_value(value.span(), message);
                continue;
            }
            places.push(PlaceVariable {
                name: name.to_owned(),
                kind: (kind != "off").then(|| kind.to_owned()),
            });
        }
        Some(Self(places))
    }
}

item! {
    /// One estate: what `--scope NAME` reads.
    ScopeTable {
        /// Only these files and folders, as in `.gitignore`: relative to the folder of this file.
        /// Default: all.
        include: may OneOrMany<Glob>,
        /// But not these.
        exclude: may OneOrMany<Glob>,
        /// Only Kubernetes objects of these namespaces. Objects that state no namespace belong to
        /// every scope. Default: all.
        namespaces: may OneOrMany<Namespace>,
    }
}

item! {
    /// What holds for each node of one kind that says nothing else.
    KindTable {
        /// How often each fails.
        fails: may Rate,
        /// How long its repair takes.
        repair: may Duration,
    }
}

item! {
    /// What changes cost where `spof fix` weighs them.
    FixTable {
        /// A further replica, where the replicas beside it declare no `cost`. Default: 10.
        replica: may Cost,
        /// Moving a replica. Default: 6.
        r#move: may Cost,
        /// Making a standby active. Default: 4.
        activate: may Cost,
        /// A second provider or feed beside the only one, where it declares no `cost`. Default: 50.
        alternative: may Cost,
        /// Doing without something at the start. Default: 3.
        loosen: may Cost,
    }
}

impl FixTable {
    /// With the defaults for what is left open.
    pub(super) fn costs(self) -> Costs {
        let or = |cost: Option<Cost>, default: u64| cost.map_or(default, |cost| cost.0);
        let defaults = Costs::default();
        Costs {
            replica: or(self.replica, defaults.replica),
            r#move: or(self.r#move, defaults.r#move),
            activate: or(self.activate, defaults.activate),
            alternative: or(self.alternative, defaults.alternative),
            loosen: or(self.loosen, defaults.loosen),
        }
    }
}

/// A cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost(pub(super) u64);

impl Read for Cost {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let text = text(view, message!("a cost like 10"), cx)?;
        let found = parse_count(text);
        found
            .map_err(|message| cx.wrong_value(view.span(), message))
            .ok()
            .map(Self)
    }
}

/// A rate of failure, in failures a year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate(pub(super) f64);

impl Read for Rate {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let text = text(view, message!("a rate like \"0.5/y\" or \"1/30d\""), cx)?;
        let found = parse_rate(text);
        found
            .map_err(|message| cx.wrong_value(view.span(), message))
            .ok()
            .map(Self)
    }
}

/// A duration, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration(pub(super) u64);

impl Read for Duration {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let text = text(view, message!("a duration like \"4h\""), cx)?;
        let found = parse_duration(text);
        found
            .map_err(|message| cx.wrong_value(view.span(), message))
            .ok()
            .map(Self)
    }
}

/// What holds for kinds of nodes, by kind, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Kinds(pub(super) Vec<(String, KindTable)>);

impl Read for Kinds {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() != Kind::Mapping {
            cx.unexpected(view, message!("tables like `[kind.host]`"));
            return None;
        }
        let mut kinds = Vec::new();
        for (key, value) in view.entries() {
            let name = text(key, message!("a kind of nodes, like `host`"), cx);
            let table = KindTable::read(value, cx);
            if let (Some(name), Some(table)) = (name, table) {
                kinds.push((name.to_owned(), table));
            }
        }
        Some(Self(kinds))
    }
}

/// A pattern as in `.gitignore`.
#[derive(Debug)]
pub(super) struct Glob(pub(super) String);

impl Read for Glob {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let text = text(view, message!("a pattern like `deploy/production`"), cx)?;
        if text.starts_with('#') {
            cx.wrong_value(
                view.span(),
                message!("a pattern that begins with `#` matches nothing"),
            );
            return None;
        }
        if text.split('/').any(|part| part == "..") {
            cx.wrong_value(
                view.span(),
                message!("`..` can't be matched: patterns stay in this folder"),
            );
            return None;
        }
        // `./a` is the `a` of this folder and no other.
        let text = match text.strip_prefix("./") {
            Some(rest) => format!("/{rest}"),
            None => text.to_owned(),
        };
        if let Err(error) = GitignoreBuilder::new("").add_line(None, &text) {
            cx.wrong_value(
                view.span(),
                message!(
                    "{what} is no pattern: {error}",
                    error = error.to_string(),
                    what = quote(&text)
                ),
            );
            return None;
        }
        Some(Self(text))
    }
}

/// Text that is not empty and not too long.
pub(super) fn text<'t>(view: View<'t>, expected: Message, cx: &mut Reader) -> Option<&'t str> {
    let Some(text) = view.as_str().filter(|text| !text.trim().is_empty()) else {
        cx.unexpected(view, expected);
        return None;
    };
    if text.len() > MAX_TEXT {
        cx.wrong_value(
            view.span(),
            message!("longer than {MAX_TEXT} bytes", MAX_TEXT),
        );
        return None;
    }
    Some(text)
}

/// A Kubernetes namespace.
#[derive(Debug)]
pub(super) struct Namespace(pub(super) String);

impl Read for Namespace {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        text(view, message!("the name of a namespace"), cx).map(|text| Self(text.to_owned()))
    }
}

/// `pessimistic` or `optimistic`.
#[derive(Clone, Copy, Debug)]
pub(super) struct AssumeWord(pub(super) Assume);

impl Read for AssumeWord {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        const WORDS: [Assume; 2] = [Assume::Pessimistic, Assume::Optimistic];
        let text = text(view, message!("`pessimistic` or `optimistic`"), cx)?;
        let found = WORDS.into_iter().find(|word| word.as_str() == text);
        if found.is_none() {
            let mut expected = message!("`pessimistic` or `optimistic`");
            if let Some(near) = nearest(text, WORDS.iter().map(|word| word.as_str())) {
                expected = message!("{expected} (did you mean `{near}`?)", expected, near);
            }
            cx.unexpected(view, expected);
        }
        found.map(Self)
    }
}

/// The scopes by name, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Scopes(pub(super) Vec<(String, ScopeTable)>);

impl Read for Scopes {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() != Kind::Mapping {
            cx.unexpected(view, message!("tables like `[scope.production]`"));
            return None;
        }
        let mut scopes = Vec::new();
        for (key, value) in view.entries() {
            let name = text(key, message!("the name of a scope"), cx);
            let table = ScopeTable::read(value, cx);
            if let (Some(name), Some(table)) = (name, table) {
                scopes.push((name.to_owned(), table));
            }
        }
        Some(Self(scopes))
    }
}

/// Schemas of single values.
macro_rules! schema {
    ($name:ident, $schema:tt) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

schema!(Glob, {
    "description": "A pattern as in `.gitignore`: a folder stands for all in it; without a `/` \
                    before its end it matches at any depth.",
    "type": "string",
    "pattern": r"^\s*[^#\s]",
    "maxLength": MAX_TEXT
});
schema!(Namespace, {
    "description": "A Kubernetes namespace.",
    "type": "string",
    "pattern": r"\S",
    "maxLength": MAX_TEXT
});
schema!(AssumeWord, {
    "description": "`pessimistic`: unplaced replicas of one workload share a host and a zone, \
                    unless a spread constraint forbids it. `optimistic`: they share nothing.",
    "enum": ["pessimistic", "optimistic"]
});

schema!(Rate, {
    "description": "A rate: times per year (`0.5/y`) or per duration (`1/30d`).",
    "type": "string",
    "pattern": r"^\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*/\s*(y|year|([0-9]+|([0-9]+(s|m|min|h|d|w))+))$",
    "examples": ["0.5/y", "1/30d"]
});
schema!(Cost, {
    "description": "A cost, in any one unit: `10`, `30k`, `1.5M`.",
    "anyOf": [
        { "type": "integer", "minimum": 0 },
        { "type": "string", "pattern": r"^\s*[0-9][0-9_]*(\.[0-9]+)?[kKmMgGbB]?\s*$" }
    ]
});
schema!(Duration, {
    "description": "A duration: `90s`, `5m`, `4h`, `7d`, `2w`, `1h30m`.",
    "type": "string",
    "pattern": r"^\s*([0-9]+|([0-9]+(s|m|min|h|d|w))+)\s*$",
    "examples": ["4h"]
});

impl JsonSchema for Kinds {
    fn schema_name() -> Cow<'static, str> {
        "Kinds".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<KindTable>();
        json_schema!({ "type": "object", "additionalProperties": table })
    }
}

impl JsonSchema for Places {
    fn schema_name() -> Cow<'static, str> {
        "Places".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": {
                "description": "A kind of place like `site`, or `off`.",
                "type": "string",
                "pattern": "^[a-z_-]+$"
            }
        })
    }
}

impl JsonSchema for Scopes {
    fn schema_name() -> Cow<'static, str> {
        "Scopes".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<ScopeTable>();
        json_schema!({ "type": "object", "additionalProperties": table })
    }
}
