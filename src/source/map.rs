//! The files that were read: path and text by [`FileId`].

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::mask;
use super::span::{FileId, LineIndex, Position, Span};

/// One file: its path as users know it (relative to where they stand, `/` between parts).
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub path: Utf8PathBuf,
    pub text: String,
    /// Position of the argument that names this very file, if one does; `None` for files found in
    /// a directory. Formats that merge files in a given order (Compose) go by it.
    pub named: Option<u32>,
    lines: LineIndex,
}

impl SourceFile {
    /// A file of this text. O(bytes): finds its lines.
    #[must_use]
    pub fn new(path: Utf8PathBuf, text: String, named: Option<u32>) -> Self {
        Self {
            lines: LineIndex::new(&text),
            path,
            text,
            named,
        }
    }
}

/// All files that were read, by [`FileId`], in sorted order of their paths.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

/// A place as users read it: `path:line:column`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl SourceMap {
    /// Adds a file that no argument names. Ids are given in order, from 0.
    pub fn add(&mut self, path: Utf8PathBuf, text: String) -> FileId {
        self.add_named(path, text, None)
    }

    /// As [`add`](Self::add), for a file that argument `named` may name.
    pub fn add_named(&mut self, path: Utf8PathBuf, text: String, named: Option<u32>) -> FileId {
        self.share(Arc::new(SourceFile::new(path, text, named)))
    }

    /// Adds a file that others may hold too.
    pub fn share(&mut self, file: Arc<SourceFile>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(file);
        id
    }

    /// Every file with its id.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(self.files.iter().map(|file| &**file))
    }

    /// Whether `other` holds the same files: paths, texts and order.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<SourceFile>, &Arc<SourceFile>)| {
            Arc::ptr_eq(a, b) || (&a.path, &a.text, a.named) == (&b.path, &b.text, b.named)
        };
        self.files.len() == other.files.len() && self.files.iter().zip(&other.files).all(same)
    }

    /// The file behind `id`, which must come from this map.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The path of a file.
    #[must_use]
    pub fn path(&self, id: FileId) -> &Utf8Path {
        &self.file(id).path
    }

    /// Line and column of the start of `span`.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let file = self.file(span.file);
        file.lines.position(&file.text, span.start)
    }

    /// Line `line` (from 1) of a file as it may be shown: secrets masked, without its line break.
    /// The only way in which source text leaves for a reader's eyes. `None` past the end.
    #[must_use]
    pub fn shown_line(&self, id: FileId, line: u32) -> Option<String> {
        let file = self.file(id);
        let range = file.lines.line_range(&file.text, line)?;
        Some(mask::line_at(&file.text, range).into_owned())
    }

    /// Path, line and column of the start of `span`.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let Position { line, column } = self.position(span);
        Location {
            file: self.path(span.file).to_string(),
            line,
            column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_lines_are_masked() {
        let mut map = SourceMap::default();
        let text = "- name: PASSWORD\r\n  value: hunter2\r\n";
        let id = map.add("a.yaml".into(), text.to_owned());
        assert_eq!(map.shown_line(id, 1).as_deref(), Some("- name: PASSWORD"));
        assert_eq!(map.shown_line(id, 2).as_deref(), Some("  value: ***"));
        assert_eq!(map.shown_line(id, 9), None);
    }
}
