//! `spof cuts --format json`.

use serde::Serialize;

use super::VERSION;
use crate::analysis::cuts::downtime::{Component, Method, YEAR_S};
use crate::output::Minimal;
use crate::output::minimal::{Events, Rated};

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
    /// Where rates are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    downtime: Option<DowntimeOf<'a>>,
}

/// How long the subject is without service.
#[derive(Debug, Serialize)]
struct DowntimeOf<'a> {
    /// `exact`: from the decision diagram; `summed`: over cut sets of up to `max_order` faults.
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_order: Option<u32>,
    availability: f64,
    unavailability: f64,
    /// The unavailability is no more than this.
    at_most: f64,
    /// The part of it that lasts until repair.
    until_repair: f64,
    s_per_y: f64,
    at_most_s_per_y: f64,
    components: Vec<ComponentOf<'a>>,
    /// Counted as never failing, for want of rates.
    unrated: Vec<&'a str>,
}

/// What one component has to do with it.
#[derive(Debug, Serialize)]
struct ComponentOf<'a> {
    id: &'a str,
    fails_per_y: Option<f64>,
    repair_s: Option<u64>,
    unavailability: f64,
    /// Its fault alone interrupts the subject for so long; null: it does not, or until repair.
    interrupts_s: Option<u64>,
    birnbaum: f64,
    fussell_vesely: f64,
    saved_s_per_y: f64,
}

fn downtime_of<'a>(minimal: &Minimal<'a>) -> Option<DowntimeOf<'a>> {
    let Rated::Known(known) = minimal.downtime else {
        return None;
    };
    let component = |of: &Component| {
        let node = minimal.node(of.node);
        ComponentOf {
            id: minimal.name(of.node),
            fails_per_y: node.and_then(|node| node.fails_per_y),
            repair_s: node.and_then(|node| node.repair_s),
            unavailability: of.unavailability,
            interrupts_s: of.interrupts_s,
            birnbaum: of.birnbaum,
            fussell_vesely: of.fussell_vesely,
            saved_s_per_y: of.saved_s_per_y,
        }
    };
    let (method, max_order) = match known.method {
        Method::Exact => ("exact", None),
        Method::Summed(order) => ("summed", Some(order)),
    };
    let unrated = known.unrated.iter().map(|node| minimal.name(*node));
    Some(DowntimeOf {
        method,
        max_order,
        availability: 1.0 - known.unavailability,
        unavailability: known.unavailability,
        at_most: known.at_most,
        until_repair: known.until_repair,
        s_per_y: known.per_year_s(),
        at_most_s_per_y: known.at_most * YEAR_S,
        components: known.components.iter().map(component).collect(),
        unrated: unrated.collect(),
    })
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
        downtime: downtime_of(minimal),
    }
}

/// The one minimal cut set is the empty one.
fn is_unserved(minimal: &Minimal<'_>) -> bool {
    minimal.found.sets.first().is_some_and(Vec::is_empty)
}
