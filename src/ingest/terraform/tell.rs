//! Says it all as facts: nodes, copies, where they stand, what they need.

use std::collections::{BTreeMap, BTreeSet};

use super::around::{self, Egress};
use super::copies::{At as CopyAt, Copies, Copy, Seen, Turn};
use super::dns;
use super::estate::{At, Estate, hosts_of};
use super::kinds::{self, What};
use super::names::{self, Nodes};
use super::place::{Places, Spot};
use super::settings::{Named, Sort, mentions};
use crate::ingest::fact::{
    AliasFact, Apart, Attributes, Expr, Facts, MemberFact, ModeRule, NodeFact, Origin, Otherwise,
    Ref, ReplicasFact, RequirementFact, Reschedule, Spread, WayFact,
};
use crate::message;
use crate::source::Span;
use crate::words::{Class, Evidence, Id, Mode};

/// A controller makes a lost machine or task anew in this time (DESIGN section 3).
const RESCHEDULE_S: u64 = 360;

/// Most unknown types of one provider that are listed by name.
const TYPES: usize = 8;

/// Everything that the estate says.
pub(super) fn tell(estate: &Estate<'_>, facts: &mut Facts) {
    let nodes = names::name(estate);
    let mut teller = Teller {
        estate,
        nodes: &nodes,
        facts,
        domains: BTreeSet::new(),
        aliases: BTreeMap::new(),
        needs: BTreeSet::new(),
        shared: BTreeMap::new(),
    };
    for (id, machines) in &nodes.groups {
        if machines.len() > 1 {
            let common = teller.shared_by(machines);
            teller.shared.insert(id, common);
        }
        teller.machines(id, machines);
    }
    for (at, id) in &nodes.ids {
        if !nodes.hosts.contains_key(at) {
            teller.node(*at, id);
        }
    }
    for at in nodes.ids.keys() {
        teller.needs_of(*at);
    }
    teller.gateways();
    teller.accounts();
    for at in nodes.ids.keys() {
        teller.recorded(*at);
        teller.ordered(*at);
    }
    teller.dns();
    teller.zones();
    teller.aliases();
    teller.unknown_types();
}

struct Teller<'a, 'b> {
    estate: &'a Estate<'b>,
    nodes: &'a Nodes,
    facts: &'a mut Facts,
    /// Domains whose own place is told.
    domains: BTreeSet<Id>,
    /// Name → what it stands for; a name of several stands for none.
    aliases: BTreeMap<String, (BTreeSet<Id>, Span)>,
    /// Who needs whom: told once.
    needs: BTreeSet<(Id, Id)>,
    /// Services of several machines → what all of these lead to.
    shared: BTreeMap<&'a Id, BTreeSet<At>>,
}

impl Teller<'_, '_> {
    /// A service on machines, and the machines as hosts.
    fn machines(&mut self, id: &Id, machines: &[At]) {
        let mut span = None;
        for at in machines {
            let Some(entry) = self.estate.entry(*at) else {
                continue;
            };
            let Some(host) = self.nodes.hosts.get(at) else {
                continue;
            };
            let places = self.estate.places(*at);
            let here = entry.resource.span;
            span.get_or_insert(here);
            self.state(host, Class::Domain, Evidence::Declared, here);
            for spot in spots(&places) {
                let on = self.domain(&spot);
                self.stands(host, on, spot.span);
            }
            if places.zones.is_empty() {
                self.unsaid_place(*at);
            }
            self.names_of(*at, id);
            for address in self.addresses(*at) {
                self.alias(format!("host:{address}"), host, here);
            }
            let copies = if entry.resource.uncounted {
                Evidence::Assumed
            } else {
                Evidence::Declared
            };
            self.facts.replicas.push(ReplicasFact {
                of: known(id, here),
                count: 1,
                weight: 1,
                on: vec![Expr::One(domain_ref(host, here))],
                standby: None,
                replication: None,
                requires: self.own_needs(*at, id, here),
                spread: Spread::default(),
                reschedule: None,
                attributes: Attributes::default(),
                origin: Origin::at(copies, here),
            });
        }
        if let Some(span) = span {
            // That it runs something is a conclusion; what, nobody says.
            self.state(id, Class::Service, Evidence::Inferred, span);
        }
    }

