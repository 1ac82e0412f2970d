//! What would have been known before: each model of an incident under samples/incidents, through
//! the real binary.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::collections::{BTreeMap, BTreeSet};

use program::run;
use serde_json::Value;

fn json(incident: &str, args: &[&str]) -> Value {
    let path = format!("samples/incidents/{incident}.spof.yaml");
    let ran = run(&[args, &["-i", &path, "--format", "json"]].concat());
    assert!(!ran.err.contains("warning"), "{ran:?}");
    assert!(matches!(ran.code, 0 | 1), "{ran:?}");
    ran.json()
}

/// Subject and first fault of what a rule found, by rule.
fn findings(incident: &str) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let mut found: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    let lint = json(incident, &["lint"]);
    for finding in lint["findings"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pair = (text(&finding["subject"]), text(&finding["cut"][0]));
        found
            .entry(text(&finding["rule"]))
            .or_default()
            .insert(pair);
    }
    found
}

fn found(incident: &str, rule: &str, subject: &str, fault: &str) {
    let found = findings(incident);
    let pair = (subject.to_owned(), fault.to_owned());
    let of_rule = found.get(rule);
    assert!(
        of_rule.is_some_and(|pairs| pairs.contains(&pair)),
        "{incident}: {rule} of {subject} by {fault}\n{found:#?}"
    );
}

fn strings(value: &Value) -> Vec<&str> {
    let list = value.as_array().unwrap().iter();
    list.map(|one| one.as_str().unwrap()).collect()
}

