//! `spof drill` through the real binary: the sheet against `spof blast`, and experiments as YAML.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use program::Ran;
use serde_json::Value;
use spof::source::{Limits, SourceMap, View, yaml};

const FIXED: &str = "samples/kakao-2022-fixed";
const KAKAO: &str = "samples/kakao-2022";
const CLUSTER: &str = "samples/kubernetes";

/// `spof ARGS` on the day of the drill.
fn run(args: &[&str]) -> Ran {
    program::run(&[args, &["--today", "2026-05-01"]].concat())
}

fn json(args: &[&str]) -> Value {
    program::json(&[args, &["--today", "2026-05-01"]].concat())
}

fn ids(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| {
        let id = one.as_str().or_else(|| one["id"].as_str());
        id.unwrap().to_owned()
    })
    .collect()
}

/// Verdict and time by id, of journeys, services and stores.
fn fates(list: &Value) -> BTreeMap<String, (String, Option<u64>)> {
    let subject = |id: &&str| {
        let kinds = ["journey:", "service:", "store:"];
        kinds.iter().any(|kind| id.starts_with(kind))
    };
    let list = list.as_array().unwrap().iter();
    list.filter_map(|one| {
        let id = one["id"].as_str().filter(subject)?;
        let verdict = one["verdict"].as_str().unwrap().to_owned();
        Some((id.to_owned(), (verdict, one["recovers_s"].as_u64())))
    })
    .collect()
}

#[test]
fn the_sheet_claims_what_blast_says_and_spares_the_rest() {
    let drill = json(&["drill", "--down", "site:pangyo", "-i", FIXED]);
    let blast = json(&["blast", "site:pangyo", "-i", FIXED]);
    let claimed = fates(&drill["expected"]);
    assert_eq!(claimed, fates(&blast["affected"]));
    let spared = ids(&drill["spared"]);
    assert!(spared.iter().all(|id| !claimed.contains_key(id)));
    // Every failover's standby and helpers have to serve before.
    let before = ids(&drill["before"]);
    let failovers = drill["failovers"].as_array().unwrap();
    assert!(!failovers.is_empty());
    for failover in failovers {
        let standby = failover["id"].as_str().unwrap();
        assert!(before.contains(standby), "{failover}");
        assert!(ids(&failover["requires"]).is_subset(&before), "{failover}");
        assert!(failover["sources"][0]["line"].as_u64().unwrap() > 1);
    }
    let args = ["drill", "--down", "site:pangyo", "-i", FIXED];
    let args: Vec<&str> = args.into_iter().chain(["--format", "markdown"]).collect();
    let sheet = run(&args).ok();
    assert!(sheet.contains("write `drilled: 2026-05-01` at"), "{sheet}");
    for id in claimed.keys() {
        assert!(sheet.contains(&format!("`{id}`")), "{id}");
    }
}

#[test]
fn an_outage_is_called_one() {
    let human = run(&["drill", "--down", "site:pangyo", "-i", KAKAO]).ok();
    let human: String = human.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(human.contains("this is an outage"), "{human}");
    let blind = "`service:monitoring` (monitoring) is affected itself";
    assert!(human.contains(blind), "{human}");
    let calm = run(&["drill", "--down", "room:pangyo-2f", "-i", KAKAO]).ok();
    assert!(!calm.contains("outage"), "{calm}");
    let ran = run(&["drill", "-i", FIXED]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--down"), "{ran:?}");
}

#[test]
fn drilled_ways_are_told_with_their_day() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "
domains: [{id: site:a}, {id: site:b}]
services:
  - id: login
    tier: 1
    rto: 30m
    replicas:
      - {on: site:a}
      - {on: site:b, standby: [{takes: 20m, drilled: 2026-03-01}]}
";
    std::fs::write(folder.path().join("spof.yaml"), manifest).unwrap();
    let path = folder.path().to_str().unwrap();
    let drill = json(&["drill", "--down", "site:a", "-i", path]);
    assert_eq!(drill["failovers"][0]["drilled"], "2026-03-01");
    assert_eq!(drill["expected"][0]["check"], "serves again within 20m");
    assert_eq!(drill["lasts_s"], 25 * 60);
    // The rule reads the same day: fresh now, stale after a year.
    for (today, stale) in [("2026-05-01", false), ("2027-05-01", true)] {
        let ran = program::run(&["lint", path, "--format", "json", "--today", today]);
        assert_eq!(ran.out.contains("undrilled-failover"), stale, "{today}");
    }
}

