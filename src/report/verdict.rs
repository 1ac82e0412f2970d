//! The verdict by tier: plain sentences first, then the figures.

use std::collections::BTreeMap;

use super::Facts;
use super::name::{Link, Name};
use super::text::{count, list, number};
use crate::analysis::tiers::{COUNTED, Tally, TierVerdict, tiers};
use crate::model::NodeIx;
use crate::words::{Class, format_duration};

/// The section.
pub(super) struct Section {
    /// About the most important tier: the line one reads first.
    pub(super) headline: String,
    /// Whether the headline is bad news.
    pub(super) bad: bool,
    pub(super) tiers: Vec<Row>,
}

/// One tier.
pub(super) struct Row {
    pub(super) tier: String,
    pub(super) sentence: String,
    /// One a counted class, in order; `None` where the tier has none of it.
    pub(super) tallies: Vec<Option<Bar>>,
    pub(super) worst: Vec<Worst>,
}

/// How many survive, fail over and are cut.
pub(super) struct Bar {
    pub(super) survive: String,
    pub(super) total: String,
    pub(super) all: bool,
    pub(super) none: bool,
    pub(super) detail: String,
    /// Parts of a bar 100 wide: class, beginning, width.
    pub(super) parts: Vec<(&'static str, String, String)>,
}

/// The worst domain of one kind.
pub(super) struct Worst {
    pub(super) kind: String,
    pub(super) fault: Link,
    pub(super) cuts: String,
}

pub(super) fn section(facts: &Facts<'_>, anchors: &BTreeMap<NodeIx, String>) -> Section {
    let tiers = tiers(facts.model, facts.engine, facts.sweep);
    let rows: Vec<Row> = tiers.iter().map(|tier| row(facts, tier, anchors)).collect();
    let headline = rows.first().map_or_else(
        || "Nothing to judge: no journey, service or store was found.".to_owned(),
        |row| row.sentence.clone(),
    );
    let bad = tiers.first().is_none_or(|tier| {
        let lost = |tally: &Tally| tally.cut + tally.unserved > 0;
        headline_of(tier).is_none_or(lost)
    });
    Section {
        headline,
        bad,
        tiers: rows,
    }
}

/// The tally a tier's sentence speaks of: its journeys, or else what comes first.
fn headline_of(tier: &TierVerdict) -> Option<&Tally> {
    tier.tallies.first()
}

fn row(facts: &Facts<'_>, tier: &TierVerdict, anchors: &BTreeMap<NodeIx, String>) -> Row {
    let worst = tier.worst.iter().take(3).map(|worst| Worst {
        kind: worst.kind.clone(),
        fault: Link::new(facts.model, worst.fault, anchors),
        cuts: {
            let parts: Vec<String> = COUNTED
                .iter()
                .zip(worst.cut)
                .filter(|(_, n)| *n > 0)
                .map(|(class, n)| class_count(*class, n))
                .collect();
            list(&parts, parts.len())
        },
    });
    Row {
        tier: tier
            .tier
            .map_or_else(|| "No tier".to_owned(), |t| format!("Tier {t}")),
        sentence: sentence(facts, tier),
        tallies: COUNTED
            .iter()
            .map(|class| tier.tally(*class).map(bar))
            .collect(),
        worst: worst.collect(),
    }
}

/// `3 journeys`.
pub(super) fn class_count(class: Class, n: usize) -> String {
    match class {
        Class::Journey => count(n, "journey", "journeys"),
        Class::Service => count(n, "service", "services"),
        Class::Store => count(n, "store", "stores"),
        Class::Domain => count(n, "domain", "domains"),
        Class::Replica => count(n, "replica", "replicas"),
        Class::External => count(n, "outside party", "outside parties"),
        Class::Group => count(n, "group", "groups"),
    }
}

fn sentence(facts: &Facts<'_>, tier: &TierVerdict) -> String {
    let Some(tally) = headline_of(tier) else {
        return String::new();
    };
    let what = |n: usize| {
        let word = class_count(tally.class, n);
        let (_, word) = word.split_once(' ').unwrap_or(("", &word));
        tier.tier.map_or_else(
            || format!("{word} without a tier"),
            |t| format!("tier-{t} {word}"),
        )
    };
    let total = tally.total();
    let of = |n: usize| match (n, total) {
        (1, 1) => format!("The only {}", what(1)),
        (n, _) if n == total => format!("All {} {}", number(total), what(total)),
        (n, _) => format!("{} of {} {}", number(n), number(total), what(total)),
    };
    let at = COUNTED
        .iter()
        .position(|class| *class == tally.class)
        .unwrap_or(0);
    let worst = tier
        .worst
        .iter()
        .find(|worst| worst.cut.get(at).is_some_and(|n| *n > 0));
    if let Some(worst) = worst {
        let cut = worst.cut.get(at).copied().unwrap_or(0);
        let verb = if cut == 1 { "does" } else { "do" };
        let name = Name::of(facts.model, worst.fault);
        let named = match &name.title {
            Some(title) => format!("{title} ({})", name.id),
            None => name.id.clone(),
        };
        return format!("{} {verb} not survive the loss of {named}.", of(cut));
    }
    if tally.unserved > 0 {
        let verb = if tally.unserved == 1 { "does" } else { "do" };
        return format!(
            "{} {verb} not serve even when nothing has failed.",
            of(tally.unserved)
        );
    }
    let verb = if total == 1 { "survives" } else { "survive" };
    let mut sentence = format!("{} {verb} every single domain fault", of(total));
    if tally.interrupted > 0 {
        let longest = tally
            .longest
            .finite()
            .map_or_else(String::new, format_duration);
        let who = if tally.interrupted == total {
            String::new()
        } else {
            format!(" for {} of them", number(tally.interrupted))
        };
        sentence = format!("{sentence}, with an interruption of at most {longest}{who}");
    }
    format!("{sentence}.")
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
        (tally.cut, "cut"),
        (tally.interrupted, "back in time"),
        (tally.degraded, "degraded"),
        (tally.untouched, "untouched"),
        (tally.unserved, "never serving"),
    ] {
        if n > 0 {
            detail.push(format!("{} {words}", number(n)));
        }
    }
    Bar {
        survive: number(tally.survive()),
        total: number(tally.total()),
        all: tally.survive() == tally.total(),
        none: tally.survive() == 0,
        detail: detail.join(", "),
        parts,
    }
}

/// `part` of `whole` on a scale of 100, with one decimal.
fn hundredth(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
