//! The map: nested domains as a picture, and the same as a nested list.

use std::collections::BTreeMap;

use askama::Template;
use unicode_width::UnicodeWidthStr as _;

use super::Facts;
use super::containment::{Label, Place, Tile, containment};
use super::name::Name;
use super::pack::{self, Item, PAD, Packed, TILE_H, TILE_W};
use super::text::{count, list, number, shorten};
use super::verdict::class_count;
use crate::analysis::rank::Ranked;
use crate::analysis::verdict::Verdict;
use crate::model::{Model, NodeIx};
use crate::words::Class;

/// Most boxes and tiles drawn; above it, boxes are folded.
const BUDGET: usize = 420;
/// Most entries of the nested list.
const MOST_LISTED: usize = 2_000;
/// Columns of text that fit on a tile.
const TILE_COLUMNS: usize = 17;
/// Width the whole picture should fill.
const WIDTH: u32 = 1_150;

/// The section.
pub(super) struct Section {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) boxes: Vec<Box>,
    pub(super) tiles: Vec<TileView>,
    /// Something was folded to keep the picture readable.
    pub(super) folded: bool,
    /// Size of every tile.
    pub(super) tile: (u32, u32),
    pub(super) summary: String,
    pub(super) list: Vec<Entry>,
    pub(super) list_more: bool,
}

/// A domain.
pub(super) struct Box {
    pub(super) n: Option<u32>,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) w: u32,
    pub(super) h: u32,
    pub(super) depth: usize,
    pub(super) loss: &'static str,
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) label_x: u32,
    pub(super) base: u32,
    pub(super) hint: String,
}

/// A service, a store, an outside party, a feed, or what was folded.
pub(super) struct TileView {
    pub(super) n: Option<u32>,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) class: &'static str,
    pub(super) loss: &'static str,
    pub(super) critical: bool,
    pub(super) label: String,
    pub(super) note: String,
    pub(super) hint: String,
}

impl TileView {
    /// The symbol that goes with the class.
    pub(super) fn icon(&self) -> &'static str {
        self.class.split(' ').next().unwrap_or("folded")
    }
}

/// A line of the nested list, with the lines below it.
#[derive(Template)]
#[template(path = "report/place.html")]
pub(super) struct Entry {
    name: Option<Name>,
    words: String,
    children: Vec<Entry>,
}

/// What losing a domain does, in short.
#[derive(Clone, Copy, Default)]
struct Loss {
    worst: Verdict,
    cut: usize,
    journeys: usize,
}

struct Drawer<'f> {
    facts: &'f Facts<'f>,
    losses: BTreeMap<NodeIx, Loss>,
}

/// A tile before it has a position.
enum Piece {
    Layer(NodeIx),
    Work(Tile),
    Folded(Option<NodeIx>, String),
}

/// A box before it has a position.
struct Drawn {
    place: Option<NodeIx>,
    label: Label,
    pieces: Vec<Piece>,
    children: Vec<Drawn>,
}

