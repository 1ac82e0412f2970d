//! The answer of a sweep in three arrays: eight bytes for each fault and node it affects.

use rustc_hash::FxHashMap;

use crate::analysis::engine::Affected;
use crate::analysis::verdict::{Time, Verdict};

/// Verdicts with their times, each kept once. Few differ: most of what a fault affects is down.
#[derive(Clone, Debug, Default)]
pub(super) struct States {
    known: Vec<(Verdict, Time)>,
    index: FxHashMap<(Verdict, Time), u32>,
}

impl States {
    /// The number of this state.
    pub(super) fn number(&mut self, verdict: Verdict, recovers: Time) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        *self.index.entry((verdict, recovers)).or_insert_with(|| {
            self.known.push((verdict, recovers));
            next
        })
    }

    fn of(&self, number: u32) -> (Verdict, Time) {
        let known = self.known.get(number as usize).copied();
        known.unwrap_or((Verdict::None, Time::ZERO))
    }
}

/// By fault: affected nodes with the number of their state, sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// Faults, sorted.
    pub(super) faults: Vec<u32>,
    /// Where the row of each fault begins; one more than there are faults.
    pub(super) starts: Vec<usize>,
    /// Node in the upper half, state in the lower.
    pub(super) pairs: Vec<u64>,
    pub(super) states: States,
}

/// A node and its state in one word.
pub(super) fn pack(node: u32, state: u32) -> u64 {
    u64::from(node) << 32 | u64::from(state)
}

/// The upper half of a packed pair.
pub(super) fn high(pair: u64) -> u32 {
    u32::try_from(pair >> 32).unwrap_or(u32::MAX)
}

/// The lower half of a packed pair.
pub(super) fn low(pair: u64) -> u32 {
    u32::try_from(pair & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

impl Answer {
    /// Row `at`.
    pub(super) fn row(&self, at: usize) -> &[u64] {
        let bounds = self.starts.get(at).zip(self.starts.get(at + 1));
        bounds
            .and_then(|(start, end)| self.pairs.get(*start..*end))
            .unwrap_or_default()
    }

    /// What a pair says.
    pub(super) fn read(&self, pair: u64) -> Affected {
        let (verdict, recovers) = self.states.of(low(pair));
        Affected {
            node: high(pair),
            verdict,
            recovers,
        }
    }

    /// Adds the row of the next fault.
    pub(super) fn push(&mut self, fault: u32, affected: &[Affected]) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.faults.push(fault);
        for one in affected {
            let state = self.states.number(one.verdict, one.recovers);
            self.pairs.push(pack(one.node, state));
        }
        self.starts.push(self.pairs.len());
    }
}
