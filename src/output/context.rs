//! What every format looks up: names and places of nodes and requirements.

use std::fmt::Write as _;

use super::text::plural;
use crate::ingest::fact::Source;
use crate::model::{Model, Node, NodeIx, ReqIx, Requirement};
use crate::source::{Location, SourceMap};
use crate::words::Class;

/// Files that are named for one fact.
const FILES: usize = 2;

/// The model, and the files its spans lie in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub model: &'a Model,
    pub sources: &'a SourceMap,
}

impl<'a> Context<'a> {
    /// The node behind `ix`.
    #[must_use]
    pub fn node(self, ix: NodeIx) -> &'a Node {
        self.model.node(ix)
    }

    /// The id of `ix`.
    #[must_use]
    pub fn id(self, ix: NodeIx) -> &'a str {
        self.model.node(ix).id.as_str()
    }

    /// The ids of `nodes`.
    #[must_use]
    pub fn ids(self, nodes: &[NodeIx]) -> Vec<&'a str> {
        nodes.iter().map(|ix| self.id(*ix)).collect()
    }

    /// The requirement behind `ix`.
    #[must_use]
    pub fn requirement(self, ix: ReqIx) -> &'a Requirement {
        self.model.requirement(ix)
    }

    /// The place of `source`.
    #[must_use]
    pub fn location(self, source: &Source) -> Location {
        match source {
            Source::Here(span) => self.sources.location(*span),
            Source::Recorded(location) => (**location).clone(),
        }
    }

    /// The first of some places, as `file:line:column`; empty if there is none.
    #[must_use]
    pub fn place(self, sources: &[Source]) -> String {
        let first = sources.iter().map(|source| self.location(source)).min();
        first.map_or_else(String::new, |location| location.to_string())
    }

    /// The first place in each file that says it, at most [`FILES`] of them: what two registers say
    /// can be held against both.
    #[must_use]
    pub fn places(self, sources: &[Source]) -> String {
        let mut places: Vec<Location> = sources.iter().map(|s| self.location(s)).collect();
        places.sort_unstable();
        places.dedup_by(|later, first| later.file == first.file);
        let more = places.len().saturating_sub(FILES);
        let shown = places.iter().take(FILES).map(Location::to_string);
        let mut text = shown.collect::<Vec<_>>().join(", ");
        if more > 0 {
            let _ = write!(text, " and {}", plural(more, "more file"));
        }
        text
    }

    /// The name without its kind where the class says the kind already, else the id.
    #[must_use]
    pub fn short(self, ix: NodeIx) -> &'a str {
        let node = self.model.node(ix);
        if node.id.kind() == node.class.as_str() {
            node.id.name()
        } else {
            node.id.as_str()
        }
    }

    /// How many nodes are of `class`.
    #[must_use]
    pub fn count_of(self, class: Class) -> usize {
        let nodes = self.model.nodes.iter();
        nodes.filter(|node| node.class == class).count()
    }
}
