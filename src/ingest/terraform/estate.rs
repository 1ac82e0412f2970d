//! All roots together: which resource a value means, where resources are, what leads to what.

use crate::message;
use crate::words::Message;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::config::expand::backend;
use super::kinds::{self, Row, What};
use super::place::{self, Places, Spot};
use super::resource::{Resource, Root};
use super::value::{Data, Key, Reference, Val};
use crate::ingest::budget::Budget;
use crate::ingest::endpoint::{addresses, host};
use crate::source::Span;

/// Longest chain of places in places, of links, and of parts between nodes.
const DEEPEST: usize = 16;
/// Attributes that tell one resource from all others.
const IDENTITY: [&str; 9] = [
    "id",
    "arn",
    "self_link",
    "instance_group",
    "url",
    "invoke_arn",
    "qualified_arn",
    "latest_version",
    "name",
];

/// Position in [`Estate::entries`].
pub(super) type At = usize;

/// A resource and the root it is of.
pub(super) struct Entry {
    pub(super) root: usize,
    pub(super) resource: Resource,
    pub(super) row: Option<&'static Row>,
    /// The same thing, told by an earlier root or entry.
    pub(super) same_as: Option<At>,
}

/// Everything that the roots hold.
pub(super) struct Estate<'b> {
    pub(super) roots: Vec<Root>,
    pub(super) entries: Vec<Entry>,
    pub(super) budget: &'b Budget,
    /// Root, module without keys, block → instances.
    blocks: HashMap<(usize, String, String), Vec<At>>,
    /// What identifies a resource → those that have it.
    identities: HashMap<String, Vec<At>>,
    /// Host names and addresses → those that are called by them.
    hosts: HashMap<String, Vec<At>>,
    backends: HashMap<String, usize>,
    places: RefCell<HashMap<At, Places>>,
    /// What leads on to what, and the other way round resolved: from → to.
    leads: BTreeMap<At, BTreeSet<At>>,
    /// The same the other way round: to → from.
    led: BTreeMap<At, Vec<At>>,
    /// Store → the resources that are parts of it.
    parts: BTreeMap<At, Vec<At>>,
    part_of: BTreeMap<At, At>,
}

impl<'b> Estate<'b> {
    /// Indexes all resources. `roots` in the order in which their word counts.
    pub(super) fn new(mut roots: Vec<Root>, budget: &'b Budget) -> Self {
        let mut entries = Vec::new();
        for (root, content) in roots.iter_mut().enumerate() {
            for resource in std::mem::take(&mut content.resources) {
                let row = kinds::row(&resource.kind);
                entries.push(Entry {
                    root,
                    resource,
                    row,
                    same_as: None,
                });
            }
        }
        let mut estate = Self {
            roots,
            entries,
            budget,
            blocks: HashMap::new(),
            identities: HashMap::new(),
            hosts: HashMap::new(),
            backends: HashMap::new(),
            places: RefCell::default(),
            leads: BTreeMap::new(),
            led: BTreeMap::new(),
            parts: BTreeMap::new(),
            part_of: BTreeMap::new(),
        };
        estate.index();
        estate.unite();
        estate.complete();
        estate.find_parts();
        estate.find_leads();
        estate
    }

    fn index(&mut self) {
        for (number, root) in self.roots.iter().enumerate() {
            if let Some(backend) = &root.backend {
                self.backends.entry(backend.clone()).or_insert(number);
            }
        }
        for (at, entry) in self.entries.iter().enumerate() {
            let resource = &entry.resource;
            let key = (entry.root, without_keys(&resource.module), resource.block());
            self.blocks.entry(key).or_default().push(at);
            for path in IDENTITY {
                // A name is one's own only where nothing else has it; see `by_text`.
                for value in resource.values.at(path) {
                    if let Some(text) = value.as_text().filter(|text| text.len() <= 512) {
                        self.identities.entry(text.to_owned()).or_default().push(at);
                    }
                }
            }
            for path in entry.row.map_or(&[][..], |row| row.address) {
                for value in resource.values.at(path) {
                    for host in value.as_text().map(hosts_of).unwrap_or_default() {
                        self.hosts.entry(host).or_default().push(at);
                    }
                }
            }
        }
        for list in self.identities.values_mut().chain(self.hosts.values_mut()) {
            list.dedup();
        }
    }

