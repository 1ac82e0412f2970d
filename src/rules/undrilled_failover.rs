use super::context::Context;
use super::needs::standing;
use super::severity;
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::{NodeIx, Way};
use crate::words::{Class, Date, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds services and stores none of whose ways of promoting a standby has been practised
    /// within a year (or what `drilled_within` says): no `drilled` date, or an older one.
    ///
    /// ## Why is this bad
    ///
    /// A way that nobody has walked is a guess, and its `takes` is another one. The loss of a whole
    /// data centre had never been rehearsed at Kakao before it happened in October 2022; standbys
    /// that existed did not take over.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - id: service:pay
    ///     tier: 1
    ///     rto: 10m
    ///     replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m}]}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Practise it, and write down the day: `{takes: 5m, drilled: 2026-05-01}`.
    ///
    /// ## Configuration
    ///
    /// `drilled_within` under `[lint]` in `spof.toml` (`180d`) says how long a drill counts; its
    /// level stands under `[rules]`. `--today` says from which day it is counted back.
    ///
    /// ## Severity
    ///
    /// A warning for what is critical, a note for the rest.
    ///
    /// ## Confidence
    ///
    /// That of the ways. A controller that replaces lost replicas by itself needs no drill and is
    /// left out.
    ///
    /// ## References
    ///
    /// * No drills for the loss of a data centre: <https://jennana.tistory.com/438>
    UndrilledFailover
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .model
        .iter()
        .filter(|(_, node)| matches!(node.class, Class::Service | Class::Store))
        .filter_map(|(ix, _)| finding(context, ix))
        .collect()
}

fn finding(context: &Context<'_>, subject: NodeIx) -> Option<Finding> {
    let (_, requirement) = standing(context, subject)?;
    let mut ways: Vec<(NodeIx, &Way)> = Vec::new();
    for member in &requirement.members {
        let all = member.standby.iter().flatten();
        ways.extend(
            all.filter(|way| way.evidence != Evidence::Assumed)
                .map(|way| (member.node, way)),
        );
    }
    let drilled = |way: &Way| way.drilled.as_deref().and_then(Date::parse);
    let last = ways.iter().filter_map(|(_, way)| drilled(way)).max();
    let fresh =
        last.is_some_and(|day| context.today.days() - day.days() <= context.freshness.drill);
    let (first, way) = ways.first().copied()?;
    if fresh {
        return None;
    }
    let confidence = ways.iter().map(|(_, way)| way.evidence).max();
    let confidence = confidence.unwrap_or(Evidence::Assumed);
    let id = context.id(subject);
    let tier = severity::tier_lost(context, subject);
    let when = last.map_or_else(
        || message!("never been practised"),
        |day| message!("not been practised since {day}", day),
    );
    let mut finding = Finding::new(
        Code::UndrilledFailover,
        severity::advice(tier, confidence),
        id.as_str(),
        message!("the failover of `{id}` has {when}", id, when),
    );
    finding.confidence = confidence;
    finding.cause = Some("drills".to_owned());
    finding.place = way.sources.first().cloned().map(Place::Source);
    finding.label = format!("promotes `{}`", context.id(first));
    if ways.len() > 1 {
        finding.notes.push(message!(
            "it has {n} way of promotion|it has {n} ways of promotion",
            n = ways.len()
        ));
    }
    finding.help = Some(message!("practise it, and write down the day as `drilled`"));
    Some(finding)
}
