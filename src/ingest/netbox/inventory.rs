//! Which rows belong together: those of one installation.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::fields::{generic, text};
use super::rows::{Form, Model, Row, address_within, form, inside, origin, rows, unknown};
use crate::ingest::budget::Budget;
use crate::ingest::fact::Facts;
use crate::message;
use crate::source::{Document, SourceMap, Span, View};

/// The rows of one installation.
#[derive(Default)]
pub(super) struct Inventory<'d> {
    tables: BTreeMap<Model, BTreeMap<&'d str, Row<'d>>>,
    /// Models by the numbers that a dump has for them.
    types: BTreeMap<&'d str, Model>,
}

impl<'d> Inventory<'d> {
    /// The rows of a model, in order of their keys.
    pub(super) fn rows(&self, model: Model) -> impl Iterator<Item = Row<'d>> {
        self.tables
            .get(&model)
            .into_iter()
            .flat_map(BTreeMap::values)
            .copied()
    }

    pub(super) fn row(&self, model: Model, key: &str) -> Option<Row<'d>> {
        self.tables.get(&model)?.get(key).copied()
    }

    /// The row that a pair of fields refers to, of whatever model.
    pub(super) fn generic(&self, view: View<'d>, names: (&str, &str)) -> Option<(Model, &'d str)> {
        generic(view, names, |number| self.types.get(number).copied())
    }

    /// Takes a row in; one that is told whole goes before one that is told in passing.
    fn take(&mut self, model: Model, row: Row<'d>) {
        let table = self.tables.entry(model).or_default();
        let known = table.get(row.key);
        // Of a circuit's end, its place is what others can't tell.
        let ends = ["site", "provider_network", "termination"];
        let worth = |row: &Row<'d>| {
            let placed = ends.iter().any(|field| row.view.get(field).is_some());
            (
                model == Model::CircuitTermination && placed,
                row.view.size(),
            )
        };
        let more = |known: &Row<'d>| worth(&row) > worth(known);
        if known.is_none_or(|known| !known.whole && (row.whole || more(known))) {
            table.insert(row.key, row);
        }
    }

    fn learn_types(&mut self) {
        let rows: Vec<Row<'d>> = self.rows(Model::ContentType).collect();
        for row in rows {
            if let (Some(app), Some(model)) = (text(row.view, "app_label"), text(row.view, "model"))
                && let Some(model) = Model::named(&format!("{app}.{model}"))
            {
                self.types.insert(row.key, model);
            }
        }
    }
}

/// Sorts the rows of all documents by installation: answers of the REST API by the address that
/// they give themselves, dumps by their folder. A folder may keep dumps of several dates: what
/// repeats the rows of a later one is listed as not read.
pub(super) fn gather<'d>(
    documents: &[&'d Document],
    sources: &SourceMap,
    budget: &Budget,
    facts: &mut Facts,
) -> Vec<Inventory<'d>> {
    let mut all: BTreeMap<(Form, String), Inventory<'d>> = BTreeMap::new();
    let mut pages: BTreeMap<(String, Model), Page> = BTreeMap::new();
    // Rows that say nothing of where they stand are of the only installation there is.
    let mut places = documents
        .iter()
        .filter(|document| form(document.root()) == Some(Form::Rest))
        .map(|document| installation(document.root()))
        .filter(|place| !place.is_empty());
    let only = places.next();
    let only = only.filter(|only| places.all(|place| place == *only));
    for document in documents.iter().rev() {
        let root = document.root();
        let Some(form) = form(root) else { continue };
        if !budget.spend(root.size().saturating_mul(4)) {
            break;
        }
        let found = rows(root, form);
        let place = match form {
            Form::Dump => folder(sources.path(document.file)),
            Form::Rest => Some(installation(root))
                .filter(|place| !place.is_empty())
                .or_else(|| only.clone())
                .unwrap_or_default(),
        };
        if form == Form::Rest {
            for (place, (count, span)) in unknown(root) {
                let why = message!(
                    "{count} row of `{place}`: nothing is read of it|{count} rows of `{place}`: nothing is \
                     read of these",
                    count,
                    place
                );
                facts.unread.push((span, why));
            }
        }
        if let (Some(page), Some((model, _))) = (page(root), found.first()) {
            pages.insert((place.clone(), *model), page);
        }
        let inventory = all.entry((form, place)).or_default();
        let again = found
            .iter()
            .any(|(model, row)| inventory.row(*model, row.key).is_some_and(|row| row.whole));
        if again && form == Form::Dump {
            let why =
                message!("a dump of what a later file of the folder dumps too: that one is read");
            facts.unread.push((root.span(), why));
            continue;
        }
        for (model, row) in found {
            if form == Form::Rest {
                let mut nested = Vec::new();
                inside(row.view, budget, &mut nested);
                for (model, row) in nested {
                    inventory.take(model, row);
                }
            }
            inventory.take(model, row);
        }
    }
    for ((place, model), page) in pages {
        let inventory = all.get(&(Form::Rest, place));
        let rows = inventory
            .into_iter()
            .flat_map(|inventory| inventory.rows(model));
        let here = rows.filter(|row| row.whole).count() as u64;
        if here < page.count {
            let why = message!(
                "one page of several: {here} of {count} rows are here; give the other pages too, or \
                 ask the API with `?limit=0`",
                here,
                count = page.count
            );
            facts.unread.push((page.span, why));
        }
    }
    let mut inventories: Vec<Inventory<'d>> = all.into_values().collect();
    for inventory in &mut inventories {
        inventory.learn_types();
    }
    inventories
}

fn folder(path: &Utf8Path) -> String {
    path.parent()
        .unwrap_or(Utf8Path::new(""))
        .as_str()
        .to_owned()
}

/// The installation that the first row of a document names.
fn installation<'d>(root: View<'d>) -> String {
    let url = |row: View<'d>| {
        let own = text(row, "url").or_else(|| address_within(row));
        own.map(origin)
    };
    let listed = root
        .entries()
        .into_iter()
        .find_map(|(_, list)| url(list.items().next()?));
    let first = root.items().next().and_then(url);
    first
        .or(listed)
        .or_else(|| url(root))
        .unwrap_or_default()
        .to_owned()
}

/// How many rows there are, as one answer says.
struct Page {
    count: u64,
    span: Span,
}

fn page(root: View<'_>) -> Option<Page> {
    root.get("results")?;
    Some(Page {
        count: root.get("count")?.as_count()?,
        span: root.span(),
    })
}
