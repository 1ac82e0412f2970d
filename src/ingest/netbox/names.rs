//! Ids of rows. A name alone is often not unique: every branch has its `Comms closet`.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{first_reference, reference, text};
use super::inventory::Inventory;
use super::machines::HOST;
use super::rows::{Model, Row};
use crate::words::Id;

/// Deepest nesting of places that is followed.
const DEPTH: usize = 16;

/// The id of every row that becomes a node.
pub(super) struct Names<'d> {
    ids: BTreeMap<Model, BTreeMap<&'d str, Id>>,
    /// Shorter names that only one row of a kind has, and the row's id.
    pub(super) short: Vec<(Id, Id)>,
}

/// What a row may be called, the shortest name first.
struct Candidates<'d> {
    row: (Model, &'d str),
    kind: &'static str,
    names: Vec<String>,
}

impl<'d> Names<'d> {
    /// Gives names. `kinds`: what each device is.
    pub(super) fn new(inventory: &Inventory<'d>, kinds: &BTreeMap<&'d str, &'static str>) -> Self {
        let namer = Namer { inventory, kinds };
        let mut open: Vec<Candidates<'d>> = Vec::new();
        for model in NAMED {
            for row in inventory.rows(model) {
                open.extend(namer.candidates(model, row));
            }
        }
        let short = shorts(&open);
        let mut ids: BTreeMap<Model, BTreeMap<&str, Id>> = BTreeMap::new();
        let mut taken: BTreeSet<Id> = BTreeSet::new();
        let mut level = 0;
        // Each turn names what no other row that is left would be called.
        while !open.is_empty() {
            let name = |one: &Candidates<'d>| {
                let name = one.names.get(level).or(one.names.last());
                let name = name.map_or("", String::as_str);
                if level < one.names.len() {
                    Id::new(one.kind, name)
                } else {
                    Id::new(one.kind, &format!("{name} #{}", one.row.1))
                }
            };
            let last = open.iter().all(|one| level >= one.names.len());
            let mut count: BTreeMap<Id, usize> = BTreeMap::new();
            for one in &open {
                *count.entry(name(one)).or_default() += 1;
            }
            let mut left = Vec::new();
            for one in open {
                let id = name(&one);
                if last || (count.get(&id) == Some(&1) && !taken.contains(&id)) {
                    taken.insert(id.clone());
                    ids.entry(one.row.0).or_default().insert(one.row.1, id);
                } else {
                    left.push(one);
                }
            }
            open = left;
            level += 1;
        }
        let short = short
            .into_iter()
            .filter_map(|(short, row): (Id, (Model, &str))| {
                let id = ids.get(&row.0)?.get(row.1)?;
                (*id != short && !taken.contains(&short)).then(|| (short, id.clone()))
            })
            .collect();
        Self { ids, short }
    }

    pub(super) fn id(&self, model: Model, key: &str) -> Option<&Id> {
        self.ids.get(&model)?.get(key)
    }
}

