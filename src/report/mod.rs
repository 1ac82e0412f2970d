//! One self-contained HTML file: the page architects open first. It arranges what the analysis
//! has computed; whatever is computed on the way here belongs to the analysis.
//!
//! * [`page`]: the whole page and its askama template (`templates/report.html`).
//! * [`verdict`], [`ranked`], [`plan`], [`remedy`], [`matrix`], [`capacity`], [`places`], [`findings`], [`changes`], [`coverage`]: one
//!   section each; their markup is in
//!   `templates/report/`.
//! * [`containment`]: who is drawn in whom. * [`language`]: English and Korean; [`korean`]: what rules
//!   and readers say.
//! * [`data`]: the estate for scripts: `templates/scripts/` simulates any fault set on it.
//! * [`bundle`]: style sheets and scripts, as they stand in it, made short by [`short`].
//! * [`text`]: words and numbers; names of strangers made visible.
//!
//! The page holds no style attribute and no event handler, so that its content security policy allows
//! nothing but its own style sheet and script, by hash. Scripts find every node as `data-n` (index in
//! order of id), every verdict as `data-v`, every fault as `fault:` + its id, every sentence as `data-t`
//! (the place of its key in the sorted table).

mod bundle;
mod capacity;
mod changes;
mod containment;
mod coverage;
mod data;
mod findings;
mod korean;
mod language;
mod matrix;
mod name;
mod page;
mod places;
mod plan;
mod ranked;
mod remedy;
mod short;
mod text;
mod verdict;

pub use data::Payload;
pub use language::Language;
pub use page::{render, render_apart, sha256};

use camino::Utf8PathBuf;

use crate::analysis::diff::Difference;
use crate::analysis::engine::Engine;
use crate::analysis::sweep::Sweep;
use crate::config::costs::Costs;
use crate::findings::Finding;
use crate::findings::waiver::Waived;
use crate::model::Model;
use crate::source::{SourceMap, Unread};

/// All that the report tells of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The language it is in; the reader can change it.
    pub language: Language,
    /// Where files can be looked at: an address with `{file}` and `{line}` in it.
    pub link: Option<&'a str>,
    /// The paths as the user named them.
    pub paths: &'a [Utf8PathBuf],
    pub model: &'a Model,
    pub engine: &'a Engine<'a>,
    /// What changes cost, to look for the cheapest fix of each worst fault; `None` looks for none.
    pub costs: Option<&'a Costs>,
    /// Every single fault of `model`.
    pub sweep: &'a Sweep,
    /// Those that nobody accepts, in the order in which they are shown.
    pub findings: &'a [Finding],
    /// Those that a waiver accepts.
    pub waived: &'a [Waived],
    /// What the estate is compared with, as it was named, and what changed.
    pub base: Option<(&'a str, &'a Difference)>,
    pub sources: &'a SourceMap,
    pub unread: &'a [Unread],
    /// Files that are no data format at all.
    pub other_files: usize,
}
