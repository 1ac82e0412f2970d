//! Tests of the adapter on manifests of our own; `real` runs it on the input packs.

mod dump;
mod hostile;
mod objects;
mod overlays;
mod placement;
mod real;
mod references;
mod routes;
mod surroundings;
mod trees;

use std::fmt::Write as _;

use super::Kubernetes;
use super::reader::Reader;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts, ModeRule, ReplicasFact, RequirementFact};
use crate::source::{Document, Limits, SourceMap, json, yaml};

/// Reads files and translates what the adapter claims.
pub(super) fn translate(files: &[(&str, &str)]) -> (Facts, SourceMap) {
    translate_with(files, &Reader::new())
}

/// As [`translate`], with a budget.
pub(super) fn translate_with(files: &[(&str, &str)], reader: &Reader) -> (Facts, SourceMap) {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    for (path, text) in files {
        let id = sources.add((*path).into(), (*text).to_owned());
        let read = if path.contains(".json") {
            json::read
        } else {
            yaml::read
        };
        documents.extend(read(id, text, &Limits::default()).documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Kubernetes.claims(document, &sources))
        .collect();
    let facts = super::telling::translate(&claimed, &sources, None, reader);
    (facts, sources)
}

/// Facts of one YAML file.
pub(super) fn facts(text: &str) -> Facts {
    translate(&[("all.yaml", text)]).0
}

/// `of mode target` of every requirement, sorted, each once.
pub(super) fn edges(facts: &Facts) -> Vec<String> {
    let mut all: Vec<_> = facts.requirements.iter().map(edge).collect();
    all.sort();
    all.dedup();
    all
}

fn edge(requirement: &RequirementFact) -> String {
    let mode = match requirement.mode {
        ModeRule::Fixed(mode) => mode.as_str(),
        ModeRule::ByMember => "by-member",
    };
    format!("{} {mode} {}", requirement.of.text, expr(&requirement.expr))
}

/// An expression in short: `a`, or `1 of (a b)`.
pub(super) fn expr(expr: &Expr) -> String {
    match expr {
        Expr::One(one) | Expr::Replicas(one) => one.text.clone(),
        Expr::Some { need, members, .. } => {
            let members: Vec<_> = members.iter().map(|m| self::expr(&m.expr)).collect();
            let need = need.map_or("all".to_owned(), |need| need.to_string());
            format!("{need} of ({})", members.join(" "))
        }
    }
}

/// Ids of the nodes, in order, each once.
pub(super) fn ids(facts: &Facts) -> Vec<&str> {
    let mut ids: Vec<_> = facts.nodes.iter().map(|n| n.name.text.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The replicas of a workload.
pub(super) fn replicas<'f>(facts: &'f Facts, of: &str) -> &'f ReplicasFact {
    let found = facts.replicas.iter().find(|fact| fact.of.text == of);
    found.unwrap_or_else(|| panic!("no replicas of {of}"))
}

/// A Deployment `name` whose pods carry `app: name`, with `pod` (indented by six) as the further
/// lines of its pod specification and `container` (by eight) of its container, and a Service.
pub(super) fn app(name: &str, pod: &str, container: &str) -> String {
    let mut text = format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
         containers:\n      - name: main\n        image: x\n"
    );
    for line in container.lines() {
        let _ = writeln!(text, "        {line}");
    }
    for line in pod.lines() {
        let _ = writeln!(text, "      {line}");
    }
    text + &service(name, "", name)
}

/// A Service `name` in `namespace` ("" for none) before pods with `app: app`.
pub(super) fn service(name: &str, namespace: &str, app: &str) -> String {
    let namespace = if namespace.is_empty() {
        String::new()
    } else {
        format!(", namespace: {namespace}")
    };
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}{namespace}}}\nspec: {{selector: {{app: {app}}}}}\n"
    )
}
