//! What an estate is compared with.

use std::sync::OnceLock;

use super::Estate;
use crate::analysis::diff::{Difference, Side, difference};
use crate::analysis::sweep::Sweep;
use crate::error::Error;

/// An estate as it was, under the name that the user gave it: a git revision, a folder, a saved
/// graph.
#[derive(Debug)]
pub struct Base {
    pub name: String,
    pub estate: Estate,
    /// Made once: a server compares with it after each change.
    sweep: OnceLock<Sweep>,
}

impl Base {
    #[must_use]
    pub fn new(name: String, estate: Estate) -> Self {
        let sweep = OnceLock::new();
        Self {
            name,
            estate,
            sweep,
        }
    }

    /// Which single faults cut what in `head` and did not here, and the other way round.
    ///
    /// # Errors
    /// A fault of this program: single faults are never too many.
    pub fn changes(&self, head: Side<'_>) -> Result<Difference, Error> {
        let engine = self.estate.engine();
        let before = Side {
            model: &self.estate.model,
            engine: &engine,
            sweep: self.sweep.get_or_init(|| Sweep::new(&engine)),
        };
        difference(before, head, 1).map_err(|too_many| {
            Error::Internal(format!(
                "single faults of {} are too many",
                too_many.subject
            ))
        })
    }
}
