use super::context::Context;
use super::{severity, text};
use crate::findings::{Code, Finding, Place, Severity};
use crate::model::{NodeIx, ReqIx};
use crate::words::{Class, Evidence, Mode};

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
    /// One host: a warning for what is critical, else a note. One zone: a note.
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
    let mut found = Vec::new();
    for redundancy in &context.redundancies {
        for &cause in &redundancy.faults {
            if is_made_up(context, cause) {
                found.extend(finding(context, redundancy.requirement, cause));
            }
        }
    }
    found
}

/// True for a host or zone that stands in for one that nobody named.
pub(super) fn is_made_up(context: &Context<'_>, cause: NodeIx) -> bool {
    let node = context.node(cause);
    node.class == Class::Domain
        && node.evidence == Evidence::Assumed
        && matches!(node.id.kind(), "host" | "zone")
}

fn finding(context: &Context<'_>, requirement: ReqIx, cause: NodeIx) -> Option<Finding> {
    let described = context.model.requirement(requirement);
    let subject = context.subject(described.of);
    let active: Vec<NodeIx> = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .map(|member| member.node)
        .collect();
    let own = active
        .iter()
        .all(|node| context.node(*node).part_of == Some(subject));
    if !own || described.mode != Mode::Hard {
        return None;
    }
    // Apart by host, and perhaps in one zone: nothing to lose sleep over.
    let one_host = active
        .first()
        .and_then(|first| host(context, *first))
        .is_some_and(|shared| {
            active
                .iter()
                .all(|node| host(context, *node) == Some(shared))
        });
    let (place, level) = if one_host {
        let tier = severity::tier_lost(context, subject);
        ("host", severity::advice(tier, Evidence::Assumed))
    } else {
        ("zone", Severity::Note)
    };
    let id = context.id(subject);
    let mut finding = Finding::new(
        Code::UnspreadReplicas,
        level,
        id.as_str(),
        format!(
            "nothing keeps the {} of `{id}` apart: they may share one {place}",
            text::count(active.len(), "replica", "replicas")
        ),
    );
    finding.confidence = Evidence::Assumed;
    finding.cut = vec![context.id(cause).clone()];
    finding.cause = Some(format!("unspread by {place}"));
    finding.place = described
        .sources
        .first()
        .or_else(|| context.node(subject).sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = String::from("no spread constraint, no anti-affinity, no placement");
    finding.help = Some(format!(
        "spread them by {place} (topologySpreadConstraints, required anti-affinity, or `on` and \
         `spread` in a spof.yaml)"
    ));
    Some(finding)
}

/// The host made up for a replica.
fn host(context: &Context<'_>, replica: NodeIx) -> Option<NodeIx> {
    let mut places = context.requirements(replica);
    places.find_map(|(_, requirement)| {
        let [member] = requirement.members.as_slice() else {
            return None;
        };
        let host = requirement.mode == Mode::Placement
            && context.id(member.node).kind() == "host"
            && is_made_up(context, member.node);
        host.then_some(member.node)
    })
}
