//! Names, places, machines and services of a database dump.

use super::{dump, dumped, edges, ids, notes, services, translate};

const TWO_SITES: &str = r#"
dcim.region 1 {"name": "Asia", "parent": null}
dcim.region 2 {"name": "Korea", "parent": 1}
dcim.region 3 {"name": "Nowhere", "parent": null}
dcim.site 1 {"name": "Pangyo", "slug": "pg", "status": "active", "region": 2}
dcim.site 2 {"name": "Anyang", "slug": "anyang", "status": "active", "region": 2}
dcim.location 1 {"name": "B3", "site": 1, "parent": null}
dcim.location 2 {"name": "Cage", "site": 1, "parent": 1}
dcim.rack 1 {"name": "Closet", "site": 1, "location": 2}
dcim.rack 2 {"name": "Closet", "site": 2, "location": null}
dcim.rack 3 {"name": "R7", "site": 2, "location": null}
dcim.devicerole 1 {"name": "Server"}
tenancy.tenant 1 {"name": "Account team"}
"#;

#[test]
fn places_stand_in_places_and_are_named_by_their_site() {
    let facts = dump(TWO_SITES);
    assert_eq!(
        ids(&facts),
        [
            "rack:Anyang/Closet",
            "rack:Anyang/R7",
            "rack:Pangyo/Closet",
            "region:Asia",
            "region:Korea",
            "room:Pangyo/B3",
            "room:Pangyo/B3/Cage",
            "site:Anyang",
            "site:Pangyo",
        ]
    );
    assert_eq!(
        edges(&facts),
        [
            "rack:Anyang/Closet on site:Anyang",
            "rack:Anyang/R7 on site:Anyang",
            "rack:Pangyo/Closet on room:Pangyo/B3/Cage",
            "room:Pangyo/B3 on site:Pangyo",
            "room:Pangyo/B3/Cage on room:Pangyo/B3",
        ]
    );
    let within = |id: &str| {
        let node = facts.nodes.iter().find(|node| node.name.text == id)?;
        node.attributes.within.as_ref().map(|of| of.text.clone())
    };
    assert_eq!(within("site:Pangyo").as_deref(), Some("region:Korea"));
    assert_eq!(within("region:Korea").as_deref(), Some("region:Asia"));
    let mut aliases: Vec<String> = facts
        .aliases
        .iter()
        .map(|alias| format!("{} is {}", alias.name, alias.target.text))
        .collect();
    aliases.sort();
    assert_eq!(
        aliases,
        [
            "rack:R7 is rack:Anyang/R7",
            "room:B3 is room:Pangyo/B3",
            "room:Cage is room:Pangyo/B3/Cage",
            "site:anyang is site:Anyang",
            "site:pg is site:Pangyo",
        ]
    );
}

