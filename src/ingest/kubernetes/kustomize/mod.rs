//! kustomize: overlays that are built, which files are patches, which belong to components that an
//! estate may do without, and which namespaces keep two bases apart.
//!
//! A root (a kustomization that no other includes) is built if what it reaches is reached by no
//! other root. Bases that several overlays share are read as they stand, once: building each
//! overlay would count one workload several times.
//!
//! * [`build`]: what `kustomize build` does. * [`merge`], [`mod@pointer`]: the two forms of patches.
//! * [`target`]: what a patch is for. * [`rename`]: prefixes. * [`generate`]: `ConfigMap`s.

mod build;
mod generate;
mod merge;
mod pointer;
mod rename;
mod target;

use crate::words::Message;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

pub(super) use build::is_json_patch;

use super::companions;
use super::kinds;
use super::object::{Object, objects};
use super::reader::Reader;
use crate::source::{Document, FileId, SourceMap, Span, View};

/// What kustomize makes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A manifest like any other.
    Plain,
    /// Changes other manifests.
    Patch,
    /// Of a component that not every variant of the estate has; its folder.
    Optional(Utf8PathBuf),
    /// Part of an overlay that is built: what it comes to is told by [`Overlays::built`].
    Built,
}

/// One `kustomization.yaml`.
#[derive(Debug)]
struct Kustomization<'d> {
    root: View<'d>,
    file: FileId,
    span: Span,
    component: bool,
    /// Files and folders of its resources and bases: place, words, path.
    resources: Vec<(Span, &'d str, Utf8PathBuf)>,
    components: Vec<(Span, &'d str, Utf8PathBuf)>,
    patches: Vec<Utf8PathBuf>,
    namespace: Option<&'d str>,
}

impl Kustomization<'_> {
    /// Files and folders of its resources, bases and components.
    fn includes(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        let all = self.resources.iter().chain(&self.components);
        all.map(|(_, _, path)| path)
    }
}

/// What the overlays that are built come to.
#[derive(Debug, Default)]
pub(super) struct Built<'d> {
    /// Objects as they stand in their files.
    pub(super) same: Vec<(FileId, Object<'d>)>,
    /// Objects as changed, with the file they come from.
    pub(super) made: Vec<(FileId, Document)>,
    /// What was not applied.
    pub(super) notes: Vec<(Span, Message)>,
}

/// All kustomizations of the input, and what follows from them.
#[derive(Debug, Default)]
pub(super) struct Overlays<'d> {
    patches: BTreeSet<Utf8PathBuf>,
    /// Files of optional components, with the component.
    optional: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// The one namespace that all overlays put a file in.
    namespaces: BTreeMap<Utf8PathBuf, &'d str>,
    all: BTreeMap<Utf8PathBuf, Kustomization<'d>>,
    /// Roots that are built.
    roots: Vec<Utf8PathBuf>,
    /// Folders and files that belong to these, with the root.
    built: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

/// What keeps the folders that each root reaches.
type Reached<'d> = BTreeMap<Utf8PathBuf, BTreeMap<usize, Option<&'d str>>>;

