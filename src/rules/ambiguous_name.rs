use super::context::Context;
use super::problems;
use crate::findings::{Code, Finding, Severity};

rule! {
    /// ## What it does
    ///
    /// Finds bare names that several nodes have, such as `pay` where there are `service:pay` and
    /// `journey:pay`.
    ///
    /// ## Why is this bad
    ///
    /// Which one is meant would be a guess, and a guess in a dependency is a wrong answer later.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services: [{id: service:pay}, {id: service:web, requires: [pay]}]
    /// stores: [{id: store:pay}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Write the kind too: `service:pay`.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning.
    ///
    /// ## Confidence
    ///
    /// Declared: the file itself shows it.
    ///
    /// ## References
    ///
    /// * Identifiers: DESIGN, "Words".
    AmbiguousName
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    problems::findings(context, Code::AmbiguousName, Severity::Warning)
}
