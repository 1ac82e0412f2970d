//! Backstage's software catalogue: components, resources and APIs, what they say they depend on,
//! and who owns them.
//!
//! Form: "Descriptor Format of Catalog Entities" and "Entity References", Backstage documentation.
//!
//! * [`entity`]: entities and references to them. * [`telling`]: says it all as facts.

mod entity;
mod telling;
#[cfg(test)]
mod tests;

use super::budget::Budget;
use super::{Adapter, fact::Facts};
use crate::source::{Document, SourceMap};

/// Steps for one run over all documents: far above real ones, a few seconds of work.
const STEPS: u64 = 50_000_000;

/// The adapter.
pub struct Backstage;

impl Adapter for Backstage {
    fn name(&self) -> &'static str {
        "backstage"
    }

    fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
        entity::entities(document.root()).is_some()
    }

    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts {
        telling::translate(documents, sources, &Budget::with_steps(STEPS))
    }
}
