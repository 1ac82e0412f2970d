//! What a sound manifest becomes.

use super::*;
use crate::ingest::fact::{Expr, MemberFact, ModeRule, NeedFact, Otherwise, Ref, WayFact};
use crate::words::{Class, Mode, Replication};

/// An expression in short: `a`, `1 of [a, b*3, c?]` (weight 3, standby).
fn short(expr: &Expr) -> String {
    match expr {
        Expr::One(name) | Expr::Replicas(name) => name.text.clone(),
        Expr::Some { need, members, .. } => {
            let need = need.map_or("all".to_owned(), |need| need.to_string());
            let members: Vec<String> = members.iter().map(short_member).collect();
            format!("{need} of [{}]", members.join(", "))
        }
    }
}

fn short_member(member: &MemberFact) -> String {
    let mut text = short(&member.expr);
    if member.weight != 1 {
        text = format!("{text}*{}", member.weight);
    }
    match &member.standby {
        None => text,
        Some(ways) => format!("{text}?{}", short_ways(ways)),
    }
}

fn short_ways(ways: &[WayFact]) -> String {
    let ways: Vec<String> = ways
        .iter()
        .map(|way| {
            let needs: Vec<String> = way.requires.iter().map(short).collect();
            format!("{}s({})", way.takes_s, needs.join(", "))
        })
        .collect();
    ways.join("|")
}

/// Requirements in short: `of MODE expr`.
fn requirements(facts: &Facts) -> Vec<String> {
    facts
        .requirements
        .iter()
        .map(|requirement| {
            let mode = match requirement.mode {
                ModeRule::Fixed(mode) => mode.as_str(),
                ModeRule::ByMember => "by-member",
            };
            let mut text = format!(
                "{} {mode} {}",
                requirement.of.text,
                short(&requirement.expr)
            );
            if let Some(want) = requirement.want {
                text = format!("{text} want {want}");
            }
            if let Some(way) = &requirement.reroute {
                text = format!("{text} reroute {}", short_ways(std::slice::from_ref(way)));
            }
            text
        })
        .collect()
}

const SKETCH: &str = "\
version: 1
domains:
  - {id: site:pangyo, in: region:kr, requires: [power:pangyo-feed], title: SK C&C Pangyo IDC}
  - {id: power:pangyo-feed, within: site:pangyo, requires: [room:pangyo-b3]}
  - {id: rack:p-17, in: room:pangyo-2f, requires: [{any: [power:feed-a, power:feed-b]}, network:tor-17]}
services:
  - id: service:login
    tier: 1
    owner: account-team
    rto: 5m
    demand: 200
    need: 70%
    replicas:
      - {on: site:pangyo, count: 4, weight: 50}
      - on: site:anyang
        count: 2
        weight: 60
        standby:
          - {takes: 20m, requires: [service:switchover, service:staff-authz], drilled: 2026-05-01}
          - {takes: 8h, requires: [service:ops-console]}
    requires: [store:session, {any: [external:sms-a, external:sms-b]}, {need: 2, of: [a, b, c]}]
    optional: service:abuse-filter
    start: [service:image-registry]
    start_takes: 10m
journeys: [{id: call-a-taxi, tier: 1, users: 30M, revenue: 1.5M, requires: service:login}]
";

