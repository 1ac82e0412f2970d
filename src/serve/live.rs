//! What the server shows at this moment: the last good estate, and whether its inputs still say
//! so. Readers take an [`Arc`] and keep it; a new estate is put in its place in one step.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::snapshot::Snapshot;

/// Contract version of the server's own answers.
pub(super) const VERSION: u32 = 1;

/// Reasons told at most; the rest is counted.
const MOST_REASONS: usize = 10;

/// What is shown, and how it came to be: `GET /api/state`, and each event of `/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct State {
    pub version: u32,
    /// Names this run of the server: revisions of another run mean something else.
    pub run: String,
    /// Counts the estates that were shown, from 1. It grows when the inputs say something new.
    pub revision: u64,
    /// When the estate was read, in seconds since 1970.
    pub read_unix_s: u64,
    /// How long reading and compiling it took, in milliseconds.
    pub took_ms: u64,
    pub nodes: usize,
    pub requirements: usize,
    /// The inputs can't be used as they are now: what is shown is older than they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
}

/// Why the last good estate is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stale {
    /// Since when, in seconds since 1970.
    pub since_unix_s: u64,
    /// What is wrong with the inputs: each with its place.
    pub reasons: Vec<String>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for this form"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The present snapshot and state.
#[derive(Debug)]
pub struct Live {
    run: String,
    snapshot: RwLock<Arc<Snapshot>>,
    /// `None` once the server ends.
    state: watch::Sender<Option<Arc<State>>>,
}

/// Seconds since 1970.
pub(super) fn unix_s(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

impl Live {
    /// Shows `first`. `run` names this run.
    #[must_use]
    pub fn new(run: String, first: Arc<Snapshot>) -> Self {
        let state = state_of(&run, &first);
        Self {
            run,
            snapshot: RwLock::new(first),
            state: watch::Sender::new(Some(Arc::new(state))),
        }
    }

    /// What is shown now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let shown = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&shown)
    }

    /// The state now; `None` once the server ends.
    #[must_use]
    pub fn state(&self) -> Option<Arc<State>> {
        self.state.borrow().clone()
    }

    /// States from now on, the present one first; `None` is the end.
    #[must_use]
    pub fn states(&self) -> watch::Receiver<Option<Arc<State>>> {
        self.state.subscribe()
    }

    /// Whether somebody waits for news: a page is open.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.state.receiver_count() > 0
    }

    /// The entity tag of what `snapshot` answers.
    #[must_use]
    pub fn tag(&self, snapshot: &Snapshot) -> String {
        format!("\"{}-{}\"", self.run, snapshot.made.revision)
    }

    /// Shows `next` from now on.
    pub fn show(&self, next: Arc<Snapshot>) {
        let state = state_of(&self.run, &next);
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = next;
        self.tell(state);
    }

    /// The inputs say again what is shown.
    pub fn is_good(&self) {
        let state = state_of(&self.run, &self.snapshot());
        self.tell(state);
    }

    /// The inputs can't be used, for these `reasons`: what is shown stays.
    pub fn is_stale(&self, mut reasons: Vec<String>, now: SystemTime) {
        let mut state = state_of(&self.run, &self.snapshot());
        let before = self.state().and_then(|state| state.stale.clone());
        let more = reasons.len().saturating_sub(MOST_REASONS);
        reasons.truncate(MOST_REASONS);
        state.stale = Some(Stale {
            since_unix_s: before.map_or_else(|| unix_s(now), |stale| stale.since_unix_s),
            reasons,
            more,
        });
        self.tell(state);
    }

    /// Ends every stream of states.
    pub fn end(&self) {
        self.state.send_replace(None);
    }

    fn tell(&self, state: State) {
        self.state.send_if_modified(|known| {
            let changed = known.as_deref().is_some_and(|known| *known != state);
            if changed {
                *known = Some(Arc::new(state));
            }
            changed
        });
    }
}

fn state_of(run: &str, snapshot: &Snapshot) -> State {
    State {
        version: VERSION,
        run: run.to_owned(),
        revision: snapshot.made.revision,
        read_unix_s: unix_s(snapshot.made.read_at),
        took_ms: u64::try_from(snapshot.made.took.as_millis()).unwrap_or(u64::MAX),
        nodes: snapshot.estate.model.nodes.len(),
        requirements: snapshot.estate.model.requirements.len(),
        stale: None,
    }
}
