//! The semantics of DESIGN section 2 for any fault set, in time proportional to what it affects.
//!
//! * [`baseline`]: the system without faults, computed once. * [`uses`]: whom losses reach, laid out
//!   for that. * [`strike`]: t = 0: what stops, what no longer serves, what is degraded.
//! * [`recover`]: promotion, restart and the time each node serves again. * [`log`]: what happens,
//!   in causal order. * [`scratch`]: working memory that is cleaned by undoing, not by clearing.
//!
//! Serving is a greatest set and every fault only takes away, so the set for F is found by
//! removing from the set without faults whatever loses its support: counters per requirement, as
//! in event-driven gate evaluation. Times are settled in order (Knuth 1977, "A generalization of
//! Dijkstra's algorithm", superior functions), except that cycles of needs settle together: when
//! anything in a strongly connected component changes, the greatest self-supporting set of its
//! waiting nodes is evaluated again.

mod baseline;
pub mod log;
pub(in crate::analysis) mod recover;
pub(in crate::analysis) mod scratch;
mod strike;
mod uses;

use std::sync::Arc;

pub use baseline::Baseline;
pub use recover::Recovery;
pub(in crate::analysis) use recover::trial::Trials;
use recover::{Returned, sort_numbers};
pub use scratch::Scratch;

use super::verdict::{Time, Verdict};
use crate::graph::Graph;
use scratch::Set;

/// One node and what a fault set does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Affected {
    pub node: u32,
    pub verdict: Verdict,
    /// When it serves again while the faults are unrepaired; zero for degraded.
    pub recovers: Time,
}

/// All that one fault set does, for explaining it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The fault set, sorted.
    pub faults: Vec<u32>,
    /// Nodes stopped at t = 0 that ran before, the faults among them; sorted.
    pub stopped: Vec<u32>,
    /// Nodes that served before and don't at t = 0; sorted.
    pub lost: Vec<u32>,
    /// Nodes that serve but are degraded, and were not before; sorted.
    pub degraded: Vec<u32>,
    /// Affected nodes (never the faults themselves), sorted.
    pub affected: Vec<Affected>,
    /// What comes back when nothing is repaired.
    pub unrepaired: Recovery,
    /// What comes back when all faults are repaired at once; only where something does not come
    /// back otherwise and waits for a start requirement.
    pub repaired: Option<Recovery>,
}

/// The graph, and the system without faults.
#[derive(Debug)]
pub struct Engine<'g> {
    graph: &'g Graph,
    baseline: Arc<Baseline>,
}

/// How much is to be told of a fault set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// Who is affected; stuck is called down.
    Down,
    /// Who is stuck, too.
    Stuck,
    /// All promotions, too.
    Promotions,
}

/// What one evaluation found.
struct Struck {
    /// Sorted.
    affected: Vec<Affected>,
    /// All that may come back, sorted.
    waiting: Vec<u32>,
    unrepaired: Returned,
    repaired: Option<Returned>,
}

