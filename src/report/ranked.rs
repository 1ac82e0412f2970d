//! Single points of failure, ranked: what each takes down, by name.

use std::collections::BTreeMap;

use super::Facts;
use super::language::{Argument, Say, say};
use super::name::{Chip, Name, names, place};
use super::text::list;
use super::verdict::class_count;
use super::{plan, remedy};
use crate::analysis::blast::{Blast, BlastEntry, Fault, blast};
use crate::analysis::data::DataVerdict;
use crate::analysis::engine::Affected;
use crate::analysis::rank::{Alike, Ranked, TIERS, alike, is_subject, rank};
use crate::analysis::tiers::COUNTED;
use crate::analysis::verdict::Verdict;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::{Class, Mode};

/// Most faults explained in full, and named in the table that follows.
const MOST_CARDS: usize = 10;
const MOST_LINES: usize = 30;
/// Worst faults whose way back is drawn: scripts show times of all.
const MOST_PLANS: usize = 3;
/// Most faults with the same effect named on one entry.
const MOST_OTHERS: usize = 12;
/// Most affected nodes listed for the worst fault, and for each of the others: scripts list them all.
const MOST_AFFECTED_FIRST: usize = 40;
const MOST_AFFECTED: usize = 4;
/// Above this many nodes fewer are listed for the worst fault too: it would be a tenth of the page.
const MANY_NODES: usize = 2_000;
const MOST_AFFECTED_OF_MANY: usize = 12;

/// The section.
pub(super) struct Section {
    /// Where on the page each shown fault stands: the slug of its own entry, or of the entry whose
    /// effect it shares.
    pub(super) anchors: BTreeMap<NodeIx, String>,
    pub(super) cards: Vec<Card>,
    pub(super) lines: Vec<Line>,
    /// Faults that are in neither.
    pub(super) left_out: Option<usize>,
    /// How many single faults were tried.
    pub(super) tried: usize,
}

/// One fault, explained.
pub(super) struct Card {
    pub(super) rank: usize,
    pub(super) name: Name,
    /// Faults that do the same.
    pub(super) others: Vec<Name>,
    pub(super) others_more: usize,
    pub(super) class: &'static str,
    pub(super) place: Option<String>,
    /// "12 journeys, 18 services".
    pub(super) takes: Say,
    pub(super) by_tier: Vec<Say>,
    pub(super) users: Option<Say>,
    pub(super) revenue: Option<Say>,
    pub(super) journeys: Vec<(Chip, Vec<Name>)>,
    /// Cut services and stores.
    pub(super) workloads: Vec<(Chip, Vec<Name>)>,
    pub(super) workloads_more: usize,
    pub(super) data: Vec<Data>,
    /// The way back, for the worst faults.
    pub(super) plan: Option<plan::Section>,
    /// The cheapest fix known.
    pub(super) remedy: Option<remedy::Remedy>,
    pub(super) rows: Vec<Row>,
    /// What is affected and not in the rows.
    pub(super) rest: Option<Say>,
    pub(super) affected: usize,
}

/// Stores with one data verdict.
pub(super) struct Data {
    pub(super) safe: bool,
    pub(super) words: Say,
    pub(super) stores: Vec<Name>,
    /// Those of them that lose more than their `rpo` allows.
    pub(super) missed: Vec<Name>,
}

/// One affected node.
pub(super) struct Row {
    pub(super) name: Name,
    pub(super) tier: Option<u8>,
    pub(super) owner: Option<String>,
    pub(super) chip: Chip,
    pub(super) hops: u32,
    pub(super) because: Option<Say>,
    /// What became of its standbys; empty if it has none.
    pub(super) standbys: Vec<Say>,
}

/// One fault in a line.
pub(super) struct Line {
    pub(super) rank: usize,
    pub(super) name: Name,
    pub(super) others: usize,
    pub(super) class: &'static str,
    pub(super) worst: Chip,
    pub(super) takes: Say,
    pub(super) place: Option<String>,
}

/// The faults of the classes that `list` shows by default, ranked.
pub(super) fn ranked(facts: &Facts<'_>) -> Vec<Ranked> {
    rank(facts.model, facts.engine, facts.sweep, |effect| {
        effect.class != FaultClass::Software
    })
}