#[test]
fn the_sketch_of_the_design() {
    let outcome = yaml_manifest(SKETCH).clean();
    let facts = &outcome.facts;
    let nodes: Vec<(&str, Class)> = facts
        .nodes
        .iter()
        .filter_map(|node| Some((node.name.text.as_str(), node.class?)))
        .collect();
    assert_eq!(
        nodes,
        [
            ("site:pangyo", Class::Domain),
            ("power:pangyo-feed", Class::Domain),
            ("rack:p-17", Class::Domain),
            ("service:login", Class::Service),
            ("call-a-taxi", Class::Journey),
        ]
    );
    assert_eq!(
        requirements(facts),
        [
            "site:pangyo by-member region:kr",
            "site:pangyo by-member power:pangyo-feed",
            "power:pangyo-feed by-member room:pangyo-b3",
            "rack:p-17 by-member room:pangyo-2f",
            "rack:p-17 by-member 1 of [power:feed-a, power:feed-b]",
            "rack:p-17 by-member network:tor-17",
            "service:login hard store:session",
            "service:login hard 1 of [external:sms-a, external:sms-b]",
            "service:login hard 2 of [a, b, c]",
            "service:login soft service:abuse-filter",
            "service:login start service:image-registry",
            "call-a-taxi hard service:login",
        ]
    );
    let login = &facts.nodes[3].attributes;
    assert_eq!(login.tier, Some(1));
    assert_eq!(login.owner.as_deref(), Some("account-team"));
    assert_eq!(login.rto_s, Some(300));
    assert_eq!(login.demand, Some(200));
    assert_eq!(login.need, Some(NeedFact::Percent(70)));
    assert_eq!(login.start_s, Some(600));
    let within = facts.nodes[1].attributes.within.as_ref().expect("within");
    assert_eq!(within.text, "site:pangyo");
    let taxi = &facts.nodes[4].attributes;
    assert_eq!(
        (taxi.users, taxi.revenue_per_h),
        (Some(30_000_000), Some(1_500_000))
    );

    let [active, standby] = facts.replicas.as_slice() else {
        panic!("two entries of replicas");
    };
    assert_eq!((active.count, active.weight), (4, 50));
    assert_eq!(active.standby, None);
    assert_eq!(active.replication, None, "a service holds no data");
    assert_eq!((standby.count, standby.weight), (2, 60));
    let ways = standby.standby.as_ref().expect("standby");
    assert_eq!(
        short_ways(ways),
        "1200s(service:switchover, service:staff-authz)|28800s(service:ops-console)"
    );
    assert_eq!(ways[0].drilled.as_deref(), Some("2026-05-01"));
}

#[test]
fn every_fact_points_at_its_narrowest_place() {
    let outcome = yaml_manifest(SKETCH).clean();
    let at = |origin: &crate::ingest::fact::Origin| match origin.source {
        crate::ingest::fact::Source::Here(span) => outcome.text(span).to_owned(),
        crate::ingest::fact::Source::Recorded(_) => panic!("recorded"),
    };
    let facts = &outcome.facts;
    assert_eq!(at(&facts.nodes[0].origin), "site:pangyo");
    assert_eq!(outcome.text(facts.nodes[0].name.span), "site:pangyo");
    assert_eq!(at(&facts.requirements[0].origin), "region:kr");
    assert_eq!(at(&facts.requirements[1].origin), "power:pangyo-feed");
    assert_eq!(
        at(&facts.requirements[4].origin),
        "{any: [power:feed-a, power:feed-b]}"
    );
    assert_eq!(at(&facts.requirements[9].origin), "service:abuse-filter");
    assert_eq!(at(&facts.replicas[0].origin), "site:pangyo");
    let ways = facts.replicas[1].standby.as_ref().expect("standby");
    assert_eq!(
        at(&ways[1].origin),
        "{takes: 8h, requires: [service:ops-console]}"
    );
    let Expr::One(Ref {
        span, otherwise, ..
    }) = &ways[1].requires[0]
    else {
        panic!("one node");
    };
    assert_eq!(outcome.text(*span), "service:ops-console");
    assert_eq!(*otherwise, Otherwise::Unknown);
}

#[test]
fn forms_nest_weigh_and_stand_by() {
    let outcome = yaml_manifest(
        "
services:
  - id: web
    requires:
      - any:
          - a
          - {all: [b, {any: [c, d]}]}
          - {is: {need: 2, of: [e, f, g]}, weight: 3}
          - {is: h, standby: {takes: 5m, requires: {any: [x, y]}}}
          - {is: i, standby: never}
      - {need: 2, of: [j, k, l], want: 3, reroute: {takes: 30s, requires: [gslb]}}
      - {any: [m, n], want: 2}
      - {all: [o, p]}
",
    )
    .clean();
    assert_eq!(
        requirements(&outcome.facts),
        [
            "web hard 1 of [a, all of [b, 1 of [c, d]], 2 of [e, f, g]*3, h?300s(1 of [x, y]), i?]",
            "web hard 2 of [j, k, l] want 3 reroute 30s(gslb)",
            "web hard 1 of [m, n] want 2",
            "web hard all of [o, p]",
        ]
    );
}

