//! Unions of sorted lists of pairs of fault and code.

use super::answer::{high, low, pack};
use super::codes::{Codes, is_timed};

/// Makes `found` the union of itself and `more`; both are sorted by fault, and a fault of both
/// gets the code of both. `spare` is working memory.
pub(super) fn join(found: &mut Vec<u64>, more: &[u64], spare: &mut Vec<u64>, codes: &mut Codes) {
    if found.is_empty() {
        found.extend_from_slice(more);
    } else if more.len() * 4 <= found.len() {
        insert(found, more.iter().copied(), codes);
    } else if !covers(found, more, codes) {
        merge(found, more, spare, codes);
        std::mem::swap(found, spare);
    }
}

/// True if every fault of `more` is in `found`, whose codes then are those of both: mostly what
/// takes a node's gateways also takes what it stands on. False says nothing but that a merge is
/// needed.
fn covers(found: &mut [u64], more: &[u64], codes: &mut Codes) -> bool {
    let mut rest = found.iter_mut();
    for pair in more {
        let Some(known) = rest.find(|known| high(**known) >= high(*pair)) else {
            return false;
        };
        if high(*known) != high(*pair) {
            return false;
        }
        if low(*known) | low(*pair) != low(*known) || is_timed(low(*known)) {
            *known = pack(high(*known), codes.both(low(*known), low(*pair)));
        }
    }
    true
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

fn merge(a: &[u64], b: &[u64], out: &mut Vec<u64>, codes: &mut Codes) {
    out.clear();
    out.reserve(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) {
        if high(x) == high(y) {
            out.push(pack(high(x), codes.both(low(x), low(y))));
            i += 1;
            j += 1;
        } else {
            // Without a branch, which nothing could predict.
            let first = high(x) < high(y);
            out.push(if first { x } else { y });
            i += usize::from(first);
            j += usize::from(!first);
        }
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
}
