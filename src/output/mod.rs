//! Formats: they render answers and know nothing of rules or of how the answers are found.
//!
//! * [`text`]: styled text for terminals; the one place that makes strangers' names harmless.
//! * [`page`]: lines and tables. * [`human`]: answers for people. * [`lint`]: findings.
//! * [`diff`]: what two estates differ in. * [`markdown`]: text that can't break out of Markdown.
//! * [`bring_up`], [`runbook`]: how an estate comes back, and the same to print.
//! * [`drill`], [`drill_sheet`], [`chaos`]: what is claimed to happen, to be tried.
//! * [`starter`]: a first configuration and manifest. * [`fixing`]: a plan, and its patch.
//! * [`room`]: what is left after a loss.
//! * [`json`]: the forms that other programs read. * [`draw`]: the graph for drawing programs.

pub mod bring_up;
mod chain;
pub mod chaos;
mod context;
pub mod diff;
pub mod draw;
pub mod drill;
pub mod drill_sheet;
pub mod fixing;
pub mod human;
pub mod json;
pub mod known;
pub mod lint;
mod listing;
pub mod markdown;
pub mod minimal;
pub mod open_psa;
pub mod page;
pub mod room;
pub mod runbook;
mod shared;
pub mod starter;
mod strike;
pub mod text;

pub use bring_up::Recovering;
pub use chain::Chain;
pub use context::Context;
pub use known::Known;
pub use listing::{Cut, Listing, Subject};
pub use minimal::Minimal;
pub use shared::Shared;
pub use strike::Strike;
