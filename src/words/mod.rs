//! The field's standard terms (DESIGN section 1) as types, shared by every room.
//!
//! * [`id`]: `kind:name` identifiers.
//! * [`terms`]: class, mode, evidence, verdict-free vocabulary of the graph.
//! * [`quantity`]: durations, counts, rates as people write them.
//! * [`nearest`]: "did you mean".
//! * [`message`]: sentences that can be said in another language.
//! * [`code`]: the closed list of rules; [`Severity`]; [`Date`].

pub mod code;
mod date;
mod id;
pub mod message;
mod quantity;
mod severity;
mod similar;
mod terms;

pub use code::Code;
pub use date::Date;
pub use id::{Id, is_network_kind};
pub use message::{Arg, Message};
pub use quantity::{format_duration, parse_count, parse_duration, parse_percent, parse_rate};
pub use severity::Severity;
pub use similar::{Candidates, nearest};
pub use terms::{Assume, Class, Evidence, Mode, Replication, Role};
