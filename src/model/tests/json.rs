use crate::ingest::fact::{
    Attributes, Facts, NeedFact, Otherwise, Ref, Reschedule, SavedMember, SavedNode,
    SavedRequirement, SavedWay,
};
use crate::model::Model;
use crate::model::json::{Graph, GraphSource, to_json};
use crate::model::testing::{Teller, kubernetes, model, native, sources, teller};
use crate::source::{Location, ProblemKind, Span};
use crate::words::{Class, Evidence, Id, Mode, Replication, Role};

/// An estate with a bit of everything.
fn estate() -> Vec<Teller> {
    let mut ours = native();
    let node = ours.node("service:login");
    node.attributes = Attributes {
        title: Some("Login".to_owned()),
        tier: Some(1),
        owner: Some("account".to_owned()),
        users: Some(30_000_000),
        revenue_per_h: Some(5),
        need: Some(NeedFact::Percent(70)),
        rto_s: Some(300),
        rpo_s: Some(5),
        start_s: Some(600),
        fails_per_y: Some(0.5),
        repair_s: Some(7_200),
        cost: Some(3),
        role: Some(Role::Identity),
        verified: Some("2026-04-01".to_owned()),
        ..Attributes::default()
    };
    ours.nodes(&[
        "store:db",
        "site:p",
        "site:a",
        "service:switch",
        "service:images",
        "external:sms",
    ]);
    let within = ours.name("site:p");
    ours.node("power:feed").attributes.within = Some(within);
    ours.plain("site:p", Mode::Placement, "power:feed");
    ours.replicas("login", 4, &["p"]).weight = 50;
    let mut way = ours.way(1_200, &["switch", "images"]);
    way.drilled = Some("2026-05-01".to_owned());
    let slow = ours.way(28_800, &[]);
    ours.replicas("login", 2, &["a"]).standby = Some(vec![slow, way]);
    ours.replicas("db", 1, &["p"]);
    ours.replicas("db", 1, &["a"]).replication = Some(Replication::Async { lag_s: 5 });
    let backup = ours.replicas("db", 1, &["a"]);
    backup.replication = Some(Replication::Backup { interval_s: 86_400 });
    backup.standby = Some(vec![]);
    ours.plain("login", Mode::Start, "images");
    ours.plain("login", Mode::Soft, "sms");
    let both = ours.some_of(None, &["store:db", "sms"]);
    let one = ours.one("images");
    let any = ours.some(Some(1), vec![both, one]);
    let reroute = ours.way(60, &["switch"]);
    let fact = ours.needs(
        "login",
        crate::ingest::fact::ModeRule::Fixed(Mode::Hard),
        any,
    );
    fact.want = Some(2);
    fact.reroute = Some(reroute);
    ours.hard("login", "not-there");
    ours.alias("auth", "login");

    let mut theirs = kubernetes();
    theirs.nodes(&["service:shop/web", "cluster:prod"]);
    let reschedule = Reschedule {
        on: vec![theirs.one("cluster:prod")],
        takes_s: 360,
        weight: None,
        requires: vec![],
        origin: theirs.origin(),
    };
    let batch = theirs.replicas("service:shop/web", 3, &[]);
    batch.reschedule = Some(reschedule);
    theirs.hard("service:shop/web", "auth");
    vec![ours, theirs]
}

fn location(source: &GraphSource) -> Location {
    Location {
        file: source.file.clone(),
        line: source.line,
        column: source.column,
    }
}

/// What the saved-graph adapter says of a graph.
pub(super) fn saved(graph: &Graph<'_>) -> Teller {
    let mut teller = teller("saved", 3, Evidence::Declared);
    let mut facts = Facts::default();
    let id = |text: &str| Id::parse(text).unwrap();
    let sources =
        |sources: &[GraphSource]| -> Vec<Location> { sources.iter().map(location).collect() };
    let known = |text: &str| Evidence::parse(text).unwrap();
    for node in &graph.nodes {
        let span = teller.span();
        let replication = node.data.map(|data| match data.replication {
            "primary" => Replication::Primary,
            "sync" => Replication::Sync,
            "async" => Replication::Async {
                lag_s: data.lag_s.unwrap(),
            },
            _ => Replication::Backup {
                interval_s: data.interval_s.unwrap(),
            },
        });
        facts.saved_nodes.push(SavedNode {
            id: id(node.id),
            class: Class::parse(node.class).unwrap(),
            attributes: Attributes {
                title: node.title.map(str::to_owned),
                tier: node.tier,
                owner: node.owner.map(str::to_owned),
                users: node.users,
                revenue_per_h: node.revenue_per_h,
                demand: node.demand,
                need: None,
                rto_s: node.rto_s,
                rpo_s: node.rpo_s,
                start_s: Some(node.start_s),
                fails_per_y: node.fails_per_y,
                repair_s: node.repair_s,
                cost: node.cost,
                role: node.role.and_then(Role::parse),
                verified: node.verified.map(str::to_owned),
                within: node.within.map(|within| Ref {
                    text: within.to_owned(),
                    span,
                    otherwise: Otherwise::Unknown,
                }),
            },
            replication,
            part_of: node.part_of.map(id),
            evidence: known(node.evidence),
            sources: sources(&node.sources),
            span,
        });
    }
    for requirement in &graph.requirements {
        let way = |way: &crate::model::json::GraphWay<'_>| SavedWay {
            takes_s: way.takes_s,
            requires: way.requires.iter().map(|text| id(text)).collect(),
            drilled: way.drilled.map(str::to_owned),
            evidence: known(way.evidence),
            sources: sources(&way.sources),
        };
        let member = |member: &crate::model::json::GraphMember<'_>| SavedMember {
            id: id(member.id),
            weight: member.weight,
            standby: member
                .standby
                .as_ref()
                .map(|ways| ways.iter().map(way).collect()),
        };
        facts.saved_requirements.push(SavedRequirement {
            id: requirement.id.to_owned(),
            of: id(requirement.of),
            mode: Mode::parse(requirement.mode).unwrap(),
            need: requirement.need,
            members: requirement.members.iter().map(member).collect(),
            evidence: known(requirement.evidence),
            observed: requirement.observed,
            sources: sources(&requirement.sources),
            span: teller.span(),
        });
    }
    teller.facts = facts;
    for alias in &graph.aliases {
        teller.alias(alias.name, alias.id);
    }
    teller
}

