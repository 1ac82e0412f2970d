use super::context::Context;
use super::problems;
use crate::findings::{Code, Finding, Severity};

rule! {
    /// ## What it does
    ///
    /// Finds mappings that name one key twice. The last value is used, as most tools do.
    ///
    /// ## Why is this bad
    ///
    /// One of the two lines has no effect, and the reader can't see which. Other programs take
    /// the first one, or refuse the file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   - id: service:web
    ///     tier: 1
    ///     tier: 3
    /// ```
    ///
    /// ## How to fix
    ///
    /// Remove the line that is wrong.
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
    /// * YAML 1.2, keys of a mapping are unique: <https://yaml.org/spec/1.2.2/#3213-node-comparison>
    DuplicateKey
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    problems::findings(context, Code::DuplicateKey, Severity::Warning)
}
