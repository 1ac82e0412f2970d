//! What variables name: hosts and groups of the inventory, by name, by address, or through
//! `hostvars[…]` and `groups[…]`. Other addresses are left alone: most values of an estate's
//! variables name packages, mirrors and documentation.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::ingest::budget::Budget;
use crate::ingest::endpoint::{Form, Purpose, addresses, variable};
use crate::source::{Kind, NodeId, Span, View};

/// Deepest value that is looked at.
const DEPTH: usize = 32;

/// What may be named.
#[derive(Debug, Default)]
pub(super) struct Peers<'a> {
    pub(super) hosts: BTreeSet<&'a str>,
    pub(super) groups: BTreeSet<&'a str>,
    /// Hosts by their addresses (`ansible_host`).
    pub(super) addresses: BTreeMap<String, &'a str>,
}

/// A host or group that a value names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    Host(String),
    Group(String),
}

/// One value, and what it names: any of it is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) peers: BTreeSet<Peer>,
    /// Telemetry, or a source that copies are fetched from: done without for a while.
    pub(super) soft: bool,
    /// As plays say where they run: `hosts: "{{ groups['web'] }}"`.
    pub(super) scope: bool,
    /// By an expression (`hostvars[…]`).
    pub(super) by_expression: bool,
    pub(super) span: Span,
}

/// Looks through the values of one document, each once however many aliases lead to it.
pub(super) struct Walk<'a> {
    pub(super) peers: &'a Peers<'a>,
    pub(super) budget: &'a Budget,
    seen: HashSet<u32>,
    pub(super) found: Vec<Mention>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(peers: &'a Peers<'a>, budget: &'a Budget) -> Self {
        Self {
            peers,
            budget,
            seen: HashSet::new(),
            found: Vec::new(),
        }
    }

    /// All that the values of the mapping `root` name.
    pub(super) fn document(&mut self, root: View<'_>) {
        self.below(root, "", DEPTH);
    }

    fn below(&mut self, view: View<'_>, key: &str, depth: usize) {
        let NodeId(node) = view.id();
        let fresh = self.seen.insert(node) && self.budget.spend(1 + view.size());
        let Some(depth) = depth.checked_sub(1).filter(|_| fresh) else {
            return;
        };
        match view.kind() {
            Kind::Null => {}
            Kind::Scalar => {
                let text = view
                    .as_str()
                    .filter(|_| !super::inventory::is_encrypted(view));
                if let Some(text) = text {
                    let found = mention(key, &[(text, view.span())], self.peers, self.budget);
                    self.found.extend(found);
                }
            }
            Kind::Sequence => {
                // A list of names under one key: the members of one cluster.
                let texts: Vec<_> = view
                    .items()
                    .filter_map(|item| Some((item.as_str()?, item.span())))
                    .collect();
                if texts.len() == view.size() {
                    let found = mention(key, &texts, self.peers, self.budget);
                    self.found.extend(found);
                } else {
                    for item in view.items() {
                        self.below(item, key, depth);
                    }
                }
            }
            Kind::Mapping => {
                let entries = view.entries();
                let mut values = entries.iter().filter_map(|(_, value)| value.as_str());
                let copies = values.any(is_copied);
                let before = self.found.len();
                for (name, value) in entries {
                    self.below(value, name.as_str().unwrap_or(key), depth);
                }
                // What stands beside the source of a copy is of the same job.
                let inside = self.found.iter_mut().skip(before);
                inside.for_each(|mention| mention.soft |= copies);
            }
        }
    }
}

/// What the texts of one value name.
pub(super) fn mention(
    key: &str,
    texts: &[(&str, Span)],
    peers: &Peers<'_>,
    budget: &Budget,
) -> Option<Mention> {
    let purpose = variable::purpose(key);
    let mut named = BTreeSet::new();
    let (mut place, mut by_expression) = (None, false);
    for (text, span) in texts {
        if !budget.spend(text.len() / 8) {
            return None;
        }
        let before = named.len();
        if text.contains("{{") || text.contains("{%") {
            expressions(text, peers, &mut named);
            by_expression |= named.len() > before;
        } else if purpose != Purpose::NotCalled && !key.starts_with("ansible_") {
            for address in addresses(text) {
                for end in &address.hosts {
                    let bare = end.form == Form::Bare && !end.host.contains('.');
                    let expected = matches!(purpose, Purpose::Host | Purpose::Telemetry);
                    let host = end.host.as_str();
                    let known = peers.hosts.get(host).or_else(|| peers.addresses.get(host));
                    if let Some(known) = known.filter(|_| !bare || expected) {
                        named.insert(Peer::Host((*known).to_owned()));
                    }
                }
            }
        }
        if named.len() > before {
            place.get_or_insert(*span);
        }
    }
    Some(Mention {
        peers: named,
        soft: purpose == Purpose::Telemetry || texts.iter().any(|(text, _)| is_copied(text)),
        scope: by_expression && key == "hosts",
        by_expression,
        span: place?,
    })
}

/// True for a place that files are fetched from now and then: whoever has the last copy serves on.
fn is_copied(text: &str) -> bool {
    text.trim_start().starts_with("rsync://")
}

/// `hostvars['web1']`, `hostvars["web1"]`, `groups['db']`, `groups.db`.
fn expressions(text: &str, peers: &Peers<'_>, named: &mut BTreeSet<Peer>) {
    for (word, is_host) in [("hostvars", true), ("groups", false)] {
        for (at, _) in text.match_indices(word) {
            let Some(rest) = text.get(at + word.len()..) else {
                continue;
            };
            let name = match rest.chars().next() {
                Some('[') => {
                    let inner = rest.get(1..).and_then(|rest| rest.split_once(']'));
                    let inner = inner.map_or("", |(inner, _)| inner.trim());
                    ['\'', '"']
                        .iter()
                        .find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote))
                }
                Some('.') => {
                    let rest = rest.get(1..).unwrap_or_default();
                    let letters = |c: char| !(c.is_alphanumeric() || c == '_');
                    rest.split(letters).next()
                }
                _ => None,
            };
            match name {
                Some(name) if is_host && peers.hosts.contains(name) => {
                    named.insert(Peer::Host(name.to_owned()));
                }
                Some(name) if !is_host && peers.groups.contains(name) => {
                    named.insert(Peer::Group(name.to_owned()));
                }
                _ => {}
            }
        }
    }
}
