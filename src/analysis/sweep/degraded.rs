//! Degradation, once it is known whom each fault takes: a node that serves on is degraded where a
//! soft requirement is unmet, or a hard one is met only by counting degraded members.

use super::answer::{high, low, pack};
use super::arena::Arena;
use super::codes::LOST;
use super::ground::SOFT;
use super::lists::Pass;
use super::memo::{Known, Memo};
use super::parts::Halt;
use super::watch::{STRIDE, Watched};
use crate::words::Mode;

impl Pass<'_> {
    /// Finds the faults that degrade each node. Proportional to the lists of those nodes that have
    /// soft requirements or need what is degraded. Gives up when there are more than `most` pairs
    /// with those of the lists.
    pub(super) fn degrade(&mut self, most: usize, watched: &Watched<'_>) -> Result<(), Halt> {
        let ground = self.ground;
        let graph = ground.graph;
        if !graph.has_soft() {
            return Ok(());
        }
        let mut degraded = Arena::new(graph.node_count());
        let mut marked = Marked::new(&ground.baseline.degraded);
        let mut losses = Vec::new();
        let mut found = Vec::new();
        let mut memo = Memo::default();
        for (at, &node) in graph.order.nodes().iter().enumerate() {
            if at % STRIDE == 0 && !watched.step(0) {
                return Err(Halt::Stopped);
            }
            if !(marked.any || ground.is(node, SOFT)) {
                continue;
            }
            found.clear();
            let is_degraded = |node| marked.has(node);
            let memo = Some(&mut memo);
            self.find(node, is_degraded, &degraded, &mut losses, memo, &mut found);
            if found.is_empty() {
                continue;
            }
            if graph.cycles.of(node).is_some() {
                // Nodes of a cycle degrade each other: such faults are evaluated by themselves.
                self.apart.extend(found.iter().map(|pair| high(*pair)));
            }
            degraded.set(node, &found);
            if let Some(counts) = &mut self.counts {
                for pair in &found {
                    counts[self.part.place(high(*pair)) + 1] += 1;
                }
            }
            marked.add(node);
            if degraded.pairs.len() + self.arena.pairs.len() > most || degraded.overflowed {
                return Err(Halt::Full { parts: 2 });
            }
        }
        self.degraded = Some(degraded);
        Ok(())
    }

    /// The faults that degrade `node`, as far as `degraded` says what they do to its members.
    pub(super) fn degrading(&self, node: u32, degraded: &Arena) -> Vec<u64> {
        let baseline = self.ground.baseline;
        let known = |node: u32| baseline.degraded[node as usize] || !degraded.is_empty(node);
        let mut found = Vec::new();
        self.find(node, known, degraded, &mut Vec::new(), None, &mut found);
        found
    }

    /// The same, into `found`, which is empty; `is_degraded` says whether some fault degrades a
    /// node, or it is degraded anyway; `memo`: of soft requirements.
    fn find(
        &self,
        node: u32,
        is_degraded: impl Fn(u32) -> bool,
        degraded: &Arena,
        losses: &mut Vec<(u32, u64)>,
        mut memo: Option<&mut Memo>,
        found: &mut Vec<u64>,
    ) {
        let ground = self.ground;
        let graph = ground.graph;
        if !ground.serves(node) || ground.baseline.degraded[node as usize] {
            return;
        }
        let list = self.arena.of(node);
        let mut is_checked = true;
        for q in graph.requirements_of(node) {
            match graph.mode[q as usize] {
                Mode::Soft => {
                    let known = memo.as_mut().map(|memo| memo.of(graph, q));
                    if let (Some(Known::Found(range)), Some(memo)) = (&known, &memo) {
                        let mut losing = Losses::new(list);
                        let known = memo.pairs[range.clone()].iter().copied();
                        found.extend(known.filter(|pair| !losing.has(high(*pair))));
                        continue;
                    }
                    is_checked = false;
                    let before = found.len();
                    self.unmet(q, losses, found);
                    if let (Some(Known::Asked), Some(memo)) = (known, &mut memo) {
                        memo.keep(graph, q, &found[before..]);
                    }
                }
                Mode::Hard => {
                    let mut members = graph.members_of(q);
                    if members.any(|m| is_degraded(graph.member_node[m as usize])) {
                        is_checked = false;
                        self.thinned(degraded, q, losses, found);
                    }
                }
                _ => {}
            }
        }
        if found.is_empty() {
            return;
        }
        // Mostly of one requirement.
        if !found.is_sorted_by(|a, b| a < b) {
            found.sort_unstable();
            found.dedup();
        }
        if !is_checked {
            let mut losing = Losses::new(list);
            found.retain(|pair| !losing.has(high(*pair)));
        }
    }

    /// Faults that leave soft requirement `q` unmet.
    fn unmet(&self, q: u32, losses: &mut Vec<(u32, u64)>, found: &mut Vec<u64>) {
        let ground = self.ground;
        let graph = ground.graph;
        let Some(spare) = ground.spare(q) else {
            return;
        };
        // Most such requirements can't break: nothing reaches enough of their members.
        let within_reach = graph
            .members_of(q)
            .filter(|m| graph.is_active(*m))
            .filter(|m| !self.arena.is_empty(graph.member_node[*m as usize]))
            .fold(0u64, |sum, m| {
                sum.saturating_add(graph.member_weight[m as usize])
            });
        if within_reach <= spare {
            return;
        }
        losses.clear();
        for m in graph.members_of(q).filter(|m| graph.is_active(*m)) {
            let weight = graph.member_weight[m as usize];
            let lost = self.lost(graph.member_node[m as usize]);
            losses.extend(lost.map(|fault| (fault, weight)));
        }
        exceeding(losses, spare, found);
    }

    /// Faults that leave hard requirement `q` met only by counting degraded members, or unmet.
    fn thinned(
        &self,
        degraded: &Arena,
        q: u32,
        losses: &mut Vec<(u32, u64)>,
        found: &mut Vec<u64>,
    ) {
        let ground = self.ground;
        let graph = ground.graph;
        let need = graph.need[q as usize];
        let baseline = ground.baseline;
        let Some(spare) = baseline.sound(q).checked_sub(need) else {
            return;
        };
        losses.clear();
        let members = || {
            let active = graph.members_of(q).filter(|m| graph.is_active(*m));
            active.map(|m| {
                (
                    graph.member_node[m as usize],
                    graph.member_weight[m as usize],
                )
            })
        };
        if baseline.sound(q) == baseline.serving(q) {
            // All that serve are sound: a fault that degrades none of them leaves the requirement
            // met by sound ones, or unmet.
            for (node, weight) in members() {
                losses.extend(degraded.of(node).iter().map(|pair| (high(*pair), weight)));
            }
            losses.sort_unstable();
            for same in losses.chunk_by(|a, b| a.0 == b.0) {
                let fault = same[0].0;
                let degraded_sum = sum_of(same);
                let is_lost = |node: u32| {
                    !degraded.has(node, fault) && self.arena.code(node, fault) & LOST != 0
                };
                if degraded_sum > spare {
                    found.push(pack(fault, 0));
                    continue;
                }
                let lost = members().filter(|(node, _)| is_lost(*node));
                let sum = lost.fold(degraded_sum, |sum, (_, weight)| sum.saturating_add(weight));
                if sum > spare {
                    found.push(pack(fault, 0));
                }
            }
            return;
        }
        for (node, weight) in members() {
            if baseline.degraded[node as usize] {
                continue;
            }
            losses.extend(self.lost(node).map(|fault| (fault, weight)));
            losses.extend(degraded.of(node).iter().map(|pair| (high(*pair), weight)));
        }
        exceeding(losses, spare, found);
    }

    fn lost(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let pairs = self.arena.of(node).iter();
        pairs
            .filter(|pair| low(**pair) & LOST != 0)
            .map(|pair| high(*pair))
    }
}

