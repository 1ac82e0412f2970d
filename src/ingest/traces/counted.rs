//! Calls that somebody else counted: dependency links of Zipkin and Jaeger, and metrics of a
//! service graph (`OpenTelemetry` collector, Grafana Tempo) or of a service mesh (Istio).

use super::spans::{Counted, LONGEST, Seen, What, judge, usable};
use crate::ingest::budget::Budget;
use crate::source::{Kind, View};

/// A link without two names.
const NO_ENDS: &str = "without the names of caller and called";
/// A sample about a workload outside the mesh.
const OUTSIDE_MESH: &str = "of a workload that the mesh does not know (`unknown`)";

/// Counters with a caller and a called in their labels.
const GRAPH: &str = "traces_service_graph_request_total";
const ISTIO: [&str; 2] = ["istio_requests_total", "istio_tcp_connections_opened_total"];

/// Reads `[{parent, child, callCount}]`, bare or under `data` or `dependencies`.
pub(super) fn links<'d>(root: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    let list = match root.kind() {
        Kind::Sequence => Some(root),
        _ => root.get("data").or_else(|| root.get("dependencies")),
    };
    for link in list.into_iter().flat_map(View::items) {
        if !budget.spend(link.size()) {
            return;
        }
        let name = |key| usable(link.get(key)?.as_str()?);
        let (Some(from), Some(to)) = (name("parent"), name("child")) else {
            seen.skip(link.span(), NO_ENDS);
            continue;
        };
        let count = link.get("callCount").and_then(View::as_count);
        if count == Some(0) {
            continue;
        }
        seen.counted.push(Counted {
            from: from.to_owned(),
            to: to.to_owned(),
            what: judge(to),
            message: false,
            count: count.unwrap_or(0),
            place: link.get("child").unwrap_or(link).span(),
        });
    }
}

/// The samples of metrics: of our reader of the text format, or an answer of Prometheus' HTTP API.
pub(super) fn samples(root: View<'_>) -> Option<View<'_>> {
    root.get("samples")
        .or_else(|| root.path(&["data", "result"]))
        .filter(|samples| samples.kind() == Kind::Sequence)
}

/// Whether a sample tells who called whom.
pub(super) fn is_call(sample: View<'_>) -> bool {
    let label = |key| sample.path(&["metric", key]).and_then(View::as_str);
    match label("__name__") {
        Some(name) => name == GRAPH || ISTIO.contains(&name),
        // `sum by (client, server) (...)` has lost its name.
        None => {
            (label("client").is_some() && label("server").is_some())
                || (label("source_workload").is_some() && label("destination_workload").is_some())
        }
    }
}

/// Reads samples of a service graph and of Istio; others are left alone.
pub(super) fn metrics<'d>(root: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    for sample in samples(root).into_iter().flat_map(View::items) {
        let size = sample.get("metric").map_or(0, View::size);
        if !budget.spend(size) {
            return;
        }
        let count = counted(sample);
        if !is_call(sample) || count <= 0.0 {
            continue;
        }
        let ends = if sample.path(&["metric", "source_workload"]).is_some() {
            istio(sample)
        } else {
            graph(sample)
        };
        match ends {
            Ends::Call {
                from,
                to,
                what,
                message,
            } => seen.counted.push(Counted {
                from,
                to,
                what,
                message,
                count: whole(count),
                place: sample.span(),
            }),
            Ends::Incomplete => seen.skip(sample.span(), NO_ENDS),
            Ends::Outside => seen.skip(sample.span(), OUTSIDE_MESH),
        }
    }
}

enum Ends {
    Call {
        from: String,
        to: String,
        what: What,
        message: bool,
    },
    Incomplete,
    Outside,
}

fn label<'d>(sample: View<'d>, key: &str) -> Option<&'d str> {
    usable(sample.path(&["metric", key])?.as_str()?)
}

fn graph(sample: View<'_>) -> Ends {
    let (Some(from), Some(to)) = (label(sample, "client"), label(sample, "server")) else {
        return Ends::Incomplete;
    };
    // `user` is the collector's word for whoever is not traced.
    if from == "user" && label(sample, "connection_type") == Some("virtual_node") {
        return Ends::Outside;
    }
    let kind = label(sample, "connection_type");
    Ends::Call {
        from: from.to_owned(),
        to: to.to_owned(),
        what: if kind == Some("database") {
            What::Store
        } else {
            judge(to)
        },
        message: kind == Some("messaging_system"),
    }
}

fn istio(sample: View<'_>) -> Ends {
    let known = |text: &&str| *text != "unknown";
    let workload = |side: &str| {
        let name = label(sample, &format!("{side}_workload")).filter(known)?;
        let space = label(sample, &format!("{side}_workload_namespace")).filter(known);
        let full = space.map_or_else(|| name.to_owned(), |space| format!("{space}/{name}"));
        (full.len() <= LONGEST).then_some(full)
    };
    let Some(from) = workload("source") else {
        return Ends::Outside;
    };
    if let Some(to) = workload("destination") {
        let what = judge(&to);
        return Ends::Call {
            from,
            to,
            what,
            message: false,
        };
    }
    // Something that a ServiceEntry names; a mere pass-through says nothing.
    let host = label(sample, "destination_service_name").filter(known);
    match host.filter(|host| !matches!(*host, "PassthroughCluster" | "BlackHoleCluster")) {
        Some(host) => Ends::Call {
            from,
            to: host.to_owned(),
            what: What::Outside,
            message: false,
        },
        None => Ends::Outside,
    }
}

/// What the last value of a sample says was counted, 0 if it says nothing: `"12"`, `[time, "12"]`,
/// `[[time, "12"]...]`.
fn counted<'d>(sample: View<'d>) -> f64 {
    let pair = |value: View<'d>| value.items().last();
    let last = match sample.get("value") {
        Some(value) if value.kind() == Kind::Sequence => pair(value),
        Some(value) => Some(value),
        None => sample.get("values").and_then(pair).and_then(pair),
    };
    let number = last
        .and_then(View::as_str)
        .and_then(|text| text.parse::<f64>().ok());
    number.filter(|number| number.is_finite()).unwrap_or(0.0)
}

/// The whole part of a count. An increase over a time is no whole number.
fn whole(count: f64) -> u64 {
    let digits = format!("{:.0}", count.trunc().clamp(0.0, 1e15));
    digits.parse().unwrap_or(0)
}
