//! Which single faults of a domain rules speak of: those that no other one explains.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::context::{Context, Explained};
use super::{kinds, unspread_replicas};
use crate::analysis::verdict::Verdict;
use crate::findings::Finding;
use crate::graph::FaultClass;
use crate::model::NodeIx;
use crate::words::Class;

/// Root causes, each list sorted.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// Domains that no other domain takes, wide ones and those under everything left out.
    pub near: Vec<NodeIx>,
    /// The same among regions, providers and the like.
    pub wide: Vec<NodeIx>,
    /// Domains under everything that no other of them takes.
    pub whole: Vec<NodeIx>,
}

impl Causes {
    /// Finds them. Proportional to the sum of all blast radii of domains.
    pub(super) fn new(context: &Context<'_>) -> Self {
        let level = |node: NodeIx| {
            if context.whole.contains(&node) {
                2
            } else {
                usize::from(kinds::is_wide(context.id(node).kind()))
            }
        };
        let mut levels: [Vec<NodeIx>; 3] = Default::default();
        let mut takers: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
        for effect in context.sweep.effects() {
            // Of places that nobody named, rules of their own speak.
            if effect.class != FaultClass::Placement
                || unspread_replicas::is_made_up(context, effect.fault)
            {
                continue;
            }
            if let Some(list) = levels.get_mut(level(effect.fault)) {
                list.push(effect.fault);
            }
            for affected in effect.affected() {
                let node = NodeIx(affected.node);
                if affected.verdict >= Verdict::Interrupted
                    && context.node(node).class == Class::Domain
                    && level(node) == level(effect.fault)
                {
                    takers.entry(node).or_default().push(effect.fault);
                }
            }
        }
        let is_root = |node: &NodeIx| {
            takers.get(node).is_none_or(|takers| {
                // Of a circle of domains that take each other, the first.
                takers
                    .iter()
                    .all(|taker| *node < *taker && context.takes(*node, *taker))
            })
        };
        let matters = |node: &NodeIx| {
            context
                .sweep
                .effect(*node)
                .is_some_and(|effect| !effect.is_empty())
        };
        let [near, wide, whole] = levels.map(|mut list| {
            list.retain(|node| matters(node) && is_root(node));
            list
        });
        Self { near, wide, whole }
    }
}

/// What `rule` finds for each root cause. A wide cause is not told of a subject that a nearer one
/// was told of. `rule` gives each finding with the node it is about.
pub(super) fn each<F>(context: &Context<'_>, rule: F) -> Vec<Finding>
where
    F: Fn(&Rc<Explained>) -> Vec<(NodeIx, Finding)>,
{
    over(context, &[&context.causes.near, &context.causes.wide], rule)
}

/// As [`each`], and then what everything stands on: for what is lost for good with it.
pub(super) fn each_and_whole<F>(context: &Context<'_>, rule: F) -> Vec<Finding>
where
    F: Fn(&Rc<Explained>) -> Vec<(NodeIx, Finding)>,
{
    let causes = &context.causes;
    over(context, &[&causes.near, &causes.wide, &causes.whole], rule)
}

fn over<F>(context: &Context<'_>, levels: &[&Vec<NodeIx>], rule: F) -> Vec<Finding>
where
    F: Fn(&Rc<Explained>) -> Vec<(NodeIx, Finding)>,
{
    let mut told: BTreeSet<NodeIx> = BTreeSet::new();
    let mut all = Vec::new();
    for level in levels {
        let mut now = Vec::new();
        for cause in *level {
            for (subject, finding) in rule(&context.explained(*cause)) {
                if !told.contains(&subject) {
                    now.push(subject);
                    all.push(finding);
                }
            }
        }
        told.extend(now);
    }
    all
}
