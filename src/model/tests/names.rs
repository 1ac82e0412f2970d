use crate::ingest::fact::Otherwise;
use crate::model::testing::{Teller, kubernetes, model, native, teller};
use crate::source::ProblemKind;
use crate::words::{Class, Evidence, Id};

#[test]
fn ids_bare_names_and_aliases_mean_one_node() {
    let mut facts = native();
    facts.nodes(&["service:login", "store:session", "external:sms"]);
    facts.alias("session.kakao.internal", "session");
    facts.alias("sessions", "session.kakao.internal");
    facts.hard("login", "store:session");
    facts.hard("login", "sms");
    facts.hard("service:login", "sessions");
    let model = model(vec![facts]);
    model.no_problems();
    assert_eq!(
        model.requirement_ids(),
        [
            "service:login/hard/external:sms",
            "service:login/hard/store:session"
        ]
    );
    assert_eq!(
        model
            .by_id("service:login/hard/store:session")
            .sources
            .len(),
        2
    );
    let session = model.find("store:session").unwrap();
    assert_eq!(
        model.aliases,
        [
            ("session.kakao.internal".to_owned(), session),
            ("sessions".to_owned(), session)
        ]
    );
}

#[test]
fn an_alias_goes_before_an_id_and_joins_nodes() {
    let mut ours = native();
    ours.node("service:cart");
    ours.alias("service:shop/cart", "service:cart");
    let mut theirs = kubernetes();
    theirs.node("service:shop/cart").attributes.title = Some("from there".to_owned());
    theirs.node("service:web");
    theirs.hard("service:web", "service:shop/cart");
    let model = model(vec![theirs, ours]);
    model.no_problems();
    assert_eq!(model.ids(), ["service:cart", "service:web"]);
    assert_eq!(
        model.get("service:cart").title.as_deref(),
        Some("from there")
    );
    assert_eq!(model.get("service:cart").sources.len(), 2);
    assert_eq!(model.requirement_ids(), ["service:web/hard/service:cart"]);
}

#[test]
fn native_aliases_hold_and_others_that_disagree_mean_nothing() {
    let theirs = |file, target: &str| {
        let mut facts = teller("other", file, Evidence::Inferred);
        facts.alias("db.local", target);
        facts
    };
    let mut nodes = kubernetes();
    nodes.nodes(&["store:a", "store:b", "service:web"]);
    nodes.hard("service:web", "db.local");
    let built = model(vec![nodes, theirs(2, "store:a"), theirs(3, "store:b")]);
    let problem = built.problem();
    assert_eq!(problem.kind, ProblemKind::AmbiguousName);
    assert_eq!(problem.message, "`db.local` may mean `store:a`, `store:b`");
    assert_eq!(
        built.requirement_ids(),
        ["service:web/hard/unknown:db.local"]
    );

    let mut nodes = kubernetes();
    nodes.nodes(&["store:a", "store:b", "service:web"]);
    nodes.hard("service:web", "db.local");
    let mut ours = native();
    ours.alias("db.local", "b");
    let built = model(vec![
        nodes,
        theirs(2, "store:a"),
        theirs(3, "store:b"),
        ours,
    ]);
    built.no_problems();
    assert_eq!(built.requirement_ids(), ["service:web/hard/store:b"]);
}

#[test]
fn aliases_in_a_circle_end() {
    let mut facts = native();
    facts.nodes(&["service:web"]);
    facts.alias("a", "b");
    facts.alias("b", "a");
    facts.hard("service:web", "a");
    let model = model(vec![facts]);
    assert_eq!(model.problems_of(ProblemKind::InvalidValue).len(), 1);
    assert!(model.find("unknown:a").is_some());
}

#[test]
fn a_dangling_alias_is_told() {
    let mut facts = native();
    facts.node("store:session");
    facts.alias("s", "store:sesion");
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::UnknownTarget);
    assert_eq!(
        model.problem().help.as_deref(),
        Some("did you mean `store:session`?")
    );
    assert_eq!(model.ids(), ["store:session"]);
}

#[test]
fn several_nodes_of_one_bare_name_are_ambiguous() {
    let mut facts = native();
    facts.nodes(&["service:login", "site:login", "journey:ride"]);
    facts.hard("journey:ride", "login");
    facts.hard("journey:ride", "login");
    let model = model(vec![facts]);
    let problem = model.problem();
    assert_eq!(problem.kind, ProblemKind::AmbiguousName);
    assert_eq!(
        problem.message,
        "`login` may mean `service:login`, `site:login`"
    );
    assert_eq!(problem.related.len(), 1);
    assert_eq!(model.requirement_ids(), ["journey:ride/hard/unknown:login"]);
}