#[test]
fn replicas_of_stores_hold_data() {
    let outcome = yaml_manifest(
        "
stores:
  - id: db
    rpo: 1h
    replicas:
      - {on: [host:a, rack:1]}
      - {on: host:b, replication: sync}
      - {on: host:c, replication: {async: 5s}, standby: {takes: 1m}}
      - {on: host:d, replication: async(2m), standby: []}
      - {on: site:z, replication: backup(24h)}
      - {on: site:y, replication: {backup: 7d}, standby: {takes: 4h}, fails: 0.5/y, repair: 2h, cost: 10}
      - {on: host:e, standby: never, requires: store:other}
      - {count: 3, spread: [host, zone]}
  - {id: cache, replicas: 2}
",
    )
    .clean();
    let held: Vec<_> = outcome
        .facts
        .replicas
        .iter()
        .map(|copy| {
            let ways = copy.standby.as_ref().map(Vec::len);
            (copy.of.text.as_str(), copy.count, copy.replication, ways)
        })
        .collect();
    let day = 86_400;
    assert_eq!(
        held,
        [
            ("db", 1, Some(Replication::Primary), None),
            ("db", 1, Some(Replication::Sync), None),
            ("db", 1, Some(Replication::Async { lag_s: 5 }), Some(1)),
            ("db", 1, Some(Replication::Async { lag_s: 120 }), Some(0)),
            (
                "db",
                1,
                Some(Replication::Backup { interval_s: day }),
                Some(0)
            ),
            (
                "db",
                1,
                Some(Replication::Backup {
                    interval_s: 7 * day
                }),
                Some(1)
            ),
            ("db", 1, None, Some(0)),
            ("db", 3, Some(Replication::Primary), None),
            ("cache", 2, Some(Replication::Primary), None),
        ]
    );
    let replicas = &outcome.facts.replicas;
    let on: Vec<String> = replicas[0].on.iter().map(short).collect();
    assert_eq!(on, ["host:a", "rack:1"]);
    assert_eq!(replicas[5].attributes.fails_per_y, Some(0.5));
    assert_eq!(replicas[5].attributes.repair_s, Some(7_200));
    assert_eq!(replicas[5].attributes.cost, Some(10));
    assert_eq!(short(&replicas[6].requires[0]), "store:other");
    assert!(replicas[7].on.is_empty());
    let spread = &replicas[7].spread;
    assert_eq!(outcome.text(spread.hosts.expect("hosts").span), "host");
    assert_eq!(outcome.text(spread.zones.expect("zones").span), "zone");
}

#[test]
fn overrides_and_aliases() {
    let outcome = yaml_manifest(
        "
overrides:
  - {of: shop/cart, on: redis, mode: soft, reason: it keeps carts in memory too}
  - {of: web, on: jaeger, mode: none}
aliases:
  shop-db.prod.svc: store:db
",
    )
    .clean();
    assert!(outcome.claimed);
    let overrides = &outcome.facts.overrides;
    assert_eq!(overrides[0].mode, Some(Mode::Soft));
    assert_eq!(
        overrides[0].reason.as_deref(),
        Some("it keeps carts in memory too")
    );
    assert_eq!(overrides[1].mode, None);
    assert_eq!(
        (overrides[1].of.text.as_str(), overrides[1].on.text.as_str()),
        ("web", "jaeger")
    );
    let alias = &outcome.facts.aliases[0];
    assert_eq!(alias.name, "shop-db.prod.svc");
    assert_eq!(alias.target.text, "store:db");
}

