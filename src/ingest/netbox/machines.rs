//! Devices, clusters and virtual machines: what each is, and what it stands on.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{choice, first_reference, is_active, reference, text};
use super::inventory::Inventory;
use super::places::{owner, place};
use super::power;
use super::rows::{Model, Row};
use super::telling::{Teller, domain};
use crate::ingest::fact::Attributes;
use crate::message;
use crate::source::Span;
use crate::words::{Evidence, Id};

/// What a device is to others, by its kind.
pub(super) const POWER: &str = "power";
pub(super) const PANEL: &str = "panel";
pub(super) const HOST: &str = "host";

/// What is known of all devices at once.
pub(super) struct Devices<'d> {
    /// `host`, `power` for what others get power from, `panel` for what only joins cables.
    pub(super) kinds: BTreeMap<&'d str, &'static str>,
    /// Keys of the power ports of each.
    pub(super) power_ports: BTreeMap<&'d str, Vec<&'d str>>,
    /// The chassis that a blade is in.
    parents: BTreeMap<&'d str, &'d str>,
}

impl<'d> Devices<'d> {
    pub(super) fn new(inventory: &Inventory<'d>) -> Self {
        let having = |model: Model| -> BTreeSet<&'d str> {
            let rows = inventory.rows(model);
            rows.filter_map(|row| reference(row.view, "device"))
                .collect()
        };
        let (outlets, interfaces) = (having(Model::PowerOutlet), having(Model::Interface));
        let mut power_ports: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in inventory.rows(Model::PowerPort) {
            if let Some(device) = reference(row.view, "device") {
                power_ports.entry(device).or_default().push(row.key);
            }
        }
        let mut joints = having(Model::FrontPort);
        joints.append(&mut having(Model::RearPort));
        let mut kinds = BTreeMap::new();
        let mut parents = BTreeMap::new();
        for row in inventory.rows(Model::Device) {
            let role = first_reference(row.view, &["role", "device_role"])
                .and_then(|key| text(inventory.row(Model::DeviceRole, key)?.view, "name"));
            let role = role.unwrap_or_default().to_lowercase();
            let mut words = role.split(|c: char| !c.is_alphanumeric());
            let key = row.key;
            let lives = interfaces.contains(key) || power_ports.contains_key(key);
            let kind = if outlets.contains(key) || words.any(|word| matches!(word, "pdu" | "ups")) {
                POWER
            } else if !lives && (joints.contains(key) || is_passive(&role)) {
                PANEL
            } else {
                HOST
            };
            kinds.insert(key, kind);
            if let Some(parent) = reference(row.view, "parent_device") {
                parents.insert(key, parent);
            }
        }
        for row in inventory.rows(Model::DeviceBay) {
            let installed = reference(row.view, "installed_device");
            if let (Some(child), Some(parent)) = (installed, reference(row.view, "device")) {
                parents.insert(child, parent);
            }
        }
        Self {
            kinds,
            power_ports,
            parents,
        }
    }

    pub(super) fn kind(&self, key: &str) -> &'static str {
        self.kinds.get(key).copied().unwrap_or(HOST)
    }
}

/// Roles of what has no power of its own, where nothing is said of ports.
fn is_passive(role: &str) -> bool {
    let words = [
        "patch panel",
        "patchpanel",
        "cable management",
        "blanking",
        "shelf",
    ];
    words.iter().any(|word| role.contains(word))
}

/// Whether a device or virtual machine runs, by its status.
pub(super) fn runs(row: Row<'_>) -> bool {
    is_active(choice(row.view, "status").as_deref())
}

pub(super) fn tell(teller: &mut Teller<'_, '_>) {
    for row in teller.inventory.rows(Model::Device) {
        if let Some(id) = teller.id(Model::Device, row.key) {
            device(teller, row, &id);
        }
    }
    clusters(teller);
    for row in teller.inventory.rows(Model::VirtualMachine) {
        if let Some(id) = teller.id(Model::VirtualMachine, row.key) {
            guest(teller, row, &id);
        }
    }
}

fn device<'d>(teller: &mut Teller<'_, 'd>, row: Row<'d>, id: &Id) {
    let span = row.span();
    machine(teller, row, id, "device");
    let parent = teller.devices.parents.get(row.key);
    let parent = parent.and_then(|key| teller.id(Model::Device, key));
    let parent = parent.map(|parent| (parent, row.span_at("parent_device")));
    let rack = || Some((teller.id_at(row, "rack", Model::Rack)?, row.span_at("rack")));
    if let Some((on, span)) = parent.or_else(rack).or_else(|| place(teller, row)) {
        teller.stands(id, &on, Evidence::Declared, span);
        // A rack that is told in passing does not say where it stands; the device does.
        let rack =
            reference(row.view, "rack").and_then(|key| teller.inventory.row(Model::Rack, key));
        if rack.is_some_and(|rack| !rack.whole)
            && let Some((place, span)) = place(teller, row)
        {
            teller.stands(id, &place, Evidence::Declared, span);
        }
    } else if row.whole {
        teller.note(span, |n| {
            message!("a device without a site|{n} devices without a site", n)
        });
    }
    if let Some((sources, span)) = power::cabled(teller, row.key) {
        let sources: Vec<Id> = sources.into_iter().filter(|source| source != id).collect();
        teller.stands_on_any(id, &sources, span);
    }
}

