//! The engine against a brute-force evaluator written straight from DESIGN section 2.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod brute;

use std::collections::BTreeSet;

use brute::model::model_of;
use brute::{Estate, NEVER, Set};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use spof::analysis::engine::Engine;
use spof::analysis::hops::hops;
use spof::analysis::sweep::Sweep;
use spof::analysis::verdict::Time;
use spof::graph::Graph;
use spof::model::{Model, NodeIx};

fn seconds(time: Time) -> u64 {
    time.finite().unwrap_or(NEVER)
}

/// The same estate with weights and needs that fit in no small number, and have no common unit: what
/// is met stays met, and what is not stays unmet.
fn enlarged(mut model: Model) -> Model {
    for requirement in &mut model.requirements {
        requirement.need <<= 40;
        for member in requirement.members.iter_mut().filter(|m| m.weight > 0) {
            member.weight = (member.weight << 40) + 1;
        }
    }
    model
}

/// Every single and double fault of a small estate: verdicts, times, promotions, scenarios.
fn agrees(estate: &Estate) -> Result<(), TestCaseError> {
    let model = model_of(estate);
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    let sweep = Sweep::new(&engine);
    let mut scratch = engine.scratch();
    let large = Graph::new(&enlarged(model.clone()));
    let large = Engine::new(&large);
    let mut large_scratch = large.scratch();
    let number = |node: usize| u32::try_from(node).unwrap();
    for (node, (verdict, time)) in estate.verdicts(&Set::new()).into_iter().enumerate() {
        let (ours, at) = engine.without_faults(number(node));
        prop_assert_eq!(
            (ours.as_str(), seconds(at)),
            (verdict.word(), time),
            "without faults: node {}",
            node
        );
    }
    let count = estate.nodes.len();
    let singles = (0..count).map(|a| vec![a]);
    let doubles = (0..count).flat_map(|a| (a + 1..count).map(move |b| vec![a, b]));
    for faults in singles.chain(doubles) {
        let set: Set = faults.iter().copied().collect();
        let numbers: Vec<u32> = faults.iter().map(|node| number(*node)).collect();
        let expected: Vec<(u32, &str, u64)> = estate
            .affected(&set)
            .into_iter()
            .map(|(node, verdict, time)| (number(node), verdict.word(), time))
            .collect();
        let outcome = engine.outcome(&mut scratch, &numbers);
        let ours: Vec<(u32, &str, u64)> = outcome
            .affected
            .iter()
            .map(|affected| {
                (
                    affected.node,
                    affected.verdict.as_str(),
                    seconds(affected.recovers),
                )
            })
            .collect();
        prop_assert_eq!(&ours, &expected, "faults {:?}", faults);
        prop_assert_eq!(&engine.affected(&mut scratch, &numbers), &outcome.affected);
        prop_assert_eq!(
            &large.affected(&mut large_scratch, &numbers),
            &outcome.affected,
            "large weights"
        );
        let s0 = estate.serving_at_once(&set);
        let our_s0: BTreeSet<usize> = (0..count)
            .filter(|n| engine.serves_at_once(&outcome, number(*n)))
            .collect();
        prop_assert_eq!(our_s0, s0, "S0 of {:?}", faults);
        let theirs = estate.hops(&set);
        let ours = hops(&engine, &outcome);
        for node in outcome.lost.iter().chain(&outcome.degraded) {
            let expected = theirs
                .get(&(*node as usize))
                .map(|hop| u32::try_from(*hop).unwrap());
            prop_assert_eq!(
                ours.get(node).copied(),
                expected,
                "hops of {} under {:?}",
                node,
                faults
            );
        }
        for affected in &outcome.affected {
            prop_assert!(ours.contains_key(&affected.node));
        }
        if let [fault] = faults.as_slice()
            && let Some(effect) = sweep.effect(NodeIx(number(*fault)))
        {
            let struck: Set = graph
                .fault_set(number(*fault))
                .into_iter()
                .map(|node| node as usize)
                .collect();
            let expected: Vec<(u32, &str, u64)> = estate
                .affected(&struck)
                .into_iter()
                .map(|(node, verdict, time)| (number(node), verdict.word(), time))
                .collect();
            let ours: Vec<(u32, &str, u64)> = effect
                .affected()
                .map(|one| (one.node, one.verdict.as_str(), seconds(one.recovers)))
                .collect();
            prop_assert_eq!(ours, expected, "all single faults at once: {}", fault);
        }
        // A scenario with finite repairs, one of them never.
        let repair = |node: usize| {
            if node % 3 == 2 {
                NEVER
            } else {
                (node as u64 * 7) % 11
            }
        };
        let (times, _) = estate.times(&set, &repair);
        let repaired = |node: u32| Some(repair(node as usize)).filter(|at| *at != NEVER);
        let recovery = engine.recovery(&mut scratch, &numbers, repaired);
        // With the log everything takes part from the beginning, else only what gets something.
        let (logged, _) = engine.logged_recovery(&mut scratch, &numbers, repaired);
        prop_assert_eq!(logged.times(), recovery.times());
        prop_assert_eq!(logged.promotions(), recovery.promotions());
        for (node, time) in times.iter().enumerate() {
            let ours = recovery.time(number(node)).map(seconds);
            let known = engine.serves_at_once(&outcome, number(node));
            let ours = ours.unwrap_or(if known { 0 } else { NEVER });
            prop_assert_eq!(ours, *time, "repaired scenario {:?}: node {}", faults, node);
        }
        // Promotions of requirements whose owner waits for them.
        let (_, promoted) = estate.times(&set, &|_| NEVER);
        for (member, at) in outcome.unrepaired.promotions() {
            let q = graph.member_of[*member as usize] as usize;
            let id = &model.requirements[q].id;
            let theirs = estate
                .requirements
                .iter()
                .position(|requirement| requirement.id == *id)
                .unwrap();
            let node = graph.member_node[*member as usize] as usize;
            prop_assert_eq!(
                seconds(*at),
                promoted.get(&(theirs, node)).copied().unwrap_or(NEVER)
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_agrees_with_the_brute_force_evaluator(estate in brute::random::estate(12)) {
        agrees(&estate)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "minutes: part of the full run"]
    fn engine_agrees_with_the_brute_force_evaluator_on_ten_thousand(estate in brute::random::estate(14)) {
        agrees(&estate)?;
    }
}

/// The random estates must reach every corner of the semantics, or agreement means little.
#[test]
fn random_estates_hold_every_verdict_and_every_construct() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = brute::random::estate(12);
    let mut verdicts = std::collections::BTreeMap::new();
    let (mut cycles, mut late, mut promoted, mut restarted) = (0, 0, 0, 0);
    for _ in 0..1_000 {
        let estate = strategy.new_tree(&mut runner).unwrap().current();
        let model = model_of(&estate);
        let graph = Graph::new(&model);
        let engine = Engine::new(&graph);
        let mut scratch = engine.scratch();
        cycles += graph.cycles.list().len();
        for node in 0..u32::try_from(estate.nodes.len()).unwrap() {
            late += usize::from(!engine.serves_without_faults(node));
            let outcome = engine.outcome(&mut scratch, &[node]);
            for affected in &outcome.affected {
                *verdicts.entry(affected.verdict.as_str()).or_insert(0) += 1;
            }
            promoted += outcome
                .unrepaired
                .promotions()
                .iter()
                .filter(|(_, at)| *at != Time::NEVER)
                .count();
            let again = engine.recovery(&mut scratch, &[node], |_| Some(3));
            restarted += again
                .times()
                .iter()
                .filter(|(_, at)| at.finite().is_some_and(|s| s >= 3))
                .count();
        }
    }
    for word in ["degraded", "interrupted", "down", "stuck"] {
        assert!(
            verdicts.get(word).copied().unwrap_or(0) > 100,
            "{word}: {verdicts:?}"
        );
    }
    assert!(
        cycles > 50 && late > 100 && promoted > 100 && restarted > 500,
        "{cycles} {late} {promoted} {restarted}"
    );
}
