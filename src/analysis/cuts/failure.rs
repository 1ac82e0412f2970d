//! "This node is cut" as a monotone formula over faults, after DESIGN section 2, for faults that
//! nobody repairs. All times follow from four sorts of states:
//!
//! * *stopped*: at t = 0, being a fault or losing what it stands on;
//! * *halted* at t: not running (again) by then;
//! * *dead* at t: not serving by then;
//! * *idle* at t: a standby not promoted by then.
//!
//! A node is cut if it is dead at its `rto` (at infinity where it declares none). Whether a
//! standby's requirement was met at t = 0 need not be asked: if it was, it stays met.
//!
//! Cycles: what serves is a greatest set, so circles of *dead* alone are a least fixpoint; what
//! runs and is promoted happens step by step, so circles through *halted* or *idle* are a greatest
//! one around it. Both are unrolled: a fixpoint over the truth values of n states that are read
//! before they are written is reached after n + 1 rounds.

use std::collections::{HashMap, HashSet};

use super::components::components;
use super::kernel::formula::{Formula, Lit, TooLarge};
use crate::graph::{Graph, MemberIx};
use crate::words::Mode;

/// Seconds for "ever".
pub const EVER: u64 = u64::MAX;

/// States looked at for one subject.
const MOST_STATES: usize = 20_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Stopped(u32),
    Halted(u32, u64),
    Dead(u32, u64),
    Idle(MemberIx, u64),
}

/// Makes formulas of the nodes of one graph.
#[derive(Debug)]
pub struct Failures<'g, W> {
    graph: &'g Graph,
    /// By node: the service or store whose fault takes it along.
    taken_by: HashMap<u32, Vec<u32>>,
    /// Which nodes may fail.
    wanted: W,
}

impl<'g, W: Fn(u32) -> bool> Failures<'g, W> {
    /// Faults are the nodes of `graph` that `wanted` accepts. O(nodes).
    pub fn new(graph: &'g Graph, wanted: W) -> Self {
        let mut taken_by: HashMap<u32, Vec<u32>> = HashMap::new();
        for node in 0..u32::try_from(graph.node_count()).unwrap_or(u32::MAX) {
            let replicas = graph.replicas_of(node);
            if !replicas.is_empty() && wanted(node) {
                for replica in replicas {
                    taken_by.entry(*replica).or_default().push(node);
                }
            }
        }
        Self {
            graph,
            taken_by,
            wanted,
        }
    }

    /// The formula that `subject` does not serve by `time` ([`EVER`]: that it never does). Event
    /// numbers are node indices. Linear in what the subject needs, where there are no cycles.
    ///
    /// # Errors
    /// More states, gates or rounds of unrolling than the limit.
    pub fn of(&self, subject: u32, time: u64) -> Result<(Formula, Lit), TooLarge> {
        let mut states = States::default();
        let top = states.number(State::Dead(subject, time));
        let mut read = Vec::new();
        let found = components(
            top,
            |at| {
                let state = states.list[at as usize];
                let mut numbers = Vec::new();
                self.reads(state, &mut read);
                for next in read.drain(..) {
                    numbers.push(states.number(next));
                }
                numbers
            },
            MOST_STATES,
        )
        .ok_or(TooLarge)?;
        let mut unrolled = Unrolled {
            failures: self,
            states: &states,
            formula: Formula::default(),
            lits: vec![None; states.list.len()],
        };
        for component in &found {
            unrolled.solve(component)?;
        }
        let lit = unrolled.lits[top as usize].unwrap_or(Lit::FALSE);
        Ok((unrolled.formula, lit))
    }

