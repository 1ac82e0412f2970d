//! How sure it is that a fault takes a node: the weakest evidence on the surest chain.

use std::collections::{BTreeMap, VecDeque};

use super::context::Context;
use crate::analysis::engine::Outcome;
use crate::analysis::verdict::Time;
use crate::graph::FaultClass;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Evidence, Mode};

/// Evidence for the loss of each node that a blast takes at once.
#[derive(Debug)]
pub(super) struct Certainty {
    by_node: BTreeMap<u32, Evidence>,
}

impl Certainty {
    /// For each strength of evidence, what would be lost if only requirements known that well
    /// counted: a least set from the faults upwards. Proportional to what the blast takes.
    pub(super) fn new(context: &Context<'_>, outcome: &Outcome) -> Self {
        let graph = context.engine.graph();
        let lost = &outcome.lost;
        let mut by_node: BTreeMap<u32, Evidence> = BTreeMap::new();
        for &fault in &outcome.faults {
            // That a place fails is no claim; that it is one place is.
            let evidence = match FaultClass::of(graph.class[fault as usize]) {
                Some(FaultClass::Placement) => context.node(NodeIx(fault)).evidence,
                _ => Evidence::Declared,
            };
            by_node.insert(fault, evidence);
        }
        for level in Evidence::ALL.iter().copied() {
            let known: Vec<u32> = by_node
                .iter()
                .filter(|(_, evidence)| **evidence <= level)
                .map(|(node, _)| *node)
                .collect();
            let mut queue: VecDeque<u32> = known.into();
            let mut left: BTreeMap<u32, u64> = BTreeMap::new();
            while let Some(node) = queue.pop_front() {
                if !context.engine.serves_without_faults(node) {
                    continue;
                }
                for &m in graph.active_in.items(node) {
                    let q = graph.member_of[m as usize];
                    let owner = graph.owner[q as usize];
                    let counts = matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard)
                        && super::chain::evidence(context, ReqIx(q)) <= level
                        && lost.binary_search(&owner).is_ok();
                    if !counts {
                        continue;
                    }
                    let left = left.entry(q).or_insert_with(|| weight_before(context, q));
                    *left = left.saturating_sub(graph.member_weight[m as usize]);
                    if *left < graph.need[q as usize] && !by_node.contains_key(&owner) {
                        by_node.insert(owner, level);
                        queue.push_back(owner);
                    }
                }
            }
        }
        Self { by_node }
    }

    /// Evidence that `node` is lost; an assumption where no chain explains it.
    pub(super) fn of(&self, node: NodeIx) -> Evidence {
        let known = self.by_node.get(&node.0).copied();
        known.unwrap_or(Evidence::Assumed)
    }

    /// Evidence that `requirement` is unmet and that its standbys don't help: what is known of
    /// its lost members, and of what keeps each standby from helping.
    pub(super) fn of_requirement(
        &self,
        context: &Context<'_>,
        outcome: &Outcome,
        requirement: ReqIx,
    ) -> Evidence {
        let base = super::chain::evidence(context, requirement);
        let mut evidence = base.max(self.of_lost_members(context, requirement.0));
        let members = &context.model.requirement(requirement).members;
        let indices = context.engine.graph().members_of(requirement.0);
        let recovery = &outcome.unrepaired;
        for (member, m) in members.iter().zip(indices) {
            let Some(ways) = &member.standby else {
                continue;
            };
            let never = |node: NodeIx| {
                !context.engine.serves_at_once(outcome, node.0)
                    && recovery.time(node.0).is_none_or(|at| at == Time::NEVER)
            };
            if recovery.promotion(m) == Some(Time::NEVER) && never(member.node) {
                evidence = evidence.max(self.of(member.node));
                continue;
            }
            // Every way must fail, or come too late.
            for way in ways {
                let blocked = way
                    .requires
                    .iter()
                    .filter(|node| never(**node))
                    .map(|node| self.of(*node))
                    .min();
                evidence = evidence
                    .max(way.evidence)
                    .max(blocked.unwrap_or(way.evidence));
            }
        }
        evidence
    }

    /// The strength of evidence at which enough members of `q` are lost to leave it unmet.
    fn of_lost_members(&self, context: &Context<'_>, q: u32) -> Evidence {
        let graph = context.engine.graph();
        let left_at = |level: Evidence| {
            graph
                .members_of(q)
                .filter(|m| graph.is_active(*m))
                .map(|m| {
                    (
                        graph.member_node[m as usize],
                        graph.member_weight[m as usize],
                    )
                })
                .filter(|(node, _)| context.engine.serves_without_faults(*node))
                .filter(|(node, _)| self.by_node.get(node).is_none_or(|known| *known > level))
                .fold(0u64, |sum, (_, weight)| sum.saturating_add(weight))
        };
        let mut levels = Evidence::ALL.iter().copied();
        levels
            .find(|level| left_at(*level) < graph.need[q as usize])
            .unwrap_or(Evidence::Assumed)
    }
}

/// Weight of the active members of `q` that serve without faults.
fn weight_before(context: &Context<'_>, q: u32) -> u64 {
    let graph = context.engine.graph();
    graph
        .members_of(q)
        .filter(|m| graph.is_active(*m))
        .filter(|m| {
            let node = graph.member_node[*m as usize];
            context.engine.serves_without_faults(node)
        })
        .map(|m| graph.member_weight[m as usize])
        .fold(0u64, u64::saturating_add)
}
