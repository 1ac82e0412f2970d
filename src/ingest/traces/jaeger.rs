//! Traces as Jaeger's query service answers them: `{data: [{spans, processes}]}`; one such trace;
//! or the documents it keeps in its store, where each span carries its `process`.

use super::spans::{Kind, NO_IDENTITY, Seen, Span, usable};
use crate::ingest::budget::Budget;
use crate::source::{self, View};

/// Reads all of them.
pub(super) fn read<'d>(root: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    if root.kind() == source::Kind::Sequence {
        for item in root.items() {
            if !budget.spend(item.size()) {
                return;
            }
            span(item, None, budget, seen);
        }
        return;
    }
    match root.get("data") {
        Some(data) => {
            for trace in data.items() {
                if !budget.spend(trace.size()) {
                    return;
                }
                one(trace, budget, seen);
            }
        }
        None => one(root, budget, seen),
    }
}

fn one<'d>(trace: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    let processes = trace.get("processes");
    for item in trace.get("spans").into_iter().flat_map(View::items) {
        if !budget.spend(item.size()) {
            return;
        }
        span(item, processes, budget, seen);
    }
}

fn span<'d>(view: View<'d>, processes: Option<View<'d>>, budget: &Budget, seen: &mut Seen<'d>) {
    let text = |key| view.get(key).and_then(View::as_str);
    let (Some(trace), Some(id)) = (text("traceID"), text("spanID")) else {
        seen.skip(view.span(), NO_IDENTITY);
        return;
    };
    let shared = text("processID").zip(processes).and_then(|(name, all)| {
        let affordable = budget.spend(all.size());
        affordable.then(|| all.get(name)).flatten()
    });
    let process = view.get("process").or(shared);
    let service = process.and_then(|process| usable(process.get("serviceName")?.as_str()?));
    let tags = super::otlp::Attributes::of_tags(view.get("tags"), budget);
    let kind = match tags.text("span.kind") {
        Some("client") => Kind::Client,
        Some("server") => Kind::Server,
        Some("producer") => Kind::Producer,
        Some("consumer") => Kind::Consumer,
        Some(_) => Kind::Local,
        None => Kind::Unstated,
    };
    let mut references = view.get("references").into_iter().flat_map(View::items);
    let parent = references.find_map(|reference| {
        let mine = reference.get("traceID").and_then(View::as_str) == Some(trace);
        let kind = reference.get("refType").and_then(View::as_str);
        let known = matches!(kind, Some("CHILD_OF" | "FOLLOWS_FROM"));
        (budget.spend(1) && mine && known)
            .then(|| reference.get("spanID")?.as_str())
            .flatten()
    });
    let failed =
        tags.text("error") == Some("true") || tags.text("otel.status_code") == Some("ERROR");
    seen.spans.push(Span {
        trace,
        id,
        parent: parent
            .or_else(|| text("parentSpanID"))
            .filter(|id| !id.is_empty()),
        kind,
        service,
        remote: tags.other_side(kind),
        operation: text("operationName").unwrap_or(""),
        failed,
        place: view.get("spanID").unwrap_or(view).span(),
    });
}
