//! What all rules share, computed once for a run.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::causes::Causes;
use super::certainty::Certainty;
use super::chain::{Steps, steps};
use super::critical_concentration::{Concentration, concentrations};
use super::kinds;
use super::recovery_cycle::Told;
use crate::analysis::criticality::Criticality;
use crate::analysis::data::{DataLoss, data_losses};
use crate::analysis::engine::{Affected, Engine, Outcome, Scratch};
use crate::analysis::recovery::{RecoveryCycle, recovery_cycles};
use crate::analysis::redundancy::{FalseRedundancy, false_redundancies_among};
use crate::analysis::sweep::{Effect, Sweep};
use crate::analysis::verdict::Verdict;
use crate::config::gate::Freshness;
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
    /// How long drills and entries hold.
    pub freshness: Freshness,
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
    pub freshness: Freshness,
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
    /// Single faults of domains that no other one explains.
    pub causes: Causes,
    /// Circles of waiting, once a rule asks for them.
    pub(super) recovery_circles: OnceCell<Vec<Told>>,
    /// Faults explained so far, so that rules share them.
    known: RefCell<Known>,
    scratch: RefCell<Scratch>,
}

/// Faults explained so far, and how much they take.
#[derive(Debug, Default)]
struct Known {
    by_fault: BTreeMap<NodeIx, Rc<Explained>>,
    size: usize,
}

/// Affected nodes kept at most over all explained faults; beyond that they are explained anew.
const KEPT: usize = 4_000_000;

/// What one single fault does, and what rules need to explain it, each computed when first asked.
#[derive(Debug)]
pub struct Explained {
    pub fault: NodeIx,
    pub outcome: Outcome,
    certainty: OnceCell<Certainty>,
    steps: OnceCell<Steps>,
    data: OnceCell<Vec<DataLoss>>,
    cycles: OnceCell<Vec<RecoveryCycle>>,
}

impl Explained {
    /// How sure each loss is.
    pub(super) fn certainty(&self, context: &Context<'_>) -> &Certainty {
        self.certainty
            .get_or_init(|| Certainty::new(context, &self.outcome))
    }

    /// The way from each lost node to the fault.
    pub(super) fn steps(&self, context: &Context<'_>) -> &Steps {
        self.steps.get_or_init(|| steps(context, &self.outcome))
    }

    /// What is left of the data of each store that loses a copy.
    pub(super) fn data(&self, context: &Context<'_>) -> &[DataLoss] {
        self.data
            .get_or_init(|| data_losses(context.model, context.engine.graph(), &self.outcome))
    }

