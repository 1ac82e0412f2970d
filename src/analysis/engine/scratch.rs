//! Working memory of one thread: four bytes a requirement and five a node, cleaned by undoing what
//! was touched.

use crate::graph::Graph;

/// Slot of a node that takes no part in a recovery, number of a requirement that lost nothing.
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

/// What a requirement lost, and got back. Weights of active members, except where said.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Record {
    requirement: u32,
    /// Of members stopped.
    pub(in crate::analysis) lost_running: u64,
    /// Of members that no longer serve.
    pub(in crate::analysis) lost_serving: u64,
    /// Of members that no longer serve undegraded.
    pub(in crate::analysis) lost_sound: u64,
    /// What came back in the course of a recovery, promoted standbys included.
    pub(super) gained_running: u64,
    pub(super) gained_serving: u64,
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
    /// Place of a requirement among the records.
    record_of: Vec<u32>,
    records: Vec<Record>,
    /// Place of a node in the recovery at hand.
    pub(super) slot: Vec<u32>,
}

impl Scratch {
    pub(in crate::analysis) fn new(graph: &Graph) -> Self {
        Self {
            sets: vec![0; graph.node_count()],
            lists: Default::default(),
            restricted: false,
            record_of: vec![NO_SLOT; graph.owner.len()],
            records: Vec::new(),
            slot: vec![NO_SLOT; graph.node_count()],
        }
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

    /// Requirements that lost something.
    pub(in crate::analysis) fn touched(&self) -> impl Iterator<Item = u32> + '_ {
        self.records.iter().map(|record| record.requirement)
    }

    /// True if `node` is in `set`.
    pub(in crate::analysis) fn has(&self, set: Set, node: u32) -> bool {
        self.sets[node as usize] & 1 << set as u8 != 0
    }

    /// Nodes of `set` in order of arrival.
    pub(in crate::analysis) fn list(&self, set: Set) -> &[u32] {
        &self.lists[set as usize]
    }

    /// What requirement `q` lost and got back, to change it.
    pub(in crate::analysis) fn record(&mut self, q: u32) -> &mut Record {
        let at = &mut self.record_of[q as usize];
        if *at == NO_SLOT {
            *at = u32::try_from(self.records.len()).unwrap_or(NO_SLOT);
            self.records.push(Record {
                requirement: q,
                ..Record::default()
            });
        }
        &mut self.records[*at as usize]
    }

    /// What requirement `q` lost and got back.
    pub(in crate::analysis) fn recorded(&self, q: u32) -> Record {
        let at = self.record_of[q as usize];
        self.records.get(at as usize).copied().unwrap_or_default()
    }

    /// Forgets what came back, for another recovery from the same strike.
    pub(super) fn rewind(&mut self) {
        for record in &mut self.records {
            record.gained_running = 0;
            record.gained_serving = 0;
            record.hoped = 0;
        }
    }

    /// Undoes everything.
    pub(in crate::analysis) fn reset(&mut self) {
        self.restricted = false;
        for list in &mut self.lists {
            for node in list.drain(..) {
                self.sets[node as usize] = 0;
            }
        }
        for record in self.records.drain(..) {
            self.record_of[record.requirement as usize] = NO_SLOT;
        }
    }
}
