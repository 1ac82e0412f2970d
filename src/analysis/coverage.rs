//! How much is known: what the verdicts rest on, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::Engine;
use super::verdict::{Time, Verdict};
use crate::model::{Model, NodeIx};
use crate::words::{Class, Evidence};

/// Counts of what is known, for the footer of every answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Nodes by class, in the order of the classes.
    pub nodes: Vec<(Class, usize)>,
    /// Requirements by evidence, strongest first.
    pub requirements: Vec<(Evidence, usize)>,
    /// Services and stores, and how many of them have what.
    pub workloads: usize,
    pub with_replicas: usize,
    pub with_tier: usize,
    pub with_owner: usize,
    /// Replicas that some source states.
    pub replicas: usize,
    /// Replicas whose placement no source states.
    pub unplaced: usize,
    /// References that nothing describes.
    pub unknown: Vec<NodeIx>,
    /// What does not serve even without a fault, with verdict and time.
    pub unserved: Vec<(NodeIx, Verdict, Time)>,
}

/// Counts what `model` knows.
#[must_use]
pub fn coverage(model: &Model, engine: &Engine<'_>) -> Coverage {
    let mut coverage = Coverage {
        unplaced: model.unplaced.len(),
        ..Coverage::default()
    };
    let unplaced: BTreeSet<NodeIx> = model.unplaced.iter().copied().collect();
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    let mut has_replicas = vec![false; model.nodes.len()];
    for (_, node) in model.iter() {
        *classes.entry(node.class).or_default() += 1;
        if let (Class::Replica, Some(owner)) = (node.class, node.part_of) {
            has_replicas[owner.0 as usize] = true;
        }
    }
    for (ix, node) in model.iter() {
        match node.class {
            Class::Service | Class::Store => {
                coverage.workloads += 1;
                coverage.with_replicas += usize::from(has_replicas[ix.0 as usize]);
                coverage.with_tier += usize::from(node.tier.is_some());
                coverage.with_owner += usize::from(node.owner.is_some());
            }
            // What takes over for lost replicas is nothing that anybody stated.
            Class::Replica if node.evidence == Evidence::Assumed && !unplaced.contains(&ix) => {}
            Class::Replica => coverage.replicas += 1,
            _ => {}
        }
        if node.id.kind() == "unknown" {
            coverage.unknown.push(ix);
        }
        if !engine.serves_without_faults(ix.0) && node.class != Class::Replica {
            let (verdict, time) = engine.without_faults(ix.0);
            coverage.unserved.push((ix, verdict, time));
        }
    }
    coverage.nodes = classes.into_iter().collect();
    let mut evidence: BTreeMap<Evidence, usize> = BTreeMap::new();
    for requirement in &model.requirements {
        *evidence.entry(requirement.evidence).or_default() += 1;
    }
    coverage.requirements = evidence.into_iter().collect();
    coverage
}