    /// What all of these machines lead to: what one has for itself, a volume, the others do without.
    fn shared_by(&self, machines: &[At]) -> BTreeSet<At> {
        let led_to = |at: &At| -> BTreeSet<At> {
            let pools = self.estate.pools(*at);
            pools.into_iter().flatten().collect()
        };
        let mut all = machines.iter().map(led_to);
        let first = all.next().unwrap_or_default();
        all.fold(first, |common, next| &common & &next)
    }

    /// What a machine needs that not all of its service's machines do.
    fn own_needs(&self, at: At, service: &Id, span: Span) -> Vec<Expr> {
        let Some(common) = self.shared.get(service) else {
            return Vec::new();
        };
        let own = self.estate.pools(at).into_iter().flatten();
        let own: BTreeSet<&Id> = own
            .filter(|other| !common.contains(other))
            .filter_map(|other| self.nodes.ids.get(&other))
            .filter(|id| *id != service)
            .collect();
        own.into_iter()
            .map(|id| Expr::One(known(id, span)))
            .collect()
    }

    /// A service, store, balancer or cluster.
    fn node(&mut self, at: At, id: &Id) {
        let Some(entry) = self.estate.entry(at) else {
            return;
        };
        let Some(row) = entry.row else { return };
        let span = entry.resource.span;
        let evidence = if entry.resource.is_data {
            Evidence::Inferred
        } else {
            Evidence::Declared
        };
        let places = self.estate.places(at);
        let (class, copies) = match row.what {
            What::Service(copies) => (Class::Service, copies),
            What::Store(copies) => (Class::Store, copies),
            What::Balancer => (Class::Service, Copies::EachZone),
            What::Cluster => {
                self.state(id, Class::Domain, evidence, span);
                let on = if places.zones.len() == 1 {
                    places.zones.first().cloned()
                } else {
                    places.wider()
                };
                if let Some(spot) = on {
                    let on = self.domain(&spot);
                    self.stands(id, on, spot.span);
                }
                self.names_of(at, id);
                return;
            }
            _ => return,
        };
        self.state(id, class, evidence, span);
        self.names_of(at, id);
        let parts = self.estate.parts(at).iter().filter_map(|part| {
            let entry = self.estate.entry(*part)?;
            Some((
                &entry.resource.values,
                self.estate.places(*part),
                entry.resource.span,
            ))
        });
        let seen = Seen {
            kind: &entry.resource.kind,
            values: &entry.resource.values,
            places: &places,
            parts: parts.collect(),
            span,
        };
        for part in self.estate.parts(at) {
            self.names_of(*part, id);
        }
        let made = copies.of(&seen);
        if made
            .iter()
            .any(|copy| matches!(copy.at, CopyAt::Unknown(_) | CopyAt::Nowhere))
        {
            self.unsaid_place(at);
        }
        for copy in &made {
            self.copies(id, copy, &places, entry.resource.uncounted);
        }
    }

    /// Some copies of a node.
    fn copies(&mut self, id: &Id, copy: &Copy, places: &Places, uncounted: bool) {
        let span = copy.span;
        let evidence = if uncounted {
            Evidence::Assumed
        } else {
            copy.evidence
        };
        let region = copy.region.clone().or_else(|| places.wider());
        let region = region.map(|spot| self.domain(&spot));
        let mut spread = Spread::default();
        let mut slots: Vec<(Option<Expr>, u64)> = Vec::new();
        match &copy.at {
            CopyAt::Nowhere => return,
            CopyAt::Region(spot) => {
                let on = self.domain(spot);
                slots.push((Some(Expr::One(on)), copy.count));
            }
            CopyAt::Unknown(apart) => {
                // Of more copies than zones, some share one: providers have three of these.
                spread.zones = apart.map(|span| Apart {
                    most: copy.count.div_ceil(3).max(1),
                    span,
                });
                spread.region = region;
                slots.push((None, copy.count));
            }
            CopyAt::OneOf(zones) => {
                if let [only] = zones.as_slice() {
                    let on = self.domain(only);
                    slots.push((Some(Expr::One(on)), copy.count));
                } else {
                    spread.allowed_zones = zones.iter().map(|zone| self.domain(zone)).collect();
                    spread.region = region;
                    slots.push((None, copy.count));
                }
            }
            CopyAt::Zones(zones) => {
                let turns = u64::try_from(zones.len()).unwrap_or(1).max(1);
                for (turn, zone) in (0..).zip(zones) {
                    // The first zones have one more when they don't share evenly.
                    let count = copy.count / turns + u64::from(turn < copy.count % turns);
                    if count > 0 || copy.count == 0 {
                        let on = self.domain(zone);
                        slots.push((Some(Expr::One(on)), count));
                    }
                    if copy.count == 0 {
                        break;
                    }
                }
            }
        }
        let anew = copy.replaced.then(|| self.anew(copy, places)).flatten();
        for (on, count) in slots {
            self.facts.replicas.push(ReplicasFact {
                of: known(id, span),
                count,
                weight: 1,
                on: on.into_iter().collect(),
                standby: match copy.turn {
                    Turn::Always => None,
                    Turn::After(takes_s) => Some(ways(Some(takes_s), span)),
                    Turn::Never => Some(Vec::new()),
                },
                replication: copy.replication,
                requires: Vec::new(),
                spread: spread.clone(),
                reschedule: anew.clone(),
                attributes: Attributes::default(),
                origin: Origin::at(evidence, span),
            });
        }
    }

