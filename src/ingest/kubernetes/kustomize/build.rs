//! Builds a kustomization as `kustomize build` does: resources and components, patches, namespace,
//! prefix and suffix, replica counts, generated `ConfigMap`s. What is not applied is said.

use crate::message;
use crate::words::Message;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::super::object::{Object, objects};
use super::super::pointers::plain;
use super::super::reader::Reader;
use super::merge::{self, Outcome};
use super::target::Target;
use super::{Kustomization, generate, normal, pointer, rename};
use crate::source::piece::Piece;
use crate::source::{Document, FileId, Kind, Limits, SourceMap, Span, View, yaml};

/// Kustomizations built in one run, each as often as it is included.
const MOST_BUILDS: usize = 10_000;
/// Deepest chain of kustomizations.
const DEPTH: usize = 64;

/// Keys whose effect is applied, or is none on what is read.
const APPLIED: [&str; 24] = [
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "images",
    "commonAnnotations",
    "commonLabels",
    "labels",
    "sortOptions",
    "buildMetadata",
    "openapi",
    "crds",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "replicas",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
];
/// Kinds that stand in no namespace, and whose names no prefix changes.
const CLUSTER_WIDE: [&str; 11] = [
    "Namespace",
    "Node",
    "PersistentVolume",
    "StorageClass",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "PriorityClass",
    "IngressClass",
    "GatewayClass",
    "APIService",
];

/// True for objects that stand in a namespace.
pub(super) fn is_namespaced(kind: &str) -> bool {
    !CLUSTER_WIDE.contains(&kind)
}

/// One object on its way through a build.
#[derive(Debug)]
pub(super) struct Item<'d> {
    pub(super) group: &'d str,
    pub(super) kind: &'d str,
    /// All names it has had; the last is the present one.
    pub(super) names: Vec<String>,
    pub(super) namespace: Option<String>,
    /// As it stands in its file; `None` for what a generator made.
    pub(super) object: Option<Object<'d>>,
    /// As changed so far.
    pub(super) piece: Option<Piece>,
    pub(super) file: FileId,
}

