//! The verdict by tier: plain sentences first, then the figures.

use std::collections::BTreeMap;

use super::Facts;
use super::language::{Argument, Say, say};
use super::name::{Link, Name};
use super::text::number;
use crate::analysis::tiers::{COUNTED, Tally, TierVerdict, WorstOfKind, tiers};
use crate::model::NodeIx;
use crate::words::Class;

/// The section.
pub(super) struct Section {
    /// About the most important tier: the line one reads first.
    pub(super) headline: Say,
    /// Whether the headline is bad news.
    pub(super) bad: bool,
    /// The fault that the headline names.
    pub(super) fault: Option<Name>,
    pub(super) tiers: Vec<Row>,
}

/// One tier.
pub(super) struct Row {
    pub(super) tier: Say,
    pub(super) sentence: Say,
    /// One a counted class, in order; `None` where the tier has none of it.
    pub(super) tallies: Vec<Option<Bar>>,
    pub(super) worst: Vec<Worst>,
}

/// How many survive, fail over and are cut.
pub(super) struct Bar {
    pub(super) survive: String,
    pub(super) total: usize,
    pub(super) all: bool,
    pub(super) none: bool,
    pub(super) detail: Vec<Say>,
    /// Parts of a bar 100 wide: class, beginning, width.
    pub(super) parts: Vec<(&'static str, String, String)>,
}

/// The worst domain of one kind.
pub(super) struct Worst {
    pub(super) kind: String,
    pub(super) fault: Link,
    pub(super) cuts: Say,
}

pub(super) fn section(facts: &Facts<'_>, anchors: &BTreeMap<NodeIx, String>) -> Section {
    let tiers = tiers(facts.model, facts.engine, facts.sweep);
    let rows: Vec<Row> = tiers.iter().map(|tier| row(facts, tier, anchors)).collect();
    let headline = rows
        .first()
        .map_or_else(|| say("headline.nothing"), |row| row.sentence.clone());
    let bad = tiers.first().is_none_or(|tier| {
        let lost = |tally: &Tally| tally.cut + tally.unserved > 0;
        headline_of(tier).is_none_or(lost)
    });
    Section {
        headline,
        bad,
        fault: tiers
            .first()
            .and_then(worst_of)
            .map(|worst| Name::of(facts.model, worst.fault)),
        tiers: rows,
    }
}

/// The tally a tier's sentence speaks of: its journeys, or else what comes first.
fn headline_of(tier: &TierVerdict) -> Option<&Tally> {
    tier.tallies.first()
}

/// The loss that a tier's sentence speaks of, and how many of its tally it cuts.
fn worst_of(tier: &TierVerdict) -> Option<&WorstOfKind> {
    let at = class_of(headline_of(tier)?);
    let cuts = |worst: &&WorstOfKind| worst.cut.get(at).is_some_and(|n| *n > 0);
    tier.worst.iter().find(cuts)
}

/// Place of a tally's class among those counted.
fn class_of(tally: &Tally) -> usize {
    let mut classes = COUNTED.iter();
    classes.position(|class| *class == tally.class).unwrap_or(0)
}

fn row(facts: &Facts<'_>, tier: &TierVerdict, anchors: &BTreeMap<NodeIx, String>) -> Row {
    let worst = tier.worst.iter().take(3).map(|worst| Worst {
        kind: worst.kind.clone(),
        fault: Link::new(facts.model, worst.fault, anchors),
        cuts: {
            let parts = COUNTED
                .iter()
                .zip(worst.cut)
                .filter(|(_, n)| *n > 0)
                .map(|(class, n)| class_count(*class, n).into());
            say("tiers.cuts").with(Argument::List(parts.collect(), 0))
        },
    });
    Row {
        tier: tier
            .tier
            .map_or_else(|| say("tier.none"), |t| say("tier.n").with(u64::from(t))),
        sentence: sentence(facts, tier),
        tallies: COUNTED
            .iter()
            .map(|class| tier.tally(*class).map(bar))
            .collect(),
        worst: worst.collect(),
    }
}

/// `3 journeys`.
pub(super) fn class_count(class: Class, n: usize) -> Say {
    say(format!("n.{}", class.as_str())).with(n)
}

fn sentence(facts: &Facts<'_>, tier: &TierVerdict) -> Say {
    let Some(tally) = headline_of(tier) else {
        return say("headline.nothing");
    };
    let total = tally.total();
    let class = tally.class.as_str();
    let what = match tier.tier {
        Some(t) => say(format!("headline.what.{class}"))
            .with(total)
            .with(u64::from(t)),
        None => say(format!("headline.what.none.{class}")).with(total),
    };
    let of = |n: usize| match (n, total) {
        (1, 1) => say("headline.only").with(what.clone()),
        (n, _) if n == total => say("headline.all").with(total).with(what.clone()),
        (n, _) => say("headline.part").with(n).with(total).with(what.clone()),
    };
    if let Some(worst) = worst_of(tier) {
        let cut = worst.cut.get(class_of(tally)).copied().unwrap_or(0);
        let name = Name::of(facts.model, worst.fault);
        let named = match &name.title {
            Some(title) => format!("{title} ({})", name.id),
            None => name.id.clone(),
        };
        return say("headline.cut").with(cut).with(of(cut)).with(named);
    }
    if tally.unserved > 0 {
        return say("headline.unserved")
            .with(tally.unserved)
            .with(of(tally.unserved));
    }
    if tally.interrupted == 0 {
        return say("headline.survive").with(total).with(of(total));
    }
    let longest = Argument::Duration(tally.longest.finite().unwrap_or(0));
    if tally.interrupted == total {
        return say("headline.survive.within")
            .with(total)
            .with(of(total))
            .with(longest);
    }
    say("headline.survive.some")
        .with(total)
        .with(of(total))
        .with(longest)
        .with(tally.interrupted)
}

fn bar(tally: &Tally) -> Bar {
    let total = tally.total().max(1);
    let mut parts = Vec::new();
    let mut before = 0;
    for (class, n) in [
        ("none", tally.untouched),
        ("degraded", tally.degraded),
        ("interrupted", tally.interrupted),
        ("down", tally.cut + tally.unserved),
    ] {
        if n > 0 {
            let (x, w) = (hundredth(before, total), hundredth(n, total));
            parts.push((class, x, w));
        }
        before += n;
    }
    let mut detail = Vec::new();
    for (n, words) in [
        (tally.cut, "tally.cut"),
        (tally.interrupted, "tally.back"),
        (tally.degraded, "tally.degraded"),
        (tally.untouched, "tally.untouched"),
        (tally.unserved, "tally.unserved"),
    ] {
        if n > 0 {
            detail.push(say("tally.n").with(n).with(say(words)));
        }
    }
    Bar {
        survive: number(tally.survive()),
        total: tally.total(),
        all: tally.survive() == tally.total(),
        none: tally.survive() == 0,
        detail,
        parts,
    }
}

/// `part` of `whole` on a scale of 100, with one decimal.
fn hundredth(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
