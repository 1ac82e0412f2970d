//! A saved graph (`spof graph --format json`, DESIGN section 5) as an input: for diffs, and for
//! the night the git server burns.
//!
//! It is read strictly: a program wrote it, so what does not fit the contract is damage or another
//! version, and guessing would change verdicts.

use std::collections::HashSet;

use super::Adapter;
use super::fact::{
    AliasFact, Attributes, Facts, Origin, Otherwise, Ref, SavedMember, SavedNode, SavedRequirement,
    SavedWay,
};
use super::item::{At, Listed, Read, Reader, quote, record};
use crate::source::{Document, Kind, Location, Problem, ProblemKind, SourceMap, Span, View};
use crate::words::{Assume, Class, Evidence, Id, Mode, Replication, nearest};

#[cfg(test)]
mod tests;

/// The version of the contract that is read.
const VERSION: &str = "1";
/// Largest integer: exact as a JSON number in every language.
const MAX_INTEGER: u64 = 1 << 53;
/// Longest time in seconds: 100 years.
const MAX_SECONDS: u64 = 100 * 365 * 86_400;
/// Longest text, in bytes; names of groups and requirements tell their members.
const MAX_TEXT: usize = 10_000;

/// The adapter.
pub struct Saved;

impl Adapter for Saved {
    fn name(&self) -> &'static str {
        "saved"
    }

    fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
        let root = document.root();
        let is_list = |key| {
            root.get(key)
                .is_some_and(|value| value.kind() == Kind::Sequence)
        };
        root.get("version").is_some() && is_list("nodes") && is_list("requirements")
    }

    fn translate(&self, documents: &[&Document], _sources: &SourceMap) -> Facts {
        let nodes = documents.iter().map(|document| document.tree.len());
        let mut cx = Reader::new(nodes.fold(0, usize::saturating_add));
        let mut facts = Facts::default();
        for document in documents {
            cx.begin();
            let root = document.root();
            if let Some(version) = root.get("version").filter(|view| !is_known(*view)) {
                let found = version.as_str().map_or("of no kind".to_owned(), quote);
                let problem = Problem::new(
                    ProblemKind::Unreadable,
                    version.span(),
                    format!("this saved graph has the version {found}; only {VERSION} is read"),
                );
                cx.tell(problem.with_help("save it again with this version of spof"));
                facts
                    .unread
                    .push((root.span(), "a saved graph of another version".to_owned()));
            } else if let Some(graph) = Graph::read(root, &mut cx) {
                write(graph, &mut facts, &mut cx);
            }
        }
        facts.problems = cx.problems;
        facts
    }
}

fn is_known(version: View<'_>) -> bool {
    version.as_str() == Some(VERSION) && !version.is_quoted()
}

record! {
    /// The whole graph.
    Graph {
        /// Checked before.
        version: must Integer,
        /// What was assumed of unplaced replicas when it was saved.
        assume: must Word<Assume>,
        /// By id.
        nodes: must Listed<At<GraphNode>>,
        /// By owner.
        requirements: must Listed<At<GraphRequirement>>,
        /// Other names.
        aliases: may Listed<At<GraphAlias>>,
    }
}

record! {
    /// A node.
    GraphNode {
        /// Its identifier.
        id: must At<Id>,
        /// What stands before the colon of it.
        kind: must At<Text>,
        /// What it is.
        class: must Word<Class>,
        /// For people.
        title: may Text,
        /// 0 to 9.
        tier: may Tier,
        /// Who answers for it.
        owner: may Text,
        /// People who use it.
        users: may Integer,
        /// What it earns.
        revenue_per_h: may Integer,
        /// Weight that full service takes.
        demand: may Integer,
        /// Longest time it may be away.
        rto_s: may Seconds,
        /// Most time of data it may lose.
        rpo_s: may Seconds,
        /// How long it takes to start.
        start_s: must Seconds,
        /// How it holds data.
        data: may Replication,
        /// How often it fails.
        fails_per_y: may Rate,
        /// How long its repair takes.
        repair_s: may Seconds,
        /// What it costs.
        cost: may Integer,
        /// Where it is drawn.
        within: may At<Id>,
        /// What it is a part of.
        part_of: may Id,
        /// How it is known.
        evidence: must Word<Evidence>,
        /// Where.
        sources: must Every<Location>,
    }
}

record! {
    /// A requirement.
    GraphRequirement {
        /// Its identifier.
        id: must Text,
        /// The node that needs.
        of: must Id,
        /// What happens without it.
        mode: must Word<Mode>,
        /// How much weight.
        need: must Integer,
        /// How it is known.
        evidence: must Word<Evidence>,
        /// Of what.
        members: must At<Every<GraphMember>>,
        /// Where.
        sources: must Every<Location>,
    }
}

