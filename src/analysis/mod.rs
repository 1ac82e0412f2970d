//! What DESIGN section 2 computes. Pure: no input or output, no clock, no randomness, sorted
//! results.
//!
//! * [`engine`]: the semantics, for any fault set, in time proportional to what it affects.
//! * [`verdict`]: the five verdicts and times. * [`sweep`]: all single faults at once.
//! * [`blast`]: one fault set, explained; with [`hops`], [`data`] and [`recovery`] cycles.
//! * [`why`]: the chain from a node to the faults. * [`common`]: what several nodes share.
//! * [`diff`]: what two estates differ in. * [`fix`]: the cheapest changes. * [`capacity`]: after a loss.
//! * [`survivability`], [`tiers`], [`redundancy`], [`rank`], [`coverage`], [`criticality`]: one
//!   question each.

pub mod blast;
pub mod capacity;
pub mod common;
pub mod coverage;
pub mod criticality;
pub mod cuts;
pub mod data;
pub mod diff;
pub mod engine;
pub mod fix;
pub mod hops;
pub mod rank;
pub mod recovery;
pub mod redundancy;
pub mod survivability;
pub mod sweep;
pub mod tiers;
pub mod verdict;
pub mod why;
