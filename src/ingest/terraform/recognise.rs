//! What a document is, by its content, and by its name where only that tells.

use camino::Utf8Path;

use crate::source::{Document, Kind, View};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// State of version 4.
    State4,
    /// State of version 3.
    State3,
    /// State or plan that can't be read, and why.
    NoState(&'static str),
    /// What `terraform show -json` prints of a plan.
    Plan,
    /// What it prints of a state.
    Show,
    /// `.tf`, `.tofu`.
    Hcl,
    /// `.tf.json`, `.tofu.json`.
    Json,
    /// Values of variables.
    Variables,
    /// Something of Terraform's that says nothing of what runs where.
    Other,
}

/// What the document at `path` is; `None`: nothing of Terraform's.
pub(super) fn part(document: &Document, path: &Utf8Path) -> Option<Part> {
    let name = path.file_name().unwrap_or_default().to_ascii_lowercase();
    let ends = |ending: &str| name.ends_with(ending);
    if ends(".tf") || ends(".tofu") {
        return Some(Part::Hcl);
    }
    if ends(".tfvars") {
        return Some(Part::Variables);
    }
    let root = document.root();
    if root.kind() != Kind::Mapping {
        return None;
    }
    if ends(".tf.json") || ends(".tofu.json") {
        return Some(Part::Json);
    }
    if ends(".tfvars.json") {
        return Some(Part::Variables);
    }
    printed(root).or_else(|| state(root, &name))
}

/// What commands of Terraform print.
fn printed(root: View<'_>) -> Option<Part> {
    let has = |key| root.get(key).is_some();
    let version = root.get("format_version")?.as_str().unwrap_or_default();
    // "Consumers should reject any input which reports an unsupported major version."
    let major = version.split('.').next().unwrap_or_default();
    let is_new = major.parse::<u64>().is_ok_and(|major| major > 1);
    let speaks = [
        "planned_values",
        "resource_changes",
        "prior_state",
        "values",
    ];
    if is_new && speaks.into_iter().any(has) {
        return Some(Part::NoState(
            "printed in a form that is not known here: its `format_version` is newer than 1",
        ));
    }
    if has("planned_values") || has("resource_changes") || has("prior_state") {
        return Some(Part::Plan);
    }
    if has("values") {
        return Some(Part::Show);
    }
    let other = has("provider_schemas") || has("valid") || has("terraform_version");
    other.then_some(Part::Other)
}

fn state(root: View<'_>, name: &str) -> Option<Part> {
    let has = |key| root.get(key).is_some();
    if has("encrypted_data") && (has("encryption_version") || has("lineage")) {
        let why = "encrypted by OpenTofu: give the output of `tofu show -json`";
        return Some(Part::NoState(why));
    }
    let named = name.contains(".tfstate");
    let blocks = root
        .get("resources")
        .filter(|list| list.kind() == Kind::Sequence);
    let first = blocks.and_then(|list| list.items().next());
    let formed =
        first.is_some_and(|item| item.get("instances").is_some() && item.get("type").is_some());
    let stamped = has("terraform_version") && (has("lineage") || has("serial") || has("modules"));
    let version = root.get("version").filter(|version| !version.is_quoted());
    match version.and_then(View::as_count) {
        Some(_) if !(named || formed || stamped) => None,
        Some(4) => Some(Part::State4),
        // The file that `terraform init` writes for itself.
        Some(3) if has("backend") && !has("modules") => Some(Part::Other),
        Some(3) => Some(Part::State3),
        Some(1 | 2) => Some(Part::NoState(
            "state of a version before 3, which is not read: `terraform show -json` of a current \
             Terraform gives it in a form that is",
        )),
        Some(_) => Some(Part::NoState(
            "state of a version that is not known here: give the output of `terraform show -json`",
        )),
        None if named => Some(Part::NoState(
            "a state without a version that can be read: give the output of `terraform show -json`",
        )),
        None => None,
    }
}
