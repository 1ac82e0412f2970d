//! Pointing findings at what was changed: a reviewer sees the lines of a pull request, so of the
//! places of a new finding the first one among them becomes its place.

use super::{Finding, Place, Related};
use crate::ingest::fact::Source;
use crate::source::SourceMap;
use crate::source::changes::Changes;

/// Moves the place of each new finding that does not stand on a changed line to the first of its
/// related places that does. What it stood on stays among the related ones.
pub fn point_at(findings: &mut [Finding], changes: &Changes, sources: &SourceMap) {
    let is_changed = |place: &Place| match place {
        Place::Source(Source::Here(span)) => changes.holds(span.file, sources.position(*span).line),
        Place::Source(Source::Recorded(_)) | Place::File(_) => false,
    };
    for finding in findings.iter_mut().filter(|finding| !finding.known) {
        if finding.place.as_ref().is_some_and(is_changed) {
            continue;
        }
        let Some(at) = finding
            .related
            .iter()
            .position(|related| is_changed(&related.place))
        else {
            continue;
        };
        let Related { place, words, .. } = finding.related.remove(at);
        let label = std::mem::replace(&mut finding.label, words);
        if let Some(before) = finding.place.replace(place) {
            finding.related.insert(0, Related::new(before, label));
        }
    }
}