#[test]
fn a_bare_id_that_two_sections_share_gets_its_kind() {
    let outcome = yaml_manifest(
        "
services: [{id: pay, requires: store:pay}, {id: web, requires: pay}]
stores: [{id: pay}]
",
    )
    .clean();
    let of: Vec<&str> = outcome
        .facts
        .nodes
        .iter()
        .map(|node| node.name.text.as_str())
        .collect();
    assert_eq!(of, ["service:pay", "web", "store:pay"]);
    // A bare name says what it becomes where no other source has it.
    let becomes: Vec<Option<String>> = outcome
        .facts
        .nodes
        .iter()
        .map(|node| match &node.name.otherwise {
            Otherwise::Stated(id) => Some(id.to_string()),
            _ => None,
        })
        .collect();
    let ids = ["service:pay", "service:web", "store:pay"];
    assert_eq!(becomes, ids.map(|id| Some(id.to_owned())));
    assert_eq!(
        requirements(&outcome.facts),
        ["service:pay hard store:pay", "web hard pay"]
    );
}

#[test]
fn toml_and_json_say_the_same() {
    let toml = read(
        "shop.spof.toml",
        r#"
[[domains]]
id = "site:a"

[[services]]
id = "web"
tier = 1
requires = ["db", { any = ["sms-a", "sms-b"] }]
replicas = [{ on = "site:a", count = 2, standby = [{ takes = "5m", drilled = 2026-05-01 }] }]
"#,
    )
    .clean();
    let json = read(
        "spof.json",
        r#"{"domains": [{"id": "site:a"}], "services": [{"id": "web", "tier": 1,
            "requires": ["db", {"any": ["sms-a", "sms-b"]}],
            "replicas": [{"on": "site:a", "count": 2, "standby": [{"takes": "5m", "drilled": "2026-05-01"}]}]}]}"#,
    )
    .clean();
    for outcome in [toml, json] {
        assert!(outcome.claimed);
        assert_eq!(
            requirements(&outcome.facts),
            ["web hard db", "web hard 1 of [sms-a, sms-b]"]
        );
        let copy = &outcome.facts.replicas[0];
        let ways = copy.standby.as_ref().expect("standby");
        assert_eq!((copy.count, ways[0].takes_s), (2, 300));
        assert_eq!(ways[0].drilled.as_deref(), Some("2026-05-01"));
        assert_eq!(outcome.facts.nodes[1].attributes.tier, Some(1));
    }
}

#[test]
fn merge_keys_and_empty_sections_are_fine() {
    let outcome = yaml_manifest(
        "
stores:
services:
  - &web {id: web, tier: 2, requires: }
  - {<<: *web, id: web-2}
",
    )
    .clean();
    let tiers: Vec<_> = outcome
        .facts
        .nodes
        .iter()
        .map(|node| (node.name.text.as_str(), node.attributes.tier))
        .collect();
    assert_eq!(tiers, [("web", Some(2)), ("web-2", Some(2))]);
}

#[test]
fn claims_by_name_or_content() {
    let ours = "services: [{id: web}]";
    for path in [
        "spof.yaml",
        "a/spof.yml",
        "spof.json",
        "shop.spof.yaml",
        "a/b/shop.spof.yml",
        "estate.yaml",
    ] {
        assert!(
            read(path, "{\"services\": [{\"id\": \"web\"}]}").claimed,
            "{path}"
        );
    }
    assert!(read("spof.yaml", "other: 1").claimed);
    assert!(read("x.spof.toml", "other = 1").claimed);
    assert!(!read("spof.toml", "other = 1").claimed, "the configuration");
    assert!(read("inventory.yaml", ours).claimed);
    for other in [
        // Compose, old Compose, Travis, Drone, and lists of something else.
        "version: '3'\nservices: {web: {image: x}}",
        "version: 2\nservices:\n",
        "services: [docker]",
        "services: [{name: web}]",
        "services: [{id: web}]\nvolumes: {}",
        "[{id: web}]",
        "aliases: {a: b}",
        "version: 1",
    ] {
        assert!(!read("x.yaml", other).claimed, "{other}");
    }
}
