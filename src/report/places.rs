//! The failure domains as a nested list: what the map draws, for those who read or print.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;

use super::Facts;
use super::containment::{Label, Place, Tile, containment};
use super::language::{Say, Words, say};
use super::name::Name;
use super::text::number;
use super::verdict::class_count;
use crate::analysis::rank::Ranked;
use crate::analysis::verdict::Verdict;
use crate::model::{Model, NodeIx};
use crate::words::Class;

/// Most entries of the nested list.
const MOST_LISTED: usize = 80;
/// Most feeds and services named at one place.
const MOST_LAYERS: usize = 20;
const MOST_TILES: usize = 8;

/// The section.
pub(super) struct Section {
    pub(super) summary: Say,
    pub(super) list: Vec<Entry>,
    pub(super) list_more: bool,
}

/// A line of the nested list, with the lines below it.
#[derive(Template)]
#[template(path = "report/place.html")]
pub(super) struct Entry {
    l: Words,
    name: Option<Name>,
    /// What a place that is no domain is called.
    label: Option<Say>,
    loss: Option<Say>,
    layers: String,
    tiles: String,
    children: Vec<Entry>,
}

/// What losing a domain does, in short.
#[derive(Clone, Copy, Default)]
struct Loss {
    worst: Verdict,
    cut: usize,
    journeys: usize,
}

struct Lister<'f> {
    facts: &'f Facts<'f>,
    losses: BTreeMap<NodeIx, Loss>,
}

/// `None` when there is no place.
pub(super) fn section(facts: &Facts<'_>, ranked: &[Ranked]) -> Option<Section> {
    let estate = containment(facts.model);
    if estate.children.is_empty() {
        return None;
    }
    let lister = Lister {
        facts,
        losses: ranked
            .iter()
            .map(|ranked| (ranked.fault, loss(facts.model, ranked)))
            .collect(),
    };
    let mut left = MOST_LISTED;
    let list = lister.list(&estate.children, &mut left);
    Some(Section {
        summary: summary(facts.model, &lister.losses),
        list,
        list_more: left == 0,
    })
}

fn loss(model: &Model, ranked: &Ranked) -> Loss {
    let journeys = ranked
        .cut
        .iter()
        .filter(|ix| model.node(**ix).class == Class::Journey);
    Loss {
        worst: ranked.worst,
        cut: ranked.cut.len(),
        journeys: journeys.count(),
    }
}

/// One sentence over the list.
fn summary(model: &Model, losses: &BTreeMap<NodeIx, Loss>) -> Say {
    let domains = model.iter().filter(|(_, node)| node.class == Class::Domain);
    let cutting = domains
        .clone()
        .filter(|(ix, _)| losses.get(ix).is_some_and(|l| l.cut > 0));
    say("places.lead")
        .with(class_count(Class::Domain, domains.count()))
        .with(cutting.count())
}

impl Lister<'_> {
    fn loss_hint(&self, node: NodeIx) -> Say {
        let loss = self.losses.get(&node).copied().unwrap_or_default();
        match (loss.cut, loss.worst) {
            (0, Verdict::None) => say("places.loss.none"),
            (0, Verdict::Degraded) => say("places.loss.degraded"),
            (0, _) => say("places.loss.interrupted"),
            (cut, _) => say("places.loss.cut")
                .with(cut)
                .with(class_count(Class::Journey, loss.journeys)),
        }
    }

    /// The same facts as the map, as deep. `left`: how many entries may still be made.
    fn list(&self, places: &[Place], left: &mut usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        for place in places {
            let Some(fewer) = left.checked_sub(1) else {
                break;
            };
            *left = fewer;
            entries.push(self.entry(place, left));
        }
        entries
    }

    fn entry(&self, place: &Place, left: &mut usize) -> Entry {
        let model = self.facts.model;
        let layers = place.layers.iter().map(|ix| {
            let cuts = self.losses.get(ix).map_or(0, |loss| loss.cut);
            let mark = if cuts > 0 { " †" } else { "" };
            format!("{}{mark}", Name::of(model, *ix).id)
        });
        let tiles = place
            .tiles
            .iter()
            .map(|tile| format!("{}{}", Name::of(model, tile.node).id, note(tile)));
        Entry {
            l: Words(self.facts.language),
            name: place.domain.map(|ix| Name::of(model, ix)),
            label: match place.label {
                Label::Layers => Some(say("map.box.layers")),
                Label::Outside => Some(say("map.box.outside")),
                Label::Unplaced => Some(say("map.box.unplaced")),
                Label::Domain | Label::Estate => None,
            },
            loss: place.domain.map(|domain| self.loss_hint(domain)),
            layers: shown(
                &layers.take(MOST_LAYERS).collect::<Vec<_>>(),
                place.layers.len(),
            ),
            tiles: shown(
                &tiles.take(MOST_TILES).collect::<Vec<_>>(),
                place.tiles.len(),
            ),
            children: self.list(&place.children, left),
        }
    }
}

/// `shown` of `all`, as plain text: names are the same in every language.
fn shown(shown: &[String], all: usize) -> String {
    let more = all.saturating_sub(shown.len());
    let text = shown.join(", ");
    if more > 0 {
        format!("{text} +{}", number(more))
    } else {
        text
    }
}

/// ` ×3 +2`: active replicas and standbys; copies of data that never serve in brackets.
fn note(tile: &Tile) -> String {
    let mut note = String::new();
    if tile.active > 1 {
        let _ = write!(note, " ×{}", number(tile.active));
    }
    if tile.standby > 0 {
        let _ = write!(note, " +{}", number(tile.standby));
    }
    if tile.copies > 0 {
        let _ = write!(note, " ({})", number(tile.copies));
    }
    note
}
