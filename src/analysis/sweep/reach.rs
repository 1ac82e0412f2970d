//! The answer the other way round: which faults reach a node.

use super::{Effect, Sweep};
use crate::analysis::engine::Engine;
use crate::analysis::verdict::Verdict;
use crate::graph::Rows;

/// Faults by node. Eight bytes for each fault and node it affects.
#[derive(Clone, Debug)]
pub struct Reach {
    affecting: Rows,
    losing: Rows,
    striking: Rows,
}

impl Reach {
    /// Turns `sweep` round. O(nodes + pairs).
    #[must_use]
    pub fn new(engine: &Engine<'_>, sweep: &Sweep) -> Self {
        let graph = engine.graph();
        let nodes = graph.node_count();
        let pairs = |least: Verdict| {
            let of = move |effect: Effect<'_>| {
                let fault = effect.fault.0;
                let affected = effect.affected().collect::<Vec<_>>().into_iter();
                affected
                    .filter(move |one| one.verdict >= least)
                    .map(move |one| (one.node, fault))
            };
            sweep.effects().flat_map(of)
        };
        let struck = (0u32..).take(nodes).flat_map(|node| {
            let replicas = graph.replicas_of(node).iter();
            replicas.map(move |replica| (*replica, node))
        });
        Self {
            affecting: Rows::from_pairs(nodes, pairs(Verdict::Degraded)),
            losing: Rows::from_pairs(nodes, pairs(Verdict::Interrupted)),
            striking: Rows::from_pairs(nodes, struck),
        }
    }

    /// Faults that affect `node`, sorted.
    #[must_use]
    pub fn affecting(&self, node: u32) -> &[u32] {
        self.affecting.items(node)
    }

    /// Faults that keep `node` from serving at t = 0, sorted; not those that strike it.
    #[must_use]
    pub fn losing(&self, node: u32) -> &[u32] {
        self.losing.items(node)
    }

    /// Services and stores whose bad deploy takes `node` along, sorted.
    #[must_use]
    pub fn striking(&self, node: u32) -> &[u32] {
        self.striking.items(node)
    }
}
