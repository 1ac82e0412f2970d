//! The cheapest change known that takes the worst out of a single point of failure.

use std::sync::atomic::{AtomicU32, Ordering};

use super::Facts;
use super::language::{Argument, Say, say};
use super::name::Name;
use crate::analysis::fix::{Change, Clause, Goal, Outcome, Plan, Proof, plan};
use crate::analysis::rank::{Ranked, TIERS};
use crate::model::{Model, NodeIx};
use crate::words::Mode;

/// Estates with more nodes than this are for `spof fix` alone: a report is not kept waiting.
const MOST_NODES: usize = 1_500;
/// What the search may try for one fault. Counted, not timed: the same inputs give the same page.
const MOST_TRIED: u32 = 1_500;
/// Most changes named.
const MOST_STEPS: usize = 8;

/// A set of changes.
pub(super) struct Remedy {
    /// What it reaches, and at which cost.
    pub(super) lead: Say,
    /// What removes most for its cost first.
    pub(super) steps: Vec<Say>,
    pub(super) more: Option<usize>,
}

/// The cheapest set of changes with which the most important tier that `ranked` cuts is no longer cut
/// by it, each node within its `rto`: proved cheapest, and proved by running the analysis on the
/// changed model. `None` where that is not known within the budget.
pub(super) fn remedy(facts: &Facts<'_>, ranked: &Ranked) -> Option<Remedy> {
    let (model, costs) = (facts.model, facts.costs?);
    if model.nodes.len() > MOST_NODES {
        return None;
    }
    let tier = ranked.cut_by_tier.iter().position(|n| *n > 0)?;
    let tier_of = |ix: &NodeIx| model.node(*ix).tier.map_or(TIERS - 1, usize::from);
    let mut subjects: Vec<(u32, u64)> = ranked
        .cut
        .iter()
        .filter(|ix| tier_of(ix) == tier)
        .map(|ix| (ix.0, model.node(*ix).rto_s.unwrap_or(u64::MAX)))
        .collect();
    subjects.sort_unstable();
    let goal = Goal {
        clauses: vec![Clause {
            subjects,
            faults: vec![ranked.fault.0],
        }],
    };
    // One fault is looked at by one thread after the other, so that the count is always the same.
    let tried = AtomicU32::new(0);
    let used = || f64::from(tried.fetch_add(1, Ordering::Relaxed)) / f64::from(MOST_TRIED);
    let answer = plan(model, &goal, costs, &used, &|_| ());
    match answer.outcome {
        Outcome::Plan(plan) if plan.proof == Proof::Cheapest => {
            Some(told(model, ranked.fault, tier, &plan))
        }
        _ => None,
    }
}

fn told(model: &Model, fault: NodeIx, tier: usize, plan: &Plan) -> Remedy {
    let what = if tier == TIERS - 1 {
        say("remedy.all")
    } else {
        say("remedy.tier").with(tier)
    };
    let steps = plan.steps.iter().take(MOST_STEPS);
    let lead = say("remedy.lead")
        .with(plan.steps.len())
        .with(plan.cost)
        .with(what)
        .with(Name::of(model, fault).argument());
    Remedy {
        lead,
        steps: steps.map(|step| words(model, &step.change)).collect(),
        more: (plan.steps.len() > MOST_STEPS).then(|| plan.steps.len() - MOST_STEPS),
    }
}

/// A change in words.
fn words(model: &Model, change: &Change) -> Say {
    let name = |ix: NodeIx| Argument::from(Name::of(model, ix).argument());
    let place = |replicas: &[NodeIx]| {
        let first = replicas.first().and_then(|one| standing(model, *one));
        first.map_or_else(|| Argument::from("–"), name)
    };
    match change {
        Change::Add { of, on, count, .. } => say("remedy.add")
            .with(*count)
            .with(name(*of))
            .with(name(*on)),
        Change::Move { of, replicas, on } => say("remedy.move")
            .with(replicas.len())
            .with(name(*of))
            .with(place(replicas))
            .with(name(*on)),
        Change::Activate { of, replicas } => say("remedy.activate")
            .with(replicas.len())
            .with(name(*of))
            .with(place(replicas)),
        Change::Alternative { to, requirement } => say("remedy.alternative")
            .with(name(model.requirement(*requirement).of))
            .with(name(*to)),
        Change::Loosen { of, requirement } => {
            let members = model.requirement(*requirement).members.iter();
            let all = members.map(|member| name(member.node)).collect();
            say("remedy.loosen")
                .with(name(*of))
                .with(Argument::List(all, 0))
        }
    }
}

/// What a replica stands on.
fn standing(model: &Model, replica: NodeIx) -> Option<NodeIx> {
    let first = model.requirements.partition_point(|q| q.of < replica);
    let own = model.requirements.get(first..)?.iter();
    let mut own = own.take_while(|q| q.of == replica);
    let standing = own.find(|q| q.mode == Mode::Placement)?;
    standing.members.first().map(|member| member.node)
}
