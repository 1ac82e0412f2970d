//! Circuits, and who is reached through whom.

use std::fmt::Write as _;

use super::{dump, edges};

/// Sites 1 to 4, a provider with a network, and these circuits: key and two ends each, a site by
/// its key, `n` for the network, `-` for nothing.
fn estate(circuits: &[(u32, &str, &str)], more: &str) -> Vec<String> {
    let mut rows = String::from(
        r#"
dcim.site 1 {"name": "A", "slug": "a"}
dcim.site 2 {"name": "B", "slug": "b"}
dcim.site 3 {"name": "C", "slug": "c"}
dcim.site 4 {"name": "D", "slug": "d"}
circuits.provider 1 {"name": "P"}
circuits.providernetwork 1 {"name": "MPLS", "provider": 1}
"#,
    );
    for (key, a, z) in circuits {
        writeln!(rows, "circuits.circuit {key} {{\"cid\": \"c{key}\", \"provider\": 1, \"status\": \"active\"}}").expect("written");
        for (side, end) in [("A", a), ("Z", z)] {
            let fields = match *end {
                "-" => continue,
                "n" => "\"site\": null, \"provider_network\": 1".to_owned(),
                site => format!("\"site\": {site}, \"provider_network\": null"),
            };
            let pk = key * 10 + u32::from(side == "Z");
            writeln!(rows, "circuits.circuittermination {pk} {{\"circuit\": {key}, \"term_side\": \"{side}\", {fields}}}").expect("written");
        }
    }
    rows.push_str(more);
    edges(&dump(&rows))
}

fn of<'e>(edges: &'e [String], of: &str) -> Vec<&'e str> {
    let prefix = format!("{of} ");
    let found = edges.iter().filter_map(|edge| edge.strip_prefix(&prefix));
    found.collect()
}

#[test]
fn a_site_is_reached_by_any_of_its_circuits() {
    let edges = estate(&[(1, "n", "1"), (2, "-", "1"), (3, "-", "2")], "");
    assert_eq!(
        of(&edges, "site:A"),
        ["hard any(network:P/c1, network:P/c2)"]
    );
    assert_eq!(of(&edges, "site:B"), ["hard any(network:P/c3)"]);
    assert_eq!(
        of(&edges, "network:P/c1"),
        ["on network:P/MPLS", "on provider:P"]
    );
    assert_eq!(of(&edges, "network:P/MPLS"), ["on provider:P"]);
    assert!(of(&edges, "site:C").is_empty());
}

#[test]
fn sites_without_a_circuit_outside_are_reached_through_their_neighbours() {
    // D reaches the outside through B and A.
    let edges = estate(&[(1, "-", "1"), (2, "1", "2"), (3, "2", "4")], "");
    assert_eq!(of(&edges, "site:B"), ["hard any(network:P/c2)"]);
    assert_eq!(of(&edges, "network:P/c2"), ["hard site:A", "on provider:P"]);
    assert_eq!(of(&edges, "site:D"), ["hard any(network:P/c3)"]);
    assert_eq!(of(&edges, "network:P/c3"), ["hard site:B", "on provider:P"]);
}

#[test]
fn the_middle_of_a_star_needs_none_of_its_rays() {
    let edges = estate(&[(1, "1", "2"), (2, "1", "3"), (3, "4", "1")], "");
    assert!(of(&edges, "site:A").is_empty());
    assert_eq!(of(&edges, "site:C"), ["hard any(network:P/c2)"]);
    assert_eq!(of(&edges, "network:P/c3"), ["hard site:A", "on provider:P"]);
}

#[test]
fn equals_are_degraded_alone_and_lend_each_other_their_way_out() {
    let edges = estate(&[(1, "1", "2")], "");
    assert_eq!(of(&edges, "site:A"), ["soft network:P/c1"]);
    assert_eq!(of(&edges, "site:B"), ["soft network:P/c1"]);
    let edges = estate(&[(1, "1", "2"), (2, "-", "1"), (3, "-", "2")], "");
    assert_eq!(
        of(&edges, "site:A"),
        ["hard any(network:P/c2, all(network:P/c1, network:P/c3))"]
    );
    assert_eq!(
        of(&edges, "network:P/c1"),
        ["hard site:A", "hard site:B", "on provider:P"]
    );
}

#[test]
fn planned_circuits_and_cross_connects_are_no_way() {
    let more = r#"
circuits.circuit 9 {"cid": "later", "provider": 1, "status": "planned"}
circuits.circuittermination 99 {"circuit": 9, "term_side": "Z", "site": 1}
"#;
    let edges = estate(&[(1, "1", "1")], more);
    assert!(of(&edges, "site:A").is_empty(), "{edges:?}");
}

