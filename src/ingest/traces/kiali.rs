//! The graph that Kiali, the console of Istio, draws and answers
//! (`/api/namespaces/graph`): `{graphType, elements: {nodes: [{data}], edges: [{data}]}}`.
//!
//! Nodes are workloads, apps or services. A service that stands between two workloads is only how
//! one calls the other: the call is told as one.

use std::collections::{BTreeMap, BTreeSet};

use super::spans::{Counted, LONGEST, Seen, What, judge, usable};
use crate::ingest::budget::Budget;
use crate::source::{Kind, View};

/// Edges of what the mesh does not know.
const OUTSIDE_MESH: &str = "of a workload that the mesh does not know (`unknown`)";

/// Whether a document is such a graph.
pub(super) fn is_graph(root: View<'_>) -> bool {
    let nodes = root.path(&["elements", "nodes"]);
    let first = nodes.and_then(|nodes| nodes.items().next());
    root.path(&["elements", "edges"]).is_some()
        && first.is_some_and(|first| first.path(&["data", "nodeType"]).is_some())
}

/// What a node is.
struct Node {
    name: String,
    what: What,
    /// A service: those it leads to are meant.
    between: bool,
}

/// Reads one graph.
pub(super) fn read<'d>(root: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    let list = |key| {
        let list = root.path(&["elements", key]);
        let list = list.filter(|list| list.kind() == Kind::Sequence && budget.spend(list.size()));
        let items = list.map(View::items).into_iter().flatten();
        items
            .filter_map(|item| item.get("data"))
            .collect::<Vec<_>>()
    };
    let mut nodes: BTreeMap<&str, Node> = BTreeMap::new();
    for data in list("nodes") {
        if let (Some(id), Some(node)) = (data.get("id").and_then(View::as_str), node(data)) {
            nodes.insert(id, node);
        }
    }
    let edges = list("edges");
    let ends = |edge: View<'d>| {
        let text = |key| edge.get(key).and_then(View::as_str);
        Some((text("source")?, text("target")?))
    };
    let mut leads: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges.iter().filter_map(|edge| ends(*edge)) {
        if nodes.get(from).is_some_and(|node| node.between) {
            leads.entry(from).or_default().insert(to);
        }
    }
    for edge in edges {
        let Some((from, to)) = ends(edge).filter(|_| budget.spend(4)) else {
            continue;
        };
        let Some(caller) = nodes.get(from) else {
            seen.skip(edge.span(), OUTSIDE_MESH);
            continue;
        };
        if caller.between {
            continue;
        }
        let one = BTreeSet::from([to]);
        for to in leads.get(to).unwrap_or(&one) {
            let Some(other) = nodes.get(to).filter(|_| budget.spend(1)) else {
                seen.skip(edge.span(), OUTSIDE_MESH);
                continue;
            };
            if other.name != caller.name {
                seen.counted.push(Counted {
                    from: caller.name.clone(),
                    to: other.name.clone(),
                    what: other.what,
                    message: false,
                    count: 0,
                    place: edge.span(),
                });
            }
        }
    }
}

/// `NAMESPACE/NAME` of a workload, else of an app, else of a service. `None`: not known.
fn node(data: View<'_>) -> Option<Node> {
    let text = |key: &str| {
        let text = usable(data.get(key)?.as_str()?)?;
        (text != "unknown").then_some(text)
    };
    let is_service = text("nodeType") == Some("service");
    let workload = text("workload").or_else(|| text("app"));
    let (workload, service) = (workload.filter(|_| !is_service), text("service"));
    let entry = data
        .get("isServiceEntry")
        .is_some_and(|entry| !entry.is_null());
    let name = workload.or(service)?;
    if matches!(name, "PassthroughCluster" | "BlackHoleCluster") {
        return None;
    }
    let full = match text("namespace").filter(|_| !entry) {
        Some(space) => format!("{space}/{name}"),
        None => name.to_owned(),
    };
    (full.len() <= LONGEST).then(|| Node {
        what: if entry { What::Outside } else { judge(&full) },
        name: full,
        between: workload.is_none() && !entry,
    })
}