#[test]
fn a_name_nobody_has_is_one_problem_and_a_node() {
    let mut facts = native();
    facts.nodes(&["service:login", "journey:ride"]);
    facts.node("service:pay").attributes.within = None;
    for _ in 0..4 {
        facts.hard("journey:ride", "service:Login");
    }
    for _ in 0..5 {
        facts.hard("service:pay", "service:Login");
    }
    facts.hard("service:pay", "logn");
    facts.hard("service:pay", "site:login");
    facts.hard("service:pay", "nothing-like-it-at-all");
    let model = model(vec![facts]);
    let problems = model.problems_of(ProblemKind::UnknownTarget);
    assert_eq!(problems.len(), 4);
    let of = |text: &str| {
        let message = format!("nothing is called `{text}`");
        let found = problems.iter().find(|problem| problem.message == message);
        *found.unwrap()
    };
    let hint = Some("did you mean `service:login`?");
    assert_eq!(of("service:Login").help.as_deref(), hint);
    assert_eq!(of("service:Login").related.len(), 5);
    assert_eq!(of("logn").help.as_deref(), hint);
    assert_eq!(of("site:login").help.as_deref(), hint);
    assert_eq!(of("nothing-like-it-at-all").help, None);
    let node = model.get("unknown:service:Login");
    assert_eq!(
        (node.class, node.evidence),
        (Class::External, Evidence::Assumed)
    );
    assert_eq!(node.sources.len(), 9);
}

#[test]
fn references_bring_domains_and_outside_parties_into_being() {
    let mut facts = kubernetes();
    facts.node("service:web");
    let zone = facts.domain("zone:a");
    facts.replicas("service:web", 1, &[]).on = vec![crate::ingest::fact::Expr::One(zone)];
    let model = model(vec![facts]);
    model.no_problems();
    let zone = model.get("zone:a");
    assert_eq!(
        (zone.class, zone.evidence),
        (Class::Domain, Evidence::Inferred)
    );
}

#[test]
fn refining_what_is_not_there_is_a_problem() {
    let mut facts = native();
    facts.node("service:login").attributes.tier = Some(1);
    facts.node("service:logn").class = None;
    facts.node("login").class = None;
    facts.facts.nodes.last_mut().unwrap().attributes.users = Some(7);
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::UnknownTarget);
    assert_eq!(model.ids(), ["service:login"]);
    assert_eq!(model.get("service:login").users, Some(7));
}

#[test]
fn lookup_for_the_command_line() {
    let mut facts = native();
    facts.nodes(&[
        "service:login",
        "site:pangyo",
        "service:pangyo",
        "store:shop/db",
    ]);
    facts.replicas("service:login", 2, &["site:pangyo"]);
    facts.alias("auth", "service:login");
    let model = model(vec![facts]);
    let id = |text: &str| model.lookup(text).map(|ix| model.node(ix).id.to_string());
    assert_eq!(id("service:login").unwrap(), "service:login");
    assert_eq!(id("login").unwrap(), "service:login");
    assert_eq!(id("auth").unwrap(), "service:login");
    assert_eq!(
        id("login@site:pangyo#2").unwrap(),
        "replica:login@site:pangyo#2"
    );
    let wrong = model.lookup("pangyo").unwrap_err();
    let candidates: Vec<&str> = wrong
        .candidates
        .iter()
        .map(|ix| model.node(*ix).id.as_str())
        .collect();
    assert_eq!(candidates, ["service:pangyo", "site:pangyo"]);
    let near = |text: &str| {
        let nearest = model.lookup(text).unwrap_err().nearest;
        nearest.map(|ix| model.node(ix).id.to_string())
    };
    assert_eq!(near("Login").as_deref(), Some("service:login"));
    assert_eq!(near("site:pangio").as_deref(), Some("site:pangyo"));
    assert_eq!(near("db").as_deref(), Some("store:shop/db"));
    assert_eq!(near("samples/kakao.yaml"), None);
}

#[test]
fn a_node_does_not_vanish_behind_a_dangling_alias() {
    let mut facts = native();
    facts.node("store:session");
    facts.alias("store:session", "store:gone");
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::UnknownTarget);
    assert_eq!(model.ids(), ["store:session"]);
}

/// `id: NAME` without a kind, in a section of the manifest.
fn state(facts: &mut Teller, name: &str, id: &str) {
    let fact = facts.node(id);
    fact.name.text = name.to_owned();
    fact.name.otherwise = Otherwise::Stated(Id::parse(id).unwrap());
}

#[test]
fn a_bare_id_states_a_node_or_refines_its_like() {
    let mut ours = native();
    ours.nodes(&["site:pangyo"]);
    state(&mut ours, "pangyo", "service:pangyo");
    state(&mut ours, "web", "service:web");
    state(&mut ours, "web", "store:web");
    state(&mut ours, "redis", "store:redis");
    state(&mut ours, "zone", "service:zone");
    state(&mut ours, "cart", "service:cart");
    ours.alias("cart", "service:shop/cart");
    for (name, own) in [
        ("web", "store:web"),
        ("redis", "store:redis"),
        ("cart", "service:cart"),
    ] {
        ours.hard(name, "site:pangyo");
        let fact = ours.facts.requirements.last_mut().unwrap();
        fact.of.otherwise = Otherwise::Stated(Id::parse(own).unwrap());
    }
    let mut theirs = kubernetes();
    theirs.nodes(&["service:redis", "cluster:zone", "service:shop/cart"]);
    let model = model(vec![ours, theirs]);
    model.no_problems();
    assert_eq!(
        model.ids(),
        [
            "cluster:zone",
            "service:pangyo",
            "service:redis",
            "service:shop/cart",
            "service:web",
            "service:zone",
            "site:pangyo",
            "store:web",
        ]
    );
    assert_eq!(model.get("service:redis").class, Class::Store);
    assert_eq!(
        model.requirement_ids(),
        [
            "service:redis/hard/site:pangyo",
            "service:shop/cart/hard/site:pangyo",
            "store:web/hard/site:pangyo",
        ]
    );
}