pub(super) fn section(facts: &Facts<'_>, ranked: &[Ranked]) -> Section {
    let groups = alike(
        facts.model,
        facts.sweep,
        ranked,
        |node| is_subject(facts.model, node),
        MOST_CARDS + MOST_LINES,
    );
    let shown: usize = groups.iter().map(|group| 1 + group.others.len()).sum();
    let mut cards = Vec::new();
    let mut lines = Vec::new();
    let mut anchors = BTreeMap::new();
    let slug = |ix: NodeIx| Name::of(facts.model, ix).slug;
    for (at, group) in groups.iter().enumerate() {
        let is_card = at < MOST_CARDS && !group.first.cut.is_empty();
        anchors.insert(group.first.fault, slug(group.first.fault));
        for (nth, other) in group.others.iter().enumerate() {
            let named = is_card && nth < MOST_OTHERS;
            let entry = if named {
                other.fault
            } else {
                group.first.fault
            };
            anchors.insert(other.fault, slug(entry));
        }
        if is_card {
            cards.push(card(facts, at + 1, group));
        } else {
            lines.push(line(facts, at + 1, group));
        }
    }
    let tried = facts
        .sweep
        .effects()
        .filter(|e| e.class != FaultClass::Software);
    Section {
        anchors,
        cards,
        lines,
        left_out: (ranked.len() > shown).then(|| ranked.len() - shown),
        tried: tried.count(),
    }
}

/// `3 journeys, 1 service` of what `fault` cuts; of what it interrupts or degrades if it cuts none.
fn takes(model: &Model, fault: &Ranked) -> Argument {
    let of = |class: Class| {
        let cut = fault.cut.iter();
        cut.filter(|ix| model.node(**ix).class == class).count()
    };
    let mut classes: Vec<Class> = Class::ALL.to_vec();
    classes.sort_by_key(|class| *class != Class::Journey);
    let mut parts: Vec<Argument> = classes
        .into_iter()
        .map(|class| (class, of(class)))
        .filter(|(_, n)| *n > 0)
        .map(|(class, n)| class_count(class, n).into())
        .collect();
    if fault.cut.is_empty() {
        let (interrupted, degraded) = (fault.interrupted as usize, fault.degraded as usize);
        for (n, words) in [
            (interrupted, "ranked.takes.interrupted"),
            (degraded, "ranked.takes.degraded"),
        ] {
            if n > 0 {
                parts.push(say(words).with(n).into());
            }
        }
    }
    Argument::List(parts, 0)
}

fn line(facts: &Facts<'_>, rank: usize, group: &Alike<'_>) -> Line {
    let fault = group.first;
    let mut worst = Chip::new(fault.worst, crate::analysis::verdict::Time::NEVER);
    if fault.worst == Verdict::Interrupted {
        worst.words = say("state.some");
    }
    Line {
        rank,
        name: Name::of(facts.model, fault.fault),
        others: group.others.len(),
        class: fault.class.as_str(),
        worst,
        takes: say("list.only").with(takes(facts.model, fault)),
        place: place(facts.sources, &facts.model.node(fault.fault).sources),
    }
}

fn card(facts: &Facts<'_>, rank: usize, group: &Alike<'_>) -> Card {
    let (model, fault) = (facts.model, group.first);
    let asked = Fault {
        node: fault.fault,
        repaired_s: None,
    };
    let blast = blast(model, facts.engine, &[asked]);
    let named = |class: &dyn Fn(Class) -> bool| -> Vec<(Chip, Name)> {
        let mut entries: Vec<&BlastEntry> = blast
            .affected
            .iter()
            .filter(|entry| class(model.node(entry.node).class))
            .collect();
        entries.sort_by_key(|entry| importance(model, entry));
        let view = |entry: &BlastEntry| (chip(facts, entry), Name::of(model, entry.node));
        entries.into_iter().map(view).collect()
    };
    let mut journeys = named(&|class| class == Class::Journey);
    journeys.truncate(40);
    let mut workloads = named(&|class| matches!(class, Class::Service | Class::Store));
    workloads.retain(|(chip, _)| chip.verdict != Verdict::Degraded.as_str());
    let most = if journeys.is_empty() { 24 } else { 12 };
    let workloads_more = workloads.len().saturating_sub(most);
    workloads.truncate(most);
    let most = match rank {
        1 if model.nodes.len() > MANY_NODES => MOST_AFFECTED_OF_MANY,
        1 => MOST_AFFECTED_FIRST,
        _ => MOST_AFFECTED,
    };
    let (rows, rest) = rows(facts, &blast, most);
    Card {
        rank,
        name: Name::of(model, fault.fault),
        others: names(
            model,
            group
                .others
                .iter()
                .take(MOST_OTHERS)
                .map(|other| other.fault),
        ),
        others_more: group.others.len().saturating_sub(MOST_OTHERS),
        class: fault.class.as_str(),
        place: place(facts.sources, &model.node(fault.fault).sources),
        takes: say("ranked.cuts").with(takes(model, fault)),
        by_tier: by_tier(fault),
        users: (fault.users > 0).then(|| say("ranked.users").with(fault.users)),
        revenue: (fault.revenue_per_h > 0).then(|| say("ranked.revenue").with(fault.revenue_per_h)),
        journeys: by_chip(journeys),
        workloads: by_chip(workloads),
        workloads_more,
        data: data(model, &blast),
        plan: (rank <= MOST_PLANS)
            .then(|| plan::section(facts, fault.fault))
            .flatten(),
        remedy: remedy::remedy(facts, fault),
        rows,
        rest,
        affected: blast.affected.len(),
    }
}

