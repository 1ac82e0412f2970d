//! Says it all as facts: hosts and what they stand on, groups as services, references.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::groups::{self, BUILT_IN};
use super::inventory::{Inventory, is_encrypted, variables};
use super::lines;
use super::placement;
use super::recognise::{Part, Place, part};
use super::references::{self, Mention, Peer, Peers};
use super::variables::{Files, Level, Variables};
use crate::config::selection::PlaceVariable;
use crate::ingest::budget::Budget;
use crate::ingest::endpoint::{HostKind, host};
use crate::ingest::fact::{
    AliasFact, Attributes, Expr, Facts, ModeRule, NeedFact, NodeFact, Origin, Otherwise, Ref,
    ReplicasFact, RequirementFact, Spread,
};
use crate::message;
use crate::source::{Document, Kind, Problem, ProblemKind, SourceMap, Span, View};
use crate::words::{Class, Evidence, Id, Mode};

/// Variables that hold an address of the host, beside `ansible_host`.
const ADDRESSES: [&str; 9] = [
    "ansible_host",
    "ansible_ssh_host",
    "access_ip",
    "ip",
    "management_address",
    "private_ip_address",
    "ec2_private_ip_address",
    "private_dns_name",
    "ec2_private_dns_name",
];

/// Kinds of places whose names are told apart only by the site they are at: there is a rack `R1`
/// in every data centre.
const WITHIN_SITES: [&str; 5] = ["building", "room", "rack", "power", "network"];
/// Kinds that tell such places apart, the narrowest first.
const SITES: [&str; 3] = ["site", "zone", "region"];

/// Everything of Ansible's among the documents.
#[derive(Default)]
struct Parts<'d> {
    /// By folder: the files of one folder are one inventory.
    inventories: BTreeMap<Utf8PathBuf, Inventory>,
    files: Files,
    /// Whose variables stand where, with the documents.
    variables: Vec<(Place, View<'d>)>,
    /// Patterns that plays are run on.
    targets: Vec<(String, Span)>,
}

/// All that the documents say.
pub(super) fn translate(
    documents: &[&Document],
    sources: &SourceMap,
    places: &[PlaceVariable],
    budget: &Budget,
) -> Facts {
    let mut facts = Facts::default();
    let mut parts = read(documents, sources, budget, &mut facts);
    let last = documents.last().map(|document| document.root().span());
    let estates = estates(&parts.inventories);
    let folders: Vec<&Utf8PathBuf> = parts.inventories.keys().collect();
    let variables = std::mem::take(&mut parts.variables);
    let named: BTreeSet<&str> = parts
        .targets
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    for (folder, inventory) in &parts.inventories {
        let mut teller = Teller {
            inventory,
            variables: Variables::new(inventory, folder, &folders, &parts.files, budget),
            memberships: inventory.memberships(budget),
            estate: estates.get(folder.as_path()).copied(),
            alone: targets(inventory, &parts.targets),
            stands: BTreeMap::new(),
            services: BTreeMap::new(),
            budget,
        };
        teller.find_places(&placement::meanings(places), &mut facts);
        teller.services = groups::services(inventory, &named, &teller.place_names(), budget);
        teller.tell(&mut facts);
        teller.tell_references(folder, &variables, &mut facts);
    }
    orphans(&parts, &variables, &mut facts);
    if let Some(span) = last.filter(|_| budget.is_spent()) {
        let message = message!(
            "the Ansible files are too large, or too entangled: some of what they say \
                       was left unread"
        );
        facts
            .problems
            .push(Problem::new(ProblemKind::Unreadable, span, message));
    }
    facts.unread.sort();
    facts.unread.dedup();
    facts
}

