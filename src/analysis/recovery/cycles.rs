//! Recovery cycles: circles of waiting that keep things from coming back.
//!
//! x waits for the never-serving members of its unmet requirements and for the blockers of its
//! dead standbys. A strongly connected component of waiting that contains a start or a promotion
//! edge is a recovery cycle: through `start` it makes its nodes stuck, through promotion it
//! leaves them down until the faults are repaired.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::waits::{Wait, WaitHop, waits};
use crate::analysis::engine::{Engine, Outcome, Recovery};
use crate::analysis::verdict::{Time, Verdict};
use crate::model::{Model, NodeIx};

/// The shortest cycle of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryCycle {
    /// `stuck`: not even repair frees it. `down`: it lasts until repair.
    pub makes: Verdict,
    pub hops: Vec<WaitHop>,
    /// How many nodes wait for each other in the whole component.
    pub size: usize,
}

/// The recovery cycles of `outcome`: those that outlast repair first, then by first node.
#[must_use]
pub fn recovery_cycles(
    model: &Model,
    engine: &Engine<'_>,
    outcome: &Outcome,
) -> Vec<RecoveryCycle> {
    let mut cycles = Vec::new();
    if let Some(repaired) = &outcome.repaired {
        cycles.extend(cycles_of(model, engine, outcome, repaired, Verdict::Stuck));
    }
    let known: BTreeSet<NodeIx> = cycles
        .iter()
        .flat_map(|c| c.hops.iter().map(|hop| hop.from))
        .collect();
    let temporary = cycles_of(model, engine, outcome, &outcome.unrepaired, Verdict::Down);
    cycles.extend(
        temporary
            .into_iter()
            .filter(|cycle| !cycle.hops.iter().any(|hop| known.contains(&hop.from))),
    );
    cycles
}

/// The cycles that `recovery` leaves; `makes` says whether it repairs all faults.
pub(super) fn cycles_of(
    model: &Model,
    engine: &Engine<'_>,
    outcome: &Outcome,
    recovery: &Recovery,
    makes: Verdict,
) -> Vec<RecoveryCycle> {
    // While the faults are unrepaired, a circle through start alone may be the fault's doing;
    // whether it outlasts repair is what the other pass says.
    let turns = |hop: &WaitHop| match makes {
        Verdict::Stuck => hop.wait != Wait::Need,
        _ => hop.wait == Wait::Promotion,
    };
    // No circle turns on a promotion where no standby is dead, which is cheap to see.
    let mut promotions = recovery.promotions().iter();
    if makes != Verdict::Stuck && promotions.all(|(_, at)| *at != Time::NEVER) {
        return Vec::new();
    }
    let waits = waits(model, engine, outcome, recovery);
    if !waits.iter().any(turns) {
        return Vec::new();
    }
    let mut graph: DiGraph<NodeIx, usize> = DiGraph::new();
    let mut place = HashMap::new();
    let nodes: BTreeSet<NodeIx> = waits.iter().flat_map(|hop| [hop.from, hop.to]).collect();
    for node in nodes {
        place.insert(node, graph.add_node(node));
    }
    for (number, hop) in waits.iter().enumerate() {
        graph.add_edge(place[&hop.from], place[&hop.to], number);
    }
    let mut component_of: HashMap<NodeIx, usize> = HashMap::new();
    for (number, component) in kosaraju_scc(&graph).into_iter().enumerate() {
        component_of.extend(component.into_iter().map(|at| (graph[at], number)));
    }
    let mut components: BTreeMap<usize, Vec<&WaitHop>> = BTreeMap::new();
    for hop in &waits {
        if component_of[&hop.from] == component_of[&hop.to] {
            components
                .entry(component_of[&hop.from])
                .or_default()
                .push(hop);
        }
    }
    let mut cycles = Vec::new();
    for inside in components.values() {
        if let Some(hops) = shortest(inside, turns) {
            let size = inside
                .iter()
                .map(|hop| hop.from)
                .collect::<BTreeSet<_>>()
                .len();
            cycles.push(RecoveryCycle { makes, hops, size });
        }
    }
    cycles.sort_by(|a, b| a.hops.cmp(&b.hops));
    cycles
}

/// The shortest circle among `hops` that has one of `turns` in it, the least of equally short
/// ones. Breadth-first from each turn, no further than the shortest circle known.
fn shortest(hops: &[&WaitHop], turns: impl Fn(&WaitHop) -> bool) -> Option<Vec<WaitHop>> {
    let mut from: HashMap<NodeIx, Vec<&WaitHop>> = HashMap::new();
    for hop in hops {
        from.entry(hop.from).or_default().push(hop);
    }
    let mut best: Option<Vec<WaitHop>> = None;
    for first in hops.iter().filter(|hop| turns(hop)) {
        let most = best.as_ref().map_or(usize::MAX, Vec::len);
        let Some(way) = circle(&from, first, most) else {
            continue;
        };
        let better = best.as_ref().is_none_or(|known| {
            way.len()
                .cmp(&known.len())
                .then_with(|| way.cmp(known))
                .is_lt()
        });
        if better {
            best = Some(way);
        }
    }
    best
}

/// The shortest way from the end of `first` back to its beginning, `first` included, of at most
/// `most` hops.
fn circle(
    from: &HashMap<NodeIx, Vec<&WaitHop>>,
    first: &WaitHop,
    most: usize,
) -> Option<Vec<WaitHop>> {
    let mut reached_by: HashMap<NodeIx, &WaitHop> = HashMap::new();
    let mut queue = VecDeque::from([(first.to, 1)]);
    while let Some((node, length)) = queue.pop_front() {
        if node == first.from {
            let mut way = Vec::new();
            let mut at = node;
            while at != first.to {
                let hop = reached_by.get(&at)?;
                way.push((*hop).clone());
                at = hop.from;
            }
            way.push(first.clone());
            way.reverse();
            return Some(way);
        }
        if length == most {
            continue;
        }
        for hop in from.get(&node).into_iter().flatten() {
            if hop.to != first.to && !reached_by.contains_key(&hop.to) {
                reached_by.insert(hop.to, hop);
                queue.push_back((hop.to, length + 1));
            }
        }
    }
    None
}
