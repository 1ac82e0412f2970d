use serde_json::{Value, json};

use super::*;
use crate::source::{Limits, json as json_reader, yaml};

fn graph() -> Value {
    let sources = json!([{"file": "spof.yaml", "line": 3, "column": 11}]);
    json!({
        "version": 1,
        "assume": "pessimistic",
        "nodes": [
            {"id": "site:b", "kind": "site", "class": "domain", "start_s": 0,
             "evidence": "inferred", "sources": []},
            {"id": "replica:db@site:a#1", "kind": "replica", "class": "replica", "title": "DB",
             "tier": 1, "owner": "data", "users": 5, "revenue_per_h": 6, "demand": 7, "rto_s": 8,
             "rpo_s": 9, "start_s": 10, "data": {"replication": "async", "lag_s": 5},
             "fails_per_y": 0.5, "repair_s": 11, "cost": 12, "role": "dns",
             "verified": "2026-04-01", "within": "site:b",
             "part_of": "store:db", "evidence": "declared", "sources": sources.clone()},
        ],
        "requirements": [
            {"id": "r1", "of": "store:db", "mode": "hard", "need": 2, "evidence": "assumed",
             "observed": true,
             "members": [
                 {"id": "replica:db@site:a#1", "weight": 3, "standby": null},
                 {"id": "replica:db@site:b#1", "weight": 4, "standby": [
                     {"takes_s": 60, "requires": ["service:ops"], "drilled": "2026-05-01",
                      "evidence": "declared", "sources": sources.clone()}]},
                 {"id": "replica:db@site:c#1", "weight": 1, "standby": []},
             ],
             "sources": sources},
        ],
        "aliases": [{"name": "db.prod", "id": "store:db"}],
    })
}

fn told(text: &str) -> (Facts, SourceMap, bool) {
    let mut sources = SourceMap::default();
    let file = sources.add("estate.json".into(), text.to_owned());
    let reading = json_reader::read(file, text, &Limits::default());
    assert_eq!(reading.problems, []);
    let documents: Vec<&Document> = reading.documents.iter().collect();
    let claimed = documents.iter().all(|one| Saved.claims(one, &sources));
    (Saved.translate(&documents, &sources), sources, claimed)
}

/// The graph with the value at `pointer` changed.
fn with(pointer: &str, value: Value) -> String {
    let mut graph = graph();
    *graph.pointer_mut(pointer).expect("there") = value;
    graph.to_string()
}

#[test]
fn everything_of_the_contract_comes_back() {
    let (facts, sources, claimed) = told(&graph().to_string());
    assert!(claimed);
    assert_eq!(facts.problems, []);
    let place = Location {
        file: "spof.yaml".to_owned(),
        line: 3,
        column: 11,
    };
    let [site, copy] = facts.saved_nodes.as_slice() else {
        panic!("two nodes");
    };
    assert_eq!((site.id.as_str(), site.class), ("site:b", Class::Domain));
    assert_eq!(site.evidence, Evidence::Inferred);
    assert_eq!(site.sources, []);
    assert_eq!(copy.part_of.as_ref().map(Id::as_str), Some("store:db"));
    assert_eq!(copy.replication, Some(Replication::Async { lag_s: 5 }));
    assert_eq!(copy.sources, std::slice::from_ref(&place));
    let within = copy.attributes.within.clone().expect("within");
    assert_eq!(within.text, "site:b");
    assert_eq!(
        &sources.file(within.span.file).text[within.span.range()],
        "\"site:b\""
    );
    let expected = Attributes {
        title: Some("DB".to_owned()),
        tier: Some(1),
        owner: Some("data".to_owned()),
        users: Some(5),
        revenue_per_h: Some(6),
        demand: Some(7),
        need: None,
        rto_s: Some(8),
        rpo_s: Some(9),
        start_s: Some(10),
        fails_per_y: Some(0.5),
        repair_s: Some(11),
        cost: Some(12),
        role: Some(Role::Dns),
        verified: Some("2026-04-01".to_owned()),
        within: Some(within),
    };
    assert_eq!(copy.attributes, expected);

    let [requirement] = facts.saved_requirements.as_slice() else {
        panic!("one requirement");
    };
    assert_eq!(requirement.id, "r1");
    assert_eq!(requirement.of.as_str(), "store:db");
    assert_eq!((requirement.mode, requirement.need), (Mode::Hard, 2));
    assert_eq!(requirement.evidence, Evidence::Assumed);
    assert!(requirement.observed);
    let weights: Vec<u64> = requirement.members.iter().map(|one| one.weight).collect();
    assert_eq!(weights, [3, 4, 1]);
    assert_eq!(requirement.members[0].standby, None);
    assert_eq!(requirement.members[2].standby, Some(vec![]));
    let ways = requirement.members[1].standby.as_ref().expect("standby");
    assert_eq!(ways[0].takes_s, 60);
    assert_eq!(ways[0].requires[0].as_str(), "service:ops");
    assert_eq!(ways[0].drilled.as_deref(), Some("2026-05-01"));
    assert_eq!(ways[0].sources, [place]);
    assert_eq!(facts.aliases[0].name, "db.prod");
    assert_eq!(facts.aliases[0].target.text, "store:db");
}

