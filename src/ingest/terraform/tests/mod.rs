//! Tests of the adapter on files of our own; `real` runs it on the input packs.

mod around;
mod configurations;
mod hostile;
mod providers;
mod real;
mod states;

use camino::Utf8PathBuf;

use super::Terraform;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts, ModeRule, ReplicasFact};
use crate::source::{Document, Limits, SourceMap, Syntax};

/// What the adapter says of these files, given in any order; of which `named` are named on the
/// command line.
pub(super) fn told_of(named: &[&str], files: &[(&str, &str)]) -> Facts {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut files = files.to_vec();
    files.sort_unstable();
    for (path, text) in files {
        let at = named.iter().position(|name| *name == path);
        let at = at.and_then(|at| u32::try_from(at).ok());
        let id = sources.add_named(Utf8PathBuf::from(path), text.to_owned(), at);
        let is_hcl = [".tf", ".tofu", ".tfvars"]
            .iter()
            .any(|end| path.ends_with(end));
        let syntax = if is_hcl { Syntax::Hcl } else { Syntax::Json };
        let reading = syntax.read(id, text, &Limits::default());
        assert!(
            reading.problems.is_empty(),
            "{path}: {:?}",
            reading.problems
        );
        documents.extend(reading.documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Terraform.claims(document, &sources))
        .collect();
    Terraform.translate(&claimed, &sources)
}

pub(super) fn told(files: &[(&str, &str)]) -> Facts {
    told_of(&[], files)
}

/// Facts of one configuration file.
pub(super) fn hcl(text: &str) -> Facts {
    told(&[("infra/main.tf", text)])
}

/// `of mode target` of every requirement, sorted, each once.
pub(super) fn needs(facts: &Facts) -> Vec<String> {
    let line = |requirement: &crate::ingest::fact::RequirementFact| {
        let mode = match requirement.mode {
            ModeRule::Fixed(mode) => mode.as_str(),
            ModeRule::ByMember => "on",
        };
        format!("{} {mode} {}", requirement.of.text, of(&requirement.expr))
    };
    let mut all: Vec<String> = facts.requirements.iter().map(line).collect();
    all.sort();
    all.dedup();
    all
}

/// What `node` needs, by the same words.
pub(super) fn needs_of(facts: &Facts, node: &str) -> Vec<String> {
    let all = needs(facts).into_iter();
    all.filter_map(|line| line.strip_prefix(&format!("{node} ")).map(str::to_owned))
        .collect()
}

fn of(expr: &Expr) -> String {
    match expr {
        Expr::One(one) => one.text.clone(),
        Expr::Replicas(one) => format!("running {}", one.text),
        Expr::Some { members, .. } => {
            let member = |member: &crate::ingest::fact::MemberFact| {
                let standby = match &member.standby {
                    Some(ways) => ways
                        .first()
                        .map_or(" never".to_owned(), |way| format!(" after {}", way.takes_s)),
                    None => String::new(),
                };
                format!("{}{standby}", of(&member.expr))
            };
            let members: Vec<String> = members.iter().map(member).collect();
            format!("any({})", members.join(", "))
        }
    }
}

/// `COUNT on PLACE`, with what waits and how data is kept, for each entry of a node's copies.
pub(super) fn copies(facts: &Facts, node: &str) -> Vec<String> {
    let mine = facts.replicas.iter().filter(|fact| fact.of.text == node);
    mine.map(copy).collect()
}

fn copy(fact: &ReplicasFact) -> String {
    let on: Vec<String> = fact.on.iter().map(of).collect();
    let mut text = match on.as_slice() {
        [] => format!("{} unplaced", fact.count),
        _ => format!("{} on {}", fact.count, on.join("+")),
    };
    let zones: Vec<&str> = fact
        .spread
        .allowed_zones
        .iter()
        .map(|zone| zone.text.as_str())
        .collect();
    if !zones.is_empty() {
        text.extend([" in one of ".to_owned(), zones.join(",")]);
    }
    if fact.spread.zones.is_some() {
        text.push_str(" apart");
    }
    if let Some(ways) = &fact.standby {
        let way = ways.first();
        let takes = way.map_or(", waits".to_owned(), |way| {
            format!(", after {}", way.takes_s)
        });
        text.push_str(&takes);
    }
    if let Some(replication) = fact.replication {
        text.extend([format!(", {}", replication.as_str())]);
    }
    if let Some(anew) = &fact.reschedule {
        let on: Vec<String> = anew.on.iter().map(of).collect();
        text.extend([format!(", anew on {}", on.join("+"))]);
    }
    text
}

/// Ids of all nodes, sorted.
pub(super) fn ids(facts: &Facts) -> Vec<String> {
    let mut ids: Vec<String> = facts
        .nodes
        .iter()
        .map(|node| node.name.text.clone())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The reasons of what was not read.
pub(super) fn unread(facts: &Facts) -> Vec<&str> {
    facts.unread.iter().map(|(_, why)| why.as_str()).collect()
}

/// `name → target` of all aliases, sorted.
pub(super) fn aliases(facts: &Facts) -> Vec<String> {
    let line =
        |fact: &crate::ingest::fact::AliasFact| format!("{} → {}", fact.name, fact.target.text);
    let mut all: Vec<String> = facts.aliases.iter().map(line).collect();
    all.sort();
    all
}
