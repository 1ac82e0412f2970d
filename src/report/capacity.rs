//! What is left of each service after the loss of one domain, where that is not enough.

use std::collections::BTreeMap;

use super::Facts;
use super::language::{Say, say};
use super::name::{Link, Name};
use super::text::number;
use crate::analysis::capacity::{Capacity, Extra, capacity, usual_kind};
use crate::model::NodeIx;

/// Most rows shown.
const MOST_ROWS: usize = 20;

/// The section.
pub(super) struct Section {
    pub(super) kind: String,
    pub(super) rows: Vec<Row>,
    /// How many of how many services keep what they need.
    pub(super) enough: Say,
    pub(super) cut_off: Option<Say>,
}

/// One service that would fall short.
pub(super) struct Row {
    pub(super) name: Name,
    pub(super) need: String,
    pub(super) active: String,
    /// After the worst loss: at once, and with standbys.
    pub(super) left: String,
    pub(super) promoted: String,
    pub(super) without: Option<Link>,
    pub(super) extra: Say,
    /// Where it would go, and how much of it.
    pub(super) places: Vec<(Name, String)>,
}

/// `None` where no service has replicas, or no usual domain is there.
pub(super) fn section(facts: &Facts<'_>, anchors: &BTreeMap<NodeIx, String>) -> Option<Section> {
    let model = facts.model;
    let kind = usual_kind(model)?;
    let all = capacity(model, facts.engine, kind);
    if all.is_empty() {
        return None;
    }
    let short: Vec<&Capacity> = all
        .iter()
        .filter(|one| one.extra != Extra::Enough)
        .collect();
    Some(Section {
        kind: kind.to_owned(),
        enough: say("capacity.enough")
            .with(all.len() - short.len())
            .with(all.len()),
        cut_off: (short.len() > MOST_ROWS).then(|| {
            say("matrix.left")
                .with(short.len() - MOST_ROWS)
                .with(short.len())
        }),
        rows: short
            .into_iter()
            .take(MOST_ROWS)
            .map(|one| row(facts, one, anchors))
            .collect(),
    })
}

fn row(facts: &Facts<'_>, one: &Capacity, anchors: &BTreeMap<NodeIx, String>) -> Row {
    let worst = one.worst();
    let weight = |weight: Option<u64>| weight.map_or_else(|| "–".to_owned(), number);
    let (extra, places) = match &one.extra {
        Extra::Enough => (say("capacity.none"), Vec::new()),
        Extra::Weight { total, places } => (
            say("capacity.extra").with(*total),
            places
                .iter()
                .map(|(domain, weight)| (Name::of(facts.model, *domain), number(*weight)))
                .collect(),
        ),
        Extra::NowhereElse => (say("capacity.nowhere"), Vec::new()),
        Extra::AboveAll => (
            say("capacity.above").with(one.need).with(one.total),
            Vec::new(),
        ),
    };
    Row {
        name: Name::of(facts.model, one.node),
        need: number(one.need),
        active: number(one.active),
        left: weight(worst.map(|loss| loss.at_once)),
        promoted: weight(worst.map(|loss| loss.promoted)),
        without: worst.map(|loss| Link::new(facts.model, loss.domain, anchors)),
        extra,
        places,
    }
}
