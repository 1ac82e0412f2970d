//! `spof cuts` for people.

use super::downtime;
use crate::analysis::cuts::Extent;
use crate::analysis::cuts::kernel::number::{Count as _, Number};
use crate::output::Minimal;
use crate::output::minimal::Events;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, listed};
use crate::words::format_duration;

/// The minimal cut sets.
#[must_use]
pub fn cuts(mut page: Page, minimal: &Minimal<'_>) -> Page {
    let found = minimal.found;
    let count = found.count();
    let subject = Text::of(NAME, minimal.subject);
    if found.sets.first().is_some_and(Vec::is_empty) {
        let text = Text::of(WARN, "▾ ")
            .join(subject)
            .and(PLAIN, " is cut already, without any fault");
        page.wrapped(&Text::new(), &text);
        return page;
    }
    let up_to = match found.complete_to {
        None => String::new(),
        Some(1) => " of one fault".to_owned(),
        Some(order) => format!(" of at most {order} faults"),
    };
    let heading = if count.is_zero() {
        Text::of(GOOD, "✓ ")
            .and(PLAIN, &format!("No minimal cut set{up_to} cuts "))
            .join(subject)
    } else {
        let sets = if count == Number::one() {
            "set"
        } else {
            "sets"
        };
        let cut = if count == Number::one() {
            "cuts "
        } else {
            "cut "
        };
        let text = format!("{} minimal cut {sets}{up_to} {cut}", grouped(&count));
        Text::of(STRONG, &text).join(subject)
    };
    page.wrapped(&Text::new(), &heading);
    if !count.is_zero() {
        page.gap();
        orders(&mut page, &found.by_order);
        page.gap();
        sets(&mut page, minimal);
    }
    downtime::downtime(&mut page, minimal);
    page.gap();
    for line in remarks(minimal, &count) {
        page.wrapped(&Text::new(), &line);
    }
    page
}

/// How many there are of each order.
fn orders(page: &mut Page, by_order: &[Number]) {
    let mut table = Table::new(&[Column::Right, Column::Right]);
    table.header(&["order", "sets"]);
    for (order, count) in by_order.iter().enumerate().skip(1) {
        let style = if count.is_zero() { DIM } else { PLAIN };
        table.row(vec![
            Text::of(style, &order.to_string()),
            Text::of(style, &grouped(count)),
        ]);
    }
    page.table(table);
}

/// The sets themselves: a line a fault, those of one set joined by `+`.
fn sets(page: &mut Page, minimal: &Minimal<'_>) {
    if let Events::Tree(_) = minimal.events {
        let named = |set: &Vec<u32>| {
            let mut names: Vec<&str> = set.iter().map(|event| minimal.name(*event)).collect();
            names.sort_unstable();
            names
        };
        let mut sets: Vec<Vec<&str>> = minimal.found.sets.iter().map(named).collect();
        sets.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        for names in sets {
            page.wrapped(&Text::plain("  "), &Text::of(NAME, &names.join(" + ")));
        }
        return;
    }
    let mut table = Table::new(&[
        Column::Right,
        Column::Left,
        Column::Flexible,
        Column::Left,
        Column::Left,
    ]);
    for (rank, set) in (1u32..).zip(&minimal.found.sets) {
        for (number, event) in set.iter().enumerate() {
            let Some(node) = minimal.node(*event) else {
                continue;
            };
            let place = match minimal.events {
                Events::Nodes(cx) => cx.place(&node.sources),
                Events::Tree(_) => String::new(),
            };
            let label = if number > 0 {
                "+".to_owned()
            } else {
                format!("{rank}.")
            };
            table.row(vec![
                Text::of(DIM, &label),
                Text::of(NAME, node.id.as_str()),
                Text::plain(node.title.as_deref().unwrap_or_default()),
                Text::of(DIM, node.class.as_str()),
                Text::of(DIM, &place),
            ]);
        }
    }
    page.table(table);
}

/// What was asked, and what is not shown.
fn remarks(minimal: &Minimal<'_>, count: &Number) -> Vec<Text> {
    let found = minimal.found;
    let mut lines = Vec::new();
    let shown = found.sets.len();
    if count.small() != Some(shown as u64) {
        let text = format!(
            "the {shown} smallest of {} are shown (--limit)",
            grouped(count)
        );
        lines.push(Text::of(DIM, &text));
    }
    lines.push(match (found.complete_to, minimal.extent) {
        (None, _) => Text::of(DIM, "complete: there are no others of any order"),
        (Some(order), Extent::All) => Text::of(WARN, "not complete: ").and(
            PLAIN,
            &format!(
                "all cut sets are too many for the budget of this program; those of at most \
                 {order} faults are all counted"
            ),
        ),
        (Some(order), _) if minimal.is_complete() => Text::of(
            DIM,
            &format!("complete up to order {order}; larger cut sets were not looked for"),
        ),
        (Some(order), _) => Text::of(WARN, "not complete: ").and(
            PLAIN,
            &format!("beyond order {order} the budget of this program did not suffice"),
        ),
    });
    if let Events::Nodes(_) = minimal.events {
        let classes: Vec<String> = minimal
            .classes
            .iter()
            .map(|word| (*word).to_owned())
            .collect();
        let mut text = format!("faults: {}", listed(&classes, "and"));
        if !minimal.kinds.is_empty() {
            text.push_str(" of kind ");
            text.push_str(&listed(minimal.kinds, "or"));
        }
        text.push_str("; cut means no service ");
        match minimal.rto_s {
            Some(rto) => {
                text.push_str("for longer than its rto of ");
                text.push_str(&format_duration(rto));
            }
            None => text.push_str("until repair (no rto is declared)"),
        }
        lines.push(Text::of(DIM, &text));
    }
    lines
}

/// Digits in groups of three.
fn grouped(count: &Number) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
