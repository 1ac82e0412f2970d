use crate::ingest::fact::{Expr, ModeRule, NeedFact};
use crate::model::testing::{Teller, kubernetes, model, native, teller};
use crate::source::ProblemKind;
use crate::words::{Class, Evidence, Mode};

fn other() -> Teller {
    teller("other", 2, Evidence::Declared)
}

#[test]
fn attributes_meet_field_by_field() {
    let mut ours = native();
    let node = ours.node("service:login");
    node.attributes.tier = Some(1);
    let mut theirs = kubernetes();
    let node = theirs.node("service:login");
    node.attributes.tier = Some(3);
    node.attributes.rto_s = Some(60);
    let mut third = other();
    third.node("service:login").attributes.users = Some(5);
    let model = model(vec![theirs, third, ours]);
    model.no_problems();
    let node = model.get("service:login");
    assert_eq!(
        (node.tier, node.rto_s, node.users),
        (Some(1), Some(60), Some(5))
    );
    assert_eq!(node.evidence, Evidence::Declared);
    assert_eq!(node.sources.len(), 3);
    assert!(node.sources.is_sorted());
}

#[test]
fn equals_that_differ_are_a_conflict_and_the_first_wins() {
    let mut theirs = kubernetes();
    let node = theirs.node("service:login");
    node.attributes.owner = Some("a".to_owned());
    node.attributes.title = Some("one".to_owned());
    let mut third = other();
    let node = third.node("service:login");
    node.attributes.owner = Some("b".to_owned());
    node.attributes.title = Some("two".to_owned());
    node.class = Some(Class::Store);
    let place = node.origin.clone();
    let model = model(vec![theirs, third]);
    let problems = model.problems_of(ProblemKind::Conflict);
    assert_eq!(problems.len(), 2, "{problems:#?}");
    let messages: Vec<&str> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "`service:login` has class store here and service in b.yaml: service was taken",
            "`service:login` has owner `b` here and `a` in b.yaml: `a` was taken"
        ]
    );
    assert_eq!(
        crate::ingest::fact::Source::Here(problems[0].span),
        place.source
    );
    assert_eq!(problems[0].related.len(), 1);
    let node = model.get("service:login");
    assert_eq!(
        (node.class, node.title.as_deref()),
        (Class::Service, Some("one"))
    );
}

#[test]
fn a_native_refinement_of_a_late_kind_still_wins() {
    let mut ours = native();
    let fact = ours.node("login");
    fact.class = None;
    fact.attributes.tier = Some(0);
    let mut theirs = kubernetes();
    theirs.node("service:login").attributes.tier = Some(2);
    let model = model(vec![theirs, ours]);
    model.no_problems();
    assert_eq!(model.get("service:login").tier, Some(0));
}

#[test]
fn equal_requirements_meet() {
    let mut theirs = kubernetes();
    theirs.nodes(&["service:a", "store:b", "store:c"]);
    theirs.hard("service:a", "store:b");
    let any = theirs.some_of(Some(1), &["store:b", "store:c"]);
    theirs.needs(
        "service:a",
        crate::ingest::fact::ModeRule::Fixed(Mode::Hard),
        any,
    );
    let mut third = other();
    third.hard("service:a", "store:b");
    let any = third.some_of(Some(1), &["store:c", "store:b"]);
    third.needs(
        "service:a",
        crate::ingest::fact::ModeRule::Fixed(Mode::Hard),
        any,
    );
    let model = model(vec![theirs, third]);
    model.no_problems();
    assert_eq!(
        model.requirement_ids(),
        [
            "service:a/hard/any(store:b,store:c)",
            "service:a/hard/store:b"
        ]
    );
    for requirement in &model.requirements {
        assert_eq!(requirement.evidence, Evidence::Declared);
        assert_eq!(requirement.sources.len(), 2);
    }
}

#[test]
fn the_stricter_mode_holds_unless_the_manifest_speaks() {
    let hard = || {
        let mut theirs = kubernetes();
        theirs.nodes(&["service:a", "store:b"]);
        theirs.hard("service:a", "store:b");
        theirs.plain("service:a", Mode::Start, "store:b");
        theirs
    };
    let mut third = other();
    third.plain("service:a", Mode::Soft, "store:b");
    let built = model(vec![hard(), third]);
    assert_eq!(
        built.requirement_ids(),
        ["service:a/hard/store:b", "service:a/start/store:b"]
    );
    assert_eq!(built.problem().kind, ProblemKind::Conflict);
    assert_eq!(
        built.problem().message,
        "`service:a` needs `store:b`: soft here, hard in b.yaml: hard was taken"
    );

    let mut ours = native();
    ours.plain("service:a", Mode::Soft, "store:b");
    let built = model(vec![hard(), ours]);
    assert_eq!(
        built.requirement_ids(),
        ["service:a/soft/store:b", "service:a/start/store:b"]
    );
    assert_eq!(built.problem().kind, ProblemKind::Conflict);

    let mut placed = other();
    placed.plain("service:a", Mode::Placement, "store:b");
    let built = model(vec![hard(), placed]);
    assert_eq!(
        built.requirement_ids(),
        ["service:a/placement/store:b", "service:a/start/store:b"]
    );

    // One adapter's own rules of thumb are no disagreement.
    let mut both = hard();
    both.plain("service:a", Mode::Soft, "store:b");
    let built = model(vec![both]);
    built.no_problems();
    assert_eq!(built.requirements.len(), 2);
}

