//! Circuits, and how sites reach the outside over them.
//!
//! `NetBox` says where a circuit ends, not who needs it. Here, a circuit whose other end is a
//! network of its provider, or is not stated, leads outside. A site that has none of these is
//! reached through its neighbours: over a circuit to a site that is nearer to the outside. Where
//! sites are only joined with one another, the one with most circuits is their middle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::fields::{choice, is_active, reference};
use super::rows::{Model, Row};
use super::telling::{Teller, domain};
use crate::ingest::fact::{Attributes, Expr, MemberFact, ModeRule};
use crate::message;
use crate::source::Span;
use crate::words::{Evidence, Id, Mode};

/// The circuits by which each site is reached, by keys.
pub(super) type Ways<'d> = BTreeMap<&'d str, BTreeSet<&'d str>>;

/// Where a circuit ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End<'d> {
    Site(&'d str),
    /// In a network of the provider, if it is stated.
    Outside(Option<Id>),
}

/// A circuit between two sites.
#[derive(Clone, Copy)]
struct Link<'d> {
    circuit: &'d str,
    sites: (&'d str, &'d str),
}

/// The circuits of all sites.
#[derive(Default)]
struct Plan<'d> {
    ids: BTreeMap<&'d str, (Id, Span)>,
    /// Circuits that lead outside, by site.
    exits: Ways<'d>,
    links: Vec<Link<'d>>,
    /// Links of each site, by position in `links`.
    at: BTreeMap<&'d str, Vec<usize>>,
    /// How far a site is from the outside, or from the middle of sites that have none.
    level: BTreeMap<&'d str, usize>,
}

pub(super) fn tell<'d>(teller: &mut Teller<'_, 'd>) -> Ways<'d> {
    for row in teller.inventory.rows(Model::Provider) {
        if let Some(id) = teller.id(Model::Provider, row.key) {
            teller.domain(&id, row.span(), Attributes::default());
        }
    }
    for row in teller.inventory.rows(Model::ProviderNetwork) {
        if let Some(id) = teller.id(Model::ProviderNetwork, row.key) {
            teller.domain(&id, row.span(), Attributes::default());
            of_provider(teller, row, &id);
        }
    }
    let mut plan = Plan::default();
    let terminations = by_circuit(teller);
    for row in teller.inventory.rows(Model::Circuit) {
        if let Some(id) = teller.id(Model::Circuit, row.key) {
            let ends = terminations.get(row.key).map_or(&[][..], Vec::as_slice);
            circuit(teller, row, id, ends, &mut plan);
        }
    }
    plan.measure();
    plan.tell(teller)
}

fn of_provider<'d>(teller: &mut Teller<'_, 'd>, row: Row<'d>, id: &Id) {
    if let Some(provider) = teller.id_at(row, "provider", Model::Provider) {
        teller.stands(id, &provider, Evidence::Declared, row.span_at("provider"));
    }
}

/// Terminations by circuit: those that name it, and those that it names.
fn by_circuit<'d>(teller: &Teller<'_, 'd>) -> BTreeMap<&'d str, Vec<Row<'d>>> {
    let mut found: BTreeMap<&str, BTreeMap<&str, Row<'_>>> = BTreeMap::new();
    for row in teller.inventory.rows(Model::CircuitTermination) {
        if let Some(circuit) = reference(row.view, "circuit") {
            found.entry(circuit).or_default().insert(row.key, row);
        }
    }
    for row in teller.inventory.rows(Model::Circuit) {
        for field in ["termination_a", "termination_z"] {
            let end = reference(row.view, field)
                .and_then(|key| teller.inventory.row(Model::CircuitTermination, key));
            if let Some(end) = end {
                found.entry(row.key).or_default().insert(end.key, end);
            }
        }
    }
    let lists = found.into_iter();
    lists
        .map(|(circuit, rows)| (circuit, rows.into_values().collect()))
        .collect()
}

