//! The estate as the page's scripts read it: all nodes and requirements as columns of integers,
//! names and places in tables of their own. `templates/scripts/data.js` is the reader, and says what
//! comes out; `templates/scripts/simulate.js` computes on it.
//!
//! * [`code`]: numbers and sorted names written short. * [`names`]: names of replicas, which follow from
//!   other names. * [`pack`]: text made short. * [`places`]: `file:line`, each written once.

mod code;
mod names;
mod pack;
mod places;

pub(super) use pack::{base64, packed};

use std::collections::HashMap;

use serde::Serialize;

use super::containment::drawn_in;
use super::text::visible;
use crate::error::Error;
use crate::model::{Model, Node, NodeIx, Requirement};
use crate::source::SourceMap;
use crate::words::{Class, Mode, Replication, is_network_kind};
use code::{plain, runs, steps};
use places::Places;

/// Version of the payload: page and data come from one program, so a difference is a mix-up.
const VERSION: u32 = 1;

/// The payload. Every text is made visible and free of credentials, as everywhere on the page.
#[derive(Debug, Serialize)]
pub struct Payload {
    version: u32,
    assume: &'static str,
    /// Kinds of domains that are drawn as layers, not as places.
    layers: Vec<String>,
    nodes: Nodes,
    graph: Graph,
    places: places::Table,
}

/// By node, in order of index. Columns are [`runs`] unless said otherwise; "or 0" columns hold one
/// more than the value.
#[derive(Debug, Serialize)]
struct Nodes {
    /// [`names`], of which those that follow from nothing are front-coded.
    ids: Vec<String>,
    /// Nodes with a title: [`steps`], and the titles.
    titled: String,
    titles: Vec<String>,
    tier: String,
    owners: Vec<String>,
    /// Index into `owners`, or 0.
    owner: String,
    users: String,
    revenue: String,
    demand: String,
    evidence: String,
    /// The domain it is drawn in, or 0: [`steps`].
    parent: String,
    places: String,
}

#[derive(Debug, Serialize)]
struct Graph {
    classes: String,
    start: String,
    /// Or 0.
    rto: String,
    /// Or 0: [`runs`] of index + 1.
    part_of: String,
    /// Triples: [`plain`] of node, word, seconds.
    copies: String,
    /// How many requirements a node has.
    requirements: String,
    mode: String,
    need: String,
    evidence: String,
    places: String,
    /// How many members a requirement has.
    members: String,
    /// [`steps`].
    member_node: String,
    member_weight: String,
    /// How many ways a standby has, or 0 for an active member.
    member_ways: String,
    way_takes: String,
    way_requires: String,
    /// [`steps`].
    way_node: String,
}

impl Payload {
    /// The payload for `model`. Proportional to the size of the model.
    #[must_use]
    pub fn new(model: &Model, sources: &SourceMap) -> Self {
        let mut places = Places::new(sources);
        let node_places = places.column(model.nodes.iter().map(|node| node.sources.as_slice()));
        let owners = model.requirements.iter().map(|r| r.sources.as_slice());
        let requirement_places = places.column(owners);
        let mut layers: Vec<String> = model
            .nodes
            .iter()
            .filter(|node| node.class == Class::Domain)
            .map(|node| node.id.kind())
            .filter(|kind| super::containment::is_layer(kind) || is_network_kind(kind))
            .map(visible)
            .collect();
        layers.sort_unstable();
        layers.dedup();
        Self {
            version: VERSION,
            assume: model.assume.as_str(),
            layers,
            nodes: nodes(model, node_places),
            graph: graph(model, requirement_places),
            places: places.table(),
        }
    }

    /// As JSON that can stand in a `<script type="application/json">`: without any `<`.
    ///
    /// Fails only if serialising does, which is a fault of this program.
    pub fn json(&self) -> Result<String, Error> {
        let json = serde_json::to_string(self)
            .map_err(|error| Error::Internal(format!("the report's data: {error}")))?;
        Ok(json.replace('<', "\\u003c"))
    }
}

fn or_zero(value: Option<u64>) -> u64 {
    value.map_or(0, |value| value.saturating_add(1))
}

