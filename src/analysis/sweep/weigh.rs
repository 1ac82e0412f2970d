//! Which faults break one requirement: those that take members of more weight than it can spare.

use super::answer::{high, low, pack};
use super::codes::{LOST, STOPPED, Times, is_timed};
use super::lists::Pass;
use super::memo::Known;
use super::parts::Part;
use super::union::join;

/// A member that some fault reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    start: usize,
    end: usize,
    weight: u64,
    serves: bool,
}

/// By fault of a part: which of the sums at hand is its own. Never cleared: a mark counts for
/// those with the number of the requirement it was made for.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    by_place: Vec<u64>,
    sums: Vec<Sum>,
    turn: u32,
}

impl Marks {
    pub(super) fn new(part: Part, nodes: usize) -> Self {
        let nodes = u32::try_from(nodes).unwrap_or(u32::MAX);
        Self {
            by_place: vec![0; part.len(nodes)],
            ..Self::default()
        }
    }

    /// Begins with no sums.
    fn begin(&mut self) {
        self.sums.clear();
        self.turn = self.turn.checked_add(1).unwrap_or_else(|| {
            self.by_place.fill(0);
            1
        });
    }

    /// The sum of `fault`, which is at `place` of its part.
    fn sum(&mut self, place: usize, fault: u32) -> &mut Sum {
        let mark = &mut self.by_place[place];
        if high(*mark) != self.turn {
            *mark = pack(
                self.turn,
                u32::try_from(self.sums.len()).unwrap_or(u32::MAX),
            );
            self.sums.push(Sum {
                fault,
                ..Sum::default()
            });
        }
        &mut self.sums[low(*mark) as usize]
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
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    lost: u64,
    stopped: u64,
    fault: u32,
    timed: bool,
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
        let may_repeat = members.len() > 1 && !slow && !places && serves && !in_knot;
        let mut keep = false;
        if may_repeat {
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
        let mut inputs = std::mem::take(&mut self.inputs);
        inputs.clear();
        for m in members {
            let member = graph.member_node[m as usize];
            let range = self.arena.range(member);
            if !range.is_empty() && graph.is_active(m) {
                inputs.push(Input {
                    start: range.start,
                    end: range.end,
                    weight: graph.member_weight[m as usize],
                    serves: ground.serves(member),
                });
            }
        }
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
        if found.is_empty() {
            std::mem::swap(found, &mut run);
        } else {
            join(found, &run, &mut self.spare, &mut self.codes);
        }
        self.run = run;
        self.inputs = inputs;
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
        let mut marks = std::mem::take(&mut self.marks);
        marks.begin();
        for input in inputs {
            for pair in &self.arena.pairs[input.start..input.end] {
                let (fault, code) = (high(*pair), low(*pair));
                let sum = marks.sum(self.part.place(fault), fault);
                if code & LOST != 0 && input.serves {
                    sum.lost = sum.lost.saturating_add(input.weight);
                }
                if code & STOPPED != 0 {
                    sum.stopped = sum.stopped.saturating_add(input.weight);
                }
                sum.timed |= is_timed(code);
            }
        }
        for sum in &marks.sums {
            let lost = bar.spare.is_some_and(|spare| sum.lost > spare);
            let stopped = bar.spare_running.is_some_and(|spare| sum.stopped > spare);
            let broken = if lost { LOST } else { 0 } | if stopped { STOPPED } else { 0 };
            if broken == 0 {
                continue;
            }
            let code = if bar.slow || sum.timed {
                self.timed(bar, sum.fault, broken)
            } else {
                broken
            };
            run.push(pack(sum.fault, code));
        }
        self.marks = marks;
        if !run.is_sorted() {
            run.sort_unstable();
        }
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
