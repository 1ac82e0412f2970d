//! Single points of failure, ranked: what each takes down, by name.

use std::collections::BTreeMap;

use super::Facts;
use super::name::{Chip, Name, names, place};
use super::text::{list, number};
use super::verdict::class_count;
use crate::analysis::blast::{Blast, BlastEntry, Fault, blast};
use crate::analysis::data::DataVerdict;
use crate::analysis::engine::Affected;
use crate::analysis::rank::{Alike, Ranked, TIERS, alike, is_subject, rank};
use crate::analysis::tiers::COUNTED;
use crate::analysis::verdict::Verdict;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::{Class, Mode, format_duration};

/// Most faults explained in full, and named in the table that follows.
const MOST_CARDS: usize = 10;
const MOST_LINES: usize = 60;
/// Most faults with the same effect named on one entry.
const MOST_OTHERS: usize = 12;
/// Most affected nodes listed for one fault.
const MOST_AFFECTED: usize = 150;

/// The section.
pub(super) struct Section {
    /// Where on the page each shown fault stands: the slug of its own entry, or of the entry whose
    /// effect it shares.
    pub(super) anchors: BTreeMap<NodeIx, String>,
    pub(super) cards: Vec<Card>,
    pub(super) lines: Vec<Line>,
    /// Faults that are in neither.
    pub(super) left_out: Option<String>,
    /// How many single faults were tried.
    pub(super) tried: String,
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
    pub(super) takes: String,
    pub(super) by_tier: Vec<(String, String)>,
    pub(super) users: Option<String>,
    pub(super) revenue: Option<String>,
    pub(super) journeys: Vec<(Chip, Name)>,
    /// Cut services and stores.
    pub(super) workloads: Vec<(Chip, Name)>,
    pub(super) workloads_more: usize,
    pub(super) data: Vec<Data>,
    pub(super) rows: Vec<Row>,
    /// What is affected and not in the rows.
    pub(super) rest: String,
    pub(super) affected: String,
}

/// Stores with one data verdict.
pub(super) struct Data {
    pub(super) safe: bool,
    pub(super) words: String,
    pub(super) stores: Vec<Name>,
}

/// One affected node.
pub(super) struct Row {
    pub(super) name: Name,
    pub(super) tier: Option<u8>,
    pub(super) owner: Option<String>,
    pub(super) chip: Chip,
    pub(super) hops: u32,
    pub(super) because: String,
    /// What became of its standbys; empty if it has none.
    pub(super) standbys: String,
}

/// One fault in a line.
pub(super) struct Line {
    pub(super) rank: usize,
    pub(super) name: Name,
    pub(super) others: usize,
    pub(super) class: &'static str,
    pub(super) worst: Chip,
    pub(super) takes: String,
    pub(super) place: Option<String>,
}

/// The faults of the classes that `list` shows by default, ranked.
pub(super) fn ranked(facts: &Facts<'_>) -> Vec<Ranked> {
    rank(facts.model, facts.engine, facts.sweep, |effect| {
        effect.class != FaultClass::Software
    })
}

pub(super) fn section(facts: &Facts<'_>, ranked: &[Ranked]) -> Section {
    let groups = alike(facts.model, facts.sweep, ranked, MOST_CARDS + MOST_LINES);
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
        left_out: (ranked.len() > shown).then(|| number(ranked.len() - shown)),
        tried: number(tried.count()),
    }
}

/// `3 journeys, 1 service` of what `fault` cuts; of what it interrupts or degrades if it cuts none.
fn takes(model: &Model, fault: &Ranked) -> String {
    let of = |class: Class| {
        let cut = fault.cut.iter();
        cut.filter(|ix| model.node(**ix).class == class).count()
    };
    let mut parts: Vec<String> = Class::ALL
        .iter()
        .map(|class| (*class, of(*class)))
        .filter(|(_, n)| *n > 0)
        .map(|(class, n)| class_count(class, n))
        .collect();
    parts.sort_by_key(|part| !part.contains("journey"));
    if fault.cut.is_empty() {
        let (interrupted, degraded) = (fault.interrupted as usize, fault.degraded as usize);
        for (n, words) in [
            (interrupted, "interrupted (back in time)"),
            (degraded, "degraded"),
        ] {
            if n > 0 {
                parts.push(format!("{} {words}", number(n)));
            }
        }
    }
    list(&parts, parts.len())
}

fn line(facts: &Facts<'_>, rank: usize, group: &Alike<'_>) -> Line {
    let fault = group.first;
    let mut worst = Chip::new(fault.worst, crate::analysis::verdict::Time::NEVER);
    if fault.worst == Verdict::Interrupted {
        "Interrupted".clone_into(&mut worst.words);
    }
    Line {
        rank,
        name: Name::of(facts.model, fault.fault),
        others: group.others.len(),
        class: fault.class.as_str(),
        worst,
        takes: takes(facts.model, fault),
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
    let (rows, rest) = rows(facts, &blast);
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
        takes: takes(model, fault),
        by_tier: by_tier(fault),
        users: (fault.users > 0).then(|| number(fault.users)),
        revenue: (fault.revenue_per_h > 0).then(|| number(fault.revenue_per_h)),
        journeys,
        workloads,
        workloads_more,
        data: data(model, &blast),
        rows,
        rest,
        affected: number(blast.affected.len()),
    }
}

