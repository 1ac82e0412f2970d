//! Documents become roots: which state, plan or directory counts, and why others don't.

use crate::message;
use crate::words::Message;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::config::body::Body;
use super::config::eval::Evaluator;
use super::config::module::{Directory, tidy};
use super::recognise::{Part, part};
use super::resource::{Resource, Root};
use super::{show, state};
use crate::ingest::budget::Budget;
use crate::source::{Document, SourceMap, Span, View};

/// What was read, and notes on what was not.
pub(super) struct Read {
    pub(super) roots: Vec<Root>,
    pub(super) unread: Vec<(Span, Message)>,
}

/// A state with what tells its copies apart.
struct State<'d> {
    root: View<'d>,
    version: Part,
    path: &'d Utf8Path,
    lineage: Option<&'d str>,
    serial: u64,
}

/// Reads all documents, given in order of path.
/// `evaluation` pays for expressions.
pub(super) fn read<'d>(
    documents: &[&'d Document],
    sources: &'d SourceMap,
    budget: &Budget,
    evaluation: &Budget,
) -> Read {
    let mut out = Read {
        roots: Vec::new(),
        unread: Vec::new(),
    };
    let mut states: Vec<State<'d>> = Vec::new();
    let mut directories: BTreeMap<Utf8PathBuf, Directory<'d>> = BTreeMap::new();
    let mut values: Vec<(&'d Utf8Path, View<'d>, bool)> = Vec::new();
    let mut plans: Vec<(Age<'d>, &'d Utf8Path, View<'d>)> = Vec::new();
    let mut shown: Vec<(&'d Utf8Path, View<'d>)> = Vec::new();
    for document in documents {
        let path = sources.path(document.file);
        let folder = tidy(path.parent().unwrap_or(Utf8Path::new("")));
        let root = document.root();
        match part(document, path) {
            Some(version @ (Part::State3 | Part::State4)) => states.push(State {
                root,
                version,
                path,
                lineage: root.get("lineage").and_then(View::as_str),
                serial: root.get("serial").and_then(View::as_count).unwrap_or(0),
            }),
            Some(Part::NoState(why)) => out.unread.push((root.span(), Message::fixed(why))),
            Some(Part::Plan) => plans.push((age(root), path, root)),
            Some(Part::Show) => shown.push((path, root)),
            Some(kind @ (Part::Hcl | Part::Json)) => {
                let directory = directories.entry(folder.clone()).or_default();
                directory.folder = folder;
                directory.add(path, Body::file(root, kind == Part::Json));
            }
            Some(Part::Variables) => {
                let named = sources.file(document.file).named.is_some();
                let name = path.file_name().unwrap_or_default();
                let json = path.extension() == Some("json");
                let by_itself =
                    name.starts_with("terraform.tfvars") || name.contains(".auto.tfvars");
                if by_itself || named {
                    values.push((path, root, json));
                } else {
                    let why = message!(
                        "values that Terraform uses only when told to: name the file with `-i` to use them"
                    );
                    out.unread.push((root.span(), why));
                }
            }
            Some(Part::Other) | None => {}
        }
    }
    for directory in directories.values_mut() {
        directory.finish();
    }
    // `terraform.tfvars` first, `*.auto.tfvars` in order, named ones last.
    values.sort_by_key(|(path, ..)| {
        let name = path.file_name().unwrap_or_default();
        let rank = if name.starts_with("terraform.tfvars") {
            0
        } else {
            1 + u8::from(!name.contains(".auto."))
        };
        (rank, path.as_str())
    });
    for (path, view, json) in values {
        let folder = tidy(path.parent().unwrap_or(Utf8Path::new("")));
        if let Some(directory) = directories.get_mut(&folder) {
            directory.values.push((view, json));
        }
    }
    // Where several tell of one resource, the first root's word counts: what will be before what
    // is, the newest plan before older ones.
    plans.sort_by(|a, b| (&b.0, b.1).cmp(&(&a.0, a.1)));
    for (_, path, root) in plans {
        out.root(show::plan(root, budget), path, root.span(), None);
    }
    out.states(states, budget);
    for (path, root) in shown {
        out.root(show::state(root, budget), path, root.span(), None);
    }
    out.directories(&directories, evaluation);
    out
}

/// How new a plan is: when it was made, and by which version of Terraform.
type Age<'d> = (&'d str, Vec<u64>);

