//! The answer: nothing to do, a plan, or what stands in the way of any.

use rayon::prelude::*;

use super::apply::{changed, switched};
use super::candidates::candidates;
use super::change::Change;
use super::cone::cone;
use super::goal::Goal;
use super::search::Search;
use super::system::System;
use crate::analysis::engine::Engine;
use crate::config::costs::Costs;
use crate::graph::Graph;
use crate::model::{Model, NodeIx};

/// Failures named where no plan helps.
const MOST_OBSTACLES: usize = 5;
/// Plans of more steps are ordered by cost alone.
const MOST_ORDERED: usize = 60;

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

/// The cheapest changes to `model` with which `goal` holds, or the best found until `stop` says to
/// stop; `tell` hears which part of the work begins.
///
/// Exponential in the worst case; a first plan takes a few evaluations of each failing fault.
pub fn plan(
    model: &Model,
    goal: &Goal,
    costs: &Costs,
    stop: &(dyn Fn() -> bool + Sync),
    tell: &(dyn Fn(&'static str) + Sync),
) -> Answer {
    let mut goal = goal.clone();
    let graph = Graph::new(model);
    let engine = Engine::new(&graph);
    let unserved = goal.leave_out_unserved(&engine);
    tell("looking at the faults of the goal");
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
        stop,
        proves: &proves,
        tell,
    };
    let Some(found) = search.run() else {
        return answer(Outcome::Unfinished);
    };
    tell("ordering the steps");
    let steps = ordered(&system, &found.chosen, &prices, &broken, stop);
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
    let mut scratch = system.engine.scratch();
    let everything = vec![true; candidates];
    let mut found = Vec::new();
    for at in broken {
        let failing = system.failing(&mut scratch, &everything, *at, true);
        let Some((fault, _)) = system.faults.get(*at).filter(|_| !failing.is_empty()) else {
            continue;
        };
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

/// The steps of a plan, each with the failures left after it: again and again the one that removes
/// most for its cost. Where there are many or the time is up, by cost, and not counted.
fn ordered(
    system: &System<'_>,
    chosen: &[usize],
    prices: &[u64],
    broken: &[usize],
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<(usize, Option<u64>)> {
    let left = |choice: &[bool]| -> u64 {
        let each = broken.par_iter().map_init(
            || system.engine.scratch(),
            |scratch, at| system.failing(scratch, choice, *at, true).len() as u64,
        );
        each.sum()
    };
    let mut choice = vec![false; prices.len()];
    let mut rest = chosen.to_vec();
    rest.sort_by_key(|at| (prices[*at], *at));
    let mut before = 0;
    let mut found: Vec<(usize, Option<u64>)> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let mut best = (0, None);
        let counts = chosen.len() <= MOST_ORDERED && !stop();
        if counts {
            if found.is_empty() {
                before = left(&choice);
            }
            for (place, at) in rest.iter().enumerate() {
                choice[*at] = true;
                let now = left(&choice);
                choice[*at] = false;
                let gain = u128::from(before.saturating_sub(now));
                let better = best.1.is_none_or(|(known, at_known): (u128, usize)| {
                    let theirs = u128::from(prices[at_known].max(1));
                    gain * theirs > known * u128::from(prices[*at].max(1))
                });
                if better {
                    best = (place, Some((gain, *at)));
                }
            }
        }
        let at = rest.remove(best.0);
        choice[at] = true;
        if counts {
            before = left(&choice);
        }
        found.push((at, counts.then_some(before)));
    }
    if let Some((_, left)) = found.last_mut() {
        *left = Some(0);
    }
    found
}
