//! The answer: nothing to do, a plan, or what stands in the way of any.

use rayon::prelude::*;

use super::apply::{changed, switched};
use super::candidates::candidates;
use super::change::Change;
use super::cone::cone;
use super::goal::Goal;
use super::order::ordered;
use super::search::Search;
use super::system::System;
use crate::analysis::engine::Engine;
use crate::config::costs::Costs;
use crate::graph::Graph;
use crate::model::{Model, NodeIx};

/// Failures named where no plan helps.
const MOST_OBSTACLES: usize = 5;

/// What the search is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A part of the work begins.
    Phase(&'static str),
    /// So much of it is done, of so much in all.
    Part(usize, usize),
    /// What the best plan yet costs, and what any plan costs at least.
    Bounds { cost: Option<u64>, at_least: u64 },
}

/// What there is to say of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds already.
    Holds,
    Plan(Plan),
    /// No set of candidates makes it hold.
    Impossible(Vec<Obstacle>),
    /// There was no time for any plan.
    Unfinished,
}

/// What a goal asks, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub outcome: Outcome,
    /// Subjects of the goal that don't serve even without a fault: left out.
    pub unserved: Vec<NodeIx>,
    /// Pairs of a fault and a subject it fails, as it is.
    pub failures: u64,
    /// Faults among them.
    pub faults: usize,
    /// Changes that were looked at.
    pub candidates: usize,
}

/// Changes with which the goal holds: checked on the changed model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What removes most failures for its cost first.
    pub steps: Vec<Step>,
    pub cost: u64,
    pub proof: Proof,
}

/// One change of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub change: Change,
    pub cost: u64,
    /// Failures left when this step and those before it are made; `None` where there was no time to
    /// count them.
    pub left: Option<u64>,
}

/// How good a plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing cheaper is among the candidates.
    Cheapest,
    /// The best that there was time for; nothing that holds costs less than this.
    Best { at_least: u64 },
}

/// A failure that no candidate prevents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub fault: NodeIx,
    pub subject: NodeIx,
    /// What it rests on, and nothing below that would be offered: sorted.
    pub rests_on: Vec<NodeIx>,
}

/// The cheapest changes to `model` with which `goal` holds, or the best found in the time there is:
/// `used` says how much of it is used (1 is all), and `tell` hears how far the work is.
///
/// Exponential in the worst case; a first plan takes a few evaluations of each failing fault, and is
/// always finished.
pub fn plan(
    model: &Model,
    goal: &Goal,
    costs: &Costs,
    used: &(dyn Fn() -> f64 + Sync),
    tell: &(dyn Fn(News) + Sync),
) -> Answer {
    let mut goal = goal.clone();
    let graph = Graph::new(model);
    let engine = Engine::new(&graph);
    let unserved = goal.leave_out_unserved(&engine);
    tell(News::Phase("looking at the faults of the goal"));
    let changes = candidates(model, &engine, &goal);
    let prices: Vec<u64> = changes
        .iter()
        .map(|change| change.cost(model, costs))
        .collect();
    let (all, switches) = switched(model, &changes);
    let with_all = Graph::new(&all);
    drop(all);
    let system = System::new(Engine::new(&with_all), &goal, switches);
    let nothing = vec![false; changes.len()];
    let failing = failures(&system, &nothing);
    let broken: Vec<usize> = (0..failing.len()).filter(|at| failing[*at] > 0).collect();
    let answer = |outcome| Answer {
        outcome,
        unserved: unserved.iter().copied().map(NodeIx).collect(),
        failures: failing.iter().sum(),
        faults: broken.len(),
        candidates: changes.len(),
    };
    if broken.is_empty() {
        return answer(Outcome::Holds);
    }
    let obstacles = obstacles(&system, changes.len(), &broken);
    if !obstacles.is_empty() {
        return answer(Outcome::Impossible(obstacles));
    }
    let proves = |chosen: &[usize]| {
        let chosen: Vec<Change> = chosen.iter().map(|at| changes[*at].clone()).collect();
        holds(model, &goal, &chosen)
    };
    let search = Search {
        system: &system,
        changes: &changes,
        costs: &prices,
        broken: &broken,
        used,
        proves: &proves,
        tell,
    };
    let Some(found) = search.run() else {
        return answer(Outcome::Unfinished);
    };
    tell(News::Phase("ordering the steps"));
    let steps = ordered(&system, &found.chosen, &prices, &broken, used);
    let steps = steps.into_iter().map(|(at, left)| Step {
        change: changes[at].clone(),
        cost: prices[at],
        left,
    });
    answer(Outcome::Plan(Plan {
        steps: steps.collect(),
        cost: found.cost,
        proof: if found.at_least >= found.cost {
            Proof::Cheapest
        } else {
            Proof::Best {
                at_least: found.at_least,
            }
        },
    }))
}

