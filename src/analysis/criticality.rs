//! What is critical: tier ≤ 1, and whatever such a node hard-requires (DESIGN section 1).
//!
//! Precisely: the least set that holds every node of tier 0 or 1 and, with a node, each active
//! member of one of its hard requirements that the requirement can't lose: without that member
//! the others weigh less than `need`. So the only database of a tier-1 service is critical, and
//! neither of two interchangeable ones is. Groups hand it on; standbys don't count, because what
//! has to be promoted first is lost for a while.

use std::collections::VecDeque;

use crate::model::{Model, NodeIx, ReqIx};
use crate::words::{Evidence, Mode};

/// Highest tier number that is critical by itself.
pub const CRITICAL_TIER: u8 = 1;

/// Why a node is critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Critical {
    /// The most critical tier that it carries: its own, or that of what requires it.
    pub tier: u8,
    /// The requirement through which it got that tier; `None` if the tier is its own.
    pub through: Option<ReqIx>,
    /// Every way from a tier down to it has a requirement that is only assumed.
    pub is_assumed: bool,
}

/// Criticality of every node.
#[derive(Clone, Debug, Default)]
pub struct Criticality {
    by_node: Vec<Option<Critical>>,
}

impl Criticality {
    /// Walks from the most critical tier down, breadth first, so that each node gets the lowest
    /// tier number and the shortest way to it; first by requirements that something states, then
    /// by assumed ones too. O(nodes + members).
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let mut found = Self {
            by_node: vec![None; model.nodes.len()],
        };
        for with_assumed in [false, true] {
            for tier in 0..=CRITICAL_TIER {
                found.walk(model, tier, with_assumed);
            }
        }
        found
    }

    /// Hands `tier` on from all that has it.
    fn walk(&mut self, model: &Model, tier: u8, with_assumed: bool) {
        let mut queue = VecDeque::new();
        for (ix, node) in model.iter() {
            let Some(slot) = self.by_node.get_mut(ix.0 as usize) else {
                continue;
            };
            if node.tier == Some(tier) && slot.is_none() {
                *slot = Some(Critical {
                    tier,
                    through: None,
                    is_assumed: false,
                });
            }
            if slot.is_some_and(|critical| critical.tier == tier) {
                queue.push_back(ix);
            }
        }
        while let Some(ix) = queue.pop_front() {
            let above = self.of(ix).is_some_and(|critical| critical.is_assumed);
            for (requirement, member) in indispensable(model, ix) {
                let own = model.requirement(requirement).evidence == Evidence::Assumed;
                if own && !with_assumed {
                    continue;
                }
                if let Some(slot) = self.by_node.get_mut(member.0 as usize)
                    && slot.is_none()
                {
                    *slot = Some(Critical {
                        tier,
                        through: Some(requirement),
                        is_assumed: own || above,
                    });
                    queue.push_back(member);
                }
            }
        }
    }

    /// Why `node` is critical; `None` if it is not.
    #[must_use]
    pub fn of(&self, node: NodeIx) -> Option<Critical> {
        self.by_node.get(node.0 as usize).copied().flatten()
    }

    /// The nodes from the one with a tier of its own down to `node`, both included; empty if it
    /// is not critical.
    #[must_use]
    pub fn chain(&self, model: &Model, node: NodeIx) -> Vec<NodeIx> {
        let mut chain = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at
            && let Some(critical) = self.of(node)
        {
            chain.push(node);
            at = critical
                .through
                .map(|requirement| model.requirement(requirement).of);
        }
        chain.reverse();
        chain
    }
}

/// Members of hard requirements of `node` that the requirement can't lose, sorted.
fn indispensable(model: &Model, node: NodeIx) -> Vec<(ReqIx, NodeIx)> {
    let first = model
        .requirements
        .partition_point(|requirement| requirement.of < node);
    let mut found = Vec::new();
    let own = (0u32..).zip(&model.requirements).skip(first);
    for (number, requirement) in own.take_while(|(_, requirement)| requirement.of == node) {
        if requirement.mode != Mode::Hard {
            continue;
        }
        let active = || {
            requirement
                .members
                .iter()
                .filter(|member| member.standby.is_none())
        };
        let all = active().fold(0u64, |sum, member| sum.saturating_add(member.weight));
        let vital = active().filter(|member| all.saturating_sub(member.weight) < requirement.need);
        found.extend(vital.map(|member| (ReqIx(number), member.node)));
    }
    found
}