    /// Circles of waiting that keep things from coming back.
    pub(super) fn cycles(&self, context: &Context<'_>) -> &[RecoveryCycle] {
        self.cycles
            .get_or_init(|| recovery_cycles(context.model, context.engine, &self.outcome))
    }
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
            freshness,
        } = input;
        let mut context = Self {
            model,
            engine,
            sweep,
            sources,
            problems,
            unread,
            today,
            freshness,
            criticality: Criticality::new(model),
            tiered: model.nodes.iter().any(|node| node.tier.is_some()),
            concentrations: Vec::new(),
            whole: BTreeSet::new(),
            redundancies: Vec::new(),
            own_cuts: BTreeMap::new(),
            recovery_circles: OnceCell::new(),
            causes: Causes::default(),
            known: RefCell::default(),
            scratch: RefCell::new(engine.scratch()),
        };
        let under_everything = under_everything(model, sweep);
        let all = concentrations(&context, &under_everything);
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
        context.redundancies = redundancies(&context);
        context.own_cuts = own_cuts(&context);
        context.causes = Causes::new(&context);
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

    /// Whether `requirement` is that of a caller on what it calls: not on what it stands on, starts
    /// from, or is made of (replicas are observed as well, where a list of pods is read).
    pub fn is_call(&self, requirement: &Requirement) -> bool {
        let serves = |node| {
            let class = self.node(node).class;
            matches!(class, Class::Service | Class::Store | Class::External)
        };
        matches!(requirement.mode, Mode::Hard | Mode::Soft)
            && requirement.members.iter().all(|member| serves(member.node))
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

    /// The single fault explained.
    #[must_use]
    pub fn explained(&self, fault: NodeIx) -> Rc<Explained> {
        if let Some(known) = self.known.borrow().by_fault.get(&fault) {
            return Rc::clone(known);
        }
        let set = self.engine.graph().fault_set(fault.0);
        let new = Rc::new(self.explain(fault, &set));
        let mut known = self.known.borrow_mut();
        let size = 1 + new.outcome.affected.len() + new.outcome.stopped.len();
        if known.size.saturating_add(size) > KEPT {
            *known = Known::default();
        }
        known.size += size;
        known.by_fault.insert(fault, Rc::clone(&new));
        new
    }

    /// Any set of faults explained; `fault` is what it is called.
    pub(super) fn explain(&self, fault: NodeIx, set: &[u32]) -> Explained {
        let mut scratch = self.scratch.borrow_mut();
        Explained {
            fault,
            outcome: self.engine.outcome(&mut scratch, set),
            certainty: OnceCell::new(),
            steps: OnceCell::new(),
            data: OnceCell::new(),
            cycles: OnceCell::new(),
        }
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

/// Fills [`Context::redundancies`]: of a requirement that both a zone and its region leave unmet,
/// the zone is what to hear of first.
fn redundancies(context: &Context<'_>) -> Vec<FalseRedundancy> {
    let Context {
        model,
        engine,
        sweep,
        whole,
        ..
    } = context;
    let wide = |effect: &Effect<'_>| kinds::is_wide(context.id(effect.fault).kind());
    let news = |requirement, fault| !is_moot(context, requirement, fault);
    let narrow = |effect: &Effect<'_>| !whole.contains(&effect.fault) && !wide(effect);
    let mut found = false_redundancies_among(model, engine, sweep, narrow, news);
    let near: BTreeSet<ReqIx> = found.iter().map(|found| found.requirement).collect();
    let wide = |effect: &Effect<'_>| !whole.contains(&effect.fault) && wide(effect);
    let far = false_redundancies_among(model, engine, sweep, wide, news);
    found.extend(
        far.into_iter()
            .filter(|far| !near.contains(&far.requirement)),
    );
    found.sort_by_key(|found| found.requirement);
    found
}

/// Whether a place stands on the fault anyway: nobody expects the two feeds of a rack to outlive
/// the building that the rack is in.
fn is_moot(context: &Context<'_>, requirement: ReqIx, fault: NodeIx) -> bool {
    let owner = context.model.requirement(requirement).of;
    if context.node(owner).class != Class::Domain {
        return false;
    }
    let effect = context.sweep.effect(fault);
    let stopped = |node: NodeIx| {
        let affected = effect.as_ref().and_then(|effect| effect.on(node));
        node == fault || affected.is_some_and(|it| it.verdict >= Verdict::Interrupted)
    };
    let mut others = context
        .requirements(owner)
        .filter(|(other, described)| *other != requirement && described.mode == Mode::Placement);
    others.any(|(_, other)| {
        let members = other.members.iter();
        let left = members.filter(|member| member.standby.is_none() && !stopped(member.node));
        let left = left.fold(0u64, |sum, member| sum.saturating_add(member.weight));
        left < other.need
    })
}

/// Fills [`Context::own_cuts`]. Proportional to the sum of all blast radii.
fn own_cuts(context: &Context<'_>) -> BTreeMap<NodeIx, Vec<NodeIx>> {
    let graph = context.engine.graph();
    let mut cuts: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
    let mut totals: BTreeMap<u32, u64> = BTreeMap::new();
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
            let all = *totals.entry(q).or_insert_with(|| {
                let active = graph.members_of(q).filter(|m| graph.is_active(*m));
                active.fold(0u64, |sum, m| {
                    sum.saturating_add(graph.member_weight[m as usize])
                })
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