/// The shortest names, where only one row of the kind has it.
fn shorts<'d>(all: &[Candidates<'d>]) -> BTreeMap<Id, (Model, &'d str)> {
    let mut found: BTreeMap<Id, Option<(Model, &'d str)>> = BTreeMap::new();
    for one in all {
        let Some(name) = one.names.first() else {
            continue;
        };
        let name = name.rsplit('/').next().unwrap_or(name);
        let row = found.entry(Id::new(one.kind, name));
        row.and_modify(|row| *row = None).or_insert(Some(one.row));
    }
    let unique = found.into_iter();
    unique.filter_map(|(id, row)| Some((id, row?))).collect()
}

/// Models whose rows become nodes.
const NAMED: [Model; 15] = [
    Model::Region,
    Model::Site,
    Model::Location,
    Model::RackGroup,
    Model::Rack,
    Model::Device,
    Model::PowerPanel,
    Model::PowerFeed,
    Model::CoolingSource,
    Model::CoolingFeed,
    Model::Provider,
    Model::ProviderNetwork,
    Model::Circuit,
    Model::Cluster,
    Model::VirtualMachine,
];

struct Namer<'a, 'd> {
    inventory: &'a Inventory<'d>,
    kinds: &'a BTreeMap<&'d str, &'static str>,
}

impl<'d> Namer<'_, 'd> {
    fn candidates(&self, model: Model, row: Row<'d>) -> Option<Candidates<'d>> {
        let view = row.view;
        let name = || text(view, "name").map(str::to_owned);
        let of = |field: &str, model: Model, label: &str| {
            let of = reference(view, field).and_then(|key| self.label(model, key, label));
            let name = name()?;
            Some(of.map_or_else(|| name.clone(), |of| format!("{of}/{name}")))
        };
        let (kind, names) = match model {
            Model::Region => (
                "region",
                vec![name()?, of("parent", Model::Region, "name")?],
            ),
            Model::Site => ("site", vec![name()?]),
            Model::Location => ("room", vec![self.room(row)?]),
            Model::RackGroup => {
                // Later versions have groups of racks that are no places.
                reference(view, "site")?;
                ("room", vec![of("site", Model::Site, "name")?])
            }
            Model::Rack => {
                let room = first_reference(view, &["location", "group"])
                    .and_then(|key| self.inventory.row(Model::Location, key))
                    .and_then(|room| self.room(room));
                let long = room.and_then(|room| Some(format!("{room}/{}", name()?)));
                let short = of("site", Model::Site, "name")?;
                ("rack", [short].into_iter().chain(long).collect())
            }
            Model::Device => (
                self.kinds.get(row.key).copied().unwrap_or(HOST),
                self.device(row),
            ),
            Model::PowerPanel => ("power", vec![of("site", Model::Site, "name")?]),
            Model::PowerFeed => {
                let panel = reference(view, "power_panel");
                (
                    "power",
                    vec![self.under(panel, Model::PowerPanel, &name()?)],
                )
            }
            Model::CoolingSource => ("cooling", vec![of("site", Model::Site, "name")?]),
            Model::CoolingFeed => {
                let source = reference(view, "cooling_source");
                let name = self.under(source, Model::CoolingSource, &name()?);
                ("cooling", vec![name])
            }
            Model::Provider => ("provider", vec![name()?]),
            Model::ProviderNetwork => ("network", vec![of("provider", Model::Provider, "name")?]),
            Model::Circuit => {
                let cid = text(view, "cid").or(text(view, "display"))?;
                let provider = reference(view, "provider")
                    .and_then(|key| self.label(Model::Provider, key, "name"));
                let name = provider.map_or_else(|| cid.to_owned(), |by| format!("{by}/{cid}"));
                ("network", vec![name])
            }
            Model::Cluster => {
                let site = site_of(self.inventory, Model::Cluster, row);
                let site = site.and_then(|key| self.label(Model::Site, key, "name"));
                let group = reference_name(view, "group");
                let name = name()?;
                let long = site.or(group).map(|of| format!("{of}/{name}"));
                ("cluster", [name].into_iter().chain(long).collect())
            }
            Model::VirtualMachine => {
                let cluster = reference(view, "cluster")
                    .and_then(|key| self.label(Model::Cluster, key, "name"));
                let name = name()?;
                let long = cluster.map(|of| format!("{of}/{name}"));
                ("host", [name].into_iter().chain(long).collect())
            }
            _ => return None,
        };
        Some(Candidates {
            row: (model, row.key),
            kind,
            names,
        })
    }

    fn label(&self, model: Model, key: &str, field: &str) -> Option<&'d str> {
        text(self.inventory.row(model, key)?.view, field)
    }

    /// `SITE/PANEL/NAME`: the name of what belongs to a panel or the like.
    fn under(&self, owner: Option<&str>, model: Model, name: &str) -> String {
        let Some(owner) = owner.and_then(|key| self.inventory.row(model, key)) else {
            return name.to_owned();
        };
        let site = reference(owner.view, "site");
        let site = site.and_then(|key| self.label(Model::Site, key, "name"));
        let parts = [site, text(owner.view, "name"), Some(name)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// `SITE/FLOOR/ROOM`: a location may stand in another.
    fn room(&self, row: Row<'d>) -> Option<String> {
        let mut parts = vec![text(row.view, "name")?];
        let mut at = row;
        for _ in 0..DEPTH {
            let parent = reference(at.view, "parent");
            let Some(parent) = parent.and_then(|key| self.inventory.row(Model::Location, key))
            else {
                break;
            };
            parts.extend(text(parent.view, "name"));
            at = parent;
        }
        let site = reference(row.view, "site").or(reference(at.view, "site"));
        parts.extend(site.and_then(|key| self.label(Model::Site, key, "name")));
        parts.reverse();
        Some(parts.join("/"))
    }

    /// Its name; without one, what its virtual chassis or its role says.
    fn device(&self, row: Row<'d>) -> Vec<String> {
        let view = row.view;
        let site = reference(view, "site").and_then(|key| self.label(Model::Site, key, "name"));
        let at_site = |name: String| match site {
            Some(site) => format!("{site}/{name}"),
            None => name,
        };
        if let Some(name) = text(view, "name") {
            return vec![name.to_owned(), at_site(name.to_owned())];
        }
        let chassis = reference(view, "virtual_chassis")
            .and_then(|key| self.label(Model::VirtualChassis, key, "name"));
        if let (Some(chassis), Some(position)) = (chassis, text(view, "vc_position")) {
            return vec![
                format!("{chassis}:{position}"),
                at_site(format!("{chassis}:{position}")),
            ];
        }
        let role = first_reference(view, &["role", "device_role"])
            .and_then(|key| self.label(Model::DeviceRole, key, "name"));
        let what = role.unwrap_or("device");
        vec![at_site(format!("{what} #{}", row.key))]
    }
}

/// The name of an object that a field holds, where no table has it.
fn reference_name<'d>(view: crate::source::View<'d>, field: &str) -> Option<&'d str> {
    text(view.get(field)?, "name")
}

