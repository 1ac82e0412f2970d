//! Our own manifest (`spof.yaml`, `*.spof.yaml`, also JSON and TOML): what no other source says,
//! and the last word on what others say. docs/manifest.md is its reference page.
//!
//! * [`types`]: sections and items, each key once: struct, reader and schema from one table.
//! * [`forms`]: what can be needed, nested; [`values`], [`date`], [`role`]: single values.
//! * [`facts`]: items become facts. * [`mod@schema`]: the JSON Schema (`spof schema`).

mod date;
mod facts;
mod forms;
mod role;
mod schema;
mod types;
mod values;

#[cfg(test)]
mod tests;

pub use schema::schema;

use super::{Adapter, fact::Facts};
use crate::message;
use crate::source::item::{Read, Reader};
use crate::source::{Document, Kind, Problem, ProblemKind, SourceMap, View};
use types::Manifest;

/// The adapter.
pub struct Native;

/// Sections that hold lists: one of them makes a document a manifest.
const SECTIONS: [&str; 6] = [
    "domains",
    "services",
    "stores",
    "journeys",
    "externals",
    "overrides",
];

impl Adapter for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn claims(&self, document: &Document, sources: &SourceMap) -> bool {
        let name = sources.path(document.file).file_name();
        name.is_some_and(is_manifest_name) || is_manifest(document.root())
    }

    fn translate(&self, documents: &[&Document], _sources: &SourceMap) -> Facts {
        let nodes = documents.iter().map(|document| document.tree.len());
        let mut cx = Reader::new(nodes.fold(0, usize::saturating_add));
        let mut facts = Facts::default();
        let mut manifests = Vec::new();
        for document in documents {
            cx.begin();
            let manifest = Manifest::read(document.root(), &mut cx);
            if manifest.as_ref().is_none_or(Manifest::is_empty) && cx.told() == 0 {
                let problem = Problem::new(
                    ProblemKind::InvalidValue,
                    document.root().span(),
                    message!("this manifest states nothing"),
                );
                cx.tell(
                    problem.with_help(message!("it may hold {what}", what = SECTIONS.join(", "))),
                );
            }
            manifests.extend(manifest);
        }
        let mut names = facts::Names::default();
        for manifest in &manifests {
            names.learn(manifest);
        }
        for manifest in manifests {
            cx.begin();
            facts::Writer {
                names: &names,
                facts: &mut facts,
                cx: &mut cx,
            }
            .manifest(manifest);
        }
        facts.problems = cx.problems;
        facts
    }
}

/// `spof.yaml`, `NAME.spof.toml` and so on. `spof.toml` is the configuration instead.
fn is_manifest_name(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    match extension {
        "yaml" | "yml" | "json" => stem == "spof" || is_spof_stem(stem),
        "toml" => is_spof_stem(stem),
        _ => false,
    }
}

/// `NAME.spof`, with a name.
fn is_spof_stem(stem: &str) -> bool {
    stem.strip_suffix(".spof")
        .is_some_and(|name| !name.is_empty())
}

/// Whether a document is a manifest by what it holds: only our keys, and a section with an item
/// of ours. (A Compose file has `services` too, but as a mapping.)
fn is_manifest(root: View<'_>) -> bool {
    if root.kind() != Kind::Mapping {
        return false;
    }
    let entries = root.entries();
    let ours = |(key, _): &(View<'_>, View<'_>)| {
        key.as_str()
            .is_some_and(|key| Manifest::KEYS.contains(&key))
    };
    if !entries.iter().all(ours) {
        return false;
    }
    let item = |item: View<'_>| item.get("id").is_some() || item.get("of").is_some();
    entries.iter().any(|(key, value)| {
        key.as_str().is_some_and(|key| SECTIONS.contains(&key))
            && value.items().next().is_some_and(item)
    })
}

impl Manifest {
    fn is_empty(&self) -> bool {
        let lengths = [
            self.domains.as_ref().map(|section| section.0.len()),
            self.services.as_ref().map(|section| section.0.len()),
            self.stores.as_ref().map(|section| section.0.len()),
            self.journeys.as_ref().map(|section| section.0.len()),
            self.externals.as_ref().map(|section| section.0.len()),
            self.overrides.as_ref().map(|section| section.0.len()),
            self.aliases.as_ref().map(|aliases| aliases.0.len()),
        ];
        lengths.into_iter().flatten().all(|length| length == 0)
    }
}
