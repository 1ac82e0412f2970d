//! The Kubernetes sample, through the real binary: its false redundancy, its hidden shared
//! dependency and its soft one. Expected verdicts follow by hand from the sample's files.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::collections::BTreeMap;

use program::run;
use serde_json::Value;

const SAMPLE: &str = "samples/kubernetes";

/// What `spof ARGS -i samples/kubernetes --format json` says.
fn json(args: &[&str]) -> Value {
    let ran = run(&[args, &["-i", SAMPLE, "--format", "json"]].concat());
    assert!(ran.err.is_empty(), "{ran:?}");
    ran.json()
}

/// Verdict and seconds to recover of the services, stores and journeys that a fault affects.
fn fates(fault: &str) -> BTreeMap<String, (String, Option<u64>)> {
    let blast = json(&["blast", fault]);
    let affected = blast["affected"].as_array().unwrap().iter();
    let fates = affected.map(|hit| {
        let text = |key: &str| hit[key].as_str().unwrap().to_owned();
        (text("id"), (text("verdict"), hit["recovers_s"].as_u64()))
    });
    let shown = |id: &str| {
        let kind = id.split(':').next().unwrap();
        matches!(kind, "service" | "store" | "journey")
    };
    fates.filter(|(id, _)| shown(id)).collect()
}

fn expected(rows: &[(&str, &str, Option<u64>)]) -> BTreeMap<String, (String, Option<u64>)> {
    let row = |(id, verdict, recovers): &(&str, &str, Option<u64>)| {
        ((*id).to_owned(), ((*verdict).to_owned(), *recovers))
    };
    rows.iter().map(row).collect()
}

#[test]
fn three_replicas_of_booking_go_with_one_zone() {
    let down = expected(&[
        ("journey:buy-a-ticket", "down", None),
        ("journey:return-a-ticket", "down", None),
        ("service:tickets/booking", "down", None),
        ("service:tickets/web", "down", None),
    ]);
    assert_eq!(fates("zone:eu-a"), down);
    for host in ["host:node-a-1", "host:node-a-2", "host:node-a-3"] {
        assert!(fates(host).is_empty(), "{host}");
    }
    let lint = json(&["lint"]);
    let findings = lint["findings"].as_array().unwrap();
    let of = |rule: &str| -> Vec<(String, String)> {
        let found = findings.iter().filter(|finding| finding["rule"] == rule);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        found
            .map(|finding| (text(&finding["subject"]), text(&finding["cut"][0])))
            .collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        of("false-redundancy"),
        [pair("service:tickets/booking", "zone:eu-a")]
    );
    assert_eq!(
        of("single-replica-critical"),
        [pair(
            "store:tickets/sessions",
            "replica:tickets/sessions@host:node-b-2#1"
        )]
    );
    for finding in findings {
        assert!(
            finding["severity"] != "error" || finding["confidence"] != "assumed",
            "{finding}"
        );
    }
}

#[test]
fn the_store_of_sessions_is_under_everything() {
    let down = expected(&[
        ("journey:buy-a-ticket", "down", None),
        ("journey:pay-by-card", "down", None),
        ("journey:return-a-ticket", "down", None),
        ("service:tickets/booking", "down", None),
        ("service:tickets/payments", "down", None),
        ("service:tickets/web", "down", None),
        ("store:tickets/sessions", "down", None),
    ]);
    // Its volume is in this zone, and so is every node that could mount it.
    assert_eq!(fates("zone:eu-b"), down);
    // One node of the zone less: the other takes the pod.
    let later: BTreeMap<_, _> = down
        .into_keys()
        .map(|id| (id, ("interrupted".to_owned(), Some(360))))
        .collect();
    assert_eq!(fates("host:node-b-2"), later);
}

#[test]
fn telemetry_degrades() {
    let want = expected(&[
        ("journey:buy-a-ticket", "degraded", Some(0)),
        ("journey:return-a-ticket", "degraded", Some(0)),
        ("service:tickets/collector", "interrupted", Some(360)),
        ("service:tickets/web", "degraded", Some(0)),
    ]);
    assert_eq!(fates("zone:eu-c"), want);
}

#[test]
fn every_replica_has_its_place() {
    let graph = json(&["graph"]);
    let nodes = graph["nodes"].as_array().unwrap();
    let ids = nodes.iter().map(|node| node["id"].as_str().unwrap());
    let replicas: Vec<&str> = ids.filter(|id| id.starts_with("replica:")).collect();
    assert_eq!(
        replicas.len(),
        10 + 5,
        "ten pods, and a replacement for each workload"
    );
    assert!(replicas.iter().all(|id| !id.contains('?')), "{replicas:?}");
    let faults = json(&["list"]);
    let faults = faults["faults"].as_array().unwrap().iter();
    let worst: Vec<&str> = faults
        .take(3)
        .map(|fault| fault["id"].as_str().unwrap())
        .collect();
    assert_eq!(worst, ["cluster:kubernetes", "zone:eu-b", "zone:eu-a"]);
}

/// Every `$ spof ...` of the walk-through with the lines shown below it.
fn shown(page: &str) -> Vec<(String, String)> {
    let mut shown: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let code = line.strip_prefix("    ");
        if let Some(command) = code.and_then(|code| code.strip_prefix("$ spof ")) {
            shown.push((command.to_owned(), String::new()));
            inside = true;
        } else if inside && (code.is_some() || line.is_empty()) {
            let output = &mut shown.last_mut().unwrap().1;
            output.push_str(code.unwrap_or_default());
            output.push('\n');
        } else {
            inside = false;
        }
    }
    shown
}

#[test]
fn the_walk_through_shows_the_real_output() {
    let page = std::fs::read_to_string("docs/first-steps-kubernetes.md").unwrap();
    let commands = shown(&page);
    assert!(commands.len() >= 5, "{commands:?}");
    for (command, expected) in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let output = run(&words).out;
        // The page may stop before the footer, and never says more than the program.
        assert!(
            output.trim_end().starts_with(expected.trim_end()),
            "spof {command}\n{output}\n-- the page has\n{expected}"
        );
        assert!(!expected.trim().is_empty(), "spof {command}: nothing shown");
    }
}
