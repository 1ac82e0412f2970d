//! The model: the frozen answer to "what is there". Facts of all sources, merged into nodes and
//! requirements that carry their evidence and sources.
//!
//! * [`mod@build`]: facts → [`Model`]; * [`resolve`]: names, aliases, "did you mean";
//! * [`join`]: one thing under several names; * [`merge`]: the same thing from two sources; * [`restore`]: saved graphs;
//! * [`compile`]: nested requirements → groups; * [`naming`]: names made of content;
//! * [`observed`]: what traces saw, beside what is stated;
//! * [`replicas`]: copies; [`stated`]: whose word on them is taken; * [`unplaced`]: what is assumed of those nobody placed;
//! * [`given`]: what each source gives; * [`apart`]: two things of one name; * [`whereabouts`]: one host in two places;
//! * [`placement`]: circles of things that stand on each other; * [`draft`]: the model in the making, * [`entries`]: its requirements by id; * [`freeze`]: the draft, sorted;
//! * [`json`]: the graph as other programs read it (DESIGN section 5).

mod apart;
pub mod build;
mod compile;
mod draft;
mod entries;
mod freeze;
mod given;
mod join;
pub mod json;
mod merge;
mod naming;
mod observed;
mod placement;
mod replicas;
mod resolve;
mod restore;
mod stated;
mod unplaced;
mod whereabouts;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use build::build;
pub use given::Contribution;
pub use join::{Ground, Join};
pub use resolve::Lookup;

use crate::ingest::fact::{Source, Traffic};
use crate::source::Problem;
use crate::words::{Assume, Class, Evidence, Id, Mode, Replication, Role};

/// Index of a node in [`Model::nodes`]. Nodes are sorted by id, so indices sort as ids do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIx(pub u32);

/// Index of a requirement in [`Model::requirements`], which are sorted by owner, then id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReqIx(pub u32);

/// Everything the analysis and the formats need to know of the estate.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub assume: Assume,
    pub nodes: Vec<Node>,
    pub requirements: Vec<Requirement>,
    /// What adapters and the merge found wrong, sorted by place.
    pub problems: Vec<Problem>,
    /// Names on the command line that mean a node: aliases beside the ids themselves.
    pub aliases: Vec<(String, NodeIx)>,
    /// Replicas whose placement no source states.
    pub unplaced: Vec<NodeIx>,
    /// What each source gives, in the order of the adapters.
    pub sources: Vec<Contribution>,
    /// Names of one thing that sources spell differently, sorted.
    pub joins: Vec<Join>,
    /// How much traffic was compared with what is stated.
    pub traffic: Traffic,
}

/// One node. Times in seconds; `None` where no source says.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: Id,
    pub class: Class,
    pub title: Option<String>,
    pub tier: Option<u8>,
    pub owner: Option<String>,
    pub users: Option<u64>,
    pub revenue_per_h: Option<u64>,
    pub demand: Option<u64>,
    pub rto_s: Option<u64>,
    pub rpo_s: Option<u64>,
    pub start_s: u64,
    /// How a store's replica holds data.
    pub data: Option<Replication>,
    pub fails_per_y: Option<f64>,
    pub repair_s: Option<u64>,
    pub cost: Option<u64>,
    /// What it is to the operators.
    pub role: Option<Role>,
    /// Date of the last comparison with what is really there, `YYYY-MM-DD`.
    pub verified: Option<String>,
    /// Domain it is drawn in without standing on it.
    pub within: Option<NodeIx>,
    /// The service or store a replica is a copy of; the node whose requirement a group expands.
    pub part_of: Option<NodeIx>,
    pub evidence: Evidence,
    pub sources: Vec<Source>,
}

impl Node {
    /// A node of which nothing is known but what it is, and who says so.
    #[must_use]
    pub fn new(id: Id, class: Class, evidence: Evidence, sources: Vec<Source>) -> Self {
        Self {
            id,
            class,
            title: None,
            tier: None,
            owner: None,
            users: None,
            revenue_per_h: None,
            demand: None,
            rto_s: None,
            rpo_s: None,
            start_s: 0,
            data: None,
            fails_per_y: None,
            repair_s: None,
            cost: None,
            role: None,
            verified: None,
            within: None,
            part_of: None,
            evidence,
            sources,
        }
    }
}

/// At least `need` weight of `members`.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Unique, and the same when a manifest is reordered: owner, mode and members.
    pub id: String,
    pub of: NodeIx,
    pub mode: Mode,
    pub need: u64,
    pub members: Vec<Member>,
    pub evidence: Evidence,
    /// A trace saw it, whatever else states it.
    pub observed: bool,
    pub sources: Vec<Source>,
}

/// A node that counts towards a requirement; once per requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub node: NodeIx,
    pub weight: u64,
    /// `None`: active. `Some(ways)`: a standby; without ways it is never promoted.
    pub standby: Option<Vec<Way>>,
}

/// A way of promoting a standby: `takes_s` after the standby and all of `requires` serve.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub takes_s: u64,
    pub requires: Vec<NodeIx>,
    pub drilled: Option<String>,
    pub evidence: Evidence,
    pub sources: Vec<Source>,
}

impl Model {
    /// The node behind `ix`.
    #[must_use]
    pub fn node(&self, ix: NodeIx) -> &Node {
        &self.nodes[ix.0 as usize]
    }

    /// The requirement behind `ix`.
    #[must_use]
    pub fn requirement(&self, ix: ReqIx) -> &Requirement {
        &self.requirements[ix.0 as usize]
    }

    /// The node with this id. O(log nodes).
    #[must_use]
    pub fn find(&self, id: &str) -> Option<NodeIx> {
        let at = self
            .nodes
            .binary_search_by(|node| node.id.as_str().cmp(id))
            .ok()?;
        u32::try_from(at).ok().map(NodeIx)
    }

    /// Every node with its index, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (NodeIx, &Node)> + Clone {
        (0..).map(NodeIx).zip(&self.nodes)
    }
}
