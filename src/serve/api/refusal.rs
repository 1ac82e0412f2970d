//! Errors as clients read them: a status, what is wrong in one sentence, and what to do about it.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::output::text::clean;
use crate::serve::live::VERSION;
use crate::serve::pool::NoAnswer;
use crate::serve::snapshot::written;

/// Why a request is not answered.
#[derive(Debug)]
pub(in crate::serve) struct Refusal {
    status: StatusCode,
    message: String,
    help: Option<String>,
}

/// A refusal as it is written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    version: u32,
    error: ProblemText,
}

/// What is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemText {
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Refusal {
    pub(in crate::serve) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            help: None,
        }
    }

    pub(in crate::serve) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(in crate::serve) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal error: the question could not be answered; please report it",
        )
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Usage { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self {
            status,
            message: error.to_string(),
            help: error.help().map(ToOwned::to_owned),
        }
    }
}

impl From<NoAnswer> for Refusal {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many questions are waiting; ask again in a moment",
            ),
            NoAnswer::Failed => Self::internal(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = written(&Problem {
            version: VERSION,
            error: ProblemText {
                message: clean(&self.message).into_owned(),
                help: self.help.map(|help| clean(&help).into_owned()),
            },
        });
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
