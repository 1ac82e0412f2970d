use std::cell::RefCell;
use std::collections::BTreeMap;

use super::context::{Context, Explained};
use super::needs::{active_weight, standing};
use super::single_replica_critical::one_replica_cuts;
use super::{causes, quorum_lost_with_one_domain as quorum, severity};
use crate::findings::{Code, Finding, Place, Related};
use crate::message;
use crate::model::NodeIx;
use crate::words::Class;

rule! {
    /// ## What it does
    ///
    /// Adds up what is left of a service after the loss of one domain, its standbys included and
    /// all taken to be promoted: is it as much as `need`, or, where `demand` is declared as
    /// something else than the weight of the active replicas, as much as that?
    ///
    /// ## Why is this bad
    ///
    /// Switching over succeeds, and the load knocks over what it was switched to. When Kakao's
    /// services were moved out of Pangyo in October 2022, even those that had been switched lacked
    /// the resources to carry the traffic.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - id: service:login
    ///     tier: 1
    ///     demand: 200
    ///     need: 140
    ///     replicas:
    ///       - {on: site:a, count: 4, weight: 50}
    ///       - {on: site:b, count: 2, weight: 60, standby: [{takes: 5m}]}
    /// ```
    ///
    /// 120 are left of `site:a`'s 200; 140 are needed.
    ///
    /// ## How to fix
    ///
    /// Add weight outside of the domain until what is left carries `need`, or lower `need` to what
    /// a reduced service can live with.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Less than `need` is left: by the tier that is lost, error for tier 0 and 1. Less than
    /// `demand`: a warning for what is critical, a note for the rest.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the lost replicas to the domain.
    ///
    /// ## References
    ///
    /// * No spare capacity elsewhere, Kakao 2022: <https://www.moneys.co.kr/news/mwView.php?no=2022120716571639314>
    CapacityAfterLoss
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let totals = RefCell::default();
    causes::each(context, |explained| {
        let mut gone: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
        for &node in &explained.outcome.stopped {
            let node = NodeIx(node);
            if let (Class::Replica, Some(owner)) =
                (context.node(node).class, context.node(node).part_of)
            {
                gone.entry(owner).or_default().push(node);
            }
        }
        gone.into_iter()
            .filter(|(owner, _)| context.takes(explained.fault, *owner))
            .filter_map(|(owner, gone)| {
                let found = finding(context, explained, owner, &gone, &totals)?;
                Some((owner, found))
            })
            .collect()
    })
}

/// By service: the weight of its active members, and that of all.
type Totals = BTreeMap<NodeIx, (u64, u64)>;

fn finding(
    context: &Context<'_>,
    explained: &Explained,
    subject: NodeIx,
    lost: &[NodeIx],
    totals: &RefCell<Totals>,
) -> Option<Finding> {
    let (requirement, described) = standing(context, subject)?;
    let (active, total) = *totals.borrow_mut().entry(subject).or_insert_with(|| {
        let all = described.members.iter();
        let total = all.fold(0u64, |sum, member| sum.saturating_add(member.weight));
        (active_weight(described), total)
    });
    let (mut left, mut active_left) = (total, active);
    let mut gone = Vec::new();
    for node in lost {
        // Members are sorted by node.
        let at = described.members.binary_search_by_key(node, |m| m.node);
        let Some(member) = at.ok().and_then(|at| described.members.get(at)) else {
            continue;
        };
        left = left.saturating_sub(member.weight);
        if member.standby.is_none() {
            active_left = active_left.saturating_sub(member.weight);
            gone.push(*node);
        }
    }
    let stopped = |node: NodeIx| explained.outcome.stopped.binary_search(&node.0).is_ok();
    // With nothing left, or with one replica gone, it is no question of capacity.
    if left == 0 || gone.is_empty() || quorum::is_quorum(context, requirement) {
        return None;
    }
    if gone.len() == 1 && one_replica_cuts(context, subject) {
        return None;
    }
    let node = context.node(subject);
    let demand = node.demand.filter(|demand| *demand != active);
    let short = left < described.need;
    let wanted = if short { described.need } else { demand? };
    if left >= wanted {
        return None;
    }
    let certainty = explained.certainty(context);
    let lost = certainty.of_requirement(context, &explained.outcome, requirement);
    let confidence = lost.max(described.evidence);
    let tier = severity::tier_lost(context, subject);
    let mut level = severity::of_cut(context, tier, confidence);
    if !short {
        level = severity::advice(tier, confidence);
    }
    let (id, cause) = (&node.id, context.id(explained.fault));
    let what = if short {
        message!("{wanted} are needed", wanted)
    } else {
        message!("the demand is {wanted}", wanted)
    };
    let mut finding = Finding::new(
        Code::CapacityAfterLoss,
        level,
        id.as_str(),
        if left > active_left {
            message!(
                "without `{cause}`, what is left of `{id}` carries {left} of {active}, all standbys \
                 promoted: {what}",
                cause,
                id,
                left,
                active,
                what
            )
        } else {
            message!(
                "without `{cause}`, what is left of `{id}` carries {left} of {active}: {what}",
                cause,
                id,
                left,
                active,
                what
            )
        },
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    finding.place = described
        .sources
        .first()
        .or_else(|| node.sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = format!("weight {} goes with `{cause}`", active - active_left);
    for member in described
        .members
        .iter()
        .filter(|m| !stopped(m.node))
        .take(4)
    {
        if let Some(source) = context.node(member.node).sources.first() {
            let kind = match member.standby {
                None => "active",
                Some(_) => "standby",
            };
            let words = format!(
                "left: `{}`, {kind}, weight {}",
                context.id(member.node),
                member.weight
            );
            finding
                .related
                .push(Related::new(Place::Source(source.clone()), words));
        }
    }
    finding.help = Some(message!(
        "add weight {what} that does not stand on `{cause}`",
        cause,
        what = wanted - left
    ));
    Some(finding)
}