impl<'d> Item<'d> {
    fn of(file: FileId, object: Object<'d>) -> Self {
        Self {
            group: object.group(),
            kind: object.kind,
            names: object.name.map(str::to_owned).into_iter().collect(),
            namespace: object.namespace.map(str::to_owned),
            object: Some(object),
            piece: None,
            file,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// The object to be changed; `None` if it is too large.
    pub(super) fn changed(&mut self, reader: &Reader) -> Option<&mut Piece> {
        if self.piece.is_none() {
            let object = self.object?;
            let mut piece = Piece::of(object.view, &|steps| reader.spend(steps))?;
            // Items of typed lists may leave these to the list.
            for (key, text) in [("kind", object.kind), ("apiVersion", object.api_version)] {
                if piece.get(key).is_none() {
                    piece.set(key, Piece::text(text, object.kind_span));
                }
            }
            self.piece = Some(piece);
        }
        self.piece.as_mut()
    }

    /// Labels or annotations.
    pub(super) fn labels(&self, place: &str, reader: &Reader) -> Vec<(String, String)> {
        match (&self.piece, self.object) {
            (Some(piece), _) => {
                let found = piece.path(&["metadata", place]);
                let pairs = found.map(Piece::pairs).unwrap_or_default().into_iter();
                let texts = pairs.map(|(key, value)| {
                    let value = value.as_str().unwrap_or_default();
                    (key.to_owned(), value.to_owned())
                });
                texts.collect()
            }
            (None, Some(object)) => {
                let pairs = reader.labels(object.view, &["metadata", place]).into_iter();
                let texts = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
                texts.collect()
            }
            (None, None) => Vec::new(),
        }
    }
}

/// What building takes, and what it had to leave out.
pub(super) struct Builder<'a, 'd> {
    pub(super) all: &'a BTreeMap<Utf8PathBuf, Kustomization<'d>>,
    pub(super) documents: &'a BTreeMap<Utf8PathBuf, Vec<&'d Document>>,
    pub(super) files: &'a BTreeMap<Utf8PathBuf, FileId>,
    pub(super) sources: &'a SourceMap,
    pub(super) reader: &'a Reader,
    /// Where prefixes, suffixes and namespaces are left out.
    pub(super) keeps_names: bool,
    /// Whether namespaces are applied: not where other manifests state none and name these.
    pub(super) spaces: bool,
    pub(super) notes: BTreeSet<(Span, Message)>,
    pub(super) builds: usize,
    /// Something that a kustomization lists is not among the inputs.
    pub(super) incomplete: bool,
}

impl<'d> Builder<'_, 'd> {
    fn note(&mut self, span: Span, why: impl Into<Message>) {
        self.notes.insert((span, why.into()));
    }

    /// The objects of the kustomization in `folder`; `items`: those that a component changes.
    pub(super) fn build(
        &mut self,
        folder: &Utf8Path,
        mut items: Vec<Item<'d>>,
        depth: usize,
    ) -> Vec<Item<'d>> {
        let Some(own) = self.all.get(folder) else {
            return items;
        };
        self.builds += 1;
        if depth >= DEPTH || self.builds > MOST_BUILDS || !self.reader.spend(items.len()) {
            self.note(
                own.span,
                message!("this chain of kustomizations is a circle, or too long"),
            );
            return items;
        }
        for (span, text, path) in &own.resources {
            let more = if self.all.contains_key(path) {
                self.build(path, Vec::new(), depth + 1)
            } else {
                self.file(path, *span, text)
            };
            self.gather(&mut items, more);
        }
        for (span, text, path) in &own.components {
            if self.all.contains_key(path) {
                items = self.build(path, items, depth + 1);
            } else {
                self.missing(*span, text);
            }
        }
        self.generated(own, folder, &mut items);
        self.transform(own, folder, &mut items);
        let unknown: Vec<String> = self
            .reader
            .pairs(own.root, &[])
            .into_iter()
            .filter(|(key, _)| !APPLIED.contains(key))
            .map(|(key, _)| format!("`{}`", plain(key)))
            .collect();
        if !unknown.is_empty() {
            let why = message!(
                "kustomize: {what} is not applied here; give the output of `kustomize build`",
                what = unknown.join(", ")
            );
            self.note(own.span, why);
        }
        items
    }

