use std::collections::BTreeSet;

use super::context::Context;
use super::problems;
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::source::UnreadReason;

rule! {
    /// ## What it does
    ///
    /// Names documents that can't be read: broken YAML, JSON or TOML, with line and column; files
    /// that are too large, nested too deeply or can't be opened. Everything else is analysed all
    /// the same.
    ///
    /// Templates, encrypted files and formats nobody reads here are not broken; coverage lists
    /// them.
    ///
    /// ## Why is this bad
    ///
    /// What is in the file is missing from every answer, and what is missing looks safe.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services: [{id: service:web}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Mend the file at the named place, or leave it out of the given paths.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error; a warning for files that exceed a limit or can't be opened.
    ///
    /// ## Confidence
    ///
    /// Declared: the file itself shows it.
    ///
    /// ## References
    ///
    /// * The limits: DESIGN, "Limits and safety".
    UnreadableFile
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = problems::findings(context, Code::UnreadableFile, Severity::Error);
    for finding in &mut findings {
        // The parser's words may hold line numbers; several documents of one file are told apart
        // by their order.
        finding.object = None;
        finding.label = String::from("can't be read from here on");
    }
    let told: BTreeSet<String> = findings.iter().map(|f| f.subject.clone()).collect();
    let untold = context
        .unread
        .iter()
        .filter(|unread| !told.contains(unread.path.as_str()));
    for unread in untold {
        let severity = match unread.reason {
            UnreadReason::Broken => Severity::Error,
            UnreadReason::OverLimit | UnreadReason::NotReadable => Severity::Warning,
            _ => continue,
        };
        let message = message!(
            "this file was not read: {detail}",
            detail = unread.detail.clone()
        );
        let mut finding = Finding::new(
            Code::UnreadableFile,
            severity,
            unread.path.as_str(),
            message,
        );
        finding.place = Some(match unread.span {
            Some(span) => Place::at(span),
            None => Place::File(unread.path.clone()),
        });
        findings.push(finding);
    }
    findings
}
