//! `spof coverage --format json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::VERSION;
use super::blast::places;
use crate::model::json::GraphSource;
use crate::model::{Contribution, Ground, Join};
use crate::output::known::problem_word;
use crate::output::{Context, Known};
use crate::source::{Problem, Span, Unread};

/// How much is known.
#[derive(Debug, Serialize)]
pub struct Coverage<'a> {
    version: u32,
    assume: &'static str,
    /// Files of a data format that were read, and files that are none.
    files: usize,
    other_files: usize,
    /// Files and folders that the configuration or the scope leaves out.
    left_out: usize,
    /// Documents by adapter.
    documents: BTreeMap<&'static str, usize>,
    sources: Vec<Source>,
    joined: Vec<Joined<'a>>,
    known: Share,
    nodes: BTreeMap<&'static str, usize>,
    /// Requirements by evidence.
    requirements: BTreeMap<&'static str, usize>,
    /// Services and stores, and how many of them have what.
    workloads: Workloads,
    /// Traffic that was compared with what is stated; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<Compared>,
    replicas: usize,
    unplaced: Vec<&'a str>,
    unknown: Vec<Unknown<'a>>,
    unserved: Vec<Unserved<'a>>,
    unread: Vec<NotRead<'a>>,
    problems: Vec<Wrong<'a>>,
    next_step: String,
}

#[derive(Debug, Serialize)]
struct Workloads {
    total: usize,
    with_replicas: usize,
    with_tier: usize,
    with_owner: usize,
    with_place: usize,
    with_dependencies: usize,
}

/// Traffic, and the calls in it.
#[derive(Debug, Serialize)]
struct Compared {
    spans: u64,
    /// Calls that links and metrics counted.
    counted_calls: u64,
    /// Requirements that are stated and were seen, and those that were only seen.
    stated_and_seen: usize,
    only_seen: usize,
}

/// What one source gives.
#[derive(Debug, Serialize)]
struct Source {
    name: &'static str,
    documents: usize,
    nodes: usize,
    /// Services and stores that it states, and of how many it says what.
    workloads: usize,
    placed: usize,
    dependencies: usize,
    tier: usize,
    owner: usize,
    /// Hosts that it states, and of how many it says where they stand.
    hosts: usize,
    hosts_placed: usize,
}

/// Two names of one thing.
#[derive(Debug, Serialize)]
struct Joined<'a> {
    id: &'a str,
    other: &'a str,
    ground: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    by: [NamedBy; 2],
}

/// Who uses one of them, and where.
#[derive(Debug, Serialize)]
struct NamedBy {
    source: &'static str,
    #[serde(flatten)]
    at: GraphSource,
}

/// The share of places, dependencies, tiers and owners of services and stores that is known.
#[derive(Debug, Serialize)]
struct Share {
    percent: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_gained: Option<Gain>,
}

#[derive(Debug, Serialize)]
struct Gain {
    by: &'static str,
    workloads: usize,
    percent: usize,
    advice: String,
}

#[derive(Debug, Serialize)]
struct Unknown<'a> {
    id: &'a str,
    sources: Vec<GraphSource>,
}

#[derive(Debug, Serialize)]
struct Unserved<'a> {
    id: &'a str,
    verdict: &'static str,
    recovers_s: Option<u64>,
}

#[derive(Debug, Serialize)]
struct NotRead<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    reason: &'static str,
    detail: &'a str,
}

#[derive(Debug, Serialize)]
struct Wrong<'a> {
    kind: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    file: String,
    line: u32,
    column: u32,
}

/// The answer.
#[must_use]
pub fn coverage<'a>(known: &Known<'a>) -> Coverage<'a> {
    let (cx, counts) = (known.cx, known.coverage);
    let documents = cx.model.sources.iter();
    Coverage {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        files: known.files(),
        other_files: known.other_files,
        left_out: known.left_out,
        documents: documents.map(|one| (one.adapter, one.documents)).collect(),
        sources: cx.model.sources.iter().map(source).collect(),
        joined: cx.model.joins.iter().map(|join| joined(cx, join)).collect(),
        known: Share {
            percent: counts.share(0),
            most_gained: counts.most_missing().map(|(what, missing)| Gain {
                by: what.as_str(),
                workloads: missing,
                percent: counts.share(missing),
                advice: known.most_gained().unwrap_or_default(),
            }),
        },
        nodes: counts
            .nodes
            .iter()
            .map(|(class, n)| (class.as_str(), *n))
            .collect(),
        requirements: counts
            .requirements
            .iter()
            .map(|(evidence, n)| (evidence.as_str(), *n))
            .collect(),
        workloads: Workloads {
            total: counts.workloads,
            with_replicas: counts.with_replicas,
            with_tier: counts.with_tier,
            with_owner: counts.with_owner,
            with_place: counts.with_place,
            with_dependencies: counts.with_links,
        },
        traffic: cx.model.traffic.words().map(|_| Compared {
            spans: cx.model.traffic.spans,
            counted_calls: cx.model.traffic.calls,
            stated_and_seen: counts.calls_seen,
            only_seen: counts.calls_only_seen,
        }),
        replicas: counts.replicas,
        unplaced: cx.ids(&cx.model.unplaced),
        unknown: counts
            .unknown
            .iter()
            .map(|ix| Unknown {
                id: cx.id(*ix),
                sources: places(cx, &cx.node(*ix).sources),
            })
            .collect(),
        unserved: counts
            .unserved
            .iter()
            .map(|(ix, verdict, recovers)| Unserved {
                id: cx.id(*ix),
                verdict: verdict.as_str(),
                recovers_s: recovers.finite(),
            })
            .collect(),
        unread: known
            .unread
            .iter()
            .map(|unread| not_read(cx, unread))
            .collect(),
        problems: known
            .problems
            .iter()
            .map(|problem| wrong(cx, problem))
            .collect(),
        next_step: known.next_step(),
    }
}

fn source(one: &Contribution) -> Source {
    Source {
        name: one.adapter,
        documents: one.documents,
        nodes: one.nodes,
        workloads: one.workloads,
        placed: one.placed,
        dependencies: one.linked,
        tier: one.tiered,
        owner: one.owned,
        hosts: one.hosts,
        hosts_placed: one.hosts_placed,
    }
}

fn joined<'a>(cx: Context<'_>, join: &'a Join) -> Joined<'a> {
    let by = |(source, span): (&'static str, Span)| {
        let at = cx.sources.location(span);
        NamedBy {
            source,
            at: GraphSource {
                file: at.file,
                line: at.line,
                column: at.column,
            },
        }
    };
    Joined {
        id: join.kept.as_str(),
        other: join.other.as_str(),
        ground: join.ground.as_str(),
        address: match &join.ground {
            Ground::Address(address) => Some(address),
            _ => None,
        },
        label: match &join.ground {
            Ground::Label(label) => Some(label),
            _ => None,
        },
        by: [by(join.kept_by), by(join.other_by)],
    }
}

fn not_read<'a>(cx: Context<'_>, unread: &'a Unread) -> NotRead<'a> {
    let position = unread.span.map(|span| cx.sources.position(span));
    NotRead {
        file: unread.path.as_str(),
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        reason: unread.reason.as_str(),
        detail: &unread.detail,
    }
}

fn wrong<'a>(cx: Context<'_>, problem: &'a Problem) -> Wrong<'a> {
    let location = cx.sources.location(problem.span);
    Wrong {
        kind: problem_word(problem.kind),
        message: &problem.message,
        help: problem.help.as_deref(),
        file: location.file,
        line: location.line,
        column: location.column,
    }
}
