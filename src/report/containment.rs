//! Who is drawn in whom: domains by containment, and what stands in them, aggregated per service.
//!
//! A domain is drawn in its `within`, else in the first (by id) domain it stands on. Power,
//! cooling, network, provider, account and config are layers: nothing is drawn inside them, unless
//! replicas stand directly on them; they are listed in the place they belong to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Model, NodeIx};
use crate::words::{Class, Evidence, Mode, Replication, is_network_kind};

/// Deepest nesting drawn; what is deeper is drawn in its ancestor at this depth.
const DEEPEST: usize = 7;

/// A box of the map.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The domain; `None` for a box that is no domain (the whole, outside parties, unknown).
    pub(super) domain: Option<NodeIx>,
    pub(super) label: Label,
    /// Power, network and the like that belong here, sorted.
    pub(super) layers: Vec<NodeIx>,
    pub(super) tiles: Vec<Tile>,
    pub(super) children: Vec<Place>,
}

/// What a box that is no domain is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Label {
    #[default]
    Domain,
    Estate,
    Layers,
    Outside,
    Unplaced,
}

/// All replicas of one service or store in one place, or one outside party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) node: NodeIx,
    pub(super) active: usize,
    pub(super) standby: usize,
    /// Copies of data that never serve.
    pub(super) copies: usize,
}

/// True for kinds that are drawn as a layer.
pub(super) fn is_layer(kind: &str) -> bool {
    matches!(kind, "power" | "cooling") || is_network_kind(kind)
}

/// The whole estate as one place.
pub(super) fn containment(model: &Model) -> Place {
    let supports = Supports::of(model);
    let homes = homes(model, &supports);
    let parents = parents(model, &supports, &homes);
    Builder {
        model,
        tiles: tiles(model, &homes),
        inside: inside(model, &parents, &homes),
    }
    .estate()
}

/// By node: the domain it is drawn in. For a replica that is the place its tile stands in.
pub(super) fn drawn_in(model: &Model) -> Vec<Option<NodeIx>> {
    let supports = Supports::of(model);
    let homes = homes(model, &supports);
    let parents = parents(model, &supports, &homes);
    let home = |ix| homes.get(&ix).copied().flatten();
    model
        .iter()
        .map(|(ix, _)| parents.get(&ix).copied().or_else(|| home(ix)))
        .collect()
}

/// Domains by what stands on them, groups looked through.
struct Supports {
    of: BTreeMap<NodeIx, Vec<NodeIx>>,
}

impl Supports {
    fn of(model: &Model) -> Self {
        let mut direct: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
        for requirement in &model.requirements {
            if requirement.mode == Mode::Placement
                || model.node(requirement.of).class == Class::Group
            {
                let members = requirement.members.iter().map(|member| member.node);
                direct.entry(requirement.of).or_default().extend(members);
            }
        }
        let mut of = BTreeMap::new();
        for (owner, members) in &direct {
            if model.node(*owner).class == Class::Group {
                continue;
            }
            let mut seen: BTreeSet<NodeIx> = BTreeSet::new();
            let mut domains: BTreeSet<NodeIx> = BTreeSet::new();
            let mut queue: Vec<NodeIx> = members.clone();
            while let Some(node) = queue.pop() {
                match model.node(node).class {
                    Class::Domain => drop(domains.insert(node)),
                    Class::Group if seen.insert(node) => {
                        queue.extend(direct.get(&node).into_iter().flatten());
                    }
                    _ => {}
                }
            }
            of.insert(*owner, domains.into_iter().collect());
        }
        Self { of }
    }

    fn of_node(&self, node: NodeIx) -> &[NodeIx] {
        self.of.get(&node).map_or(&[], Vec::as_slice)
    }
}

/// Where each replica is drawn: the place it stands on; `None` where nobody said. Replicas on a
/// layer only are drawn in it.
fn homes(model: &Model, supports: &Supports) -> BTreeMap<NodeIx, Option<NodeIx>> {
    let kind = |node: &NodeIx| is_layer(model.node(*node).id.kind());
    let mut homes = BTreeMap::new();
    for (ix, node) in model.iter() {
        if node.class != Class::Replica {
            continue;
        }
        let on = supports.of_node(ix);
        let home = on
            .iter()
            .find(|on| !kind(on))
            .or_else(|| on.first())
            .copied();
        homes.insert(ix, home.and_then(|home| stated(model, supports, home)));
    }
    homes
}

/// `domain`, or the nearest thing it stands on that a source speaks of (an unnamed host is assumed
/// but may stand in a known zone).
fn stated(model: &Model, supports: &Supports, domain: NodeIx) -> Option<NodeIx> {
    let mut at = domain;
    for _ in 0..DEEPEST {
        if model.node(at).evidence != Evidence::Assumed {
            return Some(at);
        }
        at = supports.of_node(at).first().copied()?;
    }
    None
}

