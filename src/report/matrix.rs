//! The matrix of journeys by domain kinds.

use std::collections::BTreeMap;

use super::Facts;
use super::language::{Argument, Say, say};
use super::name::{Chip, Link, Name};
use super::text::{number, verdict_words};
use crate::analysis::engine::Affected;
use crate::analysis::survivability::{Cell, journeys, survivability};
use crate::analysis::verdict::{Time, Verdict};
use crate::model::NodeIx;
use crate::words::Class;

/// Most rows shown.
const MOST_ROWS: usize = 100;

/// The section.
pub(super) struct Section {
    /// What the rows are.
    pub(super) of: Say,
    /// Kind, and how many domains there are of it.
    pub(super) kinds: Vec<(String, String)>,
    pub(super) rows: Vec<Row>,
    /// How many rows were left out, and of how many.
    pub(super) cut_off: Option<Say>,
}

/// One journey or service.
pub(super) struct Row {
    pub(super) name: Name,
    pub(super) tier: Say,
    pub(super) objective: Option<Say>,
    /// It does not serve even without a fault.
    pub(super) unserved: Option<Say>,
    pub(super) cells: Vec<View>,
}

/// One cell.
pub(super) struct View {
    pub(super) chip: Chip,
    /// The first of the worst faults, and how many more do the same.
    pub(super) fault: Option<Link>,
    pub(super) more: usize,
}

/// `None` when there is no domain, or nothing to put in rows. `anchors`: where the page tells more
/// of a fault.
pub(super) fn section(facts: &Facts<'_>, anchors: &BTreeMap<NodeIx, String>) -> Option<Section> {
    let model = facts.model;
    let mut subjects = journeys(model);
    let mut of = say("word.journeys");
    if subjects.is_empty() {
        of = say("matrix.workloads");
        subjects = model
            .iter()
            .filter(|(_, node)| matches!(node.class, Class::Service | Class::Store))
            .map(|(ix, _)| ix)
            .collect();
        subjects.sort_by_key(|ix| (model.node(*ix).tier.unwrap_or(u8::MAX), *ix));
    }
    let total = subjects.len();
    subjects.truncate(MOST_ROWS);
    let matrix = survivability(model, facts.sweep, &subjects);
    if matrix.kinds.is_empty() || matrix.rows.is_empty() {
        return None;
    }
    let kinds = matrix.kinds.iter().map(|kind| {
        let domains = model.iter().filter(|(_, node)| node.class == Class::Domain);
        let n = domains.filter(|(_, node)| node.id.kind() == kind).count();
        (kind.clone(), number(n))
    });
    let row = |(ix, cells): &(NodeIx, Vec<Cell>)| {
        let node = model.node(*ix);
        let (verdict, time) = facts.engine.without_faults(ix.0);
        Row {
            name: Name::of(model, *ix),
            tier: node
                .tier
                .map_or_else(|| say("tier.none"), |t| say("tier.n").with(u64::from(t))),
            objective: node
                .rto_s
                .map(|s| say("matrix.objective").with(Argument::Duration(s))),
            unserved: unserved(facts, *ix, verdict, time),
            cells: cells
                .iter()
                .map(|cell| view(facts, *ix, cell, anchors))
                .collect(),
        }
    };
    Some(Section {
        of,
        kinds: kinds.collect(),
        rows: matrix.rows.iter().map(row).collect(),
        cut_off: (total > MOST_ROWS)
            .then(|| say("matrix.left").with(total - MOST_ROWS).with(total)),
    })
}

fn unserved(facts: &Facts<'_>, ix: NodeIx, verdict: Verdict, time: Time) -> Option<Say> {
    (!facts.engine.serves_without_faults(ix.0))
        .then(|| say("matrix.never").with(verdict_words(verdict, time)))
}

fn view(facts: &Facts<'_>, ix: NodeIx, cell: &Cell, anchors: &BTreeMap<NodeIx, String>) -> View {
    let affected = Affected {
        node: ix.0,
        verdict: cell.verdict,
        recovers: cell.recovers,
    };
    View {
        chip: Chip::of(facts.model, facts.engine, affected),
        fault: cell
            .faults
            .first()
            .map(|fault| Link::new(facts.model, *fault, anchors)),
        more: cell.faults.len().saturating_sub(1),
    }
}
