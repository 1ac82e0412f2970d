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

use super::answer::{high, is_affected, low, pack};
use super::arena::{Arena, Span, code_in};
use super::codes::{Codes, STOPPED, is_timed};
use super::ground::{Ground, NEAR_LATE, NEVER_STARTS, STARTS};
use super::memo::Memo;
use super::parts::{Halt, Part};
use super::sums::Sums;
use super::union::insert;
use super::watch::{STRIDE, Watched};
use super::weigh::Input;
use crate::analysis::engine::scratch::Scratch;
use crate::words::Mode;

/// Most pairs in one arena: spans hold them in 32 bits.
const MOST_PAIRS: usize = 1 << 31;

/// How many nodes' members are fetched at once: their lists fit in the processor's cache.
const AHEAD: usize = 32;
/// Nodes with numbers that differ by no more mostly follow each other in the order.
const NEAR: u32 = 16;

/// One pass over the graph for the faults of one part.
#[derive(Debug)]
pub(super) struct Pass<'e> {
    pub(super) ground: &'e Ground<'e>,
    pub(super) part: Part,
    pub(super) arena: Arena,
    /// The faults that degrade each node: pairs whose lower half says nothing. `None` where nothing
    /// can be degraded.
    pub(super) degraded: Option<Arena>,
    pub(super) codes: Codes,
    /// By place of a fault, plus one: how many nodes it affects, those included of faults that are
    /// evaluated by themselves. `None` where lists were replaced.
    pub(super) counts: Option<Vec<u32>>,
    /// Faults that have to be evaluated by themselves, sorted in the end.
    pub(super) apart: Vec<u32>,
    /// Faults to simulate in the knot at hand.
    pub(super) to_simulate: Vec<u32>,
    pub(super) scratch: Scratch,
    pub(super) memo: Memo,
    pub(super) sums: Sums,
    /// Working memory for one node: its list so far, one requirement's part of it, a union.
    found: Vec<u64>,
    pub(super) run: Vec<u64>,
    pub(super) spare: Vec<u64>,
    pub(super) inputs: Vec<Input>,
    ahead: Vec<Span>,
}

impl<'e> Pass<'e> {
    pub(super) fn new(ground: &'e Ground<'e>, part: Part) -> Self {
        let graph = ground.graph;
        let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
        Self {
            ground,
            part,
            arena: Arena::new(graph.node_count()),
            degraded: None,
            codes: Codes::default(),
            counts: Some(vec![0; part.len(nodes) + 1]),
            apart: Vec::new(),
            to_simulate: Vec::new(),
            scratch: if graph.order.knots().is_empty() {
                Scratch::default()
            } else {
                Scratch::new(graph)
            },
            memo: Memo::default(),
            sums: Sums::default(),
            found: Vec::new(),
            run: Vec::new(),
            spare: Vec::new(),
            inputs: Vec::new(),
            ahead: Vec::new(),
        }
    }

    /// Finds what the faults do to every node. Gives up when the lists hold more than `most` pairs,
    /// or when told to.
    pub(super) fn run(&mut self, most: usize, watched: &Watched<'_>) -> Result<(), Halt> {
        let most = most.min(MOST_PAIRS);
        self.lists(most, watched)?;
        // What is left to do needs the lists only.
        self.scratch = Scratch::default();
        self.sums = Sums::default();
        self.memo = Memo::default();
        self.degrade(most, watched)?;
        self.apart.sort_unstable();
        self.apart.dedup();
        Ok(())
    }

    /// How many pairs it holds.
    pub(super) fn pairs(&self) -> usize {
        self.arena.pairs.len() + self.degraded.as_ref().map_or(0, |lists| lists.pairs.len())
    }

    /// Makes the list of every node.
    fn lists(&mut self, most: usize, watched: &Watched<'_>) -> Result<(), Halt> {
        let order = &self.ground.graph.order;
        let mut knots = order.knots().iter();
        let mut knot = knots.next();
        let mut at = 0;
        let mut fetched = 0;
        let (mut told, mut held) = (0, 0);
        while at < order.nodes().len() {
            if at >= fetched {
                fetched = (at + AHEAD).min(order.nodes().len());
                self.fetch(&order.nodes()[at..fetched]);
            }
            if let Some(range) = knot.filter(|range| range.start as usize == at) {
                self.knot(range.start as usize..range.end as usize);
                at = range.end as usize;
                knot = knots.next();
            } else {
                self.node(order.nodes()[at], false);
                at += 1;
            }
            if self.arena.pairs.len() > most || self.arena.overflowed {
                let parts = order.nodes().len() / at.max(1) + 1;
                let parts = u32::try_from(parts).unwrap_or(u32::MAX);
                return Err(Halt::Full {
                    parts: parts.min(1 << 16),
                });
            }
            let grown = self.arena.pairs.len() - held;
            if at >= told + STRIDE || grown >= 64 * STRIDE || at == order.nodes().len() {
                if !watched.step(at - told) {
                    return Err(Halt::Stopped);
                }
                (told, held) = (at, self.arena.pairs.len());
                self.arena.expect(at, order.nodes().len(), most);
            }
        }
        Ok(())
    }

