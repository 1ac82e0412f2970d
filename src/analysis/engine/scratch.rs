//! Working memory of one thread, as large as the graph, cleaned by undoing what was touched.

use crate::graph::Graph;

/// A set of indices with its members in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Marked {
    flags: Vec<bool>,
    pub(super) list: Vec<u32>,
}

impl Marked {
    fn new(size: usize) -> Self {
        Self {
            flags: vec![false; size],
            list: Vec::new(),
        }
    }

    /// Adds `index`; false if it was there.
    pub(super) fn add(&mut self, index: u32) -> bool {
        let fresh = !std::mem::replace(&mut self.flags[index as usize], true);
        if fresh {
            self.list.push(index);
        }
        fresh
    }

    pub(super) fn has(&self, index: u32) -> bool {
        self.flags[index as usize]
    }

    pub(super) fn clear(&mut self) {
        for index in self.list.drain(..) {
            self.flags[index as usize] = false;
        }
    }
}

/// Sums by index, of which few differ from zero.
#[derive(Debug, Default)]
pub(super) struct Sums {
    sums: Vec<u64>,
    touched: Vec<u32>,
}

impl Sums {
    fn new(size: usize) -> Self {
        Self {
            sums: vec![0; size],
            touched: Vec::new(),
        }
    }

    /// Adds `weight` and returns the sum.
    pub(super) fn add(&mut self, index: u32, weight: u64) -> u64 {
        let sum = &mut self.sums[index as usize];
        if *sum == 0 {
            self.touched.push(index);
        }
        *sum = sum.saturating_add(weight);
        *sum
    }

    pub(super) fn subtract(&mut self, index: u32, weight: u64) -> u64 {
        let sum = &mut self.sums[index as usize];
        *sum = sum.saturating_sub(weight);
        *sum
    }

    pub(super) fn get(&self, index: u32) -> u64 {
        self.sums[index as usize]
    }

    pub(super) fn clear(&mut self) {
        for index in self.touched.drain(..) {
            self.sums[index as usize] = 0;
        }
    }
}

/// Slot of a node that takes no part in a recovery.
pub(super) const NO_SLOT: u32 = u32::MAX;

/// Working memory for [`Engine`](super::Engine)'s evaluations. 16 bytes a node, 40 a requirement.
#[derive(Debug)]
pub struct Scratch {
    pub(super) faults: Marked,
    pub(super) stopped: Marked,
    pub(super) lost: Marked,
    pub(super) degraded: Marked,
    /// Weight of active members that a requirement lost: stopped ones (placement only), those
    /// that no longer serve, and those that no longer serve undegraded.
    pub(super) lost_running: Sums,
    pub(super) lost_serving: Sums,
    pub(super) lost_sound: Sums,
    /// Weight that came back in the course of a recovery.
    pub(super) gained_running: Sums,
    pub(super) gained_serving: Sums,
    /// Weight that a cycle's waiting nodes would bring, were they to serve.
    pub(super) hoped: Sums,
    /// Place of a node in the recovery at hand.
    pub(super) slot: Vec<u32>,
}

impl Scratch {
    pub(super) fn new(graph: &Graph) -> Self {
        let (nodes, requirements) = (graph.node_count(), graph.owner.len());
        Self {
            faults: Marked::new(nodes),
            stopped: Marked::new(nodes),
            lost: Marked::new(nodes),
            degraded: Marked::new(nodes),
            lost_running: Sums::new(requirements),
            lost_serving: Sums::new(requirements),
            lost_sound: Sums::new(requirements),
            gained_running: Sums::new(requirements),
            gained_serving: Sums::new(requirements),
            hoped: Sums::new(requirements),
            slot: vec![NO_SLOT; nodes],
        }
    }

    pub(super) fn is_fault(&self, node: u32) -> bool {
        self.faults.has(node)
    }

    /// Undoes the last strike.
    pub(super) fn reset(&mut self) {
        for marked in [
            &mut self.faults,
            &mut self.stopped,
            &mut self.lost,
            &mut self.degraded,
        ] {
            marked.clear();
        }
        for sums in [
            &mut self.lost_running,
            &mut self.lost_serving,
            &mut self.lost_sound,
        ] {
            sums.clear();
        }
    }
}
