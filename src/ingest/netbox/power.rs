//! Panels and feeds, and which racks and devices they give power to; cooling likewise.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{choice, is_active, reference};
use super::places::{room, site};
use super::rows::Model;
use super::telling::{Teller, domain};
use crate::ingest::fact::{Attributes, ModeRule};
use crate::message;
use crate::source::Span;
use crate::words::{Evidence, Id};

/// A supply that feeds lead from: power, and cooling since version 4.6.
struct Supply {
    source: Model,
    feed: Model,
    /// Field of a feed that names its source.
    field: &'static str,
    words: (&'static str, &'static str),
}

const SUPPLIES: [Supply; 2] = [
    Supply {
        source: Model::PowerPanel,
        feed: Model::PowerFeed,
        field: "power_panel",
        words: ("power feed", "power feeds"),
    },
    Supply {
        source: Model::CoolingSource,
        feed: Model::CoolingFeed,
        field: "cooling_source",
        words: ("cooling feed", "cooling feeds"),
    },
];

pub(super) fn tell(teller: &mut Teller<'_, '_>) {
    for supply in &SUPPLIES {
        sources(teller, supply);
        feeds(teller, supply);
    }
}

/// A source stands in its room. Where only the site is stated it is drawn there: what it feeds
/// stands at that site too, and goes with it anyway.
fn sources(teller: &mut Teller<'_, '_>, supply: &Supply) {
    for row in teller.inventory.rows(supply.source) {
        if let Some(id) = teller.id(supply.source, row.key) {
            let within = site(teller, row).map(|(site, span)| domain(&site, span));
            let attributes = Attributes {
                within,
                ..Attributes::default()
            };
            teller.domain(&id, row.span(), attributes);
            if let Some((room, span)) = room(teller, row) {
                teller.stands(&id, &room, Evidence::Declared, span);
            }
        }
    }
}

/// Feeds, and the racks that any of their feeds keeps running.
fn feeds(teller: &mut Teller<'_, '_>, supply: &Supply) {
    let mut racks: BTreeMap<&str, Feeds> = BTreeMap::new();
    for row in teller.inventory.rows(supply.feed) {
        let Some(id) = teller.id(supply.feed, row.key) else {
            continue;
        };
        let span = row.span();
        let status = choice(row.view, "status");
        if !is_active(status.as_deref()) {
            let (one, several) = supply.words;
            teller.note(
                span,
                move |n| {
                    message!(
                        "a {one} that is not active: it feeds nothing|{n} {several} that are not active: \
                         they feed nothing",
                        n,
                        one,
                        several
                    )
                },
            );
            continue;
        }
        // What flows back cools nothing.
        if choice(row.view, "flow_direction").is_some_and(|way| way == "return") {
            continue;
        }
        teller.domain(&id, span, Attributes::default());
        if let Some(source) = teller.id_at(row, supply.field, supply.source) {
            let span = row.span_at(supply.field);
            teller.stands(&id, &source, Evidence::Declared, span);
        }
        if let Some(rack) = reference(row.view, "rack") {
            let feeds = racks
                .entry(rack)
                .or_insert_with(|| Feeds::at(row.span_at("rack")));
            feeds.ids.insert(id);
            feeds.types.insert(choice(row.view, "type"));
        }
    }
    for (rack, feeds) in racks {
        let Some(rack) = teller.id(Model::Rack, rack) else {
            continue;
        };
        let ids: Vec<Id> = feeds.ids.into_iter().collect();
        // One primary and one redundant feed say themselves that either will do; two that are
        // called primary may only have been left at the default.
        let told = ids.len() == 1 || feeds.types.len() > 1;
        let evidence = if told {
            Evidence::Declared
        } else {
            Evidence::Inferred
        };
        teller.any(&rack, ModeRule::ByMember, &ids, evidence, feeds.span);
    }
}

/// The feeds of a rack.
struct Feeds {
    ids: BTreeSet<Id>,
    types: BTreeSet<Option<String>>,
    span: Span,
}

impl Feeds {
    fn at(span: Span) -> Self {
        Self {
            ids: BTreeSet::new(),
            types: BTreeSet::new(),
            span,
        }
    }
}

/// What a device gets power from by its cables, any of it: outlets of other devices, feeds.
pub(super) fn cabled(teller: &Teller<'_, '_>, device: &str) -> Option<(Vec<Id>, Span)> {
    let mut sources = BTreeSet::new();
    let mut first: Option<Span> = None;
    for port in teller.devices.power_ports.get(device).into_iter().flatten() {
        for ((model, key), span) in teller.links.peers(Model::PowerPort, port) {
            let source = match model {
                Model::PowerFeed => {
                    let row = teller.inventory.row(Model::PowerFeed, key);
                    let status = row.and_then(|row| choice(row.view, "status"));
                    teller
                        .id(Model::PowerFeed, key)
                        .filter(|_| is_active(status.as_deref()))
                }
                Model::PowerOutlet => {
                    let row = teller.inventory.row(Model::PowerOutlet, key);
                    row.and_then(|row| teller.id_at(row, "device", Model::Device))
                }
                _ => None,
            };
            if let Some(source) = source {
                sources.insert(source);
                first = Some(first.map_or(span, |first| first.min(span)));
            }
        }
    }
    Some((sources.into_iter().collect(), first?))
}
