//! Rows by model and key, out of a database dump or out of answers of the REST API.

use std::collections::BTreeMap;

use super::fields::{key, text};
use crate::ingest::budget::Budget;
use crate::source::{Kind, Span, View};

/// A kind of row that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Model {
    Region,
    Site,
    Location,
    /// Of version 2, before it was called a location.
    RackGroup,
    Rack,
    Device,
    DeviceRole,
    DeviceType,
    DeviceBay,
    VirtualChassis,
    Interface,
    FrontPort,
    RearPort,
    PowerPanel,
    PowerFeed,
    PowerPort,
    PowerOutlet,
    CoolingSource,
    CoolingFeed,
    Cable,
    CableTermination,
    Circuit,
    CircuitTermination,
    Provider,
    ProviderNetwork,
    Cluster,
    VirtualMachine,
    IpAddress,
    Service,
    Tenant,
    Owner,
    ContentType,
}

/// Model, its name in a dump, and where the REST API has it.
const MODELS: [(Model, &str, &str); 32] = [
    (Model::Region, "dcim.region", "dcim/regions"),
    (Model::Site, "dcim.site", "dcim/sites"),
    (Model::Location, "dcim.location", "dcim/locations"),
    (Model::RackGroup, "dcim.rackgroup", "dcim/rack-groups"),
    (Model::Rack, "dcim.rack", "dcim/racks"),
    (Model::Device, "dcim.device", "dcim/devices"),
    (Model::DeviceRole, "dcim.devicerole", "dcim/device-roles"),
    (Model::DeviceType, "dcim.devicetype", "dcim/device-types"),
    (Model::DeviceBay, "dcim.devicebay", "dcim/device-bays"),
    (
        Model::VirtualChassis,
        "dcim.virtualchassis",
        "dcim/virtual-chassis",
    ),
    (Model::Interface, "dcim.interface", "dcim/interfaces"),
    (Model::FrontPort, "dcim.frontport", "dcim/front-ports"),
    (Model::RearPort, "dcim.rearport", "dcim/rear-ports"),
    (Model::PowerPanel, "dcim.powerpanel", "dcim/power-panels"),
    (Model::PowerFeed, "dcim.powerfeed", "dcim/power-feeds"),
    (Model::PowerPort, "dcim.powerport", "dcim/power-ports"),
    (Model::PowerOutlet, "dcim.poweroutlet", "dcim/power-outlets"),
    (
        Model::CoolingSource,
        "dcim.coolingsource",
        "dcim/cooling-sources",
    ),
    (Model::CoolingFeed, "dcim.coolingfeed", "dcim/cooling-feeds"),
    (Model::Cable, "dcim.cable", "dcim/cables"),
    (
        Model::CableTermination,
        "dcim.cabletermination",
        "dcim/cable-terminations",
    ),
    (Model::Circuit, "circuits.circuit", "circuits/circuits"),
    (
        Model::CircuitTermination,
        "circuits.circuittermination",
        "circuits/circuit-terminations",
    ),
    (Model::Provider, "circuits.provider", "circuits/providers"),
    (
        Model::ProviderNetwork,
        "circuits.providernetwork",
        "circuits/provider-networks",
    ),
    (
        Model::Cluster,
        "virtualization.cluster",
        "virtualization/clusters",
    ),
    (
        Model::VirtualMachine,
        "virtualization.virtualmachine",
        "virtualization/virtual-machines",
    ),
    (Model::IpAddress, "ipam.ipaddress", "ipam/ip-addresses"),
    (Model::Service, "ipam.service", "ipam/services"),
    (Model::Tenant, "tenancy.tenant", "tenancy/tenants"),
    (Model::Owner, "users.owner", "users/owners"),
    (
        Model::ContentType,
        "contenttypes.contenttype",
        "core/object-types",
    ),
];

/// Applications whose models say what a file is.
const APPS: [&str; 5] = ["dcim", "circuits", "virtualization", "ipam", "tenancy"];
/// How many items of a list are looked at to know what it is. A dump may begin with the models of
/// Django itself.
const LOOKED_AT: usize = 2_000;

/// Most lists in one document.
const LISTS: usize = 200;

impl Model {
    /// By the name in a dump, as `dcim.site`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let known = MODELS.iter().find(|(_, dump, _)| *dump == name);
        known.map(|(model, ..)| *model)
    }

    /// By the address of a row, as `https://netbox.example.org/api/dcim/sites/3/`.
    pub(super) fn at(url: &str) -> Option<Self> {
        let place = endpoint(url)?;
        let known = MODELS.iter().find(|(.., endpoint)| *endpoint == place);
        known.map(|(model, ..)| *model)
    }
}

