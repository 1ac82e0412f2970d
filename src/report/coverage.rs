//! What is known and what is not, and what was read.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Facts;
use super::language::{Say, say};
use super::name::{Name, place};
use super::text::{number, percent, verdict_words, visible};
use super::verdict::class_count;
use crate::analysis::coverage::{Coverage, coverage};
use crate::model::NodeIx;
use crate::words::Class;

/// Most unread files and notes listed.
const MOST: usize = 300;

/// The section on what is known.
pub(super) struct Section {
    /// Title, figure, words.
    pub(super) figures: Vec<(Say, String, Say)>,
    /// What each kind of source gives; empty where there is only one, which the figures tell of.
    pub(super) by_source: Vec<(&'static str, Vec<Option<String>>)>,
    /// The columns of [`by_source`](Self::by_source): keys of the table of words.
    pub(super) by_source_columns: Vec<&'static str>,
    pub(super) unknown: Vec<(Name, Option<String>)>,
    pub(super) unserved: Vec<(Name, Say)>,
    /// Workloads with replicas nobody placed, and how many.
    pub(super) unplaced: Vec<(Name, Say)>,
    pub(super) unread: Vec<Unread>,
    pub(super) unread_more: Option<usize>,
    pub(super) notes: Vec<Note>,
    pub(super) notes_more: Option<usize>,
}

impl Section {
    /// All that it says of the inputs.
    pub(super) fn said(&self) -> impl Iterator<Item = &Say> {
        let unread = self.unread.iter().map(|one| &one.detail);
        let notes = self.notes.iter();
        unread.chain(notes.flat_map(|note| std::iter::once(&note.message).chain(&note.help)))
    }
}

/// A file that was not read.
pub(super) struct Unread {
    pub(super) place: String,
    pub(super) reason: &'static str,
    pub(super) detail: Say,
}

/// What is wrong with an input.
pub(super) struct Note {
    pub(super) place: String,
    pub(super) message: Say,
    pub(super) help: Option<Say>,
}

/// The inputs.
pub(super) struct Sources {
    pub(super) files: Vec<File>,
    pub(super) adapters: Vec<Say>,
    pub(super) other_files: Option<usize>,
    pub(super) version: &'static str,
}

/// One input file.
pub(super) struct File {
    pub(super) path: String,
    pub(super) bytes: String,
    pub(super) sha256: String,
}

/// The one figure of the page's head: how much of the placement is stated.
pub(super) fn headline(facts: &Facts<'_>) -> Say {
    let coverage = coverage(facts.model, facts.engine);
    if coverage.replicas == 0 {
        return say("coverage.no_replicas");
    }
    let placed = coverage.replicas.saturating_sub(coverage.unplaced);
    say("coverage.placed")
        .with(percent(placed, coverage.replicas))
        .with(placed)
        .with(coverage.replicas)
}

/// How many nodes of each class, in words.
pub(super) fn nodes(facts: &Facts<'_>) -> Vec<Say> {
    let coverage = coverage(facts.model, facts.engine);
    let of = |class: Class| {
        let found = coverage.nodes.iter().find(|(of, _)| *of == class);
        found.map_or(0, |(_, n)| *n)
    };
    [
        Class::Journey,
        Class::Service,
        Class::Store,
        Class::Replica,
        Class::Domain,
        Class::External,
    ]
    .into_iter()
    .filter(|class| of(*class) > 0)
    .map(|class| class_count(class, of(class)))
    .collect()
}

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let model = facts.model;
    let coverage = coverage(model, facts.engine);
    let mut unplaced: BTreeMap<NodeIx, usize> = BTreeMap::new();
    for replica in &model.unplaced {
        let workload = model.node(*replica).part_of.unwrap_or(*replica);
        *unplaced.entry(workload).or_default() += 1;
    }
    let problems = &model.problems;
    let more = |n: usize| (n > MOST).then(|| n - MOST);
    let (by_source_columns, by_source) = by_source(facts);
    Section {
        figures: figures(&coverage),
        by_source,
        by_source_columns,
        unknown: coverage
            .unknown
            .iter()
            .map(|ix| {
                let node = model.node(*ix);
                (Name::of(model, *ix), place(facts.sources, &node.sources))
            })
            .collect(),
        unserved: coverage
            .unserved
            .iter()
            .map(|(ix, verdict, time)| (Name::of(model, *ix), verdict_words(*verdict, *time)))
            .collect(),
        unplaced: unplaced
            .into_iter()
            .map(|(ix, n)| (Name::of(model, ix), class_count(Class::Replica, n)))
            .collect(),
        unread: facts
            .unread
            .iter()
            .take(MOST)
            .map(|unread| self::unread(facts, unread))
            .collect(),
        unread_more: more(facts.unread.len()),
        notes: problems
            .iter()
            .take(MOST)
            .map(|problem| Note {
                place: visible(&facts.sources.location(problem.span).to_string()),
                message: Say::from(&problem.message),
                help: problem.help.as_ref().map(Say::from),
            })
            .collect(),
        notes_more: more(problems.len()),
    }
}

