//! `spof list` for people.

use super::words;
use crate::analysis::rank::{Alike, Ranked, TIERS, alike};
use crate::analysis::verdict::Verdict;
use crate::model::NodeIx;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{DIM, GOOD, NAME, PLAIN, STRONG, Text, plural, short_count};
use crate::output::{Context, Listing};
use crate::words::Class;

/// Rows of the table, unless the user says otherwise.
const SHOWN: usize = 20;
/// Groups of faults whose victims are named.
const DETAILED: usize = 3;
/// Names of one class in a group, and of faults alike.
const NAMES: usize = 24;
/// Columns for single tiers; less important ones share a column.
const TIER_COLUMNS: usize = 3;

/// Ranked faults, and what the worst of them take down.
#[must_use]
pub fn list(mut page: Page, listing: &Listing<'_>) -> Page {
    let cx = listing.cx;
    let cutting = listing.cutting();
    let limit = listing.limit.unwrap_or(SHOWN);
    if cutting.is_empty() {
        let what = if listing.named {
            "them"
        } else {
            "anything that counts"
        };
        page.line(Text::of(GOOD, "✓ ").and(PLAIN, &format!("no single fault cuts {what}")));
    } else {
        let groups = alike(cx.model, listing.sweep, cutting, listing.counts, limit);
        let told: usize = groups.iter().map(|group| 1 + group.others.len()).sum();
        page.heading("Single points of failure, worst first");
        page.table(ranking(listing, &groups));
        left_out(&mut page, cutting.len() - told);
        details(&mut page, listing, &groups);
    }
    weaker(&mut page, listing, limit);
    page
}

fn left_out(page: &mut Page, count: usize) {
    if count > 0 {
        let text = format!("  and {} (--limit shows more)", plural(count, "more fault"));
        page.line(Text::of(DIM, &text));
    }
}

/// The tiers that get a column of their own: the most important ones that anything counts in.
fn tier_columns(listing: &Listing<'_>) -> Vec<usize> {
    let cutting = listing.cutting();
    (0..TIERS - 1)
        .filter(|tier| cutting.iter().any(|ranked| ranked.cut_by_tier[*tier] > 0))
        .take(TIER_COLUMNS)
        .collect()
}

/// A row for each group of faults that do the same: no row says again what another said.
fn ranking(listing: &Listing<'_>, groups: &[Alike<'_>]) -> Table {
    let cx = listing.cx;
    let tiers = tier_columns(listing);
    let mut columns = vec![Column::Right, Column::Left, Column::Flexible];
    columns.extend(tiers.iter().map(|_| Column::Right));
    columns.extend([Column::Right, Column::Right, Column::Left]);
    let mut table = Table::new(&columns);
    let tier_names: Vec<String> = tiers.iter().map(|tier| format!("tier {tier}")).collect();
    let rest = |ranked: &Ranked| -> u32 {
        let all: u32 = ranked.cut_by_tier.iter().sum();
        all - tiers
            .iter()
            .map(|tier| ranked.cut_by_tier[*tier])
            .sum::<u32>()
    };
    let has_rest = groups.iter().any(|group| rest(group.first) > 0);
    let has_users = groups.iter().any(|group| group.first.users > 0);
    let has_others = groups.iter().any(|group| !group.others.is_empty());
    let fault = if has_others {
        "fault (+ others alike)"
    } else {
        "fault"
    };
    let mut header = vec!["", fault, ""];
    header.extend(tier_names.iter().map(String::as_str));
    let rest_name = if tiers.is_empty() { "cuts" } else { "others" };
    header.extend([
        if has_rest { rest_name } else { "" },
        if has_users { "users" } else { "" },
        "worst",
    ]);
    table.header(&header);
    let number = |count: u32| match count {
        0 => Text::of(DIM, "·"),
        some => Text::plain(&some.to_string()),
    };
    for (place, group) in (1usize..).zip(groups) {
        let ranked = group.first;
        let mut name = Text::of(NAME, cx.id(ranked.fault));
        if !group.others.is_empty() {
            name = name.and(DIM, &format!(" +{}", group.others.len()));
        }
        let mut row = vec![Text::of(DIM, &place.to_string()), name, remark(cx, group)];
        row.extend(tiers.iter().map(|tier| number(ranked.cut_by_tier[*tier])));
        row.push(if has_rest {
            number(rest(ranked))
        } else {
            Text::new()
        });
        row.push(match ranked.users {
            0 if has_users => Text::of(DIM, "·"),
            0 => Text::new(),
            users => Text::plain(&short_count(users)),
        });
        row.push(words::verdict(ranked.worst));
        table.row(row);
    }
    table
}

