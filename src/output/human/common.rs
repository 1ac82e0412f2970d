//! `spof common` for people.

use super::words;
use crate::output::Shared;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, listed, plural};

/// Fault sets shown.
const SHOWN: usize = 50;

/// What cuts all of the subjects.
#[must_use]
pub fn common(mut page: Page, shared: &Shared<'_>) -> Page {
    let (cx, found) = (shared.cx, shared.found);
    let subjects = words::ids(cx, shared.subjects, 12);
    let mut without = Text::new();
    if !shared.up.is_empty() {
        without = Text::plain(", but not ").join(words::ids(cx, shared.up, 12));
    }
    let order = found.faults.first().map_or(0, Vec::len);
    let heading = match (order, found.faults.len()) {
        (0, _) => Text::of(GOOD, "✓ ").and(PLAIN, "nothing found that cuts all of "),
        (1, 1) => Text::of(STRONG, "One fault cuts all of "),
        (1, n) => Text::of(STRONG, &format!("{n} faults, each alone, cut all of ")),
        (_, 1) => Text::of(STRONG, "No single fault, but one pair cuts all of "),
        (_, n) => Text::of(
            STRONG,
            &format!("No single fault, but each of {n} pairs cuts all of "),
        ),
    };
    page.wrapped(&Text::new(), &heading.join(subjects).join(without));
    if !found.faults.is_empty() {
        page.gap();
    }
    let mut table = Table::new(&[
        Column::Left,
        Column::Left,
        Column::Flexible,
        Column::Left,
        Column::Left,
    ]);
    for set in found.faults.iter().take(SHOWN) {
        for (number, fault) in set.iter().enumerate() {
            let node = cx.node(*fault);
            table.row(vec![
                Text::of(DIM, if number > 0 { "+" } else { "" }),
                Text::of(NAME, node.id.as_str()),
                Text::plain(node.title.as_deref().unwrap_or_default()),
                Text::of(DIM, node.class.as_str()),
                Text::of(DIM, &cx.place(&node.sources)),
            ]);
        }
    }
    page.table(table);
    if found.faults.len() > SHOWN {
        let more = plural(found.faults.len() - SHOWN, "more");
        page.line(Text::of(
            DIM,
            &format!("  and {more} (--format json has all)"),
        ));
    }
    page.gap();
    for ix in &found.unserved {
        let text = Text::of(WARN, "▾ ")
            .and(NAME, cx.id(*ix))
            .and(PLAIN, " does not serve even without a fault");
        page.line(text);
    }
    let classes: Vec<String> = shared
        .classes
        .iter()
        .map(|class| class.as_str().to_owned())
        .collect();
    let tried = match found.searched_order {
        1 if order == 0 => "every single fault; there are too many pairs to try",
        1 => "every single fault",
        _ => "every single fault and every pair",
    };
    let text = format!("tried: {tried}, of the classes {}", listed(&classes, "and"));
    page.wrapped(&Text::new(), &Text::of(DIM, &text));
    page
}
