//! What comes back after the strike, and when: restarts, promotions, and serving again.
//!
//! Here: what takes part. [`admit`]: what it waits for. [`play`]: what happens then. [`trial`]: what
//! would come back as well, were one thing not asked for.
//!
//! Most of what a fault takes never comes back while the fault is unrepaired, so nodes take part
//! only once something that they wait for comes back: the work is proportional to what returns,
//! not to what is lost.

mod admit;
mod play;
pub(in crate::analysis) mod trial;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::verdict::Time;
use crate::graph::{Graph, MemberIx};

use super::baseline::Baseline;
use super::log::{Entry, Happening, Loosened};
use super::scratch::{NO_SLOT, Scratch, Set};

/// When everything serves that did not serve at t = 0.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    times: Vec<(u32, Time)>,
    promotions: Vec<(MemberIx, Time)>,
    /// Some node never serves.
    pub leaves_someone: bool,
    /// Some stopped node has a start requirement that nothing met at t = 0.
    pub start_is_awaited: bool,
}

impl Recovery {
    /// Nodes that don't serve at t = 0 though they may, with the time they serve; sorted. What
    /// never serves even without faults is not among them.
    #[must_use]
    pub fn times(&self) -> &[(u32, Time)] {
        &self.times
    }

    /// The time of `node`, if it is among [`times`](Self::times).
    #[must_use]
    pub fn time(&self, node: u32) -> Option<Time> {
        let at = self
            .times
            .binary_search_by_key(&node, |(known, _)| *known)
            .ok()?;
        Some(self.times[at].1)
    }

    /// Standbys of requirements unmet at t = 0, by member index, with the time of promotion;
    /// sorted.
    #[must_use]
    pub fn promotions(&self) -> &[(MemberIx, Time)] {
        &self.promotions
    }

    /// The time at which member `m` is promoted, if its requirement was unmet.
    #[must_use]
    pub fn promotion(&self, m: MemberIx) -> Option<Time> {
        let at = self
            .promotions
            .binary_search_by_key(&m, |(known, _)| *known)
            .ok()?;
        Some(self.promotions[at].1)
    }
}

/// Something that happens at a known time. Order matters only for determinism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The fault in this slot is repaired.
    Repaired(u32),
    /// The stopped node in this slot runs again.
    Runs(u32),
    /// The given node in this slot serves again.
    Serves(u32),
    /// This armed standby is promoted, by this way of the graph.
    Promoted(u32, u32),
}

/// A node that does not serve yet.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the node"
)]
struct Waiting {
    node: u32,
    /// Its times are given, not found.
    given: bool,
    runs: bool,
    /// When it runs again, if it was stopped.
    runs_at: Time,
    /// Placement and hard requirements that serving nodes don't meet.
    unmet: u32,
    /// What keeps a stopped node from starting: repair, placement, start requirements.
    not_startable: u32,
    serves: Time,
    /// It has all it needs in order to start.
    starting: bool,
    /// Everybody who needs it knows that it serves.
    told: bool,
    /// What happened up to here is counted in what it waits for.
    since: u64,
}

/// A standby whose requirement was unmet at t = 0.
#[derive(Debug)]
struct Armed {
    member: MemberIx,
    promoted: Time,
}

/// A way of promoting an armed standby.
#[derive(Debug)]
struct ArmedWay {
    standby: u32,
    /// Its index in the graph.
    way: u32,
    takes: u64,
    /// How many of the standby and what the way requires don't serve yet.
    missing: u32,
}

/// Waiting nodes that serve together.
#[derive(Debug, Default)]
struct Cycle {
    slots: Vec<u32>,
    /// It is among those to look at again.
    touched: bool,
}

/// How something was before a change.
#[derive(Clone, Copy, Debug)]
enum Undo {
    /// A node, by slot.
    Waiting(u32, Waiting),
    /// This armed standby was not promoted.
    Promoted(u32),
    /// One more was missing of this armed way.
    Missing(u32),
    /// What a requirement lacked.
    Running(u32, u64),
    Serving(u32, u64),
    /// Nobody knew that the node in this slot serves.
    Told(u32),
}

