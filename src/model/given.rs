//! What each source gives: how many nodes it states, and of how many it knows where they stand,
//! what they need, whose they are and how much they matter.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::draft::{Context, Draft, Entry, Rank};
use super::join::HOST;
use super::{Node, NodeIx};
use crate::words::{Class, Mode};

/// What one source gives to the model. Every count is of nodes, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    pub adapter: &'static str,
    /// Input documents that were accepted.
    pub documents: usize,
    /// Nodes of any class that it states.
    pub nodes: usize,
    /// Services and stores that it states.
    pub workloads: usize,
    /// Services and stores, stated here or elsewhere, of which it says: where replicas run, what
    /// they need of others, who owns them, their tier.
    pub placed: usize,
    pub linked: usize,
    pub owned: usize,
    pub tiered: usize,
    /// Hosts that it states, and hosts of which it says where they stand. A cluster of which nobody
    /// says where it is tells of no host where that is.
    pub hosts: usize,
    pub hosts_placed: usize,
}

impl Contribution {
    /// The counts in the order in which tables show them: documents, nodes, services and stores,
    /// those placed, with dependencies, with a tier, with an owner; and with `hosts` also hosts and
    /// those placed.
    #[must_use]
    pub fn counts(&self, hosts: bool) -> Vec<usize> {
        let mut counts = vec![
            self.documents,
            self.nodes,
            self.workloads,
            self.placed,
            self.linked,
            self.tiered,
            self.owned,
        ];
        if hosts {
            counts.extend([self.hosts, self.hosts_placed]);
        }
        counts
    }
}

/// The nodes of which one source says something.
#[derive(Debug, Default)]
pub(super) struct Given {
    stated: FxHashSet<NodeIx>,
    placed: FxHashSet<NodeIx>,
    linked: FxHashSet<NodeIx>,
    owned: FxHashSet<NodeIx>,
    tiered: FxHashSet<NodeIx>,
}

/// What a source may say of a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    There,
    Placed,
    Linked,
    Owned,
    Tiered,
}

impl Draft<'_> {
    /// Notes that the source of `rank` says this of `ix`.
    pub(super) fn gives(&mut self, rank: Rank, ix: NodeIx, said: Said) {
        let given = self.given.entry(rank.adapter).or_default();
        let set = match said {
            Said::There => &mut given.stated,
            Said::Placed => &mut given.placed,
            Said::Linked => &mut given.linked,
            Said::Owned => &mut given.owned,
            Said::Tiered => &mut given.tiered,
        };
        set.insert(ix);
    }

    /// Notes what a requirement of `of` says, by its mode.
    pub(super) fn gives_need(&mut self, of: NodeIx, mode: Mode, context: &Context) {
        let said = if mode == Mode::Placement {
            Said::Placed
        } else {
            Said::Linked
        };
        self.gives(context.rank, of, said);
    }
}

/// Counts what each source gave, in the order of `adapters`. Indices are those of `nodes`, the
/// draft's. What is said of a replica is said of its service.
pub(super) fn contributions(
    given: &BTreeMap<u32, Given>,
    nodes: &[Node],
    entries: &[Entry],
    adapters: &[(&'static str, usize)],
) -> Vec<Contribution> {
    let node = |ix: NodeIx| nodes.get(ix.0 as usize);
    let serves = |ix: NodeIx| {
        node(ix).is_some_and(|node| matches!(node.class, Class::Service | Class::Store))
    };
    let count = |set: &FxHashSet<NodeIx>| {
        let whole = |ix: &NodeIx| match node(*ix) {
            Some(node) if node.class == Class::Replica => node.part_of.unwrap_or(*ix),
            _ => *ix,
        };
        let all: FxHashSet<NodeIx> = set.iter().map(whole).filter(|ix| serves(*ix)).collect();
        all.len()
    };
    let is_host = |ix: &&NodeIx| node(**ix).is_some_and(|node| node.id.kind() == HOST);
    let on_something = grounded(nodes, entries);
    let somewhere = |ix: &&NodeIx| on_something.contains(*ix);
    let nothing = Given::default();
    (0..)
        .zip(adapters)
        .map(|(at, (adapter, documents))| {
            let given = given.get(&at).unwrap_or(&nothing);
            Contribution {
                adapter,
                documents: *documents,
                nodes: given.stated.len(),
                workloads: count(&given.stated),
                placed: count(&given.placed),
                linked: count(&given.linked),
                owned: count(&given.owned),
                tiered: count(&given.tiered),
                hosts: given.stated.iter().filter(is_host).count(),
                hosts_placed: given
                    .placed
                    .iter()
                    .filter(is_host)
                    .filter(somewhere)
                    .count(),
            }
        })
        .collect()
}

/// What stands on something else than clusters of which nobody says where they are.
/// O(requirements).
fn grounded(nodes: &[Node], entries: &[Entry]) -> FxHashSet<NodeIx> {
    let placements = || {
        let all = entries.iter().filter(|entry| !entry.dropped);
        all.map(|entry| &entry.requirement)
            .filter(|requirement| requirement.mode == Mode::Placement)
    };
    let is_cluster = |ix: NodeIx| {
        let node = nodes.get(ix.0 as usize);
        node.is_some_and(|node| node.id.kind() == "cluster")
    };
    let stands: FxHashSet<NodeIx> = placements()
        .map(|requirement| requirement.of)
        .filter(|of| is_cluster(*of))
        .collect();
    let is_place = |ix: NodeIx| !is_cluster(ix) || stands.contains(&ix);
    placements()
        .filter(|requirement| requirement.members.iter().any(|m| is_place(m.node)))
        .map(|requirement| requirement.of)
        .collect()
}
