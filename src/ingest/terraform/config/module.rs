//! What the files of one directory declare together.

use crate::message;
use crate::words::Message;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::body::{Block, Body};
use crate::source::{Span, View};

/// The declarations of one directory.
#[derive(Debug, Default)]
pub(in crate::ingest::terraform) struct Directory<'d> {
    pub(in crate::ingest::terraform) folder: Utf8PathBuf,
    /// Resources and data sources by their block: `aws_instance.web`, `data.aws_vpc.main`.
    pub(super) resources: BTreeMap<String, Block<'d>>,
    /// Name → value, and whether JSON's rules hold for it.
    pub(super) locals: BTreeMap<&'d str, (View<'d>, bool)>,
    pub(super) variables: BTreeMap<&'d str, Block<'d>>,
    pub(super) outputs: BTreeMap<&'d str, Block<'d>>,
    pub(super) calls: BTreeMap<&'d str, Block<'d>>,
    pub(super) providers: Vec<Block<'d>>,
    pub(super) backends: Vec<Block<'d>>,
    /// Values that Terraform gives to variables by itself, later ones win; JSON or not.
    pub(in crate::ingest::terraform) values: Vec<(View<'d>, bool)>,
    /// Override files, in the order in which Terraform merges them.
    overrides: Vec<Body<'d>>,
    pub(in crate::ingest::terraform) unread: Vec<(Span, Message)>,
    /// The first place of any file.
    pub(in crate::ingest::terraform) span: Option<Span>,
}

impl<'d> Directory<'d> {
    /// Adds a file. Of what is declared twice the first holds: Terraform refuses it.
    pub(in crate::ingest::terraform) fn add(&mut self, path: &Utf8Path, body: Body<'d>) {
        let span = body.view.span();
        self.span.get_or_insert(span);
        if is_override(path) {
            self.overrides.push(body);
            return;
        }
        for (key, prefix) in [("resource", ""), ("data", "data.")] {
            for block in body.blocks(key, 2) {
                let name = format!("{prefix}{}", block.labels.join("."));
                self.resources.entry(name).or_insert(block);
            }
        }
        for block in body.blocks("locals", 0) {
            for (name, value) in block.body.attributes() {
                if let Some(name) = name.as_str() {
                    self.locals.entry(name).or_insert((value, body.json));
                }
            }
        }
        for (key, into) in [
            ("variable", &mut self.variables),
            ("output", &mut self.outputs),
            ("module", &mut self.calls),
        ] {
            for block in body.blocks(key, 1) {
                if let Some(name) = block.labels.first() {
                    into.entry(name).or_insert(block);
                }
            }
        }
        self.providers.extend(body.blocks("provider", 1));
        for settings in body.blocks("terraform", 0) {
            self.backends.extend(settings.body.blocks("backend", 1));
        }
    }

    /// Merges the override files, once all others are there: attributes and nested blocks replace
    /// those of their name in the block of theirs ("Override Files" in Terraform's documentation).
    pub(in crate::ingest::terraform) fn finish(&mut self) {
        for body in std::mem::take(&mut self.overrides) {
            let mut lonely: Vec<Span> = Vec::new();
            for (key, prefix) in [("resource", ""), ("data", "data.")] {
                for block in body.blocks(key, 2) {
                    let name = format!("{prefix}{}", block.labels.join("."));
                    put_over(self.resources.get_mut(&name), &block, &mut lonely);
                }
            }
            for (key, known) in [
                ("variable", &mut self.variables),
                ("output", &mut self.outputs),
                ("module", &mut self.calls),
            ] {
                for block in body.blocks(key, 1) {
                    let name = block.labels.first().copied().unwrap_or_default();
                    put_over(known.get_mut(name), &block, &mut lonely);
                }
            }
            for block in body.blocks("locals", 0) {
                for (name, value) in block.body.attributes() {
                    if let Some(name) = name.as_str() {
                        self.locals.insert(name, (value, body.json));
                    }
                }
            }
            for block in body.blocks("provider", 1) {
                let same = self.providers.iter_mut().find(|known| {
                    known.labels == block.labels && alias_of(known) == alias_of(&block)
                });
                put_over(same, &block, &mut lonely);
            }
            for settings in body.blocks("terraform", 0) {
                let backends = settings.body.blocks("backend", 1);
                if !backends.is_empty() {
                    self.backends = backends;
                }
            }
            let why = message!(
                "overrides what no other file of the folder declares: Terraform refuses it"
            );
            let lonely = lonely.into_iter().map(|span| (span, why.clone()));
            self.unread.extend(lonely);
        }
    }

    /// Names of the managed resources, as a state of the root module would have them.
    pub(in crate::ingest::terraform) fn managed(&self) -> impl Iterator<Item = &str> {
        let all = self.resources.keys().map(String::as_str);
        all.filter(|name| !name.starts_with("data."))
    }

    /// Whether any of the declarations makes anything.
    pub(in crate::ingest::terraform) fn is_used(&self) -> bool {
        !self.resources.is_empty() || !self.calls.is_empty()
    }

    /// Folders of the local modules that it calls.
    pub(in crate::ingest::terraform) fn called(&self) -> BTreeSet<Utf8PathBuf> {
        let sources = self.calls.values().filter_map(|call| source(call));
        sources
            .filter_map(|source| local(&self.folder, &source))
            .collect()
    }
}

/// Whether Terraform merges a file into the others: `override.tf`, `x_override.tf.json`.
fn is_override(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let name = name.strip_suffix(".json").unwrap_or(name);
    let stem = name
        .strip_suffix(".tf")
        .or_else(|| name.strip_suffix(".tofu"));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

fn put_over<'d>(known: Option<&mut Block<'d>>, block: &Block<'d>, lonely: &mut Vec<Span>) {
    match known {
        Some(known) => known.over.push(block.body),
        None => lonely.push(block.span),
    }
}

/// The alias of a provider's configuration.
pub(super) fn alias_of<'d>(provider: &Block<'d>) -> Option<&'d str> {
    let (alias, _) = provider.attribute("alias")?;
    alias.as_str().map(|text| text.trim_matches('"'))
}

/// The `source` of a call: a plain text, as Terraform demands.
pub(super) fn source(call: &Block<'_>) -> Option<String> {
    let (text, json) = call.attribute("source")?;
    let text = text.as_str()?;
    let text = if json {
        text
    } else {
        text.strip_prefix('"')?.strip_suffix('"')?
    };
    (!text.contains("${")).then(|| text.to_owned())
}

/// The folder of a module named by a path; `None` for registries, repositories, and what leads
/// out of the inputs.
pub(super) fn local(folder: &Utf8Path, source: &str) -> Option<Utf8PathBuf> {
    let is_path = source.starts_with("./") || source.starts_with("../");
    is_path.then(|| tidy(&folder.join(source)))
}

/// A path without `.` and, as far as possible, `..`. Purely of its text.
pub(in crate::ingest::terraform) fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<Utf8Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Utf8Component::CurDir, _) => {}
            (Utf8Component::ParentDir, Some(Utf8Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}
