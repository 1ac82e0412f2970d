//! A plan that holds, soon: what is missing is made up for where it is missing, and what turns out
//! to be needless is taken back.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::change::Change;
use super::cone::{cone, missing};
use super::hitting::Condition;
use super::search::{Search, owner};
use super::system::Choice;
use crate::analysis::engine::Scratch;
use crate::model::NodeIx;

/// Rounds, each of which repairs what the one before left.
const ROUNDS: usize = 20;
/// Changes that are taken back together at first.
const BATCH: usize = 64;

impl Search<'_, '_> {
    /// `start` and what it lacks; `None` if that can't be made up for without moves.
    pub(super) fn repaired(&self, start: &[usize], replicas_first: bool) -> Option<Choice> {
        let mut choice = self.choice(start);
        for round in 0..ROUNDS {
            let each = self.faults(&choice).into_par_iter().map_init(
                || self.system.engine.scratch(),
                |scratch, at| {
                    let failing = self.system.failing(scratch, &choice, at, false);
                    if failing.is_empty() {
                        return None;
                    }
                    Some(self.made_up(scratch, &choice, at, &failing, replicas_first, round))
                },
            );
            let news: Vec<Vec<usize>> = each.flatten_iter().collect();
            if news.is_empty() {
                return Some(choice);
            }
            let mut more = false;
            for element in news.into_iter().flatten() {
                more |= !std::mem::replace(&mut choice[element], true);
            }
            if !more {
                return None;
            }
        }
        self.holds(&choice).then_some(choice)
    }

    /// `choice` without what it holds without, the dearest tried first, until the share `end` of
    /// the time is used. What some condition rests on alone is needed; the rest is taken back in
    /// batches, and those that can't all be spared in halves.
    pub(super) fn pruned(&self, mut choice: Choice, conditions: &[Condition], end: f64) -> Choice {
        let mut order: Vec<usize> = (0..choice.len()).filter(|at| choice[*at]).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(self.costs[*at]), *at));
        let mut batches: Vec<Vec<usize>> =
            order.chunks(BATCH).rev().map(<[usize]>::to_vec).collect();
        while let Some(mut batch) = batches.pop() {
            if (self.used)() >= end {
                break;
            }
            let needed = needed(&choice, conditions);
            batch.retain(|at| !needed[*at]);
            for at in &batch {
                choice[*at] = false;
            }
            if batch.is_empty() || (is_met(&choice, conditions) && self.holds(&choice)) {
                continue;
            }
            for at in &batch {
                choice[*at] = true;
            }
            if batch.len() > 1 {
                let half = batch.split_off(batch.len() / 2);
                batches.push(half);
                batches.push(batch);
            }
        }
        choice
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
        let outcome = system.outcome(scratch, choice, at, false);
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
}

/// Whether a condition could rest on `choice` at all: not if it leaves one of `none`.
fn binds(choice: &[bool], condition: &Condition) -> bool {
    condition.none.iter().all(|at| choice[*at])
}

/// Elements without which some condition that `choice` meets would not be met.
fn needed(choice: &[bool], conditions: &[Condition]) -> Vec<bool> {
    let mut needed = vec![false; choice.len()];
    for condition in conditions.iter().filter(|one| binds(choice, one)) {
        let mut chosen = condition.any.iter().filter(|at| choice[**at]);
        if let (Some(only), None) = (chosen.next(), chosen.next()) {
            needed[*only] |= condition.none.is_empty();
        }
    }
    needed
}

fn is_met(choice: &[bool], conditions: &[Condition]) -> bool {
    conditions
        .iter()
        .filter(|one| binds(choice, one))
        .all(|one| one.any.iter().any(|at| choice[*at]))
}