/// Reads YAML as any program would, and hands each document's root to `look`.
fn documents(text: &str, mut look: impl FnMut(View<'_>)) -> usize {
    let mut sources = SourceMap::default();
    let file = sources.add(Utf8PathBuf::from("out.yaml"), text.to_owned());
    let reading = yaml::read(file, text, &Limits::default());
    assert_eq!(reading.problems, [], "{text}");
    for document in &reading.documents {
        look(document.root());
    }
    reading.documents.len()
}

fn at<'t>(root: View<'t>, path: &[&str]) -> &'t str {
    let found = root.path(path).unwrap_or_else(|| panic!("no {path:?}"));
    found.as_str().unwrap()
}

fn texts<'t>(root: View<'t>, path: &[&str]) -> Vec<&'t str> {
    let found = root.path(path).unwrap_or_else(|| panic!("no {path:?}"));
    found.items().filter_map(View::as_str).collect()
}

fn experiment(down: &str, format: &str, more: &[&str]) -> String {
    let args = ["drill", "--down", down, "--format", format, "-i", CLUSTER];
    let args: Vec<&str> = args.iter().chain(more).copied().collect();
    run(&args).ok()
}

#[test]
fn chaos_mesh_stops_the_pods_that_the_fault_stops() {
    let out = experiment("service:tickets/web", "chaos-mesh", &["--for", "10m"]);
    let count = documents(&out, |root| {
        assert_eq!(at(root, &["apiVersion"]), "chaos-mesh.org/v1alpha1");
        assert_eq!(at(root, &["kind"]), "PodChaos");
        assert_eq!(at(root, &["spec", "action"]), "pod-failure");
        assert_eq!(at(root, &["spec", "mode"]), "all");
        assert_eq!(at(root, &["spec", "duration"]), "600s");
        let label = ["spec", "selector", "labelSelectors", "app"];
        assert_eq!(at(root, &label), "web");
        let spaces = texts(root, &["spec", "selector", "namespaces"]);
        assert_eq!(spaces, ["tickets"]);
    });
    assert_eq!(count, 1);
    assert!(out.contains("3 of 3 pods"), "{out}");
}

#[test]
fn a_failed_node_is_selected_by_its_name() {
    let out = experiment("host:node-b-2", "chaos-mesh", &[]);
    let count = documents(&out, |root| {
        let nodes = texts(root, &["spec", "selector", "nodes"]);
        assert_eq!(nodes, ["node-b-2"]);
        assert_eq!(at(root, &["spec", "mode"]), "all");
    });
    assert!(count >= 1, "{out}");
}

#[test]
fn litmus_gets_the_share_of_pods() {
    let out = experiment("zone:eu-b", "litmus", &[]);
    let count = documents(&out, |root| {
        assert_eq!(at(root, &["kind"]), "ChaosEngine");
        assert_eq!(at(root, &["spec", "appinfo", "appns"]), "tickets");
        let label = at(root, &["spec", "appinfo", "applabel"]);
        assert!(label.starts_with("app="), "{label}");
        let kind = at(root, &["spec", "appinfo", "appkind"]);
        assert!(["deployment", "statefulset"].contains(&kind), "{kind}");
    });
    assert!(count >= 2, "{out}");
    // Only a third of the spread pods of web stand there.
    let web = out.split("---").find(|one| one.contains("app=web"));
    let share = "PODS_AFFECTED_PERC, value: \"34\"";
    assert!(web.unwrap().contains(share), "{out}");
    let by_hand = "#   zone:eu-b";
    assert!(out.contains(by_hand), "{out}");
}

#[test]
fn names_can_t_break_out_of_an_experiment() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {"app\"]": "x\n---\nkind: Secret"}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
"#;
    std::fs::write(folder.path().join("web.yaml"), manifest).unwrap();
    let path = folder.path().to_str().unwrap();
    for format in ["chaos-mesh", "litmus"] {
        let args = ["drill", "--down", "service:shop/web", "--format", format];
        let args: Vec<&str> = args.into_iter().chain(["-i", path]).collect();
        let out = run(&args).ok();
        let count = documents(&out, |root| {
            let kind = at(root, &["kind"]);
            assert!(["PodChaos", "ChaosEngine"].contains(&kind), "{out}");
        });
        assert_eq!(count, 1, "{out}");
    }
}

#[test]
fn without_kubernetes_there_is_no_experiment() {
    for format in ["chaos-mesh", "litmus"] {
        let args = ["drill", "--down", "site:anyang", "--format", format];
        let args: Vec<&str> = args.into_iter().chain(["-i", FIXED]).collect();
        let ran = run(&args);
        assert_eq!(ran.code, 2);
        assert!(ran.out.is_empty());
        let said = "nothing that stops is known as a Kubernetes workload";
        assert!(ran.err.contains(said), "{ran:?}");
    }
}
