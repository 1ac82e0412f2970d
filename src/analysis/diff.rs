//! What two estates differ in: the faults that cut each journey in one and not in the other,
//! alone or, where that is asked, several together.
//!
//! Both are compared by the ids of subjects and faults, so that moved lines, renamed files and
//! reordered lists are no difference.

use std::collections::{BTreeMap, BTreeSet};

use super::cuts::kernel::Unsolved;
use super::cuts::{self, Extent};
use super::engine::Engine;
use super::sweep::Sweep;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::words::{Class, Id};

/// Most faults at once that can be compared: subsets of each set are looked up.
pub const MOST_ORDER: u8 = 4;

/// Minimal cut sets of one subject that are compared at most.
const MOST_SETS: usize = 100_000;

/// Faults that cut together, sorted.
pub type Cut = Vec<Id>;

/// By subject its minimal cut sets.
type Cuts = BTreeMap<Id, BTreeSet<Cut>>;

/// A subject has too many cut sets to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub subject: Id,
}

/// One of the estates.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub model: &'a Model,
    pub engine: &'a Engine<'a>,
    pub sweep: &'a Sweep,
}

/// What changed for one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub subject: Id,
    /// The most critical tier that either estate gives it.
    pub tier: Option<u8>,
    /// Minimal sets of faults that cut it in the head and did not in the base: single ones first,
    /// the one that takes most others leading.
    pub gained: Vec<Cut>,
    /// Those that cut it in the base and don't in the head.
    pub lost: Vec<Cut>,
    /// True if only the head has it.
    pub is_new: bool,
    /// True if only the base has it.
    pub is_gone: bool,
}

/// All differences, the most critical subjects first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub changes: Vec<Change>,
    /// Subjects compared, changed or not.
    pub compared: usize,
    /// Their class: journeys where there are any, else services and stores.
    pub journeys: bool,
    /// Sets of at most so many faults were compared.
    pub max_order: u8,
}

impl Difference {
    /// How many cuts were gained and lost.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let sum = |of: fn(&Change) -> usize| self.changes.iter().map(of).sum();
        (
            sum(|change| change.gained.len()),
            sum(|change| change.lost.len()),
        )
    }
}

/// Compares `base` with `head` by sets of at most `max_order` faults (at most [`MOST_ORDER`]).
/// Faults are failure domains, replicas and outside parties, as for `spof list`. A set that only
/// became minimal (one of its faults was enough before) is not gained: it did cut. Single faults
/// take time proportional to all blast radii; larger sets are found subject by subject.
///
/// # Errors
/// A subject has too many cut sets.
pub fn difference(base: Side<'_>, head: Side<'_>, max_order: u8) -> Result<Difference, TooMany> {
    let is_journey = |class: Class| class == Class::Journey;
    let has_journeys = |side: Side<'_>| side.model.nodes.iter().any(|node| is_journey(node.class));
    let journeys = has_journeys(base) || has_journeys(head);
    let counts = |class: Class| {
        if journeys {
            is_journey(class)
        } else {
            matches!(class, Class::Service | Class::Store)
        }
    };
    let max_order = max_order.clamp(1, MOST_ORDER);
    let of = |side| match max_order {
        1 => Ok(single(side, counts)),
        _ => minimal(side, counts, max_order),
    };
    let (before, after) = (of(base)?, of(head)?);
    let subjects: BTreeSet<&Id> = before.keys().chain(after.keys()).collect();
    let compared = subjects.len();
    let none = BTreeSet::new();
    let mut changes = Vec::new();
    for subject in subjects {
        let (old, new) = (before.get(subject), after.get(subject));
        let only = |a: Option<&BTreeSet<Cut>>, b: Option<&BTreeSet<Cut>>| -> Vec<Cut> {
            let b = b.unwrap_or(&none);
            let sets = a.unwrap_or(&none).iter();
            sets.filter(|set| !covers(b, set)).cloned().collect()
        };
        let (gained, lost) = (only(new, old), only(old, new));
        if gained.is_empty() && lost.is_empty() && old.is_some() == new.is_some() {
            continue;
        }
        let tiers = [head, base].into_iter().filter_map(|side| {
            let ix = side.model.find(subject.as_str())?;
            side.model.node(ix).tier
        });
        changes.push(Change {
            subject: (*subject).clone(),
            tier: tiers.min(),
            gained: leading(gained, head),
            lost: leading(lost, base),
            is_new: old.is_none(),
            is_gone: new.is_none(),
        });
    }
    changes.sort_by(|a, b| {
        let key = |change: &Change| (change.tier.unwrap_or(u8::MAX), change.subject.clone());
        key(a).cmp(&key(b))
    });
    Ok(Difference {
        changes,
        compared,
        journeys,
        max_order,
    })
}

