//! Where a finding stands, for formats that want exactly one place of a file.

use super::Lint;
use crate::findings::group::Group;
use crate::findings::{Finding, Place};
use crate::ingest::fact::Source;
use crate::output::text::{listed, plural};
use crate::source::Location;

/// A range on one line: `end` is the column after the last character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) at: Location,
    pub(super) end: Option<u32>,
}

/// The range of a place. What runs over several lines is cut at the end of the first.
pub(super) fn range(lint: &Lint<'_>, place: &Place) -> Range {
    let at = place.location(lint.sources);
    let end = match place {
        Place::Source(Source::Here(span)) => {
            let text = lint.sources.file(span.file).text.get(span.range());
            let first = text.and_then(|text| text.lines().next()).unwrap_or("");
            let width = u32::try_from(first.trim_end().chars().count()).unwrap_or(1);
            Some(at.column.saturating_add(width.max(1)))
        }
        Place::Source(Source::Recorded(_)) | Place::File(_) => None,
    };
    Range { at, end }
}

/// The place of a finding; where no source speaks of its subject, the first place that explains
/// it, and at last the first file there is.
pub(super) fn of(lint: &Lint<'_>, finding: &Finding) -> Option<Range> {
    let related = finding.related.first().map(|related| &related.place);
    if let Some(place) = finding.place.as_ref().or(related) {
        return Some(range(lint, place));
    }
    let (_, first) = lint.sources.files().next()?;
    Some(Range {
        at: Location {
            file: first.path.to_string(),
            line: 1,
            column: 1,
        },
        end: None,
    })
}

/// The other findings of one matter, in a line.
pub(super) fn others(group: &Group<'_>) -> String {
    const MOST: usize = 10;
    let subjects = group.more.iter().take(MOST);
    let mut names: Vec<String> = subjects
        .map(|finding| format!("`{}`", finding.subject))
        .collect();
    let more = group.more.len().saturating_sub(MOST);
    if more > 0 {
        names.push(plural(more, "more"));
    }
    format!("for the same cause also {}", listed(&names, "and"))
}

/// What explains a finding beyond its message, a line each: the chain, the notes, what to do.
pub(super) fn explanation(lint: &Lint<'_>, finding: &Finding) -> Vec<String> {
    let hops = finding.related.iter().map(|related| {
        let location = related.place.location(lint.sources);
        format!("{} ({location})", related.words)
    });
    let notes = finding.notes.iter().map(ToString::to_string);
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    hops.chain(notes).chain(help).collect()
}
