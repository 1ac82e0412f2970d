//! What runs: application services that are stated, else what devices and virtual machines are
//! for by their role. Machines of one role, place and tenant are taken for copies of one service.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{first_reference, reference, text};
use super::machines::{HOST, runs};
use super::names::site_of;
use super::rows::{Model, Row};
use super::telling::{Teller, domain, stated};
use crate::ingest::fact::{Attributes, Expr, Origin, ReplicasFact, Spread};
use crate::message;
use crate::source::Span;
use crate::words::{Class, Evidence, Id};

/// Names of what gives operators access: it runs everywhere and nobody uses it as a service.
const ACCESS: [&str; 14] = [
    "ssh", "telnet", "rdp", "snmp", "winrm", "vnc", "ipmi", "icmp", "ping", "netconf", "redfish",
    "idrac", "ilo", "bmc",
];

/// A machine that runs something.
type Machine<'d> = (Model, &'d str);

/// What is alike: name, and what parts it from others of that name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group<'d> {
    name: String,
    tenant: Option<&'d str>,
}

pub(super) fn tell(teller: &mut Teller<'_, '_>) {
    let (applications, running) = applications(teller);
    say(teller, applications);
    let roles = roles(teller, &running);
    say(teller, roles);
}

/// Hosts of each group, with the place that says so.
type Groups<'d> = BTreeMap<Group<'d>, BTreeMap<Id, Span>>;

/// Role and tenant of a machine.
type Sort<'d> = (Option<&'d str>, Option<&'d str>);

/// Stated services, by name and role of what they run on; and all machines that run one.
fn applications<'d>(teller: &mut Teller<'_, 'd>) -> (Groups<'d>, BTreeSet<Machine<'d>>) {
    let mut running = BTreeSet::new();
    let mut found: BTreeMap<&str, BTreeMap<Sort<'d>, BTreeMap<Id, Span>>> = BTreeMap::new();
    for row in teller.inventory.rows(Model::Service) {
        let Some(name) = text(row.view, "name") else {
            continue;
        };
        let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
        if parts
            .take(4)
            .any(|part| ACCESS.contains(&part.to_ascii_lowercase().as_str()))
        {
            continue;
        }
        let names = ("parent_object_type", "parent_object_id");
        let device = || Some((Model::Device, reference(row.view, "device")?));
        let guest = || {
            Some((
                Model::VirtualMachine,
                reference(row.view, "virtual_machine")?,
            ))
        };
        let parent = teller
            .inventory
            .generic(row.view, names)
            .or_else(device)
            .or_else(guest);
        let machine = parent.and_then(|(model, key)| teller.inventory.row(model, key));
        let host = parent.and_then(|(model, key)| teller.id(model, key));
        let (Some(parent), Some(machine), Some(host)) = (parent, machine, host) else {
            teller.note(row.span(), |n| {
                message!(
                    "a service of what is neither a device nor a virtual machine of the input|{n} \
                         services of what is neither a device nor a virtual machine of the input",
                    n
                )
            });
            continue;
        };
        running.insert(parent);
        if runs(machine) {
            let key = (role(teller, machine), tenant(teller, machine));
            let hosts = found.entry(name).or_default().entry(key).or_default();
            hosts.insert(host, row.span());
        }
    }
    let mut groups = Groups::new();
    for (name, alike) in found {
        let several = alike.len() > 1;
        for ((role, tenant), hosts) in alike {
            let name = match role.filter(|_| several) {
                Some(role) => format!("{role}/{name}"),
                None => name.to_owned(),
            };
            groups
                .entry(Group { name, tenant })
                .or_default()
                .extend(hosts);
        }
    }
    (groups, running)
}

/// Machines of one role and place; those whose services are all stated aren't asked again.
fn roles<'d>(teller: &mut Teller<'_, 'd>, running: &BTreeSet<Machine<'d>>) -> Groups<'d> {
    let mut groups: BTreeMap<Group<'d>, (bool, BTreeMap<Id, Span>)> = BTreeMap::new();
    for model in [Model::Device, Model::VirtualMachine] {
        for row in teller
            .inventory
            .rows(model)
            .filter(|row| row.whole && runs(*row))
        {
            let machine = (model, row.key);
            let host = teller.id(model, row.key).filter(|id| id.kind() == HOST);
            let Some(host) = host else { continue };
            let Some(role) = role(teller, row) else {
                if !running.contains(&machine) {
                    teller.note(row.span(), |n| {
                        message!(
                            "a machine without role or services: nothing is said to run on it|{n} \
                                 machines without role or services: nothing is said to run on them",
                            n
                        )
                    });
                }
                continue;
            };
            let name = match place(teller, model, row) {
                Some(place) => format!("{place}/{role}"),
                None => role.to_owned(),
            };
            let tenant = tenant(teller, row);
            let (unstated, hosts) = groups.entry(Group { name, tenant }).or_default();
            *unstated |= !running.contains(&machine);
            hosts.insert(host, row.span());
        }
    }
    let open = groups.into_iter().filter(|(_, (unstated, _))| *unstated);
    open.map(|(group, (_, hosts))| (group, hosts)).collect()
}

fn role<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> Option<&'d str> {
    teller.label_at(row, &["role", "device_role"], Model::DeviceRole)
}

fn tenant<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> Option<&'d str> {
    teller.label_at(row, &["tenant"], Model::Tenant)
}

/// Where a machine is, as people say it: the site, or the cluster of a virtual machine.
fn place(teller: &Teller<'_, '_>, model: Model, row: Row<'_>) -> Option<String> {
    let cluster = first_reference(row.view, &["cluster"]).filter(|_| model != Model::Device);
    if let Some(cluster) = cluster.and_then(|key| teller.id(Model::Cluster, key)) {
        return Some(cluster.name().to_owned());
    }
    let site = site_of(teller.inventory, model, row)?;
    Some(teller.id(Model::Site, site)?.name().to_owned())
}

/// A service of each group. Groups of one name differ by tenant, which their names then say.
fn say<'d>(teller: &mut Teller<'_, 'd>, groups: Groups<'d>) {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for group in groups.keys() {
        *names.entry(group.name.clone()).or_default() += 1;
    }
    for (group, hosts) in groups {
        let alone = names.get(&group.name) == Some(&1);
        let name = match group.tenant.filter(|_| !alone) {
            Some(tenant) => format!("{}/{tenant}", group.name),
            None => group.name,
        };
        let id = Id::new("service", &name);
        let Some(span) = hosts.values().min().copied() else {
            continue;
        };
        let attributes = Attributes {
            owner: group.tenant.map(str::to_owned),
            ..Attributes::default()
        };
        teller.node(&id, Class::Service, Evidence::Inferred, span, attributes);
        for (host, at) in hosts {
            teller.replicas(ReplicasFact {
                of: stated(&id, Class::Service, span),
                count: 1,
                weight: 1,
                on: vec![Expr::One(domain(&host, at))],
                standby: None,
                replication: None,
                requires: Vec::new(),
                spread: Spread::default(),
                reschedule: None,
                attributes: Attributes::default(),
                origin: Origin::at(Evidence::Inferred, at),
            });
        }
    }
}
