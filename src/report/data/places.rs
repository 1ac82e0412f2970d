//! Where nodes and requirements are declared: every `file:line` once, in a table.

use std::collections::HashMap;

use serde::Serialize;

use super::code::{Column, runs, steps};
use crate::ingest::fact::Source;
use crate::report::text::visible;
use crate::source::SourceMap;

/// Places in order of their first use. `runs` of files (they change seldom), `steps` of lines.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    files: Vec<String>,
    file: String,
    line: String,
}

/// Collects places as columns are written.
pub(super) struct Places<'s> {
    sources: &'s SourceMap,
    file_numbers: HashMap<String, u64>,
    files: Vec<String>,
    numbers: HashMap<(u64, u32), u64>,
    list: Vec<(u64, u32)>,
}

impl<'s> Places<'s> {
    pub(super) fn new(sources: &'s SourceMap) -> Self {
        Self {
            sources,
            file_numbers: HashMap::new(),
            files: Vec::new(),
            numbers: HashMap::new(),
            list: Vec::new(),
        }
    }

    /// One row for each item of `rows`: how many places (plain), then the places, sorted by file
    /// and line (steps, over all rows).
    pub(super) fn column<'a>(&mut self, rows: impl Iterator<Item = &'a [Source]>) -> String {
        let mut column = Column::default();
        for row in rows {
            let mut places: Vec<(String, u32)> = row.iter().map(|s| self.place(s)).collect();
            places.sort_unstable();
            places.dedup();
            column.plain(places.len() as u64);
            for (file, line) in places {
                let number = self.number(file, line);
                column.step(number);
            }
        }
        column.finish()
    }

    pub(super) fn table(self) -> Table {
        Table {
            files: self.files.iter().map(|file| visible(file)).collect(),
            file: runs(self.list.iter().map(|(file, _)| *file)),
            line: steps(self.list.iter().map(|(_, line)| u64::from(*line))),
        }
    }

    fn place(&self, source: &Source) -> (String, u32) {
        match source {
            Source::Here(span) => {
                let file = self.sources.path(span.file).to_string();
                (file, self.sources.position(*span).line)
            }
            Source::Recorded(location) => (location.file.clone(), location.line),
        }
    }

    fn number(&mut self, file: String, line: u32) -> u64 {
        let file = self.file_numbers.get(&file).copied().unwrap_or_else(|| {
            let number = self.files.len() as u64;
            self.files.push(file.clone());
            self.file_numbers.insert(file, number);
            number
        });
        *self.numbers.entry((file, line)).or_insert_with(|| {
            self.list.push((file, line));
            self.list.len() as u64 - 1
        })
    }
}
