//! For every node, which faults reach it: sorted lists in one arena, a node's list made of the
//! lists of what it needs.
//!
//! A fault x is in the list of v if x takes v out of the running or the serving set. As serving is
//! gate evaluation, the list of v follows from those of its members: for a requirement, the faults
//! that take members of more weight than it can spare; for the node, the union over requirements,
//! and the faults that strike it. So one pass in order of need finds the answer for every fault at
//! once ("deductive" fault simulation: Armstrong 1972, there for logic circuits with single
//! stuck-at faults). Times follow in the same pass: when a node comes back is a monotone function
//! of when its members do. Nodes that need each other are settled together, fault by fault:
//! [`super::cycle`] for serving, [`super::knot`] for coming back.

use std::ops::Range;

use super::answer::{high, low, pack};
use super::codes::{Codes, LOST, STOPPED, STRUCK, Times, is_timed};
use super::parts::{Full, Part};
use super::renumber::Renumbering;
use crate::analysis::engine::scratch::Scratch;
use crate::analysis::engine::{Baseline, Engine};
use crate::graph::{FaultClass, Graph, Rows};
use crate::words::Mode;

/// Lists by node, of pairs of fault and code.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    starts: Vec<u32>,
    lengths: Vec<u32>,
    pub(super) pairs: Vec<u64>,
}

impl Arena {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            starts: vec![0; nodes],
            lengths: vec![0; nodes],
            pairs: Vec::new(),
        }
    }

    pub(super) fn range(&self, node: u32) -> Range<usize> {
        let start = self.starts[node as usize] as usize;
        start..start + self.lengths[node as usize] as usize
    }

    /// The list of `node`, sorted by fault.
    pub(super) fn of(&self, node: u32) -> &[u64] {
        &self.pairs[self.range(node)]
    }

    pub(super) fn is_empty(&self, node: u32) -> bool {
        self.lengths[node as usize] == 0
    }

    /// The code of `fault` in the list of `node`; zero if it is not in it. O(log).
    pub(super) fn code(&self, node: u32, fault: u32) -> u32 {
        let found = self.of(node);
        let at = found.partition_point(|pair| high(*pair) < fault);
        found
            .get(at)
            .filter(|pair| high(**pair) == fault)
            .map_or(0, |pair| low(*pair))
    }

    /// Replaces the code of `fault` in the list of `node`, if it is in it.
    pub(super) fn replace(&mut self, node: u32, fault: u32, code: u32) {
        let range = self.range(node);
        let found = &mut self.pairs[range];
        if let Ok(at) = found.binary_search_by_key(&fault, |pair| high(*pair)) {
            found[at] = pack(fault, code);
        }
    }

    /// The lists with the numbers of another graph: those of nodes that are still there, without
    /// faults that are not, and nothing for new ones. O(nodes + pairs).
    pub(super) fn renumbered(&self, numbers: &Renumbering) -> Self {
        let mut arena = Self::new(numbers.new_count());
        arena.pairs.reserve(self.pairs.len());
        for (node, at) in (0u32..).zip(0..numbers.new_count()) {
            let list = numbers.old_of(node).map_or(&[][..], |was| self.of(was));
            let start = arena.pairs.len();
            if numbers.is_identity() {
                arena.pairs.extend_from_slice(list);
            } else {
                let known = |pair: &u64| Some(pack(numbers.new_of(high(*pair))?, low(*pair)));
                arena.pairs.extend(list.iter().filter_map(known));
            }
            let length = arena.pairs.len() - start;
            arena.starts[at] = u32::try_from(start).unwrap_or(u32::MAX);
            arena.lengths[at] = u32::try_from(length).unwrap_or(u32::MAX);
        }
        arena
    }

    /// Takes the list of `node` away; out comes where its pairs still stand.
    pub(super) fn take(&mut self, node: u32) -> Range<usize> {
        let range = self.range(node);
        self.lengths[node as usize] = 0;
        range
    }

    /// Sets the list of `node`, which had none.
    pub(super) fn set(&mut self, node: u32, found: &[u64]) {
        self.starts[node as usize] = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        self.lengths[node as usize] = u32::try_from(found.len()).unwrap_or(u32::MAX);
        self.pairs.extend_from_slice(found);
    }
}

/// What a sweep knows of the graph beforehand, whatever the faults.
#[derive(Debug)]
pub(super) struct Ground<'e> {
    pub(super) graph: &'e Graph,
    pub(super) baseline: &'e Baseline,
    /// By node: the services and stores whose software faults take it along.
    struck_by: Rows,
    /// One bit a requirement: it has a standby.
    with_standby: Vec<u64>,
    /// By node, see [`Ground::is`].
    traits: Vec<u8>,
}