struct Simulation<'a> {
    graph: &'a Graph,
    baseline: &'a Baseline,
    scratch: &'a mut Scratch,
    waiting: Vec<Waiting>,
    armed: Vec<Armed>,
    ways: Vec<ArmedWay>,
    /// Standbys that were promoted, by member.
    promoted: FxHashSet<MemberIx>,
    /// By slot: the first of the watchers of the node, [`NO_SLOT`] for none.
    first_watcher: Vec<u32>,
    /// Ways that wait for a node to serve, each with the next watcher of that node.
    watchers: Vec<(u32, u32)>,
    events: BinaryHeap<Reverse<(Time, Event)>>,
    /// Slots that serve from now on and have not yet told anyone.
    ready: Vec<u32>,
    /// Waiting nodes that are in a cycle, by cycle; listed when the first of them gets something.
    in_cycles: Option<Vec<(u32, u32)>>,
    /// Those of the cycles that got something, by the graph's number; and which to look at again.
    cycles: Vec<Cycle>,
    cycle_at: FxHashMap<u32, u32>,
    touched_cycles: Vec<u32>,
    now: Time,
    /// Counts what happens.
    happened: u64,
    start_is_awaited: bool,
    /// Some fault is repaired in the course of it.
    repairs: bool,
    loosened: Loosened,
    /// What happens, for whoever explains it.
    log: Option<Vec<Entry>>,
    /// How many groups have settled together.
    settled: u32,
    /// How to take back what happens, for whoever tries something out.
    undo: Option<Vec<Undo>>,
    /// Nodes and members looked at while it plays.
    work: u64,
}

/// A node that comes back at times that are known beforehand: by what it waits for itself is
/// nobody's business here.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Given {
    pub(in crate::analysis) node: u32,
    pub(in crate::analysis) stopped: bool,
    pub(in crate::analysis) runs: Time,
    pub(in crate::analysis) serves: Time,
}

/// When a node runs and serves again.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Return {
    pub(in crate::analysis) node: u32,
    /// Zero if it was not stopped.
    pub(in crate::analysis) runs: Time,
    pub(in crate::analysis) serves: Time,
}

/// What a recovery comes to.
pub(super) struct Returned {
    /// Waiting nodes that serve in the end, and when; sorted.
    serving: Vec<(u32, Time)>,
    promotions: Vec<(MemberIx, Time)>,
    pub(super) start_is_awaited: bool,
}

impl Returned {
    /// The times of nodes that are asked for in order.
    pub(super) fn times(&self) -> Times<'_> {
        Times(self.serving.iter().peekable())
    }

    /// How many come back.
    pub(super) fn len(&self) -> usize {
        self.serving.len()
    }

    /// The same of all that waits, which is sorted.
    pub(super) fn among(self, waiting: &[u32]) -> Recovery {
        let mut known = self.times();
        let times = waiting.iter().map(|node| (*node, known.of(*node)));
        let times: Vec<(u32, Time)> = times.collect();
        Recovery {
            leaves_someone: self.serving.len() < times.len(),
            times,
            promotions: self.promotions,
            start_is_awaited: self.start_is_awaited,
        }
    }
}

/// Reads a [`Returned`] from front to back.
pub(super) struct Times<'r>(Peekable<std::slice::Iter<'r, (u32, Time)>>);

impl Times<'_> {
    /// When `node` serves, if it is not before one that was asked for, and waits.
    pub(super) fn of(&mut self, node: u32) -> Time {
        let found = self.0.next_if(|one| one.0 == node);
        found.map_or(Time::NEVER, |one| one.1)
    }
}

/// All that may come back after the strike in `scratch`: what is lost or stopped, and what was late
/// without faults. Sorted.
pub(super) fn waiting(baseline: &Baseline, scratch: &Scratch) -> Vec<u32> {
    let mut nodes = scratch.list(Set::Lost).to_vec();
    let stopped = scratch.list(Set::Stopped).iter();
    nodes.extend(stopped.filter(|node| !scratch.has(Set::Lost, **node)));
    let late = baseline.late.iter().filter(|node| scratch.may(**node));
    nodes.extend(late.filter(|node| !scratch.has(Set::Stopped, **node)));
    sort_numbers(&mut nodes);
    nodes
}

