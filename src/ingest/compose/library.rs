//! The files at hand: what a path in a Compose file leads to. Nothing is ever read from disk
//! here; a file that is not among the inputs is not there.

use std::collections::{BTreeMap, HashMap};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::dotenv::{self, Variables};
use crate::source::{Document, FileId, SourceMap};

/// All files of the run, and the Compose documents among them.
pub(super) struct Library<'a> {
    pub(super) sources: &'a SourceMap,
    documents: BTreeMap<FileId, Vec<&'a Document>>,
    by_path: HashMap<Utf8PathBuf, FileId>,
}

impl<'a> Library<'a> {
    /// The files of `sources`; `documents` are those that the adapter claimed.
    pub(super) fn new(documents: &[&'a Document], sources: &'a SourceMap) -> Self {
        let mut by_file: BTreeMap<FileId, Vec<&Document>> = BTreeMap::new();
        for document in documents {
            by_file.entry(document.file).or_default().push(document);
        }
        let files = sources.files();
        Self {
            sources,
            documents: by_file,
            by_path: files.map(|(id, file)| (tidy(&file.path), id)).collect(),
        }
    }

    /// Every Compose file, in order of path.
    pub(super) fn compose_files(&self) -> impl Iterator<Item = FileId> {
        self.documents.keys().copied()
    }

    /// The Compose documents of a file.
    pub(super) fn documents(&self, file: FileId) -> &[&'a Document] {
        self.documents.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The file that `path` means, seen from one of `folders`.
    pub(super) fn find(&self, folders: &[&Utf8Path], path: &str) -> Option<FileId> {
        let mut places = folders.iter().map(|folder| tidy(&folder.join(path)));
        places.find_map(|place| self.by_path.get(&place).copied())
    }

    /// The text of a file of settings that `path` means: YAML, TOML, or what proxies read. Not a
    /// Compose file, and no file of variables.
    pub(super) fn settings(&self, folders: &[&Utf8Path], path: &str) -> Option<(FileId, &'a str)> {
        let file = self.find(folders, path)?;
        let name = self.name(file).to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let readable = matches!(ending, "yaml" | "yml" | "toml" | "conf" | "cfg" | "ini")
            || name == "caddyfile";
        let text = self.sources.file(file).text.as_str();
        (readable && text.len() <= LONGEST && self.documents(file).is_empty())
            .then_some((file, text))
    }

    /// The example that stands beside where `path`, which is not there, would be:
    /// `.env.example` for `.env`.
    pub(super) fn example(&self, folders: &[&Utf8Path], path: &str) -> Option<FileId> {
        let mut paths = EXAMPLES.iter().map(|ending| format!("{path}.{ending}"));
        paths.find_map(|path| self.find(folders, &path))
    }

    /// The folder a file stands in.
    pub(super) fn folder(&self, file: FileId) -> Utf8PathBuf {
        let path = self.sources.path(file).parent();
        tidy(path.unwrap_or_else(|| Utf8Path::new("")))
    }

    /// The file's name.
    pub(super) fn name(&self, file: FileId) -> &'a str {
        self.sources.path(file).file_name().unwrap_or_default()
    }

    /// Adds the variables of a `.env` file.
    pub(super) fn read_env(&self, file: FileId, stronger: &Variables, into: &mut Variables) {
        dotenv::read(&self.sources.file(file).text, stronger, into);
    }

    /// The variables that an `env_file` states itself; its values may use `around`.
    pub(super) fn env_file(&self, file: FileId, around: &Variables) -> Variables {
        dotenv::read_beside(&self.sources.file(file).text, around)
    }

    /// `.env` files that the command line names, in its order.
    pub(super) fn named_env_files(&self) -> Vec<FileId> {
        let files = self.sources.files();
        let mut named: Vec<_> = files
            .filter(|(id, _)| is_env_name(self.name(*id)))
            .filter_map(|(id, file)| Some((file.named?, id)))
            .collect();
        named.sort_unstable();
        named.into_iter().map(|(_, id)| id).collect()
    }
}

/// Files of settings longer than this are data.
const LONGEST: usize = 256 << 10;
/// What the name of a file that shows how another is written adds to that one's name.
const EXAMPLES: [&str; 6] = [
    "example", "sample", "template", "dist", "default", "defaults",
];

/// `.env`, `.env.prod`, `web.env`.
fn is_env_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with(".env.") || lower.rsplit_once('.').is_some_and(|(_, end)| end == "env")
}

/// A path without `.` and, where that needs no look at the disk, without `..`.
pub(super) fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut tidied = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if tidied.file_name().is_some() => {
                tidied.pop();
            }
            part => tidied.push(part.as_str()),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_without_the_disk() {
        for (path, want) in [
            ("./a/../b/./c.yaml", "b/c.yaml"),
            ("../../x", "../../x"),
            ("a/../../x", "../x"),
            ("/a/../b", "/b"),
            ("", ""),
        ] {
            assert_eq!(tidy(Utf8Path::new(path)), want, "{path}");
        }
    }
}
