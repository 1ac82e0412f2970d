use std::collections::BTreeSet;

use super::chain::is_unmet;
use super::context::{Context, is_standing};
use super::single_replica_critical::{cutting_domains, one_replica_cuts};
use super::{chain, severity};
use crate::analysis::verdict::Verdict;
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Message};

rule! {
    /// ## What it does
    ///
    /// Finds critical services and stores that one failure domain cuts because their own replicas
    /// (or they themselves) stand on it. What is cut only because something it needs is cut is not
    /// reported again: the finding is on that other thing. Where the loss of one replica is enough
    /// to cut it, [single-replica-critical](#single-replica-critical) says so instead, and where
    /// it only looks redundant, [false-redundancy](#false-redundancy) does.
    ///
    /// ## Why is this bad
    ///
    /// However well a service's dependants are spread, they go where it goes. Kakao's session
    /// cache and object store stood in one data centre only; with that building, login and the
    /// sending of photos were gone everywhere.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: rack:1, in: site:a}, {id: rack:2, in: site:a}]
    /// services:
    ///   - id: service:login
    ///     tier: 1
    ///     rto: 10m
    ///     replicas: [{on: rack:1}, {on: rack:2, standby: [{takes: 5m}]}]
    /// ```
    ///
    /// The standby answers for a lost rack, in time. `site:a` takes both racks.
    ///
    /// ## How to fix
    ///
    /// Give it replicas on a second domain, enough of them to carry `need`, or a standby there
    /// whose promotion does not need the lost domain and fits into `rto`.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error for what is critical; at most a warning where it rests on an assumption.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the service to the domain, including what
    /// keeps its standbys from helping.
    ///
    /// ## References
    ///
    /// * Cache and object storage in one place, Kakao 2022: <https://biz.newdaily.co.kr/site/data/html/2022/12/07/2022120700110.html>
    SingleDomain
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let told: BTreeSet<(NodeIx, NodeIx)> = context
        .redundancies
        .iter()
        .flat_map(|found| {
            let subject = context.subject(context.model.requirement(found.requirement).of);
            found.faults.iter().map(move |fault| (subject, *fault))
        })
        .collect();
    let mut pairs: Vec<(NodeIx, NodeIx)> = Vec::new();
    for subject in context.own_cuts.keys().copied() {
        // Where one replica's loss is enough, that is what has to be mended first.
        if context.criticality.of(subject).is_some() && !one_replica_cuts(context, subject) {
            let roots = cutting_domains(context, subject);
            pairs.extend(roots.into_iter().map(|fault| (fault, subject)));
        }
    }
    // One fault after the other: each is explained once.
    pairs.sort_unstable();
    pairs
        .into_iter()
        .filter(|(fault, subject)| !told.contains(&(*subject, *fault)))
        .filter_map(|(fault, subject)| finding(context, subject, fault))
        .collect()
}

/// The finding, if the subject's own standing is what fails.
fn finding(context: &Context<'_>, subject: NodeIx, fault: NodeIx) -> Option<Finding> {
    let explained = context.explained(fault);
    let outcome = &explained.outcome;
    let at = outcome
        .affected
        .binary_search_by_key(&subject.0, |affected| affected.node)
        .ok()?;
    let verdict = outcome.affected.get(at)?.verdict;
    let (requirement, _) = context
        .requirements(subject)
        .find(|(ix, _)| is_standing(context, *ix) && is_unmet(context, outcome, ix.0))?;
    let certainty = explained.certainty(context);
    let confidence = certainty.of_requirement(context, outcome, requirement);
    let confidence = severity::as_critical(context, subject, confidence);
    let tier = severity::tier_lost(context, subject);
    let (id, domain) = (context.id(subject), context.id(fault));
    let described = context.model.requirement(requirement);
    let lost: Vec<NodeIx> = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .map(|member| member.node)
        .filter(|node| !context.engine.serves_at_once(outcome, node.0))
        .collect();
    let mut finding = Finding::new(
        Code::SingleDomain,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        if verdict == Verdict::Interrupted {
            message!(
                "`{id}` is critical and stands on one domain: it goes, for longer than its rto, with \
                 `{domain}`",
                id,
                domain
            )
        } else {
            message!(
                "`{id}` is critical and stands on one domain: it goes with `{domain}`",
                id,
                domain
            )
        },
    );
    finding.confidence = confidence;
    finding.cut = vec![domain.clone()];
    finding.place = described
        .sources
        .first()
        .or_else(|| context.node(subject).sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = format!("all that it needs stands on `{domain}`");
    finding.related = chain::related(
        context,
        &chain::links(context, explained.steps(context), &lost),
    );
    super::false_redundancy::standbys(context, outcome, requirement, &mut finding);
    finding.notes.extend(why_critical(context, subject));
    finding.help = Some(message!(
        "add replicas that don't stand on `{domain}`, or a standby that can be promoted without it",
        domain
    ));
    Some(finding)
}

/// Says through whom a node without a tier of its own is critical.
pub(super) fn why_critical(context: &Context<'_>, subject: NodeIx) -> Option<Message> {
    let chain = context.criticality.chain(context.model, subject);
    let (first, rest) = chain.split_first()?;
    let tier = context.criticality.of(subject)?.tier;
    if rest.is_empty() {
        return None;
    }
    let shown: Vec<NodeIx> = chain
        .iter()
        .copied()
        .filter(|ix| context.node(*ix).class != Class::Group)
        .collect();
    let names: Vec<String> = shown
        .iter()
        .map(|ix| format!("`{}`", context.id(*ix)))
        .collect();
    let through = match names.len() {
        0..=4 => names.join(" → "),
        n => format!("{} → ... → {}", names[..2].join(" → "), names[n - 1]),
    };
    Some(message!(
        "critical because `{id}` (tier {tier}) can't do without it: {through}",
        id = context.id(*first),
        tier,
        through
    ))
}
