//! Cables, and which devices are reached through which others.
//!
//! At a site whose circuits are cabled, a device that lies on every way from the circuits to
//! another is one that the other can't be reached without: its dominator (Lengauer and Tarjan,
//! 1979; found by the simple method of Cooper, Harvey and Kennedy, 2001). Of rings and double
//! uplinks nothing is accused, and what is not cabled to a circuit needs nothing.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::dominators;
use petgraph::graph::{DiGraph, NodeIndex};

use super::circuits::Ways;
use super::fields::{choice, is_active, reference, text};
use super::inventory::Inventory;
use super::machines::{PANEL, POWER, runs};
use super::rows::{Model, Row};
use super::telling::Teller;
use crate::ingest::budget::Budget;
use crate::source::{Span, View};
use crate::words::{Evidence, Id};

/// Most ends on one side of a cable. Trunks have a few dozen.
const ENDS: usize = 512;

/// A port or the like that a cable ends at.
pub(super) type End<'d> = (Model, &'d str);

/// What is cabled to what.
#[derive(Default)]
pub(super) struct Links<'d> {
    peers: BTreeMap<End<'d>, BTreeMap<End<'d>, Span>>,
}

impl<'d> Links<'d> {
    /// Both shapes of cables: with one end on each side (before version 3.3), and with ends of
    /// their own; and, where there are no cables, what ports say of their peers.
    pub(super) fn new(inventory: &Inventory<'d>, budget: &Budget) -> Self {
        let mut links = Self::default();
        let mut sides: BTreeMap<&str, [BTreeSet<End<'d>>; 2]> = BTreeMap::new();
        for row in inventory.rows(Model::CableTermination) {
            let names = ("termination_type", "termination_id");
            let cable = reference(row.view, "cable");
            let side = usize::from(text(row.view, "cable_end") == Some("B"));
            let end = inventory.generic(row.view, names);
            if let (Some(cable), Some(end)) = (cable, end)
                && let Some(side) = sides.entry(cable).or_default().get_mut(side)
            {
                side.insert(end);
            }
        }
        for row in inventory.rows(Model::Cable) {
            let both = sides.entry(row.key).or_default();
            let fields = ["a", "b"].into_iter().zip(both.iter_mut());
            for (side, ends) in fields {
                let names = (
                    format!("termination_{side}_type"),
                    format!("termination_{side}_id"),
                );
                ends.extend(inventory.generic(row.view, (&names.0, &names.1)));
                let list = row.view.get(&format!("{side}_terminations"));
                let list = list.filter(|list| budget.spend(list.size()));
                let items = list.map(View::items).into_iter().flatten();
                ends.extend(
                    items.filter_map(|end| inventory.generic(end, ("object_type", "object_id"))),
                );
            }
        }
        for (cable, [a, b]) in sides {
            let row = inventory.row(Model::Cable, cable);
            let status = row.and_then(|row| choice(row.view, "status"));
            // What no cable has, a hostile file may: each end is joined with each.
            if !is_active(status.as_deref()) || a.len().max(b.len()) > ENDS {
                continue;
            }
            for one in &a {
                for other in b.iter().filter(|_| budget.spend(20)) {
                    links.join(inventory, row, *one, *other);
                }
            }
        }
        links.peers_by_port(inventory, budget);
        links
    }

    fn join(
        &mut self,
        inventory: &Inventory<'d>,
        cable: Option<Row<'d>>,
        one: End<'d>,
        other: End<'d>,
    ) {
        // The cable says it; where it is told in passing, the port at its end.
        let at = cable
            .filter(|cable| cable.whole)
            .or_else(|| inventory.row(one.0, one.1));
        if let Some(at) = at.or(cable) {
            let span = at.span();
            self.peers.entry(one).or_default().insert(other, span);
            self.peers.entry(other).or_default().insert(one, span);
        }
    }

    /// `link_peers` of ports; one `link_peer` or `cable_peer` before version 3.3, and before these
    /// what the port reaches in the end.
    fn peers_by_port(&mut self, inventory: &Inventory<'d>, budget: &Budget) {
        for model in CABLED {
            let rows = inventory.rows(model).filter(|row| row.whole);
            for row in rows.filter(|_| budget.spend(4)) {
                let list = row
                    .view
                    .get("link_peers")
                    .map(View::items)
                    .into_iter()
                    .flatten();
                let told = |field: &&str| row.view.get(field).is_some();
                let one = ["link_peer", "cable_peer"];
                let newer = one.iter().any(told) || told(&"link_peers");
                let oldest = (!newer).then_some("connected_endpoint");
                let one = one.into_iter().chain(oldest);
                let one = one.filter_map(|field| row.view.get(field));
                for peer in list.chain(one) {
                    let end = text(peer, "url").and_then(Model::at);
                    let key = super::fields::key(peer, "id");
                    if let (Some(end), Some(key)) = (end, key)
                        && !self
                            .peers
                            .get(&(model, row.key))
                            .is_some_and(|all| all.contains_key(&(end, key)))
                    {
                        self.join(inventory, None, (model, row.key), (end, key));
                    }
                }
            }
        }
    }

    /// What stands at the other ends of the cables of a port.
    pub(super) fn peers(
        &self,
        model: Model,
        key: &'d str,
    ) -> impl Iterator<Item = (End<'d>, Span)> {
        let peers = self.peers.get(&(model, key)).into_iter().flatten();
        peers.map(|(end, span)| (*end, *span))
    }
}

/// What cables end at.
const CABLED: [Model; 7] = [
    Model::Interface,
    Model::FrontPort,
    Model::RearPort,
    Model::PowerPort,
    Model::PowerOutlet,
    Model::PowerFeed,
    Model::CircuitTermination,
];

/// What a way through a site leads over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hop<'d> {
    /// Where all circuits come from.
    Outside,
    Circuit(&'d str),
    Device(&'d str),
    /// A port of a panel, which joins what is plugged in on its two sides, with the panel.
    Joint(&'d str, &'d str),
}

/// Cables between hops, by site.
type Site<'d> = BTreeMap<(Hop<'d>, Hop<'d>), Span>;

pub(super) fn tell<'d>(teller: &mut Teller<'_, 'd>, ways: &Ways<'d>) {
    let mut sites: BTreeMap<&str, Site<'d>> = BTreeMap::new();
    let mut circuits: BTreeMap<&str, &str> = BTreeMap::new();
    for row in teller.inventory.rows(Model::Circuit) {
        for field in ["termination_a", "termination_z"] {
            if let Some(end) = reference(row.view, field) {
                circuits.insert(end, row.key);
            }
        }
    }
    for (end, peers) in &teller.links.peers {
        for (other, span) in peers.range(*end..) {
            let hops = (hop(teller, &circuits, *end), hop(teller, &circuits, *other));
            let (Some((one, site)), Some((other, its))) = hops else {
                continue;
            };
            // A circuit is at two sites: it belongs to that of the port it is plugged into.
            if let Some(site) = match (site, its) {
                (Some(site), Some(its)) if site == its => Some(site),
                (Some(site), None) | (None, Some(site)) => Some(site),
                _ => None,
            } {
                sites.entry(site).or_default().insert((one, other), *span);
            }
        }
    }
    stacks(teller, &mut sites);
    for (site, cables) in sites {
        let Some(ways) = ways.get(site).filter(|ways| !ways.is_empty()) else {
            continue;
        };
        within(teller, ways, &cables);
    }
}

/// What a cable leads to, and the site of it. Nothing for power, consoles, management ports, and
/// devices that don't run.
fn hop<'d>(
    teller: &Teller<'_, 'd>,
    circuits: &BTreeMap<&'d str, &'d str>,
    (model, key): End<'d>,
) -> Option<(Hop<'d>, Option<&'d str>)> {
    let row = teller.inventory.row(model, key)?;
    if model == Model::CircuitTermination {
        let circuit = reference(row.view, "circuit").or_else(|| circuits.get(key).copied());
        return Some((Hop::Circuit(circuit?), None));
    }
    let device = reference(row.view, "device")?;
    let of = teller.inventory.row(Model::Device, device)?;
    let site = reference(of.view, "site")?;
    let joint = match model {
        Model::RearPort => Some(key),
        Model::FrontPort => reference(row.view, "rear_port").or_else(|| {
            let first = row.view.get("rear_ports")?.items().next()?;
            reference(first, "rear_port")
        }),
        Model::Interface => {
            let aside = row.view.get("mgmt_only").and_then(View::as_bool) == Some(true);
            let lives = teller.devices.kind(device) != POWER && runs(of);
            return (lives && !aside).then_some((Hop::Device(device), Some(site)));
        }
        _ => return None,
    };
    let hop = joint.map_or(Hop::Device(device), |joint| Hop::Joint(joint, device));
    Some((hop, Some(site)))
}

