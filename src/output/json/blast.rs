//! `spof blast --format json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::VERSION;
use crate::analysis::blast::{BlastEntry, Fault, StandbyState};
use crate::analysis::data::DataLoss;
use crate::analysis::recovery::{RecoveryCycle, Wait};
use crate::model::NodeIx;
use crate::model::json::GraphSource;
use crate::output::{Context, Strike};
use crate::source::Location;

/// What some faults affect. `hops`, `because` and `standbys` are those under all faults together.
#[derive(Debug, Serialize)]
pub struct Blast<'a> {
    version: u32,
    assume: &'static str,
    faults: Vec<&'a str>,
    /// The present outage that the faults come on top of.
    #[serde(skip_serializing_if = "Option::is_none")]
    already: Option<Vec<&'a str>>,
    /// Seconds after which faults are repaired, for those that are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    repaired_s: BTreeMap<&'a str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_s: Option<u64>,
    /// Nodes that fail along with the faults: the replicas of a failed service or store.
    with: Vec<&'a str>,
    affected: Vec<Entry<'a>>,
    /// Stores that lost a copy, whether or not they serve.
    data: Vec<Data<'a>>,
    cycles: Vec<Cycle<'a>>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    class: &'static str,
    verdict: &'static str,
    /// With the faults unrepaired.
    recovers_s: Option<u64>,
    /// In the scenario, if some fault is repaired in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    with_repairs: Option<InScenario>,
    /// At the moment asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    serves_at: Option<bool>,
    /// Down, stuck, or interrupted for longer than its objective.
    cut: bool,
    hops: u32,
    because: Vec<&'a str>,
    /// Hard requirements met only by counting degraded members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    weakened: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    standbys: Vec<Standby<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
}

#[derive(Debug, Serialize)]
struct InScenario {
    recovers_s: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Standby<'a> {
    requirement: &'a str,
    id: &'a str,
    promoted_s: Option<u64>,
    blocked_by: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    store: &'a str,
    verdict: &'static str,
    /// Seconds of writes lost at most; null if all is lost.
    lost_s: Option<u64>,
    /// The store's objective, and whether it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    rpo_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rpo_kept: Option<bool>,
    gone: Vec<&'a str>,
    left: Vec<&'a str>,
    /// Of what is gone: backups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    backups_gone: Vec<&'a str>,
    /// How it is restored, where only backups are left and somebody says how.
    #[serde(skip_serializing_if = "Option::is_none")]
    restore: Option<Restore<'a>>,
}

#[derive(Debug, Serialize)]
struct Restore<'a> {
    from: &'a str,
    takes_s: u64,
    requires: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Cycle<'a> {
    makes: &'static str,
    /// How many nodes wait for each other in all.
    size: usize,
    /// The shortest circle.
    hops: Vec<CycleHop<'a>>,
}

#[derive(Debug, Serialize)]
struct CycleHop<'a> {
    from: &'a str,
    to: &'a str,
    wait: &'static str,
    requirement: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    standby: Option<&'a str>,
    sources: Vec<GraphSource>,
}

/// The answer.
#[must_use]
pub fn blast<'a>(strike: &Strike<'a>) -> Blast<'a> {
    let cx = strike.cx;
    let ids = |faults: &[Fault]| faults.iter().map(|fault| cx.id(fault.node)).collect();
    let repaired_s = strike
        .blast
        .faults
        .iter()
        .filter_map(|fault| Some((cx.id(fault.node), fault.repaired_s?)))
        .collect();
    Blast {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        faults: ids(strike.faults),
        already: strike.already.map(|already| ids(&already.faults)),
        repaired_s,
        at_s: strike.at_s,
        with: cx.ids(&strike.along()),
        affected: strike.entries().map(|e| entry(strike, e)).collect(),
        data: strike.data().map(|loss| data(cx, loss)).collect(),
        cycles: strike.cycles().map(|c| cycle(cx, c)).collect(),
    }
}

fn entry<'a>(strike: &Strike<'a>, entry: &BlastEntry) -> Entry<'a> {
    let cx = strike.cx;
    let node = cx.node(entry.node);
    Entry {
        id: node.id.as_str(),
        class: node.class.as_str(),
        verdict: entry.verdict.as_str(),
        recovers_s: entry.recovers_unrepaired.finite(),
        with_repairs: strike.has_repairs().then(|| InScenario {
            recovers_s: entry.recovers.finite(),
        }),
        serves_at: strike.serves_at(entry),
        cut: entry.cut,
        hops: entry.hops,
        because: requirement_ids(cx, &entry.because),
        weakened: requirement_ids(cx, &entry.weakened),
        standbys: entry.standbys.iter().map(|s| standby(cx, s)).collect(),
        data: entry.data.as_ref().map(|loss| data(cx, loss)),
    }
}

fn requirement_ids<'a>(cx: Context<'a>, requirements: &[crate::model::ReqIx]) -> Vec<&'a str> {
    let ids = requirements
        .iter()
        .map(|ix| cx.requirement(*ix).id.as_str());
    ids.collect()
}

fn standby<'a>(cx: Context<'a>, state: &StandbyState) -> Standby<'a> {
    Standby {
        requirement: &cx.requirement(state.requirement).id,
        id: cx.id(state.standby),
        promoted_s: state.promoted.finite(),
        blocked_by: cx.ids(&state.blocked_by),
    }
}

pub(super) fn data<'a>(cx: Context<'a>, loss: &DataLoss) -> Data<'a> {
    Data {
        store: cx.id(loss.store),
        verdict: loss.verdict.as_str(),
        lost_s: loss.verdict.seconds(),
        rpo_s: cx.node(loss.store).rpo_s,
        rpo_kept: loss.keeps_rpo(cx.model),
        gone: cx.ids(&loss.gone),
        left: cx.ids(&loss.left),
        backups_gone: loss.lost_backups(cx.model).map(|ix| cx.id(ix)).collect(),
        restore: loss.restore(cx.model).map(|(from, way)| Restore {
            from: cx.id(from),
            takes_s: way.takes_s,
            requires: cx.ids(&way.requires),
        }),
    }
}

pub(super) fn cycle<'a>(cx: Context<'a>, cycle: &RecoveryCycle) -> Cycle<'a> {
    let hops = cycle.hops.iter().map(|hop| {
        let requirement = cx.requirement(hop.requirement);
        CycleHop {
            from: cx.id(hop.from),
            to: cx.id(hop.to),
            wait: match hop.wait {
                Wait::Start => "start",
                Wait::Promotion => "promotion",
                Wait::Need => "need",
            },
            requirement: &requirement.id,
            standby: hop.standby.map(|ix: NodeIx| cx.id(ix)),
            sources: places(cx, &requirement.sources),
        }
    });
    Cycle {
        makes: cycle.makes.as_str(),
        size: cycle.size,
        hops: hops.collect(),
    }
}

/// Places as the graph JSON writes them.
pub(super) fn places(cx: Context<'_>, sources: &[crate::ingest::fact::Source]) -> Vec<GraphSource> {
    let mut places: Vec<GraphSource> = sources
        .iter()
        .map(|source| {
            let Location { file, line, column } = cx.location(source);
            GraphSource { file, line, column }
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}
