//! What a host name means to the services of one project: service names, container names, host
//! names and network aliases, as Docker's own DNS answers them.

use std::collections::{BTreeMap, BTreeSet};

use super::load::Project;

/// The names of one project, lower case.
pub(super) struct Names<'p> {
    project: String,
    /// Services by each of their names; several share an alias.
    by_name: BTreeMap<String, BTreeSet<&'p str>>,
    networks: BTreeSet<String>,
}

impl<'p> Names<'p> {
    /// The names of `project`, which is called `name`.
    pub(super) fn new(name: &str, project: &'p Project) -> Self {
        let mut by_name: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (key, service) in &project.services {
            let stated = [&service.container_name, &service.hostname];
            let stated = stated.into_iter().flatten().map(|text| &text.value);
            for name in stated.chain(&service.aliases) {
                by_name
                    .entry(name.to_ascii_lowercase())
                    .or_default()
                    .insert(key);
            }
        }
        // A service's own name is never another's.
        for key in project.services.keys() {
            by_name.insert(key.to_ascii_lowercase(), BTreeSet::from([key.as_str()]));
        }
        let name = name.to_ascii_lowercase();
        let mut networks: BTreeSet<String> = BTreeSet::from(["default".to_owned()]);
        for (key, network) in &project.networks {
            networks.insert(key.to_ascii_lowercase());
            networks.extend(network.name.as_ref().map(|name| name.to_ascii_lowercase()));
        }
        let prefixed: Vec<_> = networks.iter().map(|own| format!("{name}_{own}")).collect();
        networks.extend(prefixed);
        Self {
            project: name,
            by_name,
            networks,
        }
    }

    /// The services that `host` means; `None` if it is no name of the project.
    pub(super) fn lead(&self, host: &str) -> Option<&BTreeSet<&'p str>> {
        if let Some(found) = self.by_name.get(host) {
            return Some(found);
        }
        // All tasks of a Swarm service; a name with its network.
        if let Some(found) = host
            .strip_prefix("tasks.")
            .and_then(|rest| self.by_name.get(rest))
        {
            return Some(found);
        }
        if let Some((name, network)) = host.split_once('.')
            && self.networks.contains(network)
        {
            return self.by_name.get(name);
        }
        // `PROJECT_SERVICE` (Swarm), `PROJECT-SERVICE-1` (the first container of a service).
        let rest = host.strip_prefix(self.project.as_str())?;
        let rest = rest.strip_prefix(['-', '_'])?;
        let first = rest.strip_suffix("-1").or_else(|| rest.strip_suffix("_1"));
        self.by_name.get(rest).or_else(|| self.by_name.get(first?))
    }
}
