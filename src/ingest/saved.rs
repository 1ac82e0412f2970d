//! A saved graph (`spof graph --format json`) as an input.

use super::{Adapter, fact::Facts};
use crate::source::{Document, SourceMap};

/// The adapter.
pub struct Saved;

impl Adapter for Saved {
    fn name(&self) -> &'static str {
        "saved"
    }

    fn claims(&self, _document: &Document, _sources: &SourceMap) -> bool {
        false
    }

    fn translate(&self, _documents: &[&Document], _sources: &SourceMap) -> Facts {
        Facts::default()
    }
}
