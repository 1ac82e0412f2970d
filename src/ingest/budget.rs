//! What an adapter may spend on hostile files: aliases let a small one speak of a mapping a
//! million times, and includes let it name files again and again.

use std::cell::Cell;

/// Counts steps down.
pub(super) struct Budget {
    left: Cell<u64>,
}

impl Budget {
    /// A budget of so many steps.
    pub(super) fn with_steps(steps: u64) -> Self {
        Self {
            left: Cell::new(steps),
        }
    }

    /// Pays for `steps`; false when they are not there any more.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX).saturating_add(1);
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// True when it ran out, so that something was left unread.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}
