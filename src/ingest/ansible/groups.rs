//! Which groups are services: what runs on all hosts of a group. Inventories also group hosts by
//! where they stand, and what a cloud or register prints groups them by everything it knows.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::Inventory;
use crate::ingest::budget::Budget;

/// Groups that every inventory has.
pub(super) const BUILT_IN: [&str; 2] = ["all", "ungrouped"];

/// Groups whose members serve only while more than half of them do, by the names that the
/// collections which set them up give them. Such a group is a service too where its hosts are
/// those of another group (`[etcd:children] kube_control_plane`).
const BY_MAJORITY: [&str; 16] = [
    "ceph_mon",
    "ceph_mons",
    "clickhouse_keeper",
    "cockroachdb",
    "consul_server",
    "consul_servers",
    "etcd",
    "etcd_cluster",
    "galera",
    "galera_cluster",
    "mon",
    "mons",
    "nomad_servers",
    "zk",
    "zookeeper",
    "zookeepers",
];

/// How the inventories of clouds and registers begin the names of groups that say what a machine is
/// made of, not what it does.
const BY_MAKE: [&str; 17] = [
    "ami_",
    "aws_region_",
    "device_types_",
    "image_",
    "instance_id_",
    "instance_state_",
    "instance_type_",
    "key_",
    "key_name_",
    "manufacturers_",
    "platform_",
    "platforms_",
    "security_group_",
    "size_",
    "subnet_id_",
    "tenants_",
    "vpc_id_",
];

/// Groups that say which estate a host is of.
const ESTATES: [&str; 12] = [
    "dev",
    "development",
    "live",
    "nonprod",
    "preprod",
    "prod",
    "production",
    "qa",
    "stage",
    "staging",
    "test",
    "testing",
];

/// Fewest members that vote; two are a copy and its spare.
const FEWEST: usize = 3;

/// The groups that are services, each with its hosts: those that list two or more hosts
/// themselves, and those of one host that a play is run on (`named`). `places`: of each host the
/// places it stands on; a group of this very name says where, not what. O(hosts · log).
pub(super) fn services<'i>(
    inventory: &'i Inventory,
    named: &BTreeSet<&str>,
    places: &BTreeMap<&str, Vec<String>>,
    budget: &Budget,
) -> BTreeMap<&'i str, Vec<&'i str>> {
    let mut found = BTreeMap::new();
    let listed: usize = inventory.hosts.len();
    for (name, group) in &inventory.groups {
        let plain = plain(name);
        if BUILT_IN.contains(&name.as_str()) || ESTATES.contains(&plain.as_str()) {
            continue;
        }
        let own = group.hosts.keys().map(String::as_str);
        let hosts: Vec<&str> = if group.hosts.is_empty() && by_majority(name) {
            below(inventory, name, budget).into_iter().collect()
        } else {
            own.collect()
        };
        let enough = hosts.len() > 1 || (hosts.len() == 1 && named.contains(name.as_str()));
        let says_where = || {
            let is_there = |host: &&str| {
                let places = places.get(host);
                places.into_iter().flatten().any(|place| {
                    let rest = plain.strip_suffix(place.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
                })
            };
            budget.spend(hosts.len()) && hosts.iter().all(is_there)
        };
        // Of what is printed, the group of all machines is the account, or the plugin.
        let of_make = || {
            inventory.printed
                && (BY_MAKE.iter().any(|start| plain.starts_with(start))
                    || (hosts.len() == listed && inventory.groups.len() > FEWEST))
        };
        if enough && !says_where() && !of_make() {
            found.insert(name.as_str(), hosts);
        }
    }
    found
}

/// How many of these members must be left, if the group is known to vote.
pub(super) fn need(name: &str, members: usize) -> Option<u64> {
    let votes = members >= FEWEST && by_majority(name);
    votes.then(|| u64::try_from(members / 2 + 1).unwrap_or(u64::MAX))
}

/// A name as groups are written: small letters, and `_` for what they can't have.
pub(super) fn plain(name: &str) -> String {
    let letter = |c: char| {
        if c.is_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    name.chars().map(letter).collect()
}

fn by_majority(name: &str) -> bool {
    BY_MAJORITY.contains(&plain(name).as_str())
}

/// The hosts of a group's children, theirs included.
fn below<'i>(inventory: &'i Inventory, name: &str, budget: &Budget) -> BTreeSet<&'i str> {
    let mut hosts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = vec![name];
    while let Some(next) = open.pop() {
        let Some((next, group)) = inventory.groups.get_key_value(next) else {
            continue;
        };
        if seen.insert(next) && budget.spend(1 + group.hosts.len() + group.children.len()) {
            hosts.extend(group.hosts.keys().map(String::as_str));
            open.extend(group.children.iter().map(String::as_str));
        }
    }
    hosts
}
