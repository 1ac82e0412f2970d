//! `spof cuts --format json`.

use serde::Serialize;

use super::VERSION;
use crate::output::Minimal;
use crate::output::minimal::Events;

/// Minimal cut sets (DESIGN section 5).
#[derive(Debug, Serialize)]
pub struct Cuts<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    assume: Option<&'static str>,
    subject: &'a str,
    classes: &'a [&'static str],
    kinds: &'a [String],
    /// Sets of this order and below are all counted; null: of every order.
    max_order: Option<u32>,
    /// False if the orders asked for could not all be reached.
    complete: bool,
    /// How many there are, of the orders above.
    count: String,
    /// The same by order, from order 1.
    by_order: Vec<String>,
    /// True if the subject is cut already, without any fault.
    unserved: bool,
    /// The smallest ones, `--limit` of them.
    #[serde(rename = "cuts")]
    sets: Vec<Vec<&'a str>>,
}

/// The answer.
#[must_use]
pub fn cuts<'a>(minimal: &Minimal<'a>) -> Cuts<'a> {
    let found = minimal.found;
    let mut sets: Vec<Vec<&str>> = found
        .sets
        .iter()
        .map(|set| {
            let mut names: Vec<&str> = set.iter().map(|event| minimal.name(*event)).collect();
            names.sort_unstable();
            names
        })
        .collect();
    sets.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    Cuts {
        version: VERSION,
        assume: match minimal.events {
            Events::Nodes(cx) => Some(cx.model.assume.as_str()),
            Events::Tree(_) => None,
        },
        subject: minimal.subject,
        classes: minimal.classes,
        kinds: minimal.kinds,
        max_order: found.complete_to,
        complete: minimal.is_complete(),
        count: found.count().to_string(),
        by_order: found
            .by_order
            .iter()
            .skip(1)
            .map(ToString::to_string)
            .collect(),
        unserved: is_unserved(minimal),
        sets,
    }
}

/// The one minimal cut set is the empty one.
fn is_unserved(minimal: &Minimal<'_>) -> bool {
    minimal.found.sets.first().is_some_and(Vec::is_empty)
}
