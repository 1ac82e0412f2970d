//! `spof lint` in its formats. They render findings and know nothing of rules.
//!
//! * [`mod@human`]: annotated snippets, with [`snippet`]. * [`mod@concise`]: one line a finding.
//! * [`mod@json`]: for programs (DESIGN section 5). * [`mod@sarif`], [`mod@github`],
//!   [`mod@gitlab`], [`mod@junit`], [`mod@markdown`]: for the places where findings are looked at.
//! * `place`: what several of them need of a finding.

mod concise;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod place;
mod sarif;
mod snippet;

pub use concise::concise;
pub use github::github;
pub use gitlab::gitlab;
pub use human::{Look, human};
pub use json::{json, schema};
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::analysis::coverage::Coverage;
use crate::findings::gate::Judged;
use crate::output::text::plural;
use crate::source::{SourceMap, Unread, UnreadReason};
use crate::words::{Class, Code};

/// Findings, and how much is known.
#[derive(Clone, Copy, Debug)]
pub struct Lint<'a> {
    pub judged: &'a Judged,
    pub sources: &'a SourceMap,
    pub coverage: &'a Coverage,
    pub unread: &'a [Unread],
    /// Documents that were used.
    pub documents: usize,
    /// A rule's documentation as Markdown.
    pub documentation: fn(Code) -> String,
    /// Where the documentation is published (the folder `docs/`), if it is.
    pub docs: Option<&'a str>,
}

/// How much the answer rests on, in one line.
fn known(lint: &Lint<'_>) -> String {
    let coverage = lint.coverage;
    let nodes: Vec<String> = coverage
        .nodes
        .iter()
        .filter(|(class, count)| *count > 0 && *class != Class::Group)
        .map(|(class, count)| plural(*count, class.as_str()))
        .collect();
    let mut text = format!(
        "from {}: {}",
        plural(lint.documents, "document"),
        nodes.join(", ")
    );
    if coverage.unplaced > 0 {
        let _ = write!(
            text,
            "; nothing says where {} of {} run",
            coverage.unplaced,
            plural(coverage.replicas, "replica")
        );
    }
    text
}

/// How many files or documents were not read, by reason.
fn unread_by_reason(unread: &[Unread]) -> BTreeMap<UnreadReason, usize> {
    let mut counts = BTreeMap::new();
    for unread in unread {
        *counts.entry(unread.reason).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
