//! The moment the faults strike (t = 0): what stops, what no longer serves, what is degraded.

use crate::graph::Graph;
use crate::words::Mode;

use super::baseline::Baseline;
use super::scratch::Scratch;

/// Fills `scratch` (which must be clean) with what `faults` do at t = 0. Proportional to the
/// nodes affected and the members that refer to them.
pub(super) fn strike(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch, faults: &[u32]) {
    for &fault in faults {
        scratch.faults.add(fault);
        scratch.stopped.add(fault);
    }
    spread_stop(graph, baseline, scratch);
    spread_loss(graph, baseline, scratch);
    spread_degradation(graph, baseline, scratch);
}

fn spread_stop(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch) {
    let mut next = 0;
    while let Some(&node) = scratch.stopped.list.get(next) {
        next += 1;
        if !baseline.runs[node as usize] {
            continue;
        }
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            if graph.mode[q as usize] != Mode::Placement {
                continue;
            }
            let lost = scratch.lost_running.add(q, graph.member_weight[m as usize]);
            if falls_below(
                baseline.running_weight[q as usize],
                lost,
                graph.need[q as usize],
            ) {
                let owner = graph.owner[q as usize];
                if baseline.runs[owner as usize] {
                    scratch.stopped.add(owner);
                }
            }
        }
    }
}

fn spread_loss(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch) {
    for at in 0..scratch.stopped.list.len() {
        let node = scratch.stopped.list[at];
        if baseline.serves[node as usize] {
            scratch.lost.add(node);
        }
    }
    let mut next = 0;
    while let Some(&node) = scratch.lost.list.get(next) {
        next += 1;
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            let lost = scratch.lost_serving.add(q, graph.member_weight[m as usize]);
            let carries = matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard);
            if carries
                && falls_below(
                    baseline.serving_weight[q as usize],
                    lost,
                    graph.need[q as usize],
                )
            {
                let owner = graph.owner[q as usize];
                if baseline.serves[owner as usize] {
                    scratch.lost.add(owner);
                }
            }
        }
    }
}

/// Loss is complete before degradation begins: what is lost is not degraded.
fn spread_degradation(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch) {
    for at in 0..scratch.lost.list.len() {
        unsettle(graph, baseline, scratch, scratch.lost.list[at], true);
    }
    let mut next = 0;
    while let Some(&node) = scratch.degraded.list.get(next) {
        next += 1;
        unsettle(graph, baseline, scratch, node, false);
    }
}

/// Degrades those whose soft requirement the lost `node` left unmet, or whose hard one is now met
/// only by counting degraded members.
fn unsettle(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch, node: u32, lost: bool) {
    let was_sound = !baseline.degraded[node as usize];
    for &m in graph.active_in.items(node) {
        let q = graph.member_of[m as usize];
        let need = graph.need[q as usize];
        let unsettled = match graph.mode[q as usize] {
            Mode::Soft => {
                lost && falls_below(
                    baseline.serving_weight[q as usize],
                    scratch.lost_serving.get(q),
                    need,
                )
            }
            Mode::Hard if was_sound => {
                let gone = scratch.lost_sound.add(q, graph.member_weight[m as usize]);
                falls_below(baseline.sound_weight[q as usize], gone, need)
            }
            Mode::Hard | Mode::Placement | Mode::Start => false,
        };
        let owner = graph.owner[q as usize];
        let sound = baseline.serves[owner as usize] && !baseline.degraded[owner as usize];
        if unsettled && sound && !scratch.lost.has(owner) {
            scratch.degraded.add(owner);
        }
    }
}

fn falls_below(weight: u64, lost: u64, need: u64) -> bool {
    weight.saturating_sub(lost) < need
}
