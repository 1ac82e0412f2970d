//! Names of the DNS: one target is another name of it; several are a journey that any of them, or
//! one after the other, can serve.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{At, Estate, hosts_of};
use super::names::Nodes;
use super::value::Val;
use crate::source::Span;

/// Health checks of the DNS's host: three failures, half a minute apart, unless stated.
const CHECK_S: u64 = 90;
/// Time to live where none is stated.
const LIVES_S: u64 = 60;

/// A name and what it leads to.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// `shop.example.com`, without final dot.
    pub(super) host: String,
    pub(super) targets: Vec<Target>,
    pub(super) span: Span,
}

/// One of the things a name leads to.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) node: At,
    /// Only after the others fail; how long that takes.
    pub(super) after_s: Option<u64>,
    pub(super) span: Span,
}

/// One record, whatever host of names it is at.
struct Record {
    host: String,
    values: Vec<Val>,
    secondary: Option<u64>,
    span: Span,
    root: usize,
}

/// All names that lead to nodes.
pub(super) fn names(estate: &Estate<'_>, nodes: &Nodes) -> Vec<Name> {
    let mut by_name: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for (at, entry) in estate.entries.iter().enumerate() {
        let is_record = matches!(
            entry.row.map(|row| row.what),
            Some(super::kinds::What::Record)
        );
        if !is_record
            || entry.same_as.is_some()
            || entry.resource.is_data
            || !estate.budget.spend(8)
        {
            continue;
        }
        for record in records(estate, at) {
            by_name.entry(record.host.clone()).or_default().push(record);
        }
    }
    let mut names = Vec::new();
    for (host, records) in by_name {
        let mut targets: BTreeMap<At, Target> = BTreeMap::new();
        let mut span = None;
        for record in &records {
            span.get_or_insert(record.span);
            for value in &record.values {
                let meant = estate.meant(value, record.root);
                let mut found: BTreeSet<At> =
                    meant.iter().filter_map(|at| estate.node_of(*at)).collect();
                // An address that leads on to machines.
                for at in meant.iter().filter(|at| estate.node_of(**at).is_none()) {
                    found.extend(estate.pools(*at).into_iter().flatten());
                }
                for node in found {
                    // Machines of one service are one target.
                    let node = first_of(nodes, node);
                    let target = targets.entry(node).or_insert(Target {
                        node,
                        after_s: record.secondary,
                        span: value.span,
                    });
                    if record.secondary.is_none() {
                        target.after_s = None;
                    }
                }
            }
        }
        if let Some(span) = span.filter(|_| !targets.is_empty()) {
            names.push(Name {
                host,
                targets: targets.into_values().collect(),
                span,
            });
        }
    }
    names
}

/// The first machine of a service stands for all of it.
fn first_of(nodes: &Nodes, at: At) -> At {
    let group = nodes.ids.get(&at).and_then(|id| nodes.groups.get(id));
    group
        .and_then(|machines| machines.first().copied())
        .unwrap_or(at)
}

fn records(estate: &Estate<'_>, at: At) -> Vec<Record> {
    let Some(entry) = estate.entry(at) else {
        return Vec::new();
    };
    let resource = &entry.resource;
    let values = &resource.values;
    if resource.kind.starts_with("azurerm_traffic_manager") {
        return traffic_manager(estate, at);
    }
    let kind = ["type", "record_type"]
        .iter()
        .find_map(|path| values.text_at(path));
    let is_address = kind.is_none_or(|(kind, _)| matches!(kind, "A" | "AAAA" | "CNAME" | "ALIAS"));
    let named = ["fqdn", "name", "hostname"]
        .iter()
        .find_map(|path| values.text_at(path));
    let Some((name, span)) = named.filter(|_| is_address) else {
        return Vec::new();
    };
    let zone = ["zone", "zone_name", "zone_id", "managed_zone", "domain"]
        .iter()
        .find_map(|path| zone_of(estate, at, path));
    let host = full(name, zone.as_deref());
    let lives = values.count_at("ttl").map_or(LIVES_S, |(ttl, _)| ttl);
    let mut targets: Vec<Val> = Vec::new();
    for path in [
        "alias.name",
        "records.value",
        "rrdatas",
        "records",
        "content",
        "value",
        "record",
        "target",
        "target_resource_id",
    ] {
        targets.extend(
            values
                .at(path)
                .into_iter()
                .filter(|value| value.pairs().is_empty())
                .cloned(),
        );
    }
    let mut out = Vec::new();
    // Google keeps the policy inside one record.
    for (path, secondary) in [
        ("routing_policy.wrr.rrdatas", false),
        ("routing_policy.geo.rrdatas", false),
        (
            "routing_policy.primary_backup.primary.internal_load_balancers.ip_address",
            false,
        ),
        ("routing_policy.primary_backup.backup_geo.rrdatas", true),
    ] {
        let found: Vec<Val> = values.at(path).into_iter().cloned().collect();
        if !found.is_empty() {
            out.push(Record {
                host: host.clone(),
                values: found,
                secondary: secondary.then_some(CHECK_S.saturating_add(lives)),
                span,
                root: entry.root,
            });
        }
    }
    let failover = values.text_at("failover_routing_policy.type");
    let secondary = failover.is_some_and(|(kind, _)| kind.eq_ignore_ascii_case("secondary"));
    out.push(Record {
        host,
        values: targets,
        secondary: secondary.then_some(CHECK_S.saturating_add(lives)),
        span,
        root: entry.root,
    });
    out
}

