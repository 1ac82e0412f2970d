//! Lines of source around a place, as they may be shown: secrets masked, control characters made
//! visible, endless lines cut to the part that matters.

use std::fmt::Write as _;
use std::ops::Range;

use crate::output::text::is_hostile;
use crate::source::{FileId, SourceMap, Span};

/// Lines longer than this are cut around the place.
const LONGEST: usize = 200;
/// What is kept before a place on a line that is cut.
const BEFORE: usize = 60;
/// A place within this many lines of the first one is shown in the same picture.
const NEAR: u32 = 6;
/// Places shown on one line.
const MOST_ON_LINE: usize = 2;
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
        let here = shown.iter().filter(|(_, other)| *other == line).count();
        if span.file == first.file
            && line.abs_diff(home) <= NEAR
            && here < MOST_ON_LINE
            && shown.len() < MOST
        {
            shown.push((number, line));
        }
    }
    let first_line = shown.iter().map(|(_, line)| *line).min()?;
    let last_line = shown.iter().map(|(_, line)| *line).max()?;
    let mut text = String::new();
    let mut marks: Vec<(usize, Range<usize>, String)> = Vec::new();
    for line in first_line..=last_line {
        let here: Vec<usize> = shown
            .iter()
            .filter(|(_, other)| *other == line)
            .map(|(number, _)| *number)
            .collect();
        let spans: Vec<Range<usize>> = here
            .iter()
            .filter_map(|number| places.get(*number))
            .map(|(span, _)| columns(sources, *span))
            .collect();
        let (line_text, ranges) = show(sources, first.file, line, &spans);
        for (number, range) in here.into_iter().zip(ranges) {
            let words = places.get(number).map_or("", |(_, words)| *words);
            let range = text.len() + range.start..text.len() + range.end;
            marks.push((number, range, words.to_owned()));
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

/// One line as it may be shown, and the byte ranges in it of `columns` of the line as written. A
/// masked line may be shorter than the written one: then a range ends where the line does.
fn show(
    sources: &SourceMap,
    file: FileId,
    line: u32,
    columns: &[Range<usize>],
) -> (String, Vec<Range<usize>>) {
    let masked = sources.shown_line(file, line).unwrap_or_default();
    let letters: Vec<char> = masked.chars().collect();
    let first = columns.iter().map(|range| range.start).min().unwrap_or(0);
    let from = if letters.len() > LONGEST {
        first.min(letters.len()).saturating_sub(BEFORE)
    } else {
        0
    };
    let to = letters.len().min(from + LONGEST);
    let mut text = String::new();
    if from > 0 {
        text.push('…');
    }
    // Where each letter of the shown part begins, and where the last one ends.
    let mut starts = Vec::with_capacity(to - from + 1);
    for letter in letters.get(from..to).unwrap_or_default() {
        starts.push(text.len());
        match letter {
            '\t' => text.push_str("    "),
            letter if is_hostile(*letter) => {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(*letter));
            }
            letter => text.push(*letter),
        }
    }
    starts.push(text.len());
    if to < letters.len() {
        text.push('…');
    }
    let last = starts.len() - 1;
    let at = |column: usize| {
        let index = column.saturating_sub(from).min(last);
        starts.get(index).copied().unwrap_or(0)
    };
    let ranges = columns.iter().map(|range| {
        // At least the last letter is marked, should the written place lie past the end.
        let start = range.start.min((from + last).saturating_sub(1));
        at(start)..at(range.end.max(start + 1))
    });
    let ranges = ranges.collect();
    (text, ranges)
}
