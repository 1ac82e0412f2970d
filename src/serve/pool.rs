//! Threads that compute answers, so that those that move bytes never wait for one. Each thread
//! keeps working memory for the engine: a what-if then costs what it affects, not the graph.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::snapshot::Snapshot;
use crate::analysis::engine::{Engine, Scratch};

/// Questions that may wait; more are refused at once rather than answered late.
const MOST_WAITING: usize = 4_096;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// Too many questions wait.
    Busy,
    /// A fault of this program.
    Failed,
}

type Job = Box<dyn FnOnce(&mut Seat) + Send>;

/// What one thread keeps between questions.
#[derive(Debug, Default)]
struct Seat {
    /// Working memory, and the revision it fits.
    scratch: Option<(u64, Scratch)>,
}

#[derive(Default)]
struct Queue {
    jobs: Mutex<(VecDeque<Job>, bool)>,
    news: Condvar,
}

/// Some threads and what waits for them. They end when it is dropped.
pub(super) struct Pool {
    queue: Arc<Queue>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Pool {
    /// Starts `threads` threads called `name`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(name: &str, threads: usize) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        for _ in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(&queue))?;
        }
        Ok(Self { queue })
    }

    /// Has `question` answered on `snapshot` by one of the threads. A question whose asker is gone
    /// before its turn is not answered.
    pub(super) async fn ask<R: Send + 'static>(
        &self,
        snapshot: Arc<Snapshot>,
        question: impl FnOnce(&Snapshot, &Engine<'_>, &mut Scratch) -> R + Send + 'static,
    ) -> Result<R, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let job = move |seat: &mut Seat| {
            if answer.is_closed() {
                return;
            }
            let engine = snapshot.engine();
            let mut scratch = match seat.scratch.take() {
                Some((revision, scratch)) if revision == snapshot.made.revision => scratch,
                _ => engine.scratch(),
            };
            // After a panic the working memory is not to be trusted: it is not put back.
            let asked = AssertUnwindSafe(|| {
                let said = question(&snapshot, &engine, &mut scratch);
                (said, scratch)
            });
            if let Ok((said, scratch)) = catch_unwind(asked) {
                seat.scratch = Some((snapshot.made.revision, scratch));
                // The asker may have gone meanwhile.
                let _ = answer.send(said);
            }
        };
        {
            let mut jobs = self
                .queue
                .jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if jobs.0.len() >= MOST_WAITING {
                return Err(NoAnswer::Busy);
            }
            jobs.0.push_back(Box::new(job));
        }
        self.queue.news.notify_one();
        answered.await.map_err(|_| NoAnswer::Failed)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut jobs = self
            .queue
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jobs.1 = true;
        drop(jobs);
        self.queue.news.notify_all();
    }
}

fn work(queue: &Queue) {
    let mut seat = Seat::default();
    loop {
        let job = {
            let mut jobs = queue.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if jobs.1 {
                    return;
                }
                if let Some(job) = jobs.0.pop_front() {
                    break job;
                }
                jobs = queue
                    .news
                    .wait(jobs)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        };
        job(&mut seat);
    }
}
