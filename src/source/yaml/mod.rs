//! YAML. A document is read by `lines` if it is of the plain form in which nearly all manifests
//! are written, else by `events`, which reads all of YAML at a tenth of the speed.
//!
//! * `lines`: block mappings and lists, line by line; `scan`: their scalars. * `events`: the parser `granit-parser`; the
//!   only file that names that crate. * `document`: the tree that both build.
//!
//! Which of them reads a document can't be told from its tree, places and comments: tests compare
//! them. Only what is wrong with a broken file is always said by `events`, on the whole file.

mod document;
mod events;
mod lines;
mod scan;
#[cfg(test)]
mod tests;

use super::problem::Problem;
use super::tree::{Comment, Document};
use super::{FileId, Limits, Reading, Span};
use document::DocumentBuilder;

/// Reads all documents of `text`, which is the content of `file`. A broken document is left at its
/// error; reading goes on at the next `---`.
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    in_pieces(file, text, limits).unwrap_or_else(|| events::read(file, text, limits))
}

/// What has been read of a file.
struct Pile<'l> {
    file: FileId,
    limits: &'l Limits,
    /// The document that is being read.
    document: DocumentBuilder<'l>,
    reading: Reading,
    /// Comments since the last document, or of the one that is being read.
    comments: Vec<Comment>,
    /// Documents begun so far, the empty and the broken ones too.
    index: usize,
}

/// Why there is no tree of a document: what limit it runs into, and where.
type Stopped = (super::build::Stop, Span);

impl<'l> Pile<'l> {
    fn new(file: FileId, limits: &'l Limits) -> Self {
        Self {
            file,
            limits,
            document: DocumentBuilder::new(file, limits),
            reading: Reading::default(),
            comments: Vec::new(),
            index: 0,
        }
    }

    /// Counts one more document, and makes room for it. Its number.
    fn begin(&mut self) -> u32 {
        let index = u32::try_from(self.index).unwrap_or(u32::MAX);
        self.index += 1;
        self.document.clear();
        index
    }

    /// Keeps the document that was read, unless it holds nothing at all.
    fn keep(&mut self, index: u32) -> Result<(), Stopped> {
        let Some(root) = self.document.root() else {
            return Ok(());
        };
        let builder = &mut self.document.builder;
        let whole = builder.span(root);
        let whole = whole.unwrap_or(Span::new(self.file, 0, 0));
        let tree = builder.tree(root).map_err(|stop| (stop, whole))?;
        self.reading.documents.push(Document {
            file: self.file,
            index,
            tree,
            comments: std::mem::take(&mut self.comments),
        });
        Ok(())
    }

    /// All of it. What follows the last document belongs to it.
    fn finish(mut self) -> Reading {
        if let Some(last) = self.reading.documents.last_mut() {
            last.comments.append(&mut self.comments);
        }
        self.reading
    }
}

/// Reads the documents one by one, each by whoever can. `None` where only the whole file tells:
/// something is wrong with it, or it has directives.
fn in_pieces(file: FileId, text: &str, limits: &Limits) -> Option<Reading> {
    if !lines::may_read(text) {
        return None;
    }
    let mut pile = Pile::new(file, limits);
    let mut at = 0;
    while at < text.len() {
        let end = end_of_piece(text, at);
        let piece = text.get(..end)?;
        let before = (pile.reading.problems.len(), pile.comments.len(), pile.index);
        if lines::document(&mut pile, piece, at).is_none() {
            let problems: &mut Vec<Problem> = &mut pile.reading.problems;
            problems.truncate(before.0);
            pile.comments.truncate(before.1);
            pile.index = before.2;
            events::piece(&mut pile, text, at..end)?;
        }
        at = end;
    }
    Some(pile.finish())
}

/// Where the text up to the next line that begins a document (`---`) ends. Within scalars there
/// are no such lines.
fn end_of_piece(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("\n---")) {
        at += found + 1;
        let after = text.as_bytes().get(at + 3);
        if after.is_none_or(u8::is_ascii_whitespace) {
            return at;
        }
    }
    text.len()
}
