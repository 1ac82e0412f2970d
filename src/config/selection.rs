//! Which files and which namespaces a run reads, and what is said of what it finds there.

use std::path::{Path, PathBuf};

use super::mapping::Mapping;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Some patterns as in `.gitignore`.
#[derive(Clone, Debug)]
pub(super) struct Globs(Gitignore);

impl Default for Globs {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Globs {
    /// Patterns relative to `base`; they have been checked.
    pub(super) fn new<'g>(base: &Path, globs: impl Iterator<Item = &'g str>) -> Self {
        let mut builder = GitignoreBuilder::new(base);
        for glob in globs {
            // Reading has refused what is no pattern.
            let _ = builder.add_line(None, glob);
        }
        Self(builder.build().unwrap_or_else(|_| Gitignore::empty()))
    }

    /// Whether a path below `base` matches, or a folder that it stands in.
    fn holds(&self, below: &Path, is_dir: bool) -> bool {
        self.0
            .matched_path_or_any_parents(below, is_dir)
            .is_ignore()
    }
}

/// What a run reads of the trees it is given.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Where the configuration really is, if there is one: it is no input.
    pub config: Option<PathBuf>,
    pub(super) base: PathBuf,
    /// Left out is what any of these holds.
    pub(super) exclude: Vec<Globs>,
    pub(super) include: Option<Globs>,
    /// Kubernetes namespaces; `None` is all.
    pub namespaces: Option<Vec<String>>,
    /// Files of any form that are read by a filter.
    pub mappings: Vec<Mapping>,
    /// Variables of Ansible that say where a host is, or don't: sorted by name.
    pub places: Vec<PlaceVariable>,
}

/// A variable of an Ansible inventory, and what its value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceVariable {
    pub name: String,
    /// The kind of the place that it names; `None`: it names none.
    pub kind: Option<String>,
}

impl Selection {
    /// Which mapping a file belongs to: the first whose patterns hold it. `real` is its path
    /// without links.
    #[must_use]
    pub fn mapping(&self, real: &Path) -> Option<usize> {
        let below = real.strip_prefix(&self.base).ok()?;
        let holds = |mapping: &Mapping| mapping.files.holds(below, false);
        self.mappings.iter().position(holds)
    }

    /// As [`mapping`](Self::mapping): the mapping itself.
    #[must_use]
    pub fn mapping_of(&self, real: &Path) -> Option<&Mapping> {
        self.mappings.get(self.mapping(real)?)
    }

    /// Whether to read a file, or to enter a folder; `real` is its path without links. What
    /// stands outside the folder of the configuration is excluded by no pattern, and included
    /// only where no pattern says what is.
    #[must_use]
    pub fn takes(&self, real: &Path, is_dir: bool) -> bool {
        let Ok(below) = real.strip_prefix(&self.base) else {
            return self.include.is_none();
        };
        if below.as_os_str().is_empty() {
            return true;
        }
        if self.exclude.iter().any(|globs| globs.holds(below, is_dir)) {
            return false;
        }
        // What is included may lie at any depth: every folder is entered.
        is_dir
            || self
                .include
                .as_ref()
                .is_none_or(|globs| globs.holds(below, false))
    }
}
