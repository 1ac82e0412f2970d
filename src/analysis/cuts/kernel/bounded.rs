//! Minimal sets of events, up to an order, of a formula that is not monotone. Every set that makes
//! it true holds a minimal cut set of its monotone hull, so these are the candidates: one that
//! does not make the formula true by itself is extended by one event after the other. What is
//! found so is complete: on the way from a candidate to a minimal set, no set between makes the
//! formula true.

use std::collections::HashMap;

use rustc_hash::FxHashSet;

use super::formula::{Formula, Lit, Op, Term};
use super::solution::Solution;

/// Candidates and extensions looked at before giving up (the whole diagram is tried then).
const MOST_CANDIDATES: usize = 2_000_000;
/// Sets of up to so many events are compared by their subsets.
const LONGEST_BY_SUBSET: usize = 12;

/// Sets of events that are all of one size, in one list: there may be hundreds of thousands.
#[derive(Debug, Default)]
struct Level {
    length: usize,
    count: usize,
    events: Vec<u32>,
}

impl Level {
    fn of(length: usize) -> Self {
        Self {
            length,
            ..Self::default()
        }
    }

    /// Adds `set`, which is sorted, with `event` at its place.
    fn push(&mut self, set: &[u32], event: Option<u32>) {
        let at = event.map_or(set.len(), |event| set.partition_point(|one| *one < event));
        let (before, after) = set.split_at(at);
        self.events.extend_from_slice(before);
        self.events.extend(event);
        self.events.extend_from_slice(after);
        self.count += 1;
    }

    fn set(&self, at: usize) -> &[u32] {
        &self.events[at * self.length..][..self.length]
    }

    fn sets(&self) -> impl Iterator<Item = &[u32]> + Clone {
        (0..self.count).map(|at| self.set(at))
    }

    /// The same sets, sorted, each once, without those that `leave_out`.
    fn distinct(&self, mut leave_out: impl FnMut(&[u32]) -> bool) -> Self {
        let mut order: Vec<usize> = (0..self.count).collect();
        order.sort_unstable_by(|a, b| self.set(*a).cmp(self.set(*b)));
        order.dedup_by(|a, b| self.set(*a) == self.set(*b));
        let mut distinct = Self::of(self.length);
        for set in order.into_iter().map(|at| self.set(at)) {
            if !leave_out(set) {
                distinct.push(set, None);
            }
        }
        distinct
    }
}

/// The minimal sets of at most `order` events that make `top` true, smallest first; `None` if
/// there are too many candidates.
pub(super) fn sift(
    formula: &Formula,
    top: Lit,
    hull: &Solution,
    order: u32,
) -> Option<Vec<Vec<u32>>> {
    let candidates = hull.smallest(MOST_CANDIDATES);
    if candidates.len() == MOST_CANDIDATES {
        return None;
    }
    let mut candidates = candidates.as_slice();
    let mut events: Vec<u32> = (0..formula.len())
        .filter_map(|number| match formula.term(u32::try_from(number).ok()?) {
            Term::Event(event) => Some(*event),
            _ => None,
        })
        .collect();
    events.sort_unstable();
    let mut tried = 0usize;
    let mut found: FxHashSet<Vec<u32>> = FxHashSet::default();
    let mut subset = Vec::new();
    let mut extended = Level::of(0);
    for length in 0..=order as usize {
        let mut level = std::mem::replace(&mut extended, Level::of(length + 1));
        let of_hull = candidates.partition_point(|set| set.len() <= length);
        let (of_this, larger) = candidates.split_at(of_hull);
        candidates = larger;
        for set in of_this {
            level.push(set, None);
        }
        let level = level.distinct(|set| holds_any(set, &found, &mut subset));
        tried += level.count;
        if tried > MOST_CANDIDATES {
            return None;
        }
        let values = evaluate(formula, top, &level);
        for (set, value) in level.sets().zip(values) {
            match value {
                Value::True => {
                    found.insert(set.to_vec());
                }
                Value::Possible if length < order as usize => {
                    for event in &events {
                        if set.binary_search(event).is_err() {
                            extended.push(set, Some(*event));
                        }
                    }
                    if extended.count > 2 * MOST_CANDIDATES {
                        extended = extended.distinct(|_| false);
                    }
                    if extended.count > MOST_CANDIDATES {
                        return None;
                    }
                }
                Value::Possible | Value::Impossible => {}
            }
        }
    }
    let mut found: Vec<Vec<u32>> = found.into_iter().collect();
    found.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    Some(found)
}

/// True if `set` holds a set of `small`; `subset` is working memory.
fn holds_any(set: &[u32], small: &FxHashSet<Vec<u32>>, subset: &mut Vec<u32>) -> bool {
    if small.is_empty() || set.len() > LONGEST_BY_SUBSET {
        return small
            .iter()
            .any(|small| small.iter().all(|event| set.binary_search(event).is_ok()));
    }
    (0u32..1 << set.len()).any(|chosen| {
        subset.clear();
        let chosen = (0..set.len()).filter(|at| chosen >> at & 1 == 1);
        subset.extend(chosen.map(|at| set[at]));
        small.contains(subset.as_slice())
    })
}