/// `dcim/sites` of `https://netbox.example.org/api/dcim/sites/3/`.
fn endpoint(url: &str) -> Option<&str> {
    let (_, path) = url.split_once("/api/")?;
    let app = path.find('/')?;
    let end = path.get(app + 1..)?.find('/')?;
    path.get(..app + 1 + end)
}

/// What stands before `/api/` in the address of a row: which installation it is of.
pub(super) fn origin(url: &str) -> &str {
    url.split_once("/api/").map_or("", |(origin, _)| origin)
}

fn is_of_netbox(app_and_model: &str) -> bool {
    let app = app_and_model.split(['.', '/']).next();
    app.is_some_and(|app| APPS.contains(&app))
}

/// How a document holds rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// `[{model, pk, fields}]`.
    Dump,
    /// `{count, next, results: [...]}`, the list alone, several lists under names, or one row; each
    /// row has its `url`.
    Rest,
}

/// The form of a document; `None` for one that isn't of `NetBox`. O(1): looks at the first rows.
pub(super) fn form(root: View<'_>) -> Option<Form> {
    match root.kind() {
        Kind::Sequence => {
            let first = root.items().next()?;
            if is_rest(first) || is_old(first) {
                return Some(Form::Rest);
            }
            model_of(first)?;
            let mut models = root.items().take(LOOKED_AT).filter_map(model_of);
            models.any(is_of_netbox).then_some(Form::Dump)
        }
        Kind::Mapping => {
            let is_one_of =
                |(_, list): &(View<'_>, View<'_>)| list.items().next().is_some_and(is_rest);
            let holds = root.size() <= LISTS && root.entries().iter().any(is_one_of);
            let page = root.get("results").and_then(|list| list.items().next());
            let old =
                page.is_some_and(|first| root.get("count").is_some() && by_fields(first).is_some());
            (holds || is_rest(root) || old).then_some(Form::Rest)
        }
        Kind::Null | Kind::Scalar => None,
    }
}

/// The model of a row of a dump.
fn model_of(row: View<'_>) -> Option<&str> {
    let fields = row.get("fields")?;
    (fields.kind() == Kind::Mapping).then(|| text(row, "model"))?
}

/// Whether a mapping is a row of the REST API.
fn is_rest(row: View<'_>) -> bool {
    let url = text(row, "url").and_then(endpoint);
    key(row, "id").is_some() && url.is_some_and(is_of_netbox)
}

/// Fields that only rows of a model have together. Before version 2.9 a row did not say where it
/// stands, only the rows within it did.
const BY_FIELDS: [(Model, [&str; 3]); 19] = [
    (Model::Device, ["device_type", "device_role", "site"]),
    (Model::Rack, ["u_height", "desc_units", "site"]),
    (Model::Site, ["slug", "physical_address", "facility"]),
    (Model::Region, ["slug", "parent", "site_count"]),
    (Model::RackGroup, ["slug", "site", "rack_count"]),
    (Model::VirtualMachine, ["vcpus", "cluster", "memory"]),
    (Model::Cluster, ["type", "group", "virtualmachine_count"]),
    (Model::Circuit, ["cid", "provider", "type"]),
    (Model::Provider, ["slug", "noc_contact", "portal_url"]),
    (
        Model::CircuitTermination,
        ["term_side", "circuit", "port_speed"],
    ),
    (Model::PowerPanel, ["rack_group", "site", "powerfeed_count"]),
    (Model::PowerFeed, ["power_panel", "voltage", "amperage"]),
    (
        Model::PowerPort,
        ["device", "maximum_draw", "allocated_draw"],
    ),
    (Model::PowerOutlet, ["device", "feed_leg", "power_port"]),
    (
        Model::Cable,
        ["termination_a_type", "termination_a_id", "termination_b_id"],
    ),
    (Model::Interface, ["device", "mgmt_only", "lag"]),
    (
        Model::FrontPort,
        ["device", "rear_port", "rear_port_position"],
    ),
    (Model::RearPort, ["device", "positions", "cable"]),
    (Model::IpAddress, ["address", "family", "nat_inside"]),
];

/// The model of a row that has no address of its own, by its fields.
fn by_fields(row: View<'_>) -> Option<Model> {
    if row.get("url").is_some() {
        return None;
    }
    key(row, "id")?;
    let all = |fields: &[&str]| fields.iter().all(|field| row.get(field).is_some());
    let known = BY_FIELDS.iter().find(|(_, fields)| all(fields));
    known.map(|(model, _)| *model)
}

