//! `NetBox`, the register of sites, racks, power, circuits, devices and virtual machines: dumps of
//! its database (Django's `dumpdata`) and what its REST API answers, one file a model. Nautobot,
//! which came from it, answers alike.
//!
//! Form: the models of `NetBox` 2.5 to 4.x and their serialisers (documentation and source of the
//! project), `dumpdata` of the Django documentation.
//!
//! * [`rows`]: rows by model and key, whatever they came in; [`inventory`]: which of them belong
//!   together. * [`fields`]: reading a row's fields. * [`names`]: ids, unique over sites.
//! * [`places`]: sites, rooms, racks; [`power`]: panels, feeds, outlets; [`circuits`]: how sites
//!   reach the outside; [`cables`]: who is reached through whom. * [`machines`]: devices, clusters,
//!   virtual machines; [`services`]: what runs on them. * [`telling`]: says it all as facts.

mod cables;
mod circuits;
mod fields;
mod inventory;
mod machines;
mod names;
mod places;
mod power;
mod rows;
mod services;
mod telling;
#[cfg(test)]
mod tests;

use super::budget::Budget;
use super::{Adapter, fact::Facts};
use crate::source::{Document, SourceMap};

/// Steps for one run over all documents: far above real ones, a few seconds of work.
const STEPS: u64 = 50_000_000;

/// The adapter.
pub struct NetBox;

impl Adapter for NetBox {
    fn name(&self) -> &'static str {
        "netbox"
    }

    fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
        rows::form(document.root()).is_some()
    }

    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts {
        telling::translate(documents, sources, &Budget::with_steps(STEPS))
    }
}