    /// Finds resources that several roots tell: a state and a plan, a copy of a state, a data
    /// source of what another root manages. The first one counts.
    fn unite(&mut self) {
        let mut known: HashMap<(String, String), At> = HashMap::new();
        let mut order: Vec<At> = (0..self.entries.len()).collect();
        order.sort_by_key(|at| {
            self.entries
                .get(*at)
                .is_some_and(|entry| entry.resource.is_data)
        });
        for at in order {
            let Some(entry) = self.entries.get(at) else {
                continue;
            };
            let resource = &entry.resource;
            let telling = |value: &&Val| value.as_text().is_some_and(|text| text.len() > 5);
            let mut keys: Vec<String> = ["arn", "id", "self_link"]
                .iter()
                .flat_map(|path| resource.values.at(path))
                .filter(telling)
                .filter_map(|value| Some(value.as_text()?.to_owned()))
                .collect();
            if resource.is_data {
                let names = entry.row.map_or(&[][..], |row| row.name);
                let called = names.iter().find_map(|path| resource.values.text_at(path));
                keys.extend(called.map(|(name, _)| format!("name {name}")));
            }
            let kind = resource.kind.to_string();
            let found = keys
                .iter()
                .find_map(|key| known.get(&(kind.clone(), key.clone())).copied());
            if !resource.is_data
                && let Some((name, _)) = entry.row.and_then(|row| {
                    row.name
                        .iter()
                        .find_map(|path| resource.values.text_at(path))
                })
            {
                keys.push(format!("name {name}"));
            }
            for key in keys {
                known
                    .entry((kind.clone(), key))
                    .or_insert(found.unwrap_or(at));
            }
            if let Some(entry) = self.entries.get_mut(at) {
                entry.same_as = found.filter(|found| *found != at);
            }
        }
    }