/// The changes that are looked at for `goal`, each with its cost: those that touch something that
/// a failure of the goal rests on. Sorted.
#[must_use]
pub fn options(model: &Model, goal: &Goal, costs: &Costs) -> Vec<(Change, u64)> {
    let mut goal = goal.clone();
    let graph = Graph::new(model);
    let engine = Engine::new(&graph);
    goal.leave_out_unserved(&engine);
    candidates(model, &engine, &goal)
        .into_iter()
        .map(|change| {
            let cost = change.cost(model, costs);
            (change, cost)
        })
        .collect()
}

/// Whether `goal` holds in `model` with `changes` made: the analysis of the changed model, with
/// nothing of the search in it.
#[must_use]
pub fn holds(model: &Model, goal: &Goal, changes: &[Change]) -> bool {
    let model = changed(model, changes);
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    let serve = |(node, _): &(u32, u64)| engine.serves_without_faults(*node);
    if !goal
        .clauses
        .iter()
        .all(|one| one.subjects.iter().all(serve))
    {
        return false;
    }
    let each = goal.faults().into_par_iter().map_init(
        || engine.scratch(),
        |scratch, (fault, clauses)| {
            let affected = engine.affected(scratch, &graph.fault_set(fault));
            goal.failing(&clauses, &affected).is_empty()
        },
    );
    each.all(|holds| holds)
}

/// How many subjects fail, by fault.
fn failures(system: &System<'_>, choice: &[bool]) -> Vec<u64> {
    let each = (0..system.faults.len()).into_par_iter().map_init(
        || system.engine.scratch(),
        |scratch, at| system.failing(scratch, choice, at, false).len() as u64,
    );
    each.collect()
}

/// What fails even with every candidate chosen.
fn obstacles(system: &System<'_>, candidates: usize, broken: &[usize]) -> Vec<Obstacle> {
    let everything = vec![true; candidates];
    let still = broken.par_iter().map_init(
        || system.engine.scratch(),
        |scratch, at| !system.failing(scratch, &everything, *at, true).is_empty(),
    );
    let still: Vec<bool> = still.collect();
    let still = broken.iter().zip(still).filter(|(_, fails)| *fails);
    let mut scratch = system.engine.scratch();
    let mut found = Vec::new();
    for (at, _) in still.take(MOST_OBSTACLES) {
        let Some((fault, _)) = system.faults.get(*at) else {
            continue;
        };
        let failing = system.failing(&mut scratch, &everything, *at, true);
        let outcome = system.outcome(&mut scratch, &everything, *at, true);
        for subject in failing {
            let late = cone(&system.engine, &outcome, &system.candidate_of, &[subject]);
            // Replicas that fail with their service say no more than it does.
            let replicas = system.engine.graph().replicas_of(*fault);
            let struck =
                |node: &u32| outcome.faults.binary_search(node).is_ok() && !replicas.contains(node);
            found.push(Obstacle {
                fault: NodeIx(*fault),
                subject: NodeIx(subject),
                rests_on: late.nodes.into_iter().filter(struck).map(NodeIx).collect(),
            });
            if found.len() >= MOST_OBSTACLES {
                return found;
            }
        }
    }
    found
}
