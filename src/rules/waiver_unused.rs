use super::context::Context;
use crate::findings::Finding;

rule! {
    /// ## What it does
    ///
    /// Names waivers that match no finding of this run: the rule, the subject, the fingerprint or
    /// the line it stands beside is not among the findings.
    ///
    /// ## Why is this bad
    ///
    /// Either the risk is gone, and the waiver would silently accept it when it comes back; or the
    /// waiver misses what it was written for. Both look the same in review: somebody took care of
    /// it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   # spof: ignore[single-replica-critical] second site opens this year
    ///   - {id: service:web, tier: 1, replicas: [{on: site:a}, {on: site:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Delete it, or correct its rule and its place. A comment holds for the findings whose place is
    /// the line it stands on or, where it stands on a line of its own, the next line that holds more
    /// than comments.
    ///
    /// ## Configuration
    ///
    /// Waivers stand under `[[waiver]]` in `spof.toml` or beside the line; `--no-ignores` leaves
    /// them aside.
    ///
    /// ## Severity
    ///
    /// Warning.
    ///
    /// ## Confidence
    ///
    /// Declared.
    ///
    /// ## References
    ///
    /// * Waivers: `docs/waivers.md`
    WaiverUnused
}

/// Whether a waiver is used is known only once the other rules have run: the gate
/// ([`crate::findings::waiver`]) makes these findings.
fn check(_: &Context<'_>) -> Vec<Finding> {
    Vec::new()
}
