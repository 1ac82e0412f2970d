//! Unions of sorted lists of pairs of fault and code.

use super::answer::{high, low, pack};
use super::codes::{Codes, is_timed};

/// Makes `found` the union of itself and `more`; both are sorted by fault, and a fault of both
/// gets the code of both. `spare` is working memory. O(found + more), or where `found` is much
/// longer and nothing is new, O(more × log found).
pub(super) fn join(found: &mut Vec<u64>, more: &[u64], spare: &mut Vec<u64>, codes: &mut Codes) {
    if found.is_empty() {
        found.extend_from_slice(more);
        return;
    }
    // Mostly what takes a node's gateways also takes what it stands on: little is new.
    spare.clear();
    let is_long = found.len() / 32 > more.len();
    let mut at = 0;
    for pair in more {
        let rest = &found[at..];
        at += if is_long {
            rest.partition_point(|known| high(*known) < high(*pair))
        } else {
            let later = rest.iter().position(|known| high(*known) >= high(*pair));
            later.unwrap_or(rest.len())
        };
        match found.get_mut(at) {
            Some(known) if high(*known) == high(*pair) => {
                let (ours, others) = (low(*known), low(*pair));
                if ours != others && (is_timed(ours) || ours | others != ours) {
                    *known = pack(high(*known), codes.both(ours, others));
                }
            }
            _ => spare.push(*pair),
        }
    }
    // From the end, so that each pair moves once and those before the first new one stay.
    let mut end = found.len();
    found.resize(end + spare.len(), 0);
    let mut to = found.len();
    for pair in spare.iter().rev() {
        while end > 0 && high(found[end - 1]) > high(*pair) {
            (end, to) = (end - 1, to - 1);
            found[to] = found[end];
        }
        to -= 1;
        found[to] = *pair;
    }
}

/// Puts a few pairs, in any order, into `found`, which stays sorted by fault.
pub(super) fn insert(found: &mut Vec<u64>, few: impl Iterator<Item = u64>, codes: &mut Codes) {
    for pair in few {
        if found.last().is_none_or(|last| high(*last) < high(pair)) {
            found.push(pair);
            continue;
        }
        let at = found.partition_point(|known| high(*known) < high(pair));
        match found.get_mut(at) {
            Some(known) if high(*known) == high(pair) => {
                *known = pack(high(pair), codes.both(low(*known), low(pair)));
            }
            _ => found.insert(at, pair),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::codes::{LOST, STOPPED, STRUCK};
    use super::*;

    fn list(pairs: &BTreeMap<u32, u32>) -> Vec<u64> {
        pairs
            .iter()
            .map(|(fault, code)| pack(*fault, *code))
            .collect()
    }

    proptest! {
        #[test]
        fn joins_sorted_lists(
            a in prop::collection::btree_map(0..300u32, 1..=(LOST | STOPPED | STRUCK), 0..150),
            b in prop::collection::btree_map(0..300u32, 1..=(LOST | STOPPED | STRUCK), 0..150),
            most in 0..150usize,
        ) {
            let mut codes = Codes::default();
            let b: BTreeMap<u32, u32> = b.into_iter().take(most).collect();
            let mut expected = a.clone();
            for (fault, code) in &b {
                *expected.entry(*fault).or_default() |= code;
            }
            let mut joined = list(&a);
            join(&mut joined, &list(&b), &mut Vec::new(), &mut codes);
            prop_assert_eq!(&joined, &list(&expected));
            let mut inserted = list(&a);
            insert(&mut inserted, list(&b).into_iter(), &mut codes);
            prop_assert_eq!(&inserted, &list(&expected));
        }
    }
}
