//! A value taken out of its document, to be changed and made a document again: what patches work
//! on. Every part keeps the place it was written at, which may be in several files.

use super::span::{FileId, Span};
use super::tree::{Document, NodeId, Sapling, Value};
use super::view::{Kind, View};

/// Deepest value that is taken out, or made by changes.
pub const MOST_DEPTH: usize = 128;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Piece {
    pub content: Content,
    pub span: Span,
}

/// What a [`Piece`] holds. Merge keys are applied and each key occurs once.
#[derive(Clone, Debug)]
pub enum Content {
    Scalar { text: Box<str>, quoted: bool },
    Sequence(Vec<Piece>),
    Mapping(Vec<(Piece, Piece)>),
}

impl Piece {
    /// A copy of what `view` shows; every value is paid for with `spend`. `None` if that runs out,
    /// or the value is nested deeper than [`MOST_DEPTH`].
    pub fn of(view: View<'_>, spend: &dyn Fn(usize) -> bool) -> Option<Self> {
        Self::copy(view, None, MOST_DEPTH, spend)
    }

    /// As [`of`](Self::of), with all parts at `span`: for text within a value of another document.
    pub fn at(view: View<'_>, span: Span, spend: &dyn Fn(usize) -> bool) -> Option<Self> {
        Self::copy(view, Some(span), MOST_DEPTH, spend)
    }

