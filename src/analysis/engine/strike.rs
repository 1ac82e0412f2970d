//! The moment the faults strike (t = 0): what stops, what no longer serves, what is degraded.

use crate::graph::Graph;
use crate::words::Mode;

use super::baseline::Baseline;
use super::scratch::{Scratch, Set};

/// Fills `scratch` (which must be clean) with what `faults` do at t = 0. Proportional to the
/// nodes affected and the members that refer to them.
pub(super) fn strike(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch, faults: &[u32]) {
    for &fault in faults {
        scratch.add(Set::Faults, fault);
        scratch.add(Set::Stopped, fault);
    }
    spread_stop(graph, baseline, scratch);
    spread_loss(graph, baseline, scratch);
    spread_degradation(graph, baseline, scratch);
}

fn spread_stop(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch) {
    let mut next = 0;
    while let Some(&node) = scratch.list(Set::Stopped).get(next) {
        next += 1;
        if !baseline.runs[node as usize] {
            continue;
        }
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            if graph.mode[q as usize] != Mode::Placement {
                continue;
            }
            let owner = graph.owner[q as usize];
            if !scratch.may(owner) {
                continue;
            }
            let lost = &mut scratch.record(q).lost_running;
            *lost = lost.saturating_add(graph.member_weight[m as usize]);
            let stops = falls_below(baseline.running(q), *lost, graph.need[q as usize]);
            if stops && baseline.runs[owner as usize] {
                scratch.add(Set::Stopped, owner);
            }
        }
    }
}

fn spread_loss(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch) {
    for at in 0..scratch.list(Set::Stopped).len() {
        let node = scratch.list(Set::Stopped)[at];
        if baseline.serves[node as usize] {
            scratch.add(Set::Lost, node);
        }
    }
    let mut next = 0;
    while let Some(&node) = scratch.list(Set::Lost).get(next) {
        next += 1;
        let was_sound = !baseline.degraded[node as usize];
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            let owner = graph.owner[q as usize];
            if !scratch.may(owner) {
                continue;
            }
            let weight = graph.member_weight[m as usize];
            let record = scratch.record(q);
            record.lost_serving = record.lost_serving.saturating_add(weight);
            if was_sound {
                record.lost_sound = record.lost_sound.saturating_add(weight);
            }
            let carries = matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard);
            let need = graph.need[q as usize];
            let fails = carries && falls_below(baseline.serving(q), record.lost_serving, need);
            if fails && baseline.serves[owner as usize] {
                scratch.add(Set::Lost, owner);
            }
        }
    }
}

/// Loss is complete before degradation begins: what is lost is not degraded.
fn spread_degradation(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch) {
    if !graph.has_soft() && baseline.all_sound() {
        return;
    }
    for at in 0..scratch.list(Set::Lost).len() {
        let node = scratch.list(Set::Lost)[at];
        for &m in graph.active_in.items(node) {
            unsettle(graph, baseline, scratch, graph.member_of[m as usize]);
        }
    }
    let mut next = 0;
    while let Some(&node) = scratch.list(Set::Degraded).get(next) {
        next += 1;
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            if graph.mode[q as usize] == Mode::Hard {
                let lost = &mut scratch.record(q).lost_sound;
                *lost = lost.saturating_add(graph.member_weight[m as usize]);
                unsettle(graph, baseline, scratch, q);
            }
        }
    }
}

/// Degrades the owner of `q` if it is a soft requirement that the lost nodes left unmet, or a hard
/// one now met only by counting degraded members.
fn unsettle(graph: &Graph, baseline: &Baseline, scratch: &mut Scratch, q: u32) {
    let need = graph.need[q as usize];
    let record = scratch.recorded(q);
    let unsettled = match graph.mode[q as usize] {
        Mode::Soft => falls_below(baseline.serving(q), record.lost_serving, need),
        Mode::Hard => falls_below(baseline.sound(q), record.lost_sound, need),
        Mode::Placement | Mode::Start => false,
    };
    let owner = graph.owner[q as usize];
    let sound = baseline.serves[owner as usize] && !baseline.degraded[owner as usize];
    if unsettled && sound && !scratch.has(Set::Lost, owner) && scratch.may(owner) {
        scratch.add(Set::Degraded, owner);
    }
}

fn falls_below(weight: u64, lost: u64, need: u64) -> bool {
    weight.saturating_sub(lost) < need
}