/// The members of a virtual chassis are joined by more than is cabled, wherever any of them is.
fn stacks<'d>(teller: &Teller<'_, 'd>, sites: &mut BTreeMap<&'d str, Site<'d>>) {
    let mut members: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for row in teller
        .inventory
        .rows(Model::Device)
        .filter(|row| runs(*row))
    {
        let chassis = reference(row.view, "virtual_chassis");
        let (Some(chassis), Some(site)) = (chassis, reference(row.view, "site")) else {
            continue;
        };
        if let Some(last) = members.insert((site, chassis), row.key)
            && let Some(cables) = sites.get_mut(site)
        {
            let both = (Hop::Device(last), Hop::Device(row.key));
            cables.insert(both, row.span());
        }
    }
}

/// What each device of one site is reached through.
fn within<'d>(teller: &mut Teller<'_, 'd>, ways: &BTreeSet<&'d str>, cables: &Site<'d>) {
    if !teller.budget.spend(cables.len().saturating_mul(20)) {
        return;
    }
    let mut graph: DiGraph<Hop<'d>, ()> = DiGraph::new();
    let outside = graph.add_node(Hop::Outside);
    let mut at: BTreeMap<Hop<'d>, NodeIndex> = BTreeMap::new();
    // Where a hop is plugged in first: the place of what is said of it.
    let mut spans: BTreeMap<Hop<'d>, Span> = BTreeMap::new();
    for ((one, other), span) in cables {
        let mut both = [outside; 2];
        for (hop, ix) in [one, other].into_iter().zip(&mut both) {
            *ix = *at.entry(*hop).or_insert_with(|| graph.add_node(*hop));
            let first = spans.entry(*hop).or_insert(*span);
            *first = (*first).min(*span);
        }
        let [one, other] = both;
        graph.add_edge(one, other, ());
        graph.add_edge(other, one, ());
    }
    for circuit in ways {
        if let Some(ix) = at.get(&Hop::Circuit(circuit)) {
            graph.add_edge(outside, *ix, ());
        }
    }
    let tree = dominators::simple_fast(&graph, outside);
    for (hop, ix) in &at {
        let (Hop::Device(device), Some(span)) = (hop, spans.get(hop)) else {
            continue;
        };
        let Some(id) = teller.id(Model::Device, device) else {
            continue;
        };
        if teller.devices.kind(device) == PANEL {
            continue;
        }
        let mut next = tree.immediate_dominator(*ix);
        // Panels need nothing themselves, so what stands before them is named too.
        while let Some(ix) = next {
            let (needed, last): (Option<Id>, bool) = match graph.node_weight(ix) {
                Some(Hop::Joint(_, panel)) => (teller.id(Model::Device, panel), false),
                Some(Hop::Device(through)) => {
                    let passive = teller.devices.kind(through) == PANEL;
                    (teller.id(Model::Device, through), !passive)
                }
                // Where it is the only way, the site says so already.
                Some(Hop::Circuit(circuit)) => {
                    let circuit = teller.id(Model::Circuit, circuit);
                    (circuit.filter(|_| ways.len() > 1), true)
                }
                Some(Hop::Outside) | None => (None, true),
            };
            if let Some(needed) = needed.filter(|needed| *needed != id) {
                teller.reached_through(&id, &needed, Evidence::Inferred, *span);
            }
            next = if last {
                None
            } else {
                tree.immediate_dominator(ix)
            };
        }
    }
}
