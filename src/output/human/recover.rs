//! `spof recover` for people: journeys and when they are back, a timeline of the steps, the chain
//! that decides.

use super::timeline::{Bar, draw};
use super::{data, held, words};
use crate::analysis::data::DataLoss;
use crate::analysis::recovery::{Return, Scenario};
use crate::output::bring_up::{Doing, Recovering, Row, clock};
use crate::output::page::{Column, Page, Table};
use crate::output::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, plural, short_count};
use crate::words::{Class, format_duration};

/// Rows of the timeline, steps of a chain, and names in a list, unless all are wanted.
const ROWS: usize = 40;
const NAMES: usize = 8;
const WAITS: usize = 3;

/// The bring-up plan.
#[must_use]
pub fn recover(mut page: Page, recovering: &Recovering<'_>) -> Page {
    headline(&mut page, recovering);
    journeys(&mut page, recovering);
    let rows = recovering.rows();
    timeline(&mut page, recovering, &rows);
    critical(&mut page, recovering, &rows);
    objectives(&mut page, recovering);
    let losses: Vec<&DataLoss> = recovering.answer.data.iter().collect();
    data::data(&mut page, recovering.cx, &losses);
    held::never(&mut page, recovering);
    held::circles(&mut page, recovering);
    held::loosen(&mut page, recovering);
    page
}

fn headline(page: &mut Page, recovering: &Recovering<'_>) {
    let cx = recovering.cx;
    match &recovering.answer.scenario {
        Scenario::BlackStart => {
            page.heading("Black start");
            page.line(Text::plain(
                "  everything is off; all that can fail is repaired and may start at 0",
            ));
        }
        Scenario::Faults(faults) => {
            page.heading("Faults");
            let mut table =
                Table::new(&[Column::Left, Column::Flexible, Column::Left, Column::Left]);
            for fault in faults {
                let node = cx.node(fault.node);
                let repair = match fault.repaired_s {
                    Some(seconds) => {
                        Text::plain(&format!("repaired after {}", format_duration(seconds)))
                    }
                    None => Text::of(WARN, "not repaired"),
                };
                table.row(vec![
                    Text::of(BAD, "✗ ").and(STRONG, node.id.as_str()),
                    Text::plain(node.title.as_deref().unwrap_or_default()),
                    repair,
                    Text::of(DIM, &cx.place(&node.sources)),
                ]);
            }
            page.table(table);
        }
    }
    let along = &recovering.answer.along;
    if !along.is_empty() {
        let label = Text::of(
            DIM,
            &format!("  and {}: ", words::counted(along.len(), Class::Replica)),
        );
        page.wrapped(&label, &words::short_names(cx, along, NAMES));
    }
    if recovering.restores {
        page.line(Text::of(
            DIM,
            "  what stopped comes back empty: stores are restored before they start",
        ));
    }
}

/// When journeys are back, and whether that is in time.
fn journeys(page: &mut Page, recovering: &Recovering<'_>) {
    let cx = recovering.cx;
    let returns = recovering.returns(Class::Journey);
    page.heading("Journeys");
    let total = cx.count_of(Class::Journey);
    if returns.is_empty() {
        let what = if total == 0 {
            "none is declared: outages are measured on services and stores alone"
        } else {
            "none is away"
        };
        page.line(Text::of(GOOD, "  ✓ ").and(PLAIN, what));
        return;
    }
    let mut table = Table::new(&[
        Column::Left,
        Column::Left,
        Column::Left,
        Column::Flexible,
        Column::Left,
        Column::Right,
        Column::Left,
    ]);
    let users = returns
        .iter()
        .any(|back| cx.node(back.node).users.is_some());
    table.header(&[
        "back",
        "tier",
        "",
        "",
        "objective",
        if users { "users" } else { "" },
        "owner",
    ]);
    for back in &returns {
        let node = cx.node(back.node);
        table.row(vec![
            when(recovering, back),
            Text::of(
                DIM,
                &node.tier.map_or_else(String::new, |tier| tier.to_string()),
            ),
            Text::of(NAME, cx.id(back.node)),
            Text::of(DIM, node.title.as_deref().unwrap_or_default()),
            objective(recovering, back),
            Text::plain(&node.users.map_or_else(String::new, short_count)),
            Text::of(DIM, node.owner.as_deref().unwrap_or_default()),
        ]);
    }
    page.table(table);
    let spared = total.saturating_sub(returns.len());
    if spared > 0 {
        let serve = if spared == 1 { "serves" } else { "serve" };
        let text = format!("  {} {serve} throughout", plural(spared, "other journey"));
        page.line(Text::of(DIM, &text));
    }
}

