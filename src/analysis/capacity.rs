//! Capacity after a loss: the weight that is left of each service when one domain of a kind is
//! gone, against what it needs; and the smallest extra weight with which it would do.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::engine::Engine;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx, Requirement};
use crate::words::{Class, Mode};

/// A service or store with replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub node: NodeIx,
    pub need: u64,
    /// Weight of the active replicas.
    pub active: u64,
    /// The same with all standbys that anybody promotes.
    pub total: u64,
    /// What each domain of the kind leaves, in order of domains; those that take none of its
    /// replicas are left out.
    pub losses: Vec<Loss>,
    /// What is missing, and where it would go.
    pub extra: Extra,
}

/// What is left without one domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    pub domain: NodeIx,
    /// Weight of the active replicas that don't stop.
    pub at_once: u64,
    /// The same with all standbys that don't stop promoted.
    pub promoted: u64,
}

/// The smallest extra weight with which no loss of one domain leaves less than is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// None.
    Enough,
    /// So much in all; how much of it in which domain, those with most room first.
    Weight {
        total: u64,
        places: Vec<(NodeIx, u64)>,
    },
    /// There is only one domain of the kind: nothing outlives it.
    NowhereElse,
    /// The need is above all there is, without any loss.
    AboveAll,
}

impl Capacity {
    /// The loss that leaves least (with standbys, then at once); of equals, the first.
    #[must_use]
    pub fn worst(&self) -> Option<&Loss> {
        self.losses
            .iter()
            .min_by_key(|loss| (loss.promoted, loss.at_once, loss.domain))
    }
}

/// Capacity of every service and store with replicas under the loss of each domain of `kind`, by
/// tier, then id. O(domains · what each stops).
#[must_use]
pub fn capacity(model: &Model, engine: &Engine<'_>, kind: &str) -> Vec<Capacity> {
    let domains: Vec<NodeIx> = model
        .iter()
        .filter(|(_, node)| {
            node.id.kind() == kind && FaultClass::of(node.class) == Some(FaultClass::Placement)
        })
        .map(|(ix, _)| ix)
        .collect();
    // By service: what each domain takes of it.
    let taken: Vec<BTreeMap<NodeIx, Vec<NodeIx>>> = domains
        .par_iter()
        .map_init(
            || engine.scratch(),
            |scratch, domain| {
                let outcome = engine.outcome(scratch, &[domain.0]);
                let mut taken: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
                for node in outcome.stopped {
                    let stopped = model.node(NodeIx(node));
                    if let (Class::Replica, Some(owner)) = (stopped.class, stopped.part_of) {
                        taken.entry(owner).or_default().push(NodeIx(node));
                    }
                }
                taken
            },
        )
        .collect();
    let mut found: Vec<Capacity> = model
        .requirements
        .iter()
        .filter(|q| is_standing(model, q))
        .map(|q| of(q, &domains, &taken))
        .collect();
    // A service with several such requirements is told by the first.
    found.dedup_by_key(|one| one.node);
    found.sort_by_key(|one| (model.node(one.node).tier.unwrap_or(u8::MAX), one.node));
    found
}

/// The requirement of a service or store on its replicas.
fn is_standing(model: &Model, q: &Requirement) -> bool {
    q.mode == Mode::Hard
        && matches!(model.node(q.of).class, Class::Service | Class::Store)
        && q.members.iter().any(|member| {
            let node = model.node(member.node);
            node.class == Class::Replica && node.part_of == Some(q.of)
        })
}

fn of(q: &Requirement, domains: &[NodeIx], taken: &[BTreeMap<NodeIx, Vec<NodeIx>>]) -> Capacity {
    let counts = |standby: bool, gone: &[NodeIx]| {
        let members = q.members.iter().filter(|member| match &member.standby {
            None => true,
            Some(ways) => standby && !ways.is_empty(),
        });
        members
            .filter(|member| gone.binary_search(&member.node).is_err())
            .fold(0u64, |sum, member| sum.saturating_add(member.weight))
    };
    let (active, total) = (counts(false, &[]), counts(true, &[]));
    let losses: Vec<Loss> = domains
        .iter()
        .zip(taken)
        .filter_map(|(domain, taken)| {
            let gone = taken.get(&q.of)?;
            Some(Loss {
                domain: *domain,
                at_once: counts(false, gone),
                promoted: counts(true, gone),
            })
        })
        .collect();
    Capacity {
        node: q.of,
        need: q.need,
        active,
        total,
        extra: extra(q.need, total, &losses, domains),
        losses,
    }
}

