//! What the REST API answers, one file a model.

use super::{edges, ids, notes, services, translate};

const SITES: &str = r#"{"count": 1, "next": null, "previous": null, "results": [
 {"id": 1, "url": "https://nb.example.org/api/dcim/sites/1/", "display": "Pangyo", "name": "Pangyo", "slug": "pangyo",
  "status": {"value": "active", "label": "Active"},
  "region": {"id": 4, "url": "https://nb.example.org/api/dcim/regions/4/", "display": "Korea", "name": "Korea", "slug": "kr"},
  "tenant": {"id": 2, "url": "https://nb.example.org/api/tenancy/tenants/2/", "name": "Account team"}}]}"#;

const DEVICES: &str = r#"[
 {"id": 7, "url": "https://nb.example.org/api/dcim/devices/7/", "display": "web1", "name": "web1",
  "role": {"id": 1, "url": "https://nb.example.org/api/dcim/device-roles/1/", "display": "Web", "name": "Web"},
  "tenant": {"id": 2, "url": "https://nb.example.org/api/tenancy/tenants/2/", "name": "Account team"},
  "site": {"id": 1, "url": "https://nb.example.org/api/dcim/sites/1/", "name": "Pangyo"},
  "rack": {"id": 3, "url": "https://nb.example.org/api/dcim/racks/3/", "name": "R3"},
  "status": {"value": "active", "label": "Active"},
  "primary_ip4": {"id": 9, "url": "https://nb.example.org/api/ipam/ip-addresses/9/", "address": "10.1.0.9/24"}},
 {"id": 8, "url": "https://nb.example.org/api/dcim/devices/8/", "name": "web2",
  "device_role": {"id": 1, "url": "https://nb.example.org/api/dcim/device-roles/1/", "name": "Web"},
  "site": {"id": 1, "url": "https://nb.example.org/api/dcim/sites/1/", "name": "Pangyo"},
  "rack": null, "status": {"value": 0, "label": "Offline"}}]"#;

const RACKS: &str = r#"{"count": 3, "next": null, "previous": null, "results": [
 {"id": 3, "url": "https://nb.example.org/api/dcim/racks/3/", "name": "R3",
  "site": {"id": 1, "url": "https://nb.example.org/api/dcim/sites/1/", "name": "Pangyo"}, "location": null}]}"#;

#[test]
fn files_of_one_installation_join() {
    let (facts, _) = translate(&[
        ("sites.json", SITES),
        ("x/devices.json", DEVICES),
        ("racks.json", RACKS),
    ]);
    assert_eq!(
        ids(&facts),
        [
            "host:web1",
            "host:web2",
            "rack:Pangyo/R3",
            "region:Korea",
            "service:Pangyo/Web",
            "site:Pangyo",
        ]
    );
    assert_eq!(
        edges(&facts),
        [
            "host:web1 on rack:Pangyo/R3",
            "host:web2 on site:Pangyo",
            "rack:Pangyo/R3 on site:Pangyo",
        ]
    );
    assert_eq!(services(&facts), ["service:Pangyo/Web: host:web1"]);
    assert!(facts.aliases.iter().any(|alias| alias.name == "10.1.0.9"));
    assert_eq!(
        notes(&facts),
        [
            "one page of several: 1 of 3 rows are here; give the other pages too, or ask the API with `?limit=0`",
            "a device that is offline: it is not counted on to run",
        ]
    );
}

#[test]
fn what_is_told_in_passing_is_there_without_its_own_file() {
    let (facts, _) = translate(&[("devices.json", DEVICES)]);
    assert!(ids(&facts).contains(&"site:Pangyo"), "{:?}", ids(&facts));
    // Where the rack stands is in no file: the device's own site is not lost with it.
    let edges = edges(&facts);
    assert!(
        edges.contains(&"host:web1 on rack:R3".to_owned()),
        "{edges:?}"
    );
    assert!(
        edges.contains(&"host:web1 on site:Pangyo".to_owned()),
        "{edges:?}"
    );
}

