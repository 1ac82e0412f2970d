//! What a sweep knows of the graph beforehand, whatever the faults.

use super::answer::pack;
use super::codes::{LOST, STOPPED, STRUCK};
use super::parts::Part;
use crate::analysis::engine::{Baseline, Engine};
use crate::graph::{FaultClass, Graph, Rows};
use crate::words::Mode;

/// What a sweep knows of the graph beforehand, whatever the faults.
#[derive(Debug)]
pub(super) struct Ground<'e> {
    pub(super) graph: &'e Graph,
    pub(super) baseline: &'e Baseline,
    /// By node: the services and stores whose software faults take it along.
    struck_by: Rows,
    /// One bit a requirement: it has a standby.
    with_standby: Vec<u64>,
    /// By node, see [`Ground::is`].
    traits: Vec<u8>,
    all_run: bool,
    all_serve: bool,
}

/// It takes time to start, or has start requirements.
pub(super) const STARTS: u8 = 1;
/// It has a start requirement that nothing meets even without faults.
pub(super) const NEVER_STARTS: u8 = 2;
/// It has a soft requirement.
pub(super) const SOFT: u8 = 4;
/// What is late without faults depends on it, or the other way round.
pub(super) const NEAR_LATE: u8 = 8;

impl<'e> Ground<'e> {
    /// O(nodes + members).
    pub(super) fn new(engine: &'e Engine<'_>) -> Self {
        let (graph, baseline) = (engine.graph(), engine.known());
        let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
        let struck = (0..nodes).flat_map(|node| {
            let replicas = graph.replicas_of(node).iter();
            replicas.map(move |replica| (*replica, node))
        });
        let mut with_standby = vec![0u64; graph.owner.len().div_ceil(64)];
        for m in graph.standbys() {
            let q = graph.member_of[*m as usize];
            with_standby[q as usize / 64] |= 1 << (q % 64);
        }
        let mut traits = vec![0u8; graph.node_count()];
        for (at, start_s) in traits.iter_mut().zip(&graph.start_s) {
            *at |= if *start_s > 0 { STARTS } else { 0 };
        }
        for q in 0..u32::try_from(graph.owner.len()).unwrap_or(u32::MAX) {
            let known = &mut traits[graph.owner[q as usize] as usize];
            match graph.mode[q as usize] {
                Mode::Start if baseline.serving(q) < graph.need[q as usize] => {
                    *known |= STARTS | NEVER_STARTS;
                }
                Mode::Start => *known |= STARTS,
                Mode::Soft => *known |= SOFT,
                Mode::Placement | Mode::Hard => {}
            }
        }
        super::late::mark(graph, baseline, &mut traits);
        Self {
            graph,
            baseline,
            struck_by: Rows::from_pairs(graph.node_count(), struck),
            with_standby,
            traits,
            all_run: baseline.runs.iter().all(|runs| *runs),
            all_serve: baseline.serves.iter().all(|serves| *serves),
        }
    }

    /// True if `node` has one of these traits.
    pub(super) fn is(&self, node: u32, traits: u8) -> bool {
        self.traits[node as usize] & traits != 0
    }

    pub(super) fn serves(&self, node: u32) -> bool {
        // Most estates serve throughout: one look-up less.
        self.all_serve || self.baseline.serves[node as usize]
    }

    pub(super) fn runs(&self, node: u32) -> bool {
        self.all_run || self.baseline.runs[node as usize]
    }

    pub(super) fn has_standby(&self, q: u32) -> bool {
        self.with_standby[q as usize / 64] >> (q % 64) & 1 == 1
    }

    /// Weight that `q` may lose before it is unmet; nothing if it is unmet anyway.
    pub(super) fn spare(&self, q: u32) -> Option<u64> {
        self.baseline
            .serving(q)
            .checked_sub(self.graph.need[q as usize])
    }

    /// The same of running members.
    pub(super) fn spare_running(&self, q: u32) -> Option<u64> {
        self.baseline
            .running(q)
            .checked_sub(self.graph.need[q as usize])
    }

    /// The faults of `part` that strike `node` itself, with their code.
    pub(super) fn strikes(&self, part: Part, node: u32) -> impl Iterator<Item = u64> + '_ {
        let own = FaultClass::of(self.graph.class[node as usize]).map(|_| node);
        let serves = if self.serves(node) { LOST } else { 0 };
        own.into_iter()
            .chain(self.struck_by.items(node).iter().copied())
            .filter(move |fault| part.has(*fault))
            .map(move |fault| pack(fault, STRUCK | STOPPED | serves))
    }
}
