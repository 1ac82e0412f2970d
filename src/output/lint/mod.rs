//! `spof lint` in its formats. They render findings and know nothing of rules.
//!
//! * [`mod@human`]: annotated snippets, with [`snippet`]. * [`mod@concise`]: one line a finding.
//! * [`mod@json`]: for programs (DESIGN section 5).

mod concise;
mod human;
mod json;
mod snippet;

pub use concise::concise;
pub use human::{Look, human};
pub use json::json;

use std::collections::BTreeMap;

use crate::analysis::coverage::Coverage;
use crate::findings::Finding;
use crate::source::{SourceMap, Unread, UnreadReason};

/// Findings, and how much is known.
#[derive(Clone, Copy, Debug)]
pub struct Lint<'a> {
    /// In the order in which they are shown.
    pub findings: &'a [Finding],
    pub sources: &'a SourceMap,
    pub coverage: &'a Coverage,
    pub unread: &'a [Unread],
    /// Documents that were used.
    pub documents: usize,
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
