//! Faults ranked by what they cut: tier by tier (lexicographic), then by users, then by revenue.
//! There is no headline score.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::engine::{Affected, Engine};
use super::sweep::{Effect, Sweep};
use super::verdict::Verdict;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::words::{Class, Evidence};

/// Tiers 0 to 9, then "no tier declared".
pub const TIERS: usize = 11;

/// One single fault and what it does to what people care about: services, stores, journeys and
/// other nodes with a tier (never replicas, groups, or domains without one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    pub fault: NodeIx,
    pub class: FaultClass,
    /// How many nodes it cuts by tier; the last entry counts those without a tier.
    pub cut_by_tier: [u32; TIERS],
    /// Users of the journeys it cuts.
    pub users: u64,
    pub revenue_per_h: u64,
    /// Sorted by tier, then id.
    pub cut: Vec<NodeIx>,
    /// Interrupted within their objective (or without one), and degraded.
    pub interrupted: u32,
    pub degraded: u32,
    pub worst: Verdict,
}

/// True for nodes whose loss is counted: what people ask about, not what it is made of.
#[must_use]
pub fn is_subject(model: &Model, node: NodeIx) -> bool {
    let node = model.node(node);
    matches!(node.class, Class::Service | Class::Store | Class::Journey) || node.tier.is_some()
}

/// Ranks the effects that `wanted` accepts, worst first; ties by id. Faults that affect no
/// subject at all are left out.
#[must_use]
pub fn rank(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    wanted: impl Fn(&Effect<'_>) -> bool,
) -> Vec<Ranked> {
    let mut ranked = rank_among(model, engine, sweep, wanted, |node| is_subject(model, node));
    ranked.retain(|ranked| ranked.worst != Verdict::None);
    ranked
}

/// As [`rank`], by what the faults do to the nodes that `counts` accepts; faults that affect none
/// of them come last.
#[must_use]
pub fn rank_among(
    model: &Model,
    engine: &Engine<'_>,
    sweep: &Sweep,
    wanted: impl Fn(&Effect<'_>) -> bool,
    counts: impl Fn(NodeIx) -> bool,
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = sweep
        .effects()
        .filter(|effect| wanted(effect))
        .map(|effect| weigh(model, engine, &effect, &counts))
        .collect();
    ranked.sort_by_key(|ranked| (Reverse(by_rank(ranked)), ranked.fault));
    ranked
}

/// What faults are ranked by.
fn by_rank(fault: &Ranked) -> impl Ord + use<> {
    (
        (fault.cut_by_tier, fault.users, fault.revenue_per_h),
        (fault.worst, fault.interrupted, fault.degraded),
    )
}

/// Faults that do one and the same thing to every subject: a site, its only feed, the room that
/// feed runs through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike<'r> {
    /// Of places and outside parties that somebody stated the one that most of the others take with
    /// them; of all if there is none.
    pub first: &'r Ranked,
    /// The others, in order of rank.
    pub others: Vec<&'r Ranked>,
}

/// Puts faults with the same effect on what `counts` together, worst first, at most `most` groups:
/// of equals in rank the largest group comes first, since there are most ways into it. `ranked`
/// must be in order of rank. Compares each fault with at most `most` others that cut the same.
#[must_use]
pub fn alike<'r>(
    model: &Model,
    sweep: &Sweep,
    ranked: &'r [Ranked],
    counts: impl Fn(NodeIx) -> bool,
    most: usize,
) -> Vec<Alike<'r>> {
    let mut found = Vec::new();
    for equals in ranked.chunk_by(|a, b| by_rank(a) == by_rank(b)) {
        if found.len() >= most {
            break;
        }
        let mut groups: Vec<Vec<&Ranked>> = Vec::new();
        let mut same_cut: BTreeMap<&[NodeIx], Vec<usize>> = BTreeMap::new();
        for fault in equals {
            let known = same_cut.entry(&fault.cut).or_default();
            let group = known.iter().take(most).find(|at| {
                let first = groups.get(**at).and_then(|group| group.first());
                first.is_some_and(|first| {
                    let of = |fault: &Ranked| subjects_of(model, sweep, fault.fault, &counts);
                    of(first).eq(of(fault))
                })
            });
            if let Some(group) = group.and_then(|at| groups.get_mut(*at)) {
                group.push(fault);
            } else {
                known.push(groups.len());
                groups.push(vec![fault]);
            }
        }
        groups.sort_by_key(|group| (Reverse(group.len()), group.first().map(|first| first.fault)));
        groups.truncate(most - found.len());
        found.extend(
            groups
                .into_iter()
                .filter_map(|group| led(model, sweep, group)),
        );
    }
    found
}