    fn copy(
        view: View<'_>,
        span: Option<Span>,
        depth: usize,
        spend: &dyn Fn(usize) -> bool,
    ) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        if !spend(1 + view.size()) {
            return None;
        }
        let content = match view.kind() {
            Kind::Null => Content::Scalar {
                text: "".into(),
                quoted: false,
            },
            Kind::Scalar => Content::Scalar {
                text: view.as_str().unwrap_or_default().into(),
                quoted: view.is_quoted(),
            },
            Kind::Sequence => Content::Sequence(
                view.items()
                    .map(|item| Self::copy(item, span, depth, spend))
                    .collect::<Option<_>>()?,
            ),
            Kind::Mapping => {
                let entries = view.entries();
                if !spend(entries.len()) {
                    return None;
                }
                let copied = entries.into_iter().map(|(key, value)| {
                    Some((
                        Self::copy(key, span, depth, spend)?,
                        Self::copy(value, span, depth, spend)?,
                    ))
                });
                Content::Mapping(copied.collect::<Option<_>>()?)
            }
        };
        Some(Self {
            content,
            span: span.unwrap_or(view.span()),
        })
    }

    /// Text, quoted, at `span`.
    #[must_use]
    pub fn text(text: &str, span: Span) -> Self {
        Self {
            content: Content::Scalar {
                text: text.into(),
                quoted: true,
            },
            span,
        }
    }

    /// A mapping of these keys, all at `span`.
    #[must_use]
    pub fn mapping(pairs: Vec<(&str, Self)>, span: Span) -> Self {
        let pairs = pairs.into_iter();
        let pairs = pairs.map(|(key, value)| (Self::text(key, span), value));
        Self {
            content: Content::Mapping(pairs.collect()),
            span,
        }
    }

    /// Plain empty, `~` or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar { text, quoted } => {
                !quoted && matches!(&**text, "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// The value of `key`; nothing in what is no mapping. O(keys).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Mapping(pairs) => pairs
                .iter()
                .find(|(name, _)| name.as_str() == Some(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// As [`get`](Self::get), to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.content {
            Content::Mapping(pairs) => pairs
                .iter_mut()
                .find(|(name, _)| name.as_str() == Some(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value at the end of a chain of keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |piece, key| piece.get(key))
    }

    /// Keys and values of a mapping; keys that are no text are left out.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, &Self)> {
        match &self.content {
            Content::Mapping(pairs) => pairs
                .iter()
                .filter_map(|(key, value)| Some((key.as_str()?, value)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Gives `key` this value; what is no mapping becomes one.
    pub fn set(&mut self, key: &str, value: Self) {
        if let Some(old) = self.get_mut(key) {
            *old = value;
            return;
        }
        let name = Self::text(key, value.span);
        match &mut self.content {
            Content::Mapping(pairs) => pairs.push((name, value)),
            other => *other = Content::Mapping(vec![(name, value)]),
        }
    }

    /// The mapping at `key`, made where there is none.
    pub fn mapping_at(&mut self, key: &str) -> Option<&mut Self> {
        let span = self.span;
        let is_mapping = |piece: &Self| matches!(piece.content, Content::Mapping(_));
        if !self.get(key).is_some_and(is_mapping) {
            self.set(key, Self::mapping(Vec::new(), span));
        }
        self.get_mut(key)
    }

    /// Takes `key` away; true if it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        match &mut self.content {
            Content::Mapping(pairs) => {
                let before = pairs.len();
                pairs.retain(|(name, _)| name.as_str() != Some(key));
                pairs.len() < before
            }
            _ => false,
        }
    }

    /// How many items or pairs it holds itself. O(1).
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.content {
            Content::Scalar { .. } => 0,
            Content::Sequence(items) => items.len(),
            Content::Mapping(pairs) => pairs.len(),
        }
    }

    /// Levels of nesting, 1 for a scalar, and values in all. O(values).
    #[must_use]
    pub fn measure(&self) -> (usize, usize) {
        let inner: Vec<_> = match &self.content {
            Content::Scalar { .. } => Vec::new(),
            Content::Sequence(items) => items.iter().map(Self::measure).collect(),
            Content::Mapping(pairs) => pairs.iter().map(|(_, value)| value.measure()).collect(),
        };
        let deepest = inner.iter().map(|(depth, _)| *depth).max().unwrap_or(0);
        let values: usize = inner.iter().map(|(_, values)| *values).sum();
        (deepest + 1, values + 1)
    }

    /// A document with this as its root, of `file`.
    #[must_use]
    pub fn into_document(self, file: FileId) -> Document {
        let mut sapling = Sapling::new(file);
        let root = self.lay(&mut sapling);
        Document {
            file,
            index: 0,
            tree: sapling.grown(root),
            comments: Vec::new(),
        }
    }

    /// Puts it into a tree. One that would be larger than a tree can be loses values: what
    /// pieces may be made of is bounded far below that.
    fn lay(self, sapling: &mut Sapling) -> NodeId {
        let id = match self.content {
            Content::Scalar { text, quoted } => {
                let text = &*text;
                sapling.push(Value::Scalar { text, quoted }, self.span, None)
            }
            Content::Sequence(items) => {
                let items: Vec<_> = items.into_iter().map(|item| item.lay(sapling)).collect();
                sapling.push(Value::Sequence(&items), self.span, None)
            }
            Content::Mapping(pairs) => {
                let pairs = pairs.into_iter();
                let laid = pairs.map(|(key, value)| [key.lay(sapling), value.lay(sapling)]);
                let laid: Vec<_> = laid.collect();
                sapling.push(Value::Mapping(&laid), self.span, None)
            }
        };
        id.unwrap_or(NodeId(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Limits, yaml};

    #[test]
    fn a_copy_is_the_same_and_keeps_its_places() {
        let text = "a: &x {b: 1, c: [\"2\", ~]}\nd: *x\ne: {<<: *x, b: 3}\n";
        let read = yaml::read(FileId(7), text, &Limits::default());
        let piece = Piece::of(read.documents[0].root(), &|_| true).unwrap();
        assert_eq!(piece.path(&["e", "b"]).unwrap().as_str(), Some("3"));
        assert!(piece.path(&["e", "c"]).is_some());
        assert_eq!(piece.measure().0, 4);
        let document = piece.into_document(FileId(7));
        let root = document.root();
        let b = root.path(&["d", "b"]).unwrap();
        assert_eq!(b.as_count(), Some(1));
        assert_eq!(&text[b.span().range()], "1");
        let c: Vec<_> = root.path(&["a", "c"]).unwrap().items().collect();
        assert!(c[0].is_quoted() && c[1].is_null());
    }

    #[test]
    fn aliases_are_paid_for() {
        let text = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n";
        let read = yaml::read(FileId(0), text, &Limits::default());
        let left = std::cell::Cell::new(100_usize);
        let spend = |cost: usize| {
            let rest = left.get().checked_sub(cost);
            left.set(rest.unwrap_or(0));
            rest.is_some()
        };
        assert!(Piece::of(read.documents[0].root(), &spend).is_none());
    }
}
