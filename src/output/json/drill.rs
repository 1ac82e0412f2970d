//! `spof drill --format json`.

use serde::Serialize;

use super::VERSION;
use super::blast::{Data, data, places};
use crate::model::json::GraphSource;
use crate::output::drill::{Drill, check};
use crate::words::Class;

/// What the estate claims will happen. Times are seconds from the beginning of the drill, or from
/// its end where that is said.
#[derive(Debug, Serialize)]
pub struct Sheet<'a> {
    version: u32,
    assume: &'static str,
    today: String,
    faults: Vec<&'a str>,
    with: Vec<&'a str>,
    lasts_s: u64,
    /// Reasons not to run it where people depend on it.
    objections: Vec<String>,
    /// What has to serve before.
    before: Vec<&'a str>,
    expected: Vec<Expected<'a>>,
    failovers: Vec<Failover<'a>>,
    data: Vec<Data<'a>>,
    /// Abort if one of these stops.
    spared: Vec<&'a str>,
    /// When things are back, counted from the end of the drill.
    after_end: Vec<Back<'a>>,
    /// Kubernetes workloads of which pods stop.
    kubernetes: Vec<Pods<'a>>,
}

#[derive(Debug, Serialize)]
struct Expected<'a> {
    id: &'a str,
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    verdict: &'static str,
    recovers_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto_s: Option<u64>,
    cut: bool,
    check: String,
}

#[derive(Debug, Serialize)]
struct Failover<'a> {
    id: &'a str,
    r#for: &'a str,
    requirement: &'a str,
    begins_s: u64,
    ends_s: u64,
    requires: Vec<&'a str>,
    drilled: Option<&'a str>,
    sources: Vec<GraphSource>,
}

#[derive(Debug, Serialize)]
struct Back<'a> {
    id: &'a str,
    recovers_s: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Pods<'a> {
    id: &'a str,
    kind: &'a str,
    namespace: &'a str,
    stops: usize,
    of: usize,
}

/// The answer.
#[must_use]
pub fn drill<'a>(drill: &Drill<'a>) -> Sheet<'a> {
    let cx = drill.cx();
    let faults = drill.strike.faults.iter();
    let returns = drill.after.plan.returns.iter().filter(|back| {
        matches!(
            cx.node(back.node).class,
            Class::Journey | Class::Service | Class::Store
        )
    });
    Sheet {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        today: drill.today.to_string(),
        faults: faults.map(|fault| cx.id(fault.node)).collect(),
        with: cx.ids(&drill.strike.along()),
        lasts_s: drill.lasts_s,
        objections: drill.objections(),
        before: cx.ids(&drill.before()),
        expected: drill
            .expected()
            .into_iter()
            .map(|entry| {
                let node = cx.node(entry.node);
                let recovers_s = entry.recovers_unrepaired.finite();
                Expected {
                    id: cx.id(entry.node),
                    class: node.class.as_str(),
                    tier: node.tier,
                    owner: node.owner.as_deref(),
                    verdict: entry.verdict.as_str(),
                    recovers_s,
                    rto_s: node.rto_s,
                    cut: entry.cut,
                    check: check(entry.verdict, recovers_s),
                }
            })
            .collect(),
        failovers: drill
            .failovers()
            .into_iter()
            .map(|failover| Failover {
                id: cx.id(failover.step.node),
                r#for: cx.id(failover.requirement.of),
                requirement: &failover.requirement.id,
                begins_s: failover.step.begins,
                ends_s: failover.step.ends,
                requires: cx.ids(&failover.way.requires),
                drilled: failover.way.drilled.as_deref(),
                sources: places(cx, &failover.way.sources),
            })
            .collect(),
        data: drill.strike.data().map(|loss| data(cx, loss)).collect(),
        spared: cx.ids(&drill.spared()),
        after_end: returns
            .map(|back| Back {
                id: cx.id(back.node),
                recovers_s: back.at.finite(),
            })
            .collect(),
        kubernetes: drill
            .attacks
            .iter()
            .map(|attack| Pods {
                id: cx.id(attack.workload),
                kind: &attack.kind,
                namespace: &attack.namespace,
                stops: attack.stops,
                of: attack.all,
            })
            .collect(),
    }
}