/// With `s(D)` missing after the loss of D, extra weights `e` have to satisfy Σe − e(D) ≥ s(D) for
/// every D: what is put into D goes with D. The least sum is the larger of the largest s and
/// Σs / (n − 1), rounded up; it is spread over the domains with least missing, each getting no more
/// than the sum less its own s. Domains of one kind are taken to share nothing.
fn extra(need: u64, total: u64, losses: &[Loss], domains: &[NodeIx]) -> Extra {
    if total < need {
        return Extra::AboveAll;
    }
    let missing: BTreeMap<NodeIx, u64> = losses
        .iter()
        .map(|loss| (loss.domain, need.saturating_sub(loss.promoted)))
        .collect();
    let largest = missing.values().copied().max().unwrap_or(0);
    if largest == 0 {
        return Extra::Enough;
    }
    let others = domains.len().saturating_sub(1) as u128;
    if others == 0 {
        return Extra::NowhereElse;
    }
    let sum: u128 = missing.values().map(|weight| u128::from(*weight)).sum();
    let spread = u64::try_from(sum.div_ceil(others)).unwrap_or(u64::MAX);
    let least = largest.max(spread);
    let mut order: Vec<NodeIx> = domains.to_vec();
    let room = |domain: &NodeIx| missing.get(domain).copied().unwrap_or(0);
    // Of those that miss as little, first where it stands already.
    order.sort_by_key(|domain| (room(domain), !missing.contains_key(domain), *domain));
    let mut left = least;
    let mut places = Vec::new();
    for domain in order {
        let here = left.min(least - room(&domain));
        if here > 0 {
            places.push((domain, here));
            left -= here;
        }
    }
    Extra::Weight {
        total: least,
        places,
    }
}

/// The kind of domain that people ask about first: the largest of the usual ones that there is more
/// than one of, else the first of them there is.
#[must_use]
pub fn usual_kind(model: &Model) -> Option<&'static str> {
    const KINDS: [&str; 6] = ["site", "region", "zone", "cluster", "rack", "host"];
    let count = |kind: &str| {
        let domains = model.iter().filter(|(_, node)| node.class == Class::Domain);
        domains.filter(|(_, node)| node.id.kind() == kind).count()
    };
    let some = KINDS.into_iter().find(|kind| count(kind) > 1);
    some.or_else(|| KINDS.into_iter().find(|kind| count(kind) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The least extra weight by trying all spreads.
    fn by_force(missing: &[u64], most: u64) -> Option<u64> {
        fn spread(missing: &[u64], at: usize, left: u64, used: &mut Vec<u64>) -> bool {
            if at == missing.len() {
                let sum: u64 = used.iter().sum();
                return used.iter().zip(missing).all(|(here, s)| sum - here >= *s);
            }
            (0..=left).any(|here| {
                used.push(here);
                let fits = spread(missing, at + 1, left - here, used);
                used.pop();
                fits
            })
        }
        (0..=most).find(|total| spread(missing, 0, *total, &mut Vec::new()))
    }

    proptest! {
        #[test]
        fn the_extra_weight_is_the_least(missing in prop::collection::vec(0..6u64, 1..5)) {
            let domains: Vec<NodeIx> = (0u32..).map(NodeIx).take(missing.len()).collect();
            let losses: Vec<Loss> = domains.iter().zip(&missing).map(|(domain, s)| Loss {
                domain: *domain,
                at_once: 10 - s,
                promoted: 10 - s,
            }).collect();
            let found = extra(10, 10, &losses, &domains);
            match found {
                Extra::Enough => prop_assert_eq!(missing.iter().max(), Some(&0)),
                Extra::NowhereElse => prop_assert!(missing.len() == 1 && missing[0] > 0),
                Extra::AboveAll => prop_assert!(false),
                Extra::Weight { total, places } => {
                    prop_assert_eq!(Some(total), by_force(&missing, 20));
                    let put = |domain: NodeIx| places.iter().find(|(at, _)| *at == domain).map_or(0, |(_, w)| *w);
                    prop_assert_eq!(places.iter().map(|(_, weight)| weight).sum::<u64>(), total);
                    for (domain, s) in domains.iter().zip(&missing) {
                        prop_assert!(total - put(*domain) >= *s);
                    }
                }
            }
        }
    }
}