/// A group with the fault that stands for it.
fn led<'r>(model: &Model, sweep: &Sweep, group: Vec<&'r Ranked>) -> Option<Alike<'r>> {
    // A copy goes with the place it stands on, and people know the place; not so one that is only
    // assumed, because nobody said where the copy stands.
    let is_place = |fault: &&&Ranked| {
        let node = model.node(fault.fault);
        node.class != Class::Replica && node.evidence != Evidence::Assumed
    };
    let places = group.iter().filter(is_place).count();
    let nodes: Vec<NodeIx> = group
        .iter()
        .filter(|fault| places == 0 || is_place(fault))
        // Choosing is quadratic; of very many equals, the first few are as good as any.
        .take(50)
        .map(|fault| fault.fault)
        .collect();
    let first = sweep.most_dependent(&nodes)?;
    let (firsts, others): (Vec<_>, Vec<_>) =
        group.into_iter().partition(|fault| fault.fault == first);
    let first = firsts.into_iter().next()?;
    Some(Alike { first, others })
}

fn subjects_of<'s>(
    model: &'s Model,
    sweep: &'s Sweep,
    fault: NodeIx,
    counts: impl Fn(NodeIx) -> bool,
) -> impl Iterator<Item = Affected> {
    sweep
        .effect(fault)
        .into_iter()
        .flat_map(|effect| effect.affected())
        // A fault with a tier of its own would otherwise never be like another.
        .filter(move |affected| {
            let class = model.node(NodeIx(affected.node)).class;
            class != Class::Domain && counts(NodeIx(affected.node))
        })
}

fn weigh(
    model: &Model,
    engine: &Engine<'_>,
    effect: &Effect<'_>,
    counts: impl Fn(NodeIx) -> bool,
) -> Ranked {
    let mut ranked = Ranked {
        fault: effect.fault,
        class: effect.class,
        cut_by_tier: [0; TIERS],
        users: 0,
        revenue_per_h: 0,
        cut: Vec::new(),
        interrupted: 0,
        degraded: 0,
        worst: Verdict::None,
    };
    let subjects = effect
        .affected()
        .filter(|affected| counts(NodeIx(affected.node)));
    for affected in subjects {
        count(model, engine, &affected, &mut ranked);
    }
    ranked
        .cut
        .sort_by_key(|node| (tier_index(model, *node), *node));
    ranked
}

fn count(model: &Model, engine: &Engine<'_>, affected: &Affected, ranked: &mut Ranked) {
    let ix = NodeIx(affected.node);
    let node = model.node(ix);
    ranked.worst = ranked.worst.max(affected.verdict);
    if engine.cuts(*affected) {
        ranked.cut_by_tier[tier_index(model, ix)] += 1;
        ranked.users = ranked.users.saturating_add(node.users.unwrap_or(0));
        ranked.revenue_per_h = ranked
            .revenue_per_h
            .saturating_add(node.revenue_per_h.unwrap_or(0));
        ranked.cut.push(ix);
    } else if affected.verdict == Verdict::Interrupted {
        ranked.interrupted += 1;
    } else {
        ranked.degraded += 1;
    }
}

fn tier_index(model: &Model, node: NodeIx) -> usize {
    model
        .node(node)
        .tier
        .map_or(TIERS - 1, |tier| usize::from(tier).min(TIERS - 2))
}
