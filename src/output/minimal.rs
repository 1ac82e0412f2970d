//! The answer of `spof cuts`, as all formats read it.

use super::Context;
use crate::analysis::cuts::downtime::Downtime;
use crate::analysis::cuts::{CutSets, Extent};
use crate::ingest::fact::FaultTree;
use crate::model::{Node, NodeIx};

/// Where names of events come from.
#[derive(Clone, Copy)]
pub enum Events<'a> {
    /// Events are nodes of the model.
    Nodes(Context<'a>),
    /// Events are those of a fault tree.
    Tree(&'a FaultTree),
}

/// The minimal cut sets of a node or gate.
#[derive(Clone, Copy)]
pub struct Minimal<'a> {
    pub events: Events<'a>,
    /// The id of the node, or the name of the gate.
    pub subject: &'a str,
    /// Classes of faults that count, sorted; none of a fault tree.
    pub classes: &'a [&'static str],
    /// Kinds of faults that count; none is all.
    pub kinds: &'a [String],
    /// What was asked for.
    pub extent: Extent,
    /// Seconds without service beyond which the subject is cut; `None`: for ever only.
    pub rto_s: Option<u64>,
    pub found: &'a CutSets,
    pub downtime: Rated<'a>,
}

/// What rates of failure say of the subject.
#[derive(Clone, Copy, Debug)]
pub enum Rated<'a> {
    /// Nothing that may fail states how often it does and how long its repair takes; or the
    /// subject is a gate, of whose events no rates are read.
    Without,
    Known(&'a Downtime),
    /// The formula is too much even for single faults.
    TooLarge,
}

impl<'a> Minimal<'a> {
    /// The name of an event.
    #[must_use]
    pub fn name(&self, event: u32) -> &'a str {
        match self.events {
            Events::Nodes(cx) => cx.id(NodeIx(event)),
            Events::Tree(tree) => tree.events.get(event as usize).map_or("", String::as_str),
        }
    }

    /// The node that an event is the fault of.
    #[must_use]
    pub fn node(&self, event: u32) -> Option<&'a Node> {
        match self.events {
            Events::Nodes(cx) => Some(cx.node(NodeIx(event))),
            Events::Tree(_) => None,
        }
    }

    /// True if no minimal cut set of the orders asked for is missing from the count.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        match (self.extent, self.found.complete_to) {
            (_, None) => true,
            (Extent::All, Some(_)) => false,
            (Extent::UpTo(asked), Some(reached)) => reached >= asked,
            (Extent::Smallest(asked), Some(_)) => {
                let count = self.found.count().small();
                count.is_none_or(|count| count >= asked as u64)
            }
        }
    }
}
