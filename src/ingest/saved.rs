//! A saved graph (`spof graph --format json`, DESIGN section 5) as an input: for diffs, and for
//! the night the git server burns.
//!
//! It is read strictly: a program wrote it, so what does not fit the contract is damage or another
//! version, and guessing would change verdicts.

use std::collections::HashSet;

use super::Adapter;
use super::fact::{
    AliasFact, Attributes, Facts, Origin, Otherwise, Ref, SavedMember, SavedNode, SavedRequirement,
};
use crate::message;
use crate::source::item::{At, Listed, Read as _, Reader, quote, record};
use crate::source::{Document, Kind, Location, Problem, ProblemKind, SourceMap, Span, View};
use crate::words::{Assume, Class, Evidence, Id, Mode, Replication, Role};
use values::{Every, Flag, Integer, Rate, Seconds, Standby, Text, Tier, Word};

#[cfg(test)]
mod tests;
mod values;

/// The version of the contract that is read.
const VERSION: &str = "1";
/// The adapter.
pub struct Saved;

impl Adapter for Saved {
    fn name(&self) -> &'static str {
        "saved"
    }

    fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
        let root = document.root();
        let is_list = |key| {
            root.get(key)
                .is_some_and(|value| value.kind() == Kind::Sequence)
        };
        root.get("version").is_some() && is_list("nodes") && is_list("requirements")
    }

    fn translate(&self, documents: &[&Document], _sources: &SourceMap) -> Facts {
        let nodes = documents.iter().map(|document| document.tree.len());
        let mut cx = Reader::new(nodes.fold(0, usize::saturating_add));
        let mut facts = Facts::default();
        for document in documents {
            cx.begin();
            let root = document.root();
            if let Some(version) = root.get("version").filter(|view| !is_known(*view)) {
                let found = version.as_str().map_or("of no kind".to_owned(), quote);
                let problem = Problem::new(
                    ProblemKind::Unreadable,
                    version.span(),
                    message!(
                        "this saved graph has the version {found}; only {VERSION} is read",
                        found,
                        VERSION
                    ),
                );
                cx.tell(problem.with_help(message!("save it again with this version of spof")));
                facts
                    .unread
                    .push((root.span(), message!("a saved graph of another version")));
            } else if let Some(graph) = Graph::read(root, &mut cx) {
                write(graph, &mut facts, &mut cx);
            }
        }
        facts.problems = cx.problems;
        facts
    }
}

fn is_known(version: View<'_>) -> bool {
    version.as_str() == Some(VERSION) && !version.is_quoted()
}

record! {
    /// The whole graph.
    Graph {
        /// Checked before.
        version: must Integer,
        /// What was assumed of unplaced replicas when it was saved.
        assume: must Word<Assume>,
        /// By id.
        nodes: must Listed<At<GraphNode>>,
        /// By owner.
        requirements: must Listed<At<GraphRequirement>>,
        /// Other names.
        aliases: may Listed<At<GraphAlias>>,
    }
}

record! {
    /// A node.
    GraphNode {
        /// Its identifier.
        id: must At<Id>,
        /// What stands before the colon of it.
        kind: must At<Text>,
        /// What it is.
        class: must Word<Class>,
        /// For people.
        title: may Text,
        /// 0 to 9.
        tier: may Tier,
        /// Who answers for it.
        owner: may Text,
        /// People who use it.
        users: may Integer,
        /// What it earns.
        revenue_per_h: may Integer,
        /// Weight that full service takes.
        demand: may Integer,
        /// Longest time it may be away.
        rto_s: may Seconds,
        /// Most time of data it may lose.
        rpo_s: may Seconds,
        /// How long it takes to start.
        start_s: must Seconds,
        /// How it holds data.
        data: may Replication,
        /// How often it fails.
        fails_per_y: may Rate,
        /// How long its repair takes.
        repair_s: may Seconds,
        /// What it costs.
        cost: may Integer,
        /// What it is to the operators.
        role: may Word<Role>,
        /// When it was last compared with what is there.
        verified: may Text,
        /// Where it is drawn.
        within: may At<Id>,
        /// What it is a part of.
        part_of: may Id,
        /// How it is known.
        evidence: must Word<Evidence>,
        /// Where.
        sources: must Every<Location>,
    }
}

record! {
    /// A requirement.
    GraphRequirement {
        /// Its identifier.
        id: must Text,
        /// The node that needs.
        of: must Id,
        /// What happens without it.
        mode: must Word<Mode>,
        /// How much weight.
        need: must Integer,
        /// How it is known.
        evidence: must Word<Evidence>,
        /// A trace saw it too.
        observed: may Flag,
        /// Of what.
        members: must At<Every<GraphMember>>,
        /// Where.
        sources: must Every<Location>,
    }
}

