//! Answers for people, as pages.
//!
//! * [`mod@list`], [`mod@blast`], [`mod@why`], [`mod@common`], [`mod@coverage`], [`mod@cuts`],
//!   [`mod@recover`], [`mod@drill`]: one answer each.
//! * `held`: what does not come back. * `timeline`: bars on a scale.
//! * `words`: how verdicts, times and names are said, the same everywhere.

mod blast;
mod common;
mod coverage;
mod cuts;
mod cycles;
mod data;
mod downtime;
mod drill;
mod held;
mod list;
mod recover;
mod summary;
mod timeline;
mod ways;
mod why;
mod words;

pub use blast::blast;
pub use common::common;
pub use coverage::coverage;
pub use cuts::cuts;
pub use drill::drill;
pub use list::{by_subject, list};
pub use recover::recover;
pub use why::why;
