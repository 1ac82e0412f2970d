use std::collections::BTreeSet;

use super::context::Context;
use super::quorum_lost_with_one_domain::{finding, lost_quorums};
use crate::findings::{Code, Finding};
use crate::message;

rule! {
    /// ## What it does
    ///
    /// Finds quorums whose members stand on two domains. However they are split, one of the two
    /// holds so many that its loss leaves no majority; split evenly, either does.
    ///
    /// ## Why is this bad
    ///
    /// It looks like two data centres and is worth one, or less than one. No number of members on
    /// two places mends it; in Paris in April 2023 the loss of one building was enough to make a
    /// whole region of Google's unavailable.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}, {id: site:c}]
    /// services: [{id: service:other, replicas: [{on: site:c}]}]
    /// stores:
    ///   - {id: store:consensus, tier: 1, need: 3, replicas: [{on: site:a, count: 2}, {on: site:b, count: 2}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Put one member on a third domain; a small one that only votes will do.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that is lost: error for tier 0 and 1, warning for the others.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the members to the domain.
    ///
    /// ## References
    ///
    /// * Google Cloud Paris, April 2023: <https://www.theregister.com/2023/05/10/google_cloud_paris_outage_persists/>
    EvenQuorumTwoDomains
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for lost in lost_quorums(context) {
        let Some(other) = lost.other_half else {
            continue;
        };
        // Of an even split, the first half speaks for both.
        if !told.insert(lost.requirement) {
            continue;
        }
        let mut finding = finding(
            context,
            &lost,
            Code::EvenQuorumTwoDomains,
            message!("put one member on a third domain; one that only votes will do"),
        );
        finding.notes.push(message!(
            "all members stand on `{what}` or `{other}`: no split over two places keeps a majority",
            what = context.id(lost.cause),
            other = context.id(other)
        ));
        found.push(finding);
    }
    found
}