/// Sorts numbers each of which is there once: by marking them where they are dense.
pub(super) fn sort_numbers(numbers: &mut Vec<u32>) {
    let (Some(&least), Some(&most)) = (numbers.iter().min(), numbers.iter().max()) else {
        return;
    };
    let words = (most - least) as usize / 64 + 1;
    if numbers.len() < 64 || words > numbers.len() {
        numbers.sort_unstable();
        return;
    }
    let mut marks = vec![0u64; words];
    for number in numbers.drain(..) {
        let at = number - least;
        marks[at as usize / 64] |= 1 << (at % 64);
    }
    for (word, first) in marks.into_iter().zip((least..=most).step_by(64)) {
        let mut left = word;
        while left != 0 {
            numbers.push(first + left.trailing_zeros());
            left &= left - 1;
        }
    }
}

/// Simulates the time after the strike in `scratch`; `repair(x)` says when fault `x` is repaired.
/// O((nodes that get something back + members touched) log events), and for each cycle its size
/// once per time at which something in it changes.
pub(super) fn recover(
    graph: &Graph,
    baseline: &Baseline,
    scratch: &mut Scratch,
    repair: impl Fn(u32) -> Option<u64>,
) -> Returned {
    let mut simulation = Simulation::new(graph, baseline, scratch);
    simulation.begin(&[], repair);
    simulation.play();
    simulation.finish()
}

/// As [`recover`], with the log of what happens.
pub(super) fn recover_logged(
    graph: &Graph,
    baseline: &Baseline,
    scratch: &mut Scratch,
    repair: impl Fn(u32) -> Option<u64>,
) -> (Returned, Vec<Entry>) {
    // The log is in order of node where nothing else decides, so all of them take part at once.
    let nodes = waiting(baseline, scratch);
    let mut simulation = Simulation::new(graph, baseline, scratch);
    simulation.log = Some(Vec::new());
    simulation.begin(&nodes, repair);
    simulation.play();
    let log = simulation.log.take().unwrap_or_default();
    (simulation.finish(), log)
}

/// As [`recover`], of the lost and stopped nodes in `scratch` alone, given when those of
/// [`Set::Outside`] come back. What is in neither is as it was before the faults.
pub(in crate::analysis) fn recover_among(
    graph: &Graph,
    baseline: &Baseline,
    scratch: &mut Scratch,
    given: &[Given],
    repair: impl Fn(u32) -> Option<u64>,
) -> Vec<Return> {
    let mut simulation = Simulation::new(graph, baseline, scratch);
    let mut nodes = simulation.scratch.list(Set::Lost).to_vec();
    nodes.extend_from_slice(simulation.scratch.list(Set::Stopped));
    nodes.sort_unstable();
    nodes.dedup();
    simulation.give(given);
    simulation.begin_among(&nodes, repair);
    simulation.play();
    let own = simulation.waiting.iter().filter(|waiting| !waiting.given);
    let mut returns: Vec<Return> = own
        .map(|waiting| Return {
            node: waiting.node,
            runs: waiting.runs_at,
            serves: waiting.serves,
        })
        .collect();
    returns.sort_unstable_by_key(|one| one.node);
    simulation.finish();
    returns
}

impl<'a> Simulation<'a> {
    fn new(graph: &'a Graph, baseline: &'a Baseline, scratch: &'a mut Scratch) -> Self {
        Self {
            graph,
            baseline,
            scratch,
            waiting: Vec::new(),
            armed: Vec::new(),
            ways: Vec::new(),
            promoted: FxHashSet::default(),
            first_watcher: Vec::new(),
            watchers: Vec::new(),
            events: BinaryHeap::new(),
            ready: Vec::new(),
            in_cycles: None,
            cycles: Vec::new(),
            cycle_at: FxHashMap::default(),
            touched_cycles: Vec::new(),
            now: Time::ZERO,
            happened: 0,
            start_is_awaited: false,
            repairs: false,
            loosened: Loosened::default(),
            log: None,
            settled: 0,
            undo: None,
            work: 0,
        }
    }

