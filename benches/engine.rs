//! Every single fault of large graphs: how long, by size; how long again after one node changed; and
//! one fault by itself. `cargo bench --bench engine`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that panics fails, and one that prints is read"
)]

mod estates;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spof::analysis::engine::Engine;
use spof::analysis::sweep::{Effect, Old, Renumbering, Sweep, keep, update};
use spof::graph::Graph;
use spof::words::Class;

type Generate = fn(u32) -> Graph;

fn single_faults(criterion: &mut Criterion) {
    let shapes: [(&str, Generate); 2] = [
        ("layered", estates::layered),
        ("cloud", estates::cloud::cloud),
    ];
    for (name, generate) in shapes {
        let mut group = criterion.benchmark_group(format!("every single fault, {name}"));
        group.sample_size(10);
        for nodes in [10_000, 100_000, 1_000_000] {
            let graph = generate(nodes);
            let engine = Engine::new(&graph);
            group.throughput(Throughput::Elements(graph.node_count() as u64));
            group.bench_function(BenchmarkId::from_parameter(nodes), |bencher| {
                bencher.iter(|| Sweep::new(&engine));
            });
        }
        group.finish();
    }
}

/// One node of 100,000 takes a minute longer to start than before: one that nothing needs, one of
/// the middle, and the one that most others are affected by.
fn one_changed_node(criterion: &mut Criterion) {
    let old = estates::cloud::cloud(100_000);
    let engine = Engine::new(&old);
    let (sweep, lists) = keep(&engine);
    let lists = lists.unwrap();
    let numbers = Renumbering::of_sorted(0..old.node_count(), 0..old.node_count());
    let mut radii: Vec<(usize, u32)> = sweep
        .effects()
        .map(|effect| (effect.len(), effect.fault.0))
        .collect();
    radii.sort_unstable();
    let services: Vec<u32> = radii
        .iter()
        .map(|(_, node)| *node)
        .filter(|node| old.class[*node as usize] == Class::Service)
        .collect();
    let mut group = criterion.benchmark_group("one changed node of 100000, cloud");
    group.sample_size(20);
    group.bench_function("all anew", |bencher| bencher.iter(|| keep(&engine)));
    let changed = [
        ("a service that nothing needs", services[0]),
        ("a service in the middle", services[services.len() / 2]),
        (
            "the service that takes most with it",
            services[services.len() - 1],
        ),
        (
            "the place that takes most with it",
            radii[radii.len() - 1].1,
        ),
    ];
    for (name, node) in changed {
        let mut graph = estates::cloud::cloud(100_000);
        graph.start_s[node as usize] += 60;
        let new_engine = Engine::new(&graph);
        let known = Old {
            engine: &engine,
            sweep: &sweep,
            lists: &lists,
        };
        let (_, _, work) = update(known, &new_engine, &numbers);
        println!("{name}: {work:?}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| update(known, &new_engine, &numbers));
        });
    }
    group.finish();
}

/// One fault of a large graph, asked for by itself: as the page and `serve` do. The least fault
/// that affects so many nodes is taken.
fn what_if(criterion: &mut Criterion) {
    let graph = estates::cloud::cloud(1_000_000);
    let engine = Engine::new(&graph);
    let sweep = Sweep::new(&engine);
    let mut group = criterion.benchmark_group("one fault of 1,000,000 nodes, cloud");
    group.sample_size(20);
    let mut cases = Vec::new();
    // No one place takes a thousand: so many racks at once as do.
    let mut racks = Vec::new();
    let middling = sweep
        .effects()
        .filter(|one| (100..1_000).contains(&one.len()));
    for effect in middling {
        racks.extend(graph.fault_set(effect.fault.0));
        if engine.affected(&mut engine.scratch(), &racks).len() >= 1_000 {
            break;
        }
    }
    cases.push(racks);
    for least in [10, 10_000, 20_000, 100_000] {
        let effects = sweep.effects().filter(|effect| effect.len() >= least);
        let worst = effects.min_by_key(Effect::len);
        cases.extend(worst.map(|effect| graph.fault_set(effect.fault.0)));
    }
    for faults in cases {
        let mut scratch = engine.scratch();
        let affected = engine.affected(&mut scratch, &faults).len();
        group.throughput(Throughput::Elements(affected as u64));
        group.bench_function(BenchmarkId::from_parameter(affected), |bencher| {
            bencher.iter(|| engine.affected(&mut scratch, &faults));
        });
    }
    group.finish();
}

criterion_group!(benches, single_faults, one_changed_node, what_if);
criterion_main!(benches);
