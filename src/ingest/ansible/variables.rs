//! What the variables of a host are.
//!
//! Ansible's order ("Understanding variable precedence", Ansible documentation), the last counting
//! most: `all` in the inventory, other groups in it, `group_vars/all` beside the inventory, beside
//! the playbook, other `group_vars` beside the inventory, beside the playbook, the host in the
//! inventory, `host_vars` beside the inventory, beside the playbook. What roles, plays and facts
//! set is not known here.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::inventory::{Inventory, Variable};
use super::recognise::Place;
use crate::ingest::budget::Budget;

/// How often a variable may lead to another.
const HOPS: usize = 8;

/// Variables by name.
type Scope = BTreeMap<String, Variable>;

/// All `group_vars` and `host_vars` of the input.
pub(super) type Files = BTreeMap<Place, Scope>;

/// Where a variable was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Stated for all hosts: a default.
    All,
    Group,
    Host,
}

/// A value that holds for a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) value: &'a Variable,
    pub(super) level: Level,
}

/// The variables of one inventory.
pub(super) struct Variables<'a> {
    /// From the inventory itself.
    groups: BTreeMap<&'a str, Scope>,
    hosts: BTreeMap<&'a str, Scope>,
    files: &'a Files,
    folder: &'a Utf8Path,
    /// Folders whose variables count as those beside a playbook.
    beside_plays: Vec<&'a Utf8PathBuf>,
    budget: &'a Budget,
}

impl<'a> Variables<'a> {
    /// For the inventory in `folder`; `others`: folders of all inventories.
    pub(super) fn new(
        inventory: &'a Inventory,
        folder: &'a Utf8Path,
        others: &[&Utf8PathBuf],
        files: &'a Files,
        budget: &'a Budget,
    ) -> Self {
        let scope = |pairs: &[(String, Variable)]| pairs.iter().cloned().collect::<Scope>();
        let mut beside_plays: Vec<&Utf8PathBuf> = files
            .keys()
            .map(|place| &place.folder)
            .filter(|own| {
                let near = own.parent().is_none_or(|parent| folder.starts_with(parent));
                !others.contains(own) && (near || folder.starts_with(own))
            })
            .collect();
        beside_plays.dedup();
        let groups = inventory.groups.iter();
        let hosts = inventory.hosts.iter();
        Self {
            groups: groups
                .map(|(name, of)| (name.as_str(), scope(&of.variables)))
                .collect(),
            hosts: hosts
                .map(|(name, of)| (name.as_str(), scope(&of.variables)))
                .collect(),
            files,
            folder,
            beside_plays,
            budget,
        }
    }

    /// The value of `key` for a host whose groups are `groups`, in their order. O(groups · log).
    pub(super) fn get<'s>(&'s self, host: &str, groups: &[&str], key: &str) -> Option<Found<'s>> {
        if !self.budget.spend(groups.len() + 4) {
            return None;
        }
        let folders = || {
            let plays = self
                .beside_plays
                .iter()
                .rev()
                .map(|folder| folder.as_path());
            plays.chain([self.folder])
        };
        let file = |folder: &Utf8Path, of_host: bool, name: &str| {
            let place = Place {
                folder: folder.to_owned(),
                of_host,
                name: name.to_owned(),
            };
            self.files.get(&place)?.get(key)
        };
        let of_groups = || {
            let mut found = folders();
            found.find_map(|folder| {
                groups
                    .iter()
                    .rev()
                    .find_map(|group| file(folder, false, group))
            })
        };
        let inline = || {
            groups
                .iter()
                .rev()
                .find_map(|group| self.groups.get(*group)?.get(key))
        };
        if let Some(value) = folders().find_map(|folder| file(folder, true, host)) {
            return Some(Found {
                value,
                level: Level::Host,
            });
        }
        if let Some(value) = self.hosts.get(host).and_then(|own| own.get(key)) {
            return Some(Found {
                value,
                level: Level::Host,
            });
        }
        if let Some(value) = of_groups() {
            return Some(Found {
                value,
                level: Level::Group,
            });
        }
        if let Some(value) = folders().find_map(|folder| file(folder, false, "all")) {
            return Some(Found {
                value,
                level: Level::All,
            });
        }
        if let Some(value) = inline() {
            return Some(Found {
                value,
                level: Level::Group,
            });
        }
        let value = self.groups.get("all")?.get(key)?;
        Some(Found {
            value,
            level: Level::All,
        })
    }

    /// The text of `key` for a host, following values that are nothing but another variable.
    /// `Err`: there is a value, but Jinja would have to be evaluated.
    pub(super) fn text<'s>(
        &'s self,
        host: &str,
        groups: &[&str],
        key: &str,
    ) -> Option<Result<(String, Found<'s>), Found<'s>>> {
        let first = self.get(host, groups, key)?;
        let mut text = first.value.text.clone()?;
        for _ in 0..HOPS {
            if !text.contains("{{") && !text.contains("{%") {
                return Some(Ok((text, first)));
            }
            let inner = text
                .trim()
                .strip_prefix("{{")
                .and_then(|rest| rest.strip_suffix("}}"));
            let name = inner.map_or("", str::trim);
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if name.is_empty() || !is_name {
                return Some(Err(first));
            }
            if matches!(name, "inventory_hostname" | "ansible_hostname") {
                return Some(Ok((host.to_owned(), first)));
            }
            match self
                .get(host, groups, name)
                .and_then(|next| next.value.text.clone())
            {
                Some(next) => text = next,
                None => return Some(Err(first)),
            }
        }
        Some(Err(first))
    }
}
