//! Files of Helm and kustomize that stand beside manifests: not objects, known by their names.

use camino::Utf8Path;

use crate::source::{Document, FileId, Kind, SourceMap};
use crate::words::Message;

/// What such a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Companion {
    /// `Chart.yaml`.
    Chart,
    /// `values.yaml` beside a `Chart.yaml`.
    Values,
    /// `kustomization.yaml` that leaves out `apiVersion` and `kind`.
    Kustomization,
    /// A list of operations that a kustomization may name.
    JsonPatch,
}

impl Companion {
    /// What coverage says of it.
    pub(super) fn why(self) -> Message {
        Message::fixed(match self {
            Self::Chart | Self::Values => {
                "Helm: render the chart with `helm template` and give the result"
            }
            Self::Kustomization => {
                "kustomize: what this changes is not applied, because several overlays share what it is made of: leave all but one out (`exclude`, or a scope, in `spof.toml`), or give the output of `kustomize build`"
            }
            Self::JsonPatch => "a JSON patch that no kustomization of the input applies",
        })
    }
}

/// Recognises a companion by its file name, and a little of its content.
pub(super) fn companion(document: &Document, sources: &SourceMap) -> Option<Companion> {
    let root = document.root();
    if super::kustomize::is_json_patch(root) {
        return Some(Companion::JsonPatch);
    }
    if root.kind() != Kind::Mapping {
        return None;
    }
    let path = sources.path(document.file);
    let has = |key| root.get(key).is_some();
    match path.file_name()? {
        "Chart.yaml" if has("apiVersion") && has("name") => Some(Companion::Chart),
        _ if is_kustomization(path) => Some(Companion::Kustomization),
        name if name.starts_with("values") && is_beside_chart(path, sources) => {
            Some(Companion::Values)
        }
        _ => None,
    }
}

/// True for the file names that kustomize looks for.
pub(super) fn is_kustomization(path: &Utf8Path) -> bool {
    matches!(
        path.file_name(),
        Some("kustomization.yaml" | "kustomization.yml" | "Kustomization")
    )
}

/// Whether a `Chart.yaml` stands in the same folder. Files are sorted by path. O(log files).
fn is_beside_chart(path: &Utf8Path, sources: &SourceMap) -> bool {
    let chart = path.with_file_name("Chart.yaml");
    let (mut low, mut high) = (0, sources.files().size_hint().0);
    while low < high {
        let middle = low + (high - low) / 2;
        let id = FileId(u32::try_from(middle).unwrap_or(u32::MAX));
        match sources.path(id).cmp(&chart) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    false
}
