//! Which one requirement, if it were not there, would free most of what never comes back. Exact:
//! each candidate is tried.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use super::waits::{WaitHop, is_short};
use crate::analysis::blast::View;
use crate::analysis::engine::log::Loosened;
use crate::analysis::engine::{Engine, Outcome, Recovery};
use crate::analysis::verdict::Time;
use crate::graph::Graph;
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::{Class, Mode};

/// Nodes and members that all trials of one part of the candidates may look at; beyond it the rest
/// is not tried, and that is said.
const BUDGET: u64 = 100_000_000;
/// Parts that the candidates are tried in, side by side; the same on every machine, since budgets
/// are theirs.
const PARTS: usize = 4;
/// Candidates between two words about how many are done.
const TELLING: usize = 64;
/// Best candidates that are kept.
const KEPT: usize = 5;

/// A requirement that is not asked for any more, and what comes back then. What is stated once
/// for all copies of a workload, or for several standbys, counts as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeing {
    /// The first of them.
    pub requirement: ReqIx,
    /// For a promotion: the first standby, the way of promoting it, and the node it need not wait
    /// for.
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

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    requirement: ReqIx,
    /// Member and way of the graph, and the node not to wait for.
    part: Option<(u32, u32, u32)>,
    loosened: Loosened,
    owners: Vec<NodeIx>,
}

/// A candidate and what it frees.
type Tried<'a> = (Score, &'a Candidate, Vec<u32>);

/// What makes several requirements one: the workload, the mode, the need, and the members.
type Alike = (u32, Mode, u64, Vec<(u32, u64)>);

/// The same of ways: the requirement, the time, all that is required, and the part of it.
type AlikeWay = (u32, u64, Vec<u32>, u32);

