//! Adapters: documents of known formats become facts. An adapter knows nothing of the analysis,
//! of other adapters, or of the model that merges what they all say.
//!
//! A new format is one new file (or folder) plus one line in [`ADAPTERS`].
//!
//! * [`fact`]: what adapters say. * [`native`]: our own manifest. * [`saved`]: a saved graph.
//! * [`kubernetes`]: workloads, Services and what their environment names.
//! * [`endpoint`]: host names inside addresses, shared by adapters.
//! * `item`: typed reading with a schema, for the formats that are ours.

pub mod endpoint;
pub mod fact;
mod item;
pub mod kubernetes;
pub mod native;
pub mod saved;

use crate::source::{Document, SourceMap};
use fact::Facts;

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
