//! Objects: documents, and the items of lists, with their group, kind, name and namespace.

use super::kinds;
use super::reader::Reader;
use crate::source::{Document, NodeId, Span, View};

/// How deep lists within lists are followed.
const LIST_DEPTH: u32 = 4;

/// One object. Texts live in its document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'d> {
    pub(super) view: View<'d>,
    pub(super) api_version: &'d str,
    pub(super) kind: &'d str,
    /// Place of the value of `kind` (of the list's, for items that state none).
    pub(super) kind_span: Span,
    /// Name, or what `generateName` begins it with; `None` if neither is stated.
    pub(super) name: Option<&'d str>,
    /// Place of the name, else of the kind.
    pub(super) name_span: Span,
    pub(super) namespace: Option<&'d str>,
}

impl<'d> Object<'d> {
    /// Whether it states one of `namespaces`, or none. A Namespace states itself.
    pub(super) fn is_within(&self, namespaces: Option<&[String]>) -> bool {
        let is_namespace = self.kind == "Namespace" && self.group().is_empty();
        let own = self.namespace.or(self.name.filter(|_| is_namespace));
        match (namespaces, own) {
            (Some(namespaces), Some(own)) => namespaces.iter().any(|name| name == own),
            _ => true,
        }
    }

    /// Group of the object's `apiVersion`.
    pub(super) fn group(&self) -> &'d str {
        kinds::group(self.api_version)
    }
}

/// `apiVersion` and `kind` of a document that is a Kubernetes object by its content.
pub(super) fn header(view: View<'_>) -> Option<(&str, &str)> {
    let api_version = view.get("apiVersion")?.as_str()?;
    let kind = view.get("kind")?.as_str()?;
    kinds::is_kubernetes(api_version).then_some((api_version, kind))
}

/// All objects of a document, items of lists in their order; each node of the tree once.
pub(super) fn objects<'d>(document: &'d Document, reader: &Reader) -> Vec<Object<'d>> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    collect(
        document.root(),
        None,
        LIST_DEPTH,
        reader,
        &mut seen,
        &mut found,
    );
    found
}

fn collect<'d>(
    view: View<'d>,
    list: Option<(&'d str, &'d str, Span)>,
    depth: u32,
    reader: &Reader,
    seen: &mut std::collections::HashSet<u32>,
    found: &mut Vec<Object<'d>>,
) {
    let NodeId(node) = view.id();
    if !seen.insert(node) {
        return;
    }
    let own_kind = reader
        .get(view, "kind")
        .and_then(|kind| Some((kind.as_str()?, kind.span())));
    let own_version = reader.text(view, &["apiVersion"]);
    // Items of a typed list (`DeploymentList`) may leave out what the list says.
    let Some((kind, kind_span)) = own_kind.or(list.map(|(_, kind, span)| (kind, span))) else {
        return;
    };
    let Some(api_version) = own_version.or(list.map(|(version, ..)| version)) else {
        return;
    };
    if !kinds::is_kubernetes(api_version) {
        return;
    }
    if let Some(item_kind) = kind.strip_suffix("List")
        && let Some(items) = reader.get(view, "items")
    {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let typed = (!item_kind.is_empty()).then_some((api_version, item_kind, kind_span));
        if reader.spend(items.size()) {
            for item in items.items() {
                collect(item, typed, depth, reader, seen, found);
            }
        }
        return;
    }
    let metadata = reader.get(view, "metadata");
    let field = |key| metadata.and_then(|metadata| reader.get(metadata, key));
    let name = field("name").or_else(|| field("generateName"));
    let text = name
        .and_then(View::as_str)
        .map(|text| text.trim_end_matches('-'))
        .filter(|text| !text.is_empty());
    found.push(Object {
        view,
        api_version,
        kind,
        kind_span,
        name: text,
        name_span: name.map_or(kind_span, View::span),
        namespace: field("namespace")
            .and_then(View::as_str)
            .filter(|text| !text.is_empty()),
    });
}
