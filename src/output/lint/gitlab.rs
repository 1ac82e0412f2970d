//! GitLab's code quality report: the artifact `reports: codequality`. GitLab compares it with that
//! of the target branch by fingerprint, so known findings are in it too.

use serde::Serialize;

use super::{Lint, place};
use crate::findings::{Finding, Severity};

/// One entry of the report.
#[derive(Debug, Serialize)]
pub struct Violation<'a> {
    description: &'a str,
    check_name: &'static str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
}

/// Every finding that nobody waived and that stands in a file.
#[must_use]
pub fn gitlab<'a>(lint: &Lint<'a>) -> Vec<Violation<'a>> {
    let findings = lint.judged.open.iter().chain(&lint.judged.known);
    findings
        .filter_map(|finding| violation(lint, finding))
        .collect()
}

fn violation<'a>(lint: &Lint<'a>, finding: &'a Finding) -> Option<Violation<'a>> {
    let range = place::of(lint, finding)?;
    Some(Violation {
        description: &finding.message,
        check_name: finding.rule.as_str(),
        fingerprint: &finding.fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "minor",
        },
        location: Location {
            path: range.at.file,
            lines: Lines {
                begin: range.at.line,
            },
        },
    })
}
