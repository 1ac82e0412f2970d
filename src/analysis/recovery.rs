//! Recovery cycles: circles of waiting that keep things from coming back.
//!
//! x waits for the never-serving members of its unmet requirements and for the blockers of its
//! dead standbys. A strongly connected component of waiting that contains a start or a promotion
//! edge is a recovery cycle: through `start` it makes its nodes stuck, through promotion it
//! leaves them down until the faults are repaired.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::blast::View;
use super::engine::{Engine, Outcome, Recovery};
use super::verdict::{Time, Verdict};
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::Mode;

/// Why one node waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// To start, or to be promoted: what makes a circle a recovery cycle.
    Start,
    Promotion,
    /// To serve.
    Need,
}

/// One hop of a cycle: `from` waits for `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitHop {
    pub from: NodeIx,
    pub to: NodeIx,
    pub wait: Wait,
    pub requirement: ReqIx,
    /// The standby whose promotion requires `to`.
    pub standby: Option<NodeIx>,
}

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

fn cycles_of(
    model: &Model,
    engine: &Engine<'_>,
    outcome: &Outcome,
    recovery: &Recovery,
    makes: Verdict,
) -> Vec<RecoveryCycle> {
    let waits = waits(model, engine, outcome, recovery);
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
        // While the faults are unrepaired, a circle through start alone may be the fault's doing;
        // whether it outlasts repair is what the other pass says.
        let turns = |hop: &&&WaitHop| match makes {
            Verdict::Stuck => hop.wait != Wait::Need,
            _ => hop.wait == Wait::Promotion,
        };
        let shorter =
            |a: &Vec<WaitHop>, b: &Vec<WaitHop>| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
        if let Some(hops) = inside
            .iter()
            .filter(turns)
            .filter_map(|hop| circle(inside, hop))
            .min_by(shorter)
        {
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

/// The shortest way from the end of `first` back to its beginning, `first` included.
fn circle(hops: &[&WaitHop], first: &WaitHop) -> Option<Vec<WaitHop>> {
    let mut from: BTreeMap<NodeIx, Vec<&WaitHop>> = BTreeMap::new();
    for hop in hops {
        from.entry(hop.from).or_default().push(hop);
    }
    let mut reached_by: BTreeMap<NodeIx, &WaitHop> = BTreeMap::new();
    let mut queue = VecDeque::from([first.to]);
    while let Some(node) = queue.pop_front() {
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
        for hop in from.get(&node).into_iter().flatten() {
            if hop.to != first.to && !reached_by.contains_key(&hop.to) {
                reached_by.insert(hop.to, hop);
                queue.push_back(hop.to);
            }
        }
    }
    None
}

/// Who waits for whom, sorted: among nodes that never serve in `recovery`.
fn waits(
    model: &Model,
    engine: &Engine<'_>,
    outcome: &Outcome,
    recovery: &Recovery,
) -> Vec<WaitHop> {
    let view = View {
        engine,
        outcome,
        scenario: recovery,
    };
    let never = |node: u32| view.time(node) == Time::NEVER;
    let mut waits = BTreeSet::new();
    for &(node, time) in recovery.times() {
        if time != Time::NEVER {
            continue;
        }
        let stopped = outcome.stopped.binary_search(&node).is_ok();
        for requirement in view.unmet(node) {
            let described = model.requirement(requirement);
            if described.mode == Mode::Soft || (described.mode == Mode::Start && !stopped) {
                continue;
            }
            let (from, kind) = (
                NodeIx(node),
                if described.mode == Mode::Start {
                    Wait::Start
                } else {
                    Wait::Need
                },
            );
            let met_in_the_end: u64 = described
                .members
                .iter()
                .zip(engine.graph().members_of(requirement.0))
                .filter(|(member, m)| match member.standby {
                    None => !never(member.node.0),
                    Some(_) => recovery.promotion(*m).is_some_and(|at| at != Time::NEVER),
                })
                .fold(0, |sum, (member, _)| sum.saturating_add(member.weight));
            if met_in_the_end >= described.need {
                continue;
            }
            let active = described
                .members
                .iter()
                .filter(|member| member.standby.is_none());
            for member in active.filter(|member| never(member.node.0)) {
                waits.insert(WaitHop {
                    from,
                    to: member.node,
                    wait: kind,
                    requirement,
                    standby: None,
                });
            }
            for state in view
                .standbys(node)
                .into_iter()
                .filter(|state| state.requirement == requirement)
            {
                for to in state.blocked_by {
                    let standby = Some(state.standby);
                    waits.insert(WaitHop {
                        from,
                        to,
                        wait: Wait::Promotion,
                        requirement,
                        standby,
                    });
                }
            }
        }
    }
    waits.into_iter().collect()
}
