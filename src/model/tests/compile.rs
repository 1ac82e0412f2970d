use crate::ingest::fact::{Expr, MemberFact, ModeRule};
use crate::model::Model;
use crate::model::testing::{Teller, model, native};
use crate::source::ProblemKind;
use crate::words::{Class, Mode};

const HARD: ModeRule = ModeRule::Fixed(Mode::Hard);

/// `service:x` and stores a to e.
fn estate() -> Teller {
    let mut facts = native();
    facts.nodes(&[
        "service:x",
        "store:a",
        "store:b",
        "store:c",
        "store:d",
        "store:e",
    ]);
    facts
}

fn clean(facts: Teller) -> Model {
    let model = model(vec![facts]);
    model.no_problems();
    model
}

#[test]
fn all_at_the_top_is_several_requirements() {
    let mut facts = estate();
    let any = facts.some_of(Some(1), &["b", "c"]);
    let one = facts.one("a");
    let same = facts.some_of(None, &["d"]);
    let all = facts.some(Some(3), vec![one, any, same]);
    facts.needs("x", HARD, all);
    assert_eq!(
        clean(facts).requirement_ids(),
        [
            "service:x/hard/any(store:b,store:c)",
            "service:x/hard/store:a",
            "service:x/hard/store:d"
        ]
    );
}

#[test]
fn nested_choices_are_shared_groups() {
    let mut facts = estate();
    facts.node("service:w");
    for (of, names) in [("x", ["a", "b"]), ("w", ["b", "a"])] {
        let inner = facts.some_of(None, &names);
        let last = facts.one("c");
        let any = facts.some(Some(1), vec![inner, last]);
        facts.needs(of, HARD, any);
    }
    let model = clean(facts);
    let group = model.get("group:all(store:a,store:b)");
    assert_eq!(group.class, Class::Group);
    assert_eq!(group.part_of, model.find("service:w"));
    assert_eq!(group.sources.len(), 2);
    assert_eq!(
        model.members("group:all(store:a,store:b)/hard"),
        ["store:a×1", "store:b×1"]
    );
    assert_eq!(model.by_id("group:all(store:a,store:b)/hard").need, 2);
    assert_eq!(
        model.members("service:x/hard/any(group:all(store:a,store:b),store:c)"),
        ["group:all(store:a,store:b)×1", "store:c×1"]
    );
    assert_eq!(model.requirements.len(), 3);
}

#[test]
fn placement_groups_are_others_than_serving_ones() {
    let mut facts = native();
    facts.nodes(&["rack:r", "power:a", "power:b", "power:c"]);
    for mode in [ModeRule::ByMember, HARD] {
        let both = facts.some_of(None, &["a", "b"]);
        let one = facts.one("c");
        let any = facts.some(Some(1), vec![both, one]);
        facts.needs("rack:r", mode, any);
    }
    let model = clean(facts);
    assert_eq!(
        model.by_id("group:on-all(power:a,power:b)/placement").mode,
        Mode::Placement
    );
    assert_eq!(
        model.by_id("group:all(power:a,power:b)/hard").mode,
        Mode::Hard
    );
}

#[test]
fn weights_and_needs_are_in_the_name() {
    let mut facts = estate();
    let Expr::Some { members, span, .. } = facts.some_of(None, &["c", "a", "b"]) else {
        panic!("not a choice");
    };
    let weighted = |weights: [u64; 3]| -> Vec<MemberFact> {
        let members = members.iter().cloned().zip(weights);
        members
            .map(|(member, weight)| MemberFact { weight, ..member })
            .collect()
    };
    let needs = [
        (Some(2), [1, 1, 3]),
        (Some(9), [1, 1, 1]),
        (None, [1, 2, 1]),
    ];
    for (need, weights) in needs {
        let expr = Expr::Some {
            need,
            members: weighted(weights),
            span,
        };
        facts.needs("x", HARD, expr).want = Some(4);
    }
    let model = clean(facts);
    assert_eq!(
        model.requirement_ids(),
        [
            "service:x/hard/2-of(store:a,store:b×3,store:c)",
            "service:x/hard/9-of(store:a,store:b,store:c)",
            "service:x/hard/all(store:a×2,store:b,store:c)",
            "service:x/soft/want(4-of(store:a,store:b,store:c))",
            "service:x/soft/want(4-of(store:a,store:b×3,store:c))",
            "service:x/soft/want(all(store:a×2,store:b,store:c))",
        ]
    );
    assert_eq!(
        model
            .by_id("service:x/hard/all(store:a×2,store:b,store:c)")
            .need,
        4
    );
}

