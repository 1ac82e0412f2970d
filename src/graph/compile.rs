//! Model → graph.

use super::{Cycles, Graph, Rows};
use crate::model::Model;
use crate::words::{Class, Replication};

impl Graph {
    /// Compiles `model`. O(nodes + members + ways).
    ///
    /// The model's own limit (20 million nodes and requirements) keeps every index below 2^32.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let nodes = model.nodes.len();
        let requirements = &model.requirements;
        let member_of: Vec<u32> = (0u32..)
            .zip(requirements)
            .flat_map(|(q, requirement)| requirement.members.iter().map(move |_| q))
            .collect();
        let all_members = || {
            requirements
                .iter()
                .flat_map(|requirement| &requirement.members)
        };
        let mut standby = Vec::with_capacity(member_of.len());
        let mut way_takes = Vec::new();
        let mut way_pairs = Vec::new();
        for member in all_members() {
            standby.push(member.standby.as_ref().map(|ways| {
                let first = index(way_takes.len());
                for way in ways {
                    let number = index(way_takes.len());
                    way_takes.push(way.takes_s);
                    way_pairs.extend(way.requires.iter().map(|node| (number, node.0)));
                }
                (first, index(way_takes.len()))
            }));
        }
        let active = (0u32..)
            .zip(all_members())
            .filter(|(_, member)| member.standby.is_none())
            .map(|(m, member)| (member.node.0, m));
        let is_backup =
            |node: &crate::model::Node| matches!(node.data, Some(Replication::Backup { .. }));
        let replicas = model
            .iter()
            .filter(|(_, node)| node.class == Class::Replica && !is_backup(node))
            .filter_map(|(ix, node)| Some((node.part_of?.0, ix.0)));
        let copies = model
            .iter()
            .filter(|(_, node)| node.data.is_some())
            .filter_map(|(ix, node)| Some((node.part_of?.0, ix.0)));
        let mut graph = Self {
            class: model.nodes.iter().map(|node| node.class).collect(),
            start_s: model.nodes.iter().map(|node| node.start_s).collect(),
            rto_s: model
                .nodes
                .iter()
                .map(|node| node.rto_s.unwrap_or(u64::MAX))
                .collect(),
            requirements: requirement_rows(model),
            owner: requirements
                .iter()
                .map(|requirement| requirement.of.0)
                .collect(),
            mode: requirements
                .iter()
                .map(|requirement| requirement.mode)
                .collect(),
            need: requirements
                .iter()
                .map(|requirement| requirement.need)
                .collect(),
            members: Rows::numbered(
                requirements
                    .iter()
                    .map(|requirement| requirement.members.len()),
            ),
            member_node: all_members().map(|member| member.node.0).collect(),
            member_weight: all_members().map(|member| member.weight).collect(),
            member_of,
            standby,
            way_requires: Rows::from_pairs(way_takes.len(), way_pairs.iter().copied()),
            way_takes,
            active_in: Rows::from_pairs(nodes, active),
            replicas: Rows::from_pairs(nodes, replicas),
            copies: Rows::from_pairs(nodes, copies),
            cycles: Cycles::default(),
        };
        graph.cycles = Cycles::find(&graph);
        graph
    }
}

/// Requirements by owner; the model sorts them by owner, so a row is a range of them.
fn requirement_rows(model: &Model) -> Rows {
    let mut counts = vec![0usize; model.nodes.len()];
    for requirement in &model.requirements {
        counts[requirement.of.0 as usize] += 1;
    }
    Rows::numbered(counts.into_iter())
}

fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
