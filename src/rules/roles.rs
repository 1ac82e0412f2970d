//! What services are to the operators, and whether the operators lose them with what they are for.

use super::context::{Context, Explained};
use super::{causes, chain, failover_actuator_colocated, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence, Message, Role};

/// Products whose name says what they are for; a manifest's `role` goes first.
const KNOWN: &[(Role, &[&str])] = &[
    (
        Role::Monitoring,
        &[
            "prometheus",
            "alertmanager",
            "grafana",
            "zabbix",
            "nagios",
            "icinga",
            "thanos",
            "victoriametrics",
        ],
    ),
    (Role::Inventory, &["netbox", "glpi", "backstage"]),
    (Role::Management, &["rundeck", "awx", "teleport"]),
    (
        Role::Deploy,
        &["argocd", "argo-cd", "jenkins", "spinnaker", "flux"],
    ),
    (Role::Registry, &["harbor", "nexus", "artifactory"]),
    (Role::Dns, &["coredns", "kube-dns", "powerdns", "unbound"]),
    (Role::Identity, &["keycloak", "dex", "freeipa", "openldap"]),
    (
        Role::Communication,
        &["mattermost", "rocketchat", "rocket-chat"],
    ),
];

/// The role of a service or store and how it is known: declared, or inferred from the name of a
/// well-known product (the last part of a path, whole).
pub(super) fn role(context: &Context<'_>, node: NodeIx) -> Option<(Role, Evidence)> {
    let described = context.node(node);
    if !matches!(described.class, Class::Service | Class::Store) {
        return None;
    }
    if let Some(role) = described.role {
        return Some((role, Evidence::Declared));
    }
    let name = described.id.name();
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let known = KNOWN
        .iter()
        .find(|(_, products)| products.contains(&last.as_str()));
    known.map(|(role, _)| (*role, Evidence::Inferred))
}

/// A role in words.
fn said(role: Role) -> Message {
    match role {
        Role::Management => message!("management"),
        Role::Deploy => message!("deploy"),
        Role::Registry => message!("registry"),
        Role::Dns => message!("dns"),
        Role::Identity => message!("identity"),
        Role::Monitoring => message!("monitoring"),
        Role::Inventory => message!("inventory"),
        Role::Communication => message!("communication"),
    }
}

/// How a finding about shared fate is worded.
pub(super) struct Wording {
    pub(super) code: Code,
    /// "watches over", "is needed to repair".
    pub(super) purpose: Message,
    pub(super) help: Message,
}

/// Operators' tools of these roles that go with a root cause together with critical things that
/// they are for.
pub(super) fn shared_fate(
    context: &Context<'_>,
    wanted: impl Fn(Role) -> bool,
    wording: &Wording,
) -> Vec<Finding> {
    let tools: Vec<(NodeIx, Role, Evidence)> = context
        .model
        .iter()
        .filter_map(|(ix, _)| role(context, ix).map(|(role, evidence)| (ix, role, evidence)))
        .filter(|(_, role, _)| wanted(*role))
        .collect();
    if tools.is_empty() {
        return Vec::new();
    }
    causes::each(context, |explained| {
        let held = failover_actuator_colocated::actuators(context, explained);
        tools
            .iter()
            .filter(|(tool, ..)| context.cuts(explained.fault, *tool))
            // That it holds back standbys says more.
            .filter(|(tool, ..)| !held.contains_key(tool))
            .filter_map(|tool| Some((tool.0, finding(context, explained, *tool, wording)?)))
            .collect()
    })
}

fn finding(
    context: &Context<'_>,
    explained: &Explained,
    (tool, role, evidence): (NodeIx, Role, Evidence),
    wording: &Wording,
) -> Option<Finding> {
    let users = |node: &NodeIx| {
        let class = context.node(*node).class;
        matches!(class, Class::Journey | Class::Service | Class::Store)
    };
    let affected = explained.outcome.affected.iter();
    let mut cut: Vec<NodeIx> = affected
        .filter(|affected| context.engine.cuts(**affected))
        .map(|affected| NodeIx(affected.node))
        .filter(|node| *node != tool && users(node))
        .filter(|node| context.criticality.of(*node).is_some())
        // Another tool of the operators is no user of this one.
        .filter(|node| self::role(context, *node).is_none())
        .collect();
    if cut.is_empty() {
        return None;
    }
    let tier = |ix: &NodeIx| context.criticality.of(*ix).map(|critical| critical.tier);
    cut.sort_by_key(|ix| (context.node(*ix).class != Class::Journey, tier(ix), *ix));
    let certainty = explained.certainty(context);
    let lost = cut.iter().map(|ix| certainty.of(*ix)).min();
    let confidence = certainty
        .of(tool)
        .max(evidence)
        .max(lost.unwrap_or(Evidence::Assumed));
    let (id, cause) = (context.id(tool), context.id(explained.fault));
    let mut finding = Finding::new(
        wording.code,
        severity::advice(Some(0), confidence),
        id.as_str(),
        message!(
            "`{id}` ({role}) {purpose}, and goes with `{cause}` like {n} critical thing|`{id}` ({role}) {purpose}, and goes with `{cause}` like {n} critical things",
            id,
            role = said(role),
            cause,
            purpose = wording.purpose.clone(),
            n = cut.len()
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let sources = &context.node(tool).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = format!("gone with `{cause}`");
    finding.notes.push(message!(
        "gone too: {names}",
        names = text::ids(context, &cut)
    ));
    let links = chain::links(context, explained.steps(context), &[tool]);
    finding.related = chain::related(context, &links);
    finding.help = Some(wording.help.clone());
    Some(finding)
}
