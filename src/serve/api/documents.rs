//! What is there: the page, the graph, findings, coverage, the state. Each has an entity tag that
//! names the revision, so that who has it already gets nothing again.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH,
};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusal::Problem;
use super::{Refusal, Shared};
use crate::serve::live::{State as Shown, VERSION};
use crate::serve::snapshot::{Snapshot, written};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// That the server lives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    version: u32,
    status: &'static str,
}

/// Whether the server lives
#[utoipa::path(get, path = "/api/health", tag = "server", responses((status = 200, body = Health)))]
pub(super) async fn health() -> Response {
    let health = Health {
        version: VERSION,
        status: "ok",
    };
    ([(CONTENT_TYPE, JSON)], written(&health)).into_response()
}

/// What is shown, and whether the inputs still say so
#[utoipa::path(get, path = "/api/state", tag = "server", responses((status = 200, body = Shown)))]
pub(super) async fn state(State(shared): State<Shared>) -> Response {
    match shared.live.state() {
        Some(state) => ([(CONTENT_TYPE, JSON)], written(&*state)).into_response(),
        None => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the server ends").into_response(),
    }
}

/// The graph: every node, requirement and number the analysis uses
#[utoipa::path(
    get, path = "/api/graph", tag = "documents",
    responses(
        (status = 200, description = "As `spof graph --format json`", body = Object),
        (status = 304, description = "The tag sent is the present one"),
        (status = 503, description = "Too many questions", body = Problem)
    )
)]
pub(super) async fn graph(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    document(&shared, &headers, Snapshot::graph).await
}

/// How much is known, and what was not read
#[utoipa::path(
    get, path = "/api/coverage", tag = "documents",
    responses(
        (status = 200, description = "As `spof coverage --format json`", body = Object),
        (status = 304, description = "The tag sent is the present one"),
        (status = 503, description = "Too many questions", body = Problem)
    )
)]
pub(super) async fn coverage(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    document(&shared, &headers, Snapshot::coverage).await
}

/// What the rules find
#[utoipa::path(
    get, path = "/api/lint", tag = "documents",
    responses(
        (status = 200, description = "As `spof lint --format json`", body = Object),
        (status = 304, description = "The tag sent is the present one"),
        (status = 503, description = "Too many questions", body = Problem)
    )
)]
pub(super) async fn lint(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    document(&shared, &headers, Snapshot::lint).await
}

/// Which single faults cut what now and did not in the base, and the other way round
#[utoipa::path(
    get, path = "/api/diff", tag = "documents",
    responses(
        (status = 200, description = "As `spof diff BASE --format json`", body = Object),
        (status = 304, description = "The tag sent is the present one"),
        (status = 404, description = "The server was given nothing to compare with", body = Problem),
        (status = 503, description = "Too many questions", body = Problem)
    )
)]
pub(super) async fn diff(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answered(&shared, &headers, Snapshot::diff, |made| {
        let body = made?.ok_or_else(|| {
            let message = "there is nothing to compare with";
            Refusal::new(StatusCode::NOT_FOUND, message.to_owned())
                .with_help("start the server with `--base REV`")
        })?;
        Ok(([(CONTENT_TYPE, JSON)], body).into_response())
    })
    .await
}

/// The page.
pub(super) async fn page(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answered(&shared, &headers, Snapshot::page, |made| {
        let made = made?;
        let mut response = made.html.into_response();
        let headers = response.headers_mut();
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(CONTENT_TYPE, html);
        if let Ok(policy) = HeaderValue::from_str(&made.policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        Ok(response)
    })
    .await
}

/// A JSON document of the present snapshot.
async fn document(
    shared: &Shared,
    headers: &HeaderMap,
    make: fn(&Snapshot) -> Bytes,
) -> Result<Response, Refusal> {
    let answer = |body: Bytes| Ok(([(CONTENT_TYPE, JSON)], body).into_response());
    answered(shared, headers, make, answer).await
}

/// What `make` makes of the present snapshot, as `answer` sends it; nothing to who has it already.
async fn answered<T: Send + 'static>(
    shared: &Shared,
    headers: &HeaderMap,
    make: fn(&Snapshot) -> T,
    answer: impl FnOnce(T) -> Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let snapshot = shared.live.snapshot();
    let tag = shared.live.tag(&snapshot);
    if is_known(headers, &tag) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let ask = shared
        .slow
        .ask(snapshot, move |snapshot, _, _| make(snapshot));
    Ok(tagged(answer(ask.await?)?, &tag))
}

/// Whether the client says that it has what bears `tag`.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

fn tagged(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    // May be kept, and must be asked about.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
