//! Ansible: inventories (INI, YAML, what a dynamic inventory prints), `group_vars` and `host_vars`,
//! and the plays that say what is run where. Nothing is executed; Jinja is not evaluated.
//!
//! * [`recognise`]: which documents are which. * [`pattern`]: ranges such as `web[01:20]`.
//! * [`inventory`]: hosts, groups and their order; [`lines`]: INI. * [`variables`]: what a host's
//!   variables are, by Ansible's precedence. * [`placement`]: variables that say where a host is.
//! * [`groups`]: which groups are services. * [`references`]: what variables name. * [`telling`]:
//!   says it all as facts.

mod groups;
mod inventory;
mod lines;
mod pattern;
mod placement;
mod recognise;
mod references;
mod telling;
#[cfg(test)]
mod tests;
mod variables;

use super::budget::Budget;
use super::{Adapter, Settings, fact::Facts};
use crate::source::{Document, SourceMap};

/// Steps for one run over all documents: far above real ones, a few seconds of work.
const STEPS: u64 = 50_000_000;

/// The adapter.
pub struct Ansible;

impl Adapter for Ansible {
    fn name(&self) -> &'static str {
        "ansible"
    }

    fn claims(&self, document: &Document, sources: &SourceMap) -> bool {
        recognise::part(document, sources.path(document.file)).is_some()
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
        let budget = Budget::with_steps(STEPS);
        telling::translate(documents, sources, settings.places, &budget)
    }
}
