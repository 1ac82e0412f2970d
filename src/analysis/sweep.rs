//! Every single fault: what each affects. Ranking, survivability, false redundancy and the report
//! all read this one answer.

use rayon::prelude::*;

use super::engine::{Affected, Engine, Scratch};
use crate::graph::FaultClass;
use crate::model::NodeIx;

/// One single fault and all that it affects, sorted by node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub fault: NodeIx,
    pub class: FaultClass,
    pub affected: Vec<Affected>,
}

/// Effects of single faults, sorted by fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    pub effects: Vec<Effect>,
}

impl Sweep {
    /// Evaluates every single fault of every class, in parallel. Proportional to the sum of all
    /// blast radii and the members that refer to them.
    #[must_use]
    pub fn new(engine: &Engine<'_>) -> Self {
        let graph = engine.graph();
        let count = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
        let faults: Vec<(u32, FaultClass)> = (0..count)
            .filter_map(|node| Some((node, FaultClass::of(graph.class[node as usize])?)))
            .collect();
        let evaluate = |scratch: &mut Scratch, &(node, class): &(u32, FaultClass)| Effect {
            fault: NodeIx(node),
            class,
            affected: engine.affected(scratch, &graph.fault_set(node)),
        };
        let effects = faults
            .par_iter()
            .map_init(|| engine.scratch(), evaluate)
            .collect();
        Self { effects }
    }

    /// What the failure of `node` affects, if it is a fault at all.
    #[must_use]
    pub fn effect(&self, node: NodeIx) -> Option<&Effect> {
        let at = self
            .effects
            .binary_search_by_key(&node, |effect| effect.fault)
            .ok()?;
        Some(&self.effects[at])
    }

    /// True if the failure of `fault` affects `node`. O(log).
    #[must_use]
    pub fn affects(&self, fault: NodeIx, node: NodeIx) -> bool {
        self.effect(fault).is_some_and(|effect| {
            effect
                .affected
                .binary_search_by_key(&node.0, |affected| affected.node)
                .is_ok()
        })
    }

    /// Of `faults`, the one that most of the others take with them (a site rather than its feed or
    /// the room the feed hangs on: the place people know); of equals, the first. Quadratic.
    #[must_use]
    pub fn most_dependent(&self, faults: &[NodeIx]) -> Option<NodeIx> {
        let taken_by = |node: NodeIx| {
            let others = faults.iter().filter(|other| **other != node);
            others.filter(|other| self.affects(**other, node)).count()
        };
        faults
            .iter()
            .copied()
            .min_by_key(|fault| (std::cmp::Reverse(taken_by(*fault)), *fault))
    }
}
