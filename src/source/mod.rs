//! Text, spans, and one format-neutral tree for YAML, JSON, TOML, HCL and XML.
//!
//! * [`span`]: byte ranges, line and column. * [`tree`]: the tree; [`view`]: typed reading of it.
//! * [`changes`]: which lines of a text are new. * `build`: what the readers share. * [`map`]: the files that were read. * [`problem`]: what is wrong with an input.
//! * [`yaml`], [`json`], [`toml`], [`hcl`], [`xml`], [`ini`], [`metrics`], [`mod@csv`]: one reader each, the only files that name their parser crate.
//! * [`filter`]: documents made of others by a filter in the jq language.
//! * [`sniff`]: templates, encrypted and binary files, recognised before parsing.
//! * `item`: items with known keys read from it, with their schema, for the formats that are ours.
//! * [`limits`]: budgets that hostile inputs run into. * [`mask`]: secrets never leave this room.

mod build;
pub mod changes;
pub mod csv;
pub mod filter;
pub mod hcl;
pub mod ini;
pub(crate) mod item;
pub mod json;
pub mod limits;
pub mod map;
pub mod mask;
pub mod metrics;
pub mod piece;
pub mod problem;
#[cfg(test)]
mod reader_tests;
pub mod sniff;
pub mod span;
pub mod toml;
pub mod tree;
pub mod view;
pub mod xml;
pub mod yaml;

use crate::words::Message;
pub use limits::Limits;
pub use map::{Location, SourceFile, SourceMap};
pub use problem::{Problem, ProblemKind, Unread, UnreadReason};
pub use span::{FileId, LineIndex, Position, Span};
pub use tree::{Comment, Document, NodeId, Tree, Value};
pub use view::{Kind, View};

/// A format that has a reader here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Yaml,
    Json,
    Toml,
    Hcl,
    Xml,
    /// Lines in sections: Ansible's inventories.
    Ini,
    /// The text format of Prometheus and `OpenMetrics`.
    Metrics,
    Csv,
}

impl Syntax {
    /// Reads all documents of `text`, which is the content of `file`.
    #[must_use]
    pub fn read(self, file: FileId, text: &str, limits: &Limits) -> Reading {
        match self {
            Self::Yaml => yaml::read(file, text, limits),
            Self::Json => json::read(file, text, limits),
            Self::Toml => toml::read(file, text, limits),
            Self::Hcl => hcl::read(file, text, limits),
            Self::Xml => xml::read(file, text, limits),
            Self::Ini => ini::read(file, text, limits),
            Self::Metrics => metrics::read(file, text, limits),
            Self::Csv => csv::read(file, text, limits),
        }
    }
}

/// What a reader makes of one file: its documents, and what is wrong with it. Documents that
/// follow a broken one are still there where the format allows it.
#[derive(Debug, Default)]
pub struct Reading {
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
    /// Documents of the file that can't be used, each with its reason.
    pub unread: Vec<(Option<Span>, UnreadReason, Message)>,
}
