//! The hops from a subject down to the fault that takes it, each with the place that says so.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::context::Context;
use super::text;
use crate::analysis::engine::Outcome;
use crate::findings::{Place, Related};
use crate::model::{NodeIx, ReqIx};
use crate::words::{Evidence, Mode};

/// Links told at most.
const LONGEST: usize = 16;
/// Links told side by side.
const BESIDE: usize = 4;

/// `from` all fail because all of `to` do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: Vec<NodeIx>,
    pub(super) to: Vec<NodeIx>,
    /// Of the first of `from`.
    pub(super) requirement: ReqIx,
    pub(super) mode: Mode,
    /// Hops from `from` to the fault.
    pub(super) distance: u32,
}

/// The shortest ways from `starts` to the faults, merged where they meet, in order
/// from the starts to the fault. Of a requirement with several members, all that are lost are
/// followed.
pub(super) fn links(context: &Context<'_>, steps: &Steps, starts: &[NodeIx]) -> Vec<Link> {
    let graph = context.engine.graph();
    let mut links: BTreeMap<(std::cmp::Reverse<u32>, Vec<NodeIx>, Mode), Link> = BTreeMap::new();
    let mut queue: VecDeque<NodeIx> = starts.iter().copied().collect();
    let mut seen: BTreeSet<NodeIx> = starts.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        let Some(step) = steps.get(&node.0) else {
            continue;
        };
        let Some(requirement) = step.next else {
            continue;
        };
        let mode = context.model.requirement(requirement).mode;
        let to: Vec<NodeIx> = graph
            .members_of(requirement.0)
            .filter(|m| graph.is_active(*m))
            .map(|m| graph.member_node[m as usize])
            .filter(|member| steps.contains_key(member))
            .map(NodeIx)
            .collect();
        let link = links
            .entry((std::cmp::Reverse(step.distance), to.clone(), mode))
            .or_insert_with(|| Link {
                from: Vec::new(),
                to: to.clone(),
                requirement,
                mode,
                distance: step.distance,
            });
        link.from.push(node);
        queue.extend(to.into_iter().filter(|next| seen.insert(*next)));
    }
    let mut links: Vec<Link> = links.into_values().collect();
    for link in &mut links {
        link.from.sort_unstable();
    }
    links
}

/// The links as hops of a finding. Of many links side by side, the first few are told,
/// so that the way to the fault is always whole.
pub(super) fn related(context: &Context<'_>, links: &[Link]) -> Vec<Related> {
    let mut related = Vec::new();
    let first = links.first().map_or(0, |link| link.distance);
    let mut beside = 0usize;
    let mut before: Option<&Link> = None;
    for link in links {
        // A link that begins where the one before ends leads on; all others stand beside it.
        let leads_on =
            before.is_none_or(|before| before.to.iter().any(|to| link.from.contains(to)));
        beside = if leads_on { 0 } else { beside + 1 };
        before = Some(link);
        if beside >= BESIDE || related.len() >= LONGEST {
            continue;
        }
        let words = format!(
            "{} {} {}",
            text::ids(context, &link.from),
            text::verb(link.mode, link.from.len() > 1),
            text::ids(context, &link.to)
        );
        let requirement = context.model.requirement(link.requirement);
        if let Some(source) = requirement.sources.first() {
            related.push(Related {
                place: Place::Source(source.clone()),
                words,
                depth: usize::try_from(first - link.distance).ok(),
            });
        }
    }
    related
}

/// How far a lost node is from the faults, and the requirement that leads towards them.
#[derive(Debug)]
pub(super) struct Step {
    distance: u32,
    next: Option<ReqIx>,
}

/// By lost node.
pub(super) type Steps = BTreeMap<u32, Step>;

/// Breadth first from the faults upwards, over the requirements that they leave unmet.
pub(super) fn steps(context: &Context<'_>, outcome: &Outcome) -> Steps {
    let graph = context.engine.graph();
    let fault = |node: &u32| {
        let step = Step {
            distance: 0,
            next: None,
        };
        (*node, step)
    };
    let mut steps: Steps = outcome.faults.iter().map(fault).collect();
    let mut queue: VecDeque<u32> = outcome.faults.iter().copied().collect();
    let mut unmet: BTreeMap<u32, bool> = BTreeMap::new();
    while let Some(node) = queue.pop_front() {
        let distance = steps.get(&node).map_or(0, |step| step.distance) + 1;
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            let owner = graph.owner[q as usize];
            let takes = matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard);
            if takes
                && !steps.contains_key(&owner)
                && outcome.lost.binary_search(&owner).is_ok()
                && *unmet
                    .entry(q)
                    .or_insert_with(|| is_unmet(context, outcome, q))
            {
                let next = Some(ReqIx(q));
                steps.insert(owner, Step { distance, next });
                queue.push_back(owner);
            }
        }
    }
    steps
}

/// True if `q` is unmet at once.
pub(super) fn is_unmet(context: &Context<'_>, outcome: &Outcome, q: u32) -> bool {
    let graph = context.engine.graph();
    let left = graph
        .members_of(q)
        .filter(|m| graph.is_active(*m))
        .filter(|m| {
            let node = graph.member_node[*m as usize];
            context.engine.serves_at_once(outcome, node)
        })
        .map(|m| graph.member_weight[m as usize])
        .fold(0u64, u64::saturating_add);
    left < graph.need[q as usize]
}

/// Evidence of the requirement a link rests on.
#[must_use]
pub(super) fn evidence(context: &Context<'_>, requirement: ReqIx) -> Evidence {
    context.model.requirement(requirement).evidence
}
