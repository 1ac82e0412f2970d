//! What can be asked over HTTP, as its `OpenAPI` description says it.
//!
//! * [`questions`]: what-if, why, common, list: JSON in, JSON out. * [`documents`]: what is there.
//! * [`events`]: the state, pushed. * [`body`]: reading requests. * [`refusal`]: errors.

mod body;
mod documents;
mod events;
mod questions;
mod refusal;

use std::sync::Arc;

use axum::http::{Method, StatusCode, Uri};
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guard::{Names, guard};
use super::live::Live;
use super::pool::Pool;
pub(super) use refusal::Refusal;

/// What handlers share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) live: Arc<Live>,
    /// For questions whose cost is what they affect.
    pub(super) quick: Arc<Pool>,
    /// For questions about everything: these never delay the quick ones.
    pub(super) slow: Arc<Pool>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "spof serve",
        description = "What takes us down, what goes with it, how long until it is back. \
            Answers are those of the command line with `--format json`."
    ),
    tags(
        (name = "questions", description = "JSON in, JSON out"),
        (name = "documents", description = "What is there; each has an ETag that names the revision"),
        (name = "server", description = "The server itself")
    )
)]
struct Description;

/// All paths, and their description.
fn described() -> (Router<Shared>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(documents::health))
        .routes(routes!(documents::state))
        .routes(routes!(documents::graph))
        .routes(routes!(documents::coverage))
        .routes(routes!(documents::lint))
        .routes(routes!(documents::diff))
        .routes(routes!(questions::blast))
        .routes(routes!(questions::why))
        .routes(routes!(questions::common))
        .routes(routes!(questions::list_all, questions::list))
        .routes(routes!(events::events))
        .split_for_parts()
}

/// Everything the server answers, for who speaks to it under `names`.
pub(super) fn router(shared: Shared, names: Names) -> Router {
    let (router, description) = described();
    let description = Arc::new(description);
    router
        .route("/", get(documents::page))
        .route(
            "/api/openapi.json",
            get(move || std::future::ready(Json((*description).clone()))),
        )
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(shared)
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| Refusal::internal().into_response(),
        ))
        .layer(axum::middleware::from_fn_with_state(names, guard))
}

async fn nothing(uri: Uri) -> Refusal {
    let message = format!("there is nothing at `{}`", uri.path());
    Refusal::new(StatusCode::NOT_FOUND, message)
        .with_help("`/api/openapi.json` lists what there is")
}

async fn wrong_method(method: Method, uri: Uri) -> Refusal {
    let message = format!("`{}` does not take {method}", uri.path());
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message)
        .with_help("`/api/openapi.json` says what it takes")
}
