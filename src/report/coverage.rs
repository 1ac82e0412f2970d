//! What is known and what is not, and what was read.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Facts;
use super::name::{Name, place};
use super::text::{count, number, percent, prose, verdict_words, visible};
use super::verdict::class_count;
use crate::analysis::coverage::{Coverage, coverage};
use crate::model::NodeIx;
use crate::words::Class;

/// Most unread files and notes listed.
const MOST: usize = 300;

/// The section on what is known.
pub(super) struct Section {
    /// Title, figure, words.
    pub(super) figures: Vec<(String, String, String)>,
    pub(super) unknown: Vec<(Name, Option<String>)>,
    pub(super) unserved: Vec<(Name, String)>,
    /// Workloads with replicas nobody placed, and how many.
    pub(super) unplaced: Vec<(Name, String)>,
    pub(super) unread: Vec<Unread>,
    pub(super) unread_more: Option<String>,
    pub(super) notes: Vec<Note>,
    pub(super) notes_more: Option<String>,
}

/// A file that was not read.
pub(super) struct Unread {
    pub(super) place: String,
    pub(super) reason: &'static str,
    pub(super) detail: String,
}

/// What is wrong with an input.
pub(super) struct Note {
    pub(super) place: String,
    pub(super) message: Vec<(bool, String)>,
    pub(super) help: Vec<(bool, String)>,
}

/// The inputs.
pub(super) struct Sources {
    pub(super) files: Vec<File>,
    pub(super) adapters: Vec<(String, String)>,
    pub(super) other_files: Option<String>,
    pub(super) version: &'static str,
}

/// One input file.
pub(super) struct File {
    pub(super) path: String,
    pub(super) bytes: String,
    pub(super) sha256: String,
}

/// The one figure of the page's head: how much of the placement is stated.
pub(super) fn headline(facts: &Facts<'_>) -> String {
    let coverage = coverage(facts.model, facts.engine);
    if coverage.replicas == 0 {
        return "no replica stated".to_owned();
    }
    let placed = coverage.replicas.saturating_sub(coverage.unplaced);
    format!(
        "{} of replicas placed ({} of {})",
        percent(placed, coverage.replicas),
        number(placed),
        number(coverage.replicas)
    )
}

/// How many nodes of each class, in words.
pub(super) fn nodes(facts: &Facts<'_>) -> Vec<(String, String)> {
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
    .filter_map(|class| {
        let text = class_count(class, of(class));
        let (n, word) = text.split_once(' ')?;
        (of(class) > 0).then(|| (n.to_owned(), word.to_owned()))
    })
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
    let more = |n: usize| (n > MOST).then(|| number(n - MOST));
    Section {
        figures: figures(&coverage),
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
            .map(|(ix, n)| (Name::of(model, ix), count(n, "replica", "replicas")))
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
                message: prose(&problem.message),
                help: problem.help.as_deref().map(prose).unwrap_or_default(),
            })
            .collect(),
        notes_more: more(problems.len()),
    }
}

fn unread(facts: &Facts<'_>, unread: &crate::source::Unread) -> Unread {
    let place = match unread.span {
        Some(span) => facts.sources.location(span).to_string(),
        None => unread.path.to_string(),
    };
    Unread {
        place: visible(&place),
        reason: unread.reason.as_str(),
        detail: visible(&unread.detail),
    }
}

fn figures(coverage: &Coverage) -> Vec<(String, String, String)> {
    let of = |title: &str, part: usize, whole: usize, what: &str| {
        let words = format!("{} of {} {what}", number(part), number(whole));
        (title.to_owned(), percent(part, whole), words)
    };
    let placed = coverage.replicas.saturating_sub(coverage.unplaced);
    let total: usize = coverage.requirements.iter().map(|(_, n)| n).sum();
    let mut figures = vec![
        of(
            "Placed",
            placed,
            coverage.replicas,
            "replicas stand somewhere a source names",
        ),
        of(
            "Replicas",
            coverage.with_replicas,
            coverage.workloads,
            "services and stores state their replicas",
        ),
        of(
            "Tier",
            coverage.with_tier,
            coverage.workloads,
            "services and stores have a tier",
        ),
        of(
            "Owner",
            coverage.with_owner,
            coverage.workloads,
            "services and stores have an owner",
        ),
    ];
    for (evidence, n) in &coverage.requirements {
        let mut title = evidence.as_str().to_owned();
        if let Some(first) = title.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        figures.push(of(
            &title,
            *n,
            total,
            &format!("requirements are {evidence}"),
        ));
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
            .adapters
            .iter()
            .map(|(name, n)| ((*name).to_owned(), count(*n, "document", "documents")))
            .collect(),
        other_files: (facts.other_files > 0).then(|| number(facts.other_files)),
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
