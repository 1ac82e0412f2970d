//! Every single fault, for the command line: shows how far it is, and Ctrl-C ends it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use super::console::Console;
use crate::analysis::engine::Engine;
use crate::analysis::sweep::{Ended, Sweep, Watch};
use crate::error::Error;
use crate::estate::Progress as _;

/// What the command line knows of a sweep at work.
struct Watcher<'c> {
    console: &'c Console,
    signals: &'static Signals,
    /// Several threads tell how far they are: the bar never goes back.
    furthest: AtomicUsize,
}

impl Watch for Watcher<'_> {
    fn goes_on(&self, done: usize, of: usize) -> bool {
        if self.furthest.fetch_max(done, Ordering::Relaxed) < done {
            self.console.part(done, of);
        }
        !self.signals.pressed.load(Ordering::Relaxed)
    }
}

/// Ctrl-C, of which there is one a process.
#[derive(Debug)]
struct Signals {
    /// Something is at work that asks whether to go on.
    at_work: AtomicBool,
    pressed: AtomicBool,
}

static SIGNALS: Signals = Signals {
    at_work: AtomicBool::new(false),
    pressed: AtomicBool::new(false),
};

/// Begins to listen, once. Where that can't be done Ctrl-C kills the program, as it always does.
fn listen() -> &'static Signals {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                let Ok(mut interrupts) = signal(SignalKind::interrupt()) else {
                    return;
                };
                // Who waits for it may be gone.
                let _ = ready.send(());
                while interrupts.recv().await.is_some() {
                    press();
                }
            });
        });
        // An end of the thread is an answer, too.
        let _ = is_ready.recv();
    });
    &SIGNALS
}

/// Ctrl-C: what is at work ends by itself, and so does the program. At the second, or where nothing
/// asks, it ends here.
#[expect(clippy::exit, reason = "what the signal does where nobody catches it")]
fn press() {
    if SIGNALS.pressed.swap(true, Ordering::SeqCst) || !SIGNALS.at_work.load(Ordering::SeqCst) {
        std::process::exit(i32::from(Error::Interrupted.exit_code()));
    }
}

/// Every single fault.
///
/// # Errors
/// Ctrl-C, or an answer that would not fit in memory.
pub(super) fn sweep(engine: &Engine<'_>, console: &Console) -> Result<Sweep, Error> {
    let signals = listen();
    let watcher = Watcher {
        console,
        signals,
        furthest: AtomicUsize::new(0),
    };
    signals.at_work.store(true, Ordering::SeqCst);
    let found = Sweep::watched(engine, &watcher);
    signals.at_work.store(false, Ordering::SeqCst);
    if signals.pressed.load(Ordering::SeqCst) {
        return Err(Error::Interrupted);
    }
    found.map_err(|ended| match ended {
        Ended::Stopped => Error::Interrupted,
        Ended::TooMany { most } => Error::Limit(format!(
            "in this estate single faults affect more than {most} nodes in sum, which does not fit \
             in memory: `spof blast NODE` and `spof cuts SUBJECT` answer for chosen nodes"
        )),
    })
}
