//! The bring-up plan against the brute-force evaluator: times, that each step can begin when the
//! plan says and not before, and which requirement frees most.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod brute;

use std::collections::{BTreeMap, BTreeSet};

use brute::model::model_of;
use brute::{Estate, Member, NEVER, Requirement, Set, Way};
use proptest::prelude::*;
use spof::analysis::blast::Fault;
use spof::analysis::engine::Engine;
use spof::analysis::recovery::{BringUp, Scenario, Step, StepKind, bring_up};
use spof::graph::Graph;
use spof::model::{Model, NodeIx};

fn ix(node: usize) -> NodeIx {
    NodeIx(u32::try_from(node).unwrap())
}

fn seconds(time: spof::analysis::verdict::Time) -> u64 {
    time.finite().unwrap_or(NEVER)
}

/// A scenario as both sides understand it: the faults with their repairs, replicas included.
struct Case {
    faults: Set,
    repair: BTreeMap<usize, u64>,
    asked: Scenario,
}

fn cases(estate: &Estate, graph: &Graph, chosen: &[(usize, Option<u64>)]) -> Vec<Case> {
    let all: Set = (0..estate.nodes.len())
        .filter(|node| estate.may_fail(*node))
        .collect();
    let black = Case {
        repair: all.iter().map(|node| (*node, 0)).collect(),
        faults: all,
        asked: Scenario::BlackStart,
    };
    let mut asked: BTreeMap<usize, Option<u64>> = BTreeMap::new();
    for (node, repair) in chosen {
        let node = node % estate.nodes.len();
        if estate.may_fail(node) {
            asked.entry(node).or_insert(*repair);
        }
    }
    let mut repair: BTreeMap<usize, u64> = BTreeMap::new();
    for (node, at) in &asked {
        for along in graph.fault_set(ix(*node).0) {
            let along = usize::try_from(along).unwrap();
            repair.entry(along).or_insert(at.unwrap_or(NEVER));
        }
    }
    for (node, at) in &asked {
        repair.insert(*node, at.unwrap_or(NEVER));
    }
    let faults = asked.iter().map(|(node, at)| Fault {
        node: ix(*node),
        repaired_s: *at,
    });
    let struck = Case {
        faults: repair.keys().copied().collect(),
        asked: Scenario::Faults(faults.collect()),
        repair,
    };
    vec![black, struck]
}

fn agrees(estate: &Estate, chosen: &[(usize, Option<u64>)]) -> Result<(), TestCaseError> {
    let model = model_of(estate);
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    for case in cases(estate, &graph, chosen) {
        let mut scratch = engine.scratch();
        let answer = bring_up(
            &model,
            &engine,
            &mut scratch,
            case.asked.clone(),
            &|_, _| {},
        );
        same_times(estate, &case, &answer)?;
        replays(estate, &model, &case, &answer)?;
        frees_most(estate, &model, &case, &answer)?;
    }
    Ok(())
}

fn same_times(estate: &Estate, case: &Case, answer: &BringUp) -> Result<(), TestCaseError> {
    let (times, _) = estate.times(&case.faults, &|node| case.repair[&node]);
    for back in &answer.plan.returns {
        prop_assert_eq!(seconds(back.at), times[back.node.0 as usize]);
        let path = answer.plan.critical_path(back.node);
        let Some(at) = back.at.finite() else {
            prop_assert!(path.is_empty());
            continue;
        };
        // Each step of the path begins when the one before ends; the last ends in the return.
        let mut moment = 0;
        for step in path {
            let step = &answer.plan.steps[step];
            prop_assert_eq!(step.begins, moment);
            moment = step.ends;
        }
        prop_assert_eq!(moment, at);
    }
    // What is not among the returns served all along, or never comes back whatever happens.
    for (node, time) in times.iter().enumerate() {
        if answer.plan.return_of(ix(node)).is_none() {
            prop_assert!(*time == 0 || *time == NEVER, "node {} at {}", node, time);
        }
    }
    Ok(())
}

/// Carries the plan out wave by wave: whoever begins a step then finds all that it needs, and no
/// step could have begun a second earlier.
fn replays(
    estate: &Estate,
    model: &Model,
    case: &Case,
    answer: &BringUp,
) -> Result<(), TestCaseError> {
    let place = |id: &str| estate.requirements.iter().position(|r| r.id == id).unwrap();
    let stopped = estate.stopped(&case.faults);
    let can_begin = |wave: usize, moment: u64, step: &Step| {
        let done = |other: &&Step| other.wave < wave && other.ends <= moment;
        let mut running: Set = (0..estate.nodes.len())
            .filter(|node| !stopped.contains(node))
            .collect();
        let mut promoted: BTreeSet<(usize, usize)> = BTreeSet::new();
        for other in answer.plan.steps.iter().filter(done) {
            let node = other.node.0 as usize;
            match other.kind {
                StepKind::Repair => {}
                StepKind::Start => {
                    running.insert(node);
                }
                StepKind::Promote { requirement, .. } => {
                    promoted.insert((place(&model.requirement(requirement).id), node));
                }
            }
        }
        let serving = estate.serving(&running, &promoted);
        let node = step.node.0 as usize;
        let counts = |q: usize, set: &Set, m: &Member| {
            set.contains(&m.node) && (m.standby.is_none() || promoted.contains(&(q, m.node)))
        };
        match step.kind {
            StepKind::Repair => true,
            StepKind::Start => {
                let repaired = !case.faults.contains(&node) || case.repair[&node] <= moment;
                let placed = estate
                    .of(node, &["placement"])
                    .all(|(q, r)| Estate::weight(r, |m| counts(q, &running, m)) >= r.need);
                let ready = estate
                    .of(node, &["start"])
                    .all(|(q, r)| Estate::weight(r, |m| counts(q, &serving, m)) >= r.need);
                repaired && placed && ready
            }
            StepKind::Promote { requirement, way } => {
                let requirement = &estate.requirements[place(&model.requirement(requirement).id)];
                let member = requirement.members.iter().find(|m| m.node == node).unwrap();
                let way = &member.standby.as_ref().unwrap()[way];
                assert_eq!(way.takes, step.ends - step.begins);
                serving.contains(&node) && way.requires.iter().all(|node| serving.contains(node))
            }
        }
    };
    for step in &answer.plan.steps {
        prop_assert_eq!(answer.plan.waves[step.wave].begins, step.begins);
        prop_assert!(
            can_begin(step.wave, step.begins, step),
            "too early: {:?}",
            step
        );
        if step.begins > 0 {
            let all = answer.plan.waves.len();
            let too_soon = can_begin(all, step.begins - 1, step);
            prop_assert!(!too_soon, "could be earlier: {:?}", step);
        }
        let last = step.waits.iter().map(|cause| cause.at).max().unwrap_or(0);
        prop_assert_eq!(last, step.begins, "{:?}", step);
        for cause in &step.waits {
            if let Some(before) = cause.step {
                let before = &answer.plan.steps[before];
                prop_assert!(before.wave < step.wave);
                prop_assert_eq!(before.ends, cause.at);
            }
        }
    }
    Ok(())
}

