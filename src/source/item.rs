//! How a typed item is read from a [`View`]: spans kept, every problem told, the rest still used.
//! For the formats that are ours (the native manifest, saved graphs, the configuration).
//!
//! [`item!`] makes, from one table of keys, the struct, its reader and its JSON Schema, so the
//! three can't drift apart; [`record!`] does without the schema. What a key's value may be is said
//! by its type, whose [`Read`] and `JsonSchema` stand side by side.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Kind, Problem, ProblemKind, Span, View, mask};
use crate::message;
use crate::words::{Arg, Message, nearest};

/// Forms, ways and items inside each other.
const MAX_DEPTH: u32 = 16;
/// Problems told of one document; a file of another kind would drown the rest in its own.
const MAX_PROBLEMS: usize = 200;
/// What documents may expand to through aliases, beyond the size of their trees.
const SPARE_BUDGET: usize = 1_000_000;
/// Longest text and name, in bytes.
pub(crate) const MAX_TEXT: usize = 1_000;

/// A value that can be read. `None`: it can't be used, and a problem says why.
pub(crate) trait Read: Sized {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self>;
}

/// A key of an item: required (`must T`) or not (`may T`, an `Option`).
pub(crate) trait Field: Sized {
    fn field(fields: &Fields<'_>, key: &'static str, cx: &mut Reader) -> Option<Self>;
}

impl<T: Read> Field for T {
    fn field(fields: &Fields<'_>, key: &'static str, cx: &mut Reader) -> Option<Self> {
        let Some(value) = fields.get(key) else {
            cx.wrong(fields.span, message!("the key `{key}` is missing", key));
            return None;
        };
        cx.within(key, |cx| T::read(value, cx))
    }
}

impl<T: Read> Field for Option<T> {
    fn field(fields: &Fields<'_>, key: &'static str, cx: &mut Reader) -> Option<Self> {
        Some(
            fields
                .get(key)
                .and_then(|value| cx.within(key, |cx| T::read(value, cx))),
        )
    }
}

/// What is kept while reading: the problems so far, and the budgets.
pub(crate) struct Reader {
    pub(crate) problems: Vec<Problem>,
    /// Problems of the present document.
    told: usize,
    /// The key being read, for messages.
    key: &'static str,
    depth: u32,
    budget: usize,
    spent: bool,
}

impl Reader {
    /// A reader for documents with `tree_nodes` nodes in all; its budget is enough where aliases
    /// repeat nothing.
    pub(crate) fn new(tree_nodes: usize) -> Self {
        Self {
            problems: Vec::new(),
            told: 0,
            key: "",
            depth: 0,
            budget: tree_nodes.saturating_mul(8).saturating_add(SPARE_BUDGET),
            spent: false,
        }
    }

    /// Begins a document.
    pub(crate) fn begin(&mut self) {
        self.told = 0;
        self.depth = 0;
        self.key = "";
    }

    /// How many problems the present document has had.
    pub(crate) fn told(&self) -> usize {
        self.told
    }

    /// Tells of a value that can't be used.
    pub(crate) fn wrong(&mut self, span: Span, message: impl Into<Message>) {
        self.tell(Problem::new(ProblemKind::InvalidValue, span, message));
    }

    /// As [`wrong`](Self::wrong), with the key it stands under.
    pub(crate) fn wrong_value(&mut self, span: Span, message: Message) {
        let message = if self.key.is_empty() {
            message
        } else {
            message!("`{key}`: {message}", key = self.key, message)
        };
        self.wrong(span, message);
    }

    /// Tells of a value of the wrong shape.
    #[expect(clippy::needless_pass_by_value, reason = "made for this")]
    pub(crate) fn unexpected(&mut self, view: View<'_>, expected: Message) {
        let found = match view.as_str() {
            Some(text) => Arg::Plain(quote(text)),
            None => Arg::Message(view.kind().describe()),
        };
        self.wrong_value(
            view.span(),
            message!("expected {expected}, found {found}", expected, found),
        );
    }

    /// Tells of a list that must not be empty.
    pub(crate) fn unexpected_empty(&mut self, view: View<'_>) {
        self.wrong_value(
            view.span(),
            message!("expected at least one item, found none"),
        );
    }

