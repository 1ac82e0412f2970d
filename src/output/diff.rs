//! `spof diff` in its formats.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::json::VERSION;
use super::markdown::{code, plain};
use super::page::Page;
use super::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, plural};
use crate::analysis::diff::{Change, Cut, Difference};
use crate::findings::fingerprint::of_cut;
use crate::words::Id;

/// Faults named of one list.
const MOST: usize = 6;
/// Subjects shown to people.
const MOST_SUBJECTS: usize = 40;
/// A comment on GitHub may have 65,536 characters.
const MOST_BYTES: usize = 60_000;

/// What is compared, as people named it, and what came out.
#[derive(Clone, Copy, Debug)]
pub struct Diff<'a> {
    pub base: &'a str,
    pub head: &'a str,
    pub difference: &'a Difference,
    pub fails: bool,
}

impl Diff<'_> {
    fn subjects(&self, count: usize) -> String {
        let word = if self.difference.journeys {
            "journey"
        } else {
            "service or store"
        };
        match (count, self.difference.journeys) {
            (1, _) => format!("1 {word}"),
            (_, true) => format!("{count} journeys"),
            (_, false) => format!("{count} services and stores"),
        }
    }

    fn headline(&self) -> String {
        let (gained, lost) = self.difference.counts();
        let compared = self.subjects(self.difference.compared);
        let what = match self.difference.max_order {
            1 => "single points of failure".to_owned(),
            order => format!("minimal cut sets of at most {order} faults"),
        };
        if gained + lost == 0 {
            return format!("the same {what} for {compared}");
        }
        format!("{what}: {gained} gained, {lost} lost over {compared}")
    }
}

/// The first cuts, each with its faults, and how many more there are.
fn named(cuts: &[Cut]) -> (Vec<Vec<&str>>, usize) {
    let shown = cuts.iter().take(MOST).map(|cut| ids(cut)).collect();
    (shown, cuts.len().saturating_sub(MOST))
}

fn ids(cut: &[Id]) -> Vec<&str> {
    cut.iter().map(Id::as_str).collect()
}

fn what(change: &Change) -> &'static str {
    match (change.is_new, change.is_gone) {
        (true, _) => "is new",
        (_, true) => "is gone",
        _ => "",
    }
}

/// For people.
#[must_use]
pub fn human(mut page: Page, diff: &Diff<'_>) -> Page {
    let (gained, _) = diff.difference.counts();
    let mark = if gained > 0 {
        Text::of(BAD, "✗ ")
    } else {
        Text::of(GOOD, "✓ ")
    };
    page.line(mark.and(STRONG, &diff.headline()));
    page.line(Text::of(DIM, &format!("  {} → {}", diff.base, diff.head)));
    let changes = &diff.difference.changes;
    for change in changes.iter().take(MOST_SUBJECTS) {
        page.gap();
        let mut title = Text::of(NAME, change.subject.as_str());
        if let Some(tier) = change.tier {
            title.push(DIM, &format!("  tier {tier}"));
        }
        title.push(PLAIN, &format!("  {}", what(change)));
        page.line(title);
        for (sign, style, words, cuts) in [
            ("+", BAD, "now cut by", &change.gained),
            ("-", GOOD, "no longer cut by", &change.lost),
        ] {
            if cuts.is_empty() {
                continue;
            }
            let (shown, more) = named(cuts);
            let shown: Vec<String> = shown.iter().map(|cut| cut.join(" + ")).collect();
            let mut text = Text::of(NAME, &shown.join(", "));
            if more > 0 {
                text.push(DIM, &format!(" and {more} more"));
            }
            let first = Text::plain("  ")
                .and(style, sign)
                .and(PLAIN, &format!(" {words} "));
            page.wrapped(&first, &text);
        }
    }
    if changes.len() > MOST_SUBJECTS {
        let more = plural(changes.len() - MOST_SUBJECTS, "more");
        page.gap();
        page.line(Text::of(
            DIM,
            &format!("and {more} (--format json has all)"),
        ));
    }
    let first = changes.iter().find(|change| !change.gained.is_empty());
    if let Some((change, cut)) = first.and_then(|change| Some((change, change.gained.first()?))) {
        let down: Vec<String> = ids(cut).iter().map(|id| format!(" --down {id}")).collect();
        page.gap();
        page.line(Text::of(DIM, "the chain: ").and(
            STRONG,
            &format!("spof why {}{}", change.subject, down.concat()),
        ));
    }
    page
}

/// For programs.
#[must_use]
pub fn to_json(diff: &Diff<'_>) -> Value {
    let cuts = |change: &Change, cuts: &[Cut]| -> Vec<Value> {
        let one = |cut: &Cut| {
            let cut = ids(cut);
            json!({ "cut": cut, "fingerprint": of_cut(change.subject.as_str(), &cut) })
        };
        cuts.iter().map(one).collect()
    };
    let subjects: Vec<Value> = diff
        .difference
        .changes
        .iter()
        .map(|change| {
            json!({
                "id": change.subject.as_str(),
                "tier": change.tier,
                "new": change.is_new,
                "gone": change.is_gone,
                "gained": cuts(change, &change.gained),
                "lost": cuts(change, &change.lost),
            })
        })
        .collect();
    let (gained, lost) = diff.difference.counts();
    json!({
        "version": VERSION,
        "base": diff.base,
        "head": diff.head,
        "fails": diff.fails,
        "max_order": diff.difference.max_order,
        "compared": diff.difference.compared,
        "gained": gained,
        "lost": lost,
        "subjects": subjects,
    })
}

/// For a comment on a pull request.
#[must_use]
pub fn markdown(diff: &Diff<'_>) -> String {
    let mark = if diff.fails { "❌" } else { "✅" };
    let mut out = format!(
        "### spof diff: {mark} {}\n\n{} → {}\n",
        plain(&diff.headline()),
        code(diff.base),
        code(diff.head)
    );
    if diff.difference.changes.is_empty() {
        return out;
    }
    out.push_str("\n| | now cut by | no longer cut by |\n|---|---|---|\n");
    let cell = |cuts: &[Cut]| {
        let (shown, more) = named(cuts);
        let one = |cut: &Vec<&str>| -> String {
            let cut: Vec<String> = cut.iter().map(|fault| code(fault)).collect();
            cut.join(" + ")
        };
        let mut text: Vec<String> = shown.iter().map(one).collect();
        if more > 0 {
            text.push(format!("and {more} more"));
        }
        text.join("<br>")
    };
    for (at, change) in diff.difference.changes.iter().enumerate() {
        let mut subject = code(change.subject.as_str());
        if !what(change).is_empty() {
            let _ = write!(subject, " {}", what(change));
        }
        let row = format!(
            "| {subject} | {} | {} |\n",
            cell(&change.gained),
            cell(&change.lost)
        );
        if out.len() + row.len() > MOST_BYTES {
            let left = diff.difference.changes.len() - at;
            let _ = writeln!(out, "\n… and {}", plural(left, "more"));
            break;
        }
        out.push_str(&row);
    }
    out
}