fn read<'d>(
    documents: &[&'d Document],
    sources: &SourceMap,
    budget: &Budget,
    facts: &mut Facts,
) -> Parts<'d> {
    let mut parts = Parts::default();
    for document in documents {
        let path = sources.path(document.file);
        let root = document.root();
        let folder = path.parent().unwrap_or(Utf8Path::new("")).to_owned();
        let problems = &mut facts.problems;
        match part(document, path) {
            Some(Part::Lines) => {
                let inventory = parts.inventories.entry(folder).or_default();
                lines::read(root, inventory, budget, problems);
            }
            Some(Part::Yaml) => {
                let inventory = parts.inventories.entry(folder).or_default();
                inventory.read_yaml(root, budget, problems);
            }
            Some(Part::Dynamic) => {
                let inventory = parts.inventories.entry(folder).or_default();
                inventory.read_dynamic(root, budget, problems);
            }
            Some(Part::Variables(place)) => {
                let own = variables(Some(root), budget);
                parts.files.entry(place.clone()).or_default().extend(own);
                let hidden = encrypted(root, budget);
                if let Some((count, span)) = hidden {
                    let why = message!(
                        "{count} value is encrypted (`!vault`): not read|{count} values are encrypted \
                         (`!vault`): not read",
                        count
                    );
                    facts.unread.push((span, why));
                }
                parts.variables.push((place, root));
            }
            Some(Part::Plays) => {
                for play in root.items().filter(|play| budget.spend(1 + play.size())) {
                    let Some(hosts) = play.get("hosts") else {
                        continue;
                    };
                    let items: Vec<View<'_>> = match hosts.kind() {
                        Kind::Sequence => hosts.items().collect(),
                        _ => vec![hosts],
                    };
                    for item in items.into_iter().filter(|_| budget.spend(1)) {
                        for word in item.as_str().unwrap_or_default().split([',', ':']) {
                            parts.targets.push((word.trim().to_owned(), item.span()));
                        }
                    }
                }
            }
            Some(Part::Plugin(name)) => {
                let why = message!(
                    "settings of the inventory plugin `{name}`: give what `ansible-inventory -i {file} \
                     --list` prints",
                    name,
                    file = path.file_name().unwrap_or_default()
                );
                facts.unread.push((root.span(), why));
            }
            Some(Part::Role) | None => {}
        }
    }
    parts
}

/// How many values of a document are encrypted, and the first place.
fn encrypted(root: View<'_>, budget: &Budget) -> Option<(usize, Span)> {
    let values = root.entries().into_iter().map(|(_, value)| value);
    let hidden: Vec<View<'_>> = values
        .filter(|value| budget.spend(1) && is_encrypted(*value))
        .collect();
    Some((hidden.len(), hidden.first()?.span()))
}

/// What tells inventories apart that have groups of one name: the folder that differs.
fn estates(inventories: &BTreeMap<Utf8PathBuf, Inventory>) -> BTreeMap<&Utf8Path, &str> {
    let mut homes: BTreeMap<&str, usize> = BTreeMap::new();
    for inventory in inventories.values() {
        for name in inventory.groups.keys() {
            *homes.entry(name).or_default() += 1;
        }
    }
    let shares = |inventory: &Inventory| {
        let mut names = inventory.groups.keys();
        names.any(|name| {
            !BUILT_IN.contains(&name.as_str()) && homes.get(name.as_str()).is_some_and(|n| *n > 1)
        })
    };
    let named = inventories
        .iter()
        .filter(|(_, inventory)| shares(inventory));
    named
        .filter_map(|(folder, _)| Some((folder.as_path(), folder.file_name()?)))
        .collect()
}

/// Hosts that a play names by themselves: what it makes of such a host is a service of its own.
fn targets<'i>(inventory: &'i Inventory, patterns: &[(String, Span)]) -> BTreeMap<&'i str, Span> {
    let mut alone = BTreeMap::new();
    for (pattern, span) in patterns {
        if let Some((name, _)) = inventory.hosts.get_key_value(pattern) {
            alone.entry(name.as_str()).or_insert(*span);
        }
    }
    alone
}

