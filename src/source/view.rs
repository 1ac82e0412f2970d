//! Typed reading of a tree: merge keys applied, the last duplicate winning, types decided here.

use std::collections::HashSet;

use super::span::Span;
use super::tree::{NodeId, Tree, Value};
use crate::message;
use crate::words::Message;

/// Mappings up to this size are searched pair by pair: cheaper than a hash table each.
const SMALL: usize = 24;

/// What a node is, for messages and for choosing how to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Scalar,
    Sequence,
    Mapping,
}

impl Kind {
    /// As said to users: "a list", "a mapping".
    #[must_use]
    pub fn describe(self) -> Message {
        match self {
            Self::Null => message!("nothing"),
            Self::Scalar => message!("a single value"),
            Self::Sequence => message!("a list"),
            Self::Mapping => message!("a mapping"),
        }
    }
}

/// A node and the tree it stands in. Cheap to copy.
#[derive(Clone, Copy)]
pub struct View<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets: say what it is, never what it holds.
        write!(f, "View({:?} at {:?})", self.kind(), self.span())
    }
}

impl<'t> View<'t> {
    /// The node `id` of `tree`.
    #[must_use]
    pub fn new(tree: &'t Tree, id: NodeId) -> Self {
        Self { tree, id }
    }

    /// Identity within its document: two views of one aliased node are equal.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Byte range in its file.
    #[must_use]
    pub fn span(self) -> Span {
        self.tree.span(self.id)
    }

    /// The tag as written, if any.
    #[must_use]
    pub fn tag(self) -> Option<&'t str> {
        self.tree.tag(self.id)
    }

    /// What the node is; plain empty, `~` and `null` are [`Kind::Null`].
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.tree.value(self.id) {
            Value::Scalar {
                text: "" | "~" | "null" | "Null" | "NULL",
                quoted: false,
            } => Kind::Null,
            Value::Scalar { .. } => Kind::Scalar,
            Value::Sequence(_) => Kind::Sequence,
            Value::Mapping(_) => Kind::Mapping,
        }
    }

    /// True for null, `~` and an absent value.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        match self.tree.value(self.id) {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// True if the scalar was quoted (so `"3"` is text where `3` is a number).
    #[must_use]
    pub fn is_quoted(self) -> bool {
        matches!(self.tree.value(self.id), Value::Scalar { quoted: true, .. })
    }

    /// A boolean as YAML 1.1 has them: `true`, `yes`, `on` and their negatives, any case.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.as_str()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// A whole number that is not negative; quoted digits count (Compose and Helm write them so).
    #[must_use]
    pub fn as_count(self) -> Option<u64> {
        self.as_str()?.replace('_', "").parse().ok()
    }

    /// How many items or pairs the node itself holds: what a lookup in it costs. O(1).
    #[must_use]
    pub fn size(self) -> usize {
        match self.tree.value(self.id) {
            Value::Sequence(items) => items.len(),
            Value::Mapping(pairs) => pairs.len(),
            Value::Scalar { .. } => 0,
        }
    }

    /// Items of a sequence; nothing for any other kind.
    pub fn items(self) -> impl Iterator<Item = View<'t>> {
        let items: &'t [NodeId] = match self.tree.value(self.id) {
            Value::Sequence(items) => items,
            _ => &[],
        };
        items.iter().map(move |id| View::new(self.tree, *id))
    }

    /// The value of `key` in a mapping: its own last one, else from merge keys in order.
    #[must_use]
    pub fn get(self, key: &str) -> Option<View<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// As [`get`](Self::get), with the key.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<(View<'t>, View<'t>)> {
        let view = |id: NodeId| View::new(self.tree, id);
        let own = |pairs: &'t [[NodeId; 2]]| {
            let named = |[name, _]: &&[NodeId; 2]| view(*name).scalar_text() == Some(key);
            pairs.iter().rev().find(named)
        };
        let [name, value] = if self.tree.has_merges() {
            self.tree.merged(self.id).find_map(own)
        } else {
            own(self.tree.pairs(self.id))
        }?;
        Some((view(*name), view(*value)))
    }

    /// Key and value of every entry, merge keys applied, each key once (its last own value).
    #[must_use]
    pub fn entries(self) -> Vec<(View<'t>, View<'t>)> {
        let view = |id: NodeId| View::new(self.tree, id);
        let own = self.tree.pairs(self.id);
        if !self.tree.has_merges() && own.len() <= SMALL {
            let later = |at: usize, name: &str| {
                let mut after = own.iter().skip(at + 1);
                after.any(|[other, _]| view(*other).scalar_text() == Some(name))
            };
            let kept = own.iter().enumerate().filter(|(at, [name, _])| {
                let name = view(*name).scalar_text();
                name.is_none_or(|name| !later(*at, name))
            });
            return kept
                .map(|(_, [name, value])| (view(*name), view(*value)))
                .collect();
        }
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        for pairs in self.tree.merged(self.id) {
            let before = entries.len();
            for [name, value] in pairs.iter().rev() {
                let text = view(*name).scalar_text();
                let fresh = text.is_none_or(|text| seen.insert(text));
                if fresh && !self.tree.is_merge_key(*name) {
                    entries.push((view(*name), view(*value)));
                }
            }
            entries[before..].reverse();
        }
        entries
    }

    /// The value at the end of a chain of keys.
    #[must_use]
    pub fn path(self, keys: &[&str]) -> Option<View<'t>> {
        keys.iter().try_fold(self, |view, key| view.get(key))
    }

    /// Text of any scalar, null or not: what a key is compared by.
    fn scalar_text(self) -> Option<&'t str> {
        match self.tree.value(self.id) {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}
