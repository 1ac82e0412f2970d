use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Explained};
use super::needs::{Held, held, standing};
use super::{causes, chain, severity, text};
use crate::findings::{Code, Finding, Place, Related};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds what promotes standbys (the switch-over system, the service that grants the right to
    /// promote, the deploy tool, the image store) where it goes with the very domain whose loss
    /// the standbys are there for.
    ///
    /// ## Why is this bad
    ///
    /// The standby is whole and nobody can turn it on. In October 2022 Kakao's automatic
    /// switch-over system stood only in the data centre that burnt, and so did the service that
    /// grants the right to turn a standby into the active side.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - {id: service:switchover, replicas: [{on: site:a, count: 2}]}
    ///   - id: service:login
    ///     tier: 1
    ///     replicas:
    ///       - {on: site:a, count: 2}
    ///       - {on: site:b, standby: [{takes: 5m, requires: [service:switchover]}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Run the actuator, active, in at least two domains, or better in three; or give the standby
    /// a second way of being promoted that needs nothing of the kind.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier among what stays down because of it.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the actuator to the domain, and of the way of
    /// promotion. That a controller needs its image store to replace a replica is assumed: a
    /// warning at most.
    ///
    /// ## References
    ///
    /// * The switch-over system, only in Pangyo: <https://www.asiatoday.co.kr/view.php?key=20221207010003407>
    /// * The right to promote, only in Pangyo: <https://i5on9i.blogspot.com/2022/12/2022-11.html>
    FailoverActuatorColocated
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    causes::each(context, |explained| {
        let found = actuators(context, explained).into_iter();
        found
            .map(|(actuator, held)| (actuator, finding(context, explained, actuator, &held)))
            .collect()
    })
}

/// What keeps standbys from being promoted, with the standbys it holds back. Of things that wait
/// for each other, those whose own standing the fault takes.
pub(super) fn actuators(
    context: &Context<'_>,
    explained: &Explained,
) -> BTreeMap<NodeIx, Vec<Held>> {
    let mut actuators: BTreeMap<NodeIx, Vec<Held>> = BTreeMap::new();
    let stands_there = |node: &NodeIx| {
        let own = context.own_cuts.get(node);
        own.is_some_and(|cuts| cuts.contains(&explained.fault))
    };
    for held in held(context, &explained.outcome) {
        if held.gone {
            continue;
        }
        let blockers = held.blockers.iter().copied();
        let mut blockers: Vec<NodeIx> = blockers
            .filter(|node| context.node(*node).class != Class::Domain)
            .collect();
        if blockers.iter().any(stands_there) {
            blockers.retain(stands_there);
        }
        for blocker in blockers {
            actuators.entry(blocker).or_default().push(held.clone());
        }
    }
    actuators
}

fn finding(
    context: &Context<'_>,
    explained: &Explained,
    actuator: NodeIx,
    held: &[Held],
) -> Finding {
    let owners: Vec<NodeIx> = held
        .iter()
        .map(|held| held.owner)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut ways = Vec::new();
    for held in held {
        let members = &context.model.requirement(held.requirement).members;
        let member = members.get(held.member);
        let all = member.and_then(|member| member.standby.as_ref());
        ways.extend(all.into_iter().flatten().filter_map(|way| {
            way.requires
                .contains(&actuator)
                .then_some((held.standby, way))
        }));
    }
    let evidence = ways.iter().map(|(_, way)| way.evidence).min();
    let certainty = explained.certainty(context);
    let own = standing(context, actuator)
        .map(|(standing, _)| certainty.of_requirement(context, &explained.outcome, standing));
    let confidence = own
        .unwrap_or(Evidence::Declared)
        .max(certainty.of(actuator))
        .max(evidence.unwrap_or(Evidence::Assumed));
    let tier = owners
        .iter()
        .filter_map(|owner| severity::tier_lost(context, *owner))
        .min();
    let (id, cause) = (context.id(actuator), context.id(explained.fault));
    let mut finding = Finding::new(
        Code::FailoverActuatorColocated,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        message!(
            "`{id}` is needed to promote {n} standby and goes with `{cause}`, as what it stands in for \
             does|`{id}` is needed to promote {n} standbys and goes with `{cause}`, as what they stand \
             in for does",
            id,
            n = held.len(),
            cause
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let sources = &context.node(actuator).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = format!("not there when `{cause}` is lost");
    for (standby, way) in ways.iter().take(2) {
        if let Some(source) = way.sources.first() {
            let words = format!("promotes `{}`", context.id(*standby));
            finding
                .related
                .push(Related::new(Place::Source(source.clone()), words));
        }
    }
    let links = chain::links(context, explained.steps(context), &[actuator]);
    finding.related.extend(chain::related(context, &links));
    let owners = text::ids(context, &owners);
    finding
        .notes
        .push(message!("standbys held back: of {owners}", owners));
    finding.help = Some(message!(
        "run `{id}`, active, without `{cause}` too, or add a way of promotion that does not need it",
        id,
        cause
    ));
    finding
}
