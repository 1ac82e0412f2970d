use crate::ingest::fact::{Apart, Level, Spread, Together};
use crate::model::Model;
use crate::model::testing::{Teller, kubernetes, model_as};
use crate::words::{Assume, Class, Evidence};

/// Four replicas of `service:x`, spread as `spread` says.
fn spread(assume: Assume, say: impl Fn(&mut Teller) -> Spread) -> Model {
    let mut facts = kubernetes();
    facts.nodes(&["service:x", "cluster:prod"]);
    let spread = say(&mut facts);
    facts.replicas("service:x", 4, &[]).spread = spread;
    let model = model_as(vec![facts], assume);
    model.no_problems();
    assert_eq!(model.unplaced.len(), 4);
    model
}

/// `what→on` of all placements whose owner or member is of this kind.
fn placements(model: &Model, of: &str) -> Vec<String> {
    let all = model.requirements.iter();
    let of = all.filter(|requirement| model.node(requirement.of).id.kind() == of);
    of.filter(|requirement| requirement.mode == crate::words::Mode::Placement)
        .map(|requirement| {
            let on = model.node(requirement.members[0].node).id.to_string();
            let of = model.node(requirement.of).id.as_str();
            let short = of.rsplit('#').next().unwrap();
            format!("{short}→{on}")
        })
        .collect()
}

const WORST: Assume = Assume::Pessimistic;

#[test]
fn at_worst_all_share_one_host() {
    let model = spread(WORST, |_| Spread::default());
    assert_eq!(
        placements(&model, "replica"),
        ["1→host:x?", "2→host:x?", "3→host:x?", "4→host:x?"]
    );
    assert_eq!(placements(&model, "host"), ["host:x?→zone:x?"]);
    let host = model.get("host:x?");
    assert_eq!(
        (host.class, host.evidence),
        (Class::Domain, Evidence::Assumed)
    );
    assert_eq!(host.title.as_deref(), Some("unnamed host of x"));
    assert_eq!(
        model.by_id("replica:x#1/placement/host:x?").evidence,
        Evidence::Assumed
    );
}

#[test]
fn at_best_they_share_nothing() {
    let model = spread(Assume::Optimistic, |_| Spread::default());
    assert_eq!(
        placements(&model, "replica"),
        ["1→host:x?1", "2→host:x?2", "3→host:x?3", "4→host:x?4"]
    );
    assert_eq!(
        placements(&model, "host"),
        [
            "host:x?1→zone:x?1",
            "host:x?2→zone:x?2",
            "host:x?3→zone:x?3",
            "host:x?4→zone:x?4"
        ]
    );
}

#[test]
fn hosts_apart_in_one_zone() {
    let model = spread(WORST, |facts| Spread {
        hosts: Some(Apart::each(facts.span())),
        ..Spread::default()
    });
    assert_eq!(
        placements(&model, "host"),
        [
            "host:x?1→zone:x?",
            "host:x?2→zone:x?",
            "host:x?3→zone:x?",
            "host:x?4→zone:x?"
        ]
    );
}

#[test]
fn zones_apart() {
    let model = spread(WORST, |facts| Spread {
        zones: Some(Apart::each(facts.span())),
        ..Spread::default()
    });
    assert_eq!(
        placements(&model, "host"),
        [
            "host:x?1→zone:x?1",
            "host:x?2→zone:x?2",
            "host:x?3→zone:x?3",
            "host:x?4→zone:x?4"
        ]
    );
}

#[test]
fn named_zones_are_taken_in_turn() {
    let model = spread(WORST, |facts| Spread {
        zones: Some(Apart::each(facts.span())),
        allowed_zones: ["a", "b", "c"]
            .map(|zone| facts.domain(&format!("zone:{zone}")))
            .to_vec(),
        ..Spread::default()
    });
    assert_eq!(
        placements(&model, "host"),
        [
            "host:x?@zone:a→zone:a",
            "host:x?@zone:b→zone:b",
            "host:x?@zone:c→zone:c"
        ]
    );
    assert_eq!(
        placements(&model, "replica"),
        [
            "1→host:x?@zone:a",
            "2→host:x?@zone:b",
            "3→host:x?@zone:c",
            "4→host:x?@zone:a"
        ]
    );
    assert_eq!(
        model.by_id("host:x?@zone:a/placement/zone:a").evidence,
        Evidence::Inferred
    );
}

#[test]
fn several_allowed_zones_without_spread_are_unknown() {
    let model = spread(WORST, |facts| Spread {
        allowed_zones: ["a", "b"]
            .map(|zone| facts.domain(&format!("zone:{zone}")))
            .to_vec(),
        ..Spread::default()
    });
    assert_eq!(placements(&model, "host"), ["host:x?→zone:x?"]);
}

#[test]
fn one_allowed_zone_is_a_place_and_hosts_belong_to_the_cluster() {
    for (assume, hosts) in [(WORST, 1), (Assume::Optimistic, 4)] {
        let model = spread(assume, |facts| Spread {
            allowed_zones: vec![facts.domain("zone:a")],
            cluster: Some(facts.name("cluster:prod")),
            region: Some(facts.domain("region:eu")),
            ..Spread::default()
        });
        let placed = placements(&model, "host");
        let on = |place: &str| placed.iter().filter(|text| text.ends_with(place)).count();
        assert_eq!((on("→zone:a"), on("→cluster:prod")), (hosts, hosts));
        assert_eq!((on("→region:eu"), placed.len()), (hosts, 3 * hosts));
    }
}