    /// Where a controller makes lost copies anew.
    fn anew(&mut self, copy: &Copy, places: &Places) -> Option<Reschedule> {
        let on = match &copy.at {
            CopyAt::Zones(zones) if !zones.is_empty() => {
                let zones = zones.iter().map(|zone| self.domain(zone));
                Expr::any_of(zones.collect(), copy.span)
            }
            _ => {
                let spot = places.wider()?;
                Expr::One(self.domain(&spot))
            }
        };
        Some(Reschedule {
            on: vec![on],
            takes_s: RESCHEDULE_S,
            requires: Vec::new(),
            weight: None,
            origin: Origin::at(Evidence::Assumed, copy.span),
        })
    }

    /// A reference to a domain; what it stands in is told with the first.
    fn domain(&mut self, spot: &Spot) -> Ref {
        let reference = domain_ref(&spot.id, spot.span);
        if self.domains.insert(spot.id.clone()) {
            if let Some(wider) = &spot.within {
                let wider = self.domain(&Spot {
                    id: wider.clone(),
                    within: None,
                    provider: spot.provider,
                    span: spot.span,
                });
                self.stands_on(&reference, wider, Evidence::Inferred, spot.span);
            } else if let Some(provider) = spot.provider {
                let provider = domain_ref(&Id::new("provider", provider), spot.span);
                self.stands_on(&reference, provider, Evidence::Inferred, spot.span);
            }
        }
        reference
    }

    fn stands(&mut self, of: &Id, on: Ref, span: Span) {
        self.stands_on(&known(of, span), on, Evidence::Declared, span);
    }

    fn stands_on(&mut self, of: &Ref, on: Ref, evidence: Evidence, span: Span) {
        self.facts.requirements.push(RequirementFact {
            of: of.clone(),
            mode: ModeRule::ByMember,
            expr: Expr::One(on),
            want: None,
            reroute: None,
            origin: Origin::at(evidence, span),
        });
    }

    fn state(&mut self, id: &Id, class: Class, evidence: Evidence, span: Span) {
        self.facts.nodes.push(NodeFact {
            name: Ref {
                text: id.as_str().to_owned(),
                span,
                otherwise: Otherwise::Stated(id.clone()),
            },
            class: Some(class),
            attributes: Attributes::default(),
            origin: Origin::at(evidence, span),
        });
    }

