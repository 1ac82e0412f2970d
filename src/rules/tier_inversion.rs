use super::context::Context;
use super::needs::indispensable;
use super::severity;
use crate::analysis::criticality::CRITICAL_TIER;
use crate::findings::{Code, Finding, Place, Related};
use crate::message;
use crate::words::Class;

rule! {
    /// ## What it does
    ///
    /// Finds critical services, stores and journeys (tier 0 or 1) that can't do without something
    /// whose own declared tier says that it matters less.
    ///
    /// ## Why is this bad
    ///
    /// The tier decides who is woken, what is tested and what gets a second site. What carries a
    /// critical thing under a lesser tier gets none of that. In October 2022 Kakao's
    /// authentication, which many services needed in order to start, was not provided for like
    /// what hung on it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   - {id: service:pay, tier: 1, requires: [store:rates]}
    /// stores:
    ///   - {id: store:rates, tier: 3}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Raise the tier of what is needed, with all that the tier entails; or make the critical one
    /// serve without it (`optional`).
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning: nothing fails by it today.
    ///
    /// ## Confidence
    ///
    /// That of the requirement.
    ///
    /// ## References
    ///
    /// * Kakao's authentication: <https://m.koreaherald.com/view.php?ud=20221206000600>
    TierInversion
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (ix, node) in context.model.iter() {
        let counted = matches!(node.class, Class::Service | Class::Store | Class::Journey);
        let Some(tier) = node.tier.filter(|tier| counted && *tier <= CRITICAL_TIER) else {
            continue;
        };
        for (needed, requirement) in indispensable(context, ix) {
            let other = context.node(needed);
            let Some(lesser) = other.tier.filter(|theirs| *theirs > CRITICAL_TIER) else {
                continue;
            };
            let requirement = context.model.requirement(requirement);
            let (id, on) = (&node.id, &other.id);
            let mut finding = Finding::new(
                Code::TierInversion,
                severity::advice(Some(tier), requirement.evidence),
                id.as_str(),
                message!(
                    "`{id}` (tier {tier}) can't do without `{on}` (tier {lesser})",
                    id,
                    tier,
                    on,
                    lesser
                ),
            );
            finding.confidence = requirement.evidence;
            finding.object = Some(on.to_string());
            finding.cause = Some(on.to_string());
            finding.place = requirement.sources.first().cloned().map(Place::Source);
            finding.label = format!("without `{on}`, no `{id}`");
            if let Some(source) = other.sources.first() {
                let words = format!("`{on}`: tier {lesser}");
                finding
                    .related
                    .push(Related::new(Place::Source(source.clone()), words));
            }
            finding.help = Some(message!(
                "give `{on}` tier {tier}, or let `{id}` serve without it (`optional`)",
                on,
                tier,
                id
            ));
            found.push(finding);
        }
    }
    found
}