fn circuit<'d>(
    teller: &mut Teller<'_, 'd>,
    row: Row<'d>,
    id: Id,
    terminations: &[Row<'d>],
    plan: &mut Plan<'d>,
) {
    let span = row.span();
    if let Some(status) = choice(row.view, "status").filter(|status| !is_active(Some(status))) {
        teller.note(span, move |n| {
            message!(
                "a circuit that is {status}: no way for anyone|{n} circuits that are {status}: no \
                     ways for anyone",
                n,
                status
            )
        });
        return;
    }
    teller.domain(&id, span, Attributes::default());
    of_provider(teller, row, &id);
    let ends: Vec<End<'d>> = terminations.iter().map(|row| end(teller, *row)).collect();
    let mut sites = BTreeSet::new();
    for end in &ends {
        match end {
            End::Site(site) => {
                sites.insert(*site);
            }
            End::Outside(Some(network)) => {
                teller.stands(&id, network, Evidence::Declared, span);
            }
            End::Outside(None) => {}
        }
    }
    plan.ids.insert(row.key, (id, span));
    let mut sites = sites.into_iter();
    match (sites.next(), sites.next()) {
        (Some(one), Some(other)) => {
            let at = plan.links.len();
            for site in [one, other] {
                plan.at.entry(site).or_default().push(at);
            }
            plan.links.push(Link {
                circuit: row.key,
                sites: (one, other),
            });
        }
        // Both ends at one site: a cross connect, which leads nowhere.
        (Some(site), None) if ends.iter().filter(|end| **end == End::Site(site)).count() < 2 => {
            plan.exits.entry(site).or_default().insert(row.key);
        }
        _ => {}
    }
}

fn end<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> End<'d> {
    for field in ["provider_network", "_provider_network"] {
        if let Some(key) = reference(row.view, field) {
            return End::Outside(teller.id(Model::ProviderNetwork, key));
        }
    }
    for field in ["site", "_site"] {
        if let Some(site) = reference(row.view, field) {
            return End::Site(site);
        }
    }
    let names = ("termination_type", "termination_id");
    match teller.inventory.generic(row.view, names) {
        Some((Model::Site, key)) => End::Site(key),
        Some((Model::Location, key)) => {
            let room = teller.inventory.row(Model::Location, key);
            let site = room.and_then(|room| reference(room.view, "site"));
            site.map_or(End::Outside(None), End::Site)
        }
        Some((Model::ProviderNetwork, key)) => End::Outside(teller.id(Model::ProviderNetwork, key)),
        _ => End::Outside(None),
    }
}

impl<'d> Plan<'d> {
    /// How far each site is from the outside. O(sites + links).
    fn measure(&mut self) {
        let starts: Vec<&str> = self.exits.keys().copied().collect();
        self.spread(&starts);
        let sites: Vec<&str> = self.at.keys().copied().collect();
        for site in sites {
            if !self.level.contains_key(site) {
                let joined = self.joined(site);
                let links = |site: &&str| self.at.get(site).map_or(0, Vec::len);
                let most = joined.iter().map(links).max().unwrap_or(0);
                let mut middle = joined.iter().filter(|site| links(site) == most);
                if let (Some(middle), None) = (middle.next().copied(), middle.next()) {
                    self.spread(&[middle]);
                } else {
                    // Nobody is nearer to anything.
                    let all: Vec<&str> = joined.into_iter().collect();
                    self.spread(&all);
                }
            }
        }
    }

    /// All sites that circuits join with this one.
    fn joined(&self, site: &'d str) -> BTreeSet<&'d str> {
        let mut joined = BTreeSet::from([site]);
        let mut next = vec![site];
        while let Some(site) = next.pop() {
            for (_, other) in self.neighbours(site) {
                if joined.insert(other) {
                    next.push(other);
                }
            }
        }
        joined
    }

    fn spread(&mut self, starts: &[&'d str]) {
        let mut queue: VecDeque<&str> = starts.iter().copied().collect();
        self.level.extend(starts.iter().map(|site| (*site, 0)));
        while let Some(site) = queue.pop_front() {
            let next = self.level.get(site).map_or(0, |level| level + 1);
            let others: Vec<&str> = self.neighbours(site).map(|(_, other)| other).collect();
            for other in others {
                if !self.level.contains_key(other) {
                    self.level.insert(other, next);
                    queue.push_back(other);
                }
            }
        }
    }

    /// Circuits to other sites, with the sites.
    fn neighbours(&self, site: &str) -> impl Iterator<Item = (&'d str, &'d str)> {
        let links = self.at.get(site).map_or(&[][..], Vec::as_slice);
        links.iter().filter_map(move |at| {
            let link = self.links.get(*at)?;
            let (one, other) = link.sites;
            Some((link.circuit, if one == site { other } else { one }))
        })
    }

    fn level(&self, site: &str) -> usize {
        self.level.get(site).copied().unwrap_or(0)
    }

    /// The circuits that take a site nearer to the outside by themselves.
    fn ways(&self, site: &str) -> BTreeSet<&'d str> {
        let mut ways = self.exits.get(site).cloned().unwrap_or_default();
        let nearer = self
            .neighbours(site)
            .filter(|(_, other)| self.level(other) < self.level(site));
        ways.extend(nearer.map(|(circuit, _)| circuit));
        ways
    }

    fn tell(&self, teller: &mut Teller<'_, 'd>) -> Ways<'d> {
        for link in &self.links {
            self.link(teller, link);
        }
        let mut all = Ways::new();
        let sites: BTreeSet<&str> = self.exits.keys().chain(self.at.keys()).copied().collect();
        for site in &sites {
            all.insert(*site, self.ways(site));
        }
        for site in sites {
            if let Some(id) = teller.id(Model::Site, site) {
                self.site(teller, site, &id, &all);
            }
        }
        all
    }

