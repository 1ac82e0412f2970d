//! Facts of all adapters → [`Model`].

use super::Model;
use super::apart::separate;
use super::draft::{Draft, MOST, Rank};
use super::join::Mentions;
use super::observed;
use super::resolve::by_name;
use crate::ingest::Told;
use crate::ingest::fact::{Facts, Traffic};
use crate::source::SourceMap;
use crate::words::{Assume, Id};

/// Merges what all adapters told into one model. Never fails: what is wrong becomes a problem.
/// All spans must lie in files of `sources`. The `unread` notes of the facts are not part of the
/// model; whoever reports coverage reads them first. O(n log n) in the size of the result.
#[must_use]
pub fn build(told: Vec<Told>, sources: &SourceMap, assume: Assume) -> Model {
    build_within(told, sources, assume, MOST)
}

/// [`build`] for a graph of at most `most` nodes, requirements, members and ways together.
pub(super) fn build_within(
    mut told: Vec<Told>,
    sources: &SourceMap,
    assume: Assume,
    most: u64,
) -> Model {
    let mut draft = Draft::new(sources, assume, most);
    let adapters: Vec<(&'static str, usize)> = told
        .iter()
        .map(|told| (told.adapter, told.documents))
        .collect();
    draft.traffic = told
        .iter()
        .fold(Traffic::default(), |sum, told| sum.plus(told.facts.traffic));
    for told in &mut told {
        draft.problems.append(&mut told.facts.problems);
    }
    draft.problems.append(&mut separate(&mut told));
    let mentions = Mentions::of(&mut told);
    // The native manifest speaks first; among the others, the order of adapters decides.
    let mut speakers: Vec<(Rank, &Facts)> = (0..)
        .zip(&told)
        .map(|(adapter, told)| {
            let rank = Rank {
                authoritative: told.authoritative,
                adapter,
            };
            (rank, &told.facts)
        })
        .collect();
    speakers.sort_by_key(|(rank, _)| (!rank.authoritative, rank.adapter));

    // 1. Names: what is declared, and what else it is called.
    let declared: Vec<(Id, _, Rank)> = each(&speakers, |facts| &facts.nodes)
        .filter_map(|(fact, rank)| Some((Id::parse(&fact.name.text)?, fact.class?, rank)))
        .collect();
    let saved: Vec<_> = each(&speakers, |facts| &facts.saved_nodes).collect();
    let restored = saved.iter().map(|(node, _)| (&node.id, node.class));
    let named = declared.iter().map(|(id, class, _)| (id, *class));
    draft.names.declare(named.chain(restored));
    for (id, class, _) in declared.iter().filter(|(.., rank)| !rank.authoritative) {
        draft.names.declare_other(id, *class);
    }
    for (node, _) in &saved {
        draft.names.declare_other(&node.id, node.class);
    }
    let aliases = by_name(each(&speakers, |facts| &facts.aliases));
    draft.learn_aliases(&aliases);
    draft.join(&speakers, &mentions, &adapters);
    draft.settle_aliases(&aliases);

    draft.reserve(&speakers);

    // 2. Nodes that sources state; then their bare names, under the ids that aliases gave them.
    let mut refinements = Vec::new();
    for (fact, rank) in each(&speakers, |facts| &facts.nodes) {
        let stated = fact
            .class
            .is_some_and(|class| draft.state_node(fact, class, rank));
        if !stated {
            refinements.push((fact, rank));
        }
    }
    for (node, rank) in &saved {
        draft.restore_node(node, *rank);
    }
    let nodes = draft.nodes.iter().map(|node| (&node.id, node.class));
    draft.names.declare(nodes);

    // 3. Replicas, which other facts may name; then what refines nodes.
    let replicas: Vec<_> = each(&speakers, |facts| &facts.replicas).collect();
    let copies = draft.place_replicas(&replicas);
    for (fact, rank) in refinements {
        draft.refine_node(fact, rank);
    }

    // 4. Requirements, and whose word on them is taken.
    for (requirement, rank) in each(&speakers, |facts| &facts.saved_requirements) {
        draft.restore_requirement(requirement, rank);
    }
    let requirements = each(&speakers, |facts| &facts.requirements);
    let (seen, stated): (Vec<_>, Vec<_>) =
        requirements.partition(|(fact, _)| observed::is_call(fact));
    for (fact, rank) in stated {
        draft.require(fact, rank);
    }
    draft.observe(&seen);
    for (node, rank) in &saved {
        draft.restore_unknown(node, *rank);
    }
    for (node, _) in &saved {
        draft.restore_part(node);
    }
    draft.settle_modes();
    let overrides: Vec<_> = each(&speakers, |facts| &facts.overrides).collect();
    draft.override_modes(&overrides);

    // 5. What follows from all of that.
    draft.count_replicas(&copies);
    draft.settle_whereabouts();
    draft.settle_within();
    draft.cut_placement_cycles();
    // The facts are as large as the model; nothing asks for them any more.
    drop((copies, saved));
    drop(speakers);
    drop(told);
    let order = draft.order();
    let aliases = draft.report_names(&order);
    draft.freeze(&order, aliases, &adapters)
}

/// One sort of fact of all speakers, in their order.
fn each<'a, T: 'a>(
    speakers: &'a [(Rank, &'a Facts)],
    facts: impl Fn(&'a Facts) -> &'a Vec<T> + 'a,
) -> impl Iterator<Item = (&'a T, Rank)> + 'a {
    speakers
        .iter()
        .flat_map(move |(rank, told)| facts(told).iter().map(move |fact| (fact, *rank)))
}
