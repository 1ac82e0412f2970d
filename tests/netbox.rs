//! `spof` on the register of sites, racks and circuits whose folder `SPOF_REAL_INPUTS` names.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The faults that cut something, each with the services it cuts.
fn cuts() -> BTreeMap<String, BTreeSet<String>> {
    let inputs = std::env::var("SPOF_REAL_INPUTS").unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_spof"))
        .args([
            "list",
            "--format",
            "json",
            "-i",
            &format!("{inputs}/netbox-demo/data"),
        ])
        .output()
        .unwrap();
    assert!(run.status.success());
    let listing: Value = serde_json::from_slice(&run.stdout).unwrap();
    let faults = listing["faults"].as_array().unwrap().iter();
    faults
        .map(|fault| {
            let affected = fault["affected"].as_array().unwrap().iter();
            let down = affected.filter(|node| node["verdict"] == "down");
            let ids = down.map(|node| node["id"].as_str().unwrap().to_owned());
            let services = ids.filter(|id| id.starts_with("service:")).collect();
            (fault["id"].as_str().unwrap().to_owned(), services)
        })
        .collect()
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn sites_on_one_circuit_are_named_and_racks_with_two_feeds_are_not_accused() {
    let cuts = cuts();
    let switches = |sites: &[&str]| -> BTreeSet<String> {
        let names = sites.iter();
        names
            .map(|site| format!("service:{site}/Distribution Switch"))
            .collect()
    };
    for (circuit, site) in [
        ("319031", "Butler Communications"),
        ("350927", "D. S. Weaver Labs"),
        ("398282", "Grinnells Lab"),
    ] {
        assert_eq!(
            cuts[&format!("network:NCSU Facilities/{circuit}")],
            switches(&[site])
        );
    }
    let all = switches(&[
        "Butler Communications",
        "D. S. Weaver Labs",
        "Grinnells Lab",
    ]);
    assert_eq!(cuts["provider:NCSU Facilities"], all);
    assert!(cuts["site:MDF"].is_superset(&all));

    // Two circuits of two carriers: neither takes a branch, but its one router, PDU and rack do.
    let networks = cuts
        .keys()
        .filter(|id| id.starts_with("network:") || id.starts_with("provider:"));
    assert_eq!(networks.count(), 4);
    for device in [
        "host:dmi01-akron-rtr01",
        "power:dmi01-akron-pdu01",
        "rack:DM-Akron/Comms closet",
    ] {
        let both = ["service:DM-Akron/Access Switch", "service:DM-Akron/Router"];
        assert_eq!(cuts[device], both.map(str::to_owned).into());
    }
    // Two feeds of two panels: no feed and no panel takes anything.
    assert!(!cuts.keys().any(|id| id.starts_with("power:MDF/")));
}
