//! Counts instead of lists: how many nodes of each group every fault cuts, interrupts, degrades.
//! In a dense graph the lists would not fit in memory, and a ranking needs none of them.

use super::answer::{each_affected, states};
use super::ground::Ground;
use super::parts::{Limits, each_pass};
use super::watch::Unwatched;
use super::{apart, late};
use crate::analysis::engine::{Affected, Engine};
use crate::analysis::verdict::Verdict;

/// Most pairs of fault and node that are in memory at once.
const MOST_PAIRS: usize = 60_000_000;

/// What is counted of one fault and one group of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// Down, stuck, or interrupted for longer than the node's objective.
    pub cut: u32,
    pub interrupted: u32,
    pub degraded: u32,
}

/// Counts by fault and group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    groups: usize,
    counts: Vec<Count>,
}

impl Tally {
    /// Counts, for every single fault, the affected nodes by group: `group(node)` is below
    /// `groups`, or `None` for a node that does not count. Takes as long as
    /// [`Sweep::new`](super::Sweep::new), in memory proportional to nodes, members and
    /// faults × groups.
    #[must_use]
    pub fn new(
        engine: &Engine<'_>,
        groups: usize,
        group: impl Fn(u32) -> Option<usize> + Sync,
    ) -> Self {
        let graph = engine.graph();
        let ground = Ground::new(engine);
        let mut tally = Self {
            groups,
            counts: vec![Count::default(); groups.saturating_mul(graph.node_count())],
        };
        let limits = Limits {
            at_once: MOST_PAIRS,
            in_all: usize::MAX,
        };
        let parts = each_pass(&ground, limits, &Unwatched, |pass| {
            let said = states(&pass.codes);
            let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
            let mut counts = vec![Count::default(); groups * pass.part.len(nodes)];
            each_affected(&pass, |fault, node, state| {
                let (Some(group), Some((verdict, recovers))) =
                    (group(node), said.get(state as usize).copied())
                else {
                    return;
                };
                let affected = Affected {
                    node,
                    verdict,
                    recovers,
                };
                if let Some(count) = counts.get_mut(pass.part.place(fault) * groups + group) {
                    add(count, engine, affected);
                }
            });
            (pass.part, counts, pass.apart)
        });
        // Nobody watches, and there is no limit.
        let parts = parts.unwrap_or_default();
        let mut by_themselves = late::faults(&ground);
        for (part, counts, apart) in parts {
            by_themselves.extend(apart);
            let rows = counts.chunks_exact(groups.max(1));
            for (fault, row) in part.faults().zip(rows) {
                if let Some(to) = tally.row_mut(fault) {
                    to.copy_from_slice(row);
                }
            }
        }
        for (fault, affected) in apart::evaluate(engine, by_themselves) {
            for one in affected {
                let group = group(one.node);
                if let (Some(row), Some(group)) = (tally.row_mut(fault), group)
                    && let Some(count) = row.get_mut(group)
                {
                    add(count, engine, one);
                }
            }
        }
        tally
    }

    /// The counts of `fault` by group; of a node that is no fault, all zero.
    #[must_use]
    pub fn of(&self, fault: u32) -> &[Count] {
        let start = (fault as usize).saturating_mul(self.groups);
        self.counts
            .get(start..start + self.groups)
            .unwrap_or_default()
    }

    fn row_mut(&mut self, fault: u32) -> Option<&mut [Count]> {
        let start = (fault as usize).saturating_mul(self.groups);
        self.counts.get_mut(start..start + self.groups)
    }
}

fn add(count: &mut Count, engine: &Engine<'_>, affected: Affected) {
    let which = match affected.verdict {
        _ if engine.cuts(affected) => &mut count.cut,
        Verdict::Degraded => &mut count.degraded,
        _ => &mut count.interrupted,
    };
    *which = which.saturating_add(1);
}
