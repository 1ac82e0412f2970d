//! Conditions and choices in turns. While the cheapest choice fails under some fault, that failure
//! yields a condition: a set of candidates of which every plan holds one. It is found by growing
//! the choice as far as it still fails; what is left in the cone of that failure is the condition.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::change::Change;
use super::cone::cone;
use super::hitting::{Choice as Cheapest, Condition, cheapest};
use super::plan::News;
use super::system::{Choice, Local, System, fails_in};
use crate::analysis::engine::{Outcome, Scratch};
use crate::model::NodeIx;

/// Shares of the time after which the first conditions have to do, the search ends, and no further
/// plan is made out of what it found.
const FIRST: f64 = 0.4;
const SEARCH: f64 = 0.55;
const PLANS: f64 = 0.65;
/// Conditions after which what is late is found again.
const REFRESH: usize = 1_024;
/// Conditions looked at by the first searches for the cheapest choice, in each part of it.
const EFFORT: u64 = 3_000_000;
/// Subjects of one fault of which conditions with moves taken at their word are found at a time.
const MOST_AT_ONCE: usize = 16;

/// What was found.
pub(super) struct Found {
    /// Numbers of candidates, sorted.
    pub(super) chosen: Vec<usize>,
    pub(super) cost: u64,
    /// Nothing that holds costs less.
    pub(super) at_least: u64,
}

/// The candidates, and how they are judged.
pub(super) struct Search<'a, 'g> {
    pub(super) system: &'a System<'g>,
    pub(super) changes: &'a [Change],
    pub(super) costs: &'a [u64],
    /// Faults (by place in [`System::faults`]) that fail something without any change.
    pub(super) broken: &'a [usize],
    /// How much of the time is used: 1 is all of it.
    pub(super) used: &'a (dyn Fn() -> f64 + Sync),
    /// Whether the real model with these changes holds.
    pub(super) proves: &'a (dyn Fn(&[usize]) -> bool + Sync),
    pub(super) tell: &'a (dyn Fn(News) + Sync),
}

impl Search<'_, '_> {
    /// The cheapest plan, or the best one there was time for. All candidates together hold.
    pub(super) fn run(&self) -> Option<Found> {
        (self.tell)(News::Phase("finding what every plan must have"));
        let mut conditions = self.conditions(&self.choice(&[]), FIRST);
        (self.tell)(News::Phase("looking for a first plan"));
        let mut best: Option<Found> = None;
        let mut at_least = 0;
        let mut round = 0usize;
        let mut effort = EFFORT;
        loop {
            let stop = || (self.used)() >= SEARCH;
            let Some(next) = cheapest(self.costs, &conditions, effort, &stop) else {
                break;
            };
            at_least = at_least.max(next.at_least);
            let known = best.as_ref().map_or(u64::MAX, |found| found.cost);
            if known <= at_least {
                break;
            }
            let out_of_time = (self.used)() >= SEARCH;
            let twice = self.overlaps(&next.chosen);
            if !twice.is_empty() && !out_of_time {
                conditions.extend(twice);
                continue;
            }
            // What the cheapest choice lacks is made up for now and then: the first time, more
            // rarely as the search goes on, and at the end.
            round += 1;
            if best.is_none() || round.is_power_of_two() || out_of_time {
                self.made_whole(&next.chosen, &conditions, &mut best);
                if round == 1 {
                    (self.tell)(News::Phase("looking for a cheaper plan"));
                }
                let known = best.as_ref().map_or(u64::MAX, |found| found.cost);
                if out_of_time || known <= at_least {
                    break;
                }
            }
            (self.tell)(News::Bounds {
                cost: best.as_ref().map(|found| found.cost),
                at_least,
            });
            if next.cost >= known {
                effort = effort.saturating_mul(2);
            }
            let choice = self.choice(&next.chosen);
            let news = self.conditions(&choice, SEARCH);
            if !news.is_empty() {
                conditions.extend(news);
                continue;
            }
            if (self.used)() >= SEARCH && !self.holds(&choice) {
                break;
            }
            if !(self.proves)(&next.chosen) {
                conditions.push(self.not_this(&next));
                continue;
            }
            if best.as_ref().is_none_or(|known| next.cost < known.cost) {
                best = Some(Found {
                    chosen: next.chosen,
                    cost: next.cost,
                    at_least,
                });
            }
            // It holds, and may not be the cheapest that does: that takes a longer search.
            effort = effort.saturating_mul(8);
        }
        if best.is_none() {
            self.made_whole(&[], &conditions, &mut best);
        }
        let mut best = best?;
        best.at_least = at_least.min(best.cost);
        Some(best)
    }