    /// The states that decide `state`.
    fn reads(&self, state: State, out: &mut Vec<State>) {
        let graph = self.graph;
        match state {
            State::Stopped(node) => {
                for m in self.members(node, &[Mode::Placement]) {
                    if graph.is_active(m) {
                        out.push(State::Stopped(graph.member_node[m as usize]));
                    }
                }
            }
            State::Halted(node, time) => {
                let starts = self.has_start(node);
                let Some(begun) = before(time, graph.start_s[node as usize]) else {
                    out.push(State::Stopped(node));
                    return;
                };
                for m in self.members(node, &[Mode::Placement]) {
                    out.push(self.absence(m, begun, State::Halted));
                }
                for m in self.members(node, &[Mode::Start]) {
                    out.push(self.absence(m, begun, State::Dead));
                }
                if starts {
                    out.push(State::Stopped(node));
                }
            }
            State::Dead(node, time) => {
                out.push(State::Halted(node, time));
                for m in self.members(node, &[Mode::Placement, Mode::Hard]) {
                    out.push(self.absence(m, time, State::Dead));
                }
            }
            State::Idle(m, time) => {
                let node = graph.member_node[m as usize];
                for way in graph.ways_of(m).unwrap_or(0..0) {
                    if let Some(begun) = before(time, graph.way_takes[way as usize]) {
                        out.push(State::Dead(node, begun));
                        let required = graph.way_requires.items(way).iter();
                        out.extend(required.map(|node| State::Dead(*node, begun)));
                    }
                }
            }
        }
    }

    /// What it means that member `m` does not count at `time`.
    fn absence(&self, m: MemberIx, time: u64, active: impl Fn(u32, u64) -> State) -> State {
        if self.graph.is_active(m) {
            active(self.graph.member_node[m as usize], time)
        } else {
            State::Idle(m, time)
        }
    }

    fn members(&self, node: u32, modes: &[Mode]) -> impl Iterator<Item = MemberIx> {
        self.requirements(node, modes)
            .flat_map(|q| self.graph.members_of(q))
    }

    fn requirements(&self, node: u32, modes: &[Mode]) -> impl Iterator<Item = u32> {
        self.graph
            .requirements_of(node)
            .filter(move |q| modes.contains(&self.graph.mode[*q as usize]))
    }

    fn has_start(&self, node: u32) -> bool {
        self.requirements(node, &[Mode::Start]).next().is_some()
    }
}

/// The time `takes` before `time`; `None` before t = 0.
fn before(time: u64, takes: u64) -> Option<u64> {
    if time == EVER {
        Some(EVER)
    } else {
        time.checked_sub(takes)
    }
}

/// States by number.
#[derive(Debug, Default)]
struct States {
    list: Vec<State>,
    numbers: HashMap<State, u32>,
}

