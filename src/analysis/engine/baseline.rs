//! The system without faults: who runs, who serves, who is degraded, and when the rest comes up.

use crate::analysis::verdict::{Time, Verdict};
use crate::graph::Graph;
use crate::words::Mode;

use super::recover::recover;
use super::scratch::Scratch;

/// F = ∅, computed once per graph. Weights are of active members, by requirement.
#[derive(Debug, Default)]
pub struct Baseline {
    pub(super) runs: Vec<bool>,
    pub(super) serves: Vec<bool>,
    pub(super) degraded: Vec<bool>,
    pub(super) running_weight: Vec<u64>,
    pub(super) serving_weight: Vec<u64>,
    /// Serving and not degraded.
    pub(super) sound_weight: Vec<u64>,
    /// Nodes that don't serve at once even without faults, but may come to run or serve: every
    /// recovery has to consider them.
    pub(super) late: Vec<u32>,
    /// When those of `late` serve.
    late_time: Vec<(u32, Time)>,
}

impl Baseline {
    pub(super) fn new(graph: &Graph) -> Self {
        let nodes = graph.node_count();
        let mut baseline = Self {
            runs: vec![true; nodes],
            ..Self::default()
        };
        baseline.running_weight = all_weights(graph);
        let mut queue: Vec<u32> = Vec::new();
        // Stopped: the least set, grown from requirements that active members can't meet at all.
        for q in unmet(graph, &baseline.running_weight, &[Mode::Placement]) {
            stop(graph.owner[q as usize], &mut baseline.runs, &mut queue);
        }
        shrink(
            graph,
            &mut queue,
            &mut baseline.running_weight,
            &[Mode::Placement],
            &mut baseline.runs,
        );
        // Serving: the greatest set, shrunk from everything that runs.
        baseline.serves = vec![true; nodes];
        baseline.serving_weight = all_weights(graph);
        for node in index_range(nodes) {
            if !baseline.runs[node as usize] {
                stop(node, &mut baseline.serves, &mut queue);
            }
        }
        let carrying = [Mode::Placement, Mode::Hard];
        for q in unmet(graph, &baseline.serving_weight, &carrying) {
            stop(graph.owner[q as usize], &mut baseline.serves, &mut queue);
        }
        shrink(
            graph,
            &mut queue,
            &mut baseline.serving_weight,
            &carrying,
            &mut baseline.serves,
        );
        baseline.find_degraded(graph);
        baseline.find_late(graph);
        baseline
    }

    fn find_degraded(&mut self, graph: &Graph) {
        let nodes = graph.node_count();
        let mut sound = self.serves.clone();
        self.sound_weight = self.serving_weight.clone();
        let mut queue = Vec::new();
        for q in unmet(graph, &self.serving_weight, &[Mode::Soft]) {
            let owner = graph.owner[q as usize];
            if self.serves[owner as usize] {
                stop(owner, &mut sound, &mut queue);
            }
        }
        shrink(
            graph,
            &mut queue,
            &mut self.sound_weight,
            &[Mode::Hard],
            &mut sound,
        );
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
        let recovery = recover(graph, self, &mut scratch, |_| None);
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
fn all_weights(graph: &Graph) -> Vec<u64> {
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
fn unmet<'a>(graph: &'a Graph, weights: &[u64], modes: &'a [Mode]) -> Vec<u32> {
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
    weights: &mut [u64],
    modes: &[Mode],
    inside: &mut [bool],
) {
    while let Some(node) = queue.pop() {
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize] as usize;
            weights[q] = weights[q].saturating_sub(graph.member_weight[m as usize]);
            if weights[q] < graph.need[q] && modes.contains(&graph.mode[q]) {
                stop(graph.owner[q], inside, queue);
            }
        }
    }
}