/// Tells one inventory.
struct Teller<'a> {
    inventory: &'a Inventory,
    variables: Variables<'a>,
    /// Groups of each host in the order in which their variables count.
    memberships: BTreeMap<&'a str, Vec<&'a str>>,
    estate: Option<&'a str>,
    alone: BTreeMap<&'a str, Span>,
    /// Where each host stands.
    stands: BTreeMap<&'a str, Vec<Standing>>,
    /// The groups that are services, with their hosts.
    services: BTreeMap<&'a str, Vec<&'a str>>,
    budget: &'a Budget,
}

/// A place that variables of a host name.
struct Standing {
    kind: String,
    place: Id,
    evidence: Evidence,
    span: Span,
}

impl<'a> Teller<'a> {
    /// Finds where the hosts stand, by the variables of these names and the kinds they mean.
    fn find_places(&mut self, places: &[(&str, &str)], facts: &mut Facts) {
        let mut unclear: BTreeMap<&str, (usize, Span)> = BTreeMap::new();
        let mut stands: BTreeMap<&'a str, Vec<Standing>> = BTreeMap::new();
        for name in self.inventory.hosts.keys() {
            let own = Id::new("host", name);
            let found = stands.entry(name.as_str()).or_default();
            for (key, kind) in places.iter().copied() {
                match self.text(name, key) {
                    Some(Ok((text, level, span))) => {
                        if let Some(place) = placement::place(kind, &text)
                            && place != own
                            && found.iter().all(|known| known.place != place)
                        {
                            // What is said of all hosts at once is a default.
                            let evidence = match level {
                                Level::All => Evidence::Assumed,
                                Level::Group | Level::Host => Evidence::Declared,
                            };
                            found.push(Standing {
                                kind: kind.to_owned(),
                                place,
                                evidence,
                                span,
                            });
                        }
                    }
                    Some(Err(span)) => {
                        let entry = unclear.entry(key).or_insert((0, span));
                        entry.0 += 1;
                    }
                    None => {}
                }
            }
        }
        for (key, (hosts, span)) in unclear {
            let why = message!(
                "`{key}` says where {hosts} host stands, but in Jinja, which is not evaluated|`{key}` \
                 says where {hosts} hosts stand, but in Jinja, which is not evaluated",
                key,
                hosts
            );
            facts.unread.push((span, why));
        }
        tell_apart(&mut stands);
        self.stands = stands;
    }

