//! Recovery cycles for people.

use super::words;
use crate::analysis::recovery::{RecoveryCycle, Wait, WaitHop};
use crate::analysis::verdict::Verdict;
use crate::output::Context;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{DIM, NAME, Text, plural};

/// Recovery cycles shown.
pub(super) const CYCLES: usize = 5;

/// What waits for itself.
pub(super) fn cycles(page: &mut Page, cx: Context<'_>, cycles: &[&RecoveryCycle]) {
    if cycles.is_empty() {
        return;
    }
    page.heading("Recovery cycles: what waits for itself");
    for cycle in cycles.iter().take(CYCLES) {
        page.line(Text::plain("  ").join(words::verdict(cycle.makes)).and(
            DIM,
            &format!("  {}, {}", plural(cycle.size, "node"), lasts(cycle)),
        ));
        page.table(circle(cx, cycle));
    }
    more(page, cycles.len());
}

/// Says how many circles are not shown.
pub(super) fn more(page: &mut Page, all: usize) {
    if all > CYCLES {
        let more = plural(all - CYCLES, "more cycle");
        page.line(Text::of(
            DIM,
            &format!("  and {more} (--format json has all)"),
        ));
    }
}

/// Until when.
pub(super) fn lasts(cycle: &RecoveryCycle) -> &'static str {
    match cycle.makes {
        Verdict::Stuck => "not even repair ends it",
        _ => "it lasts until the faults are repaired",
    }
}

/// The hops, each with its place.
pub(super) fn circle(cx: Context<'_>, cycle: &RecoveryCycle) -> Table {
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left]);
    for hop in &cycle.hops {
        table.row(vec![
            Text::plain("  ").and(NAME, cx.id(hop.from)),
            wait(cx, hop),
            Text::of(DIM, &cx.place(&cx.requirement(hop.requirement).sources)),
        ]);
    }
    table
}

fn wait(cx: Context<'_>, hop: &WaitHop) -> Text {
    let to = Text::of(NAME, cx.id(hop.to));
    match (hop.wait, hop.standby) {
        (Wait::Start, _) => Text::plain("starts only with ").join(to),
        (Wait::Need, _) => Text::plain("needs ").join(to),
        (Wait::Promotion, Some(standby)) if standby == hop.to => {
            Text::plain("waits for its standby ").join(to)
        }
        (Wait::Promotion, _) => Text::plain("gets its standby only with ").join(to),
    }
}