/// It takes time to start, or has start requirements.
pub(super) const STARTS: u8 = 1;
/// It has a start requirement that nothing meets even without faults.
pub(super) const NEVER_STARTS: u8 = 2;
/// It has a soft requirement.
pub(super) const SOFT: u8 = 4;
/// What is late without faults depends on it, or the other way round.
pub(super) const NEAR_LATE: u8 = 8;

impl<'e> Ground<'e> {
    /// O(nodes + members).
    pub(super) fn new(engine: &'e Engine<'_>) -> Self {
        let (graph, baseline) = (engine.graph(), engine.known());
        let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
        let struck = (0..nodes).flat_map(|node| {
            let replicas = graph.replicas_of(node).iter();
            replicas.map(move |replica| (*replica, node))
        });
        let mut with_standby = vec![0u64; graph.owner.len().div_ceil(64)];
        for m in graph.standbys() {
            let q = graph.member_of[*m as usize];
            with_standby[q as usize / 64] |= 1 << (q % 64);
        }
        let mut traits = vec![0u8; graph.node_count()];
        for (at, start_s) in traits.iter_mut().zip(&graph.start_s) {
            *at |= if *start_s > 0 { STARTS } else { 0 };
        }
        for q in 0..u32::try_from(graph.owner.len()).unwrap_or(u32::MAX) {
            let known = &mut traits[graph.owner[q as usize] as usize];
            match graph.mode[q as usize] {
                Mode::Start if baseline.serving(q) < graph.need[q as usize] => {
                    *known |= STARTS | NEVER_STARTS;
                }
                Mode::Start => *known |= STARTS,
                Mode::Soft => *known |= SOFT,
                Mode::Placement | Mode::Hard => {}
            }
        }
        super::late::mark(graph, baseline, &mut traits);
        Self {
            graph,
            baseline,
            struck_by: Rows::from_pairs(graph.node_count(), struck),
            with_standby,
            traits,
        }
    }

    /// True if `node` has one of these traits.
    pub(super) fn is(&self, node: u32, traits: u8) -> bool {
        self.traits[node as usize] & traits != 0
    }

    pub(super) fn serves(&self, node: u32) -> bool {
        self.baseline.serves[node as usize]
    }

    pub(super) fn runs(&self, node: u32) -> bool {
        self.baseline.runs[node as usize]
    }

    pub(super) fn has_standby(&self, q: u32) -> bool {
        self.with_standby[q as usize / 64] >> (q % 64) & 1 == 1
    }

    /// Weight that `q` may lose before it is unmet; nothing if it is unmet anyway.
    pub(super) fn spare(&self, q: u32) -> Option<u64> {
        self.baseline
            .serving(q)
            .checked_sub(self.graph.need[q as usize])
    }

    /// The same of running members.
    pub(super) fn spare_running(&self, q: u32) -> Option<u64> {
        self.baseline
            .running(q)
            .checked_sub(self.graph.need[q as usize])
    }

    /// The faults of `part` that strike `node` itself, with their code.
    pub(super) fn strikes(&self, part: Part, node: u32) -> impl Iterator<Item = u64> + '_ {
        let own = FaultClass::of(self.graph.class[node as usize]).map(|_| node);
        let serves = if self.serves(node) { LOST } else { 0 };
        own.into_iter()
            .chain(self.struck_by.items(node).iter().copied())
            .filter(move |fault| part.has(*fault))
            .map(move |fault| pack(fault, STRUCK | STOPPED | serves))
    }
}

/// One pass over the graph for the faults of one part.
#[derive(Debug)]
pub(super) struct Pass<'e> {
    pub(super) ground: &'e Ground<'e>,
    pub(super) part: Part,
    pub(super) arena: Arena,
    pub(super) codes: Codes,
    /// Faults that have to be evaluated by themselves, sorted in the end.
    pub(super) apart: Vec<u32>,
    /// Faults to simulate in the knot at hand.
    pub(super) to_simulate: Vec<u32>,
    pub(super) scratch: Scratch,
    found: Vec<u64>,
    inputs: Vec<Input>,
}

/// A member that some fault reaches.
#[derive(Clone, Copy, Debug)]
struct Input {
    start: usize,
    end: usize,
    weight: u64,
    serves: bool,
}

