use super::context::Context;
use super::needs::indispensable;
use super::severity;
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds critical services that stand on one domain and can't do without something that stands
    /// on another one of the same kind: the loss of either takes them.
    ///
    /// ## Why is this bad
    ///
    /// Two places, twice the faults, no gain. And neither place can be drained on its own: at Slack
    /// in June 2021 a fault in the links of one zone reached users although everything ran in
    /// several; since then each zone serves by itself and can be taken out within minutes.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: zone:a}, {id: zone:b}]
    /// services:
    ///   - {id: service:web, tier: 1, replicas: [{on: zone:a, count: 2}], requires: [store:db]}
    /// stores:
    ///   - {id: store:db, replicas: [{on: zone:b, count: 2}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Put the two into one place, or each of them into both; then let each side call its own
    /// (`requires` of a replica says so).
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning: that each of the two is lost with its place is the finding of other rules.
    ///
    /// ## Confidence
    ///
    /// That of the requirement.
    ///
    /// ## References
    ///
    /// * Slack, June 2021: <https://dev.to/techlogstack/slack-built-a-big-red-button-to-drain-an-entire-data-center-in-five-minutes-77k>
    CrossDomainHardCall
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (&subject, own) in &context.own_cuts {
        if context.criticality.of(subject).is_none() {
            continue;
        }
        for (needed, requirement) in indispensable(context, subject) {
            let Some(theirs) = context.own_cuts.get(&needed) else {
                continue;
            };
            let Some((mine, other)) = apart(context, own, theirs) else {
                continue;
            };
            let requirement = context.model.requirement(requirement);
            let places = [mine, other].map(|place| context.node(place).evidence);
            let confidence = places.into_iter().fold(requirement.evidence, Evidence::max);
            let (id, on) = (context.id(subject), context.id(needed));
            let (a, b) = (context.id(mine), context.id(other));
            let tier = severity::tier_lost(context, subject);
            let mut finding = Finding::new(
                Code::CrossDomainHardCall,
                severity::advice(tier, confidence),
                id.as_str(),
                message!(
                    "`{id}` stands on `{a}` and can't do without `{on}` on `{b}`: the loss of either takes it",
                    id,
                    a,
                    on,
                    b
                ),
            );
            finding.confidence = confidence;
            finding.object = Some(on.to_string());
            finding.place = requirement.sources.first().cloned().map(Place::Source);
            finding.label = format!("from `{a}` to `{b}`");
            finding.help = Some(message!(
                "put `{id}` and `{on}` into one place, or each of them into both",
                id,
                on
            ));
            found.push(finding);
        }
    }
    found
}

/// A domain that cuts the one alone, and one of the same kind that cuts the other alone.
fn apart(context: &Context<'_>, own: &[NodeIx], theirs: &[NodeIx]) -> Option<(NodeIx, NodeIx)> {
    let alone = |place: &NodeIx, others: &[NodeIx]| {
        context.node(*place).class == Class::Domain
            && !others.contains(place)
            && !others
                .iter()
                .any(|o| context.takes(*place, *o) || context.takes(*o, *place))
    };
    let mut pairs: Vec<(NodeIx, NodeIx)> = Vec::new();
    for mine in own.iter().filter(|place| alone(place, theirs)) {
        let kind = context.id(*mine).kind();
        let same = theirs
            .iter()
            .filter(|place| context.id(**place).kind() == kind && alone(place, own));
        pairs.extend(same.map(|other| (*mine, *other)));
    }
    // Of nested places (a rack, its room, its site), the outermost: it takes the others.
    let width = |place: NodeIx| context.sweep.effect(place).map_or(0, |effect| effect.len());
    pairs
        .into_iter()
        .max_by_key(|(mine, other)| (width(*mine), std::cmp::Reverse((*mine, *other))))
}
