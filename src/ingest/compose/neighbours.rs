//! Other projects of the same input: which of their names a service can reach.
//!
//! Docker answers a name only on the networks that a container is on. So a project's names mean
//! nothing to another project, be they unique over all inputs or not, unless both are on one
//! network: side by side may stand two versions of one estate, or two customers.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::load::Project;
use super::names::Names;
use crate::words::Id;

/// A project as others see it.
pub(super) struct Neighbour<'p> {
    pub(super) names: Names<'p>,
    /// The node of each service.
    pub(super) ids: BTreeMap<&'p str, Id>,
    /// Unique over all projects.
    pub(super) label: &'p str,
    folder: &'p Utf8Path,
    stated: Option<&'p str>,
    /// Networks that it makes, and those that were there before it, by their names on the engine.
    own: BTreeSet<String>,
    external: BTreeSet<String>,
}

/// What a host name means outside the project that uses it.
pub(super) enum Elsewhere<'n> {
    /// No other project has it.
    Nobody,
    /// Others have it, on networks that this project is not on.
    OutOfReach,
    /// These nodes. Never empty.
    Nodes(Vec<&'n Id>),
}

impl<'p> Neighbour<'p> {
    /// `project`, whose files in `folder` call it `stated`, if anything; known here as `label`.
    pub(super) fn new(
        project: &'p Project,
        label: &'p str,
        folder: &'p Utf8Path,
        stated: Option<&'p str>,
        ids: BTreeMap<&'p str, Id>,
    ) -> Self {
        let (mut own, mut external) = (BTreeSet::new(), BTreeSet::new());
        let name = stated.unwrap_or(label);
        if !project.networks.contains_key("default") {
            own.insert(format!("{name}_default"));
        }
        for (key, network) in &project.networks {
            let networks = if network.is_external {
                &mut external
            } else {
                &mut own
            };
            let full = network.name.clone();
            networks.insert(full.unwrap_or_else(|| format!("{name}_{key}")));
        }
        Self {
            names: Names::new(label, project),
            ids,
            label,
            folder,
            stated,
            own,
            external,
        }
    }

    /// Whether containers of both see each other: one is on a network of the other, both are on
    /// one that was there before, or `docker compose` takes both for one project. Two projects
    /// that each *make* a network of one name are rather two versions of one estate.
    fn sees(&self, other: &Self) -> bool {
        let is_same = self.folder == other.folder && self.stated == other.stated;
        let on = |name: &String| other.own.contains(name) || other.external.contains(name);
        is_same
            || self.external.iter().any(on)
            || self.own.intersection(&other.external).next().is_some()
    }

    /// What `host`, lower case, means in the others of `all`. O(projects).
    pub(super) fn elsewhere<'n>(&self, host: &str, all: &'n [Self]) -> Elsewhere<'n> {
        let mut is_known = false;
        let mut nodes = Vec::new();
        for other in all.iter().filter(|other| other.label != self.label) {
            let Some(found) = other.names.lead(host) else {
                continue;
            };
            is_known = true;
            if self.sees(other) {
                nodes.extend(found.iter().filter_map(|name| other.ids.get(name)));
            }
        }
        match (nodes.is_empty(), is_known) {
            (false, _) => Elsewhere::Nodes(nodes),
            (true, true) => Elsewhere::OutOfReach,
            (true, false) => Elsewhere::Nobody,
        }
    }
}
