//! Which faults break one requirement: those that take members of more weight than it can spare.

use super::answer::{high, low, pack};
use super::codes::{FLAGS, LOST, STOPPED, Times, is_timed};
use super::lists::Pass;
use super::memo::Known;
use super::sums::{Sum, Taken};
use super::union::join;

/// A member that some fault reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    start: usize,
    end: usize,
    weight: u64,
    serves: bool,
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

impl Bar {
    /// Whether losing this member alone is too much.
    fn breaks(&self, input: &Input) -> bool {
        let exceeds = |spare: Option<u64>| spare.is_some_and(|spare| input.weight > spare);
        exceeds(self.spare) || exceeds(self.spare_running)
    }

    /// The flags of what is too much of `sum`.
    fn broken(&self, sum: &Sum) -> u32 {
        let lost = self.spare.is_some_and(|spare| sum.lost > spare);
        let stopped = self.spare_running.is_some_and(|spare| sum.stopped > spare);
        (u32::from(lost) * LOST) | (u32::from(stopped) * STOPPED)
    }
}

impl Pass<'_> {
    /// Adds the faults that break requirement `q` of `node` to `found`.
    pub(super) fn requirement(
        &mut self,
        node: u32,
        q: u32,
        places: bool,
        in_knot: bool,
        found: &mut Vec<u64>,
    ) {
        let ground = self.ground;
        let graph = ground.graph;
        let members = graph.members_of(q);
        let slow = ground.has_standby(q);
        let serves = ground.serves(node);
        let mut keep = false;
        if members.len() > 1 && !slow && !places && serves && !in_knot {
            match self.memo.of(graph, q) {
                Known::Found(range) => {
                    let known = &self.memo.pairs[range];
                    join(found, known, &mut self.spare, &mut self.codes);
                    return;
                }
                Known::Asked => keep = true,
                Known::Nothing => {}
            }
        }
        let bar = Bar {
            q,
            spare: ground.spare(q).filter(|_| serves),
            spare_running: if places {
                ground.spare_running(q)
            } else {
                None
            },
            slow,
            alone: members.len() == 1,
            in_knot,
        };
        if bar.alone && found.is_empty() {
            // What nearly every node stands on: one place.
            if let Some(only) = self.input(members.start) {
                self.plain(&bar, only, found);
            }
            return;
        }
        let mut inputs = std::mem::take(&mut self.inputs);
        inputs.clear();
        inputs.extend(members.filter_map(|m| self.input(m)));
        if !inputs.is_empty() || keep {
            let mut run = std::mem::take(&mut self.run);
            run.clear();
            match *inputs.as_slice() {
                [] => {}
                [only] => self.plain(&bar, only, &mut run),
                _ => self.weigh(&bar, &inputs, &mut run),
            }
            if keep {
                self.memo.keep(graph, q, &run);
            }
            join(found, &run, &mut self.spare, &mut self.codes);
            self.run = run;
        }
        self.inputs = inputs;
    }

    /// Member `m`, if it is active and some fault reaches it.
    fn input(&self, m: u32) -> Option<Input> {
        let graph = self.ground.graph;
        let member = graph.member_node[m as usize];
        let range = self.arena.range(member);
        (!range.is_empty() && graph.is_active(m)).then(|| Input {
            start: range.start,
            end: range.end,
            weight: graph.member_weight[m as usize],
            serves: self.ground.serves(member),
        })
    }

    /// Faults that break a requirement of which they reach one member only.
    fn plain(&mut self, bar: &Bar, input: Input, run: &mut Vec<u64>) {
        let exceeds = |spare: Option<u64>| spare.is_some_and(|spare| input.weight > spare);
        let lost = if exceeds(bar.spare) { LOST } else { 0 };
        let stopped = if exceeds(bar.spare_running) {
            STOPPED
        } else {
            0
        };
        let mask = lost | stopped;
        if mask == 0 {
            return;
        }
        let pairs = &self.arena.pairs[input.start..input.end];
        let dropped = FLAGS & !mask;
        let (mut any_timed, mut any_changed, mut all) = (0, 0, u64::MAX);
        for pair in pairs {
            let code = low(*pair);
            any_timed |= code;
            any_changed |= if is_timed(code) { code & dropped } else { 0 };
            all &= pair;
        }
        // All break it, and what comes back does so with the member: without a branch a pair.
        let handed_on = bar.alone && !bar.in_knot && any_changed == 0;
        if !bar.slow && (handed_on || !is_timed(any_timed)) && low(all) & mask != 0 {
            let kept = !u64::from(dropped);
            run.extend(pairs.iter().map(|pair| pair & kept));
            return;
        }
        for at in input.start..input.end {
            let pair = self.arena.pairs[at];
            let broken = low(pair) & mask;
            if broken == 0 {
                continue;
            }
            let code = if !bar.slow && !is_timed(low(pair)) {
                broken
            } else if bar.alone && !bar.in_knot {
                self.handed_on(low(pair), broken)
            } else {
                self.timed(bar, high(pair), broken)
            };
            run.push(pack(high(pair), code));
        }
    }

    /// Sums up what each fault takes, member by member.
    fn weigh(&mut self, bar: &Bar, inputs: &[Input], run: &mut Vec<u64>) {
        let of_several = !inputs.iter().any(|input| bar.breaks(input));
        if let [a, b] = inputs
            && of_several
        {
            return self.weigh_both(bar, *a, *b, run);
        }
        let mut sums = std::mem::take(&mut self.sums);
        let pairs = &self.arena.pairs;
        let lists = inputs.iter().map(|input| Taken {
            pairs: &pairs[input.start..input.end],
            weight: input.weight,
            serves: input.serves,
        });
        let nodes = self.ground.graph.node_count();
        for sum in sums.of(lists, of_several, self.part, nodes) {
            let broken = bar.broken(sum);
            if broken != 0 {
                run.push(pack(sum.fault, self.code_of_sum(bar, sum, broken)));
            }
        }
        self.sums = sums;
        if !run.is_sorted() {
            run.sort_unstable();
        }
    }

    /// The same of two members, of which only both are too much.
    fn weigh_both(&mut self, bar: &Bar, ours: Input, others: Input, run: &mut Vec<u64>) {
        let (mut at, mut other_at) = (ours.start, others.start);
        while at < ours.end && other_at < others.end {
            let (pair, other) = (self.arena.pairs[at], self.arena.pairs[other_at]);
            let (fault, of_other) = (high(pair), high(other));
            if fault == of_other {
                let mut sum = Sum::of(fault);
                sum.add(low(pair), ours.weight, ours.serves);
                sum.add(low(other), others.weight, others.serves);
                let broken = bar.broken(&sum);
                if broken != 0 {
                    run.push(pack(fault, self.code_of_sum(bar, &sum, broken)));
                }
            }
            // Without a branch, which nothing could predict.
            at += usize::from(fault <= of_other);
            other_at += usize::from(fault >= of_other);
        }
    }

    /// The code of a fault that takes `sum`, which is too much as `broken` says.
    fn code_of_sum(&mut self, bar: &Bar, sum: &Sum, broken: u32) -> u32 {
        match (sum.timed(), bar.slow) {
            (false, false) => broken,
            (false, true) if !bar.in_knot => self.promoted(bar, sum, broken),
            _ => self.timed(bar, sum.fault, broken),
        }
    }

    /// The code where no lost member comes back, but a standby may.
    fn promoted(&mut self, bar: &Bar, sum: &Sum, broken: u32) -> u32 {
        let times = super::times::promoted_only(self, bar.q, sum, broken);
        self.codes.code(broken, times)
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
}
