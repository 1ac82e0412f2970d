//! One format-neutral tree for every document, whatever the format it was written in.
//!
//! Scalars keep their text and whether it was quoted; their type is decided by whoever reads them
//! ([`View`](super::View)), because Kubernetes follows YAML 1.1 where others follow 1.2. An alias
//! is the same [`NodeId`] again, so alias bombs cost nothing; a tree may therefore contain cycles,
//! and every visitor needs a budget.

use super::span::{FileId, Span};

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text after escapes; `quoted` for quoted and block scalars (and JSON or TOML strings).
    Scalar { text: Box<str>, quoted: bool },
    /// Items in order.
    Sequence(Vec<NodeId>),
    /// Key and value in order of appearance; keys may repeat (the last wins).
    Mapping(Vec<(NodeId, NodeId)>),
}

/// One node of a tree.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: Value,
    pub span: Span,
    /// Tag as written (`!vault`, `!ENV`), if any.
    pub tag: Option<Box<str>>,
}

/// A comment, without its marker (`#`), with the span of the whole comment.
#[derive(Clone, Debug)]
pub struct Comment {
    pub text: Box<str>,
    pub span: Span,
}

/// The tree of one document.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
}

impl Tree {
    /// The node behind `id`, which must come from this tree.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// How many nodes the document has (aliases counted once).
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True if the document holds no node at all (an empty document).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// One document of a file: YAML files hold several, JSON and TOML one.
#[derive(Clone, Debug)]
pub struct Document {
    pub file: FileId,
    /// Position among the documents of its file, from 0.
    pub index: u32,
    pub tree: Tree,
    pub comments: Vec<Comment>,
}

impl Document {
    /// A view of the root. Documents without any node are never handed out by the readers.
    #[must_use]
    pub fn root(&self) -> super::View<'_> {
        super::View::new(&self.tree, self.tree.root)
    }
}
