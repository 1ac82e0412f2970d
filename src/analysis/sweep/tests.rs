//! The sweep against the engine, fault by fault: also in parts, and where nodes share what they need.

use proptest::prelude::*;

use super::ground::Ground;
use super::parts::{Limits, each_pass};
use super::watch::{Ended, Unwatched, Watch};
use super::{Count, Sweep, Tally, answer::Chunk};
use crate::analysis::engine::{Affected, Engine};
use crate::graph::{Builder, FaultClass, Graph};
use crate::words::{Class, Mode};

/// One requirement: its mode, need, members with weights, and one standby promoted after a while
/// when one more node serves.
type Shape = (u8, u64, Vec<(u32, u64)>, Option<(u32, u64, u32)>);

const NODES: u32 = 20;

/// Nodes take their requirements from a few shapes, so that many ask the same of the same.
fn shared(shapes: &[Shape], uses: &[(u32, usize)], start_s: u64) -> Graph {
    let classes = [
        Class::Domain,
        Class::Service,
        Class::Replica,
        Class::Journey,
    ];
    let mut builder = Builder::new();
    for class in classes.iter().cycle().take(NODES as usize) {
        let node = builder.node(*class);
        builder.start_takes(node, start_s);
    }
    for service in (1..NODES).step_by(4) {
        builder.replica(service, service + 1);
    }
    for (owner, shape) in uses {
        let (mode, need, members, standby) = &shapes[shape % shapes.len()];
        let modes = [
            Mode::Hard,
            Mode::Hard,
            Mode::Placement,
            Mode::Soft,
            Mode::Start,
        ];
        let mode = modes[usize::from(*mode) % modes.len()];
        let mut seen = vec![*owner];
        let mut fresh = |node: u32| {
            // Placement is acyclic; a member occurs once.
            let fresh = !seen.contains(&node) && (mode != Mode::Placement || node < *owner);
            seen.push(node);
            fresh
        };
        let members: Vec<_> = members.iter().filter(|(node, _)| fresh(*node)).collect();
        let Some(weight) = members
            .iter()
            .map(|(_, weight)| *weight)
            .reduce(|a, b| a + b)
        else {
            continue;
        };
        let standby = standby.filter(|(node, ..)| mode != Mode::Soft && fresh(*node));
        builder.require(*owner, mode, (*need).min(weight));
        for (node, weight) in members {
            builder.active(*node, *weight);
        }
        if let Some((node, takes, required)) = standby {
            builder.standby(node, weight).way(takes, &[required]);
        }
    }
    builder.finish().unwrap()
}

fn faults(graph: &Graph) -> Vec<u32> {
    let is_fault = |node: &u32| FaultClass::of(graph.class[*node as usize]).is_some();
    (0..NODES).filter(is_fault).collect()
}

fn one_by_one(engine: &Engine<'_>, fault: u32) -> Vec<Affected> {
    engine.affected(&mut engine.scratch(), &engine.graph().fault_set(fault))
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let members = prop::collection::vec((0..NODES, 1..4u64), 1..5);
    let takes = prop_oneof![Just(0), 1..50u64];
    let standby = prop::option::weighted(0.2, (0..NODES, takes, 0..NODES));
    prop::collection::vec((0..5u8, 1..6u64, members, standby), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn finds_what_the_engine_finds(
        shapes in shapes(),
        uses in prop::collection::vec((0..NODES, 0..8usize), 0..50),
        start_s in 0..3u64,
        most in 1..200usize,
    ) {
        let graph = shared(&shapes, &uses, start_s);
        let engine = Engine::new(&graph);
        let sweep = Sweep::new(&engine);
        let tally = Tally::new(&engine, 1, |_| Some(0));
        for effect in sweep.effects() {
            let expected = one_by_one(&engine, effect.fault.0);
            let found: Vec<Affected> = effect.affected().collect();
            prop_assert_eq!(&found, &expected, "fault {}", effect.fault.0);
            for one in &expected {
                prop_assert_eq!(effect.on(crate::model::NodeIx(one.node)), Some(*one));
            }
            let count = |Count { cut, interrupted, degraded }| cut + interrupted + degraded;
            prop_assert_eq!(count(tally.of(effect.fault.0)[0]) as usize, expected.len());
        }
        // With hardly any memory, in as many parts as it takes.
        let ground = Ground::new(&engine);
        let limits = Limits {
            at_once: most,
            in_all: usize::MAX,
        };
        let parts = each_pass(&ground, limits, &Unwatched, |mut pass| (Chunk::new(&mut pass), pass.apart));
        let parts = parts.unwrap();
        let late = super::late::faults(&ground);
        for fault in faults(&graph) {
            let of = parts.iter().filter(|(chunk, _)| chunk.part.has(fault)).collect::<Vec<_>>();
            prop_assert_eq!(of.len(), 1);
            let (chunk, apart) = of[0];
            if !apart.contains(&fault) && !late.contains(&fault) {
                let found: Vec<Affected> = chunk.row(fault).all().collect();
                prop_assert_eq!(found, one_by_one(&engine, fault), "fault {} in parts", fault);
            }
        }
    }
}

/// Ends the work at once, and remembers what it was told.
#[derive(Default)]
struct Impatient(std::sync::Mutex<Vec<(usize, usize)>>);

impl Watch for Impatient {
    fn goes_on(&self, done: usize, of: usize) -> bool {
        self.0.lock().unwrap().push((done, of));
        false
    }
}

/// Each node needs the one before it: half of all pairs.
fn chain(nodes: u32) -> Graph {
    let mut builder = Builder::new();
    for node in 0..nodes {
        builder.node(Class::Domain);
        if node > 0 {
            builder.require(node, Mode::Hard, 1).active(node - 1, 1);
        }
    }
    builder.finish().unwrap()
}

#[test]
fn ends_when_told_to() {
    let graph = chain(300);
    let watch = Impatient::default();
    let ended = Sweep::watched(&Engine::new(&graph), &watch).unwrap_err();
    assert_eq!(ended, Ended::Stopped);
    assert_eq!(watch.0.lock().unwrap()[..], [(300, 300)]);
}

#[test]
fn has_a_limit() {
    let graph = chain(100);
    let engine = Engine::new(&graph);
    // 100 nodes, each with itself and those before it.
    let limited = |most| Sweep::limited(&engine, most, &Unwatched);
    assert_eq!(limited(5_049).unwrap_err(), Ended::TooMany { most: 5_049 });
    let sweep = limited(5_050).unwrap();
    assert_eq!(
        sweep.effects().map(|effect| effect.len()).sum::<usize>(),
        4_950
    );
}
