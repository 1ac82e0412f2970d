//! What all rules share, computed once for a run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::certainty::Certainty;
use super::chain::{Steps, steps};
use super::critical_concentration::{Concentration, concentrations};
use crate::analysis::criticality::Criticality;
use crate::analysis::engine::{Affected, Engine, Outcome};
use crate::analysis::redundancy::{FalseRedundancy, false_redundancies_among};
use crate::analysis::sweep::Sweep;
use crate::analysis::verdict::Verdict;
use crate::graph::FaultClass;
use crate::model::{Model, Node, NodeIx, ReqIx, Requirement};
use crate::source::{Problem, SourceMap, Unread};
use crate::words::{Class, Date, Id, Mode};

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
    /// The day that expiries and drills are measured from.
    pub today: Date,
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
    /// The day that expiries and drills are measured from.
    pub today: Date,
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
    /// By service or store: the domains, those of `whole` left out, that cut it because its own
    /// replicas (or it itself) stand on them.
    pub own_cuts: BTreeMap<NodeIx, Vec<NodeIx>>,
    /// The fault explained last: rules ask about one fault after the other.
    last: RefCell<Option<Rc<Explained>>>,
}

/// What one single fault does, and what rules need to explain it.
#[derive(Debug)]
pub struct Explained {
    pub fault: NodeIx,
    pub outcome: Outcome,
    pub(super) certainty: Certainty,
    pub(super) steps: Steps,
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
            today,
        } = input;
        let mut context = Self {
            model,
            engine,
            sweep,
            sources,
            problems,
            unread,
            today,
            criticality: Criticality::new(model),
            tiered: model.nodes.iter().any(|node| node.tier.is_some()),
            concentrations: Vec::new(),
            whole: BTreeSet::new(),
            redundancies: Vec::new(),
            own_cuts: BTreeMap::new(),
            last: RefCell::default(),
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
        context.own_cuts = own_cuts(&context);
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
        self.sweep.affects(fault, node)
    }

    /// True if the loss of `fault` alone cuts `node`.
    #[must_use]
    pub fn cuts(&self, fault: NodeIx, node: NodeIx) -> bool {
        let effect = self.sweep.effect(fault).and_then(|effect| effect.on(node));
        effect.is_some_and(|affected| self.engine.cuts(affected))
    }

    /// The single fault explained. Only the last one is kept: ask about one after the other.
    #[must_use]
    pub fn explained(&self, fault: NodeIx) -> Rc<Explained> {
        let known = self.last.borrow().clone();
        if let Some(known) = known.filter(|known| known.fault == fault) {
            return known;
        }
        let mut scratch = self.engine.scratch();
        let set = self.engine.graph().fault_set(fault.0);
        let outcome = self.engine.outcome(&mut scratch, &set);
        let new = Rc::new(Explained {
            fault,
            certainty: Certainty::new(self, &outcome),
            steps: steps(self, &outcome),
            outcome,
        });
        *self.last.borrow_mut() = Some(Rc::clone(&new));
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
    let stopped = |affected: &Affected| {
        model.node(NodeIx(affected.node)).class == Class::Replica
            && affected.verdict > Verdict::Degraded
    };
    let all = model
        .nodes
        .iter()
        .filter(|node| node.class == Class::Replica)
        .count();
    sweep
        .effects()
        .filter(|effect| effect.class == FaultClass::Placement)
        .filter(|effect| all > 0 && effect.affected().filter(stopped).count() == all)
        .map(|effect| effect.fault)
        .collect()
}

/// Fills [`Context::own_cuts`]. Proportional to the sum of all blast radii.
fn own_cuts(context: &Context<'_>) -> BTreeMap<NodeIx, Vec<NodeIx>> {
    let graph = context.engine.graph();
    let mut cuts: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
    let placement = context.sweep.effects().filter(|effect| {
        effect.class == FaultClass::Placement && !context.whole.contains(&effect.fault)
    });
    for effect in placement {
        let is_lost = |affected: &Affected| affected.verdict >= Verdict::Interrupted;
        let lost = effect.affected().filter(is_lost).map(|a| a.node);
        let mut weights: BTreeMap<u32, u64> = BTreeMap::new();
        for node in lost.chain([effect.fault.0]) {
            for &m in graph.active_in.items(node) {
                let q = graph.member_of[m as usize];
                let owner = NodeIx(graph.owner[q as usize]);
                if matches!(context.node(owner).class, Class::Service | Class::Store)
                    && is_standing(context, ReqIx(q))
                {
                    let weight = weights.entry(q).or_default();
                    *weight = weight.saturating_add(graph.member_weight[m as usize]);
                }
            }
        }
        for (q, lost) in weights {
            let owner = NodeIx(graph.owner[q as usize]);
            let active = graph.members_of(q).filter(|m| graph.is_active(*m));
            let all = active.fold(0u64, |sum, m| {
                sum.saturating_add(graph.member_weight[m as usize])
            });
            if all.saturating_sub(lost) < graph.need[q as usize]
                && context.cuts(effect.fault, owner)
            {
                let faults = cuts.entry(owner).or_default();
                if faults.last() != Some(&effect.fault) {
                    faults.push(effect.fault);
                }
            }
        }
    }
    cuts
}

/// True if `requirement` is what its owner itself stands on: a place, or its own replicas.
pub(super) fn is_standing(context: &Context<'_>, requirement: ReqIx) -> bool {
    let requirement = context.model.requirement(requirement);
    match requirement.mode {
        Mode::Placement => true,
        Mode::Hard => requirement
            .members
            .first()
            .is_some_and(|member| context.node(member.node).part_of == Some(requirement.of)),
        Mode::Soft | Mode::Start => false,
    }
}