/// The site that a row stands at, by itself or by what it stands in.
pub(super) fn site_of<'d>(
    inventory: &Inventory<'d>,
    model: Model,
    row: Row<'d>,
) -> Option<&'d str> {
    let view = row.view;
    if let Some(site) = first_reference(view, &["site", "_site"]) {
        return Some(site);
    }
    let via = |model: Model, field: &str| {
        let row = inventory.row(model, reference(view, field)?)?;
        site_of_plain(inventory, row)
    };
    match model {
        Model::VirtualMachine => via(Model::Device, "device").or_else(|| {
            let cluster = inventory.row(Model::Cluster, reference(view, "cluster")?)?;
            scope_site(inventory, cluster)
        }),
        Model::Cluster => scope_site(inventory, row),
        _ => via(Model::Location, "location"),
    }
}

/// The site that a row states itself.
fn site_of_plain<'d>(inventory: &Inventory<'d>, row: Row<'d>) -> Option<&'d str> {
    reference(row.view, "site").or_else(|| {
        let room = inventory.row(Model::Location, reference(row.view, "location")?)?;
        reference(room.view, "site")
    })
}

/// The site of a cluster: since version 4.2 it has a scope, which may be narrower or wider.
fn scope_site<'d>(inventory: &Inventory<'d>, row: Row<'d>) -> Option<&'d str> {
    if let Some(site) = first_reference(row.view, &["site", "_site"]) {
        return Some(site);
    }
    match inventory.generic(row.view, ("scope_type", "scope_id"))? {
        (Model::Site, key) => Some(key),
        (Model::Location, key) => site_of_plain(inventory, inventory.row(Model::Location, key)?),
        _ => None,
    }
}
