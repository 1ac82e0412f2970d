//! What-if, why, common, list: the questions of the command line, with the same answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::refusal::Problem;
use super::{Refusal, Shared};
use crate::analysis::blast::Fault as Resolved;
use crate::analysis::engine::{Engine, Scratch};
use crate::error::Error;
use crate::estate::{nodes, questions};
use crate::graph::FaultClass;
use crate::model::Model;
use crate::output::{Chain, json};
use crate::serve::answers::Sort;
use crate::serve::snapshot::{Snapshot, written};

/// A fault: a node, and when it is repaired.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// `kind:name`, or the bare name where it is unique.
    #[schema(example = "site:pangyo")]
    node: String,
    /// Seconds until it is repaired; without it, it is not.
    repaired_s: Option<u64>,
}

/// What fails.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BlastQuestion {
    /// At least one.
    faults: Vec<Fault>,
    /// What is down already: only what the new faults make worse is told.
    #[serde(default)]
    already: Vec<Fault>,
    /// Who serves after so many seconds?
    at_s: Option<u64>,
}

/// Whose loss is to be explained, and by what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyQuestion {
    #[schema(example = "journey:call-a-taxi")]
    subject: String,
    /// What failed; at least one.
    faults: Vec<Fault>,
}

/// What is down, and what is known to serve.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommonQuestion {
    /// The nodes that are down; at least one.
    subjects: Vec<String>,
    /// Nodes that serve.
    #[serde(default)]
    up: Vec<String>,
    /// Classes of faults; without them: placement, replica, external.
    #[serde(default)]
    classes: Vec<ClassOfFault>,
}

/// Which single faults, and what counts.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListQuestion {
    /// Only what cuts one of these nodes.
    subjects: Vec<String>,
    /// Classes of faults; without them: placement, replica, external.
    classes: Vec<ClassOfFault>,
    /// Kinds of faults, as in `site`, `power`, `rack`.
    kinds: Vec<String>,
    /// Only nodes of this tier or a more important one count.
    tier: Option<u8>,
    /// Every fault of every class, also those that cut nothing, and all they affect.
    all: bool,
    /// How many faults or subjects at most.
    limit: Option<usize>,
    by: By,
}

/// How a list is ordered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum By {
    /// Faults, each with what it cuts.
    #[default]
    Fault,
    /// Nodes, each with the faults that cut it.
    Subject,
}

/// A class of faults.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClassOfFault {
    Placement,
    Replica,
    External,
    Software,
}

impl From<ClassOfFault> for FaultClass {
    fn from(class: ClassOfFault) -> Self {
        match class {
            ClassOfFault::Placement => Self::Placement,
            ClassOfFault::Replica => Self::Replica,
            ClassOfFault::External => Self::External,
            ClassOfFault::Software => Self::Software,
        }
    }
}

fn classes(words: &[ClassOfFault]) -> Vec<FaultClass> {
    words.iter().copied().map(FaultClass::from).collect()
}

/// The faults that `words` mean, each once, sorted.
fn faults(model: &Model, words: &[Fault]) -> Result<Vec<Resolved>, Error> {
    let found = words
        .iter()
        .map(|fault| nodes::fault_of(model, &fault.node, fault.repaired_s));
    Ok(nodes::each_once(found.collect::<Result<_, _>>()?))
}

fn at_least_one<T>(words: &[T], what: &str) -> Result<(), Error> {
    if words.is_empty() {
        let message = format!("`{what}` names nothing: at least one is needed");
        return Err(Error::usage(message));
    }
    Ok(())
}

/// What some faults affect, hop by hop
///
/// The answer is that of `spof blast --format json`.
#[utoipa::path(
    post, path = "/api/blast", tag = "questions", request_body = BlastQuestion,
    responses(
        (status = 200, description = "As `spof blast --format json`", body = Object),
        (status = 400, description = "Not the JSON of a question", body = Problem),
        (status = 422, description = "A node that is not there, or that can't fail", body = Problem)
    )
)]
pub(super) async fn blast(
    State(shared): State<Shared>,
    Body(asked, text): Body<BlastQuestion>,
) -> Result<Response, Refusal> {
    let known = (Sort::Blast, &text);
    again(&shared, known, move |snapshot, engine, scratch| {
        let model = &snapshot.estate.model;
        at_least_one(&asked.faults, "faults")?;
        let question = questions::Blast {
            faults: faults(model, &asked.faults)?,
            already: faults(model, &asked.already)?,
            at_s: asked.at_s,
        };
        question.ask(&snapshot.estate, engine, scratch, |strike| {
            written(&json::blast(strike))
        })
    })
    .await
}

