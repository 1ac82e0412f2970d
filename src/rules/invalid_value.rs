use super::context::Context;
use super::problems;
use crate::findings::{Code, Finding, Severity};

rule! {
    /// ## What it does
    ///
    /// Finds fields of a manifest that can't be used: an unknown field, a number where a list
    /// belongs, a duration without a unit that exists, an override that matches nothing.
    ///
    /// ## Why is this bad
    ///
    /// What was meant is not in the model. A mistyped `replica:` leaves a service without any.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   - {id: service:web, rto: soon}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Write what the finding asks for. The JSON Schema that `spof schema` prints lets editors
    /// complete and check manifests while they are written.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error: an analysis of something other than what was written is worse than none.
    ///
    /// ## Confidence
    ///
    /// Declared: the file itself shows it.
    ///
    /// ## References
    ///
    /// * The manifest's fields: `docs/manifest.md`.
    InvalidValue
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    problems::findings(context, Code::InvalidValue, Severity::Error)
}
