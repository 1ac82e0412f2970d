//! What a node can't do without, read off its requirements.

use std::collections::BTreeSet;

use super::context::Context;
use crate::analysis::engine::Outcome;
use crate::analysis::verdict::Time;
use crate::model::{NodeIx, ReqIx, Requirement};
use crate::words::{Class, Mode};

/// The hard requirement of a service or store on its own replicas.
pub(super) fn standing<'a>(
    context: &Context<'a>,
    node: NodeIx,
) -> Option<(ReqIx, &'a Requirement)> {
    context.requirements(node).find(|(_, requirement)| {
        requirement.mode == Mode::Hard
            && requirement.members.iter().any(|member| {
                let member = context.node(member.node);
                member.class == Class::Replica && member.part_of == Some(node)
            })
    })
}

/// Weight of all active members.
pub(super) fn active_weight(requirement: &Requirement) -> u64 {
    let active = requirement.members.iter().filter(|m| m.standby.is_none());
    active.fold(0, |sum, member| sum.saturating_add(member.weight))
}

/// Services, stores and externals that `node` can't do without while it runs, each with the
/// requirement that says so; groups are seen through. Sorted by what is needed.
pub(super) fn indispensable(context: &Context<'_>, node: NodeIx) -> Vec<(NodeIx, ReqIx)> {
    let mut found: Vec<(NodeIx, ReqIx)> = Vec::new();
    let mut seen: BTreeSet<NodeIx> = BTreeSet::from([node]);
    let mut queue = vec![node];
    while let Some(at) = queue.pop() {
        for (ix, requirement) in context.requirements(at) {
            if requirement.mode != Mode::Hard {
                continue;
            }
            let all = active_weight(requirement);
            for member in requirement.members.iter().filter(|m| m.standby.is_none()) {
                let vital = all.saturating_sub(member.weight) < requirement.need;
                if !vital || !seen.insert(member.node) {
                    continue;
                }
                match context.node(member.node).class {
                    Class::Group => queue.push(member.node),
                    Class::Service | Class::Store | Class::External => {
                        found.push((member.node, ix));
                    }
                    Class::Domain | Class::Replica | Class::Journey => {}
                }
            }
        }
    }
    found.sort_unstable();
    found
}

/// The domains that `node` stands on, directly or through others, sorted.
pub(super) fn places(context: &Context<'_>, node: NodeIx) -> Vec<NodeIx> {
    let mut seen: BTreeSet<NodeIx> = BTreeSet::new();
    let mut queue = vec![node];
    while let Some(at) = queue.pop() {
        for (_, requirement) in context.requirements(at) {
            if requirement.mode != Mode::Placement {
                continue;
            }
            let below = requirement.members.iter().map(|member| member.node);
            queue.extend(below.filter(|node| seen.insert(*node)));
        }
    }
    seen.retain(|node| context.node(*node).class == Class::Domain);
    seen.into_iter().collect()
}

/// True if `node` does not serve at once, and never does while the faults are unrepaired.
pub(super) fn never(context: &Context<'_>, outcome: &Outcome, node: NodeIx) -> bool {
    !context.engine.serves_at_once(outcome, node.0)
        && outcome
            .unrepaired
            .time(node.0)
            .is_none_or(|at| at == Time::NEVER)
}

/// A standby of a requirement that a fault leaves unmet, and what keeps it from helping in time.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// The service or store whose requirement it is.
    pub(super) owner: NodeIx,
    pub(super) requirement: ReqIx,
    /// Number of the standby among the members.
    pub(super) member: usize,
    pub(super) standby: NodeIx,
    /// It never serves itself.
    pub(super) gone: bool,
    /// What its ways require and never serves.
    pub(super) blockers: Vec<NodeIx>,
}

/// True if what still serves and what is promoted within the owner's `rto` meet `requirement`.
fn met_in_time(context: &Context<'_>, outcome: &Outcome, requirement: ReqIx) -> bool {
    let graph = context.engine.graph();
    let described = context.model.requirement(requirement);
    let rto = context.node(context.subject(described.of)).rto_s;
    let indices = graph.members_of(requirement.0);
    let helps = described.members.iter().zip(indices).filter(|(member, m)| {
        if member.standby.is_none() {
            return context.engine.serves_at_once(outcome, member.node.0);
        }
        let promoted = outcome.unrepaired.promotion(*m).and_then(Time::finite);
        promoted.is_some_and(|at| rto.is_none_or(|rto| at <= rto))
    });
    let weight = helps.fold(0u64, |sum, (member, _)| sum.saturating_add(member.weight));
    weight >= described.need
}

/// The standbys that never come, or come later than the owner's `rto`, of requirements that are
/// not met without them; in order of requirement.
pub(super) fn held(context: &Context<'_>, outcome: &Outcome) -> Vec<Held> {
    let graph = context.engine.graph();
    let mut held = Vec::new();
    // Promotions are in order of requirement: what was asked last is asked again.
    let mut last: Option<(ReqIx, bool)> = None;
    for &(m, at) in outcome.unrepaired.promotions() {
        let requirement = ReqIx(graph.member_of[m as usize]);
        let described = context.model.requirement(requirement);
        let owner = context.subject(described.of);
        let late = match (at.finite(), context.node(owner).rto_s) {
            (Some(at), Some(rto)) => at > rto,
            (Some(_), None) => false,
            (None, _) => true,
        };
        if !late {
            continue;
        }
        let met = match last {
            Some((known, met)) if known == requirement => met,
            _ => met_in_time(context, outcome, requirement),
        };
        last = Some((requirement, met));
        let first = graph.members_of(requirement.0).start;
        let member = m.saturating_sub(first) as usize;
        let ways = described.members.get(member);
        let Some(ways) = ways.and_then(|member| member.standby.as_ref()) else {
            continue;
        };
        if met {
            continue;
        }
        let standby = NodeIx(graph.member_node[m as usize]);
        let mut blockers: Vec<NodeIx> = ways
            .iter()
            .flat_map(|way| way.requires.iter().copied())
            .filter(|node| never(context, outcome, *node))
            .collect();
        blockers.sort_unstable();
        blockers.dedup();
        held.push(Held {
            owner,
            requirement,
            member,
            standby,
            gone: never(context, outcome, standby),
            blockers,
        });
    }
    held
}