#[test]
fn since_version_4_2_a_termination_names_any_place() {
    let more = r#"
dcim.location 5 {"name": "MMR", "site": 1}
circuits.circuit 9 {"cid": "new", "provider": 1, "status": "active"}
circuits.circuittermination 98 {"circuit": 9, "term_side": "A", "termination_type": ["circuits", "providernetwork"], "termination_id": 1}
circuits.circuittermination 99 {"circuit": 9, "term_side": "Z", "termination_type": ["dcim", "location"], "termination_id": 5}
"#;
    let edges = estate(&[], more);
    assert_eq!(of(&edges, "site:A"), ["hard any(network:P/new)"]);
    assert_eq!(
        of(&edges, "network:P/new"),
        ["on network:P/MPLS", "on provider:P"]
    );
}

const CABLING: &str = r#"
dcim.devicerole 1 {"name": "Router"}
dcim.devicerole 2 {"name": "Switch"}
dcim.device 1 {"name": "rtr", "role": 1, "site": 1, "status": "active"}
dcim.device 2 {"name": "sw1", "role": 2, "site": 1, "status": "active"}
dcim.device 3 {"name": "sw2", "role": 2, "site": 1, "status": "active"}
dcim.device 4 {"name": "srv", "role": 2, "site": 1, "status": "active"}
dcim.device 5 {"name": "pp", "role": 2, "site": 1, "status": "active"}
dcim.interface 10 {"device": 1, "name": "wan"}
dcim.interface 11 {"device": 1, "name": "0"}
dcim.interface 12 {"device": 1, "name": "1"}
dcim.interface 20 {"device": 2, "name": "0"}
dcim.interface 21 {"device": 2, "name": "1"}
dcim.interface 22 {"device": 2, "name": "2"}
dcim.interface 30 {"device": 3, "name": "0"}
dcim.interface 31 {"device": 3, "name": "1"}
dcim.interface 32 {"device": 3, "name": "mgmt", "mgmt_only": true}
dcim.interface 40 {"device": 4, "name": "0"}
dcim.interface 41 {"device": 4, "name": "mgmt", "mgmt_only": true}
dcim.rearport 50 {"device": 5, "name": "rear"}
dcim.frontport 51 {"device": 5, "name": "front", "rear_port": 50}
"#;

/// Cables between `model:key` and `model:key`.
fn cables(of: &[(&str, &str)]) -> String {
    let mut rows = CABLING.to_owned();
    for (key, ends) in (1..).zip(of) {
        writeln!(rows, "dcim.cable {key} {{\"status\": \"connected\"}}").expect("written");
        for (side, end) in [("A", ends.0), ("B", ends.1)] {
            let (model, pk) = end.split_once(':').expect("model:key");
            let (app, model) = model.split_once('.').unwrap_or(("dcim", model));
            let row = key * 10 + i32::from(side == "B");
            writeln!(rows, "dcim.cabletermination {row} {{\"cable\": {key}, \"cable_end\": \"{side}\", \"termination_type\": [\"{app}\", \"{model}\"], \"termination_id\": {pk}}}").expect("written");
        }
    }
    rows
}

#[test]
fn a_device_needs_what_every_way_to_it_leads_through() {
    // circuit - panel - rtr - sw1 - srv, and sw2 by a cable for management only.
    let more = cables(&[
        ("circuits.circuittermination:11", "rearport:50"),
        ("frontport:51", "interface:10"),
        ("interface:11", "interface:20"),
        ("interface:21", "interface:40"),
        ("interface:22", "interface:32"),
    ]);
    let edges = estate(&[(1, "-", "1")], &more);
    assert_eq!(of(&edges, "host:rtr"), ["hard panel:pp", "on site:A"]);
    assert_eq!(of(&edges, "host:sw1"), ["hard host:rtr", "on site:A"]);
    assert_eq!(of(&edges, "host:srv"), ["hard host:sw1", "on site:A"]);
    assert_eq!(of(&edges, "host:sw2"), ["on site:A"]);
    assert!(!edges.iter().any(|edge| edge.contains("service:A/pp")));
}

#[test]
fn rings_and_double_uplinks_accuse_nobody_in_them() {
    let more = cables(&[
        ("circuits.circuittermination:11", "interface:10"),
        ("interface:11", "interface:20"),
        ("interface:12", "interface:30"),
        ("interface:21", "interface:31"),
        ("interface:22", "interface:40"),
    ]);
    let edges = estate(&[(1, "-", "1")], &more);
    assert_eq!(of(&edges, "host:rtr"), ["on site:A"]);
    assert_eq!(of(&edges, "host:sw1"), ["hard host:rtr", "on site:A"]);
    assert_eq!(of(&edges, "host:sw2"), ["hard host:rtr", "on site:A"]);
    assert_eq!(of(&edges, "host:srv"), ["hard host:sw1", "on site:A"]);
}
