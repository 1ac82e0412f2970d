//! The model compiled to integers: one compact immutable graph (compressed sparse rows) on which
//! the analysis runs, and petgraph's `visit` traits on it so that its algorithms need no copy.
//!
//! * [`csr`]: rows of integers. * [`compile`]: model → graph. * [`visit`]: petgraph's traits.
//! * [`cycles`]: which nodes serve together or not at all (condensation).

pub mod compile;
pub mod csr;
pub mod cycles;
pub mod visit;
