//! One self-contained HTML file: the page architects open first. It arranges what the analysis
//! has computed; whatever is computed on the way here belongs to the analysis.
//!
//! * [`page`]: the whole page and its askama template (`templates/report.html`).
//! * [`verdict`], [`ranked`], [`matrix`], [`map`], [`findings`], [`coverage`]: one section each; their markup is in
//!   `templates/report/`.
//! * [`containment`]: who is drawn in whom; [`pack`]: where.
//! * [`data`]: the estate for scripts: `templates/scripts/` simulates any fault set on it.
//! * [`text`]: words and numbers; names of strangers made visible.
//!
//! The page holds no script, no style attribute and no event handler, so that its content security
//! policy allows nothing but its own style sheet, by hash. Scripts to come find every node as
//! `data-n` (index in order of id), every verdict as `data-v`, every fault as `fault:` + its id.

mod containment;
mod coverage;
mod data;
mod findings;
mod map;
mod matrix;
mod name;
mod pack;
mod page;
mod ranked;
mod text;
mod verdict;

pub use data::Payload;
pub use page::render;

use camino::Utf8PathBuf;

use crate::analysis::engine::Engine;
use crate::analysis::sweep::Sweep;
use crate::findings::Finding;
use crate::model::Model;
use crate::source::{SourceMap, Unread};

/// All that the report tells of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The paths as the user named them.
    pub paths: &'a [Utf8PathBuf],
    pub model: &'a Model,
    pub engine: &'a Engine<'a>,
    /// Every single fault of `model`.
    pub sweep: &'a Sweep,
    /// In the order in which they are shown.
    pub findings: &'a [Finding],
    pub sources: &'a SourceMap,
    pub unread: &'a [Unread],
    /// Files that are no data format at all.
    pub other_files: usize,
}