record! {
    /// A member.
    GraphMember {
        /// The node.
        id: must Id,
        /// What it counts.
        weight: must Integer,
        /// Null for an active one.
        standby: must Standby,
    }
}

record! {
    /// A way of promotion.
    GraphWay {
        /// How long it takes.
        takes_s: must Seconds,
        /// What must serve.
        requires: must Every<Id>,
        /// When it was last practised.
        drilled: may Text,
        /// How it is known.
        evidence: must Word<Evidence>,
        /// Where.
        sources: must Every<Location>,
    }
}

record! {
    /// How a replica holds data.
    GraphData {
        /// The word.
        replication: must Text,
        /// Of `async`.
        lag_s: may Seconds,
        /// Of `backup`.
        interval_s: may Seconds,
    }
}

record! {
    /// A place.
    GraphSource {
        /// Path.
        file: must Text,
        /// From 1.
        line: must Integer,
        /// From 1.
        column: must Integer,
    }
}

record! {
    /// Another name of a node.
    GraphAlias {
        /// The name.
        name: must Text,
        /// The node.
        id: must At<Id>,
    }
}

/// A list of which nothing may be missing: if one item can't be read, the whole can't be used.
#[derive(Debug)]
pub(super) struct Every<T>(Vec<T>);

impl<T: Read> Read for Every<T> {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() != Kind::Sequence {
            cx.unexpected(view, "a list");
            return None;
        }
        let mut all = Some(Vec::new());
        for item in view.items() {
            if !cx.charge(item.span(), 1) {
                return None;
            }
            match (T::read(item, cx), &mut all) {
                (Some(item), Some(items)) => items.push(item),
                _ => all = None,
            }
        }
        all.map(Self)
    }
}

/// `null` for an active member.
#[derive(Debug)]
pub(super) struct Standby(Option<Vec<SavedWay>>);

impl Read for Standby {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.is_null() {
            return Some(Self(None));
        }
        let Every(ways) = Every::<GraphWay>::read(view, cx)?;
        let ways = ways.into_iter().map(|way| SavedWay {
            takes_s: way.takes_s.0,
            requires: way.requires.0,
            drilled: way.drilled.map(|Text(date)| date),
            evidence: way.evidence.0,
            sources: way.sources.0,
        });
        Some(Self(Some(ways.collect())))
    }
}

/// Text that is not empty.
#[derive(Debug)]
pub(super) struct Text(String);

impl Read for Text {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        match view.as_str() {
            Some(text) if text.len() > MAX_TEXT => {
                let message = format!("longer than {MAX_TEXT} bytes");
                cx.wrong_value(view.span(), &message);
                None
            }
            Some(text) if !text.is_empty() => cx
                .charge(view.span(), text.len() / 256 + 1)
                .then(|| Self(text.to_owned())),
            _ => {
                cx.unexpected(view, "text");
                None
            }
        }
    }
}

impl Read for Id {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let Text(text) = Text::read(view, cx)?;
        let id = Self::parse(&text);
        if id.is_none() {
            cx.unexpected(view, "an id like service:login");
        }
        id
    }
}

/// A whole number, written as one.
fn integer(view: View<'_>, most: u64, cx: &mut Reader) -> Option<u64> {
    let number = view.as_str().filter(|_| !view.is_quoted());
    let number = number.and_then(|text| text.parse().ok());
    let number = number.filter(|number| *number <= most);
    if number.is_none() {
        cx.unexpected(view, &format!("a whole number from 0 to {most}"));
    }
    number
}

/// A whole number.
#[derive(Debug)]
pub(super) struct Integer(u64);

impl Read for Integer {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        integer(view, MAX_INTEGER, cx).map(Self)
    }
}

/// A time.
#[derive(Debug)]
pub(super) struct Seconds(u64);

impl Read for Seconds {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        integer(view, MAX_SECONDS, cx).map(Self)
    }
}

/// 0 to 9.
#[derive(Debug)]
pub(super) struct Tier(u8);

impl Read for Tier {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let tier = integer(view, 9, cx)?;
        u8::try_from(tier).ok().map(Self)
    }
}

/// Failures per year.
#[derive(Debug)]
pub(super) struct Rate(f64);

impl Read for Rate {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let number = view.as_str().filter(|_| !view.is_quoted());
        let number = number.and_then(|text| text.parse::<f64>().ok());
        let number = number.filter(|number| number.is_finite() && *number >= 0.0);
        if number.is_none() {
            cx.unexpected(view, "a number that is not negative");
        }
        number.map(Self)
    }
}

/// A word of a closed list.
#[derive(Debug)]
pub(super) struct Word<T>(T);