/// Counts by kind of source, those of hosts only where some source has hosts.
#[expect(
    clippy::type_complexity,
    reason = "the two halves of one table, taken apart at once"
)]
fn by_source(facts: &Facts<'_>) -> (Vec<&'static str>, Vec<(&'static str, Vec<Option<String>>)>) {
    let all = &facts.model.sources;
    if all.len() < 2 {
        return (Vec::new(), Vec::new());
    }
    let mut columns = vec![
        "coverage.by.documents",
        "coverage.by.nodes",
        "coverage.by.workloads",
        "coverage.by.placed",
        "coverage.by.linked",
        "word.tier",
        "word.owner",
    ];
    let has_hosts = all.iter().any(|one| one.hosts > 0);
    if has_hosts {
        columns.extend(["coverage.by.hosts", "coverage.by.hosts_placed"]);
    }
    let rows = all.iter().map(|one| {
        let shown = |count: usize| (count > 0).then(|| number(count));
        let counts = one.counts(has_hosts).into_iter();
        (one.adapter, counts.map(shown).collect())
    });
    (columns, rows.collect())
}

fn unread(facts: &Facts<'_>, unread: &crate::source::Unread) -> Unread {
    let place = match unread.span {
        Some(span) => facts.sources.location(span).to_string(),
        None => unread.path.to_string(),
    };
    Unread {
        place: visible(&place),
        reason: unread.reason.as_str(),
        detail: Say::from(&unread.detail),
    }
}

fn figures(coverage: &Coverage) -> Vec<(Say, String, Say)> {
    let of = |title: Say, part: usize, whole: usize, what: Say| {
        (title, percent(part, whole), what.with(part).with(whole))
    };
    let placed = coverage.replicas.saturating_sub(coverage.unplaced);
    let total: usize = coverage.requirements.iter().map(|(_, n)| n).sum();
    let mut figures = vec![
        of(
            say("coverage.title.placed"),
            placed,
            coverage.replicas,
            say("coverage.figure.placed"),
        ),
        of(
            say("coverage.title.replicas"),
            coverage.with_replicas,
            coverage.workloads,
            say("coverage.figure.replicas"),
        ),
        of(
            say("word.tier"),
            coverage.with_tier,
            coverage.workloads,
            say("coverage.figure.tier"),
        ),
        of(
            say("word.owner"),
            coverage.with_owner,
            coverage.workloads,
            say("coverage.figure.owner"),
        ),
    ];
    for (evidence, n) in &coverage.requirements {
        let key = format!("evidence.{evidence}");
        figures.push(of(say(key), *n, total, say("coverage.figure.evidence")));
    }
    figures
}

pub(super) fn sources(facts: &Facts<'_>) -> Sources {
    let files = facts.sources.files().map(|(_, file)| File {
        path: visible(file.path.as_str()),
        bytes: number(file.text.len()),
        sha256: hex(&Sha256::digest(file.text.as_bytes())),
    });
    Sources {
        files: files.collect(),
        adapters: facts
            .model
            .sources
            .iter()
            .map(|one| say("sources.adapter").with(one.documents).with(one.adapter))
            .collect(),
        other_files: (facts.other_files > 0).then_some(facts.other_files),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The names of what was read, for the page's title.
pub(super) fn inputs(facts: &Facts<'_>) -> Vec<String> {
    facts
        .paths
        .iter()
        .map(|path| visible(path.as_str()))
        .collect()
}