/// What devices and virtual machines have in common: owner, other names, a status.
fn machine<'d>(teller: &mut Teller<'_, 'd>, row: Row<'d>, id: &Id, word: &'static str) {
    let span = row.span();
    let attributes = Attributes {
        owner: owner(teller, row),
        ..Attributes::default()
    };
    teller.domain(id, span, attributes);
    for field in ["primary_ip4", "primary_ip6", "primary_ip", "oob_ip"] {
        let address =
            reference(row.view, field).and_then(|key| teller.inventory.row(Model::IpAddress, key));
        let Some(address) = address else { continue };
        if let Some(text) = text(address.view, "address") {
            let bare = text.split('/').next().unwrap_or(text);
            teller.alias(&bare.to_ascii_lowercase(), id, span);
        }
        if let Some(name) = text(address.view, "dns_name") {
            teller.alias(&name.trim_end_matches('.').to_ascii_lowercase(), id, span);
        }
    }
    if let Some(status) = choice(row.view, "status").filter(|status| !is_active(Some(status))) {
        teller.note(span, move |n| {
            message!(
                "a {word} that is {status}: it is not counted on to run|{n} {word}s that are \
                     {status}: they are not counted on to run",
                n,
                word,
                status
            )
        });
    }
}

/// A cluster runs on any of its devices, and where it is said to be.
fn clusters(teller: &mut Teller<'_, '_>) {
    let mut members: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
    for row in teller
        .inventory
        .rows(Model::Device)
        .filter(|row| runs(*row))
    {
        let cluster = reference(row.view, "cluster");
        if let (Some(cluster), Some(id)) = (cluster, teller.id(Model::Device, row.key)) {
            members.entry(cluster).or_default().push(id);
        }
    }
    let mut guests: BTreeSet<&str> = BTreeSet::new();
    for row in teller.inventory.rows(Model::VirtualMachine) {
        let mut others = ["device", "site"].iter();
        if others.all(|field| reference(row.view, field).is_none()) {
            guests.extend(reference(row.view, "cluster"));
        }
    }
    for row in teller.inventory.rows(Model::Cluster) {
        let Some(id) = teller.id(Model::Cluster, row.key) else {
            continue;
        };
        let span = row.span();
        let (on, within) = scope(teller, row);
        let attributes = Attributes {
            within: within.map(|region| domain(&region, span)),
            ..Attributes::default()
        };
        teller.domain(&id, span, attributes);
        if let Some(on) = &on {
            let field = ["site", "scope_id", "scope"].iter();
            let mut field = field.filter(|field| row.view.get(field).is_some());
            let at = field.next().map_or(span, |field| row.span_at(field));
            teller.stands(&id, on, Evidence::Declared, at);
        }
        let mut hosts = members.remove(row.key).unwrap_or_default();
        hosts.sort_unstable();
        teller.stands_on_any(&id, &hosts, span);
        if on.is_none() && hosts.is_empty() && guests.contains(row.key) {
            teller.unread(
                span,
                message!(
                    "a cluster without site and devices: where its virtual machines run is unknown"
                ),
            );
        }
    }
}

/// The place of a cluster, and the region where it is only drawn.
fn scope<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> (Option<Id>, Option<Id>) {
    if let Some(site) = teller.id_at(row, "site", Model::Site) {
        return (Some(site), None);
    }
    let cached = || teller.id_at(row, "_location", Model::Location);
    let cached = || cached().or_else(|| teller.id_at(row, "_site", Model::Site));
    match teller
        .inventory
        .generic(row.view, ("scope_type", "scope_id"))
    {
        Some((Model::Region, key)) => (None, teller.id(Model::Region, key)),
        Some((model @ (Model::Site | Model::Location), key)) => {
            (teller.id(model, key).or_else(cached), None)
        }
        _ => (cached(), None),
    }
}

/// A virtual machine stands on the device that is named, else on its cluster, else on its site.
fn guest<'d>(teller: &mut Teller<'_, 'd>, row: Row<'d>, id: &Id) {
    let span: Span = row.span();
    machine(teller, row, id, "virtual machine");
    let cluster = teller.id_at(row, "cluster", Model::Cluster);
    let site = teller.id_at(row, "site", Model::Site);
    let device = teller.id_at(row, "device", Model::Device);
    match device.or(cluster).or_else(|| site.clone()) {
        Some(on) => {
            let said = ["device", "cluster", "site"].iter();
            let mut said = said.filter(|field| reference(row.view, field).is_some());
            let at = said.next().map_or(span, |field| row.span_at(field));
            teller.stands(id, &on, Evidence::Declared, at);
            // A cluster that says nothing of where it is: the machine does.
            let wide = reference(row.view, "device").is_none();
            if let Some(site) = site.filter(|site| wide && *site != on) {
                teller.stands(id, &site, Evidence::Declared, row.span_at("site"));
            }
        }
        None if row.whole => {
            teller.note(
                span,
                |n| {
                    message!(
                        "a virtual machine without device, cluster or site: where it runs is unknown|{n} \
                         virtual machines without device, cluster or site: where they run is unknown",
                        n
                    )
                },
            );
        }
        None => {}
    }
}
