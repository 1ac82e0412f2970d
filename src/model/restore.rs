//! A saved graph's nodes and requirements come back as they were.

use std::collections::HashSet;

use super::draft::{Context, Draft, Rank};
use super::merge::{Said, is_plain};
use super::resolve::{Found, UNKNOWN};
use super::{Member, NodeIx, Requirement, Way, given};
use crate::ingest::fact::{
    Attributes, Otherwise, Ref, SavedNode, SavedRequirement, SavedWay, Source,
};
use crate::message;
use crate::source::{Location, ProblemKind, Span};
use crate::words::{Class, Evidence, Id, Mode};

impl Draft<'_> {
    /// A node of a saved graph.
    /// Unknown targets come back with the requirements that name them, as a finding, or as the
    /// node that another input now describes.
    pub(super) fn restore_node(&mut self, saved: &SavedNode, rank: Rank) {
        if saved.id.kind() == UNKNOWN {
            return;
        }
        let context = saved_context(&saved.sources, saved.evidence, saved.span, rank);
        let id = self
            .names
            .id_of(saved.id.as_str())
            .unwrap_or_else(|| saved.id.clone());
        let ix = self.ensure(&id, saved.class, &context);
        self.gives(rank, ix, given::Said::There);
        self.class(
            ix,
            saved.class,
            Said {
                rank,
                span: saved.span,
            },
        );
        // What the graph worked out is no statement: fresh replicas give a fresh demand, and a
        // start that takes no time may as well be one that nobody spoke of.
        let stated = Attributes {
            demand: None,
            start_s: saved.attributes.start_s.filter(|takes| *takes > 0),
            ..saved.attributes.clone()
        };
        self.describe(ix, &stated, &context);
        let node = self.node_mut(ix);
        node.demand = node.demand.or(saved.attributes.demand);
        node.data = node.data.or(saved.replication);
    }

    /// A name that the earlier run could not resolve is looked up again.
    pub(super) fn restore_unknown(&mut self, saved: &SavedNode, rank: Rank) {
        if saved.id.kind() == UNKNOWN {
            let context = saved_context(&saved.sources, saved.evidence, saved.span, rank);
            let ix = self.resolve(&named(&saved.id, saved.span), &context);
            let node = self.node_mut(ix);
            node.demand = node.demand.or(saved.attributes.demand);
        }
    }

    /// What a saved node is a part of, once all nodes are known.
    pub(super) fn restore_part(&mut self, saved: &SavedNode) {
        let found = |text: &str| match self.find(text) {
            Found::Node(ix) => Some(ix),
            Found::Several(_) | Found::Nothing => None,
        };
        let Some(whole) = &saved.part_of else {
            return;
        };
        let by_name = named(whole, saved.span).text;
        let whole = found(whole.as_str()).or_else(|| found(&by_name));
        if let (Some(ix), Some(whole)) = (found(saved.id.as_str()), whole) {
            let node = self.node_mut(ix);
            node.part_of = node.part_of.or(Some(whole));
        }
    }

    /// A requirement of a saved graph, under the id it had.
    pub(super) fn restore_requirement(&mut self, saved: &SavedRequirement, rank: Rank) {
        let context = saved_context(&saved.sources, saved.evidence, saved.span, rank);
        let of = self.resolve(&named(&saved.of, saved.span), &context);
        let mut members: Vec<Member> = Vec::with_capacity(saved.members.len());
        let mut seen = HashSet::new();
        for member in &saved.members {
            let node = self.resolve(&named(&member.id, saved.span), &context);
            if !seen.insert(node) {
                let message = message!(
                    "`{id}` occurs twice in one requirement; the first one counts",
                    id = member.id
                );
                self.problem(ProblemKind::InvalidValue, saved.span, message);
                continue;
            }
            let standby = member.standby.as_ref().map(|ways| {
                let way = |way: &SavedWay| {
                    let ids = way.requires.iter();
                    let mut requires: Vec<NodeIx> = ids
                        .map(|id| self.resolve(&named(id, saved.span), &context))
                        .collect();
                    requires.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
                    requires.dedup();
                    Way {
                        takes_s: way.takes_s,
                        requires,
                        drilled: way.drilled.clone(),
                        evidence: way.evidence,
                        sources: way.sources.iter().cloned().map(recorded).collect(),
                    }
                };
                ways.iter().map(way).collect()
            });
            members.push(Member {
                node,
                weight: member.weight,
                standby,
            });
        }
        members.sort_by(|a, b| self.id(a.node).cmp(self.id(b.node)));
        // That a service needs its replicas says nothing of others.
        let own = |member: &Member| self.node(member.node).class == Class::Replica;
        if !members.iter().any(own) {
            self.gives_need(of, saved.mode, &context);
        }
        if saved.need == 0 {
            let message = message!("`{id}` has need 0: 1 is used", id = saved.id);
            self.problem(ProblemKind::InvalidValue, saved.span, message);
        }
        let requirement = Requirement {
            id: saved.id.clone(),
            of,
            mode: saved.mode,
            need: saved.need.max(1),
            members,
            evidence: saved.evidence,
            observed: saved.observed || saved.evidence == Evidence::Observed,
            sources: context.sources.clone(),
        };
        if saved.mode == Mode::Placement {
            self.recognise_unnamed(&requirement);
        }
        let plain = is_plain(&requirement);
        if let Err(refused) = self.add(requirement, plain, &context) {
            self.note_rivals(refused.at, &saved.id, saved.span);
        }
    }

    /// Hosts that an earlier run had to make up stay unnamed in its saved graph.
    fn recognise_unnamed(&mut self, requirement: &Requirement) {
        for member in &requirement.members {
            let node = self.node(member.node);
            let made_up = node.class == Class::Domain
                && node.evidence == Evidence::Assumed
                && node.id.kind() == "host"
                && node
                    .title
                    .as_deref()
                    .is_some_and(|title| title.starts_with("unnamed host of "));
            if made_up {
                self.unnamed.insert(member.node);
            }
        }
    }
}

/// A reference to a saved node. One that stood for an unknown name is that name again.
fn named(id: &Id, span: Span) -> Ref {
    Ref {
        text: match id.kind() {
            UNKNOWN => id.name().to_owned(),
            _ => id.to_string(),
        },
        span,
        otherwise: Otherwise::Unknown,
    }
}

fn recorded(location: Location) -> Source {
    Source::Recorded(Box::new(location))
}

/// How a thing of a saved graph is known: as it was known then.
fn saved_context(sources: &[Location], evidence: Evidence, span: Span, rank: Rank) -> Context {
    Context {
        evidence,
        sources: sources.iter().cloned().map(recorded).collect(),
        span,
        rank,
    }
}
