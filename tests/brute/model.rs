//! A random estate as the model that the analysis runs on.

use spof::model::{Member, Model, Node, NodeIx, Requirement, Way};
use spof::words::{Assume, Class, Evidence, Id, Mode, Replication};

use super::Estate;

fn ix(node: usize) -> NodeIx {
    NodeIx(u32::try_from(node).unwrap())
}

/// The same estate as a model. Node order is kept, requirements are sorted by owner. A replica is a
/// copy of the first service or store that requires it.
pub fn model_of(estate: &Estate) -> Model {
    let nodes = estate
        .nodes
        .iter()
        .enumerate()
        .map(|(number, node)| Node {
            id: Id::parse(&node.id).unwrap(),
            class: Class::parse(&node.class).unwrap(),
            title: None,
            tier: None,
            owner: None,
            users: None,
            revenue_per_h: None,
            demand: None,
            rto_s: node.rto,
            rpo_s: None,
            start_s: node.start,
            data: node.replication.as_ref().map(replication),
            fails_per_y: None,
            repair_s: None,
            cost: None,
            role: None,
            verified: None,
            within: None,
            part_of: workload_of(estate, number),
            evidence: Evidence::Declared,
            sources: vec![],
        })
        .collect();
    let mut requirements: Vec<Requirement> = estate
        .requirements
        .iter()
        .map(|requirement| Requirement {
            id: requirement.id.clone(),
            of: ix(requirement.of),
            mode: Mode::parse(&requirement.mode).unwrap(),
            need: requirement.need,
            observed: false,
            members: requirement
                .members
                .iter()
                .map(|member| Member {
                    node: ix(member.node),
                    weight: member.weight,
                    standby: member.standby.as_ref().map(|ways| {
                        ways.iter()
                            .map(|way| Way {
                                takes_s: way.takes,
                                requires: way.requires.iter().map(|node| ix(*node)).collect(),
                                drilled: None,
                                evidence: Evidence::Declared,
                                sources: vec![],
                            })
                            .collect()
                    }),
                })
                .collect(),
            evidence: Evidence::Declared,
            sources: vec![],
        })
        .collect();
    requirements.sort_by_key(|requirement| requirement.of);
    Model {
        assume: Assume::Pessimistic,
        nodes,
        requirements,
        problems: vec![],
        aliases: vec![],
        unplaced: vec![],
        sources: vec![],
        joins: vec![],
        traffic: spof::ingest::fact::Traffic::default(),
    }
}

fn replication((word, seconds): &(String, u64)) -> Replication {
    let seconds = *seconds;
    match word.as_str() {
        "primary" => Replication::Primary,
        "sync" => Replication::Sync,
        "async" => Replication::Async { lag_s: seconds },
        "backup" => Replication::Backup {
            interval_s: seconds,
        },
        other => panic!("{other}"),
    }
}

fn workload_of(estate: &Estate, replica: usize) -> Option<NodeIx> {
    let class = |node: usize| estate.nodes[node].class.as_str();
    let of = estate.requirements.iter().find(|requirement| {
        matches!(class(requirement.of), "service" | "store")
            && requirement.members.iter().any(|m| m.node == replica)
    })?;
    (class(replica) == "replica").then(|| ix(of.of))
}
