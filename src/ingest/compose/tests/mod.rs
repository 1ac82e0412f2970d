//! Tests of the adapter on Compose files of our own; `real` runs it on the input pack.

mod hostile;
mod merging;
mod neighbours;
mod placement;
mod real;
mod references;
mod values;

use camino::Utf8PathBuf;

use super::Compose;
use crate::ingest::Adapter;
use crate::ingest::budget::Budget;
use crate::ingest::fact::{Expr, Facts, ModeRule, ReplicasFact, RequirementFact};
use crate::source::{Document, Limits, SourceMap, yaml};

/// Reads files, in order of path, of which `named` are named on the command line, in its order;
/// translates what the adapter claims.
pub(super) fn translate(named: &[&str], files: &[(&str, &str)], budget: &Budget) -> Facts {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut files = files.to_vec();
    files.sort_unstable();
    for (path, text) in files {
        let at = named.iter().position(|name| *name == path);
        let at = at.and_then(|at| u32::try_from(at).ok());
        let id = sources.add_named(Utf8PathBuf::from(path), text.to_owned(), at);
        let read = [".yaml", ".yml", ".json"];
        if read.iter().any(|ending| path.ends_with(ending)) {
            let reading = yaml::read(id, text, &Limits::default());
            assert!(reading.problems.is_empty(), "{:?}", reading.problems);
            documents.extend(reading.documents);
        }
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Compose.claims(document, &sources))
        .collect();
    super::telling::translate(&claimed, &sources, budget)
}

/// Facts of files found in a folder.
pub(super) fn walked(files: &[(&str, &str)]) -> Facts {
    translate(
        &[],
        files,
        &Budget::with_steps(crate::ingest::compose::STEPS),
    )
}

/// Facts of one `compose.yaml`.
pub(super) fn facts(text: &str) -> Facts {
    walked(&[("shop/compose.yaml", text)])
}

/// `of mode target` of every requirement, sorted, each once, kinds left out.
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
    let of = short(&requirement.of.text);
    format!("{of} {mode} {}", expr(&requirement.expr))
}

fn short(id: &str) -> &str {
    id.strip_prefix("service:").unwrap_or(id)
}

/// An expression in short: `a`, or `1 of (a b)`.
pub(super) fn expr(expr: &Expr) -> String {
    match expr {
        Expr::One(one) => short(&one.text).to_owned(),
        Expr::Replicas(one) => format!("a replica of {}", short(&one.text)),
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

/// The replicas of a service.
pub(super) fn replicas<'f>(facts: &'f Facts, of: &str) -> &'f ReplicasFact {
    let found = facts.replicas.iter().find(|fact| fact.of.text == of);
    found.unwrap_or_else(|| panic!("no replicas of {of}"))
}

/// What was left unread, one line each.
pub(super) fn notes(facts: &Facts) -> String {
    let lines: Vec<_> = facts.unread.iter().map(|(_, why)| why.as_str()).collect();
    lines.join("\n")
}