/// The faults that take a node, asked for in order.
struct Losses<'l> {
    rest: &'l [u64],
}

impl<'l> Losses<'l> {
    /// Of a node with this list.
    fn new(list: &'l [u64]) -> Self {
        Self { rest: list }
    }

    /// Whether `fault` is one; later questions must be of greater faults.
    fn has(&mut self, fault: u32) -> bool {
        let before = if self.rest.len() > 64 {
            self.rest.partition_point(|known| high(*known) < fault)
        } else {
            let at = self.rest.iter().position(|known| high(*known) >= fault);
            at.unwrap_or(self.rest.len())
        };
        self.rest = &self.rest[before..];
        let first = self.rest.first();
        first.is_some_and(|known| high(*known) == fault && low(*known) & LOST != 0)
    }
}

/// Adds the faults whose losses sum up to more than `spare`.
fn exceeding(losses: &mut [(u32, u64)], spare: u64, found: &mut Vec<u64>) {
    losses.sort_unstable();
    for same in losses.chunk_by(|a, b| a.0 == b.0) {
        if sum_of(same) > spare {
            found.push(pack(same[0].0, 0));
        }
    }
}

fn sum_of(losses: &[(u32, u64)]) -> u64 {
    let weights = losses.iter().map(|(_, weight)| *weight);
    weights.fold(0, u64::saturating_add)
}

/// Nodes that are degraded, or that some fault degrades: one bit each, which stay next to the
/// processor where their lists do not.
struct Marked {
    bits: Vec<u64>,
    any: bool,
}

impl Marked {
    fn new(degraded: &[bool]) -> Self {
        let mut marked = Self {
            bits: vec![0; degraded.len().div_ceil(64)],
            any: false,
        };
        for (node, _) in (0u32..).zip(degraded).filter(|(_, degraded)| **degraded) {
            marked.add(node);
        }
        marked
    }

    fn add(&mut self, node: u32) {
        self.bits[node as usize / 64] |= 1 << (node % 64);
        self.any = true;
    }

    fn has(&self, node: u32) -> bool {
        self.bits[node as usize / 64] >> (node % 64) & 1 == 1
    }
}
