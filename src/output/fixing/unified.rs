//! A unified diff of a text and its edits.

use std::fmt::Write as _;
use std::ops::Range;

/// Lines shown around a change.
const AROUND: usize = 3;

/// Text in place of a byte range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// Lines that change: their numbers (from 0), and what comes in their place.
struct Block {
    lines: Range<usize>,
    new: String,
}

/// The diff of `path` with `edits` made to `old`; edits don't overlap and are sorted. Empty where
/// nothing changes.
pub(super) fn unified(path: &str, old: &str, edits: &[Edit]) -> String {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.match_indices('\n').map(|(at, _)| at + 1))
        .filter(|at| *at < old.len())
        .collect();
    let line_of = |at: usize| {
        starts
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    };
    let begin = |line: usize| starts.get(line).copied().unwrap_or(old.len());
    let mut blocks: Vec<(Range<usize>, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        // What is put in at the start of a line touches no line of the old text.
        let pure = edit.range.is_empty() && starts.binary_search(&edit.range.start).is_ok();
        let closed = old.is_empty() || old.ends_with('\n');
        let at_end = edit.range.start >= old.len() && closed;
        let first = if at_end {
            starts.len()
        } else {
            line_of(edit.range.start)
        };
        let last = if pure || at_end {
            first
        } else {
            line_of(edit.range.end.saturating_sub(1).max(edit.range.start)) + 1
        };
        let meets = |lines: &Range<usize>| {
            first < lines.end || (first == lines.end && lines.start == lines.end)
        };
        match blocks.last_mut() {
            Some((lines, all)) if meets(lines) => {
                lines.end = lines.end.max(last);
                all.push(edit);
            }
            _ => blocks.push((first..last, vec![edit])),
        }
    }
    let blocks: Vec<Block> = blocks
        .into_iter()
        .map(|(lines, edits)| {
            let mut new = String::new();
            let mut at = begin(lines.start);
            for edit in edits {
                new.push_str(old.get(at..edit.range.start).unwrap_or_default());
                new.push_str(&edit.text);
                at = edit.range.end;
            }
            new.push_str(old.get(at..begin(lines.end)).unwrap_or_default());
            Block { lines, new }
        })
        .collect();
    if blocks.is_empty() {
        return String::new();
    }
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    let mut shift = 0isize;
    let mut rest = blocks.as_slice();
    while let Some(first) = rest.first() {
        // Blocks whose surroundings meet are one hunk.
        let together = 1 + rest
            .windows(2)
            .take_while(|two| match two {
                [a, b] => b.lines.start <= a.lines.end + 2 * AROUND,
                _ => false,
            })
            .count();
        let (hunk, after) = rest.split_at(together);
        rest = after;
        let from = first.lines.start.saturating_sub(AROUND);
        let end = hunk.last().map_or(0, |block| block.lines.end);
        let to = (end + AROUND).min(starts.len());
        let mut body = String::new();
        let (mut removed, mut added) = (0usize, 0usize);
        let mut line = from;
        let mut put = |sign: char, text: &str| {
            for one in text.split_inclusive('\n') {
                body.push(sign);
                body.push_str(one);
                if !one.ends_with('\n') {
                    body.push_str("\n\\ No newline at end of file\n");
                }
            }
        };
        for block in hunk {
            put(' ', &old[begin(line)..begin(block.lines.start)]);
            put('-', &old[begin(block.lines.start)..begin(block.lines.end)]);
            put('+', &block.new);
            removed += block.lines.len();
            added += block.new.split_inclusive('\n').count();
            line = block.lines.end;
        }
        put(' ', &old[begin(line)..begin(to)]);
        let before = to - from;
        let now = before + added - removed;
        let start = if before == 0 { from } else { from + 1 };
        let new_start = start.saturating_add_signed(shift);
        let _ = writeln!(out, "@@ -{start},{before} +{new_start},{now} @@");
        out.push_str(&body);
        shift += isize::try_from(added).unwrap_or(0) - isize::try_from(removed).unwrap_or(0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_become_hunks() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        let edit = |range: Range<usize>, text: &str| Edit {
            range,
            text: text.to_owned(),
        };
        let diff = unified("x.yaml", old, &[edit(2..2, "B\n"), edit(24..25, "M")]);
        assert_eq!(
            diff,
            "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,4 +1,5 @@\n a\n+B\n b\n c\n d\n@@ -10,4 +11,4 @@\n j\n k\n l\n-m\n+M\n"
        );
        assert_eq!(
            unified("x", "a", &[edit(1..1, "b")]),
            "--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+ab\n\\ No newline at end of file\n"
        );
        assert_eq!(unified("x", "a", &[]), "");
    }
}