/// `None` when there is nothing to draw.
pub(super) fn section(facts: &Facts<'_>, ranked: &[Ranked]) -> Option<Section> {
    let estate = containment(facts.model);
    if estate.children.is_empty() {
        return None;
    }
    let drawer = Drawer {
        facts,
        losses: ranked
            .iter()
            .map(|ranked| (ranked.fault, loss(facts.model, ranked)))
            .collect(),
    };
    // From everything down to the outermost boxes: the first that fits.
    let steps = [
        (usize::MAX, 9),
        (60, 9),
        (24, 9),
        (12, 9),
        (12, 4),
        (12, 3),
        (8, 2),
        (6, 1),
    ];
    let mut chosen = None;
    for (most, depth) in steps {
        let drawn = fold(&estate, most, depth);
        let fits = size(&drawn) <= BUDGET;
        chosen = Some((drawn, most != usize::MAX));
        if fits {
            break;
        }
    }
    let (drawn, folded) = chosen?;
    let item = drawer.item(&drawn);
    let packed = pack::pack(&item, Some(WIDTH));
    let mut section = Section {
        width: packed.w,
        height: packed.h.saturating_sub(pack::HEAD),
        boxes: Vec::new(),
        tiles: Vec::new(),
        folded,
        tile: (TILE_W, TILE_H),
        summary: String::new(),
        list: Vec::new(),
        list_more: false,
    };
    // The outermost box has no frame and no head.
    for (child, at) in drawn.children.iter().zip(&packed.children) {
        drawer.draw(child, at, (0, 0), 0, &mut section);
    }
    for tile in &mut section.tiles {
        tile.y = tile.y.saturating_sub(pack::HEAD);
    }
    for boxed in &mut section.boxes {
        boxed.y = boxed.y.saturating_sub(pack::HEAD);
        boxed.base = boxed.base.saturating_sub(pack::HEAD);
    }
    section.summary = summary(facts.model, &drawer.losses);
    let mut left = MOST_LISTED;
    section.list = drawer.list(&estate.children, &mut left);
    section.list_more = left == 0;
    Some(section)
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

/// One sentence that says what the picture shows.
fn summary(model: &Model, losses: &BTreeMap<NodeIx, Loss>) -> String {
    let domains = model.iter().filter(|(_, node)| node.class == Class::Domain);
    let cutting = domains
        .clone()
        .filter(|(ix, _)| losses.get(ix).is_some_and(|l| l.cut > 0));
    format!(
        "{}; the loss of {} of them cuts a service, store or journey.",
        class_count(Class::Domain, domains.count()),
        number(cutting.count())
    )
}

fn fold(place: &Place, most: usize, depth: usize) -> Drawn {
    let mut pieces: Vec<Piece> = place.layers.iter().copied().map(Piece::Layer).collect();
    pieces.extend(place.tiles.iter().cloned().map(Piece::Work));
    let mut children = Vec::new();
    if depth == 0 {
        if !place.children.is_empty() {
            let (places, tiles) = within(place);
            let text = format!("{} places, {} tiles", number(places), number(tiles));
            pieces.push(Piece::Folded(None, text));
        }
    } else {
        let shown = if place.children.len() > most {
            most - 1
        } else {
            most
        };
        children.extend(
            place
                .children
                .iter()
                .take(shown)
                .map(|child| fold(child, most, depth - 1)),
        );
        if let Some(rest) = place.children.len().checked_sub(shown).filter(|n| *n > 0) {
            pieces.push(Piece::Folded(
                None,
                count(rest, "more place", "more places"),
            ));
        }
    }
    if pieces.len() > most {
        let rest = pieces.len() - (most - 1);
        pieces.truncate(most - 1);
        pieces.push(Piece::Folded(None, format!("{} more", number(rest))));
    }
    Drawn {
        place: place.domain,
        label: place.label,
        pieces,
        children,
    }
}

/// Places and tiles below `place`.
fn within(place: &Place) -> (usize, usize) {
    place
        .children
        .iter()
        .fold((0, 0), |(places, tiles), child| {
            let (more, further) = within(child);
            (places + 1 + more, tiles + child.tiles.len() + further)
        })
}

fn size(drawn: &Drawn) -> usize {
    1 + drawn.pieces.len() + drawn.children.iter().map(size).sum::<usize>()
}

impl Drawer<'_> {
    fn loss(&self, node: NodeIx) -> Loss {
        self.losses.get(&node).copied().unwrap_or_default()
    }

    /// The word for the colour of a domain: what its loss does at worst.
    fn loss_word(&self, node: Option<NodeIx>) -> &'static str {
        let Some(node) = node else { return "plain" };
        let loss = self.loss(node);
        match (loss.cut, loss.worst) {
            (0, Verdict::Interrupted | Verdict::Down | Verdict::Stuck) => "interrupted",
            (0, worst) => worst.as_str(),
            (_, Verdict::Stuck) => "stuck",
            _ => "down",
        }
    }

    fn loss_hint(&self, node: NodeIx) -> String {
        let loss = self.loss(node);
        match (loss.cut, loss.worst) {
            (0, Verdict::None) => "its loss changes nothing people ask about".to_owned(),
            (0, Verdict::Degraded) => "its loss degrades something".to_owned(),
            (0, _) => "its loss interrupts something, which is back in time".to_owned(),
            (cut, _) => format!(
                "its loss cuts {}, {} among them",
                count(cut, "node", "nodes"),
                class_count(Class::Journey, loss.journeys)
            ),
        }
    }

    fn label(&self, drawn: &Drawn) -> (String, String) {
        match (drawn.place, drawn.label) {
            (Some(ix), _) => {
                let name = Name::of(self.facts.model, ix);
                let own = name
                    .id
                    .split_once(':')
                    .map_or(name.id.as_str(), |(_, own)| own);
                (shorten(name.title.as_deref().unwrap_or(own), 30), name.kind)
            }
            (None, Label::Layers) => ("Power, network and providers".to_owned(), String::new()),
            (None, Label::Outside) => ("Outside parties".to_owned(), String::new()),
            (None, Label::Unplaced) => ("Placement not stated".to_owned(), String::new()),
            (None, Label::Domain | Label::Estate) => (String::new(), String::new()),
        }
    }

    fn item(&self, drawn: &Drawn) -> Item {
        let (label, kind) = self.label(drawn);
        Item {
            label_w: 22 + text_width(&label, 84) + 8 + text_width(&shorten(&kind, 14), 70),
            tiles: drawn.pieces.len(),
            wide: drawn.place.is_none(),
            children: drawn
                .children
                .iter()
                .map(|child| self.item(child))
                .collect(),
        }
    }

    fn draw(&self, drawn: &Drawn, at: &Packed, origin: (u32, u32), depth: usize, to: &mut Section) {
        let (x, y) = (origin.0 + at.x, origin.1 + at.y);
        let (label, kind) = self.label(drawn);
        let kind = shorten(&kind, 14);
        let label_x = x + if drawn.place.is_some() { PAD + 20 } else { PAD };
        to.boxes.push(Box {
            n: drawn.place.map(|ix| ix.0),
            x,
            y,
            w: at.w,
            h: at.h,
            depth: depth.min(4),
            loss: self.loss_word(drawn.place),
            kind,
            label,
            label_x,
            base: y + 18,
            hint: drawn.place.map_or_else(String::new, |ix| {
                let name = Name::of(self.facts.model, ix);
                format!("{}: {}", name.id, self.loss_hint(ix))
            }),
        });
        for (piece, (tile_x, tile_y)) in drawn.pieces.iter().zip(&at.tiles) {
            to.tiles.push(self.tile(piece, x + tile_x, y + tile_y));
        }
        for (child, at) in drawn.children.iter().zip(&at.children) {
            self.draw(child, at, (x, y), depth + 1, to);
        }
    }

    fn tile(&self, piece: &Piece, x: u32, y: u32) -> TileView {
        let model = self.facts.model;
        let mut view = TileView {
            n: None,
            x,
            y,
            class: "folded",
            loss: "plain",
            critical: false,
            label: String::new(),
            note: String::new(),
            hint: String::new(),
        };
        match piece {
            Piece::Folded(node, text) => {
                view.n = node.map(|ix| ix.0);
                view.label.clone_from(text);
                view.hint.clone_from(text);
            }
            Piece::Layer(ix) => {
                let name = Name::of(model, *ix);
                view.n = Some(ix.0);
                view.class = "layer";
                view.loss = self.loss_word(Some(*ix));
                view.hint = format!("{}: {}", name.id, self.loss_hint(*ix));
                view.label = shorten(own_name(&name), TILE_COLUMNS);
            }
            Piece::Work(tile) => {
                let name = Name::of(model, tile.node);
                let node = model.node(tile.node);
                view.n = Some(tile.node.0);
                view.class = match node.class {
                    Class::External => "external",
                    Class::Store if tile.active > 0 => "store",
                    _ if tile.active > 0 => "service",
                    Class::Store if tile.standby > 0 => "store standby",
                    _ if tile.standby > 0 => "service standby",
                    Class::Store => "store copy",
                    _ => "service copy",
                };
                view.critical = node.tier.is_some_and(|tier| tier <= 1);
                view.note = note(tile);
                let most = TILE_COLUMNS.saturating_sub(view.note.width());
                view.label = shorten(own_name(&name), most);
                let what = tile_words(tile);
                view.hint = if what.is_empty() {
                    name.id
                } else {
                    format!("{}: {what}", name.id)
                };
            }
        }
        view
    }

    /// The same facts as a nested list, as deep as the picture. `left`: how many entries may still
    /// be made.
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
        let mut words = Vec::new();
        if let Some(domain) = place.domain {
            words.push(self.loss_hint(domain));
        }
        if !place.layers.is_empty() {
            let layers = place.layers.iter();
            let layers: Vec<String> = layers
                .map(|ix| format!("{} ({})", Name::of(model, *ix).id, self.loss_hint(*ix)))
                .collect();
            words.push(format!("supplied or reached by {}", list(&layers, 20)));
        }
        if !place.tiles.is_empty() {
            let tiles = place.tiles.iter().map(|tile| {
                let id = Name::of(model, tile.node).id;
                match tile_words(tile).as_str() {
                    "" => id,
                    words => format!("{id} ({words})"),
                }
            });
            let tiles: Vec<String> = tiles.collect();
            words.push(format!("holds {}", list(&tiles, 60)));
        }
        let drawn = Drawn {
            place: place.domain,
            label: place.label,
            pieces: Vec::new(),
            children: Vec::new(),
        };
        let name = place.domain.map(|ix| Name::of(model, ix));
        let mut text = words.join("; ");
        if name.is_none() {
            text = format!("{}: {text}", self.label(&drawn).0);
        }
        Entry {
            name,
            words: text,
            children: self.list(&place.children, left),
        }
    }
}

