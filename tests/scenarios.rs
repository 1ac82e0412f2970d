//! The semantics on named scenarios, each written as a manifest and small enough to work out by
//! hand from DESIGN section 2.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use camino::Utf8PathBuf;
use spof::analysis::blast::{Blast, Fault, blast};
use spof::analysis::data::DataVerdict;
use spof::analysis::engine::Engine;
use spof::analysis::recovery::Wait;
use spof::analysis::redundancy::false_redundancies;
use spof::analysis::survivability::{journeys, survivability};
use spof::analysis::sweep::Sweep;
use spof::analysis::verdict::Verdict;
use spof::graph::Graph;
use spof::ingest;
use spof::model::{self, Model, NodeIx};
use spof::source::{Limits, SourceMap, yaml};
use spof::words::Assume;

/// The model of one native manifest; any problem in it fails the test.
fn model_assuming(manifest: &str, assume: Assume) -> Model {
    let mut sources = SourceMap::default();
    let file = sources.add(Utf8PathBuf::from("spof.yaml"), manifest.to_owned());
    let reading = yaml::read(file, manifest, &Limits::default());
    assert_eq!(reading.problems, []);
    let (told, unclaimed) = ingest::run(&reading.documents, &sources);
    assert_eq!(unclaimed, []);
    let model = model::build(told, &sources, assume);
    assert_eq!(model.problems, []);
    model
}

fn model(manifest: &str) -> Model {
    model_assuming(manifest, Assume::Pessimistic)
}

fn ix(model: &Model, id: &str) -> NodeIx {
    model.find(id).unwrap_or_else(|| {
        panic!(
            "no {id} among {:?}",
            model.nodes.iter().map(|n| &n.id).collect::<Vec<_>>()
        )
    })
}

/// What the faults (`id` or `id=seconds` until repair) do.
fn strike(model: &Model, faults: &[&str]) -> Blast {
    let graph = Graph::new(model);
    let engine = Engine::new(&graph);
    let faults: Vec<Fault> = faults
        .iter()
        .map(|fault| {
            let (id, repaired) = fault
                .split_once('=')
                .map_or((*fault, None), |(id, s)| (id, Some(s.parse().unwrap())));
            Fault {
                node: ix(model, id),
                repaired_s: repaired,
            }
        })
        .collect();
    blast(model, &engine, &faults)
}

/// Verdict and time of one node; `None` for a node that is not affected.
fn fate(model: &Model, blast: &Blast, id: &str) -> Option<(Verdict, Option<u64>)> {
    let node = ix(model, id);
    blast
        .entry(node)
        .map(|entry| (entry.verdict, entry.recovers.finite()))
}

const DOWN: Option<(Verdict, Option<u64>)> = Some((Verdict::Down, None));
const STUCK: Option<(Verdict, Option<u64>)> = Some((Verdict::Stuck, None));
const DEGRADED: Option<(Verdict, Option<u64>)> = Some((Verdict::Degraded, Some(0)));

#[expect(
    clippy::unnecessary_wraps,
    reason = "compared with the fate of a node, which may be none"
)]
fn interrupted(seconds: u64) -> Option<(Verdict, Option<u64>)> {
    Some((Verdict::Interrupted, Some(seconds)))
}

/// The ids behind a list of nodes.
fn names(model: &Model, nodes: &[NodeIx]) -> Vec<String> {
    nodes
        .iter()
        .map(|node| model.node(*node).id.to_string())
        .collect()
}

#[test]
fn three_replicas_in_three_racks_on_one_feed_are_falsely_redundant() {
    let model = model(
        "
domains:
  - {id: power:feed}
  - {id: rack:a, requires: [power:feed]}
  - {id: rack:b, requires: [power:feed]}
  - {id: rack:c, requires: [power:feed]}
services:
  - {id: login, need: 2, replicas: [{on: rack:a}, {on: rack:b}, {on: rack:c}]}
",
    );
    for rack in ["rack:a", "rack:b", "rack:c"] {
        assert_eq!(
            fate(&model, &strike(&model, &[rack]), "service:login"),
            None,
            "{rack}"
        );
    }
    assert_eq!(
        fate(&model, &strike(&model, &["power:feed"]), "service:login"),
        DOWN
    );
    assert_eq!(
        fate(
            &model,
            &strike(&model, &["rack:a", "rack:c"]),
            "service:login"
        ),
        DOWN
    );
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    let found = false_redundancies(&model, &engine, &Sweep::new(&engine));
    assert_eq!(found.len(), 1);
    assert_eq!(
        model.requirement(found[0].requirement).id,
        "service:login/replicas"
    );
    assert_eq!(names(&model, &found[0].faults), ["power:feed"]);
}