/// A row without an address of its own, with related ones that have theirs.
fn is_old(row: View<'_>) -> bool {
    by_fields(row).is_some() && address_within(row).is_some()
}

/// The first address of a row of `NetBox` among what a row holds.
pub(super) fn address_within(row: View<'_>) -> Option<&str> {
    let within = row.entries().into_iter();
    let mut addresses = within.filter_map(|(_, value)| text(value, "url"));
    addresses.find(|url| endpoint(url).is_some_and(is_of_netbox))
}

/// Where the rows of a document stand that mean nothing here, each with their number and the first
/// of them.
pub(super) fn unknown<'d>(root: View<'d>) -> BTreeMap<&'d str, (usize, Span)> {
    let mut found: BTreeMap<&str, (usize, Span)> = BTreeMap::new();
    let lists: Vec<View<'d>> = match root.kind() {
        Kind::Sequence => vec![root],
        _ if is_rest(root) => Vec::new(),
        _ => root.entries().into_iter().map(|(_, list)| list).collect(),
    };
    let alone = is_rest(root).then_some(root).into_iter();
    for row in lists.into_iter().flat_map(View::items).chain(alone) {
        let Some(url) = text(row, "url").filter(|url| Model::at(url).is_none()) else {
            continue;
        };
        if let Some(place) = endpoint(url).filter(|_| key(row, "id").is_some()) {
            found.entry(place).or_insert((0, row.span())).0 += 1;
        }
    }
    found
}

/// The rows of a document with their models; what means nothing here is left out.
pub(super) fn rows(root: View<'_>, form: Form) -> Vec<(Model, Row<'_>)> {
    match form {
        Form::Dump => root.items().filter_map(dumped).collect(),
        Form::Rest if root.kind() == Kind::Sequence => root.items().filter_map(answered).collect(),
        Form::Rest if is_rest(root) => answered(root).into_iter().collect(),
        Form::Rest => {
            let lists = root.entries().into_iter();
            let rows = lists.flat_map(|(_, list)| list.items());
            rows.filter_map(answered).collect()
        }
    }
}

/// A row: its key and its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'d> {
    pub(super) key: &'d str,
    pub(super) view: View<'d>,
    /// False for what another row says of it in passing: its name, and little more.
    pub(super) whole: bool,
}

impl Row<'_> {
    /// Where it says its name, or else stands.
    pub(super) fn span(&self) -> Span {
        let named = ["name", "cid", "label"]
            .iter()
            .find_map(|field| self.view.get(field));
        let named = named.filter(|value| value.as_str().is_some_and(|text| !text.is_empty()));
        named.unwrap_or(self.view).span()
    }

    /// Where it says something of this field, or else its name.
    pub(super) fn span_at(&self, field: &str) -> Span {
        let value = self.view.get(field).filter(|value| !value.is_null());
        value.map_or_else(|| self.span(), View::span)
    }
}

fn dumped(row: View<'_>) -> Option<(Model, Row<'_>)> {
    let model = Model::named(text(row, "model")?)?;
    let row = Row {
        key: key(row, "pk")?,
        view: row.get("fields")?,
        whole: true,
    };
    Some((model, row))
}

fn answered(row: View<'_>) -> Option<(Model, Row<'_>)> {
    let model = match text(row, "url") {
        Some(url) => Model::at(url)?,
        None => by_fields(row)?,
    };
    let row = Row {
        key: key(row, "id")?,
        view: row,
        whole: true,
    };
    Some((model, row))
}

/// Deepest nesting of rows inside rows that is looked at.
const DEPTH: usize = 4;

/// The rows that a row of the REST API holds inside: related objects by their names.
pub(super) fn inside<'d>(row: View<'d>, budget: &Budget, found: &mut Vec<(Model, Row<'d>)>) {
    let mut next = vec![(row, 0)];
    while let Some((view, depth)) = next.pop() {
        if depth > DEPTH || !budget.spend(view.size()) {
            continue;
        }
        let values: Vec<View<'d>> = match view.kind() {
            Kind::Mapping => view.entries().into_iter().map(|(_, value)| value).collect(),
            Kind::Sequence => view.items().collect(),
            Kind::Null | Kind::Scalar => Vec::new(),
        };
        for value in values {
            if let Some((model, row)) = answered(value) {
                found.push((
                    model,
                    Row {
                        whole: false,
                        ..row
                    },
                ));
            }
            if matches!(value.kind(), Kind::Mapping | Kind::Sequence) {
                next.push((value, depth + 1));
            }
        }
    }
}