    /// The recovery of what is lost or stopped in `scratch`, and of what was late without faults.
    /// `nodes` take part at once, the others when they get something back.
    fn begin(&mut self, nodes: &[u32], repair: impl Fn(u32) -> Option<u64>) {
        self.start_is_awaited = self.scratch.start_is_awaited;
        let mut unmet = self.scratch.unmet.clone();
        // What a strike does to nodes that did not serve before is not counted there.
        let mut poor: Vec<u32> = self.baseline.late.clone();
        poor.retain(|node| self.scratch.may(*node));
        let stopped = self.scratch.list(Set::Stopped).iter();
        poor.extend(stopped.filter(|node| !self.baseline.serves[**node as usize]));
        poor.sort_unstable();
        poor.dedup();
        for node in nodes.iter().chain(&poor) {
            self.enter(*node);
        }
        for node in poor {
            self.promotable(node, &mut unmet);
        }
        self.prepare(unmet, repair);
    }

    /// The recovery of `nodes` alone.
    fn begin_among(&mut self, nodes: &[u32], repair: impl Fn(u32) -> Option<u64>) {
        let mut unmet = Vec::new();
        for node in nodes {
            self.enter(*node);
        }
        for node in nodes {
            self.promotable(*node, &mut unmet);
        }
        self.prepare(unmet, repair);
    }

    /// Arms the standbys of `unmet` requirements and plans the repairs.
    fn prepare(&mut self, mut unmet: Vec<u32>, repair: impl Fn(u32) -> Option<u64>) {
        unmet.sort_unstable();
        unmet.dedup();
        for q in unmet {
            self.arm(q);
        }
        for at in 0..self.scratch.list(Set::Faults).len() {
            let node = self.scratch.list(Set::Faults)[at];
            if let Some(after) = repair(node) {
                self.repairs = true;
                let slot = self.enter(node);
                self.schedule(Time::seconds(after), Event::Repaired(slot));
            }
        }
        for slot in 0..number(self.waiting.len()) {
            self.start_if_possible(slot);
        }
    }

    fn note(&mut self, what: Happening) {
        if let Some(log) = &mut self.log {
            log.push(Entry { at: self.now, what });
        }
    }

    fn arm(&mut self, q: u32) {
        for member in self.graph.members_of(q) {
            let Some(ways) = self.graph.ways_of(member) else {
                continue;
            };
            let standby = number(self.armed.len());
            self.armed.push(Armed {
                member,
                promoted: Time::NEVER,
            });
            for way in ways {
                let this = number(self.ways.len());
                let takes = self.graph.way_takes[way as usize];
                let itself = self.graph.member_node[member as usize];
                let required = self.graph.way_requires.items(way);
                let mut missing = 0;
                for &node in std::iter::once(&itself).chain(required) {
                    if self.serves_at_once(node) {
                        continue;
                    }
                    missing += 1;
                    // Who does not wait never serves, so nobody need be told.
                    if let Some(slot) = self.waits(node) {
                        let watcher = number(self.watchers.len());
                        let first = &mut self.first_watcher[slot as usize];
                        self.watchers.push((this, *first));
                        *first = watcher;
                    }
                }
                self.ways.push(ArmedWay {
                    standby,
                    way,
                    takes,
                    missing,
                });
                if missing == 0 {
                    self.note(Happening::Begins { member, way });
                    self.schedule(Time::ZERO.after(takes), Event::Promoted(standby, way));
                }
            }
        }
    }

    fn finish(self) -> Returned {
        let mut serving = Vec::new();
        for waiting in &self.waiting {
            self.scratch.slot[waiting.node as usize] = NO_SLOT;
            if waiting.serves != Time::NEVER {
                serving.push((waiting.node, waiting.serves));
            }
        }
        self.scratch.rewind();
        serving.sort_unstable();
        let armed = self.armed.iter();
        let mut promotions: Vec<_> = armed.map(|one| (one.member, one.promoted)).collect();
        promotions.sort_unstable();
        Returned {
            serving,
            promotions,
            start_is_awaited: self.start_is_awaited,
        }
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