impl States {
    fn number(&mut self, state: State) -> u32 {
        let list = &mut self.list;
        *self.numbers.entry(state).or_insert_with(|| {
            list.push(state);
            u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

struct Unrolled<'a, 'g, W> {
    failures: &'a Failures<'g, W>,
    states: &'a States,
    formula: Formula,
    /// By state; `None` while unknown.
    lits: Vec<Option<Lit>>,
}

impl<W: Fn(u32) -> bool> Unrolled<'_, '_, W> {
    /// Settles states that depend on each other, all that they depend on else being settled.
    fn solve(&mut self, component: &[u32]) -> Result<(), TooLarge> {
        if let [only] = component
            && !self.reads(*only).contains(only)
        {
            let lit = self.evaluate(*only)?;
            self.lits[*only as usize] = Some(lit);
            return Ok(());
        }
        // Circles of one sort alone are least fixpoints inside of the greatest one.
        let inside: HashSet<u32> = component.iter().copied().collect();
        let sort = |at: u32| std::mem::discriminant(&self.states.list[at as usize]);
        let is_least = |at: u32| {
            matches!(
                self.states.list[at as usize],
                State::Dead(..) | State::Stopped(_)
            )
        };
        let mut blocks: Vec<Vec<u32>> = Vec::new();
        let mut seen: HashSet<u32> = HashSet::new();
        for root in component {
            if seen.contains(root) {
                continue;
            }
            let parts = components(
                *root,
                |at| {
                    if !is_least(at) {
                        return Vec::new();
                    }
                    let mut next = self.reads(at);
                    next.retain(|to| {
                        inside.contains(to) && sort(*to) == sort(at) && !seen.contains(to)
                    });
                    next
                },
                MOST_STATES,
            )
            .ok_or(TooLarge)?;
            for part in parts {
                seen.extend(part.iter().copied());
                blocks.push(part);
            }
        }
        let order = self.arrange(blocks, &inside);
        for at in component {
            self.lits[*at as usize] = Some(Lit::TRUE);
        }
        // What is read before it is written carries news from round to round.
        let rounds = carriers(&order, |at| self.reads(at), &inside) + 1;
        for _ in 0..rounds {
            let mut changed = false;
            for block in &order {
                changed |= self.settle(block)?;
            }
            if !changed {
                break;
            }
        }
        Ok(())
    }

    /// Blocks in an order in which most are written before they are read: depth first.
    fn arrange(&self, blocks: Vec<Vec<u32>>, inside: &HashSet<u32>) -> Vec<Vec<u32>> {
        let mut block_of: HashMap<u32, usize> = HashMap::new();
        for (number, block) in blocks.iter().enumerate() {
            block_of.extend(block.iter().map(|at| (*at, number)));
        }
        let next_of = |number: usize| -> Vec<usize> {
            let reads = blocks[number].iter().flat_map(|at| self.reads(*at));
            let mut next: Vec<usize> = reads
                .filter(|to| inside.contains(to))
                .filter_map(|to| block_of.get(&to).copied())
                .filter(|to| *to != number)
                .collect();
            next.dedup();
            next
        };
        let mut state = vec![0u8; blocks.len()];
        let mut done: Vec<usize> = Vec::new();
        for root in (0..blocks.len()).rev() {
            let mut stack = vec![(root, Vec::new())];
            if state[root] != 0 {
                continue;
            }
            state[root] = 1;
            stack[0].1 = next_of(root);
            while let Some((number, next)) = stack.last_mut() {
                match next.pop() {
                    Some(to) if state[to] == 0 => {
                        state[to] = 1;
                        let after = next_of(to);
                        stack.push((to, after));
                    }
                    Some(_) => {}
                    None => {
                        done.push(*number);
                        stack.pop();
                    }
                }
            }
        }
        let mut blocks: Vec<Option<Vec<u32>>> = blocks.into_iter().map(Some).collect();
        done.into_iter()
            .filter_map(|number| blocks[number].take())
            .collect()
    }

    /// One block anew: a single state, or a circle as a least fixpoint from nothing. True if
    /// anything is not what it was.
    fn settle(&mut self, block: &[u32]) -> Result<bool, TooLarge> {
        let circular = match block {
            [only] => self.is_least(*only) && self.reads(*only).contains(only),
            _ => true,
        };
        let before: Vec<Option<Lit>> = block.iter().map(|at| self.lits[*at as usize]).collect();
        if circular {
            for at in block {
                self.lits[*at as usize] = Some(Lit::FALSE);
            }
            let inside: HashSet<u32> = block.iter().copied().collect();
            let order: Vec<Vec<u32>> = block.iter().map(|at| vec![*at]).collect();
            let rounds = carriers(&order, |at| self.reads(at), &inside) + 1;
            for _ in 0..rounds {
                let mut changed = false;
                for at in block {
                    let lit = self.evaluate(*at)?;
                    changed |= self.lits[*at as usize].replace(lit) != Some(lit);
                }
                if !changed {
                    break;
                }
            }
        } else {
            for at in block {
                let lit = self.evaluate(*at)?;
                self.lits[*at as usize] = Some(lit);
            }
        }
        let after = block.iter().map(|at| self.lits[*at as usize]);
        Ok(!after.eq(before))
    }

    fn is_least(&self, at: u32) -> bool {
        matches!(
            self.states.list[at as usize],
            State::Dead(..) | State::Stopped(_)
        )
    }

    fn reads(&self, at: u32) -> Vec<u32> {
        let mut read = Vec::new();
        self.failures
            .reads(self.states.list[at as usize], &mut read);
        read.iter()
            .filter_map(|state| self.states.numbers.get(state).copied())
            .collect()
    }

    fn lit(&self, state: State) -> Lit {
        let number = self.states.numbers.get(&state);
        number
            .and_then(|at| self.lits[*at as usize])
            .unwrap_or(Lit::FALSE)
    }

    fn evaluate(&mut self, at: u32) -> Result<Lit, TooLarge> {
        let graph = self.failures.graph;
        match self.states.list[at as usize] {
            State::Stopped(node) => {
                let mut causes = self.fails(node);
                for q in self.failures.requirements(node, &[Mode::Placement]) {
                    let mut lost = Vec::new();
                    for m in graph.members_of(q) {
                        // Nothing is promoted at t = 0.
                        let lit = if graph.is_active(m) {
                            self.lit(State::Stopped(graph.member_node[m as usize]))
                        } else {
                            Lit::TRUE
                        };
                        lost.push((graph.member_weight[m as usize], lit));
                    }
                    causes.push(self.unmet(q, lost)?);
                }
                self.formula.or(causes)
            }
            State::Halted(node, time) => {
                let Some(begun) = before(time, graph.start_s[node as usize]) else {
                    return Ok(self.lit(State::Stopped(node)));
                };
                let mut causes = self.fails(node);
                for q in self.failures.requirements(node, &[Mode::Placement]) {
                    causes.push(self.requirement(q, begun, State::Halted)?);
                }
                let mut waits = Vec::new();
                for q in self.failures.requirements(node, &[Mode::Start]) {
                    waits.push(self.requirement(q, begun, State::Dead)?);
                }
                if !waits.is_empty() {
                    let waits = self.formula.or(waits)?;
                    let stopped = self.lit(State::Stopped(node));
                    causes.push(self.formula.and(vec![stopped, waits])?);
                }
                self.formula.or(causes)
            }
            State::Dead(node, time) => {
                let mut causes = vec![self.lit(State::Halted(node, time))];
                for q in self
                    .failures
                    .requirements(node, &[Mode::Placement, Mode::Hard])
                {
                    causes.push(self.requirement(q, time, State::Dead)?);
                }
                self.formula.or(causes)
            }
            State::Idle(m, time) => {
                let node = graph.member_node[m as usize];
                let mut ways = Vec::new();
                for way in graph.ways_of(m).unwrap_or(0..0) {
                    let Some(begun) = before(time, graph.way_takes[way as usize]) else {
                        continue;
                    };
                    let mut blocked = vec![self.lit(State::Dead(node, begun))];
                    for required in graph.way_requires.items(way) {
                        blocked.push(self.lit(State::Dead(*required, begun)));
                    }
                    ways.push(self.formula.or(blocked)?);
                }
                self.formula.and(ways)
            }
        }
    }

    /// The faults that stop `node` itself.
    fn fails(&mut self, node: u32) -> Vec<Lit> {
        let mut faults = Vec::new();
        if (self.failures.wanted)(node) {
            faults.push(self.formula.event(node));
        }
        for service in self.failures.taken_by.get(&node).into_iter().flatten() {
            faults.push(self.formula.event(*service));
        }
        faults
    }

    fn requirement(
        &mut self,
        q: u32,
        time: u64,
        active: impl Fn(u32, u64) -> State,
    ) -> Result<Lit, TooLarge> {
        let graph = self.failures.graph;
        let lost = graph
            .members_of(q)
            .map(|m| {
                let state = self.failures.absence(m, time, &active);
                (graph.member_weight[m as usize], self.lit(state))
            })
            .collect();
        self.unmet(q, lost)
    }

    /// True where what is left weighs less than the need: where what is lost weighs more than all
    /// could spare.
    fn unmet(&mut self, q: u32, lost: Vec<(u64, Lit)>) -> Result<Lit, TooLarge> {
        let need = u128::from(self.failures.graph.need[q as usize]);
        let whole: u128 = lost.iter().map(|(weight, _)| u128::from(*weight)).sum();
        let Some(spare) = whole.checked_sub(need) else {
            return Ok(Lit::TRUE);
        };
        // Needing nothing, it can't be unmet: more than all would have to be lost.
        let Ok(enough) = u64::try_from(spare + 1) else {
            return Err(TooLarge);
        };
        if need == 0 {
            return Ok(Lit::FALSE);
        }
        self.formula.weighted(enough, lost)
    }
}

/// How many states are read, in this order, before they are written.
fn carriers(order: &[Vec<u32>], reads: impl Fn(u32) -> Vec<u32>, inside: &HashSet<u32>) -> usize {
    let mut written: HashSet<u32> = HashSet::new();
    let mut carriers: HashSet<u32> = HashSet::new();
    for block in order {
        // Inside of a block of several, news is carried by the block's own rounds.
        let own: &[u32] = if block.len() > 1 { block } else { &[] };
        for at in block {
            for to in reads(*at) {
                let is_new = inside.contains(&to) && !written.contains(&to);
                if is_new && !own.contains(&to) {
                    carriers.insert(to);
                }
            }
        }
        written.extend(block.iter().copied());
    }
    carriers.len()
}
