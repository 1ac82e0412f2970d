//! Lines of source around a place, as they may be shown: secrets masked, control characters made
//! visible, endless lines cut to the part that matters.

use std::ops::Range;

use crate::output::text::is_hostile;
use crate::source::{FileId, SourceMap, Span};

/// Lines longer than this are cut around the place.
const LONGEST: usize = 200;
/// What is kept before a place on a line that is cut.
const BEFORE: usize = 60;
/// A place within this many lines of the first one is shown in the same picture.
const NEAR: u32 = 6;
/// Places shown in one picture.
const MOST: usize = 5;

/// Some lines of one file, and places marked in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub(super) path: String,
    pub(super) first_line: u32,
    pub(super) text: String,
    /// Byte range in `text` and words; the first one is the place itself.
    pub(super) marks: Vec<(Range<usize>, String)>,
}

/// The picture of `places` (the first is the place itself; all in one file) and how many of them,
/// from the start, it shows.
pub(super) fn snippet(
    sources: &SourceMap,
    places: &[(Span, &str)],
) -> Option<(Snippet, Vec<usize>)> {
    let (first, _) = places.first()?;
    let home = sources.position(*first).line;
    let mut shown: Vec<(usize, u32)> = Vec::new();
    for (number, (span, _)) in places.iter().enumerate() {
        let line = sources.position(*span).line;
        let taken = shown.iter().any(|(_, other)| *other == line);
        if span.file == first.file && line.abs_diff(home) <= NEAR && !taken && shown.len() < MOST {
            shown.push((number, line));
        }
    }
    let first_line = shown.iter().map(|(_, line)| *line).min()?;
    let last_line = shown.iter().map(|(_, line)| *line).max()?;
    let mut text = String::new();
    let mut marks: Vec<(usize, Range<usize>, String)> = Vec::new();
    for line in first_line..=last_line {
        let here = shown.iter().find(|(_, other)| *other == line);
        let columns = here
            .and_then(|(number, _)| places.get(*number))
            .map(|(span, _)| columns(sources, *span));
        let (line_text, range) = show(sources, first.file, line, columns);
        if let Some((number, _)) = here
            && let Some((_, words)) = places.get(*number)
        {
            let range = text.len() + range.start..text.len() + range.end;
            marks.push((*number, range, (*words).to_owned()));
        }
        text.push_str(&line_text);
        text.push('\n');
    }
    marks.sort_by_key(|(number, ..)| *number);
    let numbers = marks.iter().map(|(number, ..)| *number).collect();
    let snippet = Snippet {
        path: sources.path(first.file).to_string(),
        first_line,
        text,
        marks: marks
            .into_iter()
            .map(|(_, range, words)| (range, words))
            .collect(),
    };
    Some((snippet, numbers))
}

/// First and last column (exclusive, from 0) of `span` on its first line, in characters.
fn columns(sources: &SourceMap, span: Span) -> Range<usize> {
    let start = sources.position(span).column.saturating_sub(1) as usize;
    let text = sources.file(span.file).text.get(span.range());
    let inside = text.unwrap_or_default().lines().next().unwrap_or_default();
    start..start + inside.trim_end().chars().count().max(1)
}

/// One line as it may be shown, and the byte range in it of `columns` of the line as written. A
/// masked line may be shorter than the written one: then the range ends where the line does.
fn show(
    sources: &SourceMap,
    file: FileId,
    line: u32,
    columns: Option<Range<usize>>,
) -> (String, Range<usize>) {
    let masked = sources.shown_line(file, line).unwrap_or_default();
    let letters: Vec<char> = masked.chars().collect();
    let columns = columns.unwrap_or(0..0);
    let start = columns.start.min(letters.len().saturating_sub(1));
    let end = columns.end.min(letters.len()).max(start);
    let from = if letters.len() > LONGEST {
        start.saturating_sub(BEFORE)
    } else {
        0
    };
    let mut text = String::new();
    if from > 0 {
        text.push('…');
    }
    let mut range = 0..0;
    for (at, letter) in letters.iter().enumerate().skip(from) {
        if at == from + LONGEST {
            text.push('…');
            break;
        }
        if at == start {
            range = text.len()..text.len();
        }
        match letter {
            '\t' => text.push_str("    "),
            letter if is_hostile(*letter) => {
                text.push_str(&format!("\\u{{{:x}}}", u32::from(*letter)));
            }
            letter => text.push(*letter),
        }
        if at < end {
            range.end = text.len();
        }
    }
    if range.end < range.start {
        range.end = range.start;
    }
    (text, range)
}
