//! Hosts and groups of one inventory, whatever it was written in.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern;
use crate::ingest::budget::Budget;
use crate::message;
use crate::source::{Kind, Problem, ProblemKind, Span, View};

/// Deepest nesting of groups that is followed.
const DEPTH: usize = 32;
/// Most hosts of one inventory, each counted as often as a group lists it.
const MOST_HOSTS: usize = 200_000;

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// `None`: a list, a mapping, nothing, or encrypted.
    pub(super) text: Option<String>,
    pub(super) span: Span,
}

impl Variable {
    /// From INI, where quotes may surround the value.
    pub(super) fn text(text: &str, span: Span) -> Self {
        let inner = ['"', '\'']
            .iter()
            .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
        Self {
            text: Some(inner.unwrap_or(text).to_owned()),
            span,
        }
    }

    /// From a document; what is encrypted (`!vault`) has no text.
    pub(super) fn of(view: View<'_>) -> Self {
        let text = view.as_str().filter(|_| !is_encrypted(view));
        Self {
            text: text.map(str::to_owned),
            span: view.span(),
        }
    }
}

/// Whether a value is encrypted.
pub(super) fn is_encrypted(view: View<'_>) -> bool {
    view.tag().is_some_and(|tag| tag.ends_with("vault"))
}

/// A group.
#[derive(Debug)]
pub(super) struct Group {
    /// Where it is first spoken of.
    pub(super) span: Span,
    /// Hosts that it lists itself, with the place.
    pub(super) hosts: BTreeMap<String, Span>,
    pub(super) children: BTreeSet<String>,
    pub(super) variables: Vec<(String, Variable)>,
}

/// A host.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) span: Span,
    pub(super) variables: Vec<(String, Variable)>,
}

/// All that one folder's inventory files say together.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) hosts: BTreeMap<String, Host>,
    /// Printed by a program: it groups machines by all that it knows of them.
    pub(super) printed: bool,
    listed: usize,
}

impl Inventory {
    /// The group, made where there is none yet.
    pub(super) fn group(&mut self, name: &str, span: Span) -> &mut Group {
        self.groups.entry(name.to_owned()).or_insert_with(|| Group {
            span,
            hosts: BTreeMap::new(),
            children: BTreeSet::new(),
            variables: Vec::new(),
        })
    }

    /// Adds the hosts that `name`, which may hold ranges, stands for.
    pub(super) fn hosts(
        &mut self,
        name: &str,
        span: Span,
        group: &str,
        variables: &[(String, Variable)],
        problems: &mut Vec<Problem>,
    ) {
        let names = match pattern::expand(name) {
            Ok(names) => names,
            Err(why) => {
                let message = message!("this host can't be read: {why}", why);
                problems.push(Problem::new(ProblemKind::InvalidValue, span, message));
                return;
            }
        };
        for name in names {
            self.listed += 1;
            if self.listed > MOST_HOSTS {
                if self.listed == MOST_HOSTS + 1 {
                    let message = message!(
                        "an inventory may list {MOST_HOSTS} hosts at most",
                        MOST_HOSTS
                    );
                    problems.push(Problem::new(ProblemKind::Unreadable, span, message));
                }
                return;
            }
            let host = self.hosts.entry(name.clone()).or_insert_with(|| Host {
                span,
                variables: Vec::new(),
            });
            host.variables.extend_from_slice(variables);
            self.group(group, span).hosts.entry(name).or_insert(span);
        }
    }

    /// Reads an inventory in YAML.
    pub(super) fn read_yaml(
        &mut self,
        root: View<'_>,
        budget: &Budget,
        problems: &mut Vec<Problem>,
    ) {
        for (key, group) in root.entries() {
            if let Some(name) = key.as_str() {
                self.yaml_group((name, key.span()), group, DEPTH, budget, problems);
            }
        }
    }

    fn yaml_group(
        &mut self,
        (name, span): (&str, Span),
        view: View<'_>,
        depth: usize,
        budget: &Budget,
        problems: &mut Vec<Problem>,
    ) {
        self.group(name, span);
        let Some(depth) = depth.checked_sub(1) else {
            let message = message!("groups nested deeper than {DEPTH} are not read", DEPTH);
            problems.push(Problem::new(ProblemKind::Unreadable, span, message));
            return;
        };
        for (key, host) in entries(view.get("hosts"), budget) {
            if let Some(text) = key.as_str() {
                let variables = variables(Some(host), budget);
                self.hosts(text, key.span(), name, &variables, problems);
            }
        }
        let own = variables(view.get("vars"), budget);
        self.group(name, span).variables.extend(own);
        for (key, child) in entries(view.get("children"), budget) {
            if let Some(text) = key.as_str() {
                self.group(name, span).children.insert(text.to_owned());
                self.yaml_group((text, key.span()), child, depth, budget, problems);
            }
        }
    }

