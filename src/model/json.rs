//! The graph as other programs read it (DESIGN section 5): every number the analysis uses, under
//! names that don't change. Keys are left out where nothing is known; order is that of the model.

use serde::Serialize;

use super::{Member, Model, Node, NodeIx, Requirement, Way};
use crate::ingest::fact::Source;
use crate::source::{Location, SourceMap};
use crate::words::{Evidence, Replication, Role};

/// Version of the contract.
pub const VERSION: u32 = 1;

/// The whole graph.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Graph<'m> {
    pub version: u32,
    pub assume: &'static str,
    /// By id.
    pub nodes: Vec<GraphNode<'m>>,
    /// By owner, then id.
    pub requirements: Vec<GraphRequirement<'m>>,
    /// Other names of nodes, by name: not needed to recompute anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<GraphAlias<'m>>,
}

/// One node. Times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphNode<'m> {
    pub id: &'m str,
    pub kind: &'m str,
    pub class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_per_h: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demand: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpo_s: Option<u64>,
    pub start_s: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<GraphData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fails_per_y: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
    /// What it is to the operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// Date of the last comparison with what is really there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<&'m str>,
    /// Where it is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<&'m str>,
    /// What a replica is a copy of, whose requirement a group expands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<&'m str>,
    pub evidence: &'static str,
    pub sources: Vec<GraphSource>,
}

/// How a replica holds data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GraphData {
    pub replication: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lag_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_s: Option<u64>,
}

/// At least `need` weight of `members`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphRequirement<'m> {
    pub id: &'m str,
    pub of: &'m str,
    pub mode: &'static str,
    pub need: u64,
    pub evidence: &'static str,
    /// A trace saw it too; left out where `evidence` says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub observed: bool,
    pub members: Vec<GraphMember<'m>>,
    pub sources: Vec<GraphSource>,
}

/// One member; `standby` is null for an active one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphMember<'m> {
    pub id: &'m str,
    pub weight: u64,
    pub standby: Option<Vec<GraphWay<'m>>>,
}

/// A way of promoting a standby.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraphWay<'m> {
    pub takes_s: u64,
    pub requires: Vec<&'m str>,
    /// Date of the last drill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drilled: Option<&'m str>,
    pub evidence: &'static str,
    pub sources: Vec<GraphSource>,
}

/// A place in an input; line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GraphSource {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

/// Another name of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GraphAlias<'m> {
    pub name: &'m str,
    pub id: &'m str,
}

/// The graph contract of `model`, whose places lie in files of `sources`. O(size of the model).
#[must_use]
pub fn to_json<'m>(model: &'m Model, sources: &SourceMap) -> Graph<'m> {
    let writer = Writer { model, sources };
    let alias = |(name, ix): &'m (String, NodeIx)| GraphAlias {
        name,
        id: writer.id(*ix),
    };
    Graph {
        version: VERSION,
        assume: model.assume.as_str(),
        nodes: model.nodes.iter().map(|node| writer.node(node)).collect(),
        requirements: model
            .requirements
            .iter()
            .map(|requirement| writer.requirement(requirement))
            .collect(),
        aliases: model.aliases.iter().map(alias).collect(),
    }
}

/// Looks up ids and places.
struct Writer<'m, 's> {
    model: &'m Model,
    sources: &'s SourceMap,
}

impl<'m> Writer<'m, '_> {
    fn id(&self, ix: NodeIx) -> &'m str {
        self.model.node(ix).id.as_str()
    }

    fn node(&self, node: &'m Node) -> GraphNode<'m> {
        GraphNode {
            id: node.id.as_str(),
            kind: node.id.kind(),
            class: node.class.as_str(),
            title: node.title.as_deref(),
            tier: node.tier,
            owner: node.owner.as_deref(),
            users: node.users,
            revenue_per_h: node.revenue_per_h,
            demand: node.demand,
            rto_s: node.rto_s,
            rpo_s: node.rpo_s,
            start_s: node.start_s,
            data: node.data.map(data),
            fails_per_y: node.fails_per_y,
            repair_s: node.repair_s,
            cost: node.cost,
            role: node.role.map(Role::as_str),
            verified: node.verified.as_deref(),
            within: node.within.map(|ix| self.id(ix)),
            part_of: node.part_of.map(|ix| self.id(ix)),
            evidence: node.evidence.as_str(),
            sources: self.places(&node.sources),
        }
    }

    fn requirement(&self, requirement: &'m Requirement) -> GraphRequirement<'m> {
        let members = requirement.members.iter();
        GraphRequirement {
            id: &requirement.id,
            of: self.id(requirement.of),
            mode: requirement.mode.as_str(),
            need: requirement.need,
            evidence: requirement.evidence.as_str(),
            observed: requirement.observed && requirement.evidence != Evidence::Observed,
            members: members.map(|member| self.member(member)).collect(),
            sources: self.places(&requirement.sources),
        }
    }

    fn member(&self, member: &'m Member) -> GraphMember<'m> {
        let ways = |ways: &'m Vec<Way>| ways.iter().map(|way| self.way(way)).collect();
        GraphMember {
            id: self.id(member.node),
            weight: member.weight,
            standby: member.standby.as_ref().map(ways),
        }
    }

    fn way(&self, way: &'m Way) -> GraphWay<'m> {
        GraphWay {
            takes_s: way.takes_s,
            requires: way.requires.iter().map(|ix| self.id(*ix)).collect(),
            drilled: way.drilled.as_deref(),
            evidence: way.evidence.as_str(),
            sources: self.places(&way.sources),
        }
    }

    /// Places as users read them, each once: two spans may begin at one position.
    fn places(&self, sources: &[Source]) -> Vec<GraphSource> {
        let place = |source: &Source| {
            let Location { file, line, column } = match source {
                Source::Here(span) => self.sources.location(*span),
                Source::Recorded(location) => (**location).clone(),
            };
            GraphSource { file, line, column }
        };
        let mut places: Vec<GraphSource> = sources.iter().map(place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn data(replication: Replication) -> GraphData {
    let (lag_s, interval_s) = match replication {
        Replication::Primary | Replication::Sync => (None, None),
        Replication::Async { lag_s } => (Some(lag_s), None),
        Replication::Backup { interval_s } => (None, Some(interval_s)),
    };
    GraphData {
        replication: replication.as_str(),
        lag_s,
        interval_s,
    }
}
