//! Walks the given paths and reads what looks like data: which files there are, what could be
//! read, what could not and why. Nothing found in a tree is executed; links are never followed.
//!
//! * [`walk`]: the sorted walk, `.gitignore`, size and link rules.
//! * [`format`]: which reader a file belongs to, by name and content.

pub mod format;
pub mod walk;

use crate::source::{Document, Limits, Problem, SourceMap, Unread};
use camino::Utf8PathBuf;

/// What to read and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and directories as named on the command line; each is always read, whatever
    /// `.gitignore` says.
    pub paths: Vec<Utf8PathBuf>,
    /// Also read what `.gitignore` excludes.
    pub no_gitignore: bool,
    pub limits: Limits,
}

/// All that was read: texts, documents in order of path and position, and what was not read.
#[derive(Debug, Default)]
pub struct Inputs {
    pub sources: SourceMap,
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
    pub unread: Vec<Unread>,
    /// How many files the walk saw that are no data format at all (pictures, code, prose).
    pub other_files: usize,
}