fn age(root: View<'_>) -> Age<'_> {
    let text = |key| root.get(key).and_then(View::as_str).unwrap_or_default();
    let version = text("terraform_version").split(['.', '-']);
    let version = version.map(|part| part.parse().unwrap_or(0));
    (text("timestamp"), version.collect())
}

impl Read {
    fn root(&mut self, mut root: Root, path: &Utf8Path, span: Span, backend: Option<String>) {
        root.folder = tidy(path.parent().unwrap_or(Utf8Path::new("")));
        root.file = Some((path.to_owned(), span));
        root.backend = backend;
        self.unread.append(&mut root.unread);
        self.roots.push(root);
    }

    /// Of copies of one state (one lineage) the newest counts; of two alike the first.
    fn states(&mut self, mut states: Vec<State<'_>>, budget: &Budget) {
        states.sort_by(|a, b| {
            let backup = |state: &State<'_>| state.path.as_str().ends_with(".backup");
            (backup(a), std::cmp::Reverse(a.serial), a.path).cmp(&(
                backup(b),
                std::cmp::Reverse(b.serial),
                b.path,
            ))
        });
        let mut taken: Vec<(&State<'_>, BTreeSet<String>, Root)> = Vec::new();
        for state in &states {
            let root = match state.version {
                Part::State3 => state::version_3(state.root, budget),
                _ => state::version_4(state.root, budget),
            };
            let addresses: BTreeSet<String> =
                root.resources.iter().map(Resource::address).collect();
            let copy_of = state
                .path
                .as_str()
                .strip_suffix(".backup")
                .map(Utf8Path::new);
            let newer = taken.iter().find(|(other, theirs, _)| {
                // Examples are often made from one file, lineage and all: a copy has the same
                // resources too.
                let lineage = state.lineage.is_some() && state.lineage == other.lineage;
                let shared = addresses
                    .iter()
                    .filter(|address| theirs.contains(*address))
                    .count();
                let smaller = addresses.len().min(theirs.len());
                copy_of == Some(other.path) || (lineage && smaller > 0 && shared * 2 >= smaller)
            });
            match newer {
                Some((newer, ..)) => {
                    let text = message!(
                        "another copy of the state in {path}, which is used",
                        path = newer.path
                    );
                    self.unread.push((state.root.span(), text));
                }
                None => taken.push((state, addresses, root)),
            }
        }
        taken.sort_by_key(|(state, ..)| state.path);
        for (state, _, root) in taken {
            let backend = format!("local {}", tidy(state.path));
            self.root(root, state.path, state.root.span(), Some(backend));
        }
    }

    /// Directories that no state or plan speaks for.
    fn directories(&mut self, directories: &BTreeMap<Utf8PathBuf, Directory<'_>>, budget: &Budget) {
        let called: BTreeSet<Utf8PathBuf> =
            directories.values().flat_map(Directory::called).collect();
        let mut known: BTreeMap<&Utf8Path, BTreeSet<String>> = BTreeMap::new();
        for root in &self.roots {
            let blocks = root
                .resources
                .iter()
                .filter(|resource| resource.module.is_empty());
            let names = known.entry(&root.folder).or_default();
            names.extend(blocks.map(Resource::block));
        }
        let evaluator = Evaluator::new(directories, budget);
        let mut roots = Vec::new();
        let mut unread = Vec::new();
        for (folder, directory) in directories {
            let Some(span) = directory.span else { continue };
            if called.contains(folder) || !directory.is_used() {
                continue;
            }
            if folder
                .components()
                .any(|part| part.as_str() == ".terraform")
            {
                unread.push((
                    span,
                    message!("a copy of a module that `terraform init` fetched"),
                ));
                continue;
            }
            if folder.components().any(|part| part.as_str() == "modules") {
                unread.push((
                    span,
                    message!(
                        "a module that nothing here calls: what it makes, only a caller knows"
                    ),
                ));
                continue;
            }
            if let Some(names) = known.get(folder.as_path())
                && let known = directory
                    .managed()
                    .filter(|name| names.contains(*name))
                    .count()
                && let missing = directory.managed().count() - known
                && known > missing
            {
                if missing > 0 {
                    let text = message!(
                        "the state or plan beside it was read instead; {missing} resource is not in it \
                         (yet)|the state or plan beside it was read instead; {missing} resources are not \
                         in it (yet)",
                        missing
                    );
                    unread.push((span, text));
                }
                continue;
            }
            roots.push(evaluator.root(directory));
        }
        for mut root in roots {
            unread.append(&mut root.unread);
            self.roots.push(root);
        }
        self.unread.append(&mut unread);
    }
}
