//! Answers for people, as pages.
//!
//! * [`mod@list`], [`mod@blast`], [`mod@why`], [`mod@common`], [`mod@coverage`], [`mod@cuts`]: one answer each.
//! * `words`: how verdicts, times and names are said, the same everywhere.

mod blast;
mod common;
mod coverage;
mod cuts;
mod downtime;
mod list;
mod summary;
mod ways;
mod why;
mod words;

pub use blast::blast;
pub use common::common;
pub use coverage::coverage;
pub use cuts::cuts;
pub use list::{by_subject, list};
pub use why::why;
