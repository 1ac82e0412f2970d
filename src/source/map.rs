//! The files that were read: path and text by [`FileId`].

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

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
    /// Found when a place in it is first asked for: few files have any that is.
    lines: OnceLock<LineIndex>,
    /// What Terraform marks as sensitive, found when a line is first shown.
    marked: OnceLock<Vec<Range<usize>>>,
}

impl SourceFile {
    /// A file of this text.
    #[must_use]
    pub fn new(path: Utf8PathBuf, text: String, named: Option<u32>) -> Self {
        Self {
            lines: OnceLock::new(),
            marked: OnceLock::new(),
            path,
            text,
            named,
        }
    }

    /// Where its lines begin. O(bytes) the first time.
    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
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
        file.lines().position(&file.text, span.start)
    }

    /// Line `line` (from 1) of a file as it may be shown: secrets masked, without its line break.
    /// The only way in which source text leaves for a reader's eyes. `None` past the end.
    #[must_use]
    pub fn shown_line(&self, id: FileId, line: u32) -> Option<String> {
        let file = self.file(id);
        let range = file.lines().line_range(&file.text, line)?;
        let marked = file.marked.get_or_init(|| self.marked(file));
        let inside: Vec<Range<usize>> = marked
            .iter()
            .filter(|secret| secret.start < range.end && secret.end > range.start)
            .map(|secret| {
                secret.start.max(range.start) - range.start..secret.end.min(range.end) - range.start
            })
            .collect();
        if inside.is_empty() {
            return Some(mask::line_at(&file.text, range).into_owned());
        }
        Some(mask::line_without(file.text.get(range)?, inside))
    }

    /// What Terraform marks as sensitive in a file.
    fn marked(&self, file: &SourceFile) -> Vec<Range<usize>> {
        let name = file.path.file_name().unwrap_or_default();
        let mut variables = BTreeSet::new();
        if name.ends_with(".tfvars") || name.ends_with(".tfvars.json") {
            let is_beside = |other: &&Arc<SourceFile>| {
                let name = other.path.file_name().unwrap_or_default();
                let declares = [".tf", ".tofu", ".tf.json", ".tofu.json"];
                other.path.parent() == file.path.parent()
                    && declares.iter().any(|ending| name.ends_with(ending))
            };
            for other in self.files.iter().filter(is_beside) {
                mask::terraform::variables(&other.path, &other.text, &mut variables);
            }
        }
        mask::terraform::marked(&file.path, &file.text, &variables)
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
    fn what_terraform_marks_as_sensitive_is_never_shown() {
        let mut map = SourceMap::default();
        let mut hidden = |path: &str, text: &str| {
            let id = map.add(path.into(), text.to_owned());
            (id, text.lines().count())
        };
        let files = [
            hidden(
                "a/main.tf",
                "variable \"greeting\" {\n  sensitive = true\n  default = \"swordfish\"\n}\nlocals {\n  shown = \"plain\"\n}\n",
            ),
            hidden(
                "a/x.tfvars",
                "greeting = \"swordfish\"\nother = \"plain\"\n",
            ),
            hidden(
                "a/x.auto.tfvars.json",
                "{\n\"greeting\": \"swordfish\",\n\"other\": \"plain\"}",
            ),
            hidden(
                "a/terraform.tfstate",
                "{\"version\": 4, \"outputs\": {\"o\": {\"sensitive\": true,\n\"value\": \"swordfish\"}},\n\"resources\": [{\"instances\": [{\"attributes\": {\n\"content\": \"swordfish\",\n\"list\": [{\"x\":\n\"swordfish\"}],\n\"name\": \"plain\"},\n\"sensitive_attributes\": [[{\"type\": \"get_attr\", \"value\": \"content\"}],\n[{\"type\": \"get_attr\", \"value\": \"list\"}, {\"type\": \"index\", \"value\": {\"value\": 0, \"type\": \"number\"}}]]}]}]}",
            ),
            hidden(
                "a/plan.json",
                "{\"format_version\": \"1.0\",\n\"variables\": {\"v\": {\"value\": \"swordfish\"}},\n\"configuration\": {\"root_module\": {\"variables\": {\"v\": {\"sensitive\": true}}}},\n\"planned_values\": {\"root_module\": {\"child_modules\": [{\"resources\": [{\"values\": {\n\"content\": \"swordfish\", \"name\": \"plain\"}, \"sensitive_values\": {\"content\": true}}]}]}},\n\"resource_changes\": [{\"change\": {\"after\": {\n\"content\": \"swordfish\"}, \"after_sensitive\": {\"content\": true}}}]}",
            ),
        ];
        for (id, lines) in files {
            let shown: Vec<String> = (1..)
                .take(lines)
                .filter_map(|line| map.shown_line(id, line))
                .collect();
            let shown = shown.join("\n");
            assert!(!shown.contains("swordfish"), "{shown}");
            assert!(shown.contains("plain") && shown.contains("***"), "{shown}");
        }
    }

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
