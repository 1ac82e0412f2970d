//! Cycles of needs: their nodes hold each other up, so whom a fault takes is found fault by fault,
//! by counting what each requirement loses, as for any fault set.

use super::answer::{high, low, pack};
use super::codes::{LOST, STOPPED, STRUCK, is_timed};
use super::ground::NEAR_LATE;
use super::lists::Pass;
use crate::analysis::engine::scratch::Set;
use crate::words::Mode;

/// What a fault does to the cycle from outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Blow {
    fault: u32,
    /// It strikes a node of the cycle; else a member outside of it.
    strikes: bool,
    /// The node, or the place where the member counts.
    at: u32,
    code: u32,
}

impl Pass<'_> {
    /// Makes the lists of `nodes`, which are this cycle.
    pub(super) fn cycle(&mut self, nodes: &[u32], cycle: u32) {
        let mut blows = self.blows(nodes, cycle);
        blows.sort_unstable();
        let mut found: Vec<(u32, u64)> = Vec::new();
        for blows in blows.chunk_by(|a, b| a.fault == b.fault) {
            let fault = blows[0].fault;
            self.spread_stop(blows, cycle);
            self.spread_loss(blows, cycle);
            if blows.iter().any(|blow| is_timed(blow.code)) || self.reaches_standby() {
                self.to_simulate.push(fault);
            }
            for node in self.scratch.list(Set::Stopped) {
                let code = if self.scratch.has(Set::Lost, *node) {
                    LOST | STOPPED
                } else {
                    STOPPED
                };
                let struck = if self.scratch.has(Set::Faults, *node) {
                    STRUCK
                } else {
                    0
                };
                found.push((*node, pack(fault, code | struck)));
            }
            for node in self.scratch.list(Set::Lost) {
                if !self.scratch.has(Set::Stopped, *node) {
                    found.push((*node, pack(fault, LOST)));
                }
            }
            self.scratch.reset();
        }
        found.sort_unstable();
        for same in found.chunk_by(|a, b| a.0 == b.0) {
            let list: Vec<u64> = same.iter().map(|(_, pair)| *pair).collect();
            if self.ground.is(same[0].0, NEAR_LATE) {
                self.apart.extend(list.iter().map(|pair| high(*pair)));
            }
            self.keep(same[0].0, &list);
        }
    }

    fn blows(&self, nodes: &[u32], cycle: u32) -> Vec<Blow> {
        let ground = self.ground;
        let graph = ground.graph;
        let mut blows = Vec::new();
        for &node in nodes.iter().filter(|node| ground.runs(**node)) {
            blows.extend(ground.strikes(self.part, node).map(|pair| Blow {
                fault: high(pair),
                strikes: true,
                at: node,
                code: low(pair),
            }));
            for q in graph.requirements_of(node) {
                if !matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard) {
                    continue;
                }
                for m in graph.members_of(q).filter(|m| graph.is_active(*m)) {
                    let member = graph.member_node[m as usize];
                    if graph.cycles.of(member) == Some(cycle) {
                        continue;
                    }
                    blows.extend(self.arena.of(member).iter().map(|pair| Blow {
                        fault: high(*pair),
                        strikes: false,
                        at: m,
                        code: low(*pair),
                    }));
                }
            }
        }
        blows
    }

    fn spread_stop(&mut self, blows: &[Blow], cycle: u32) {
        let graph = self.ground.graph;
        for blow in blows {
            if blow.strikes {
                self.scratch.add(Set::Faults, blow.at);
                self.scratch.add(Set::Stopped, blow.at);
            } else if blow.code & STOPPED != 0 {
                self.take_running(blow.at);
            }
        }
        let mut next = 0;
        while let Some(&node) = self.scratch.list(Set::Stopped).get(next) {
            next += 1;
            for &m in graph.active_in.items(node) {
                if graph
                    .cycles
                    .of(graph.owner[graph.member_of[m as usize] as usize])
                    == Some(cycle)
                {
                    self.take_running(m);
                }
            }
        }
    }

    /// Member `m` stopped.
    fn take_running(&mut self, m: u32) {
        let ground = self.ground;
        let graph = ground.graph;
        let q = graph.member_of[m as usize];
        if graph.mode[q as usize] != Mode::Placement {
            return;
        }
        let lost = &mut self.scratch.record(q).lost_running;
        *lost = lost.saturating_add(graph.member_weight[m as usize]);
        let owner = graph.owner[q as usize];
        if ground.spare_running(q).is_some_and(|spare| *lost > spare) && ground.runs(owner) {
            self.scratch.add(Set::Stopped, owner);
        }
    }

    fn spread_loss(&mut self, blows: &[Blow], cycle: u32) {
        let ground = self.ground;
        let graph = ground.graph;
        for at in 0..self.scratch.list(Set::Stopped).len() {
            let node = self.scratch.list(Set::Stopped)[at];
            if ground.serves(node) {
                self.scratch.add(Set::Lost, node);
            }
        }
        for blow in blows {
            if !blow.strikes && blow.code & LOST != 0 {
                self.take_serving(blow.at);
            }
        }
        let mut next = 0;
        while let Some(&node) = self.scratch.list(Set::Lost).get(next) {
            next += 1;
            for &m in graph.active_in.items(node) {
                if graph
                    .cycles
                    .of(graph.owner[graph.member_of[m as usize] as usize])
                    == Some(cycle)
                {
                    self.take_serving(m);
                }
            }
        }
    }

    /// Member `m` does not serve any more.
    fn take_serving(&mut self, m: u32) {
        let ground = self.ground;
        let graph = ground.graph;
        let q = graph.member_of[m as usize];
        if !matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard) {
            return;
        }
        let lost = &mut self.scratch.record(q).lost_serving;
        *lost = lost.saturating_add(graph.member_weight[m as usize]);
        let owner = graph.owner[q as usize];
        if ground.spare(q).is_some_and(|spare| *lost > spare) && ground.serves(owner) {
            self.scratch.add(Set::Lost, owner);
        }
    }

    /// True if a lost node has an unmet requirement with a standby.
    fn reaches_standby(&self) -> bool {
        let ground = self.ground;
        ground.graph.has_standbys()
            && self.scratch.list(Set::Lost).iter().any(|node| {
                ground.graph.requirements_of(*node).any(|q| {
                    let lost = self.scratch.recorded(q).lost_serving;
                    ground.has_standby(q) && ground.spare(q).is_none_or(|spare| lost > spare)
                })
            })
    }
}
