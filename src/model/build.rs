//! Facts of all adapters → [`Model`].

use super::Model;
use crate::ingest::Told;
use crate::source::SourceMap;
use crate::words::Assume;

/// Merges what all adapters told into one model. Never fails: what is wrong becomes a problem.
#[must_use]
pub fn build(told: Vec<Told>, sources: &SourceMap, assume: Assume) -> Model {
    let _ = (told, sources);
    Model {
        assume,
        nodes: vec![],
        requirements: vec![],
        problems: vec![],
        aliases: vec![],
        unplaced: vec![],
        adapters: vec![],
    }
}
