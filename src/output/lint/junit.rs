//! `JUnit` XML, for systems that show test results: a test case for each finding. What fails the
//! run is a failure, what is below the threshold passes with its text, what is waived is skipped.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Lint, place};
use crate::error::Error;
use crate::findings::Finding;
use crate::findings::waiver::Waived;
use crate::output::text::clean;

/// The report as XML text.
///
/// # Errors
/// [`Error::Internal`] if it can't be written, which no input can cause.
pub fn junit(lint: &Lint<'_>) -> Result<String, Error> {
    let mut suite = TestSuite::new("spof lint");
    for finding in &lint.judged.open {
        let mut status = TestCaseStatus::success();
        if finding.fails {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(clean(&finding.message).into_owned());
            status.set_type(format!("{}: {}", finding.severity, finding.rule));
            status.set_description(text(lint, finding));
        }
        let mut case = case(lint, finding, status);
        if !finding.fails {
            case.set_system_out(text(lint, finding));
        }
        suite.add_test_case(case);
    }
    for Waived { finding, waiver } in &lint.judged.waived {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("waived: {}", clean(&waiver.reason)));
        suite.add_test_case(case(lint, finding, status));
    }
    if suite.test_cases.is_empty() {
        // A suite without a case counts as a run that did not happen.
        let status = TestCaseStatus::success();
        suite.add_test_case(TestCase::new("no findings", status));
    }
    let mut report = Report::new("spof");
    report.add_test_suite(suite);
    let text = report
        .to_string()
        .map_err(|error| Error::Internal(format!("JUnit: {error}")))?;
    Ok(text)
}

fn case(lint: &Lint<'_>, finding: &Finding, status: TestCaseStatus) -> TestCase {
    let name = format!("{}: {}", clean(&finding.subject), clean(&finding.message));
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("spof.{}", finding.rule));
    if let Some(range) = place::of(lint, finding) {
        case.extra
            .insert("file".into(), clean(&range.at.file).into_owned().into());
        case.extra
            .insert("line".into(), range.at.line.to_string().into());
    }
    case
}

/// Place, message and explanation over several lines.
fn text(lint: &Lint<'_>, finding: &Finding) -> String {
    let mut lines = Vec::new();
    if let Some(range) = place::of(lint, finding) {
        lines.push(clean(&range.at.to_string()).into_owned());
    }
    lines.push(format!(
        "{}[{}] {}",
        finding.severity,
        finding.rule,
        clean(&finding.message)
    ));
    let more = place::explanation(lint, finding);
    lines.extend(more.iter().map(|line| format!("  {}", clean(line))));
    lines.join("\n")
}