/// The domain each domain is drawn in.
fn parents(
    model: &Model,
    supports: &Supports,
    homes: &BTreeMap<NodeIx, Option<NodeIx>>,
) -> BTreeMap<NodeIx, NodeIx> {
    let inhabited: BTreeSet<NodeIx> = homes.values().flatten().copied().collect();
    let holds = |node: &NodeIx| !is_layer(model.node(*node).id.kind()) || inhabited.contains(node);
    let mut parents: BTreeMap<NodeIx, NodeIx> = BTreeMap::new();
    for (ix, node) in model.iter() {
        if node.class != Class::Domain {
            continue;
        }
        let within = node
            .within
            .filter(|within| model.node(*within).class == Class::Domain);
        let on = || {
            supports
                .of_node(ix)
                .iter()
                .copied()
                .find(|on| holds(on) && *on != ix)
        };
        if let Some(parent) = within.or_else(on) {
            parents.insert(ix, parent);
        }
    }
    cut_circles(&mut parents);
    flatten(&mut parents);
    parents
}

/// `within` and placement together may go round in a circle: the first edge that closes one goes.
fn cut_circles(parents: &mut BTreeMap<NodeIx, NodeIx>) {
    let mut walked: BTreeMap<NodeIx, usize> = BTreeMap::new();
    let starts: Vec<NodeIx> = parents.keys().copied().collect();
    for (walk, start) in starts.into_iter().enumerate() {
        let mut at = start;
        loop {
            match walked.insert(at, walk) {
                Some(earlier) if earlier < walk => {
                    walked.insert(at, earlier);
                    break;
                }
                Some(_) => {
                    parents.remove(&at);
                    break;
                }
                None => {}
            }
            match parents.get(&at) {
                Some(parent) => at = *parent,
                None => break,
            }
        }
    }
}

/// Hangs what is deeper than [`DEEPEST`] under its ancestor at that depth.
fn flatten(parents: &mut BTreeMap<NodeIx, NodeIx>) {
    // Depth, and the ancestor at the greatest depth that may have children.
    let mut known: BTreeMap<NodeIx, (usize, NodeIx)> = BTreeMap::new();
    let starts: Vec<NodeIx> = parents.keys().copied().collect();
    for start in starts {
        let mut path = vec![start];
        while let Some(last) = path.last() {
            match parents.get(last) {
                Some(parent) if !known.contains_key(last) => path.push(*parent),
                _ => break,
            }
        }
        while let Some(node) = path.pop() {
            if known.contains_key(&node) {
                continue;
            }
            let above = parents
                .get(&node)
                .and_then(|parent| known.get(parent))
                .copied();
            let Some((depth, anchor)) = above else {
                known.insert(node, (0, node));
                continue;
            };
            let anchor = if depth + 1 < DEEPEST { node } else { anchor };
            if depth + 1 > DEEPEST - 1 {
                parents.insert(node, anchor);
            }
            known.insert(node, (depth + 1, anchor));
        }
    }
}

/// Domains by the domain they are drawn in (`None`: outermost). Unnamed places are not drawn:
/// nobody has said that they exist.
fn inside(
    model: &Model,
    parents: &BTreeMap<NodeIx, NodeIx>,
    homes: &BTreeMap<NodeIx, Option<NodeIx>>,
) -> BTreeMap<Option<NodeIx>, Vec<NodeIx>> {
    let inhabited: BTreeSet<NodeIx> = homes.values().flatten().copied().collect();
    let mut inside: BTreeMap<Option<NodeIx>, Vec<NodeIx>> = BTreeMap::new();
    for (ix, node) in model.iter() {
        let drawn = node.evidence != Evidence::Assumed || inhabited.contains(&ix);
        if node.class == Class::Domain && drawn {
            inside
                .entry(parents.get(&ix).copied())
                .or_default()
                .push(ix);
        }
    }
    inside
}