/// The name of the zone that a record is in: stated, or said by the zone that it refers to.
fn zone_of(estate: &Estate<'_>, at: At, path: &str) -> Option<String> {
    let entry = estate.entry(at)?;
    if let Some((text, _)) = entry
        .resource
        .values
        .text_at(path)
        .filter(|(text, _)| text.contains('.'))
    {
        return Some(text.to_owned());
    }
    for other in estate.at_path(at, path) {
        let values = &estate.entry(other)?.resource.values;
        if let Some((name, _)) = values
            .text_at("dns_name")
            .or_else(|| values.text_at("name"))
        {
            return Some(name.to_owned());
        }
    }
    None
}

/// A name within its zone; `@` is the zone itself.
fn full(name: &str, zone: Option<&str>) -> String {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let Some(zone) = zone.map(|zone| zone.trim_end_matches('.').to_ascii_lowercase()) else {
        return name;
    };
    if name == "@" || name.is_empty() {
        zone
    } else if name == zone || name.ends_with(&format!(".{zone}")) {
        name
    } else {
        format!("{name}.{zone}")
    }
}

/// A profile of Traffic Manager: its endpoints by priority, or all of them at once.
fn traffic_manager(estate: &Estate<'_>, at: At) -> Vec<Record> {
    let Some(entry) = estate.entry(at) else {
        return Vec::new();
    };
    if &*entry.resource.kind == "azurerm_traffic_manager_profile" {
        return Vec::new();
    }
    let profile = estate.at_path(at, "profile_id").into_iter().next();
    let Some(profile) = profile.and_then(|at| estate.entry(at)) else {
        return Vec::new();
    };
    let values = &profile.resource.values;
    let Some((host, span)) = values.text_at("fqdn").or_else(|| {
        values
            .text_at("dns_config.relative_name")
            .or_else(|| values.text_at("name"))
    }) else {
        return Vec::new();
    };
    let host = if host.contains('.') {
        host.to_ascii_lowercase()
    } else {
        format!("{}.trafficmanager.net", host.to_ascii_lowercase())
    };
    let method = values
        .text_at("traffic_routing_method")
        .map_or("", |(method, _)| method);
    let priority = entry
        .resource
        .values
        .count_at("priority")
        .map_or(1, |(number, _)| number);
    let lives = values
        .count_at("dns_config.ttl")
        .map_or(LIVES_S, |(ttl, _)| ttl);
    let interval = values
        .count_at("monitor_config.interval_in_seconds")
        .map_or(30, |(s, _)| s);
    let failures = values
        .count_at("monitor_config.tolerated_number_of_failures")
        .map_or(3, |(n, _)| n);
    let takes = interval
        .saturating_mul(failures.saturating_add(1))
        .saturating_add(lives);
    let targets = entry.resource.values.at("target_resource_id");
    let targets = targets
        .into_iter()
        .chain(entry.resource.values.at("target"));
    vec![Record {
        host,
        values: targets.cloned().collect(),
        secondary: (method == "Priority" && priority > 1).then_some(takes),
        span,
        root: entry.root,
    }]
}

/// Whether a text is a name that the DNS can have.
pub(super) fn is_host(name: &str) -> bool {
    name.contains('.') && !name.contains('*') && !hosts_of(name).is_empty()
}