/// The chain from a node to the faults, and why redundancy did not help
///
/// The answer is that of `spof why --format json`.
#[utoipa::path(
    post, path = "/api/why", tag = "questions", request_body = WhyQuestion,
    responses(
        (status = 200, description = "As `spof why --format json`", body = Object),
        (status = 400, description = "Not the JSON of a question", body = Problem),
        (status = 422, description = "A node that is not there, or that can't fail", body = Problem)
    )
)]
pub(super) async fn why(
    State(shared): State<Shared>,
    Body(asked, text): Body<WhyQuestion>,
) -> Result<Response, Refusal> {
    again(
        &shared,
        (Sort::Why, &text),
        move |snapshot, engine, scratch| {
            let model = &snapshot.estate.model;
            at_least_one(&asked.faults, "faults")?;
            let subject = nodes::node(model, &asked.subject)?;
            let faults = faults(model, &asked.faults)?;
            let about = (subject, faults.as_slice());
            let write = |chain: &Chain<'_>| written(&json::why(chain));
            let estate = &snapshot.estate;
            Ok(questions::why(estate, engine, scratch, about, write))
        },
    )
    .await
}

/// The smallest faults that take down all of some nodes: what could it be?
///
/// The answer is that of `spof common --format json`.
#[utoipa::path(
    post, path = "/api/common", tag = "questions", request_body = CommonQuestion,
    responses(
        (status = 200, description = "As `spof common --format json`", body = Object),
        (status = 400, description = "Not the JSON of a question", body = Problem),
        (status = 422, description = "A node that is not there", body = Problem)
    )
)]
pub(super) async fn common(
    State(shared): State<Shared>,
    Body(asked, _): Body<CommonQuestion>,
) -> Result<Response, Refusal> {
    answer(&shared, move |snapshot, engine, _| {
        let model = &snapshot.estate.model;
        at_least_one(&asked.subjects, "subjects")?;
        let question = questions::Common {
            subjects: nodes::nodes(model, &asked.subjects)?,
            up: nodes::nodes(model, &asked.up)?,
            classes: classes(&asked.classes),
        };
        question.ask(&snapshot.estate, engine, |found| {
            written(&json::common(found))
        })
    })
    .await
}

/// Single points of failure, ranked by what they take down
///
/// The answer is that of `spof list --format json`.
#[utoipa::path(
    post, path = "/api/list", tag = "questions", request_body = ListQuestion,
    responses(
        (status = 200, description = "As `spof list --format json`", body = Object),
        (status = 400, description = "Not the JSON of a question", body = Problem),
        (status = 422, description = "A node or kind that is not there", body = Problem)
    )
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    Body(asked, _): Body<ListQuestion>,
) -> Result<Response, Refusal> {
    listed(&shared, asked).await
}

/// Single points of failure, ranked: the list nobody narrowed
///
/// The answer is that of `spof list --format json`.
#[utoipa::path(
    get, path = "/api/list", tag = "questions",
    responses((status = 200, description = "As `spof list --format json`", body = Object))
)]
pub(super) async fn list_all(State(shared): State<Shared>) -> Result<Response, Refusal> {
    listed(&shared, ListQuestion::default()).await
}

async fn listed(shared: &Shared, asked: ListQuestion) -> Result<Response, Refusal> {
    answer(shared, move |snapshot, engine, _| {
        let question = questions::List {
            subjects: nodes::nodes(&snapshot.estate.model, &asked.subjects)?,
            classes: classes(&asked.classes),
            kinds: asked.kinds,
            tier: asked.tier,
            all: asked.all,
            limit: asked.limit,
        };
        let (estate, sweep, by) = (&snapshot.estate, snapshot.sweep(), asked.by);
        question.ask(estate, engine, sweep, |listing| match by {
            By::Fault => written(&json::list(listing)),
            By::Subject => written(&json::by_subject(listing)),
        })
    })
    .await
}

/// Has `question` answered on the present snapshot by one of the threads for quick ones, unless
/// somebody asked the same, to the byte, before.
async fn again(
    shared: &Shared,
    (sort, text): (Sort, &Bytes),
    question: impl FnOnce(&Snapshot, &Engine<'_>, &mut Scratch) -> Result<Bytes, Error> + Send + 'static,
) -> Result<Response, Refusal> {
    let snapshot = shared.live.snapshot();
    let known = snapshot.answers.get(sort, text);
    let body = if let Some(body) = known {
        body
    } else {
        let body = shared.quick.ask(Arc::clone(&snapshot), question).await??;
        snapshot.answers.put(sort, text, &body);
        body
    };
    Ok(said(&snapshot, body))
}

/// Has `question` about everything answered on the present snapshot.
async fn answer(
    shared: &Shared,
    question: impl FnOnce(&Snapshot, &Engine<'_>, &mut Scratch) -> Result<Bytes, Error> + Send + 'static,
) -> Result<Response, Refusal> {
    let snapshot = shared.live.snapshot();
    let body = shared.slow.ask(Arc::clone(&snapshot), question).await??;
    Ok(said(&snapshot, body))
}

/// The answer, which names its revision.
fn said(snapshot: &Snapshot, body: Bytes) -> Response {
    let revision = HeaderValue::from(snapshot.made.revision);
    let json = HeaderValue::from_static("application/json");
    let headers = [
        (CONTENT_TYPE, json),
        (HeaderName::from_static("spof-revision"), revision),
    ];
    (headers, body).into_response()
}