    /// What a node needs: what it leads to, and what its settings name.
    fn needs_of(&mut self, at: At) {
        let Some(id) = self.nodes.ids.get(&at).cloned() else {
            return;
        };
        let Some(entry) = self.estate.entry(at) else {
            return;
        };
        let balances = matches!(entry.row.map(|row| row.what), Some(What::Balancer));
        let pools = self.estate.pools(at);
        let several = balances && pools.len() > 1;
        let mut everyone: BTreeSet<At> = BTreeSet::new();
        let common = self.shared.get(&id).cloned();
        for pool in &pools {
            everyone.extend(pool);
            if balances {
                // One of several pools is one of several applications behind one balancer.
                let mode = if several { Mode::Soft } else { Mode::Hard };
                self.any(&id, pool, mode, entry.resource.span);
            } else {
                for one in pool {
                    if common.as_ref().is_some_and(|all| !all.contains(one)) {
                        // Told of the one replica, see `own_needs`.
                        if let Some(other) = self.nodes.ids.get(one) {
                            self.needs.insert((id.clone(), other.clone()));
                        }
                        continue;
                    }
                    self.any(
                        &id,
                        &BTreeSet::from([*one]),
                        Mode::Hard,
                        entry.resource.span,
                    );
                }
            }
        }
        if several {
            self.any(&id, &everyone, Mode::Hard, entry.resource.span);
        }
        if balances {
            self.outside(at, &id);
        }
        for mention in mentions(self.estate, at) {
            let mode = match (mention.soft, mention.start) {
                (true, _) => Mode::Soft,
                (_, true) => Mode::Start,
                _ => Mode::Hard,
            };
            match mention.of {
                Named::Nodes(found) => self.any(&id, &found, mode, mention.span),
                Named::Host(host, sort) => {
                    let otherwise = match sort {
                        Sort::Outside => Otherwise::External(Id::new("external", &host)),
                        Sort::Private => Otherwise::Unknown,
                    };
                    if self.needs.insert((id.clone(), Id::new("address", &host))) {
                        let target = Ref {
                            text: host,
                            span: mention.span,
                            otherwise,
                        };
                        self.need(
                            &id,
                            Expr::One(target),
                            mode,
                            Evidence::Inferred,
                            mention.span,
                        );
                    }
                }
            }
        }
    }

    /// Gateways to the outside: who is routed through them goes on serving without, and reaches
    /// nobody.
    fn gateways(&mut self) {
        let egress = Egress::new(self.estate);
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for (at, id) in &self.nodes.ids {
            let asks = self.estate.entry(*at).and_then(|entry| entry.row);
            let asks = asks.is_some_and(|row| matches!(row.what, What::Machine | What::Service(_)));
            let gateways = if asks {
                egress.of(self.estate, *at)
            } else {
                BTreeSet::new()
            };
            let Some(span) = self.estate.entry(*at).map(|entry| entry.resource.span) else {
                continue;
            };
            let refs: Vec<Ref> = gateways
                .iter()
                .filter_map(|at| Some(domain_ref(&egress.gateways.get(*at)?.id, span)))
                .collect();
            if let Some(first) = gateways.first()
                && self
                    .needs
                    .insert((id.clone(), Id::new("gateway", &first.to_string())))
            {
                used.extend(&gateways);
                let expr = Expr::any_of(refs, span);
                self.need(id, expr, Mode::Soft, Evidence::Inferred, span);
            }
        }
        for at in used {
            let Some(gateway) = egress.gateways.get(at) else {
                continue;
            };
            let Some(entry) = self.estate.entry(gateway.at) else {
                continue;
            };
            let here = entry.resource.span;
            self.state(&gateway.id, Class::Domain, Evidence::Declared, here);
            for spot in spots(&self.estate.places(gateway.at)) {
                let on = self.domain(&spot);
                self.stands(&gateway.id, on, spot.span);
            }
        }
    }

    /// The accounts that hosts, services, stores and clusters are in: closed, nothing of it is
    /// reached.
    fn accounts(&mut self) {
        for (at, id) in &self.nodes.ids {
            let Some((account, span)) = around::account(self.estate, *at) else {
                continue;
            };
            let of = self.nodes.hosts.get(at).unwrap_or(id);
            self.stands(of, domain_ref(&account, span), span);
        }
    }

    /// Host names behind a balancer that no resource has.
    fn outside(&mut self, at: At, id: &Id) {
        let Some(entry) = self.estate.entry(at) else {
            return;
        };
        let paths = entry.row.map_or(&[][..], |row| row.forth);
        let values = paths.iter().flat_map(|path| entry.resource.values.at(path));
        let mut refs: BTreeMap<String, Ref> = BTreeMap::new();
        let mut place = None;
        for value in values.filter(|value| self.estate.meant(value, entry.root).is_empty()) {
            for host in value.as_text().map(hosts_of).unwrap_or_default() {
                place.get_or_insert(value.span);
                let otherwise = Otherwise::External(Id::new("external", &host));
                refs.insert(
                    host.clone(),
                    Ref {
                        text: host,
                        span: value.span,
                        otherwise,
                    },
                );
            }
        }
        if let Some(span) = place {
            let refs = refs.into_values().collect();
            self.need(
                id,
                Expr::any_of(refs, span),
                Mode::Hard,
                Evidence::Inferred,
                span,
            );
        }
    }

