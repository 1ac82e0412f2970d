//! Who may ask, and the headers every answer bears.
//!
//! The server listens on the loopback, but any page in the same browser can send requests there,
//! and a name of its own can be made to point there (DNS rebinding). So the Host must be one of
//! ours, an Origin must be our own, and what another site's page asks for is refused.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::api::Refusal;

/// What holds for an answer that does not bring its own policy: nothing may run or load.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Names under which the server may be spoken to.
#[derive(Clone, Debug)]
pub(super) struct Names(Arc<[String]>);

impl Names {
    /// Those of a server that listens on `address`.
    pub(super) fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let mut names = vec![
            address.to_string(),
            format!("127.0.0.1:{port}"),
            format!("localhost:{port}"),
            format!("[::1]:{port}"),
        ];
        if port == 80 {
            names.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
        }
        Self(names.into())
    }

    fn has(&self, host: &str) -> bool {
        self.0.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Why the request is refused, if it is.
    fn judge(&self, request: &Request) -> Result<(), Refusal> {
        let headers = request.headers();
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            _ => None,
        };
        let named = request.uri().authority().map(ToString::to_string);
        let ours =
            host.is_some_and(|host| self.has(host)) && named.is_none_or(|named| self.has(&named));
        if !ours {
            return Err(Refusal::new(
                StatusCode::MISDIRECTED_REQUEST,
                "the Host header does not name this server",
            )
            .with_help("use the address that `spof serve` printed"));
        }
        let own = |origin: &HeaderValue| {
            let origin = origin.to_str().ok();
            let rest = origin.and_then(|origin| origin.strip_prefix("http://"));
            rest.is_some_and(|host| self.has(host))
        };
        if !headers.get_all(ORIGIN).iter().all(own) {
            return Err(foreign());
        }
        // A link on another site may open the page; nothing else may come from there.
        let site = headers.get(HeaderName::from_static("sec-fetch-site"));
        let from_elsewhere =
            site.is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
        let opens_page = matches!(*request.method(), Method::GET | Method::HEAD)
            && request.uri().path() == "/"
            && is_navigation(headers);
        if from_elsewhere && !opens_page {
            return Err(foreign());
        }
        Ok(())
    }
}

fn is_navigation(headers: &HeaderMap) -> bool {
    let mode = headers.get(HeaderName::from_static("sec-fetch-mode"));
    mode.is_some_and(|mode| mode == "navigate")
}

fn foreign() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "requests from pages of other origins are refused",
    )
}

/// Lets through what may ask, and completes the headers of every answer.
pub(super) async fn guard(State(names): State<Names>, request: Request, next: Next) -> Response {
    let mut response = match names.judge(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    add(CONTENT_SECURITY_POLICY, POLICY);
    add(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    add(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    add(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    add(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for name in ["cross-origin-resource-policy", "cross-origin-opener-policy"] {
        add(
            HeaderName::from_static(name),
            HeaderValue::from_static("same-origin"),
        );
    }
    response
}
