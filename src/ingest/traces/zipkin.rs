//! Spans of Zipkin. v2: `kind`, `localEndpoint`, `remoteEndpoint`, `tags`. v1: annotations `cs`,
//! `sr`, `ms`, `mr` with the endpoint they were made at; binary annotations `sa`, `ca`, `ma` name the
//! other side.

use super::spans::{Kind, NO_IDENTITY, Remote, Seen, Span, What, judge, usable};
use crate::ingest::budget::Budget;
use crate::source::{self, View};

/// Reads a list of spans, or of lists of them.
pub(super) fn read<'d>(root: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    for item in root.items() {
        if !budget.spend(item.size()) {
            return;
        }
        if item.kind() == source::Kind::Sequence {
            for inner in item.items() {
                if !budget.spend(inner.size()) {
                    return;
                }
                span(inner, budget, seen);
            }
        } else {
            span(item, budget, seen);
        }
    }
}

fn span<'d>(view: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    let text = |key| view.get(key).and_then(View::as_str);
    let (Some(trace), Some(id)) = (text("traceId"), text("id")) else {
        seen.skip(view.span(), NO_IDENTITY);
        return;
    };
    let old = view.get("annotations").into_iter().flat_map(View::items);
    let old: Vec<(&str, Option<&str>)> = old
        .filter(|_| budget.spend(1))
        .filter_map(|note| {
            Some((
                note.get("value")?.as_str()?,
                service_of(note.get("endpoint")),
            ))
        })
        .collect();
    let pairs = view
        .get("binaryAnnotations")
        .into_iter()
        .flat_map(View::items);
    let pairs: Vec<View<'d>> = pairs.filter(|_| budget.spend(1)).collect();
    let common = Span {
        trace,
        id,
        parent: text("parentId"),
        kind: Kind::Local,
        service: service_of(view.get("localEndpoint")),
        remote: None,
        operation: text("name").unwrap_or(""),
        failed: view.path(&["tags", "error"]).is_some()
            || pairs
                .iter()
                .any(|pair| pair.get("key").and_then(View::as_str) == Some("error")),
        place: view.get("id").unwrap_or(view).span(),
    };
    if let Some(kind) = text("kind") {
        let kind = match kind {
            "CLIENT" => Kind::Client,
            "SERVER" => Kind::Server,
            "PRODUCER" => Kind::Producer,
            "CONSUMER" => Kind::Consumer,
            _ => Kind::Local,
        };
        let remote = service_of(view.get("remoteEndpoint"));
        let is_store = view.path(&["tags", "sql.query"]).is_some();
        let remote = remote.map(|name| other_side(name, kind, is_store));
        seen.spans.push(Span {
            kind,
            remote,
            ..common
        });
        return;
    }
    // v1: one document may hold both halves of a call.
    let named = |key: &str| {
        let is = |pair: &&View<'d>| pair.get("key").and_then(View::as_str) == Some(key);
        service_of(pairs.iter().find(is)?.get("endpoint"))
    };
    let local = named("lc").or_else(|| old.iter().find_map(|(_, service)| *service));
    let mut halves = 0;
    for (marks, kind, other) in [
        (["cs", "cr"], Kind::Client, "sa"),
        (["sr", "ss"], Kind::Server, "ca"),
        (["ms", "ws"], Kind::Producer, "ma"),
        (["mr", "wr"], Kind::Consumer, "ma"),
    ] {
        let mut mine = old
            .iter()
            .filter(|(value, _)| marks.contains(value))
            .peekable();
        if mine.peek().is_none() {
            continue;
        }
        halves += 1;
        let service = mine.find_map(|(_, service)| *service);
        let remote = named(other).map(|name| other_side(name, kind, false));
        seen.spans.push(Span {
            kind,
            remote,
            service: common.service.or(service),
            ..common.clone()
        });
    }
    if halves == 0 {
        // An address alone (`sa`) is a client that noted nothing else.
        let remote = named("sa").map(|name| other_side(name, Kind::Client, false));
        let kind = if remote.is_some() {
            Kind::Client
        } else {
            Kind::Local
        };
        let service = common.service.or(local);
        seen.spans.push(Span {
            kind,
            service,
            remote,
            ..common
        });
    }
}

fn other_side(name: &str, kind: Kind, is_store: bool) -> Remote {
    let broker = matches!(kind, Kind::Producer | Kind::Consumer);
    Remote {
        name: name.to_owned(),
        what: if broker || is_store {
            What::Store
        } else {
            judge(name)
        },
    }
}

fn service_of(endpoint: Option<View<'_>>) -> Option<&str> {
    usable(endpoint?.get("serviceName")?.as_str()?)
}