#[test]
fn overrides_change_and_remove() {
    let facts = || {
        let mut theirs = kubernetes();
        theirs.nodes(&["service:a", "store:b", "store:c", "store:d"]);
        theirs.hard("service:a", "store:b");
        theirs.plain("service:a", Mode::Start, "store:b");
        theirs.hard("service:a", "store:c");
        theirs
    };
    let mut ours = native();
    ours.overrides("service:a", "store:b", Some(Mode::Soft));
    ours.overrides("service:a", "store:c", None);
    let built = model(vec![facts(), ours]);
    built.no_problems();
    assert_eq!(
        built.requirement_ids(),
        ["service:a/soft/store:b", "service:a/start/store:b"]
    );
    let soft = built.by_id("service:a/soft/store:b");
    assert_eq!((soft.evidence, soft.sources.len()), (Evidence::Declared, 2));

    let mut ours = native();
    ours.overrides("service:a", "store:b", Some(Mode::Start));
    ours.overrides("service:a", "store:d", None);
    let built = model(vec![facts(), ours]);
    assert_eq!(
        built.requirement_ids(),
        ["service:a/hard/store:c", "service:a/start/store:b"]
    );
    assert_eq!(built.problem().kind, ProblemKind::InvalidValue);
    assert!(built.problem().message.contains("matches nothing"));

    let mut ours = native();
    ours.overrides("service:a", "store:x", None);
    let built = model(vec![facts(), ours]);
    assert_eq!(built.problem().kind, ProblemKind::UnknownTarget);
    assert!(built.find("unknown:store:x").is_none());
}

/// Who writes an override speaks of services, also where one only waits for the other to run.
#[test]
fn overrides_reach_what_starts_after_replicas() {
    let built = |mode| {
        let mut theirs = kubernetes();
        theirs.nodes(&["service:a", "service:b", "site:p"]);
        theirs.replicas("service:b", 2, &["site:p"]);
        let expr = Expr::Replicas(theirs.name("service:b"));
        theirs.needs("service:a", ModeRule::Fixed(Mode::Start), expr);
        let mut ours = native();
        ours.overrides("service:a", "service:b", mode);
        let built = model(vec![theirs, ours]);
        built.no_problems();
        let ids = built.requirement_ids().into_iter();
        let ids = ids.filter(|id| id.starts_with("service:a/"));
        ids.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(built(Some(Mode::Soft)), ["service:a/soft/service:b"]);
    assert_eq!(
        built(Some(Mode::Start)),
        ["service:a/start/any(replica:b@site:p#1,replica:b@site:p#2)"]
    );
    assert!(built(None).is_empty());
}

#[test]
fn need_without_replicas_is_told() {
    let mut facts = native();
    facts.node("service:a").attributes.need = Some(NeedFact::Weight(2));
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::InvalidValue);
    assert_eq!(
        model.problem().message,
        "`service:a` has `need` but no replicas: it has no effect"
    );
}

#[test]
fn within_is_only_drawn() {
    let mut facts = native();
    facts.nodes(&["site:pangyo", "power:feed"]);
    let within = facts.name("pangyo");
    facts.facts.nodes[1].attributes.within = Some(within);
    let model = model(vec![facts]);
    model.no_problems();
    assert_eq!(model.get("power:feed").within, model.find("site:pangyo"));
    assert!(model.requirements.is_empty());
}

#[test]
fn drawing_ends() {
    let mut facts = native();
    for (of, within) in [
        ("site:a", "site:b"),
        ("site:b", "site:c"),
        ("site:c", "site:a"),
        ("site:d", "site:d"),
    ] {
        let within = facts.name(within);
        facts.node(of).attributes.within = Some(within);
    }
    let model = model(vec![facts]);
    assert_eq!(model.problems_of(ProblemKind::InvalidValue).len(), 2);
    assert_eq!(model.get("site:a").within, model.find("site:b"));
    assert_eq!(model.get("site:c").within, None);
    assert_eq!(model.get("site:d").within, None);
}
