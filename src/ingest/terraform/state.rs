//! Resources of state files, versions 3 and 4.
//!
//! Form: Terraform's `internal/states/statefile` (version 4) and `terraform.ModuleState` before
//! it (version 3), as `OpenTofu` has them too.

use std::rc::Rc;

use super::resource::{Resource, Root, parse_address};
use super::value::{Data, Key, Reference, Val};
use crate::ingest::budget::Budget;
use crate::message;
use crate::source::{Span, View};

/// Deepest path of a flat attribute.
const DEEPEST: usize = 16;

/// Reads a state of version 4.
pub(super) fn version_4(root: View<'_>, budget: &Budget) -> Root {
    let mut out = Root::default();
    let blocks = root.get("resources").into_iter().flat_map(View::items);
    for block in blocks {
        let text = |key| block.get(key).and_then(View::as_str);
        let (Some(kind), Some(name)) = (text("type"), text("name")) else {
            let why = message!("a resource without type or name");
            out.unread.push((block.span(), why));
            continue;
        };
        let module: Rc<str> = text("module").unwrap_or_default().into();
        for instance in block.get("instances").into_iter().flat_map(View::items) {
            if !budget.spend(16 + instance.size()) || instance.get("deposed").is_some() {
                continue;
            }
            let key = instance.get("index_key").and_then(index_key);
            let mut values = match (instance.get("attributes"), instance.get("attributes_flat")) {
                (Some(attributes), _) => Val::of_json(attributes),
                (None, Some(flat)) => unflattened(flat, budget),
                (None, None) => Val::null(instance.span()),
            };
            let marks = instance.get("sensitive_attributes");
            for path in marks.into_iter().flat_map(View::items) {
                values.hide_at(&marked(path));
            }
            let mut recorded = Vec::new();
            for key in ["dependencies", "depends_on"] {
                for item in instance.get(key).into_iter().flat_map(View::items) {
                    recorded.extend(dependency(&module, item));
                }
            }
            out.resources.push(Resource {
                module: module.clone(),
                is_data: text("mode") == Some("data"),
                kind: kind.into(),
                name: name.into(),
                key,
                values,
                after: Vec::new(),
                recorded,
                region: None,
                zone: None,
                span: block.span(),
                uncounted: false,
            });
        }
    }
    for (name, output) in root.get("outputs").map(View::entries).unwrap_or_default() {
        if let (Some(name), Some(value)) = (name.as_str(), output.get("value")) {
            let mut value = Val::of_json(value);
            if output.get("sensitive").and_then(View::as_bool) == Some(true) {
                value.hide();
            }
            out.outputs.insert(name.into(), value);
        }
    }
    out
}

/// `index_key` is a number for `count` and a text for `for_each`.
pub(super) fn index_key(view: View<'_>) -> Option<Key> {
    let text = view.as_str()?;
    match text.parse() {
        Ok(number) if !view.is_quoted() => Some(Key::Number(number)),
        _ => Some(Key::Name(text.into())),
    }
}

/// A dependency, said relative to the module or in full.
fn dependency(module: &str, item: View<'_>) -> Option<(Reference, Span)> {
    let text = item.as_str()?;
    let (stated, resource, key) = parse_address(text.trim_end_matches(".*"))?;
    let module: Rc<str> = if stated.is_empty() {
        module.into()
    } else {
        stated
    };
    Some((
        Reference {
            module,
            resource,
            key,
            attribute: "".into(),
        },
        item.span(),
    ))
}

/// The path of a sensitive attribute: steps into objects and lists.
fn marked(path: View<'_>) -> Vec<Rc<str>> {
    let step = |step: View<'_>| {
        let value = step.get("value")?;
        let value = value.get("value").unwrap_or(value);
        value.as_str().map(Rc::from)
    };
    // Before version 0.14 a path could be a text.
    match path.as_str() {
        Some(text) => text.split('.').map(Rc::from).collect(),
        None => path.items().filter_map(step).collect(),
    }
}

