//! `spof common --format json`.

use serde::Serialize;

use super::VERSION;
use crate::output::Shared;

/// The smallest fault sets that cut all subjects and none of `up`.
#[derive(Debug, Serialize)]
pub struct Common<'a> {
    version: u32,
    assume: &'static str,
    subjects: Vec<&'a str>,
    up: Vec<&'a str>,
    classes: Vec<&'static str>,
    /// All sets up to this size were tried.
    searched_order: u32,
    /// Subjects that don't serve even without a fault.
    unserved: Vec<&'a str>,
    cuts: Vec<Vec<&'a str>>,
}

/// The answer.
#[must_use]
pub fn common<'a>(shared: &Shared<'a>) -> Common<'a> {
    let cx = shared.cx;
    let found = shared.found;
    Common {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        subjects: cx.ids(shared.subjects),
        up: cx.ids(shared.up),
        classes: shared.classes.iter().map(|class| class.as_str()).collect(),
        searched_order: found.searched_order,
        unserved: cx.ids(&found.unserved),
        cuts: found.faults.iter().map(|set| cx.ids(set)).collect(),
    }
}
