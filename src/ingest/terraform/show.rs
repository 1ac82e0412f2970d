//! Resources of what `terraform show -json` prints, of a plan or a state.
//!
//! Form: "JSON Output Format", Terraform documentation (format versions 0.1 to 1.x).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::resource::{Resource, Root, parse_address, parse_reference};
use super::state::index_key;
use super::value::{Data, Key, Reference, Val};
use crate::ingest::budget::Budget;
use crate::source::{Kind, Span, View};

/// Deepest chain of variables, outputs and modules that a reference leads through.
const DEEPEST: usize = 12;
/// Deepest nesting of modules.
const MODULES: usize = 32;

/// Reads what was printed of a state.
pub(super) fn state(root: View<'_>, budget: &Budget) -> Root {
    let mut out = Root::default();
    if let Some(values) = root.get("values") {
        outputs(values, &mut out);
        if let Some(module) = values.get("root_module") {
            modules(module, &mut out.resources, budget, 0);
        }
    }
    out
}

/// Reads what was printed of a plan: what will be, data sources as they are.
pub(super) fn plan(root: View<'_>, budget: &Budget) -> Root {
    let mut out = Root::default();
    if let Some(values) = root.get("planned_values") {
        outputs(values, &mut out);
        if let Some(module) = values.get("root_module") {
            modules(module, &mut out.resources, budget, 0);
        }
    }
    let mut prior = Vec::new();
    if let Some(module) = root.path(&["prior_state", "values", "root_module"]) {
        modules(module, &mut prior, budget, 0);
    }
    let known: BTreeSet<String> = out.resources.iter().map(Resource::address).collect();
    let mut before: BTreeMap<String, Resource> = BTreeMap::new();
    for resource in prior {
        let address = resource.address();
        if known.contains(&address) {
            before.insert(address, resource);
        } else if resource.is_data {
            out.resources.push(resource);
        }
    }
    let configuration = Configuration::new(root, budget);
    for resource in &mut out.resources {
        // What stays as it is keeps what was recorded of it.
        if let Some(old) = before.remove(&resource.address()) {
            resource.recorded = old.recorded;
        }
        configuration.describe(resource);
    }
    out
}

fn outputs(values: View<'_>, out: &mut Root) {
    for (name, output) in values.get("outputs").map(View::entries).unwrap_or_default() {
        if let (Some(name), Some(value)) = (name.as_str(), output.get("value")) {
            let mut value = Val::of_json(value);
            if output.get("sensitive").and_then(View::as_bool) == Some(true) {
                value.hide();
            }
            out.outputs.insert(name.into(), value);
        }
    }
}

/// The resources of a module and of those in it.
fn modules(module: View<'_>, out: &mut Vec<Resource>, budget: &Budget, depth: usize) {
    let path: Rc<str> = module
        .get("address")
        .and_then(View::as_str)
        .unwrap_or_default()
        .into();
    for view in module.get("resources").into_iter().flat_map(View::items) {
        if !budget.spend(16 + view.size()) {
            return;
        }
        let text = |key| view.get(key).and_then(View::as_str);
        let (Some(kind), Some(name)) = (text("type"), text("name")) else {
            continue;
        };
        let mut values = view
            .get("values")
            .map_or_else(|| Val::null(view.span()), Val::of_json);
        if let Some(marks) = view.get("sensitive_values") {
            hide(&mut values, marks, 0);
        }
        let recorded = view.get("depends_on").into_iter().flat_map(View::items);
        let recorded = recorded.filter_map(|item| {
            let (stated, resource, key) = parse_address(item.as_str()?)?;
            let module = if stated.is_empty() {
                path.clone()
            } else {
                stated
            };
            let attribute = "".into();
            Some((
                Reference {
                    module,
                    resource,
                    key,
                    attribute,
                },
                item.span(),
            ))
        });
        out.push(Resource {
            module: path.clone(),
            is_data: text("mode") == Some("data"),
            kind: kind.into(),
            name: name.into(),
            key: view.get("index").and_then(index_key),
            recorded: recorded.collect(),
            values,
            after: Vec::new(),
            region: None,
            zone: None,
            span: view.get("address").map_or(view.span(), View::span),
            uncounted: false,
        });
    }
    if depth < MODULES {
        for child in module
            .get("child_modules")
            .into_iter()
            .flat_map(View::items)
        {
            modules(child, out, budget, depth + 1);
        }
    }
}

