//! Regions, sites, rooms and racks. A region is where a site is drawn, not what it stands on: of
//! what `NetBox` calls regions (a continent, a country) nobody loses one.

use std::collections::BTreeSet;

use super::fields::reference;
use super::rows::{Model, Row};
use super::telling::{Teller, domain};
use crate::ingest::fact::{Attributes, Ref};
use crate::source::Span;
use crate::words::{Evidence, Id};

/// Deepest nesting of regions that is followed.
const DEPTH: usize = 32;

pub(super) fn tell(teller: &mut Teller<'_, '_>) {
    regions(teller);
    for row in teller.inventory.rows(Model::Site) {
        let Some(id) = teller.id(Model::Site, row.key) else {
            continue;
        };
        let span = row.span();
        let within = teller.id_at(row, "region", Model::Region);
        let attributes = Attributes {
            owner: owner(teller, row),
            within: within.map(|region| domain(&region, span)),
            ..Attributes::default()
        };
        teller.domain(&id, span, attributes);
    }
    for model in [Model::Location, Model::RackGroup] {
        for row in teller.inventory.rows(model) {
            if let Some(id) = teller.id(model, row.key) {
                teller.domain(&id, row.span(), Attributes::default());
                let parent = teller.id_at(row, "parent", model);
                let parent = parent.map(|id| (id, row.span_at("parent")));
                stands(teller, &id, parent.or_else(|| site(teller, row)));
            }
        }
    }
    for row in teller.inventory.rows(Model::Rack) {
        if let Some(id) = teller.id(Model::Rack, row.key) {
            teller.domain(&id, row.span(), Attributes::default());
            let on = place(teller, row);
            stands(teller, &id, on);
        }
    }
}

/// Regions that some site is in, each within the next.
fn regions(teller: &mut Teller<'_, '_>) {
    let mut wanted = BTreeSet::new();
    for site in teller.inventory.rows(Model::Site) {
        let mut at = reference(site.view, "region");
        for _ in 0..DEPTH {
            let Some(key) = at.filter(|key| wanted.insert(*key)) else {
                break;
            };
            let row = teller.inventory.row(Model::Region, key);
            at = row.and_then(|row| reference(row.view, "parent"));
        }
    }
    for key in wanted {
        let row = teller.inventory.row(Model::Region, key);
        if let (Some(row), Some(id)) = (row, teller.id(Model::Region, key)) {
            let span = row.span();
            let parent = teller.id_at(row, "parent", Model::Region);
            let within: Option<Ref> = parent.map(|parent| domain(&parent, span));
            let attributes = Attributes {
                within,
                ..Attributes::default()
            };
            teller.domain(&id, span, attributes);
        }
    }
}

/// A place, and where a row says that it is there.
pub(super) type Place = (Id, Span);

fn stands(teller: &mut Teller<'_, '_>, id: &Id, on: Option<Place>) {
    if let Some((on, span)) = on {
        teller.stands(id, &on, Evidence::Declared, span);
    }
}

/// The room that a row states, else its site.
pub(super) fn place<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> Option<Place> {
    room(teller, row).or_else(|| site(teller, row))
}

pub(super) fn room<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> Option<Place> {
    let at = |field: &str, model: Model| {
        let id = teller.id_at(row, field, model)?;
        Some((id, row.span_at(field)))
    };
    at("location", Model::Location)
        .or_else(|| at("group", Model::RackGroup))
        .or_else(|| at("rack_group", Model::RackGroup))
}

pub(super) fn site<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> Option<Place> {
    let id = teller.id_at(row, "site", Model::Site)?;
    Some((id, row.span_at("site")))
}

/// Who a thing belongs to: its owner, which `NetBox` has since 4.5, else its tenant.
pub(super) fn owner<'d>(teller: &Teller<'_, 'd>, row: Row<'d>) -> Option<String> {
    let owner = teller.label_at(row, &["owner"], Model::Owner);
    let tenant = || teller.label_at(row, &["tenant"], Model::Tenant);
    owner.or_else(tenant).map(str::to_owned)
}
