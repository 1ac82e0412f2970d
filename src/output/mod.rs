//! Formats: they render answers and know nothing of rules or of how the answers are found.
//!
//! * [`text`]: styled text for terminals; the one place that makes strangers' names harmless.
//! * [`page`]: lines and tables. * [`json`]: the forms that other programs read.
//! * [`lint`]: findings in their formats.

pub mod json;
pub mod lint;
pub mod page;
pub mod text;