/// Replicas by home and workload.
fn tiles(
    model: &Model,
    homes: &BTreeMap<NodeIx, Option<NodeIx>>,
) -> BTreeMap<Option<NodeIx>, Vec<Tile>> {
    let mut waiting: BTreeSet<NodeIx> = BTreeSet::new();
    let mut active: BTreeSet<NodeIx> = BTreeSet::new();
    for member in model.requirements.iter().flat_map(|r| &r.members) {
        match &member.standby {
            None => drop(active.insert(member.node)),
            Some(ways) if !ways.is_empty() => drop(waiting.insert(member.node)),
            // Never promoted: it only holds data.
            Some(_) => {}
        }
    }
    let mut tiles: BTreeMap<Option<NodeIx>, BTreeMap<NodeIx, Tile>> = BTreeMap::new();
    for (replica, home) in homes {
        let node = model.node(*replica);
        let Some(workload) = node.part_of else {
            continue;
        };
        let by_workload = tiles.entry(*home).or_default();
        let tile = by_workload.entry(workload).or_insert(Tile {
            node: workload,
            active: 0,
            standby: 0,
            copies: 0,
        });
        let backup = matches!(node.data, Some(Replication::Backup { .. }));
        if active.contains(replica) {
            tile.active += 1;
        } else if waiting.contains(replica) && !backup {
            tile.standby += 1;
        } else {
            tile.copies += 1;
        }
    }
    tiles
        .into_iter()
        .map(|(home, by_workload)| (home, by_workload.into_values().collect()))
        .collect()
}

struct Builder<'m> {
    model: &'m Model,
    tiles: BTreeMap<Option<NodeIx>, Vec<Tile>>,
    inside: BTreeMap<Option<NodeIx>, Vec<NodeIx>>,
}

impl Builder<'_> {
    fn estate(mut self) -> Place {
        let mut estate = Place {
            label: Label::Estate,
            ..Place::default()
        };
        for domain in self.inside.remove(&None).unwrap_or_default() {
            match self.place(domain) {
                Some(place) => estate.children.push(place),
                None => estate.layers.push(domain),
            }
        }
        let single = |node| Tile {
            node,
            active: 0,
            standby: 0,
            copies: 0,
        };
        let placed: BTreeSet<NodeIx> = self.model.iter().filter_map(|(_, n)| n.part_of).collect();
        let mut unplaced = self.tiles.remove(&None).unwrap_or_default();
        let mut outside = Vec::new();
        for (ix, node) in self.model.iter() {
            match node.class {
                Class::External => outside.push(single(ix)),
                Class::Service | Class::Store if !placed.contains(&ix) => unplaced.push(single(ix)),
                _ => {}
            }
        }
        let mut add = |label, layers: Vec<NodeIx>, tiles: Vec<Tile>| {
            if !layers.is_empty() || !tiles.is_empty() {
                estate.children.push(Place {
                    label,
                    layers,
                    tiles,
                    ..Place::default()
                });
            }
        };
        let layers = std::mem::take(&mut estate.layers);
        add(Label::Layers, layers, Vec::new());
        add(Label::Unplaced, Vec::new(), unplaced);
        add(Label::Outside, Vec::new(), outside);
        estate
    }

    /// The box of `domain` with all in it; `None` for a layer that holds nothing.
    fn place(&mut self, domain: NodeIx) -> Option<Place> {
        let mut place = Place {
            domain: Some(domain),
            tiles: self.tiles.remove(&Some(domain)).unwrap_or_default(),
            ..Place::default()
        };
        for child in self.inside.remove(&Some(domain)).unwrap_or_default() {
            match self.place(child) {
                Some(child) => place.children.push(child),
                None => place.layers.push(child),
            }
        }
        let empty = place.tiles.is_empty() && place.children.is_empty() && place.layers.is_empty();
        let layer = is_layer(self.model.node(domain).id.kind());
        (!(empty && layer)).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ix(n: u32) -> NodeIx {
        NodeIx(n)
    }

    fn depth(parents: &BTreeMap<NodeIx, NodeIx>, mut node: NodeIx) -> usize {
        let mut depth = 0;
        while let Some(parent) = parents.get(&node) {
            node = *parent;
            depth += 1;
            assert!(depth <= parents.len(), "a circle");
        }
        depth
    }

    #[test]
    fn circles_are_cut_once() {
        // 1 → 2 → 3 → 1, and 0 hangs on 2; 4 hangs on itself.
        let edges = [(0, 2), (1, 2), (2, 3), (3, 1), (4, 4)];
        let mut parents = edges.map(|(a, b)| (ix(a), ix(b))).into_iter().collect();
        cut_circles(&mut parents);
        assert_eq!(parents.len(), 3, "one edge of each circle is gone");
        for node in 0..5 {
            depth(&parents, ix(node));
        }
    }

    #[test]
    fn deep_nesting_is_drawn_flat_below_a_depth() {
        for ascending in [true, false] {
            let chain = (0..50_000).map(|n| (ix(n), ix(n + 1)));
            let mut parents: BTreeMap<NodeIx, NodeIx> = if ascending {
                chain.collect()
            } else {
                chain.map(|(a, b)| (b, a)).collect()
            };
            flatten(&mut parents);
            let deepest = (0..=50_000).map(|n| depth(&parents, ix(n))).max();
            assert_eq!(deepest, Some(DEEPEST));
            assert_eq!(parents.len(), 50_000, "nothing is lost");
        }
    }
}