impl<'d> Overlays<'d> {
    /// Reads the kustomizations among the documents.
    pub(super) fn read(documents: &[&'d Document], sources: &SourceMap, reader: &Reader) -> Self {
        let mut all: BTreeMap<Utf8PathBuf, Kustomization<'d>> = BTreeMap::new();
        for document in documents {
            let path = sources.path(document.file);
            if companions::is_kustomization(path)
                && let Some(folder) = path.parent()
            {
                let read = kustomization(document, folder, reader);
                all.entry(normal(folder)).or_insert(read);
            }
        }
        let mut overlays = Self::default();
        if all.is_empty() {
            return overlays;
        }
        let (roots, reached) = reach(&all, reader);
        let mut listed: BTreeMap<&Utf8Path, Vec<&Utf8Path>> = BTreeMap::new();
        for (folder, kustomization) in &all {
            overlays
                .patches
                .extend(kustomization.patches.iter().cloned());
            for file in kustomization.includes() {
                if !all.contains_key(file) {
                    listed.entry(file).or_default().push(folder);
                }
            }
        }
        let mut own: Vec<BTreeSet<&Utf8Path>> = vec![BTreeSet::new(); roots.len()];
        let mut shared: BTreeSet<usize> = BTreeSet::new();
        for (folder, by) in &reached {
            for root in by.keys() {
                if by.len() > 1 {
                    shared.insert(*root);
                }
                if let (Some(own), Some(kustomization)) = (own.get_mut(*root), all.get(folder)) {
                    own.insert(folder);
                    own.extend(kustomization.patches.iter().map(Utf8PathBuf::as_path));
                }
            }
        }
        for (file, folders) in &listed {
            let by: BTreeSet<usize> = folders
                .iter()
                .filter_map(|folder| reached.get(*folder))
                .flat_map(|by| by.keys().copied())
                .collect();
            for root in &by {
                if by.len() > 1 {
                    shared.insert(*root);
                }
                if let Some(own) = own.get_mut(*root) {
                    own.insert(file);
                }
            }
        }
        for (number, (root, own)) in roots.iter().zip(own).enumerate() {
            if !shared.contains(&number) {
                overlays.roots.push(root.clone());
                let own = own.into_iter().map(|path| (path.to_owned(), root.clone()));
                overlays.built.extend(own);
            }
        }
        for (file, folders) in listed {
            let is_component = |folder: &&Utf8Path| all.get(*folder).is_some_and(|k| k.component);
            if let Some(component) = folders.first().filter(|_| folders.iter().all(is_component))
                && folders
                    .iter()
                    .all(|folder| is_optional(folder, &reached, &all, reader))
            {
                overlays
                    .optional
                    .insert(file.to_owned(), (*component).to_owned());
            }
            let mut spaces = folders
                .iter()
                .filter_map(|f| reached.get(*f))
                .flat_map(BTreeMap::values);
            if let Some(Some(first)) = spaces.next()
                && spaces.all(|space| space == &Some(*first))
            {
                overlays.namespaces.insert(file.to_owned(), *first);
            }
        }
        overlays.all = all;
        overlays
    }

    /// Whether the kustomization at `path` is part of an overlay that is built.
    pub(super) fn builds(&self, path: &Utf8Path) -> bool {
        let folder = path.parent().map(normal);
        folder.is_some_and(|folder| self.built.contains_key(&folder))
    }

    /// Builds the overlays that share nothing. `outside`: the objects that belong to none of them.
    pub(super) fn built(
        &self,
        documents: &[&'d Document],
        outside: &[(&Utf8Path, Object<'d>)],
        sources: &SourceMap,
        reader: &Reader,
    ) -> Built<'d> {
        let mut built = Built::default();
        if self.roots.is_empty() {
            return built;
        }
        let mut by_path: BTreeMap<Utf8PathBuf, Vec<&'d Document>> = BTreeMap::new();
        for document in documents {
            let path = normal(sources.path(document.file));
            if self.built.contains_key(&path) {
                by_path.entry(path).or_default().push(document);
            }
        }
        let files = sources.files().map(|(id, file)| (normal(&file.path), id));
        let files: BTreeMap<_, _> = files.collect();
        // Other manifests would look for these workloads under the names they have in their files.
        let is_workload = |object: &Object<'_>| {
            let of = kinds::use_of(object.group(), object.kind);
            matches!(of, kinds::Use::Workload(_))
        };
        let stated: BTreeSet<(&str, Option<&str>)> = outside
            .iter()
            .filter(|(_, object)| is_workload(object))
            .map(|(_, object)| (object.kind, object.name))
            .collect();
        let all_placed = outside
            .iter()
            .all(|(_, object)| object.namespace.is_some() || !build::is_namespaced(object.kind));
        for root in &self.roots {
            let mut builder = build::Builder {
                all: &self.all,
                documents: &by_path,
                files: &files,
                sources,
                reader,
                keeps_names: false,
                spaces: all_placed,
                notes: BTreeSet::new(),
                builds: 0,
                incomplete: false,
            };
            builder.keeps_names = by_path.iter().any(|(path, documents)| {
                self.built.get(path) == Some(root)
                    && documents.iter().any(|document| {
                        let found = objects(document, reader);
                        found.iter().any(|object| {
                            is_workload(object) && stated.contains(&(object.kind, object.name))
                        })
                    })
            });
            let items = builder.build(root, Vec::new(), 0);
            built.notes.extend(builder.notes);
            for item in items {
                match (item.piece, item.object) {
                    (Some(piece), _) => {
                        let document = piece.into_document(item.file);
                        built.made.push((item.file, document));
                    }
                    (None, Some(object)) => built.same.push((item.file, object)),
                    (None, None) => {}
                }
            }
        }
        built
    }

    /// What kustomize makes of the file at `path`.
    pub(super) fn standing(&self, path: &Utf8Path) -> Standing {
        let path = normal(path);
        if self.built.contains_key(&path) {
            Standing::Built
        } else if self.patches.contains(&path) {
            Standing::Patch
        } else if let Some(component) = self.optional.get(&path) {
            Standing::Optional(component.clone())
        } else {
            Standing::Plain
        }
    }

    /// Gives objects without a namespace the one that kustomize puts them in, where workloads of
    /// one name would be taken for one otherwise. Elsewhere the manifest's own word stands: most
    /// trees hold rendered copies and other addresses that know nothing of that namespace.
    pub(super) fn separate(&self, objects: &mut [(&Utf8Path, Object<'d>)]) {
        let space = |path: &Utf8Path| self.namespaces.get(&normal(path)).copied();
        let mut homes: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for (path, object) in objects.iter() {
            let is_workload = matches!(
                kinds::use_of(object.group(), object.kind),
                kinds::Use::Workload(_)
            );
            if let (true, None, Some(name), Some(space)) =
                (is_workload, object.namespace, object.name, space(path))
            {
                homes.entry((object.kind, name)).or_default().insert(space);
            }
        }
        let apart: BTreeSet<&str> = homes
            .into_values()
            .filter(|spaces| spaces.len() > 1)
            .flatten()
            .collect();
        for (path, object) in objects {
            if object.namespace.is_none() {
                object.namespace = space(path).filter(|space| apart.contains(space));
            }
        }
    }
}

/// True for a component that no variant of the estate has, or that one has and another, made of
/// the same manifests, has not.
fn is_optional(
    component: &Utf8Path,
    reached: &Reached<'_>,
    all: &BTreeMap<Utf8PathBuf, Kustomization<'_>>,
    reader: &Reader,
) -> bool {
    let Some(with) = reached.get(component) else {
        return true;
    };
    reached.iter().any(|(folder, roots)| {
        let is_base = all.get(folder).is_some_and(|base| !base.component);
        is_base
            && reader.spend(roots.len())
            && roots.keys().any(|root| with.contains_key(root))
            && roots.keys().any(|root| !with.contains_key(root))
    })
}

/// The folders that each root (a kustomization that no other one includes) reaches, and the
/// namespace that it gives them: the outermost wins.
fn reach<'d>(
    all: &BTreeMap<Utf8PathBuf, Kustomization<'d>>,
    reader: &Reader,
) -> (Vec<Utf8PathBuf>, Reached<'d>) {
    let included: BTreeSet<&Utf8PathBuf> = all.values().flat_map(Kustomization::includes).collect();
    let mut reached = Reached::new();
    let roots = all
        .iter()
        .filter(|(folder, k)| !k.component && !included.contains(folder));
    let mut folders = Vec::new();
    for (number, (folder, root)) in roots.enumerate() {
        folders.push(folder.clone());
        let mut open = vec![(folder, root.namespace)];
        while let Some((folder, space)) = open.pop() {
            let Some(own) = all.get(folder) else {
                continue;
            };
            let seen = reached.entry(folder.clone()).or_default();
            if seen.contains_key(&number) || !reader.spend(own.includes().count()) {
                continue;
            }
            seen.insert(number, space.or(own.namespace));
            open.extend(own.includes().map(|next| (next, space.or(own.namespace))));
        }
    }
    (folders, reached)
}

fn kustomization<'d>(
    document: &'d Document,
    folder: &Utf8Path,
    reader: &Reader,
) -> Kustomization<'d> {
    let root = document.root();
    let place = |text: &str| normal(&folder.join(text));
    let texts = |key| {
        let items = reader.items(root, &[key]).into_iter();
        items
            .filter_map(|item| Some((item.span(), item.as_str()?)))
            .map(|(span, text)| (span, text, place(text)))
            .collect::<Vec<_>>()
    };
    let mut resources = texts("resources");
    resources.extend(texts("bases"));
    let merges = texts("patchesStrategicMerge").into_iter();
    // A patch of several lines is no path.
    let merges = merges.filter(|(_, text, _)| !text.contains('\n'));
    let mut patches: Vec<_> = merges.map(|(_, _, path)| path).collect();
    for key in ["patches", "patchesJson6902"] {
        for patch in reader.items(root, &[key]) {
            patches.extend(reader.text(patch, &["path"]).map(place));
        }
    }
    Kustomization {
        root,
        file: document.file,
        span: root.span(),
        component: reader.text(root, &["kind"]) == Some("Component"),
        resources,
        components: texts("components"),
        patches,
        namespace: reader
            .text(root, &["namespace"])
            .filter(|space| !space.is_empty()),
    }
}

/// True if a kustomization does more than list manifests and name images.
pub(super) fn changes_manifests(root: View<'_>, reader: &Reader) -> bool {
    const HARMLESS: [&str; 9] = [
        "apiVersion",
        "kind",
        "metadata",
        "resources",
        "bases",
        "images",
        "commonAnnotations",
        "labels",
        "sortOptions",
    ];
    let pairs = reader.pairs(root, &[]);
    pairs.iter().any(|(key, _)| !HARMLESS.contains(key))
}

/// A path without `.` and `..`, by its text alone.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