/// The nodes of the first circle, and where its hops are stated.
fn circle(recover: &Value) -> BTreeSet<String> {
    let hops = recover["cycles"][0]["cycle"]["hops"].as_array().unwrap();
    for hop in hops {
        assert!(hop["sources"][0]["line"].as_u64().unwrap() > 1, "{hop}");
    }
    hops.iter()
        .map(|hop| hop["from"].as_str().unwrap().to_owned())
        .collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn facebook_2021_the_way_back_needs_what_is_gone() {
    let incident = "facebook-2021";
    let args = ["recover", "--down", "network:backbone", "--repair", "10m"];
    let recover = json(incident, &args);
    let stuck = strings(&recover["stuck"]);
    for id in [
        "network:backbone",
        "service:dns",
        "service:door-badges",
        "journey:open-the-app",
    ] {
        assert!(stuck.contains(&id), "{id}: {stuck:?}");
    }
    let ids = circle(&recover);
    assert!(
        ids.contains("network:backbone") && ids.contains("service:dns"),
        "{ids:?}"
    );
    // A way in that needs no names frees everything.
    let best = recover["loosen"]["best"].as_array().unwrap();
    assert!(
        best.iter()
            .all(|one| strings(&one["frees"]).contains(&"journey:open-the-app"))
    );
    assert!(best.iter().any(|one| one["of"] == "service:out-of-band"));
    assert!(findings(incident).contains_key("recovery-cycle"));
    found(
        incident,
        "false-redundancy",
        "service:dns",
        "network:backbone",
    );
    let planes = &findings(incident)["management-plane-shares-fate"];
    assert!(
        planes
            .iter()
            .any(|(subject, _)| subject == "service:out-of-band")
    );
    // No site at the edge explains it: the name servers survive each.
    let edge = json(incident, &["blast", "site:edge-2"]);
    assert!(
        edge["affected"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["id"] != "service:dns")
    );
}

#[test]
fn roblox_2021_service_discovery_is_needed_to_start_itself() {
    let incident = "roblox-2021";
    let recover = json(
        incident,
        &["recover", "--down", "site:chicago", "--repair", "1h"],
    );
    assert!(strings(&recover["stuck"]).contains(&"journey:play"));
    let ids = circle(&recover);
    assert!(
        ids.contains("service:scheduler") && ids.contains("service:discovery"),
        "{ids:?}"
    );
    let best = &recover["loosen"]["best"][0];
    assert_eq!(
        (&best["of"], &best["mode"]),
        (&"service:discovery".into(), &"start".into())
    );
    assert!(strings(&best["frees"]).contains(&"journey:play"));
    assert!(findings(incident).contains_key("monitor-depends-on-target"));
    // Any one rack may go: counting replicas finds nothing.
    let racks = json(incident, &["list", "--kind", "rack"]);
    assert_eq!(racks["faults"].as_array().unwrap().len(), 0, "{racks}");
}

#[test]
fn ovh_2021_four_sites_hang_on_one_supply() {
    let incident = "ovh-2021";
    let args = ["blast", "power:strasbourg-20kv"];
    let blast = json(incident, &args);
    let affected: BTreeSet<&str> = blast["affected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    for site in [
        "site:sbg1",
        "site:sbg2",
        "site:sbg3",
        "site:sbg4",
        "journey:order",
    ] {
        assert!(affected.contains(site), "{site}");
    }
    let data = &blast["data"][0];
    assert_eq!(
        (&data["verdict"], &data["rpo_kept"]),
        (&"lost".into(), &false.into())
    );
    assert_eq!(
        strings(&data["backups_gone"]),
        ["replica:orders@site:sbg4#1"]
    );
    found(
        incident,
        "sites-share-power",
        "power:strasbourg-20kv",
        "power:strasbourg-20kv",
    );
    found(
        incident,
        "backup-shares-domain",
        "store:orders",
        "power:strasbourg-20kv",
    );
    // The site that hangs on another's switchgear goes with it; the two others stay.
    let one = json(incident, &["blast", "site:sbg1"]).to_string();
    assert!(
        one.contains("site:sbg2") && !one.contains("\"site:sbg3\""),
        "{one}"
    );
}

#[test]
fn nirs_2025_the_backup_and_the_inventory_go_with_the_building() {
    let incident = "nirs-2025";
    let recover = json(
        incident,
        &["recover", "--down", "site:daejeon", "--repair", "2d"],
    );
    let data = &recover["data"][0];
    assert_eq!(
        (&data["store"], &data["verdict"]),
        (&"store:g-drive".into(), &"lost".into())
    );
    assert_eq!(strings(&data["backups_gone"]).len(), 1);
    // What decides goes through the list of what there is.
    let steps = recover["steps"].as_array().unwrap();
    let decides: BTreeSet<&str> = recover["critical_path"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| {
            let at = usize::try_from(number.as_u64().unwrap()).unwrap();
            steps[at - 1]["id"].as_str().unwrap()
        })
        .collect();
    assert!(
        decides.iter().any(|id| id.starts_with("replica:ntops@")),
        "{decides:?}"
    );
    // Who has a second site serves throughout.
    let returns = recover["returns"].as_array().unwrap();
    assert!(
        returns
            .iter()
            .all(|back| back["id"] != "journey:call-for-help")
    );
    found(
        incident,
        "backup-shares-domain",
        "store:g-drive",
        "room:daejeon-batteries",
    );
    found(
        incident,
        "inventory-in-blast-radius",
        "service:ntops",
        "room:daejeon-batteries",
    );
    assert!(findings(incident).contains_key("tier-without-dr"));
}

#[test]
fn a_failover_controller_that_needs_what_failed() {
    let incident = "failover-controller";
    let recover = json(incident, &["recover", "--down", "zone:a"]);
    assert_eq!(
        circle(&recover),
        set(&["service:failover-controller", "store:orders"])
    );
    assert_eq!(recover["cycles"][0]["cycle"]["makes"], "down");
    let best = recover["loosen"]["best"].as_array().unwrap();
    let without = best.iter().find(|one| one["standby"].is_string()).unwrap();
    assert_eq!(without["without"], "service:failover-controller");
    assert!(strings(&without["frees"]).contains(&"journey:buy"));
    assert!(findings(incident).contains_key("recovery-cycle"));
    found(incident, "data-only-replication", "store:orders", "zone:a");
    // With the zone repaired everything is back: it was no deadlock, only no failover.
    let repaired = json(incident, &["recover", "--down", "zone:a", "--repair", "1h"]);
    assert!(strings(&repaired["never"]).is_empty());
}
