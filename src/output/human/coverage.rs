//! `spof coverage` for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::words;
use crate::analysis::verdict::Verdict;
use crate::model::Ground;
use crate::output::Known;
use crate::output::known::problem_word;
use crate::output::page::{Column, Page, Table};
use crate::output::text::{BAD, DIM, NAME, PLAIN, STRONG, Text, WARN, listed, plural, plural_word};
use crate::source::{ProblemKind, Unread, UnreadReason};

/// Lines of one list.
const SHOWN: usize = 20;
/// Places named for one advice.
const PLACES: usize = 3;

/// What is known, and what is not.
#[must_use]
pub fn coverage(mut page: Page, known: &Known<'_>) -> Page {
    figures(&mut page, known);
    sources(&mut page, known);
    joined(&mut page, known);
    problems(&mut page, known);
    unread(&mut page, known);
    gaps(&mut page, known);
    page.gap();
    page.wrapped(
        &Text::of(STRONG, "Next step: "),
        &Text::plain(&known.next_step()),
    );
    page
}

fn figures(page: &mut Page, known: &Known<'_>) {
    let (cx, counts) = (known.cx, known.coverage);
    page.heading("Coverage");
    let mut table = Table::new(&[Column::Left, Column::Left]);
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            table.row(vec![Text::of(DIM, name), Text::plain(&text)]);
        }
    };
    let mut not_read: Vec<_> = known.unread.iter().map(|unread| &unread.path).collect();
    not_read.dedup();
    let mut files = vec![format!("{} read", known.files())];
    if !not_read.is_empty() {
        files.push(format!("{} not used, or not whole", not_read.len()));
    }
    if known.other_files > 0 {
        files.push(format!("{} of no data format", known.other_files));
    }
    if known.left_out > 0 {
        files.push(format!("{} left out by spof.toml", known.left_out));
    }
    row("files", files.join(", "));
    let nodes: Vec<String> = counts
        .nodes
        .iter()
        .map(|(class, count)| words::counted(*count, *class))
        .collect();
    row("nodes", nodes.join(", "));
    let evidence: Vec<String> = counts
        .requirements
        .iter()
        .map(|(evidence, count)| format!("{count} {}", evidence.as_str()))
        .collect();
    row("requirements", evidence.join(", "));
    let of = counts.workloads;
    if of > 0 {
        let parts = [
            format!("{} of {of} with replicas", counts.with_replicas),
            format!("{} with dependencies", counts.with_links),
            format!("{} with a tier", counts.with_tier),
            format!("{} with an owner", counts.with_owner),
        ];
        row("services, stores", parts.join(", "));
    }
    if let Some(traffic) = cx.model.traffic.words() {
        let compared = format!(
            "{traffic}: seen {} that {} stated, {} that nothing states",
            plural(counts.calls_seen, "call"),
            if counts.calls_seen == 1 { "is" } else { "are" },
            counts.calls_only_seen
        );
        row("traffic", compared);
    }
    if counts.replicas > 0 {
        let placed = counts.replicas.saturating_sub(counts.unplaced);
        let mut text = format!("{placed} of {} with a known place", counts.replicas);
        if counts.unplaced > 0 {
            let assume = cx.model.assume.as_str();
            let _ = write!(text, ", {} assumed ({assume})", counts.unplaced);
        }
        row("replicas", text);
    }
    page.table(table);
}

/// What each source gives, and what would add most.
fn sources(page: &mut Page, known: &Known<'_>) {
    let all = &known.cx.model.sources;
    if !all.is_empty() {
        page.heading("By source");
        let hosts = all.iter().any(|one| one.hosts > 0);
        let mut heads = vec![
            "source",
            "documents",
            "nodes",
            "services, stores",
            "placed",
            "dependencies",
            "tier",
            "owner",
        ];
        if hosts {
            heads.extend(["hosts", "of them placed"]);
        }
        let mut columns = vec![Column::Left];
        columns.extend(vec![Column::Right; heads.len() - 1]);
        let mut table = Table::new(&columns);
        table.row(heads.iter().map(|head| Text::of(DIM, head)).collect());
        for one in all {
            let counts = one.counts(hosts).into_iter().map(|count| match count {
                0 => Text::of(DIM, "·"),
                count => Text::plain(&count.to_string()),
            });
            table.row(
                [Text::of(NAME, one.adapter)]
                    .into_iter()
                    .chain(counts)
                    .collect(),
            );
        }
        page.table(table);
    }
    if let Some(text) = known.most_gained() {
        page.wrapped(&Text::plain("  "), &Text::plain(&text));
    }
}

/// Names that were found to be of one thing.
fn joined(page: &mut Page, known: &Known<'_>) {
    let joins = &known.cx.model.joins;
    if joins.is_empty() {
        return;
    }
    page.heading(&format!(
        "Joined: {} of things that another source calls otherwise",
        plural(joins.len(), "name")
    ));
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left]);
    for join in joins.iter().take(SHOWN) {
        let (by, span) = join.other_by;
        let place = known.cx.sources.location(span);
        table.row(vec![
            Text::of(NAME, join.kept.as_str())
                .and(DIM, " = ")
                .and(NAME, join.other.as_str()),
            Text::plain(&ground(&join.ground)),
            Text::of(DIM, &format!("{by}, {place}")),
        ]);
    }
    page.table(table);
    more(page, joins.len());
}