#[test]
fn devices_without_a_name_or_with_one_of_many_are_told_apart() {
    let facts = dump(&format!(
        r#"{TWO_SITES}
dcim.virtualchassis 1 {{"name": "tor"}}
dcim.device 1 {{"name": "a", "role": 1, "site": 1, "rack": 1, "status": "active", "tenant": 1}}
dcim.device 2 {{"name": "same", "role": 1, "site": 1, "rack": 1, "status": "active", "tenant": 1}}
dcim.device 3 {{"name": "same", "role": 1, "site": 2, "rack": 2, "status": "active"}}
dcim.device 4 {{"name": "twin", "role": 1, "site": 2, "rack": 3, "status": "active"}}
dcim.device 5 {{"name": "twin", "role": 1, "site": 2, "rack": 3, "status": "active"}}
dcim.device 6 {{"name": null, "role": 1, "site": 2, "rack": 3, "status": "active"}}
dcim.device 7 {{"name": null, "role": 1, "site": 2, "rack": null, "status": "active", "virtual_chassis": 1, "vc_position": 2}}
"#
    ));
    let hosts: Vec<&str> = ids(&facts)
        .into_iter()
        .filter(|id| id.starts_with("host:"))
        .collect();
    assert_eq!(
        hosts,
        [
            "host:Anyang/Server #6",
            "host:Anyang/same",
            "host:Anyang/twin #4",
            "host:Anyang/twin #5",
            "host:Pangyo/same",
            "host:a",
            "host:tor:2",
        ]
    );
    assert_eq!(
        services(&facts),
        [
            "service:Anyang/Server: host:Anyang/Server #6 host:Anyang/same host:Anyang/twin #4 host:Anyang/twin #5 host:tor:2",
            "service:Pangyo/Server: host:Pangyo/same host:a",
        ]
    );
    let owner = |id: &str| {
        let node = facts.nodes.iter().find(|node| node.name.text == id);
        node.and_then(|node| node.attributes.owner.clone())
    };
    assert_eq!(
        owner("service:Pangyo/Server").as_deref(),
        Some("Account team")
    );
    assert_eq!(owner("service:Anyang/Server"), None);
    assert!(edges(&facts).contains(&"host:tor:2 on site:Anyang".to_owned()));
}

#[test]
fn virtual_machines_stand_on_device_cluster_or_site() {
    let facts = dump(&format!(
        r#"{TWO_SITES}
contenttypes.contenttype 20 {{"app_label": "dcim", "model": "site"}}
dcim.device 1 {{"name": "kvm1", "role": 1, "site": 1, "rack": 1, "status": "active", "cluster": 1}}
dcim.device 2 {{"name": "kvm2", "role": 1, "site": 1, "rack": 1, "status": "active", "cluster": 1}}
dcim.device 3 {{"name": "kvm3", "role": 1, "site": 1, "rack": 1, "status": "offline", "cluster": 1}}
virtualization.cluster 1 {{"name": "kvm", "site": 1, "status": "active"}}
virtualization.cluster 2 {{"name": "cloud", "status": "active", "scope_type": null, "scope_id": null}}
virtualization.cluster 3 {{"name": "far", "status": "active", "scope_type": 20, "scope_id": 2}}
virtualization.cluster 4 {{"name": "idle", "status": "active"}}
virtualization.virtualmachine 1 {{"name": "on-host", "status": "active", "cluster": 1, "device": 2, "site": 1, "role": 1}}
virtualization.virtualmachine 2 {{"name": "on-cluster", "status": "active", "cluster": 1, "role": 1}}
virtualization.virtualmachine 3 {{"name": "on-site", "status": "active", "cluster": null, "site": 2, "role": 1}}
virtualization.virtualmachine 4 {{"name": "unplaced", "status": "active", "cluster": 2, "role": 1}}
virtualization.virtualmachine 5 {{"name": "planned", "status": "planned", "cluster": 2, "role": 1}}
virtualization.virtualmachine 6 {{"name": "far", "status": "active", "cluster": 3, "role": null}}
"#
    ));
    let edges = edges(&facts);
    for edge in [
        "cluster:kvm on any(host:kvm1, host:kvm2)",
        "cluster:kvm on site:Pangyo",
        "cluster:far on site:Anyang",
        "host:on-host on host:kvm2",
        "host:on-cluster on cluster:kvm",
        "host:on-site on site:Anyang",
        "host:unplaced on cluster:cloud",
    ] {
        assert!(edges.iter().any(|e| e == edge), "{edge} in {edges:?}");
    }
    assert!(
        !edges.iter().any(|e| e.starts_with("cluster:cloud")),
        "{edges:?}"
    );
    assert_eq!(
        notes(&facts),
        [
            "a device that is offline: it is not counted on to run",
            "a cluster without site and devices: where its virtual machines run is unknown",
            "a virtual machine that is planned: it is not counted on to run",
            "a machine without role or services: nothing is said to run on it",
        ]
    );
    assert_eq!(
        services(&facts),
        [
            "service:Anyang/Server: host:on-site",
            "service:Pangyo/Server: host:kvm1 host:kvm2",
            "service:cloud/Server: host:unplaced",
            "service:kvm/Server: host:on-cluster host:on-host",
        ]
    );
}

