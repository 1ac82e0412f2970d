//! Our own manifest (`spof.yaml`).

use super::{Adapter, fact::Facts};
use crate::source::{Document, SourceMap};

/// The adapter.
pub struct Native;

impl Adapter for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn claims(&self, _document: &Document, _sources: &SourceMap) -> bool {
        false
    }

    fn translate(&self, _documents: &[&Document], _sources: &SourceMap) -> Facts {
        Facts::default()
    }
}
