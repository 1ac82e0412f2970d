//! The two Kakao samples, through the real binary: what took the estate down, and that the fix
//! holds. Expected verdicts follow by hand from DESIGN section 2 and the manifests.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::collections::{BTreeMap, BTreeSet};

use program::run;
use serde_json::Value;

const SAMPLE: &str = "samples/kakao-2022";
const FIXED: &str = "samples/kakao-2022-fixed";

/// Verdict and seconds to recover (nothing: not before the repair).
type Fate = (String, Option<u64>);

/// What `spof ARGS -i INPUT` prints; it must succeed.
fn spof(input: &str, args: &[&str]) -> String {
    run(&[args, &["-i", input]].concat()).ok()
}

fn json(input: &str, args: &[&str]) -> Value {
    program::json(&[args, &["-i", input]].concat())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

/// The `affected` list of a `blast` or of one fault of `list`.
fn fates(value: &Value) -> BTreeMap<String, Fate> {
    let affected = value["affected"].as_array().unwrap();
    affected
        .iter()
        .map(|a| {
            let fate = (text(&a["verdict"]), a["recovers_s"].as_u64());
            (text(&a["id"]), fate)
        })
        .collect()
}

/// The nodes of the graph that a manifest names, by id.
fn named_nodes(input: &str) -> BTreeMap<String, Value> {
    let graph = json(input, &["graph"]);
    graph["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["class"] != "replica" && node["class"] != "group")
        .map(|node| (text(&node["id"]), node.clone()))
        .collect()
}

fn standing_on_top(id: &str) -> bool {
    ["service:", "store:", "journey:"]
        .iter()
        .any(|kind| id.starts_with(kind))
}

fn affected_entry(blast: &Value, id: &str) -> Value {
    let affected = blast["affected"].as_array().unwrap();
    affected.iter().find(|a| a["id"] == id).unwrap().clone()
}

#[test]
fn losing_the_site_reaches_every_journey() {
    let hours = |h: u64| ("interrupted".to_owned(), Some(h * 3600));
    let down = || ("down".to_owned(), None);
    let expected = BTreeMap::from([
        ("journey:call-a-taxi", down()),
        ("journey:find-on-map", down()),
        ("journey:get-government-notice", hours(11)),
        ("journey:log-in", down()),
        ("journey:order-by-channel", down()),
        ("journey:pay", hours(9)),
        ("journey:pay-parking", hours(9)),
        ("journey:read-mail", down()),
        ("journey:read-webtoon", down()),
        ("journey:send-photo", down()),
        ("journey:send-text", hours(8)),
        ("journey:show-mobile-licence", down()),
        ("journey:upbit-log-in-android", down()),
        ("journey:upbit-log-in-ios", ("degraded".to_owned(), Some(0))),
    ]);
    let blast = fates(&json(SAMPLE, &["blast", "site:pangyo"]));
    let journeys: BTreeMap<&str, Fate> = blast
        .iter()
        .filter(|(id, _)| id.starts_with("journey:"))
        .map(|(id, fate)| (id.as_str(), fate.clone()))
        .collect();
    assert_eq!(journeys, expected);

    let declared: BTreeSet<String> = named_nodes(SAMPLE)
        .into_keys()
        .filter(|id| id.starts_with("journey:"))
        .collect();
    let listed: BTreeSet<String> = journeys.keys().map(|&id| id.to_owned()).collect();
    assert_eq!(listed, declared, "a journey that the fire spares");

    let human = spof(SAMPLE, &["blast", "site:pangyo"]);
    for journey in declared {
        let name = journey.trim_start_matches("journey:");
        assert!(human.contains(name), "{name} is not in\n{human}");
    }
}

#[test]
fn the_battery_room_takes_what_the_site_takes() {
    let taken = |fault: &str| -> BTreeMap<String, Fate> {
        let mut fates = fates(&json(SAMPLE, &["blast", fault]));
        fates.retain(|id, _| standing_on_top(id));
        fates
    };
    let site = taken("site:pangyo");
    assert!(site.len() > 30, "{site:?}");
    assert_eq!(taken("room:pangyo-b3"), site);
    assert_eq!(taken("power:pangyo-feed"), site);
}

#[test]
fn the_standbys_wait_for_what_burnt_with_the_site() {
    let blast = json(SAMPLE, &["blast", "site:pangyo"]);
    let taxi = affected_entry(&blast, "service:taxi-dispatch");
    let standbys = taxi["standbys"].as_array().unwrap();
    assert_eq!(standbys.len(), 2, "{taxi:#}");
    for standby in standbys {
        assert!(text(&standby["id"]).contains("@site:anyang"), "{standby}");
        assert!(standby["promoted_s"].is_null(), "{standby}");
        assert_eq!(
            texts(&standby["blocked_by"]),
            [
                "service:deploy",
                "service:image-registry",
                "service:staff-authz",
                "service:switchover"
            ]
            .map(str::to_owned)
            .into(),
        );
    }
}

#[test]
fn why_tells_the_chain_with_its_places_and_what_held_the_standbys_back() {
    let human = spof(
        SAMPLE,
        &["why", "journey:call-a-taxi", "--down", "site:pangyo"],
    );
    // Each hop in order, with the place in the manifest that states it.
    let mut rest = human.as_str();
    for (hop, file, stated) in [
        (
            "service:taxi-dispatch",
            "journeys",
            "requires: [service:taxi-dispatch]",
        ),
        (
            "room:pangyo-2f",
            "services",
            "{on: room:pangyo-2f, weight: 70}",
        ),
        (
            "site:pangyo",
            "domains",
            "{id: room:pangyo-2f, in: site:pangyo",
        ),
        ("replica:taxi-dispatch@site:anyang#1", "services", "{takes:"),
        ("service:login", "services", "requires: [service:login]"),
        (
            "store:session-cache",
            "services",
            "requires: [store:session-cache",
        ),
    ] {
        let line = rest
            .lines()
            .find(|line| line.contains(hop) && line.contains(&format!("{file}.spof.yaml:")))
            .unwrap_or_else(|| panic!("no {hop} with a place in {file} in\n{rest}"));
        let place = line.rsplit("  ").next().unwrap();
        let mut parts = place.split(':');
        let path = parts.next().unwrap();
        let number: usize = parts.next().unwrap().parse().unwrap();
        let source = std::fs::read_to_string(path).unwrap();
        let source = source.lines().nth(number - 1).unwrap();
        assert!(source.contains(stated), "{place} is `{source}`");
        let at = rest.find(line).unwrap();
        rest = &rest[at..];
    }
    let summary = human
        .split("Redundancy did not help")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for blocker in ["switchover", "staff-authz", "deploy", "image-registry"] {
        assert!(summary.contains(&format!("service:{blocker}")), "{summary}");
    }
    assert!(summary.contains("never promoted"), "{summary}");
}

#[test]
fn the_data_is_safe_while_nobody_is_served() {
    let blast = json(SAMPLE, &["blast", "site:pangyo"]);
    let users = affected_entry(&blast, "store:user-data");
    assert_eq!(users["verdict"], "down");
    assert_eq!(users["data"]["verdict"], "safe");
    // The three levels of provision, and none.
    for (store, verdict, seconds) in [
        ("store:payment-ledger", "safe", Some(0)),
        ("store:message-store", "lost-up-to-lag", Some(5)),
        ("store:mail-archive", "lost-up-to-interval", Some(86_400)),
        ("store:object-store", "lost", None),
    ] {
        let data = affected_entry(&blast, store)["data"].clone();
        assert_eq!(data["verdict"], verdict, "{store}");
        assert_eq!(data["lost_s"].as_u64(), seconds, "{store}");
    }
}

#[test]
fn promoting_who_may_promote_waits_for_itself() {
    let human = spof(SAMPLE, &["blast", "site:pangyo"]);
    let cycle = human.split("Recovery cycles").nth(1).unwrap();
    for hop in ["service:staff-authz", "service:switchover"] {
        assert!(
            cycle.lines().any(|line| line.trim_start().starts_with(hop)),
            "{cycle}"
        );
    }
    let fixed = spof(FIXED, &["blast", "site:pangyo"]);
    assert!(!fixed.contains("Recovery cycles"), "{fixed}");
}

/// Seconds until each interrupted or lost journey is back when the site is repaired ten hours
/// after the fire, as the terminal tells it.
fn back_after_repair(input: &str) -> BTreeMap<String, u64> {
    let blast = json(input, &["blast", "site:pangyo=10h"]);
    blast["affected"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["verdict"] != "degraded")
        .filter_map(|entry| {
            let name = entry["id"].as_str()?.strip_prefix("journey:")?;
            let back = entry["with_repairs"]["recovers_s"].as_u64()?;
            Some((name.to_owned(), back))
        })
        .collect()
}

#[test]
fn the_order_of_recovery_follows_from_what_needs_what() {
    // The same estate, every start taking equally long.
    let equal = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(SAMPLE).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(|line| {
            if line.trim_start().starts_with("start_takes:") {
                "    start_takes: 1h"
            } else {
                line
            }
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        std::fs::write(equal.path().join(path.file_name().unwrap()), text).unwrap();
    }
    for input in [SAMPLE, equal.path().to_str().unwrap()] {
        let back = back_after_repair(input);
        assert_eq!(back.len(), 13, "all but the degraded one: {back:?}");
        let at = |journey: &str| back[journey];
        assert!(at("send-text") < at("send-photo"), "{back:?}");
        assert!(at("pay") < at("call-a-taxi"), "{back:?}");
        assert!(at("log-in") < at("call-a-taxi"), "{back:?}");
        for (journey, seconds) in &back {
            let last = journey == "read-mail";
            assert!(last || *seconds < at("read-mail"), "{back:?}");
        }
    }
}

#[test]
fn login_payments_and_taxis_share_one_chain() {
    let common = json(
        SAMPLE,
        &[
            "common",
            "service:login",
            "service:payments",
            "service:taxi-dispatch",
        ],
    );
    let faults = common["cuts"].as_array().unwrap();
    let mut faults: Vec<BTreeSet<String>> = faults.iter().map(texts).collect();
    faults.sort();
    let expected = ["power:pangyo-feed", "room:pangyo-b3", "site:pangyo"];
    assert_eq!(faults, expected.map(|id| BTreeSet::from([id.to_owned()])));
}

#[test]
fn both_samples_name_the_same_nodes() {
    let ids = |input| -> Vec<String> { named_nodes(input).into_keys().collect() };
    assert_eq!(ids(SAMPLE), ids(FIXED));
}

#[test]
fn lint_finds_the_battery_room_and_nothing_after_the_fix() {
    let lint = |input| -> (i32, Value) {
        let ran = run(&["lint", input, "--format", "json"]);
        (ran.code, ran.json())
    };
    let (code, found) = lint(SAMPLE);
    assert_eq!(code, 1);
    let found = found["findings"].as_array().unwrap();
    let says = |severity: &str, rule: &str, subject: &str, cut: &[&str]| {
        let same = |f: &&Value| f["rule"] == rule && f["subject"] == subject;
        let Some(finding) = found.iter().find(same) else {
            panic!("{rule} is silent about {subject}");
        };
        assert_eq!(finding["severity"], severity, "{finding}");
        let cut: BTreeSet<String> = cut.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(texts(&finding["cut"]), cut, "{finding}");
    };
    // The room, not the feed and the site that fall with it.
    let room = &["room:pangyo-b3"];
    for (severity, rule, subject) in [
        ("error", "critical-concentration", "room:pangyo-b3"),
        ("error", "false-redundancy", "service:taxi-dispatch"),
        ("error", "false-redundancy", "store:session-cache"),
        ("error", "quorum-lost-with-one-domain", "store:coordination"),
        ("error", "failover-actuator-colocated", "service:switchover"),
        (
            "error",
            "failover-actuator-colocated",
            "service:staff-authz",
        ),
        ("error", "failover-actuator-colocated", "service:deploy"),
        (
            "error",
            "failover-actuator-colocated",
            "service:image-registry",
        ),
        ("error", "data-only-replication", "store:user-data"),
        ("error", "data-only-replication", "store:payment-ledger"),
        ("error", "data-only-replication", "store:message-store"),
        ("error", "capacity-after-loss", "service:login"),
        ("error", "capacity-after-loss", "service:taxi-dispatch"),
        ("error", "rto-infeasible", "service:payments"),
        ("warning", "rpo-infeasible", "store:mail-archive"),
        ("warning", "rpo-infeasible", "store:object-store"),
        ("warning", "ha-depends-on-single-domain", "service:parking"),
        ("warning", "ha-depends-on-single-domain", "service:webtoon"),
        ("warning", "monitor-depends-on-target", "service:monitoring"),
        (
            "warning",
            "management-plane-shares-fate",
            "service:incident-chat",
        ),
        ("warning", "tier-without-dr", "room:pangyo-b3"),
    ] {
        says(severity, rule, subject, room);
    }
    says("error", "recovery-cycle", "service:staff-authz", &[]);
    says("warning", "undrilled-failover", "service:login", &[]);
    says(
        "note",
        "third-party-hard-dependency",
        "external:upbit",
        &["external:upbit"],
    );

    let (code, found) = lint(FIXED);
    assert_eq!(code, 0);
    for finding in found["findings"].as_array().unwrap() {
        assert_ne!(finding["severity"], "error", "{finding}");
    }
}

#[test]
fn the_battery_room_is_one_matter_and_not_one_for_each_service() {
    let shown = spof(SAMPLE, &["lint", "--fail-on", "never"]);
    let matters = shown
        .lines()
        .filter(|line| line.starts_with("error[false-redundancy]"));
    assert_eq!(matters.count(), 1, "{shown}");
    let more = "11 more errors for the same cause: ";
    assert!(shown.contains(more), "{shown}");
    assert!(shown.contains("`store:session-cache`"), "{shown}");
}

#[test]
fn after_the_fix_no_first_tier_journey_falls_with_a_site_a_feed_or_a_room() {
    let nodes = named_nodes(FIXED);
    let first_tier: BTreeMap<&String, u64> = nodes
        .iter()
        .filter(|(_, node)| node["class"] == "journey" && node["tier"] == 1)
        .map(|(id, node)| (id, node["rto_s"].as_u64().unwrap()))
        .collect();
    assert_eq!(first_tier.len(), 4, "{first_tier:?}");

    let list = json(FIXED, &["list", "--all"]);
    let mut places = 0;
    let mut slowest = 0;
    for fault in list["faults"].as_array().unwrap() {
        let kind = text(&fault["kind"]);
        if !["site", "power", "room"].contains(&kind.as_str()) {
            continue;
        }
        places += 1;
        let fates = fates(fault);
        for (journey, rto) in &first_tier {
            let Some((verdict, recovers)) = fates.get(*journey) else {
                continue;
            };
            let recovers = recovers.unwrap_or(u64::MAX);
            assert!(
                recovers <= *rto,
                "{} leaves {journey} {verdict} for {recovers} s, objective {rto} s",
                fault["id"]
            );
            slowest = slowest.max(recovers);
        }
    }
    // `--all` leaves nothing out, so a fault that is missing would be one not looked at.
    let declared = nodes.keys().filter(|id| {
        ["site:", "power:", "room:"]
            .iter()
            .any(|k| id.starts_with(k))
    });
    assert_eq!(places, declared.count());
    assert_eq!(slowest, 5 * 60, "the figures say how long fail-over takes");
}

#[test]
fn why_says_when_standbys_are_too_few_and_when_it_takes_several() {
    let map = spof(SAMPLE, &["why", "service:map", "--down", "site:pangyo"]);
    assert!(
        map.contains("takes over after 6h, which is too little: 90 of the 140 it needs"),
        "{map}"
    );
    let text = spof(
        SAMPLE,
        &["why", "journey:send-text", "--down", "site:pangyo"],
    );
    assert!(
        text.contains("the 2 standbys of service:messaging take over, the last after 8h"),
        "{text}"
    );
}
