//! The state, pushed whenever it changes.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt as _};

use super::Shared;
use crate::serve::snapshot::written;

/// How often a line that says nothing is sent: by it a client that is gone is found out.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// The state, now and whenever it changes
///
/// Server-sent events of type `state`; the data of each is what `/api/state` gives. The first
/// comes at once.
#[utoipa::path(
    get, path = "/events", tag = "server",
    responses((
        status = 200, description = "Events of type `state`",
        content_type = "text/event-stream", body = String
    ))
)]
pub(super) async fn events(
    State(shared): State<Shared>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let states = WatchStream::new(shared.live.states())
        .take_while(Option::is_some)
        .map(|state| {
            let state = state.map(|state| written(&*state)).unwrap_or_default();
            let state = String::from_utf8_lossy(&state).into_owned();
            Ok(Event::default().event("state").data(state))
        });
    Sse::new(states).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))
}
