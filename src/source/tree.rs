//! One format-neutral tree for every document, whatever the format it was written in.
//!
//! Scalars keep their text and whether it was quoted; their type is decided by whoever reads them
//! ([`View`](super::View)), because Kubernetes follows YAML 1.1 where others follow 1.2. An alias
//! is the same [`NodeId`] again, so alias bombs cost nothing; a tree may therefore contain cycles,
//! and every visitor needs a budget.
//!
//! Trees are the largest part of what is in memory while an estate is read, so a node takes 16
//! bytes and 4 more in the list it stands in; the texts of a document share one allocation.

use rustc_hash::FxHashSet;

use super::span::{FileId, Span};

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// What a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'t> {
    /// Text after escapes; `quoted` for quoted and block scalars (and JSON or TOML strings).
    Scalar { text: &'t str, quoted: bool },
    /// Items in order.
    Sequence(&'t [NodeId]),
    /// Key and value in order of appearance; keys may repeat (the last wins).
    Mapping(&'t [[NodeId; 2]]),
}

/// What kind of value a [`Slim`] node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Quoted,
    Sequence,
    Mapping,
}

/// A node as it is kept: where it stands in its file, and where its text or its children are.
#[derive(Clone, Copy, Debug)]
struct Slim {
    start: u32,
    end: u32,
    /// First byte of its text, or place of its first child.
    at: u32,
    /// Bytes of its text, or number of its children (keys and values), above two bits of form.
    size: u32,
}

impl Slim {
    fn form(self) -> Form {
        match self.size & 3 {
            0 => Form::Plain,
            1 => Form::Quoted,
            2 => Form::Sequence,
            _ => Form::Mapping,
        }
    }

    fn range(self) -> std::ops::Range<usize> {
        let at = self.at as usize;
        at..at + (self.size >> 2) as usize
    }
}

/// A tag as written (`!vault`, `!ENV`): the node, and the bytes of it among the texts.
#[derive(Clone, Copy, Debug)]
struct Tag {
    node: u32,
    at: u32,
    size: u32,
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
    parts: Fixed,
    root: NodeId,
    file: FileId,
    /// The file of each node, where they stand in several; empty: all in `file`.
    files: Box<[FileId]>,
    /// Whether any key is a merge key.
    merges: bool,
}

/// Nodes, the lists of their children, all texts, and tags in order of their nodes: growing, or
/// of fixed size.
#[derive(Clone, Debug, Default)]
struct Parts<N, C, T, G> {
    nodes: N,
    children: C,
    texts: T,
    tags: G,
}

type Fixed = Parts<Box<[Slim]>, Box<[NodeId]>, Box<str>, Box<[Tag]>>;
type Growing = Parts<Vec<Slim>, Vec<NodeId>, String, Vec<Tag>>;

impl<N, C, T, G> Parts<N, C, T, G>
where
    N: std::ops::Deref<Target = [Slim]>,
    C: std::ops::Deref<Target = [NodeId]>,
    T: std::ops::Deref<Target = str>,
{
    fn value(&self, node: Slim) -> Value<'_> {
        let children = || self.children.get(node.range()).unwrap_or_default();
        match node.form() {
            form @ (Form::Plain | Form::Quoted) => Value::Scalar {
                text: self.texts.get(node.range()).unwrap_or_default(),
                quoted: form == Form::Quoted,
            },
            Form::Sequence => Value::Sequence(children()),
            Form::Mapping => Value::Mapping(children().as_chunks().0),
        }
    }
}