#[test]
fn a_choice_of_one_is_no_choice() {
    let mut facts = estate();
    let inner = facts.some_of(Some(1), &["a"]);
    let outer = facts.some(Some(1), vec![inner]);
    facts.needs("x", HARD, outer);
    let model = clean(facts);
    assert_eq!(model.requirement_ids(), ["service:x/hard/store:a"]);
}

#[test]
fn long_names_are_cut_and_still_differ() {
    let mut facts = native();
    let names: Vec<String> = (0..40).map(|n| format!("store:number-{n:02}")).collect();
    facts.node("service:x");
    for name in &names {
        facts.node(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let first = facts.some_of(Some(1), &names[..39]);
    facts.needs("x", HARD, first);
    let second = facts.some_of(Some(1), &names);
    facts.needs("x", HARD, second);
    let model = clean(facts);
    let ids = model.requirement_ids();
    assert_eq!(ids.len(), 2);
    for id in ids {
        let (_, hash) = id.split_once('…').unwrap();
        assert_eq!(hash.len(), 12);
        assert!(hash.chars().all(|digit| digit.is_ascii_hexdigit()));
        assert!(id.starts_with("service:x/hard/any(store:number-00,"));
    }
}

#[test]
fn names_with_commas_do_not_confuse_groups() {
    let mut facts = native();
    facts.nodes(&[
        "service:x",
        "store:a",
        "store:b",
        "store:a,store:b",
        "store:c",
    ]);
    for names in [
        &["store:a", "store:b", "store:c"][..],
        &["store:a,store:b", "store:c"],
    ] {
        let any = facts.some_of(Some(1), names);
        facts.needs("x", HARD, any);
        let inner = facts.some_of(None, names);
        let other = facts.one("service:x");
        let outer = facts.some(Some(1), vec![inner, other]);
        facts.needs("journey:j", HARD, outer);
    }
    facts.node("journey:j");
    let model = clean(facts);
    assert_eq!(
        model
            .nodes
            .iter()
            .filter(|node| node.class == Class::Group)
            .count(),
        2
    );
    let mut lengths: Vec<usize> = model.requirements.iter().map(|r| r.members.len()).collect();
    lengths.sort_unstable();
    // Two choices of x, two groups, and two choices of the journey.
    assert_eq!(lengths, [2, 2, 2, 2, 3, 3]);
}

#[test]
fn modes_follow_members() {
    let mut facts = native();
    facts.nodes(&["rack:r", "room:m", "network:tor", "network:b", "config:c"]);
    for names in [
        &["room:m"][..],
        &["network:tor"],
        &["network:b", "config:c"],
    ] {
        let any = facts.some_of(Some(1), names);
        facts.needs("rack:r", ModeRule::ByMember, any);
    }
    let both = facts.some_of(None, &["network:tor", "room:m"]);
    facts.needs("rack:r", ModeRule::ByMember, both);
    let model = clean(facts);
    assert_eq!(
        model.requirement_ids(),
        [
            "rack:r/hard/any(config:c,network:b)",
            "rack:r/hard/network:tor",
            "rack:r/placement/room:m"
        ]
    );
}

#[test]
fn a_choice_between_places_and_networks_is_told() {
    let mut facts = native();
    facts.nodes(&["rack:r", "room:m", "network:tor"]);
    let any = facts.some_of(Some(1), &["room:m", "network:tor"]);
    facts.needs("rack:r", ModeRule::ByMember, any);
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::InvalidValue);
    assert!(
        model
            .problem()
            .message
            .contains("mixes places and networks")
    );
    assert_eq!(
        model.requirement_ids(),
        ["rack:r/hard/any(network:tor,room:m)"]
    );
}

#[test]
fn what_makes_no_sense_is_told_and_the_rest_used() {
    let mut facts = estate();
    facts.hard("x", "service:x");
    let any = facts.some_of(Some(1), &["a", "x"]);
    facts.needs("x", HARD, any);
    let twice = facts.some_of(Some(2), &["b", "b", "c"]);
    facts.needs("x", HARD, twice);
    let zero = facts.some_of(Some(0), &["d", "e"]);
    facts.needs("x", HARD, zero);
    let none = facts.some_of(Some(1), &[]);
    facts.needs("x", HARD, none);
    let all_twice = facts.some_of(None, &["a", "store:a"]);
    facts.needs("x", HARD, all_twice);
    let model = model(vec![facts]);
    assert_eq!(model.problems_of(ProblemKind::InvalidValue).len(), 6);
    assert_eq!(
        model.requirement_ids(),
        [
            "service:x/hard/all(store:b,store:c)",
            "service:x/hard/any(store:d,store:e)",
            "service:x/hard/store:a"
        ]
    );
}

#[test]
fn standbys_and_reroutes() {
    let mut facts = estate();
    facts.nodes(&["service:switch", "service:gslb", "service:dns"]);
    let way = facts.way(60, &["switch"]);
    let mut expr = facts.some_of(Some(1), &["a", "b"]);
    if let Expr::Some { members, .. } = &mut expr {
        members[1].standby = Some(vec![way]);
    }
    facts.needs("x", HARD, expr);
    let mut way = facts.way(300, &["gslb", "dns"]);
    let either = facts.some_of(Some(1), &["gslb", "dns"]);
    way.requires.push(either);
    let any = facts.some_of(Some(1), &["c", "d"]);
    facts.needs("x", HARD, any).reroute = Some(way);
    let model = clean(facts);
    let ids: Vec<&str> = model
        .requirement_ids()
        .into_iter()
        .filter(|id| id.starts_with("service:x/"))
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(
        ids[0].starts_with(
            "service:x/hard/any(group:all(store:c,store:d),group:any(store:c,store:d)~standby)…"
        ),
        "{ids:?}"
    );
    assert!(
        ids[1].starts_with("service:x/hard/any(store:a,store:b~standby)…"),
        "{ids:?}"
    );
    assert_eq!(
        model.members(ids[0]),
        [
            "group:all(store:c,store:d)×1",
            "group:any(store:c,store:d)×1~300s group:any(service:dns,service:gslb)+service:dns+service:gslb"
        ]
    );
    assert_eq!(
        model.members(ids[1]),
        ["store:a×1", "store:b×1~60s service:switch"]
    );
}

#[test]
fn a_reroute_of_all_is_pointless() {
    let mut facts = estate();
    let way = facts.way(300, &["b"]);
    let all = facts.some_of(None, &["c", "d"]);
    facts.needs("x", HARD, all).reroute = Some(way);
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::InvalidValue);
    assert_eq!(
        model.requirement_ids(),
        ["service:x/hard/all(store:c,store:d)"]
    );
}

