//! Tests of the adapter on traffic of our own, and on real one.

mod counted;
mod real;
mod spans;

use super::Traces;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts, ModeRule};
use crate::source::{Document, Limits, SourceMap, Syntax};
use crate::words::Mode;

/// Reads files and translates what the adapter claims.
fn translate(files: &[(&str, &str)]) -> (Facts, SourceMap) {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    for (path, text) in files {
        let id = sources.add((*path).into(), (*text).to_owned());
        let syntax = if path.contains(".prom") {
            Syntax::Metrics
        } else {
            Syntax::Json
        };
        documents.extend(syntax.read(id, text, &Limits::default()).documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Traces.claims(document, &sources))
        .collect();
    (Traces.translate(&claimed, &sources), sources)
}

/// `of needs target (file:line)` of every requirement, sorted; `may need` where it is soft.
fn calls(files: &[(&str, &str)]) -> Vec<String> {
    let (facts, sources) = translate(files);
    let mut all: Vec<String> = facts
        .requirements
        .iter()
        .map(|requirement| {
            let Expr::One(on) = &requirement.expr else {
                panic!("a call has one target")
            };
            let soft = requirement.mode == ModeRule::Fixed(Mode::Soft);
            let verb = if soft { "may need" } else { "needs" };
            let place = sources.location(on.span);
            let line = place.line;
            format!(
                "{} {verb} {} ({}:{line})",
                requirement.of.text, on.text, place.file
            )
        })
        .collect();
    all.sort();
    all
}

/// What was left unread, with the line.
fn unread(files: &[(&str, &str)]) -> Vec<String> {
    let (facts, sources) = translate(files);
    let all = facts.unread.iter();
    all.map(|(span, why)| format!("{}: {why}", sources.location(*span).line))
        .collect()
}

/// `class name` of every node, sorted.
fn nodes(files: &[(&str, &str)]) -> Vec<String> {
    let (facts, _) = translate(files);
    let show = |class: Option<crate::words::Class>| class.map_or("", crate::words::Class::as_str);
    let all = facts.nodes.iter();
    let mut all: Vec<String> = all
        .map(|n| format!("{} {}", show(n.class), n.name.text))
        .collect();
    all.sort();
    all.dedup();
    all
}