    /// Adds objects; one of the same kind and name that is there already is the same.
    fn gather(&self, items: &mut Vec<Item<'d>>, more: Vec<Item<'d>>) {
        let key = |item: &Item<'d>| {
            let name = item.name().to_owned();
            (item.group, item.kind, item.namespace.clone(), name)
        };
        if !self.reader.spend(items.len() + more.len()) {
            return;
        }
        let mut known: BTreeSet<_> = items.iter().map(key).collect();
        items.extend(more.into_iter().filter(|item| known.insert(key(item))));
    }

    fn missing(&mut self, span: Span, text: &str) {
        self.incomplete = true;
        let why = message!(
            "kustomize: `{what}` is not among the inputs, or can't be read: give it too",
            what = plain(text)
        );
        self.note(span, why);
    }

    fn file(&mut self, path: &Utf8Path, span: Span, text: &str) -> Vec<Item<'d>> {
        let Some(documents) = self.documents.get(path) else {
            if !self.files.contains_key(path) {
                self.missing(span, text);
            }
            return Vec::new();
        };
        let mut items = Vec::new();
        for document in documents {
            let found = objects(document, self.reader).into_iter();
            items.extend(found.map(|object| Item::of(document.file, object)));
        }
        items
    }

    fn generated(&mut self, own: &Kustomization<'d>, folder: &Utf8Path, items: &mut Vec<Item<'d>>) {
        let reader = self.reader;
        for view in reader.items(own.root, &["configMapGenerator"]) {
            let text = |path: &str| {
                let file = self.files.get(&normal(&folder.join(path)))?;
                let text = &self.sources.file(*file).text;
                reader.spend(text.len()).then(|| text.clone())
            };
            match generate::config_map(view, &text, self.reader) {
                Ok(made) => generate::add(made, view, own.file, items, self.reader),
                Err((span, why)) => self.note(span, why),
            }
        }
    }

    /// Patches and the rest, in the order of `kustomize build`.
    fn transform(&mut self, own: &Kustomization<'d>, folder: &Utf8Path, items: &mut Vec<Item<'d>>) {
        let reader = self.reader;
        for view in reader.items(own.root, &["patchesStrategicMerge"]) {
            self.patch(view, Some(view), None, folder, items);
        }
        for view in reader.items(own.root, &["patches"]) {
            self.patch_entry(view, folder, items);
        }
        self.identify(own, items);
        for view in reader.items(own.root, &["patchesJson6902"]) {
            self.patch_entry(view, folder, items);
        }
        for view in reader.items(own.root, &["replicas"]) {
            let count = reader.get(view, "count");
            let (Some(name), Some(count)) = (reader.text(view, &["name"]), count) else {
                continue;
            };
            for item in items.iter_mut() {
                let counts = matches!(
                    item.kind,
                    "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet"
                );
                if counts && item.names.iter().any(|own| own == name) {
                    let value = Piece::of(count, &|steps| reader.spend(steps));
                    let spec = item.changed(reader).and_then(|p| p.mapping_at("spec"));
                    if let (Some(spec), Some(value)) = (spec, value) {
                        spec.set("replicas", value);
                    }
                }
            }
        }
    }

    /// An entry of `patches` or `patchesJson6902`.
    fn patch_entry(&mut self, view: View<'d>, folder: &Utf8Path, items: &mut Vec<Item<'d>>) {
        let target = self.reader.get(view, "target");
        let target = target.map(|target| Target::read(target, self.reader));
        let from = self.reader.get(view, "path");
        let patch = from.or_else(|| self.reader.get(view, "patch"));
        if target.as_ref().is_some_and(Target::is_beyond) {
            let why = message!(
                "kustomize: a patch whose target is selected by more than names and simple \
                       patterns is not applied"
            );
            self.note(view.span(), why);
            return;
        }
        if let Some(patch) = patch {
            self.patch(patch, from, target.as_ref(), folder, items);
        }
    }

    /// One patch: a file (`path`), or text in the kustomization itself.
    fn patch(
        &mut self,
        view: View<'d>,
        path: Option<View<'d>>,
        target: Option<&Target<'d>>,
        folder: &Utf8Path,
        items: &mut Vec<Item<'d>>,
    ) {
        let reader = self.reader;
        let Some(text) = view.as_str() else { return };
        // An entry of `patchesStrategicMerge` is a file, or a patch of several lines.
        let is_file = path.is_some() && !text.contains('\n');
        let (pieces, span) = if is_file {
            let Some(file) = self.files.get(&normal(&folder.join(text))).copied() else {
                self.missing(view.span(), text);
                return;
            };
            let content = self.sources.file(file).text.as_str();
            (parsed(content, file, None, reader), view.span())
        } else {
            let at = view.span();
            (parsed(text, at.file, Some(at), reader), at)
        };
        for piece in pieces {
            let outcome = if matches!(piece.content, crate::source::piece::Content::Sequence(_)) {
                operations(&piece, target, items, reader)
            } else {
                strategic(&piece, target, items, reader)
            };
            match outcome {
                Ok(true) => {}
                // What it is for may be in what is missing.
                Ok(false) if self.incomplete => {}
                Ok(false) => self.note(
                    span,
                    message!("kustomize: this patch fits none of the objects"),
                ),
                Err((place, why)) => {
                    let why = message!("kustomize: this patch is not applied: {why}", why);
                    self.note(place, why);
                }
            }
        }
    }

    /// Namespace, prefix and suffix.
    fn identify(&mut self, own: &Kustomization<'d>, items: &mut [Item<'d>]) {
        let reader = self.reader;
        let text = |key| reader.text(own.root, &[key]).unwrap_or_default();
        let (prefix, suffix) = (text("namePrefix"), text("nameSuffix"));
        let space = own.namespace.filter(|_| self.spaces);
        let space = space.map(|name| (name, own.span));
        if self.keeps_names {
            if !prefix.is_empty() || !suffix.is_empty() {
                let why = message!(
                    "kustomize: names and namespaces are left as they are: the same \
                           workloads stand elsewhere in the input under them"
                );
                self.note(own.span, why);
            }
            return;
        }
        if let Some((space, span)) = space {
            for item in items.iter_mut().filter(|item| is_namespaced(item.kind)) {
                if item.namespace.as_deref() == Some(space) {
                    continue;
                }
                let metadata = item.changed(reader).and_then(|p| p.mapping_at("metadata"));
                if let Some(metadata) = metadata {
                    metadata.set("namespace", Piece::text(space, span));
                    item.namespace = Some(space.to_owned());
                }
            }
        }
        if !prefix.is_empty() || !suffix.is_empty() {
            rename::rename(items, prefix, suffix, reader);
        }
    }
}

