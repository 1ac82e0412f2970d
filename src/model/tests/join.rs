//! One thing under several names.

use crate::model::testing::{Teller, kubernetes, model, native, teller};
use crate::model::{Ground, Model};
use crate::source::ProblemKind;
use crate::words::Evidence;

fn ansible() -> Teller {
    teller("ansible", 2, Evidence::Declared)
}

fn netbox() -> Teller {
    teller("netbox", 3, Evidence::Declared)
}

fn hosts(mut of: Teller, names: &[&str]) -> Teller {
    for name in names {
        of.node(&format!("host:{name}"));
    }
    of
}

fn address(of: &mut Teller, host: &str, address: &str) {
    of.alias(address, &format!("host:{host}"));
    let fact = of.facts.aliases.pop().expect("just pushed");
    of.facts.identities.push(fact);
}

fn stands(of: &mut Teller, host: &str, on: &str) {
    let on = crate::ingest::fact::Expr::One(of.domain(on));
    of.needs(host, crate::ingest::fact::ModeRule::ByMember, on);
}

/// The hosts there are.
fn ids(model: &Model) -> Vec<&str> {
    let ids = model.ids().into_iter();
    ids.filter(|id| id.starts_with("host:")).collect()
}

/// `kept = other (ground)` of every join.
fn joins(model: &Model) -> Vec<String> {
    let told = model.joins.iter().map(|join| {
        let by = format!("{}+{}", join.kept_by.0, join.other_by.0);
        format!(
            "{} = {} ({}, {by})",
            join.kept,
            join.other,
            join.ground.as_str()
        )
    });
    told.collect()
}

#[test]
fn a_short_name_and_a_full_one_are_one_host_where_that_is_certain() {
    let one = model(vec![
        hosts(kubernetes(), &["web1", "web2"]),
        hosts(ansible(), &["web1.example.org"]),
    ]);
    one.no_problems();
    assert_eq!(ids(&one), ["host:web1", "host:web2"]);
    assert_eq!(
        joins(&one),
        ["host:web1 = host:web1.example.org (short-name, kubernetes+ansible)"]
    );
    assert_eq!(one.get("host:web1").sources.len(), 2);
    for name in ["web1.example.org", "host:web1.example.org", "web1"] {
        assert_eq!(one.lookup(name).ok(), one.find("host:web1"), "{name}");
    }

    // Two full names: which one is meant is not known, and said.
    let two = model(vec![
        hosts(kubernetes(), &["web1"]),
        hosts(ansible(), &["web1.a.example", "web1.b.example"]),
    ]);
    assert_eq!(ids(&two).len(), 3);
    assert!(two.joins.is_empty());
    assert_eq!(two.problem().kind, ProblemKind::AmbiguousName);
    assert_eq!(
        two.problem().message,
        "`host:web1` may be any of `host:web1.a.example`, `host:web1.b.example`: it is joined \
         with none of them"
    );

    // One source that has both tells them apart; addresses have no first label.
    for own in [&["web1", "web1.a.example"][..], &["10.0.0.1", "10"]] {
        let apart = model(vec![hosts(kubernetes(), own), hosts(ansible(), own)]);
        apart.no_problems();
        assert_eq!(ids(&apart).len(), 2);
        assert!(apart.joins.is_empty(), "{:?}", joins(&apart));
    }
}

