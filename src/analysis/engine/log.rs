//! What happens in the course of a recovery, in an order in which nothing comes before its causes.

use crate::analysis::verdict::Time;
use crate::graph::MemberIx;

/// One thing that happens. Nodes, members and ways are indices of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The fault is repaired.
    Repaired(u32),
    /// The stopped node has all it needs in order to start.
    Starts(u32),
    /// It runs again.
    Runs(u32),
    /// The standby and all that this way of promoting it requires serve.
    Begins { member: MemberIx, way: u32 },
    /// The standby is promoted, by this way.
    Promoted { member: MemberIx, way: u32 },
    /// The node serves again; nodes of one `group` serve because all of them do, and follow each
    /// other in the log.
    Serves { node: u32, group: Option<u32> },
}

/// A thing that happens, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Time,
    pub what: Happening,
}

/// What is not counted in a recovery: a change of the estate, tried out. Both lists are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loosened {
    /// These requirements ask for nothing.
    pub requirements: Vec<u32>,
    /// These ways no longer require these nodes.
    pub parts: Vec<(u32, u32)>,
}