    /// Reads what a dynamic inventory prints.
    pub(super) fn read_dynamic(
        &mut self,
        root: View<'_>,
        budget: &Budget,
        problems: &mut Vec<Problem>,
    ) {
        self.printed = true;
        for (key, group) in entries(Some(root), budget) {
            let Some(name) = key.as_str().filter(|name| *name != "_meta") else {
                continue;
            };
            self.group(name, key.span());
            let hosts = match group.kind() {
                Kind::Sequence => Some(group),
                _ => group.get("hosts"),
            };
            let items = |list: Option<View<'_>>| -> Vec<(String, Span)> {
                let items = list.filter(|list| budget.spend(list.size()));
                let items = items.map(View::items).into_iter().flatten();
                items
                    .filter_map(|item| Some((item.as_str()?.to_owned(), item.span())))
                    .collect()
            };
            for (host, span) in items(hosts) {
                self.hosts(&host, span, name, &[], problems);
            }
            for (child, span) in items(group.get("children")) {
                self.group(&child, span);
                self.group(name, span).children.insert(child);
            }
            let own = variables(group.get("vars"), budget);
            self.group(name, key.span()).variables.extend(own);
        }
        for (key, host) in entries(root.path(&["_meta", "hostvars"]), budget) {
            let Some(name) = key.as_str() else { continue };
            let own = variables(Some(host), budget);
            if let Some(host) = self.hosts.get_mut(name) {
                host.variables.extend(own);
            }
        }
    }

    /// The groups of every host: those that list it, and what these are children of; in the order
    /// in which their variables count, the last most. Ansible sorts by depth below `all`,
    /// `ansible_group_priority` and name.
    pub(super) fn memberships(&self, budget: &Budget) -> BTreeMap<&str, Vec<&str>> {
        let depths = self.depths(budget);
        let mut parents: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, group) in &self.groups {
            for child in &group.children {
                parents.entry(child).or_default().insert(name);
            }
        }
        let mut lineages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in self.groups.keys() {
            let mut seen = BTreeSet::from([name.as_str()]);
            let mut open = vec![name.as_str()];
            while let Some(next) = open.pop() {
                for parent in parents.get(next).into_iter().flatten() {
                    if budget.spend(1) && seen.insert(parent) {
                        open.push(parent);
                    }
                }
            }
            lineages.insert(name, seen.into_iter().collect());
        }
        let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, group) in &self.groups {
            for host in group.hosts.keys() {
                let own = all.entry(host).or_default();
                if let Some(lineage) = lineages.get(name.as_str())
                    && budget.spend(lineage.len())
                {
                    own.extend(lineage.iter().copied());
                }
            }
        }
        let order = |name: &str| {
            let depth = depths.get(name).copied().unwrap_or(1);
            let group = self.groups.get(name);
            let priority = group.and_then(|group| {
                let found = group.variables.iter().rev();
                let mut found = found.filter(|(key, _)| key == "ansible_group_priority");
                found.next()?.1.text.as_ref()?.parse::<i64>().ok()
            });
            (depth, priority.unwrap_or(1))
        };
        all.into_iter()
            .map(|(host, groups)| {
                let mut groups: Vec<&str> =
                    groups.into_iter().filter(|name| *name != "all").collect();
                groups.sort_by_key(|name| (order(name), *name));
                (host, groups)
            })
            .collect()
    }

    /// How far below `all` each group stands, by the longest way.
    fn depths(&self, budget: &Budget) -> BTreeMap<&str, usize> {
        let mut depths: BTreeMap<&str, usize> =
            self.groups.keys().map(|name| (name.as_str(), 1)).collect();
        for _ in 0..DEPTH {
            let mut changed = false;
            for (name, group) in self.groups.iter().filter(|(name, _)| *name != "all") {
                let own = depths.get(name.as_str()).copied().unwrap_or(1);
                for child in &group.children {
                    if let Some(depth) = depths.get_mut(child.as_str())
                        && *depth <= own
                        && budget.spend(1)
                    {
                        *depth = own + 1;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        depths
    }
}

/// Keys and values of a mapping that may be missing.
fn entries<'d>(view: Option<View<'d>>, budget: &Budget) -> Vec<(View<'d>, View<'d>)> {
    let view = view.filter(|view| view.kind() == Kind::Mapping && budget.spend(view.size()));
    view.map(View::entries).unwrap_or_default()
}

/// The variables of a mapping. What stands in mappings within follows under names with dots
/// (`placement.region`), a list of one under its own name: so clouds and registers say where a
/// machine is.
pub(super) fn variables(view: Option<View<'_>>, budget: &Budget) -> Vec<(String, Variable)> {
    let mut found = Vec::new();
    for (key, value) in entries(view, budget) {
        let Some(name) = key.as_str() else { continue };
        found.push((name.to_owned(), Variable::of(value)));
        nested(name, value, NESTED, budget, &mut found);
    }
    found
}

/// How many mappings stand one in another around a variable.
const NESTED: usize = 2;

fn nested(
    name: &str,
    view: View<'_>,
    depth: usize,
    budget: &Budget,
    found: &mut Vec<(String, Variable)>,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    if view.kind() == Kind::Sequence && view.size() == 1 {
        let only = view.items().next();
        found.extend(only.map(|only| (name.to_owned(), Variable::of(only))));
    }
    for (key, value) in entries(Some(view), budget) {
        let Some(key) = key.as_str() else { continue };
        let name = format!("{name}.{key}");
        if value.kind() == Kind::Scalar {
            found.push((name.clone(), Variable::of(value)));
        }
        nested(&name, value, depth, budget, found);
    }
}
