//! Answers as JSON (DESIGN section 5): what other programs may rely on. Every answer carries the
//! version of its form; keys may be added, and never change their meaning.
//!
//! * [`hardened`]: how the text is written.

mod hardened;

pub use hardened::write;

/// Version of all forms.
pub const VERSION: u32 = 1;