    /// Reads a little of what the lists of `nodes` are made of, so that it is in the cache when its
    /// turn comes. A member is anywhere in memory: looked up one by one, each makes the processor
    /// wait; here it asks for many at once.
    fn fetch(&mut self, nodes: &[u32]) {
        let graph = self.ground.graph;
        let mut ahead = std::mem::take(&mut self.ahead);
        ahead.clear();
        let mut last = u32::MAX;
        for node in nodes {
            let range = graph.all_members_of(*node);
            for member in &graph.member_node[range.start as usize..range.end as usize] {
                // Lists of neighbours were made just now, or will be.
                if node.abs_diff(*member) > NEAR && last.abs_diff(*member) > 1 {
                    ahead.push(self.arena.span(*member));
                }
                last = *member;
            }
        }
        let mut seen = 0;
        for span in &ahead {
            if let [first, .., last] = &self.arena.pairs[span.range()] {
                seen ^= first ^ last;
            }
        }
        std::hint::black_box(seen);
        self.ahead = ahead;
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
        for q in ground.graph.requirements_of(node) {
            match ground.graph.mode[q as usize] {
                Mode::Placement => self.requirement(node, q, true, in_knot, &mut found),
                Mode::Hard => self.requirement(node, q, false, in_knot, &mut found),
                Mode::Soft | Mode::Start => {}
            }
        }
        insert(&mut found, ground.strikes(self.part, node), &mut self.codes);
        if !found.is_empty() {
            // In a knot, whether start requirements are met is known once it is complete.
            if ground.is(node, STARTS) && !in_knot {
                self.settle_starts(node, &mut found);
            }
            if ground.is(node, NEAR_LATE) {
                self.apart.extend(found.iter().map(|pair| high(*pair)));
            }
            self.keep(node, &found);
        }
        self.found = found;
    }

    /// Sets the list of `node`.
    pub(super) fn keep(&mut self, node: u32, found: &[u64]) {
        self.arena.set(node, found);
        if let Some(counts) = &mut self.counts
            && self.ground.serves(node)
        {
            for pair in found {
                let counts = &mut counts[self.part.place(high(*pair)) + 1];
                *counts += u32::from(is_affected(low(*pair)));
            }
        }
    }

    /// Adds to what `node` needs to run what it takes to start it. A node that nothing lets run
    /// again gets no news from its start requirements, unless something in them is stuck.
    fn settle_starts(&mut self, node: u32, found: &mut [u64]) {
        let ground = self.ground;
        let graph = ground.graph;
        let never = ground.is(node, NEVER_STARTS);
        for pair in &mut *found {
            if never || is_timed(low(*pair)) {
                self.start(node, pair);
            }
        }
        if never || !self.codes.any_stuck() {
            return;
        }
        for q in graph.requirements_of(node) {
            if graph.mode[q as usize] != Mode::Start {
                continue;
            }
            for m in graph.members_of(q).filter(|m| graph.is_active(*m)) {
                let range = self.arena.range(graph.member_node[m as usize]);
                if range.len() > found.len() * 8 {
                    for pair in &mut *found {
                        let code = code_in(&self.arena.pairs[range.clone()], high(*pair));
                        if is_timed(code) && !is_timed(low(*pair)) {
                            self.start(node, pair);
                        }
                    }
                    continue;
                }
                for at in range {
                    let member = self.arena.pairs[at];
                    if !is_timed(low(member)) {
                        continue;
                    }
                    let same = found.binary_search_by_key(&high(member), |pair| high(*pair));
                    if let Some(pair) = same.ok().and_then(|at| found.get_mut(at))
                        && !is_timed(low(*pair))
                    {
                        self.start(node, pair);
                    }
                }
            }
        }
    }

    /// Adds its start to what this fault does to `node`.
    fn start(&mut self, node: u32, pair: &mut u64) {
        let code = low(*pair);
        if code & STOPPED != 0 {
            let times = super::times::started(self, node, high(*pair), code);
            *pair = pack(high(*pair), self.codes.code(code, times));
        }
    }
}
