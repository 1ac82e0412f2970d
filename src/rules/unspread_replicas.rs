use std::collections::BTreeMap;

use super::context::Context;
use super::needs::{self, active_weight, standing};
use super::{severity, text};
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::{Member, NodeIx};
use crate::words::{Class, Evidence, Message};

rule! {
    /// ## What it does
    ///
    /// Finds services and stores with several replicas of which nothing says where they run and
    /// nothing keeps them apart, so that all that are needed may end up on one host (or, where
    /// hosts are kept apart, in one zone). A topology spread constraint that is enforced, an
    /// anti-affinity that is required, `spread` in the manifest and a real placement are all the
    /// same to it.
    ///
    /// ## Why is this bad
    ///
    /// A scheduler puts replicas where there is room, and after a busy night that is often one
    /// machine. Kakao's services had many servers too, in one building.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services: [{id: service:pay, tier: 1, replicas: 3}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// In Kubernetes a `topologySpreadConstraints` entry with `whenUnsatisfiable: DoNotSchedule`
    /// for `kubernetes.io/hostname` and one for `topology.kubernetes.io/zone`, or required pod
    /// anti-affinity. In a manifest `on`, or `spread: [host, zone]`.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`. `--assume optimistic` takes them to be apart.
    ///
    /// ## Severity
    ///
    /// One host: a warning for what is critical, else a note. One zone: a note. That a controller
    /// would start new replicas elsewhere after a while changes nothing.
    ///
    /// ## Confidence
    ///
    /// Assumed: they may well be apart today.
    ///
    /// ## References
    ///
    /// * About a third of Kakao's servers in one building: <https://www.techm.kr/news/articleView.html?idxno=104584>
    UnspreadReplicas
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .model
        .iter()
        .filter(|(_, node)| matches!(node.class, Class::Service | Class::Store))
        .filter_map(|(ix, _)| finding(context, ix))
        .collect()
}

/// True for a host or zone that stands in for one that nobody named.
pub(super) fn is_made_up(context: &Context<'_>, cause: NodeIx) -> bool {
    let node = context.node(cause);
    node.class == Class::Domain
        && node.evidence == Evidence::Assumed
        && matches!(node.id.kind(), "host" | "zone")
}

fn finding(context: &Context<'_>, subject: NodeIx) -> Option<Finding> {
    let (_, described) = standing(context, subject)?;
    let active: Vec<&Member> = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .collect();
    // What can't lose one replica is said to be so.
    let all = active_weight(described);
    let redundant = |member: &&Member| all.saturating_sub(member.weight) >= described.need;
    if active.len() < 2 || !active.iter().all(redundant) {
        return None;
    }
    let shared = |kind: &str| {
        let mut weights: BTreeMap<NodeIx, u64> = BTreeMap::new();
        for member in &active {
            for place in needs::places(context, member.node) {
                if is_made_up(context, place) && context.id(place).kind() == kind {
                    let weight = weights.entry(place).or_default();
                    *weight = weight.saturating_add(member.weight);
                }
            }
        }
        let mut taken = weights.into_iter();
        taken.find(|(_, weight)| all.saturating_sub(*weight) < described.need)
    };
    let tier = severity::tier_lost(context, subject);
    // Apart by host, and perhaps in one zone: nothing to lose sleep over.
    let (kind, cause, level) = match (shared("host"), shared("zone")) {
        (Some((host, _)), _) => ("host", host, severity::advice(tier, Evidence::Assumed)),
        (None, Some((zone, _))) => ("zone", zone, Severity::Note),
        (None, None) => return None,
    };
    let id = context.id(subject);
    let mut finding = Finding::new(
        Code::UnspreadReplicas,
        level,
        id.as_str(),
        message!(
            "nothing keeps the {what} of `{id}` apart: they may share one {kind}",
            id,
            kind = word(kind),
            what = text::replicas(active.len())
        ),
    );
    finding.confidence = Evidence::Assumed;
    finding.cut = vec![context.id(cause).clone()];
    finding.cause = Some(format!("unspread by {kind}"));
    finding.place = described
        .sources
        .first()
        .or_else(|| context.node(subject).sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = format!("no constraint, anti-affinity or placement parts them by {kind}");
    finding.help = Some(message!(
        "spread them by {kind} (topologySpreadConstraints, required anti-affinity, or `on` and \
         `spread` in a spof.yaml)",
        kind = word(kind)
    ));
    Some(finding)
}

fn word(kind: &str) -> Message {
    if kind == "host" {
        message!("host")
    } else {
        message!("zone")
    }
}
