//! The answer of `spof blast`, as all formats read it.

use super::Context;
use crate::analysis::blast::{Blast, BlastEntry, Fault};
use crate::analysis::data::DataLoss;
use crate::analysis::engine::Engine;
use crate::analysis::recovery::RecoveryCycle;
use crate::analysis::verdict::{Time, Verdict};
use crate::model::NodeIx;

/// What some faults do, perhaps on top of a present outage.
#[derive(Clone, Copy)]
pub struct Strike<'a> {
    pub cx: Context<'a>,
    pub engine: &'a Engine<'a>,
    /// Of all faults, those of the present outage included.
    pub blast: &'a Blast,
    /// The new faults.
    pub faults: &'a [Fault],
    /// The present outage alone.
    pub already: Option<&'a Blast>,
    /// The moment asked about.
    pub at_s: Option<u64>,
}

impl<'a> Strike<'a> {
    /// Affected nodes, by hops: with a present outage, only those that the new faults make worse.
    pub fn entries(&self) -> impl Iterator<Item = &'a BlastEntry> + use<'a> {
        let already = self.already;
        let worse = move |entry: &&BlastEntry| {
            let Some(before) = already else {
                return true;
            };
            let badness =
                |entry: &BlastEntry| (entry.verdict, entry.recovers_unrepaired, entry.recovers);
            before
                .entry(entry.node)
                .is_none_or(|known| badness(entry) > badness(known))
        };
        self.blast.affected.iter().filter(worse)
    }

    /// What fails along with the new faults: the replicas of a failed service or store.
    #[must_use]
    pub fn along(&self) -> Vec<NodeIx> {
        let failed_before =
            |node: NodeIx| self.already.is_some_and(|already| already.is_fault(node));
        let along = self.blast.along.iter().copied();
        along.filter(|node| !failed_before(*node)).collect()
    }

    /// Stores that lost a copy, with what is left of their data: what is new, or worse than under
    /// the present outage.
    pub fn data(&self) -> impl Iterator<Item = &'a DataLoss> + use<'a> {
        let already = self.already;
        let worse = move |loss: &&DataLoss| {
            let before = already
                .and_then(|already| already.data.iter().find(|known| known.store == loss.store));
            before.is_none_or(|known| loss.verdict > known.verdict)
        };
        self.blast.data.iter().filter(worse)
    }

    /// Recovery cycles that the present outage alone does not have.
    pub fn cycles(&self) -> impl Iterator<Item = &'a RecoveryCycle> + use<'a> {
        let already = self.already;
        let is_new = move |cycle: &&RecoveryCycle| {
            !already.is_some_and(|already| already.cycles.contains(cycle))
        };
        self.blast.cycles.iter().filter(is_new)
    }

    /// True if some fault is repaired in this scenario.
    #[must_use]
    pub fn has_repairs(&self) -> bool {
        self.blast
            .faults
            .iter()
            .any(|fault| fault.repaired_s.is_some())
    }

    /// Whether an affected node serves at the moment asked about.
    #[must_use]
    pub fn serves_at(&self, entry: &BlastEntry) -> Option<bool> {
        let at = Time::seconds(self.at_s?);
        Some(entry.verdict == Verdict::Degraded || entry.recovers <= at)
    }
}
