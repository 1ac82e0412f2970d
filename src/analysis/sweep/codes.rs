//! What a fault does to a node, as one number: three flags, and the number of a set of times where
//! something comes back.

use rustc_hash::FxHashMap;

use crate::analysis::verdict::Time;

/// It served, and does not at t = 0.
pub(super) const LOST: u32 = 1;
/// It ran, and does not at t = 0.
pub(super) const STOPPED: u32 = 2;
/// It is in the fault set itself: nothing is asked of it, and it never comes back.
pub(super) const STRUCK: u32 = 4;
pub(super) const FLAGS: u32 = 7;
const BITS: u32 = 3;

/// When it runs and serves again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Times {
    /// Zero if it was not stopped.
    pub(super) runs: Time,
    /// Zero if it was not lost.
    pub(super) serves: Time,
    /// It would not run, or not serve, even if all faults were repaired at once.
    pub(super) stuck_start: bool,
    pub(super) stuck: bool,
}

impl Times {
    pub(super) const NONE: Self = Self {
        runs: Time::ZERO,
        serves: Time::ZERO,
        stuck_start: false,
        stuck: false,
    };

    /// The later of both, as for two requirements that must both be met.
    pub(super) fn both(self, other: Self) -> Self {
        Self {
            runs: self.runs.max(other.runs),
            serves: self.serves.max(other.serves),
            stuck_start: self.stuck_start || other.stuck_start,
            stuck: self.stuck || other.stuck,
        }
    }
}

/// Times by number. Number zero is "never, until the faults are repaired": what nearly all codes
/// say.
#[derive(Clone, Debug)]
pub(super) struct Codes {
    known: Vec<Times>,
    any_stuck: bool,
    index: FxHashMap<Times, u32>,
    /// The number looked up last: mostly it is the next one too.
    last: u32,
}

impl Default for Codes {
    fn default() -> Self {
        Self {
            known: vec![Times::NONE],
            any_stuck: false,
            index: FxHashMap::default(),
            last: 0,
        }
    }
}

/// True if the code says more than "never, until the faults are repaired".
pub(super) fn is_timed(code: u32) -> bool {
    code > FLAGS
}

impl Codes {
    /// The times of `code`.
    pub(super) fn times(&self, code: u32) -> Times {
        if is_timed(code) {
            let number = (code >> BITS) as usize;
            return self.known.get(number).copied().unwrap_or(Times::NONE);
        }
        let never = |flag: u32| {
            if code & flag == 0 {
                Time::ZERO
            } else {
                Time::NEVER
            }
        };
        Times {
            runs: never(STOPPED),
            serves: never(LOST),
            stuck_start: false,
            stuck: false,
        }
    }

    /// The code of these flags and times.
    pub(super) fn code(&mut self, flags: u32, times: Times) -> u32 {
        let flags = flags & FLAGS;
        if self.times(flags) == times {
            return flags;
        }
        if self.last != 0 && self.known.get(self.last as usize) == Some(&times) {
            return self.last << BITS | flags;
        }
        self.any_stuck |= times.stuck || times.stuck_start;
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        let number = *self.index.entry(times).or_insert_with(|| {
            self.known.push(times);
            next
        });
        self.last = number;
        number << BITS | flags
    }

    /// The code of two requirements of one node that break at once.
    pub(super) fn both(&mut self, a: u32, b: u32) -> u32 {
        if !is_timed(a | b) {
            return a | b;
        }
        let flags = (a | b) & FLAGS;
        if flags & STRUCK != 0 {
            // Only what the repaired world says counts of it.
            let times = self.times(a).both(self.times(b));
            let never = self.times(flags);
            return self.code(
                flags,
                Times {
                    stuck_start: times.stuck_start,
                    stuck: times.stuck,
                    ..never
                },
            );
        }
        let times = self.times(a).both(self.times(b));
        self.code(flags, times)
    }

    /// True if some code says that even repair does not help.
    pub(super) fn any_stuck(&self) -> bool {
        self.any_stuck
    }

    /// The number of the times of `code`.
    pub(super) fn number(code: u32) -> u32 {
        code >> BITS
    }

    /// All times by number.
    pub(super) fn all(&self) -> &[Times] {
        &self.known
    }
}
