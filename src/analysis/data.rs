//! What is left of a store's data: a fact of its own, apart from whether the store serves.

use std::collections::BTreeMap;

use super::engine::Outcome;
use crate::graph::Graph;
use crate::model::{Model, NodeIx};
use crate::words::{Class, Replication};

/// The worst case for a store's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataVerdict {
    /// An active or synchronous copy remains.
    Safe,
    /// Only an asynchronous copy remains: up to its lag is lost.
    LostUpToLag { seconds: u64 },
    /// Only a backup remains: up to its interval is lost.
    LostUpToInterval { seconds: u64 },
    /// No copy remains.
    Lost,
}

impl DataVerdict {
    /// The word of the JSON output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::LostUpToLag { .. } => "lost-up-to-lag",
            Self::LostUpToInterval { .. } => "lost-up-to-interval",
            Self::Lost => "lost",
        }
    }

    /// Most that is lost, in seconds of writes; `None` when all is lost.
    #[must_use]
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::Safe => Some(0),
            Self::LostUpToLag { seconds } | Self::LostUpToInterval { seconds } => Some(seconds),
            Self::Lost => None,
        }
    }
}

/// A store that lost a copy, and what remains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataLoss {
    pub store: NodeIx,
    pub verdict: DataVerdict,
    /// Copies that are gone: on a stopped replica, or in the fault set.
    pub gone: Vec<NodeIx>,
    pub left: Vec<NodeIx>,
}

/// Data verdicts of the stores that lose at least one copy, sorted by store. Proportional to what
/// has stopped and the copies of its stores.
#[must_use]
pub fn data_losses(model: &Model, graph: &Graph, outcome: &Outcome) -> Vec<DataLoss> {
    let mut stores: BTreeMap<NodeIx, bool> = BTreeMap::new();
    for &node in outcome.stopped.iter().chain(&outcome.faults) {
        let node = model.node(NodeIx(node));
        if let (Some(store), Some(_)) = (node.part_of, node.data) {
            stores.insert(store, false);
        }
    }
    for &fault in &outcome.faults {
        if model.node(NodeIx(fault)).class == Class::Store {
            stores.insert(NodeIx(fault), true);
        }
    }
    let copies = stores.keys().map(|store| {
        let copies = graph.copies.items(store.0).iter().copied().map(NodeIx);
        (*store, copies.collect::<Vec<_>>())
    });
    copies
        .filter(|(_, copies)| !copies.is_empty())
        .map(|(store, copies)| {
            let spoiled = stores.get(&store).copied().unwrap_or(false);
            let is_gone = |copy: &NodeIx| {
                let backup = matches!(model.node(*copy).data, Some(Replication::Backup { .. }));
                outcome.stopped.binary_search(&copy.0).is_ok() || (spoiled && !backup)
            };
            let (gone, left): (Vec<_>, Vec<_>) = copies.into_iter().partition(is_gone);
            DataLoss {
                store,
                verdict: verdict(model, store, &left),
                gone,
                left,
            }
        })
        .collect()
}

fn verdict(model: &Model, store: NodeIx, left: &[NodeIx]) -> DataVerdict {
    let is_active = |copy: NodeIx| {
        let own = model
            .requirements
            .partition_point(|requirement| requirement.of < store);
        model.requirements[own..]
            .iter()
            .take_while(|requirement| requirement.of == store)
            .flat_map(|requirement| &requirement.members)
            .any(|member| member.node == copy && member.standby.is_none())
    };
    let of = |copy: NodeIx| match model.node(copy).data {
        _ if is_active(copy) => DataVerdict::Safe,
        Some(Replication::Primary | Replication::Sync) => DataVerdict::Safe,
        Some(Replication::Async { lag_s: seconds }) => DataVerdict::LostUpToLag { seconds },
        Some(Replication::Backup {
            interval_s: seconds,
        }) => DataVerdict::LostUpToInterval { seconds },
        None => DataVerdict::Lost,
    };
    left.iter()
        .map(|copy| of(*copy))
        .min()
        .unwrap_or(DataVerdict::Lost)
}
