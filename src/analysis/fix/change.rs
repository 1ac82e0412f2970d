//! What may be changed, and what that costs.

use crate::config::costs::Costs;
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::{Class, Mode};

/// One change. Replicas that one entry of a manifest states are moved and activated together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// `count` further replicas of weight `weight` of the service or store `of`, on `on`.
    Add {
        of: NodeIx,
        on: NodeIx,
        count: u64,
        weight: u64,
    },
    /// Replicas of `of` stand on `on` instead of where they do now.
    Move {
        of: NodeIx,
        replicas: Vec<NodeIx>,
        on: NodeIx,
    },
    /// Standbys of `of` are active: they count without being promoted.
    Activate { of: NodeIx, replicas: Vec<NodeIx> },
    /// Another one beside `to`, independent of everything, that counts for this requirement.
    Alternative { to: NodeIx, requirement: ReqIx },
    /// `of` (with its replicas) does without this at the start.
    Loosen { of: NodeIx, requirement: ReqIx },
}

impl Change {
    /// Whether something is taken away, too.
    #[must_use]
    pub fn is_move(&self) -> bool {
        matches!(self, Self::Move { .. })
    }

    /// What it costs, in the unit of `costs`; saturates.
    #[must_use]
    pub fn cost(&self, model: &Model, costs: &Costs) -> u64 {
        let times = |count: usize, each: u64| each.saturating_mul(count as u64);
        match self {
            Self::Add { of, count, .. } => {
                let declared = template(model, *of).and_then(|ix| model.node(ix).cost);
                declared.unwrap_or(costs.replica).saturating_mul(*count)
            }
            Self::Move { replicas, .. } => times(replicas.len(), costs.r#move),
            Self::Activate { replicas, .. } => times(replicas.len(), costs.activate),
            Self::Alternative { to, .. } => model.node(*to).cost.unwrap_or(costs.alternative),
            Self::Loosen { .. } => costs.loosen,
        }
    }
}

/// The requirement of a service or store on its own replicas.
pub(super) fn replica_requirement(model: &Model, of: NodeIx) -> Option<ReqIx> {
    let first = model.requirements.partition_point(|q| q.of < of);
    let own = model.requirements.get(first..)?.iter().zip(first..);
    let found = own
        .take_while(|(q, _)| q.of == of)
        .find(|(q, _)| {
            q.mode == Mode::Hard
                && q.members.iter().any(|member| {
                    let node = model.node(member.node);
                    node.class == Class::Replica && node.part_of == Some(of)
                })
        })
        .map(|(_, at)| at)?;
    u32::try_from(found).ok().map(ReqIx)
}

/// The replica that further ones of `of` are like: the first active one, else the first.
pub(super) fn template(model: &Model, of: NodeIx) -> Option<NodeIx> {
    let requirement = model.requirement(replica_requirement(model, of)?);
    let own = || {
        let members = requirement.members.iter();
        members.filter(|m| model.node(m.node).part_of == Some(of))
    };
    own()
        .find(|member| member.standby.is_none())
        .or_else(|| own().next())
        .map(|member| member.node)
}

/// Requirements of a node, with their numbers.
pub(super) fn requirements_of(
    model: &Model,
    of: NodeIx,
) -> impl Iterator<Item = (ReqIx, &crate::model::Requirement)> {
    let first = model.requirements.partition_point(|q| q.of < of);
    let rest = model.requirements.get(first..).unwrap_or_default();
    let from = u32::try_from(first).unwrap_or(u32::MAX);
    (from..)
        .map(ReqIx)
        .zip(rest)
        .take_while(move |(_, q)| q.of == of)
}

/// All start requirements that one change loosens: that of `of`, and those of its replicas with
/// the same members.
pub(super) fn loosened(model: &Model, of: NodeIx, requirement: ReqIx) -> Vec<ReqIx> {
    let members: Vec<NodeIx> = nodes_of(model, requirement);
    let mut found = vec![requirement];
    if let Some(replicas) = replica_requirement(model, of) {
        for member in &model.requirement(replicas).members {
            let alike = requirements_of(model, member.node)
                .filter(|(_, q)| q.mode == Mode::Start)
                .filter(|(at, _)| nodes_of(model, *at) == members);
            found.extend(alike.map(|(at, _)| at));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn nodes_of(model: &Model, requirement: ReqIx) -> Vec<NodeIx> {
    let members = &model.requirement(requirement).members;
    members.iter().map(|member| member.node).collect()
}
