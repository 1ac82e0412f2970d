//! What comes back after the strike, and when: restarts, promotions, and serving again.
//!
//! Here: what takes part, and what it waits for. [`play`]: what happens then. [`trial`]: what
//! would come back as well, were one thing not asked for.

mod play;
pub(in crate::analysis) mod trial;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::analysis::verdict::Time;
use crate::graph::{Graph, MemberIx};
use crate::words::Mode;

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
    /// Which group of nodes it settles with, if it is in a cycle.
    cycle: u32,
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
    /// What a requirement had got back.
    Running(u32, u64),
    Serving(u32, u64),
}

struct Simulation<'a> {
    graph: &'a Graph,
    baseline: &'a Baseline,
    scratch: &'a mut Scratch,
    waiting: Vec<Waiting>,
    armed: Vec<Armed>,
    ways: Vec<ArmedWay>,
    /// By slot: the first of the watchers of the node, [`NO_SLOT`] for none.
    first_watcher: Vec<u32>,
    /// Ways that wait for a node to serve, each with the next watcher of that node.
    watchers: Vec<(u32, u32)>,
    events: BinaryHeap<Reverse<(Time, Event)>>,
    /// Slots that serve from now on and have not yet told anyone.
    ready: Vec<u32>,
    /// Slots of each cycle that takes part, and cycles to look at again.
    cycles: Vec<Cycle>,
    touched_cycles: Vec<u32>,
    now: Time,
    start_is_awaited: bool,
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

/// Simulates the time after the strike in `scratch`; `repair(x)` says when fault `x` is repaired.
/// O((nodes + members touched) log events), and for each cycle its size once per time at which
/// something in it changes.
pub(super) fn recover(
    graph: &Graph,
    baseline: &Baseline,
    scratch: &mut Scratch,
    repair: impl Fn(u32) -> Option<u64>,
) -> Recovery {
    let mut simulation = Simulation::of_the_struck(graph, baseline, scratch);
    simulation.prepare(repair);
    simulation.play();
    simulation.finish()
}

