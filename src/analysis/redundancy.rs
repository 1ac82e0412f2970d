//! False redundancy: a requirement that stays met when any one member is lost, but that a single
//! fault outside its members leaves unmet, with no promotion meeting it within the owner's `rto`.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::Engine;
use super::sweep::{Effect, Sweep};
use super::verdict::Time;
use crate::model::{Model, NodeIx, ReqIx};
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
/// Proportional to the sum of all blast radii, times the standbys of what they leave unmet.
#[must_use]
pub fn false_redundancies(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
) -> Vec<FalseRedundancy> {
    false_redundancies_among(model, engine, sweep, |_| true)
}

/// As [`false_redundancies`], for those faults only that `wanted` accepts.
#[must_use]
pub fn false_redundancies_among(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    wanted: impl Fn(&Effect<'_>) -> bool,
) -> Vec<FalseRedundancy> {
    let breakers = breakers(model, engine, sweep, wanted);
    breakers
        .into_iter()
        .filter(|(requirement, faults)| {
            let requirement = model.requirement(*requirement);
            let member = |fault: &NodeIx| requirement.members.iter().any(|m| m.node == *fault);
            let active: u64 = weights(requirement).fold(0, u64::saturating_add);
            // A requirement that is unmet without any fault is redundant in nothing.
            let redundant = weights(requirement)
                .all(|weight| active.saturating_sub(weight) >= requirement.need);
            weights(requirement).count() > 1 && redundant && !faults.iter().any(member)
        })
        .filter_map(|(requirement, faults)| {
            let faults = roots(sweep, &faults);
            (!faults.is_empty()).then_some(FalseRedundancy {
                requirement,
                faults,
            })
        })
        .collect()
}

fn weights(requirement: &crate::model::Requirement) -> impl Iterator<Item = u64> {
    requirement
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .map(|member| member.weight)
}

/// By requirement: the single faults that leave it unmet for longer than its owner's `rto`.
fn breakers(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    wanted: impl Fn(&Effect<'_>) -> bool,
) -> BTreeMap<ReqIx, BTreeSet<NodeIx>> {
    let graph = engine.graph();
    let mut scratch = engine.scratch();
    let mut breakers: BTreeMap<ReqIx, BTreeSet<NodeIx>> = BTreeMap::new();
    for effect in sweep.effects().filter(|effect| wanted(effect)) {
        let set = graph.fault_set(effect.fault.0);
        // Requirements that may be unmet are those that an affected or failed node counts in.
        let candidates: BTreeSet<u32> = effect
            .affected()
            .map(|affected| affected.node)
            .chain(set.iter().copied())
            .flat_map(|node| graph.active_in.items(node))
            .map(|m| graph.member_of[*m as usize])
            .filter(|q| graph.mode[*q as usize] != Mode::Soft && graph.members_of(*q).len() > 1)
            .collect();
        if candidates.is_empty() {
            continue;
        }
        let outcome = engine.outcome(&mut scratch, &set);
        for q in candidates {
            // A bad deploy takes its own replicas along: that they are alike is no news.
            let along = |m: u32| {
                let node = graph.member_node[m as usize];
                node != effect.fault.0 && set.contains(&node)
            };
            if graph.members_of(q).any(along) {
                continue;
            }
            let mut weight = 0u64;
            let limit = rto(model, NodeIx(graph.owner[q as usize]));
            for m in graph.members_of(q) {
                let counts = if graph.is_active(m) {
                    engine.serves_at_once(&outcome, graph.member_node[m as usize])
                } else {
                    outcome
                        .unrepaired
                        .promotion(m)
                        .is_some_and(|at| at != Time::NEVER && at <= limit)
                };
                if counts {
                    weight = weight.saturating_add(graph.member_weight[m as usize]);
                }
            }
            let unmet_at_once = |m: u32| {
                graph.is_active(m)
                    && !engine.serves_at_once(&outcome, graph.member_node[m as usize])
            };
            // A bad deploy of the service whose replicas these are strikes the members themselves:
            // it is no fault outside of them.
            let member_is_struck = || {
                let member = |node: &u32| {
                    graph
                        .members_of(q)
                        .any(|m| graph.member_node[m as usize] == *node)
                };
                set.len() > 1 && set.iter().any(member)
            };
            if weight < graph.need[q as usize]
                && graph.members_of(q).any(unmet_at_once)
                && !member_is_struck()
            {
                breakers.entry(ReqIx(q)).or_default().insert(effect.fault);
            }
        }
    }
    breakers
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
fn roots(sweep: &Sweep, faults: &BTreeSet<NodeIx>) -> Vec<NodeIx> {
    let affected_by_another: BTreeSet<NodeIx> = faults
        .iter()
        .filter_map(|fault| sweep.effect(*fault))
        .flat_map(|effect| effect.affected().map(|affected| NodeIx(affected.node)))
        .filter(|node| faults.contains(node))
        .collect();
    if affected_by_another.len() == faults.len() {
        // A circle of faults that take each other down: all of them are the root.
        return faults.iter().copied().collect();
    }
    faults.difference(&affected_by_another).copied().collect()
}