/// What a set of events makes of the formula, all other events being false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    True,
    /// False, but some larger set may make it true.
    Possible,
    /// False under every larger set.
    Impossible,
}

/// Words that are worked on at once, one bit a set: what the processor does with them costs little
/// beside finding its way through the formula.
const WORDS: usize = 8;
type Plane = [u64; WORDS];

const NO: Plane = [0; WORDS];
const YES: Plane = [u64::MAX; WORDS];

fn both(a: Plane, b: Plane) -> Plane {
    std::array::from_fn(|at| a[at] & b[at])
}

fn either(a: Plane, b: Plane) -> Plane {
    std::array::from_fn(|at| a[at] | b[at])
}

fn bit(plane: &Plane, lane: usize) -> bool {
    plane[lane / 64] >> (lane % 64) & 1 == 1
}

/// The value of `top` under each set of events, many sets at a time: with all other events false,
/// and (as far as each gate can tell) with any of them true.
fn evaluate(formula: &Formula, top: Lit, sets: &Level) -> Vec<Value> {
    let mut results = Vec::with_capacity(sets.count);
    let mut events = HashMap::new();
    for number in 0..formula.len() {
        if let Some(Term::Event(event)) = u32::try_from(number).ok().map(|at| formula.term(at)) {
            events.insert(*event, number);
        }
    }
    let reached = formula.reached_from(top);
    // By term: its value; whether it may be true, and false, under larger sets.
    let mut values = vec![[NO, YES, YES]; formula.len()];
    let lanes = WORDS * 64;
    for first in (0..sets.count).step_by(lanes) {
        let chunk = first..(first + lanes).min(sets.count);
        for (lane, at) in chunk.clone().enumerate() {
            for at in sets.set(at).iter().filter_map(|event| events.get(event)) {
                values[*at][0][lane / 64] |= 1 << (lane % 64);
                values[*at][2][lane / 64] &= !(1 << (lane % 64));
            }
        }
        for (number, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            let Ok(term) = u32::try_from(number) else {
                break;
            };
            let of = |lit: &Lit| signed(&values[lit.number() as usize], lit.is_negated());
            values[number] = match formula.term(term) {
                Term::True => [YES, YES, NO],
                Term::Event(_) => continue,
                Term::Gate(op, arguments) => gate(*op, arguments.iter().map(of), chunk.len()),
            };
        }
        let top = signed(&values[top.number() as usize], top.is_negated());
        results.extend((0..chunk.len()).map(|lane| {
            if bit(&top[0], lane) {
                Value::True
            } else if bit(&top[1], lane) {
                Value::Possible
            } else {
                Value::Impossible
            }
        }));
        for at in chunk.flat_map(|at| sets.set(at)) {
            if let Some(number) = events.get(at) {
                values[*number] = [NO, YES, YES];
            }
        }
    }
    results
}

fn signed([value, may, may_not]: &[Plane; 3], negated: bool) -> [Plane; 3] {
    if negated {
        [value.map(|word| !word), *may_not, *may]
    } else {
        [*value, *may, *may_not]
    }
}

fn gate(op: Op, arguments: impl Iterator<Item = [Plane; 3]>, lanes: usize) -> [Plane; 3] {
    match op {
        Op::And => arguments.fold([YES, YES, NO], |a, b| {
            [both(a[0], b[0]), both(a[1], b[1]), either(a[2], b[2])]
        }),
        Op::Or => arguments.fold([NO, NO, YES], |a, b| {
            [either(a[0], b[0]), either(a[1], b[1]), both(a[2], b[2])]
        }),
        Op::Xor => arguments.fold([NO, NO, YES], |a, b| {
            [
                std::array::from_fn(|at| a[0][at] ^ b[0][at]),
                either(both(a[1], b[2]), both(a[2], b[1])),
                either(both(a[1], b[1]), both(a[2], b[2])),
            ]
        }),
        Op::AtLeast(need) => {
            let need = need as usize;
            let arguments: Vec<[Plane; 3]> = arguments.collect();
            let mut result = [NO; 3];
            for lane in 0..lanes {
                let count = |plane: usize| {
                    let holds = |argument: &&[Plane; 3]| bit(&argument[plane], lane);
                    arguments.iter().filter(holds).count()
                };
                let mut set = |plane: usize, holds: bool| {
                    result[plane][lane / 64] |= u64::from(holds) << (lane % 64);
                };
                set(0, count(0) >= need);
                set(1, count(1) >= need);
                // False if too many may be.
                set(2, arguments.len() - count(2) < need);
            }
            result
        }
    }
}
