//! Answers as JSON (DESIGN section 5): what other programs may rely on. Every answer carries the
//! version of its form; keys may be added, and never change their meaning.
//!
//! * [`write()`]: how the text is written. * [`mod@list`], [`by_subject`], [`mod@blast`], [`mod@why`],
//!   [`mod@common`], [`mod@coverage`], [`mod@cuts`], [`mod@recover`],
//!   [`mod@drill`]: one answer each.

mod blast;
mod common;
mod coverage;
mod cuts;
mod drill;
mod hardened;
mod list;
mod recover;
mod why;

pub use blast::blast;
pub use common::common;
pub use coverage::coverage;
pub use cuts::cuts;
pub use drill::drill;
pub use hardened::{compact, write};
pub use list::{by_subject, list};
pub use recover::recover;
pub use why::why;

/// Version of all forms.
pub const VERSION: u32 = 1;
