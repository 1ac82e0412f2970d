//! Minimal cut sets in data-centre networks: how long. `cargo bench --bench cuts`.
//! `benches/aralia.py` runs the fault trees beside SCRAM.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that panics fails"
)]

mod estates;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use estates::fat_tree::{FatTree, fat_tree};
use spof::analysis::cuts::{Extent, cuts};
use spof::graph::FaultClass;
use spof::words::Class;

fn of(tree: &FatTree, service: u32, extent: Extent) -> usize {
    let wanted = |node: u32| {
        let class: Class = tree.graph.class[node as usize];
        FaultClass::of(class).is_some_and(|class| class != FaultClass::Software)
    };
    let found = cuts(&tree.graph, service, wanted, extent, 50).unwrap();
    if let Extent::UpTo(order) = extent {
        assert!(found.sets.iter().all(|set| set.len() <= order as usize));
    }
    found.sets.len()
}

/// All cut sets of at most three faults of a hundred services, as the papers' networks C and D.
fn hundred_services(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cut sets to order 3 of 100 services, fat tree");
    group.sample_size(10);
    for ports in [48, 64] {
        for (spread, same_pod) in [("different pods", false), ("one pod", true)] {
            let tree = fat_tree(ports, 100, same_pod);
            let id = BenchmarkId::new(spread, ports);
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    let services = tree.services.iter();
                    services
                        .map(|service| of(&tree, *service, Extent::UpTo(3)))
                        .sum::<usize>()
                });
            });
        }
    }
    group.finish();
}

/// The 50 smallest cut sets of one service among 1.18 million components.
fn fifty_smallest(criterion: &mut Criterion) {
    let tree = fat_tree(166, 1, false);
    let mut group = criterion.benchmark_group("50 smallest cut sets, fat tree");
    group.sample_size(10);
    group.bench_function(
        BenchmarkId::from_parameter(tree.graph.node_count()),
        |bencher| {
            bencher.iter(|| of(&tree, tree.services[0], Extent::Smallest(50)));
        },
    );
    group.finish();
}

criterion_group!(benches, hundred_services, fifty_smallest);
criterion_main!(benches);