#[test]
fn deep_nesting_ends_with_a_problem() {
    let mut facts = estate();
    let mut expr = facts.one("a");
    for level in 0..60 {
        let other = facts.one(if level % 2 == 0 { "b" } else { "c" });
        expr = facts.some(Some(1), vec![expr, other]);
    }
    facts.needs("x", HARD, expr);
    let model = model(vec![facts]);
    assert_eq!(model.problems_of(ProblemKind::InvalidValue).len(), 1);
    assert!(!model.requirements.is_empty());
}

#[test]
fn order_of_facts_does_not_matter() {
    let build = |reverse: bool| {
        let mut facts = estate();
        let inner = facts.some_of(None, &["a", "b"]);
        let one = facts.one("c");
        let any = facts.some(Some(1), vec![inner, one]);
        facts.needs("x", HARD, any);
        facts.hard("x", "store:e");
        facts.hard("store:a", "store:d");
        facts.replicas("x", 2, &["site:p"]);
        facts.node("site:p");
        if reverse {
            facts.facts.nodes.reverse();
            facts.facts.requirements.reverse();
            for fact in &mut facts.facts.requirements {
                if let Expr::Some { members, .. } = &mut fact.expr {
                    members.reverse();
                }
            }
        }
        model(vec![facts])
    };
    assert_eq!(build(false), build(true));
}
