//! What a failure rests on: from a node that is late, through the requirements that were not met at
//! once, down to what was struck. A candidate that is not met on the way can't change anything
//! about it.

use std::collections::{BTreeSet, HashMap};

use crate::analysis::engine::{Engine, Outcome};
use crate::words::Mode;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Cone {
    /// Candidates that are not chosen and might help.
    pub(super) candidates: BTreeSet<usize>,
    /// Nodes that are late, sorted.
    pub(super) nodes: BTreeSet<u32>,
}

/// The cone of `subjects` under `outcome`. Proportional to what is late and its members.
pub(super) fn cone(
    engine: &Engine<'_>,
    outcome: &Outcome,
    candidate_of: &HashMap<u32, usize>,
    subjects: &[u32],
) -> Cone {
    let graph = engine.graph();
    let mut found = Cone::default();
    let mut stack: Vec<u32> = subjects.to_vec();
    let late = |node: u32| is_late(engine, outcome, node);
    while let Some(node) = stack.pop() {
        if !late(node) {
            continue;
        }
        if let Some(candidate) = candidate_of.get(&node)
            && outcome.faults.binary_search(&node).is_ok()
        {
            found.candidates.insert(*candidate);
            continue;
        }
        if !found.nodes.insert(node) {
            continue;
        }
        for q in graph.requirements_of(node) {
            if !matters(engine, outcome, node, q) {
                continue;
            }
            for m in graph.members_of(q) {
                stack.push(graph.member_node[m as usize]);
                for way in graph.ways_of(m).unwrap_or(0..0) {
                    stack.extend_from_slice(graph.way_requires.items(way));
                }
            }
        }
    }
    found
}

/// Whether a node does not serve from the first moment on.
pub(super) fn is_late(engine: &Engine<'_>, outcome: &Outcome, node: u32) -> bool {
    !engine.serves_at_once(outcome, node) || outcome.faults.binary_search(&node).is_ok()
}

/// Whether requirement `q` of the late `node` is a part of why: not met at once, and not only soft,
/// or a start for what never stopped.
pub(super) fn matters(engine: &Engine<'_>, outcome: &Outcome, node: u32, q: u32) -> bool {
    let matters = match engine.graph().mode[q as usize] {
        Mode::Soft => false,
        Mode::Start => {
            outcome.stopped.binary_search(&node).is_ok() || !engine.serves_without_faults(node)
        }
        Mode::Placement | Mode::Hard => true,
    };
    matters && missing(engine, outcome, q) > 0
}

/// How much weight requirement `q` lacks at the first moment.
pub(super) fn missing(engine: &Engine<'_>, outcome: &Outcome, q: u32) -> u64 {
    let graph = engine.graph();
    let weights = graph
        .members_of(q)
        .filter(|m| {
            graph.is_active(*m) && !is_late(engine, outcome, graph.member_node[*m as usize])
        })
        .map(|m| graph.member_weight[m as usize]);
    let there = weights.fold(0u64, u64::saturating_add);
    graph.need[q as usize].saturating_sub(there)
}
