//! Working memory of one thread: four bytes a requirement and five a node, and what a strike counts in;
//! cleaned by undoing what was touched.

use crate::graph::Graph;

use super::strike::Blow;

/// Slot of a node that takes no part in a recovery.
pub(super) const NO_SLOT: u32 = u32::MAX;

/// In which of the sets a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Set {
    Faults,
    /// Stopped at t = 0, the faults among them.
    Stopped,
    /// Served before, and does not at t = 0.
    Lost,
    /// Degraded, and was not before.
    Degraded,
    /// Lost or stopped, but what becomes of it is known and not asked here.
    Outside,
    /// What alone is looked at, where that is restricted.
    Inside,
}

/// The bits above those of the sets: it was looked at once; nothing brings it back while the faults
/// are unrepaired.
const GLANCE: u8 = 1 << 6;
const HOPELESS: u8 = 1 << 7;

/// What a requirement lost (as the sweep counts it), or lacks in a recovery.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Record {
    requirement: u32,
    /// Of members stopped.
    pub(in crate::analysis) lost_running: u64,
    /// Of members that no longer serve.
    pub(in crate::analysis) lost_serving: u64,
    /// Weight that running members lack to meet it, where its owner waits for them.
    pub(super) short_running: u64,
    /// The same of serving members.
    pub(super) short_serving: u64,
    /// What a cycle's waiting nodes would bring, were they to serve.
    pub(super) hoped: u64,
}

/// Working memory for [`Engine`](super::Engine)'s evaluations; by default none, for no graph.
#[derive(Debug, Default)]
pub struct Scratch {
    /// One bit a set.
    sets: Vec<u8>,
    lists: [Vec<u32>; 6],
    /// Only nodes of [`Set::Inside`] are looked at.
    restricted: bool,
    /// Place of a requirement among the records, counted from one; zero if it lost nothing. (Memory
    /// that stays zero is never touched.)
    record_of: Vec<u32>,
    records: Vec<Record>,
    /// Place of a node in the recovery at hand.
    pub(super) slot: Vec<u32>,
    /// Where the strike counts; clean in between.
    pub(super) blow: Blow,
    /// Requirements with standbys that became unmet, and matter to their owner.
    pub(super) unmet: Vec<u32>,
    /// Some stopped node has a start requirement that nothing met at t = 0.
    pub(super) start_is_awaited: bool,
}

impl Scratch {
    pub(in crate::analysis) fn new(graph: &Graph) -> Self {
        Self {
            sets: vec![0; graph.node_count()],
            lists: Default::default(),
            restricted: false,
            record_of: vec![0; graph.owner.len()],
            records: Vec::new(),
            slot: vec![NO_SLOT; graph.node_count()],
            ..Self::default()
        }
    }

    /// Whether only some nodes are looked at.
    pub(super) fn is_restricted(&self) -> bool {
        self.restricted
    }

    /// Puts `node` into `set`; false if it was there.
    pub(in crate::analysis) fn add(&mut self, set: Set, node: u32) -> bool {
        let sets = &mut self.sets[node as usize];
        let bit = 1 << set as u8;
        let fresh = *sets & bit == 0;
        if fresh {
            *sets |= bit;
            self.lists[set as usize].push(node);
        }
        fresh
    }

    /// True the first time for each node that is in a set.
    pub(super) fn glance(&mut self, node: u32) -> bool {
        let sets = &mut self.sets[node as usize];
        let first = *sets != 0 && *sets & GLANCE == 0;
        *sets |= if first { GLANCE } else { 0 };
        first
    }

    /// Nothing brings `node`, which is in a set, back while the faults are unrepaired.
    pub(super) fn give_up(&mut self, node: u32) {
        self.sets[node as usize] |= HOPELESS;
    }

    /// Whether [`give_up`](Self::give_up) said so.
    pub(super) fn is_hopeless(&self, node: u32) -> bool {
        self.sets[node as usize] & HOPELESS != 0
    }

    /// Has the next evaluation look at `nodes` alone: exact for each of them of which all that it
    /// needs and that the faults affect is among them.
    pub(in crate::analysis) fn restrict(&mut self, nodes: &[u32]) {
        self.restricted = true;
        for node in nodes {
            self.add(Set::Inside, *node);
        }
    }

    /// Whether `node` is looked at.
    pub(in crate::analysis) fn may(&self, node: u32) -> bool {
        !self.restricted || self.has(Set::Inside, node)
    }

    /// True if `node` is in `set`.
    pub(in crate::analysis) fn has(&self, set: Set, node: u32) -> bool {
        self.sets[node as usize] & 1 << set as u8 != 0
    }

    /// Nodes of `set` in order of arrival.
    pub(in crate::analysis) fn list(&self, set: Set) -> &[u32] {
        &self.lists[set as usize]
    }

    /// The record of requirement `q`, to change it.
    pub(in crate::analysis) fn record(&mut self, q: u32) -> &mut Record {
        let at = &mut self.record_of[q as usize];
        if *at == 0 {
            self.records.push(Record {
                requirement: q,
                ..Record::default()
            });
            // There are fewer requirements than 2^32 - 1.
            *at = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        }
        &mut self.records[*at as usize - 1]
    }

    /// The record of requirement `q`.
    pub(in crate::analysis) fn recorded(&self, q: u32) -> Record {
        let at = (self.record_of[q as usize] as usize).checked_sub(1);
        let record = at.and_then(|at| self.records.get(at));
        record.copied().unwrap_or_default()
    }

    /// Forgets what was lacking, for another recovery from the same strike.
    pub(super) fn rewind(&mut self) {
        for record in &mut self.records {
            record.short_running = 0;
            record.short_serving = 0;
            record.hoped = 0;
        }
        for node in self.lists.iter().flatten() {
            self.sets[*node as usize] &= !GLANCE;
        }
    }

    /// Undoes everything.
    pub(in crate::analysis) fn reset(&mut self) {
        self.restricted = false;
        self.unmet.clear();
        self.start_is_awaited = false;
        for list in &mut self.lists {
            for node in list.drain(..) {
                self.sets[node as usize] = 0;
            }
        }
        for record in self.records.drain(..) {
            self.record_of[record.requirement as usize] = 0;
        }
    }
}
