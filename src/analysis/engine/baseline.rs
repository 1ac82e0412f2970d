//! The system without faults: who runs, who serves, who is degraded, and when the rest comes up.

use std::sync::OnceLock;

use crate::analysis::verdict::{Time, Verdict};
use crate::graph::{Graph, Numbers};
use crate::words::Mode;

use super::recover::{recover, waiting};
use super::scratch::Scratch;
use super::uses::Uses;

/// F = ∅, computed once per graph. Weights are of active members, by requirement.
#[derive(Debug, Default)]
pub struct Baseline {
    pub(in crate::analysis) runs: Vec<bool>,
    pub(in crate::analysis) serves: Vec<bool>,
    pub(in crate::analysis) degraded: Vec<bool>,
    serving_weight: Numbers,
    /// `None` where it is the serving weight throughout, as it is of most graphs.
    running_weight: Option<Numbers>,
    /// Of members that serve and are not degraded; `None` as above.
    sound_weight: Option<Numbers>,
    /// Nodes that don't serve at once even without faults, but may come to run or serve: every
    /// recovery has to consider them.
    pub(in crate::analysis) late: Vec<u32>,
    /// When those of `late` serve.
    late_time: Vec<(u32, Time)>,
    /// Made when the first faults strike: who only looks at what is there needs none.
    uses: OnceLock<Uses>,
}

impl Baseline {
    pub(super) fn new(graph: &Graph) -> Self {
        let nodes = graph.node_count();
        let mut baseline = Self {
            runs: vec![true; nodes],
            ..Self::default()
        };
        let mut running = all_weights(graph);
        let mut queue: Vec<u32> = Vec::new();
        // Stopped: the least set, grown from requirements that active members can't meet at all.
        for q in unmet(graph, &running, &[Mode::Placement]) {
            stop(graph.owner[q as usize], &mut baseline.runs, &mut queue);
        }
        let stopped = !queue.is_empty();
        // Serving: the greatest set, shrunk from everything that runs.
        let mut serving = running.clone();
        shrink(
            graph,
            &mut queue,
            &mut running,
            &[Mode::Placement],
            &mut baseline.runs,
        );
        baseline.serves = vec![true; nodes];
        if stopped {
            for node in index_range(nodes) {
                if !baseline.runs[node as usize] {
                    stop(node, &mut baseline.serves, &mut queue);
                }
            }
        }
        let carrying = [Mode::Placement, Mode::Hard];
        for q in unmet(graph, &serving, &carrying) {
            stop(graph.owner[q as usize], &mut baseline.serves, &mut queue);
        }
        shrink(
            graph,
            &mut queue,
            &mut serving,
            &carrying,
            &mut baseline.serves,
        );
        baseline.running_weight = (running != serving).then_some(running);
        baseline.serving_weight = serving;
        baseline.find_degraded(graph);
        baseline.find_late(graph);
        baseline
    }

    /// Weight of the active members of `q` that serve.
    pub(in crate::analysis) fn serving(&self, q: u32) -> u64 {
        self.serving_weight[q as usize]
    }

    /// Weight of the active members of `q` that run.
    pub(in crate::analysis) fn running(&self, q: u32) -> u64 {
        let weights = self.running_weight.as_ref();
        weights.unwrap_or(&self.serving_weight)[q as usize]
    }

    /// Weight of the active members of `q` that serve and are not degraded.
    pub(in crate::analysis) fn sound(&self, q: u32) -> u64 {
        let weights = self.sound_weight.as_ref();
        weights.unwrap_or(&self.serving_weight)[q as usize]
    }

    /// True if nothing is degraded.
    pub(in crate::analysis) fn all_sound(&self) -> bool {
        self.sound_weight.is_none()
    }

