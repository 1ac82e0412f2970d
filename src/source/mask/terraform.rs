//! What Terraform itself marks as sensitive: in states and plans by path, in configurations by
//! variable, in files of values by the variables that the configuration beside them declares.

use std::collections::BTreeSet;
use std::ops::Range;

use camino::Utf8Path;

use crate::source::hcl::{self, EXPRESSION};
use crate::source::span::FileId;
use crate::source::{Kind, Limits, View, json};

/// Deepest nesting that is followed; what is deeper is hidden as a whole.
const DEEPEST: usize = 48;

/// Byte ranges of `text`, the content of the file at `path`, that Terraform marks as sensitive.
/// `sensitive`: variables that are declared so beside it. O(bytes), and nothing for other files.
pub(in crate::source) fn marked(
    path: &Utf8Path,
    text: &str,
    sensitive: &BTreeSet<String>,
) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let name = path.file_name().unwrap_or_default();
    let limits = Limits::default();
    let reading = match path.extension() {
        Some("tf" | "tofu" | "tfvars") => hcl::read(FileId(0), text, &limits),
        _ if name.ends_with(".tfvars.json") || text.contains("sensitive") => {
            json::read(FileId(0), text, &limits)
        }
        _ => return out,
    };
    for document in &reading.documents {
        let root = document.root();
        if name.ends_with(".tfvars") || name.ends_with(".tfvars.json") {
            for (key, value) in root.entries() {
                if key.as_str().is_some_and(|key| sensitive.contains(key)) {
                    out.push(value.span().range());
                }
            }
            continue;
        }
        declared(root, &mut |_, value| out.push(value.span().range()));
        state(root, &mut out);
        printed(root, &mut out);
    }
    out.retain(|range| !range.is_empty());
    out.sort_by_key(|range| (range.start, range.end));
    out
}

/// Variables that a configuration declares as sensitive.
pub(in crate::source) fn variables(path: &Utf8Path, text: &str, into: &mut BTreeSet<String>) {
    if !text.contains("sensitive") {
        return;
    }
    let limits = Limits::default();
    let reading = match path.extension() {
        Some("tf" | "tofu") => hcl::read(FileId(0), text, &limits),
        _ => json::read(FileId(0), text, &limits),
    };
    for document in &reading.documents {
        let root = document.root();
        for (name, body) in blocks(root, "variable") {
            if is_sensitive(body) {
                into.insert(name.to_owned());
            }
        }
    }
}

/// Defaults of variables and values of outputs that are declared as sensitive.
fn declared<'d>(root: View<'d>, hide: &mut impl FnMut(&'d str, View<'d>)) {
    for (kind, key) in [("variable", "default"), ("output", "value")] {
        for (name, body) in blocks(root, kind) {
            if let Some(value) = body.get(key).filter(|_| is_sensitive(body)) {
                hide(name, value);
            }
        }
    }
}

fn is_sensitive(body: View<'_>) -> bool {
    let stated = body.get("sensitive").and_then(View::as_str);
    stated.is_some_and(|text| text.trim() == "true")
}

/// Blocks with one label: `variable "x" { ... }`, or the same in JSON.
fn blocks<'d>(root: View<'d>, kind: &str) -> Vec<(&'d str, View<'d>)> {
    let Some(list) = root.get(kind) else {
        return Vec::new();
    };
    if list.kind() == Kind::Sequence {
        let block = |item: View<'d>| {
            let label = item.get("labels")?.items().next()?.as_str()?;
            Some((label, item.get("body")?))
        };
        return list.items().filter_map(block).collect();
    }
    let entries = list.entries().into_iter();
    let entries = entries.filter(|(_, body)| body.tag() != Some(EXPRESSION));
    entries
        .filter_map(|(name, body)| Some((name.as_str()?, body)))
        .collect()
}

