//! Adapters: documents of known formats become facts. An adapter knows nothing of the analysis,
//! of other adapters, or of the model that merges what they all say.
//!
//! A new format is one new file (or folder) plus one line in [`ADAPTERS`].
//!
//! * [`fact`]: what adapters say. * [`native`]: our own manifest. * [`saved`]: a saved graph.
//! * [`kubernetes`]: workloads, Services and what their environment names.
//! * [`endpoint`]: host names inside addresses, shared by adapters.

pub mod endpoint;
pub mod fact;
pub mod kubernetes;
pub mod native;
pub mod saved;

use crate::source::{Document, FileId, SourceMap};
use fact::Facts;
use rayon::prelude::*;

/// Translates the documents of one format.
pub trait Adapter: Sync {
    /// Name as coverage shows it: `native`, `kubernetes`.
    fn name(&self) -> &'static str;

    /// Whether this document is of the adapter's format, by content (and path where the format
    /// is known by file name).
    fn claims(&self, document: &Document, sources: &SourceMap) -> bool;

    /// Facts of all documents the adapter claimed, given in order of path and position. Never
    /// fails: what can't be used becomes a problem or an unread note.
    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts;
}

/// Every adapter; the first that claims a document has it.
pub const ADAPTERS: &[&dyn Adapter] = &[&saved::Saved, &native::Native, &kubernetes::Kubernetes];

/// What one adapter said, and of how many documents.
#[derive(Debug)]
pub struct Told {
    pub adapter: &'static str,
    /// The native manifest's word wins over all others.
    pub authoritative: bool,
    pub documents: usize,
    pub facts: Facts,
}

/// The adapter whose word wins over all others.
const AUTHORITY: &str = "native";

/// Gives each document to the first adapter of [`ADAPTERS`] that claims it and has all adapters
/// translate theirs, in parallel. Out come, in the order of [`ADAPTERS`], what each adapter that
/// has any document said; and which documents (file, position in it) nobody claimed.
#[must_use]
pub fn run(documents: &[Document], sources: &SourceMap) -> (Vec<Told>, Vec<(FileId, u32)>) {
    run_with(ADAPTERS, documents, sources)
}

fn run_with(
    adapters: &[&dyn Adapter],
    documents: &[Document],
    sources: &SourceMap,
) -> (Vec<Told>, Vec<(FileId, u32)>) {
    let claim = |document: &Document| {
        adapters
            .iter()
            .position(|adapter| adapter.claims(document, sources))
    };
    let claims: Vec<Option<usize>> = documents.par_iter().map(claim).collect();
    let mut unclaimed = Vec::new();
    let mut shares: Vec<Vec<&Document>> = vec![Vec::new(); adapters.len()];
    for (document, claim) in documents.iter().zip(claims) {
        match claim.and_then(|at| shares.get_mut(at)) {
            Some(share) => share.push(document),
            None => unclaimed.push((document.file, document.index)),
        }
    }
    let told = adapters
        .par_iter()
        .zip(shares)
        .filter(|(_, share)| !share.is_empty())
        .map(|(adapter, share)| Told {
            adapter: adapter.name(),
            authoritative: adapter.name() == AUTHORITY,
            documents: share.len(),
            facts: adapter.translate(&share, sources),
        })
        .collect();
    (told, unclaimed)
}