/// What people call the fault, and which others do the same.
fn remark(cx: Context<'_>, group: &Alike<'_>) -> Text {
    let mut parts = Vec::new();
    if let Some(title) = &cx.node(group.first.fault).title {
        parts.push(title.clone());
    }
    let is_replica = |other: &&Ranked| cx.node(other.fault).class == Class::Replica;
    let (replicas, places): (Vec<&Ranked>, Vec<&Ranked>) =
        group.others.iter().partition(|other| is_replica(other));
    let mut names: Vec<String> = places
        .into_iter()
        .take(NAMES)
        .map(|other| cx.id(other.fault).to_owned())
        .collect();
    match replicas.len() {
        0 => {}
        1 => names.push("a replica".to_owned()),
        n => names.push(format!("{n} replicas")),
    }
    if !names.is_empty() {
        parts.push(format!("+ {}", names.join(", ")));
    }
    Text::of(DIM, &parts.join(" "))
}

/// What the worst faults take down.
fn details(page: &mut Page, listing: &Listing<'_>, groups: &[Alike<'_>]) {
    for group in groups.iter().take(DETAILED) {
        page.gap();
        let mut faults = vec![group.first.fault];
        faults.extend(group.others.iter().map(|other| other.fault));
        let more = faults.len().saturating_sub(NAMES);
        faults.truncate(NAMES);
        let mut heading = Text::new();
        for (number, fault) in faults.iter().enumerate() {
            let between = match number {
                0 => "",
                _ if number + 1 == faults.len() && more == 0 => " or ",
                _ => ", ",
            };
            heading.push(PLAIN, between);
            heading.push(STRONG, listing.cx.id(*fault));
        }
        if more > 0 {
            heading.push(PLAIN, &format!(" or {more} more"));
        }
        let cuts = if faults.len() > 1 {
            ", each alone, cuts"
        } else {
            " cuts"
        };
        heading.push(PLAIN, cuts);
        page.wrapped(&Text::new(), &heading);
        victims(page, listing, group.first);
    }
}

/// The nodes that a fault cuts, by class and verdict, journeys first.
fn victims(page: &mut Page, listing: &Listing<'_>, ranked: &Ranked) {
    let cx = listing.cx;
    for class in [
        Class::Journey,
        Class::Service,
        Class::Store,
        Class::External,
        Class::Domain,
        Class::Replica,
    ] {
        for verdict in Verdict::ALL.into_iter().rev() {
            let of = |ix: &&NodeIx| {
                let effect = listing.effect_on(ranked, **ix);
                cx.node(**ix).class == class && effect.is_some_and(|e| e.verdict == verdict)
            };
            let nodes: Vec<NodeIx> = ranked.cut.iter().filter(of).copied().collect();
            if nodes.is_empty() {
                continue;
            }
            let label = words::counted(nodes.len(), class);
            let verdict = words::verdict(verdict);
            let room = " ".repeat(15usize.saturating_sub(verdict.width()));
            let label = Text::plain(&format!("  {label:<11}  "))
                .join(verdict)
                .and(PLAIN, &room);
            page.wrapped(&label, &words::short_names(cx, &nodes, NAMES));
        }
    }
}