record! {
    /// A member.
    GraphMember {
        /// The node.
        id: must Id,
        /// What it counts.
        weight: must Integer,
        /// Null for an active one.
        standby: must Standby,
    }
}

record! {
    /// A way of promotion.
    GraphWay {
        /// How long it takes.
        takes_s: must Seconds,
        /// What must serve.
        requires: must Every<Id>,
        /// When it was last practised.
        drilled: may Text,
        /// How it is known.
        evidence: must Word<Evidence>,
        /// Where.
        sources: must Every<Location>,
    }
}

record! {
    /// How a replica holds data.
    GraphData {
        /// The word.
        replication: must Text,
        /// Of `async`.
        lag_s: may Seconds,
        /// Of `backup`.
        interval_s: may Seconds,
    }
}

record! {
    /// A place.
    GraphSource {
        /// Path.
        file: must Text,
        /// From 1.
        line: must Integer,
        /// From 1.
        column: must Integer,
    }
}

record! {
    /// Another name of a node.
    GraphAlias {
        /// The name.
        name: must Text,
        /// The node.
        id: must At<Id>,
    }
}

/// Writes down what a graph states; what contradicts itself is told and left out.
fn write(graph: Graph, facts: &mut Facts, cx: &mut Reader) {
    let Graph {
        version: Integer(_),
        assume: Word(_),
        nodes,
        requirements,
        aliases,
    } = graph;
    let mut seen = HashSet::new();
    for At { value, span } in nodes.0 {
        if !seen.insert(value.id.value.clone()) {
            let message = message!(
                "the node {what} is here twice",
                what = quote(value.id.value.as_str())
            );
            cx.wrong(value.id.span, message);
        } else if value.kind.value.0 == value.id.value.kind() {
            facts.saved_nodes.push(node(value, span));
        } else {
            let message = message!(
                "`kind`: expected {what}, as the id says",
                what = quote(value.id.value.kind())
            );
            cx.wrong(value.kind.span, message);
        }
    }
    let mut seen = HashSet::new();
    for At { value, span } in requirements.0 {
        let mut members = HashSet::new();
        if !seen.insert(value.id.0.clone()) {
            let message = message!(
                "the requirement {what} is here twice",
                what = quote(&value.id.0)
            );
            cx.wrong(span, message);
        } else if value
            .members
            .value
            .0
            .iter()
            .all(|member| members.insert(&member.id))
        {
            facts.saved_requirements.push(requirement(value, span));
        } else {
            cx.wrong(
                value.members.span,
                message!("a node is a member of this requirement twice"),
            );
        }
    }
    for At { value, span } in aliases.into_iter().flat_map(|Listed(aliases)| aliases) {
        facts.aliases.push(AliasFact {
            name: value.name.0,
            target: reference(&value.id),
            origin: Origin::at(Evidence::Declared, span),
        });
    }
}

fn reference(id: &At<Id>) -> Ref {
    Ref {
        text: id.value.to_string(),
        span: id.span,
        otherwise: Otherwise::Unknown,
    }
}

fn node(node: GraphNode, span: Span) -> SavedNode {
    let integer = |value: Option<Integer>| value.map(|Integer(value)| value);
    let seconds = |value: Option<Seconds>| value.map(|Seconds(value)| value);
    SavedNode {
        id: node.id.value,
        class: node.class.0,
        attributes: Attributes {
            title: node.title.map(|Text(title)| title),
            tier: node.tier.map(|Tier(tier)| tier),
            owner: node.owner.map(|Text(owner)| owner),
            users: integer(node.users),
            revenue_per_h: integer(node.revenue_per_h),
            demand: integer(node.demand),
            need: None,
            rto_s: seconds(node.rto_s),
            rpo_s: seconds(node.rpo_s),
            start_s: Some(node.start_s.0),
            fails_per_y: node.fails_per_y.map(|Rate(rate)| rate),
            repair_s: seconds(node.repair_s),
            cost: integer(node.cost),
            role: node.role.map(|Word(role)| role),
            verified: node.verified.map(|Text(date)| date),
            within: node.within.as_ref().map(reference),
        },
        replication: node.data,
        part_of: node.part_of,
        evidence: node.evidence.0,
        sources: node.sources.0,
        span,
    }
}

fn requirement(requirement: GraphRequirement, span: Span) -> SavedRequirement {
    let members = requirement.members.value.0.into_iter();
    SavedRequirement {
        id: requirement.id.0,
        of: requirement.of,
        mode: requirement.mode.0,
        need: requirement.need.0,
        members: members
            .map(|member| SavedMember {
                id: member.id,
                weight: member.weight.0,
                standby: member.standby.0,
            })
            .collect(),
        evidence: requirement.evidence.0,
        observed: requirement.observed.is_some_and(|Flag(seen)| seen),
        sources: requirement.sources.0,
        span,
    }
}
