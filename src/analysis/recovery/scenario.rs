//! A scenario and all that follows: the answer of `spof recover`.

use std::collections::{BTreeMap, HashMap};

use super::cycles::{RecoveryCycle, cycles_of, recovery_cycles};
use super::loosen::{Loosening, loosen};
use super::plan::{Plan, plan};
use super::waits::{WaitHop, waits};
use crate::analysis::blast::{Fault, repairs};
use crate::analysis::data::{DataLoss, data_losses};
use crate::analysis::engine::{Engine, Outcome, Recovery, Scratch};
use crate::analysis::verdict::{Time, Verdict};
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};

/// Circles of which it is counted what they hold.
const COUNTED: usize = 100;

/// What fails, and when it is repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Everything that can fail, repaired at once.
    BlackStart,
    /// These, sorted, each once.
    Faults(Vec<Fault>),
}

/// A circle, and what does not come back because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub cycle: RecoveryCycle,
    /// Nodes that wait for it, directly or through others, its own among them; sorted. None if
    /// there are so many circles that it was not counted.
    pub holds: Option<Vec<NodeIx>>,
}

/// How an estate comes back.
#[derive(Clone, Debug)]
pub struct BringUp {
    pub scenario: Scenario,
    /// What fails along with the faults: replicas of a failed service or store.
    pub along: Vec<NodeIx>,
    pub outcome: Outcome,
    pub recovery: Recovery,
    pub plan: Plan,
    /// What does not come back in this scenario; sorted.
    pub never: Vec<NodeIx>,
    /// Of these, what does not come back even if all is repaired at once; sorted.
    pub stuck: Vec<NodeIx>,
    /// Circles that outlast repair, then those that last until repair.
    pub cycles: Vec<Held>,
    /// Stores that lost a copy; none for a black start, after which all data is where it was.
    pub data: Vec<DataLoss>,
    /// What would free most of what does not come back, or, where all comes back, most of what
    /// does so only with the repair.
    pub loosening: Option<Loosening>,
}

/// The plan alone, for who wants nothing of what does not come back. O((affected nodes and members)
/// log nodes).
#[must_use]
pub fn plan_of(engine: &Engine<'_>, scratch: &mut Scratch, faults: &[Fault]) -> Plan {
    let repairs = repairs(engine.graph(), faults);
    let set: Vec<u32> = repairs.keys().copied().collect();
    let repair = |node: u32| repairs.get(&node).copied().flatten();
    let outcome = engine.outcome(scratch, &set);
    let (recovery, log) = engine.logged_recovery(scratch, &set, repair);
    plan(engine, &outcome, &recovery, &log)
}

/// Evaluates `scenario`. O((nodes + members) log nodes) for the plan; circles and what would free
/// them take more where much waits for itself: `told` hears how many candidates were tried, of how
/// many.
#[must_use]
pub fn bring_up(
    model: &Model,
    engine: &Engine<'_>,
    scratch: &mut Scratch,
    scenario: Scenario,
    told: &(dyn Fn(usize, usize) + Sync),
) -> BringUp {
    let graph = engine.graph();
    let mut along = Vec::new();
    let repairs: BTreeMap<u32, Option<u64>> = match &scenario {
        Scenario::BlackStart => model
            .iter()
            .filter(|(_, node)| FaultClass::of(node.class).is_some())
            .map(|(ix, _)| (ix.0, Some(0)))
            .collect(),
        Scenario::Faults(faults) => {
            let repairs = repairs(graph, faults);
            let named = |node: &NodeIx| faults.binary_search_by_key(node, |f| f.node).is_ok();
            along.extend(repairs.keys().map(|node| NodeIx(*node)));
            along.retain(|node| !named(node));
            repairs
        }
    };
    let set: Vec<u32> = repairs.keys().copied().collect();
    let repair = |node: u32| repairs.get(&node).copied().flatten();
    let outcome = engine.outcome(scratch, &set);
    let (recovery, log) = engine.logged_recovery(scratch, &set, repair);
    let plan = plan(engine, &outcome, &recovery, &log);
    drop(log);
    let never_in = |recovery: &Recovery| -> Vec<NodeIx> {
        let times = recovery.times().iter();
        let never = times.filter(|(_, time)| *time == Time::NEVER);
        never.map(|(node, _)| NodeIx(*node)).collect()
    };
    let never = never_in(&recovery);
    let stuck = outcome.repaired.as_ref().map(never_in).unwrap_or_default();
    let is_black_start = scenario == Scenario::BlackStart;
    let cycles = if is_black_start {
        cycles_of(model, engine, &outcome, &recovery, Verdict::Stuck)
    } else {
        recovery_cycles(model, engine, &outcome)
    };
    // Where all comes back, what comes back only by repair is what might be had sooner.
    let (held, repair_now) = if never.is_empty() && !is_black_start {
        (&outcome.unrepaired, false)
    } else {
        (&recovery, true)
    };
    let hops = waits(model, engine, &outcome, held);
    let cycles = held_by(model, engine, &outcome, cycles, (&hops, held));
    let loosening = loosen(
        (model, engine),
        &outcome,
        (held, &hops),
        &|node| repair(node).filter(|_| repair_now),
        told,
    );
    let data = if is_black_start {
        Vec::new()
    } else {
        data_losses(model, graph, &outcome)
    };
    BringUp {
        scenario,
        along,
        outcome,
        recovery,
        plan,
        never,
        stuck,
        cycles,
        data,
        loosening,
    }
}

/// What waits for each circle. Circles are those of one of two recoveries; the waiting of `known`
/// is there already.
fn held_by(
    model: &Model,
    engine: &Engine<'_>,
    outcome: &Outcome,
    cycles: Vec<RecoveryCycle>,
    known: (&[WaitHop], &Recovery),
) -> Vec<Held> {
    let behind = |hops: &[WaitHop]| {
        let mut behind: HashMap<NodeIx, Vec<NodeIx>> = HashMap::new();
        for hop in hops {
            behind.entry(hop.to).or_default().push(hop.from);
        }
        behind
    };
    let mut by_verdict: BTreeMap<Verdict, HashMap<NodeIx, Vec<NodeIx>>> = BTreeMap::new();
    let mut held = Vec::new();
    for (number, cycle) in cycles.into_iter().enumerate() {
        if number >= COUNTED {
            held.push(Held { cycle, holds: None });
            continue;
        }
        let behind = by_verdict.entry(cycle.makes).or_insert_with(|| {
            let recovery = match (cycle.makes, &outcome.repaired) {
                (Verdict::Stuck, Some(repaired)) => repaired,
                _ => &outcome.unrepaired,
            };
            if std::ptr::eq(recovery, known.1) {
                behind(known.0)
            } else {
                behind(&waits(model, engine, outcome, recovery))
            }
        });
        let mut seen: std::collections::HashSet<NodeIx> =
            cycle.hops.iter().map(|hop| hop.from).collect();
        let mut queue: Vec<NodeIx> = seen.iter().copied().collect();
        while let Some(node) = queue.pop() {
            for next in behind.get(&node).into_iter().flatten() {
                if seen.insert(*next) {
                    queue.push(*next);
                }
            }
        }
        let mut holds: Vec<NodeIx> = seen.into_iter().collect();
        holds.sort_unstable();
        held.push(Held {
            cycle,
            holds: Some(holds),
        });
    }
    held
}
