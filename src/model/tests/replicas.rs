use crate::ingest::fact::{Expr, ModeRule, NeedFact, Reschedule};
use crate::model::testing::{kubernetes, model, native, teller};
use crate::source::ProblemKind;
use crate::words::{Class, Evidence, Mode, Replication};

#[test]
fn replicas_are_named_placed_and_counted() {
    let mut facts = native();
    facts.nodes(&[
        "service:login",
        "site:p",
        "site:a",
        "service:switch",
        "service:images",
    ]);
    facts.facts.nodes[0].attributes.start_s = Some(600);
    facts.plain("login", Mode::Start, "images");
    facts.replicas("login", 2, &["p"]).weight = 50;
    facts.replicas("login", 1, &["p"]).weight = 40;
    let way = facts.way(1_200, &["switch"]);
    let standby = facts.replicas("login", 1, &["a"]);
    standby.weight = 60;
    standby.standby = Some(vec![way]);
    let model = model(vec![facts]);
    model.no_problems();
    assert_eq!(
        model.members("service:login/replicas"),
        [
            "replica:login@site:a#1×60~1200s service:switch",
            "replica:login@site:p#1×50",
            "replica:login@site:p#2×50",
            "replica:login@site:p#3×40",
        ]
    );
    let replicas = model.by_id("service:login/replicas");
    assert_eq!((replicas.mode, replicas.need), (Mode::Hard, 40));
    assert_eq!(replicas.evidence, Evidence::Declared);
    assert_eq!(model.get("service:login").demand, Some(140));
    let replica = model.get("replica:login@site:p#3");
    assert_eq!((replica.class, replica.start_s), (Class::Replica, 600));
    assert_eq!(replica.part_of, model.find("service:login"));
    assert_eq!(replica.data, None);
    model.by_id("replica:login@site:p#3/placement/site:p");
    model.by_id("replica:login@site:a#1/start/service:images");
    model.by_id("service:login/start/service:images");
    assert!(model.unplaced.is_empty());
}

#[test]
fn needs_in_percent_round_up_and_zero_is_told() {
    let with = |need: NeedFact, demand: Option<u64>| {
        let mut facts = native();
        let node = facts.node("service:x");
        node.attributes.need = Some(need);
        node.attributes.demand = demand;
        facts.node("site:p");
        facts.replicas("x", 3, &["p"]).weight = 5;
        model(vec![facts])
    };
    let need = |need, demand| {
        let model = with(need, demand);
        model.no_problems();
        (
            model.by_id("service:x/replicas").need,
            model.get("service:x").demand,
        )
    };
    assert_eq!(need(NeedFact::Percent(70), None), (11, Some(15)));
    assert_eq!(need(NeedFact::Percent(70), Some(20)), (14, Some(20)));
    assert_eq!(need(NeedFact::Weight(6), None), (6, Some(15)));
    assert_eq!(need(NeedFact::Weight(99), None), (99, Some(15)));
    let zero = with(NeedFact::Percent(0), None);
    assert_eq!(zero.problem().kind, ProblemKind::InvalidValue);
    assert_eq!(zero.by_id("service:x/replicas").need, 1);
}

#[test]
fn only_standbys_need_the_smallest_of_them() {
    let mut facts = native();
    facts.nodes(&["service:x", "site:p"]);
    facts.replicas("x", 1, &["p"]).weight = 7;
    facts.facts.replicas[0].standby = Some(vec![]);
    let model = model(vec![facts]);
    model.no_problems();
    assert_eq!(model.by_id("service:x/replicas").need, 7);
    assert_eq!(
        model.members("service:x/replicas"),
        ["replica:x@site:p#1×7~"]
    );
}

#[test]
fn stores_hold_data() {
    let mut facts = native();
    facts.nodes(&["store:db", "site:p", "site:a"]);
    facts.replicas("db", 1, &["p"]);
    let lag = Replication::Async { lag_s: 5 };
    facts.replicas("db", 1, &["a"]).replication = Some(lag);
    facts.replicas("db", 1, &["a"]).standby = Some(vec![]);
    let model = model(vec![facts]);
    model.no_problems();
    let data = |id: &str| model.get(id).data;
    assert_eq!(data("replica:db@site:p#1"), Some(Replication::Primary));
    assert_eq!(data("replica:db@site:a#1"), Some(lag));
    assert_eq!(data("replica:db@site:a#2"), None);
}

#[test]
fn replicas_need_what_they_say_themselves() {
    let mut facts = native();
    facts.nodes(&["service:web", "store:db", "site:p", "network:n", "room:r"]);
    facts.replicas("db", 1, &["p"]);
    let db = facts.one("replica:db@site:p#1");
    let on = facts.some_of(None, &["r", "n"]);
    let web = facts.replicas("web", 1, &["p"]);
    web.requires = vec![db];
    web.on.push(on);
    web.attributes.cost = Some(9);
    let model = model(vec![facts]);
    model.no_problems();
    let ids = model.requirement_ids();
    for id in [
        "replica:web@site:p#1/hard/network:n",
        "replica:web@site:p#1/hard/replica:db@site:p#1",
        "replica:web@site:p#1/placement/room:r",
        "replica:web@site:p#1/placement/site:p",
    ] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
    }
    assert_eq!(model.get("replica:web@site:p#1").cost, Some(9));
}