#[test]
fn circuits_and_cables_of_the_api() {
    let circuits = r#"{"count": 1, "results": [
     {"id": 1, "url": "https://nb.example.org/api/circuits/circuits/1/", "cid": "X1",
      "provider": {"id": 1, "url": "https://nb.example.org/api/circuits/providers/1/", "name": "Telco"},
      "status": {"value": "active", "label": "Active"},
      "termination_a": {"id": 5, "url": "https://nb.example.org/api/circuits/circuit-terminations/5/",
        "site": {"id": 1, "url": "https://nb.example.org/api/dcim/sites/1/", "name": "Pangyo"}, "provider_network": null},
      "termination_z": null}]}"#;
    let cables = r#"[
     {"id": 1, "url": "https://nb.example.org/api/dcim/cables/1/", "status": {"value": "connected", "label": "Connected"},
      "a_terminations": [{"object_type": "circuits.circuittermination", "object_id": 5, "object":
        {"id": 5, "url": "https://nb.example.org/api/circuits/circuit-terminations/5/", "term_side": "A",
         "circuit": {"id": 1, "url": "https://nb.example.org/api/circuits/circuits/1/", "cid": "X1"}}}],
      "b_terminations": [{"object_type": "dcim.interface", "object_id": 70, "object":
        {"id": 70, "url": "https://nb.example.org/api/dcim/interfaces/70/", "name": "eth0",
         "device": {"id": 7, "url": "https://nb.example.org/api/dcim/devices/7/", "name": "web1"}}}]},
     {"id": 2, "url": "https://nb.example.org/api/dcim/cables/2/", "status": {"value": "connected", "label": "Connected"},
      "a_terminations": [{"object_type": "dcim.interface", "object_id": 71, "object":
        {"id": 71, "url": "https://nb.example.org/api/dcim/interfaces/71/", "name": "eth1",
         "device": {"id": 7, "url": "https://nb.example.org/api/dcim/devices/7/", "name": "web1"}}}],
      "b_terminations": [{"object_type": "dcim.interface", "object_id": 80, "object":
        {"id": 80, "url": "https://nb.example.org/api/dcim/interfaces/80/", "name": "eth0",
         "device": {"id": 8, "url": "https://nb.example.org/api/dcim/devices/8/", "name": "web2"}}}]}]"#;
    let devices = DEVICES.replace(
        "{\"value\": 0, \"label\": \"Offline\"}",
        "{\"value\": \"active\"}",
    );
    let (facts, _) = translate(&[
        ("circuits.json", circuits),
        ("cables.json", cables),
        ("devices.json", &devices),
        ("sites.json", SITES),
    ]);
    let edges = edges(&facts);
    for edge in [
        "site:Pangyo hard any(network:Telco/X1)",
        "network:Telco/X1 on provider:Telco",
        "host:web2 hard host:web1",
    ] {
        assert!(edges.iter().any(|e| e == edge), "{edge} in {edges:?}");
    }
}

#[test]
fn ports_say_their_peers_where_there_are_no_cables() {
    let ports = r#"[
     {"id": 1, "url": "/api/dcim/power-ports/1/", "name": "PSU0", "cable": {"id": 3, "url": "/api/dcim/cables/3/"},
      "device": {"id": 7, "url": "/api/dcim/devices/7/", "name": "web1"},
      "link_peers": [{"id": 2, "url": "/api/dcim/power-outlets/2/", "name": "1",
        "device": {"id": 6, "url": "/api/dcim/devices/6/", "name": "pdu6"}}], "link_peers_type": "dcim.poweroutlet"}]"#;
    let (facts, _) = translate(&[("power-ports.json", ports)]);
    assert_eq!(edges(&facts), ["host:web1 on power:pdu6"]);
}

#[test]
fn two_installations_keep_their_keys_apart() {
    let other = SITES
        .replace("nb.example.org", "nb.example.com")
        .replace("Pangyo", "Anyang")
        .replace("pangyo", "anyang");
    let (facts, _) = translate(&[("a.json", SITES), ("b.json", &other)]);
    assert!(ids(&facts).contains(&"site:Anyang") && ids(&facts).contains(&"site:Pangyo"));
}

