//! Entities of a catalogue, and how they name each other.

use crate::ingest::budget::Budget;
use crate::source::{Kind, Span, View};

/// Where entities stand that state no namespace.
const DEFAULT: &str = "default";
/// Kinds that Backstage knows.
const KINDS: [&str; 9] = [
    "Component",
    "Resource",
    "API",
    "System",
    "Domain",
    "Location",
    "Group",
    "User",
    "Template",
];
/// Longest name and namespace.
const LONGEST: usize = 63;

/// The entities of a document: itself; or those of a list, as the catalogue's API answers
/// (`/api/catalog/entities`), alone or under `items`. `None`: none.
pub(super) fn entities(root: View<'_>) -> Option<Vec<View<'_>>> {
    if is_entity(root) {
        return Some(vec![root]);
    }
    let list = match root.kind() {
        Kind::Sequence => root,
        Kind::Mapping => root.get("items").filter(|_| root.get("kind").is_none())?,
        Kind::Null | Kind::Scalar => return None,
    };
    let first = list.items().next()?;
    is_entity(first).then(|| list.items().filter(|item| is_entity(*item)).collect())
}

/// Versions of Backstage's own group that are known.
const VERSIONS: [&str; 3] = ["v1alpha1", "v1beta1", "v1beta2"];

/// Whether an entity is of Backstage's own group in a version that nobody here knows.
pub(super) fn is_of_unknown_version(root: View<'_>) -> bool {
    let version = root.get("apiVersion").and_then(View::as_str);
    let version = version.and_then(|text| text.strip_prefix("backstage.io/"));
    version.is_some_and(|version| !VERSIONS.contains(&version))
}

/// Whether a document is an entity: of Backstage's own group, or of a group that a company gave
/// its catalogue, if it has an entity's form.
pub(super) fn is_entity(root: View<'_>) -> bool {
    if root.kind() != Kind::Mapping {
        return false;
    }
    let text = |key| root.get(key).and_then(View::as_str);
    let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) else {
        return false;
    };
    let group = version.split_once('/').map_or("", |(group, _)| group);
    if group == "backstage.io" || group.ends_with(".backstage.io") {
        return true;
    }
    let has = |key| root.path(&["spec", key]).is_some();
    let form = match kind {
        "Component" | "API" => has("type") && has("lifecycle") && has("owner"),
        "Resource" => has("type") && has("owner") && !has("forProvider"),
        "Location" => has("targets") || has("target"),
        "System" => has("owner") && !has("replicas"),
        _ => false,
    };
    group.contains('.') && form
}

/// One entity. Texts live in its document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entity<'d> {
    pub(super) view: View<'d>,
    pub(super) kind: &'d str,
    pub(super) name: &'d str,
    pub(super) namespace: &'d str,
    /// Place of the name.
    pub(super) span: Span,
}

/// What entities are known by: Backstage compares without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl<'d> Entity<'d> {
    /// Reads an entity; why not, if its kind or name is missing.
    pub(super) fn read(view: View<'d>) -> Result<Self, (Span, &'static str)> {
        let kind = view.get("kind");
        let kind_span = kind.map_or(view.span(), View::span);
        let name = view.path(&["metadata", "name"]);
        let namespace = view.path(&["metadata", "namespace"]).and_then(View::as_str);
        match (kind.and_then(View::as_str), name.and_then(View::as_str)) {
            (Some(kind), Some(text)) => Ok(Self {
                view,
                kind,
                name: text,
                namespace: namespace.unwrap_or(DEFAULT),
                span: name.map_or(kind_span, View::span),
            }),
            (None, _) => Err((kind_span, "this entity has no kind")),
            (_, None) => Err((kind_span, "this entity has no `metadata.name`")),
        }
    }

    pub(super) fn key(&self) -> Key {
        Key::new(self.kind, self.namespace, self.name)
    }

    /// A text of its specification.
    pub(super) fn spec(&self, key: &str) -> Option<&'d str> {
        self.view.path(&["spec", key]).and_then(View::as_str)
    }

    /// A text of its annotations.
    pub(super) fn annotation(&self, key: &str) -> Option<(&'d str, Span)> {
        let found = self.view.path(&["metadata", "annotations", key])?;
        Some((found.as_str()?, found.span()))
    }

    /// The references of a list of its specification, or of the one it has there; text that is none
    /// is left out.
    pub(super) fn references(&self, key: &str, budget: &Budget) -> Vec<Reference<'d>> {
        let list = self.view.path(&["spec", key]);
        let list = list.filter(|list| budget.spend(1 + list.size()));
        let items: Vec<View<'d>> = match list {
            Some(list) if list.kind() == Kind::Sequence => list.items().collect(),
            other => other.into_iter().collect(),
        };
        let items = items.into_iter();
        items
            .filter_map(|item| Reference::read(item, self.namespace))
            .collect()
    }

    pub(super) fn is_known_kind(&self) -> bool {
        KINDS
            .iter()
            .any(|kind| kind.eq_ignore_ascii_case(self.kind))
    }
}

impl Key {
    pub(super) fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            kind: kind.to_lowercase(),
            namespace: namespace.to_lowercase(),
            name: name.to_lowercase(),
        }
    }

    /// The name, with its namespace unless that is the usual one.
    pub(super) fn shown(name: &str, namespace: &str) -> String {
        if namespace.eq_ignore_ascii_case(DEFAULT) {
            name.to_owned()
        } else {
            format!("{namespace}/{name}")
        }
    }
}

/// `[kind:][namespace/]name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference<'d> {
    pub(super) kind: Option<&'d str>,
    pub(super) namespace: &'d str,
    pub(super) name: &'d str,
    pub(super) span: Span,
}

impl<'d> Reference<'d> {
    /// Reads one; a namespace that is not stated is that of the entity it stands in.
    fn read(view: View<'d>, own: &'d str) -> Option<Self> {
        // The long form: a mapping of kind, namespace and name.
        if view.kind() == Kind::Mapping {
            let text = |key| view.get(key).and_then(View::as_str);
            return Some(Self {
                kind: text("kind"),
                namespace: text("namespace").unwrap_or(own),
                name: text("name").filter(|name| !name.is_empty())?,
                span: view.span(),
            });
        }
        let text = view.as_str()?;
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) => (Some(kind), rest),
            None => (None, text),
        };
        let (namespace, name) = rest.split_once('/').unwrap_or((own, rest));
        (!name.is_empty()).then_some(Self {
            kind,
            namespace,
            name,
            span: view.span(),
        })
    }

    pub(super) fn key(&self, kind: &str) -> Key {
        Key::new(kind, self.namespace, self.name)
    }
}

/// Whether Backstage takes a name: letters and digits, parted by `-`, `_` or `.`.
pub(super) fn is_valid_name(name: &str) -> bool {
    let parts = name.split(['-', '_', '.']);
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && parts
            .into_iter()
            .all(|part| part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Owner as people say it: without kind, and without the usual namespace.
pub(super) fn owner(text: &str) -> &str {
    let text = text.split_once(':').map_or(text, |(_, rest)| rest);
    text.strip_prefix("default/").unwrap_or(text)
}