/// When something is back.
fn when(recovering: &Recovering<'_>, back: &Return) -> Text {
    match back.at.finite() {
        Some(seconds) => Text::of(STRONG, &moment(seconds)),
        None if recovering.answer.stuck.binary_search(&back.node).is_ok() => {
            Text::of(BAD, "⊗ never")
        }
        None => Text::of(BAD, "✗ not before repair"),
    }
}

/// A moment, as people say it.
fn moment(seconds: u64) -> String {
    match seconds {
        0 => "at once".to_owned(),
        _ => clock(seconds),
    }
}

fn objective(recovering: &Recovering<'_>, back: &Return) -> Text {
    let Some(rto) = recovering.cx.node(back.node).rto_s else {
        return Text::new();
    };
    let rto = format_duration(rto);
    match recovering.late(back) {
        Some(0) => Text::of(GOOD, &format!("✓ within {rto}")),
        Some(late) => Text::of(BAD, "✗ ").and(PLAIN, &format!("{rto}, missed by {}", clock(late))),
        None => Text::of(BAD, "✗ ").and(PLAIN, &format!("{rto}, missed")),
    }
}

/// Steps as bars: those that take time. What starts at once is counted.
fn timeline(page: &mut Page, recovering: &Recovering<'_>, rows: &[Row]) {
    let critical = recovering.critical();
    let is_critical = |row: &Row| row.steps.iter().any(|step| critical.contains(step));
    let lasting: Vec<&Row> = rows.iter().filter(|row| row.ends > row.begins).collect();
    if rows.is_empty() {
        return;
    }
    page.heading("Bring-up");
    if lasting.is_empty() {
        in_words(page, recovering, rows);
        return;
    }
    let most = if recovering.all { usize::MAX } else { ROWS };
    let mut shown: Vec<&Row> = lasting.clone();
    if shown.len() > most {
        let deciding: Vec<&Row> = lasting
            .iter()
            .copied()
            .filter(|row| is_critical(row))
            .collect();
        let room = most.saturating_sub(deciding.len());
        let others = lasting
            .iter()
            .copied()
            .filter(|row| !is_critical(row))
            .take(room);
        shown = deciding.into_iter().chain(others).collect();
        shown.sort_by_key(|row| (row.wave, row.ends, row.subject));
    }
    let horizon = rows.iter().map(|row| row.ends).max().unwrap_or(0);
    let bars: Vec<Bar> = shown
        .iter()
        .map(|row| bar(recovering, row, is_critical(row)))
        .collect();
    draw(page, &bars, horizon);
    if shown.len() < lasting.len() {
        let more = plural(lasting.len() - shown.len(), "more row");
        page.line(Text::of(DIM, &format!("  and {more} (--all shows them)")));
    }
    let instant: usize = rows
        .iter()
        .filter(|row| row.ends == row.begins)
        .map(|row| row.nodes.len())
        .sum();
    if instant > 0 {
        let text = format!(
            "  and {} that start as soon as they may",
            plural(instant, "node")
        );
        page.line(Text::of(DIM, &text));
    }
    page.line(
        Text::of(DIM, "  ")
            .and(WARN, "▓")
            .and(DIM, " repair  ")
            .and(PLAIN, "▒")
            .and(DIM, " promotion, restore  ")
            .and(PLAIN, "█")
            .and(DIM, " start  ")
            .and(BAD, "*")
            .and(DIM, " decides when the last journey is back"),
    );
}

fn bar(recovering: &Recovering<'_>, row: &Row, critical: bool) -> Bar {
    let (sign, style) = match row.doing {
        Doing::Repair => ('▓', WARN),
        Doing::Restore | Doing::Promote => ('▒', PLAIN),
        Doing::Start => ('█', PLAIN),
    };
    let owner = recovering.owner(row.subject).unwrap_or_default();
    let until = format!("{} → {}", at(row.begins), at(row.ends));
    Bar {
        name: Text::of(BAD, if critical { "* " } else { "  " })
            .and(DIM, &format!("{:<8}", row.doing.as_str()))
            .and(NAME, recovering.cx.id(row.subject))
            .and(DIM, &times(row)),
        begins: row.begins,
        ends: Some(row.ends),
        sign,
        style,
        label: Text::plain(&until),
        aside: Text::of(DIM, owner),
    }
}

