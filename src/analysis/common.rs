//! What several nodes have in common: the smallest faults that cut all of them, and none of some
//! others. On call: given what is down and what is up, what could it be?

use std::collections::BTreeSet;

use super::engine::{Engine, Scratch};
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};

/// Pairs of faults are tried up to this many candidates (half its square evaluations).
const MOST_PAIR_CANDIDATES: usize = 600;

/// Fault sets of the smallest size that cut all subjects and none of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// Each sorted; in order of their nodes.
    pub faults: Vec<Vec<NodeIx>>,
    /// Order up to which the search was complete.
    pub searched_order: u32,
    /// Subjects that don't serve even without a fault: nothing needs to fail for them.
    pub unserved: Vec<NodeIx>,
}

/// Searches single faults of `classes`, then pairs. Candidates are what the subjects stand on or
/// need, however indirectly.
#[must_use]
pub fn common(
    model: &Model,
    engine: &Engine<'_>,
    subjects: &[NodeIx],
    up: &[NodeIx],
    wanted: impl Fn(NodeIx, FaultClass) -> bool,
) -> Common {
    let unserved: Vec<NodeIx> = subjects
        .iter()
        .copied()
        .filter(|node| !engine.serves_without_faults(node.0))
        .collect();
    let graph = engine.graph();
    let mut candidates: Vec<u32> = needed_by_all(engine, subjects)
        .into_iter()
        .filter(|node| {
            FaultClass::of(graph.class[*node as usize])
                .is_some_and(|class| wanted(NodeIx(*node), class))
        })
        .collect();
    candidates.sort_unstable();
    let mut scratch = engine.scratch();
    let mut fits = |faults: &[u32]| {
        let (all, none) = cuts(engine, &mut scratch, faults, subjects, up);
        (all, all && none)
    };
    let mut result = Common {
        faults: Vec::new(),
        searched_order: 1,
        unserved,
    };
    let mut cut_alone = BTreeSet::new();
    for &fault in &candidates {
        let (all, fits) = fits(&[fault]);
        if all {
            cut_alone.insert(fault);
        }
        if fits {
            result.faults.push(vec![NodeIx(fault)]);
        }
    }
    debug_assert!(
        result
            .faults
            .iter()
            .flatten()
            .all(|node| (node.0 as usize) < model.nodes.len())
    );
    if !result.faults.is_empty() {
        return result;
    }
    // A pair with a fault that cuts all of them alone is not minimal.
    candidates.retain(|fault| !cut_alone.contains(fault));
    if candidates.len() > MOST_PAIR_CANDIDATES {
        return result;
    }
    result.searched_order = 2;
    for (at, &a) in candidates.iter().enumerate() {
        for &b in &candidates[at + 1..] {
            if fits(&[a, b]).1 {
                result.faults.push(vec![NodeIx(a), NodeIx(b)]);
            }
        }
    }
    result
}

/// Whether `faults` cut all subjects, and whether they leave all of `up` uncut. A node that is
/// itself among the faults is cut.
fn cuts(
    engine: &Engine<'_>,
    scratch: &mut Scratch,
    faults: &[u32],
    subjects: &[NodeIx],
    up: &[NodeIx],
) -> (bool, bool) {
    let set: Vec<u32> = faults
        .iter()
        .flat_map(|fault| engine.graph().fault_set(*fault))
        .collect();
    let affected = engine.affected(scratch, &set);
    let is_cut = |node: &NodeIx| {
        set.contains(&node.0)
            || affected
                .binary_search_by_key(&node.0, |a| a.node)
                .is_ok_and(|at| engine.cuts(affected[at]))
    };
    (subjects.iter().all(is_cut), !up.iter().any(is_cut))
}

/// Every node that some subject needs in any way, standbys and what promotes them included, and
/// the subjects themselves.
fn needed_by_all(engine: &Engine<'_>, subjects: &[NodeIx]) -> BTreeSet<u32> {
    let graph = engine.graph();
    let mut seen: BTreeSet<u32> = subjects.iter().map(|node| node.0).collect();
    let mut queue: Vec<u32> = seen.iter().copied().collect();
    while let Some(node) = queue.pop() {
        for m in graph
            .requirements_of(node)
            .flat_map(|q| graph.members_of(q))
        {
            let ways = graph.ways_of(m).unwrap_or(0..0);
            let required = ways.flat_map(|way| graph.way_requires.items(way).iter().copied());
            for next in std::iter::once(graph.member_node[m as usize]).chain(required) {
                if seen.insert(next) {
                    queue.push(next);
                }
            }
        }
    }
    seen
}
