//! What comes up late even without faults: faults near it are evaluated by themselves.

use super::answer::high;
use super::ground::{Ground, NEAR_LATE};
use super::parts::Part;
use crate::analysis::engine::Baseline;
use crate::graph::Graph;

/// Marks what late nodes may depend on, and what has one among its members, standbys or required
/// nodes. O(nodes + members) if anything is late at all.
pub(super) fn mark(graph: &Graph, baseline: &Baseline, traits: &mut [u8]) {
    if baseline.late.is_empty() {
        return;
    }
    let mut is_late = vec![false; graph.node_count()];
    for node in &baseline.late {
        is_late[*node as usize] = true;
    }
    let mut queue = baseline.late.clone();
    for node in &queue {
        traits[*node as usize] |= NEAR_LATE;
    }
    while let Some(node) = queue.pop() {
        for m in graph.all_members_of(node) {
            for needed in named(graph, m) {
                let known = &mut traits[needed as usize];
                if *known & NEAR_LATE == 0 {
                    *known |= NEAR_LATE;
                    queue.push(needed);
                }
            }
        }
    }
    for m in 0..u32::try_from(graph.member_node.len()).unwrap_or(u32::MAX) {
        if named(graph, m).any(|node| is_late[node as usize]) {
            let owner = graph.owner[graph.member_of[m as usize] as usize];
            traits[owner as usize] |= NEAR_LATE;
        }
    }
}

/// Faults that strike what does not serve even without faults, where anything is late: what they
/// do to late nodes is in no list. Sorted or not.
pub(super) fn faults(ground: &Ground<'_>) -> Vec<u32> {
    if ground.baseline.late.is_empty() {
        return Vec::new();
    }
    let nodes = u32::try_from(ground.graph.node_count()).unwrap_or(u32::MAX);
    (0..nodes)
        .filter(|node| !ground.serves(*node))
        .flat_map(|node| ground.strikes(Part::ALL, node).map(high))
        .collect()
}

/// The member, and what its promotion requires.
pub(super) fn named(graph: &Graph, m: u32) -> impl Iterator<Item = u32> + '_ {
    let ways = graph.ways_of(m).unwrap_or(0..0);
    std::iter::once(graph.member_node[m as usize])
        .chain(graph.way_requires.span(ways).iter().copied())
}
