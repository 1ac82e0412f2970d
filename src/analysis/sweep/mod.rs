//! Every single fault: what each affects. Ranking, survivability, false redundancy and the report
//! all read this one answer.
//!
//! * [`lists`]: for every node, which faults reach it, in one pass over the graph ([`ground`]: what
//!   is known before; [`weigh`], [`sums`]: one requirement; [`memo`]: the same again; [`union`]: all of a
//!   node; [`arena`]: where lists are). * [`codes`] and [`times`]: when it comes back. * [`cycle`], [`knot`]: nodes that need each other. * [`late`]:
//!   what comes up late anyway. * [`degraded`]: a second pass. * [`answer`]: by fault.
//! * [`parts`]: faults side by side or in turns. * [`watch`]: how far it is, and whether to go on.
//!   * [`tally`]: counts instead of lists. * [`reach`]: by node.
//! * [`mod@apart`]: what set propagation does not settle.
//! * [`mod@update`]: the answer brought up to date when a few nodes change: [`changes`], [`renumber`].

mod answer;
mod apart;
mod arena;
mod changes;
mod codes;
mod cycle;
mod degraded;
mod ground;
mod knot;
mod late;
mod lists;
mod memo;
mod parts;
mod reach;
mod renumber;
mod sums;
mod tally;
#[cfg(test)]
mod tests;
mod times;
mod union;
mod update;
mod watch;
mod weigh;

pub use reach::Reach;
pub use renumber::Renumbering;
pub use tally::{Count, Tally};
pub use update::{Lists, Old, Work, both, keep, update};
pub use watch::{Ended, Unwatched, Watch};

use super::engine::{Affected, Engine};
use crate::graph::{FaultClass, Graph};
use crate::model::NodeIx;
use answer::{Apart, Chunk, Row};
use ground::Ground;
use parts::{Limits, each_pass};

/// One single fault and all that it affects.
#[derive(Clone, Copy, Debug)]
pub struct Effect<'s> {
    pub fault: NodeIx,
    pub class: FaultClass,
    row: Row<'s>,
}

impl<'s> Effect<'s> {
    /// All that it affects, sorted by node.
    #[must_use]
    pub fn affected(
        &self,
    ) -> impl DoubleEndedIterator<Item = Affected> + ExactSizeIterator + Clone + use<'s> {
        self.row.all()
    }

    /// What it does to `node`, if it affects it. O(log).
    #[must_use]
    pub fn on(&self, node: NodeIx) -> Option<Affected> {
        self.row.of(node.0)
    }

    /// How many nodes it affects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// True if it affects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.row.len() == 0
    }
}

/// Effects of single faults, sorted by fault. Five bytes for each fault and node it affects.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// Every single fault there is, sorted.
    faults: Vec<(u32, FaultClass)>,
    chunks: Vec<Chunk>,
    apart: Apart,
}

/// Every single fault there is, sorted by node.
fn faults(graph: &Graph) -> impl Iterator<Item = (u32, FaultClass)> + '_ {
    (0u32..)
        .zip(&graph.class)
        .filter_map(|(node, class)| Some((node, FaultClass::of(*class)?)))
}

impl Sweep {
    /// Evaluates every single fault of every class, in parallel. Proportional to nodes, members
    /// and the sum of all blast radii.
    #[must_use]
    pub fn new(engine: &Engine<'_>) -> Self {
        // Nobody ends it.
        Self::limited(engine, usize::MAX, &Unwatched).unwrap_or_default()
    }

    /// As [`new`](Self::new), if the answer is one of at most [`Sweep::MOST`] pairs of a fault and
    /// a node that it affects, and as long as `watch` wants it.
    pub fn watched(engine: &Engine<'_>, watch: &dyn Watch) -> Result<Self, Ended> {
        Self::limited(engine, Self::MOST, watch)
    }

    /// Pairs of a fault and a node that it affects: thirteen bytes each while the answer is made.
    pub const MOST: usize = 400_000_000;

    fn limited(engine: &Engine<'_>, most: usize, watch: &dyn Watch) -> Result<Self, Ended> {
        let graph = engine.graph();
        let ground = Ground::new(engine);
        let limits = Limits {
            at_once: usize::MAX,
            in_all: most,
        };
        let parts = each_pass(&ground, limits, watch, |mut pass| {
            (Chunk::new(&mut pass), pass.apart)
        })?;
        let mut sweep = Self {
            faults: faults(graph).collect(),
            ..Self::default()
        };
        let mut by_themselves = late::faults(&ground);
        for (chunk, apart) in parts {
            sweep.chunks.push(chunk);
            by_themselves.extend(apart);
        }
        for (fault, affected) in apart::evaluate(engine, by_themselves) {
            sweep.apart.push(fault, &affected);
        }
        Ok(sweep)
    }

    /// How many faults had to be evaluated by themselves, because what comes up late even without
    /// faults is near, or a cycle of needs degrades.
    #[must_use]
    pub fn apart_count(&self) -> usize {
        self.apart.len()
    }

    /// Every single fault, sorted.
    #[must_use]
    pub fn effects(&self) -> impl ExactSizeIterator<Item = Effect<'_>> + Clone {
        self.faults
            .iter()
            .map(|(fault, class)| self.of(*fault, *class))
    }

    fn of(&self, fault: u32, class: FaultClass) -> Effect<'_> {
        let row = self.apart.row(fault).unwrap_or_else(|| {
            let chunk = self.chunks.iter().find(|chunk| chunk.part.has(fault));
            chunk.map_or(Row::EMPTY, |chunk| chunk.row(fault))
        });
        Effect {
            fault: NodeIx(fault),
            class,
            row,
        }
    }

    /// What the failure of `node` affects, if it is a fault at all. O(log).
    #[must_use]
    pub fn effect(&self, node: NodeIx) -> Option<Effect<'_>> {
        let at = self
            .faults
            .binary_search_by_key(&node.0, |(fault, _)| *fault)
            .ok()?;
        let (fault, class) = self.faults.get(at)?;
        Some(self.of(*fault, *class))
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
