//! `spof`: a blast-radius analyser for service dependencies.
//!
//! It reads the manifests and inventories a team already has, builds one graph of services and
//! the failure domains they stand on, and answers: what takes us down, what goes with it, how
//! long until it is back, and what explains it, hop by hop.
//!
//! Data flows one way, and a test (`tests/rooms.rs`) holds the direction:
//!
//! ```text
//! words → source → config → discover → ingest → model → graph → analysis → findings → rules → output | report → estate → serve → cli
//! ```
//!
//! * [`words`]: the terms of the field: identifiers, modes, evidence, durations.
//! * [`source`]: text, spans and one format-neutral tree for YAML, JSON and TOML.
//! * [`config`]: `spof.toml`: what a repository says of itself, scopes.
//! * [`discover`]: walks paths, reads files in parallel, recognises documents.
//! * [`ingest`]: adapters translate documents into facts; they know nothing of the analysis.
//! * [`model`]: facts of all sources merged into nodes and requirements, each with its sources.
//! * [`graph`]: the model compiled to integers (compressed sparse rows), petgraph's traits on it.
//! * [`analysis`]: the semantics (DESIGN section 2): pure, no input or output, no clock.
//! * [`findings`]: what a rule says, where, and how sure it is.
//! * [`rules`]: rules over model and analysis.
//! * [`output`], [`report`]: formats; they render and know nothing of rules.
//! * [`estate`]: paths to an estate, words to nodes, questions to answers: for whoever asks.
//! * [`serve`]: the report, live, and the same questions over HTTP.
//! * [`cli`]: the command line.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a test that panics fails"
    )
)]

pub mod analysis;
pub mod cli;
pub mod config;
pub mod discover;
pub mod error;
pub mod estate;
pub mod findings;
pub mod graph;
pub mod ingest;
pub mod model;
pub mod output;
pub mod report;
pub mod rules;
pub mod serve;
pub mod source;
pub mod words;
