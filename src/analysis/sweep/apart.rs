//! Faults that are evaluated by themselves.

use rayon::prelude::*;

use crate::analysis::engine::{Affected, Engine};

/// What each of `faults` affects, sorted by fault, each once. In parallel.
pub(super) fn evaluate(engine: &Engine<'_>, mut faults: Vec<u32>) -> Vec<(u32, Vec<Affected>)> {
    faults.sort_unstable();
    faults.dedup();
    faults
        .par_iter()
        .map_init(
            || engine.scratch(),
            |scratch, fault| {
                let set = engine.graph().fault_set(*fault);
                (*fault, engine.affected(scratch, &set))
            },
        )
        .collect()
}
