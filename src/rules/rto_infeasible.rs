use std::collections::BTreeSet;

use super::context::{Context, Explained};
use super::needs::{indispensable, never, standing};
use super::{causes, severity};
use crate::analysis::verdict::{Time, Verdict};
use crate::findings::{Code, Finding, Place, Related};
use crate::message;
use crate::model::{NodeIx, Requirement, Way};
use crate::words::{Arg, Evidence, format_duration};

rule! {
    /// ## What it does
    ///
    /// Finds declared objectives (`rto`) that can't be kept, whatever people do:
    ///
    /// * a domain is lost, everything goes by plan, and the standbys are promoted later than that;
    /// * a domain can cut it, and each way of promoting its standbys takes longer by itself;
    /// * something that it can't do without allows itself a longer `rto`.
    ///
    /// ## Why is this bad
    ///
    /// An objective is a promise to somebody, and the first real loss breaks it. In April 2022 up
    /// to 775 customers of Atlassian were without their sites for as long as 14 days: restoring a
    /// part of the customers was nothing that the plans for recovery had provided for.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - id: service:pay
    ///     tier: 1
    ///     rto: 10m
    ///     replicas: [{on: site:a}, {on: site:b, standby: [{takes: 3h}]}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Make the way faster (automate the promotion, keep the standby warm), run it active in a
    /// second place, or declare the `rto` that is true.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Where a single domain is enough, by the tier that is lost: error for tier 0 and 1. Where
    /// only the plan contradicts itself: a warning for what is critical, a note for the rest.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain to the domain, and of the ways of promotion.
    ///
    /// ## References
    ///
    /// * Atlassian, April 2022: <https://www.atlassian.com/engineering/post-incident-review-april-2022-outage>
    RtoInfeasible
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = causes::each(context, |explained| {
        let late = explained.outcome.affected.iter().filter(|affected| {
            affected.verdict == Verdict::Interrupted && context.engine.cuts(**affected)
        });
        late.filter_map(|affected| {
            let node = NodeIx(affected.node);
            Some((node, too_late(context, explained, node, affected.recovers)?))
        })
        .collect()
    });
    let told: BTreeSet<String> = found.iter().map(|f| f.subject.clone()).collect();
    for (ix, node) in context.model.iter() {
        let Some(rto) = node.rto_s else {
            continue;
        };
        if !told.contains(node.id.as_str()) && context.own_cuts.contains_key(&ix) {
            found.extend(slow_ways(context, ix, rto));
        }
        for (needed, requirement) in indispensable(context, ix) {
            let allowed = context.node(needed).rto_s.filter(|theirs| *theirs > rto);
            if let Some(allowed) = allowed {
                let requirement = context.model.requirement(requirement);
                found.push(promises(context, ix, needed, (rto, allowed), requirement));
            }
        }
    }
    found
}

