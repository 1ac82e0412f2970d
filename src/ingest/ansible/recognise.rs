//! Which documents belong to Ansible, by their place and content.

use camino::{Utf8Path, Utf8PathBuf};

use crate::source::{Document, Kind, View};

/// What a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// INI; the sections are read by [`super::lines`].
    Lines,
    /// Groups of `hosts`, `children` and `vars`.
    Yaml,
    /// What a dynamic inventory prints with `--list`.
    Dynamic,
    /// Variables of a group or host.
    Variables(Place),
    /// A playbook.
    Plays,
    /// What an inventory plugin is to ask; this name it has.
    Plugin(String),
    /// Settings of a role, tasks, handlers: nothing in it says where anything runs.
    Role,
}

/// Whose variables a file holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The folder that `group_vars` or `host_vars` stands in.
    pub(super) folder: Utf8PathBuf,
    pub(super) of_host: bool,
    /// Name of the group or host.
    pub(super) name: String,
}

/// Keys of a play besides `hosts`.
const OF_PLAYS: [&str; 6] = [
    "roles",
    "tasks",
    "pre_tasks",
    "post_tasks",
    "gather_facts",
    "become",
];
/// Settings of inventory plugins beside `plugin`.
const PLUGIN_KEYS: [&str; 3] = ["keyed_groups", "compose", "hostnames"];
/// How many items of a list are looked at.
const LOOKED_AT: usize = 16;
/// Folders of a role.
const OF_ROLES: [&str; 5] = ["defaults", "vars", "tasks", "handlers", "meta"];

/// What the document at `path` is; `None`: nothing of Ansible's.
pub(super) fn part(document: &Document, path: &Utf8Path) -> Option<Part> {
    let root = document.root();
    if let Some(place) = place(path) {
        return (root.kind() != Kind::Sequence).then_some(Part::Variables(place));
    }
    if let Some(name) = plugin(root, path) {
        return Some(Part::Plugin(name));
    }
    match root.kind() {
        Kind::Sequence if is_lines(root) => Some(Part::Lines),
        Kind::Sequence if is_plays(root) => Some(Part::Plays),
        Kind::Mapping if root.path(&["_meta", "hostvars"]).is_some() => Some(Part::Dynamic),
        Kind::Mapping if is_printed(root) => Some(Part::Dynamic),
        Kind::Mapping if is_inventory(root) => Some(Part::Yaml),
        _ if is_of_role(path) => Some(Part::Role),
        Kind::Sequence if is_tasks(root, path) => Some(Part::Role),
        _ => None,
    }
}

/// `FOLDER/group_vars/NAME`, `NAME.yml`, or any file below `NAME/`.
fn place(path: &Utf8Path) -> Option<Place> {
    let parts: Vec<&str> = path.components().map(|part| part.as_str()).collect();
    let at = parts
        .iter()
        .rposition(|part| matches!(*part, "group_vars" | "host_vars"))?;
    let first = parts.get(at + 1)?;
    let is_file = at + 2 == parts.len();
    let name = match first.rsplit_once('.') {
        Some((stem, "yml" | "yaml" | "json")) if is_file => stem,
        _ => first,
    };
    Some(Place {
        folder: parts.get(..at)?.iter().collect(),
        of_host: parts.get(at) == Some(&"host_vars"),
        name: name.to_owned(),
    })
}

/// What the reader of INI makes.
fn is_lines(root: View<'_>) -> bool {
    let first = root.items().next();
    first.is_some_and(|first| {
        first.size() == 2 && first.get("section").is_some() && first.get("lines").is_some()
    })
}

fn is_plays(root: View<'_>) -> bool {
    let is_play = |item: View<'_>| {
        let targets = item.get("hosts").is_some_and(|hosts| !hosts.is_null());
        let works = OF_PLAYS.iter().any(|key| item.get(key).is_some());
        (targets && works)
            || item.get("import_playbook").is_some()
            || item.get("ansible.builtin.import_playbook").is_some()
    };
    root.size() > 0 && root.items().take(16).all(is_play)
}

/// A list of tasks in a folder of them: each is a mapping that is named or calls a module.
fn is_tasks(root: View<'_>, path: &Utf8Path) -> bool {
    let mut folders = path.parent().into_iter().flat_map(Utf8Path::components);
    let is_module = |key: &str| {
        key.starts_with("ansible.") || key.starts_with("community.") || key.starts_with("include_")
    };
    let is_task = |item: View<'_>| {
        let mut keys = item
            .entries()
            .into_iter()
            .filter_map(|(key, _)| key.as_str());
        item.kind() == Kind::Mapping && keys.any(|key| key == "name" || is_module(key))
    };
    folders.any(|part| matches!(part.as_str(), "tasks" | "handlers"))
        && root.size() > 0
        && root.items().take(4).all(is_task)
}

/// Every value is a group: nothing, or a mapping of hosts, children and variables.
fn is_inventory(root: View<'_>) -> bool {
    let groups = root.entries();
    let is_group = |group: View<'_>| {
        group.is_null()
            || (group.kind() == Kind::Mapping
                && group.entries().iter().all(|(key, value)| {
                    let mapping = value.is_null() || value.kind() == Kind::Mapping;
                    matches!(key.as_str(), Some("hosts" | "children" | "vars")) && mapping
                }))
    };
    let says = |group: View<'_>| group.get("hosts").is_some() || group.get("children").is_some();
    groups.iter().all(|(_, group)| is_group(*group)) && groups.iter().any(|(_, group)| says(*group))
}

/// The inventory plugin whose settings these are: Ansible knows them by the name of the file
/// (`aws_ec2.yml` for `amazon.aws.aws_ec2`).
fn plugin(root: View<'_>, path: &Utf8Path) -> Option<String> {
    let full = root.get("plugin")?.as_str()?;
    let name = full.rsplit('.').next()?;
    let stem = path.file_stem()?;
    let known = stem.ends_with(name)
        || PLUGIN_KEYS.iter().any(|key| root.get(key).is_some())
        || full.split('.').count() == 3;
    (known && !name.is_empty()).then(|| full.to_owned())
}

/// As programs printed inventories before `_meta`: each group a list of hosts, or a mapping with
/// lists of hosts and children.
fn is_printed(root: View<'_>) -> bool {
    let names = |list: View<'_>| {
        list.kind() == Kind::Sequence
            && list
                .items()
                .take(LOOKED_AT)
                .all(|item| item.as_str().is_some())
    };
    let groups = root.entries();
    let is_group = |group: View<'_>| {
        group.kind() == Kind::Mapping
            && group
                .entries()
                .iter()
                .all(|(key, value)| match key.as_str() {
                    Some("hosts" | "children") => names(*value),
                    Some("vars") => value.kind() == Kind::Mapping,
                    _ => false,
                })
    };
    let says = |group: View<'_>| {
        let list = group.get("hosts");
        list.is_some_and(|list| list.kind() == Kind::Sequence)
    };
    groups
        .iter()
        .all(|(_, group)| is_group(*group) || names(*group))
        && groups.iter().any(|(_, group)| says(*group))
}

/// `roles/NAME/defaults/main.yml` and its like.
fn is_of_role(path: &Utf8Path) -> bool {
    let parts: Vec<&str> = path.components().map(|part| part.as_str()).collect();
    parts
        .windows(3)
        .any(|three| matches!(three, ["roles", _, folder] if OF_ROLES.contains(folder)))
}
