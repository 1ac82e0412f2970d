//! `spof list --format json`.

use serde::Serialize;

use super::VERSION;
use crate::analysis::engine::Affected;
use crate::model::NodeIx;
use crate::output::{Context, Listing};

/// Single faults, worst first.
#[derive(Debug, Serialize)]
pub struct List<'a> {
    version: u32,
    assume: &'static str,
    /// How many faults there are that cut nothing, shown or not.
    cut_nothing: usize,
    faults: Vec<Fault<'a>>,
}

#[derive(Debug, Serialize)]
struct Fault<'a> {
    id: &'a str,
    class: &'static str,
    kind: &'a str,
    /// Users of the journeys it cuts.
    users: u64,
    revenue_per_h: u64,
    /// Nodes that fail along with it: the replicas of a failed service or store.
    with: Vec<&'a str>,
    /// Nodes that count and that it cuts, by tier.
    cuts: Vec<&'a str>,
    affected: Vec<Effect<'a>>,
}

/// What a fault does to a node.
#[derive(Debug, Serialize)]
pub(super) struct Effect<'a> {
    id: &'a str,
    verdict: &'static str,
    recovers_s: Option<u64>,
}

impl<'a> Effect<'a> {
    pub(super) fn new(cx: Context<'a>, affected: Affected) -> Self {
        Self {
            id: cx.id(NodeIx(affected.node)),
            verdict: affected.verdict.as_str(),
            recovers_s: affected.recovers.finite(),
        }
    }
}

/// Faults with what each affects: of the nodes that count, or of all with `--all`.
#[must_use]
pub fn list<'a>(listing: &Listing<'a>) -> List<'a> {
    let cx = listing.cx;
    let cutting = listing.cutting();
    let shown = if listing.all { listing.ranked } else { cutting };
    let faults = shown
        .iter()
        .take(listing.limit.unwrap_or(usize::MAX))
        .map(|ranked| {
            let counts =
                |affected: &Affected| listing.all || (listing.counts)(NodeIx(affected.node));
            let along = listing.engine.graph().fault_set(ranked.fault.0);
            let mut with: Vec<NodeIx> = along.into_iter().map(NodeIx).collect();
            with.retain(|ix| *ix != ranked.fault);
            with.sort_unstable();
            Fault {
                id: cx.id(ranked.fault),
                class: ranked.class.as_str(),
                kind: cx.node(ranked.fault).id.kind(),
                users: ranked.users,
                revenue_per_h: ranked.revenue_per_h,
                with: cx.ids(&with),
                cuts: cx.ids(&ranked.cut),
                affected: listing
                    .effect(ranked)
                    .filter(|affected| counts(affected))
                    .map(|affected| Effect::new(cx, affected))
                    .collect(),
            }
        })
        .collect();
    List {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        cut_nothing: listing.ranked.len() - cutting.len(),
        faults,
    }
}

/// Nodes with the faults that cut each.
#[derive(Debug, Serialize)]
pub struct BySubject<'a> {
    version: u32,
    assume: &'static str,
    subjects: Vec<Subject<'a>>,
}

#[derive(Debug, Serialize)]
struct Subject<'a> {
    id: &'a str,
    class: &'static str,
    tier: Option<u8>,
    /// Single faults that cut it, worst of all first.
    cut_by: Vec<CutBy<'a>>,
}

#[derive(Debug, Serialize)]
struct CutBy<'a> {
    id: &'a str,
    class: &'static str,
    kind: &'a str,
    verdict: &'static str,
    recovers_s: Option<u64>,
}

/// Every node that counts, by tier, then id.
#[must_use]
pub fn by_subject<'a>(listing: &Listing<'a>) -> BySubject<'a> {
    let cx = listing.cx;
    let subjects = listing
        .subjects()
        .into_iter()
        .take(listing.limit.unwrap_or(usize::MAX))
        .map(|subject| Subject {
            id: cx.id(subject.node),
            class: cx.node(subject.node).class.as_str(),
            tier: cx.node(subject.node).tier,
            cut_by: subject
                .cut_by
                .iter()
                .map(|cut| CutBy {
                    id: cx.id(cut.fault),
                    class: cut.class.as_str(),
                    kind: cx.node(cut.fault).id.kind(),
                    verdict: cut.effect.verdict.as_str(),
                    recovers_s: cut.effect.recovers.finite(),
                })
                .collect(),
        })
        .collect();
    BySubject {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        subjects,
    }
}
