//! Inventories by CSV: one file of nodes, one of edges, or several of each. docs/csv.md says what
//! the columns mean.
//!
//! * [`cells`]: values of cells. * [`telling`]: rows become facts.

mod cells;
mod telling;
#[cfg(test)]
mod tests;

use super::{Adapter, fact::Facts};
use crate::source::csv::{Sheet, header, sheet};
use crate::source::{Document, SourceMap};

/// The adapter.
pub struct Csv;

impl Adapter for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn claims(&self, document: &Document, sources: &SourceMap) -> bool {
        sheet_of(document, sources).is_some()
    }

    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts {
        telling::translate(documents, sources)
    }
}

/// What a document lists; `None` if it is no CSV file, or one with another header.
fn sheet_of(document: &Document, sources: &SourceMap) -> Option<Sheet> {
    let file = sources.file(document.file);
    let ending = file.path.extension()?;
    let is_csv = ["csv", "tsv"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known));
    sheet(&header(is_csv.then_some(file.text.as_str())?))
}