#[test]
fn application_services_go_before_roles() {
    let facts = dump(&format!(
        r#"{TWO_SITES}
dcim.device 1 {{"name": "w1", "role": 1, "site": 1, "status": "active", "primary_ip4": 4}}
dcim.device 2 {{"name": "w2", "role": 1, "site": 2, "status": "active"}}
ipam.ipaddress 4 {{"address": "10.0.0.7/24", "dns_name": "W1.example.org."}}
ipam.service 1 {{"name": "billing", "device": 1, "virtual_machine": null, "protocol": "tcp"}}
ipam.service 2 {{"name": "billing", "parent_object_type": ["dcim", "device"], "parent_object_id": 2}}
ipam.service 3 {{"name": "SSH", "device": 2}}
ipam.service 4 {{"name": "lost", "device": 99}}
"#
    ));
    assert_eq!(services(&facts), ["service:billing: host:w1 host:w2"]);
    let names: Vec<&str> = facts
        .aliases
        .iter()
        .map(|alias| alias.name.as_str())
        .collect();
    assert!(
        names.contains(&"10.0.0.7") && names.contains(&"w1.example.org"),
        "{names:?}"
    );
    assert_eq!(
        notes(&facts),
        ["a service of what is neither a device nor a virtual machine of the input"]
    );
}

#[test]
fn blades_stand_in_their_chassis() {
    let facts = dump(&format!(
        r#"{TWO_SITES}
dcim.device 1 {{"name": "chassis", "role": 1, "site": 1, "rack": 1, "status": "active"}}
dcim.device 2 {{"name": "blade", "role": 1, "site": 1, "rack": 1, "status": "active"}}
dcim.devicebay 1 {{"device": 1, "name": "Bay 1", "installed_device": 2}}
"#
    ));
    assert!(edges(&facts).contains(&"host:blade on host:chassis".to_owned()));
}

#[test]
fn old_versions_have_other_names_for_the_same() {
    let facts = dump(
        r#"
dcim.site 1 {"name": "S", "slug": "s", "status": 1}
dcim.rackgroup 1 {"name": "Floor", "site": 1}
dcim.rack 1 {"name": "R", "site": 1, "group": 1}
dcim.devicerole 1 {"name": "Server"}
dcim.device 1 {"name": "a", "device_role": 1, "site": 1, "rack": 1, "status": 1}
dcim.device 2 {"name": "b", "device_role": 1, "site": 1, "rack": 1, "status": 0}
"#,
    );
    assert!(edges(&facts).contains(&"rack:S/R on room:S/Floor".to_owned()));
    assert_eq!(services(&facts), ["service:S/Server: host:a"]);
}

#[test]
fn parts_of_a_dump_join_and_an_older_dump_is_left_out() {
    let sites = dumped(r#"dcim.site 1 {"name": "S", "slug": "s"}"#);
    let racks = dumped(r#"dcim.rack 1 {"name": "R", "site": 1}"#);
    let (facts, _) = translate(&[("d/1.json", &sites), ("d/2.json", &racks)]);
    assert_eq!(edges(&facts), ["rack:S/R on site:S"]);
    let later = dumped(r#"dcim.site 1 {"name": "T", "slug": "t"}"#);
    let (facts, sources) = translate(&[("d/v3.5.json", &sites), ("d/v3.6.json", &later)]);
    assert_eq!(ids(&facts), ["site:T"]);
    let (span, why) = facts.unread.first().expect("a note");
    assert!(why.starts_with("a dump of what a later file"), "{why}");
    assert_eq!(sources.location(*span).file, "d/v3.5.json");
}
