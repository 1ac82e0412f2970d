//! All candidates in one graph: what is not chosen is struck along with the fault. So one baseline
//! serves every choice, and trying one costs what it affects.
//!
//! A struck candidate is as good as absent: nothing but the requirement it was added to knows it.
//! So where no failure reaches that requirement, and it is met without its candidates, striking
//! them changes nothing: only candidates of requirements that a failure reaches are struck. With
//! moves taken as additions (*relaxed*), more candidates never make anything fail: what follows from
//! a failure then follows for every smaller choice. A move taken at its word also strikes what it
//! moves away.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::apply::Switch;
use super::goal::Goal;
use crate::analysis::engine::{Affected, Engine, Outcome, Scratch};
use crate::graph::Graph;

/// Which candidates are chosen, by number.
pub(super) type Choice = Vec<bool>;

/// Candidates remembered of all faults together; of further faults they are found again each time.
const REMEMBERED: usize = 16_000_000;

/// The graph of all candidates, and the goal.
pub(super) struct System<'g> {
    pub(super) engine: Engine<'g>,
    pub(super) goal: &'g Goal,
    /// Faults with the clauses that name them.
    pub(super) faults: Vec<(u32, Vec<usize>)>,
    pub(super) switches: Vec<Switch>,
    /// By node: the candidate it stands for.
    pub(super) candidate_of: HashMap<u32, usize>,
    /// By requirement: the candidates that it knows; sorted.
    knows: HashMap<u32, Vec<u32>>,
    /// Candidates of requirements that are not met without any.
    always: Vec<u32>,
    /// By fault: candidates that were struck with it; sorted.
    usual: Vec<OnceLock<Vec<u32>>>,
    remembered: AtomicUsize,
}

/// What the failure of one node rests on, to look at that alone again and again.
pub(super) struct Local {
    pub(super) node: u32,
    /// When it has to serve again.
    deadline: u64,
    /// All nodes that are late on the way down from the subject.
    inside: Vec<u32>,
    /// Struck in any case.
    fixed: Vec<u32>,
    candidates: Vec<usize>,
}

impl<'g> System<'g> {
    pub(super) fn new(engine: Engine<'g>, goal: &'g Goal, switches: Vec<Switch>) -> Self {
        let candidate_of: HashMap<u32, usize> = switches
            .iter()
            .enumerate()
            .flat_map(|(at, switch)| switch.nodes.iter().map(move |node| (*node, at)))
            .collect();
        let knows = known_to(engine.graph(), &candidate_of);
        let always = never_met(&engine, &knows, &candidate_of);
        let faults = goal.faults();
        Self {
            engine,
            goal,
            usual: faults.iter().map(|_| OnceLock::new()).collect(),
            faults,
            switches,
            candidate_of,
            knows,
            always,
            remembered: AtomicUsize::new(0),
        }
    }

    /// The subjects that fail under fault number `at`, sorted. Proportional to what is affected.
    pub(super) fn failing(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        relaxed: bool,
    ) -> Vec<u32> {
        let Some((_, clauses)) = self.faults.get(at) else {
            return Vec::new();
        };
        let (affected, _) = self.evaluate(scratch, choice, at, relaxed);
        self.goal.failing(clauses, &affected)
    }

    /// The same with all that explains it. Candidates that are neither chosen nor among its faults
    /// make no difference.
    pub(super) fn outcome(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        relaxed: bool,
    ) -> Outcome {
        let (_, struck) = self.evaluate(scratch, choice, at, relaxed);
        self.engine.outcome(scratch, &struck)
    }

