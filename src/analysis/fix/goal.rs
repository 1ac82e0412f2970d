//! What is to hold.

use crate::analysis::engine::{Affected, Engine};
use crate::analysis::verdict::Verdict;

/// Each of some nodes survives each of some single faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    /// Nodes, each with the time after which it has to serve again: `u64::MAX` where any time will
    /// do as long as nothing is repaired. Sorted by node.
    pub subjects: Vec<(u32, u64)>,
    /// Sorted.
    pub faults: Vec<u32>,
}

/// All of its clauses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goal {
    pub clauses: Vec<Clause>,
}

impl Goal {
    /// Every fault, sorted, with the clauses that name it.
    pub(super) fn faults(&self) -> Vec<(u32, Vec<usize>)> {
        let mut all: Vec<(u32, usize)> = self
            .clauses
            .iter()
            .enumerate()
            .flat_map(|(at, clause)| clause.faults.iter().map(move |fault| (*fault, at)))
            .collect();
        all.sort_unstable();
        all.dedup();
        let mut found: Vec<(u32, Vec<usize>)> = Vec::new();
        for (fault, at) in all {
            match found.last_mut() {
                Some((last, clauses)) if *last == fault => clauses.push(at),
                _ => found.push((fault, vec![at])),
            }
        }
        found
    }

    /// The subjects of `clauses` that `affected` fails, sorted, each once.
    pub(super) fn failing(&self, clauses: &[usize], affected: &[Affected]) -> Vec<u32> {
        let mut found = Vec::new();
        for clause in clauses.iter().filter_map(|at| self.clauses.get(*at)) {
            for one in affected {
                let at = clause
                    .subjects
                    .binary_search_by_key(&one.node, |(node, _)| *node);
                let deadline = at.ok().and_then(|at| clause.subjects.get(at));
                if deadline.is_some_and(|(_, deadline)| fails(one, *deadline)) {
                    found.push(one.node);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// When `node` has to serve again by all of `clauses`, if it is a subject of any.
    pub(super) fn deadline(&self, clauses: &[usize], node: u32) -> Option<u64> {
        let clauses = clauses.iter().filter_map(|at| self.clauses.get(*at));
        let deadlines = clauses.filter_map(|clause| {
            let at = clause
                .subjects
                .binary_search_by_key(&node, |(node, _)| *node);
            clause.subjects.get(at.ok()?).map(|(_, deadline)| *deadline)
        });
        deadlines.min()
    }

    /// Leaves out subjects that don't serve even without a fault, and says which.
    pub(super) fn leave_out_unserved(&mut self, engine: &Engine<'_>) -> Vec<u32> {
        let mut unserved = Vec::new();
        for clause in &mut self.clauses {
            clause.subjects.retain(|(node, _)| {
                let serves = engine.serves_without_faults(*node);
                if !serves {
                    unserved.push(*node);
                }
                serves
            });
        }
        unserved.sort_unstable();
        unserved.dedup();
        unserved
    }
}

/// Whether a node that has to serve again after `deadline` seconds does not.
pub(super) fn fails(affected: &Affected, deadline: u64) -> bool {
    match affected.verdict {
        Verdict::None | Verdict::Degraded => false,
        Verdict::Interrupted => affected.recovers.finite().is_none_or(|s| s > deadline),
        Verdict::Down | Verdict::Stuck => true,
    }
}
