//! The simulation itself: events in the order of their times, and what follows from each at once.

use std::cmp::Reverse;

use super::{Event, Simulation, Undo, Waiting};
use crate::analysis::engine::log::Happening;
use crate::analysis::verdict::Time;
use crate::words::Mode;

impl Simulation<'_> {
    pub(super) fn play(&mut self) {
        loop {
            while let Some(&Reverse((time, event))) = self.events.peek() {
                if time > self.now {
                    break;
                }
                self.events.pop();
                self.happen(event);
            }
            if let Some(slot) = self.ready.pop() {
                self.announce(slot);
            } else if let Some(cycle) = self.touched_cycles.pop() {
                self.settle_cycle(cycle);
            } else if let Some(Reverse((time, _))) = self.events.peek() {
                self.now = *time;
            } else {
                return;
            }
        }
    }

    pub(super) fn schedule(&mut self, time: Time, event: Event) {
        self.events.push(Reverse((time, event)));
    }

    fn happen(&mut self, event: Event) {
        self.happened += 1;
        match event {
            Event::Repaired(slot) => {
                self.note(Happening::Repaired(self.waiting[slot as usize].node));
                self.one_less_before_start(slot);
            }
            Event::Runs(slot) => {
                self.journal(slot);
                let node = self.waiting[slot as usize].node;
                self.note(Happening::Runs(node));
                self.waiting[slot as usize].runs = true;
                self.waiting[slot as usize].runs_at = self.now;
                for &m in self.graph.active_in.items(node) {
                    let q = self.graph.member_of[m as usize];
                    if self.graph.mode[q as usize] == Mode::Placement {
                        self.gain_running(q, self.graph.member_weight[m as usize]);
                    }
                }
                self.touch_cycle(slot);
                self.serve_if_possible(slot);
            }
            Event::Serves(slot) => {
                self.journal(slot);
                self.waiting[slot as usize].serves = self.now;
                self.ready.push(slot);
            }
            Event::Promoted(standby, way) => {
                if self.armed[standby as usize].promoted != Time::NEVER {
                    return;
                }
                self.undo_with(|_| Undo::Promoted(standby));
                self.armed[standby as usize].promoted = self.now;
                let member = self.armed[standby as usize].member;
                self.promoted.insert(member);
                self.note(Happening::Promoted { member, way });
                let q = self.graph.member_of[member as usize];
                let weight = self.graph.member_weight[member as usize];
                if self.graph.mode[q as usize] == Mode::Placement {
                    self.gain_running(q, weight);
                }
                self.gain_serving(q, weight);
            }
        }
    }

    /// Tells everyone that the node in `slot` serves.
    fn announce(&mut self, slot: u32) {
        self.happened += 1;
        self.undo_with(|_| Undo::Told(slot));
        self.waiting[slot as usize].told = true;
        let node = self.waiting[slot as usize].node;
        self.work += self.graph.active_in.items(node).len() as u64 + 1;
        for &m in self.graph.active_in.items(node) {
            self.gain_serving(
                self.graph.member_of[m as usize],
                self.graph.member_weight[m as usize],
            );
        }
        let mut next = self.first_watcher[slot as usize];
        while let Some((number, after)) = self.watchers.get(next as usize).copied() {
            next = after;
            let part = (self.ways[number as usize].way, node);
            if self.loosened.parts.binary_search(&part).is_err() {
                self.one_less_before_promotion(number);
            }
        }
    }

    /// Called for each thing of a way that serves, hence at zero only once.
    pub(super) fn one_less_before_promotion(&mut self, number: u32) {
        self.undo_with(|_| Undo::Missing(number));
        let way = &mut self.ways[number as usize];
        way.missing -= 1;
        if way.missing == 0 {
            let (standby, number, takes) = (way.standby, way.way, way.takes);
            let member = self.armed[standby as usize].member;
            self.note(Happening::Begins {
                member,
                way: number,
            });
            self.schedule(self.now.after(takes), Event::Promoted(standby, number));
        }
    }

    fn gain_running(&mut self, q: u32, weight: u64) {
        let Some((slot, is_counted)) = self.gains(q) else {
            return;
        };
        let lacked = self.scratch.recorded(q).short_running;
        if is_counted {
            self.go_on(slot);
        } else if lacked > 0 {
            self.undo_with(|_| Undo::Running(q, lacked));
            let lacks = lacked.saturating_sub(weight);
            self.scratch.record(q).short_running = lacks;
            if lacks == 0 {
                self.one_less_before_start(slot);
            }
        }
    }

    fn gain_serving(&mut self, q: u32, weight: u64) {
        let mode = self.graph.mode[q as usize];
        if mode == Mode::Soft {
            return;
        }
        let Some((slot, is_counted)) = self.gains(q) else {
            return;
        };
        if mode != Mode::Start {
            self.touch_cycle(slot);
        }
        let lacked = self.scratch.recorded(q).short_serving;
        if is_counted {
            self.go_on(slot);
        } else if lacked > 0 {
            self.undo_with(|_| Undo::Serving(q, lacked));
            let lacks = lacked.saturating_sub(weight);
            self.scratch.record(q).short_serving = lacks;
            match mode {
                _ if lacks > 0 => {}
                Mode::Start => self.one_less_before_start(slot),
                _ => self.one_less_before_serving(slot),
            }
        }
    }

    /// The slot of the owner of `q`, which something comes back to, if it waits; and whether what
    /// happens just now is counted there already, because it takes part only since.
    fn gains(&mut self, q: u32) -> Option<(u32, bool)> {
        let owner = self.graph.owner[q as usize];
        if self.is_in_vain(owner) {
            return None;
        }
        let slot = self.waits(owner)?;
        Some((slot, self.waiting[slot as usize].since == self.happened))
    }

    /// A node that takes part only since may have nothing left to wait for.
    fn go_on(&mut self, slot: u32) {
        self.start_if_possible(slot);
        self.serve_if_possible(slot);
    }

    pub(super) fn one_less_before_serving(&mut self, slot: u32) {
        self.journal(slot);
        self.waiting[slot as usize].unmet -= 1;
        self.serve_if_possible(slot);
    }

    /// A running node has nothing to wait for before it starts, so nothing is counted for it.
    pub(super) fn one_less_before_start(&mut self, slot: u32) {
        self.journal(slot);
        let waiting = &mut self.waiting[slot as usize];
        if !waiting.runs {
            waiting.not_startable = waiting.not_startable.saturating_sub(1);
            self.start_if_possible(slot);
        }
    }

    pub(super) fn start_if_possible(&mut self, slot: u32) {
        let waiting = &self.waiting[slot as usize];
        if !waiting.runs && !waiting.starting && waiting.not_startable == 0 {
            self.journal(slot);
            let waiting = &mut self.waiting[slot as usize];
            waiting.starting = true;
            let node = waiting.node;
            let after = self.graph.start_s[node as usize];
            self.note(Happening::Starts(node));
            self.schedule(self.now.after(after), Event::Runs(slot));
        }
    }

    pub(super) fn serve_if_possible(&mut self, slot: u32) {
        let waiting = &self.waiting[slot as usize];
        if waiting.runs && waiting.unmet == 0 && waiting.serves == Time::NEVER {
            self.journal(slot);
            let waiting = &mut self.waiting[slot as usize];
            waiting.serves = self.now;
            let node = waiting.node;
            self.note(Happening::Serves { node, group: None });
            self.ready.push(slot);
        }
    }

    /// Finds the greatest set of the cycle's running nodes that serve if all of them do.
    fn settle_cycle(&mut self, cycle: u32) {
        let may = |w: &Waiting| w.runs && w.serves == Time::NEVER;
        let known = &mut self.cycles[cycle as usize];
        known.touched = false;
        let mut hopeful = known.slots.clone();
        self.work += hopeful.len() as u64;
        hopeful.retain(|slot| may(&self.waiting[*slot as usize]));
        let mut in_hope = vec![true; hopeful.len()];
        for &slot in &hopeful {
            for &m in self.graph.active_in.items(self.waiting[slot as usize].node) {
                let hoped = &mut self.scratch.record(self.graph.member_of[m as usize]).hoped;
                *hoped = hoped.saturating_add(self.graph.member_weight[m as usize]);
            }
        }
        let mut hopeless: Vec<usize> = (0..hopeful.len()).collect();
        while let Some(at) = hopeless.pop() {
            let node = self.waiting[hopeful[at] as usize].node;
            if !in_hope[at] || self.would_serve(node) {
                continue;
            }
            in_hope[at] = false;
            for &m in self.graph.active_in.items(node) {
                let q = self.graph.member_of[m as usize];
                let hoped = &mut self.scratch.record(q).hoped;
                *hoped = hoped.saturating_sub(self.graph.member_weight[m as usize]);
                let owner = self.scratch.slot[self.graph.owner[q as usize] as usize];
                if let Ok(owner_at) = hopeful.binary_search(&owner)
                    && in_hope[owner_at]
                {
                    hopeless.push(owner_at);
                }
            }
        }
        for (slot, serves) in hopeful.into_iter().zip(in_hope) {
            if serves {
                for &m in self.graph.active_in.items(self.waiting[slot as usize].node) {
                    self.scratch.record(self.graph.member_of[m as usize]).hoped = 0;
                }
                self.journal(slot);
                self.waiting[slot as usize].serves = self.now;
                let (node, group) = (self.waiting[slot as usize].node, Some(self.settled));
                self.note(Happening::Serves { node, group });
                self.ready.push(slot);
            }
        }
        self.settled += 1;
    }

    /// True if the hoped-for weight meets every carrying requirement of `node`.
    fn would_serve(&self, node: u32) -> bool {
        self.graph.requirements_of(node).all(|q| {
            let carries = matches!(self.graph.mode[q as usize], Mode::Placement | Mode::Hard);
            let record = self.scratch.recorded(q);
            !carries || record.hoped >= record.short_serving
        })
    }

    /// Writes down how the node in `slot` is before it changes, if that is to be undone.
    fn journal(&mut self, slot: u32) {
        self.undo_with(|simulation| Undo::Waiting(slot, simulation.waiting[slot as usize]));
    }

    pub(super) fn undo_with(&mut self, what: impl FnOnce(&Self) -> Undo) {
        if self.undo.is_some() {
            let what = what(self);
            self.undo.get_or_insert_default().push(what);
        }
    }
}
