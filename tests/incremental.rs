//! A sweep brought up to date after edits is the sweep of the edited estate.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod brute;

use brute::Estate;
use brute::edits::{Edit, Edited, edit};
use brute::model::model_of;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use spof::analysis::engine::{Affected, Engine};
use spof::analysis::sweep::{Lists, Old, Renumbering, Sweep, Work, keep, update};
use spof::graph::{Builder, FaultClass, Graph};
use spof::model::NodeIx;
use spof::words::{Class, Mode};

type Answer = Vec<(NodeIx, FaultClass, Vec<Affected>)>;

fn answer(sweep: &Sweep) -> Answer {
    let effects = sweep.effects();
    effects
        .map(|effect| (effect.fault, effect.class, effect.affected().collect()))
        .collect()
}

/// What is known of the estate before an edit.
struct Known {
    graph: Graph,
    names: Vec<u64>,
    sweep: Sweep,
    lists: Lists,
}

impl Known {
    fn new(edited: &Edited) -> Self {
        let graph = Graph::new(&model_of(&edited.estate));
        let (sweep, lists) = keep(&Engine::new(&graph));
        Self {
            names: edited.names.clone(),
            sweep,
            lists: lists.unwrap(),
            graph,
        }
    }

    /// Brought up to date, and the work it was.
    fn then(&self, edited: &Edited) -> (Self, Work) {
        let graph = Graph::new(&model_of(&edited.estate));
        let engine = Engine::new(&graph);
        let old_engine = Engine::new(&self.graph);
        let old = Old {
            engine: &old_engine,
            sweep: &self.sweep,
            lists: &self.lists,
        };
        let numbers = Renumbering::of_sorted(self.names.iter(), edited.names.iter());
        let (sweep, lists, work) = update(old, &engine, &numbers);
        drop(engine);
        let next = Self {
            names: edited.names.clone(),
            sweep,
            lists: lists.unwrap(),
            graph,
        };
        (next, work)
    }
}

/// Goes through the edits, a few of them from one reading to the next.
fn follows(estate: Estate, sound: bool, readings: &[Vec<Edit>]) -> Result<(), TestCaseError> {
    let mut edited = Edited::new(estate, sound);
    let mut known = Known::new(&edited);
    for edits in readings {
        let before = edited.estate.clone();
        for edit in edits {
            edited.apply(*edit);
        }
        let (next, _) = known.then(&edited);
        let full = Sweep::new(&Engine::new(&next.graph));
        prop_assert_eq!(
            answer(&next.sweep),
            answer(&full),
            "{:?} made {:#?} of {:#?}",
            edits,
            edited.estate,
            before
        );
        prop_assert_eq!(next.sweep.apart_count(), full.apart_count());
        known = next;
    }
    Ok(())
}

fn readings() -> impl Strategy<Value = Vec<Vec<Edit>>> {
    prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_updated_sweep_is_that_of_a_full_run(
        estate in prop_oneof![3 => brute::random::estate(12), 1 => brute::random::estate(30)],
        sound in prop::bool::weighted(0.7),
        readings in readings(),
    ) {
        follows(estate, sound, &readings)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "minutes: run by hand when the sweep changes"]
    fn an_updated_sweep_is_that_of_a_full_run_twenty_thousand_times(
        estate in brute::random::estate(16),
        sound in prop::bool::weighted(0.6),
        readings in readings(),
    ) {
        follows(estate, sound, &readings)?;
    }
}