/// The part of an id after the kind: what fits on a tile.
fn own_name(name: &Name) -> &str {
    name.id
        .split_once(':')
        .map_or(name.id.as_str(), |(_, own)| own)
}

/// Width of `text` in user units, at `tenths` of a unit per column.
fn text_width(text: &str, tenths: u32) -> u32 {
    u32::try_from(text.width())
        .unwrap_or(0)
        .saturating_mul(tenths)
        / 10
}

/// `×3`, `×3 +2` with standbys; the frame of the tile says which alone they are.
fn note(tile: &Tile) -> String {
    let times = |n: usize| {
        if n > 1 {
            format!("×{}", number(n))
        } else {
            String::new()
        }
    };
    match (tile.active, tile.standby) {
        (0, 0) => times(tile.copies),
        (0, standby) => times(standby),
        (active, 0) => times(active),
        (1, standby) => format!("+{}", number(standby)),
        (active, standby) => format!("×{} +{}", number(active), number(standby)),
    }
}

fn tile_words(tile: &Tile) -> String {
    let mut words = Vec::new();
    if tile.active > 0 {
        words.push(count(tile.active, "replica", "replicas"));
    }
    if tile.standby > 0 {
        words.push(count(tile.standby, "standby", "standbys"));
    }
    if tile.copies > 0 {
        words.push(count(tile.copies, "copy of data", "copies of data"));
    }
    list(&words, words.len())
}