    /// Adds a problem, unless the document has had too many.
    pub(crate) fn tell(&mut self, mut problem: Problem) {
        self.told += 1;
        for text in std::iter::once(&mut problem.message).chain(&mut problem.help) {
            text.rewrite(&mask::changed);
        }
        match self.told.cmp(&MAX_PROBLEMS) {
            std::cmp::Ordering::Less => self.problems.push(problem),
            std::cmp::Ordering::Equal => self.problems.push(Problem::new(
                ProblemKind::InvalidValue,
                problem.span,
                message!(
                    "this document has too many problems to tell them all: the rest is not told"
                ),
            )),
            std::cmp::Ordering::Greater => {}
        }
    }

    /// Reads with `key` as the one that messages name.
    fn within<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.key, key);
        let value = read(self);
        self.key = outer;
        value
    }

    /// Reads one level deeper, if the limit allows.
    pub(crate) fn deeper<T>(
        &mut self,
        span: Span,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.wrong_value(
                span,
                message!("nested more than {most} deep", most = MAX_DEPTH),
            );
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Takes `cost` from the budget; false once it is spent. Trees share aliased parts, and what
    /// is read of them is copied: without a budget a small file could ask for any amount.
    pub(crate) fn charge(&mut self, span: Span, cost: usize) -> bool {
        if let Some(left) = self.budget.checked_sub(cost) {
            self.budget = left;
            return true;
        }
        self.budget = 0;
        if !self.spent {
            self.spent = true;
            self.problems.push(Problem::new(
                ProblemKind::Unreadable,
                span,
                message!("aliases expand this to more than is read: the rest is left out"),
            ));
        }
        false
    }
}

/// The keys of a mapping, for choosing how to read it; `None` once the budget is spent.
pub(crate) fn keys<'t>(view: View<'t>, cx: &mut Reader) -> Option<Vec<&'t str>> {
    let entries = view.entries();
    cx.charge(view.span(), entries.len() + 1)
        .then(|| entries.iter().filter_map(|(key, _)| key.as_str()).collect())
}

/// A value for messages: in backquotes, without secrets, cut where it is long.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    // Before it is cut: half a connection string is not recognised as one.
    let text = &*mask::value(text);
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The entries of one mapping whose keys are all known.
pub(crate) struct Fields<'t> {
    entries: Vec<(&'t str, View<'t>)>,
    span: Span,
}

impl<'t> Fields<'t> {
    /// Opens a mapping and tells of keys that are not among `keys`.
    pub(crate) fn open(
        view: View<'t>,
        keys: &'static [&'static str],
        cx: &mut Reader,
    ) -> Option<Self> {
        if view.kind() != Kind::Mapping {
            let some: Vec<_> = keys.iter().take(4).map(|key| format!("`{key}`")).collect();
            cx.unexpected(
                view,
                message!("a mapping with keys like {keys}", keys = some.join(", ")),
            );
            return None;
        }
        let all = view.entries();
        if !cx.charge(view.span(), all.len() + 1) {
            return None;
        }
        let mut entries = Vec::new();
        for (name, value) in all {
            let known = name.as_str().filter(|text| keys.contains(text));
            match known {
                Some(key) => entries.push((key, value)),
                // Finding what was meant takes its time: not for what nobody will read.
                None if cx.told > MAX_PROBLEMS => {}
                None => cx.tell(unknown_key(name, keys)),
            }
        }
        Some(Self {
            entries,
            span: view.span(),
        })
    }

    fn get(&self, key: &str) -> Option<View<'t>> {
        let found = self.entries.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| *value)
    }
}

/// "Did you mean" for keys.
fn unknown_key(name: View<'_>, keys: &[&str]) -> Problem {
    let Some(text) = name.as_str() else {
        return Problem::new(
            ProblemKind::InvalidValue,
            name.span(),
            message!(
                "expected a key, found {what}",
                what = name.kind().describe()
            ),
        );
    };
    let problem = Problem::new(
        ProblemKind::InvalidValue,
        name.span(),
        message!("unknown key {what}", what = quote(text)),
    );
    match nearest(text, keys.iter().copied()) {
        Some(key) => problem.with_help(message!("did you mean `{key}`?", key)),
        None => problem.with_help(message!("the keys here are {what}", what = keys.join(", "))),
    }
}

/// One `T`, or a list of them; nothing at all is an empty list.
#[derive(Debug)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T: Read> Read for OneOrMany<T> {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() == Kind::Sequence {
            return Listed::read(view, cx).map(|Listed(items)| Self(items));
        }
        if view.is_null() {
            return Some(Self(Vec::new()));
        }
        T::read(view, cx).map(|one| Self(vec![one]))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }, { "type": "null" }] })
    }
}

