//! What DESIGN section 2 computes. Pure: no input or output, no clock, no randomness, sorted
//! results.
//!
//! * [`engine`]: the semantics, for any fault set, in time proportional to what it affects.
//! * [`verdict`]: the five verdicts and times. * [`sweep`]: all single faults at once.
//! * [`explain`]: hops, reasons, standbys, data. * [`recovery`]: cycles that keep things down.
//! * [`survivability`], [`redundancy`], [`rank`], [`common`], [`coverage`]: one question each.
pub mod verdict;
