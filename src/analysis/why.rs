//! The chain from a node to the faults that took it, hop by hop, and why redundancy did not help.

use std::collections::BTreeSet;

use super::blast::{Blast, View};
use super::engine::Engine;
use super::verdict::{Time, Verdict};
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::Mode;

/// Chains longer than this are cut off, and say so.
const DEEPEST: usize = 200;

/// A node on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    pub node: NodeIx,
    /// It is one of the faults: the chain ends here.
    pub is_fault: bool,
    pub verdict: Verdict,
    pub recovers: Time,
    /// What failed for it; empty for a fault, and where `told` or `cut_off` is set.
    pub reasons: Vec<Reason>,
    /// Its reasons were given further up already.
    pub told: bool,
    pub cut_off: bool,
}

/// A requirement that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub requirement: ReqIx,
    /// Weight of the members that still serve at once.
    pub left: u64,
    /// Members that no longer serve (or are degraded, if `weakened`).
    pub lost: Vec<Hop>,
    /// Met, but only by counting degraded members.
    pub weakened: bool,
    pub standbys: Vec<StandbyReason>,
}

/// A standby, and why it did not help (or when it does).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandbyReason {
    pub standby: NodeIx,
    pub promoted: Time,
    /// What its promotion waits for in vain.
    pub blocked_by: Vec<Hop>,
}

/// The chain from `subject` to the faults of `blast`; `None` if it is not affected.
#[must_use]
pub fn why(model: &Model, engine: &Engine<'_>, blast: &Blast, subject: NodeIx) -> Option<Hop> {
    if !blast.is_fault(subject) && blast.entry(subject).is_none() {
        return None;
    }
    let view = View {
        engine,
        outcome: &blast.outcome,
        scenario: &blast.scenario,
    };
    let mut teller = Teller {
        model,
        blast,
        view,
        told: BTreeSet::new(),
    };
    Some(teller.hop(subject, DEEPEST))
}

struct Teller<'a> {
    model: &'a Model,
    blast: &'a Blast,
    view: View<'a>,
    told: BTreeSet<NodeIx>,
}

impl Teller<'_> {
    fn hop(&mut self, node: NodeIx, depth: usize) -> Hop {
        let is_fault = self.blast.is_fault(node);
        let affected = self
            .blast
            .outcome
            .affected
            .binary_search_by_key(&node.0, |a| a.node);
        let verdict = match affected {
            Ok(at) => self.blast.outcome.affected[at].verdict,
            Err(_) if is_fault => Verdict::Down,
            // It never served, fault or no fault.
            Err(_) => self.view.engine.without_faults(node.0).0,
        };
        let mut hop = Hop {
            node,
            is_fault,
            verdict,
            recovers: self.view.time(node.0),
            reasons: Vec::new(),
            told: false,
            cut_off: false,
        };
        if is_fault {
            return hop;
        }
        hop.told = !self.told.insert(node);
        hop.cut_off = !hop.told && depth == 0;
        if !hop.told && !hop.cut_off {
            hop.reasons = self.reasons(node, depth - 1);
        }
        hop
    }

    fn reasons(&mut self, node: NodeIx, depth: usize) -> Vec<Reason> {
        let mut unmet = self.view.unmet(node.0);
        // A running node does not need its start requirements, and a node that has failed is not
        // explained by what would only degrade it.
        let stopped = self.blast.outcome.stopped.binary_search(&node.0).is_ok();
        let serves = self.view.engine.serves_at_once(&self.blast.outcome, node.0);
        unmet.retain(
            |requirement| match self.model.requirement(*requirement).mode {
                Mode::Start => stopped,
                Mode::Soft => serves,
                Mode::Placement | Mode::Hard => true,
            },
        );
        // What it stands on explains more than what follows from its own loss.
        unmet.sort_by_key(|requirement| (self.model.requirement(*requirement).mode, *requirement));
        let mut reasons: Vec<Reason> = unmet
            .into_iter()
            .map(|requirement| self.reason(node, requirement, false, depth))
            .collect();
        for requirement in self.view.weakened(node.0) {
            reasons.push(self.reason(node, requirement, true, depth));
        }
        reasons
    }

    fn reason(&mut self, node: NodeIx, requirement: ReqIx, weakened: bool, depth: usize) -> Reason {
        let left = self.view.weight_at_once(requirement.0);
        let members: Vec<NodeIx> = self
            .model
            .requirement(requirement)
            .members
            .iter()
            .filter(|member| member.standby.is_none())
            .map(|member| member.node)
            .filter(|member| {
                let serves = self
                    .view
                    .engine
                    .serves_at_once(&self.blast.outcome, member.0);
                !serves
                    || (weakened && self.blast.outcome.degraded.binary_search(&member.0).is_ok())
            })
            .collect();
        let lost = members
            .into_iter()
            .map(|member| self.hop(member, depth))
            .collect();
        let states = if weakened {
            Vec::new()
        } else {
            self.view.standbys_of(&self.view.unmet(node.0))
        };
        let standbys = states
            .into_iter()
            .filter(|state| state.requirement == requirement)
            .map(|state| StandbyReason {
                standby: state.standby,
                promoted: state.promoted,
                blocked_by: state
                    .blocked_by
                    .into_iter()
                    .map(|blocker| self.hop(blocker, depth))
                    .collect(),
            })
            .collect();
        Reason {
            requirement,
            left,
            lost,
            weakened,
            standbys,
        }
    }
}