/// The standbys work, and are late. Only for what is late by its own standing: what needs it is
/// late with it.
fn too_late(
    context: &Context<'_>,
    explained: &Explained,
    node: NodeIx,
    recovers: Time,
) -> Option<Finding> {
    let own = context.own_cuts.get(&node)?;
    if !own.contains(&explained.fault) {
        return None;
    }
    let rto = context.node(node).rto_s?;
    let (requirement, described) = standing(context, node)?;
    let confidence =
        explained
            .certainty(context)
            .of_requirement(context, &explained.outcome, requirement);
    let (id, cause) = (context.id(node), context.id(explained.fault));
    let tier = severity::tier_lost(context, node);
    let mut finding = Finding::new(
        Code::RtoInfeasible,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        message!(
            "`{id}` is back {time} after the loss of `{cause}` at the earliest; its rto is {rto}",
            id,
            cause,
            time = Arg::Duration(recovers.finite()?),
            rto = Arg::Duration(rto)
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let blocked = |way: &Way| {
        let mut requires = way.requires.iter();
        requires.any(|node| never(context, &explained.outcome, *node))
    };
    ways(context, described, |way| !blocked(way), &mut finding);
    finding.help = Some(message!(
        "make the promotion faster, or declare the rto that is true"
    ));
    Some(finding)
}

/// No way of any standby fits into the rto.
fn slow_ways(context: &Context<'_>, node: NodeIx, rto: u64) -> Option<Finding> {
    let (_, described) = standing(context, node)?;
    let ways_of = |requirement: &Requirement| -> Vec<Way> {
        let standbys = requirement.members.iter();
        let ways = standbys.filter_map(|member| member.standby.clone());
        ways.flatten().collect()
    };
    let all = ways_of(described);
    let fastest = all.iter().map(|way| way.takes_s).min()?;
    if fastest <= rto {
        return None;
    }
    let evidence = all.iter().map(|way| way.evidence).max();
    let confidence = evidence
        .unwrap_or(Evidence::Assumed)
        .max(described.evidence);
    let id = context.id(node);
    let mut finding = Finding::new(
        Code::RtoInfeasible,
        severity::advice(severity::tier_lost(context, node), confidence),
        id.as_str(),
        message!(
            "promoting a standby of `{id}` takes {fastest} at least; its rto is {rto}",
            id,
            fastest = Arg::Duration(fastest),
            rto = Arg::Duration(rto)
        ),
    );
    finding.confidence = confidence;
    finding.cause = Some("ways".to_owned());
    ways(context, described, |_| true, &mut finding);
    finding.help = Some(message!(
        "make the promotion faster, or declare the rto that is true"
    ));
    Some(finding)
}

/// The place of the fastest way that is `open`, and those of the others.
fn ways(
    context: &Context<'_>,
    described: &Requirement,
    open: impl Fn(&Way) -> bool,
    finding: &mut Finding,
) {
    let mut ways: Vec<(u64, NodeIx, &Way)> = Vec::new();
    for member in &described.members {
        for way in member.standby.iter().flatten().filter(|way| open(way)) {
            ways.push((way.takes_s, member.node, way));
        }
    }
    ways.sort_by_key(|(takes, node, _)| (*takes, *node));
    for (takes, node, way) in ways.into_iter().take(4) {
        let Some(source) = way.sources.first() else {
            continue;
        };
        let words = format!(
            "takes {} to promote `{}`",
            format_duration(takes),
            context.id(node)
        );
        let place = Place::Source(source.clone());
        if finding.place.is_none() {
            finding.place = Some(place);
            finding.label = words;
        } else {
            finding.related.push(Related::new(place, words));
        }
    }
}

/// What it can't do without may be away for longer than itself.
fn promises(
    context: &Context<'_>,
    node: NodeIx,
    needed: NodeIx,
    (rto, allowed): (u64, u64),
    requirement: &Requirement,
) -> Finding {
    let (id, on) = (context.id(node), context.id(needed));
    let tier = severity::tier_lost(context, node);
    let mut finding = Finding::new(
        Code::RtoInfeasible,
        severity::advice(tier, requirement.evidence),
        id.as_str(),
        message!(
            "`{id}` promises to be back within {rto}, but `{on}`, which it can't do without, only \
             within {allowed}",
            id,
            on,
            rto = Arg::Duration(rto),
            allowed = Arg::Duration(allowed)
        ),
    );
    finding.confidence = requirement.evidence;
    finding.object = Some(on.to_string());
    finding.place = requirement.sources.first().cloned().map(Place::Source);
    finding.label = format!("`{on}` may be away for {}", format_duration(allowed));
    if let Some(source) = context.node(needed).sources.first() {
        let words = format!("`{on}`: rto {}", format_duration(allowed));
        finding
            .related
            .push(Related::new(Place::Source(source.clone()), words));
    }
    finding.help = Some(message!(
        "give `{on}` the shorter rto, `{id}` the longer one, or make the one do without the other",
        on,
        id
    ));
    finding
}
