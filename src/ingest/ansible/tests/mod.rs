//! Tests of the adapter on inventories of our own; `real` runs it on the input pack.

mod groups;
mod hostile;
mod inventories;
mod real;

use super::Ansible;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts, ModeRule};
use crate::source::{Document, Limits, SourceMap, Syntax};

/// Reads files and translates what the adapter claims; files without an ending are INI.
fn translate(files: &[(&str, &str)]) -> (Facts, SourceMap) {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut files = files.to_vec();
    files.sort_by_key(|(path, _)| *path);
    for (path, text) in files {
        let id = sources.add(path.into(), text.to_owned());
        let syntax = match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "yml" | "yaml" => Syntax::Yaml,
            "json" => Syntax::Json,
            _ if path.contains("_vars/") => Syntax::Yaml,
            _ => Syntax::Ini,
        };
        documents.extend(syntax.read(id, text, &Limits::default()).documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Ansible.claims(document, &sources))
        .collect();
    (Ansible.translate(&claimed, &sources), sources)
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
        Expr::Some { members, .. } => {
            let members: Vec<_> = members.iter().map(|m| self::expr(&m.expr)).collect();
            format!("any of ({})", members.join(" "))
        }
    }
}

/// `service: host host …` of every service.
fn services(facts: &Facts) -> Vec<String> {
    let mut all: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    for replica in &facts.replicas {
        let on = replica.on.iter().map(|on| expr(on).replace("host:", ""));
        all.entry(&replica.of.text).or_default().extend(on);
    }
    all.into_iter()
        .map(|(name, on)| format!("{}: {}", name.trim_start_matches("service:"), on.join(" ")))
        .collect()
}

/// Ids of the hosts, in order.
fn hosts(facts: &Facts) -> Vec<&str> {
    let mut ids: Vec<_> = facts.nodes.iter().map(|n| n.name.text.as_str()).collect();
    ids.retain(|id| id.starts_with("host:"));
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Unread notes, without their places.
fn notes(facts: &Facts) -> Vec<&str> {
    facts.unread.iter().map(|(_, why)| why.as_str()).collect()
}