/// A list; nothing at all is an empty one.
#[derive(Debug)]
pub(crate) struct Listed<T>(pub(crate) Vec<T>);

impl<T: Read> Read for Listed<T> {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if !matches!(view.kind(), Kind::Sequence | Kind::Null) {
            cx.unexpected(view, message!("a list (each item after a `-`)"));
            return None;
        }
        let mut items = Vec::new();
        for item in view.items() {
            if !cx.charge(item.span(), 1) {
                break;
            }
            items.extend(T::read(item, cx));
        }
        Some(Self(items))
    }
}

impl<T: JsonSchema> JsonSchema for Listed<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("ListOf_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "type": ["array", "null"], "items": one })
    }
}

/// A value and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T: Read> Read for At<T> {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let value = T::read(view, cx)?;
        Some(Self {
            value,
            span: view.span(),
        })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A key of an item as the schema shows it.
pub(crate) struct KeySchema {
    pub(crate) key: &'static str,
    pub(crate) required: bool,
    pub(crate) doc: &'static [&'static str],
    pub(crate) schema: Schema,
}

/// The schema of an item: closed, each key with its description.
pub(crate) fn object_schema(about: &[&str], keys: Vec<KeySchema>) -> Schema {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for mut of in keys {
        of.schema
            .insert("description".to_owned(), prose(of.doc).into());
        properties.insert(of.key.to_owned(), of.schema.into());
        if of.required {
            required.push(of.key);
        }
    }
    let mut schema = json_schema!({
        "type": "object",
        "description": prose(about),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

/// Doc comment lines as one text: a blank line makes a paragraph.
fn prose(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        match line.trim() {
            "" => text.push_str("\n\n"),
            words => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(words);
            }
        }
    }
    text
}

/// The key that a field's name stands for: `r#in` is `in`.
pub(crate) const fn plain(key: &'static str) -> &'static str {
    let bytes = key.as_bytes();
    if bytes.len() > 2 && bytes[0] == b'r' && bytes[1] == b'#' {
        key.split_at(2).1
    } else {
        key
    }
}

/// Makes an item from its table of keys: the struct, `KEYS` and [`Read`]. A key is
/// `name: must Type` or `name: may Type`, with a doc comment.
macro_rules! record {
    ($(#[doc = $about:literal])+ $name:ident {
        $($(#[doc = $doc:literal])+ $key:ident: $how:ident $type:ty),+ $(,)?
    }) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        pub(super) struct $name {
            $($(#[doc = $doc])+ pub(super) $key: $crate::source::item::record!(@type $how $type),)+
        }

        impl $name {
            /// Every key.
            pub(super) const KEYS: &'static [&'static str] =
                &[$($crate::source::item::plain(stringify!($key))),+];
        }

        impl $crate::source::item::Read for $name {
            fn read(
                view: $crate::source::View<'_>,
                cx: &mut $crate::source::item::Reader,
            ) -> Option<Self> {
                let fields = $crate::source::item::Fields::open(view, Self::KEYS, cx)?;
                // All keys are read before the first missing one ends it: each tells its problem.
                $(let $key = $crate::source::item::Field::field(
                    &fields,
                    $crate::source::item::plain(stringify!($key)),
                    cx,
                );)+
                Some(Self { $($key: $key?),+ })
            }
        }
    };
    (@type must $type:ty) => { $type };
    (@type may $type:ty) => { Option<$type> };
}
pub(crate) use record;

/// Makes a [`record!`] and its `JsonSchema`, in which doc comments are the descriptions.
macro_rules! item {
    ($(#[doc = $about:literal])+ $name:ident {
        $($(#[doc = $doc:literal])+ $key:ident: $how:ident $type:ty),+ $(,)?
    }) => {
        $crate::source::item::record! {
            $(#[doc = $about])+
            $name { $($(#[doc = $doc])+ $key: $how $type),+ }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let keys = vec![$($crate::source::item::KeySchema {
                    key: $crate::source::item::plain(stringify!($key)),
                    required: $crate::source::item::item!(@required $how),
                    doc: &[$($doc),+],
                    schema: generator.subschema_for::<$type>(),
                }),+];
                $crate::source::item::object_schema(&[$($about),+], keys)
            }
        }
    };
    (@required must) => { true };
    (@required may) => { false };
}
pub(crate) use item;
