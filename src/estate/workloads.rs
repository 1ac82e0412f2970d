//! Which nodes are Kubernetes workloads, and how their pods are selected: read again from the
//! documents that state them, since labels are no part of the graph.

use std::collections::{BTreeMap, HashMap};

use super::Estate;
use crate::ingest::fact::Source;
use crate::model::NodeIx;
use crate::source::{Document, FileId, Limits, Span, Syntax, View};

/// Kinds whose pods are selected by labels.
const KINDS: [&str; 4] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/// A workload as Kubernetes knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub kind: String,
    pub namespace: String,
    pub labels: BTreeMap<String, String>,
}

/// Looks objects up; reads each file once.
pub struct Workloads<'e> {
    estate: &'e Estate,
    files: HashMap<FileId, Vec<Document>>,
}

impl<'e> Workloads<'e> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(estate: &'e Estate) -> Self {
        Self {
            estate,
            files: HashMap::new(),
        }
    }

    /// The workload that states `node`, if it is one and says how its pods are selected.
    pub fn of(&mut self, node: NodeIx) -> Option<Workload> {
        let described = self.estate.model.node(node);
        // `service:NAMESPACE/NAME`; manifests may leave the namespace to who applies them.
        let stated = described.id.name().rsplit_once('/').map(|(space, _)| space);
        let stated = stated.map(str::to_owned);
        self.find(node, |object| {
            let kind = object.get("kind")?.as_str()?;
            if !KINDS.contains(&kind) {
                return None;
            }
            let namespace = object.path(&["metadata", "namespace"]);
            let namespace = namespace.and_then(View::as_str).map(str::to_owned);
            let plain = labels(object.path(&["spec", "selector", "matchLabels"]));
            let also = object.path(&["spec", "selector", "matchExpressions"]);
            // What an expression asks for is met by the labels that its pods are given.
            let labels = plain
                .filter(|_| also.is_none())
                .or_else(|| labels(object.path(&["spec", "template", "metadata", "labels"])))?;
            Some(Workload {
                kind: kind.to_owned(),
                namespace: stated
                    .clone()
                    .or(namespace)
                    .unwrap_or_else(|| "default".to_owned()),
                labels,
            })
        })
    }

    /// The name of the Kubernetes node that `node` is, if it is one.
    pub fn host(&mut self, node: NodeIx) -> Option<String> {
        // Its labels state other nodes there too, such as its zone.
        let named = self.estate.model.node(node).id.name().to_owned();
        self.find(node, |object| {
            let name = object.path(&["metadata", "name"])?.as_str()?;
            let is_node = object.get("kind")?.as_str()? == "Node" && name == named;
            is_node.then(|| name.to_owned())
        })
    }

    /// The first answer of `read` for an object that states `node`.
    fn find<T>(&mut self, node: NodeIx, read: impl Fn(View<'_>) -> Option<T>) -> Option<T> {
        let spans = self.estate.model.node(node).sources.iter();
        let spans = spans.filter_map(|source| match source {
            Source::Here(span) => Some(*span),
            Source::Recorded(_) => None,
        });
        for span in spans {
            let objects = self.documents(span.file).iter().map(Document::root);
            for object in objects.filter(|object| holds(*object, span)) {
                if let Some(found) = read(object) {
                    return Some(found);
                }
                let items = object.get("items");
                let items = items.into_iter().flat_map(View::items);
                let mut inside = items.filter(|item| holds(*item, span));
                if let Some(found) = inside.find_map(&read) {
                    return Some(found);
                }
            }
        }
        None
    }

    fn documents(&mut self, file: FileId) -> &[Document] {
        let sources = &self.estate.sources;
        self.files.entry(file).or_insert_with(|| {
            let source = sources.file(file);
            let syntax = match source.path.extension() {
                Some("json") => Syntax::Json,
                _ => Syntax::Yaml,
            };
            syntax
                .read(file, &source.text, &Limits::default())
                .documents
        })
    }
}

/// Whether the span of `object` holds `span`.
fn holds(object: View<'_>, span: Span) -> bool {
    let whole = object.span();
    whole.start <= span.start && span.end <= whole.end
}

/// A map of plain texts, unless it is empty or holds anything else.
fn labels(map: Option<View<'_>>) -> Option<BTreeMap<String, String>> {
    let entries = map?.entries();
    let pair = |(key, value): (View<'_>, View<'_>)| {
        Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()))
    };
    let labels: Option<BTreeMap<String, String>> = entries.into_iter().map(pair).collect();
    labels.filter(|labels| !labels.is_empty())
}