/// Why two names are one, in a few words.
fn ground(ground: &Ground) -> String {
    match ground {
        Ground::Alias => "an alias in a manifest".to_owned(),
        Ground::BothNames => "it is given both names".to_owned(),
        Ground::Spelling => "the same but for spelling".to_owned(),
        Ground::ShortName => "short name and full name".to_owned(),
        Ground::Namespace => "name without its namespace".to_owned(),
        Ground::Address(address) => format!("both are {address}"),
        Ground::Label(label) => format!("one bears the label {label}, the other looks for it"),
    }
}

fn problems(page: &mut Page, known: &Known<'_>) {
    if known.problems.is_empty() {
        return;
    }
    page.heading(&plural(known.problems.len(), "problem"));
    // What can't be read at all comes first: all else may follow from it.
    let mut sorted: Vec<_> = known.problems.iter().collect();
    sorted.sort_by_key(|problem| problem.kind != ProblemKind::Unreadable);
    for problem in sorted.iter().take(SHOWN) {
        let place = known.cx.sources.location(problem.span).to_string();
        let style = if problem.kind == ProblemKind::Unreadable {
            BAD
        } else {
            WARN
        };
        let label = Text::plain("  ")
            .and(DIM, &place)
            .and(PLAIN, "  ")
            .and(style, problem_word(problem.kind));
        page.line(label);
        let mut text = Text::plain(&problem.message);
        if let Some(help) = &problem.help {
            text = text.and(DIM, &format!(" ({help})"));
        }
        page.wrapped(&Text::plain("    "), &text);
    }
    more(page, sorted.len());
}

fn more(page: &mut Page, count: usize) {
    if count > SHOWN {
        let text = format!("  and {} more (--format json has all)", count - SHOWN);
        page.line(Text::of(DIM, &text));
    }
}

fn unread(page: &mut Page, known: &Known<'_>) {
    if known.unread.is_empty() {
        return;
    }
    let mut by_reason: BTreeMap<UnreadReason, usize> = BTreeMap::new();
    for unread in known.unread {
        *by_reason.entry(unread.reason).or_default() += 1;
    }
    let counts: Vec<String> = by_reason
        .iter()
        .map(|(reason, count)| format!("{count} {}", reason.as_str()))
        .collect();
    page.heading(&format!("Not read: {}", counts.join(", ")));
    // One advice holds for many files: it is said once, with the first of the places.
    let mut groups: BTreeMap<(bool, UnreadReason, &str), Vec<&Unread>> = BTreeMap::new();
    for unread in known.unread {
        // Data of other programs is the longest and least interesting part.
        let is_other = unread.reason == UnreadReason::Unrecognised;
        let group = groups.entry((is_other, unread.reason, &unread.detail));
        group.or_default().push(unread);
    }
    for ((_, reason, detail), of) in groups.iter().take(SHOWN) {
        let first = Text::plain("  ")
            .and(WARN, &format!("{} {}", of.len(), reason.as_str()))
            .and(PLAIN, "  ");
        page.wrapped(&first, &Text::plain(detail));
        let mut places: Vec<String> = of
            .iter()
            .take(PLACES)
            .map(|unread| known.place(unread))
            .collect();
        if of.len() > PLACES {
            places.push(format!("{} more", of.len() - PLACES));
        }
        page.wrapped(
            &Text::plain("    "),
            &Text::of(DIM, &listed(&places, "and")),
        );
    }
    more(page, groups.len());
}

/// What is named but not described, runs nobody knows where, or never serves.
fn gaps(page: &mut Page, known: &Known<'_>) {
    let (cx, counts) = (known.cx, known.coverage);
    if !counts.unknown.is_empty() {
        page.heading(&format!(
            "{}: named, but nothing describes it",
            plural(counts.unknown.len(), "unknown reference")
        ));
        let mut table = Table::new(&[Column::Left, Column::Left]);
        for ix in counts.unknown.iter().take(SHOWN) {
            table.row(vec![
                Text::of(NAME, cx.id(*ix)),
                Text::of(DIM, &cx.place(&cx.node(*ix).sources)),
            ]);
        }
        page.table(table);
        more(page, counts.unknown.len());
    }
    if !cx.model.unplaced.is_empty() {
        page.heading(&format!(
            "{} without a known place",
            plural(cx.model.unplaced.len(), "replica")
        ));
        page.wrapped(
            &Text::plain("  "),
            &words::short_names(cx, &cx.model.unplaced, SHOWN),
        );
    }
    if !counts.unserved.is_empty() {
        let what = plural_word(counts.unserved.len(), "node");
        page.heading(&format!(
            "{} {what} not serving even without a fault",
            counts.unserved.len()
        ));
        let mut table = Table::new(&[Column::Left, Column::Left, Column::Left, Column::Left]);
        for (ix, verdict, recovers) in counts.unserved.iter().take(SHOWN) {
            let back = match verdict {
                Verdict::Interrupted => words::back(*verdict, *recovers),
                _ => "what it needs is never there".to_owned(),
            };
            table.row(vec![
                Text::of(NAME, cx.id(*ix)),
                words::verdict(*verdict),
                Text::of(DIM, &back),
                Text::of(DIM, &cx.place(&cx.node(*ix).sources)),
            ]);
        }
        page.table(table);
        more(page, counts.unserved.len());
    }
}