/// Gives a word list its reader.
macro_rules! word {
    ($($list:ident),+) => {
        $(impl Read for Word<$list> {
            fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
                let found = view.as_str().and_then($list::parse);
                if found.is_none() {
                    let words: Vec<&str> = $list::ALL.iter().map(|word| word.as_str()).collect();
                    let near = nearest(view.as_str().unwrap_or_default(), words.iter().copied());
                    let hint = near.map_or(String::new(), |near| format!(" (did you mean {near}?)"));
                    cx.unexpected(view, &format!("one of {}{hint}", words.join(", ")));
                }
                found.map(Self)
            }
        })+
    };
}
word!(Assume, Class, Evidence, Mode);

impl Read for Replication {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let data = GraphData::read(view, cx)?;
        let Text(word) = data.replication;
        match (word.as_str(), data.lag_s, data.interval_s) {
            ("primary", None, None) => Some(Self::Primary),
            ("sync", None, None) => Some(Self::Sync),
            ("async", Some(Seconds(lag_s)), None) => Some(Self::Async { lag_s }),
            ("backup", None, Some(Seconds(interval_s))) => Some(Self::Backup { interval_s }),
            _ => {
                cx.unexpected(
                    view,
                    "the replication `primary`, `sync`, `async` with `lag_s`, or `backup` with \
                     `interval_s`",
                );
                None
            }
        }
    }
}

impl Read for Location {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let GraphSource { file, line, column } = GraphSource::read(view, cx)?;
        let number = |Integer(number)| u32::try_from(number).unwrap_or(u32::MAX);
        Some(Self {
            file: file.0,
            line: number(line),
            column: number(column),
        })
    }
}

/// Writes down what a graph states; what contradicts itself is told and left out.
fn write(graph: Graph, facts: &mut Facts, cx: &mut Reader) {
    let Graph {
        version: Integer(_),
        assume: Word(_),
        nodes,
        requirements,
        aliases,
    } = graph;
    let mut seen = HashSet::new();
    for At { value, span } in nodes.0 {
        if !seen.insert(value.id.value.clone()) {
            let message = format!("the node {} is here twice", quote(value.id.value.as_str()));
            cx.wrong(value.id.span, message);
        } else if value.kind.value.0 == value.id.value.kind() {
            facts.saved_nodes.push(node(value, span));
        } else {
            let message = format!(
                "`kind`: expected {}, as the id says",
                quote(value.id.value.kind())
            );
            cx.wrong(value.kind.span, message);
        }
    }
    let mut seen = HashSet::new();
    for At { value, span } in requirements.0 {
        let mut members = HashSet::new();
        if !seen.insert(value.id.0.clone()) {
            let message = format!("the requirement {} is here twice", quote(&value.id.0));
            cx.wrong(span, message);
        } else if value
            .members
            .value
            .0
            .iter()
            .all(|member| members.insert(&member.id))
        {
            facts.saved_requirements.push(requirement(value, span));
        } else {
            cx.wrong(
                value.members.span,
                "a node is a member of this requirement twice",
            );
        }
    }
    for At { value, span } in aliases.into_iter().flat_map(|Listed(aliases)| aliases) {
        facts.aliases.push(AliasFact {
            name: value.name.0,
            target: reference(value.id),
            origin: Origin::at(Evidence::Declared, span),
        });
    }
}

fn reference(id: At<Id>) -> Ref {
    Ref {
        text: id.value.to_string(),
        span: id.span,
        otherwise: Otherwise::Unknown,
    }
}

fn node(node: GraphNode, span: Span) -> SavedNode {
    let integer = |value: Option<Integer>| value.map(|Integer(value)| value);
    let seconds = |value: Option<Seconds>| value.map(|Seconds(value)| value);
    SavedNode {
        id: node.id.value,
        class: node.class.0,
        attributes: Attributes {
            title: node.title.map(|Text(title)| title),
            tier: node.tier.map(|Tier(tier)| tier),
            owner: node.owner.map(|Text(owner)| owner),
            users: integer(node.users),
            revenue_per_h: integer(node.revenue_per_h),
            demand: integer(node.demand),
            need: None,
            rto_s: seconds(node.rto_s),
            rpo_s: seconds(node.rpo_s),
            start_s: Some(node.start_s.0),
            fails_per_y: node.fails_per_y.map(|Rate(rate)| rate),
            repair_s: seconds(node.repair_s),
            cost: integer(node.cost),
            within: node.within.map(reference),
        },
        replication: node.data,
        part_of: node.part_of,
        evidence: node.evidence.0,
        sources: node.sources.0,
        span,
    }
}

fn requirement(requirement: GraphRequirement, span: Span) -> SavedRequirement {
    let members = requirement.members.value.0.into_iter();
    SavedRequirement {
        id: requirement.id.0,
        of: requirement.of,
        mode: requirement.mode.0,
        need: requirement.need.0,
        members: members
            .map(|member| SavedMember {
                id: member.id,
                weight: member.weight.0,
                standby: member.standby.0,
            })
            .collect(),
        evidence: requirement.evidence.0,
        sources: requirement.sources.0,
        span,
    }
}
