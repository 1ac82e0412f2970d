//! One format-neutral tree for every document, whatever the format it was written in.
//!
//! Scalars keep their text and whether it was quoted; their type is decided by whoever reads them
//! ([`View`](super::View)), because Kubernetes follows YAML 1.1 where others follow 1.2. An alias
//! is the same [`NodeId`] again, so alias bombs cost nothing; a tree may therefore contain cycles,
//! and every visitor needs a budget.

use rustc_hash::FxHashSet;

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

    /// The pairs of mapping `id` and of every mapping it merges (`<<`), in the order in which they
    /// count: its own, then each merged one followed by what that one merges. Each mapping occurs
    /// once, so cycles end. Nothing for other nodes.
    pub(super) fn merged(&self, id: NodeId) -> Merged<'_> {
        Merged {
            tree: self,
            next: vec![id],
            visited: FxHashSet::default(),
        }
    }

    /// Whether `id` is a merge key: `<<` written plain, or tagged `!!merge`.
    pub(super) fn is_merge_key(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let Value::Scalar { text, quoted } = &node.value else {
            return false;
        };
        let tag = node.tag.as_deref();
        &**text == "<<" && (!quoted || tag.is_some_and(|tag| tag.ends_with("merge")))
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
    /// The same document in a file of another number. O(nodes).
    pub fn renumber(&mut self, file: FileId) {
        self.file = file;
        for node in &mut self.tree.nodes {
            node.span.file = file;
        }
        for comment in &mut self.comments {
            comment.span.file = file;
        }
    }

    /// A view of the root. Documents without any node are never handed out by the readers.
    #[must_use]
    pub fn root(&self) -> super::View<'_> {
        super::View::new(&self.tree, self.tree.root)
    }
}

/// Iterator of [`Tree::merged`]: a walk in depth-first order with its own stack.
pub(super) struct Merged<'t> {
    tree: &'t Tree,
    next: Vec<NodeId>,
    /// Empty while nothing is merged, which is nearly always.
    visited: FxHashSet<u32>,
}

impl<'t> Iterator for Merged<'t> {
    type Item = &'t [(NodeId, NodeId)];

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(id) = self.next.pop() {
            match &self.tree.node(id).value {
                Value::Scalar { .. } => {}
                Value::Sequence(items) => {
                    // Only below a merge key: a list of mappings, the first counts most.
                    if !self.visited.is_empty() && self.visited.insert(id.0) {
                        self.next.extend(items.iter().rev());
                    }
                }
                Value::Mapping(pairs) => {
                    if self.visited.contains(&id.0) {
                        continue;
                    }
                    let merges = pairs.iter().filter(|(key, _)| self.tree.is_merge_key(*key));
                    let before = self.next.len();
                    self.next.extend(merges.map(|(_, value)| *value));
                    self.next[before..].reverse();
                    if !self.next.is_empty() || !self.visited.is_empty() {
                        self.visited.insert(id.0);
                    }
                    return Some(pairs);
                }
            }
        }
        None
    }
}
