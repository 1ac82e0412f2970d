//! `spof blast` for people: what the faults take down in figures, then journeys, services and
//! stores one by one, then what explains why it lasts.

use std::collections::BTreeMap;

use super::{cycles, data, words};
use crate::analysis::blast::{BlastEntry, Fault};
use crate::analysis::data::DataLoss;
use crate::analysis::recovery::RecoveryCycle;
use crate::analysis::verdict::Verdict;
use crate::model::NodeIx;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{
    BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, plural, plural_word, short_count,
};
use crate::output::{Context, Strike};
use crate::words::{Class, format_duration};

/// Names of other nodes shown.
const NAMES: usize = 12;
/// Owners shown.
const OWNERS: usize = 12;

/// The blast radius.
#[must_use]
pub fn blast(mut page: Page, strike: &Strike<'_>) -> Page {
    let entries: Vec<&BlastEntry> = strike.entries().collect();
    headline(&mut page, strike);
    figures(&mut page, strike, &entries);
    for (class, heading) in [
        (Class::Journey, "Journeys"),
        (Class::Service, "Services"),
        (Class::Store, "Stores"),
    ] {
        one_by_one(&mut page, strike, &entries, class, heading);
    }
    let losses: Vec<&DataLoss> = strike.data().collect();
    data::data(&mut page, strike.cx, &losses);
    others(&mut page, strike.cx, &entries);
    let circles: Vec<&RecoveryCycle> = strike.cycles().collect();
    cycles::cycles(&mut page, strike.cx, &circles);
    owners(&mut page, strike.cx, &entries);
    page
}

fn headline(page: &mut Page, strike: &Strike<'_>) {
    let cx = strike.cx;
    let already = strike.already.map_or(&[][..], |already| &already.faults);
    let mut table = Table::new(&[Column::Left, Column::Flexible, Column::Left, Column::Left]);
    let mut row = |fault: &Fault, sign: Text| {
        let node = cx.node(fault.node);
        let repair = fault.repaired_s.map_or_else(String::new, |seconds| {
            format!("repaired after {}", format_duration(seconds))
        });
        table.row(vec![
            sign.and(STRONG, node.id.as_str()),
            Text::plain(node.title.as_deref().unwrap_or_default()),
            Text::plain(&repair),
            Text::of(DIM, &cx.place(&node.sources)),
        ]);
    };
    for fault in strike.faults {
        row(fault, Text::of(BAD, "✗ "));
    }
    for fault in already {
        row(fault, Text::of(DIM, "✗ already "));
    }
    page.heading("Faults");
    page.table(table);
    let along = strike.along();
    if !along.is_empty() {
        let label = Text::of(
            DIM,
            &format!("  and {}: ", words::counted(along.len(), Class::Replica)),
        );
        page.wrapped(&label, &words::short_names(cx, &along, NAMES));
    }
}

/// How many journeys, services and stores have which verdict.
fn figures(page: &mut Page, strike: &Strike<'_>, entries: &[&BlastEntry]) {
    let cx = strike.cx;
    page.gap();
    let subjects = entries.iter().filter(|entry| {
        matches!(
            cx.node(entry.node).class,
            Class::Journey | Class::Service | Class::Store
        )
    });
    if subjects.count() == 0 {
        let words = if strike.already.is_some() {
            "nothing gets worse by it: no journey, service or store"
        } else {
            "no journey, service or store is affected"
        };
        page.line(Text::of(GOOD, "✓ ").and(PLAIN, words));
        return;
    }
    let verdicts = [
        Verdict::Stuck,
        Verdict::Down,
        Verdict::Interrupted,
        Verdict::Degraded,
    ];
    let mut table = Table::new(&[Column::Left; 6]);
    for class in [Class::Journey, Class::Service, Class::Store] {
        let of_class = |entry: &&&BlastEntry| cx.node(entry.node).class == class;
        let total = cx.count_of(class);
        let affected = entries.iter().filter(of_class).count();
        if total == 0 {
            continue;
        }
        let mut row = vec![
            Text::plain(plural_word(total, class.as_str()).as_str()),
            Text::of(STRONG, &affected.to_string()).and(DIM, &format!(" of {total} affected")),
        ];
        for verdict in verdicts {
            let count = entries
                .iter()
                .filter(of_class)
                .filter(|entry| entry.verdict == verdict)
                .count();
            row.push(match count {
                0 => Text::new(),
                some => Text::of(words::style(verdict), &some.to_string())
                    .and(PLAIN, " ")
                    .join(words::verdict_word(verdict)),
            });
        }
        table.row(row);
    }
    page.table(table);
    let users: u64 = entries
        .iter()
        .filter(|entry| entry.cut)
        .filter_map(|entry| cx.node(entry.node).users)
        .fold(0, u64::saturating_add);
    if users > 0 {
        let text = Text::plain("  users of the journeys it cuts, added up: ")
            .and(STRONG, &short_count(users));
        page.line(text);
    }
    if let Some(at) = strike.at_s {
        let journeys: Vec<_> = entries
            .iter()
            .filter(|entry| cx.node(entry.node).class == Class::Journey)
            .collect();
        let out = journeys
            .iter()
            .filter(|entry| strike.serves_at(entry) == Some(false))
            .count();
        let (after, journeys) = (
            format_duration(at),
            words::counted(journeys.len(), Class::Journey),
        );
        page.line(
            Text::plain(&format!("  after {after}: "))
                .and(STRONG, &format!("{out} of {journeys} still out")),
        );
    }
}