#[test]
fn order_of_nodes_does_not_matter_and_lists_may_be_empty() {
    let mut graph = graph();
    graph["nodes"].as_array_mut().expect("nodes").reverse();
    let (facts, ..) = told(&graph.to_string());
    assert_eq!(facts.problems, []);
    assert_eq!(facts.saved_nodes.len(), 2);
    let (facts, _, claimed) =
        told(r#"{"version": 1, "assume": "optimistic", "nodes": [], "requirements": []}"#);
    assert!(claimed);
    assert_eq!(facts.problems, []);
}

#[test]
fn only_graphs_are_claimed() {
    for other in [
        r#"{"version": 1, "nodes": []}"#,
        r#"{"nodes": [], "requirements": []}"#,
        r#"{"version": 1, "nodes": {}, "requirements": []}"#,
        "[]",
        "1",
    ] {
        assert!(!told(other).2, "{other}");
    }
}

#[test]
fn another_version_is_refused_whole() {
    for version in [json!(2), json!("1"), json!(null), json!([1])] {
        let (facts, ..) = told(&with("/version", version.clone()));
        let [problem] = facts.problems.as_slice() else {
            panic!("one problem");
        };
        assert_eq!(problem.kind, ProblemKind::Unreadable);
        assert!(problem.message.contains("only 1 is read"), "{version}");
        assert!(facts.saved_nodes.is_empty() && facts.saved_requirements.is_empty());
        assert_eq!(facts.unread.len(), 1);
    }
}

#[test]
fn what_does_not_fit_is_told_and_left_out() {
    for (pointer, value, at, message) in [
        (
            "/assume",
            json!("hopeful"),
            "\"hopeful\"",
            "`assume`: expected one of pessimistic, optimistic, found `hopeful`",
        ),
        (
            "/nodes/0/id",
            json!("Site b"),
            "\"Site b\"",
            "`id`: expected an id like service:login, found `Site b`",
        ),
        (
            "/nodes/0/kind",
            json!("room"),
            "\"room\"",
            "`kind`: expected `site`, as the id says",
        ),
        (
            "/nodes/0/class",
            json!("domains"),
            "\"domains\"",
            "`class`: expected one of domain, service, store, replica, external, journey, group (did you mean domain?), found `domains`",
        ),
        (
            "/nodes/0/start_s",
            json!("0"),
            "\"0\"",
            "`start_s`: expected a whole number from 0 to 3153600000, found `0`",
        ),
        (
            "/nodes/0/start_s",
            json!(1.5),
            "1.5",
            "`start_s`: expected a whole number from 0 to 3153600000, found `1.5`",
        ),
        (
            "/nodes/1/tier",
            json!(10),
            "10",
            "`tier`: expected a whole number from 0 to 9, found `10`",
        ),
        (
            "/nodes/1/users",
            json!(u64::MAX),
            "18446744073709551615",
            "`users`: expected a whole number from 0 to 9007199254740992, found `18446744073709551615`",
        ),
        (
            "/nodes/1/fails_per_y",
            json!(-1),
            "-1",
            "`fails_per_y`: expected a number that is not negative, found `-1`",
        ),
        (
            "/nodes/1/data/replication",
            json!("sync"),
            "{\"lag_s\":5,\"replication\":\"sync\"}",
            "`data`: expected the replication `primary`, `sync`, `async` with `lag_s`, or `backup` with `interval_s`, found a mapping",
        ),
        (
            "/nodes/0/evidence",
            json!("guessed"),
            "\"guessed\"",
            "`evidence`: expected one of declared, observed, inferred, assumed, found `guessed`",
        ),
        (
            "/nodes/1/id",
            json!("site:b"),
            "\"site:b\"",
            "the node `site:b` is here twice",
        ),
        (
            "/requirements/0/mode",
            json!("firm"),
            "\"firm\"",
            "`mode`: expected one of placement, hard, soft, start, found `firm`",
        ),
        (
            "/requirements/0/need",
            json!(-1),
            "-1",
            "`need`: expected a whole number from 0 to 9007199254740992, found `-1`",
        ),
        (
            "/requirements/0/members/1/standby/0/takes_s",
            json!("1m"),
            "\"1m\"",
            "`takes_s`: expected a whole number from 0 to 3153600000, found `1m`",
        ),
        (
            "/requirements/0/members/1/standby",
            json!("never"),
            "\"never\"",
            "`standby`: expected a list, found `never`",
        ),
        (
            "/requirements/0/sources/0/line",
            json!("3"),
            "\"3\"",
            "`line`: expected a whole number from 0 to 9007199254740992, found `3`",
        ),
    ] {
        let (facts, sources, _) = told(&with(pointer, value));
        let [problem] = facts.problems.as_slice() else {
            panic!("{pointer}: one problem, not {:#?}", facts.problems);
        };
        let text = &sources.file(problem.span.file).text[problem.span.range()];
        assert_eq!((text, problem.message.as_str()), (at, message), "{pointer}");
        // A requirement without one of its members would be another requirement.
        let whole = facts.saved_nodes.len() == 2 && facts.saved_requirements.len() == 1;
        assert!(!whole || pointer.starts_with("/nodes/1/"), "{pointer}");
    }
}

#[test]
fn missing_and_unknown_keys() {
    let mut graph = graph();
    let node = graph["nodes"][0].as_object_mut().expect("a node");
    node.remove("start_s");
    node.insert("colour".to_owned(), json!("red"));
    let requirement = graph["requirements"][0].as_object_mut().expect("one");
    requirement["members"][2]["id"] = json!("replica:db@site:a#1");
    let (facts, ..) = told(&graph.to_string());
    let messages: Vec<&str> = facts
        .problems
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "unknown key `colour`",
            "the key `start_s` is missing",
            "a node is a member of this requirement twice",
        ]
    );
    assert_eq!(facts.saved_nodes.len(), 1);
    assert_eq!(facts.saved_requirements.len(), 0);
}

#[test]
fn yaml_says_the_same() {
    let mut sources = SourceMap::default();
    let text = "version: 1\nassume: optimistic\nnodes:\n- {id: 'site:a', kind: site, class: domain, start_s: 0, evidence: declared, sources: []}\nrequirements: []\n";
    let file = sources.add("estate.yaml".into(), text.to_owned());
    let reading = yaml::read(file, text, &Limits::default());
    let documents: Vec<&Document> = reading.documents.iter().collect();
    let facts = Saved.translate(&documents, &sources);
    assert_eq!(facts.problems, []);
    assert_eq!(facts.saved_nodes[0].id.as_str(), "site:a");
}
