//! The first `spof.toml` and `spof.yaml` of a repository, made from what was recognised in it.
//! Nothing is invented: what only people know stands there as a comment to fill in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::Context;
use super::text::clean;
use crate::model::{Model, Node, NodeIx};
use crate::source::{Problem, ProblemKind};
use crate::words::{Class, Mode};

/// Suggestions of one sort.
const MOST_JOURNEYS: usize = 10;
const MOST_SCOPES: usize = 20;
/// Names under which the users of a system are played.
const LOAD_GENERATORS: [&str; 6] = ["loadgen", "load-gen", "load_gen", "locust", "k6", "jmeter"];

/// What the files are made from.
#[derive(Clone, Copy, Debug)]
pub struct Starter<'a> {
    pub cx: Context<'a>,
    pub problems: &'a [Problem],
    /// The folder that the files are for, as the paths of the inputs begin.
    pub root: &'a Utf8Path,
}

impl Starter<'_> {
    /// Sibling folders that state one thing differently: likely estates, or stages of one.
    #[must_use]
    pub fn siblings(&self) -> Vec<Utf8PathBuf> {
        let mut groups: BTreeMap<Utf8PathBuf, (usize, BTreeSet<Utf8PathBuf>)> = BTreeMap::new();
        for problem in self.problems {
            let (ProblemKind::Conflict, Some((other, _))) = (problem.kind, problem.related.first())
            else {
                continue;
            };
            let path = |file| self.below(self.cx.sources.path(file));
            if let Some((parent, pair)) = fork(path(problem.span.file), path(other.file)) {
                let (count, folders) = groups.entry(parent).or_default();
                *count += 1;
                folders.extend(pair);
            }
        }
        // Where most things differ; of equals the first by name.
        let most = groups
            .into_iter()
            .rev()
            .max_by_key(|(_, (count, _))| *count);
        most.map_or_else(Vec::new, |(_, (_, folders))| {
            folders.into_iter().take(MOST_SCOPES).collect()
        })
    }

    fn below<'p>(&self, path: &'p Utf8Path) -> &'p Utf8Path {
        path.strip_prefix(self.root).unwrap_or(path)
    }

    /// The text of `spof.toml`.
    #[must_use]
    pub fn config(&self) -> String {
        let mut text = "\
#:schema ./spof-config.schema.json
# (`spof schema config > spof-config.schema.json` writes that file: editors then complete and check
# this one.)
#
# Configuration of spof for this repository. docs/configuration.md explains every key;
# `spof schema config` prints its JSON Schema.

# What to believe of replicas whose placement no input states: \"pessimistic\" (they share a host
# and a zone) or \"optimistic\" (they share nothing).
# assume = \"pessimistic\"

# Files and folders that are never read, written as in .gitignore.
# exclude = [\"vendor\", \"testdata\"]
"
        .to_owned();
        let siblings = self.siblings();
        if siblings.is_empty() {
            text.push_str(
                "
# A repository may hold several estates (production, staging): `--scope production` reads one.
# [scope.production]
# include = [\"deploy/production\", \"/spof.yaml\"]
# exclude = []
# namespaces = [\"shop\"]      # only Kubernetes objects of these namespaces
",
            );
            return text;
        }
        text.push_str(
            "
# These folders state the same workloads differently, so each is an estate (or a stage of one) of
# its own: `--scope NAME` reads one. Add the folders they share to `include`.
",
        );
        let mut seen = BTreeSet::new();
        for folder in siblings {
            let mut name = folder.file_name().unwrap_or("scope").to_owned();
            if !seen.insert(name.clone()) {
                name = folder.to_string();
            }
            let glob = toml_string(&format!("/{}", escape_glob(folder.as_str())));
            let _ = write!(
                text,
                "\n[scope.{}]\ninclude = [{glob}, \"/spof.yaml\"]\n",
                toml_key(&name)
            );
        }
        text
    }

    /// The text of `spof.yaml`; `None` if every service and store has its tier, owner and `rto`
    /// already, so that there is nothing to fill in.
    #[must_use]
    pub fn manifest(&self) -> Option<String> {
        let model = self.cx.model;
        let unplaced = unplaced_workloads(model);
        let mut text = "\
# yaml-language-server: $schema=./spof.schema.json
# (`spof schema > spof.schema.json` writes that file: editors then complete and check this one.)
#
# What no other file of this repository says. Every service and store that was recognised is listed
# below; take away the `#` before what you can tell. docs/manifest.md explains every key.
"
        .to_owned();
        let mut any = false;
        for (class, section) in [(Class::Service, "services"), (Class::Store, "stores")] {
            let open = |node: &Node| {
                node.class == class
                    && (node.tier.is_none() || node.owner.is_none() || node.rto_s.is_none())
            };
            let mut nodes = model.iter().filter(|(_, node)| open(node)).peekable();
            if nodes.peek().is_none() {
                continue;
            }
            any = true;
            let _ = write!(text, "\n{section}:\n");
            for (ix, node) in nodes {
                let _ = writeln!(text, "  - id: {}", yaml_string(node.id.as_str()));
                let place = self.cx.place(&node.sources);
                if !place.is_empty() {
                    let _ = writeln!(text, "    # from {}", clean(&place));
                }
                if node.tier.is_none() {
                    text.push_str(
                        "    # tier: 1            # 0 and 1 are critical, 9 matters least\n",
                    );
                }
                if node.owner.is_none() {
                    text.push_str("    # owner: TEAM\n");
                }
                if node.rto_s.is_none() {
                    text.push_str("    # rto: 15m           # the longest it may be away\n");
                }
                if let Some(count) = unplaced.get(&ix) {
                    let _ = writeln!(
                        text,
                        "    # replicas: [{{on: [zone:ZONE, host:HOST], count: {count}}}]   # nobody says where \
                         it runs"
                    );
                }
            }
        }
        if !any {
            return None;
        }
        text.push_str(&self.journeys());
        text.push_str(
            "
# Where things stand: what is lost together.
# domains:
#   - {id: zone:ZONE, in: region:REGION}
#   - {id: host:HOST, in: zone:ZONE, requires: [power:FEED]}
",
        );
        Some(text)
    }

    fn journeys(&self) -> String {
        let model = self.cx.model;
        let mut text = "
# What users do: outages are measured on these."
            .to_owned();
        let entries = entry_points(model);
        if entries.is_empty() {
            text.push_str(
                "
# journeys:
#   - {id: journey:NAME, tier: 1, users: 10k, requires: [service:NAME]}
",
            );
            return text;
        }
        text.push_str(" Nothing else needs the services below, so they may be\n# where users come in.\n# journeys:\n");
        for ix in entries.into_iter().take(MOST_JOURNEYS) {
            let node = model.node(ix);
            let _ = writeln!(
                text,
                "#   - {{id: {}, tier: 1, users: 10k, requires: [{}]}}",
                yaml_string(&format!("journey:{}", node.id.name())),
                yaml_string(node.id.as_str())
            );
        }
        text
    }
}

