//! `spof why --format json`. The chain is written as a list of nodes that refer to each other by
//! id, not nested: chains are deeper than many JSON readers allow nesting to be.

use std::collections::BTreeSet;

use serde::Serialize;

use super::VERSION;
use super::blast::places;
use crate::analysis::why::{Hop, Reason};
use crate::model::NodeIx;
use crate::model::json::GraphSource;
use crate::output::{Chain, Context};

/// How the faults reach the subject.
#[derive(Debug, Serialize)]
pub struct Why<'a> {
    version: u32,
    assume: &'static str,
    subject: &'a str,
    faults: Vec<&'a str>,
    affected: bool,
    /// Every node of the chain once, the subject first, each before what it refers to.
    chain: Vec<Link<'a>>,
}

#[derive(Debug, Serialize)]
struct Link<'a> {
    id: &'a str,
    class: &'static str,
    fault: bool,
    verdict: &'static str,
    recovers_s: Option<u64>,
    /// The chain is longer than is told.
    #[serde(skip_serializing_if = "is_false")]
    cut_off: bool,
    reasons: Vec<Because<'a>>,
    sources: Vec<GraphSource>,
}

#[derive(Debug, Serialize)]
struct Because<'a> {
    requirement: &'a str,
    mode: &'static str,
    need: u64,
    /// Weight of the members that still serve.
    left: u64,
    /// Met, but only by counting degraded members.
    weakened: bool,
    evidence: &'static str,
    lost: Vec<&'a str>,
    standbys: Vec<Standby<'a>>,
    sources: Vec<GraphSource>,
}

#[derive(Debug, Serialize)]
struct Standby<'a> {
    id: &'a str,
    promoted_s: Option<u64>,
    blocked_by: Vec<&'a str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The answer.
#[must_use]
pub fn why<'a>(chain: &Chain<'a>) -> Why<'a> {
    let cx = chain.cx;
    let mut links = Vec::new();
    if let Some(hop) = chain.hop {
        tell(cx, hop, &mut BTreeSet::new(), &mut links);
    }
    let faults = chain.blast.faults.iter().map(|fault| cx.id(fault.node));
    Why {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        subject: cx.id(chain.subject),
        faults: faults.collect(),
        affected: chain.hop.is_some(),
        chain: links,
    }
}

/// Appends `hop` and all below it; recursion ends where `analysis::why` cut the chain off.
fn tell<'a>(cx: Context<'a>, hop: &Hop, told: &mut BTreeSet<NodeIx>, links: &mut Vec<Link<'a>>) {
    if hop.told || !told.insert(hop.node) {
        return;
    }
    let node = cx.node(hop.node);
    links.push(Link {
        id: node.id.as_str(),
        class: node.class.as_str(),
        fault: hop.is_fault,
        verdict: hop.verdict.as_str(),
        recovers_s: hop.recovers.finite(),
        cut_off: hop.cut_off,
        reasons: hop.reasons.iter().map(|r| because(cx, r)).collect(),
        sources: places(cx, &node.sources),
    });
    for reason in &hop.reasons {
        let blockers = reason
            .standbys
            .iter()
            .flat_map(|standby| &standby.blocked_by);
        for next in reason.lost.iter().chain(blockers) {
            tell(cx, next, told, links);
        }
    }
}

fn because<'a>(cx: Context<'a>, reason: &Reason) -> Because<'a> {
    let requirement = cx.requirement(reason.requirement);
    let ids = |hops: &[Hop]| hops.iter().map(|hop| cx.id(hop.node)).collect();
    let standbys = reason.standbys.iter().map(|standby| Standby {
        id: cx.id(standby.standby),
        promoted_s: standby.promoted.finite(),
        blocked_by: ids(&standby.blocked_by),
    });
    Because {
        requirement: &requirement.id,
        mode: requirement.mode.as_str(),
        need: requirement.need,
        left: reason.left,
        weakened: reason.weakened,
        evidence: requirement.evidence.as_str(),
        lost: ids(&reason.lost),
        standbys: standbys.collect(),
        sources: places(cx, &requirement.sources),
    }
}
