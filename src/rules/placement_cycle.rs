use super::context::Context;
use super::problems;
use crate::findings::{Code, Finding, Severity};

rule! {
    /// ## What it does
    ///
    /// Finds failure domains that stand on each other in a circle, and names the hops. One of them
    /// is ignored, so that the rest can be analysed; the finding says which.
    ///
    /// ## Why is this bad
    ///
    /// A place can't stand on itself: in such a circle nothing could ever start. Usually a site
    /// was said to require its power feed, and the feed to be in the site.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains:
    ///   - {id: site:a, requires: [power:feed]}
    ///   - {id: power:feed, in: site:a}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Write `within: site:a` where a thing is only drawn in the site but does not depend on it.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error: every verdict that involves the circle rests on the placement that was ignored.
    ///
    /// ## Confidence
    ///
    /// Declared: the files themselves show it.
    ///
    /// ## References
    ///
    /// * Power feeds that hang on each other's building, OVH Strasbourg 2021: <https://hostingjournalist.com/second-ovhcloud-data-center-in-strasbourg-sbg1-also-destroyed/>
    PlacementCycle
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    problems::findings(context, Code::PlacementCycle, Severity::Error)
}