    /// Roots of one folder that tell of one address tell of one thing, unless their ids differ. The
    /// first counts, and is completed by what the others know: a plan by the state beside it.
    fn complete(&mut self) {
        let mut known: HashMap<(&str, String), At> = HashMap::new();
        let mut found: Vec<(At, At)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let folder = self
                .roots
                .get(entry.root)
                .map_or("", |root| root.folder.as_str());
            let first = *known
                .entry((folder, entry.resource.address()))
                .or_insert(at);
            let Some(other) = self.entries.get(first).filter(|_| first != at) else {
                continue;
            };
            let id = |entry: &Entry| {
                entry
                    .resource
                    .values
                    .text_at("id")
                    .map(|(id, _)| id.to_owned())
            };
            let differ = matches!((id(entry), id(other)), (Some(a), Some(b)) if a != b);
            if other.root != entry.root && !differ {
                found.push((at, self.canonical(first)));
            }
        }
        for (at, first) in found {
            if at == first {
                continue;
            }
            let (values, recorded) = match self.entries.get_mut(at) {
                Some(entry) => {
                    entry.same_as = Some(first);
                    (
                        entry.resource.values.clone(),
                        entry.resource.recorded.clone(),
                    )
                }
                None => continue,
            };
            if let Some(entry) = self.entries.get_mut(first) {
                entry.resource.values.complete(&values);
                if entry.resource.recorded.is_empty() {
                    entry.resource.recorded = recorded;
                }
            }
        }
    }

    /// Roots of which another tells everything, each with the file that does.
    pub(super) fn told_elsewhere(&self) -> Vec<(Span, Message)> {
        let mut owners: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let own = self
                .entries
                .get(self.canonical(at))
                .map_or(entry.root, |first| first.root);
            let owner = owners.entry(entry.root).or_insert(Some(own));
            if entry.resource.is_data {
                continue;
            }
            if *owner != Some(own) || own == entry.root {
                *owner = None;
            }
        }
        let note = |(root, owner): (&usize, &Option<usize>)| {
            let (_, span) = self.roots.get(*root)?.file.as_ref()?;
            let (path, _) = self.roots.get((*owner)?)?.file.as_ref()?;
            (Some(*root) != *owner).then(|| {
                (
                    *span,
                    message!("tells of the same resources as {path}, which is used", path),
                )
            })
        };
        owners.iter().filter_map(note).collect()
    }

    fn find_parts(&mut self) {
        let mut found: Vec<(At, At)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(row) = entry.row else { continue };
            if self.canonical(at) != at {
                continue;
            }
            for path in row.of {
                let whole = self
                    .at_path(at, path)
                    .into_iter()
                    .find(|whole| *whole != at);
                found.extend(whole.map(|whole| (at, whole)));
            }
            // A bucket whose content is copied to another.
            if &*entry.resource.kind == "aws_s3_bucket_replication_configuration" {
                let whole = self.at_path(at, "bucket").into_iter().next();
                let copies = self.at_path(at, "rule.destination.bucket");
                if let Some(whole) = whole {
                    for copy in copies.into_iter().filter(|copy| *copy != whole) {
                        self.parts.entry(whole).or_default().push(copy);
                    }
                }
            }
            // The plan of an app says how many workers it has.
            if row.via.contains(&"service_plan_id") {
                let plan = self.at_path(at, "service_plan_id").into_iter().next();
                let plan =
                    plan.or_else(|| self.at_path(at, "app_service_plan_id").into_iter().next());
                if let Some(plan) = plan {
                    self.parts.entry(at).or_default().push(plan);
                }
            }
        }
        for (part, whole) in found {
            // A replica of a replica is a copy of the first.
            let mut top = whole;
            for _ in 0..DEEPEST {
                match self.part_of.get(&top) {
                    Some(next) if *next != part => top = *next,
                    _ => break,
                }
            }
            if top != part {
                self.part_of.insert(part, top);
                self.parts.entry(top).or_default().push(part);
            }
        }
        for parts in self.parts.values_mut() {
            parts.sort_unstable();
            parts.dedup();
        }
    }

    fn find_leads(&mut self) {
        let mut leads: BTreeMap<At, BTreeSet<At>> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(row) = entry.row else { continue };
            let own = self.canonical(at);
            for path in row.back {
                for from in self.at_path(at, path) {
                    leads.entry(from).or_default().insert(own);
                }
            }
            for path in row.forth {
                for to in self.at_path(at, path) {
                    leads.entry(own).or_default().insert(to);
                }
            }
        }
        for (from, all) in &leads {
            for to in all {
                self.led.entry(*to).or_default().push(*from);
            }
        }
        self.leads = leads;
    }

    pub(super) fn entry(&self, at: At) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// The entry that stands for this one.
    pub(super) fn canonical(&self, at: At) -> At {
        let mut at = at;
        for _ in 0..DEEPEST {
            match self.entries.get(at).and_then(|entry| entry.same_as) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// Whether a resource becomes a node of its own.
    pub(super) fn is_node(&self, at: At) -> bool {
        let Some(entry) = self.entries.get(at) else {
            return false;
        };
        let is_kind = entry.row.is_some_and(|row| {
            row.is_node() || (!row.of.is_empty() && matches!(row.what, What::Store(_)))
        });
        is_kind && entry.same_as.is_none() && !self.part_of.contains_key(&at)
    }

    /// The node that a resource is, or is a part of.
    pub(super) fn node_of(&self, at: At) -> Option<At> {
        let at = self.canonical(at);
        let whole = self.part_of.get(&at).copied().unwrap_or(at);
        self.is_node(whole).then_some(whole)
    }

    pub(super) fn parts(&self, at: At) -> &[At] {
        self.parts.get(&at).map_or(&[], Vec::as_slice)
    }

    /// The resources that the values at a path of a resource mean.
    pub(super) fn at_path(&self, at: At, path: &str) -> BTreeSet<At> {
        let mut all = BTreeSet::new();
        let Some(entry) = self.entries.get(at) else {
            return all;
        };
        let values: Vec<Val> = entry
            .resource
            .values
            .at(path)
            .into_iter()
            .cloned()
            .collect();
        for value in values {
            all.extend(self.meant(&value, entry.root));
        }
        // A list that is unknown as a whole: `vpc_zone_identifier = aws_subnet.a[*].id`.
        all
    }

    /// The resources that a value means: what it was read from, else what has its text.
    pub(super) fn meant(&self, value: &Val, root: usize) -> BTreeSet<At> {
        let mut all = BTreeSet::new();
        self.follow(value, root, &mut all, 0);
        all
    }

    fn follow(&self, value: &Val, root: usize, all: &mut BTreeSet<At>, depth: usize) {
        if depth > DEEPEST || !self.budget.spend(1) {
            return;
        }
        let references = value.references();
        for reference in &references {
            self.read(reference, root, all, depth);
        }
        if references.is_empty()
            && let Data::Text(text) = &value.data
            && let Some(found) = self.by_text(text, root)
        {
            // What hands a value on is not what is meant.
            for at in found {
                match self
                    .entries
                    .get(at)
                    .and_then(|entry| entry.row)
                    .map(|row| row.what)
                {
                    Some(What::Link(_)) => {}
                    _ => {
                        all.insert(self.canonical(at));
                    }
                }
            }
        }
    }

    /// What was read from an attribute.
    fn read(&self, reference: &Reference, root: usize, all: &mut BTreeSet<At>, depth: usize) {
        for at in self.instances(reference, root) {
            let Some(entry) = self.entries.get(at) else {
                continue;
            };
            let Some(What::Link(path)) = entry.row.map(|row| row.what) else {
                all.insert(self.canonical(at));
                continue;
            };
            // What another root makes known, or a parameter that is written elsewhere.
            let before = all.len();
            if path == "outputs" {
                self.remote(entry, &reference.attribute, all, depth);
            } else {
                for maker in self.makers(at) {
                    let Some(maker) = self.entries.get(maker) else {
                        continue;
                    };
                    for value in maker.resource.values.at(path) {
                        self.follow(value, maker.root, all, depth + 1);
                    }
                }
            }
            if all.len() == before {
                let known = entry.resource.values.at(path);
                for value in known {
                    self.follow(value, entry.root, all, depth + 1);
                }
            }
        }
    }

    /// The managed resources that write the parameter or secret which a data source reads.
    fn makers(&self, at: At) -> Vec<At> {
        let Some(entry) = self.entries.get(at) else {
            return Vec::new();
        };
        if !entry.resource.is_data {
            return vec![at];
        }
        let names = entry.row.map_or(&[][..], |row| row.name);
        let name = names
            .iter()
            .find_map(|path| entry.resource.values.text_at(path));
        let mut found: Vec<At> = Vec::new();
        if let Some((name, _)) = name {
            let same = self.identities.get(name).map_or(&[][..], Vec::as_slice);
            let is_maker = |at: &&At| {
                self.entries.get(**at).is_some_and(|other| {
                    !other.resource.is_data && other.resource.kind == entry.resource.kind
                })
            };
            found.extend(same.iter().filter(is_maker));
        }
        if found.is_empty() { vec![at] } else { found }
    }

    /// An output of the root whose state a data source reads.
    fn remote(&self, entry: &Entry, attribute: &str, all: &mut BTreeSet<At>, depth: usize) {
        let values = &entry.resource.values;
        let Some((kind, _)) = values.text_at("backend") else {
            return;
        };
        let Some(config) = values.get("config") else {
            return;
        };
        let folder = self
            .roots
            .get(entry.root)
            .map(|root| root.folder.clone())
            .unwrap_or_default();
        let other =
            backend(kind, config, &folder).and_then(|text| self.backends.get(&text).copied());
        let Some(other) = other.filter(|other| *other != entry.root) else {
            return;
        };
        let mut steps = attribute.split('.').skip_while(|step| *step == "outputs");
        let output = steps
            .next()
            .and_then(|name| self.roots.get(other)?.outputs.get(name));
        if let Some(output) = output {
            self.follow(output, other, all, depth + 1);
        }
    }

    /// The instances that a reference means.
    fn instances(&self, reference: &Reference, root: usize) -> Vec<At> {
        let key = (
            root,
            without_keys(&reference.module),
            reference.resource.to_string(),
        );
        let all = self.blocks.get(&key).map_or(&[][..], Vec::as_slice);
        let exact: Vec<At> = all
            .iter()
            .copied()
            .filter(|at| {
                self.entries.get(*at).is_some_and(|entry| {
                    let same_module = entry.resource.module == reference.module;
                    same_module && (reference.key.is_none() || entry.resource.key == reference.key)
                })
            })
            .collect();
        if exact.is_empty() {
            all.to_vec()
        } else {
            exact
        }
    }

    /// Resources that have this text as what they are known by. Names that others may have too
    /// count only inside the same root.
    fn by_text(&self, text: &str, root: usize) -> Option<Vec<At>> {
        if text.len() > 2_048 {
            return None;
        }
        let of_root = |at: &&At| {
            self.entries
                .get(**at)
                .is_some_and(|entry| entry.root == root)
        };
        if let Some(found) = self.identities.get(text) {
            let telling = text.len() > 8 && text.contains([':', '/', '-', '.']);
            let own: Vec<At> = found.iter().filter(of_root).copied().collect();
            if !own.is_empty() {
                return Some(self.narrowed(own, text));
            }
            if telling {
                return Some(self.narrowed(found.clone(), text));
            }
        }
        let hosts = hosts_of(text);
        let found: Vec<At> = hosts
            .iter()
            .filter_map(|host| self.hosts.get(host))
            .flatten()
            .copied()
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// Of several that share a text, those that have it as their id: a name is the weaker word.
    fn narrowed(&self, found: Vec<At>, text: &str) -> Vec<At> {
        if found.len() < 2 {
            return found;
        }
        let by_id = |at: &At| {
            self.entries.get(*at).is_some_and(|entry| {
                let values = &entry.resource.values;
                ["id", "arn", "self_link"]
                    .iter()
                    .any(|path| values.text_at(path).is_some_and(|(id, _)| id == text))
            })
        };
        let strong: Vec<At> = found.iter().copied().filter(by_id).collect();
        if strong.is_empty() { found } else { strong }
    }

    /// Those that are called by this host name or address.
    pub(super) fn called(&self, host: &str) -> Vec<At> {
        self.hosts.get(host).cloned().unwrap_or_default()
    }

    /// Where a resource is.
    pub(super) fn places(&self, at: At) -> Places {
        self.places_within(at, 0)
    }

    fn places_within(&self, at: At, depth: usize) -> Places {
        if let Some(known) = self.places.borrow().get(&at) {
            return known.clone();
        }
        let mut places = Places::default();
        let Some(entry) = self
            .entries
            .get(at)
            .filter(|_| depth < DEEPEST && self.budget.spend(4))
        else {
            return places;
        };
        // A circle of places finds nothing the second time.
        self.places.borrow_mut().insert(at, Places::default());
        let resource = &entry.resource;
        let provider = kinds::provider(&resource.kind);
        if let Some(row) = entry.row {
            for path in row.region {
                for value in resource.values.at(path) {
                    let spot = value
                        .as_text()
                        .and_then(|text| place::region(provider, text, value.span));
                    add_region(&mut places, spot);
                }
            }
            let stated = places.region.clone().or_else(|| {
                let (region, span) = resource.region.as_ref()?;
                place::region(provider, region, *span)
            });
            // A zone that is only a number is one of the region of what it stands in.
            let stated = stated.or_else(|| {
                let mut others = Places::default();
                if places.region.is_none() && provider == Some("azure") {
                    for path in row.via {
                        self.join_all(&mut others, &self.at_path(at, path), at, depth);
                    }
                }
                others.region
            });
            for path in row.zone {
                for value in resource.values.at(path) {
                    // Azure numbers its zones.
                    let text = match &value.data {
                        Data::Number(number) => Some(&**number),
                        _ => value.as_text(),
                    };
                    let spot = text
                        .and_then(|text| place::zone(provider, text, stated.as_ref(), value.span));
                    let listed = || {
                        let references = value.references();
                        let only = references.first().filter(|_| references.len() == 1)?;
                        let (resource, attribute) = (&*only.resource, &*only.attribute);
                        let region = stated.as_ref();
                        place::zone_listed(provider, resource, attribute, region, value.span)
                    };
                    let spot = spot.or_else(|| listed().filter(|_| text.is_none()));
                    if let Some(spot) = spot {
                        places.join(&Places {
                            zones: vec![spot],
                            region: None,
                        });
                    }
                    // Zones of a data source, or of another resource.
                    else if value.from.is_some() && value.as_text().is_none() {
                        self.join_all(&mut places, &self.meant(value, entry.root), at, depth);
                    }
                }
            }
            // What it stands in speaks where it says nothing itself.
            if places.zones.is_empty() {
                for path in row.via {
                    self.join_all(&mut places, &self.at_path(at, path), at, depth);
                }
            }
            if places.zones.is_empty() {
                for (path, zones) in row.beside {
                    for other in self.at_path(at, path) {
                        self.zones_beside(other, zones, &mut places);
                    }
                }
            }
            if places.zones.is_empty()
                && row.of.is_empty()
                && matches!(row.what, What::Machine)
                && let Some((zone, span)) = &resource.zone
            {
                let spot = place::zone(provider, zone, stated.as_ref(), *span);
                places.zones.extend(spot);
            }
        }
        if places.region.is_none() && places.zones.is_empty() {
            let of_arn = resource
                .values
                .text_at("arn")
                .and_then(|(arn, span)| Some((place::of_arn(arn)?, span)));
            let of_provider = resource
                .region
                .as_ref()
                .map(|(region, span)| (&**region, *span));
            // The newest provider of AWS says the region of each resource.
            let own = resource
                .values
                .text_at("region")
                .filter(|_| provider == Some("aws"));
            let stated = of_arn.or(own).or(of_provider);
            let global = resource.kind.starts_with("aws_cloudfront")
                || resource.kind.starts_with("aws_route53");
            if let Some((text, span)) = stated.filter(|_| !global) {
                let spot = place::region(provider, text, span);
                add_region(&mut places, spot);
            }
        }
        self.places.borrow_mut().insert(at, places.clone());
        places
    }

    /// The zones that another resource states for what is beside it: a cluster for its pools.
    fn zones_beside(&self, at: At, path: &str, places: &mut Places) {
        let Some(entry) = self.entries.get(at) else {
            return;
        };
        let provider = kinds::provider(&entry.resource.kind);
        for value in entry.resource.values.at(path) {
            let text = value.as_text();
            let spot = text.and_then(|text| place::zone(provider, text, None, value.span));
            places.join(&Places {
                zones: spot.into_iter().collect(),
                region: None,
            });
        }
    }

    fn join_all(&self, places: &mut Places, others: &BTreeSet<At>, own: At, depth: usize) {
        for other in others.iter().filter(|other| **other != own) {
            places.join(&self.places_within(*other, depth + 1));
        }
    }

    /// The nodes that a resource leads to through parts, by the pool in which they stand: any
    /// member of a pool will do. What stands in none is one pool too.
    pub(super) fn pools(&self, at: At) -> Vec<BTreeSet<At>> {
        let mut pools: BTreeMap<Option<At>, BTreeSet<At>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut queue = vec![(at, None)];
        while let Some((from, pool)) = queue.pop() {
            for to in self.leads.get(&from).into_iter().flatten() {
                if !self.budget.spend(1) {
                    break;
                }
                match self.node_of(*to) {
                    Some(node) if node != at => {
                        pools.entry(pool).or_default().insert(node);
                    }
                    Some(_) => {}
                    None => {
                        let row = self.entries.get(*to).and_then(|entry| entry.row);
                        let begins = matches!(row.map(|row| row.what), Some(What::Pool));
                        let pool = if begins { Some(*to) } else { pool };
                        if seen.insert((*to, pool)) {
                            queue.push((*to, pool));
                        }
                    }
                }
            }
        }
        let sets: BTreeSet<BTreeSet<At>> = pools.into_values().collect();
        sets.into_iter().collect()
    }

    /// Parts that lead to this node: addresses, network interfaces.
    pub(super) fn leading_to(&self, at: At) -> Vec<At> {
        let from = self.led.get(&at).map_or(&[][..], Vec::as_slice);
        let parts = from.iter().copied().filter(|from| !self.is_node(*from));
        parts.collect()
    }

    /// The parts from which a resource takes its texts: its template, its definition.
    pub(super) fn templates(&self, at: At) -> BTreeSet<At> {
        let paths = self
            .entries
            .get(at)
            .and_then(|entry| entry.row)
            .map_or(&[][..], |row| row.template);
        paths
            .iter()
            .flat_map(|path| self.at_path(at, path))
            .filter(|other| *other != at)
            .collect()
    }
}

/// A module path without its keys.
fn without_keys(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let (mut inside, mut quoted) = (false, false);
    for c in path.chars() {
        match c {
            '"' if inside => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// The host names and addresses in a text that is one, or a list of them.
pub(super) fn hosts_of(text: &str) -> Vec<String> {
    if text.len() > 2_048 || text.contains('\n') {
        return Vec::new();
    }
    // `10.0.0.5/32` and IPv6 networks are addresses of one host, or of none.
    let text = text
        .split_once('/')
        .map_or(text, |(before, after)| match after {
            "32" | "128" | "64" => before,
            _ => text,
        });
    let text = text.trim_end_matches('.');
    let found = addresses(text)
        .into_iter()
        .flat_map(|address| address.hosts);
    let mut hosts: Vec<String> = found.map(|end| end.host).collect();
    if hosts.is_empty() && text.contains([':', '.']) {
        hosts.extend(host::normalise(text));
    }
    let telling = |host: &String| {
        let kind = host::kind(host);
        !matches!(
            kind,
            host::HostKind::Own | host::HostKind::Metadata | host::HostKind::Label
        )
    };
    hosts.retain(telling);
    hosts
}

/// Whether the instances of a block are copies of one thing: `count`, or keys that only number
/// them or name their zones.
pub(super) fn are_alike(keys: &[Option<Key>], names: &[String]) -> bool {
    if keys.iter().all(|key| matches!(key, Some(Key::Number(_)))) {
        return true;
    }
    let is_place = |key: &Option<Key>| match key {
        Some(Key::Name(name)) => {
            let short = name.len() <= 2 && name.chars().all(|c| c.is_ascii_alphanumeric());
            short
                || place::zone(Some("aws"), name, None, zero())
                    .is_some_and(|spot| spot.within.is_some())
                || name.parse::<u64>().is_ok()
        }
        _ => false,
    };
    if keys.iter().all(is_place) {
        return true;
    }
    let stems: BTreeSet<&str> = names.iter().map(|name| stem(name)).collect();
    names.len() > 1 && stems.len() == 1 && stems.iter().all(|stem| stem.len() > 1)
}

/// A name without its number at the end: `web-` of `web-01`.
fn stem(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
}

fn zero() -> Span {
    Span::new(crate::source::FileId(0), 0, 0)
}

/// Adds what a region's name says: of some providers it names a zone.
fn add_region(places: &mut Places, spot: Option<Spot>) {
    match spot {
        Some(spot) if spot.id.kind() == "zone" => {
            places.join(&Places {
                zones: vec![spot],
                region: None,
            });
        }
        Some(spot) => {
            places.region.get_or_insert(spot);
        }
        None => {}
    }
}
