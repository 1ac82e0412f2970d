//! Which one requirement, if it were not there, would free most of what never comes back. Exact:
//! each candidate is tried by a recovery of its own, unless all that waits for its owner is less
//! than what the best so far frees.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::waits::{WaitHop, is_short};
use crate::analysis::blast::View;
use crate::analysis::engine::log::Loosened;
use crate::analysis::engine::{Engine, Outcome, Recovery};
use crate::analysis::verdict::Time;
use crate::graph::Graph;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Class, Mode};

/// Candidates tried side by side before the next ones are compared with the best.
const BATCH: usize = 32;
/// Nodes that all trials together may look at; beyond it the rest is not tried, and that is said.
const BUDGET: u64 = 400_000_000;
/// Best candidates that are kept.
const KEPT: usize = 5;

/// A requirement that is not asked for any more, and what comes back then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeing {
    pub requirement: ReqIx,
    /// For a promotion: the standby, the way of promoting it, and the node it need not wait for.
    pub part: Option<(NodeIx, usize, NodeIx)>,
    /// What comes back that did not; sorted.
    pub frees: Vec<NodeIx>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosening {
    /// Best first: by journeys, then services and stores, then all nodes that it frees.
    pub best: Vec<Freeing>,
    pub candidates: usize,
    /// Candidates that were not looked at, for want of time.
    pub untried: usize,
}