/// Reads a state of version 3.
pub(super) fn version_3(root: View<'_>, budget: &Budget) -> Root {
    let mut out = Root::default();
    for module in root.get("modules").into_iter().flat_map(View::items) {
        let path = module.get("path").into_iter().flat_map(View::items);
        let path = path.filter_map(View::as_str).skip(1);
        let path: Vec<String> = path.map(|name| format!("module.{name}")).collect();
        let path: Rc<str> = path.join(".").into();
        let resources = module.get("resources").map(View::entries);
        for (address, view) in resources.unwrap_or_default() {
            let Some(resource) = address
                .as_str()
                .and_then(|text| old(text, &path, address, view, budget))
            else {
                let why = message!("a resource without a type");
                out.unread.push((address.span(), why));
                continue;
            };
            out.resources.push(resource);
        }
        let outputs = module.get("outputs").map(View::entries);
        for (name, output) in outputs.unwrap_or_default() {
            if let (Some(name), Some(value), true) =
                (name.as_str(), output.get("value"), path.is_empty())
            {
                let mut value = Val::of_json(value);
                if output.get("sensitive").and_then(View::as_bool) == Some(true) {
                    value.hide();
                }
                out.outputs.insert(name.into(), value);
            }
        }
    }
    out
}

/// One resource of version 3.
fn old(
    text: &str,
    module: &Rc<str>,
    address: View<'_>,
    view: View<'_>,
    budget: &Budget,
) -> Option<Resource> {
    let (_, block, key) = parse_address(text)?;
    let (is_data, rest) = match block.strip_prefix("data.") {
        Some(rest) => (true, rest),
        None => (false, &*block),
    };
    let (kind, name) = rest.split_once('.')?;
    let values = view.path(&["primary", "attributes"]);
    let mut values =
        values.map_or_else(|| Val::null(view.span()), |flat| unflattened(flat, budget));
    if let Some(id) = view.path(&["primary", "id"])
        && values.get("id").is_none()
    {
        let mut pairs = values.pairs().to_vec();
        pairs.push(("id".into(), Val::of_json(id)));
        values = Val::new(Data::Map(Rc::new(pairs)), values.span);
    }
    let items = view.get("depends_on").into_iter().flat_map(View::items);
    Some(Resource {
        module: module.clone(),
        is_data,
        kind: kind.into(),
        name: name.into(),
        key,
        values,
        after: Vec::new(),
        recorded: items.filter_map(|item| dependency(module, item)).collect(),
        region: None,
        zone: None,
        span: address.span(),
        uncounted: false,
    })
}

/// What flat attributes mean: `tags.Name`, `subnets.#`, `subnets.1234`, `rule.0.port`.
fn unflattened(flat: View<'_>, budget: &Budget) -> Val {
    let mut root = Branch::default();
    for (key, value) in flat.entries() {
        let Some(text) = key.as_str().filter(|text| budget.spend(1 + text.len() / 8)) else {
            continue;
        };
        let parts: Vec<&str> = text.splitn(DEEPEST, '.').collect();
        if parts.last().is_some_and(|last| matches!(*last, "#" | "%")) {
            let count = parts.split_last().map_or(&[][..], |(_, rest)| rest);
            root.grow(count, None, parts.last() == Some(&"#"));
            continue;
        }
        root.grow(&parts, Some(Val::of_json(value)), false);
    }
    root.value(flat.span())
}

/// A part of an unflattened value. Children in the order in which they were met.
#[derive(Default)]
struct Branch {
    leaf: Option<Val>,
    is_list: bool,
    children: Vec<(Rc<str>, Branch)>,
}

impl Branch {
    fn grow(&mut self, path: &[&str], leaf: Option<Val>, list: bool) {
        let mut at = self;
        for part in path {
            // Attributes of one collection stand together: the last child is nearly always it.
            let found = at.children.iter().rposition(|(key, _)| &**key == *part);
            let index = found.unwrap_or_else(|| {
                at.children.push(((*part).into(), Self::default()));
                at.children.len() - 1
            });
            let Some((_, next)) = at.children.get_mut(index) else {
                return;
            };
            at = next;
        }
        at.leaf = leaf.or(at.leaf.take());
        at.is_list |= list;
    }

    fn value(self, span: Span) -> Val {
        if self.children.is_empty() && !self.is_list {
            return self.leaf.unwrap_or_else(|| Val::null(span));
        }
        let first = |branch: &Self| branch.leaf.as_ref().map_or(span, |leaf| leaf.span);
        let span = self
            .children
            .first()
            .map_or(span, |(_, child)| first(child));
        let data = if self.is_list {
            let items = self
                .children
                .into_iter()
                .map(|(_, child)| child.value(span));
            Data::List(Rc::new(items.collect()))
        } else {
            let pairs = self.children.into_iter();
            let pairs = pairs.map(|(key, child)| (key, child.value(span)));
            Data::Map(Rc::new(pairs.collect()))
        };
        Val::new(data, span)
    }
}
