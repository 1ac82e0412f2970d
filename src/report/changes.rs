//! What changed since the base that the report is compared with: cuts gained and lost.

use super::Facts;
use super::language::{Say, say};
use super::name::Name;
use super::text::visible;
use crate::analysis::diff::{Change, Cut};

/// Most subjects listed, and most faults of each.
const MOST: usize = 60;
const MOST_FAULTS: usize = 8;

/// The section.
pub(super) struct Section {
    /// The base as it was named.
    pub(super) base: String,
    pub(super) summary: Say,
    pub(super) rows: Vec<Row>,
    pub(super) more: Option<usize>,
}

/// One subject.
pub(super) struct Row {
    pub(super) subject: Thing,
    pub(super) tier: Option<u8>,
    /// It is new, or gone.
    pub(super) note: Option<Say>,
    pub(super) gained: Faults,
    pub(super) lost: Faults,
}

impl Row {
    /// Both columns, with what they are.
    pub(super) fn sides(&self) -> [(&'static str, &Faults); 2] {
        [("gained", &self.gained), ("lost", &self.lost)]
    }
}

/// Single faults.
pub(super) struct Faults {
    pub(super) shown: Vec<Thing>,
    pub(super) more: usize,
}

/// A node of this estate, or only the id of one that it has not.
pub(super) struct Thing {
    pub(super) name: Option<Name>,
    pub(super) id: String,
}

/// `None` where nothing is compared.
pub(super) fn section(facts: &Facts<'_>) -> Option<Section> {
    let (base, difference) = facts.base?;
    let (gained, lost) = difference.counts();
    let rows = difference.changes.iter().take(MOST);
    Some(Section {
        base: visible(base),
        summary: if gained + lost == 0 {
            say("changes.none").with(difference.compared)
        } else {
            say("changes.summary")
                .with(gained)
                .with(lost)
                .with(difference.compared)
        },
        rows: rows.map(|change| row(facts, change)).collect(),
        more: (difference.changes.len() > MOST).then(|| difference.changes.len() - MOST),
    })
}

fn row(facts: &Facts<'_>, change: &Change) -> Row {
    Row {
        subject: thing(facts, change.subject.as_str()),
        tier: change.tier,
        note: match (change.is_new, change.is_gone) {
            (true, _) => Some(say("changes.new")),
            (_, true) => Some(say("changes.gone")),
            _ => None,
        },
        gained: faults(facts, &change.gained),
        lost: faults(facts, &change.lost),
    }
}

fn faults(facts: &Facts<'_>, cuts: &[Cut]) -> Faults {
    let single = cuts.iter().filter_map(|cut| match cut.as_slice() {
        [one] => Some(one.as_str()),
        _ => None,
    });
    let shown = single.clone().take(MOST_FAULTS);
    Faults {
        shown: shown.map(|id| thing(facts, id)).collect(),
        more: single.count().saturating_sub(MOST_FAULTS),
    }
}

fn thing(facts: &Facts<'_>, id: &str) -> Thing {
    let known = facts.model.find(id);
    Thing {
        name: known.map(|ix| Name::of(facts.model, ix)),
        id: visible(id),
    }
}
