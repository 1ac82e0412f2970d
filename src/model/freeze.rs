//! From the draft to the model: everything sorted, draft indices turned into the model's.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::draft::{Draft, Entry};
use super::given::contributions;
use super::{Model, Node, NodeIx, Requirement};
use crate::ingest::fact::Source;
use crate::words::{Class, Mode};

/// The nodes of a draft sorted by id.
pub(super) struct Order(Vec<NodeIx>);

impl Order {
    /// The nodes in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = NodeIx> {
        self.0.iter().copied()
    }
}

impl Draft<'_> {
    /// Sorts the nodes, of which there must be no more to come. O(n log n), on all cores.
    pub(super) fn order(&self) -> Order {
        let ids = self.nodes.iter().map(|node| node.id.as_str());
        let mut order: Vec<(&str, u32)> = ids.zip(0..).collect();
        order.par_sort_unstable();
        Order(order.into_iter().map(|(_, ix)| NodeIx(ix)).collect())
    }

    /// Sorts everything and turns draft indices into the model's. `aliases` and `order` are what
    /// [`Draft::report_names`] and [`Draft::order`] gave. O(n log n), on all cores.
    pub(super) fn freeze(
        mut self,
        order: &Order,
        aliases: Vec<(String, NodeIx)>,
        adapters: &[(&'static str, usize)],
    ) -> Model {
        let mut place = vec![0_u32; order.0.len()];
        for (to, from) in (0..).zip(order.iter()) {
            if let Some(slot) = place.get_mut(from.0 as usize) {
                *slot = to;
            }
        }
        let at = |ix: NodeIx| place.get(ix.0 as usize).map_or(ix, |to| NodeIx(*to));
        let unplaced: BTreeSet<NodeIx> = self.unplaced().map(at).collect();
        let sources = contributions(&self.given, &self.nodes, &self.entries, adapters);
        self.index = std::collections::HashMap::new();
        let mut nodes = std::mem::take(&mut self.nodes);
        arrange(&mut nodes, place.clone());
        nodes.par_iter_mut().for_each(|node| settle_node(node, at));
        let entries = std::mem::take(&mut self.entries).into_iter();
        let kept = entries.filter(|entry| !entry.dropped);
        let mut requirements: Vec<Requirement> = kept.map(|entry| entry.requirement).collect();
        requirements
            .par_iter_mut()
            .for_each(|requirement| settle_requirement(requirement, at));
        sort_requirements(&mut requirements);
        let mut aliases: Vec<(String, NodeIx)> = aliases
            .into_iter()
            .map(|(name, ix)| (name, at(ix)))
            .collect();
        aliases.par_sort_unstable();
        let mut problems = self.problems;
        problems.sort_by(|a, b| (a.span, a.kind, &a.message).cmp(&(b.span, b.kind, &b.message)));
        problems.dedup();
        Model {
            assume: self.assume,
            nodes,
            requirements,
            problems,
            aliases,
            unplaced: unplaced.into_iter().collect(),
            sources,
            joins: self.joined,
            traffic: self.traffic,
        }
    }

    /// The replicas that stand on hosts which nobody named.
    fn unplaced(&self) -> impl Iterator<Item = NodeIx> {
        let stands = |entry: &&Entry| {
            let requirement = &entry.requirement;
            !entry.dropped
                && requirement.mode == Mode::Placement
                && self.node(requirement.of).class == Class::Replica
                && requirement
                    .members
                    .iter()
                    .any(|member| self.unnamed.contains(&member.node))
        };
        self.entries
            .iter()
            .filter(stands)
            .map(|entry| entry.requirement.of)
    }
}

fn settle_node(node: &mut Node, at: impl Fn(NodeIx) -> NodeIx) {
    node.within = node.within.map(&at);
    node.part_of = node.part_of.map(&at);
    tidy(&mut node.sources);
}

fn settle_requirement(requirement: &mut Requirement, at: impl Fn(NodeIx) -> NodeIx) {
    requirement.of = at(requirement.of);
    for member in &mut requirement.members {
        member.node = at(member.node);
        for way in member.standby.iter_mut().flatten() {
            for required in &mut way.requires {
                *required = at(*required);
            }
            way.requires.sort_unstable();
            tidy(&mut way.sources);
        }
    }
    requirement.members.sort_by_key(|member| member.node);
    tidy(&mut requirement.sources);
}

/// By owner, then id. What is sorted is places: requirements are large.
fn sort_requirements(requirements: &mut [Requirement]) {
    let keys = (0..).zip(&*requirements);
    let mut order: Vec<(NodeIx, &str, u32)> = keys
        .map(|(at, requirement)| (requirement.of, requirement.id.as_str(), at))
        .collect();
    order.par_sort_unstable();
    let mut place = vec![0_u32; order.len()];
    for (to, (.., from)) in (0..).zip(order) {
        if let Some(slot) = place.get_mut(from as usize) {
            *slot = to;
        }
    }
    arrange(requirements, place);
}

/// Puts the item at each position where `place` says, without a second list of them all. O(items).
fn arrange<T>(items: &mut [T], mut place: Vec<u32>) {
    for at in 0..items.len() {
        while let Some(to) = place.get(at).map(|to| *to as usize)
            && to != at
            && to < items.len()
        {
            items.swap(at, to);
            place.swap(at, to);
        }
    }
}

/// Sorted, each once.
fn tidy(sources: &mut Vec<Source>) {
    sources.sort_unstable();
    sources.dedup();
    sources.shrink_to_fit();
}