    /// What is affected, and all that was struck: more candidates in turn, until no failure reaches
    /// another one's requirement.
    fn evaluate(
        &self,
        scratch: &mut Scratch,
        choice: &[bool],
        at: usize,
        relaxed: bool,
    ) -> (Vec<Affected>, Vec<u32>) {
        let fixed = self.fixed(choice, at, relaxed);
        let usual = self.usual.get(at).and_then(OnceLock::get);
        let usual = usual.unwrap_or(&self.always);
        let mut among: BTreeSet<u32> = usual.iter().copied().collect();
        let mut struck = fixed;
        self.strike(choice, usual, &mut struck);
        let affected = loop {
            let (affected, touched) = self.engine.touching(scratch, &struck);
            let mut news = Vec::new();
            for q in touched {
                for candidate in self.knows.get(&q).into_iter().flatten() {
                    if among.insert(*candidate) {
                        news.push(*candidate);
                    }
                }
            }
            let before = struck.len();
            self.strike(choice, &news, &mut struck);
            if struck.len() == before {
                break affected;
            }
        };
        if among.len() > usual.len()
            && let Some(empty) = self.usual.get(at).filter(|known| known.get().is_none())
            && self.remembered.fetch_add(among.len(), Relaxed) + among.len() < REMEMBERED
        {
            // Whichever choice came first: it is where to begin, and nothing rests on it.
            let _ = empty.set(among.into_iter().collect());
        }
        (affected, struck)
    }

    /// Adds the nodes of those of `candidates` that are not chosen.
    fn strike(&self, choice: &[bool], candidates: &[u32], struck: &mut Vec<u32>) {
        for candidate in candidates {
            let at = *candidate as usize;
            if let (Some(false), Some(switch)) = (choice.get(at), self.switches.get(at)) {
                struck.extend_from_slice(&switch.nodes);
            }
        }
    }

    /// What is struck whatever else is chosen: the fault, and what moves take away.
    fn fixed(&self, choice: &[bool], at: usize, relaxed: bool) -> Vec<u32> {
        let Some((fault, _)) = self.faults.get(at) else {
            return Vec::new();
        };
        let mut struck = self.engine.graph().fault_set(*fault);
        if !relaxed {
            let chosen = self.switches.iter().zip(choice);
            for (switch, _) in chosen.filter(|(_, chosen)| **chosen) {
                for (old, new) in &switch.removes {
                    struck.push(*old);
                    if fault == old {
                        struck.push(*new);
                    }
                }
            }
        }
        struck
    }

    /// When a node that fails under fault number `at` has to serve again.
    pub(super) fn deadline(&self, at: usize, subject: u32) -> u64 {
        let clauses = self.faults.get(at).map(|(_, clauses)| clauses.as_slice());
        let deadline = self.goal.deadline(clauses.unwrap_or_default(), subject);
        deadline.unwrap_or(u64::MAX)
    }

    /// `subject` and the late nodes without which it can't serve whatever is chosen, each after
    /// those that it can't do without itself: all of them have to serve by its `deadline`. Leaves
    /// out what is `known` to have had to by then, and adds to it.
    pub(super) fn necessary(
        &self,
        outcome: &Outcome,
        (subject, deadline): (u32, u64),
        known: &mut HashMap<u32, u64>,
    ) -> Vec<u32> {
        let graph = self.engine.graph();
        let mut found = Vec::new();
        let mut stack = vec![(subject, false)];
        while let Some((node, is_done)) = stack.pop() {
            if is_done {
                found.push(node);
                continue;
            }
            let is_known = known.get(&node).is_some_and(|before| *before <= deadline);
            let is_candidate = self.candidate_of.contains_key(&node);
            if is_known || is_candidate || !super::cone::is_late(&self.engine, outcome, node) {
                continue;
            }
            known.insert(node, deadline);
            stack.push((node, true));
            for q in graph.requirements_of(node) {
                if !super::cone::matters(&self.engine, outcome, node, q) {
                    continue;
                }
                let weight = |m: u32| graph.member_weight[m as usize];
                let members = || graph.members_of(q);
                let all = members().map(weight).fold(0u64, u64::saturating_add);
                let needed = |m: &u32| all.saturating_sub(weight(*m)) < graph.need[q as usize];
                let needed = members().filter(needed);
                stack.extend(needed.map(|m| (graph.member_node[m as usize], false)));
            }
        }
        found
    }