/// A model without what a saved graph does not carry.
pub(super) fn bare(mut model: Model) -> Model {
    model.problems.clear();
    model.sources.clear();
    for node in &mut model.nodes {
        node.sources.clear();
    }
    for requirement in &mut model.requirements {
        requirement.sources.clear();
        for way in requirement
            .members
            .iter_mut()
            .flat_map(|m| m.standby.iter_mut().flatten())
        {
            way.sources.clear();
        }
    }
    model
}

#[test]
fn a_saved_graph_gives_the_same_model() {
    let first = model(estate());
    assert_eq!(first.problem().kind, ProblemKind::UnknownTarget);
    let files = sources();
    let graph = to_json(&first, &files);
    let again = model(vec![saved(&graph)]);
    assert_eq!(again.problem().message, first.problem().message);
    // Places are recorded, so the graph written from it is the same to the last byte.
    assert_eq!(to_json(&again, &files), graph);
    assert_eq!(again.unplaced, first.unplaced);
    assert_eq!(first.unplaced.len(), 3);
    assert_eq!(bare(again), bare(first));
}

#[test]
fn a_saved_graph_meets_the_manifests_it_came_from() {
    let first = model(estate());
    let files = sources();
    let graph = to_json(&first, &files);
    let mut all = estate();
    all.insert(0, saved(&graph));
    let both = model(all);
    assert_eq!(both.problem().message, first.problem().message);
    assert_eq!(both.problem().span, first.problem().span);
    assert_eq!(bare(both), bare(first));
}

#[test]
fn what_a_saved_graph_did_not_know_another_input_may() {
    let first = model(estate());
    let files = sources();
    let graph = to_json(&first, &files);
    let mut ours = native();
    ours.node("service:not-there");
    ours.hard("service:login", "service:not-there");
    let both = model(vec![saved(&graph), ours]);
    both.no_problems();
    assert!(both.find("unknown:not-there").is_none());
    let on = both.find("service:not-there").unwrap();
    let all = both.requirements.iter();
    assert_eq!(all.filter(|r| r.members[0].node == on).count(), 1);
}

#[test]
fn keys_are_those_of_the_contract() {
    let built = model(estate());
    let files = sources();
    let json = serde_json::to_value(to_json(&built, &files)).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["assume"], "pessimistic");
    let nodes = json["nodes"].as_array().unwrap();
    let node = |id: &str| nodes.iter().find(|node| node["id"] == id).unwrap();
    assert_eq!(node("service:login")["demand"], 200);
    assert_eq!(node("service:login")["rto_s"], 300);
    assert_eq!(node("service:login")["sources"][0]["file"], "a.spof.yaml");
    assert_eq!(node("site:a").get("tier"), None);
    assert_eq!(node("site:a")["start_s"], 0);
    assert_eq!(node("power:feed")["within"], "site:p");
    let replica = node("replica:db@site:a#2");
    let data = serde_json::json!({"replication": "backup", "interval_s": 86_400});
    assert_eq!(replica["data"], data);
    assert_eq!(replica["part_of"], "store:db");
    let requirements = json["requirements"].as_array().unwrap();
    let id = "service:login/replicas";
    let replicas = requirements.iter().find(|r| r["id"] == id).unwrap();
    assert_eq!(
        (&replicas["need"], &replicas["mode"]),
        (&140.into(), &"hard".into())
    );
    let members = replicas["members"].as_array().unwrap();
    assert!(members[0]["standby"].is_array());
    assert_eq!(members[0]["standby"][0]["takes_s"], 1_200);
    assert!(members[5]["standby"].is_null());
    assert!(members[5].as_object().unwrap().contains_key("standby"));
}

#[test]
fn a_saved_requirement_may_miss_its_member() {
    let mut teller = teller("saved", 3, Evidence::Declared);
    let span = teller.span();
    let id = |text: &str| Id::parse(text).unwrap();
    teller.facts.saved_nodes.push(SavedNode {
        id: id("service:a"),
        class: Class::Service,
        attributes: Attributes::default(),
        replication: None,
        part_of: None,
        evidence: Evidence::Declared,
        sources: vec![],
        span,
    });
    teller.facts.saved_requirements.push(SavedRequirement {
        id: "r1".to_owned(),
        of: id("service:a"),
        mode: Mode::Hard,
        need: 0,
        members: vec![SavedMember {
            id: id("service:gone"),
            weight: 1,
            standby: None,
        }],
        evidence: Evidence::Declared,
        observed: false,
        sources: vec![],
        span: Span { ..span },
    });
    let model = model(vec![teller]);
    assert_eq!(model.problems_of(ProblemKind::UnknownTarget).len(), 1);
    assert_eq!(model.problems_of(ProblemKind::InvalidValue).len(), 1);
    assert_eq!(model.by_id("r1").need, 1);
    assert_eq!(model.members("r1"), ["unknown:service:gone×1"]);
}
