//! The chain of `spof why` as a map, for whoever tells it in an order of their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::why::Hop;
use crate::model::NodeIx;

/// Which nodes took which along, over the whole chain: a hop that is told only once still leads to
/// its faults wherever it is named.
pub(super) struct Ways<'a> {
    full: BTreeMap<NodeIx, &'a Hop>,
    down: BTreeMap<NodeIx, BTreeSet<NodeIx>>,
    faults: BTreeSet<NodeIx>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(root: &'a Hop) -> Self {
        let mut ways = Self {
            full: BTreeMap::new(),
            down: BTreeMap::new(),
            faults: BTreeSet::new(),
        };
        let mut queue = vec![root];
        while let Some(hop) = queue.pop() {
            if !hop.told {
                ways.full.insert(hop.node, hop);
            }
            if hop.is_fault {
                ways.faults.insert(hop.node);
            }
            for reason in &hop.reasons {
                for next in &reason.lost {
                    ways.down.entry(hop.node).or_default().insert(next.node);
                    queue.push(next);
                }
                queue.extend(
                    reason
                        .standbys
                        .iter()
                        .flat_map(|standby| &standby.blocked_by),
                );
            }
        }
        ways
    }

    /// The hop that tells all of `node`.
    pub(super) fn told_at(&self, node: NodeIx) -> Option<&'a Hop> {
        self.full.get(&node).copied()
    }

    /// The faults that `node` went with.
    pub(super) fn faults_of(&self, node: NodeIx) -> BTreeSet<NodeIx> {
        let mut seen = BTreeSet::from([node]);
        let mut queue = vec![node];
        while let Some(node) = queue.pop() {
            for next in self.down.get(&node).into_iter().flatten() {
                if seen.insert(*next) {
                    queue.push(*next);
                }
            }
        }
        seen.intersection(&self.faults).copied().collect()
    }

    /// The faults that all of `hops` went with; if there is none, those that any went with.
    pub(super) fn blamed(&self, hops: &[Hop]) -> Vec<NodeIx> {
        let sets: Vec<BTreeSet<NodeIx>> = hops.iter().map(|hop| self.faults_of(hop.node)).collect();
        let any: BTreeSet<NodeIx> = sets.iter().flatten().copied().collect();
        let all = any
            .iter()
            .copied()
            .filter(|fault| sets.iter().all(|set| set.contains(fault)));
        let all: Vec<NodeIx> = all.collect();
        if all.is_empty() {
            any.into_iter().collect()
        } else {
            all
        }
    }
}