#[test]
fn equal_bare_names_are_told_apart() {
    let mut facts = native();
    facts.nodes(&["service:login", "store:login", "site:p"]);
    facts.replicas("service:login", 1, &["p"]);
    facts.replicas("store:login", 1, &["p"]);
    let model = model(vec![facts]);
    model.no_problems();
    model.get("replica:service:login@site:p#1");
    model.get("replica:store:login@site:p#1");
}

#[test]
fn the_manifest_replaces_what_others_say_of_replicas() {
    let mut theirs = kubernetes();
    theirs.node("service:x");
    theirs.replicas("service:x", 3, &[]);
    let mut third = teller("other", 2, Evidence::Observed);
    third.replicas("service:x", 2, &[]);
    let mut ours = native();
    ours.node("site:p");
    ours.replicas("x", 1, &["p"]);
    let built = model(vec![theirs, third, ours]);
    built.no_problems();
    assert_eq!(
        built.members("service:x/replicas"),
        ["replica:x@site:p#1×1"]
    );
    assert!(built.unplaced.is_empty());
}

#[test]
fn others_that_disagree_on_replicas_are_a_conflict() {
    let say = |count: u64| {
        let mut theirs = kubernetes();
        theirs.node("service:x");
        theirs.replicas("service:x", 3, &[]);
        let mut third = teller("other", 2, Evidence::Observed);
        third.replicas("service:x", count, &[]);
        model(vec![theirs, third])
    };
    let built = say(2);
    assert_eq!(built.problem().kind, ProblemKind::Conflict);
    assert_eq!(built.problem().related.len(), 1);
    assert_eq!(built.members("service:x/replicas").len(), 3);
    say(3).no_problems();
}

#[test]
fn sources_that_call_one_host_otherwise_agree_on_replicas() {
    let mut machines = teller("terraform", 1, Evidence::Declared);
    machines.nodes(&["service:web", "host:web-1", "host:web-2"]);
    machines.alias("host:10.0.0.1", "host:web-1");
    machines.alias("host:10.0.0.2", "host:web-2");
    machines.replicas("service:web", 1, &["host:web-1"]);
    machines.replicas("service:web", 1, &["host:web-2"]);
    let mut inventory = teller("ansible", 2, Evidence::Inferred);
    inventory.replicas("service:web", 1, &["host:10.0.0.2"]);
    inventory.replicas("service:web", 1, &["host:10.0.0.1"]);
    let model = model(vec![machines, inventory]);
    model.no_problems();
    let replicas = model.by_id("service:web/replicas");
    assert_eq!(replicas.members.len(), 2);
    assert_eq!(replicas.evidence, Evidence::Declared);
    // Two places of the one source, two of the other.
    assert_eq!(replicas.sources.len(), 4);
}

#[test]
fn what_one_register_tells_on_several_pages_adds_up() {
    let mut first = teller("netbox", 1, Evidence::Inferred);
    first.nodes(&["service:web", "host:a", "host:b"]);
    first.replicas("service:web", 1, &["host:a"]);
    let mut page = teller("netbox", 2, Evidence::Inferred);
    page.replicas("service:web", 1, &["host:b"]);
    first.facts.replicas.append(&mut page.facts.replicas);
    let model = model(vec![first]);
    model.no_problems();
    assert_eq!(
        model.members("service:web/replicas"),
        ["replica:web@host:a#1×1", "replica:web@host:b#1×1"]
    );
}

#[test]
fn of_sources_that_state_as_many_replicas_the_one_that_places_them_is_taken() {
    let say = |count: u64| {
        let mut vague = teller("terraform", 1, Evidence::Declared);
        vague.nodes(&["service:web", "host:a", "host:b"]);
        vague.replicas("service:web", 2, &[]);
        let mut inventory = teller("ansible", 2, Evidence::Inferred);
        inventory.replicas("service:web", 1, &["host:a"]);
        inventory.replicas("service:web", count, &["host:b"]);
        model(vec![vague, inventory])
    };
    let built = say(1);
    built.no_problems();
    assert_eq!(
        built.members("service:web/replicas"),
        ["replica:web@host:a#1×1", "replica:web@host:b#1×1"]
    );
    assert!(built.unplaced.is_empty());
    // Three are not two: the first source's word, and a conflict.
    let built = say(2);
    assert_eq!(built.problem().kind, ProblemKind::Conflict);
    assert_eq!(built.unplaced.len(), 2);
}

