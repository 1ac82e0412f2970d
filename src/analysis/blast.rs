//! The blast radius of a fault set, explained: hops, the requirements that failed, what became of
//! the standbys, and what is left of the data.

use std::collections::BTreeMap;

use super::data::{DataLoss, data_losses};
use super::engine::{Engine, Outcome, Recovery, Scratch};
use super::hops::hops;
use super::recovery::{RecoveryCycle, recovery_cycles};
use super::verdict::{Time, Verdict};
use crate::graph::Graph;
use crate::model::{Model, NodeIx, ReqIx};

/// A fault, and when it is repaired in the scenario (`None`: not).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub node: NodeIx,
    pub repaired_s: Option<u64>,
}

/// What became of a standby of an unmet requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandbyState {
    pub requirement: ReqIx,
    pub standby: NodeIx,
    pub promoted: Time,
    /// For a dead standby: itself and the required nodes, as far as they never serve.
    pub blocked_by: Vec<NodeIx>,
}

/// One affected node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlastEntry {
    pub node: NodeIx,
    /// With the faults unrepaired.
    pub verdict: Verdict,
    /// In the scenario at hand (which may repair faults).
    pub recovers: Time,
    /// With the faults unrepaired: what counts against the node's `rto`.
    pub recovers_unrepaired: Time,
    pub cut: bool,
    pub hops: u32,
    /// Requirements unmet in S0.
    pub because: Vec<ReqIx>,
    /// Hard requirements met only by counting degraded members.
    pub weakened: Vec<ReqIx>,
    pub standbys: Vec<StandbyState>,
    pub data: Option<DataLoss>,
}

/// What a fault set affects and why.
#[derive(Clone, Debug)]
pub struct Blast {
    /// As asked, sorted.
    pub faults: Vec<Fault>,
    /// What fails with them: the replicas of a failed service or store.
    pub along: Vec<NodeIx>,
    /// Sorted by hops, then node.
    pub affected: Vec<BlastEntry>,
    /// Stores that lost a copy, affected or not, sorted.
    pub data: Vec<DataLoss>,
    pub cycles: Vec<RecoveryCycle>,
    /// All that explains it further.
    pub outcome: Outcome,
    /// The scenario's recovery; the unrepaired one unless a repair is given.
    pub scenario: Recovery,
}

impl Blast {
    /// The entry of `node`, if it is affected.
    #[must_use]
    pub fn entry(&self, node: NodeIx) -> Option<&BlastEntry> {
        self.affected.iter().find(|entry| entry.node == node)
    }

    /// True if `node` is among the faults or fails along with them.
    #[must_use]
    pub fn is_fault(&self, node: NodeIx) -> bool {
        self.outcome.faults.binary_search(&node.0).is_ok()
    }
}

/// All that fails, with the time of its repair: what fails along with another is repaired with it,
/// unless it was named itself. `faults` are sorted, each once.
pub(in crate::analysis) fn repairs(graph: &Graph, faults: &[Fault]) -> BTreeMap<u32, Option<u64>> {
    let mut repairs: BTreeMap<u32, Option<u64>> = BTreeMap::new();
    for fault in faults {
        repairs.entry(fault.node.0).or_insert(fault.repaired_s);
        for node in graph.replicas_of(fault.node.0) {
            repairs.entry(*node).or_insert(fault.repaired_s);
        }
    }
    for fault in faults {
        repairs.insert(fault.node.0, fault.repaired_s);
    }
    repairs
}

/// True if `node` is a replica that fails along with one of `faults`.
#[must_use]
pub fn fails_along(graph: &Graph, faults: &[Fault], node: NodeIx) -> bool {
    let mut replicas = faults.iter().map(|fault| graph.replicas_of(fault.node.0));
    replicas.any(|replicas| replicas.contains(&node.0))
}

/// Evaluates and explains `faults`.
#[must_use]
pub fn blast(model: &Model, engine: &Engine<'_>, faults: &[Fault]) -> Blast {
    blast_in(&mut engine.scratch(), model, engine, faults)
}

/// [`blast`] in working memory that is there already: time and memory are proportional to what is
/// affected and the members that refer to it, however large the graph.
#[must_use]
pub fn blast_in(
    scratch: &mut Scratch,
    model: &Model,
    engine: &Engine<'_>,
    faults: &[Fault],
) -> Blast {
    let graph = engine.graph();
    let mut faults = faults.to_vec();
    faults.sort_unstable();
    faults.dedup_by_key(|fault| fault.node);
    let repairs = repairs(graph, &faults);
    let set: Vec<u32> = repairs.keys().copied().collect();
    let outcome = engine.outcome(scratch, &set);
    let scenario = if repairs.values().any(Option::is_some) {
        engine.recovery(scratch, &set, |node| repairs.get(&node).copied().flatten())
    } else {
        outcome.unrepaired.clone()
    };
    let along = set
        .iter()
        .map(|node| NodeIx(*node))
        .filter(|node| faults.binary_search_by_key(node, |f| f.node).is_err())
        .collect();
    let hops = hops(engine, &outcome);
    let data = data_losses(model, graph, &outcome);
    let view = View {
        engine,
        outcome: &outcome,
        scenario: &scenario,
    };
    let mut affected: Vec<BlastEntry> = outcome
        .affected
        .iter()
        .map(|affected| {
            let node = affected.node;
            let because = view.unmet(node);
            BlastEntry {
                node: NodeIx(node),
                verdict: affected.verdict,
                recovers: view.time(node),
                recovers_unrepaired: affected.recovers,
                cut: engine.cuts(*affected),
                hops: hops.get(&node).copied().unwrap_or(1),
                weakened: view.weakened(node),
                standbys: view.standbys_of(&because),
                because,
                data: data
                    .binary_search_by_key(&NodeIx(node), |loss| loss.store)
                    .ok()
                    .map(|at| data[at].clone()),
            }
        })
        .collect();
    affected.sort_by_key(|entry| (entry.hops, entry.node));
    let cycles = recovery_cycles(model, engine, &outcome);
    Blast {
        faults,
        along,
        affected,
        data,
        cycles,
        outcome,
        scenario,
    }
}

