//! Tests of the adapter on rows of our own; `real` runs it on the input pack.

mod circuits;
mod dump;
mod hostile;
mod power;
mod real;
mod rest;

use super::NetBox;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts, ModeRule};
use crate::source::{Document, Limits, SourceMap, json};

/// Reads files and translates what the adapter claims.
fn translate(files: &[(&str, &str)]) -> (Facts, SourceMap) {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut files = files.to_vec();
    files.sort_by_key(|(path, _)| *path);
    for (path, text) in files {
        let id = sources.add(path.into(), text.to_owned());
        documents.extend(json::read(id, text, &Limits::default()).documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| NetBox.claims(document, &sources))
        .collect();
    (NetBox.translate(&claimed, &sources), sources)
}

/// Translates a dump of rows given as `model pk {fields}`, one a line.
fn dump(rows: &str) -> Facts {
    translate(&[("dump.json", &dumped(rows))]).0
}

fn dumped(rows: &str) -> String {
    let row = |line: &str| {
        let (model, rest) = line.trim().split_once(' ').expect("a model");
        let (pk, fields) = rest.split_once(' ').expect("a key");
        format!("{{\"model\": \"{model}\", \"pk\": {pk}, \"fields\": {fields}}}")
    };
    let lines = rows.lines().filter(|line| !line.trim().is_empty());
    let rows: Vec<String> = lines.map(row).collect();
    format!("[{}]", rows.join(",\n"))
}

/// `of mode target` of every requirement, sorted, each once.
fn edges(facts: &Facts) -> Vec<String> {
    let mut all: Vec<String> = facts
        .requirements
        .iter()
        .map(|requirement| {
            let mode = match requirement.mode {
                ModeRule::Fixed(mode) => mode.as_str(),
                ModeRule::ByMember => "on",
            };
            format!("{} {mode} {}", requirement.of.text, expr(&requirement.expr))
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

fn expr(expr: &Expr) -> String {
    match expr {
        Expr::One(one) | Expr::Replicas(one) => one.text.clone(),
        Expr::Some { need, members, .. } => {
            let members: Vec<_> = members.iter().map(|m| self::expr(&m.expr)).collect();
            let all = if need.is_none() { "all" } else { "any" };
            format!("{all}({})", members.join(", "))
        }
    }
}

/// `service: host host …` of every service.
fn services(facts: &Facts) -> Vec<String> {
    let mut all: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    for replica in &facts.replicas {
        let on = replica.on.iter().map(expr);
        all.entry(&replica.of.text).or_default().extend(on);
    }
    all.into_iter()
        .map(|(name, on)| format!("{name}: {}", on.join(" ")))
        .collect()
}

/// Ids of the nodes, in order.
fn ids(facts: &Facts) -> Vec<&str> {
    let mut ids: Vec<_> = facts.nodes.iter().map(|n| n.name.text.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// Unread notes, without their places.
fn notes(facts: &Facts) -> Vec<&str> {
    facts.unread.iter().map(|(_, why)| why.as_str()).collect()
}
