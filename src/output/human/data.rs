//! What is left of the data, for people: a fact of its own, whether or not the store serves.

use super::words;
use crate::analysis::data::{DataLoss, DataVerdict};
use crate::output::Context;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{BAD, DIM, GOOD, NAME, Text, WARN, plural};
use crate::words::format_duration;

/// Names shown.
const NAMES: usize = 3;

/// Stores that lost a copy, worst first.
pub(super) fn data(page: &mut Page, cx: Context<'_>, losses: &[&DataLoss]) {
    if losses.is_empty() {
        return;
    }
    page.heading("Data");
    let mut losses = losses.to_vec();
    losses.sort_by_key(|loss| (std::cmp::Reverse(loss.verdict), loss.store));
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left, Column::Left]);
    for loss in &losses {
        let (gone, left) = (loss.gone.len(), loss.left.len());
        let copies = format!("{} gone, {left} left", plural(gone, "copy"));
        table.row(vec![
            verdict(loss),
            Text::of(NAME, cx.id(loss.store)),
            Text::of(DIM, &copies),
            objective(cx, loss),
        ]);
    }
    page.table(table);
    for loss in &losses {
        backups(page, cx, loss);
    }
}

/// What the best copy that is left says.
fn verdict(loss: &DataLoss) -> Text {
    let much = |seconds: u64, copy: &str| {
        let most = format_duration(seconds);
        Text::of(WARN, &format!("▾ up to {most} of writes lost ({copy})"))
    };
    match loss.verdict {
        DataVerdict::Safe => Text::of(GOOD, "✓ safe"),
        DataVerdict::LostUpToLag { seconds } => much(seconds, "asynchronous copy"),
        DataVerdict::LostUpToInterval { seconds } => much(seconds, "backup"),
        DataVerdict::Lost => Text::of(BAD, "✗ lost"),
    }
}

/// Whether that is within the store's `rpo`.
fn objective(cx: Context<'_>, loss: &DataLoss) -> Text {
    let rpo = cx.node(loss.store).rpo_s.map(format_duration);
    match (rpo, loss.keeps_rpo(cx.model)) {
        (Some(rpo), Some(true)) => Text::of(GOOD, &format!("within its rpo of {rpo}")),
        (Some(rpo), _) => Text::of(BAD, &format!("over its rpo of {rpo}")),
        (None, _) => Text::new(),
    }
}

/// Backups that went too, and how long a restore takes.
fn backups(page: &mut Page, cx: Context<'_>, loss: &DataLoss) {
    let gone: Vec<_> = loss.lost_backups(cx.model).collect();
    if !gone.is_empty() {
        let verb = if gone.len() == 1 { "stands" } else { "stand" };
        let text = words::ids(cx, &gone, NAMES).and(
            BAD,
            &format!(" {verb} where the data stood, and went with it"),
        );
        page.wrapped(&Text::plain("    backup: "), &text);
    }
    if !loss.is_restored() {
        return;
    }
    let text = match loss.restore(cx.model) {
        Some((backup, way)) => {
            let takes = format_duration(way.takes_s);
            let mut text = Text::plain(&format!("{takes} from ")).and(NAME, cx.id(backup));
            if !way.requires.is_empty() {
                text = text
                    .and(DIM, ", needs ")
                    .join(words::ids(cx, &way.requires, NAMES));
            }
            text
        }
        None => Text::of(
            WARN,
            "nobody says how long it takes (the backup has no `standby` way)",
        ),
    };
    let label = Text::plain("    restore of ")
        .and(NAME, cx.id(loss.store))
        .and(DIM, ": ");
    page.wrapped(&label, &text);
}
