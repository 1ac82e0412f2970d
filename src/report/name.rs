//! Nodes, verdicts and places as the templates show them.

use std::collections::BTreeMap;

use super::language::{Argument, Say, say};
use super::text::{slug, verdict_words, visible};
use crate::analysis::engine::{Affected, Engine};
use crate::analysis::verdict::{Time, Verdict};
use crate::ingest::fact::Source;
use crate::model::{Model, NodeIx};
use crate::source::{SourceMap, mask};

/// A node, as it is named everywhere on the page.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// Its index, for scripts.
    pub(super) n: u32,
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) kind: String,
    /// For `id` and `href`.
    pub(super) slug: String,
}

impl Name {
    pub(super) fn of(model: &Model, ix: NodeIx) -> Self {
        let node = model.node(ix);
        Self {
            n: ix.0,
            id: visible(node.id.as_str()),
            title: node.title.as_deref().map(visible),
            kind: node.id.kind().to_owned(),
            slug: node_slug(node.id.as_str(), ix),
        }
    }

    /// The title, or the id where there is none.
    pub(super) fn short(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }

    /// As it stands in a sentence: the title, or the id where there is none.
    pub(super) fn argument(&self) -> String {
        self.short().to_owned()
    }
}

/// Where credentials are masked, two ids may look the same: the index tells them apart.
fn node_slug(id: &str, ix: NodeIx) -> String {
    match mask::value(id) {
        masked if masked == id => slug(id),
        masked => format!("{}.{}", slug(&masked), ix.0),
    }
}

/// A fault, with the place on the page that tells more of it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) name: Name,
    /// The slug of that place, if there is one.
    pub(super) to: Option<String>,
}

impl Link {
    pub(super) fn new(model: &Model, ix: NodeIx, anchors: &BTreeMap<NodeIx, String>) -> Self {
        Self {
            name: Name::of(model, ix),
            to: anchors.get(&ix).cloned(),
        }
    }
}

/// The names of `nodes`.
pub(super) fn names(model: &Model, nodes: impl IntoIterator<Item = NodeIx>) -> Vec<Name> {
    nodes.into_iter().map(|ix| Name::of(model, ix)).collect()
}

/// A verdict as a chip: shape, letter, colour and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chip {
    /// The word of the contract; names the shape and the colour.
    pub(super) verdict: &'static str,
    pub(super) words: Say,
    /// "over 10m": it is back, but later than its objective allows.
    pub(super) over: Option<Say>,
}

impl Chip {
    pub(super) fn new(verdict: Verdict, recovers: Time) -> Self {
        Self {
            verdict: verdict.as_str(),
            words: verdict_words(verdict, recovers),
            over: None,
        }
    }

    /// With "over its objective" where the interruption is longer than that.
    pub(super) fn of(model: &Model, engine: &Engine<'_>, affected: Affected) -> Self {
        let mut chip = Self::new(affected.verdict, affected.recovers);
        if affected.verdict == Verdict::Interrupted && engine.cuts(affected) {
            let objective = model.node(NodeIx(affected.node)).rto_s.unwrap_or(0);
            chip.over = Some(say("state.over").with(Argument::Duration(objective)));
        }
        chip
    }
}

/// `file:line`, where the first source of `sources` stands.
pub(super) fn place(map: &SourceMap, sources: &[Source]) -> Option<String> {
    let (file, line) = match sources.first()? {
        Source::Here(span) => (map.path(span.file).to_string(), map.position(*span).line),
        Source::Recorded(location) => (location.file.clone(), location.line),
    };
    Some(format!("{}:{line}", visible(&file)))
}
