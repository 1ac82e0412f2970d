use super::context::Context;
use super::needs::standing;
use super::{chain, kinds, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::graph::FaultClass;
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds a shared rollout (a domain of kind config, rollout or release) that alone cuts critical
    /// services although their replicas stand on several places: one change reaches all of them at
    /// once.
    ///
    /// ## Why is this bad
    ///
    /// A mistake does not stop at the border of a region if the change doesn't. In June 2025 a
    /// policy with blank fields was replicated to all regions of Google Cloud within moments, and
    /// the service that checks every request crashed in each of them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}, {id: config:policy}]
    /// services:
    ///   - {id: service:api, tier: 1, requires: [config:policy], replicas: [{on: site:a}, {on: site:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Roll out place by place, each with its own `config:` domain (`requires` of a replica), with
    /// time in between to notice; let a service run on with the last settings that worked.
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
    /// The weakest evidence on the surest chain from the services to the rollout.
    ///
    /// ## References
    ///
    /// * Google Cloud, June 2025: <https://status.sync.zebra.com/incidents/0sh156jy9lkg>
    SharedRollout
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for effect in context.sweep.effects() {
        let kind = context.id(effect.fault).kind();
        if effect.class != FaultClass::Placement || !kinds::is_rollout(kind) {
            continue;
        }
        let cut: Vec<NodeIx> = effect
            .affected()
            .filter(|affected| context.engine.cuts(*affected))
            .map(|affected| NodeIx(affected.node))
            .filter(|node| is_spread(context, *node, effect.fault))
            .collect();
        if !cut.is_empty() {
            found.push(finding(context, effect.fault, cut));
        }
    }
    found
}

/// A service or store with several replicas that nothing else takes as a whole.
fn is_spread(context: &Context<'_>, node: NodeIx, rollout: NodeIx) -> bool {
    let workload = matches!(context.node(node).class, Class::Service | Class::Store);
    let several = || {
        standing(context, node).is_some_and(|(_, requirement)| {
            let active = requirement.members.iter().filter(|m| m.standby.is_none());
            active.count() > 1
        })
    };
    let only = || {
        context.own_cuts.get(&node).is_none_or(|cuts| {
            cuts.iter()
                .all(|cut| *cut == rollout || context.takes(rollout, *cut))
        })
    };
    workload && several() && only()
}

fn finding(context: &Context<'_>, rollout: NodeIx, mut cut: Vec<NodeIx>) -> Finding {
    let explained = context.explained(rollout);
    let certainty = explained.certainty(context);
    let tier = |node: &NodeIx| severity::tier_lost(context, *node);
    let order = |node: &NodeIx| (tier(node).unwrap_or(u8::MAX), *node);
    cut.sort_by_cached_key(order);
    let worst = cut.iter().filter_map(tier).min();
    let confidence = cut
        .iter()
        .map(|node| certainty.of(*node))
        .min()
        .unwrap_or(Evidence::Assumed);
    let id = context.id(rollout);
    let mut finding = Finding::new(
        Code::SharedRollout,
        severity::of_cut(context, worst, confidence),
        id.as_str(),
        message!(
            "one change of `{id}` reaches every replica of {names}",
            id,
            names = text::ids(context, &cut)
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![id.clone()];
    let sources = &context.node(rollout).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = String::from("rolled out everywhere at once");
    let first: Vec<NodeIx> = cut.first().copied().into_iter().collect();
    let links = chain::links(context, explained.steps(context), &first);
    finding.related = chain::related(context, &links);
    finding.help = Some(message!(
        "roll out place by place, each with a domain and a pause of its own"
    ));
    finding
}
