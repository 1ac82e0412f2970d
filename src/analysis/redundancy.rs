//! False redundancy: a requirement that stays met when any one member is lost, but that a single
//! fault outside its members leaves unmet, with no promotion meeting it within the owner's `rto`.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::engine::Engine;
use super::sweep::{Effect, Reach, Sweep};
use super::verdict::{Time, Verdict};
use crate::model::{Member, Model, NodeIx, ReqIx, Requirement};
use crate::words::{Class, Mode};

/// One such requirement and the faults behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FalseRedundancy {
    pub requirement: ReqIx,
    /// Faults that leave it unmet, sorted; those that are themselves affected by another of them
    /// are left out.
    pub faults: Vec<NodeIx>,
}

/// Every false redundancy among placement, hard and start requirements, by requirement.
/// O(members + sum of all blast radii, log), and the ways of the standbys of what is left unmet.
#[must_use]
pub fn false_redundancies(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
) -> Vec<FalseRedundancy> {
    false_redundancies_among(model, engine, sweep, |_| true, |_, _| true)
}

/// As [`false_redundancies`], for those faults only that `wanted` accepts, and of each requirement
/// for those that `counts` there.
#[must_use]
pub fn false_redundancies_among(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    wanted: impl Fn(&Effect<'_>) -> bool,
    counts: impl Fn(ReqIx, NodeIx) -> bool,
) -> Vec<FalseRedundancy> {
    let reach = Reach::new(engine, sweep);
    breakers(model, engine, sweep, &reach, wanted)
        .into_iter()
        .filter(|(requirement, faults)| {
            let members = &model.requirement(*requirement).members;
            !members.iter().any(|member| faults.contains(&member.node))
        })
        .map(|(requirement, mut faults)| {
            faults.retain(|fault| counts(requirement, *fault));
            (requirement, faults)
        })
        .filter(|(_, faults)| !faults.is_empty())
        .map(|(requirement, faults)| FalseRedundancy {
            requirement,
            faults: roots(&reach, &faults),
        })
        .collect()
}

fn active(requirement: &Requirement) -> impl Iterator<Item = &Member> + Clone {
    let members = requirement.members.iter();
    members.filter(|member| member.standby.is_none())
}

/// True if it has several active members and can lose any one of them.
fn is_redundant(requirement: &Requirement) -> bool {
    let all = active(requirement).fold(0u64, |sum, member| sum.saturating_add(member.weight));
    active(requirement).count() > 1
        && active(requirement).all(|member| all.saturating_sub(member.weight) >= requirement.need)
}

/// By requirement that can lose any one of its active members: the single faults that leave it
/// unmet for longer than its owner's `rto`.
fn breakers(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    reach: &Reach,
    wanted: impl Fn(&Effect<'_>) -> bool,
) -> BTreeMap<ReqIx, BTreeSet<NodeIx>> {
    let graph = engine.graph();
    let wanted: FxHashSet<u32> = sweep
        .effects()
        .filter(|effect| wanted(effect))
        .map(|effect| effect.fault.0)
        .collect();
    let mut breakers: BTreeMap<ReqIx, BTreeSet<NodeIx>> = BTreeMap::new();
    let mut losses: Vec<(u32, u64)> = Vec::new();
    for (q, requirement) in (0u32..).zip(&model.requirements) {
        if requirement.mode == Mode::Soft || !is_redundant(requirement) {
            continue;
        }
        // A requirement that is unmet without any fault is redundant in nothing.
        let serving = active(requirement)
            .filter(|member| engine.serves_without_faults(member.node.0))
            .fold(0u64, |sum, member| sum.saturating_add(member.weight));
        let Some(spare) = serving.checked_sub(requirement.need) else {
            continue;
        };
        losses.clear();
        for member in active(requirement) {
            let node = member.node.0;
            if engine.serves_without_faults(node) {
                let takers = reach.losing(node).iter().chain(reach.striking(node));
                losses.extend(takers.chain([&node]).map(|fault| (*fault, member.weight)));
            }
        }
        losses.sort_unstable();
        let members: FxHashSet<u32> = requirement.members.iter().map(|m| m.node.0).collect();
        for taken in losses.chunk_by(|a, b| a.0 == b.0) {
            let fault = taken[0].0;
            let lost = taken
                .iter()
                .fold(0u64, |sum, (_, weight)| sum.saturating_add(*weight));
            // A bad deploy takes its own replicas along: that they are alike is no news.
            let along = || {
                let replicas = graph.replicas_of(fault);
                !replicas.is_empty()
                    && (members.contains(&fault)
                        || replicas.iter().any(|node| members.contains(node)))
            };
            if lost > spare
                && wanted.contains(&fault)
                && !along()
                && !back_in_time(model, engine, sweep, ReqIx(q), NodeIx(fault))
            {
                breakers.entry(ReqIx(q)).or_default().insert(NodeIx(fault));
            }
        }
    }
    breakers
}

/// True if promotions meet `q`, which `fault` leaves unmet, within its owner's `rto`.
fn back_in_time(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    q: ReqIx,
    fault: NodeIx,
) -> bool {
    let requirement = model.requirement(q);
    if requirement.members.iter().all(|m| m.standby.is_none()) {
        return false;
    }
    let along = engine.graph().replicas_of(fault.0);
    let effect = sweep.effect(fault);
    let back = |node: NodeIx| {
        if node == fault || along.contains(&node.0) {
            return Time::NEVER;
        }
        let affected = effect.and_then(|effect| effect.on(node));
        affected.map_or_else(
            || engine.without_faults(node.0).1,
            |affected| affected.recovers,
        )
    };
    let limit = rto(model, requirement.of);
    let counts = |member: &&Member| match &member.standby {
        None => back(member.node) == Time::ZERO && serves_on(engine, effect, fault, member.node),
        Some(ways) => ways.iter().any(|way| {
            let required = way.requires.iter().map(|node| back(*node)).max();
            let ready = back(member.node).max(required.unwrap_or(Time::ZERO));
            ready != Time::NEVER && ready.after(way.takes_s) <= limit
        }),
    };
    let weight = requirement
        .members
        .iter()
        .filter(counts)
        .fold(0u64, |sum, member| sum.saturating_add(member.weight));
    weight >= requirement.need
}

/// True if `node` serves in S0.
fn serves_on(engine: &Engine<'_>, effect: Option<Effect<'_>>, fault: NodeIx, node: NodeIx) -> bool {
    let struck = node == fault || engine.graph().replicas_of(fault.0).contains(&node.0);
    let affected = effect.and_then(|effect| effect.on(node));
    let lost = affected.is_some_and(|affected| affected.verdict > Verdict::Degraded);
    engine.serves_without_faults(node.0) && !struck && !lost
}

/// The `rto` of the node a requirement serves: a group's owner stands for the group.
fn rto(model: &Model, node: NodeIx) -> Time {
    let mut at = node;
    // Groups nest at most as deep as a manifest may; the bound only guards against a saved graph
    // whose groups form a circle.
    for _ in 0..64 {
        let described = model.node(at);
        match described.part_of {
            Some(owner) if described.class == Class::Group => at = owner,
            _ => {
                return described
                    .rto_s
                    .map_or(Time::seconds(u64::MAX), Time::seconds);
            }
        }
    }
    Time::seconds(u64::MAX)
}

/// Faults that aren't themselves affected by another of the faults.
fn roots(reach: &Reach, faults: &BTreeSet<NodeIx>) -> Vec<NodeIx> {
    let is_affected = |node: &NodeIx| {
        let mut by = reach.affecting(node.0).iter();
        by.any(|fault| faults.contains(&NodeIx(*fault)))
    };
    let roots: Vec<NodeIx> = faults
        .iter()
        .filter(|node| !is_affected(node))
        .copied()
        .collect();
    if roots.is_empty() {
        // A circle of faults that take each other down: all of them are the root.
        return faults.iter().copied().collect();
    }
    roots
}