    /// What it rests on that `node` does not serve by `deadline` in `outcome` (of `choice`). It
    /// holds for every larger choice too, as long as that has no further moves taken at their word.
    pub(super) fn local(
        &self,
        outcome: &Outcome,
        (choice, at, relaxed): (&[bool], usize, bool),
        (node, deadline): (u32, u64),
    ) -> Local {
        let graph = self.engine.graph();
        let late = |node: u32| super::cone::is_late(&self.engine, outcome, node);
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut candidates: BTreeSet<usize> = BTreeSet::new();
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            if !late(node) || !seen.insert(node) {
                continue;
            }
            candidates.extend(self.candidate_of.get(&node));
            for m in graph.all_members_of(node) {
                stack.push(graph.member_node[m as usize]);
                for way in graph.ways_of(m).unwrap_or(0..0) {
                    stack.extend_from_slice(graph.way_requires.items(way));
                }
            }
        }
        let mut fixed = self.fixed(choice, at, relaxed);
        fixed.retain(|node| seen.contains(node));
        Local {
            node,
            deadline,
            inside: seen.into_iter().collect(),
            fixed,
            candidates: candidates.into_iter().collect(),
        }
    }

    fn struck_locally(&self, local: &Local, choice: &[bool]) -> Vec<u32> {
        let mut struck = local.fixed.clone();
        for at in &local.candidates {
            if let (Some(false), Some(switch)) = (choice.get(*at), self.switches.get(*at)) {
                let inside = |node: &&u32| local.inside.binary_search(node).is_ok();
                struck.extend(switch.nodes.iter().filter(inside));
            }
        }
        struck
    }

    /// Whether the node of `local` fails under `choice`. Proportional to what it rests on.
    pub(super) fn fails_locally(
        &self,
        scratch: &mut Scratch,
        local: &Local,
        choice: &[bool],
    ) -> bool {
        let struck = self.struck_locally(local, choice);
        scratch.restrict(&local.inside);
        let (affected, _) = self.engine.touching(scratch, &struck);
        fails_in(&affected, local.node, local.deadline)
    }

    /// The same with all that explains it.
    pub(super) fn outcome_locally(
        &self,
        scratch: &mut Scratch,
        local: &Local,
        choice: &[bool],
    ) -> Outcome {
        let struck = self.struck_locally(local, choice);
        scratch.restrict(&local.inside);
        self.engine.outcome(scratch, &struck)
    }
}

/// Whether `node` does not serve by `deadline`.
pub(super) fn fails_in(affected: &[Affected], node: u32, deadline: u64) -> bool {
    let at = affected.binary_search_by_key(&node, |one| one.node).ok();
    let own = at.and_then(|at| affected.get(at));
    own.is_some_and(|own| super::goal::fails(own, deadline))
}

/// By requirement, the candidates that are members of it or promote one.
fn known_to(graph: &Graph, candidate_of: &HashMap<u32, usize>) -> HashMap<u32, Vec<u32>> {
    let mut knows: HashMap<u32, Vec<u32>> = HashMap::new();
    for (m, q) in (0u32..).zip(&graph.member_of) {
        let ways = graph.ways_of(m).unwrap_or(0..0);
        let promoting = ways.flat_map(|way| graph.way_requires.items(way));
        for node in std::iter::once(&graph.member_node[m as usize]).chain(promoting) {
            if let Some(at) = candidate_of.get(node) {
                let at = u32::try_from(*at).unwrap_or(u32::MAX);
                knows.entry(*q).or_default().push(at);
            }
        }
    }
    for known in knows.values_mut() {
        known.sort_unstable();
        known.dedup();
    }
    knows
}

/// Candidates of requirements that are not met without them even if nothing fails; sorted.
fn never_met(
    engine: &Engine<'_>,
    knows: &HashMap<u32, Vec<u32>>,
    candidate_of: &HashMap<u32, usize>,
) -> Vec<u32> {
    let graph = engine.graph();
    let unmet = |q: u32| {
        let there = graph.members_of(q).filter(|m| {
            let node = graph.member_node[*m as usize];
            graph.is_active(*m)
                && !candidate_of.contains_key(&node)
                && engine.serves_without_faults(node)
        });
        let weights = there.map(|m| graph.member_weight[m as usize]);
        weights.fold(0u64, u64::saturating_add) < graph.need[q as usize]
    };
    let mut found: Vec<u32> = knows
        .iter()
        .filter(|(q, _)| unmet(**q))
        .flat_map(|(_, candidates)| candidates.iter().copied())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
