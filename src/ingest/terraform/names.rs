//! What the nodes are called: by the names that their owners gave them, by their addresses where
//! those don't tell them apart.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::estate::{At, Estate, are_alike};
use super::kinds::What;
use super::value::address;
use crate::words::Id;

/// The nodes of an estate.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// Services, stores and clusters; for a machine, the service that it runs.
    pub(super) ids: BTreeMap<At, Id>,
    pub(super) hosts: BTreeMap<At, Id>,
    /// Services of machines, each with its machines.
    pub(super) groups: BTreeMap<Id, Vec<At>>,
}

/// Names all nodes. O(n log n).
pub(super) fn name(estate: &Estate<'_>) -> Nodes {
    let nodes: Vec<At> = (0..estate.entries.len())
        .filter(|at| estate.is_node(*at))
        .collect();
    let mut wanted: Vec<(At, &'static str, String)> = Vec::new();
    let mut blocks: BTreeMap<(usize, String, String), Vec<At>> = BTreeMap::new();
    for at in nodes {
        let Some(entry) = estate.entry(at) else {
            continue;
        };
        match entry.row.map(|row| row.what) {
            Some(What::Machine) => {
                wanted.push((at, "host", called(estate, at)));
                let resource = &entry.resource;
                let key = (entry.root, resource.module.to_string(), resource.block());
                blocks.entry(key).or_default().push(at);
            }
            Some(What::Store(_)) => wanted.push((at, "store", called(estate, at))),
            Some(What::Cluster) => wanted.push((at, "cluster", called(estate, at))),
            _ => wanted.push((at, "service", called(estate, at))),
        }
    }
    // Machines: those of one block that are alike are one service.
    let mut members: BTreeMap<At, Vec<At>> = BTreeMap::new();
    for ((_, _, block), machines) in blocks {
        let keys: Vec<_> = machines
            .iter()
            .filter_map(|at| estate.entry(*at).map(|entry| entry.resource.key.clone()))
            .collect();
        let names: Vec<String> = machines.iter().map(|at| called(estate, *at)).collect();
        let first = machines.first().copied();
        match (first, names.first()) {
            (Some(first), Some(_)) if machines.len() > 1 && are_alike(&keys, &names) => {
                let name = shared(&names).unwrap_or_else(|| last(&block).to_owned());
                wanted.push((first, "service", name));
                members.insert(first, machines);
            }
            _ => {
                for (at, name) in machines.into_iter().zip(names) {
                    wanted.push((at, "service", name));
                    members.insert(at, vec![at]);
                }
            }
        }
    }
    let mut out = Nodes::default();
    for (at, id) in unique(estate, wanted, &members) {
        if id.kind() == "host" {
            out.hosts.insert(at, id);
        } else if let Some(machines) = members.get(&at).filter(|_| id.kind() == "service") {
            for machine in machines {
                out.ids.insert(*machine, id.clone());
            }
            out.groups.insert(id, machines.clone());
        } else {
            out.ids.insert(at, id);
        }
    }
    out
}

/// What a resource is called, else its address.
fn called(estate: &Estate<'_>, at: At) -> String {
    let Some(entry) = estate.entry(at) else {
        return String::new();
    };
    let values = &entry.resource.values;
    let paths = entry.row.map_or(&[][..], |row| row.name);
    let stated = paths.iter().find_map(|path| values.text_at(path));
    let stated = stated
        .map(|(name, _)| name.trim())
        .filter(|name| is_name(name));
    stated.map_or_else(|| entry.resource.address(), str::to_owned)
}

fn is_name(name: &str) -> bool {
    (1..=200).contains(&name.len()) && !name.chars().any(char::is_control)
}

/// The one name of all, or what they have before their numbers.
fn shared(names: &[String]) -> Option<String> {
    let cut = |name: &str| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        stem.trim_end_matches(['-', '_', '.', ' ']).to_owned()
    };
    let stems: BTreeSet<String> = names.iter().map(|name| cut(name)).collect();
    let only = stems.first().filter(|_| stems.len() == 1)?;
    (!only.is_empty() && !only.contains('[')).then(|| only.clone())
}

/// `web` of `aws_instance.web`.
fn last(block: &str) -> &str {
    block.rsplit('.').next().unwrap_or(block)
}

/// How many folders, from the top, all roots have in common.
fn shared_folder(estate: &Estate<'_>) -> usize {
    let mut folders = estate.roots.iter().map(|root| root.folder.components());
    let Some(first) = folders.next() else {
        return 0;
    };
    let own = first.clone().count();
    folders
        .map(|other| first.clone().zip(other).take_while(|(a, b)| a == b).count())
        .min()
        .unwrap_or(own)
}

/// Names that several resources have give way to addresses, and those to addresses with the
/// folder before them, as far as folders differ: where the inputs stand is not part of a name.
fn unique(
    estate: &Estate<'_>,
    wanted: Vec<(At, &'static str, String)>,
    members: &BTreeMap<At, Vec<At>>,
) -> Vec<(At, Id)> {
    let mut names = wanted;
    let shared = shared_folder(estate);
    for step in 0..2 {
        let mut count: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
        for (_, kind, name) in &names {
            *count.entry((kind, name.clone())).or_default() += 1;
        }
        for (at, kind, name) in &mut names {
            if count
                .get(&(*kind, name.clone()))
                .is_none_or(|count| *count < 2)
            {
                continue;
            }
            let Some(entry) = estate.entry(*at) else {
                continue;
            };
            let several = *kind == "service" && members.get(at).is_some_and(|list| list.len() > 1);
            let address = if several {
                address(&entry.resource.module, &entry.resource.block(), None)
            } else {
                entry.resource.address()
            };
            let folder = estate.roots.get(entry.root).map(|root| {
                let below = root.folder.components().skip(shared);
                below.collect::<Utf8PathBuf>().into_string()
            });
            *name = match folder.filter(|folder| step > 0 && !folder.is_empty()) {
                Some(folder) => format!("{folder}/{address}"),
                None => address,
            };
        }
    }
    // What is still alike is numbered: two files of one folder.
    let mut seen: BTreeMap<Id, usize> = BTreeMap::new();
    let mut out = Vec::with_capacity(names.len());
    for (at, kind, name) in names {
        let id = Id::new(kind, &name);
        let count = seen.entry(id.clone()).or_default();
        *count += 1;
        let id = if *count > 1 {
            Id::new(kind, &format!("{name} ({count})"))
        } else {
            id
        };
        out.push((at, id));
    }
    out
}