/// Reads one outcome.
#[derive(Clone, Copy)]
pub(in crate::analysis) struct View<'a> {
    pub(in crate::analysis) engine: &'a Engine<'a>,
    pub(in crate::analysis) outcome: &'a Outcome,
    pub(in crate::analysis) scenario: &'a Recovery,
}

impl View<'_> {
    /// When `node` serves in the scenario.
    pub(in crate::analysis) fn time(&self, node: u32) -> Time {
        if self.engine.serves_at_once(self.outcome, node) {
            return Time::ZERO;
        }
        self.scenario.time(node).unwrap_or(Time::NEVER)
    }

    /// True if `node` does not run at t = 0, be it that it never ran.
    pub(in crate::analysis) fn is_stopped(&self, node: u32) -> bool {
        !self.engine.known().runs[node as usize]
            || self.outcome.stopped.binary_search(&node).is_ok()
    }

    /// Weight of active members of `q` that serve in S0.
    pub(in crate::analysis) fn weight_at_once(&self, q: u32) -> u64 {
        let graph = self.engine.graph();
        graph
            .members_of(q)
            .filter(|m| graph.is_active(*m))
            .filter(|m| {
                self.engine
                    .serves_at_once(self.outcome, graph.member_node[*m as usize])
            })
            .map(|m| graph.member_weight[m as usize])
            .fold(0, u64::saturating_add)
    }

    /// True if `node` serves in S0 without being degraded.
    fn is_sound(&self, node: u32) -> bool {
        self.engine.serves_at_once(self.outcome, node)
            && !self.engine.degraded_without_faults(node)
            && self.outcome.degraded.binary_search(&node).is_err()
    }

    /// Requirements of `node` that S0 does not meet.
    pub(in crate::analysis) fn unmet(&self, node: u32) -> Vec<ReqIx> {
        let graph = self.engine.graph();
        let unmet = |q: &u32| self.weight_at_once(*q) < graph.need[*q as usize];
        graph
            .requirements_of(node)
            .filter(unmet)
            .map(ReqIx)
            .collect()
    }

    /// Hard requirements of the serving `node` that are met only by counting degraded members.
    pub(in crate::analysis) fn weakened(&self, node: u32) -> Vec<ReqIx> {
        let graph = self.engine.graph();
        let sound_weight = |q: u32| {
            graph
                .members_of(q)
                .filter(|m| graph.is_active(*m) && self.is_sound(graph.member_node[*m as usize]))
                .map(|m| graph.member_weight[m as usize])
                .fold(0, u64::saturating_add)
        };
        if !self.engine.serves_at_once(self.outcome, node) {
            return Vec::new();
        }
        graph
            .requirements_of(node)
            .filter(|q| graph.mode[*q as usize] == crate::words::Mode::Hard)
            .filter(|q| sound_weight(*q) < graph.need[*q as usize])
            .map(ReqIx)
            .collect()
    }

    /// What became of the standbys of `unmet` requirements.
    pub(in crate::analysis) fn standbys_of(&self, unmet: &[ReqIx]) -> Vec<StandbyState> {
        let graph = self.engine.graph();
        let mut states = Vec::new();
        for &requirement in unmet {
            for m in graph.members_of(requirement.0) {
                let Some(ways) = graph.ways_of(m) else {
                    continue;
                };
                let Some(promoted) = self.scenario.promotion(m) else {
                    continue;
                };
                let standby = graph.member_node[m as usize];
                let mut blocked_by = Vec::new();
                if promoted == Time::NEVER {
                    blocked_by.push(standby);
                    for way in ways {
                        blocked_by.extend_from_slice(graph.way_requires.items(way));
                    }
                    blocked_by.retain(|node| self.time(*node) == Time::NEVER);
                    blocked_by.sort_unstable();
                    blocked_by.dedup();
                }
                states.push(StandbyState {
                    requirement,
                    standby: NodeIx(standby),
                    promoted,
                    blocked_by: blocked_by.into_iter().map(NodeIx).collect(),
                });
            }
        }
        states
    }
}
