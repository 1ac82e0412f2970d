//! One line a finding: `path:line:column: severity[rule] message`.

use std::fmt::Write as _;

use super::Lint;
use crate::output::text::clean;

/// Every finding on a line of its own; nothing else.
#[must_use]
pub fn concise(lint: &Lint<'_>) -> String {
    let mut out = String::new();
    for finding in &lint.judged.open {
        if let Some(place) = &finding.place {
            let location = place.location(lint.sources).to_string();
            let _ = write!(out, "{}: ", clean(&location));
        }
        let _ = writeln!(
            out,
            "{}[{}] {}",
            finding.severity,
            finding.rule,
            clean(&finding.message)
        );
    }
    out
}