/// States: paths beside the attributes, outputs that are marked.
fn state(root: View<'_>, out: &mut Vec<Range<usize>>) {
    let blocks = root.get("resources").into_iter().flat_map(View::items);
    for instance in blocks
        .filter_map(|block| block.get("instances"))
        .flat_map(View::items)
    {
        let paths = instance.get("sensitive_attributes");
        for path in paths.into_iter().flat_map(View::items) {
            let steps: Vec<&str> = match path.as_str() {
                Some(text) => text.split('.').collect(),
                None => path.items().filter_map(step).collect(),
            };
            let mut at = instance.get("attributes");
            for step in steps {
                at = at.and_then(|view| match view.kind() {
                    Kind::Sequence => view.items().nth(step.parse().ok()?),
                    _ => view.get(step),
                });
            }
            out.extend(at.map(|view| view.span().range()));
        }
    }
    outputs(root.get("outputs"), out);
    for module in root.get("modules").into_iter().flat_map(View::items) {
        outputs(module.get("outputs"), out);
    }
}

fn step(step: View<'_>) -> Option<&str> {
    let value = step.get("value")?;
    value.get("value").unwrap_or(value).as_str()
}

fn outputs(list: Option<View<'_>>, out: &mut Vec<Range<usize>>) {
    for (_, output) in list.map(View::entries).unwrap_or_default() {
        if let Some(value) = output.get("value").filter(|_| is_sensitive(output)) {
            out.push(value.span().range());
        }
    }
}

/// Printed plans and states: marks that have the form of the values.
fn printed(root: View<'_>, out: &mut Vec<Range<usize>>) {
    for top in [
        root.get("planned_values"),
        root.get("values"),
        root.path(&["prior_state", "values"]),
    ] {
        let Some(top) = top else { continue };
        outputs(top.get("outputs"), out);
        if let Some(module) = top.get("root_module") {
            modules(module, out, 0);
        }
    }
    for change in root
        .get("resource_changes")
        .into_iter()
        .flat_map(View::items)
    {
        for (values, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
            let pair = (
                change.path(&["change", values]),
                change.path(&["change", marks]),
            );
            if let (Some(values), Some(marks)) = pair {
                hide(values, marks, out, 0);
            }
        }
    }
    // Values of variables that the configuration declares as sensitive.
    let declared = root.path(&["configuration", "root_module", "variables"]);
    for (name, body) in declared.map(View::entries).unwrap_or_default() {
        let Some(name) = name.as_str().filter(|_| is_sensitive(body)) else {
            continue;
        };
        let value = root.path(&["variables", name, "value"]);
        out.extend(value.map(|value| value.span().range()));
        out.extend(body.get("default").map(|value| value.span().range()));
    }
}

fn modules(module: View<'_>, out: &mut Vec<Range<usize>>, depth: usize) {
    for resource in module.get("resources").into_iter().flat_map(View::items) {
        if let (Some(values), Some(marks)) =
            (resource.get("values"), resource.get("sensitive_values"))
        {
            hide(values, marks, out, 0);
        }
    }
    for child in module
        .get("child_modules")
        .into_iter()
        .flat_map(View::items)
    {
        if depth < DEEPEST {
            modules(child, out, depth + 1);
        } else {
            out.push(child.span().range());
        }
    }
}

fn hide(values: View<'_>, marks: View<'_>, out: &mut Vec<Range<usize>>, depth: usize) {
    match marks.kind() {
        _ if depth > DEEPEST => out.push(values.span().range()),
        Kind::Scalar if marks.as_bool() == Some(true) => out.push(values.span().range()),
        Kind::Sequence => {
            for (value, mark) in values.items().zip(marks.items()) {
                hide(value, mark, out, depth + 1);
            }
        }
        Kind::Mapping => {
            for (key, mark) in marks.entries() {
                if let Some(value) = key.as_str().and_then(|key| values.get(key)) {
                    hide(value, mark, out, depth + 1);
                }
            }
        }
        Kind::Scalar | Kind::Null => {}
    }
}
