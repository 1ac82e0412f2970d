//! The graph for drawing programs. Replicas that are alike are drawn one by one: what a drawing
//! leaves out is for the drawing program to say.
//!
//! * [`mod@dot`]: Graphviz. * [`mod@mermaid`]: Mermaid flow charts.

mod dot;
mod mermaid;

pub use dot::dot;
pub use mermaid::mermaid;

use super::Context;
use crate::model::{NodeIx, Requirement};
use crate::words::Mode;

/// Title if there is one, and the id.
fn label(cx: Context<'_>, ix: NodeIx) -> (Option<&str>, &str) {
    let node = cx.node(ix);
    (node.title.as_deref(), node.id.as_str())
}

/// Why an arrow is not just "needs this": `2 of 3`, `to start`, `standby`.
fn arrow_label(requirement: &Requirement, standby: bool) -> String {
    let mut parts = Vec::new();
    let active = requirement
        .members
        .iter()
        .filter(|member| member.standby.is_none());
    let weight = active.fold(0u64, |sum, member| sum.saturating_add(member.weight));
    if requirement.members.len() > 1 && !standby {
        parts.push(format!("{} of {weight}", requirement.need));
    }
    match requirement.mode {
        Mode::Start => parts.push("to start".to_owned()),
        Mode::Soft => parts.push("optional".to_owned()),
        Mode::Placement | Mode::Hard => {}
    }
    if standby {
        parts.push("standby".to_owned());
    }
    parts.join(", ")
}