/// `sensitive_values` has the form of `values`, with `true` where a value is sensitive.
fn hide(values: &mut Val, marks: View<'_>, depth: usize) {
    if depth > super::value::DEEPEST {
        values.hide();
        return;
    }
    match marks.kind() {
        Kind::Scalar => {
            if marks.as_bool() == Some(true) {
                values.hide();
            }
        }
        Kind::Sequence => {
            if let Data::List(items) = &mut values.data {
                for (value, mark) in Rc::make_mut(items).iter_mut().zip(marks.items()) {
                    hide(value, mark, depth + 1);
                }
            }
        }
        Kind::Mapping => {
            if let Data::Map(pairs) = &mut values.data {
                for (key, value) in Rc::make_mut(pairs) {
                    if let Some(mark) = marks.get(key) {
                        hide(value, mark, depth + 1);
                    }
                }
            }
        }
        Kind::Null => {}
    }
}

/// The configuration that a plan carries: which attribute refers to what.
struct Configuration<'v> {
    root: Option<View<'v>>,
    variables: Option<View<'v>>,
    providers: Option<View<'v>>,
    budget: &'v Budget,
}

impl<'v> Configuration<'v> {
    fn new(root: View<'v>, budget: &'v Budget) -> Self {
        Self {
            root: root.path(&["configuration", "root_module"]),
            variables: root.get("variables"),
            providers: root.path(&["configuration", "provider_config"]),
            budget,
        }
    }

    /// Names of the modules on the way to `path`, keys left out.
    fn names(path: &str) -> Vec<&str> {
        let mut names = Vec::new();
        let mut rest = path;
        while let Some(after) = rest.strip_prefix("module.") {
            let end = after.find(['[', '.']).unwrap_or(after.len());
            names.push(after.get(..end).unwrap_or_default());
            // Past the key, which may hold dots.
            let tail = after.get(end..).unwrap_or_default();
            let next = tail
                .find(".module.")
                .map_or("", |at| tail.get(at + 1..).unwrap_or_default());
            rest = next;
        }
        names
    }