    /// A circuit between sites ends with the one that it leads to.
    fn link(&self, teller: &mut Teller<'_, 'd>, link: &Link<'d>) {
        let Some((id, span)) = self.ids.get(link.circuit) else {
            return;
        };
        let (one, other) = link.sites;
        let (near, far) = (self.level(one), self.level(other));
        let mut ends = Vec::new();
        if near <= far {
            ends.push(one);
        }
        if far <= near {
            ends.push(other);
        }
        for site in ends {
            if let Some(site) = teller.id(Model::Site, site) {
                teller.reached_through(id, &site, Evidence::Inferred, *span);
            }
        }
    }

    /// What a site is reached by: any of its ways, or over a site as far away as itself by any of
    /// the ways of that one.
    fn site(&self, teller: &mut Teller<'_, 'd>, site: &'d str, id: &Id, all: &Ways<'d>) {
        let Some(ways) = all.get(site) else { return };
        let joined = self.neighbours(site).map(|(circuit, _)| circuit);
        let mut circuits = ways.iter().copied().chain(joined);
        let Some((_, span)) = circuits.find_map(|circuit| self.ids.get(circuit)) else {
            return;
        };
        let span = *span;
        let ids = |circuits: &BTreeSet<&str>| -> Vec<Id> {
            let found = circuits.iter().filter_map(|circuit| self.ids.get(circuit));
            let mut found: Vec<Id> = found.map(|(id, _)| id.clone()).collect();
            found.sort_unstable();
            found
        };
        let one = |id: &Id| Expr::One(domain(id, span));
        let mut members: Vec<Expr> = ids(ways).iter().map(one).collect();
        if members.is_empty() {
            // Joined with its equals only: without them it is on its own, and runs.
            let equals = self.neighbours(site);
            let equals = equals.filter(|(_, other)| self.level(other) == self.level(site));
            let links: BTreeSet<&str> = equals.map(|(circuit, _)| circuit).collect();
            let mode = ModeRule::Fixed(Mode::Soft);
            teller.any(id, mode, &ids(&links), Evidence::Inferred, span);
            return;
        }
        for (circuit, other) in self.neighbours(site) {
            let link = self.ids.get(circuit);
            let (Some((link, _)), Some(beyond)) = (link, all.get(other)) else {
                continue;
            };
            let equal = self.level(other) == self.level(site);
            if equal && !beyond.is_empty() && teller.budget.spend(beyond.len()) {
                let beyond = ids(beyond);
                let beyond = beyond.iter().map(|id| domain(id, span)).collect();
                members.push(Expr::Some {
                    need: None,
                    members: vec![member(one(link)), member(Expr::any_of(beyond, span))],
                    span,
                });
            }
        }
        let evidence = if members.len() > 1 {
            Evidence::Inferred
        } else {
            Evidence::Declared
        };
        let expr = Expr::Some {
            need: Some(1),
            members: members.into_iter().map(member).collect(),
            span,
        };
        teller.needs(id, ModeRule::Fixed(Mode::Hard), expr, evidence, span);
    }
}

fn member(expr: Expr) -> MemberFact {
    MemberFact {
        expr,
        weight: 1,
        standby: None,
    }
}
