//! What a filter may do: steps, stack, depth. The counters belong to the thread that it runs on.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

use jaq_core::data::HasLut;
use jaq_core::{DataT, Lut};

use super::value::Value;

/// Steps of a filter, whatever its input.
pub(super) const STEPS: u64 = 2_000_000;
/// Steps more for each value of its input.
pub(super) const STEPS_A_VALUE: u64 = 200;
/// Most steps, however large the input.
const MOST_STEPS: u64 = 40_000_000;
/// What a call costs: what it binds lives on after it, nested in what the next one binds, and is
/// let go of one inside the other. So few of them fit into [`super::STACK`] many times over.
const CALL: u64 = 12;
/// Stack that evaluation may use, a part of what the thread has: letting go of what it built takes
/// some too.
const MOST_STACK: usize = 64 << 20;

/// Why a filter was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// More than so many steps.
    Steps(u64),
    Stack,
    /// Values nested too deep.
    Depth,
    Outputs,
}

thread_local! {
    static GIVEN: Cell<u64> = const { Cell::new(0) };
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// Fills the meter for an input of so many values.
pub(super) fn start(values: usize) {
    let values = u64::try_from(values).unwrap_or(u64::MAX);
    let steps = STEPS
        .saturating_add(values.saturating_mul(STEPS_A_VALUE))
        .min(MOST_STEPS);
    GIVEN.set(steps);
    LEFT.set(steps);
    BASE.set(here());
}

/// An address on the stack.
#[inline(never)]
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&mark)).addr()
}

/// Pays for `steps`, or ends the evaluation.
pub(super) fn charge(steps: u64) {
    match LEFT.get().checked_sub(steps) {
        Some(left) => LEFT.set(left),
        None => stop(Cause::Steps(GIVEN.get())),
    }
}

/// As [`charge`], for so many things.
pub(super) fn charge_for(things: usize) {
    charge(u64::try_from(things).unwrap_or(u64::MAX));
}

/// Ends the evaluation. Unwinding is no panic: nothing is printed, and no `try` catches it.
pub(super) fn stop(cause: Cause) -> ! {
    panic::resume_unwind(Box::new(cause))
}

/// Runs `work`; the cause if it was stopped.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Cause> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload: Box<dyn Any + Send>| {
        match payload.downcast::<Cause>() {
            Ok(cause) => *cause,
            // A panic of the interpreter itself: its thread ends.
            Err(other) => panic::resume_unwind(other),
        }
    })
}

/// The kind of data that our filters work on.
pub(super) struct Metered;

impl DataT for Metered {
    type V<'a> = Value;
    type Data<'a> = Data<'a>;
}

/// The table of a filter's terms. The interpreter looks into it before it evaluates any term, and
/// clones it for each call: both are paid for here.
pub(super) struct Data<'a>(&'a Lut<Metered>);

impl<'a> Data<'a> {
    pub(super) fn new(lut: &'a Lut<Metered>) -> Self {
        Self(lut)
    }
}

impl Clone for Data<'_> {
    fn clone(&self) -> Self {
        charge(CALL);
        Self(self.0)
    }
}

impl<'a> HasLut<'a, Metered> for Data<'a> {
    fn lut(&self) -> &'a Lut<Metered> {
        charge(1);
        if BASE.get().abs_diff(here()) > MOST_STACK {
            stop(Cause::Stack);
        }
        self.0
    }
}