impl<'e> Pass<'e> {
    pub(super) fn new(ground: &'e Ground<'e>, part: Part) -> Self {
        Self {
            ground,
            part,
            arena: Arena::new(ground.graph.node_count()),
            codes: Codes::default(),
            apart: Vec::new(),
            to_simulate: Vec::new(),
            scratch: Scratch::new(ground.graph),
            found: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// Makes the list of every node. Gives up when they hold more than `most` pairs.
    pub(super) fn run(&mut self, most: usize) -> Result<(), Full> {
        let order = &self.ground.graph.order;
        let mut knots = order.knots().iter();
        let mut knot = knots.next();
        let mut at = 0;
        while at < order.nodes().len() {
            if let Some(range) = knot.filter(|range| range.start as usize == at) {
                self.knot(range.start as usize..range.end as usize);
                at = range.end as usize;
                knot = knots.next();
            } else {
                self.node(order.nodes()[at], false);
                at += 1;
            }
            if self.arena.pairs.len() > most {
                let parts = order.nodes().len() / at.max(1) + 1;
                return Err(Full {
                    parts: u32::try_from(parts).unwrap_or(u32::MAX / 2).min(1 << 16),
                });
            }
        }
        self.apart.sort_unstable();
        self.apart.dedup();
        Ok(())
    }

    /// Makes the list of `node` from those of its members, which are complete. In a knot, what
    /// needs a time is left to simulate.
    pub(super) fn node(&mut self, node: u32, in_knot: bool) {
        let ground = self.ground;
        if !ground.runs(node) {
            return;
        }
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        found.extend(ground.strikes(self.part, node));
        for q in ground.graph.requirements_of(node) {
            match ground.graph.mode[q as usize] {
                Mode::Placement => self.requirement(node, q, true, in_knot, &mut found),
                Mode::Hard => self.requirement(node, q, false, in_knot, &mut found),
                Mode::Soft | Mode::Start => {}
            }
        }
        self.union(&mut found);
        if !found.is_empty() {
            if ground.is(node, STARTS) {
                self.settle_starts(node, in_knot, &mut found);
            }
            if ground.is(node, NEAR_LATE) {
                self.apart.extend(found.iter().map(|pair| high(*pair)));
            }
            self.arena.set(node, &found);
        }
        self.found = found;
    }

    /// Sorts by fault and makes one entry of all those of one fault.
    fn union(&mut self, found: &mut Vec<u64>) {
        if found.len() < 2 {
            return;
        }
        // Made of a few sorted runs, which this sort finds.
        #[expect(clippy::stable_sort_primitive, reason = "it merges the runs")]
        found.sort();
        let mut kept = 0;
        for at in 1..found.len() {
            let (last, next) = (found[kept], found[at]);
            if high(last) == high(next) {
                found[kept] = pack(high(next), self.codes.both(low(last), low(next)));
            } else {
                kept += 1;
                found[kept] = next;
            }
        }
        found.truncate(kept + 1);
    }

    /// Adds the faults that break requirement `q` of `node`.
    fn requirement(
        &mut self,
        node: u32,
        q: u32,
        places: bool,
        in_knot: bool,
        found: &mut Vec<u64>,
    ) {
        let ground = self.ground;
        let graph = ground.graph;
        let mut inputs = std::mem::take(&mut self.inputs);
        inputs.clear();
        for m in graph.members_of(q) {
            let member = graph.member_node[m as usize];
            if !self.arena.is_empty(member) && graph.is_active(m) {
                let range = self.arena.range(member);
                inputs.push(Input {
                    start: range.start,
                    end: range.end,
                    weight: graph.member_weight[m as usize],
                    serves: ground.serves(member),
                });
            }
        }
        if !inputs.is_empty() {
            let bar = Bar {
                q,
                spare: ground.spare(q).filter(|_| ground.serves(node)),
                spare_running: ground.spare_running(q).filter(|_| places),
                slow: ground.has_standby(q),
                alone: graph.members_of(q).len() == 1,
                in_knot,
            };
            match *inputs.as_slice() {
                [only] => self.plain(&bar, only, found),
                _ if inputs.len() <= 8 => self.merge(&bar, &mut inputs, found),
                _ => self.gather(&bar, &inputs, found),
            }
        }
        self.inputs = inputs;
    }

    fn plain(&mut self, bar: &Bar, input: Input, found: &mut Vec<u64>) {
        let lost = if bar.spare.is_some_and(|spare| input.weight > spare) {
            LOST
        } else {
            0
        };
        let running = bar.spare_running;
        let stopped = if running.is_some_and(|spare| input.weight > spare) {
            STOPPED
        } else {
            0
        };
        let mask = lost | stopped;
        if mask == 0 {
            return;
        }
        for at in input.start..input.end {
            let pair = self.arena.pairs[at];
            let broken = low(pair) & mask;
            if broken == 0 {
                continue;
            }
            if bar.slow || is_timed(low(pair)) {
                let code = if bar.alone && !bar.in_knot {
                    self.handed_on(low(pair), broken)
                } else {
                    self.timed(bar, high(pair), broken)
                };
                found.push(pack(high(pair), code));
            } else {
                found.push(pack(high(pair), broken));
            }
        }
    }

    /// Walks a few lists at once.
    fn merge(&mut self, bar: &Bar, inputs: &mut [Input], found: &mut Vec<u64>) {
        loop {
            let mut first = u32::MAX;
            for input in inputs.iter() {
                if input.start < input.end {
                    first = first.min(high(self.arena.pairs[input.start]));
                }
            }
            if first == u32::MAX {
                return;
            }
            let mut sum = Sum::default();
            for input in inputs.iter_mut() {
                if input.start < input.end {
                    let pair = self.arena.pairs[input.start];
                    if high(pair) == first {
                        sum.add(low(pair), *input);
                        input.start += 1;
                    }
                }
            }
            self.decide(bar, first, sum, found);
        }
    }

    /// Sorts many lists together.
    fn gather(&mut self, bar: &Bar, inputs: &[Input], found: &mut Vec<u64>) {
        let mut all: Vec<(u64, u32)> = Vec::new();
        for (number, input) in (0u32..).zip(inputs) {
            let pairs = &self.arena.pairs[input.start..input.end];
            all.extend(pairs.iter().map(|pair| (*pair, number)));
        }
        #[expect(clippy::stable_sort_primitive, reason = "it merges the runs")]
        all.sort();
        for same in all.chunk_by(|a, b| high(a.0) == high(b.0)) {
            let mut sum = Sum::default();
            for (pair, number) in same {
                sum.add(low(*pair), inputs[*number as usize]);
            }
            self.decide(bar, high(same[0].0), sum, found);
        }
    }

    fn decide(&mut self, bar: &Bar, fault: u32, sum: Sum, found: &mut Vec<u64>) {
        let lost = bar.spare.is_some_and(|spare| sum.lost > spare);
        let stopped = bar.spare_running.is_some_and(|spare| sum.stopped > spare);
        let broken = if lost { LOST } else { 0 } | if stopped { STOPPED } else { 0 };
        if broken == 0 {
            return;
        }
        let code = if bar.slow || sum.timed {
            self.timed(bar, fault, broken)
        } else {
            broken
        };
        found.push(pack(fault, code));
    }

    /// The code where something may come back.
    fn timed(&mut self, bar: &Bar, fault: u32, broken: u32) -> u32 {
        if bar.in_knot {
            self.to_simulate.push(fault);
            return broken;
        }
        let times = super::times::broken(self, bar.q, fault, broken);
        self.codes.code(broken, times)
    }

    /// The code of a node whose only member for a requirement has `code`: both come back together.
    fn handed_on(&mut self, code: u32, broken: u32) -> u32 {
        let member = self.codes.times(code);
        let mut times = Times::NONE;
        if broken & STOPPED != 0 {
            (times.runs, times.stuck_start) = (member.runs, member.stuck_start);
        }
        if broken & LOST != 0 {
            (times.serves, times.stuck) = (member.serves, member.stuck || times.stuck_start);
        }
        self.codes.code(broken, times)
    }

    /// Adds to those that `node` needs to run what it takes to start it.
    fn settle_starts(&mut self, node: u32, in_knot: bool, found: &mut [u64]) {
        let ground = self.ground;
        if in_knot {
            // Whether start requirements are met is known once the knot is complete.
            return;
        }
        // A node that nothing lets run again gets no news from its start requirements, unless
        // something is stuck.
        let may_stick = ground.is(node, NEVER_STARTS) || self.codes.any_stuck();
        for pair in found {
            let code = low(*pair);
            if code & STOPPED != 0 && (may_stick || is_timed(code)) {
                let times = super::times::started(self, node, high(*pair), code);
                *pair = pack(high(*pair), self.codes.code(code, times));
            }
        }
    }
}

/// What a requirement can bear.
#[derive(Debug)]
struct Bar {
    q: u32,
    /// Serving weight it can spare; nothing if the node does not serve anyway.
    spare: Option<u64>,
    /// Running weight it can spare, of placement.
    spare_running: Option<u64>,
    /// It has standbys.
    slow: bool,
    /// It has one member and nothing else.
    alone: bool,
    in_knot: bool,
}

/// What a fault takes from a requirement.
#[derive(Clone, Copy, Default)]
struct Sum {
    lost: u64,
    stopped: u64,
    timed: bool,
}

impl Sum {
    fn add(&mut self, code: u32, input: Input) {
        if code & LOST != 0 && input.serves {
            self.lost = self.lost.saturating_add(input.weight);
        }
        if code & STOPPED != 0 {
            self.stopped = self.stopped.saturating_add(input.weight);
        }
        self.timed |= is_timed(code);
    }
}
