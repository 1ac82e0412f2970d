//! Which lines of a text are not in an earlier one.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileId, SourceMap};

/// Most line pairs that are compared one by one; longer texts are compared by their ends alone.
const MOST_PAIRS: usize = 4_000_000;

/// Lines of some files that differ from those of earlier files of the same paths.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// File and line, from 1.
    lines: BTreeSet<(FileId, u32)>,
}

impl Changes {
    /// Compares each file of `new` with the one of its path in `old`; without one, every line is
    /// new. Time: for each file the product of the lines that differ.
    #[must_use]
    pub fn new(old: &SourceMap, new: &SourceMap) -> Self {
        let mut lines = BTreeSet::new();
        let texts = old
            .files()
            .map(|(_, file)| (&file.path, file.text.as_str()));
        let texts: BTreeMap<_, &str> = texts.collect();
        for (id, file) in new.files() {
            let before = texts.get(&file.path).copied().unwrap_or_default();
            if before == file.text {
                continue;
            }
            lines.extend(
                changed(before, &file.text)
                    .into_iter()
                    .map(|line| (id, line)),
            );
        }
        Self { lines }
    }

    /// Whether this line is new or changed.
    #[must_use]
    pub fn holds(&self, file: FileId, line: u32) -> bool {
        self.lines.contains(&(file, line))
    }
}

/// Numbers (from 1) of the lines of `new` that are not in a longest common subsequence with `old`.
fn changed(old: &str, new: &str) -> Vec<u32> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let same = |(a, b): &(&&str, &&str)| a == b;
    let start = old.iter().zip(&new).take_while(same).count();
    let ends = old.iter().rev().zip(new.iter().rev()).take_while(same);
    let end = ends.count().min(old.len().min(new.len()) - start);
    let before = old.get(start..old.len() - end).unwrap_or_default();
    let after = new.get(start..new.len() - end).unwrap_or_default();
    let number = |at: usize| u32::try_from(start + at + 1).unwrap_or(u32::MAX);
    if before.len().saturating_mul(after.len()) > MOST_PAIRS {
        return (0..after.len()).map(number).collect();
    }
    // Length of the longest common subsequence of the rests, by row of `before`.
    let width = after.len() + 1;
    let mut longest = vec![0_u32; (before.len() + 1) * width];
    for (row, line) in before.iter().enumerate().rev() {
        for (column, other) in after.iter().enumerate().rev() {
            let at = row * width + column;
            longest[at] = if line == other {
                longest[at + width + 1] + 1
            } else {
                longest[at + width].max(longest[at + 1])
            };
        }
    }
    let mut lines = Vec::new();
    let (mut row, mut column) = (0, 0);
    while column < after.len() {
        if row < before.len() && before[row] == after[column] {
            row += 1;
            column += 1;
        } else if row < before.len()
            && longest[(row + 1) * width + column] >= longest[row * width + column + 1]
        {
            row += 1;
        } else {
            lines.push(number(column));
            column += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn only_what_is_new_is_changed() {
        assert_eq!(changed("a\nb\nc\n", "a\nb\nc\n"), [0; 0]);
        assert_eq!(changed("a\nb\nc\n", "a\nx\nc\n"), [2]);
        assert_eq!(changed("a\nc\n", "a\nb\nc\n"), [2]);
        assert_eq!(changed("a\nb\nc\n", "c\n"), [0; 0]);
        assert_eq!(changed("", "a\nb\n"), [1, 2]);
        assert_eq!(changed("a\na\n", "a\na\na\n").len(), 1);
        assert_eq!(changed("a\nb\nc\nd\ne\n", "a\nc\nx\nd\ny\ne\n"), [3, 5]);
        assert_eq!(changed("a\nb\n", "b\na\n").len(), 1);
    }
}
