//! What a drill does and what comes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Estate;
use super::workloads::Workloads;
use crate::analysis::blast::{Fault, blast_in};
use crate::analysis::recovery::{Scenario, bring_up};
use crate::model::NodeIx;
use crate::output::drill::{Attack, Drill};
use crate::output::{Context, Strike};
use crate::words::{Class, Date, Replication};

/// A drill goes on for so long at least, and so much longer than what is expected of it.
const LEAST_S: u64 = 300;
const LONGER_S: u64 = 300;
/// Nor for longer, unless that is asked for: what takes days is no game.
const MOST_S: u64 = 4 * 3_600;

/// What is to be practised.
#[derive(Clone, Debug)]
pub struct DrillPlan {
    /// Sorted, each once; none is repaired.
    pub faults: Vec<Fault>,
    pub today: Date,
    /// How long it goes on; without it, as long as what is expected takes.
    pub lasts_s: Option<u64>,
}

impl DrillPlan {
    /// Evaluates it and has `write` write the answer.
    pub fn ask<R>(&self, estate: &Estate, write: impl FnOnce(&Drill<'_>) -> R) -> R {
        let model = &estate.model;
        let engine = estate.engine();
        let scratch = &mut engine.scratch();
        let blast = blast_in(scratch, model, &engine, &self.faults);
        let told = |_: usize, _: usize| {};
        let scenario = |repaired_s: Option<u64>| {
            let faults = self.faults.iter().map(|fault| Fault {
                node: fault.node,
                repaired_s,
            });
            Scenario::Faults(faults.collect())
        };
        let during = bring_up(model, &engine, scratch, scenario(None), &told);
        let after = bring_up(model, &engine, scratch, scenario(Some(0)), &told);
        let (attacks, by_hand) = attacks(estate, &self.faults, &blast.outcome.stopped);
        let expected = blast
            .affected
            .iter()
            .filter_map(|entry| entry.recovers_unrepaired.finite())
            .max();
        let expected = expected.unwrap_or(0).saturating_add(LONGER_S);
        write(&Drill {
            strike: Strike {
                cx: Context {
                    model,
                    sources: &estate.sources,
                },
                engine: &engine,
                blast: &blast,
                faults: &self.faults,
                already: None,
                at_s: None,
            },
            during: &during,
            after: &after,
            today: self.today,
            attacks: &attacks,
            by_hand: &by_hand,
            lasts_s: self.lasts_s.unwrap_or(expected.clamp(LEAST_S, MOST_S)),
        })
    }
}

/// Kubernetes workloads of which copies stop, and what else stops: the faults themselves unless
/// they are Kubernetes nodes or workloads, and workloads of other sorts.
fn attacks(estate: &Estate, faults: &[Fault], stopped: &[u32]) -> (Vec<Attack>, Vec<NodeIx>) {
    let model = &estate.model;
    let mut workloads = Workloads::new(estate);
    let hosts: BTreeMap<NodeIx, String> = faults
        .iter()
        .filter_map(|fault| Some((fault.node, workloads.host(fault.node)?)))
        .collect();
    let only_hosts = hosts.len() == faults.len();
    let mut copies: BTreeMap<NodeIx, usize> = BTreeMap::new();
    let mut by_hand: BTreeSet<NodeIx> = BTreeSet::new();
    for node in stopped.iter().copied().map(NodeIx) {
        let described = model.node(node);
        let backup = matches!(described.data, Some(Replication::Backup { .. }));
        match (described.class, described.part_of) {
            // A copy that only stands in for another is no pod yet.
            (Class::Replica, Some(workload)) if !backup && is_active(estate, node, workload) => {
                *copies.entry(workload).or_default() += 1;
            }
            (Class::Replica | Class::Domain | Class::External, _) => {
                let named = faults.iter().any(|fault| fault.node == node);
                if named && !hosts.contains_key(&node) {
                    by_hand.insert(node);
                }
            }
            _ => {}
        }
    }
    let mut attacks = Vec::new();
    for (workload, stops) in copies {
        let Some(known) = workloads.of(workload) else {
            by_hand.insert(workload);
            continue;
        };
        attacks.push(Attack {
            workload,
            namespace: known.namespace,
            kind: known.kind,
            labels: known.labels,
            stops,
            all: active_copies(estate, workload).max(stops),
            hosts: if only_hosts {
                hosts.values().cloned().collect()
            } else {
                Vec::new()
            },
        });
    }
    (attacks, by_hand.into_iter().collect())
}

/// Whether `copy` counts towards what `workload` needs without being promoted.
fn is_active(estate: &Estate, copy: NodeIx, workload: NodeIx) -> bool {
    let graph = &estate.graph;
    let mut owners = graph.active_in.items(copy.0).iter().map(|m| {
        let requirement = graph.member_of[*m as usize];
        graph.owner[requirement as usize]
    });
    owners.any(|owner| owner == workload.0)
}

fn active_copies(estate: &Estate, workload: NodeIx) -> usize {
    let copies = estate.graph.replicas.items(workload.0).iter();
    let active = copies.filter(|copy| is_active(estate, NodeIx(**copy), workload));
    active.count()
}
