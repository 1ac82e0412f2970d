//! The simulation itself: events in the order of their times, and what follows from each at once.

use std::cmp::Reverse;

use super::{Event, NO_SLOT, Set, Simulation, Undo, Waiting};
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
        let before = self.running_weight(q);
        self.undo_with(|simulation| {
            Undo::Running(q, simulation.scratch.recorded(q).gained_running)
        });
        let gained = &mut self.scratch.record(q).gained_running;
        *gained = gained.saturating_add(weight);
        let slot = self.scratch.slot[self.graph.owner[q as usize] as usize];
        if slot != NO_SLOT && self.crosses(q, before, self.running_weight(q)) {
            self.one_less_before_start(slot);
        }
    }

    fn gain_serving(&mut self, q: u32, weight: u64) {
        let before = self.serving_weight(q);
        self.undo_with(|simulation| {
            Undo::Serving(q, simulation.scratch.recorded(q).gained_serving)
        });
        let gained = &mut self.scratch.record(q).gained_serving;
        *gained = gained.saturating_add(weight);
        let slot = self.scratch.slot[self.graph.owner[q as usize] as usize];
        if slot == NO_SLOT {
            return;
        }
        let crosses = self.crosses(q, before, self.serving_weight(q));
        match self.graph.mode[q as usize] {
            Mode::Placement | Mode::Hard => {
                self.touch_cycle(slot);
                if crosses {
                    self.one_less_before_serving(slot);
                }
            }
            Mode::Start if crosses => self.one_less_before_start(slot),
            Mode::Start | Mode::Soft => {}
        }
    }

    fn crosses(&self, q: u32, before: u64, after: u64) -> bool {
        let need = self.need(q);
        before < need && after >= need
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

    /// Called whenever a stopped node has one thing less to wait for, hence at zero only once.
    pub(super) fn start_if_possible(&mut self, slot: u32) {
        let waiting = &self.waiting[slot as usize];
        if !waiting.runs && waiting.not_startable == 0 {
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

    pub(super) fn touch_cycle(&mut self, slot: u32) {
        let cycle = self.waiting[slot as usize].cycle;
        if let Some(known) = self.cycles.get_mut(cycle as usize)
            && !std::mem::replace(&mut known.touched, true)
        {
            self.touched_cycles.push(cycle);
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
            let weight = self
                .serving_weight(q)
                .saturating_add(self.scratch.recorded(q).hoped);
            !carries || weight >= self.need(q)
        })
    }

    /// Writes down how the node in `slot` is before it changes, if that is to be undone.
    fn journal(&mut self, slot: u32) {
        self.undo_with(|simulation| Undo::Waiting(slot, simulation.waiting[slot as usize]));
    }

    fn undo_with(&mut self, what: impl FnOnce(&Self) -> Undo) {
        if self.undo.is_some() {
            let what = what(self);
            self.undo.get_or_insert_default().push(what);
        }
    }

    pub(super) fn serves_at_once(&self, node: u32) -> bool {
        self.baseline.serves[node as usize]
            && !self.scratch.has(Set::Lost, node)
            && !self.scratch.has(Set::Outside, node)
    }

    /// Weight of members that serve now.
    pub(super) fn serving_weight(&self, q: u32) -> u64 {
        let record = self.scratch.recorded(q);
        let before = self.baseline.serving(q);
        before
            .saturating_sub(record.lost_serving)
            .saturating_add(record.gained_serving)
    }

    /// Weight of members that run now.
    pub(super) fn running_weight(&self, q: u32) -> u64 {
        let record = self.scratch.recorded(q);
        let before = self.baseline.running(q);
        before
            .saturating_sub(record.lost_running)
            .saturating_add(record.gained_running)
    }
}
