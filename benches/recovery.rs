//! How long the plan of a recovery and the cheapest fix of a large estate take: `cargo bench --bench
//! recovery`. The plan of the largest estate is made once, within the usual time limit, and what came
//! of it is said: its cost, what any plan costs at least, and the time.
//!
//! `SPOF_BENCH_WRITE=FOLDER` writes the manifests there instead, for runs of the whole program.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench says what it measured, and stops where it can't"
)]

#[path = "report/estate.rs"]
#[expect(dead_code, reason = "the report's bench uses the rest")]
mod estate;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use estate::{Size, manifest};
use spof::analysis::blast::Fault;
use spof::analysis::fix::{self, Goal, Outcome, Proof};
use spof::analysis::recovery::{Scenario, bring_up};
use spof::config::costs::Costs;
use spof::estate::{Estate, Silent, goal, load, nodes};

/// About 10,000 and 100,000 nodes.
const ESTATES: [(&str, Size); 2] = [
    (
        "10k nodes",
        Size {
            services: 2_200,
            regions: 2,
            sites: 2,
            rooms: 3,
            racks: 6,
            hosts: 10,
        },
    ),
    (
        "100k nodes",
        Size {
            services: 22_500,
            regions: 4,
            sites: 3,
            rooms: 5,
            racks: 12,
            hosts: 10,
        },
    ),
];

const GOAL: &str = "tier<=1 survives site";
const LIMIT: Duration = Duration::from_secs(30);

fn read(size: Size) -> Estate {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spof.yaml"), manifest(size)).unwrap();
    let request = spof::discover::Request {
        paths: vec![camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap()],
        no_gitignore: false,
        limits: spof::source::Limits::default(),
        selection: spof::config::selection::Selection::default(),
    };
    load::load(&request, None, spof::words::Assume::Pessimistic, &Silent).unwrap()
}

fn recover(criterion: &mut Criterion, name: &str, estate: &Estate) {
    let engine = estate.engine();
    let site = nodes::node(&estate.model, "site:r0-s0").unwrap();
    let burnt = vec![Fault {
        node: site,
        repaired_s: None,
    }];
    let scenarios = [
        ("black start", Scenario::BlackStart),
        ("a site for good", Scenario::Faults(burnt)),
    ];
    let mut group = criterion.benchmark_group("recover");
    group.sample_size(10);
    for (what, scenario) in scenarios {
        group.bench_function(BenchmarkId::new(what, name), |bencher| {
            bencher.iter(|| {
                let scratch = &mut engine.scratch();
                bring_up(
                    &estate.model,
                    &engine,
                    scratch,
                    scenario.clone(),
                    &|_, _| (),
                )
            });
        });
    }
    group.finish();
}

fn plan(estate: &Estate, goal: &Goal) -> (Outcome, Duration) {
    let began = Instant::now();
    let used = || began.elapsed().as_secs_f64() / LIMIT.as_secs_f64();
    let answer = fix::plan(&estate.model, goal, &Costs::default(), &used, &|_| ());
    (answer.outcome, began.elapsed())
}

fn main() {
    if let Some(folder) = std::env::var_os("SPOF_BENCH_WRITE") {
        for (name, size) in ESTATES {
            let folder = std::path::Path::new(&folder).join(name.replace(' ', "-"));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("spof.yaml"), manifest(size)).unwrap();
        }
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (name, size) in ESTATES {
        let estate = read(size);
        println!("{name}: {} in fact", estate.model.nodes.len());
        recover(&mut criterion, name, &estate);
        let wanted = goal::goal(&estate, GOAL, &[]).unwrap();
        let (outcome, took) = plan(&estate, &wanted);
        match outcome {
            Outcome::Plan(plan) => {
                let least = match plan.proof {
                    Proof::Cheapest => plan.cost,
                    Proof::Best { at_least } => at_least,
                };
                let (steps, cost) = (plan.steps.len(), plan.cost);
                println!("fix, {name}: {steps} changes at {cost}, at least {least}, in {took:.1?}");
            }
            other => println!("fix, {name}: {other:?} in {took:.1?}"),
        }
    }
    criterion.final_summary();
}
