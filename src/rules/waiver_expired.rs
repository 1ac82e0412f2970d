use super::context::Context;
use crate::findings::Finding;

rule! {
    /// ## What it does
    ///
    /// Names waivers whose `expires` has passed. What such a waiver accepted is a finding again.
    ///
    /// ## Why is this bad
    ///
    /// A waiver is a risk that somebody accepted for a time. When the time is over, somebody has to
    /// look again: whether the risk is gone, is still accepted, or has grown. A date that passes in
    /// silence would make every waiver one for ever.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}]
    /// services:
    ///   # spof: ignore[single-replica-critical] expires=2020-12-31 second site opens this year
    ///   - {id: service:web, tier: 1, replicas: [{on: site:a}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Mend what the waiver is about and delete it, or give it a new date with a reason that holds
    /// today.
    ///
    /// ## Configuration
    ///
    /// Waivers stand under `[[waiver]]` in `spof.toml` or beside the line; `--no-ignores` leaves
    /// them aside.
    ///
    /// ## Severity
    ///
    /// Warning; what it accepted comes back with its own severity.
    ///
    /// ## Confidence
    ///
    /// Declared.
    ///
    /// ## References
    ///
    /// * Waivers: `docs/waivers.md`
    WaiverExpired
}

/// Whether a waiver has expired is known only once the other rules have run: the gate
/// ([`crate::findings::waiver`]) makes these findings.
fn check(_: &Context<'_>) -> Vec<Finding> {
    Vec::new()
}