    fn module(&self, names: &[&str]) -> Option<View<'v>> {
        names.iter().try_fold(self.root?, |module, name| {
            module.path(&["module_calls", name, "module"])
        })
    }

    /// Adds to a resource what its configuration says.
    fn describe(&self, resource: &mut Resource) {
        let path = resource.module.clone();
        let names = Self::names(&path);
        let Some(module) = self.module(&names) else {
            return;
        };
        let mode = if resource.is_data { "data" } else { "managed" };
        let blocks = module.get("resources").into_iter().flat_map(View::items);
        let found = blocks.into_iter().find(|block| {
            let text = |key| block.get(key).and_then(View::as_str);
            self.budget.spend(1)
                && text("type") == Some(&resource.kind)
                && text("name") == Some(&resource.name)
                && text("mode").unwrap_or("managed") == mode
        });
        let Some(block) = found else { return };
        if let Some(expressions) = block.get("expressions") {
            self.attach(
                &mut resource.values,
                expressions,
                &path,
                resource.key.as_ref(),
                0,
            );
        }
        for item in block.get("depends_on").into_iter().flat_map(View::items) {
            let reference = item.as_str().and_then(|text| parse_reference(&path, text));
            resource
                .after
                .extend(reference.map(|reference| (reference, item.span())));
        }
        let provider = block.get("provider_config_key").and_then(View::as_str);
        resource.region = provider.and_then(|key| self.default(key, "region"));
        resource.zone = provider.and_then(|key| self.default(key, "zone"));
    }

    /// The region or zone that a provider is configured with.
    fn default(&self, key: &str, what: &str) -> Option<(Rc<str>, Span)> {
        let providers = self.providers?;
        // A module without providers of its own uses its caller's.
        let own = key.rsplit_once(':').map_or(key, |(_, own)| own);
        let provider = providers.get(key).or_else(|| providers.get(own))?;
        let region = provider.path(&["expressions", what])?;
        let value = if let Some(value) = region.get("constant_value") {
            value
        } else {
            let names = region.get("references").into_iter().flat_map(View::items);
            let mut names = names.filter_map(View::as_str);
            let name = names.find_map(|name| name.strip_prefix("var."))?;
            self.variables?.path(&[name, "value"])?
        };
        Some((value.as_str()?.into(), value.span()))
    }

    /// Adds references to the values that they stand for.
    fn attach(
        &self,
        values: &mut Val,
        expressions: View<'v>,
        path: &str,
        key: Option<&Key>,
        depth: usize,
    ) {
        if depth > super::value::DEEPEST || !self.budget.spend(expressions.size()) {
            return;
        }
        if values.is_null() {
            *values = Val::new(Data::Map(Rc::default()), values.span);
        }
        let Data::Map(pairs) = &mut values.data else {
            return;
        };
        let pairs = Rc::make_mut(pairs);
        for (name, expression) in expressions.entries() {
            let Some(name) = name.as_str() else { continue };
            let at = pairs.iter().position(|(key, _)| &**key == name);
            match expression.kind() {
                Kind::Mapping if expression.get("references").is_some() => {
                    let Some(list) = expression.get("references") else {
                        continue;
                    };
                    let found = self.references(list, path, key);
                    if found.is_empty() {
                        continue;
                    }
                    let from = Some(Rc::new(found));
                    if let Some((_, value)) = at.and_then(|at| pairs.get_mut(at)) {
                        *value = value.clone().read_from(&from);
                    } else {
                        let value = Val::unknown("known after apply", list.span());
                        pairs.push((name.into(), value.read_from(&from)));
                    }
                }
                // Nested blocks: a list with one mapping for each, or one mapping.
                Kind::Sequence => {
                    let blocks: Vec<View<'v>> = expression.items().collect();
                    if let Some((_, value)) = at.and_then(|at| pairs.get_mut(at)) {
                        if let Data::List(items) = &mut value.data {
                            for (item, block) in Rc::make_mut(items).iter_mut().zip(blocks) {
                                self.attach(item, block, path, key, depth + 1);
                            }
                        }
                    } else {
                        let items = blocks.into_iter().map(|block| {
                            let mut item = Val::null(block.span());
                            self.attach(&mut item, block, path, key, depth + 1);
                            item
                        });
                        let list = Data::List(Rc::new(items.collect()));
                        pairs.push((name.into(), Val::new(list, expression.span())));
                    }
                }
                _ => {}
            }
        }
    }

    /// The resources that a list of references leads to.
    fn references(&self, list: View<'v>, path: &str, key: Option<&Key>) -> BTreeSet<Reference> {
        let texts: Vec<&str> = list.items().filter_map(View::as_str).collect();
        let each = texts
            .iter()
            .any(|text| *text == "count.index" || text.starts_with("each."));
        let mut found = BTreeSet::new();
        for text in &texts {
            // `a.b.id` is followed by `a.b`, which says less.
            let longer = texts.iter().any(|other| {
                other
                    .strip_prefix(text)
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
            });
            if !longer {
                self.follow(text, path, &mut found, 0);
            }
        }
        if each && let Some(key) = key {
            let own = |reference: Reference| Reference {
                key: reference.key.clone().or_else(|| Some(key.clone())),
                ..reference
            };
            return found.into_iter().map(own).collect();
        }
        found
    }

    /// Follows one reference through variables of modules and their outputs.
    fn follow(&self, text: &str, path: &str, found: &mut BTreeSet<Reference>, depth: usize) {
        if depth > DEEPEST || !self.budget.spend(4) {
            return;
        }
        if let Some(name) = text.strip_prefix("var.") {
            let name = name.split(['.', '[']).next().unwrap_or(name);
            let names = Self::names(path);
            let Some((call, outer)) = names.split_last() else {
                return;
            };
            let call = self
                .module(outer)
                .and_then(|module| module.path(&["module_calls", call]));
            let list = call.and_then(|call| call.path(&["expressions", name, "references"]));
            let caller = caller(path);
            for item in list.into_iter().flat_map(View::items) {
                if let Some(text) = item.as_str() {
                    self.follow(text, caller, found, depth + 1);
                }
            }
        } else if let Some(rest) = text.strip_prefix("module.") {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (call, tail) = rest.split_at(end);
            let output = tail
                .rsplit_once("].")
                .map_or(tail.trim_start_matches('.'), |(_, out)| out);
            let output = output.split(['.', '[']).next().unwrap_or(output);
            let inner = if path.is_empty() {
                format!("module.{call}")
            } else {
                format!("{path}.module.{call}")
            };
            let module = self.module(&Self::names(&inner));
            let list = module
                .and_then(|module| module.path(&["outputs", output, "expression", "references"]));
            for item in list.into_iter().flat_map(View::items) {
                if let Some(text) = item.as_str() {
                    self.follow(text, &inner, found, depth + 1);
                }
            }
        } else {
            found.extend(parse_reference(path, text));
        }
    }
}

/// The path of the module that calls the one at `path`.
fn caller(path: &str) -> &str {
    // A key may hold anything, `.module.` too; nobody writes that.
    path.rfind(".module.")
        .map_or("", |at| path.get(..at).unwrap_or_default())
}