/// Journeys, services and stores, all nodes.
type Score = (usize, usize, usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Candidate {
    loosened: Loosened,
    requirement: ReqIx,
    owner: NodeIx,
    /// Member and way of the graph, and the node not to wait for.
    part: Option<(u32, u32, u32)>,
}

/// Tries all of `held`, whose waiting is `hops`; `None` if nothing can be loosened.
pub(super) fn loosen(
    engine: &Engine<'_>,
    outcome: &Outcome,
    (held, hops): (&Recovery, &[WaitHop]),
    repair: &(dyn Fn(u32) -> Option<u64> + Sync),
    told: &(dyn Fn(usize, usize) + Sync),
) -> Option<Loosening> {
    let graph = engine.graph();
    let mut behind: HashMap<NodeIx, Vec<NodeIx>> = HashMap::new();
    for hop in hops {
        behind.entry(hop.to).or_default().push(hop.from);
    }
    let candidates = candidates(engine, outcome, held);
    let mut order: Vec<(std::cmp::Reverse<usize>, Candidate)> = candidates
        .iter()
        .map(|candidate| {
            let waiting = behind.get(&candidate.owner).map_or(0, Vec::len);
            (std::cmp::Reverse(waiting), *candidate)
        })
        .collect();
    order.sort_unstable();
    let mut best: Vec<(Score, Candidate, Vec<NodeIx>)> = Vec::new();
    let mut budget = BUDGET;
    let cost = held.times().len() as u64 + 1;
    let mut seen = 0;
    for batch in order.chunks(BATCH) {
        told(seen, order.len());
        let worst = (best.len() == KEPT)
            .then(|| best.last().map(|(score, ..)| *score))
            .flatten();
        let hopeful: Vec<Candidate> = batch
            .iter()
            .map(|(_, candidate)| *candidate)
            .filter(|candidate| {
                worst.is_none_or(|worst| bound(graph, &behind, candidate.owner, worst) >= worst)
            })
            .collect();
        let needed = cost.saturating_mul(hopeful.len() as u64);
        if needed > budget {
            break;
        }
        budget -= needed;
        let tried: Vec<(Score, Candidate, Vec<NodeIx>)> = hopeful
            .into_par_iter()
            .map_init(
                || engine.scratch(),
                |scratch, candidate| {
                    let recovery = engine.loosened_recovery(
                        scratch,
                        &outcome.faults,
                        repair,
                        candidate.loosened,
                    );
                    let times = recovery.times().iter().zip(held.times());
                    let frees: Vec<NodeIx> = times
                        .filter(|((_, now), (_, before))| {
                            *now != Time::NEVER && *before == Time::NEVER
                        })
                        .map(|((node, _), _)| NodeIx(*node))
                        .collect();
                    (score(graph, &frees), candidate, frees)
                },
            )
            .collect();
        best.extend(tried.into_iter().filter(|(score, ..)| score.2 > 0));
        best.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        best.truncate(KEPT);
        seen += batch.len();
    }
    let untried = order.len().saturating_sub(seen);
    let freeing = |(_, candidate, frees): (Score, Candidate, Vec<NodeIx>)| Freeing {
        requirement: candidate.requirement,
        part: candidate.part.map(|(member, way, node)| {
            let first = graph.ways_of(member).map_or(way, |ways| ways.start);
            let standby = NodeIx(graph.member_node[member as usize]);
            (standby, way.saturating_sub(first) as usize, NodeIx(node))
        }),
        frees,
    };
    (!order.is_empty()).then(|| Loosening {
        best: best.into_iter().map(freeing).collect(),
        candidates: order.len(),
        untried,
    })
}

fn score(graph: &Graph, nodes: &[NodeIx]) -> Score {
    let of = |classes: &[Class]| {
        let class = |node: &&NodeIx| classes.contains(&graph.class[node.0 as usize]);
        nodes.iter().filter(class).count()
    };
    (
        of(&[Class::Journey]),
        of(&[Class::Service, Class::Store]),
        nodes.len(),
    )
}

/// At most this comes back if `owner` does: all that waits for it. Ends early where that is
/// enough to be worth a trial.
fn bound(
    graph: &Graph,
    behind: &HashMap<NodeIx, Vec<NodeIx>>,
    owner: NodeIx,
    enough: Score,
) -> Score {
    let mut seen = HashSet::from([owner]);
    let mut queue = vec![owner];
    let mut total: Score = (0, 0, 0);
    while let Some(node) = queue.pop() {
        match graph.class[node.0 as usize] {
            Class::Journey => total.0 += 1,
            Class::Service | Class::Store => total.1 += 1,
            _ => {}
        }
        total.2 += 1;
        if total >= enough {
            return total;
        }
        for next in behind.get(&node).into_iter().flatten() {
            if seen.insert(*next) {
                queue.push(*next);
            }
        }
    }
    total
}

/// What may help alone, sorted. A node that can't start for two reasons is not helped by one less;
/// one that needs two things which never serve may be, if these wait for itself. What a thing
/// stands on can't be wished away.
fn candidates(
    engine: &Engine<'_>,
    outcome: &Outcome,
    held: &Recovery,
) -> Vec<Candidate> {
    let graph = engine.graph();
    let view = View {
        engine,
        outcome,
        scenario: held,
    };
    let mut found = BTreeSet::new();
    for &(node, time) in held.times() {
        if time != Time::NEVER {
            continue;
        }
        let is_stopped = view.is_stopped(node);
        let short = |mode: Mode| {
            graph
                .requirements_of(node)
                .filter(move |q| graph.mode[*q as usize] == mode)
                .filter(|q| is_short(&view, ReqIx(*q)))
        };
        let start: Vec<u32> = short(Mode::Start).filter(|_| is_stopped).collect();
        let hard: Vec<u32> = short(Mode::Hard).collect();
        let alone = match start.as_slice() {
            [] => hard.as_slice(),
            [one] => std::slice::from_ref(one),
            _ => &[],
        };
        found.extend(alone.iter().map(|q| Candidate {
            loosened: Loosened {
                requirement: Some(*q),
                part: None,
            },
            requirement: ReqIx(*q),
            owner: NodeIx(node),
            part: None,
        }));
        for q in short(Mode::Placement).chain(hard.iter().chain(&start).copied()) {
            parts(&view, (node, q), &mut found);
        }
    }
    found.into_iter().collect()
}

/// Ways of promoting the standbys of requirement `q` of `owner` that wait for one node alone.
fn parts(view: &View<'_>, (owner, q): (u32, u32), found: &mut BTreeSet<Candidate>) {
    let graph = view.engine.graph();
    let never = |node: u32| view.time(node) == Time::NEVER;
    for m in graph.members_of(q) {
        if never(graph.member_node[m as usize]) {
            continue;
        }
        for way in graph.ways_of(m).into_iter().flatten() {
            let required = graph.way_requires.items(way).iter().copied();
            let missing: BTreeSet<u32> = required.filter(|node| never(*node)).collect();
            let mut missing = missing.into_iter();
            if let (Some(node), None) = (missing.next(), missing.next()) {
                found.insert(Candidate {
                    loosened: Loosened {
                        requirement: None,
                        part: Some((way, node)),
                    },
                    requirement: ReqIx(q),
                    owner: NodeIx(owner),
                    part: Some((m, way, node)),
                });
            }
        }
    }
}