/// As [`recover`], with the log of what happens.
pub(super) fn recover_logged(
    graph: &Graph,
    baseline: &Baseline,
    scratch: &mut Scratch,
    repair: impl Fn(u32) -> Option<u64>,
) -> (Recovery, Vec<Entry>) {
    let mut simulation = Simulation::of_the_struck(graph, baseline, scratch);
    simulation.log = Some(Vec::new());
    simulation.prepare(repair);
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
    simulation.admit(nodes, given);
    simulation.prepare(repair);
    simulation.play();
    let own = simulation.waiting.iter().filter(|waiting| !waiting.given);
    let returns = own
        .map(|waiting| Return {
            node: waiting.node,
            runs: waiting.runs_at,
            serves: waiting.serves,
        })
        .collect();
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
            first_watcher: Vec::new(),
            watchers: Vec::new(),
            events: BinaryHeap::new(),
            ready: Vec::new(),
            cycles: Vec::new(),
            touched_cycles: Vec::new(),
            now: Time::ZERO,
            start_is_awaited: false,
            loosened: Loosened::default(),
            log: None,
            settled: 0,
            undo: None,
            work: 0,
        }
    }

    /// Of all that is lost or stopped in `scratch`, and of what was late without faults.
    fn of_the_struck(graph: &'a Graph, baseline: &'a Baseline, scratch: &'a mut Scratch) -> Self {
        let mut simulation = Self::new(graph, baseline, scratch);
        let mut nodes = simulation.scratch.list(Set::Lost).to_vec();
        nodes.extend_from_slice(simulation.scratch.list(Set::Stopped));
        let late = baseline.late.iter();
        nodes.extend(late.filter(|node| simulation.scratch.may(**node)));
        simulation.admit(nodes, &[]);
        simulation
    }

    fn note(&mut self, what: Happening) {
        if let Some(log) = &mut self.log {
            log.push(Entry { at: self.now, what });
        }
    }

    /// What requirement `q` needs; nothing if it is the one loosened.
    fn need(&self, q: u32) -> u64 {
        if self.loosened.requirements.binary_search(&q).is_ok() {
            0
        } else {
            self.graph.need[q as usize]
        }
    }

    /// Gives a slot to every node that does not serve at t = 0 and may change.
    fn admit(&mut self, mut nodes: Vec<u32>, given: &[Given]) {
        let scratch = &mut *self.scratch;
        nodes.sort_unstable();
        nodes.dedup();
        let mut groups: Vec<(u32, u32)> = Vec::new();
        for (slot, &node) in (0u32..).zip(&nodes) {
            scratch.slot[node as usize] = slot;
            if let Some(cycle) = self.graph.cycles.of(node) {
                groups.push((cycle, slot));
            }
            let runs = self.baseline.runs[node as usize] && !scratch.has(Set::Stopped, node);
            self.waiting.push(Waiting {
                node,
                given: false,
                runs,
                runs_at: if runs { Time::ZERO } else { Time::NEVER },
                unmet: 0,
                not_startable: 0,
                serves: Time::NEVER,
                cycle: NO_SLOT,
            });
        }
        for one in given {
            let slot = u32::try_from(self.waiting.len()).unwrap_or(NO_SLOT);
            scratch.slot[one.node as usize] = slot;
            self.waiting.push(Waiting {
                node: one.node,
                given: true,
                runs: !one.stopped,
                runs_at: one.runs,
                unmet: u32::MAX,
                not_startable: u32::MAX,
                serves: Time::NEVER,
                cycle: NO_SLOT,
            });
            let events = [
                (one.runs, Event::Runs(slot), one.stopped),
                (one.serves, Event::Serves(slot), true),
            ];
            for (at, event, is_news) in events {
                if at != Time::NEVER && is_news {
                    self.events.push(Reverse((at, event)));
                }
            }
        }
        self.first_watcher.resize(self.waiting.len(), NO_SLOT);
        groups.sort_unstable();
        let mut last = None;
        for (cycle, slot) in groups {
            if last.replace(cycle) != Some(cycle) {
                self.cycles.push(Cycle::default());
            }
            let number = self.cycles.len() - 1;
            self.cycles[number].slots.push(slot);
            self.waiting[slot as usize].cycle = u32::try_from(number).unwrap_or(NO_SLOT);
        }
    }

    /// Counts what each node waits for, and arms the standbys of unmet requirements.
    fn prepare(&mut self, repair: impl Fn(u32) -> Option<u64>) {
        for slot in 0..u32::try_from(self.waiting.len()).unwrap_or(u32::MAX) {
            let waiting = &self.waiting[slot as usize];
            if waiting.given {
                continue;
            }
            let (node, stopped) = (waiting.node, !waiting.runs);
            if self.scratch.has(Set::Faults, node) {
                self.waiting[slot as usize].not_startable += 1;
                if let Some(after) = repair(node) {
                    self.schedule(Time::seconds(after), Event::Repaired(slot));
                }
            }
            for q in self.graph.requirements_of(node) {
                let mode = self.graph.mode[q as usize];
                let unmet = self.serving_weight(q) < self.need(q);
                let waiting = &mut self.waiting[slot as usize];
                match mode {
                    Mode::Soft => continue,
                    Mode::Start if !stopped => continue,
                    Mode::Start => {
                        waiting.not_startable += u32::from(unmet);
                        self.start_is_awaited |= unmet;
                    }
                    Mode::Placement | Mode::Hard => waiting.unmet += u32::from(unmet),
                }
                if mode == Mode::Placement && stopped && self.running_weight(q) < self.need(q) {
                    self.waiting[slot as usize].not_startable += 1;
                }
                if unmet {
                    self.arm(q);
                }
            }
            self.start_if_possible(slot);
        }
    }

    fn arm(&mut self, q: u32) {
        for member in self.graph.members_of(q) {
            let Some(ways) = self.graph.ways_of(member) else {
                continue;
            };
            let standby = u32::try_from(self.armed.len()).unwrap_or(u32::MAX);
            self.armed.push(Armed {
                member,
                promoted: Time::NEVER,
            });
            for way in ways {
                let number = u32::try_from(self.ways.len()).unwrap_or(u32::MAX);
                let takes = self.graph.way_takes[way as usize];
                let itself = self.graph.member_node[member as usize];
                let required = self.graph.way_requires.items(way);
                let mut missing = 0;
                for &node in std::iter::once(&itself).chain(required) {
                    if self.serves_at_once(node) {
                        continue;
                    }
                    missing += 1;
                    // A node without a slot never serves, so nobody need be told.
                    let slot = self.scratch.slot[node as usize];
                    if let Some(first) = self.first_watcher.get_mut(slot as usize) {
                        let watcher = u32::try_from(self.watchers.len()).unwrap_or(NO_SLOT);
                        self.watchers.push((number, *first));
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

    fn finish(self) -> Recovery {
        let mut recovery = Recovery {
            start_is_awaited: self.start_is_awaited,
            ..Recovery::default()
        };
        for waiting in &self.waiting {
            self.scratch.slot[waiting.node as usize] = NO_SLOT;
            recovery.times.push((waiting.node, waiting.serves));
            recovery.leaves_someone |= waiting.serves == Time::NEVER;
        }
        self.scratch.rewind();
        recovery.promotions = self
            .armed
            .iter()
            .map(|armed| (armed.member, armed.promoted))
            .collect();
        recovery.promotions.sort_unstable();
        recovery
    }
}
