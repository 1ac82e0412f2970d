//! What readers, adapters and the model found wrong with the input, as findings. The one place
//! that says which problem is which rule.

use super::context::Context;
use crate::findings::{Code, Finding, Place, Related, Severity};
use crate::source::{Problem, ProblemKind};

/// The rule that reports problems of this kind.
pub(super) fn code(kind: ProblemKind) -> Code {
    match kind {
        ProblemKind::Unreadable => Code::UnreadableFile,
        ProblemKind::DuplicateKey => Code::DuplicateKey,
        ProblemKind::InvalidValue => Code::InvalidValue,
        ProblemKind::UnknownTarget => Code::UnknownTarget,
        ProblemKind::AmbiguousName => Code::AmbiguousName,
        ProblemKind::Conflict => Code::ConflictingSources,
        ProblemKind::PlacementCycle => Code::PlacementCycle,
    }
}

/// The problems that `rule` reports.
pub(super) fn of<'a>(
    context: &Context<'a>,
    rule: Code,
) -> impl Iterator<Item = &'a Problem> + use<'a> {
    let problems = context.problems.iter();
    problems.filter(move |problem| code(problem.kind) == rule)
}

/// Every problem of `rule` as a finding of `severity` about its file.
pub(super) fn findings(context: &Context<'_>, rule: Code, severity: Severity) -> Vec<Finding> {
    of(context, rule)
        .map(|problem| finding(context, problem, severity))
        .collect()
}

/// A problem as a finding about its file. The message tells problems of one file apart.
pub(super) fn finding(context: &Context<'_>, problem: &Problem, severity: Severity) -> Finding {
    let path = context.sources.path(problem.span.file).as_str();
    let code = code(problem.kind);
    let mut finding = Finding::new(code, severity, path, problem.message.clone());
    finding.object = Some(problem.message.to_string());
    finding.place = Some(Place::at(problem.span));
    finding.help.clone_from(&problem.help);
    finding.related = problem
        .related
        .iter()
        .map(|(span, words)| Related::new(Place::at(*span), words.as_str()))
        .collect();
    finding
}