/// Services and stores with replicas that no source places, and how many.
fn unplaced_workloads(model: &Model) -> BTreeMap<NodeIx, usize> {
    let mut counts = BTreeMap::new();
    for ix in &model.unplaced {
        if let Some(of) = model.node(*ix).part_of {
            *counts.entry(of).or_default() += 1;
        }
    }
    counts
}

/// Services that no other needs. What only a load generator needs counts: it plays the users.
fn entry_points(model: &Model) -> Vec<NodeIx> {
    let is_load = |ix: NodeIx| {
        let name = model.node(ix).id.name().to_ascii_lowercase();
        LOAD_GENERATORS.iter().any(|word| name.contains(word))
    };
    // A group stands for the node whose requirement it expands.
    let owner = |mut ix: NodeIx| {
        for _ in 0..64 {
            match (model.node(ix).class, model.node(ix).part_of) {
                (Class::Group | Class::Replica, Some(of)) => ix = of,
                _ => break,
            }
        }
        ix
    };
    let mut needed = BTreeSet::new();
    for requirement in &model.requirements {
        let of = owner(requirement.of);
        if requirement.mode == Mode::Placement || is_load(of) {
            continue;
        }
        let members = requirement.members.iter().map(|member| member.node);
        needed.extend(members.filter(|member| *member != of));
    }
    model
        .iter()
        .filter(|(ix, node)| node.class == Class::Service && !needed.contains(ix) && !is_load(*ix))
        .map(|(ix, _)| ix)
        .collect()
}

/// The folders in which two paths part, and the one that holds both.
fn fork(a: &Utf8Path, b: &Utf8Path) -> Option<(Utf8PathBuf, [Utf8PathBuf; 2])> {
    let (mut left, mut right) = (a.parent()?.components(), b.parent()?.components());
    let mut parent = Utf8PathBuf::new();
    loop {
        let (one, two) = (left.next()?, right.next()?);
        if one != two {
            let pair = [parent.join(one), parent.join(two)];
            return Some((parent, pair));
        }
        parent.push(one);
    }
}

/// A YAML scalar that is this text.
fn yaml_string(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._@-".contains(letter);
    let safe = text.split_once(':').is_some_and(|(kind, name)| {
        !kind.is_empty()
            && kind.chars().all(|letter| letter.is_ascii_lowercase())
            && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            && name.chars().all(is_plain)
    });
    if safe { text.to_owned() } else { quoted(text) }
}

/// In double quotes, as YAML and JSON read it, without characters that would not show.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            letter if super::text::is_hostile(letter) && (letter as u32) <= 0xffff => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            letter if super::text::is_hostile(letter) => {
                let _ = write!(out, "\\U{:08x}", letter as u32);
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// The same escapes hold in TOML.
fn toml_string(text: &str) -> String {
    quoted(text)
}

fn toml_key(text: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !text.is_empty() && text.chars().all(bare) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A path as a pattern that matches nothing else.
fn escape_glob(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
