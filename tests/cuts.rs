//! Minimal cut sets against brute force: every subset of the faults of small random estates,
//! judged by the evaluator that is written straight from DESIGN section 2.
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
use spof::analysis::cuts::{Extent, cuts};
use spof::graph::{FaultClass, Graph};

/// All fault sets that cut each node, minimal ones only: by node.
fn by_force(estate: &Estate, graph: &Graph, candidates: &[u32]) -> Vec<BTreeSet<Vec<u32>>> {
    let nodes = estate.nodes.len();
    let mut cut: Vec<Vec<u32>> = vec![Vec::new(); nodes];
    for chosen in 0u32..1 << candidates.len() {
        let faults: Set = (0..candidates.len())
            .filter(|at| chosen >> at & 1 == 1)
            .flat_map(|at| graph.fault_set(candidates[at]))
            .map(|node| node as usize)
            .collect();
        let (times, _) = estate.times(&faults, &|_| NEVER);
        for (node, time) in times.into_iter().enumerate() {
            let late = estate.nodes[node].rto.is_some_and(|rto| time > rto);
            if time == NEVER || late {
                cut[node].push(chosen);
            }
        }
    }
    let minimal = |sets: &Vec<u32>| {
        let is_minimal = |set: &&u32| {
            sets.iter()
                .all(|other| other == *set || other & *set != *other)
        };
        let names = |set: &u32| {
            (0..candidates.len())
                .filter(|at| set >> at & 1 == 1)
                .map(|at| candidates[at])
                .collect()
        };
        sets.iter().filter(is_minimal).map(names).collect()
    };
    cut.iter().map(minimal).collect()
}

fn agrees(estate: &Estate, classes: &[FaultClass]) -> Result<(), TestCaseError> {
    let model = model_of(estate);
    let graph = Graph::new(&model);
    let count = u32::try_from(estate.nodes.len()).unwrap();
    let wanted = |node: u32| {
        FaultClass::of(graph.class[node as usize]).is_some_and(|class| classes.contains(&class))
    };
    let candidates: Vec<u32> = (0..count).filter(|node| wanted(*node)).collect();
    let expected = by_force(estate, &graph, &candidates);
    for (node, expected) in (0..count).zip(&expected) {
        let all = cuts(&graph, node, wanted, Extent::All, 10_000).unwrap();
        let ours: BTreeSet<Vec<u32>> = all.sets.iter().cloned().collect();
        prop_assert_eq!(&ours, expected, "all cut sets of {}", node);
        prop_assert_eq!(all.count().small(), Some(expected.len() as u64));
        for order in 0..=3 {
            let small = cuts(&graph, node, wanted, Extent::UpTo(order), 10_000).unwrap();
            let ours: BTreeSet<Vec<u32>> = small.sets.iter().cloned().collect();
            let expected: BTreeSet<Vec<u32>> = expected
                .iter()
                .filter(|set| set.len() <= order as usize)
                .cloned()
                .collect();
            prop_assert_eq!(&ours, &expected, "cut sets of {} to order {}", node, order);
            prop_assert_eq!(small.count().small(), Some(expected.len() as u64));
        }
        let smallest = cuts(&graph, node, wanted, Extent::Smallest(3), 3).unwrap();
        prop_assert_eq!(smallest.sets.len(), expected.len().min(3));
        let mut orders: Vec<usize> = expected.iter().map(Vec::len).collect();
        orders.sort_unstable();
        orders.truncate(3);
        let ours: Vec<usize> = smallest.sets.iter().map(Vec::len).collect();
        prop_assert_eq!(ours, orders, "smallest cut sets of {}", node);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_sets_are_those_of_brute_force(
        estate in brute::random::estate(8),
        without_software in any::<bool>(),
    ) {
        let classes: Vec<FaultClass> = FaultClass::ALL
            .into_iter()
            .filter(|class| !without_software || *class != FaultClass::Software)
            .collect();
        agrees(&estate, &classes)?;
    }
}