fn most(facts: &mut Teller, most: u64) -> Apart {
    let span = facts.span();
    Apart { most, span }
}

/// Up to so many share a place: a spread constraint with a larger skew says less.
#[test]
fn a_few_may_share_a_place() {
    let hosts = spread(WORST, |facts| Spread {
        hosts: Some(most(facts, 3)),
        ..Spread::default()
    });
    assert_eq!(
        placements(&hosts, "replica"),
        ["1→host:x?1", "2→host:x?1", "3→host:x?1", "4→host:x?2"]
    );
    assert_eq!(
        placements(&hosts, "host"),
        ["host:x?1→zone:x?", "host:x?2→zone:x?"]
    );
    let zones = spread(WORST, |facts| Spread {
        zones: Some(most(facts, 2)),
        ..Spread::default()
    });
    assert_eq!(
        placements(&zones, "replica"),
        ["1→host:x?1", "2→host:x?1", "3→host:x?2", "4→host:x?2"]
    );
    assert_eq!(
        placements(&zones, "host"),
        ["host:x?1→zone:x?1", "host:x?2→zone:x?2"]
    );
    // In two zones, one may have three of four.
    let named = spread(WORST, |facts| Spread {
        zones: Some(most(facts, 2)),
        allowed_zones: ["a", "b"]
            .map(|zone| facts.domain(&format!("zone:{zone}")))
            .to_vec(),
        ..Spread::default()
    });
    assert_eq!(
        placements(&named, "replica"),
        [
            "1→host:x?@zone:a",
            "2→host:x?@zone:a",
            "3→host:x?@zone:a",
            "4→host:x?@zone:b"
        ]
    );
}

/// Entries of one owner that are held in different zones have no host in common.
#[test]
fn different_zones_are_different_hosts() {
    let mut facts = kubernetes();
    facts.nodes(&["service:x"]);
    for zone in ["zone:a", "zone:b", "zone:a"] {
        let zone = facts.domain(zone);
        facts.replicas("service:x", 1, &[]).spread.allowed_zones = vec![zone];
    }
    let model = model_as(vec![facts], WORST);
    assert_eq!(
        placements(&model, "host"),
        ["host:x?→zone:a", "host:x?@zone:b→zone:b"]
    );
    assert_eq!(
        placements(&model, "replica"),
        ["1→host:x?", "2→host:x?@zone:b", "3→host:x?"]
    );
}

/// `service:x` (four, stated first) must be beside the three of `service:y`, which are apart.
fn beside(assume: Assume, level: Level, say: impl Fn(&mut Teller) -> (Spread, Spread)) -> Model {
    let mut facts = kubernetes();
    facts.nodes(&["service:x", "service:y"]);
    let (of_x, of_y) = say(&mut facts);
    let peers = vec![facts.name("service:y")];
    let span = facts.span();
    let together = Some(Together { peers, level, span });
    facts.replicas("service:x", 4, &[]).spread = Spread { together, ..of_x };
    facts.replicas("service:y", 3, &[]).spread = of_y;
    let model = model_as(vec![facts], assume);
    model.no_problems();
    assert_eq!(model.unplaced.len(), 7);
    model
}

#[test]
fn who_must_be_beside_others_shares_their_places() {
    let free = |_: &mut Teller| (Spread::default(), Spread::default());
    let model = beside(WORST, Level::Host, free);
    let all = placements(&model, "replica");
    assert!(all.iter().all(|on| on.ends_with("→host:y?")), "{all:?}");

    let model = beside(WORST, Level::Zone, free);
    assert_eq!(
        placements(&model, "host"),
        ["host:x?→zone:y?", "host:y?→zone:y?"]
    );

    let model = beside(Assume::Optimistic, Level::Host, free);
    let all = placements(&model, "replica");
    let on = |host: &str| all.iter().filter(|on| on.ends_with(host)).count();
    // Four can't have a host each where the others run on three.
    assert_eq!((on("y?1"), on("y?2"), on("y?3")), (2, 2, 3));

    let model = beside(WORST, Level::Zone, |facts| {
        (
            Spread::default(),
            Spread {
                zones: Some(most(facts, 1)),
                ..Spread::default()
            },
        )
    });
    let hosts = placements(&model, "host");
    assert!(hosts.contains(&"host:x?→zone:y?1".to_owned()), "{hosts:?}");
}

#[test]
fn who_must_be_together_is_so_at_best_too() {
    for (level, hosts) in [(Level::Host, 1), (Level::Zone, 4)] {
        let model = spread(Assume::Optimistic, |facts| {
            let peers = vec![facts.name("service:x")];
            let span = facts.span();
            Spread {
                together: Some(Together { peers, level, span }),
                ..Spread::default()
            }
        });
        let placed = placements(&model, "host");
        assert_eq!(placed.len(), hosts, "{placed:?}");
        assert!(
            placed.iter().all(|on| on.ends_with("→zone:x?")),
            "{placed:?}"
        );
    }
}