fn nodes(model: &Model, places: String) -> Nodes {
    let all = || model.nodes.iter();
    let titled = model.iter().filter(|(_, node)| node.title.is_some());
    let mut numbers: HashMap<&str, u64> = HashMap::new();
    let mut owners = Vec::new();
    let owner: Vec<u64> = all()
        .map(|node| {
            let Some(owner) = node.owner.as_deref() else {
                return 0;
            };
            *numbers.entry(owner).or_insert_with(|| {
                owners.push(visible(owner));
                owners.len() as u64
            })
        })
        .collect();
    let parents = drawn_in(model);
    let of = |value: fn(&Node) -> Option<u64>| runs(all().map(|node| or_zero(value(node))));
    Nodes {
        ids: names::names(model),
        titled: steps(titled.map(|(ix, _)| u64::from(ix.0))),
        titles: all()
            .filter_map(|node| node.title.as_deref().map(visible))
            .collect(),
        tier: of(|node| node.tier.map(u64::from)),
        owners,
        owner: runs(owner),
        users: of(|node| node.users),
        revenue: of(|node| node.revenue_per_h),
        demand: of(|node| node.demand),
        evidence: runs(all().map(|node| node.evidence as u64)),
        parent: steps(
            parents
                .iter()
                .map(|ix| or_zero(ix.map(|ix| u64::from(ix.0)))),
        ),
        places,
    }
}

fn graph(model: &Model, places: String) -> Graph {
    let requirements = || model.requirements.iter();
    let members = || requirements().flat_map(|requirement| &requirement.members);
    let ways = || members().flat_map(|member| member.standby.iter().flatten());
    let mut owned = vec![0_u64; model.nodes.len()];
    for requirement in requirements() {
        if let Some(count) = owned.get_mut(requirement.of.0 as usize) {
            *count += 1;
        }
    }
    let copies = model.iter().filter_map(|(ix, node)| {
        let (word, seconds) = match node.data? {
            Replication::Primary => (0, 0),
            Replication::Sync => (1, 0),
            Replication::Async { lag_s } => (2, lag_s),
            Replication::Backup { interval_s } => (3, interval_s),
        };
        Some([u64::from(ix.0), word, seconds])
    });
    let index = |ix: NodeIx| u64::from(ix.0);
    let by_requirement = |value: fn(&Requirement) -> u64| runs(requirements().map(value));
    Graph {
        classes: runs(model.nodes.iter().map(|node| class_number(node.class))),
        start: runs(model.nodes.iter().map(|node| node.start_s)),
        rto: runs(model.nodes.iter().map(|node| or_zero(node.rto_s))),
        part_of: runs(
            model
                .nodes
                .iter()
                .map(|node| or_zero(node.part_of.map(index))),
        ),
        copies: plain(copies.flatten()),
        requirements: runs(owned),
        mode: by_requirement(|requirement| mode_number(requirement.mode)),
        need: by_requirement(|requirement| requirement.need),
        evidence: by_requirement(|requirement| requirement.evidence as u64),
        places,
        members: by_requirement(|requirement| requirement.members.len() as u64),
        member_node: steps(members().map(|member| index(member.node))),
        member_weight: runs(members().map(|member| member.weight)),
        member_ways: runs(
            members().map(|member| or_zero(member.standby.as_ref().map(|ways| ways.len() as u64))),
        ),
        way_takes: runs(ways().map(|way| way.takes_s)),
        way_requires: runs(ways().map(|way| way.requires.len() as u64)),
        way_node: steps(ways().flat_map(|way| way.requires.iter().copied().map(index))),
    }
}

/// Place in `spof.CLASSES` of simulate.js.
fn class_number(class: Class) -> u64 {
    match class {
        Class::Domain => 0,
        Class::Service => 1,
        Class::Store => 2,
        Class::Replica => 3,
        Class::External => 4,
        Class::Journey => 5,
        Class::Group => 6,
    }
}

/// Place in `spof.MODES` of simulate.js.
fn mode_number(mode: Mode) -> u64 {
    match mode {
        Mode::Placement => 0,
        Mode::Hard => 1,
        Mode::Soft => 2,
        Mode::Start => 3,
    }
}
