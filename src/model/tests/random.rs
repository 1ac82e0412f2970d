//! Whatever facts say, the model holds together, and a saved graph gives it back.

use std::collections::HashSet;

use proptest::prelude::*;

use super::json::{bare, saved};
use crate::ingest::fact::{Expr, ModeRule};
use crate::model::json::to_json;
use crate::model::testing::{Teller, kubernetes, model, native, sources};
use crate::model::{Model, NodeIx};
use crate::words::{Class, Mode};

/// Names that facts use: some declared, some not, some ambiguous, one an alias.
const NAMES: [&str; 11] = [
    "service:a",
    "service:b",
    "store:a",
    "site:p",
    "room:r",
    "network:n",
    "b",
    "p",
    "a",
    "gone",
    "db.local",
];

/// Names of aliases: not those that a saved graph would resolve by itself, since it does not keep
/// aliases that lead nowhere.
const ALIASES: [&str; 3] = ["db.local", "service:b", "cart.local"];

/// An expression as a plain tree: a name, or a choice.
#[derive(Clone, Debug)]
enum Shape {
    Name(usize),
    Choice(Option<u64>, Vec<(Shape, u64, bool)>),
}

fn shapes() -> impl Strategy<Value = Shape> {
    let name = (0..NAMES.len()).prop_map(Shape::Name);
    name.prop_recursive(3, 12, 4, |inner| {
        let need = prop_oneof![Just(None), (0..5_u64).prop_map(Some)];
        let members = prop::collection::vec((inner, 0..4_u64, prop::bool::weighted(0.2)), 0..4);
        (need, members).prop_map(|(need, members)| Shape::Choice(need, members))
    })
}

