//! How much is known: what the verdicts rest on, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::Engine;
use super::verdict::{Time, Verdict};
use crate::model::{Model, NodeIx};
use crate::words::{Class, Evidence, Mode};

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
    /// All their replicas, of which there are some, have a known place.
    pub with_place: usize,
    /// They need others, or others need them.
    pub with_links: usize,
    /// Replicas that some source states.
    pub replicas: usize,
    /// Replicas whose placement no source states.
    pub unplaced: usize,
    /// Stated requirements between services, stores and outside parties that traffic was seen on,
    /// and those that only traffic tells of.
    pub calls_seen: usize,
    pub calls_only_seen: usize,
    /// References that nothing describes.
    pub unknown: Vec<NodeIx>,
    /// What does not serve even without a fault, with verdict and time.
    pub unserved: Vec<(NodeIx, Verdict, Time)>,
}

/// What an input could add to services and stores that have it not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addition {
    Place,
    Links,
    Tier,
    Owner,
}

impl Addition {
    /// All of them, what verdicts hang on most first.
    pub const ALL: [Self; 4] = [Self::Place, Self::Links, Self::Tier, Self::Owner];

    /// A word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Links => "dependencies",
            Self::Tier => "tier",
            Self::Owner => "owner",
        }
    }
}

impl Coverage {
    /// Of how many services and stores this is known.
    #[must_use]
    pub fn known(&self, what: Addition) -> usize {
        match what {
            Addition::Place => self.with_place,
            Addition::Links => self.with_links,
            Addition::Tier => self.with_tier,
            Addition::Owner => self.with_owner,
        }
    }

    /// What is missing of most services and stores, and of how many; of equals, what verdicts
    /// hang on more. `None` if nothing is missing.
    #[must_use]
    pub fn most_missing(&self) -> Option<(Addition, usize)> {
        let missing = |what: Addition| self.workloads.saturating_sub(self.known(what));
        let all = Addition::ALL.into_iter().map(|what| (what, missing(what)));
        all.rev()
            .max_by_key(|(_, missing)| *missing)
            .filter(|(_, missing)| *missing > 0)
    }

    /// The share of places, dependencies, tiers and owners that is known, in percent, rounded
    /// down: now, and if `more` of them were added.
    #[must_use]
    pub fn share(&self, more: usize) -> usize {
        let known: usize = Addition::ALL.into_iter().map(|what| self.known(what)).sum();
        ((known + more) * 100)
            .checked_div(self.workloads * Addition::ALL.len())
            .unwrap_or(100)
    }
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
    let mut is_placed = has_replicas.clone();
    for replica in &model.unplaced {
        if let Some(owner) = model.node(*replica).part_of {
            is_placed[owner.0 as usize] = false;
        }
    }
    for requirement in model.requirements.iter().filter(|one| one.observed) {
        let calls = |ix: NodeIx| {
            let class = model.node(ix).class;
            matches!(
                class,
                Class::Service | Class::Store | Class::External | Class::Group
            )
        };
        let between = calls(requirement.of) && requirement.members.iter().all(|m| calls(m.node));
        let only = requirement.evidence == Evidence::Observed;
        coverage.calls_seen += usize::from(between && !only);
        coverage.calls_only_seen += usize::from(between && only);
    }
    let is_linked = linked(model);
    for (ix, node) in model.iter() {
        match node.class {
            Class::Service | Class::Store => {
                coverage.workloads += 1;
                coverage.with_replicas += usize::from(has_replicas[ix.0 as usize]);
                coverage.with_tier += usize::from(node.tier.is_some());
                coverage.with_owner += usize::from(node.owner.is_some());
                coverage.with_place += usize::from(is_placed[ix.0 as usize]);
                coverage.with_links += usize::from(is_linked[ix.0 as usize]);
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

/// By node: whether it needs anything but its own replicas and places, or others need it.
fn linked(model: &Model) -> Vec<bool> {
    let mut linked = vec![false; model.nodes.len()];
    for requirement in &model.requirements {
        if requirement.mode == Mode::Placement {
            continue;
        }
        for member in &requirement.members {
            let node = model.node(member.node);
            let own = node.class == Class::Replica && node.part_of == Some(requirement.of);
            if !own {
                linked[requirement.of.0 as usize] = true;
                linked[member.node.0 as usize] = true;
            }
        }
    }
    linked
}
