//! The adapter on netbox-demo, whose folder `SPOF_REAL_INPUTS` names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::{edges, ids, notes, services, translate};
use crate::ingest::fact::Facts;

fn pack() -> (Facts, Value) {
    let root = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let pack = Path::new(&root).join("netbox-demo");
    let read = |path: &str| std::fs::read_to_string(pack.join(path)).expect("readable");
    let text = read("data/json/netbox-demo-v3.6.json");
    let (facts, _) = translate(&[("netbox-demo-v3.6.json", &text)]);
    let truth = serde_json::from_str(&read("truth.json")).expect("JSON");
    (facts, truth)
}

/// What each node needs: `mode target` by id.
fn needs(facts: &Facts) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for requirement in &facts.requirements {
        let of = requirement.of.text.clone();
        let target = super::expr(&requirement.expr);
        all.entry(of).or_default().insert(target);
    }
    all
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a number")).expect("small")
}

fn texts(value: &Value) -> BTreeSet<String> {
    let list = value.as_array().expect("a list").iter();
    list.map(|item| item.as_str().expect("text").to_owned())
        .collect()
}

/// The site that a node stands at, by what it stands on.
fn site(needs: &BTreeMap<String, BTreeSet<String>>, id: &str) -> Option<String> {
    let mut next = vec![id.to_owned()];
    while let Some(id) = next.pop() {
        if let Some(name) = id.strip_prefix("site:") {
            return Some(name.to_owned());
        }
        let on = needs.get(&id).into_iter().flatten();
        next.extend(
            on.filter(|on| {
                ["site:", "rack:", "room:"]
                    .iter()
                    .any(|kind| on.starts_with(kind))
            })
            .cloned(),
        );
    }
    None
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn places_and_devices_are_what_the_truth_says() {
    let (facts, truth) = pack();
    let needs = needs(&facts);
    let of_kind = |kinds: &[&str]| -> Vec<&str> {
        let ids = ids(&facts).into_iter();
        ids.filter(|id| kinds.iter().any(|kind| id.starts_with(kind)))
            .collect()
    };
    let sites: BTreeSet<String> = of_kind(&["site:"])
        .iter()
        .map(|id| id.replace("site:", ""))
        .collect();
    assert_eq!(sites, texts(&truth["sites"]));
    let counts = &truth["counts"];
    assert_eq!(of_kind(&["room:"]).len(), count(&counts["dcim.location"]));
    assert_eq!(of_kind(&["rack:"]).len(), count(&counts["dcim.rack"]));
    assert_eq!(
        of_kind(&["provider:"]).len(),
        count(&counts["circuits.provider"])
    );
    assert_eq!(
        of_kind(&["cluster:"]).len(),
        count(&counts["virtualization.cluster"])
    );
    // Regions without any site in them are left out: 67 are in the dump, 14 lead to sites.
    assert_eq!(of_kind(&["region:"]).len(), 14);

    // Devices are hosts, power (the PDUs) and panels; virtual machines are hosts too.
    let guests: BTreeSet<&String> = needs
        .iter()
        .filter(|(_, on)| on.iter().any(|on| on.starts_with("cluster:")))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(guests.len(), count(&truth["virtualization"]["vms"]));
    let feeds = count(&counts["dcim.powerfeed"]) + count(&counts["dcim.powerpanel"]);
    let devices = of_kind(&["host:", "power:", "panel:"]).len() - guests.len() - feeds;
    assert_eq!(devices, count(&counts["dcim.device"]));
    let by_site = |kinds: &[&str]| -> BTreeMap<String, usize> {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for id in of_kind(kinds) {
            // Panels and feeds of power are drawn at their site, and stand on nothing but panels.
            if let Some(site) = site(&needs, id) {
                *found.entry(site).or_default() += 1;
            }
        }
        found
    };
    let wanted = |value: &Value| -> BTreeMap<String, usize> {
        let map = value.as_object().expect("a mapping").iter();
        map.map(|(site, number)| (site.clone(), count(number)))
            .collect()
    };
    assert_eq!(by_site(&["rack:"]), wanted(&truth["racks_per_site"]));
    assert_eq!(
        by_site(&["host:", "power:", "panel:"]),
        wanted(&truth["devices_per_site"])
    );

    // Thirteen closets of one name, and the devices without a name, each under an id of its own.
    let closets = of_kind(&["rack:"])
        .into_iter()
        .filter(|id| id.ends_with("/Comms closet"));
    assert_eq!(
        closets.count(),
        count(&truth["duplicate_names"]["rack_names_repeated"]["Comms closet"])
    );
    let unnamed = ids(&facts).into_iter().filter(|id| id.contains(" #"));
    let stacked = ids(&facts)
        .into_iter()
        .filter(|id| id.starts_with("host:r10"));
    // Three patch panels of one name at three sites need no number.
    assert_eq!(
        unnamed.count() + stacked.count(),
        truth["devices_without_name"]
            .as_array()
            .expect("a list")
            .len()
    );
    assert_eq!(
        ids(&facts).len(),
        ids(&facts).iter().collect::<BTreeSet<_>>().len()
    );
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn roles_are_what_the_truth_says() {
    let (facts, truth) = pack();
    let needs = needs(&facts);
    // Of PDUs and patch panels no service is made: nobody is served by them.
    let mut by_role: BTreeMap<String, usize> = BTreeMap::new();
    let mut single: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in services(&facts) {
        let (name, hosts) = line
            .trim_start_matches("service:")
            .split_once(": ")
            .expect("hosts");
        let (place, role) = name.split_once('/').expect("place/role");
        let hosts = hosts.split(" host:").count();
        if needs.contains_key(&format!("cluster:{place}")) || place.starts_with("DO-") {
            continue;
        }
        *by_role.entry(role.to_owned()).or_default() += hosts;
        if hosts == 1 {
            single
                .entry(place.to_owned())
                .or_default()
                .insert(role.to_owned());
        }
    }
    let passive = ["PDU", "Patch Panel"];
    for (role, number) in truth["devices_by_role"].as_object().expect("roles") {
        let wanted = (!passive.contains(&role.as_str())).then(|| count(number));
        assert_eq!(by_role.get(role).copied(), wanted, "{role}");
    }
    for (site, roles) in truth["single_device_roles_per_site"]
        .as_object()
        .expect("sites")
    {
        let mut roles = texts(roles);
        roles.retain(|role| !passive.contains(&role.as_str()));
        assert_eq!(
            single.get(site).cloned().unwrap_or_default(),
            roles,
            "{site}"
        );
    }
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn power_is_what_the_truth_says() {
    let (facts, truth) = pack();
    let needs = needs(&facts);
    let power = &truth["power"];
    let mut racks = 0;
    for (rack, feeds) in power["feed_map"].as_object().expect("racks") {
        let feeds = feeds.as_array().expect("feeds");
        let names: Vec<String> = feeds
            .iter()
            .map(|feed| {
                format!(
                    "power:MDF/{}/{}",
                    feed[2].as_str().expect("a panel"),
                    feed[0].as_str().expect("a name")
                )
            })
            .collect();
        let on = &needs[&format!("rack:MDF/{rack}")];
        assert!(on.contains(&format!("any({})", names.join(", "))), "{on:?}");
        for (feed, name) in feeds.iter().zip(&names) {
            let panel = format!("power:MDF/{}", feed[2].as_str().expect("a panel"));
            assert_eq!(needs[name], BTreeSet::from([panel]));
        }
        racks += 1;
    }
    assert_eq!(racks, count(&power["racks_with_feeds"]));
    let feeds: BTreeSet<&str> = ids(&facts)
        .into_iter()
        .filter(|id| id.starts_with("power:MDF/Panel "))
        .collect();
    let panels = feeds
        .iter()
        .filter(|id| id.matches('/').count() == 1)
        .count();
    assert_eq!(panels, power["panels"].as_object().expect("panels").len());
    assert_eq!(feeds.len() - panels, count(&power["feeds"]));
    let fed = |on: &&BTreeSet<String>| on.iter().any(|on| on.contains("power:"));
    let racks = needs.iter().filter(|(id, _)| id.starts_with("rack:"));
    assert_eq!(
        racks.filter(|(_, on)| !fed(on)).count(),
        count(&power["racks_without_feed"])
    );
    // The cables that there are lead from outlets of PDUs to devices, none to a feed.
    let cabled = needs
        .iter()
        .filter(|(id, on)| id.starts_with("host:") && fed(on))
        .count();
    assert_eq!(cabled, count(&power["devices_with_a_cabled_port"]));
    let pdus = needs.iter().filter(|(id, _)| id.starts_with("power:dmi01"));
    assert!(pdus.into_iter().all(|(_, on)| !fed(&on)));
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn circuits_are_what_the_truth_says() {
    let (facts, truth) = pack();
    let needs = needs(&facts);
    let circuits = &truth["circuits"];
    let id = |of: &Value| {
        format!(
            "network:{}/{}",
            of[1].as_str().expect("a provider"),
            of[0].as_str().expect("an id")
        )
    };
    let all: Vec<&str> = ids(&facts)
        .into_iter()
        .filter(|id| id.starts_with("network:"))
        .collect();
    // With them the one network of a provider.
    assert_eq!(
        all.len(),
        count(&circuits["count"]) + count(&truth["counts"]["circuits.providernetwork"])
    );
    for (provider, number) in circuits["by_provider"].as_object().expect("providers") {
        let of = format!("provider:{provider}");
        let theirs = needs
            .iter()
            .filter(|(id, on)| id.starts_with("network:") && on.contains(&of));
        // The network of Level 3 is its own too.
        let networks = usize::from(provider == "Level 3");
        assert_eq!(theirs.count(), count(number) + networks, "{provider}");
    }
    let one: BTreeSet<String> = texts(&circuits["sites_with_exactly_one_circuit"]);
    for (site, of) in circuits["per_site"].as_object().expect("sites") {
        let mut names: Vec<String> = of.as_array().expect("circuits").iter().map(id).collect();
        names.sort();
        let on = needs.get(&format!("site:{site}"));
        if site == "MDF" {
            // The middle: all three circuits lead from it to the laboratories.
            assert!(on.is_none());
            for name in names {
                assert!(needs[&name].contains("site:MDF"));
            }
            continue;
        }
        assert_eq!(names.len() == 1, one.contains(site));
        assert_eq!(
            on,
            Some(&BTreeSet::from([format!("any({})", names.join(", "))]))
        );
    }
    for site in texts(&circuits["sites_without_circuit"]) {
        assert!(!needs.contains_key(&format!("site:{site}")));
    }
    // Level 3's thirteen end in its network, CenturyLink's thirteen state no other end.
    let ends = &truth["circuit_terminations"]["a_side"];
    let mpls = needs
        .values()
        .filter(|on| on.contains("network:Level 3/Level3 MPLS"))
        .count();
    assert_eq!(mpls, count(&ends["provider_network"]));
    let to_middle = needs
        .iter()
        .filter(|(id, on)| id.starts_with("network:") && on.contains("site:MDF"));
    assert_eq!(to_middle.count(), count(&ends["MDF"]));
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn virtual_machines_are_what_the_truth_says() {
    let (facts, truth) = pack();
    let needs = needs(&facts);
    let wanted = truth["virtualization"]["vms_per_cluster"]
        .as_object()
        .expect("clusters");
    for (cluster, number) in wanted {
        let on = BTreeSet::from([format!("cluster:{cluster}")]);
        let guests = needs.values().filter(|it| **it == on).count();
        assert_eq!(guests, count(number), "{cluster}");
    }
    // None of the clusters says where it is; nine have virtual machines, and are told.
    for cluster in texts(&truth["virtualization"]["clusters_without_site"]) {
        assert!(!needs.contains_key(&format!("cluster:{cluster}")));
    }
    let told = notes(&facts);
    let told = told
        .iter()
        .filter(|why| why.starts_with("a cluster without site"));
    assert_eq!(told.count(), wanted.len());
    // Members of the four virtual chassis.
    for (chassis, number) in truth["virtual_chassis"].as_object().expect("chassis") {
        let prefix = format!("host:{chassis}:");
        let members = ids(&facts).into_iter().filter(|id| id.starts_with(&prefix));
        assert_eq!(members.count(), count(number));
    }
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn branches_hang_on_their_router_and_pdu() {
    let (facts, _) = pack();
    let edges = edges(&facts);
    let routed = edges
        .iter()
        .filter(|edge| edge.contains("-sw01 hard host:dmi01-") && edge.ends_with("-rtr01"));
    assert_eq!(routed.count(), 13);
    // Not the circuits: each has two.
    assert!(
        !edges
            .iter()
            .any(|edge| edge.starts_with("host:dmi01") && edge.contains("network:"))
    );
}
