//! What `spof cuts` says of the time without service, for people.

use crate::analysis::cuts::downtime::{Component, Downtime, Method, YEAR_S};
use crate::output::Minimal;
use crate::output::minimal::{Events, Rated};
use crate::output::page::{Column, Page, Table};
use crate::output::text::{DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, listed, plural};
use crate::words::format_duration;

/// Components shown.
const SHOWN: usize = 20;
/// Those of a smaller share of the downtime are noise, but so many are shown anyway.
const LEAST_SHARE: f64 = 0.0005;
const LEAST_SHOWN: usize = 3;
/// Names of components without rates shown.
const NAMED: usize = 3;

/// Appends it.
pub(super) fn downtime(page: &mut Page, minimal: &Minimal<'_>) {
    if !matches!(minimal.events, Events::Nodes(_)) {
        return;
    }
    page.gap();
    match minimal.downtime {
        Rated::Without => page.wrapped(
            &Text::new(),
            &Text::of(
                DIM,
                "no time without service is estimated: nothing that may fail here states both \
                 `fails` and `repair` (docs/cuts.md)",
            ),
        ),
        Rated::TooLarge => page.wrapped(
            &Text::new(),
            &Text::of(WARN, "no time without service is estimated: ").and(
                PLAIN,
                "what the subject needs is too large for that, even for single faults",
            ),
        ),
        Rated::Known(known) => known_downtime(page, minimal, known),
    }
}

fn known_downtime(page: &mut Page, minimal: &Minimal<'_>, known: &Downtime) {
    let per_year = |share: f64| time(share * YEAR_S);
    let heading = Text::of(
        STRONG,
        &format!("{} a year without service", per_year(known.unavailability)),
    )
    .and(
        PLAIN,
        &format!(", available {}", percent(1.0 - known.unavailability)),
    );
    page.wrapped(&Text::new(), &heading);
    let parts = format!(
        "{} until something is repaired, {} in interruptions; at most {} in all",
        per_year(known.until_repair),
        per_year((known.unavailability - known.until_repair).max(0.0)),
        per_year(known.at_most),
    );
    page.wrapped(&Text::new(), &Text::plain(&parts));
    if known.components.is_empty() {
        page.wrapped(
            &Text::new(),
            &Text::of(GOOD, "nothing that states rates cuts or interrupts it"),
        );
    } else {
        page.gap();
        components(page, minimal, shown(&known.components));
        page.gap();
    }
    for line in remarks(minimal, known) {
        page.wrapped(&Text::new(), &line);
    }
}

/// Those that people are shown.
fn shown(components: &[Component]) -> &[Component] {
    let large = components.partition_point(|of| of.fussell_vesely >= LEAST_SHARE);
    &components[..large.clamp(LEAST_SHOWN, SHOWN).min(components.len())]
}

fn components(page: &mut Page, minimal: &Minimal<'_>, components: &[Component]) {
    let mut table = Table::new(&[
        Column::Left,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
    ]);
    table.header(&[
        "component",
        "fails/y",
        "repair",
        "back in",
        "Birnbaum",
        "Fussell-Vesely",
        "saved a year if it never failed",
    ]);
    for of in components {
        let node = minimal.node(of.node);
        let rate = node.and_then(|node| node.fails_per_y).unwrap_or(0.0);
        let repair = node.and_then(|node| node.repair_s).unwrap_or(0);
        let back = of
            .interrupts_s
            .map_or_else(|| "-".to_owned(), format_duration);
        table.row(vec![
            Text::of(NAME, minimal.name(of.node)),
            Text::plain(&number(rate)),
            Text::plain(&format_duration(repair)),
            Text::plain(&back),
            Text::plain(&number(of.birnbaum)),
            Text::plain(&percent(of.fussell_vesely)),
            Text::of(STRONG, &time(of.saved_s_per_y)),
        ]);
    }
    page.table(table);
}

fn remarks(minimal: &Minimal<'_>, known: &Downtime) -> Vec<Text> {
    let mut lines = Vec::new();
    let shown = shown(&known.components).len();
    if known.components.len() > shown {
        let text = format!(
            "the {shown} that cost most of {} are shown; --format json has all",
            plural(known.components.len(), "component")
        );
        lines.push(Text::of(DIM, &text));
    }
    lines.push(match known.method {
        Method::Exact => Text::of(
            DIM,
            "components fail independently, in steady state; exact but for interruptions that \
             only several faults together cause, which the \"at most\" holds; restarts after a \
             repair are not counted (docs/cuts.md)",
        ),
        Method::Summed(order) => Text::of(WARN, "approximate: ").and(
            PLAIN,
            &format!(
                "the sum over minimal cut sets of at most {order} faults; \"at most\" adds the \
                 chance that more than {order} components are failed at once"
            ),
        ),
    });
    if !known.unrated.is_empty() {
        let mut names: Vec<String> = known
            .unrated
            .iter()
            .take(NAMED)
            .map(|node| minimal.name(*node).to_owned())
            .collect();
        let more = known.unrated.len() - names.len();
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let verb = if known.unrated.len() == 1 {
            "states no rates and counts"
        } else {
            "state no rates and count"
        };
        let text = format!(
            "{} that may matter {verb} as never failing: {}",
            plural(known.unrated.len(), "component"),
            listed(&names, "and")
        );
        lines.push(Text::of(WARN, "incomplete: ").and(PLAIN, &text));
    }
    lines
}

/// Seconds as a duration; parts of a second as such.
fn time(seconds: f64) -> String {
    if seconds >= 1.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most a year of seconds, and more than none"
        )]
        return format_duration(seconds.round() as u64);
    }
    if seconds <= 0.0 {
        "0s".to_owned()
    } else if seconds < 0.001 {
        "< 1 ms".to_owned()
    } else {
        format!("{:.0} ms", seconds * 1_000.0)
    }
}

/// A share as per cent, with as many nines as it has.
fn percent(share: f64) -> String {
    let per_cent = share * 100.0;
    let missing = 100.0 - per_cent;
    if missing <= 0.0 {
        return "100 %".to_owned();
    }
    let digits = [1, 2, 3, 4, 5, 6]
        .into_iter()
        .zip([1.0, 0.1, 0.01, 0.001, 0.000_1, 0.0])
        .find(|(_, least)| missing >= *least)
        .map_or(6, |(digits, _)| digits);
    format!("{per_cent:.digits$} %")
}

/// A number with three digits that matter.
fn number(value: f64) -> String {
    if value == 0.0 || (0.001..1_000.0).contains(&value) {
        let digits = if value >= 100.0 {
            0
        } else if value >= 10.0 {
            1
        } else if value >= 1.0 {
            2
        } else {
            4
        };
        let text = format!("{value:.digits$}");
        if text.contains('.') {
            return text.trim_end_matches('0').trim_end_matches('.').to_owned();
        }
        return text;
    }
    format!("{value:.1e}")
}
