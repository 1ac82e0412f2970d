//! The five verdicts and times to recover.

use std::fmt;

/// What a fault set does to a node, in this order of badness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// Serves as before.
    #[default]
    None,
    /// Serves, but a soft requirement is unmet or a hard one is met only by degraded members.
    Degraded,
    /// Does not serve at first, and is back without any repair.
    Interrupted,
    /// Does not serve until the faults are repaired.
    Down,
    /// Would not serve again even if all faults were repaired at once.
    Stuck,
}

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Degraded,
        Self::Interrupted,
        Self::Down,
        Self::Stuck,
    ];

    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Degraded => "degraded",
            Self::Interrupted => "interrupted",
            Self::Down => "down",
            Self::Stuck => "stuck",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Seconds after the faults struck, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// The moment the faults strike.
    pub const ZERO: Self = Self(0);
    /// No moment at all.
    pub const NEVER: Self = Self(u64::MAX);

    /// `seconds` after the faults struck.
    #[must_use]
    pub fn seconds(seconds: u64) -> Self {
        Self(seconds.min(u64::MAX - 1))
    }

    /// Seconds, unless never.
    #[must_use]
    pub fn finite(self) -> Option<u64> {
        (self != Self::NEVER).then_some(self.0)
    }

    /// `seconds` later; never stays never, and a sum never overflows into it.
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        self.finite()
            .map_or(Self::NEVER, |at| Self::seconds(at.saturating_add(seconds)))
    }
}
