//! The answer of `spof list`, as all formats read it.

use std::collections::BTreeMap;

use super::Context;
use crate::analysis::engine::{Affected, Engine};
use crate::analysis::rank::Ranked;
use crate::analysis::sweep::{Effect, Sweep};
use crate::graph::FaultClass;
use crate::model::NodeIx;

/// Single faults, ranked by what they do to the nodes that count.
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    pub cx: Context<'a>,
    pub engine: &'a Engine<'a>,
    pub sweep: &'a Sweep,
    /// Worst first; those that cut nothing come last.
    pub ranked: &'a [Ranked],
    /// The nodes that count.
    pub counts: &'a dyn Fn(NodeIx) -> bool,
    /// Also the faults that cut nothing, and all that each affects.
    pub all: bool,
    pub limit: Option<usize>,
    /// Subjects were named.
    pub named: bool,
}

/// A node that counts, and the faults that cut it.
#[derive(Clone, Debug)]
pub struct Subject {
    pub node: NodeIx,
    /// In order of rank.
    pub cut_by: Vec<Cut>,
}

/// One fault that cuts a node.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub fault: NodeIx,
    pub class: FaultClass,
    pub effect: Affected,
}

impl<'a> Listing<'a> {
    /// The faults that cut something.
    #[must_use]
    pub fn cutting(&self) -> &'a [Ranked] {
        let end = self
            .ranked
            .iter()
            .position(|ranked| ranked.cut.is_empty())
            .unwrap_or(self.ranked.len());
        &self.ranked[..end]
    }

    /// All that the fault does.
    pub fn effect(&self, ranked: &Ranked) -> impl Iterator<Item = Affected> + Clone + use<'a> {
        let effect: Option<Effect<'a>> = self.sweep.effect(ranked.fault);
        effect.into_iter().flat_map(|effect| effect.affected())
    }

    /// What the fault does to `node`.
    #[must_use]
    pub fn effect_on(&self, ranked: &Ranked, node: NodeIx) -> Option<Affected> {
        self.sweep.effect(ranked.fault)?.on(node)
    }

    /// Every node that counts, by tier, then id, with the faults that cut it.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        let mut cut_by: BTreeMap<NodeIx, Vec<Cut>> = BTreeMap::new();
        for ranked in self.cutting() {
            for node in &ranked.cut {
                if let Some(effect) = self.effect_on(ranked, *node) {
                    cut_by.entry(*node).or_default().push(Cut {
                        fault: ranked.fault,
                        class: ranked.class,
                        effect,
                    });
                }
            }
        }
        let mut subjects: Vec<Subject> = self
            .cx
            .model
            .iter()
            .filter(|(ix, _)| (self.counts)(*ix))
            .map(|(node, _)| Subject {
                node,
                cut_by: cut_by.remove(&node).unwrap_or_default(),
            })
            .collect();
        subjects.sort_by_key(|subject| {
            let tier = self.cx.node(subject.node).tier;
            (tier.unwrap_or(u8::MAX), subject.node)
        });
        subjects
    }
}
