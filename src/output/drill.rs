//! The answer of `spof drill`, as all formats read it: what the estate claims will happen.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Strike};
use crate::analysis::blast::BlastEntry;
use crate::analysis::data::DataVerdict;
use crate::analysis::recovery::{BringUp, Step, StepKind};
use crate::analysis::verdict::Verdict;
use crate::model::{NodeIx, Requirement, Way};
use crate::words::{Class, Date, Role};

/// A drill: the strike without repair, and how things come back once it is ended.
#[derive(Clone, Copy)]
pub struct Drill<'a> {
    pub strike: Strike<'a>,
    /// Nothing is repaired.
    pub during: &'a BringUp,
    /// All is repaired at once: the end of the drill.
    pub after: &'a BringUp,
    pub today: Date,
    /// Kubernetes workloads of which pods stop.
    pub attacks: &'a [Attack],
    /// What stops and is no such workload; sorted.
    pub by_hand: &'a [NodeIx],
    /// How long the drill goes on, in seconds.
    pub lasts_s: u64,
}

/// Pods to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    pub workload: NodeIx,
    pub namespace: String,
    /// `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`.
    pub kind: String,
    /// Labels that all its pods carry, and of these workloads only its own.
    pub labels: BTreeMap<String, String>,
    /// Pods that stop, of all there are.
    pub stops: usize,
    pub all: usize,
    /// The Kubernetes nodes that fail, if it is they alone.
    pub hosts: Vec<String>,
}

/// A standby that is promoted in the course of it.
#[derive(Clone, Copy)]
pub struct Failover<'a> {
    pub step: &'a Step,
    pub requirement: &'a Requirement,
    pub way: &'a Way,
}