impl Tree {
    /// What `id`, which must come from this tree, holds.
    #[must_use]
    pub fn value(&self, id: NodeId) -> Value<'_> {
        self.parts.value(self.parts.nodes[id.0 as usize])
    }

    /// Where `id` stands.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        let node = self.parts.nodes[id.0 as usize];
        let file = self.files.get(id.0 as usize).copied();
        Span {
            file: file.unwrap_or(self.file),
            start: node.start,
            end: node.end,
        }
    }

    /// The tag of `id` as written, if any. O(log tags).
    #[must_use]
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        let tags = &self.parts.tags;
        let at = tags.binary_search_by_key(&id.0, |tag| tag.node).ok()?;
        let tag = tags.get(at)?;
        let (at, size) = (tag.at as usize, tag.size as usize);
        self.parts.texts.get(at..at + size)
    }

    /// The root of the document.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// How many nodes the document has (aliases counted once).
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.nodes.len()
    }

    /// True if the document holds no node at all (an empty document).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.nodes.is_empty()
    }

    /// Every node.
    pub(super) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..).take(self.len()).map(NodeId)
    }

    /// Whether any mapping has a merge key (`<<`).
    pub(super) fn has_merges(&self) -> bool {
        self.merges
    }

    /// The pairs of mapping `id` itself; nothing for other nodes.
    pub(super) fn pairs(&self, id: NodeId) -> &[[NodeId; 2]] {
        match self.value(id) {
            Value::Mapping(pairs) => pairs,
            _ => &[],
        }
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
        let Value::Scalar { text: "<<", quoted } = self.value(id) else {
            return false;
        };
        !quoted || self.tag(id).is_some_and(|tag| tag.ends_with("merge"))
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
    /// The same document in a file of another number. O(comments).
    pub fn renumber(&mut self, file: FileId) {
        self.file = file;
        self.tree.file = file;
        self.tree.files = Box::default();
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

/// A tree that is being made. One may make many trees in turn: what it took is used again.
#[derive(Debug)]
pub(super) struct Sapling {
    parts: Growing,
    file: FileId,
    files: Vec<FileId>,
    merges: bool,
}

impl Sapling {
    pub(super) fn new(file: FileId) -> Self {
        Self {
            parts: Parts::default(),
            file,
            files: Vec::new(),
            merges: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.parts.nodes.len()
    }

    /// Adds a node. `None` when the tree is larger than a tree can be (some 2^30 bytes).
    pub(super) fn push(
        &mut self,
        value: Value<'_>,
        span: Span,
        tag: Option<&str>,
    ) -> Option<NodeId> {
        let id = u32::try_from(self.len()).ok()?;
        if span.file != self.file || !self.files.is_empty() {
            self.files.resize(self.len(), self.file);
            self.files.push(span.file);
        }
        let (at, size) = self.keep(value)?;
        self.parts.nodes.push(Slim {
            start: span.start,
            end: span.end,
            at,
            size,
        });
        if let Some(tag) = tag {
            let at = u32::try_from(self.parts.texts.len()).ok()?;
            let size = u32::try_from(tag.len()).ok()?;
            self.parts.texts.push_str(tag);
            self.parts.tags.push(Tag { node: id, at, size });
        }
        Some(NodeId(id))
    }

    /// Gives a node its content, and the bytes `start..end` of its file. `None` as for
    /// [`push`](Self::push).
    pub(super) fn set(&mut self, id: NodeId, value: Value<'_>, start: u32, end: u32) -> Option<()> {
        let (at, size) = self.keep(value)?;
        let node = self.parts.nodes.get_mut(id.0 as usize)?;
        *node = Slim {
            start,
            end,
            at,
            size,
        };
        Some(())
    }

    fn keep(&mut self, value: Value<'_>) -> Option<(u32, u32)> {
        let (form, at, size) = match value {
            Value::Scalar { text, quoted } => {
                self.merges |= text == "<<";
                let at = self.parts.texts.len();
                self.parts.texts.push_str(text);
                let form = if quoted { Form::Quoted } else { Form::Plain };
                (form, at, text.len())
            }
            Value::Sequence(items) => {
                let at = self.parts.children.len();
                self.parts.children.extend_from_slice(items);
                (Form::Sequence, at, items.len())
            }
            Value::Mapping(pairs) => {
                let at = self.parts.children.len();
                self.parts.children.extend_from_slice(pairs.as_flattened());
                (Form::Mapping, at, pairs.len() * 2)
            }
        };
        let size = u32::try_from(size).ok().filter(|size| *size < 1 << 30)?;
        Some((u32::try_from(at).ok()?, size << 2 | form as u32))
    }

    pub(super) fn value(&self, id: NodeId) -> Option<Value<'_>> {
        let node = self.parts.nodes.get(id.0 as usize)?;
        Some(self.parts.value(*node))
    }

    pub(super) fn span(&self, id: NodeId) -> Option<Span> {
        let node = self.parts.nodes.get(id.0 as usize)?;
        let file = self.files.get(id.0 as usize).copied();
        Some(Span {
            file: file.unwrap_or(self.file),
            start: node.start,
            end: node.end,
        })
    }

    pub(super) fn has_tag(&self, id: NodeId) -> bool {
        self.parts.tags.iter().any(|tag| tag.node == id.0)
    }

    /// The tree as it is; the next node begins another.
    pub(super) fn grown(&mut self, root: NodeId) -> Tree {
        let parts = &mut self.parts;
        let tree = Tree {
            parts: Parts {
                nodes: parts.nodes.as_slice().into(),
                children: parts.children.as_slice().into(),
                texts: parts.texts.as_str().into(),
                tags: parts.tags.as_slice().into(),
            },
            root,
            file: self.file,
            files: self.files.as_slice().into(),
            merges: self.merges,
        };
        self.clear();
        tree
    }

    /// Forgets all nodes.
    pub(super) fn clear(&mut self) {
        self.parts.nodes.clear();
        self.parts.children.clear();
        self.parts.texts.clear();
        self.parts.tags.clear();
        self.files.clear();
        self.merges = false;
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
    type Item = &'t [[NodeId; 2]];

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(id) = self.next.pop() {
            match self.tree.value(id) {
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
                    let merges = pairs.iter().filter(|[key, _]| self.tree.is_merge_key(*key));
                    let before = self.next.len();
                    self.next.extend(merges.map(|[_, value]| *value));
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