fn expr(teller: &mut Teller, shape: &Shape) -> Expr {
    match shape {
        Shape::Name(at) => teller.one(NAMES[*at]),
        Shape::Choice(need, members) => {
            let exprs = members
                .iter()
                .map(|(shape, ..)| expr(teller, shape))
                .collect();
            let Expr::Some {
                mut members, span, ..
            } = teller.some(*need, exprs)
            else {
                unreachable!("a choice");
            };
            let Shape::Choice(_, shapes) = shape else {
                unreachable!("a choice");
            };
            for (member, (_, weight, standby)) in members.iter_mut().zip(shapes) {
                member.weight = *weight;
                if *standby {
                    member.standby = Some(vec![teller.way(60, &["service:b"]), teller.way(5, &[])]);
                }
            }
            Expr::Some {
                need: *need,
                members,
                span,
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Fact {
    Needs(usize, Option<Mode>, Shape, Option<u64>, bool),
    Replicas(usize, u64, Option<Shape>, bool),
    Override(usize, usize, Option<Mode>),
    Alias(usize, usize),
}

fn facts() -> impl Strategy<Value = Vec<(bool, Fact)>> {
    let name = || 0..NAMES.len();
    let mode = || proptest::sample::select(Mode::ALL);
    let needs = (
        name(),
        prop::option::of(mode()),
        shapes(),
        prop::option::of(0..4_u64),
        any::<bool>(),
    )
        .prop_map(|(of, mode, shape, want, reroute)| Fact::Needs(of, mode, shape, want, reroute));
    let replicas = (
        0..4_usize,
        0..4_u64,
        prop::option::of(shapes()),
        any::<bool>(),
    )
        .prop_map(|(of, count, on, standby)| Fact::Replicas(of, count, on, standby));
    let over = (name(), name(), prop::option::of(mode()))
        .prop_map(|(of, on, mode)| Fact::Override(of, on, mode));
    let alias = (0..ALIASES.len(), name()).prop_map(|(alias, target)| Fact::Alias(alias, target));
    let fact = prop_oneof![6 => needs, 2 => replicas, 1 => over, 1 => alias];
    prop::collection::vec((any::<bool>(), fact), 0..14)
}

fn tell(facts: &[(bool, Fact)]) -> Vec<Teller> {
    let mut tellers = [native(), kubernetes()];
    tellers[0].nodes(&["service:a", "store:a", "site:p", "network:n"]);
    tellers[1].nodes(&["service:a", "service:b", "room:r"]);
    for (ours, fact) in facts {
        let teller = &mut tellers[usize::from(!ours)];
        match fact {
            Fact::Needs(of, mode, shape, want, reroute) => {
                let expr = expr(teller, shape);
                let way = teller.way(9, &["service:a"]);
                let rule = mode.map_or(ModeRule::ByMember, ModeRule::Fixed);
                let fact = teller.needs(NAMES[*of], rule, expr);
                fact.want = *want;
                fact.reroute = reroute.then_some(way);
            }
            Fact::Replicas(of, count, on, standby) => {
                let on = on.iter().map(|shape| expr(teller, shape)).collect();
                let way = teller.way(30, &["service:b"]);
                let fact = teller.replicas(NAMES[*of], *count, &[]);
                fact.on = on;
                fact.standby = standby.then(|| vec![way]);
            }
            Fact::Override(of, on, mode) => teller.overrides(NAMES[*of], NAMES[*on], *mode),
            Fact::Alias(alias, target) => teller.alias(ALIASES[*alias], NAMES[*target]),
        }
    }
    tellers.into_iter().collect()
}

/// What everything to the right of this room relies on.
fn holds_together(model: &Model) {
    assert!(model.nodes.is_sorted_by(|a, b| a.id < b.id));
    let mut ids = HashSet::new();
    let order = |r: &crate::model::Requirement| (r.of, r.id.clone());
    assert!(model.requirements.is_sorted_by_key(order));
    let there = |ix: NodeIx| (ix.0 as usize) < model.nodes.len();
    let mut placement = petgraph::graph::DiGraph::<(), ()>::new();
    let nodes: Vec<_> = model.nodes.iter().map(|_| placement.add_node(())).collect();
    for requirement in &model.requirements {
        assert!(ids.insert(&requirement.id), "{} twice", requirement.id);
        assert!(requirement.need > 0 && there(requirement.of));
        let members = &requirement.members;
        assert!(
            members.is_sorted_by(|a, b| a.node < b.node),
            "{}",
            requirement.id
        );
        for member in members {
            assert!(there(member.node));
            let ways = member.standby.iter().flatten();
            assert!(ways.flat_map(|way| &way.requires).all(|ix| there(*ix)));
            if requirement.mode == Mode::Placement {
                placement.add_edge(
                    nodes[requirement.of.0 as usize],
                    nodes[member.node.0 as usize],
                    (),
                );
            }
        }
    }
    assert!(!petgraph::algo::is_cyclic_directed(&placement));
    for node in &model.nodes {
        assert!(node.within.is_none_or(there) && node.part_of.is_none_or(there));
        assert!(!node.sources.is_empty());
        let part = matches!(node.class, Class::Replica | Class::Group);
        assert_eq!(node.part_of.is_some(), part, "{}", node.id);
    }
}

/// Both models, compared part by part so that a failure shows the part.
fn same(first: &Model, second: &Model) {
    assert_eq!(first.ids(), second.ids());
    assert_eq!(first.requirement_ids(), second.requirement_ids());
    for (a, b) in first.nodes.iter().zip(&second.nodes) {
        assert_eq!(a, b);
    }
    for (a, b) in first.requirements.iter().zip(&second.requirements) {
        assert_eq!(a, b);
    }
    assert_eq!(first.problems, second.problems);
    // A saved graph has the names that were settled on, not how that came.
    let (mut first, mut second) = (first.clone(), second.clone());
    first.joins.clear();
    second.joins.clear();
    assert_eq!(first, second);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn models_hold_together_and_come_back(facts in facts()) {
        let first = model(tell(&facts));
        holds_together(&first);
        let files = sources();
        let graph = to_json(&first, &files);
        let again = model(vec![saved(&graph)]);
        holds_together(&again);
        prop_assert_eq!(&to_json(&again, &files).requirements, &graph.requirements);
        same(&bare(again), &bare(first));
    }

    #[test]
    fn the_order_of_requirements_does_not_matter(facts in facts()) {
        let first = model(tell(&facts));
        let turned = |mut tellers: Vec<Teller>| {
            for teller in &mut tellers {
                teller.facts.requirements.reverse();
            }
            tellers
        };
        let second = model(turned(tell(&facts)));
        same(&first, &second);
    }
}