/// The affected nodes of one class: by tier, worst first.
fn one_by_one(
    page: &mut Page,
    strike: &Strike<'_>,
    entries: &[&BlastEntry],
    class: Class,
    heading: &str,
) {
    let cx = strike.cx;
    let mut of_class: Vec<&BlastEntry> = entries
        .iter()
        .copied()
        .filter(|entry| cx.node(entry.node).class == class)
        .collect();
    if of_class.is_empty() {
        return;
    }
    let tier = |entry: &BlastEntry| cx.node(entry.node).tier.unwrap_or(u8::MAX);
    of_class.sort_by_key(|entry| (tier(entry), std::cmp::Reverse(entry.verdict), entry.node));
    page.heading(heading);
    let mut table = Table::new(&[
        Column::Left,
        Column::Left,
        Column::Left,
        Column::Flexible,
        Column::Left,
        Column::Right,
        Column::Right,
    ]);
    let has_users = of_class
        .iter()
        .any(|entry| cx.node(entry.node).users.is_some());
    table.header(&[
        "",
        "tier",
        "",
        "",
        "",
        if has_users { "users" } else { "" },
        "hops",
    ]);
    for entry in of_class {
        let node = cx.node(entry.node);
        let users = node.users.map_or_else(String::new, short_count);
        table.row(vec![
            words::verdict(entry.verdict),
            Text::of(
                DIM,
                &node.tier.map_or_else(String::new, |tier| tier.to_string()),
            ),
            Text::of(NAME, cx.id(entry.node)),
            Text::of(DIM, node.title.as_deref().unwrap_or_default()),
            lasts(strike, entry),
            Text::plain(&users),
            Text::of(DIM, &entry.hops.to_string()),
        ]);
    }
    page.table(table);
}

/// When a node is back, whether that is too late, and what its standbys do about it.
fn lasts(strike: &Strike<'_>, entry: &BlastEntry) -> Text {
    let node = strike.cx.node(entry.node);
    let mut text = match strike.serves_at(entry) {
        Some(true) => Text::of(GOOD, "serves: "),
        Some(false) if entry.recovers.finite().is_none() => Text::of(BAD, "out"),
        Some(false) => Text::of(BAD, "out: "),
        None => Text::new(),
    };
    if entry.verdict == Verdict::Degraded {
        return if strike.at_s.is_some() {
            Text::of(GOOD, "serves")
        } else {
            text
        };
    }
    // With a repair in the scenario, what is down may come back with it.
    let verdict = if entry.recovers.finite().is_some() {
        Verdict::Interrupted
    } else {
        entry.verdict
    };
    // "Down" says that it lasts until repair: that needs no words.
    if verdict != Verdict::Down {
        text.push(PLAIN, &words::back(verdict, entry.recovers));
    }
    if entry.verdict == Verdict::Interrupted
        && let Some(rto) = node.rto_s
    {
        let (style, words) = if entry.cut {
            (WARN, "over")
        } else {
            (DIM, "within")
        };
        text.push(style, &format!(", {words} its {}", format_duration(rto)));
    }
    let dead = entry
        .standbys
        .iter()
        .filter(|standby| standby.promoted.finite().is_none())
        .count();
    if dead > 0 {
        let between = if text.is_empty() { "" } else { ", " };
        let standbys = plural(dead, "standby");
        text.push(DIM, &format!("{between}{standbys} never promoted"));
    }
    text
}

/// Domains, replicas and outside parties that go along: names of the former, a count of replicas.
fn others(page: &mut Page, cx: Context<'_>, entries: &[&BlastEntry]) {
    let mut by_class: BTreeMap<Class, Vec<NodeIx>> = BTreeMap::new();
    for entry in entries {
        by_class
            .entry(cx.node(entry.node).class)
            .or_default()
            .push(entry.node);
    }
    let mut first = true;
    for class in [Class::Domain, Class::External, Class::Replica] {
        let Some(nodes) = by_class.get_mut(&class) else {
            continue;
        };
        if first {
            page.heading("Also affected");
            first = false;
        }
        nodes.sort_unstable();
        let label = format!("  {}", words::counted(nodes.len(), class));
        if class == Class::Replica {
            page.line(Text::plain(&label));
        } else {
            let label = Text::plain(&label).and(PLAIN, "  ");
            page.wrapped(&label, &words::ids(cx, nodes, NAMES));
        }
    }
}

/// Whom to call: owners of what is cut.
fn owners(page: &mut Page, cx: Context<'_>, entries: &[&BlastEntry]) {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.cut) {
        if let Some(owner) = &cx.node(entry.node).owner {
            *owners.entry(owner).or_default() += 1;
        }
    }
    if owners.is_empty() {
        return;
    }
    let mut sorted: Vec<(&str, usize)> = owners.into_iter().collect();
    sorted.sort_by_key(|(owner, count)| (std::cmp::Reverse(*count), *owner));
    page.heading("Owners of what is cut");
    let mut text = Text::new();
    for (number, (owner, count)) in sorted.iter().take(OWNERS).enumerate() {
        text.push(DIM, if number > 0 { ", " } else { "" });
        text.push(PLAIN, &owner.replace(' ', "\u{a0}"));
        text.push(DIM, &format!("\u{a0}{count}"));
    }
    if sorted.len() > OWNERS {
        text.push(DIM, &format!(" and {} more", sorted.len() - OWNERS));
    }
    page.wrapped(&Text::plain("  "), &text);
}
