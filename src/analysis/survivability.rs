//! Survivability: the worst verdict of a node over all single faults of one domain kind
//! ("survives any host, any rack; loss of site pangyo: down").

use std::collections::BTreeMap;

use super::engine::Affected;
use super::sweep::Sweep;
use super::verdict::{Time, Verdict};
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::words::Class;

/// The worst that one fault of a kind does to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub verdict: Verdict,
    /// The longest time to recover among the faults with that verdict.
    pub recovers: Time,
    /// The worst faults, sorted; empty if it survives all of the kind.
    pub faults: Vec<NodeIx>,
}

/// Nodes by domain kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Domain kinds, by how many nodes the kind's worst fault affects, most first.
    pub kinds: Vec<String>,
    /// One row a subject, in the given order; one cell a kind.
    pub rows: Vec<(NodeIx, Vec<Cell>)>,
}

/// The matrix of `subjects` over all kinds of failure domain in the model.
#[must_use]
pub fn survivability(model: &Model, sweep: &Sweep, subjects: &[NodeIx]) -> Matrix {
    let mut largest: BTreeMap<&str, usize> = BTreeMap::new();
    let domains = || {
        sweep
            .effects()
            .filter(|effect| effect.class == FaultClass::Placement)
    };
    for effect in domains() {
        let size = largest
            .entry(model.node(effect.fault).id.kind())
            .or_default();
        *size = (*size).max(effect.len());
    }
    let mut kinds: Vec<&str> = largest.keys().copied().collect();
    kinds.sort_by_key(|kind| (std::cmp::Reverse(largest[kind]), *kind));
    let column: BTreeMap<&str, usize> = kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| (*kind, at))
        .collect();
    let row: BTreeMap<NodeIx, usize> = subjects
        .iter()
        .enumerate()
        .map(|(at, node)| (*node, at))
        .collect();
    let survives = Cell {
        verdict: Verdict::None,
        recovers: Time::ZERO,
        faults: Vec::new(),
    };
    let mut rows: Vec<(NodeIx, Vec<Cell>)> = subjects
        .iter()
        .map(|node| (*node, vec![survives.clone(); kinds.len()]))
        .collect();
    for effect in domains() {
        let at = column[model.node(effect.fault).id.kind()];
        for affected in effect.affected() {
            if let Some(row) = row.get(&NodeIx(affected.node)) {
                worsen(&mut rows[*row].1[at], effect.fault, &affected);
            }
        }
    }
    Matrix {
        kinds: kinds.into_iter().map(str::to_owned).collect(),
        rows,
    }
}

fn worsen(cell: &mut Cell, fault: NodeIx, affected: &Affected) {
    let (new, old) = (
        (affected.verdict, affected.recovers),
        (cell.verdict, cell.recovers),
    );
    if new > old {
        *cell = Cell {
            verdict: affected.verdict,
            recovers: affected.recovers,
            faults: vec![fault],
        };
    } else if new == old {
        cell.faults.push(fault);
    }
}

/// All journeys, by tier, then id: the rows architects ask for first.
#[must_use]
pub fn journeys(model: &Model) -> Vec<NodeIx> {
    let mut journeys: Vec<NodeIx> = model
        .iter()
        .filter(|(_, node)| node.class == Class::Journey)
        .map(|(ix, _)| ix)
        .collect();
    journeys.sort_by_key(|ix| (model.node(*ix).tier.unwrap_or(u8::MAX), *ix));
    journeys
}
