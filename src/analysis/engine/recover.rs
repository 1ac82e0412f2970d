//! What comes back after the strike, and when: restarts, promotions, and serving again.

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
#[derive(Debug)]
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
    let mut simulation = Simulation::new(graph, baseline, scratch);
    let mut nodes = simulation.scratch.list(Set::Lost).to_vec();
    nodes.extend_from_slice(simulation.scratch.list(Set::Stopped));
    nodes.extend_from_slice(&baseline.late);
    simulation.admit(nodes, &[]);
    simulation.prepare(repair);
    simulation.play();
    simulation.finish()
}

/// As [`recover`], with one requirement or one part of a way not counted, and with the log of what
/// happens, if that is wanted.
pub(super) fn recover_loosened(
    graph: &Graph,
    baseline: &Baseline,
    scratch: &mut Scratch,
    repair: impl Fn(u32) -> Option<u64>,
    (loosened, logged): (Loosened, bool),
) -> (Recovery, Vec<Entry>) {
    let mut simulation = Simulation::new(graph, baseline, scratch);
    simulation.loosened = loosened;
    simulation.log = logged.then(Vec::new);
    let mut nodes = simulation.scratch.list(Set::Lost).to_vec();
    nodes.extend_from_slice(simulation.scratch.list(Set::Stopped));
    nodes.extend_from_slice(&baseline.late);
    simulation.admit(nodes, &[]);
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
        }
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
        // Nothing has to happen for what waited for loosened requirements alone.
        for q in self.loosened.requirements.clone() {
            let slot = self.scratch.slot[self.graph.owner[q as usize] as usize];
            if slot != NO_SLOT {
                self.touch_cycle(slot);
                self.serve_if_possible(slot);
            }
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
                    if self.serves_at_once(node)
                        || self.loosened.parts.binary_search(&(way, node)).is_ok()
                    {
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

    fn play(&mut self) {
        loop {
            while let Some(&Reverse((time, event))) = self.events.peek() {
                if time > self.now {
                    break;
                }
                self.events.pop();
                self.happen(event);
            }
            if let Some(slot) = self.ready.pop() {
                self.announce(slot);
            } else if let Some(cycle) = self.touched_cycles.pop() {
                self.settle_cycle(cycle);
            } else if let Some(Reverse((time, _))) = self.events.peek() {
                self.now = *time;
            } else {
                return;
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

    fn schedule(&mut self, time: Time, event: Event) {
        self.events.push(Reverse((time, event)));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Repaired(slot) => {
                self.note(Happening::Repaired(self.waiting[slot as usize].node));
                self.one_less_before_start(slot);
            }
            Event::Runs(slot) => {
                let node = self.waiting[slot as usize].node;
                self.note(Happening::Runs(node));
                self.waiting[slot as usize].runs = true;
                self.waiting[slot as usize].runs_at = self.now;
                for &m in self.graph.active_in.items(node) {
                    let q = self.graph.member_of[m as usize];
                    if self.graph.mode[q as usize] == Mode::Placement {
                        self.gain_running(q, self.graph.member_weight[m as usize]);
                    }
                }
                self.touch_cycle(slot);
                self.serve_if_possible(slot);
            }
            Event::Serves(slot) => {
                self.waiting[slot as usize].serves = self.now;
                self.ready.push(slot);
            }
            Event::Promoted(standby, way) => {
                let armed = &mut self.armed[standby as usize];
                if armed.promoted != Time::NEVER {
                    return;
                }
                armed.promoted = self.now;
                let member = armed.member;
                self.note(Happening::Promoted { member, way });
                let q = self.graph.member_of[member as usize];
                let weight = self.graph.member_weight[member as usize];
                if self.graph.mode[q as usize] == Mode::Placement {
                    self.gain_running(q, weight);
                }
                self.gain_serving(q, weight);
            }
        }
    }

    /// Tells everyone that the node in `slot` serves.
    fn announce(&mut self, slot: u32) {
        let node = self.waiting[slot as usize].node;
        for &m in self.graph.active_in.items(node) {
            self.gain_serving(
                self.graph.member_of[m as usize],
                self.graph.member_weight[m as usize],
            );
        }
        let mut next = self.first_watcher[slot as usize];
        while let Some((number, after)) = self.watchers.get(next as usize).copied() {
            next = after;
            let way = &mut self.ways[number as usize];
            way.missing -= 1;
            if way.missing == 0 {
                let (standby, number, takes) = (way.standby, way.way, way.takes);
                let member = self.armed[standby as usize].member;
                self.note(Happening::Begins {
                    member,
                    way: number,
                });
                self.schedule(self.now.after(takes), Event::Promoted(standby, number));
            }
        }
    }

    fn gain_running(&mut self, q: u32, weight: u64) {
        let before = self.running_weight(q);
        let gained = &mut self.scratch.record(q).gained_running;
        *gained = gained.saturating_add(weight);
        let slot = self.scratch.slot[self.graph.owner[q as usize] as usize];
        if slot != NO_SLOT && self.crosses(q, before, self.running_weight(q)) {
            self.one_less_before_start(slot);
        }
    }

    fn gain_serving(&mut self, q: u32, weight: u64) {
        let before = self.serving_weight(q);
        let gained = &mut self.scratch.record(q).gained_serving;
        *gained = gained.saturating_add(weight);
        let slot = self.scratch.slot[self.graph.owner[q as usize] as usize];
        if slot == NO_SLOT {
            return;
        }
        let crosses = self.crosses(q, before, self.serving_weight(q));
        match self.graph.mode[q as usize] {
            Mode::Placement | Mode::Hard => {
                self.touch_cycle(slot);
                if crosses {
                    self.waiting[slot as usize].unmet -= 1;
                    self.serve_if_possible(slot);
                }
            }
            Mode::Start if crosses => self.one_less_before_start(slot),
            Mode::Start | Mode::Soft => {}
        }
    }

    fn crosses(&self, q: u32, before: u64, after: u64) -> bool {
        let need = self.need(q);
        before < need && after >= need
    }

    /// A running node has nothing to wait for before it starts, so nothing is counted for it.
    fn one_less_before_start(&mut self, slot: u32) {
        let waiting = &mut self.waiting[slot as usize];
        if !waiting.runs {
            waiting.not_startable = waiting.not_startable.saturating_sub(1);
            self.start_if_possible(slot);
        }
    }

    /// Called whenever a stopped node has one thing less to wait for, hence at zero only once.
    fn start_if_possible(&mut self, slot: u32) {
        let waiting = &self.waiting[slot as usize];
        if !waiting.runs && waiting.not_startable == 0 {
            let node = waiting.node;
            let after = self.graph.start_s[node as usize];
            self.note(Happening::Starts(node));
            self.schedule(self.now.after(after), Event::Runs(slot));
        }
    }

    fn serve_if_possible(&mut self, slot: u32) {
        let waiting = &mut self.waiting[slot as usize];
        if waiting.runs && waiting.unmet == 0 && waiting.serves == Time::NEVER {
            waiting.serves = self.now;
            let node = waiting.node;
            self.note(Happening::Serves { node, group: None });
            self.ready.push(slot);
        }
    }

    fn touch_cycle(&mut self, slot: u32) {
        let cycle = self.waiting[slot as usize].cycle;
        if let Some(known) = self.cycles.get_mut(cycle as usize)
            && !std::mem::replace(&mut known.touched, true)
        {
            self.touched_cycles.push(cycle);
        }
    }

    /// Finds the greatest set of the cycle's running nodes that serve if all of them do.
    fn settle_cycle(&mut self, cycle: u32) {
        let may = |w: &Waiting| w.runs && w.serves == Time::NEVER;
        let known = &mut self.cycles[cycle as usize];
        known.touched = false;
        let mut hopeful = known.slots.clone();
        hopeful.retain(|slot| may(&self.waiting[*slot as usize]));
        let mut in_hope = vec![true; hopeful.len()];
        for &slot in &hopeful {
            for &m in self.graph.active_in.items(self.waiting[slot as usize].node) {
                let hoped = &mut self.scratch.record(self.graph.member_of[m as usize]).hoped;
                *hoped = hoped.saturating_add(self.graph.member_weight[m as usize]);
            }
        }
        let mut hopeless: Vec<usize> = (0..hopeful.len()).collect();
        while let Some(at) = hopeless.pop() {
            let node = self.waiting[hopeful[at] as usize].node;
            if !in_hope[at] || self.would_serve(node) {
                continue;
            }
            in_hope[at] = false;
            for &m in self.graph.active_in.items(node) {
                let q = self.graph.member_of[m as usize];
                let hoped = &mut self.scratch.record(q).hoped;
                *hoped = hoped.saturating_sub(self.graph.member_weight[m as usize]);
                let owner = self.scratch.slot[self.graph.owner[q as usize] as usize];
                if let Ok(owner_at) = hopeful.binary_search(&owner)
                    && in_hope[owner_at]
                {
                    hopeless.push(owner_at);
                }
            }
        }
        for (slot, serves) in hopeful.into_iter().zip(in_hope) {
            if serves {
                for &m in self.graph.active_in.items(self.waiting[slot as usize].node) {
                    self.scratch.record(self.graph.member_of[m as usize]).hoped = 0;
                }
                self.waiting[slot as usize].serves = self.now;
                let (node, group) = (self.waiting[slot as usize].node, Some(self.settled));
                self.note(Happening::Serves { node, group });
                self.ready.push(slot);
            }
        }
        self.settled += 1;
    }

    /// True if the hoped-for weight meets every carrying requirement of `node`.
    fn would_serve(&self, node: u32) -> bool {
        self.graph.requirements_of(node).all(|q| {
            let carries = matches!(self.graph.mode[q as usize], Mode::Placement | Mode::Hard);
            let weight = self
                .serving_weight(q)
                .saturating_add(self.scratch.recorded(q).hoped);
            !carries || weight >= self.need(q)
        })
    }

    fn serves_at_once(&self, node: u32) -> bool {
        self.baseline.serves[node as usize]
            && !self.scratch.has(Set::Lost, node)
            && !self.scratch.has(Set::Outside, node)
    }

    /// Weight of members that serve now.
    fn serving_weight(&self, q: u32) -> u64 {
        let record = self.scratch.recorded(q);
        let before = self.baseline.serving(q);
        before
            .saturating_sub(record.lost_serving)
            .saturating_add(record.gained_serving)
    }

    /// Weight of members that run now.
    fn running_weight(&self, q: u32) -> u64 {
        let record = self.scratch.recorded(q);
        let before = self.baseline.running(q);
        before
            .saturating_sub(record.lost_running)
            .saturating_add(record.gained_running)
    }
}
