//! Compose files (`docker compose`, `docker stack deploy`): services, what they start after, what
//! their environment names, and the engine or the Swarm they run on.
//!
//! * [`recognise`]: which documents are Compose files.
//! * [`library`]: the files at hand; [`stacks`]: which of them make up a project.
//! * [`load`]: include, extends, merging; [`service`]: one service, [`layers`]: what a later file
//!   makes of it.
//! * [`scope`], [`interpolate`], [`dotenv`]: values with their variables filled in.
//! * [`names`]: what a host name means inside a project, [`neighbours`]: and beyond it.
//! * [`references`]: addresses as requirements; [`target`]: what a host leads to; [`order`]: who
//!   starts after whom; [`stores`]: images that call nobody.
//! * [`placement`]: where replicas stand.
//! * [`telling`]: says it all as facts.

mod dotenv;
mod interpolate;
mod layers;
mod library;
mod load;
mod names;
mod neighbours;
mod order;
mod placement;
mod recognise;
mod references;
mod scope;
mod service;
mod stacks;
mod stores;
mod target;
mod telling;
#[cfg(test)]
mod tests;

use super::budget::Budget;
use super::{Adapter, fact::Facts};
use crate::source::{Document, SourceMap};

/// Steps for one run over all Compose files: far above real ones, a few seconds of work.
const STEPS: u64 = 50_000_000;

/// The adapter.
pub struct Compose;

impl Adapter for Compose {
    fn name(&self) -> &'static str {
        "compose"
    }

    fn runs(&self) -> bool {
        true
    }

    fn claims(&self, document: &Document, sources: &SourceMap) -> bool {
        let name = sources.path(document.file).file_name();
        recognise::is_compose(name.unwrap_or_default(), document.root())
    }

    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts {
        telling::translate(documents, sources, &Budget::with_steps(STEPS))
    }
}
