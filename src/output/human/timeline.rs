//! A timeline of bars, drawn in text for the width there is.

use anstyle::Style;

use crate::output::page::Page;
use crate::output::text::{DIM, PLAIN, Text};
use crate::words::format_duration;

/// Columns of names at most, and of bars at least.
const MOST_NAME: usize = 44;
const LEAST_BAR: usize = 16;
/// Bars of at least so many columns leave room for what is said aside.
const GOOD_BAR: usize = 32;
/// Moments that an axis may be marked at, in seconds.
const MARKS: [u64; 22] = [
    1,
    5,
    10,
    30,
    60,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    14_400,
    21_600,
    43_200,
    86_400,
    172_800,
    604_800,
    1_209_600,
    2_592_000,
    7_776_000,
    31_536_000,
    315_360_000,
];

/// One line of it.
pub(super) struct Bar {
    pub(super) name: Text,
    pub(super) begins: u64,
    /// `None`: it does not end.
    pub(super) ends: Option<u64>,
    pub(super) sign: char,
    pub(super) style: Style,
    /// Said behind the bar, and behind that where there is room enough.
    pub(super) label: Text,
    pub(super) aside: Text,
}

/// Appends the bars, on one scale that ends at `horizon`.
pub(super) fn draw(page: &mut Page, bars: &[Bar], horizon: u64) {
    let names = bars.iter().map(|bar| bar.name.width()).max().unwrap_or(0);
    let labels = bars.iter().map(|bar| bar.label.width()).max().unwrap_or(0);
    let width = page.width();
    let names = names.min(MOST_NAME).min(width / 2);
    let asides = bars.iter().map(|bar| bar.aside.width()).max().unwrap_or(0);
    let mut columns = width.saturating_sub(names + 6 + labels);
    let aside = columns >= GOOD_BAR + 2 + asides;
    if aside {
        columns -= 2 + asides;
    }
    // Where bars and what is said behind them don't fit side by side, the bars are worth more.
    let labelled = columns >= LEAST_BAR;
    if !labelled {
        columns = width.saturating_sub(names + 4).max(LEAST_BAR);
    }
    page.line(axis(horizon, columns, names));
    for bar in bars {
        let name = bar.name.clone().cut_to(names);
        let pad = names.saturating_sub(name.width());
        let mut line = Text::plain("  ")
            .join(name)
            .and(PLAIN, &" ".repeat(pad + 2))
            .join(cells(bar, horizon, columns));
        if labelled {
            line = line.and(PLAIN, "  ").join(bar.label.clone());
        }
        if labelled && aside {
            let pad = labels.saturating_sub(bar.label.width());
            line = line
                .and(PLAIN, &" ".repeat(pad + 2))
                .join(bar.aside.clone());
        }
        page.line(line);
    }
}

/// The column that a moment falls in.
fn column(at: u64, horizon: u64, columns: usize) -> usize {
    let scaled = u128::from(at) * columns as u128 / u128::from(horizon.max(1));
    usize::try_from(scaled).unwrap_or(columns).min(columns)
}

fn cells(bar: &Bar, horizon: u64, columns: usize) -> Text {
    let from = column(bar.begins, horizon, columns).min(columns.saturating_sub(1));
    let to = bar
        .ends
        .map_or(columns, |ends| column(ends, horizon, columns));
    let long = to.saturating_sub(from).max(1);
    let sign = match bar.ends {
        Some(ends) if ends == bar.begins => '◆',
        _ => bar.sign,
    };
    let mut drawn: String = std::iter::repeat_n(sign, long).collect();
    if bar.ends.is_none() {
        drawn.pop();
        drawn.push('→');
    }
    let rest = columns.saturating_sub(from + long);
    Text::of(DIM, &"·".repeat(from))
        .and(bar.style, &drawn)
        .and(DIM, &"·".repeat(rest))
}

/// Marks at round moments, as many as there is room for.
fn axis(horizon: u64, columns: usize, names: usize) -> Text {
    let most = (columns / 12).clamp(1, 6) as u64;
    let every = MARKS
        .iter()
        .copied()
        .find(|every| horizon / every <= most)
        .unwrap_or(horizon.max(1));
    let mut line = vec![' '; columns];
    let mut at = 0;
    let mut free = 0;
    while at <= horizon {
        let label: Vec<char> = if at == 0 {
            vec!['0']
        } else {
            format_duration(at).chars().collect()
        };
        // The last mark ends where the scale does.
        let from = column(at, horizon, columns).min(columns.saturating_sub(label.len()));
        if from >= free && from + label.len() <= columns {
            for (cell, letter) in line.iter_mut().skip(from).zip(&label) {
                *cell = *letter;
            }
            free = from + label.len() + 1;
        }
        // At the end of time there is no next mark.
        let Some(next) = at.checked_add(every) else {
            break;
        };
        at = next;
    }
    let line: String = line.into_iter().collect();
    Text::plain(&" ".repeat(names + 4)).and(DIM, &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, bars: &[Bar], horizon: u64) -> Vec<String> {
        let mut page = Page::new(width);
        draw(&mut page, bars, horizon);
        let mut out = Vec::new();
        page.write(&mut out).unwrap();
        let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
        text.lines().map(str::to_owned).collect()
    }

    fn bar(name: &str, begins: u64, ends: Option<u64>) -> Bar {
        Bar {
            name: Text::plain(name),
            begins,
            ends,
            sign: '█',
            style: PLAIN,
            label: Text::plain("now"),
            aside: Text::new(),
        }
    }

    #[test]
    fn bars_stand_on_one_scale_whatever_the_names_are() {
        let bars = [
            bar("판교", 0, Some(50)),
            bar("rest", 50, Some(100)),
            bar("never", 90, None),
            bar("at once", 50, Some(50)),
        ];
        let lines = drawn(40, &bars, 100);
        let columns = 40 - 7 - 6 - 3;
        let half = columns / 2;
        assert_eq!(
            lines[1],
            format!("  판교     {}{}  now", "█".repeat(half), "·".repeat(half))
        );
        assert_eq!(
            lines[2],
            format!("  rest     {}{}  now", "·".repeat(half), "█".repeat(half))
        );
        assert!(lines[3].contains('→') && !lines[1].contains('→'));
        assert!(lines[4].contains('◆'));
        let wide = |line: &str| unicode_width::UnicodeWidthStr::width(line);
        assert!(lines.iter().all(|line| wide(line) <= 40), "{lines:#?}");
    }

    #[test]
    fn the_axis_has_round_marks() {
        let lines = drawn(100, &[bar("a", 0, Some(36_000))], 36_000);
        let words: Vec<&str> = lines[0].split_whitespace().collect();
        assert_eq!(words.first(), Some(&"0"));
        assert!(
            words.iter().any(|word| *word == "2h" || *word == "4h"),
            "{lines:?}"
        );
    }

    #[test]
    fn a_short_horizon_and_none_at_all() {
        assert_eq!(drawn(60, &[bar("a", 0, Some(0))], 0).len(), 2);
        assert_eq!(drawn(60, &[bar("a", 0, Some(1))], 1).len(), 2);
        assert_eq!(drawn(60, &[bar("a", 5, Some(u64::MAX))], u64::MAX).len(), 2);
    }
}
