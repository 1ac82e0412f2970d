//! `spof fix` for people.

use std::collections::BTreeMap;

use super::Fixing;
use crate::analysis::fix::{Answer, Outcome};
use crate::output::page::{Column, Page, Table};
use crate::output::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, listed, plural};

/// Steps shown where not all are asked for.
const SHOWN: usize = 60;
/// Steps that are named where one reason holds for several.
const NUMBERED: usize = 20;

/// The plan.
#[must_use]
pub fn human(mut page: Page, fixing: &Fixing<'_>) -> Page {
    let answer = fixing.answer;
    let goal = Text::of(STRONG, fixing.goal);
    let mut say = |text: Text| page.wrapped(&Text::new(), &text);
    match &answer.outcome {
        Outcome::Holds => say(Text::of(GOOD, "✓ ")
            .join(goal)
            .and(PLAIN, holds_for(answer))),
        Outcome::Unfinished => say(Text::of(WARN, "▾ ").join(goal).and(
            PLAIN,
            ": there was no time for any plan; give more with --time-limit",
        )),
        Outcome::Impossible(obstacles) => {
            say(Text::of(BAD, "✗ ").join(goal).and(
                PLAIN,
                ": no change that is known here reaches it. In the way:",
            ));
            let mut table = Table::new(&[Column::Left, Column::Left, Column::Flexible]);
            table.header(&["fault", "still cuts", "for it rests on"]);
            for one in obstacles {
                let rests: Vec<String> = one
                    .rests_on
                    .iter()
                    .map(|node| fixing.cx.id(*node).to_owned())
                    .collect();
                table.row(vec![
                    Text::of(NAME, fixing.cx.id(one.fault)),
                    Text::of(NAME, fixing.cx.id(one.subject)),
                    Text::plain(&listed(&rests, "and")),
                ]);
            }
            page.gap();
            page.table(table);
        }
        Outcome::Plan(plan) => {
            let text = format!(
                "{} at a cost of {}",
                plural(plan.steps.len(), "change"),
                plan.cost
            );
            say(Text::of(GOOD, "✓ ")
                .and(STRONG, &text)
                .and(PLAIN, " reach: ")
                .join(goal));
            say(Text::plain(&format!(
                "{}; checked by running the analysis on the changed model",
                fixing.proof(plan)
            )));
            page.gap();
            let mut table =
                Table::new(&[Column::Right, Column::Right, Column::Right, Column::Left]);
            table.header(&["", "cost", "cuts left", "change"]);
            table.row(vec![
                Text::new(),
                Text::new(),
                Text::of(DIM, &answer.failures.to_string()),
                Text::of(DIM, "as it is"),
            ]);
            let shown = if fixing.all { plan.steps.len() } else { SHOWN };
            for (number, step) in (1u32..).zip(plan.steps.iter().take(shown)) {
                table.row(vec![
                    Text::of(DIM, &format!("{number}.")),
                    Text::plain(&step.cost.to_string()),
                    Text::plain(
                        &step
                            .left
                            .map_or_else(|| "·".to_owned(), |left| left.to_string()),
                    ),
                    marked(&fixing.words(&step.change)),
                ]);
            }
            page.table(table);
            if plan.steps.len() > shown {
                let more = format!("… {} more; --all shows them", plan.steps.len() - shown);
                page.line(Text::of(DIM, &more));
            }
            page.gap();
            written(&mut page, fixing);
        }
    }
    if !answer.unserved.is_empty() {
        let names: Vec<String> = answer
            .unserved
            .iter()
            .map(|node| fixing.cx.id(*node).to_owned())
            .collect();
        page.gap();
        let does = match names.as_slice() {
            [_] => "does not serve even without a fault, and is left out",
            _ => "do not serve even without a fault, and are left out",
        };
        let text = format!("{} {does}", listed(&names, "and"));
        page.wrapped(
            &Text::new(),
            &Text::of(WARN, "unserved: ").and(PLAIN, &text),
        );
    }
    page
}

/// What is said of a goal that holds: not that of nodes which don't serve at all.
fn holds_for(answer: &Answer) -> &'static str {
    if answer.unserved.is_empty() {
        ": holds as it is"
    } else {
        ": holds as it is for what serves at all"
    }
}

/// What of it stands in the patch.
fn written(page: &mut Page, fixing: &Fixing<'_>) {
    let steps = fixing.plan().map_or(0, |plan| plan.steps.len());
    let unwritten = &fixing.patch.unwritten;
    let written = steps - unwritten.len().min(steps);
    if written > 0 {
        let text = format!(
            "`--patch` prints {} of them as a change of the manifests, for `git apply`",
            if unwritten.is_empty() {
                "all".to_owned()
            } else {
                written.to_string()
            }
        );
        page.wrapped(&Text::new(), &Text::of(DIM, &text));
    }
    let mut by_reason: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (step, why) in unwritten {
        by_reason.entry(why).or_default().push(step + 1);
    }
    for (why, steps) in by_reason {
        let text = match steps.as_slice() {
            [only] => format!("step {only} is to be made by hand: {why}"),
            many if many.len() <= NUMBERED => {
                let numbers: Vec<String> = many.iter().map(ToString::to_string).collect();
                let numbers = listed(&numbers, "and");
                format!("steps {numbers} are to be made by hand: {why}")
            }
            many => format!("{} steps are to be made by hand: {why}", many.len()),
        };
        page.wrapped(&Text::new(), &Text::of(DIM, &text));
    }
}

/// Text with what stands in backquotes set as names.
fn marked(text: &str) -> Text {
    let mut out = Text::new();
    for (number, part) in text.split('`').enumerate() {
        out.push(if number % 2 == 1 { NAME } else { PLAIN }, part);
    }
    out
}
