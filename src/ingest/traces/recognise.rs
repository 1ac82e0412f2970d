//! Which form of observed traffic a document has, by its first items.

use super::{counted, kiali};
use crate::source::{Kind, View};

/// A form that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Spans of Zipkin, v1 or v2: a list, or a list of traces.
    Zipkin,
    /// `{parent, child, callCount}`: Zipkin's and Jaeger's dependency links.
    Links,
    /// Jaeger: `{data: [trace...]}`, one trace, or a list of span documents.
    Jaeger,
    /// OTLP, one message.
    Otlp,
    /// Samples of metrics that name two services.
    Metrics,
    /// A graph of Kiali, the console of Istio.
    Kiali,
    /// Another signal of OTLP than traces: what it is.
    OtherSignal(&'static str),
}

/// Samples looked at to tell whether metrics are about calls.
const MOST_SAMPLES: usize = 10_000;

/// The form of a document; `None` if it holds no traffic. O(1), but for metrics.
pub(super) fn form(root: View<'_>) -> Option<Form> {
    match root.kind() {
        Kind::Sequence => list(root),
        Kind::Mapping => mapping(root),
        Kind::Null | Kind::Scalar => None,
    }
}

fn list(root: View<'_>) -> Option<Form> {
    let first = root.items().next()?;
    // `GET /api/v2/traces` of Zipkin: a list of lists.
    let item = match first.kind() {
        Kind::Sequence => first.items().next()?,
        _ => first,
    };
    span(item).or_else(|| link(item))
}

/// A span, by the keys that hold its identity in each format.
fn span(item: View<'_>) -> Option<Form> {
    let has = |key| item.get(key).is_some();
    if has("traceId") && has("id") {
        Some(Form::Zipkin)
    } else if has("traceID") && has("spanID") {
        Some(Form::Jaeger)
    } else {
        None
    }
}

fn link(item: View<'_>) -> Option<Form> {
    let text = |key| item.get(key).and_then(View::as_str).is_some();
    (text("parent") && text("child") && item.get("callCount").is_some()).then_some(Form::Links)
}

fn mapping(root: View<'_>) -> Option<Form> {
    let list = |key| root.get(key).filter(|view| view.kind() == Kind::Sequence);
    if list("resourceSpans").is_some()
        || list("resource_spans").is_some()
        || list("batches").is_some_and(|batches| {
            let mut first = batches.items().take(1);
            first.any(|batch| batch.get("resource").is_some())
        })
        || root.path(&["trace", "resourceSpans"]).is_some()
    {
        return Some(Form::Otlp);
    }
    for (key, what) in [("resourceMetrics", "metrics"), ("resourceLogs", "logs")] {
        if list(key).is_some() {
            return Some(Form::OtherSignal(what));
        }
    }
    if kiali::is_graph(root) {
        return Some(Form::Kiali);
    }
    if list("spans").is_some() && root.get("processes").is_some() {
        return Some(Form::Jaeger);
    }
    if let Some(samples) = counted::samples(root) {
        let mut first = samples.items().take(MOST_SAMPLES);
        return first
            .any(|sample| counted::is_call(sample))
            .then_some(Form::Metrics);
    }
    if let Some(first) = list("data").and_then(|data| data.items().next()) {
        let trace = first.get("spans").is_some() && first.get("processes").is_some();
        return if trace {
            Some(Form::Jaeger)
        } else {
            link(first)
        };
    }
    // What Jaeger keeps in its store for a day: `{dependencies: [...]}`.
    let first = list("dependencies")?.items().next()?;
    link(first)
}
