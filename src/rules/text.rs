//! Wording that rules share.

use super::context::Context;
use crate::message;
use crate::model::NodeIx;
use crate::words::{Arg, Message, Mode};

/// Names shown in one list; the rest is counted.
pub(super) const SHOWN: usize = 6;

/// `3 replicas`
pub(super) fn replicas(n: usize) -> Message {
    message!("{n} replica|{n} replicas", n)
}

/// `3 services and stores`
pub(super) fn workloads(n: usize) -> Message {
    message!("{n} service or store|{n} services and stores", n)
}

/// `nodes` as a list of ids.
pub(super) fn ids(context: &Context<'_>, nodes: &[NodeIx]) -> Arg {
    listed(context, nodes, SHOWN)
}

/// Names in a list that is the point of a finding; the rest is counted.
const ALL: usize = 40;

/// `nodes` as a list of ids, all of them where that can be read.
pub(super) fn all(context: &Context<'_>, nodes: &[NodeIx]) -> Arg {
    listed(context, nodes, ALL)
}

fn listed(context: &Context<'_>, nodes: &[NodeIx], most: usize) -> Arg {
    let names = nodes.iter().take(most);
    let names: Vec<String> = names.map(|ix| context.id(*ix).to_string()).collect();
    let more = nodes.len() - names.len();
    Arg::Names(names, more)
}

/// The ids of `nodes`, sorted, as the object of a finding.
pub(super) fn plain(context: &Context<'_>, nodes: &[NodeIx]) -> String {
    let mut names: Vec<&str> = nodes.iter().map(|ix| context.id(*ix).as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

/// What a requirement of this mode does, for one or for several.
pub(super) fn verb(mode: Mode, several: bool) -> &'static str {
    match (mode, several) {
        (Mode::Placement, false) => "stands on",
        (Mode::Placement, true) => "stand on",
        (Mode::Hard, false) => "needs",
        (Mode::Hard, true) => "need",
        (Mode::Soft, false) => "uses",
        (Mode::Soft, true) => "use",
        (Mode::Start, false) => "needs to start",
        (Mode::Start, true) => "need to start",
    }
}
