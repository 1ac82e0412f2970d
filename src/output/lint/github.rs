//! Annotations of a GitHub Actions run: workflow commands, one a finding.

use std::fmt::Write as _;

use super::{Lint, place};
use crate::findings::Severity;
use crate::findings::group::{Group, groups};
use crate::output::text::{clean, plural};

/// GitHub shows this many annotations of one level in a step, and drops the others unsaid.
const MOST: usize = 10;

/// Lines that explain a finding in its annotation.
const MOST_LINES: usize = 12;

/// An annotation for each matter, worst first; and how many could not be shown. Nothing of the
/// inputs can begin a line, so nothing of them can be a command.
#[must_use]
pub fn github(lint: &Lint<'_>) -> String {
    let mut out = String::new();
    for severity in Severity::ALL {
        let open = lint.judged.open.iter();
        let same = groups(open.filter(|finding| finding.severity == severity));
        for group in same.iter().take(MOST) {
            annotation(lint, group, &mut out);
        }
        let left = same.iter().skip(MOST);
        let more: usize = left.map(|group| 1 + group.more.len()).sum();
        if more > 0 {
            let what = plural(more, &format!("more {severity}"));
            let _ = writeln!(
                out,
                "spof: {what}; GitHub shows {MOST} annotations of a level"
            );
        }
    }
    out
}

fn annotation(lint: &Lint<'_>, group: &Group<'_>, out: &mut String) {
    let finding = group.first;
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let _ = write!(out, "::{level} ");
    if let Some(place::Range { at, end }) = place::of(lint, finding) {
        let _ = write!(
            out,
            "file={},line={},endLine={},col={},",
            property(&at.file),
            at.line,
            at.line,
            at.column
        );
        if let Some(end) = end {
            let _ = write!(out, "endColumn={end},");
        }
    }
    let title = format!("spof {}", finding.rule);
    let _ = write!(
        out,
        "title={}::{}",
        property(&title),
        data(&finding.message)
    );
    let explanation = place::explanation(lint, finding);
    for line in explanation.iter().take(MOST_LINES) {
        let _ = write!(out, "%0A{}", data(line));
    }
    if !group.more.is_empty() {
        let _ = write!(out, "%0A{}", data(&place::others(group)));
    }
    out.push('\n');
}

/// The text of a command: control characters made visible, `%` escaped.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25")
}

/// A property of a command, which also ends at `,` and `:`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