#[test]
fn an_address_that_both_sources_give_is_one_host() {
    let build = |given: &str, say: &dyn Fn(&mut Teller, &mut Teller)| {
        let mut ours = hosts(ansible(), &["web1"]);
        address(&mut ours, "web1", given);
        let mut theirs = hosts(netbox(), &["frontend-a"]);
        address(&mut theirs, "frontend-a", given);
        say(&mut ours, &mut theirs);
        model(vec![ours, theirs])
    };
    let nothing = |_: &mut Teller, _: &mut Teller| {};
    let one = build("10.0.0.5", &nothing);
    one.no_problems();
    assert_eq!(
        joins(&one),
        ["host:web1 = host:frontend-a (address, ansible+netbox)"]
    );
    assert_eq!(one.joins[0].ground, Ground::Address("10.0.0.5".into()));
    // Every machine has these.
    for none in ["127.0.0.1", "0.0.0.0", "::1", "169.254.3.4"] {
        assert_eq!(ids(&build(none, &nothing)).len(), 2, "{none}");
    }
    // Two hosts of one source with the same address: it says nothing.
    let shared = build("10.0.0.5", &|ours, _| {
        ours.node("host:web2");
        address(ours, "web2", "10.0.0.5");
    });
    assert_eq!(ids(&shared).len(), 3);
    // Their places contradict.
    let far = build("10.0.0.5", &|ours, theirs| {
        stands(ours, "host:web1", "site:a");
        stands(theirs, "host:frontend-a", "rack:r");
        stands(theirs, "rack:r", "site:b");
    });
    assert_eq!(ids(&far).len(), 2);
    assert_eq!(far.problem().kind, ProblemKind::Conflict);
    assert_eq!(
        far.problem().message,
        "`host:web1` and `host:frontend-a` would be one host by `10.0.0.5`, but stand in \
         `site:a` and `site:b`: they are not joined"
    );
    // Or agree.
    let near = build("10.0.0.5", &|ours, theirs| {
        stands(ours, "host:web1", "site:a");
        stands(theirs, "host:frontend-a", "rack:r");
        stands(theirs, "rack:r", "site:a");
    });
    near.no_problems();
    assert_eq!(ids(&near), ["host:web1"]);
    // Amazon's names hold the address.
    let mut ours = hosts(kubernetes(), &["ip-10-0-0-5.ec2.internal"]);
    ours.evidence = Evidence::Declared;
    let mut theirs = hosts(netbox(), &["web"]);
    address(&mut theirs, "web", "10.0.0.5");
    assert_eq!(
        ids(&model(vec![ours, theirs])),
        ["host:ip-10-0-0-5.ec2.internal"]
    );
}

#[test]
fn places_are_the_same_however_they_are_spelled() {
    let mut ours = ansible();
    ours.node("host:h");
    stands(&mut ours, "host:h", "site:dc-1");
    let mut theirs = netbox();
    theirs.node("site:DC 1");
    let one = model(vec![ours, theirs]);
    one.no_problems();
    assert_eq!(
        joins(&one),
        ["site:DC 1 = site:dc-1 (spelling, netbox+ansible)"]
    );
    one.by_id("host:h/placement/site:DC 1");
    assert!(one.find("site:dc-1").is_none());
    // A source that has both tells them apart.
    let mut both = netbox();
    both.nodes(&["site:DC 1", "site:dc-1"]);
    let two = model(vec![both, {
        let mut ours = ansible();
        ours.node("site:DC_1");
        ours
    }]);
    assert!(two.joins.is_empty());
}

#[test]
fn a_service_is_known_with_and_without_its_namespace() {
    let component = |id: &str| {
        let mut of = teller("backstage", 2, Evidence::Declared);
        of.node(id).attributes.owner = Some("cart-team".into());
        of
    };
    let workload = |ids: &[&str]| {
        let mut of = kubernetes();
        for id in ids {
            of.node(id);
            of.replicas(id, 1, &[]);
        }
        of
    };
    let one = model(vec![
        component("service:cart"),
        workload(&["service:shop/cart"]),
    ]);
    one.no_problems();
    assert_eq!(
        joins(&one),
        ["service:cart = service:shop/cart (namespace, backstage+kubernetes)"]
    );
    let cart = one.get("service:cart");
    assert_eq!(cart.owner.as_deref(), Some("cart-team"));
    one.by_id("service:cart/replicas");
    for (catalogue, cluster) in [
        (
            "service:cart",
            &["service:shop/cart", "service:test/cart"][..],
        ),
        ("service:pay", &["service:shop/cart"]),
        ("store:cart", &["service:shop/cart"]),
    ] {
        let apart = model(vec![component(catalogue), workload(cluster)]);
        assert!(apart.joins.is_empty(), "{:?}", joins(&apart));
    }
    // Both say where copies run: those may be others.
    let mut group = ansible();
    group.nodes(&["service:cart", "host:h"]);
    group.replicas("service:cart", 2, &["host:h"]);
    assert!(
        model(vec![group, workload(&["service:shop/cart"])])
            .joins
            .is_empty()
    );
}

