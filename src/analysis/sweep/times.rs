//! When a node comes back, from when its members do. For nodes outside of knots, whose members'
//! lists are complete.

use super::codes::{LOST, STOPPED, STRUCK, Times};
use super::lists::Pass;
use super::sums::Sum;
use crate::analysis::verdict::Time;
use crate::words::Mode;

/// What a fault does to one node, as far as others see it.
fn member(pass: &Pass<'_>, node: u32, fault: u32) -> Times {
    let code = pass.arena.code(node, fault);
    let mut times = pass.codes.times(code);
    if !pass.ground.runs(node) {
        // Late ones are looked at apart; the others never run.
        times.runs = Time::NEVER;
        times.stuck_start = true;
    }
    if !pass.ground.serves(node) {
        times.serves = Time::NEVER;
        times.stuck = true;
    }
    times
}

/// When a standby is promoted that waits from the start, and whether it never is even if all is
/// repaired.
fn promoted(pass: &Pass<'_>, m: u32, fault: u32) -> (Time, bool) {
    let graph = pass.ground.graph;
    let itself = member(pass, graph.member_node[m as usize], fault);
    let mut best = (Time::NEVER, true);
    for way in graph.ways_of(m).unwrap_or(0..0) {
        let mut all = (itself.serves, itself.stuck);
        for node in graph.way_requires.items(way) {
            let required = member(pass, *node, fault);
            all = (all.0.max(required.serves), all.1 || required.stuck);
        }
        let at = match all.0 {
            Time::NEVER => Time::NEVER,
            at => at.after(graph.way_takes[way as usize]),
        };
        best = (best.0.min(at), best.1 && all.1);
    }
    best
}

/// Weights that come one after the other: those that are there from the start, and the rest, few
/// of which are finite.
#[derive(Default)]
struct Coming {
    now: u64,
    later: Vec<(Time, u64)>,
}

impl Coming {
    fn add(&mut self, at: Time, weight: u64) {
        match at {
            Time::ZERO => self.now = self.now.saturating_add(weight),
            Time::NEVER => {}
            at => self.later.push((at, weight)),
        }
    }

    /// When they come to `need`.
    fn reaches(&mut self, need: u64) -> Time {
        let mut sum = self.now;
        if sum >= need {
            return Time::ZERO;
        }
        self.later.sort_unstable();
        let moment = self.later.iter().find(|(_, weight)| {
            sum = sum.saturating_add(*weight);
            sum >= need
        });
        moment.map_or(Time::NEVER, |(at, _)| *at)
    }
}

/// When requirement `q` lets its owner run and serve, of which a fault takes `sum` for good and
/// `broken` says whether that is too much: what is left counts from the start, standbys from their
/// promotion.
pub(super) fn promoted_only(pass: &Pass<'_>, q: u32, sum: &Sum, broken: u32) -> Times {
    let (ground, graph) = (pass.ground, pass.ground.graph);
    let need = graph.need[q as usize];
    let mut coming = Coming::default();
    let mut repaired = 0u64;
    for m in graph.members_of(q) {
        if !graph.is_active(m) {
            let weight = graph.member_weight[m as usize];
            let (at, stuck) = promoted(pass, m, sum.fault);
            coming.add(at, weight);
            if !stuck {
                repaired = repaired.saturating_add(weight);
            }
        }
    }
    let mut times = Times::NONE;
    // What is lost serves again once repaired: `all` counts with it.
    let mut met = |all: u64, taken: u64| {
        let left = need.saturating_sub(all.saturating_sub(taken));
        (coming.reaches(left), all.saturating_add(repaired) < need)
    };
    if broken & STOPPED != 0 {
        (times.runs, times.stuck_start) = met(ground.baseline.running(q), sum.stopped);
    }
    if broken & LOST != 0 {
        (times.serves, times.stuck) = met(ground.baseline.serving(q), sum.lost);
    }
    times.stuck |= times.stuck_start;
    times
}

/// What is asked of the members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Running,
    Serving,
}

/// When members that weigh enough run or serve: the moment, and whether never even if all is
/// repaired. Standbys count from their promotion.
fn met(pass: &Pass<'_>, q: u32, fault: u32, asked: Asked) -> (Time, bool) {
    let graph = pass.ground.graph;
    let mut coming = Coming::default();
    let mut repaired = 0u64;
    for m in graph.members_of(q) {
        let weight = graph.member_weight[m as usize];
        let (at, stuck) = if graph.is_active(m) {
            let times = member(pass, graph.member_node[m as usize], fault);
            match asked {
                Asked::Running => (times.runs, times.stuck_start),
                Asked::Serving => (times.serves, times.stuck),
            }
        } else {
            promoted(pass, m, fault)
        };
        coming.add(at, weight);
        if !stuck {
            repaired = repaired.saturating_add(weight);
        }
    }
    let need = graph.need[q as usize];
    (coming.reaches(need), repaired < need)
}

/// When requirement `q`, which `fault` breaks as `broken` says, lets its owner run and serve.
pub(super) fn broken(pass: &Pass<'_>, q: u32, fault: u32, broken: u32) -> Times {
    let mut times = Times::NONE;
    if broken & STOPPED != 0 {
        (times.runs, times.stuck_start) = met(pass, q, fault, Asked::Running);
    }
    if broken & LOST != 0 {
        (times.serves, times.stuck) = met(pass, q, fault, Asked::Serving);
    }
    times.stuck |= times.stuck_start;
    times
}

/// The times of stopped `node`, whose placement says `code`, once it has started.
pub(super) fn started(pass: &Pass<'_>, node: u32, fault: u32, code: u32) -> Times {
    let graph = pass.ground.graph;
    let mut times = pass.codes.times(code);
    for q in graph.requirements_of(node) {
        if graph.mode[q as usize] == Mode::Start {
            let (at, stuck) = met(pass, q, fault, Asked::Serving);
            times.runs = times.runs.max(at);
            times.stuck_start |= stuck;
        }
    }
    if times.runs != Time::NEVER {
        times.runs = times.runs.after(graph.start_s[node as usize]);
    }
    if code & STRUCK != 0 {
        times.runs = Time::NEVER;
    }
    if code & LOST != 0 {
        times.serves = times.serves.max(times.runs);
        times.stuck |= times.stuck_start;
    }
    times
}
