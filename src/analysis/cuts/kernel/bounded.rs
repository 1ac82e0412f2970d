//! Minimal sets of events, up to an order, of a formula that is not monotone. Every set that makes
//! it true holds a minimal cut set of its monotone hull, so these are the candidates: one that
//! does not make the formula true by itself is extended by one event after the other. What is
//! found so is complete: on the way from a candidate to a minimal set, no set between makes the
//! formula true.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::formula::{Formula, Lit, Op, Term};
use super::solution::Solution;

/// Candidates and extensions looked at before giving up (the whole diagram is tried then).
const MOST_CANDIDATES: usize = 2_000_000;
/// Sets of up to so many events are compared by their subsets.
const LONGEST_BY_SUBSET: usize = 12;

/// The minimal sets of at most `order` events that make `top` true, smallest first; `None` if
/// there are too many candidates.
pub(super) fn sift(
    formula: &Formula,
    top: Lit,
    hull: &Solution,
    order: u32,
) -> Option<Vec<Vec<u32>>> {
    let mut candidates = hull.smallest(MOST_CANDIDATES);
    if candidates.len() == MOST_CANDIDATES {
        return None;
    }
    let mut events: Vec<u32> = (0..formula.len())
        .filter_map(|number| match formula.term(u32::try_from(number).ok()?) {
            Term::Event(event) => Some(*event),
            _ => None,
        })
        .collect();
    events.sort_unstable();
    let mut tried = 0usize;
    let mut found: HashSet<Vec<u32>> = HashSet::new();
    let mut extended: BTreeSet<Vec<u32>> = BTreeSet::new();
    for length in 0..=order as usize {
        let mut level = std::mem::take(&mut extended);
        let of_hull = candidates.partition_point(|set| set.len() <= length);
        level.extend(candidates.drain(..of_hull));
        let level: Vec<Vec<u32>> = level
            .into_iter()
            .filter(|set| !holds_any(set, &found))
            .collect();
        tried += level.len();
        if tried > MOST_CANDIDATES {
            return None;
        }
        let values = evaluate(formula, top, &level);
        for (set, value) in level.into_iter().zip(values) {
            match value {
                Value::True => {
                    found.insert(set);
                }
                Value::Possible if length < order as usize => {
                    for event in &events {
                        if let Err(at) = set.binary_search(event) {
                            let mut larger = set.clone();
                            larger.insert(at, *event);
                            extended.insert(larger);
                        }
                    }
                    if extended.len() > MOST_CANDIDATES {
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

/// True if `set` holds a set of `small` that is not itself.
fn holds_any(set: &[u32], small: &HashSet<Vec<u32>>) -> bool {
    if small.is_empty() || set.len() > LONGEST_BY_SUBSET {
        return small
            .iter()
            .any(|small| small.iter().all(|event| set.binary_search(event).is_ok()));
    }
    (0u32..1 << set.len()).any(|chosen| {
        let subset: Vec<u32> = (0..set.len())
            .filter(|at| chosen >> at & 1 == 1)
            .map(|at| set[at])
            .collect();
        small.contains(&subset)
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

/// The value of `top` under each set of events, 64 sets at a time: with all other events false,
/// and (as far as each gate can tell) with any of them true.
fn evaluate(formula: &Formula, top: Lit, sets: &[Vec<u32>]) -> Vec<Value> {
    let mut results = Vec::with_capacity(sets.len());
    let mut events = HashMap::new();
    for number in 0..formula.len() {
        if let Some(Term::Event(event)) = u32::try_from(number).ok().map(|at| formula.term(at)) {
            events.insert(*event, number);
        }
    }
    // By term: its value; whether it may be true, and false, under larger sets.
    let mut values = vec![[0u64; 3]; formula.len()];
    for chunk in sets.chunks(64) {
        for number in events.values() {
            values[*number] = [0, u64::MAX, u64::MAX];
        }
        for (lane, set) in chunk.iter().enumerate() {
            for at in set.iter().filter_map(|event| events.get(event)) {
                values[*at][0] |= 1 << lane;
                values[*at][2] &= !(1 << lane);
            }
        }
        for number in 0..formula.len() {
            let Ok(term) = u32::try_from(number) else {
                break;
            };
            let of = |lit: &Lit| signed(values[lit.number() as usize], lit.is_negated());
            values[number] = match formula.term(term) {
                Term::True => [u64::MAX, u64::MAX, 0],
                Term::Event(_) => continue,
                Term::Gate(op, arguments) => gate(*op, arguments.iter().map(of), chunk.len()),
            };
        }
        let top = signed(values[top.number() as usize], top.is_negated());
        results.extend((0..chunk.len()).map(|lane| {
            if top[0] >> lane & 1 == 1 {
                Value::True
            } else if top[1] >> lane & 1 == 1 {
                Value::Possible
            } else {
                Value::Impossible
            }
        }));
    }
    results
}

fn signed([value, may, may_not]: [u64; 3], negated: bool) -> [u64; 3] {
    if negated {
        [!value, may_not, may]
    } else {
        [value, may, may_not]
    }
}

fn gate(op: Op, arguments: impl Iterator<Item = [u64; 3]>, lanes: usize) -> [u64; 3] {
    match op {
        Op::And => arguments.fold([u64::MAX, u64::MAX, 0], |a, b| {
            [a[0] & b[0], a[1] & b[1], a[2] | b[2]]
        }),
        Op::Or => arguments.fold([0, 0, u64::MAX], |a, b| {
            [a[0] | b[0], a[1] | b[1], a[2] & b[2]]
        }),
        Op::Xor => arguments.fold([0, 0, u64::MAX], |a, b| {
            [
                a[0] ^ b[0],
                (a[1] & b[2]) | (a[2] & b[1]),
                (a[1] & b[1]) | (a[2] & b[2]),
            ]
        }),
        Op::AtLeast(need) => {
            let need = need as usize;
            let arguments: Vec<[u64; 3]> = arguments.collect();
            let mut result = [0; 3];
            for lane in 0..lanes {
                let count = |plane: usize| {
                    let bit = |argument: &&[u64; 3]| argument[plane] >> lane & 1 == 1;
                    arguments.iter().filter(bit).count()
                };
                result[0] |= u64::from(count(0) >= need) << lane;
                result[1] |= u64::from(count(1) >= need) << lane;
                // False if too many may be.
                result[2] |= u64::from(arguments.len() - count(2) < need) << lane;
            }
            result
        }
    }
}