    /// Makes a plan out of `chosen`, and keeps it in `best` if it is cheaper and holds.
    fn made_whole(&self, chosen: &[usize], conditions: &[Condition], best: &mut Option<Found>) {
        let starts: [(&[usize], bool); 3] = [(chosen, true), (chosen, false), (&[], true)];
        for (number, (start, replicas_first)) in starts.into_iter().enumerate() {
            // A first plan is always finished.
            if best.is_some() && (number == 2 || (self.used)() >= PLANS) {
                break;
            }
            let Some(choice) = self.repaired(start, replicas_first) else {
                continue;
            };
            let choice = self.pruned(choice, conditions, PLANS);
            let chosen: Vec<usize> = (0..choice.len()).filter(|at| choice[*at]).collect();
            let cost = self.cost(&chosen);
            let cheaper = best.as_ref().is_none_or(|known| cost < known.cost);
            if cheaper && self.overlaps(&chosen).is_empty() && (self.proves)(&chosen) {
                *best = Some(Found {
                    chosen,
                    cost,
                    at_least: 0,
                });
            }
        }
    }

    /// Pairs of chosen changes of one replica, of which at most one makes sense.
    fn overlaps(&self, chosen: &[usize]) -> Vec<Condition> {
        let mut by_replica: BTreeMap<NodeIx, Vec<usize>> = BTreeMap::new();
        for at in chosen {
            if let Change::Move { replicas, .. } | Change::Activate { replicas, .. } =
                &self.changes[*at]
            {
                for replica in replicas {
                    by_replica.entry(*replica).or_default().push(*at);
                }
            }
        }
        let pairs = by_replica.values().flat_map(|all| {
            all.windows(2).map(|pair| Condition {
                any: Vec::new(),
                none: pair.to_vec(),
            })
        });
        let mut found: Vec<Condition> = pairs.collect();
        found.sort();
        found.dedup();
        found
    }

    pub(super) fn choice(&self, chosen: &[usize]) -> Choice {
        let mut choice = vec![false; self.changes.len()];
        for at in chosen {
            if let Some(slot) = choice.get_mut(*at) {
                *slot = true;
            }
        }
        choice
    }

    fn cost(&self, chosen: &[usize]) -> u64 {
        let each = chosen.iter().filter_map(|at| self.costs.get(*at));
        each.fold(0, |sum, cost| sum.saturating_add(*cost))
    }

    fn has_moves(&self, choice: &[bool]) -> bool {
        let mut all = choice.iter().zip(self.changes);
        all.any(|(chosen, change)| *chosen && change.is_move())
    }

    /// Faults (by place) that might fail under `choice`: moves may break what held before.
    pub(super) fn faults(&self, choice: &[bool]) -> Vec<usize> {
        if self.has_moves(choice) {
            (0..self.system.faults.len()).collect()
        } else {
            self.broken.to_vec()
        }
    }

    /// Whether nothing fails under `choice`, moves taken at their word.
    pub(super) fn holds(&self, choice: &[bool]) -> bool {
        let each = self.faults(choice).into_par_iter().map_init(
            || self.system.engine.scratch(),
            |scratch, at| self.system.failing(scratch, choice, at, false).is_empty(),
        );
        each.all(|holds| holds)
    }

    /// What every plan has to meet, from the failures of `choice`; empty if it holds. After the
    /// share `end` of the time, no more are looked for.
    fn conditions(&self, choice: &[bool], end: f64) -> Vec<Condition> {
        let each = self.faults(choice).into_par_iter().map_init(
            || self.system.engine.scratch(),
            |scratch, at| self.conditions_of(scratch, choice, at, end),
        );
        let mut found: Vec<Condition> = each.flatten_iter().collect();
        found.sort();
        found.dedup();
        found
    }

    /// Of one fault: conditions that share no candidate, as far as they speak of no moves.
    fn conditions_of(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        end: f64,
    ) -> Vec<Condition> {
        let mut found = Vec::new();
        // As if moves only added first: what fails even so is said most simply.
        for relaxed in [true, false] {
            if !relaxed && (!found.is_empty() || !self.has_moves(choice)) {
                break;
            }
            let failing = self.system.failing(scratch, choice, at, relaxed);
            if failing.is_empty() {
                continue;
            }
            let outcome = self.system.outcome(scratch, choice, at, relaxed);
            self.conditions_in(
                scratch,
                (choice, at, relaxed),
                outcome,
                &failing,
                end,
                &mut found,
            );
        }
        found
    }

