use crate::model::build::build_within;
use crate::model::draft::MOST;
use crate::model::testing::{kubernetes, model, native, sources, told};
use crate::source::ProblemKind;
use crate::words::{Assume, Mode};

#[test]
fn a_huge_count_is_refused_at_once() {
    let mut facts = native();
    facts.nodes(&["service:x", "service:y"]);
    facts.replicas("x", u64::MAX, &[]);
    facts.hard("y", "x");
    let model = model(vec![facts]);
    assert_eq!(model.problem().kind, ProblemKind::Unreadable);
    assert!(model.problem().message.contains(&MOST.to_string()));
    assert_eq!(model.ids(), ["service:x", "service:y"]);
}

#[test]
fn the_budget_counts_all_that_input_can_multiply() {
    let mut facts = kubernetes();
    facts.nodes(&["service:x", "service:y"]);
    for _ in 0..50 {
        facts.replicas("service:x", 20, &[]);
    }
    for start in 0..50 {
        let name = format!("store:{start}");
        facts.node(&name);
        facts.plain("service:x", Mode::Start, &name);
    }
    let sources = sources();
    let model = build_within(told(vec![facts]), &sources, Assume::Optimistic, 9_000);
    let over = model.problems_of(ProblemKind::Unreadable);
    assert_eq!(over.len(), 1);
    let size: usize = model.requirements.iter().map(|r| 1 + r.members.len()).sum();
    assert!(size < 9_000, "{size}");
    assert!(model.nodes.len() < 9_000);
}

#[test]
fn an_empty_input_is_an_empty_model() {
    let model = model(vec![]);
    assert!(model.nodes.is_empty() && model.requirements.is_empty());
    model.no_problems();
}

#[test]
fn weights_that_are_too_much_together_count_less_and_that_is_said() {
    let mut facts = native();
    facts.node("service:x");
    facts.replicas("service:x", 2, &[]).weight = 1 << 63;
    let model = model(vec![facts]);
    let said = &model.problem().message;
    assert!(
        said.contains("counts 9223372036854775807, not 9223372036854775808"),
        "{said}"
    );
    let requirement = model
        .requirements
        .iter()
        .find(|r| r.members.len() == 2)
        .unwrap();
    let weights: Vec<u64> = requirement.members.iter().map(|m| m.weight).collect();
    assert_eq!(weights, [1 << 63, (1 << 63) - 1]);
}
