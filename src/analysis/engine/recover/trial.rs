//! What would come back as well, were one thing not asked for. A recovery is played to its end once;
//! each trial goes on from there and is taken back again, so it costs what it frees and no more.
//!
//! Going on is the same as beginning again: what comes back in the end is the least set that is
//! closed under starting, promoting and serving, and to ask for less only adds to it, so the end of
//! the first recovery lies within that of the other.

use std::collections::HashMap;

use super::{NO_SLOT, Simulation, Undo, waiting};
use crate::analysis::engine::baseline::Baseline;
use crate::analysis::engine::log::Loosened;
use crate::analysis::engine::scratch::Scratch;
use crate::analysis::verdict::Time;
use crate::graph::Graph;
use crate::words::Mode;

/// A recovery at its end.
pub(in crate::analysis) struct Trials<'a> {
    end: Simulation<'a>,
    /// By way of the graph: its place among the armed ones.
    armed: HashMap<u32, u32>,
}

impl<'a> Trials<'a> {
    /// Plays the recovery from the strike in `scratch`, which is of no use to others afterwards.
    pub(in crate::analysis::engine) fn new(
        graph: &'a Graph,
        baseline: &'a Baseline,
        scratch: &'a mut Scratch,
        repair: impl Fn(u32) -> Option<u64>,
    ) -> Self {
        // What takes part only later would do so in a trial, which is taken back.
        let nodes = waiting(baseline, scratch);
        let mut end = Simulation::new(graph, baseline, scratch);
        end.begin(&nodes, repair);
        end.play();
        end.undo = Some(Vec::new());
        end.work = 0;
        let armed = end.ways.iter().map(|way| way.way).zip(0..).collect();
        Self { end, armed }
    }

    /// How many nodes and members all trials have looked at.
    pub(in crate::analysis) fn work(&self) -> u64 {
        self.end.work
    }

    /// Nodes that come back without what is `loosened` (sorted lists), and did not with it; sorted.
    /// Proportional to these and what they are members of.
    pub(in crate::analysis) fn frees(&mut self, loosened: &Loosened) -> Vec<u32> {
        let now = self.end.now;
        for q in &loosened.requirements {
            self.drop_requirement(*q);
        }
        for (way, node) in &loosened.parts {
            self.drop_part(*way, *node);
        }
        // If it serves after all, that is news to nobody.
        self.end.loosened.parts.clone_from(&loosened.parts);
        self.end.play();
        self.end.work += loosened.requirements.len() as u64 + 1;
        let mut freed = self.take_back();
        self.end.loosened = Loosened::default();
        self.end.now = now;
        freed.sort_unstable();
        freed.dedup();
        freed
    }

    fn drop_requirement(&mut self, q: u32) {
        let end = &mut self.end;
        let slot = end.scratch.slot[end.graph.owner[q as usize] as usize];
        if slot == NO_SLOT {
            return;
        }
        let record = end.scratch.recorded(q);
        let (serving, running) = (record.short_serving, record.short_running);
        end.undo_with(|_| Undo::Serving(q, serving));
        end.undo_with(|_| Undo::Running(q, running));
        // From here on nothing is gained by it: what it waits for is counted down now.
        let record = end.scratch.record(q);
        (record.short_serving, record.short_running) = (0, 0);
        match end.graph.mode[q as usize] {
            Mode::Soft => {}
            Mode::Start => {
                if serving > 0 {
                    end.one_less_before_start(slot);
                }
            }
            mode @ (Mode::Placement | Mode::Hard) => {
                if mode == Mode::Placement && running > 0 {
                    end.one_less_before_start(slot);
                }
                if serving > 0 {
                    end.one_less_before_serving(slot);
                }
                end.touch_cycle(slot);
            }
        }
    }

    fn drop_part(&mut self, way: u32, node: u32) {
        let end = &mut self.end;
        let Some(number) = self.armed.get(&way).copied() else {
            return;
        };
        let slot = end.scratch.slot[node as usize];
        let serves = match end.waiting.get(slot as usize) {
            Some(waiting) => waiting.serves != Time::NEVER,
            None => end.serves_at_once(node),
        };
        if serves {
            return;
        }
        let member = end.armed[end.ways[number as usize].standby as usize].member;
        let itself = end.graph.member_node[member as usize];
        let required = end.graph.way_requires.items(way);
        let all = std::iter::once(&itself).chain(required);
        for _ in all.filter(|required| **required == node) {
            end.one_less_before_promotion(number);
        }
    }

    /// Undoes what happened since the end; says which nodes served meanwhile.
    fn take_back(&mut self) -> Vec<u32> {
        let end = &mut self.end;
        let mut undo = end.undo.take().unwrap_or_default();
        let mut freed = Vec::new();
        for what in undo.drain(..).rev() {
            match what {
                Undo::Waiting(slot, before) => {
                    let waiting = &mut end.waiting[slot as usize];
                    if waiting.serves != Time::NEVER && before.serves == Time::NEVER {
                        freed.push(waiting.node);
                    }
                    *waiting = before;
                }
                Undo::Promoted(standby) => {
                    let armed = &mut end.armed[standby as usize];
                    armed.promoted = Time::NEVER;
                    end.promoted.remove(&armed.member);
                }
                Undo::Missing(number) => end.ways[number as usize].missing += 1,
                Undo::Running(q, lacked) => end.scratch.record(q).short_running = lacked,
                Undo::Serving(q, lacked) => end.scratch.record(q).short_serving = lacked,
                Undo::Told(slot) => end.waiting[slot as usize].told = false,
            }
        }
        end.undo = Some(undo);
        freed
    }
}