#[test]
fn what_two_platforms_run_is_two() {
    let mut cluster = kubernetes();
    cluster.nodes(&["service:cart", "service:web"]);
    cluster.hard("service:web", "service:cart");
    cluster.replicas("service:cart", 1, &[]);
    cluster.replicas("service:web", 1, &[]);
    let mut laptop = teller("compose", 2, Evidence::Declared);
    laptop.nodes(&["service:cart", "service:db", "host:dev"]);
    laptop.hard("service:cart", "service:db");
    laptop.replicas("service:cart", 1, &["host:dev"]);
    laptop.replicas("service:db", 1, &["host:dev"]);
    let built = model(vec![cluster, laptop]);
    built.by_id("service:compose/cart/hard/service:db");
    built.by_id("service:web/hard/service:cart");
    built.by_id("replica:compose/cart@host:dev#1/placement/host:dev");
    assert_eq!(built.problem().kind, ProblemKind::Conflict);
    assert_eq!(
        built.problem().message,
        "kubernetes and compose both run `service:cart`: they are two each, those of compose are \
         called like `service:compose/cart` here"
    );
}

#[test]
fn one_host_in_two_sites_is_told() {
    let place = |mut of: Teller, on: &str| {
        of.node("host:h");
        stands(&mut of, "host:h", on);
        of
    };
    let two = model(vec![place(ansible(), "site:a"), place(netbox(), "site:b")]);
    assert_eq!(two.problem().kind, ProblemKind::Conflict);
    assert_eq!(
        two.problem().message,
        "`host:h` stands in `site:b` here and in `site:a` in c.yaml: both count, so the loss of \
         either takes it"
    );
    assert_eq!(two.requirement_ids().len(), 2);
    // The manifest's word wins, also over what follows from a rack.
    let mut racks = place(netbox(), "rack:r");
    stands(&mut racks, "rack:r", "site:b");
    let ours = model(vec![place(native(), "site:a"), racks]);
    assert!(ours.problem().message.ends_with("`site:a` was taken"));
    assert_eq!(
        ours.requirement_ids(),
        ["host:h/placement/site:a", "rack:r/placement/site:b"]
    );
    // A rack in that very site, or places of different kinds, contradict nothing.
    for (on, around) in [("rack:r", "site:a"), ("cluster:c", "zone:z")] {
        let mut more = place(netbox(), on);
        stands(&mut more, on, around);
        model(vec![place(ansible(), "site:a"), more]).no_problems();
    }
}

#[test]
fn an_alias_of_the_manifest_joins_and_is_told() {
    let mut ours = native();
    ours.alias("host:frontend-a", "host:web1");
    let built = model(vec![
        ours,
        hosts(ansible(), &["web1"]),
        hosts(netbox(), &["frontend-a"]),
    ]);
    built.no_problems();
    assert_eq!(ids(&built), ["host:web1"]);
    assert_eq!(joins(&built).len(), 1);
    assert!(joins(&built)[0].starts_with("host:web1 = host:frontend-a (alias"));
}

#[test]
fn another_name_of_a_place_may_be_spelt_otherwise_too() {
    let mut register = netbox();
    register.node("site:Amsterdam 1");
    register.alias("site:ams1", "site:Amsterdam 1");
    let mut inventory = hosts(ansible(), &["web1"]);
    stands(&mut inventory, "host:web1", "site:AMS1");
    let one = model(vec![register, inventory]);
    one.no_problems();
    assert_eq!(
        joins(&one),
        ["site:Amsterdam 1 = site:AMS1 (spelling, netbox+ansible)"]
    );
}

#[test]
fn a_workload_that_bears_the_label_another_source_looks_for_is_meant() {
    let label = |of: &mut Teller, target: &str, label: &str| {
        of.alias(label, target);
        let fact = of.facts.aliases.pop().expect("just pushed");
        of.facts.identities.push(fact);
    };
    let build = |workloads: &[&str]| {
        let mut cluster = kubernetes();
        for id in workloads {
            cluster.node(id);
            label(&mut cluster, id, "app=shop");
        }
        let mut catalogue = teller("backstage", 4, Evidence::Declared);
        catalogue.node("service:storefront");
        label(&mut catalogue, "service:storefront", "app=shop");
        model(vec![cluster, catalogue])
    };
    let one = build(&["service:prod/fe"]);
    one.no_problems();
    assert_eq!(
        joins(&one),
        ["service:prod/fe = service:storefront (label, kubernetes+backstage)"]
    );
    // Two bear it: which of them is meant is not known.
    let two = build(&["service:prod/fe", "service:prod/fe-canary"]);
    assert!(two.joins.is_empty(), "{:?}", joins(&two));
}
