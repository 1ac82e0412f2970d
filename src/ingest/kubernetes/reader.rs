//! Reading objects within a budget.
//!
//! Aliases let a small file speak of one mapping a million times. Every look into a tree is
//! therefore paid for; when the budget is spent, lookups find nothing, and the adapter says so.

use rayon::prelude::*;

use crate::ingest::budget::Budget;
use crate::source::View;

/// Steps for one run over all documents: some hundred times what the largest real estate takes,
/// and a few seconds of work.
const STEPS: u64 = 200_000_000;

/// Items that one thread takes at once.
const SHARE: usize = 64;

/// Looks into trees and counts what that costs.
pub(super) struct Reader {
    budget: Budget,
}

impl Reader {
    /// A reader with the full budget.
    pub(super) fn new() -> Self {
        Self::with_steps(STEPS)
    }

    /// A reader with another budget.
    pub(super) fn with_steps(steps: u64) -> Self {
        Self {
            budget: Budget::with_steps(steps),
        }
    }

    /// What `work` makes of `items`, some at a time, in their order: on all cores, each share with a
    /// reader of its own. The shares spend the same budget together; if it does not last, `undo` is
    /// called and all is done again one after the other: what is left out depends on no timing.
    pub(super) fn side_by_side<T: Sync, R: Send>(
        &self,
        items: &[T],
        undo: impl FnOnce(),
        work: impl Fn(usize, &[T], &Self) -> R + Sync,
    ) -> Vec<R> {
        let purse = self.budget.purse();
        let done = items.par_chunks(SHARE).enumerate().map(|(at, share)| {
            let own = Self {
                budget: Budget::from_purse(&purse),
            };
            work(at * SHARE, share, &own)
        });
        let done: Vec<R> = done.collect();
        if self.budget.settle(&purse) {
            return done;
        }
        undo();
        let shares = items.chunks(SHARE).enumerate();
        shares
            .map(|(at, share)| work(at * SHARE, share, self))
            .collect()
    }

    /// Pays for `steps`; false when they are not there any more.
    pub(super) fn spend(&self, steps: usize) -> bool {
        self.budget.spend(steps)
    }

    /// True when the budget ran out, so that something was left unread.
    pub(super) fn is_spent(&self) -> bool {
        self.budget.is_spent()
    }

    /// The value of `key`.
    pub(super) fn get<'d>(&self, view: View<'d>, key: &str) -> Option<View<'d>> {
        self.spend(view.size() / 8)
            .then(|| view.get(key))
            .flatten()
            .filter(|value| !value.is_null())
    }

    /// The value at the end of a chain of keys.
    pub(super) fn path<'d>(&self, view: View<'d>, keys: &[&str]) -> Option<View<'d>> {
        keys.iter().try_fold(view, |view, key| self.get(view, key))
    }

    /// The text at the end of a chain of keys.
    pub(super) fn text<'d>(&self, view: View<'d>, keys: &[&str]) -> Option<&'d str> {
        self.path(view, keys).and_then(View::as_str)
    }

    /// The items of the list at the end of a chain of keys.
    pub(super) fn items<'d>(&self, view: View<'d>, keys: &[&str]) -> Vec<View<'d>> {
        let Some(list) = self.path(view, keys) else {
            return Vec::new();
        };
        if self.spend(list.size()) {
            list.items().collect()
        } else {
            Vec::new()
        }
    }

    /// The pairs of the mapping at the end of a chain of keys; keys that are no text are left out.
    pub(super) fn pairs<'d>(&self, view: View<'d>, keys: &[&str]) -> Vec<(&'d str, View<'d>)> {
        let Some(mapping) = self.path(view, keys) else {
            return Vec::new();
        };
        if !self.spend(mapping.size()) {
            return Vec::new();
        }
        let entries = mapping.entries();
        self.spend(entries.len());
        let named = entries
            .into_iter()
            .filter_map(|(key, value)| Some((key.as_str()?, value)));
        named.collect()
    }

    /// As [`pairs`](Self::pairs), for texts: labels, annotations, selectors.
    pub(super) fn labels<'d>(&self, view: View<'d>, keys: &[&str]) -> Vec<(&'d str, &'d str)> {
        let pairs = self.pairs(view, keys).into_iter();
        pairs
            .map(|(key, value)| (key, value.as_str().unwrap_or_default()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each item may still spend, side by side and one after the other.
    #[test]
    fn what_a_budget_leaves_out_depends_on_no_threads() {
        let items: Vec<usize> = (0..1_000).collect();
        let whole: u64 = items.iter().map(|item| 1 + *item as u64).sum();
        for steps in [whole, whole + 1, whole - 1, whole / 2, 1] {
            let work = |_: usize, share: &[usize], reader: &Reader| -> Vec<bool> {
                share.iter().map(|item| reader.spend(*item)).collect()
            };
            let (one, several) = (Reader::with_steps(steps), Reader::with_steps(steps));
            let inner = items.chunks(SHARE).flat_map(|share| work(0, share, &one));
            let expected: Vec<bool> = inner.collect();
            let found = several.side_by_side(&items, || {}, work).concat();
            assert_eq!(found, expected, "{steps}");
            assert_eq!(several.is_spent(), one.is_spent(), "{steps}");
            assert_eq!(several.spend(0), one.spend(0), "{steps}");
        }
    }
}