    /// `of` needs any of these.
    fn any(&mut self, of: &Id, targets: &BTreeSet<At>, mode: Mode, span: Span) {
        let ids: BTreeSet<&Id> = targets
            .iter()
            .filter_map(|at| self.nodes.ids.get(at))
            .collect();
        // Itself among them: its own members, or its own name.
        if ids.is_empty() || ids.contains(of) {
            return;
        }
        let fresh: Vec<bool> = ids
            .iter()
            .map(|id| self.needs.insert((of.clone(), (*id).clone())))
            .collect();
        if mode != Mode::Soft && ids.len() == 1 && fresh == [false] {
            return;
        }
        let refs = ids.iter().map(|id| known(id, span)).collect();
        self.need(of, Expr::any_of(refs, span), mode, Evidence::Inferred, span);
    }

    fn need(&mut self, of: &Id, expr: Expr, mode: Mode, evidence: Evidence, span: Span) {
        self.facts.requirements.push(RequirementFact {
            of: known(of, span),
            mode: ModeRule::Fixed(mode),
            expr,
            want: None,
            reroute: None,
            origin: Origin::at(evidence, span),
        });
    }

    /// Whether a node asks others for something: stores and balancers don't, of themselves.
    fn asks(&self, at: At) -> bool {
        let row = self.estate.entry(at).and_then(|entry| entry.row);
        matches!(
            row.map(|row| row.what),
            Some(What::Machine | What::Service(_))
        )
    }

    /// What a state recorded as dependencies of a node, where no attribute says what for. They
    /// are recorded with all that those depend on: what another of them explains is left out.
    fn recorded(&mut self, at: At) {
        let Some(id) = self.nodes.ids.get(&at).cloned().filter(|_| self.asks(at)) else {
            return;
        };
        let direct = self.recorded_nodes(at);
        let explained: BTreeSet<At> = direct
            .keys()
            .flat_map(|other| self.recorded_nodes(*other).into_keys())
            .collect();
        for (target, span) in direct {
            let Some(other) = self.nodes.ids.get(&target) else {
                continue;
            };
            let is_domain = other.kind() == "cluster";
            if explained.contains(&target) || is_domain || *other == id {
                continue;
            }
            if self.needs.insert((id.clone(), other.clone())) {
                let target = Expr::One(known(other, span));
                self.need(&id, target, Mode::Hard, Evidence::Assumed, span);
            }
        }
    }

    fn recorded_nodes(&self, at: At) -> BTreeMap<At, Span> {
        let mut found = BTreeMap::new();
        let Some(entry) = self.estate.entry(at) else {
            return found;
        };
        for (reference, span) in &entry.resource.recorded {
            let mut value = super::value::Val::unknown("", *span);
            value.from = Some(std::rc::Rc::new(BTreeSet::from([reference.clone()])));
            for other in self.estate.meant(&value, entry.root) {
                if let Some(node) = self.estate.node_of(other).filter(|node| *node != at) {
                    found.entry(node).or_insert(*span);
                }
            }
        }
        found
    }

    /// What the author says must be there first.
    fn ordered(&mut self, at: At) {
        let Some(id) = self.nodes.ids.get(&at).cloned().filter(|_| self.asks(at)) else {
            return;
        };
        let Some(entry) = self.estate.entry(at) else {
            return;
        };
        for (reference, span) in &entry.resource.after {
            let mut value = super::value::Val::unknown("", *span);
            value.from = Some(std::rc::Rc::new(BTreeSet::from([reference.clone()])));
            let meant = self.estate.meant(&value, entry.root);
            let nodes: BTreeSet<At> = meant
                .iter()
                .filter_map(|at| self.estate.node_of(*at))
                .collect();
            for node in nodes {
                let Some(other) = self.nodes.ids.get(&node) else {
                    continue;
                };
                if other.kind() != "cluster"
                    && *other != id
                    && self.needs.insert((id.clone(), other.clone()))
                {
                    let target = Expr::Replicas(known(other, *span));
                    self.need(&id, target, Mode::Start, Evidence::Assumed, *span);
                }
            }
        }
    }

