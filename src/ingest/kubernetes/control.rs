//! The control plane, where a dump of the cluster shows it: what replaces lost pods must serve
//! itself.
//!
//! Clusters that run their control plane in pods (kubeadm and the like) show it as static pods of
//! `kube-system`. Elsewhere only nodes with the role are seen, or, with a hosted control plane,
//! nothing.

use super::estate::Estate;
use super::kinds::WorkloadKind;
use super::placement;
use super::references::known;
use super::workload::Workload;
use crate::ingest::fact::{
    Attributes, Expr, Facts, ModeRule, NeedFact, NodeFact, Origin, Ref, ReplicasFact,
    RequirementFact, Spread,
};
use crate::words::{Class, Evidence, Id, Mode};

/// Keeps the state of the cluster; serves with a majority of its members.
const STORE: &str = "etcd";
const API_SERVER: &str = "kube-apiserver";
/// What must serve, besides, for a lost pod to be made anew.
const REPLACERS: [&str; 2] = ["kube-controller-manager", "kube-scheduler"];

/// Says what the parts of the control plane need of each other. Out come those that replacing a
/// lost pod requires.
pub(super) fn tell(estate: &Estate<'_>, facts: &mut Facts) -> Vec<Ref> {
    let part = |name: &str| estate.workloads.iter().find(|part| is_part(part, name));
    let reference = |part: &Workload<'_>| known(&part.id, part.object.name_span);
    let Some(server) = part(API_SERVER) else {
        return by_role(estate, facts);
    };
    let mut needs = |of: &Workload<'_>, on: &Workload<'_>| {
        facts.requirements.push(RequirementFact {
            of: reference(of),
            mode: ModeRule::Fixed(Mode::Hard),
            expr: Expr::One(reference(on)),
            want: None,
            reroute: None,
            origin: Origin::at(Evidence::Inferred, of.object.name_span),
        });
    };
    if let Some(store) = part(STORE) {
        needs(server, store);
    }
    let mut required = vec![reference(server)];
    for name in REPLACERS {
        if let Some(replacer) = part(name) {
            needs(replacer, server);
            required.push(reference(replacer));
        }
    }
    required
}

/// How many members of the cluster's store must be left.
pub(super) fn need(workload: &Workload<'_>) -> Option<NeedFact> {
    is_part(workload, STORE).then(|| NeedFact::Weight(majority(workload.pods.len())))
}

fn is_part(workload: &Workload<'_>, name: &str) -> bool {
    workload.kind == WorkloadKind::Static
        && workload.name == name
        && workload.object.namespace == Some("kube-system")
}

fn majority(members: usize) -> u64 {
    u64::try_from(members / 2 + 1).unwrap_or(u64::MAX)
}

/// A control plane of which only the nodes are known: a majority of them, as its store needs.
fn by_role(estate: &Estate<'_>, facts: &mut Facts) -> Vec<Ref> {
    let nodes = &estate.cluster.nodes;
    let hosts: Vec<_> = nodes
        .iter()
        .filter(|(_, node)| node.control_plane)
        .collect();
    let Some((_, first)) = hosts.first() else {
        return Vec::new();
    };
    let own = known(&Id::new("service", "kube-system/control-plane"), first.span);
    facts.nodes.push(NodeFact {
        name: own.clone(),
        class: Some(Class::Service),
        attributes: Attributes {
            need: Some(NeedFact::Weight(majority(hosts.len()))),
            ..Attributes::default()
        },
        origin: Origin::at(Evidence::Inferred, first.span),
    });
    for (name, node) in &hosts {
        let span = first.span;
        facts.replicas.push(ReplicasFact {
            of: own.clone(),
            count: 1,
            weight: 1,
            on: vec![Expr::One(placement::domain("host", name, node.span))],
            standby: None,
            replication: None,
            requires: Vec::new(),
            spread: Spread::default(),
            reschedule: None,
            attributes: Attributes::default(),
            origin: Origin::at(Evidence::Inferred, span),
        });
    }
    vec![own]
}
