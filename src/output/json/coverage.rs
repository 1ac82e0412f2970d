//! `spof coverage --format json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::VERSION;
use super::blast::places;
use crate::model::json::GraphSource;
use crate::output::known::problem_word;
use crate::output::{Context, Known};
use crate::source::{Problem, Unread};

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
    nodes: BTreeMap<&'static str, usize>,
    /// Requirements by evidence.
    requirements: BTreeMap<&'static str, usize>,
    /// Services and stores, and how many of them have what.
    workloads: Workloads,
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
    Coverage {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        files: known.files(),
        other_files: known.other_files,
        left_out: known.left_out,
        documents: cx.model.adapters.iter().copied().collect(),
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
        },
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
