use super::context::{Context, Explained};
use super::{chain, needs, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::graph::FaultClass;
use crate::message;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Class, Message, Mode};

rule! {
    /// ## What it does
    ///
    /// Finds quorums (a store, or a requirement `{need: 2, of: [a, b, c]}`, that needs the majority
    /// of three or more equal members) that the loss of one member leaves whole and the loss of one
    /// domain does not, because it takes too many members at once.
    ///
    /// ## Why is this bad
    ///
    /// Without a majority nothing is written and often nothing is read, however many members are
    /// left. In April 2023 water and then fire in one building of Google's Paris region took
    /// first a zone and then the region: zones that were to fail one by one failed together.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}, {id: site:c}]
    /// services: [{id: service:other, replicas: [{on: site:b}, {on: site:c}]}]
    /// stores:
    ///   - id: store:consensus
    ///     tier: 1
    ///     need: 3
    ///     replicas: [{on: site:a, count: 3}, {on: site:b}, {on: site:c}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Spread the members so that no domain holds as many as would be missed: three members on
    /// three domains, five on three as two, two and one.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that is lost: error for tier 0 and 1, warning for the others.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the members to the domain.
    ///
    /// ## References
    ///
    /// * Google Cloud Paris, April 2023: <https://www.theregister.com/2023/05/10/google_cloud_paris_outage_persists/>
    QuorumLostWithOneDomain
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    lost_quorums(context)
        .into_iter()
        .filter(|lost| lost.other_half.is_none())
        .map(|lost| {
            finding(
                context,
                &lost,
                Code::QuorumLostWithOneDomain,
                message!("spread the members so that no domain holds as many as would be missed"),
            )
        })
        .collect()
}

/// A quorum that one domain takes.
#[derive(Clone, Debug)]
pub(super) struct LostQuorum {
    pub(super) requirement: ReqIx,
    pub(super) cause: NodeIx,
    /// A domain apart from the cause that holds all the other members.
    pub(super) other_half: Option<NodeIx>,
}

/// True if `requirement` needs the majority of three or more equal members, and is a store's own
/// or says so with `need` and `of`. A service that needs two of three replicas needs capacity.
pub(super) fn is_quorum(context: &Context<'_>, requirement: ReqIx) -> bool {
    let described = context.model.requirement(requirement);
    let active: Vec<u64> = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .map(|member| member.weight)
        .collect();
    let Some(&each) = active.first() else {
        return false;
    };
    let count = active.len() as u64;
    let majority = described.need.div_ceil(each.max(1)) == count / 2 + 1;
    let own = described.members.iter().any(|member| {
        let member = context.node(member.node);
        member.class == Class::Replica && member.part_of == Some(described.of)
    });
    described.mode == Mode::Hard
        && count >= 3
        && active.iter().all(|weight| *weight == each)
        && majority
        && (!own || context.node(described.of).class == Class::Store)
}

/// Every quorum that a domain takes, by requirement and cause.
pub(super) fn lost_quorums(context: &Context<'_>) -> Vec<LostQuorum> {
    let mut lost = Vec::new();
    for found in &context.redundancies {
        if !is_quorum(context, found.requirement) {
            continue;
        }
        for &cause in &found.faults {
            let class = context.sweep.effect(cause).map(|effect| effect.class);
            if class == Some(FaultClass::Placement) {
                lost.push(LostQuorum {
                    requirement: found.requirement,
                    cause,
                    other_half: other_half(context, found.requirement, cause),
                });
            }
        }
    }
    lost
}

/// The domain that takes every member that `cause` leaves, and none that it takes.
fn other_half(context: &Context<'_>, requirement: ReqIx, cause: NodeIx) -> Option<NodeIx> {
    let members = &context.model.requirement(requirement).members;
    let active = members.iter().filter(|member| member.standby.is_none());
    let (gone, left): (Vec<NodeIx>, Vec<NodeIx>) = active
        .map(|member| member.node)
        .partition(|node| context.takes(cause, *node));
    if left.is_empty() {
        return None;
    }
    let first = left.first().copied()?;
    needs::places(context, first).into_iter().find(|place| {
        context.id(*place).kind() == context.id(cause).kind()
            && left.iter().all(|node| context.takes(*place, *node))
            && !gone.iter().any(|node| context.takes(*place, *node))
    })
}

/// A finding about it, as `code`.
pub(super) fn finding(
    context: &Context<'_>,
    lost: &LostQuorum,
    code: Code,
    help: Message,
) -> Finding {
    let described = context.model.requirement(lost.requirement);
    let subject = context.subject(described.of);
    let explained = context.explained(lost.cause);
    let confidence =
        explained
            .certainty(context)
            .of_requirement(context, &explained.outcome, lost.requirement);
    let gone = members_gone(context, &explained, lost.requirement);
    let active = described.members.iter().filter(|m| m.standby.is_none());
    let (id, cause) = (context.id(subject), context.id(lost.cause));
    let all = active.count();
    let tier = severity::tier_lost(context, subject);
    let mut finding = Finding::new(
        code,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        if gone.len() == all {
            message!(
                "`{id}` needs {n} of {all} members, any one may fail, but all go with `{cause}`",
                id,
                n = all / 2 + 1,
                all,
                cause
            )
        } else {
            message!(
                "`{id}` needs {n} of {all} members, any one may fail, but {gone} go with `{cause}`",
                id,
                n = all / 2 + 1,
                all,
                gone = gone.len(),
                cause
            )
        },
    );
    finding.confidence = confidence;
    let own = described
        .members
        .iter()
        .all(|member| context.node(member.node).part_of == Some(subject));
    if !own {
        let nodes: Vec<NodeIx> = described.members.iter().map(|m| m.node).collect();
        finding.object = Some(text::plain(context, &nodes));
    }
    finding.cut = vec![cause.clone()];
    finding.place = described
        .sources
        .first()
        .or_else(|| context.node(subject).sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = format!("no majority without `{cause}`");
    let links = chain::links(context, explained.steps(context), &gone);
    finding.related = chain::related(context, &links);
    finding.help = Some(help);
    finding
}

fn members_gone(context: &Context<'_>, explained: &Explained, requirement: ReqIx) -> Vec<NodeIx> {
    let members = context.model.requirement(requirement).members.iter();
    members
        .filter(|member| member.standby.is_none())
        .map(|member| member.node)
        .filter(|node| !context.engine.serves_at_once(&explained.outcome, node.0))
        .collect()
}