    /// Names of the DNS.
    fn dns(&mut self) {
        for name in dns::names(self.estate, self.nodes) {
            let targets: Vec<(&Id, &dns::Target)> = name
                .targets
                .iter()
                .filter_map(|target| Some((self.nodes.ids.get(&target.node)?, target)))
                .collect();
            if let [(id, target)] = targets.as_slice() {
                if dns::is_host(&name.host) {
                    let (id, span) = ((*id).clone(), target.span);
                    self.alias(name.host.clone(), &id, span);
                }
                continue;
            }
            let journey = Id::new("journey", &name.host);
            let origin = Origin::at(Evidence::Inferred, name.span);
            self.state(&journey, Class::Journey, Evidence::Inferred, name.span);
            let active = targets
                .iter()
                .filter(|(_, target)| target.after_s.is_none())
                .count();
            let members = targets.iter().map(|(id, target)| MemberFact {
                expr: Expr::One(known(id, target.span)),
                weight: 1,
                // Without a primary, all of them answer.
                standby: target
                    .after_s
                    .filter(|_| active > 0)
                    .map(|takes| ways(Some(takes), target.span)),
            });
            let members: Vec<MemberFact> = members.collect();
            self.facts.requirements.push(RequirementFact {
                of: known(&journey, name.span),
                mode: ModeRule::Fixed(Mode::Hard),
                expr: Expr::Some {
                    need: Some(1),
                    members,
                    span: name.span,
                },
                want: None,
                reroute: None,
                origin,
            });
        }
    }

    /// Host names and addresses of a node, and its address in Terraform.
    fn names_of(&mut self, at: At, id: &Id) {
        let Some(entry) = self.estate.entry(at) else {
            return;
        };
        let span = entry.resource.span;
        self.alias(entry.resource.address(), id, span);
        for address in self.addresses(at) {
            self.alias(address, id, span);
        }
    }

    /// Host names and addresses at which a resource is called, its own and those of the cards and
    /// addresses that lead to it.
    fn addresses(&self, at: At) -> BTreeSet<String> {
        let mut all = vec![at];
        all.extend(self.estate.leading_to(at));
        let mut found = BTreeSet::new();
        for at in all {
            let Some(entry) = self.estate.entry(at) else {
                continue;
            };
            let paths = entry.row.map_or(&[][..], |row| row.address);
            let values = paths.iter().flat_map(|path| entry.resource.values.at(path));
            for value in values {
                found.extend(value.as_text().map(hosts_of).unwrap_or_default());
            }
        }
        found
    }

    fn alias(&mut self, name: String, id: &Id, span: Span) {
        if name == id.as_str() || name == id.name() {
            return;
        }
        let entry = self
            .aliases
            .entry(name)
            .or_insert_with(|| (BTreeSet::new(), span));
        entry.0.insert(id.clone());
    }

    /// Zones by their ids: a name is one account's, `use1-az1` is the same for all.
    fn zones(&mut self) {
        const PAIRS: [(&str, &str); 3] = [
            ("availability_zone", "availability_zone_id"),
            ("availability_zone_name", "availability_zone_id"),
            ("names", "zone_ids"),
        ];
        let estate = self.estate;
        for entry in &estate.entries {
            let values = &entry.resource.values;
            let is_zone = &*entry.resource.kind == "aws_availability_zone";
            let own = is_zone.then_some(("name", "zone_id"));
            if entry.row.is_none() || !entry.resource.kind.starts_with("aws_") {
                continue;
            }
            for (names, ids) in PAIRS.into_iter().chain(own) {
                let [names, ids] = [names, ids].map(|key| match values.get(key) {
                    Some(value) if value.items().is_empty() => vec![value],
                    Some(value) => value.items().iter().collect(),
                    None => Vec::new(),
                });
                // Two lists that name the same zones in the same order.
                if names.len() != ids.len() {
                    continue;
                }
                for (name, id) in names.into_iter().zip(ids) {
                    let (Some(name), Some(text)) = (name.as_text(), id.as_text()) else {
                        continue;
                    };
                    let zone = Id::new("zone", name);
                    if is_zone_id(text) && self.domains.contains(&zone) {
                        // An alias must lead to what somebody states.
                        self.state(&zone, Class::Domain, Evidence::Declared, id.span);
                        self.alias(format!("zone:{text}"), &zone, id.span);
                    }
                }
            }
        }
    }

