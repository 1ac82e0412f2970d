//! What two estates differ in: the single faults that cut each journey in one and not in the
//! other.
//!
//! Both are compared by the ids of subjects and faults, so that moved lines, renamed files and
//! reordered lists are no difference.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::Engine;
use super::sweep::Sweep;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::words::{Class, Id};

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
    /// Single faults that cut it in the head only, sorted; those that take most others first.
    pub gained: Vec<Id>,
    /// Single faults that cut it in the base only.
    pub lost: Vec<Id>,
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

/// Compares `base` with `head`. Faults are failure domains, replicas and outside parties, as for
/// `spof list`. Proportional to the sums of all blast radii.
#[must_use]
pub fn difference(base: Side<'_>, head: Side<'_>) -> Difference {
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
    let before = cuts(base, counts);
    let after = cuts(head, counts);
    let subjects: BTreeSet<&Id> = before.keys().chain(after.keys()).collect();
    let compared = subjects.len();
    let none = BTreeSet::new();
    let mut changes = Vec::new();
    for subject in subjects {
        let (old, new) = (before.get(subject), after.get(subject));
        let only = |a: Option<&BTreeSet<Id>>, b: Option<&BTreeSet<Id>>| -> Vec<Id> {
            let b = b.unwrap_or(&none);
            a.unwrap_or(&none).difference(b).cloned().collect()
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
    Difference {
        changes,
        compared,
        journeys,
    }
}

/// By subject the single faults that cut it.
fn cuts(side: Side<'_>, counts: impl Fn(Class) -> bool) -> BTreeMap<Id, BTreeSet<Id>> {
    let mut cuts: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for node in &side.model.nodes {
        if counts(node.class) {
            cuts.insert(node.id.clone(), BTreeSet::new());
        }
    }
    let faults = side
        .sweep
        .effects()
        .filter(|effect| effect.class != FaultClass::Software);
    for effect in faults {
        for affected in effect.affected() {
            let subject = side.model.node(NodeIx(affected.node));
            if counts(subject.class) && side.engine.cuts(affected) {
                let fault = side.model.node(effect.fault).id.clone();
                cuts.entry(subject.id.clone()).or_default().insert(fault);
            }
        }
    }
    cuts
}

/// The faults with the one first that most of the others take with them: the place people know.
fn leading(mut faults: Vec<Id>, side: Side<'_>) -> Vec<Id> {
    /// Comparing each with each is for lists that people read.
    const MOST: usize = 200;
    if faults.len() > MOST {
        return faults;
    }
    let known: Vec<NodeIx> = faults
        .iter()
        .filter_map(|fault| side.model.find(fault.as_str()))
        .collect();
    if let Some(first) = side.sweep.most_dependent(&known) {
        let id = &side.model.node(first).id;
        if let Some(at) = faults.iter().position(|fault| fault == id) {
            let first = faults.remove(at);
            faults.insert(0, first);
        }
    }
    faults
}