#[test]
fn a_ups_that_bridges_the_grid_keeps_the_rack() {
    let model = model(
        "
domains:
  - {id: power:grid}
  - {id: power:ups}
  - {id: rack:a, requires: [{any: [power:grid, power:ups]}]}
services:
  - {id: web, replicas: [{on: rack:a}]}
",
    );
    assert!(strike(&model, &["power:grid"]).affected.is_empty());
    assert_eq!(
        fate(
            &model,
            &strike(&model, &["power:grid", "power:ups"]),
            "service:web"
        ),
        DOWN
    );
}

#[test]
fn a_quorum_of_three_over_two_sites_hangs_on_the_site_that_has_two() {
    let model = model(
        "
domains: [{id: site:a}, {id: site:b}]
stores:
  - {id: store:etcd, need: 2, replicas: [{on: site:a, count: 2}, {on: site:b}]}
journeys:
  - {id: journey:buy, tier: 0, requires: [store:etcd]}
",
    );
    assert_eq!(
        fate(&model, &strike(&model, &["site:a"]), "journey:buy"),
        DOWN
    );
    assert_eq!(
        fate(&model, &strike(&model, &["site:b"]), "journey:buy"),
        None
    );
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    let matrix = survivability(&model, &Sweep::new(&engine), &journeys(&model));
    assert_eq!(matrix.kinds, ["site"]);
    let (_, cells) = &matrix.rows[0];
    assert_eq!(cells[0].verdict, Verdict::Down);
    assert_eq!(names(&model, &cells[0].faults), ["site:a"]);
}

#[test]
fn a_standby_takes_the_quickest_way_that_still_works() {
    let manifest = "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: switchover, replicas: [{on: site:SWITCH}]}
  - {id: console, replicas: [{on: site:b}]}
  - id: login
    rto: 1h
    replicas:
      - {on: site:a}
      - {on: site:b, standby: [{takes: 5m, requires: [switchover]}, {takes: 8h, requires: [console]}]}
";
    let apart = model(&manifest.replace("SWITCH", "b"));
    let outcome = strike(&apart, &["site:a"]);
    assert_eq!(fate(&apart, &outcome, "service:login"), interrupted(300));
    assert!(!outcome.entry(ix(&apart, "service:login")).unwrap().cut);
    // The same with the switch-over system in the building that fails: the slow way is left.
    let together = model(&manifest.replace("SWITCH", "a"));
    let outcome = strike(&together, &["site:a"]);
    assert_eq!(
        fate(&together, &outcome, "service:login"),
        interrupted(28_800)
    );
    assert!(
        outcome.entry(ix(&together, "service:login")).unwrap().cut,
        "8 h is more than the objective of 1 h"
    );
}

#[test]
fn authorisation_needed_to_promote_authorisation_is_a_recovery_cycle_until_repair() {
    let model = model(
        "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: authz, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m, requires: [switchover]}]}]}
  - {id: switchover, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m, requires: [authz]}]}]}
",
    );
    let outcome = strike(&model, &["site:a"]);
    assert_eq!(fate(&model, &outcome, "service:authz"), DOWN);
    assert_eq!(outcome.cycles.len(), 1);
    let cycle = &outcome.cycles[0];
    assert_eq!(cycle.makes, Verdict::Down);
    let hops: Vec<(String, String, Wait)> = cycle
        .hops
        .iter()
        .map(|hop| {
            (
                model.node(hop.from).id.to_string(),
                model.node(hop.to).id.to_string(),
                hop.wait,
            )
        })
        .collect();
    let (authz, switchover) = ("service:authz".to_owned(), "service:switchover".to_owned());
    assert_eq!(
        hops,
        [
            (authz.clone(), switchover.clone(), Wait::Promotion),
            (switchover, authz, Wait::Promotion)
        ]
    );
    let state = &outcome.entry(ix(&model, "service:authz")).unwrap().standbys[0];
    assert_eq!(
        names(&model, &state.blocked_by),
        ["service:switchover"],
        "the standby itself serves"
    );
}

#[test]
fn two_services_that_need_each_other_to_start_stay_down_after_repair() {
    let model = model(
        "
domains: [{id: site:a}]
services:
  - {id: discovery, start: [storage], replicas: [{on: site:a}]}
  - {id: storage, start: [discovery], replicas: [{on: site:a}]}
  - {id: web, requires: [discovery]}
",
    );
    let outcome = strike(&model, &["site:a"]);
    for id in ["service:discovery", "service:storage", "service:web"] {
        assert_eq!(fate(&model, &outcome, id), STUCK, "{id}");
    }
    assert_eq!(outcome.cycles.len(), 1);
    assert_eq!(outcome.cycles[0].makes, Verdict::Stuck);
    assert!(
        outcome.cycles[0]
            .hops
            .iter()
            .any(|hop| hop.wait == Wait::Start)
    );
}