    fn aliases(&mut self) {
        let taken: BTreeSet<&str> = self.nodes.ids.values().map(Id::name).collect();
        for (name, (ids, span)) in std::mem::take(&mut self.aliases) {
            // A name that another node has by itself stays that node's.
            if let (Some(id), 1, false) = (ids.first(), ids.len(), taken.contains(name.as_str())) {
                self.facts.aliases.push(AliasFact {
                    name,
                    target: known(id, span),
                    origin: Origin::at(Evidence::Declared, span),
                });
            }
        }
    }

    /// Says why it is not known where a node is, if an expression is the reason.
    fn unsaid_place(&mut self, at: At) {
        let Some(entry) = self.estate.entry(at) else {
            return;
        };
        let Some(row) = entry.row else { return };
        for path in row.zone.iter().chain(row.region) {
            for value in entry.resource.values.at(path) {
                if let Some(why) = value.reason() {
                    let text = message!(
                        "where `{what}` is can't be told: {why}",
                        why,
                        what = entry.resource.block()
                    );
                    self.facts.unread.push((value.span, text));
                    return;
                }
            }
        }
    }

    /// Types that nobody described: one note for each provider, which lists them.
    fn unknown_types(&mut self) {
        let mut providers: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        let mut places: BTreeMap<&str, Span> = BTreeMap::new();
        for entry in &self.estate.entries {
            let resource = &entry.resource;
            if entry.row.is_some() || resource.is_data || kinds::is_nothing(&resource.kind) {
                continue;
            }
            let provider = resource.kind.split('_').next().unwrap_or_default();
            *providers
                .entry(provider)
                .or_default()
                .entry(&resource.kind)
                .or_default() += 1;
            let place = places.entry(provider).or_insert(resource.span);
            *place = (*place).min(resource.span);
        }
        for (provider, types) in providers {
            let Some(span) = places.get(provider) else {
                continue;
            };
            let mut listed: Vec<(&str, usize)> = types.into_iter().collect();
            listed.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
            let total: usize = listed.iter().map(|(_, count)| count).sum();
            let mut words: Vec<String> = listed
                .iter()
                .take(TYPES)
                .map(|(kind, count)| {
                    format!("{count} `{}`", kind.chars().take(60).collect::<String>())
                })
                .collect();
            if listed.len() > TYPES {
                words.push(format!("{} other types", listed.len() - TYPES));
            }
            let text = message!(
                "{total} resource is of types that are not known here: {words}|{total} resources are of \
                 types that are not known here: {words}",
                total,
                words = words.join(", ")
            );
            self.facts.unread.push((*span, text));
        }
    }
}

/// What a machine stands on: its zone, else its region or site.
fn spots(places: &Places) -> Vec<Spot> {
    match places.zones.as_slice() {
        [] => places.region.iter().cloned().collect(),
        [only] => vec![only.clone()],
        // One machine in one of several zones, nobody says in which: what they share.
        _ => places.wider().into_iter().collect(),
    }
}

/// One way of promotion, or none at all.
fn ways(takes_s: Option<u64>, span: Span) -> Vec<WayFact> {
    let way = |takes_s| WayFact {
        takes_s,
        requires: Vec::new(),
        drilled: None,
        origin: Origin::at(Evidence::Assumed, span),
    };
    takes_s.map(way).into_iter().collect()
}

/// A reference to a node that this adapter states.
fn known(id: &Id, span: Span) -> Ref {
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Stated(id.clone()),
    }
}

/// A reference to a domain, which it brings into being.
fn domain_ref(id: &Id, span: Span) -> Ref {
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Domain(id.clone()),
    }
}

/// `use1-az1`: a short name of a region, and the number of a zone.
fn is_zone_id(text: &str) -> bool {
    text.rsplit_once("-az").is_some_and(|(region, number)| {
        let number = number.as_bytes();
        !region.is_empty() && !number.is_empty() && number.iter().all(u8::is_ascii_digit)
    })
}
