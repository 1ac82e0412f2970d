//! kustomize: which files are patches, which belong to components that an estate may do without,
//! and which namespaces keep two bases apart.
//!
//! Bases are read as they stand, once, however many overlays use them; what overlays change is
//! not applied.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::companions;
use super::kinds;
use super::object::Object;
use super::reader::Reader;
use crate::source::{Document, SourceMap, View};

/// What kustomize makes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A manifest like any other.
    Plain,
    /// Changes other manifests.
    Patch,
    /// Of a component that not every variant of the estate has; its folder.
    Optional(Utf8PathBuf),
}

/// One `kustomization.yaml`.
#[derive(Debug, Default)]
struct Kustomization<'d> {
    component: bool,
    /// Files and folders of its resources, bases and components.
    includes: Vec<Utf8PathBuf>,
    patches: Vec<Utf8PathBuf>,
    namespace: Option<&'d str>,
}

/// All kustomizations of the input, and what follows from them.
#[derive(Debug, Default)]
pub(super) struct Overlays<'d> {
    patches: BTreeSet<Utf8PathBuf>,
    /// Files of optional components, with the component.
    optional: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// The one namespace that all overlays put a file in.
    namespaces: BTreeMap<Utf8PathBuf, &'d str>,
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
                let read = kustomization(document.root(), folder, reader);
                all.entry(normal(folder)).or_insert(read);
            }
        }
        let mut overlays = Self::default();
        if all.is_empty() {
            return overlays;
        }
        let reached = reach(&all, reader);
        let mut listed: BTreeMap<&Utf8Path, Vec<&Utf8Path>> = BTreeMap::new();
        for (folder, kustomization) in &all {
            overlays
                .patches
                .extend(kustomization.patches.iter().cloned());
            for file in &kustomization.includes {
                if !all.contains_key(file) {
                    listed.entry(file).or_default().push(folder);
                }
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
        overlays
    }

    /// What kustomize makes of the file at `path`.
    pub(super) fn standing(&self, path: &Utf8Path) -> Standing {
        let path = normal(path);
        if self.patches.contains(&path) {
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
fn reach<'d>(all: &BTreeMap<Utf8PathBuf, Kustomization<'d>>, reader: &Reader) -> Reached<'d> {
    let included: BTreeSet<&Utf8PathBuf> = all.values().flat_map(|k| &k.includes).collect();
    let mut reached = Reached::new();
    let roots = all
        .iter()
        .filter(|(folder, k)| !k.component && !included.contains(folder));
    for (number, (folder, root)) in roots.enumerate() {
        let mut open = vec![(folder, root.namespace)];
        while let Some((folder, space)) = open.pop() {
            let Some(own) = all.get(folder) else {
                continue;
            };
            let seen = reached.entry(folder.clone()).or_default();
            if seen.contains_key(&number) || !reader.spend(own.includes.len()) {
                continue;
            }
            seen.insert(number, space.or(own.namespace));
            open.extend(
                own.includes
                    .iter()
                    .map(|next| (next, space.or(own.namespace))),
            );
        }
    }
    reached
}

fn kustomization<'d>(root: View<'d>, folder: &Utf8Path, reader: &Reader) -> Kustomization<'d> {
    let place = |text: &str| normal(&folder.join(text));
    let texts = |key| {
        let items = reader.items(root, &[key]).into_iter();
        items
            .filter_map(View::as_str)
            .map(place)
            .collect::<Vec<_>>()
    };
    let mut includes = texts("resources");
    includes.extend(texts("bases"));
    includes.extend(texts("components"));
    let mut patches = texts("patchesStrategicMerge");
    for key in ["patches", "patchesJson6902"] {
        for patch in reader.items(root, &[key]) {
            patches.extend(reader.text(patch, &["path"]).map(place));
        }
    }
    Kustomization {
        component: reader.text(root, &["kind"]) == Some("Component"),
        includes,
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