fn at(seconds: u64) -> String {
    match seconds {
        0 => "0".to_owned(),
        _ => clock(seconds),
    }
}

/// ` ×3` for three copies.
fn times(row: &Row) -> String {
    match row.nodes.len() {
        1 => String::new(),
        many => format!(" ×{many}"),
    }
}

/// An order without times: waves one after the other.
fn in_words(page: &mut Page, recovering: &Recovering<'_>, rows: &[Row]) {
    let waves = recovering.answer.plan.waves.len();
    let most = if recovering.all { usize::MAX } else { ROWS };
    for (wave, _) in recovering.answer.plan.waves.iter().enumerate().take(most) {
        let of_wave: Vec<_> = rows
            .iter()
            .filter(|row| row.wave == wave)
            .map(|row| row.subject)
            .collect();
        let label = Text::of(DIM, &format!("  {:>3}. ", wave + 1));
        let names = if recovering.all { usize::MAX } else { NAMES };
        page.wrapped(&label, &words::ids(recovering.cx, &of_wave, names));
    }
    if waves > most {
        let more = plural(waves - most, "more wave");
        page.line(Text::of(DIM, &format!("  and {more} (--all shows them)")));
    }
    page.line(Text::of(
        DIM,
        "  nothing takes time: no `start_takes`, repair or promotion says how long it lasts",
    ));
}

/// The chain that decides when the target is back.
fn critical(page: &mut Page, recovering: &Recovering<'_>, rows: &[Row]) {
    let cx = recovering.cx;
    let path = recovering.critical();
    let Some(target) = recovering.target() else {
        return;
    };
    let Some(back) = recovering.answer.plan.return_of(target) else {
        page.gap();
        page.line(
            Text::of(GOOD, "✓ ")
                .and(NAME, cx.id(target))
                .and(PLAIN, " serves throughout"),
        );
        return;
    };
    if path.is_empty() || back.at.finite().unwrap_or(0) == 0 {
        return;
    }
    page.heading(&format!(
        "Critical path: {} is back after {}",
        cx.id(target),
        moment(back.at.finite().unwrap_or(0))
    ));
    let mut table = Table::new(&[
        Column::Right,
        Column::Left,
        Column::Left,
        Column::Left,
        Column::Flexible,
    ]);
    for step in &path {
        let Some(row) = rows.iter().find(|row| row.steps.contains(step)) else {
            continue;
        };
        if row.ends == row.begins {
            continue;
        }
        table.row(vec![
            Text::plain(&at(row.begins)),
            Text::plain(row.doing.as_str()),
            Text::of(NAME, cx.id(row.subject)).and(DIM, &times(row)),
            Text::plain(&format!("takes {}", format_duration(row.ends - row.begins))),
            waits(recovering, row),
        ]);
    }
    page.table(table);
}

/// What came last of what a row waited for.
fn waits(recovering: &Recovering<'_>, row: &Row) -> Text {
    let last = row.last_waits();
    if last.is_empty() {
        return Text::new();
    }
    Text::of(DIM, "after ").join(words::ids(recovering.cx, &last, WAITS))
}

/// Services and stores that miss their objectives, in figures.
fn objectives(page: &mut Page, recovering: &Recovering<'_>) {
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left]);
    for class in [Class::Service, Class::Store] {
        let returns = recovering.returns(class);
        if returns.is_empty() {
            continue;
        }
        let missed: Vec<_> = returns
            .iter()
            .filter(|back| recovering.misses(back))
            .collect();
        let worst = missed.iter().max_by_key(|back| {
            let late = recovering.late(back);
            (late.is_none(), late, std::cmp::Reverse(back.node))
        });
        let text = worst.map_or_else(Text::new, |back| {
            let by = recovering
                .late(back)
                .map_or_else(String::new, |late| format!(" by {}", clock(late)));
            Text::of(DIM, "most: ")
                .and(NAME, recovering.cx.id(back.node))
                .and(DIM, &by)
        });
        table.row(vec![
            Text::plain(&words::counted(returns.len(), class)),
            Text::of(
                if missed.is_empty() { GOOD } else { BAD },
                &format!("{} over their rto", missed.len()),
            ),
            text,
        ]);
    }
    if !table.is_empty() {
        page.heading("Objectives of what was away");
        page.table(table);
    }
}