#[test]
fn lost_replicas_are_made_anew() {
    let mut facts = kubernetes();
    facts.nodes(&[
        "service:x",
        "cluster:prod",
        "service:registry",
        "site:p",
        "site:a",
    ]);
    let origin = crate::ingest::fact::Origin {
        evidence: Evidence::Assumed,
        ..facts.origin()
    };
    facts.plain("service:x", Mode::Start, "registry");
    for site in ["p", "a"] {
        let reschedule = Reschedule {
            on: vec![facts.one("cluster:prod")],
            takes_s: 360,
            weight: None,
            requires: vec![facts.one("registry")],
            origin: origin.clone(),
        };
        let batch = facts.replicas("service:x", 2, &[site]);
        batch.weight = 3;
        batch.reschedule = Some(reschedule);
    }
    let model = model(vec![facts]);
    model.no_problems();
    assert_eq!(
        model.members("service:x/replicas"),
        [
            "replica:x@cluster:prod#rescheduled×6~360s service:registry",
            "replica:x@cluster:prod#rescheduled-2×6~360s service:registry",
            "replica:x@site:a#1×3",
            "replica:x@site:a#2×3",
            "replica:x@site:p#1×3",
            "replica:x@site:p#2×3",
        ]
    );
    let anew = model.get("replica:x@cluster:prod#rescheduled");
    assert_eq!((anew.evidence, anew.data), (Evidence::Assumed, None));
    model.by_id("replica:x@cluster:prod#rescheduled/placement/cluster:prod");
    model.by_id("replica:x@cluster:prod#rescheduled/start/service:registry");
    assert_eq!(
        model.by_id("service:x/replicas").evidence,
        Evidence::Inferred
    );
}

#[test]
fn scaled_to_zero_never_serves() {
    let mut facts = kubernetes();
    facts.node("service:x");
    facts.replicas("service:x", 0, &[]);
    let model = model(vec![facts]);
    model.no_problems();
    let replicas = model.by_id("service:x/replicas");
    assert_eq!((replicas.need, replicas.members.len()), (1, 0));
}

#[test]
fn what_must_only_run_is_any_replica() {
    let mut facts = native();
    facts.nodes(&["service:web", "service:db", "service:idle", "site:p"]);
    facts.replicas("web", 1, &["p"]);
    facts.replicas("db", 2, &["p"]).weight = 50;
    let way = facts.way(60, &[]);
    facts.replicas("db", 1, &["p"]).standby = Some(vec![way]);
    for on in ["db", "idle", "web"] {
        let expr = Expr::Replicas(facts.name(on));
        facts.needs("web", ModeRule::Fixed(Mode::Start), expr);
    }
    let db = Expr::Replicas(facts.name("db"));
    let both = vec![db, facts.one("web")];
    let either = facts.some(Some(1), both);
    facts.needs("idle", ModeRule::Fixed(Mode::Hard), either);
    let model = model(vec![facts]);
    assert_eq!(
        model.problem().message,
        "`service:web` requires itself; this is ignored"
    );
    let started = |of: &str| {
        let start = model
            .requirements
            .iter()
            .filter(|one| one.mode == Mode::Start && model.node(one.of).id.as_str() == of);
        let start = start.filter(|one| one.members.len() > 1);
        let ids: Vec<&str> = start.map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "{of}: {ids:?}");
        let id = ids[0].to_owned();
        assert_eq!(model.by_id(&id).need, 1);
        model.members(&id)
    };
    let replicas = [
        "replica:db@site:p#1×1",
        "replica:db@site:p#2×1",
        "replica:db@site:p#3×1~60s ",
    ];
    assert_eq!(started("service:web"), replicas);
    assert_eq!(started("replica:web@site:p#1"), replicas);
    // Nothing states replicas of it: then it is the service that must serve.
    model.by_id("service:web/start/service:idle");
    // In a larger expression they stand for one member.
    let idle = model.requirements.iter();
    let idle: Vec<_> = idle
        .filter(|one| model.node(one.of).id.as_str() == "service:idle")
        .collect();
    assert_eq!((idle.len(), idle[0].members.len()), (1, 2));
    let kinds = idle[0].members.iter();
    let kinds: Vec<_> = kinds.map(|member| model.node(member.node).class).collect();
    assert_eq!(kinds, [Class::Group, Class::Service]);
}

#[test]
fn every_source_that_places_replicas_gives_that_whoever_is_believed() {
    let mut one = teller("terraform", 0, Evidence::Declared);
    one.nodes(&["service:web", "host:a"]);
    one.replicas("service:web", 1, &["host:a"]);
    let mut two = teller("ansible", 1, Evidence::Declared);
    two.nodes(&["service:web", "host:a"]);
    two.replicas("service:web", 1, &["host:a"]);
    let model = model(vec![one, two]);
    let placed: Vec<_> = model.sources.iter().map(|source| source.placed).collect();
    assert_eq!(placed, [1, 1]);
}