fn by_tier(fault: &Ranked) -> Vec<(String, String)> {
    let tiers = fault.cut_by_tier.iter().enumerate();
    tiers
        .filter(|(_, n)| **n > 0)
        .map(|(tier, n)| {
            let name = if tier == TIERS - 1 {
                "no tier".to_owned()
            } else {
                format!("tier {tier}")
            };
            (name, number(*n))
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
fn rows(facts: &Facts<'_>, blast: &Blast) -> (Vec<Row>, String) {
    let model = facts.model;
    let listed = |entry: &&BlastEntry| {
        is_subject(model, entry.node) || model.node(entry.node).class == Class::External
    };
    let mut entries: Vec<&BlastEntry> = blast.affected.iter().filter(listed).collect();
    entries.sort_by_key(|entry| importance(model, entry));
    let unlisted = entries.len().saturating_sub(MOST_AFFECTED);
    entries.truncate(MOST_AFFECTED);
    let mut rest: Vec<String> = Vec::new();
    if unlisted > 0 {
        rest.push(format!("{} more of these", number(unlisted)));
    }
    for class in [Class::Domain, Class::Replica] {
        let others = blast.affected.iter().filter(|entry| !listed(entry));
        let n = others
            .filter(|entry| model.node(entry.node).class == class)
            .count();
        if n > 0 {
            rest.push(class_count(class, n));
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
    (rows.collect(), list(&rest, rest.len()))
}

/// The first requirement that failed it, in a few words.
fn because(facts: &Facts<'_>, blast: &Blast, entry: &BlastEntry) -> String {
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
        (Some(requirement), _) => unmet(facts, blast, *requirement),
        (None, Some(requirement)) => {
            let members = model.requirement(*requirement).members.iter();
            let degraded = members
                .map(|member| member.node)
                .filter(|node| blast.outcome.degraded.binary_search(&node.0).is_ok());
            let degraded: Vec<String> = degraded.map(|ix| Name::of(model, ix).id).collect();
            format!("{} degraded", list(&degraded, 2))
        }
        (None, None) => String::new(),
    }
}

/// When the standbys of what failed it are up, or what they wait for in vain.
fn standbys(model: &Model, entry: &BlastEntry) -> String {
    let mut parts = Vec::new();
    let up = entry
        .standbys
        .iter()
        .filter_map(|standby| standby.promoted.finite());
    let (number_up, first) = (up.clone().count(), up.min());
    if let Some(first) = first {
        let noun = if number_up == 1 {
            "standby"
        } else {
            "standbys"
        };
        parts.push(format!(
            "{} {noun} promoted, after {} at the earliest",
            number(number_up),
            format_duration(first)
        ));
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
        let noun = if dead.len() == 1 {
            "standby"
        } else {
            "standbys"
        };
        let waits = if names.is_empty() {
            String::new()
        } else {
            format!(": promotion waits for {}", list(&names, 4))
        };
        parts.push(format!(
            "{} {noun} never promoted{waits}",
            number(dead.len())
        ));
    }
    parts.join("; ")
}

/// "needs store:x", "replicas: 0 of 210 left, needs 140".
fn unmet(facts: &Facts<'_>, blast: &Blast, requirement: ReqIx) -> String {
    let model = facts.model;
    let requirement = model.requirement(requirement);
    let verb = match requirement.mode {
        Mode::Placement => "stands on",
        Mode::Hard => "needs",
        Mode::Soft => "uses",
        Mode::Start => "starts with",
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
        return format!(
            "replicas: {} of {} left, needs {}",
            number(left),
            number(total),
            number(requirement.need)
        );
    }
    let lost: Vec<String> = active()
        .map(|member| member.node)
        .filter(|ix| !facts.engine.serves_at_once(&blast.outcome, ix.0))
        .map(|ix| Name::of(model, ix).id)
        .collect();
    if active().count() == 1 {
        return format!("{verb} {}", list(&lost, 1));
    }
    format!(
        "{verb} {} of {} (lost: {})",
        number(requirement.need),
        number(total),
        list(&lost, 3)
    )
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
                DataVerdict::Safe => "Safe, a current copy remains".to_owned(),
                DataVerdict::LostUpToLag { seconds } => {
                    format!(
                        "Up to {} lost, an asynchronous copy remains",
                        format_duration(seconds)
                    )
                }
                DataVerdict::LostUpToInterval { seconds } => {
                    format!(
                        "Up to {} lost, only a backup remains",
                        format_duration(seconds)
                    )
                }
                DataVerdict::Lost => "Lost, no copy remains".to_owned(),
            },
            stores: names(model, stores),
        })
        .collect()
}