/// Faults that cut nothing, but interrupt or degrade: counted, or listed with `--all`.
fn weaker(page: &mut Page, listing: &Listing<'_>, limit: usize) {
    let rest = &listing.ranked[listing.cutting().len()..];
    let felt = rest
        .iter()
        .position(|ranked| ranked.worst == Verdict::None)
        .unwrap_or(rest.len());
    let (weaker, harmless) = rest.split_at(felt);
    if !listing.all {
        if !weaker.is_empty() {
            page.gap();
            let (faults, verb) = (
                plural(weaker.len(), "fault"),
                if weaker.len() == 1 { "s" } else { "" },
            );
            page.line(Text::of(
                DIM,
                &format!("{faults} only interrupt{verb} or degrade{verb} (--all shows them)"),
            ));
        }
        return;
    }
    if !weaker.is_empty() {
        page.heading("Faults that only interrupt or degrade");
        let mut table = Table::new(&[Column::Left, Column::Flexible, Column::Left, Column::Left]);
        for ranked in weaker.iter().take(limit) {
            let node = listing.cx.node(ranked.fault);
            let mut parts = Vec::new();
            if ranked.interrupted > 0 {
                parts.push(format!("{} interrupted", ranked.interrupted));
            }
            if ranked.degraded > 0 {
                parts.push(format!("{} degraded", ranked.degraded));
            }
            table.row(vec![
                Text::of(NAME, node.id.as_str()),
                Text::of(DIM, node.title.as_deref().unwrap_or_default()),
                words::verdict(ranked.worst),
                Text::of(DIM, &parts.join(", ")),
            ]);
        }
        page.table(table);
        left_out(page, weaker.len().saturating_sub(limit));
    }
    if !harmless.is_empty() {
        page.gap();
        let text = format!(
            "{} without effect on what counts",
            plural(harmless.len(), "fault")
        );
        page.line(Text::of(DIM, &text));
    }
}

/// Each node that counts with the faults that cut it.
#[must_use]
pub fn by_subject(mut page: Page, listing: &Listing<'_>) -> Page {
    let cx = listing.cx;
    let (cut, whole): (Vec<_>, Vec<_>) = listing
        .subjects()
        .into_iter()
        .partition(|subject| !subject.cut_by.is_empty());
    let limit = listing.limit.unwrap_or(usize::MAX);
    if !cut.is_empty() {
        page.heading("Single points of failure of each node");
    }
    for subject in cut.iter().take(limit) {
        page.gap();
        let mut heading = words::name(cx, subject.node);
        let tier = words::tier(cx, subject.node);
        if !tier.is_empty() {
            heading = heading.and(DIM, &format!("  {tier}"));
        }
        page.line(heading);
        for verdict in Verdict::ALL.into_iter().rev() {
            let faults: Vec<_> = subject
                .cut_by
                .iter()
                .filter(|cut| cut.effect.verdict == verdict)
                .collect();
            let names: Vec<NodeIx> = faults.iter().map(|cut| cut.fault).collect();
            let names = words::ids(cx, &names, NAMES);
            if !faults.is_empty() {
                let label = Text::plain("  ").join(words::verdict(verdict));
                let room = 16usize.saturating_sub(label.width());
                page.wrapped(&label.and(PLAIN, &" ".repeat(room)), &names);
            }
        }
    }
    if cut.len() > limit {
        page.line(Text::of(
            DIM,
            &format!("and {}", plural(cut.len() - limit, "more node")),
        ));
    }
    if !whole.is_empty() {
        page.gap();
        let nodes: Vec<NodeIx> = whole.iter().map(|subject| subject.node).collect();
        let verb = if nodes.len() == 1 {
            " survives"
        } else {
            " survive"
        };
        let label = Text::of(GOOD, "✓ ").and(
            PLAIN,
            &format!("{}{verb} every single fault: ", plural(nodes.len(), "node")),
        );
        let names = words::ids(cx, &nodes, NAMES);
        page.wrapped(&Text::new(), &label.join(names));
    }
    page
}
