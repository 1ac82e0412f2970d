//! A long sweep asks whether to go on: whoever shows how far it is, or is told to stop, answers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Is asked now and then, from several threads.
pub trait Watch: Sync {
    /// So many steps are done, of so many as far as is known by now. False ends the sweep.
    fn goes_on(&self, done: usize, of: usize) -> bool;
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn goes_on(&self, _done: usize, _of: usize) -> bool {
        true
    }
}

/// Why a sweep ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Who watched it said so.
    #[error("stopped")]
    Stopped,
    /// The answer has more pairs of a fault and a node that it affects than this.
    #[error("single faults affect more than {most} nodes in sum")]
    TooMany { most: usize },
}

/// Steps between two questions, unless lists are long.
pub(super) const STRIDE: usize = 1 << 13;

/// The work of all threads together.
pub(super) struct Watched<'w> {
    watch: &'w dyn Watch,
    done: AtomicUsize,
    of: AtomicUsize,
    stopped: AtomicBool,
}

impl std::fmt::Debug for Watched<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

impl<'w> Watched<'w> {
    pub(super) fn new(watch: &'w dyn Watch) -> Self {
        Self {
            watch,
            done: AtomicUsize::new(0),
            of: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// There is more to do than was known.
    pub(super) fn more(&self, steps: usize) {
        self.of.fetch_add(steps, Ordering::Relaxed);
    }

    /// So many more steps are done; false if the work is to end.
    pub(super) fn step(&self, steps: usize) -> bool {
        let done = self.done.fetch_add(steps, Ordering::Relaxed) + steps;
        if !self.watch.goes_on(done, self.of.load(Ordering::Relaxed)) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.goes_on()
    }

    /// Whether nobody ended the work.
    pub(super) fn goes_on(&self) -> bool {
        !self.stopped.load(Ordering::Relaxed)
    }
}
