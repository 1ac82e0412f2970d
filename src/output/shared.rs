//! The answer of `spof common`, as all formats read it.

use super::Context;
use crate::analysis::common::Common;
use crate::graph::FaultClass;
use crate::model::NodeIx;

/// What some nodes have in common.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    pub cx: Context<'a>,
    pub subjects: &'a [NodeIx],
    /// Nodes that must not be cut.
    pub up: &'a [NodeIx],
    /// Classes of faults that were tried, sorted.
    pub classes: &'a [FaultClass],
    pub found: &'a Common,
}