/// What has one verdict together, in order of the first of each.
fn by_chip(named: Vec<(Chip, Name)>) -> Vec<(Chip, Vec<Name>)> {
    let mut groups: Vec<(Chip, Vec<Name>)> = Vec::new();
    for (chip, name) in named {
        match groups.iter_mut().find(|(known, _)| *known == chip) {
            Some((_, members)) => members.push(name),
            None => groups.push((chip, vec![name])),
        }
    }
    groups
}

fn by_tier(fault: &Ranked) -> Vec<Say> {
    let tiers = fault.cut_by_tier.iter().enumerate();
    tiers
        .filter(|(_, n)| **n > 0)
        .map(|(tier, n)| {
            if tier == TIERS - 1 {
                say("ranked.tier.none").with(u64::from(*n))
            } else {
                say("ranked.tier").with(tier).with(u64::from(*n))
            }
        })
        .collect()
}

fn chip(facts: &Facts<'_>, entry: &BlastEntry) -> Chip {
    let affected = Affected {
        node: entry.node.0,
        verdict: entry.verdict,
        recovers: entry.recovers_unrepaired,
    };
    Chip::of(facts.model, facts.engine, affected)
}

/// Journeys, services, stores, then the rest; by tier; worst first.
fn importance(model: &Model, entry: &BlastEntry) -> impl Ord + use<> {
    let node = model.node(entry.node);
    let class = COUNTED.iter().position(|class| *class == node.class);
    (
        class.unwrap_or(COUNTED.len()),
        node.tier.unwrap_or(u8::MAX),
        std::cmp::Reverse((entry.verdict, entry.recovers_unrepaired)),
        entry.node,
    )
}

/// A row for every affected node people ask about, and a sentence on the others.
fn rows(facts: &Facts<'_>, blast: &Blast, most: usize) -> (Vec<Row>, Option<Say>) {
    let model = facts.model;
    let listed = |entry: &&BlastEntry| {
        is_subject(model, entry.node) || model.node(entry.node).class == Class::External
    };
    let mut entries: Vec<&BlastEntry> = blast.affected.iter().filter(listed).collect();
    entries.sort_by_key(|entry| importance(model, entry));
    let unlisted = entries.len().saturating_sub(most);
    entries.truncate(most);
    let mut rest: Vec<Argument> = Vec::new();
    if unlisted > 0 {
        rest.push(say("ranked.more_of_these").with(unlisted).into());
    }
    for class in [Class::Domain, Class::Replica] {
        let others = blast.affected.iter().filter(|entry| !listed(entry));
        let n = others
            .filter(|entry| model.node(entry.node).class == class)
            .count();
        if n > 0 {
            rest.push(class_count(class, n).into());
        }
    }
    let rows = entries.into_iter().map(|entry| {
        let node = model.node(entry.node);
        Row {
            name: Name::of(model, entry.node),
            tier: node.tier,
            owner: node.owner.as_deref().map(super::text::visible),
            chip: chip(facts, entry),
            hops: entry.hops,
            because: because(facts, blast, entry),
            standbys: standbys(model, entry),
        }
    });
    let besides = || say("ranked.besides").with(Argument::List(rest.clone(), 0));
    (rows.collect(), (!rest.is_empty()).then(besides))
}

/// The first requirement that failed it, in a few words.
fn because(facts: &Facts<'_>, blast: &Blast, entry: &BlastEntry) -> Option<Say> {
    let model = facts.model;
    let soft_only = entry.verdict == Verdict::Degraded;
    let explains = |requirement: &&ReqIx| match model.requirement(**requirement).mode {
        Mode::Placement | Mode::Hard => true,
        Mode::Soft => soft_only,
        // What runs on does not need to start.
        Mode::Start => false,
    };
    let first = entry.because.iter().filter(explains);
    let first =
        first.min_by_key(|requirement| (model.requirement(**requirement).mode, **requirement));
    match (first, entry.weakened.first()) {
        (Some(requirement), _) => Some(unmet(facts, blast, *requirement)),
        (None, Some(requirement)) => {
            let members = model.requirement(*requirement).members.iter();
            let degraded = members
                .map(|member| member.node)
                .filter(|node| blast.outcome.degraded.binary_search(&node.0).is_ok());
            let degraded: Vec<String> = degraded.map(|ix| Name::of(model, ix).id).collect();
            Some(say("because.degraded").with(list(degraded, 2)))
        }
        (None, None) => None,
    }
}