#[test]
fn services_that_need_each_other_to_serve_come_back_together() {
    let model = model(
        "
domains: [{id: site:a}]
services:
  - {id: ping, requires: [pong], start_takes: 10m, replicas: [{on: site:a}]}
  - {id: pong, requires: [ping], start_takes: 30m, replicas: [{on: site:a}]}
",
    );
    let outcome = strike(&model, &["site:a=3600"]);
    assert_eq!(
        fate(&model, &outcome, "service:ping"),
        Some((Verdict::Down, Some(3_600 + 1_800)))
    );
    assert_eq!(
        fate(&model, &outcome, "service:pong"),
        Some((Verdict::Down, Some(3_600 + 1_800)))
    );
    assert!(outcome.cycles.is_empty());
}

#[test]
fn what_is_only_unreachable_needs_no_restart() {
    let model = model(
        "
domains: [{id: network:core}, {id: rack:a, requires: [network:core]}]
services:
  - {id: registry, replicas: [{on: rack:a}]}
  - {id: web, start: [registry], start_takes: 10m, replicas: [{on: rack:a}]}
",
    );
    // The network back after a minute: everything serves at once, though `web` takes ten to start.
    let unreachable = strike(&model, &["network:core=60"]);
    assert_eq!(
        fate(&model, &unreachable, "service:web"),
        Some((Verdict::Down, Some(60)))
    );
    let stopped = strike(&model, &["rack:a=60"]);
    assert_eq!(
        fate(&model, &stopped, "service:web"),
        Some((Verdict::Down, Some(660)))
    );
}

#[test]
fn a_reroute_is_needed_only_to_fail_over() {
    let manifest = "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: gslb, replicas: [{on: site:GSLB}]}
  - {id: web-a, replicas: [{on: site:a}]}
  - {id: web-b, replicas: [{on: site:b}]}
journeys:
  - {id: journey:buy, requires: [{any: [web-a, web-b], reroute: {takes: 2m, requires: [gslb]}}]}
";
    let outside = model(&manifest.replace("GSLB", "b"));
    assert_eq!(
        fate(&outside, &strike(&outside, &["site:a"]), "journey:buy"),
        interrupted(120)
    );
    assert_eq!(
        fate(
            &outside,
            &strike(&outside, &["service:gslb"]),
            "journey:buy"
        ),
        None
    );
    let inside = model(&manifest.replace("GSLB", "a"));
    assert_eq!(
        fate(&inside, &strike(&inside, &["site:a"]), "journey:buy"),
        DOWN
    );
}

#[test]
fn data_is_a_fact_of_its_own() {
    let manifest = "
domains: [{id: site:a}, {id: site:b}, {id: site:c}]
stores:
  - id: store:orders
    replicas:
      - {on: site:a}
      - {on: site:b, standby: [], replication: COPY}
      - {on: site:c, replication: {backup: 24h}}
";
    let verdict = |copy: &str, faults: &[&str]| {
        let model = model(&manifest.replace("COPY", copy));
        let outcome = strike(&model, faults);
        assert_eq!(
            fate(&model, &outcome, "store:orders").map_or(Verdict::Down, |(v, _)| v),
            Verdict::Down
        );
        outcome.data[0].verdict
    };
    assert_eq!(verdict("sync", &["site:a"]), DataVerdict::Safe);
    assert_eq!(
        verdict("{async: 5s}", &["site:a"]),
        DataVerdict::LostUpToLag { seconds: 5 }
    );
    assert_eq!(
        verdict("sync", &["site:a", "site:b"]),
        DataVerdict::LostUpToInterval { seconds: 86_400 }
    );
    assert_eq!(
        verdict("sync", &["site:a", "site:b", "site:c"]),
        DataVerdict::Lost
    );
    // A bad deploy of the store spoils every live copy: only the backup is left.
    assert_eq!(
        verdict("sync", &["store:orders"]),
        DataVerdict::LostUpToInterval { seconds: 86_400 }
    );
    assert_eq!(
        verdict("sync", &["store:orders", "site:c"]),
        DataVerdict::Lost
    );
}

