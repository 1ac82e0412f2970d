//! How far an affected node is from the faults (DESIGN section 5): 0 for the faults; h + 1 if,
//! losing only affected nodes of at most h hops, one of its requirements becomes unmet or it
//! becomes degraded, least such h.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::engine::{Engine, Outcome};
use crate::words::Mode;

/// Hops of the faults and of every affected node. Proportional to the affected nodes and the
/// members that refer to them.
#[must_use]
pub fn hops(engine: &Engine<'_>, outcome: &Outcome) -> FxHashMap<u32, u32> {
    let graph = engine.graph();
    let lost: FxHashSet<u32> = outcome.lost.iter().copied().collect();
    let degraded: FxHashSet<u32> = outcome.degraded.iter().copied().collect();
    let mut hops: FxHashMap<u32, u32> = outcome.faults.iter().map(|fault| (*fault, 0)).collect();
    let mut queue: VecDeque<u32> = outcome.faults.iter().copied().collect();
    // Weight that each requirement lost so far: serving weight, or sound weight where its owner
    // serves on and is degraded. An owner is either lost or degraded, so one sum is enough.
    let mut gone: FxHashMap<u32, u64> = FxHashMap::default();
    let known = engine.known();
    while let Some(node) = queue.pop_front() {
        // A node that did not serve even without faults brought no weight to lose.
        if !engine.serves_without_faults(node) {
            continue;
        }
        let hop = hops.get(&node).copied().unwrap_or(0) + 1;
        let is_lost = lost.contains(&node);
        let is_sound = !engine.degraded_without_faults(node);
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            let owner = graph.owner[q as usize];
            if hops.contains_key(&owner) {
                continue;
            }
            let (counts, had) = match graph.mode[q as usize] {
                Mode::Placement | Mode::Hard if lost.contains(&owner) => {
                    (is_lost, known.serving(q))
                }
                Mode::Soft if degraded.contains(&owner) => (is_lost, known.serving(q)),
                Mode::Hard if degraded.contains(&owner) => (is_sound, known.sound(q)),
                _ => continue,
            };
            if !counts {
                continue;
            }
            let sum = gone.entry(q).or_default();
            *sum = sum.saturating_add(graph.member_weight[m as usize]);
            let need = graph.need[q as usize];
            if had >= need && had.saturating_sub(*sum) < need {
                hops.insert(owner, hop);
                queue.push_back(owner);
            }
        }
    }
    reach_the_late(engine, outcome, &mut hops);
    hops
}

/// Nodes that don't serve even without faults lose no requirement; when they come up later than
/// before, they are one hop behind the nearest affected node they wait for.
fn reach_the_late(engine: &Engine<'_>, outcome: &Outcome, hops: &mut FxHashMap<u32, u32>) {
    let graph = engine.graph();
    let mut left: Vec<u32> = outcome
        .affected
        .iter()
        .map(|a| a.node)
        .filter(|node| !hops.contains_key(node))
        .collect();
    while !left.is_empty() {
        let nearest = |node: u32| {
            let members = graph
                .requirements_of(node)
                .flat_map(|q| graph.members_of(q));
            let near = members.flat_map(|m| {
                let ways = graph.ways_of(m).unwrap_or(0..0);
                let required = ways.flat_map(|way| graph.way_requires.items(way).iter().copied());
                std::iter::once(graph.member_node[m as usize]).chain(required)
            });
            near.filter_map(|other| hops.get(&other).copied()).min()
        };
        let found: Vec<(u32, u32)> = left
            .iter()
            .filter_map(|node| Some((*node, nearest(*node)? + 1)))
            .collect();
        if found.is_empty() {
            hops.extend(left.iter().map(|node| (*node, 1)));
            return;
        }
        hops.extend(found);
        left.retain(|node| !hops.contains_key(node));
    }
}