impl<'g> Engine<'g> {
    /// Evaluates the system without faults. O(nodes + members), plus recovery of what does not
    /// serve even so.
    #[must_use]
    pub fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            baseline: Arc::new(Baseline::new(graph)),
        }
    }

    /// The same again for `graph`, of which `baseline` was taken: for who keeps a graph for long
    /// and asks now and then. O(1).
    #[must_use]
    pub fn resume(graph: &'g Graph, baseline: Arc<Baseline>) -> Self {
        Self { graph, baseline }
    }

    /// The system without faults, for [`resume`](Self::resume).
    #[must_use]
    pub fn baseline(&self) -> Arc<Baseline> {
        Arc::clone(&self.baseline)
    }

    /// Lays out ahead of time what the first fault set asked about would lay out: seconds on millions
    /// of nodes. O(nodes + members), and nothing from the second time on.
    pub fn lay_out(&self) {
        let _ = self.baseline.uses(self.graph);
    }

    /// The same, for who reads it.
    pub(in crate::analysis) fn known(&self) -> &Baseline {
        &self.baseline
    }

    /// The graph it runs on.
    #[must_use]
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// Working memory for evaluations on one thread.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch::new(self.graph)
    }

    /// What the node is without any fault: `none` and `degraded` serve; what does not serve even
    /// then is `interrupted` (with the time it comes up) or `stuck`.
    #[must_use]
    pub fn without_faults(&self, node: u32) -> (Verdict, Time) {
        self.baseline.verdict(node)
    }

    /// What `faults` (any order, repetition allowed) affect. Time and memory are proportional to
    /// the affected nodes and the members that refer to them.
    pub fn affected(&self, scratch: &mut Scratch, faults: &[u32]) -> Vec<Affected> {
        let struck = self.run(scratch, faults, Tells::Stuck);
        scratch.reset();
        struck.affected
    }

    /// What `faults` affect while they are unrepaired, stuck or not (both are called down), and the
    /// requirements that a failure reached at all, sorted. Half the work of
    /// [`affected`](Self::affected), where something may be stuck.
    pub(in crate::analysis) fn touching(
        &self,
        scratch: &mut Scratch,
        faults: &[u32],
    ) -> (Vec<Affected>, Vec<u32>) {
        let struck = self.run(scratch, faults, Tells::Down);
        let touched = self.touched(scratch);
        scratch.reset();
        (struck.affected, touched)
    }

    /// Requirements that are looked at and lost a member, or of which one is newly degraded.
    fn touched(&self, scratch: &Scratch) -> Vec<u32> {
        let graph = self.graph;
        let stopped = scratch.list(Set::Stopped).iter();
        let stopped = stopped.filter(|node| self.baseline.runs[**node as usize]);
        let failed = stopped.chain(scratch.list(Set::Lost));
        let mut touched: Vec<u32> = failed
            .chain(scratch.list(Set::Degraded))
            .flat_map(|node| graph.active_in.items(*node))
            .map(|m| graph.member_of[*m as usize])
            .filter(|q| scratch.may(graph.owner[*q as usize]))
            .collect();
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// As [`affected`](Self::affected), with all that explains it.
    pub fn outcome(&self, scratch: &mut Scratch, faults: &[u32]) -> Outcome {
        let struck = self.run(scratch, faults, Tells::Promotions);
        let sorted = |list: &[u32]| {
            let mut list = list.to_vec();
            sort_numbers(&mut list);
            list
        };
        let outcome = Outcome {
            faults: sorted(scratch.list(Set::Faults)),
            stopped: sorted(scratch.list(Set::Stopped)),
            lost: sorted(scratch.list(Set::Lost)),
            degraded: sorted(scratch.list(Set::Degraded)),
            affected: struck.affected,
            unrepaired: struck.unrepaired.among(&struck.waiting),
            repaired: struck.repaired.map(|again| again.among(&struck.waiting)),
        };
        scratch.reset();
        outcome
    }

    /// When each node serves again if fault `x` is repaired `repair(x)` after it struck.
    pub fn recovery(
        &self,
        scratch: &mut Scratch,
        faults: &[u32],
        repair: impl Fn(u32) -> Option<u64>,
    ) -> Recovery {
        strike::strike(self.graph, &self.baseline, scratch, faults);
        let waiting = recover::waiting(&self.baseline, scratch);
        let recovery = recover::recover(self.graph, &self.baseline, scratch, repair);
        scratch.reset();
        recovery.among(&waiting)
    }

    /// As [`recovery`](Self::recovery), with the log of what happens: no entry comes before its
    /// causes.
    pub fn logged_recovery(
        &self,
        scratch: &mut Scratch,
        faults: &[u32],
        repair: impl Fn(u32) -> Option<u64>,
    ) -> (Recovery, Vec<log::Entry>) {
        strike::strike(self.graph, &self.baseline, scratch, faults);
        let waiting = recover::waiting(&self.baseline, scratch);
        let (recovery, log) = recover::recover_logged(self.graph, &self.baseline, scratch, repair);
        scratch.reset();
        (recovery.among(&waiting), log)
    }

    /// The recovery at its end, to try out what would come back if one thing were not asked for.
    /// What does not serve even without faults stays as it is, unless the faults strike it too.
    /// `scratch` is of no use to others afterwards.
    pub(in crate::analysis) fn trials<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        faults: &[u32],
        repair: impl Fn(u32) -> Option<u64>,
    ) -> Trials<'a> {
        strike::strike(self.graph, &self.baseline, scratch, faults);
        Trials::new(self.graph, &self.baseline, scratch, repair)
    }

    fn run(&self, scratch: &mut Scratch, faults: &[u32], tells: Tells) -> Struck {
        let (graph, baseline) = (self.graph, &*self.baseline);
        strike::strike(graph, baseline, scratch, faults);
        let waiting = recover::waiting(baseline, scratch);
        // What only promotes something for a node that stays down is left out, unless asked for.
        let all = std::mem::take(&mut scratch.unmet);
        let owner = |q: u32| graph.owner[q as usize];
        let mut promotable = all.clone();
        promotable.retain(|q| tells == Tells::Promotions || !scratch.is_hopeless(owner(*q)));
        scratch.unmet = promotable;
        let unrepaired = recover::recover(graph, baseline, scratch, |_| None);
        scratch.unmet = all;
        // Without an unmet start requirement everything restarts once it is repaired (placement
        // is acyclic), and with all that ran running again, all that served serves again: nothing
        // is stuck, and the second simulation is not needed.
        let leaves_someone = unrepaired.len() < waiting.len();
        let repaired = (tells != Tells::Down && leaves_someone && unrepaired.start_is_awaited)
            .then(|| recover::recover(graph, baseline, scratch, |_| Some(0)));
        let mut degraded = scratch.list(Set::Degraded).to_vec();
        sort_numbers(&mut degraded);
        let mut degraded = degraded.into_iter().peekable();
        let mut affected = Vec::with_capacity(waiting.len() + degraded.len());
        let degradation = |node| Affected {
            node,
            verdict: Verdict::Degraded,
            recovers: Time::ZERO,
        };
        let mut times = unrepaired.times();
        let mut times_again = repaired.as_ref().map(Returned::times);
        for &node in &waiting {
            while let Some(before) = degraded.next_if(|before| *before < node) {
                affected.push(degradation(before));
            }
            let recovers = times.of(node);
            let again = times_again.as_mut().map(|times| times.of(node));
            if scratch.has(Set::Faults, node) {
                continue;
            }
            let before = baseline.verdict(node);
            let verdict = match recovers.finite() {
                Some(_) => Verdict::Interrupted,
                None if again == Some(Time::NEVER) || before.0 == Verdict::Stuck => Verdict::Stuck,
                None => Verdict::Down,
            };
            if (verdict, recovers) > before {
                affected.push(Affected {
                    node,
                    verdict,
                    recovers,
                });
            }
        }
        affected.extend(degraded.map(degradation));
        Struck {
            affected,
            waiting,
            unrepaired,
            repaired,
        }
    }

    /// True if `verdict` and `recovers` cut `node`: down, stuck, or interrupted for longer than
    /// the node's `rto`.
    #[must_use]
    pub fn cuts(&self, affected: Affected) -> bool {
        match affected.verdict {
            Verdict::None | Verdict::Degraded => false,
            Verdict::Interrupted => affected
                .recovers
                .finite()
                .is_none_or(|s| s > self.graph.rto_s[affected.node as usize]),
            Verdict::Down | Verdict::Stuck => true,
        }
    }

    /// True if `node` serves in S0 of `outcome`.
    #[must_use]
    pub fn serves_at_once(&self, outcome: &Outcome, node: u32) -> bool {
        self.baseline.serves[node as usize] && outcome.lost.binary_search(&node).is_err()
    }

    /// True if `node` serves when nothing has failed.
    #[must_use]
    pub fn serves_without_faults(&self, node: u32) -> bool {
        self.baseline.serves[node as usize]
    }

    /// True if `node` serves without faults but is degraded even so.
    #[must_use]
    pub fn degraded_without_faults(&self, node: u32) -> bool {
        self.baseline.degraded[node as usize]
    }
}
