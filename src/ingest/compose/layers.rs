//! How a later file changes a service.
//!
//! Merging follows the Compose specification: mappings by key, lists by appending, commands and
//! single values by replacing; `!override` replaces whatever it is, `!reset` takes it away.

use super::service::{Deploy, Mount, Service};

impl Service {
    /// Lays a later statement of the service over this one.
    pub(super) fn layer(&mut self, over: Self) {
        if over.replaces {
            *self = over;
            return;
        }
        for key in &over.cleared {
            self.clear(key);
        }
        for (key, name) in &over.dropped {
            self.drop_entry(key, name);
        }
        // What lies under both goes too.
        self.cleared.extend(over.cleared);
        self.dropped.extend(over.dropped);
        for place in over.places {
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
        self.is_runnable |= over.is_runnable;
        self.image = over.image.or(self.image.take());
        self.environment.extend(over.environment);
        self.env_files.extend(over.env_files);
        self.depends_on.extend(over.depends_on);
        self.links.extend(over.links);
        self.external_links.extend(over.external_links);
        self.joins.extend(over.joins);
        self.volumes_from.extend(over.volumes_from);
        self.mounts.extend(over.mounts);
        self.entrypoint = over.entrypoint.or(self.entrypoint.take());
        self.command = over.command.or(self.command.take());
        self.container_name = over.container_name.or(self.container_name.take());
        self.hostname = over.hostname.or(self.hostname.take());
        self.aliases.extend(over.aliases);
        self.extra_hosts.extend(over.extra_hosts);
        self.profiles.extend(over.profiles);
        self.deploy.layer(over.deploy);
    }

    fn clear(&mut self, key: &str) {
        match key {
            "environment" => self.environment.clear(),
            "env_file" => self.env_files.clear(),
            "depends_on" => self.depends_on.clear(),
            "links" => self.links.clear(),
            "external_links" => self.external_links.clear(),
            "network_mode" | "pid" | "ipc" => {
                self.joins.remove(key);
            }
            "volumes_from" => self.volumes_from.clear(),
            "volumes" => self
                .mounts
                .retain(|mount| matches!(mount, Mount::Config(_))),
            "configs" => self.mounts.retain(|mount| matches!(mount, Mount::File(..))),
            "entrypoint" => self.entrypoint = None,
            "command" => self.command = None,
            "container_name" => self.container_name = None,
            "hostname" => self.hostname = None,
            "networks" => self.aliases.clear(),
            "extra_hosts" => self.extra_hosts.clear(),
            "profiles" => self.profiles.clear(),
            "deploy" => {
                self.deploy = Deploy {
                    scale: self.deploy.scale,
                    ..Deploy::default()
                }
            }
            "scale" => self.deploy.scale = None,
            _ => {}
        }
    }

    /// Takes one entry of a key away.
    pub(super) fn drop_entry(&mut self, key: &str, name: &str) {
        match (key, name) {
            ("environment", _) => {
                self.environment.remove(name);
            }
            ("depends_on", _) => {
                self.depends_on.remove(name);
            }
            ("extra_hosts", _) => {
                self.extra_hosts.remove(&name.to_ascii_lowercase());
            }
            ("deploy", "replicas") => self.deploy.replicas = None,
            ("deploy", "mode") => self.deploy.mode = None,
            ("deploy", "placement") => {
                self.deploy.constraints.clear();
                self.deploy.max_per_node = None;
            }
            _ => {}
        }
    }
}

impl Deploy {
    fn layer(&mut self, over: Self) {
        self.replicas = over.replicas.or(self.replicas);
        self.scale = over.scale.or(self.scale);
        self.mode = over.mode.or(self.mode.take());
        self.constraints.extend(over.constraints);
        self.max_per_node = over.max_per_node.or(self.max_per_node);
        self.swarm = self.swarm.or(over.swarm);
    }
}
