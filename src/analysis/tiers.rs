//! The verdict by tier: how many journeys, services and stores survive every single fault of a
//! failure domain, and which domains they don't survive.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::engine::Engine;
use super::sweep::Sweep;
use super::verdict::{Time, Verdict};
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::words::Class;

/// The classes that are counted, in the order people ask for them.
pub const COUNTED: [Class; 3] = [Class::Journey, Class::Service, Class::Store];

/// The worst that any single domain fault does to one node, in this order of badness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Standing {
    #[default]
    Untouched,
    Degraded,
    /// Interrupted, and back within its objective (or it has none).
    Interrupted,
    Cut,
    /// Does not serve even without a fault.
    Unserved,
}

/// Nodes of one class and tier by their worst standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub class: Class,
    pub untouched: usize,
    pub degraded: usize,
    pub interrupted: usize,
    pub cut: usize,
    /// Don't serve even without a fault.
    pub unserved: usize,
    /// Longest interruption among the interrupted ones that are not cut.
    pub longest: Time,
}

impl Tally {
    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.untouched + self.degraded + self.interrupted + self.cut + self.unserved
    }

    /// How many no single domain fault cuts: they serve throughout, or are back in time.
    #[must_use]
    pub fn survive(&self) -> usize {
        self.untouched + self.degraded + self.interrupted
    }
}

/// The domain of one kind whose loss cuts most of a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstOfKind {
    pub kind: String,
    pub fault: NodeIx,
    /// How many it cuts, by [`COUNTED`].
    pub cut: [usize; COUNTED.len()],
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierVerdict {
    /// `None`: no tier declared.
    pub tier: Option<u8>,
    /// One entry for each of [`COUNTED`] that the tier has.
    pub tallies: Vec<Tally>,
    /// Kinds that cut anything, worst first; of equals, the one the others take with them.
    pub worst: Vec<WorstOfKind>,
}

impl TierVerdict {
    /// The tally of `class`, if the tier has any such node.
    #[must_use]
    pub fn tally(&self, class: Class) -> Option<&Tally> {
        self.tallies.iter().find(|tally| tally.class == class)
    }
}

/// Every tier that has a journey, service or store, most important first, "none declared" last.
/// Proportional to the sum of all blast radii.
#[must_use]
pub fn tiers(model: &Model, engine: &Engine<'_>, sweep: &Sweep) -> Vec<TierVerdict> {
    let mut standing: BTreeMap<NodeIx, (Standing, Time)> = model
        .iter()
        .filter(|(_, node)| column(node.class).is_some())
        .map(|(ix, _)| {
            let serves = engine.serves_without_faults(ix.0);
            let standing = if serves {
                Standing::Untouched
            } else {
                Standing::Unserved
            };
            (ix, (standing, Time::ZERO))
        })
        .collect();
    // By tier, kind and fault: how many it cuts.
    let mut cuts: BTreeMap<(u16, &str), BTreeMap<NodeIx, [usize; COUNTED.len()]>> = BTreeMap::new();
    for effect in sweep.effects() {
        if effect.class != FaultClass::Placement {
            continue;
        }
        let kind = model.node(effect.fault).id.kind();
        for affected in effect.affected() {
            let ix = NodeIx(affected.node);
            let node = model.node(ix);
            let (Some(column), Some(worst)) = (column(node.class), standing.get_mut(&ix)) else {
                continue;
            };
            let now = match affected.verdict {
                _ if engine.cuts(affected) => Standing::Cut,
                Verdict::None => Standing::Untouched,
                Verdict::Degraded => Standing::Degraded,
                Verdict::Interrupted | Verdict::Down | Verdict::Stuck => Standing::Interrupted,
            };
            *worst = (*worst).max((now, affected.recovers));
            if now == Standing::Cut {
                let faults = cuts.entry((order(node.tier), kind)).or_default();
                faults.entry(effect.fault).or_default()[column] += 1;
            }
        }
    }
    let mut tiers: BTreeMap<u16, TierVerdict> = BTreeMap::new();
    for (ix, (standing, time)) in standing {
        let node = model.node(ix);
        let tier = tiers.entry(order(node.tier)).or_insert(TierVerdict {
            tier: node.tier,
            tallies: Vec::new(),
            worst: Vec::new(),
        });
        count(&mut tier.tallies, node.class, standing, time);
    }
    for (key, tier) in &mut tiers {
        tier.tallies.sort_by_key(|tally| column(tally.class));
        tier.worst = worst_of_kinds(sweep, *key, &cuts);
    }
    tiers.into_values().collect()
}

fn column(class: Class) -> Option<usize> {
    COUNTED.iter().position(|counted| *counted == class)
}

fn order(tier: Option<u8>) -> u16 {
    tier.map_or(u16::MAX, u16::from)
}

fn count(tallies: &mut Vec<Tally>, class: Class, standing: Standing, time: Time) {
    let at = tallies.iter().position(|tally| tally.class == class);
    let at = at.unwrap_or_else(|| {
        tallies.push(Tally {
            class,
            untouched: 0,
            degraded: 0,
            interrupted: 0,
            cut: 0,
            unserved: 0,
            longest: Time::ZERO,
        });
        tallies.len() - 1
    });
    let Some(tally) = tallies.get_mut(at) else {
        return;
    };
    match standing {
        Standing::Untouched => tally.untouched += 1,
        Standing::Degraded => tally.degraded += 1,
        Standing::Interrupted => {
            tally.interrupted += 1;
            tally.longest = tally.longest.max(time);
        }
        Standing::Cut => tally.cut += 1,
        Standing::Unserved => tally.unserved += 1,
    }
}

fn worst_of_kinds(
    sweep: &Sweep,
    tier: u16,
    cuts: &BTreeMap<(u16, &str), BTreeMap<NodeIx, [usize; COUNTED.len()]>>,
) -> Vec<WorstOfKind> {
    let mut worst: Vec<WorstOfKind> = cuts
        .range((tier, "")..)
        .take_while(|((of, _), _)| *of == tier)
        .filter_map(|((_, kind), faults)| {
            let (fault, cut) = faults
                .iter()
                .max_by_key(|(fault, cut)| (**cut, Reverse(**fault)))?;
            Some(WorstOfKind {
                kind: (*kind).to_owned(),
                fault: *fault,
                cut: *cut,
            })
        })
        .collect();
    let faults: Vec<NodeIx> = worst.iter().map(|kind| kind.fault).collect();
    let taken_by = |node: NodeIx| faults.iter().filter(|f| sweep.affects(**f, node)).count();
    worst.sort_by_cached_key(|kind| (Reverse(kind.cut), Reverse(taken_by(kind.fault)), kind.fault));
    worst
}