#[test]
fn several_lists_in_one_file() {
    let text = format!("{{\"written\": 1, \"devices\": {DEVICES}, \"none\": []}}");
    let (facts, _) = translate(&[("all.json", &text), ("sites.json", SITES)]);
    assert!(ids(&facts).contains(&"host:web2"), "{:?}", ids(&facts));
    assert_eq!(
        ids(&facts)
            .iter()
            .filter(|id| **id == "site:Pangyo")
            .count(),
        1
    );
}

#[test]
fn rows_of_versions_before_2_9_have_no_address_of_their_own() {
    let devices = r#"{"count": 2, "next": null, "previous": null, "results": [
 {"id": 7, "name": "web1", "display_name": "web1",
  "device_type": {"id": 1, "url": "http://nb/api/dcim/device-types/1/", "model": "R640"},
  "device_role": {"id": 1, "url": "http://nb/api/dcim/device-roles/1/", "name": "Web", "slug": "web"},
  "site": {"id": 1, "url": "http://nb/api/dcim/sites/1/", "name": "AMS", "slug": "ams"},
  "rack": {"id": 3, "url": "http://nb/api/dcim/racks/3/", "name": "R3", "display_name": "R3"},
  "status": {"value": 1, "label": "Active"}},
 {"id": 8, "name": "pdu1",
  "device_type": {"id": 2, "url": "http://nb/api/dcim/device-types/2/", "model": "P"},
  "device_role": {"id": 2, "url": "http://nb/api/dcim/device-roles/2/", "name": "PDU"},
  "site": {"id": 1, "url": "http://nb/api/dcim/sites/1/", "name": "AMS"}, "rack": null,
  "status": {"value": "active", "label": "Active", "id": 1}}]}"#;
    let sites = r#"[{"id": 1, "name": "AMS", "slug": "ams", "facility": "", "physical_address": "",
  "region": {"id": 4, "url": "http://nb/api/dcim/regions/4/", "name": "Europe"}}]"#;
    // Nothing in it says whose it is.
    let regions = r#"{"count": 1, "next": null, "previous": null, "results": [
 {"id": 4, "name": "Western Europe", "slug": "eu", "parent": null, "site_count": 1}]}"#;
    let ports = r#"[{"id": 5, "name": "PSU1", "maximum_draw": 500, "allocated_draw": 300,
  "device": {"id": 7, "url": "http://nb/api/dcim/devices/7/", "name": "web1"},
  "connected_endpoint_type": "dcim.poweroutlet",
  "connected_endpoint": {"id": 6, "url": "http://nb/api/dcim/power-outlets/6/", "name": "1",
    "device": {"id": 8, "url": "http://nb/api/dcim/devices/8/", "name": "pdu1"}}}]"#;
    let (facts, _) = translate(&[
        ("devices.json", devices),
        ("power-ports.json", ports),
        ("regions.json", regions),
        ("sites.json", sites),
    ]);
    assert_eq!(
        ids(&facts),
        [
            "host:web1",
            "power:pdu1",
            "rack:R3",
            "region:Western Europe",
            "service:AMS/Web",
            "site:AMS"
        ]
    );
    let edges = edges(&facts);
    assert!(
        edges.contains(&"host:web1 on power:pdu1".to_owned()),
        "{edges:?}"
    );
}

#[test]
fn answers_that_mean_nothing_here_are_listed() {
    let modules = r#"{"count": 2, "next": null, "previous": null, "results": [
 {"id": 1, "url": "https://nb.example.org/api/dcim/modules/1/", "device": {"id": 7, "url": "https://nb.example.org/api/dcim/devices/7/", "name": "web1"}},
 {"id": 2, "url": "https://nb.example.org/api/dcim/modules/2/"}]}"#;
    let (facts, _) = translate(&[("modules.json", modules), ("sites.json", SITES)]);
    assert_eq!(
        notes(&facts),
        ["2 rows of `dcim/modules`: nothing is read of these"]
    );
}
