//! `spof drill` for people.

use super::{data, words};
use crate::analysis::data::DataLoss;
use crate::output::bring_up::clock;
use crate::output::drill::{Drill, check};
use crate::output::page::{Column, Page, Table};
use crate::output::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, listed, plural};
use crate::words::Class;

/// Names in a list.
const NAMES: usize = 12;

/// The sheet.
#[must_use]
pub fn drill(mut page: Page, drill: &Drill<'_>) -> Page {
    let cx = drill.cx();
    let names: Vec<String> = drill
        .strike
        .faults
        .iter()
        .map(|fault| cx.id(fault.node).to_owned())
        .collect();
    page.heading(&format!("Drill: loss of {}", listed(&names, "and")));
    page.line(Text::of(
        DIM,
        &format!(
            "  what the estate claims will happen while it lasts, {}",
            clock(drill.lasts_s)
        ),
    ));
    let objections = drill.objections();
    if !objections.is_empty() {
        page.heading("Don't run this where people depend on it");
        for objection in objections {
            page.wrapped(&Text::of(BAD, "  ✗ "), &Text::plain(&objection));
        }
    }
    before(&mut page, drill);
    expected(&mut page, drill);
    failovers(&mut page, drill);
    let losses: Vec<&DataLoss> = drill.strike.data().collect();
    data::data(&mut page, cx, &losses);
    abort(&mut page, drill);
    end(&mut page, drill);
    page
}

fn before(page: &mut Page, drill: &Drill<'_>) {
    let before = drill.before();
    if before.is_empty() {
        return;
    }
    page.heading("Before: these must serve, failovers need them");
    page.wrapped(&Text::plain("  "), &words::ids(drill.cx(), &before, NAMES));
}

fn expected(page: &mut Page, drill: &Drill<'_>) {
    let cx = drill.cx();
    page.heading("What should happen");
    let entries = drill.expected();
    if entries.is_empty() {
        page.line(
            Text::of(GOOD, "  ✓ ").and(PLAIN, "nothing: no journey, service or store is affected"),
        );
        return;
    }
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left, Column::Flexible]);
    for entry in entries {
        let node = cx.node(entry.node);
        table.row(vec![
            words::verdict(entry.verdict),
            Text::of(NAME, cx.id(entry.node)),
            Text::plain(&check(entry.verdict, entry.recovers_unrepaired.finite())),
            Text::of(DIM, node.owner.as_deref().unwrap_or_default()),
        ]);
    }
    page.table(table);
}

fn failovers(page: &mut Page, drill: &Drill<'_>) {
    let cx = drill.cx();
    let failovers = drill.failovers();
    if failovers.is_empty() {
        return;
    }
    page.heading("Failovers");
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left, Column::Left]);
    for failover in failovers {
        let drilled = match failover.way.drilled.as_deref() {
            Some(day) => Text::of(DIM, &format!("drilled {day}")),
            None => Text::of(WARN, "never drilled"),
        };
        table.row(vec![
            Text::plain(&format!(
                "{} → {}",
                clock(failover.step.begins),
                clock(failover.step.ends)
            )),
            Text::of(NAME, cx.id(failover.step.node)),
            drilled,
            Text::of(DIM, &cx.place(&failover.way.sources)),
        ]);
    }
    page.table(table);
}

fn abort(page: &mut Page, drill: &Drill<'_>) {
    page.heading("Abort at once if");
    let spared = drill.spared();
    if !spared.is_empty() {
        let text = Text::plain("one of these stops, which should not notice: ").join(words::ids(
            drill.cx(),
            &spared,
            NAMES,
        ));
        page.wrapped(&Text::plain("  • "), &text);
    }
    for text in [
        "something is away for longer than said above",
        "data is missing that should be safe",
        "nobody can tell any more what happens",
    ] {
        page.line(Text::plain("  • ").and(PLAIN, text));
    }
}

fn end(page: &mut Page, drill: &Drill<'_>) {
    let cx = drill.cx();
    page.heading("At the end");
    let returns = drill.after.plan.returns.iter().filter(|back| {
        matches!(
            cx.node(back.node).class,
            Class::Journey | Class::Service | Class::Store
        )
    });
    let last = returns
        .clone()
        .filter_map(|back| Some((back.at.finite()?, back.node)))
        .max();
    let never = returns.filter(|back| back.at.finite().is_none()).count();
    let text = match last {
        Some((0, _)) => Text::plain("  all that was away is back as soon as it is started again"),
        Some((seconds, node)) => Text::plain("  started again, the last is back within ")
            .and(STRONG, &clock(seconds))
            .and(PLAIN, ": ")
            .and(NAME, cx.id(node)),
        None => Text::plain("  nothing has to come back"),
    };
    page.line(text);
    if never > 0 {
        let verb = if never == 1 { "does" } else { "do" };
        let text = format!("  ⊗ {} {verb} not come back", plural(never, "node"));
        page.line(Text::of(BAD, &text));
    }
    if !drill.failovers().is_empty() {
        let text = format!(
            "  write `drilled: {}` at each failover that worked",
            drill.today
        );
        page.line(Text::of(DIM, &text));
    }
    page.line(Text::of(
        DIM,
        "  --format markdown is a sheet to print and fill in",
    ));
}