    /// The names of the places that each host stands on, as groups are called after them.
    fn place_names(&self) -> BTreeMap<&'a str, Vec<String>> {
        let plain = |standing: &Standing| {
            let name = standing.place.as_str().split_once(':');
            groups::plain(name.map_or("", |(_, name)| name))
        };
        let hosts = self.stands.iter();
        hosts
            .map(|(host, stands)| (*host, stands.iter().map(plain).collect()))
            .collect()
    }

    fn tell(&self, facts: &mut Facts) {
        for (name, host) in &self.inventory.hosts {
            let own = stated("host", name, host.span);
            facts.nodes.push(node(
                own.clone(),
                Class::Domain,
                Evidence::Declared,
                host.span,
            ));
            for standing in self.stands.get(name.as_str()).into_iter().flatten() {
                let place = standing.place.clone();
                let stands = stands(own.clone(), place, standing.evidence, standing.span);
                facts.requirements.push(stands);
            }
        }
        for (address, (host, span)) in self.addresses() {
            let at = self
                .inventory
                .hosts
                .get(host)
                .map_or(span, |host| host.span);
            let own = stated("host", host, at);
            let target = self.service_of(host).unwrap_or_else(|| own.clone());
            for (names, target) in [(&mut facts.identities, own), (&mut facts.aliases, target)] {
                names.push(AliasFact {
                    name: address.clone(),
                    target,
                    origin: Origin::at(Evidence::Declared, span),
                });
            }
        }
        for (name, span) in &self.alone {
            let service = stated("service", name, *span);
            self.service(&service, *span, &[name], None, facts);
        }
        for (name, hosts) in &self.services {
            if let Some(group) = self.inventory.groups.get(*name) {
                let need = groups::need(name, hosts.len());
                let service = self.group_ref(name, group.span);
                self.service(&service, group.span, hosts, need, facts);
            }
        }
    }

    /// Each address by which one host, and no other, is known. What several have is a tunnel, a
    /// place holder, or the machine that Ansible runs on.
    fn addresses(&self) -> BTreeMap<String, (&'a str, Span)> {
        let mut found: BTreeMap<String, Option<(&'a str, Span)>> = BTreeMap::new();
        for name in self.inventory.hosts.keys() {
            for key in ADDRESSES {
                let Some(Ok((text, _, span))) = self.text(name, key) else {
                    continue;
                };
                let Some(address) = address(&text).filter(|address| address != name) else {
                    continue;
                };
                let known = found.entry(address).or_insert(Some((name, span)));
                if known.is_some_and(|(known, _)| known != name) {
                    *known = None;
                }
            }
        }
        let single = found.into_iter();
        single
            .filter_map(|(address, host)| Some((address, host?)))
            .collect()
    }

    /// A service with one replica on each of these hosts.
    fn service(
        &self,
        service: &Ref,
        span: Span,
        hosts: &[&str],
        need: Option<u64>,
        facts: &mut Facts,
    ) {
        let mut own = node(service.clone(), Class::Service, Evidence::Inferred, span);
        own.attributes.need = need.map(NeedFact::Weight);
        facts.nodes.push(own);
        for host in hosts.iter().filter(|_| self.budget.spend(1)) {
            let at = self
                .inventory
                .hosts
                .get(*host)
                .map_or(span, |host| host.span);
            facts.replicas.push(ReplicasFact {
                of: service.clone(),
                count: 1,
                weight: 1,
                on: vec![Expr::One(stated("host", host, at))],
                standby: None,
                replication: None,
                requires: Vec::new(),
                spread: Spread::default(),
                reschedule: None,
                attributes: Attributes::default(),
                origin: Origin::at(Evidence::Inferred, span),
            });
        }
    }

    fn group_ref(&self, name: &str, span: Span) -> Ref {
        match self.estate {
            Some(estate) => stated("service", &format!("{estate}/{name}"), span),
            None => stated("service", name, span),
        }
    }

    /// The service that a host alone is.
    fn service_of(&self, host: &str) -> Option<Ref> {
        let span = self.alone.get(host)?;
        Some(stated("service", host, *span))
    }

    fn text(&self, host: &str, key: &str) -> Option<Result<(String, Level, Span), Span>> {
        let none = Vec::new();
        let groups = self.memberships.get(host).unwrap_or(&none);
        let found = self.variables.text(host, groups, key)?;
        Some(match found {
            Ok((text, found)) => Ok((text, found.level, found.value.span)),
            Err(found) => Err(found.value.span),
        })
    }

    /// What variables of groups and hosts name.
    fn tell_references(&self, folder: &Utf8Path, files: &[(Place, View<'_>)], facts: &mut Facts) {
        let peers = self.peers();
        let mut found: Vec<(Peer, Vec<Mention>)> = Vec::new();
        for (place, root) in files {
            let near = place
                .folder
                .parent()
                .is_none_or(|parent| folder.starts_with(parent));
            if !near && place.folder != folder {
                continue;
            }
            let mut walk = references::Walk::new(&peers, self.budget);
            walk.document(*root);
            let whose = if place.of_host {
                Peer::Host(place.name.clone())
            } else {
                Peer::Group(place.name.clone())
            };
            found.push((whose, walk.found));
        }
        let inline = |variables: &[(String, super::inventory::Variable)]| {
            let texts = variables.iter().filter_map(|(key, variable)| {
                let text = variable.text.as_deref()?;
                references::mention(key, &[(text, variable.span)], &peers, self.budget)
            });
            texts.collect::<Vec<_>>()
        };
        for (name, group) in &self.inventory.groups {
            found.push((Peer::Group(name.clone()), inline(&group.variables)));
        }
        for (name, host) in &self.inventory.hosts {
            found.push((Peer::Host(name.clone()), inline(&host.variables)));
        }
        for (whose, mentions) in found {
            for mention in mentions {
                self.reference(&whose, &mention, facts);
            }
        }
    }

    /// One value that names something, said of those whose variable it is.
    fn reference(&self, whose: &Peer, mention: &Mention, facts: &mut Facts) {
        let span = mention.span;
        let of: Vec<Ref> = match whose {
            Peer::Host(host) => self.service_of(host).into_iter().collect(),
            Peer::Group(name) if name == "all" => Vec::new(),
            Peer::Group(name) => self.of_group(name),
        };
        if of.is_empty() {
            // A default of all hosts: which of them use it, only roles know.
            if mention.by_expression {
                let why =
                    message!("names a host of the inventory, but whose need that is can't be told");
                facts.unread.push((span, why));
            }
            return;
        }
        let own: BTreeSet<&str> = match whose {
            Peer::Host(host) => BTreeSet::from([host.as_str()]),
            Peer::Group(name) => self
                .inventory
                .groups
                .get(name)
                .map_or_else(BTreeSet::new, |group| {
                    group.hosts.keys().map(String::as_str).collect()
                }),
        };
        // A group that names its own hosts, or groups of them, speaks of its members.
        let is_own = |peer: &Peer| match peer {
            Peer::Host(host) => own.contains(host.as_str()),
            Peer::Group(name) => {
                let hosts = self.inventory.groups.get(name).map(|group| &group.hosts);
                let mut hosts = hosts.into_iter().flat_map(|hosts| hosts.keys()).peekable();
                peer == whose
                    || (hosts.peek().is_some() && hosts.all(|host| own.contains(host.as_str())))
            }
        };
        if mention.peers.iter().any(is_own) {
            return;
        }
        if mention.scope {
            let why = message!(
                "names hosts, but whether they are needed or where something runs can't be told"
            );
            facts.unread.push((span, why));
            return;
        }
        let mut targets: Vec<Ref> = Vec::new();
        for peer in &mention.peers {
            match peer {
                Peer::Host(host) => {
                    let alone = self.service_of(host);
                    targets.push(alone.unwrap_or_else(|| stated("host", host, span)));
                }
                Peer::Group(name) => targets.extend(self.named_group(name, span)),
            }
        }
        targets.sort_by(|a, b| a.text.cmp(&b.text));
        targets.dedup_by(|a, b| a.text == b.text);
        for target in &mut targets {
            target.span = span;
        }
        if targets.is_empty() {
            return;
        }
        let mode = if mention.soft { Mode::Soft } else { Mode::Hard };
        for of in of.into_iter().filter(|_| self.budget.spend(targets.len())) {
            facts.requirements.push(RequirementFact {
                of,
                mode: ModeRule::Fixed(mode),
                expr: Expr::any_of(targets.clone(), span),
                want: None,
                reroute: None,
                origin: Origin::at(Evidence::Inferred, span),
            });
        }
    }

    /// The service that a group is, else those of its hosts.
    fn of_group(&self, name: &str) -> Vec<Ref> {
        let Some(group) = self.inventory.groups.get(name) else {
            return Vec::new();
        };
        if self.services.contains_key(name) {
            return vec![self.group_ref(name, group.span)];
        }
        group
            .hosts
            .keys()
            .filter_map(|host| self.service_of(host))
            .collect()
    }

    /// What is needed where a value names a group: its service, else what runs on its hosts, else
    /// these.
    fn named_group(&self, name: &str, span: Span) -> Vec<Ref> {
        let group = self.inventory.groups.get(name);
        if self.services.contains_key(name) {
            return self.of_group(name);
        }
        let hosts = group.into_iter().flat_map(|group| group.hosts.keys());
        hosts
            .map(|host| {
                let alone = self.service_of(host);
                alone.unwrap_or_else(|| stated("host", host, span))
            })
            .collect()
    }

    fn peers(&self) -> Peers<'_> {
        let addresses = self.addresses().into_iter();
        Peers {
            hosts: self.inventory.hosts.keys().map(String::as_str).collect(),
            groups: self.inventory.groups.keys().map(String::as_str).collect(),
            addresses: addresses
                .map(|(address, (host, _))| (address, host))
                .collect(),
        }
    }
}

/// An address that others may know a host by: not the machine itself, nor a place holder.
fn address(text: &str) -> Option<String> {
    let host = host::normalise(text.trim())?;
    let known = matches!(host::kind(&host), HostKind::Own | HostKind::Metadata);
    // `TODO` and the like are written in capitals, hosts are not.
    let is_word = !text.contains(['.', ':']) && text.chars().all(|c| c.is_ascii_uppercase());
    (!known && !is_word).then_some(host)
}

/// Puts the site before the names of racks and their like that stand at several sites.
fn tell_apart(stands: &mut BTreeMap<&str, Vec<Standing>>) {
    let site = |stands: &[Standing]| -> Option<String> {
        let found = SITES.iter().find_map(|kind| {
            let mut all = stands.iter();
            all.find(|standing| standing.kind == *kind)
        })?;
        let (_, name) = found.place.as_str().split_once(':')?;
        Some(name.to_owned())
    };
    let mut sites: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for stands in stands.values() {
        let Some(site) = site(stands) else { continue };
        for standing in stands {
            let place = standing.place.as_str().to_owned();
            sites.entry(place).or_default().insert(site.clone());
        }
    }
    for stands in stands.values_mut() {
        let Some(site) = site(stands) else { continue };
        for standing in stands {
            let several = sites
                .get(standing.place.as_str())
                .is_some_and(|sites| sites.len() > 1);
            if several
                && WITHIN_SITES.contains(&standing.kind.as_str())
                && let Some((_, name)) = standing.place.as_str().split_once(':')
            {
                standing.place = Id::new(&standing.kind, &format!("{site}/{name}"));
            }
        }
    }
}

/// Variables of hosts and groups that no inventory of the input has.
fn orphans(parts: &Parts<'_>, variables: &[(Place, View<'_>)], facts: &mut Facts) {
    for (place, root) in variables {
        let has = |inventory: &Inventory| {
            if place.of_host {
                inventory.hosts.contains_key(&place.name)
            } else {
                BUILT_IN.contains(&place.name.as_str())
                    || inventory.groups.contains_key(&place.name)
            }
        };
        if !parts.inventories.values().any(has) {
            let what = if place.of_host { "host" } else { "group" };
            let why = message!(
                "variables of {what} `{name}`, which no inventory of the input has",
                what,
                name = place.name
            );
            facts.unread.push((root.span(), why));
        }
    }
}

/// A node that the inventory itself states.
fn stated(kind: &str, name: &str, span: Span) -> Ref {
    let id = Id::new(kind, name);
    let otherwise = if kind == "host" {
        Otherwise::Domain(id.clone())
    } else {
        Otherwise::Stated(id.clone())
    };
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise,
    }
}

fn node(name: Ref, class: Class, evidence: Evidence, span: Span) -> NodeFact {
    NodeFact {
        name,
        class: Some(class),
        attributes: Attributes::default(),
        origin: Origin::at(evidence, span),
    }
}

/// A host stands on a place.
fn stands(of: Ref, place: Id, evidence: Evidence, span: Span) -> RequirementFact {
    RequirementFact {
        of,
        mode: ModeRule::ByMember,
        expr: Expr::One(Ref {
            text: place.as_str().to_owned(),
            span,
            otherwise: Otherwise::Domain(place),
        }),
        want: None,
        reroute: None,
        origin: Origin::at(evidence, span),
    }
}
