//! What is left of a store's data: a fact of its own, apart from whether the store serves.

use std::collections::BTreeMap;

use super::engine::Outcome;
use crate::graph::Graph;
use crate::model::{Member, Model, NodeIx, Requirement, Way};
use crate::words::{Class, Mode, Replication};

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

impl DataLoss {
    /// Whether the store's `rpo` is kept; `None` if it declares none.
    #[must_use]
    pub fn keeps_rpo(&self, model: &Model) -> Option<bool> {
        let rpo = model.node(self.store).rpo_s?;
        Some(self.verdict.seconds().is_some_and(|lost| lost <= rpo))
    }

    /// Backups that went with what they are for.
    pub fn lost_backups<'m>(&'m self, model: &'m Model) -> impl Iterator<Item = NodeIx> + 'm {
        let gone = self.gone.iter().copied();
        gone.filter(|copy| is_backup(model, *copy))
    }

    /// Whether what is left has to be restored from a backup: where an active, synchronous or
    /// asynchronous copy is left there is no need, where none is left there is nothing to restore.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        matches!(self.verdict, DataVerdict::LostUpToInterval { .. })
    }

    /// The quickest stated way of restoring it, if it has to be restored: the backup and a way of
    /// its `standby`. `None` where nobody says how long that takes.
    #[must_use]
    pub fn restore<'m>(&self, model: &'m Model) -> Option<(NodeIx, &'m Way)> {
        if !self.is_restored() {
            return None;
        }
        let ways = backups_left(model, self).flat_map(|member| {
            member
                .standby
                .iter()
                .flatten()
                .map(|way| (member.node, way))
        });
        ways.min_by_key(|(node, way)| (way.takes_s, *node))
    }
}

fn is_backup(model: &Model, copy: NodeIx) -> bool {
    matches!(model.node(copy).data, Some(Replication::Backup { .. }))
}

/// Backups that are left of a store, as members of its requirement on its copies.
fn backups_left<'m>(model: &'m Model, loss: &DataLoss) -> impl Iterator<Item = &'m Member> {
    let left = loss.left.clone();
    own_requirements(model, loss.store)
        .filter(|requirement| requirement.mode == Mode::Hard)
        .flat_map(|requirement| &requirement.members)
        .filter(move |member| left.contains(&member.node) && is_backup(model, member.node))
}

/// Requirements of `node`.
fn own_requirements(model: &Model, node: NodeIx) -> impl Iterator<Item = &Requirement> {
    let own = model
        .requirements
        .partition_point(|requirement| requirement.of < node);
    model
        .requirements
        .iter()
        .skip(own)
        .take_while(move |requirement| requirement.of == node)
}

/// The estate in which the copies that `losses` name come back empty, as after a fire: where only
/// backups are left, each such copy starts only once a backup is restored to it, by a way that the
/// backup's `standby` states. A store whose backups state no way is as before; so is one of which
/// no copy is left. Nodes keep their indices, requirements don't.
#[must_use]
pub fn with_restores(model: &Model, losses: &[DataLoss]) -> Model {
    let mut changed = model.clone();
    for loss in losses.iter().filter(|loss| loss.restore(model).is_some()) {
        let backups: Vec<&Member> = backups_left(model, loss).collect();
        let members = backups.iter().map(|member| Member {
            node: member.node,
            weight: 1,
            standby: member.standby.clone(),
        });
        let mut members: Vec<Member> = members.collect();
        members.sort_by_key(|member| member.node);
        members.dedup_by_key(|member| member.node);
        for copy in loss.gone.iter().filter(|copy| !is_backup(model, **copy)) {
            changed.requirements.push(Requirement {
                id: format!("{}/restore", model.node(*copy).id),
                of: *copy,
                mode: Mode::Start,
                need: 1,
                evidence: model.node(loss.store).evidence,
                observed: false,
                sources: backups
                    .iter()
                    .flat_map(|member| model.node(member.node).sources.iter().cloned())
                    .collect(),
                members: members.clone(),
            });
        }
    }
    changed
        .requirements
        .sort_by(|a, b| a.of.cmp(&b.of).then_with(|| a.id.cmp(&b.id)));
    changed
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
        own_requirements(model, store)
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
