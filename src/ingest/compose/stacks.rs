//! Which files make up which project.
//!
//! * Files named on the command line are one project, merged in the order of the arguments, as
//!   `docker compose -f` does; a file with another top-level `name:` begins the next one.
//! * In every other folder, what `docker compose up` would take: the first of the default names
//!   and its override, or what `COMPOSE_FILE` in `.env` lists.
//! * In a folder without a default name, each file is a project of its own, unless it states a
//!   service that an earlier one has: then it is another variant of that one.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::dotenv::Variables;
use super::library::Library;
use crate::source::{FileId, View};

/// Names that Docker Compose looks for, in this order.
const DEFAULTS: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];
/// Names of the file that is laid over it, in this order.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// True for a file name that `docker compose up` looks for.
pub(super) fn is_default(name: &str) -> bool {
    DEFAULTS.contains(&name)
}

/// The files of one project, in the order of merging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stack {
    /// Never empty.
    pub(super) files: Vec<FileId>,
    /// What relative paths are seen from.
    pub(super) folder: Utf8PathBuf,
    /// Its name, unless the files state one.
    pub(super) name: String,
}

/// Every project that the files at hand make up, those named on the command line first.
pub(super) fn stacks(library: &Library<'_>) -> Vec<Stack> {
    let mut stacks = named(library);
    let mut folders: BTreeMap<Utf8PathBuf, Vec<FileId>> = BTreeMap::new();
    for file in library.compose_files() {
        if library.sources.file(file).named.is_none() {
            folders.entry(library.folder(file)).or_default().push(file);
        }
    }
    for (folder, files) in folders {
        let default = default_files(library, &folder, &files);
        // Further files were named: what the folder holds by default comes before them.
        let first = stacks.iter_mut().find(|stack| stack.folder == folder);
        if let Some(stack) = first {
            let has_default = |file: &FileId| DEFAULTS.contains(&library.name(*file));
            if !stack.files.iter().any(has_default) {
                let named = std::mem::replace(&mut stack.files, default);
                stack.files.extend(named);
            }
        } else if default.is_empty() {
            stacks.extend(apart(library, &folder, &files));
        } else {
            stacks.push(stack(library, default));
        }
    }
    stacks
}

/// A project of these files, of which there must be one.
fn stack(library: &Library<'_>, files: Vec<FileId>) -> Stack {
    let folder = files
        .first()
        .map_or_else(Utf8PathBuf::new, |file| library.folder(*file));
    let name = folder.file_name().map_or_else(String::new, project_name);
    let name = if name.is_empty() {
        "compose".to_owned()
    } else {
        name
    };
    Stack {
        files,
        folder,
        name,
    }
}

/// The projects of the files that the command line names.
fn named(library: &Library<'_>) -> Vec<Stack> {
    let files = library.compose_files();
    let mut named: Vec<_> = files
        .filter_map(|file| Some((library.sources.file(file).named?, file)))
        .collect();
    named.sort_unstable();
    let mut groups: Vec<(Option<&str>, Vec<FileId>)> = Vec::new();
    for (_, file) in named {
        let documents = library.documents(file).iter();
        let own = documents
            .filter_map(|document| document.root().get("name")?.as_str())
            .next_back();
        match groups.last_mut() {
            Some((name, files)) if own.is_none() || name.is_none() || *name == own => {
                *name = name.or(own);
                files.push(file);
            }
            _ => groups.push((own, vec![file])),
        }
    }
    let groups = groups.into_iter();
    groups.map(|(_, files)| stack(library, files)).collect()
}

/// What `docker compose up` takes in a folder; nothing if it would take none.
fn default_files(library: &Library<'_>, folder: &Utf8PathBuf, files: &[FileId]) -> Vec<FileId> {
    let mut variables = Variables::new();
    if let Some(env) = library.find(&[folder], ".env") {
        library.read_env(env, &Variables::new(), &mut variables);
    }
    if let Some(list) = variables.get("COMPOSE_FILE") {
        let separator = variables.get("COMPOSE_PATH_SEPARATOR");
        let separator = separator.map_or(":", String::as_str);
        if !separator.is_empty() {
            let paths = list.split(separator).map(str::trim);
            let listed: Vec<_> = paths
                .filter_map(|path| library.find(&[folder], path))
                .filter(|file| !library.documents(*file).is_empty())
                .collect();
            if !listed.is_empty() {
                return listed;
            }
        }
    }
    let first = |names: &[&str]| {
        let find = |name: &&str| files.iter().find(|file| library.name(**file) == *name);
        names.iter().find_map(find).copied()
    };
    let Some(base) = first(&DEFAULTS) else {
        return Vec::new();
    };
    std::iter::once(base).chain(first(&OVERRIDES)).collect()
}

/// Projects of a folder without a default name.
fn apart(library: &Library<'_>, folder: &Utf8PathBuf, files: &[FileId]) -> Vec<Stack> {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut stacks: Vec<Stack> = Vec::new();
    // A file that others extend is a part of theirs; of files that extend each other, none is.
    let mut parts = BTreeSet::new();
    for file in files {
        parts.extend(extended(library, *file, folder).filter(|part| part != file));
    }
    let is_circle = files.iter().all(|file| parts.contains(file));
    for file in files
        .iter()
        .filter(|file| is_circle || !parts.contains(*file))
    {
        let names = service_names(library, *file);
        if !names.is_empty() && names.iter().all(|name| !taken.contains(name)) {
            taken.extend(names);
            stacks.push(stack(library, vec![*file]));
        }
    }
    if stacks.len() > 1 || folder.file_name().is_none() {
        for stack in &mut stacks {
            let stem = stack.files.first().map(|file| library.name(*file));
            let stem = stem
                .and_then(|name| name.rsplit_once('.'))
                .map(|(stem, _)| stem);
            let name = stem.map_or_else(String::new, project_name);
            if !name.is_empty() {
                stack.name = name;
            }
        }
    }
    stacks
}

/// The files that services of `file` extend services of.
fn extended<'a>(
    library: &'a Library<'_>,
    file: FileId,
    folder: &'a Utf8PathBuf,
) -> impl Iterator<Item = FileId> {
    let documents = library.documents(file).iter();
    let services = documents.filter_map(|document| document.root().get("services"));
    let entries = services.flat_map(View::entries);
    let paths = entries.filter_map(|(_, service)| service.get("extends")?.get("file")?.as_str());
    paths.filter_map(move |path| library.find(&[folder], path))
}

/// The services that a file itself states.
pub(super) fn service_names<'a>(library: &Library<'a>, file: FileId) -> BTreeSet<&'a str> {
    let documents = library.documents(file).iter();
    let services = documents.filter_map(|document| document.root().get("services"));
    let entries = services.flat_map(View::entries);
    entries.filter_map(|(key, _)| key.as_str()).collect()
}

/// A folder's name as Compose makes a project's name of it: lower case, letters, digits, `-`, `_`.
fn project_name(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = lower.chars().filter(kept).collect();
    name.trim_start_matches(['-', '_']).to_owned()
}