/// Whether one of the minimal sets lies in `set`, so that it cuts, too.
fn covers(minimal: &BTreeSet<Cut>, set: &[Id]) -> bool {
    (0..1u32 << set.len()).any(|chosen| {
        let subset = (0..).zip(set).filter(|(at, _)| chosen >> at & 1 == 1);
        let subset: Cut = subset.map(|(_, fault)| fault.clone()).collect();
        minimal.contains(&subset)
    })
}

/// Subjects, none of them cut.
fn uncut(side: Side<'_>, counts: impl Fn(Class) -> bool) -> Cuts {
    let subjects = side.model.nodes.iter().filter(|node| counts(node.class));
    subjects
        .map(|node| (node.id.clone(), BTreeSet::new()))
        .collect()
}

/// By subject its minimal cut sets of at most `max_order` faults.
fn minimal(side: Side<'_>, counts: impl Fn(Class) -> bool, max_order: u8) -> Result<Cuts, TooMany> {
    let mut found = uncut(side, counts);
    let id = |at: u32| side.model.node(NodeIx(at)).id.clone();
    let wanted = |at: u32| {
        let class = FaultClass::of(side.model.node(NodeIx(at)).class);
        class.is_some_and(|class| class != FaultClass::Software)
    };
    let extent = Extent::UpTo(u32::from(max_order));
    for (subject, sets) in &mut found {
        let too_many = || TooMany {
            subject: subject.clone(),
        };
        let Some(at) = side.model.find(subject.as_str()) else {
            continue;
        };
        let found = cuts::cuts(side.engine.graph(), at.0, wanted, extent, MOST_SETS)
            .map_err(|_: Unsolved| too_many())?;
        let all = found.count().small();
        if all.is_none_or(|count| count > MOST_SETS as u64) {
            return Err(too_many());
        }
        for set in &found.sets {
            let mut set: Cut = set.iter().map(|fault| id(*fault)).collect();
            set.sort_unstable();
            sets.insert(set);
        }
    }
    Ok(found)
}

/// By subject the single faults that cut it.
fn single(side: Side<'_>, counts: impl Fn(Class) -> bool + Copy) -> Cuts {
    let mut cuts = uncut(side, counts);
    let faults = side
        .sweep
        .effects()
        .filter(|effect| effect.class != FaultClass::Software);
    for effect in faults {
        for affected in effect.affected() {
            let subject = side.model.node(NodeIx(affected.node));
            if counts(subject.class) && side.engine.cuts(affected) {
                let fault = vec![side.model.node(effect.fault).id.clone()];
                cuts.entry(subject.id.clone()).or_default().insert(fault);
            }
        }
    }
    cuts
}

/// The smallest first, and of the single ones that which most of the others are taken with: the
/// place people know. Larger sets are sorted by how much their faults take: places before the
/// replicas on them.
fn leading(mut cuts: Vec<Cut>, side: Side<'_>) -> Vec<Cut> {
    /// Comparing each with each is for lists that people read.
    const MOST: usize = 200;
    let takes = |fault: &Id| {
        let effect = side.sweep.effect(side.model.find(fault.as_str())?)?;
        Some(effect.affected().count())
    };
    let radius = |cut: &Cut| match cut.as_slice() {
        [_] => 0,
        faults => faults.iter().filter_map(takes).sum(),
    };
    cuts.sort_by_cached_key(|cut| (cut.len(), std::cmp::Reverse(radius(cut))));
    let known: Vec<NodeIx> = cuts
        .iter()
        .filter(|cut| cut.len() == 1)
        .filter_map(|cut| side.model.find(cut.first()?.as_str()))
        .collect();
    if known.len() > MOST {
        return cuts;
    }
    if let Some(first) = side.sweep.most_dependent(&known) {
        let id = std::slice::from_ref(&side.model.node(first).id);
        if let Some(at) = cuts.iter().position(|cut| cut == id) {
            let first = cuts.remove(at);
            cuts.insert(0, first);
        }
    }
    cuts
}
