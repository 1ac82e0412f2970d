//! Conditions and choices in turns. While the cheapest choice fails under some fault, that failure
//! yields a condition: a set of candidates of which every plan holds one. It is found by growing
//! the choice as far as it still fails; what is left in the cone of that failure is the condition.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::change::Change;
use super::cone::{cone, missing};
use super::hitting::{Choice as Cheapest, Condition, cheapest};
use super::system::{Choice, System};
use crate::analysis::engine::Scratch;
use crate::model::NodeIx;

/// Rounds of the quick search; each repairs what the one before left.
const ROUNDS: usize = 20;

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
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
    /// Whether the real model with these changes holds.
    pub(super) proves: &'a (dyn Fn(&[usize]) -> bool + Sync),
    pub(super) tell: &'a (dyn Fn(&'static str) + Sync),
}

impl Search<'_, '_> {
    /// The cheapest plan, or the best one there was time for. All candidates together hold.
    pub(super) fn run(&self) -> Option<Found> {
        (self.tell)("looking for a first plan");
        let mut best = self.quickly();
        (self.tell)("looking for a cheaper plan");
        let mut conditions: Vec<Condition> = Vec::new();
        let mut at_least = 0;
        while !(self.stop)() {
            let Some(next) = cheapest(self.costs, &conditions, self.stop) else {
                break;
            };
            at_least = at_least.max(next.at_least);
            let known = best.as_ref().map_or(u64::MAX, |found| found.cost);
            if known <= at_least {
                break;
            }
            let twice = self.overlaps(&next.chosen);
            if !twice.is_empty() {
                conditions.extend(twice);
                continue;
            }
            let news = self.conditions(&self.choice(&next.chosen));
            if !news.is_empty() {
                conditions.extend(news);
                continue;
            }
            if (self.stop)() && !self.holds(&self.choice(&next.chosen)) {
                break;
            }
            if !(self.proves)(&next.chosen) {
                conditions.push(self.not_this(&next));
                continue;
            }
            if next.cost < known {
                best = Some(Found {
                    chosen: next.chosen,
                    cost: next.cost,
                    at_least,
                });
            }
            if next.at_least < next.cost {
                // Only the clock ends a search for the cheapest choice early.
                break;
            }
        }
        let mut best = best?;
        best.at_least = at_least.min(best.cost);
        Some(best)
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

    fn choice(&self, chosen: &[usize]) -> Choice {
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

    /// Faults that might fail under `choice`: moves may break what held before.
    fn faults(&self, choice: &[bool]) -> Vec<usize> {
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

    /// What every plan has to meet, from the failures of `choice`; empty if it holds.
    fn conditions(&self, choice: &[bool]) -> Vec<Condition> {
        let each = self.faults(choice).into_par_iter().map_init(
            || self.system.engine.scratch(),
            |scratch, at| self.conditions_of(scratch, choice, at),
        );
        let mut found: Vec<Condition> = each.flatten_iter().collect();
        found.sort();
        found.dedup();
        found
    }

    /// Of one fault: conditions that share no candidate.
    fn conditions_of(&self, scratch: &mut Scratch, choice: &[bool], at: usize) -> Vec<Condition> {
        let mut found = Vec::new();
        // As if moves only added first: what fails even so is said most simply.
        for relaxed in [true, false] {
            if !relaxed && (!found.is_empty() || !self.has_moves(choice)) {
                break;
            }
            let mut grown = choice.to_vec();
            loop {
                let failing = self.system.failing(scratch, &grown, at, relaxed);
                let Some(subject) = failing.first() else {
                    break;
                };
                if (self.stop)() {
                    return found;
                }
                let condition = self.condition(scratch, &grown, at, *subject, relaxed);
                for element in &condition.any {
                    grown[*element] = true;
                }
                let ends = condition.any.is_empty();
                found.push(condition);
                if ends || !relaxed {
                    break;
                }
            }
        }
        found
    }

    /// One condition from the failure of `subject` under fault `at` and `choice`.
    fn condition(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        subject: u32,
        relaxed: bool,
    ) -> Condition {
        let mut grown = choice.to_vec();
        let mut tried = vec![false; choice.len()];
        let any = loop {
            let outcome = self.system.outcome(scratch, &grown, at, relaxed);
            let late = cone(
                &self.system.engine,
                &outcome,
                &self.system.candidate_of,
                &[subject],
            );
            // Whole services first, then one by one, the cheapest first: what is left says more.
            let mut owners: BTreeMap<NodeIx, Vec<usize>> = BTreeMap::new();
            for element in &late.candidates {
                if !tried[*element] && (relaxed || !self.changes[*element].is_move()) {
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
                let failing = self.system.failing(scratch, &grown, at, relaxed);
                if failing.binary_search(&subject).is_ok() {
                    more = true;
                    continue;
                }
                for element in &group {
                    grown[*element] = false;
                }
                if let [only] = group.as_slice() {
                    tried[*only] = true;
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

    /// A plan that holds, soon: what is missing is made up for where it is missing, and what turns
    /// out to be needless is taken back, the dearest first.
    fn quickly(&self) -> Option<Found> {
        let mut best: Option<Found> = None;
        for replicas_first in [true, false] {
            let Some(choice) = self.repair(replicas_first) else {
                continue;
            };
            let choice = self.pruned(choice);
            let chosen: Vec<usize> = (0..choice.len()).filter(|at| choice[*at]).collect();
            let cost = self.cost(&chosen);
            let cheaper = best.as_ref().is_none_or(|known| cost < known.cost);
            if cheaper && (self.proves)(&chosen) {
                best = Some(Found {
                    chosen,
                    cost,
                    at_least: 0,
                });
            }
            if best.is_some() && (self.stop)() {
                break;
            }
        }
        best
    }

    fn repair(&self, replicas_first: bool) -> Option<Choice> {
        let mut choice = vec![false; self.changes.len()];
        for round in 0..ROUNDS {
            let each = self.broken.par_iter().map_init(
                || self.system.engine.scratch(),
                |scratch, at| {
                    let failing = self.system.failing(scratch, &choice, *at, true);
                    if failing.is_empty() {
                        return Vec::new();
                    }
                    self.made_up(scratch, &choice, *at, &failing, replicas_first, round)
                },
            );
            let news: Vec<usize> = each.flatten_iter().collect();
            if news.is_empty() {
                return self.holds(&choice).then_some(choice);
            }
            for element in news {
                choice[element] = true;
            }
        }
        None
    }

    /// Candidates that make up for what fault `at` takes.
    fn made_up(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        failing: &[u32],
        replicas_first: bool,
        round: usize,
    ) -> Vec<usize> {
        let system = self.system;
        let outcome = system.outcome(scratch, choice, at, true);
        let late = cone(&system.engine, &outcome, &system.candidate_of, failing);
        let usable = |element: &&usize| !self.changes[**element].is_move();
        let mut by_owner: BTreeMap<NodeIx, Vec<usize>> = BTreeMap::new();
        for element in late.candidates.iter().filter(usable) {
            by_owner
                .entry(owner(&self.changes[*element]))
                .or_default()
                .push(*element);
        }
        // Late in the day everything that may help is taken; what is needless goes again.
        if round + 2 >= ROUNDS {
            return late.candidates.iter().filter(usable).copied().collect();
        }
        let mut found = Vec::new();
        let alternatives: Vec<usize> = late
            .candidates
            .iter()
            .filter(|element| matches!(self.changes[**element], Change::Alternative { .. }))
            .copied()
            .collect();
        if !replicas_first && round == 0 && !alternatives.is_empty() {
            return alternatives;
        }
        let graph = system.engine.graph();
        for (of, mut elements) in by_owner {
            elements.sort_by_key(|element| (self.costs[*element], *element));
            let lacks = graph
                .requirements_of(of.0)
                .filter(|_| late.nodes.contains(&of.0))
                .filter(|q| {
                    let mut members = graph.members_of(*q);
                    members.any(|m| {
                        let node = graph.member_node[m as usize];
                        graph.replicas_of(of.0).contains(&node)
                    })
                })
                .map(|q| missing(&system.engine, &outcome, q))
                .max()
                .unwrap_or(0);
            if lacks == 0 {
                continue;
            }
            let enough = elements
                .iter()
                .find(|element| self.weight(**element) >= lacks)
                .copied();
            if let Some(element) = enough {
                found.push(element);
                continue;
            }
            let mut left = lacks;
            for element in elements {
                let weight = self.weight(element);
                if left > 0 && weight > 0 {
                    found.push(element);
                    left = left.saturating_sub(weight);
                }
            }
        }
        if found.is_empty() {
            found = if alternatives.is_empty() {
                late.candidates.iter().filter(usable).copied().collect()
            } else {
                alternatives
            };
        }
        found
    }

    /// What a candidate adds to its service at once.
    fn weight(&self, element: usize) -> u64 {
        match &self.changes[element] {
            Change::Add { count, weight, .. } => count.saturating_mul(*weight),
            Change::Activate { of, replicas } => {
                let graph = self.system.engine.graph();
                let members = graph.all_members_of(of.0);
                members
                    .filter(|m| replicas.contains(&NodeIx(graph.member_node[*m as usize])))
                    .map(|m| graph.member_weight[m as usize])
                    .fold(0, u64::saturating_add)
            }
            Change::Move { .. } | Change::Alternative { .. } | Change::Loosen { .. } => 0,
        }
    }

    /// Without what it holds without, the dearest tried first, as long as there is time.
    fn pruned(&self, mut choice: Choice) -> Choice {
        let mut order: Vec<usize> = (0..choice.len()).filter(|at| choice[*at]).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(self.costs[*at]), *at));
        for at in order {
            if (self.stop)() {
                break;
            }
            choice[at] = false;
            if !self.holds(&choice) {
                choice[at] = true;
            }
        }
        choice
    }
}

/// The node a change is made to.
fn owner(change: &Change) -> NodeIx {
    match change {
        Change::Add { of, .. }
        | Change::Move { of, .. }
        | Change::Activate { of, .. }
        | Change::Loosen { of, .. } => *of,
        Change::Alternative { to, .. } => *to,
    }
}