#[test]
fn data_stays_safe_while_the_store_still_serves() {
    let model = model(
        "
domains: [{id: site:a}, {id: site:b}]
stores:
  - {id: store:users, replicas: [{on: site:a}, {on: site:b, replication: sync}]}
",
    );
    let outcome = strike(&model, &["site:a"]);
    assert_eq!(fate(&model, &outcome, "store:users"), None);
    assert_eq!(outcome.data[0].verdict, DataVerdict::Safe);
    assert_eq!(
        names(&model, &outcome.data[0].gone),
        ["replica:users@site:a#1"]
    );
}

#[test]
fn unplaced_replicas_share_a_host_only_under_the_pessimistic_assumption() {
    let manifest = "
services:
  - {id: web, replicas: 3}
";
    let pessimistic = model_assuming(manifest, Assume::Pessimistic);
    let host = pessimistic
        .nodes
        .iter()
        .find(|node| node.id.kind() == "host")
        .expect("an unnamed host");
    assert_eq!(
        fate(
            &pessimistic,
            &strike(&pessimistic, &[host.id.as_str()]),
            "service:web"
        ),
        DOWN
    );
    let optimistic = model_assuming(manifest, Assume::Optimistic);
    let hosts: Vec<&str> = optimistic
        .nodes
        .iter()
        .filter(|node| node.id.kind() == "host")
        .map(|node| node.id.as_str())
        .collect();
    assert_eq!(hosts.len(), 3);
    for host in hosts {
        assert_eq!(
            fate(&optimistic, &strike(&optimistic, &[host]), "service:web"),
            None
        );
    }
    assert_eq!(pessimistic.unplaced.len(), 3);
    assert_eq!(
        optimistic.unplaced.len(),
        3,
        "an assumption is not knowledge"
    );
}

#[test]
fn less_than_wanted_is_degraded_and_degradation_spreads_over_hard_requirements() {
    let model = model(
        "
externals: [{id: external:kakao}, {id: external:apple}]
services:
  - {id: sign-in, requires: [{any: [external:kakao, external:apple], want: 2}]}
  - {id: shop, requires: [sign-in]}
  - {id: blog, optional: [sign-in]}
",
    );
    let outcome = strike(&model, &["external:kakao"]);
    assert_eq!(fate(&model, &outcome, "service:sign-in"), DEGRADED);
    assert_eq!(fate(&model, &outcome, "service:shop"), DEGRADED);
    assert_eq!(
        fate(&model, &outcome, "service:blog"),
        None,
        "a degraded member still serves"
    );
}

#[test]
fn spare_capacity_that_is_too_small_does_not_help() {
    let manifest = "
domains: [{id: site:a}, {id: site:b}]
services:
  - id: pay
    demand: 200
    need: 70%
    replicas:
      - {on: site:a, count: 4, weight: 50}
      - {on: site:b, count: 2, weight: SPARE, standby: [{takes: 20m}]}
";
    let small = model(&manifest.replace("SPARE", "60"));
    let outcome = strike(&small, &["site:a"]);
    assert_eq!(fate(&small, &outcome, "service:pay"), DOWN);
    let entry = outcome.entry(ix(&small, "service:pay")).unwrap();
    assert!(
        entry
            .standbys
            .iter()
            .all(|state| state.promoted.finite() == Some(1_200)),
        "promoted, and too few"
    );
    let enough = model(&manifest.replace("SPARE", "70"));
    assert_eq!(
        fate(&enough, &strike(&enough, &["site:a"]), "service:pay"),
        interrupted(1_200)
    );
}

#[test]
fn a_bad_deploy_takes_the_replicas_along() {
    let model = model(
        "
domains: [{id: site:a}]
stores: [{id: store:db, replicas: [{on: site:a}]}]
services:
  - {id: web, replicas: [{on: site:a, requires: ['replica:db@site:a#1']}]}
",
    );
    let outcome = strike(&model, &["store:db"]);
    assert_eq!(names(&model, &outcome.along), ["replica:db@site:a#1"]);
    assert_eq!(fate(&model, &outcome, "service:web"), DOWN);
}

#[test]
fn more_faults_never_shorten_a_recovery() {
    let model = model(
        "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: switchover, replicas: [{on: site:b}]}
  - {id: web, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m, requires: [switchover]}]}]}
",
    );
    assert_eq!(
        fate(&model, &strike(&model, &["site:a"]), "service:web"),
        interrupted(300)
    );
    assert_eq!(
        fate(
            &model,
            &strike(&model, &["site:a", "service:switchover"]),
            "service:web"
        ),
        DOWN
    );
    // Repair after two minutes; promotion would still take five.
    let repaired = strike(&model, &["site:a=120"]);
    assert_eq!(
        fate(&model, &repaired, "service:web"),
        Some((Verdict::Interrupted, Some(120)))
    );
}