impl<'a> Drill<'a> {
    /// The model and its places.
    #[must_use]
    pub fn cx(&self) -> Context<'a> {
        self.strike.cx
    }

    /// Journeys, services and stores that it affects: journeys first, then by tier.
    #[must_use]
    pub fn expected(&self) -> Vec<&'a BlastEntry> {
        let mut entries: Vec<&BlastEntry> = self
            .strike
            .entries()
            .filter(|entry| self.rank(entry.node) < 3)
            .collect();
        entries.sort_by_key(|entry| {
            let tier = self.cx().node(entry.node).tier.unwrap_or(u8::MAX);
            (self.rank(entry.node), tier, entry.node)
        });
        entries
    }

    fn rank(&self, node: NodeIx) -> u8 {
        match self.cx().node(node).class {
            Class::Journey => 0,
            Class::Service => 1,
            Class::Store => 2,
            _ => 3,
        }
    }

    /// Standbys that are promoted, in that order.
    #[must_use]
    pub fn failovers(&self) -> Vec<Failover<'a>> {
        let steps = self.during.plan.steps.iter();
        steps
            .filter_map(|step| {
                let StepKind::Promote { requirement, way } = step.kind else {
                    return None;
                };
                let requirement = self.cx().requirement(requirement);
                let members = requirement.members.iter();
                let way = members
                    .filter(|member| member.node == step.node)
                    .find_map(|member| member.standby.as_ref()?.get(way))?;
                Some(Failover {
                    step,
                    requirement,
                    way,
                })
            })
            .collect()
    }

    /// What has to serve before it begins, or the failovers can't happen: standbys and what
    /// promotes them; sorted.
    #[must_use]
    pub fn before(&self) -> Vec<NodeIx> {
        let mut nodes: BTreeSet<NodeIx> = BTreeSet::new();
        for failover in self.failovers() {
            nodes.insert(failover.step.node);
            nodes.extend(failover.way.requires.iter().copied());
        }
        nodes.retain(|node| !self.strike.blast.is_fault(*node));
        nodes.into_iter().collect()
    }

    /// Journeys, and critical services and stores, that are not affected: the drill is over if one
    /// of them stops. Journeys first.
    #[must_use]
    pub fn spared(&self) -> Vec<NodeIx> {
        let cx = self.cx();
        let affected: BTreeSet<NodeIx> = self.strike.entries().map(|entry| entry.node).collect();
        let mut spared: Vec<NodeIx> = cx
            .model
            .iter()
            .filter(|(ix, node)| {
                let counts = match node.class {
                    Class::Journey => true,
                    Class::Service | Class::Store => node.tier.is_some_and(|tier| tier <= 1),
                    _ => false,
                };
                let serves = self.strike.engine.serves_without_faults(ix.0);
                counts && serves && !affected.contains(ix) && !self.strike.blast.is_fault(*ix)
            })
            .map(|(ix, _)| ix)
            .collect();
        spared.sort_by_key(|ix| (self.rank(*ix), cx.node(*ix).tier.unwrap_or(u8::MAX), *ix));
        spared
    }

    /// Tools that are affected: whoever watches will be blind, or unable to act.
    #[must_use]
    pub fn blind(&self) -> Vec<(NodeIx, Role)> {
        let entries = self.strike.entries();
        let tools =
            entries.filter_map(|entry| Some((entry.node, self.cx().node(entry.node).role?)));
        let mut tools: Vec<(NodeIx, Role)> = tools
            .filter(|(_, role)| {
                matches!(
                    role,
                    Role::Monitoring | Role::Communication | Role::Management
                )
            })
            .collect();
        tools.sort_unstable();
        tools
    }

    /// Reasons not to run it on what people use, in words.
    #[must_use]
    pub fn objections(&self) -> Vec<String> {
        let cx = self.cx();
        let mut said = Vec::new();
        let entries = self.expected();
        let of = |verdict: Verdict| {
            let ids = entries
                .iter()
                .filter(|entry| entry.verdict == verdict)
                .map(|entry| format!("`{}`", cx.id(entry.node)));
            let ids: Vec<String> = ids.collect();
            few(&ids)
        };
        if let Some(ids) = of(Verdict::Stuck) {
            said.push(format!(
                "{ids} would not come back, not even when it is ended"
            ));
        }
        let journeys: Vec<String> = entries
            .iter()
            .filter(|entry| cx.node(entry.node).class == Class::Journey && entry.cut)
            .map(|entry| format!("`{}`", cx.id(entry.node)))
            .collect();
        if let Some(ids) = few(&journeys) {
            said.push(format!(
                "{ids} would be away for longer than allowed: this is an outage"
            ));
        }
        let lost: Vec<String> = self
            .strike
            .data()
            .filter(|loss| loss.verdict != DataVerdict::Safe)
            .map(|loss| format!("`{}`", cx.id(loss.store)))
            .collect();
        if let Some(ids) = few(&lost) {
            said.push(format!(
                "{ids} would lose data if what stops does not come back whole: stop it, don't destroy \
                 it"
            ));
        }
        for (node, role) in self.blind() {
            said.push(format!(
                "`{}` ({}) is affected itself: have another way to see and talk",
                cx.id(node),
                role.as_str()
            ));
        }
        said
    }
}

/// Some names and how many more; `None` if there is none.
fn few(names: &[String]) -> Option<String> {
    const SHOWN: usize = 6;
    if names.is_empty() {
        return None;
    }
    let mut shown: Vec<String> = names.iter().take(SHOWN).cloned().collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    Some(super::text::listed(&shown, "and"))
}

/// What is looked at to see whether a claim holds.
#[must_use]
pub fn check(verdict: Verdict, recovers_s: Option<u64>) -> String {
    use super::bring_up::clock;
    match (verdict, recovers_s) {
        (Verdict::None, _) => "serves throughout".to_owned(),
        (Verdict::Degraded, _) => "serves throughout, with less".to_owned(),
        (Verdict::Interrupted, Some(0)) => "is away for a moment only".to_owned(),
        (Verdict::Interrupted, Some(seconds)) => format!("serves again within {}", clock(seconds)),
        (Verdict::Stuck, _) => "does not come back, even at the end".to_owned(),
        (Verdict::Down | Verdict::Interrupted, _) => "does not serve until the end".to_owned(),
    }
}
