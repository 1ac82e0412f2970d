//! Where something stands in a file: byte ranges, and line and column made from them late.

/// Index of a file in the [`SourceMap`](super::SourceMap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range in one file. `start <= end`; both lie on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            file,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// The byte range, for slicing the file's text.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Line and column, both from 1; the column counts characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Byte offsets at which the lines of one file begin.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Scans `text` once. O(bytes).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let after = newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self {
            starts: std::iter::once(0).chain(after).collect(),
        }
    }

    /// The position of byte `offset` of `text` (the text the index was made from). O(log lines).
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let begin = self.starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(text.len());
        let column = text
            .get(begin..end)
            .map_or(0, |before| before.chars().count());
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: number(line),
            column: number(column + 1),
        }
    }

    /// Byte range of line `line` (from 1) of `text`, without its line break; `None` past the end.
    #[must_use]
    pub fn line_range(&self, text: &str, line: u32) -> Option<std::ops::Range<usize>> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(index)? as usize;
        let end = self
            .starts
            .get(index + 1)
            .map_or(text.len(), |next| *next as usize);
        let trimmed = text.get(start..end)?.trim_end_matches(['\n', '\r']);
        Some(start..start + trimmed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "a\r\n판교: x\nlast";
        let index = LineIndex::new(text);
        let at = |needle: &str| {
            index.position(
                text,
                u32::try_from(text.find(needle).expect("there")).expect("small"),
            )
        };
        assert_eq!(at("a"), Position { line: 1, column: 1 });
        assert_eq!(at("x"), Position { line: 2, column: 5 });
        assert_eq!(at("last"), Position { line: 3, column: 1 });
        assert_eq!(index.position(text, 999), Position { line: 3, column: 5 });
        assert_eq!(index.line_range(text, 1).map(|r| &text[r]), Some("a"));
        assert_eq!(index.line_range(text, 4), None);
    }
}