    fn find_degraded(&mut self, graph: &Graph) {
        let nodes = graph.node_count();
        let mut queue = Vec::new();
        let mut sound = self.serves.clone();
        for q in unmet(graph, &self.serving_weight, &[Mode::Soft]) {
            let owner = graph.owner[q as usize];
            if self.serves[owner as usize] {
                stop(owner, &mut sound, &mut queue);
            }
        }
        if queue.is_empty() {
            self.degraded = vec![false; nodes];
            return;
        }
        let mut weights = self.serving_weight.clone();
        shrink(graph, &mut queue, &mut weights, &[Mode::Hard], &mut sound);
        self.sound_weight = Some(weights);
        self.degraded = (0..nodes)
            .map(|node| self.serves[node] && !sound[node])
            .collect();
    }

    fn find_late(&mut self, graph: &Graph) {
        self.late = index_range(graph.node_count())
            .filter(|node| !self.serves[*node as usize])
            .collect();
        if self.late.is_empty() {
            return;
        }
        let mut scratch = Scratch::new(graph);
        let nodes = waiting(self, &scratch);
        let recovery = recover(graph, self, &mut scratch, |_| None).among(&nodes);
        // What runs but never serves can't change anything any more; what is stopped may still
        // come to run, and let others start.
        self.late_time = recovery.times().to_vec();
        let (runs, times) = (&self.runs, &self.late_time);
        self.late = times
            .iter()
            .filter(|(node, time)| *time != Time::NEVER || !runs[*node as usize])
            .map(|(node, _)| *node)
            .collect();
        self.late_time.retain(|(_, time)| *time != Time::NEVER);
    }

    /// Whom losses reach. O(1), but O(nodes + members) at first.
    pub(super) fn uses(&self, graph: &Graph) -> &Uses {
        self.uses.get_or_init(|| Uses::new(graph, self))
    }

    /// Verdict and time without faults.
    pub(super) fn verdict(&self, node: u32) -> (Verdict, Time) {
        if self.serves[node as usize] {
            let degraded = self.degraded[node as usize];
            return (
                if degraded {
                    Verdict::Degraded
                } else {
                    Verdict::None
                },
                Time::ZERO,
            );
        }
        match self
            .late_time
            .binary_search_by_key(&node, |(late, _)| *late)
        {
            Ok(at) => (Verdict::Interrupted, self.late_time[at].1),
            Err(_) => (Verdict::Stuck, Time::NEVER),
        }
    }
}

fn index_range(len: usize) -> std::ops::Range<u32> {
    0..u32::try_from(len).unwrap_or(u32::MAX)
}

/// Sum of the active members' weights, by requirement.
fn all_weights(graph: &Graph) -> Numbers {
    let weight = |m: u32| {
        if graph.is_active(m) {
            graph.member_weight[m as usize]
        } else {
            0
        }
    };
    index_range(graph.owner.len())
        .map(|q| graph.members_of(q).map(weight).fold(0, u64::saturating_add))
        .collect()
}

/// Requirements of the given modes that `weights` don't meet.
fn unmet<'a>(graph: &'a Graph, weights: &Numbers, modes: &'a [Mode]) -> Vec<u32> {
    index_range(graph.owner.len())
        .filter(|q| modes.contains(&graph.mode[*q as usize]))
        .filter(|q| weights[*q as usize] < graph.need[*q as usize])
        .collect()
}

/// Takes `node` out of the set `inside`, once.
fn stop(node: u32, inside: &mut [bool], queue: &mut Vec<u32>) {
    if std::mem::replace(&mut inside[node as usize], false) {
        queue.push(node);
    }
}

/// Takes out of `inside` all that loses a requirement of `modes` because of the nodes in `queue`,
/// and their weights out of every requirement.
fn shrink(
    graph: &Graph,
    queue: &mut Vec<u32>,
    weights: &mut Numbers,
    modes: &[Mode],
    inside: &mut [bool],
) {
    while let Some(node) = queue.pop() {
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize] as usize;
            let left = weights[q].saturating_sub(graph.member_weight[m as usize]);
            weights.set(q, left);
            if left < graph.need[q] && modes.contains(&graph.mode[q]) {
                stop(graph.owner[q], inside, queue);
            }
        }
    }
}
