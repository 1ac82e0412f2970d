//! A graph saved with `graph --format json` and read back is the same graph, byte for byte.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop"
)]

mod program;

use program::run_in;
use std::path::Path;

/// `spof graph --format json` of `input`, read in the folder `at`.
fn graph(at: &Path, input: &str, assume: &str) -> String {
    let ran = run_in(
        at,
        &["graph", "--format", "json", "--assume", assume, "-i", input],
    );
    assert_eq!(ran.err, "", "{input}");
    ran.ok()
}

/// Saves the graph of `input`, reads that back, and compares.
fn round_trip(at: &Path, input: &str) {
    for assume in ["pessimistic", "optimistic"] {
        let folder = tempfile::tempdir().unwrap();
        let first = graph(at, input, assume);
        std::fs::write(folder.path().join("estate.json"), &first).unwrap();
        let second = graph(folder.path(), "estate.json", assume);
        let same = first.lines().zip(second.lines()).position(|(a, b)| a != b);
        if let Some(line) = same {
            panic!("{input}, {assume}: line {} differs", line + 1);
        }
        assert_eq!(first.len(), second.len(), "{input}, {assume}");
    }
}

#[test]
fn samples_come_back_as_they_were() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    round_trip(here, "samples/kakao-2022");
    round_trip(here, "samples/kakao-2022-fixed");
}

/// Every key that a manifest has, once.
#[test]
fn everything_a_manifest_says_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "
domains:
  - {id: site:a, title: A, in: region:x, requires: [{any: [power:a, power:b]}, network:n]}
  - {id: power:a, within: site:a, fails: 0.5/y, repair: 4h, cost: 7}
  - {id: power:b, start: power:a, start_takes: 1m}
  - {id: network:n}
  - {id: region:x}
  - {id: site:b}
services:
  - id: web
    owner: team
    tier: 1
    rto: 5m
    demand: 10
    need: 70%
    users: 5k
    revenue: 1M
    replicas:
      - {on: site:a, count: 2, weight: 5}
      - {on: site:b, weight: 9, requires: ops, standby: [{takes: 20m, requires: {any: [ops, db]}, drilled: 2026-05-01}, {takes: 1d}]}
      - {count: 2, spread: host}
    requires:
      - db
      - {need: 2, of: [ops, {is: pay, weight: 2}, {all: [ops, db]}], want: 3, reroute: {takes: 30s, requires: ops}}
    optional: bank
    start: ops
    start_takes: 3m
  - {id: ops, replicas: 2}
  - {id: pay}
stores:
  - id: db
    rpo: 1h
    replicas:
      - {on: site:a}
      - {on: site:b, replication: {async: 5s}, standby: never}
      - {on: site:b, replication: backup(24h)}
journeys: [{id: buy, tier: 0, users: 3, requires: [web, db]}]
externals: [{id: bank}]
overrides: [{of: buy, on: db, mode: soft}]
aliases: {db.prod: db}
";
    std::fs::write(folder.path().join("spof.yaml"), manifest).unwrap();
    round_trip(folder.path(), "spof.yaml");
}

/// Weights whose sum does not fit in 64 bits are cut, and said to be.
#[test]
fn too_much_weight_is_said() {
    let folder = tempfile::tempdir().unwrap();
    // The greatest weight there is: 2,048 of them are one too much.
    let (ids, most) = (0..2_048, 1_u64 << 53);
    let node = |id: &str| {
        format!(
            r#"{{"id":"{id}","kind":"host","class":"domain","start_s":0,"evidence":"declared","sources":[]}}"#
        )
    };
    let member = |at| format!(r#"{{"id":"host:h{at:04}","weight":{most},"standby":null}}"#);
    let nodes = ids.clone().map(|at| node(&format!("host:h{at:04}")));
    let nodes: Vec<_> = nodes.chain([node("host:x")]).collect();
    let members: Vec<_> = ids.map(member).collect();
    let text = format!(
        r#"{{"version":1,"assume":"pessimistic","nodes":[{}],"requirements":[{{"id":"q","of":"host:x",
        "mode":"hard","need":1,"evidence":"declared","sources":[],"members":[{}]}}]}}"#,
        nodes.join(","),
        members.join(",")
    );
    std::fs::write(folder.path().join("estate.json"), text).unwrap();
    let lint = ["lint", "--format", "concise", "-i", "estate.json"];
    let ran = run_in(folder.path(), &lint);
    let said = ran.out + &ran.err;
    let expected = "weigh more than 18446744073709551615 in sum: `host:h2047` counts \
                    9007199254740991, not 9007199254740992";
    assert!(said.contains(expected), "{said}");
}
