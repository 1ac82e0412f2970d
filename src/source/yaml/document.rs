//! The tree of a document, built from what its reader meets in order.

use rustc_hash::FxHashMap;

use crate::source::build::{Builder, Stop};
use crate::source::problem::Problem;
use crate::source::tree::{NodeId, Value};
use crate::source::{FileId, Limits};

/// Bytes of the file, start and end.
pub(super) type Range = (usize, usize);

/// A collection whose end has not come yet.
struct Open {
    id: NodeId,
    mapping: bool,
    flow: bool,
    /// Where its items, or keys and values in turn, begin among those of all open ones.
    from: usize,
}

/// The document that is being read.
pub(super) struct DocumentBuilder<'l> {
    pub(super) builder: Builder<'l>,
    anchors: FxHashMap<usize, NodeId>,
    open: Vec<Open>,
    /// The children of all open collections, those of the innermost last.
    children: Vec<NodeId>,
    root: Option<NodeId>,
    /// End of the last thing read: a block collection ends there.
    last_end: usize,
}

/// What stands before a node.
#[derive(Clone, Copy, Default)]
pub(super) struct Marked<'t> {
    pub(super) tag: Option<&'t str>,
    /// 0: none.
    pub(super) anchor: usize,
}

/// How a collection is written.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) mapping: bool,
    pub(super) flow: bool,
}

impl<'l> DocumentBuilder<'l> {
    pub(super) fn new(file: FileId, limits: &'l Limits) -> Self {
        Self {
            builder: Builder::new(file, limits),
            anchors: FxHashMap::default(),
            open: Vec::new(),
            children: Vec::new(),
            root: None,
            last_end: 0,
        }
    }

    /// Begins another document.
    pub(super) fn clear(&mut self) {
        self.builder.clear();
        self.anchors.clear();
        self.open.clear();
        self.children.clear();
        self.root = None;
        self.last_end = 0;
    }

    /// The root, unless the document holds nothing at all, not even a written `~`.
    pub(super) fn root(&self) -> Option<NodeId> {
        self.root.filter(|root| !self.builder.is_nothing(*root))
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        quoted: bool,
        range: Range,
        marked: Marked<'_>,
    ) -> Result<(), Stop> {
        let value = Value::Scalar { text, quoted };
        let id = self.builder.push(value, range, marked.tag)?;
        self.last_end = self.last_end.max(range.1);
        self.place(id, marked.anchor);
        Ok(())
    }

    /// The node of `anchor` again; nothing, if there is no such anchor in this document.
    pub(super) fn alias(&mut self, anchor: usize, range: Range) -> Result<(), Stop> {
        self.last_end = self.last_end.max(range.1);
        let known = self.anchors.get(&anchor).copied();
        let id = known.map_or_else(|| self.builder.scalar("", false, range), Ok)?;
        self.place(id, 0);
        Ok(())
    }

    /// Begins a collection.
    pub(super) fn start(
        &mut self,
        shape: Shape,
        range: Range,
        marked: Marked<'_>,
    ) -> Result<(), Stop> {
        if self.open.len() >= self.builder.limits.depth {
            return Err(Stop::Depth);
        }
        let id = self.builder.push(Value::Sequence(&[]), range, marked.tag)?;
        self.last_end = self.last_end.max(range.1);
        self.place(id, marked.anchor);
        self.open.push(Open {
            id,
            mapping: shape.mapping,
            flow: shape.flow,
            from: self.children.len(),
        });
        Ok(())
    }

    /// Ends the innermost collection, before the byte `end` if it is a flow collection, else after
    /// what was last read.
    pub(super) fn end(&mut self, end: usize, problems: &mut Vec<Problem>) -> Result<(), Stop> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        if open.flow {
            self.last_end = self.last_end.max(end);
        }
        let children = self.children.get(open.from..).unwrap_or_default();
        let value = if open.mapping {
            let pairs = children.as_chunks().0;
            self.builder.report_duplicates(pairs, problems);
            Value::Mapping(pairs)
        } else {
            Value::Sequence(children)
        };
        self.builder.finish(open.id, value, self.last_end)?;
        self.children.truncate(open.from);
        Ok(())
    }

    /// Puts a node where it belongs, and remembers its anchor.
    fn place(&mut self, id: NodeId, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        if self.open.is_empty() {
            self.root = Some(id);
        } else {
            self.children.push(id);
        }
    }
}
