//! What all rules share, computed once for a run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::critical_concentration::{Concentration, concentrations};
use crate::analysis::blast::{Blast, Fault, blast};
use crate::analysis::criticality::Criticality;
use crate::analysis::engine::Engine;
use crate::analysis::redundancy::{FalseRedundancy, false_redundancies_among};
use crate::analysis::sweep::Sweep;
use crate::graph::FaultClass;
use crate::model::{Model, Node, NodeIx, ReqIx, Requirement};
use crate::source::{Problem, SourceMap, Unread};
use crate::words::{Class, Id};

/// What a run of the rules is about.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub model: &'a Model,
    pub engine: &'a Engine<'a>,
    pub sweep: &'a Sweep,
    pub sources: &'a SourceMap,
    /// Problems of all readers and adapters, and of the model.
    pub problems: &'a [Problem],
    pub unread: &'a [Unread],
}

/// The input, and what several rules ask of it.
#[derive(Debug)]
pub struct Context<'a> {
    pub model: &'a Model,
    pub engine: &'a Engine<'a>,
    pub sweep: &'a Sweep,
    pub sources: &'a SourceMap,
    pub problems: &'a [Problem],
    pub unread: &'a [Unread],
    pub criticality: Criticality,
    /// True if any node has a tier.
    pub tiered: bool,
    /// Domains that take many critical things at once.
    pub concentrations: Vec<Concentration>,
    /// Domains that everything stands on and that a concentration names already: said once, they
    /// need not be said again of every single service.
    pub whole: BTreeSet<NodeIx>,
    /// False redundancy by any fault but those of `whole`.
    pub redundancies: Vec<FalseRedundancy>,
    blasts: RefCell<BTreeMap<NodeIx, Rc<Blast>>>,
}

impl<'a> Context<'a> {
    /// Computes what is shared.
    #[must_use]
    pub fn new(input: Input<'a>) -> Self {
        let Input {
            model,
            engine,
            sweep,
            sources,
            problems,
            unread,
        } = input;
        let mut context = Self {
            model,
            engine,
            sweep,
            sources,
            problems,
            unread,
            criticality: Criticality::new(model),
            tiered: model.nodes.iter().any(|node| node.tier.is_some()),
            concentrations: Vec::new(),
            whole: BTreeSet::new(),
            redundancies: Vec::new(),
            blasts: RefCell::default(),
        };
        let under_everything = under_everything(model, sweep);
        let all = concentrations(&context);
        context.whole = all
            .iter()
            .map(|found| found.domain)
            .filter(|domain| under_everything.contains(domain))
            .collect();
        // A domain that goes with another one says nothing new, but what everything stands on
        // must not hide what only a part stands on.
        let is_root = |found: &&Concentration| {
            !all.iter().any(|other| {
                other.domain != found.domain
                    && context.whole.contains(&other.domain)
                        == context.whole.contains(&found.domain)
                    && context.takes(other.domain, found.domain)
                    && !(context.takes(found.domain, other.domain) && found.domain < other.domain)
            })
        };
        context.concentrations = all.iter().filter(is_root).cloned().collect();
        context.redundancies = false_redundancies_among(model, engine, sweep, |effect| {
            !context.whole.contains(&effect.fault)
        });
        context
    }

    /// The node behind `ix`.
    #[must_use]
    pub fn node(&self, ix: NodeIx) -> &'a Node {
        self.model.node(ix)
    }

    /// The id of `ix`.
    #[must_use]
    pub fn id(&self, ix: NodeIx) -> &'a Id {
        &self.model.node(ix).id
    }

    /// Requirements of `node` with their indices.
    pub fn requirements(
        &self,
        node: NodeIx,
    ) -> impl Iterator<Item = (ReqIx, &'a Requirement)> + use<'a> {
        let model = self.model;
        self.engine
            .graph()
            .requirements_of(node.0)
            .map(move |q| (ReqIx(q), model.requirement(ReqIx(q))))
    }

    /// The node that people ask about: a group stands for what it expands, a replica for its
    /// service or store.
    #[must_use]
    pub fn subject(&self, node: NodeIx) -> NodeIx {
        let mut at = node;
        // Groups nest at most as deep as a manifest may; the bound guards against a saved graph
        // whose groups form a circle.
        for _ in 0..64 {
            let described = self.node(at);
            match described.part_of {
                Some(owner) if matches!(described.class, Class::Group | Class::Replica) => {
                    at = owner;
                }
                _ => break,
            }
        }
        at
    }

    /// True if the loss of `fault` affects `node`.
    #[must_use]
    pub fn takes(&self, fault: NodeIx, node: NodeIx) -> bool {
        self.sweep.effect(fault).is_some_and(|effect| {
            effect
                .affected
                .binary_search_by_key(&node.0, |affected| affected.node)
                .is_ok()
        })
    }

    /// True if the loss of `fault` alone cuts `node`.
    #[must_use]
    pub fn cuts(&self, fault: NodeIx, node: NodeIx) -> bool {
        self.sweep.effect(fault).is_some_and(|effect| {
            effect
                .affected
                .binary_search_by_key(&node.0, |affected| affected.node)
                .is_ok_and(|at| self.engine.cuts(effect.affected[at]))
        })
    }

    /// The single fault explained; computed once for each fault that some rule asks about.
    #[must_use]
    pub fn blast(&self, fault: NodeIx) -> Rc<Blast> {
        if let Some(known) = self.blasts.borrow().get(&fault) {
            return Rc::clone(known);
        }
        let faults = [Fault {
            node: fault,
            repaired_s: None,
        }];
        let new = Rc::new(blast(self.model, self.engine, &faults));
        self.blasts.borrow_mut().insert(fault, Rc::clone(&new));
        new
    }

    /// Of `faults`, those that are not affected by another of them; of a circle, all.
    #[must_use]
    pub fn roots(&self, faults: &[NodeIx]) -> Vec<NodeIx> {
        let is_root = |node: &&NodeIx| {
            !faults.iter().any(|other| {
                other != *node && self.takes(*other, **node) && !self.takes(**node, *other)
            })
        };
        faults.iter().filter(is_root).copied().collect()
    }
}

/// Domains without which no replica runs, however many there are. Of an estate without replicas,
/// none.
fn under_everything(model: &Model, sweep: &Sweep) -> BTreeSet<NodeIx> {
    let serving = |affected: &&crate::analysis::engine::Affected| {
        model.node(NodeIx(affected.node)).class == Class::Replica
            && affected.verdict > crate::analysis::verdict::Verdict::Degraded
    };
    let all = model
        .nodes
        .iter()
        .filter(|node| node.class == Class::Replica)
        .count();
    sweep
        .effects
        .iter()
        .filter(|effect| effect.class == FaultClass::Placement)
        .filter(|effect| all > 0 && effect.affected.iter().filter(serving).count() == all)
        .map(|effect| effect.fault)
        .collect()
}