/// Tries all of `held`, whose waiting is `hops`; `None` if nothing can be loosened.
pub(super) fn loosen(
    (model, engine): (&Model, &Engine<'_>),
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
    let candidates = candidates(model, engine, outcome, held);
    let mut order: Vec<(std::cmp::Reverse<usize>, &Candidate)> = candidates
        .iter()
        .map(|candidate| {
            let waiting = |owner: &NodeIx| behind.get(owner).map_or(0, Vec::len);
            let waiting: usize = candidate.owners.iter().map(waiting).sum();
            (std::cmp::Reverse(waiting), candidate)
        })
        .collect();
    order.sort_unstable();
    let tried = AtomicUsize::new(0);
    let share = order.len().div_ceil(PARTS).max(1);
    // Every part gets some of the most promising.
    let mut dealt: Vec<&Candidate> = Vec::with_capacity(order.len());
    for part in 0..PARTS {
        dealt.extend(order.iter().skip(part).step_by(PARTS).map(|(_, one)| *one));
    }
    let parts: Vec<(Vec<Tried<'_>>, usize)> = dealt
        .par_chunks(share)
        .map(|part| {
            let mut scratch = engine.scratch();
            let mut trials = engine.trials(&mut scratch, &outcome.faults, repair);
            let mut best: Vec<Tried<'_>> = Vec::new();
            for (done, candidate) in part.iter().enumerate() {
                if trials.work() > BUDGET {
                    return (best, part.len() - done);
                }
                if done.is_multiple_of(TELLING) {
                    told(tried.fetch_add(TELLING, Relaxed), order.len());
                }
                let frees = trials.frees(&candidate.loosened);
                let score = score(graph, &frees);
                let worst = best.get(KEPT - 1);
                if score.2 > 0 && worst.is_none_or(|(worst, ..)| score >= *worst) {
                    best.push((score, candidate, frees));
                    keep(&mut best);
                }
            }
            (best, 0)
        })
        .collect();
    let untried = parts.iter().map(|(_, untried)| untried).sum();
    let mut best: Vec<Tried<'_>> = parts.into_iter().flat_map(|(best, _)| best).collect();
    keep(&mut best);
    let freeing = |(_, candidate, frees): Tried<'_>| Freeing {
        requirement: candidate.requirement,
        part: candidate.part.map(|(member, way, node)| {
            let first = graph.ways_of(member).map_or(way, |ways| ways.start);
            let standby = NodeIx(graph.member_node[member as usize]);
            (standby, way.saturating_sub(first) as usize, NodeIx(node))
        }),
        frees: frees.into_iter().map(NodeIx).collect(),
    };
    (!order.is_empty()).then(|| Loosening {
        best: best.into_iter().map(freeing).collect(),
        candidates: order.len(),
        untried,
    })
}

fn keep(best: &mut Vec<Tried<'_>>) {
    best.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    best.truncate(KEPT);
}

fn score(graph: &Graph, nodes: &[u32]) -> Score {
    let of = |classes: &[Class]| {
        let class = |node: &&u32| classes.contains(&graph.class[**node as usize]);
        nodes.iter().filter(class).count()
    };
    (
        of(&[Class::Journey]),
        of(&[Class::Service, Class::Store]),
        nodes.len(),
    )
}

/// What may help alone, sorted. A node that can't start for two reasons is not helped by one less;
/// one that needs two things which never serve may be, if these wait for itself. What a thing
/// stands on, is a copy of, or is for can't be wished away.
fn candidates(
    model: &Model,
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
    // A requirement that helps alone brings all that are like it along.
    let mut helps: BTreeSet<Alike> = BTreeSet::new();
    let mut alike: BTreeMap<Alike, Vec<u32>> = BTreeMap::new();
    let mut parts: BTreeMap<AlikeWay, Vec<(u32, u32)>> = BTreeMap::new();
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
        let optional = hard.iter().filter(|q| may_be_optional(graph, node, **q));
        let first = start.first().map(|q| likeness(model, graph, *q));
        let one = start
            .iter()
            .all(|q| Some(likeness(model, graph, *q)) == first);
        match first {
            None => helps.extend(optional.map(|q| likeness(model, graph, *q))),
            Some(first) if one => {
                helps.insert(first);
            }
            Some(_) => {}
        }
        for &q in start.iter().chain(&hard) {
            alike.entry(likeness(model, graph, q)).or_default().push(q);
        }
        for q in short(Mode::Placement).chain(hard.iter().chain(&start).copied()) {
            ways(&view, q, &mut parts);
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    for (like, requirements) in alike {
        // What is said of the workload is told before what it means for its copies.
        let told = |q: &&u32| (graph.owner[**q as usize] != like.0, **q);
        let Some(first) = requirements.iter().min_by_key(told).copied() else {
            continue;
        };
        if !helps.contains(&like) {
            continue;
        }
        let owner = |q: &u32| NodeIx(graph.owner[*q as usize]);
        found.push(Candidate {
            requirement: ReqIx(first),
            part: None,
            owners: requirements.iter().map(owner).collect(),
            loosened: Loosened {
                requirements,
                parts: Vec::new(),
            },
        });
    }
    for ((q, _, _, node), members) in parts {
        let Some((member, way)) = members.first().copied() else {
            continue;
        };
        let mut parts: Vec<(u32, u32)> = members.iter().map(|(_, way)| (*way, node)).collect();
        parts.sort_unstable();
        found.push(Candidate {
            requirement: ReqIx(q),
            part: Some((member, way, node)),
            owners: vec![NodeIx(graph.owner[q as usize])],
            loosened: Loosened {
                requirements: Vec::new(),
                parts,
            },
        });
    }
    found.sort_unstable();
    found
}

/// What requirement `q` has in common with those that were stated with it.
fn likeness(model: &Model, graph: &Graph, q: u32) -> Alike {
    let owner = graph.owner[q as usize];
    let workload = match graph.class[owner as usize] {
        Class::Replica => model.node(NodeIx(owner)).part_of.map_or(owner, |ix| ix.0),
        _ => owner,
    };
    let member = |m: u32| {
        (
            graph.member_node[m as usize],
            graph.member_weight[m as usize],
        )
    };
    let mut members: Vec<(u32, u64)> = graph.members_of(q).map(member).collect();
    members.sort_unstable();
    let (mode, need) = (graph.mode[q as usize], graph.need[q as usize]);
    (workload, mode, need, members)
}

/// A journey is what it needs, and a service or store is its copies: without these there is
/// nothing left to serve.
fn may_be_optional(graph: &Graph, owner: u32, q: u32) -> bool {
    let copies = |m: u32| {
        let node = graph.member_node[m as usize];
        graph.replicas.items(owner).contains(&node) || graph.copies.items(owner).contains(&node)
    };
    graph.class[owner as usize] != Class::Journey && !graph.members_of(q).all(copies)
}

/// Ways of promoting the standbys of requirement `q` that wait for one node alone.
fn ways(view: &View<'_>, q: u32, found: &mut BTreeMap<AlikeWay, Vec<(u32, u32)>>) {
    let graph = view.engine.graph();
    let never = |node: u32| view.time(node) == Time::NEVER;
    for m in graph.members_of(q) {
        if never(graph.member_node[m as usize]) {
            continue;
        }
        for way in graph.ways_of(m).into_iter().flatten() {
            let mut required = graph.way_requires.items(way).to_vec();
            required.sort_unstable();
            required.dedup();
            let mut missing = required.iter().copied().filter(|node| never(*node));
            if let (Some(node), None) = (missing.next(), missing.next()) {
                let takes = graph.way_takes[way as usize];
                let like = (q, takes, required.clone(), node);
                found.entry(like).or_default().push((m, way));
            }
        }
    }
}
