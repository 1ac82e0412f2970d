//! Every single fault: what each affects. Ranking, survivability, false redundancy and the report
//! all read this one answer.

mod answer;

use rayon::prelude::*;

use super::engine::{Affected, Engine, Scratch};
use crate::graph::{FaultClass, Graph};
use crate::model::NodeIx;
use answer::{Answer, high};

/// One single fault and all that it affects.
#[derive(Clone, Copy, Debug)]
pub struct Effect<'s> {
    pub fault: NodeIx,
    pub class: FaultClass,
    answer: &'s Answer,
    row: &'s [u64],
}

impl<'s> Effect<'s> {
    /// All that it affects, sorted by node.
    #[must_use]
    pub fn affected(
        &self,
    ) -> impl DoubleEndedIterator<Item = Affected> + ExactSizeIterator + Clone + use<'s> {
        let answer = self.answer;
        self.row.iter().map(move |pair| answer.read(*pair))
    }

    /// What it does to `node`, if it affects it. O(log).
    #[must_use]
    pub fn on(&self, node: NodeIx) -> Option<Affected> {
        let at = self
            .row
            .binary_search_by_key(&node.0, |pair| high(*pair))
            .ok()?;
        self.row.get(at).map(|pair| self.answer.read(*pair))
    }

    /// How many nodes it affects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// True if it affects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }
}

/// Effects of single faults, sorted by fault. Eight bytes for each fault and node it affects.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    answer: Answer,
    /// Class of fault by number of the row.
    classes: Vec<FaultClass>,
}

/// Every single fault there is, sorted by node.
fn faults(graph: &Graph) -> impl Iterator<Item = (u32, FaultClass)> + '_ {
    (0u32..)
        .zip(&graph.class)
        .filter_map(|(node, class)| Some((node, FaultClass::of(*class)?)))
}

impl Sweep {
    /// Evaluates every single fault of every class, in parallel. Proportional to the sum of all
    /// blast radii and the members that refer to them.
    #[must_use]
    pub fn new(engine: &Engine<'_>) -> Self {
        let graph = engine.graph();
        let faults: Vec<(u32, FaultClass)> = faults(graph).collect();
        let evaluate = |scratch: &mut Scratch, &(node, _): &(u32, FaultClass)| {
            engine.affected(scratch, &graph.fault_set(node))
        };
        let effects: Vec<Vec<Affected>> = faults
            .par_iter()
            .map_init(|| engine.scratch(), evaluate)
            .collect();
        let mut answer = Answer::default();
        for ((fault, _), affected) in faults.iter().zip(&effects) {
            answer.push(*fault, affected);
        }
        Self {
            answer,
            classes: faults.into_iter().map(|(_, class)| class).collect(),
        }
    }

    /// Every single fault, sorted.
    #[must_use]
    pub fn effects(&self) -> impl ExactSizeIterator<Item = Effect<'_>> + Clone {
        (0..self.classes.len()).map(|at| self.at(at))
    }

    fn at(&self, at: usize) -> Effect<'_> {
        Effect {
            fault: NodeIx(self.answer.faults[at]),
            class: self.classes[at],
            answer: &self.answer,
            row: self.answer.row(at),
        }
    }

    /// What the failure of `node` affects, if it is a fault at all. O(log).
    #[must_use]
    pub fn effect(&self, node: NodeIx) -> Option<Effect<'_>> {
        let at = self.answer.faults.binary_search(&node.0).ok()?;
        Some(self.at(at))
    }

    /// True if the failure of `fault` affects `node`. O(log).
    #[must_use]
    pub fn affects(&self, fault: NodeIx, node: NodeIx) -> bool {
        self.effect(fault)
            .is_some_and(|effect| effect.on(node).is_some())
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
