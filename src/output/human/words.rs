//! How verdicts, times and names are said to people, the same in every answer. Verdicts carry a
//! sign and a word of their own: colour only repeats them.

use anstyle::Style;

use crate::analysis::verdict::{Time, Verdict};
use crate::model::NodeIx;
use crate::output::Context;
use crate::output::text::{BAD, DIM, GOOD, NAME, Text, WARN, plural};
use crate::words::{Class, format_duration};

/// The colour of a verdict.
pub(super) fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::None => GOOD,
        Verdict::Degraded | Verdict::Interrupted => WARN,
        Verdict::Down | Verdict::Stuck => BAD,
    }
}

/// Sign and word of a verdict: `✗ down`.
pub(super) fn verdict(verdict: Verdict) -> Text {
    let sign = match verdict {
        Verdict::None => "✓ ",
        Verdict::Degraded => "▾ ",
        Verdict::Interrupted => "↻ ",
        Verdict::Down => "✗ ",
        Verdict::Stuck => "⊗ ",
    };
    Text::of(style(verdict), sign).join(verdict_word(verdict))
}

/// The word of a verdict.
pub(super) fn verdict_word(verdict: Verdict) -> Text {
    let word = match verdict {
        Verdict::None => "serves",
        worse => worse.as_str(),
    };
    Text::of(style(verdict), word)
}

/// When it is back: `back after 20m`, `until repaired`.
pub(super) fn back(verdict: Verdict, recovers: Time) -> String {
    match (verdict, recovers.finite()) {
        (Verdict::None | Verdict::Degraded, _) => String::new(),
        (_, Some(0)) => "back at once".to_owned(),
        (_, Some(seconds)) => format!("back after {}", format_duration(seconds)),
        (Verdict::Stuck, None) => "not even after repair".to_owned(),
        (_, None) => "until repaired".to_owned(),
    }
}

/// Id, and the title behind it.
pub(super) fn name(cx: Context<'_>, ix: NodeIx) -> Text {
    let text = Text::of(NAME, cx.id(ix));
    match &cx.node(ix).title {
        Some(title) => text.and(DIM, "  ").and(DIM, title),
        None => text,
    }
}

/// `tier 1`, or nothing.
pub(super) fn tier(cx: Context<'_>, ix: NodeIx) -> String {
    cx.node(ix)
        .tier
        .map_or_else(String::new, |tier| format!("tier {tier}"))
}

/// Names of nodes one after another, without their kind where the heading says it.
pub(super) fn short_names(cx: Context<'_>, nodes: &[NodeIx], most: usize) -> Text {
    one_after_another(nodes.iter().map(|ix| cx.short(*ix)), most)
}

/// Ids of nodes one after another.
pub(super) fn ids(cx: Context<'_>, nodes: &[NodeIx], most: usize) -> Text {
    one_after_another(nodes.iter().map(|ix| cx.id(*ix)), most)
}

fn one_after_another<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> Text {
    let more = names.len().saturating_sub(most);
    let mut text = Text::new();
    for (number, name) in names.take(most).enumerate() {
        if number > 0 {
            text.push(DIM, ", ");
        }
        // A name is one word: lines break between names, never within one.
        text.push(NAME, &name.replace(' ', "\u{a0}"));
    }
    if more > 0 {
        text.push(DIM, &format!(" and {more} more"));
    }
    text
}

/// `12 journeys`.
pub(super) fn counted(count: usize, class: Class) -> String {
    plural(count, class.as_str())
}
