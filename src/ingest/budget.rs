//! What an adapter may spend on hostile files: aliases let a small one speak of a mapping a
//! million times, and includes let it name files again and again.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Steps that a budget takes from its purse at once: threads must not wait for each other.
const GRANT: u64 = 1 << 16;

/// Counts steps down.
pub(super) struct Budget {
    left: Cell<u64>,
    /// Where more is, if others spend beside this one.
    purse: Option<Arc<Purse>>,
}

/// What several budgets may spend together, on several threads.
pub(super) struct Purse {
    left: AtomicU64,
    short: AtomicBool,
}

impl Purse {
    /// Takes at least `least` steps, more if there are; 0, and short from then on, if it has less.
    fn take(&self, least: u64) -> u64 {
        let taken = |left: u64| least.max(GRANT.min(left));
        let order = Ordering::Relaxed;
        let before = self
            .left
            .fetch_update(order, order, |left| left.checked_sub(taken(left)));
        if before.is_err() {
            self.short.store(true, order);
        }
        before.map_or(0, taken)
    }
}

impl Budget {
    /// A budget of so many steps.
    pub(super) fn with_steps(steps: u64) -> Self {
        Self {
            left: Cell::new(steps),
            purse: None,
        }
    }

    /// What is left, to be spent on several threads.
    pub(super) fn purse(&self) -> Arc<Purse> {
        Arc::new(Purse {
            left: AtomicU64::new(self.left.get()),
            short: AtomicBool::new(false),
        })
    }

    /// A budget that spends from `purse`. What it took and did not need goes back with it.
    pub(super) fn from_purse(purse: &Arc<Purse>) -> Self {
        Self {
            left: Cell::new(0),
            purse: Some(Arc::clone(purse)),
        }
    }

    /// Takes what is left of `purse`, from which all have ended to spend, as the own. False if
    /// somebody found it short: then nothing is changed.
    pub(super) fn settle(&self, purse: &Purse) -> bool {
        let enough = !purse.short.load(Ordering::Relaxed);
        if enough {
            self.left.set(purse.left.load(Ordering::Relaxed));
        }
        enough
    }

    /// Pays for `steps`; false when they are not there any more.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX).saturating_add(1);
        let mut have = self.left.get();
        if have < steps
            && let Some(purse) = &self.purse
        {
            have = have.saturating_add(purse.take(steps));
        }
        let left = have.checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// True when it ran out, so that something was left unread.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        if let Some(purse) = &self.purse {
            purse.left.fetch_add(self.left.get(), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_the_same_whether_one_or_several_spend_it() {
        let whole = Budget::with_steps(1_000_000);
        let purse = whole.purse();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let own = Budget::from_purse(&purse);
                    assert!((0..1_000).all(|_| own.spend(99)));
                });
            }
        });
        assert!(whole.settle(&purse));
        assert_eq!(whole.left.get(), 1_000_000 - 4 * 1_000 * 100);
        assert!(whole.spend(599_999));
        assert!(whole.is_spent() && !whole.spend(0));
    }

    #[test]
    fn a_purse_that_is_short_changes_nothing() {
        let whole = Budget::with_steps(100);
        let purse = whole.purse();
        let (one, other) = (Budget::from_purse(&purse), Budget::from_purse(&purse));
        assert!(one.spend(59));
        assert!(!other.spend(59));
        drop((one, other));
        assert!(!whole.settle(&purse));
        assert!(whole.spend(99));
    }
}