/// The values of a patch's text, all at `span` if it is given.
fn parsed(text: &str, file: FileId, span: Option<Span>, reader: &Reader) -> Vec<Piece> {
    if !reader.spend(text.len()) {
        return Vec::new();
    }
    let read = yaml::read(file, text, &Limits::default());
    let spend = |steps| reader.spend(steps);
    let pieces = read.documents.iter().filter_map(|document| {
        let root = document.root();
        match span {
            Some(span) => Piece::at(root, span, &spend),
            None => Piece::of(root, &spend),
        }
    });
    pieces.collect()
}

/// Applies a list of operations. Out comes whether it was for any object.
fn operations<'d>(
    patch: &Piece,
    target: Option<&Target<'d>>,
    items: &mut [Item<'d>],
    reader: &Reader,
) -> Result<bool, (Span, Message)> {
    let Some(target) = target else {
        return Err((patch.span, message!("it has no target")));
    };
    let mut any = false;
    for item in items.iter_mut().filter(|item| target.selects(item, reader)) {
        any = true;
        let Some(piece) = item.changed(reader) else {
            continue;
        };
        *piece = pointer::apply(piece, patch, &|steps| reader.spend(steps))?;
    }
    Ok(any)
}

/// Applies a strategic merge patch: to its target, else to the object of its own kind and name.
fn strategic<'d>(
    patch: &Piece,
    target: Option<&Target<'d>>,
    items: &mut Vec<Item<'d>>,
    reader: &Reader,
) -> Result<bool, (Span, Message)> {
    let text = |keys: &[&str]| patch.path(keys).and_then(Piece::as_str);
    let (kind, name) = (text(&["kind"]), text(&["metadata", "name"]));
    let namespace = text(&["metadata", "namespace"]);
    let selected = |item: &Item<'d>| match target {
        Some(target) => target.selects(item, reader),
        None => {
            kind == Some(item.kind)
                && item.names.iter().any(|own| Some(own.as_str()) == name)
                && namespace
                    .is_none_or(|space| item.namespace.as_deref().is_none_or(|own| own == space))
        }
    };
    let mut body = patch.clone();
    // These say what it is for, and change nothing, unless it takes the place of the object.
    if text(&["$patch"]) != Some("replace") {
        body.remove("apiVersion");
        body.remove("kind");
        if let Some(metadata) = body.get_mut("metadata") {
            metadata.remove("name");
            metadata.remove("namespace");
        }
    }
    let (_, values) = body.measure();
    let (mut any, mut wrong) = (false, None);
    items.retain_mut(|item| {
        if !selected(item) {
            return true;
        }
        any = true;
        let keyed = !item.group.contains('.') || item.group.ends_with(".k8s.io");
        if !reader.spend(values) {
            return true;
        }
        if let Some(piece) = item.changed(reader) {
            merge::merge(piece, body.clone(), keyed, reader) == Outcome::Kept
        } else {
            wrong = Some((patch.span, message!("the object is too large")));
            true
        }
    });
    wrong.map_or(Ok(any), Err)
}

/// True for a JSON patch: a list of operations.
pub(in super::super) fn is_json_patch(root: View<'_>) -> bool {
    let is_operation = |item: View<'_>| {
        item.kind() == Kind::Mapping && item.get("op").is_some() && item.get("path").is_some()
    };
    root.kind() == Kind::Sequence && root.size() > 0 && root.items().take(8).all(is_operation)
}