/// When the standbys of what failed it are up, or what they wait for in vain.
fn standbys(model: &Model, entry: &BlastEntry) -> Vec<Say> {
    let mut parts = Vec::new();
    let up = entry
        .standbys
        .iter()
        .filter_map(|standby| standby.promoted.finite());
    let (number_up, first) = (up.clone().count(), up.min());
    if let Some(first) = first {
        let promoted = say("standbys.up").with(number_up);
        parts.push(promoted.with(Argument::Duration(first)));
    }
    let dead: Vec<_> = entry
        .standbys
        .iter()
        .filter(|s| s.promoted.finite().is_none())
        .collect();
    if !dead.is_empty() {
        let mut blockers: Vec<NodeIx> = dead
            .iter()
            .flat_map(|standby| standby.blocked_by.iter().copied())
            .filter(|node| !dead.iter().any(|standby| standby.standby == *node))
            .collect();
        blockers.sort_unstable();
        blockers.dedup();
        let names: Vec<String> = blockers.iter().map(|ix| Name::of(model, *ix).id).collect();
        parts.push(if names.is_empty() {
            say("standbys.dead").with(dead.len())
        } else {
            let waiting = say("standbys.waiting").with(dead.len());
            waiting.with(list(names, 4))
        });
    }
    parts
}

/// "needs store:x", "replicas: 0 of 210 left, needs 140".
fn unmet(facts: &Facts<'_>, blast: &Blast, requirement: ReqIx) -> Say {
    let model = facts.model;
    let requirement = model.requirement(requirement);
    let verb = match requirement.mode {
        Mode::Placement => "placement",
        Mode::Hard => "hard",
        Mode::Soft => "soft",
        Mode::Start => "start",
    };
    let active = || {
        requirement
            .members
            .iter()
            .filter(|member| member.standby.is_none())
    };
    let total = active().fold(0_u64, |sum, member| sum.saturating_add(member.weight));
    let left = active()
        .filter(|member| facts.engine.serves_at_once(&blast.outcome, member.node.0))
        .fold(0_u64, |sum, member| sum.saturating_add(member.weight));
    let own = |ix: NodeIx| model.node(ix).part_of == Some(requirement.of);
    if active().count() > 0
        && active()
            .all(|member| own(member.node) && model.node(member.node).class == Class::Replica)
    {
        return say("because.replicas")
            .with(left)
            .with(total)
            .with(requirement.need);
    }
    let lost: Vec<String> = active()
        .map(|member| member.node)
        .filter(|ix| !facts.engine.serves_at_once(&blast.outcome, ix.0))
        .map(|ix| Name::of(model, ix).id)
        .collect();
    if active().count() == 1 {
        return say(format!("because.{verb}")).with(list(lost, 1));
    }
    say(format!("because.{verb}.some"))
        .with(requirement.need)
        .with(total)
        .with(list(lost, 3))
}

fn data(model: &Model, blast: &Blast) -> Vec<Data> {
    let mut losses: Vec<(DataVerdict, NodeIx)> = blast
        .data
        .iter()
        .map(|loss| (loss.verdict, loss.store))
        .collect();
    losses.sort_unstable();
    let mut data: Vec<(DataVerdict, Vec<NodeIx>)> = Vec::new();
    for (verdict, store) in losses {
        match data.last_mut() {
            Some((last, stores)) if *last == verdict => stores.push(store),
            _ => data.push((verdict, vec![store])),
        }
    }
    data.into_iter()
        .map(|(verdict, stores)| Data {
            safe: verdict == DataVerdict::Safe,
            words: match verdict {
                DataVerdict::Safe => say("data.safe"),
                DataVerdict::LostUpToLag { seconds } => {
                    say("data.lost-up-to-lag").with(Argument::Duration(seconds))
                }
                DataVerdict::LostUpToInterval { seconds } => {
                    say("data.lost-up-to-interval").with(Argument::Duration(seconds))
                }
                DataVerdict::Lost => say("data.lost"),
            },
            missed: names(
                model,
                stores
                    .iter()
                    .copied()
                    .filter(|store| misses(model, blast, *store)),
            ),
            stores: names(model, stores),
        })
        .collect()
}

fn misses(model: &Model, blast: &Blast, store: NodeIx) -> bool {
    let loss = blast.data.iter().find(|loss| loss.store == store);
    loss.and_then(|loss| loss.keeps_rpo(model)) == Some(false)
}