/// What a change brings back, by brute force: every requirement, and every part of every way.
fn frees_most(
    estate: &Estate,
    model: &Model,
    case: &Case,
    answer: &BringUp,
) -> Result<(), TestCaseError> {
    // What does not serve even without faults is not tried with.
    let healthy = estate
        .verdicts(&Set::new())
        .iter()
        .all(|(_, time)| *time != NEVER);
    if !healthy {
        return Ok(());
    }
    let all_back = answer.never.is_empty() && case.asked != Scenario::BlackStart;
    let repair = |node: usize| if all_back { NEVER } else { case.repair[&node] };
    let (before, _) = estate.times(&case.faults, &repair);
    let score = |estate: &Estate| {
        let (after, _) = estate.times(&case.faults, &repair);
        let mut freed = (0, 0, 0);
        for node in 0..before.len() {
            if before[node] == NEVER && after[node] != NEVER {
                freed.2 += 1;
                match estate.nodes[node].class.as_str() {
                    "journey" => freed.0 += 1,
                    "service" | "store" => freed.1 += 1,
                    _ => {}
                }
            }
        }
        freed
    };
    // What is stated once for a workload and its copies is one requirement; so is a way that
    // several standbys of one requirement share.
    let workload = |node: usize| {
        let copy = estate.nodes[node].class == "replica";
        let of = model.node(ix(node)).part_of.filter(|_| copy);
        of.map_or(node, |of| usize::try_from(of.0).unwrap())
    };
    let like = |a: &Requirement, b: &Requirement| {
        let members = |r: &Requirement| -> BTreeSet<(usize, u64)> {
            r.members.iter().map(|m| (m.node, m.weight)).collect()
        };
        workload(a.of) == workload(b.of)
            && (&a.mode, a.need, members(a)) == (&b.mode, b.need, members(b))
    };
    let set = |way: &Way| way.requires.iter().copied().collect::<BTreeSet<usize>>();
    let mut best = (0, 0, 0);
    for (q, requirement) in estate.requirements.iter().enumerate() {
        // A journey is what it needs, a service its copies: neither can be loosened.
        let owner = estate.nodes[requirement.of].class.as_str();
        let copies = requirement
            .members
            .iter()
            .all(|member| model.node(ix(member.node)).part_of == Some(ix(requirement.of)));
        let optional = requirement.mode == "hard" && owner != "journey" && !copies;
        if optional || requirement.mode == "start" {
            let mut changed = estate.clone();
            for other in &mut changed.requirements {
                if like(requirement, other) {
                    other.need = 0;
                }
            }
            best = best.max(score(&changed));
        }
        if requirement.mode == "soft" {
            continue;
        }
        let ways = requirement
            .members
            .iter()
            .flat_map(|m| m.standby.iter().flatten());
        for way in ways {
            for node in &way.requires {
                let mut changed = estate.clone();
                for member in &mut changed.requirements[q].members {
                    for other in member.standby.iter_mut().flatten() {
                        if other.takes == way.takes && set(other) == set(way) {
                            other.requires.retain(|required| required != node);
                        }
                    }
                }
                best = best.max(score(&changed));
            }
        }
    }
    let ours = answer.loosening.as_ref().and_then(|loosening| {
        prop_assert_untried(loosening.untried);
        loosening.best.first()
    });
    let ours = ours.map_or((0, 0, 0), |freeing| {
        let of = |classes: &[&str]| {
            let class = |node: &&NodeIx| classes.contains(&model.node(**node).class.as_str());
            freeing.frees.iter().filter(class).count()
        };
        (
            of(&["journey"]),
            of(&["service", "store"]),
            freeing.frees.len(),
        )
    });
    prop_assert_eq!(ours, best);
    Ok(())
}

fn prop_assert_untried(untried: usize) {
    assert_eq!(untried, 0);
}

fn chosen() -> impl Strategy<Value = Vec<(usize, Option<u64>)>> {
    let repair = prop_oneof![1 => Just(None), 4 => (0..8u64).prop_map(Some)];
    prop::collection::vec((0..64usize, repair), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_can_be_carried_out_and_nothing_is_faster(estate in brute::random::estate(9), chosen in chosen()) {
        agrees(&estate, &chosen)?;
    }
}
