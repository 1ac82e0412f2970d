//! Kubernetes manifests.

use super::{Adapter, fact::Facts};
use crate::source::{Document, SourceMap};

/// The adapter.
pub struct Kubernetes;

impl Adapter for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn claims(&self, _document: &Document, _sources: &SourceMap) -> bool {
        false
    }

    fn translate(&self, _documents: &[&Document], _sources: &SourceMap) -> Facts {
        Facts::default()
    }
}
