//! Builds a tree node by node, within limits; shared by the three readers.

use std::collections::HashMap;

use super::Reading;
use super::limits::Limits;
use super::problem::{Problem, ProblemKind, UnreadReason};
use super::span::{FileId, Span};
use super::tree::{NodeId, Sapling, Tree, Value};
use crate::message;
use crate::words::Message;

/// Mappings up to this size are searched pair by pair: cheaper than a hash table each.
const SMALL: usize = 24;

/// Faults beyond this number in one file are not listed: nobody reads them, and a hostile
/// file could fill the memory with them.
pub(super) const MOST_PROBLEMS: usize = 1_000;

/// Why building stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// More nodes than allowed.
    Nodes,
    /// Nested deeper than allowed.
    Depth,
    /// Merge keys that point at one another expand to more entries than allowed.
    Merges,
}

impl Stop {
    /// What is wrong, as a sentence.
    pub(super) fn message(self, limits: &Limits) -> Message {
        match self {
            Self::Nodes => message!(
                "the document has more than {nodes} values",
                nodes = limits.nodes
            ),
            Self::Depth => message!(
                "the document is nested deeper than {depth} levels",
                depth = limits.depth
            ),
            Self::Merges => message!(
                "the merge keys (`<<`) of the document expand to more than {nodes} entries",
                nodes = limits.nodes
            ),
        }
    }
}

/// A tree under construction.
pub(super) struct Builder<'l> {
    pub(super) file: FileId,
    pub(super) limits: &'l Limits,
    sapling: Sapling,
}

impl<'l> Builder<'l> {
    pub(super) fn new(file: FileId, limits: &'l Limits) -> Self {
        Self {
            file,
            limits,
            sapling: Sapling::new(file),
        }
    }

    /// Adds a node over the bytes `start..end`.
    pub(super) fn push(
        &mut self,
        value: Value<'_>,
        (start, end): (usize, usize),
        tag: Option<&str>,
    ) -> Result<NodeId, Stop> {
        if self.sapling.len() >= self.limits.nodes {
            return Err(Stop::Nodes);
        }
        let span = Span::new(self.file, start, end);
        self.sapling.push(value, span, tag).ok_or(Stop::Nodes)
    }

    /// Begins anew: what was built so far is of no use.
    pub(super) fn clear(&mut self) {
        self.sapling.clear();
    }

    /// Adds a scalar.
    pub(super) fn scalar(
        &mut self,
        text: impl AsRef<str>,
        quoted: bool,
        range: (usize, usize),
    ) -> Result<NodeId, Stop> {
        let text = text.as_ref();
        self.push(Value::Scalar { text, quoted }, range, None)
    }

    /// Gives a collection its content, once its last child is known.
    pub(super) fn finish(&mut self, id: NodeId, value: Value<'_>, end: usize) -> Result<(), Stop> {
        let start = self.span(id).map_or(0, |span| span.start as usize);
        self.finish_at(id, value, (start, end))
    }

    /// As [`finish`](Self::finish), with the whole range.
    pub(super) fn finish_at(
        &mut self,
        id: NodeId,
        value: Value<'_>,
        range: (usize, usize),
    ) -> Result<(), Stop> {
        let span = Span::new(self.file, range.0, range.1);
        let set = self.sapling.set(id, value, span.start, span.end);
        set.ok_or(Stop::Nodes)
    }

    pub(super) fn span(&self, id: NodeId) -> Option<Span> {
        self.sapling.span(id)
    }

    /// Text of a scalar; `None` for collections.
    pub(super) fn text(&self, id: NodeId) -> Option<&str> {
        match self.sapling.value(id)? {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether a node is an empty plain scalar without a tag.
    pub(super) fn is_nothing(&self, id: NodeId) -> bool {
        let value = self.sapling.value(id);
        let plain = Value::Scalar {
            text: "",
            quoted: false,
        };
        value.is_none_or(|value| value == plain) && !self.sapling.has_tag(id)
    }

    /// Reports each key that stood in the mapping before. `<<` may be repeated: all of them merge.
    pub(super) fn report_duplicates(&self, pairs: &[[NodeId; 2]], problems: &mut Vec<Problem>) {
        let keys = pairs.iter().map(|[key, _]| *key);
        let keys = keys.filter_map(|key| Some((self.text(key)?, key)));
        let mut report = |first: NodeId, later: NodeId, text: &str| {
            let (Some(first), Some(later)) = (self.span(first), self.span(later)) else {
                return;
            };
            if text != "<<" && problems.len() < MOST_PROBLEMS {
                let message = message!("key `{text}` occurs twice in one mapping", text);
                problems.push(
                    Problem::new(ProblemKind::DuplicateKey, later, message)
                        .with_help(message!("the last value is used; remove the other"))
                        .with_related(first, "first here"),
                );
            }
        };
        if pairs.len() <= SMALL {
            let keys: Vec<_> = keys.collect();
            for (at, (text, later)) in keys.iter().enumerate() {
                let mut before = keys.iter().take(at);
                if let Some((_, first)) = before.find(|(earlier, _)| earlier == text) {
                    report(*first, *later, text);
                }
            }
            return;
        }
        let mut seen = HashMap::with_capacity(pairs.len());
        for (text, key) in keys {
            match seen.entry(text) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    report(*first.get(), key, text);
                }
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(key);
                }
            }
        }
    }

    /// The finished tree. Checks that looking through merge keys stays affordable: the entries
    /// that all mappings get by merging are counted, and there may be as many as nodes.
    /// The builder may build another tree then.
    pub(super) fn tree(&mut self, root: NodeId) -> Result<Tree, Stop> {
        let tree = self.sapling.grown(root);
        if !tree.has_merges() {
            return Ok(tree);
        }
        let mut left = self.limits.nodes;
        for id in tree.ids() {
            let merged = tree.merged(id).skip(1);
            for pairs in merged {
                left = left.checked_sub(pairs.len().max(1)).ok_or(Stop::Merges)?;
            }
        }
        Ok(tree)
    }
}

/// Notes that a document can't be used: a problem with its place, and why it is unread. Of one
/// file, the first [`MOST_PROBLEMS`] are enough to know what it is.
pub(super) fn refuse(reading: &mut Reading, span: Span, reason: UnreadReason, message: Message) {
    if reading.unread.len() >= MOST_PROBLEMS {
        return;
    }
    let problem = Problem::new(ProblemKind::Unreadable, span, message.clone());
    reading.problems.push(problem);
    reading.unread.push((Some(span), reason, message));
}

/// The bytes of the character at `at` (or an empty range at the end), on character boundaries.
pub(super) fn character_at(text: &str, at: usize) -> (usize, usize) {
    let start = text.floor_char_boundary(at.min(text.len()));
    let next = text.get(start..).and_then(|rest| rest.chars().next());
    (start, start + next.map_or(0, char::len_utf8))
}