    /// Of one failure: `outcome`, in which all of `failing` fail.
    fn conditions_in(
        &self,
        scratch: &mut Scratch,
        (choice, at, relaxed): (&[bool], usize, bool),
        mut outcome: Outcome,
        failing: &[u32],
        end: f64,
        found: &mut Vec<Condition>,
    ) {
        let system = self.system;
        let mut grown = choice.to_vec();
        let mut known: HashMap<u32, u64> = HashMap::new();
        let mut last = 0;
        for subject in failing {
            let deadline = system.deadline(at, *subject);
            // What it can't do without first: that rests on less, and others rest on it too.
            for node in system.necessary(&outcome, (*subject, deadline), &mut known) {
                let enough = !relaxed && found.len() >= MOST_AT_ONCE;
                if enough || (self.used)() >= end {
                    return;
                }
                let state = (grown.as_slice(), at, relaxed);
                let local = system.local(&outcome, state, (node, deadline));
                let now = system.outcome_locally(scratch, &local, &grown);
                if !fails_in(&now.affected, node, deadline) {
                    continue;
                }
                // What was made up for by now need not be looked at any more.
                let local = system.local(&now, state, (node, deadline));
                let condition = self.condition(scratch, &local, &grown, relaxed);
                if relaxed {
                    for element in &condition.any {
                        grown[*element] = true;
                    }
                }
                found.push(condition);
            }
            if relaxed && found.len() >= last + REFRESH {
                // What was made up for is late no more, and need not be looked at again.
                last = found.len();
                outcome = system.outcome(scratch, &grown, at, relaxed);
            }
        }
    }

    /// One condition from the failure of the node of `local` under `choice`.
    fn condition(
        &self,
        scratch: &mut Scratch,
        local: &Local,
        choice: &[bool],
        relaxed: bool,
    ) -> Condition {
        let system = self.system;
        let mut grown = choice.to_vec();
        let mut tried: BTreeSet<usize> = BTreeSet::new();
        let any = loop {
            let outcome = system.outcome_locally(scratch, local, &grown);
            let late = cone(
                &system.engine,
                &outcome,
                &system.candidate_of,
                &[local.node],
            );
            // Whole services first, then one by one, the cheapest first: what is left says more.
            let mut owners: BTreeMap<NodeIx, Vec<usize>> = BTreeMap::new();
            for element in &late.candidates {
                if !tried.contains(element) && (relaxed || !self.changes[*element].is_move()) {
                    let owner = owner(&self.changes[*element]);
                    owners.entry(owner).or_default().push(*element);
                }
            }
            let mut groups: Vec<Vec<usize>> = owners.into_values().collect();
            let mut single: Vec<usize> = groups.iter().flatten().copied().collect();
            single.sort_by_key(|element| (self.costs[*element], *element));
            if groups.len() < 2 {
                groups.clear();
            }
            groups.extend(single.into_iter().map(|element| vec![element]));
            let mut more = false;
            for group in groups {
                if group.iter().any(|element| grown[*element]) {
                    continue;
                }
                for element in &group {
                    grown[*element] = true;
                }
                if system.fails_locally(scratch, local, &grown) {
                    more = true;
                    continue;
                }
                for element in &group {
                    grown[*element] = false;
                }
                if let [only] = group.as_slice() {
                    tried.insert(*only);
                }
            }
            if !more {
                break late.candidates.into_iter().collect();
            }
        };
        let moved = |at: &usize| choice[*at] && self.changes[*at].is_move();
        Condition {
            any,
            none: if relaxed {
                Vec::new()
            } else {
                (0..choice.len()).filter(moved).collect()
            },
        }
    }

    /// Neither this choice nor a part of it with the same moves.
    fn not_this(&self, choice: &Cheapest) -> Condition {
        let is_chosen = |at: &usize| choice.chosen.binary_search(at).is_ok();
        Condition {
            any: (0..self.changes.len())
                .filter(|at| !is_chosen(at))
                .collect(),
            none: (0..self.changes.len())
                .filter(|at| is_chosen(at) && self.changes[*at].is_move())
                .collect(),
        }
    }
}

/// The node a change is made to.
pub(super) fn owner(change: &Change) -> NodeIx {
    match change {
        Change::Add { of, .. }
        | Change::Move { of, .. }
        | Change::Activate { of, .. }
        | Change::Loosen { of, .. } => *of,
        Change::Alternative { to, .. } => *to,
    }
}
