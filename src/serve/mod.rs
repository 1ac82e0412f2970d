//! `spof serve`: the report, live, and the questions of the command line over HTTP, for one person
//! on one machine. It listens on the loopback and writes nothing.
//!
//! * [`snapshot`]: one analysed estate. * [`live`]: which one is shown, and whether the inputs still
//!   say so. * `worker` and `watch`: reading again when inputs change.
//! * `listen`: connections. * `guard`: who may ask. * [`api`]: what can be asked.
//! * `pool`: the threads that answer. * `answers`: what they said before.
//! * `page`: the report's page, made live.

mod answers;
pub mod api;
mod guard;
mod listen;
pub mod live;
mod page;
mod pool;
pub mod snapshot;
mod watch;
mod worker;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch as channel;

use crate::config::Config;
use crate::error::Error;
use crate::estate::{Base, Order};
use crate::findings::gate::Policy;
use crate::findings::waiver::Waiver;
use crate::report::Language;
use crate::words::Date;
use guard::Names;
use live::Live;
use pool::Pool;
use watch::Watch;
use worker::Reader;

/// The port when none is named: S-P-O-F on a telephone's keys.
pub const PORT: u16 = 7763;

/// How long threads may take to end once all connections have.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Who is told what happens while the server runs: one line each, not yet escaped for terminals.
pub trait Log: Send + Sync {
    /// Something happened.
    fn say(&self, line: &str);
}

/// What the configuration and the waivers in comments make of findings on a day.
pub type PolicyOf = fn(Option<&Config>, Vec<Waiver>, Date) -> Result<Policy, Error>;

/// The day that expiries are measured from.
#[derive(Clone, Copy, Debug)]
pub enum Today {
    /// Always this one.
    Named(Date),
    /// The present one, each time the inputs are read: a server may run for weeks.
    Present(fn() -> Date),
}

impl Today {
    fn day(self) -> Date {
        match self {
            Self::Named(day) => day,
            Self::Present(day) => day(),
        }
    }
}

/// What to serve, and where.
#[derive(Clone, Debug)]
pub struct Options {
    pub order: Order,
    /// What findings count: the same as of a run of `spof lint` without options.
    pub policy: PolicyOf,
    pub today: Today,
    /// What the estate is compared with, for as long as the server runs.
    pub base: Option<Arc<Base>>,
    /// Of the page; its reader can change it.
    pub language: Language,
    /// 0: any free port.
    pub port: u16,
}

/// Reads the inputs and serves them until SIGINT or SIGTERM. `ready` is told the address once the
/// server can be spoken to.
///
/// # Errors
/// The inputs can't be read at the start, or the port can't be had.
pub fn serve(
    options: Options,
    log: Arc<dyn Log>,
    ready: impl FnOnce(SocketAddr, &Live),
) -> Result<(), Error> {
    let port = options.port;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let run = format!("{:x}", now.map_or(0, |now| now.as_nanos()));
    let mut reader = Reader::new(run.clone(), options);
    let first = Arc::new(reader.read(1)?);
    let live = Arc::new(Live::new(run, first));
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let failed =
        |error: std::io::Error| Error::Internal(format!("no thread to work with: {error}"));
    let shared = api::Shared {
        live: Arc::clone(&live),
        quick: Arc::new(Pool::start("what-if", cores).map_err(failed)?),
        slow: Arc::new(Pool::start("questions", 2).map_err(failed)?),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(failed)?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(|error| taken(port, &error))?;
        let address = listener.local_addr()?;
        let (end, ending) = channel::channel(false);
        let ended = signals()?;
        let router = api::router(shared, Names::of(address));
        let kept = Arc::clone(&live);
        std::thread::Builder::new()
            .name("inputs".to_owned())
            .spawn(move || worker::keep(reader, Watch::new(), &kept, &*log))
            .map_err(failed)?;
        ready(address, &live);
        let accepting = tokio::spawn(listen::accept(listener, router, ending));
        ended.await;
        live.end();
        // Nobody may listen any more: then all has ended.
        let _ = end.send(true);
        let _ = accepting.await;
        Ok(())
    });
    runtime.shutdown_timeout(LAST_WORDS);
    served
}

fn taken(port: u16, error: &std::io::Error) -> Error {
    let reason = match error.kind() {
        std::io::ErrorKind::AddrInUse => "something else listens there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Error::usage_with_help(
        format!("can't listen on 127.0.0.1:{port}: {reason}"),
        "`--port 0` takes a free port; `--port N` names one",
    )
}

/// Done at the first SIGINT or SIGTERM.
fn signals() -> Result<impl Future<Output = ()>, Error> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
