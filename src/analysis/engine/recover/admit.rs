//! Who takes part in a recovery, from when on, and what it waits for then.

use std::cmp::Reverse;

use super::{Cycle, Event, Given, NO_SLOT, Set, Simulation, Time, Waiting, number};
use crate::words::Mode;

impl Simulation<'_> {
    /// Has nodes take part whose times are known.
    pub(super) fn give(&mut self, given: &[Given]) {
        for one in given {
            let slot = self.seat(Waiting {
                node: one.node,
                given: true,
                runs: !one.stopped,
                runs_at: one.runs,
                unmet: u32::MAX,
                not_startable: u32::MAX,
                serves: Time::NEVER,
                starting: false,
                told: false,
                since: 0,
            });
            let events = [
                (one.runs, Event::Runs(slot), one.stopped),
                (one.serves, Event::Serves(slot), true),
            ];
            for (at, event, is_news) in events {
                if at != Time::NEVER && is_news {
                    self.events.push(Reverse((at, event)));
                }
            }
        }
    }

    fn seat(&mut self, waiting: Waiting) -> u32 {
        let slot = number(self.waiting.len());
        self.scratch.slot[waiting.node as usize] = slot;
        self.waiting.push(waiting);
        self.first_watcher.push(NO_SLOT);
        slot
    }

    /// The slot of `node`, if it may come back and does not yet serve; it takes part from now on.
    pub(super) fn waits(&mut self, node: u32) -> Option<u32> {
        let slot = self.scratch.slot[node as usize];
        if slot != NO_SLOT {
            return Some(slot);
        }
        let waits = self.scratch.has(Set::Lost, node) || self.scratch.has(Set::Stopped, node);
        waits.then(|| self.enter(node))
    }

    /// The slot of the waiting `node`. If it takes part only from now on, what it waits for is
    /// counted: all that it needs and that has not come back. O(members of its requirements).
    pub(super) fn enter(&mut self, node: u32) -> u32 {
        let slot = self.scratch.slot[node as usize];
        if slot != NO_SLOT {
            return slot;
        }
        let runs = self.baseline.runs[node as usize] && !self.scratch.has(Set::Stopped, node);
        let mut waiting = Waiting {
            node,
            given: false,
            runs,
            runs_at: if runs { Time::ZERO } else { Time::NEVER },
            unmet: 0,
            not_startable: u32::from(self.scratch.has(Set::Faults, node)),
            serves: Time::NEVER,
            starting: false,
            told: false,
            since: self.happened,
        };
        for q in self.graph.requirements_of(node) {
            let mode = self.graph.mode[q as usize];
            if mode == Mode::Soft || (mode == Mode::Start && runs) {
                continue;
            }
            let need = self.graph.need[q as usize];
            let lacks = need.saturating_sub(self.serving_weight(q, need));
            let is_unmet = u32::from(lacks > 0);
            if lacks > 0 {
                self.scratch.record(q).short_serving = lacks;
            }
            if mode == Mode::Start {
                waiting.not_startable += is_unmet;
                self.start_is_awaited |= lacks > 0;
                continue;
            }
            waiting.unmet += is_unmet;
            if mode == Mode::Placement && !runs {
                let lacks = need.saturating_sub(self.running_weight(q, need));
                if lacks > 0 {
                    waiting.not_startable += 1;
                    self.scratch.record(q).short_running = lacks;
                }
            }
        }
        self.seat(waiting)
    }

    /// True if `node` takes no part yet and does not need to: whatever came back to it just now, it
    /// lacks something else. Seen a few times only: from then on, counting is cheaper.
    pub(super) fn is_in_vain(&mut self, node: u32) -> bool {
        if self.scratch.slot[node as usize] != NO_SLOT {
            return false;
        }
        if !self.repairs && self.scratch.is_hopeless(node) {
            return true;
        }
        if self.graph.cycles.of(node).is_some() || !self.scratch.glance(node) {
            return false;
        }
        // A fault that is repaired takes part from the beginning.
        if self.scratch.has(Set::Faults, node) {
            return true;
        }
        let stopped = self.scratch.has(Set::Stopped, node);
        self.graph.requirements_of(node).any(|q| {
            let need = self.graph.need[q as usize];
            match (self.graph.mode[q as usize], stopped) {
                (Mode::Placement, true) => self.running_weight(q, need) < need,
                (Mode::Placement | Mode::Hard, false) => self.serving_weight(q, need) < need,
                _ => false,
            }
        })
    }

    /// Adds to `unmet` those requirements with standbys that keep `node`, which takes part, from
    /// serving or starting.
    pub(super) fn promotable(&self, node: u32, unmet: &mut Vec<u32>) {
        for q in self.graph.requirements_of(node) {
            let mut members = self.graph.members_of(q);
            if self.scratch.recorded(q).short_serving > 0
                && members.any(|m| !self.graph.is_active(m))
            {
                unmet.push(q);
            }
        }
    }

    pub(super) fn serves_at_once(&self, node: u32) -> bool {
        self.baseline.serves[node as usize]
            && !self.scratch.has(Set::Lost, node)
            && !self.scratch.has(Set::Outside, node)
    }

    fn serves_now(&self, node: u32) -> bool {
        let waiting = self.waiting.get(self.scratch.slot[node as usize] as usize);
        waiting.map_or_else(|| self.serves_at_once(node), |waiting| waiting.told)
    }

    fn runs_now(&self, node: u32) -> bool {
        let waiting = self.waiting.get(self.scratch.slot[node as usize] as usize);
        let at_once = || self.baseline.runs[node as usize] && !self.scratch.has(Set::Stopped, node);
        waiting.map_or_else(at_once, |waiting| waiting.runs)
    }

    /// Weight of the members of `q` that serve now, as far as `enough`.
    fn serving_weight(&self, q: u32, enough: u64) -> u64 {
        self.weight(q, enough, |node| self.serves_now(node))
    }

    /// The same of those that run.
    fn running_weight(&self, q: u32, enough: u64) -> u64 {
        self.weight(q, enough, |node| self.runs_now(node))
    }

    fn weight(&self, q: u32, enough: u64, counts: impl Fn(u32) -> bool) -> u64 {
        let mut sum = 0u64;
        for m in self.graph.members_of(q) {
            if sum >= enough {
                break;
            }
            let counts = if self.graph.is_active(m) {
                counts(self.graph.member_node[m as usize])
            } else {
                self.promoted.contains(&m)
            };
            if counts {
                sum = sum.saturating_add(self.graph.member_weight[m as usize]);
            }
        }
        sum
    }

    /// Has the cycle of the node in `slot`, if it is in one, looked at again.
    pub(super) fn touch_cycle(&mut self, slot: u32) {
        let waiting = &self.waiting[slot as usize];
        if waiting.given {
            return;
        }
        let Some(cycle) = self.graph.cycles.of(waiting.node) else {
            return;
        };
        let at = match self.cycle_at.get(&cycle) {
            Some(at) => *at,
            None => self.form(cycle),
        };
        if !std::mem::replace(&mut self.cycles[at as usize].touched, true) {
            self.touched_cycles.push(at);
        }
    }

    /// All waiting nodes of `cycle` take part from now on.
    fn form(&mut self, cycle: u32) -> u32 {
        if self.in_cycles.is_none() {
            self.in_cycles = Some(self.list_cycles());
        }
        let known = self.in_cycles.take().unwrap_or_default();
        let begin = known.partition_point(|one| one.0 < cycle);
        let nodes = known[begin..].iter().take_while(|one| one.0 == cycle);
        let mut slots: Vec<u32> = nodes.map(|(_, node)| self.enter(*node)).collect();
        slots.sort_unstable();
        self.in_cycles = Some(known);
        let at = number(self.cycles.len());
        self.cycles.push(Cycle {
            slots,
            touched: false,
        });
        self.cycle_at.insert(cycle, at);
        at
    }

    fn list_cycles(&self) -> Vec<(u32, u32)> {
        let nodes = [Set::Lost, Set::Stopped].map(|set| self.scratch.list(set).iter().copied());
        let known = self.waiting.iter().filter(|waiting| !waiting.given);
        let nodes = nodes
            .into_iter()
            .flatten()
            .chain(known.map(|waiting| waiting.node));
        let mut listed: Vec<(u32, u32)> = nodes
            .filter_map(|node| Some((self.graph.cycles.of(node)?, node)))
            .collect();
        listed.sort_unstable();
        listed.dedup();
        listed
    }
}
