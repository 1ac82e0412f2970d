//! What surrounds resources without being one of the nodes: the gateways through which a subnet
//! reaches the outside, and the account that all of a resource is in.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{At, Estate};
use super::kinds;
use crate::source::Span;
use crate::words::Id;

/// Most steps from a node to its subnets: itself, a subnet group, a list, the subnet.
const STEPS: usize = 4;

/// A gateway that translates addresses: what stands in the subnets that are routed through it
/// reaches nothing outside without it.
pub(super) struct Gateway {
    pub(super) at: At,
    pub(super) id: Id,
}

/// Gateways, and the subnets that are routed through them.
#[derive(Default)]
pub(super) struct Egress {
    pub(super) gateways: Vec<Gateway>,
    /// Subnet → places in `gateways`.
    through: BTreeMap<At, BTreeSet<usize>>,
}

impl Egress {
    /// From route tables, routes and what joins them with subnets. O(resources).
    pub(super) fn new(estate: &Estate<'_>) -> Self {
        let mut own = Self::default();
        let mut places: BTreeMap<At, usize> = BTreeMap::new();
        let mut tables: BTreeMap<At, BTreeSet<At>> = BTreeMap::new();
        let mut subnets: BTreeMap<At, BTreeSet<At>> = BTreeMap::new();
        for (at, entry) in estate.entries.iter().enumerate() {
            match &*entry.resource.kind {
                "aws_nat_gateway" if !entry.resource.is_data => {
                    places.insert(at, own.gateways.len());
                    own.gateways.push(Gateway {
                        at,
                        id: named(estate, at),
                    });
                }
                "aws_route_table" => {
                    let gateways = estate.at_path(at, "route.nat_gateway_id");
                    tables.entry(at).or_default().extend(gateways);
                }
                "aws_route" => {
                    let gateways = estate.at_path(at, "nat_gateway_id");
                    for table in estate.at_path(at, "route_table_id") {
                        tables.entry(table).or_default().extend(&gateways);
                    }
                }
                "aws_route_table_association" => {
                    let tables = estate.at_path(at, "route_table_id");
                    for subnet in estate.at_path(at, "subnet_id") {
                        subnets.entry(subnet).or_default().extend(&tables);
                    }
                }
                _ => {}
            }
        }
        for (subnet, of) in subnets {
            let gateways = of.iter().filter_map(|table| tables.get(table)).flatten();
            let found: BTreeSet<usize> =
                gateways.filter_map(|at| places.get(at)).copied().collect();
            if !found.is_empty() {
                own.through.insert(subnet, found);
            }
        }
        own
    }

    /// The gateways through which a node reaches the outside, if all of its subnets are routed
    /// through one.
    pub(super) fn of(&self, estate: &Estate<'_>, at: At) -> BTreeSet<usize> {
        let mut open = vec![(at, 0)];
        let mut seen = BTreeSet::from([at]);
        let mut found = BTreeSet::new();
        while let Some((at, steps)) = open.pop() {
            let Some(entry) = estate.entry(at).filter(|_| steps < STEPS) else {
                continue;
            };
            if &*entry.resource.kind == "aws_subnet" {
                match self.through.get(&at) {
                    Some(gateways) => found.extend(gateways),
                    None => return BTreeSet::new(),
                }
                continue;
            }
            for path in entry.row.map_or(&[][..], |row| row.via) {
                for next in estate.at_path(at, path) {
                    if seen.insert(next) {
                        open.push((next, steps + 1));
                    }
                }
            }
        }
        found
    }
}

/// `network:nat-a`, by its tag or its address.
fn named(estate: &Estate<'_>, at: At) -> Id {
    let Some(entry) = estate.entry(at) else {
        return Id::new("network", "nat");
    };
    let resource = &entry.resource;
    let tag = resource.values.text_at("tags.Name");
    let alike = |name: &str| {
        let others = estate.entries.iter().filter(|other| {
            *other.resource.kind == *resource.kind
                && other.resource.values.text_at("tags.Name").map(|(n, _)| n) == Some(name)
        });
        others.count() > 1
    };
    match tag {
        Some((name, _)) if !alike(name) => Id::new("network", name),
        _ => Id::new("network", &resource.address()),
    }
}

/// The account, project or subscription of a resource, where an attribute of it says so for
/// certain: an ARN, an Azure id, the `project` of a Google resource.
pub(super) fn account(estate: &Estate<'_>, at: At) -> Option<(Id, Span)> {
    let resource = &estate.entry(at)?.resource;
    let values = &resource.values;
    let (name, span) = match kinds::provider(&resource.kind)? {
        "aws" => {
            let (arn, span) = values.text_at("arn").or_else(|| values.text_at("id"))?;
            let mut parts = arn.split(':');
            let is_arn = parts.next() == Some("arn");
            let account = parts.nth(3).filter(|_| is_arn)?;
            let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            (digits.then_some(account)?, span)
        }
        "azure" => {
            let (id, span) = values.text_at("id")?;
            let rest = id.strip_prefix("/subscriptions/")?;
            (rest.split('/').next()?, span)
        }
        "google" => values.text_at("project")?,
        _ => return None,
    };
    (!name.is_empty()).then(|| (Id::new("account", name), span))
}
