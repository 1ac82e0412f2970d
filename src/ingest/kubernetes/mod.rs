//! Kubernetes manifests: workloads, the Services before them, what their containers name, and
//! where their pods may run.
//!
//! * [`object`]: documents and items of lists as objects. * [`kinds`]: what becomes of each kind.
//! * [`workload`]: what runs pods. * [`duplicates`]: one workload in several files.
//! * [`services`]: from DNS names to workloads. * [`environment`]: variables and `ConfigMap`s.
//! * [`references`]: addresses as requirements. * [`placement`]: nodes, zones, spreading,
//!   replacement. * [`estate`]: puts the objects of all documents together.
//! * [`allowed`]: labels of nodes that pods ask for.
//! * [`cluster`], [`pods`]: what a dump of a running cluster adds: nodes, volumes, pods.
//! * [`control`]: the control plane that such a dump shows. * [`controllers`]: what serves the
//!   classes of Ingress objects, and cluster DNS.
//! * [`quorum`]: software that serves with more than half of its members only.
//! * [`telling`]: says it all as facts.
//! * [`routes`]: what enters from outside.
//! * [`companions`]: files of Helm and kustomize that are no objects. * [`kustomize`]: builds
//!   overlays, or says what they are. * [`pointers`]: Argo CD and Flux. * [`reader`]: the budget.

mod allowed;
mod cluster;
mod companions;
mod control;
mod controllers;
mod duplicates;
mod environment;
mod estate;
mod kinds;
mod kustomize;
mod object;
mod placement;
mod pods;
mod pointers;
mod quorum;
mod reader;
mod references;
mod routes;
mod services;
mod telling;
#[cfg(test)]
mod tests;
mod workload;

use super::{Adapter, Settings, fact::Facts};
use crate::source::{Document, SourceMap};

/// The adapter.
pub struct Kubernetes;

impl Adapter for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn runs(&self) -> bool {
        true
    }

    fn claims(&self, document: &Document, sources: &SourceMap) -> bool {
        object::header(document.root()).is_some()
            || companions::companion(document, sources).is_some()
    }

    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts {
        self.translate_as(documents, sources, Settings::default())
    }

    fn translate_as(
        &self,
        documents: &[&Document],
        sources: &SourceMap,
        settings: Settings<'_>,
    ) -> Facts {
        let reader = reader::Reader::new();
        telling::translate(documents, sources, settings.namespaces, &reader)
    }
}
