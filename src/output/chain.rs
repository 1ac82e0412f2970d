//! The answer of `spof why`, as all formats read it.

use super::Context;
use crate::analysis::blast::Blast;
use crate::analysis::engine::Engine;
use crate::analysis::why::Hop;
use crate::model::NodeIx;

/// How the faults reach one node.
#[derive(Clone, Copy)]
pub struct Chain<'a> {
    pub cx: Context<'a>,
    pub engine: &'a Engine<'a>,
    pub blast: &'a Blast,
    pub subject: NodeIx,
    /// `None`: they don't.
    pub hop: Option<&'a Hop>,
}