/// The edits must reach what an update has to get right, or agreement means little.
#[test]
fn random_edits_change_something_and_leave_something() {
    let mut runner = TestRunner::deterministic();
    let strategy = (brute::random::estate(20), readings());
    let (mut updates, mut partly, mut early, mut different) = (0, 0, 0, 0);
    let (mut cycles, mut apart, mut kept_apart, mut renumbered) = (0, 0, 0, 0);
    for _ in 0..300 {
        let (estate, readings) = strategy.new_tree(&mut runner).unwrap().current();
        let mut edited = Edited::new(estate, true);
        let mut known = Known::new(&edited);
        for edits in readings {
            for edit in &edits {
                edited.apply(*edit);
            }
            let (next, work) = known.then(&edited);
            updates += 1;
            partly += usize::from(work.recomputed < next.graph.node_count() && work.changed > 0);
            early += usize::from(work.different < work.recomputed);
            different += usize::from(answer(&next.sweep) != answer(&known.sweep));
            cycles += usize::from(next.graph.cycles.list() != known.graph.cycles.list());
            apart += next.sweep.apart_count();
            kept_apart += next.sweep.apart_count().saturating_sub(work.apart);
            renumbered += usize::from(next.names != known.names);
            known = next;
        }
    }
    let shares = [partly, early, different, cycles, renumbered];
    let enough = shares.iter().all(|share| share * 10 > updates);
    assert!(
        enough && kept_apart > 50 && apart > kept_apart,
        "{updates} {shares:?} {apart} {kept_apart}"
    );
}

/// A rack of hosts with services in layers, of which the first need one host each and all others
/// two of the layer before.
fn layers(changed: impl Fn(&mut Builder)) -> Graph {
    let mut builder = Builder::new();
    let rack = builder.node(Class::Domain);
    let hosts: Vec<u32> = (0..10).map(|_| builder.node(Class::Domain)).collect();
    let mut before = hosts.clone();
    let mut needs = Vec::new();
    for host in hosts {
        needs.push((host, Mode::Placement, vec![rack]));
    }
    for layer in 0..5 {
        let services: Vec<u32> = (0..100).map(|_| builder.node(Class::Service)).collect();
        for (at, service) in services.iter().enumerate() {
            let one = before[at % before.len()];
            let other = before[(at * 7 + 3) % before.len()];
            let members = if layer == 0 || one == other {
                vec![one]
            } else {
                vec![one, other]
            };
            let mode = if layer == 0 {
                Mode::Placement
            } else {
                Mode::Hard
            };
            needs.push((*service, mode, members));
        }
        before = services;
    }
    for (of, mode, members) in needs {
        let requirement = builder.require(of, mode, 1);
        for member in members {
            requirement.active(member, 1);
        }
    }
    changed(&mut builder);
    builder.finish().unwrap()
}

#[test]
fn an_update_looks_only_at_what_depends_on_the_change() {
    let old = layers(|_| ());
    let old_engine = Engine::new(&old);
    let (sweep, lists) = keep(&old_engine);
    let lists = lists.unwrap();
    let numbers = Renumbering::of_sorted(0..old.node_count(), 0..old.node_count());
    let after = |graph: &Graph| {
        let old = Old {
            engine: &old_engine,
            sweep: &sweep,
            lists: &lists,
        };
        let engine = Engine::new(graph);
        let (updated, _, work) = update(old, &engine, &numbers);
        assert_eq!(answer(&updated), answer(&Sweep::new(&engine)));
        work
    };
    assert_eq!(after(&layers(|_| ())), Work::default());
    // A service of the last layer, which nothing needs.
    let last = after(&layers(|builder| {
        builder.require(510, Mode::Hard, 1).active(11, 1);
    }));
    assert_eq!((last.changed, last.recomputed, last.different), (1, 1, 1));
    // It has the second as well: what it stands on is as reliable as before, and the search ends.
    let none = after(&layers(|builder| {
        builder.require(111, Mode::Hard, 1).active(0, 1);
    }));
    assert_eq!((none.changed, none.recomputed, none.different), (1, 1, 0));
    // A host: what stands on it, and those who need that.
    let host = after(&layers(|builder| {
        builder.require(1, Mode::Hard, 1).active(2, 1);
    }));
    assert_eq!((host.changed, host.different > 10), (1, true));
    assert!(host.recomputed < 250, "{host:?}");
}
