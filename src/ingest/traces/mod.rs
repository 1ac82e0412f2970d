//! Observed traffic: who was seen calling whom. Spans of traces, dependency links that a tracing
//! backend made of them, and metrics that a service mesh or a collector counted.
//!
//! Forms: Zipkin API v2 and v1 (`zipkin-api`), Jaeger's query API and its span documents, OTLP in
//! JSON (`opentelemetry-proto`, also one message a line, as the collector's file exporter writes),
//! Prometheus' text format and the answers of its HTTP API. docs/traces.md is the reference page.
//!
//! * [`recognise`]: which form a document has. * [`spans`]: what all forms become.
//! * [`zipkin`], [`jaeger`], [`otlp`], [`counted`], [`kiali`]: one form each.
//! * [`calls`]: spans become calls, with how often, and whether a failure got through.
//! * [`telling`]: calls become facts.

mod calls;
mod counted;
mod jaeger;
mod kiali;
mod otlp;
mod recognise;
mod spans;
mod telling;
#[cfg(test)]
mod tests;
mod zipkin;

use super::budget::Budget;
use super::{Adapter, fact::Facts};
use crate::message;
use crate::source::{Document, Problem, ProblemKind, SourceMap};
use recognise::Form;
use spans::Seen;

/// Steps for one run over all documents: far above real ones, a few seconds of work.
const STEPS: u64 = 200_000_000;

/// The adapter.
pub struct Traces;

impl Adapter for Traces {
    fn name(&self) -> &'static str {
        "traces"
    }

    fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
        recognise::form(document.root()).is_some()
    }

    fn translate(&self, documents: &[&Document], _sources: &SourceMap) -> Facts {
        let budget = Budget::with_steps(STEPS);
        let mut seen = Seen::default();
        for document in documents {
            let root = document.root();
            let Some(form) = recognise::form(root) else {
                continue;
            };
            match form {
                Form::Zipkin => zipkin::read(root, &budget, &mut seen),
                Form::Links => counted::links(root, &budget, &mut seen),
                Form::Jaeger => jaeger::read(root, &budget, &mut seen),
                Form::Otlp => otlp::read(root, &budget, &mut seen),
                Form::Kiali => kiali::read(root, &budget, &mut seen),
                Form::Metrics => counted::metrics(root, &budget, &mut seen),
                Form::OtherSignal(what) => seen.other_signal(root.span(), what),
            }
        }
        let mut facts = telling::tell(seen, &budget);
        if let Some(last) = documents.last().filter(|_| budget.is_spent()) {
            let message =
                message!("the traces are too large: some of what they say was left unread");
            let problem = Problem::new(ProblemKind::Unreadable, last.root().span(), message)
                .with_help(message!(
                    "an hour of them, or the backend's dependency links, say as much"
                ));
            facts.problems.push(problem);
        }
        facts
    }
}
