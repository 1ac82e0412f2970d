//! Faults in parts: side by side on the cores there are, one after the other where their lists
//! would not fit in the memory meant for them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rayon::prelude::*;

use super::ground::Ground;
use super::lists::Pass;
use super::watch::{Ended, Watch, Watched};

/// Those faults whose number ends in these binary digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// How many digits.
    shift: u32,
    residue: u32,
}

impl Default for Part {
    fn default() -> Self {
        Self::ALL
    }
}

impl Part {
    pub(super) const ALL: Self = Self {
        shift: 0,
        residue: 0,
    };

    pub(super) fn has(self, fault: u32) -> bool {
        (fault ^ self.residue).trailing_zeros() >= self.shift
    }

    /// The place of one of its faults among all numbers of the part.
    pub(super) fn place(self, fault: u32) -> usize {
        (fault >> self.shift) as usize
    }

    /// Its numbers, in order.
    pub(super) fn faults(self) -> impl Iterator<Item = u32> {
        (self.residue..).step_by(1 << self.shift)
    }

    /// How many numbers below `nodes` it has, at most.
    pub(super) fn len(self, nodes: u32) -> usize {
        nodes.div_ceil(1 << self.shift) as usize
    }

    /// The part in at least `into` parts (a power of two), unless that would be more than there
    /// are numbers below `nodes`.
    fn split(self, into: u32, nodes: u32) -> Option<Vec<Self>> {
        let digits = into.max(2).checked_next_power_of_two()?.ilog2();
        let shift = self.shift + digits;
        if shift >= u32::BITS || 1 << shift > nodes {
            return None;
        }
        let at = |number: u32| Self {
            shift,
            residue: self.residue | number << self.shift,
        };
        Some((0..1 << digits).map(at).collect())
    }
}

/// Why a pass did not come to its end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Halt {
    /// The lists outgrew the memory meant for them; in about so many parts they would fit.
    Full { parts: u32 },
    /// Who watches said so.
    Stopped,
}

/// Most pairs of fault and node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// At once: passes that hold more are made in parts.
    pub(super) at_once: usize,
    /// In all passes together: beyond it there is no answer.
    pub(super) in_all: usize,
}

/// Below this many nodes, a second thread costs more than it saves.
const WORTH_SHARING: usize = 50_000;

/// Runs passes until every fault was in one, and hands each to `done`. Passes hold no more pairs
/// at once than `limits` say, unless one is of one fault: parts that would are split.
pub(super) fn each_pass<T: Send>(
    ground: &Ground<'_>,
    limits: Limits,
    watch: &dyn Watch,
    done: impl Fn(Pass<'_>) -> T + Sync,
) -> Result<Vec<T>, Ended> {
    let count = ground.graph.node_count();
    let nodes = u32::try_from(count).unwrap_or(u32::MAX);
    let threads = if count < WORTH_SHARING {
        1
    } else {
        rayon::current_num_threads()
    };
    let share = u32::try_from(threads).unwrap_or(1);
    let first = Part::ALL.split(share, nodes).filter(|_| share > 1);
    let first = first.unwrap_or_else(|| vec![Part::ALL]);
    let most = (limits.at_once / threads.max(1)).min(limits.in_all);
    let watched = Watched::new(watch);
    watched.more(count * first.len());
    let found = AtomicUsize::new(0);
    let left = Mutex::new(first);
    let results = Mutex::new(Vec::new());
    let working = AtomicUsize::new(0);
    (0..threads).into_par_iter().for_each(|_| {
        loop {
            if !watched.goes_on() || found.load(Ordering::SeqCst) > limits.in_all {
                return;
            }
            let next = {
                let Ok(mut left) = left.lock() else {
                    return;
                };
                let next = left.pop();
                if next.is_some() {
                    working.fetch_add(1, Ordering::SeqCst);
                }
                next
            };
            let Some(part) = next else {
                // Another thread may still put back the parts of what it works on.
                if working.load(Ordering::SeqCst) == 0 {
                    return;
                }
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            let mut pass = Pass::new(ground, part);
            let may_split = part.split(2, nodes).is_some();
            let limit = if may_split { most } else { usize::MAX };
            let halt = pass.run(limit, &watched).err();
            let parts = match halt {
                Some(Halt::Full { parts }) if pass.pairs() <= limits.in_all => {
                    part.split(parts, nodes).or_else(|| part.split(2, nodes))
                }
                _ => None,
            };
            if let Some(parts) = parts {
                drop(pass);
                watched.more(count * parts.len());
                if let Ok(mut left) = left.lock() {
                    left.extend(parts);
                }
            } else {
                found.fetch_add(pass.pairs(), Ordering::SeqCst);
                if halt.is_some() {
                    // Nobody will ask for what the others find.
                    working.fetch_sub(1, Ordering::SeqCst);
                    return;
                }
                let result = done(pass);
                if let Ok(mut results) = results.lock() {
                    results.push((part, result));
                }
            }
            working.fetch_sub(1, Ordering::SeqCst);
        }
    });
    if !watched.goes_on() {
        return Err(Ended::Stopped);
    }
    if found.into_inner() > limits.in_all {
        return Err(Ended::TooMany {
            most: limits.in_all,
        });
    }
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(part, _)| (part.shift, part.residue));
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
