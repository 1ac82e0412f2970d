//! Every single fault of large graphs: how long, by size. `cargo bench --bench engine`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that panics fails"
)]

mod estates;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spof::analysis::engine::Engine;
use spof::analysis::sweep::Sweep;
use spof::graph::Graph;

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

criterion_group!(benches, single_faults);
criterion_main!(benches);
