//! Reading the JSON body of a request: its type, size, time and form.

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::Refusal;

/// Largest body.
const MOST_BYTES: usize = 1 << 20;
/// How long a client may take to send it.
const TIME: Duration = Duration::from_secs(10);

/// The body of a request, read; and as it was sent.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T, pub(super) Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        check_head(request.headers())?;
        let read = timeout(TIME, to_bytes(request.into_body(), MOST_BYTES)).await;
        let Ok(read) = read else {
            let message = format!("the question did not arrive within {} s", TIME.as_secs());
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, message));
        };
        let bytes = read.map_err(|error| {
            if is_too_large(&error) {
                return too_large();
            }
            Refusal::new(StatusCode::BAD_REQUEST, "the question broke off")
        })?;
        let question = serde_json::from_slice(&bytes);
        question.map(|asked| Self(asked, bytes)).map_err(|error| {
            let message = format!("the question can't be read: {error}");
            Refusal::new(StatusCode::BAD_REQUEST, message)
                .with_help("`/api/openapi.json` says what is expected")
        })
    }
}

/// Refuses what need not be read to be refused.
fn check_head(headers: &HeaderMap) -> Result<(), Refusal> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A type that forms can't send: what another site's page posts without asking first never is
    // JSON.
    let media = header(CONTENT_TYPE).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim();
    if !media.eq_ignore_ascii_case("application/json") {
        let message = "the question must be JSON";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
            .with_help("send it with `content-type: application/json`"));
    }
    let stated = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if stated.is_some_and(|bytes| bytes > MOST_BYTES as u64) {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Refusal {
    let message = format!("the question has more than {} MiB", MOST_BYTES >> 20);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}
