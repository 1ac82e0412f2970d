//! All candidates in one graph: what is not chosen is struck along with the fault. So one baseline
//! serves every choice, and trying one costs what it affects.
//!
//! A struck candidate is as good as absent: nothing but the requirement it was added to knows it,
//! and that requirement is met without it when nothing fails. With moves taken as additions
//! (*relaxed*), more candidates never make anything fail: what follows from a failure then follows
//! for every smaller choice. A move taken at its word also strikes what it moves away.

use std::collections::HashMap;

use super::apply::Switch;
use super::goal::Goal;
use crate::analysis::engine::{Engine, Outcome, Scratch};

/// Which candidates are chosen, by number.
pub(super) type Choice = Vec<bool>;

/// The graph of all candidates, and the goal.
pub(super) struct System<'g> {
    pub(super) engine: Engine<'g>,
    pub(super) goal: &'g Goal,
    /// Faults with the clauses that name them.
    pub(super) faults: Vec<(u32, Vec<usize>)>,
    pub(super) switches: Vec<Switch>,
    /// By node: the candidate it stands for.
    pub(super) candidate_of: HashMap<u32, usize>,
}

impl<'g> System<'g> {
    pub(super) fn new(engine: Engine<'g>, goal: &'g Goal, switches: Vec<Switch>) -> Self {
        let candidate_of = switches
            .iter()
            .enumerate()
            .flat_map(|(at, switch)| switch.nodes.iter().map(move |node| (*node, at)))
            .collect();
        Self {
            engine,
            goal,
            faults: goal.faults(),
            switches,
            candidate_of,
        }
    }

    /// All that is struck.
    pub(super) fn struck(&self, choice: &[bool], fault: Option<u32>, relaxed: bool) -> Vec<u32> {
        let mut struck = Vec::new();
        if let Some(fault) = fault {
            struck.extend(self.engine.graph().fault_set(fault));
        }
        for (switch, chosen) in self.switches.iter().zip(choice) {
            if !chosen {
                struck.extend_from_slice(&switch.nodes);
            } else if !relaxed {
                for (old, new) in &switch.removes {
                    struck.push(*old);
                    if fault == Some(*old) {
                        struck.push(*new);
                    }
                }
            }
        }
        struck
    }

    /// The subjects that fail under fault number `at`, sorted.
    pub(super) fn failing(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        relaxed: bool,
    ) -> Vec<u32> {
        let Some((fault, clauses)) = self.faults.get(at) else {
            return Vec::new();
        };
        let struck = self.struck(choice, Some(*fault), relaxed);
        let affected = self.engine.affected(scratch, &struck);
        self.goal.failing(clauses, &affected)
    }

    /// The same with all that explains it.
    pub(super) fn outcome(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        relaxed: bool,
    ) -> Outcome {
        let fault = self.faults.get(at).map(|(fault, _)| *fault);
        let struck = self.struck(choice, fault, relaxed);
        self.engine.outcome(scratch, &struck)
    }
}
