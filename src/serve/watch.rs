//! Hears when inputs or the configuration change. Where the system can't tell (too many folders
//! for its watches, a network drive), the trees are looked at every two seconds instead.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::estate::Order;

/// Editors and tools write several files in a row: what follows within this belongs together.
const QUIET: Duration = Duration::from_millis(100);
/// A tree that never rests is read all the same.
const MOST_PATIENCE: Duration = Duration::from_secs(2);
/// How often folders are looked for that were gone, or that another has taken the place of.
const ROLL_CALL: Duration = Duration::from_secs(1);
/// How often trees are looked at that can't be watched.
const POLL: Duration = Duration::from_secs(2);

/// A place that is watched, and what stood there.
type Watched = BTreeMap<PathBuf, (RecursiveMode, Option<u64>)>;

/// The places of one order, watched.
pub(super) struct Watch {
    watcher: Box<dyn Watcher + Send>,
    polls: bool,
    news: Receiver<()>,
    tell: Sender<()>,
    /// What the order names, as it was when last looked at.
    wanted: Watched,
    watched: Watched,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// Whether an event may mean that an input changed. Files that are opened and read are none:
/// reading the inputs would otherwise be news of itself.
fn is_change(event: &Event) -> bool {
    let by_reading = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    let in_git = |path: &PathBuf| path.components().any(|part| part.as_os_str() == ".git");
    !by_reading && (event.paths.is_empty() || !event.paths.iter().all(in_git))
}

fn listener(tell: &Sender<()>) -> impl Fn(notify::Result<Event>) + Send + 'static {
    let tell = tell.clone();
    move |event| {
        // An error means that something was missed.
        if event.as_ref().map_or(true, is_change) {
            // Nobody listens any more when the server ends.
            let _ = tell.send(());
        }
    }
}

impl Watch {
    /// Watches nothing yet.
    pub(super) fn new() -> Self {
        let (tell, news) = channel();
        let (watcher, polls): (Box<dyn Watcher + Send>, bool) =
            match RecommendedWatcher::new(listener(&tell), Config::default()) {
                Ok(watcher) => (Box::new(watcher), false),
                Err(_) => (poller(&tell), true),
            };
        Self {
            watcher,
            polls,
            news,
            tell,
            wanted: Watched::new(),
            watched: Watched::new(),
        }
    }

    /// Watches what `order` reads, and nothing else. Out comes what the user should know.
    pub(super) fn look_at(&mut self, order: &Order) -> Option<String> {
        let wanted = places(order);
        self.wanted.clone_from(&wanted);
        let gone: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|(path, known)| wanted.get(*path) != Some(*known))
            .map(|(path, _)| path.clone())
            .collect();
        for path in gone {
            self.watched.remove(&path);
            // What is gone can't be unwatched.
            let _ = self.watcher.unwatch(&path);
        }
        let mut trouble = None;
        for (path, (mode, identity)) in wanted {
            if identity.is_none() || self.watched.contains_key(&path) {
                continue;
            }
            if let Err(error) = self.watcher.watch(&path, mode) {
                if self.polls {
                    continue;
                }
                trouble = Some(format!(
                    "the system can't watch {}: {error}; looking every two seconds instead",
                    path.display()
                ));
                self.polls = true;
                self.watcher = poller(&self.tell);
                let known = std::mem::take(&mut self.watched);
                for (known, (mode, identity)) in known {
                    if self.watcher.watch(&known, mode).is_ok() {
                        self.watched.insert(known, (mode, identity));
                    }
                }
                if self.watcher.watch(&path, mode).is_err() {
                    continue;
                }
            }
            self.watched.insert(path, (mode, identity));
        }
        trouble
    }

    /// Waits until something has changed and then rests, or until it is `due` to read again anyway.
    /// False when nothing can change any more.
    pub(super) fn wait(&mut self, due: impl Fn() -> bool) -> bool {
        loop {
            match self.news.recv_timeout(ROLL_CALL) {
                Ok(()) => break,
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) if due() || self.places_moved() => return true,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        let begun = Instant::now();
        while begun.elapsed() < MOST_PATIENCE {
            match self.news.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(_) => break,
            }
        }
        while self.news.try_recv().is_ok() {}
        true
    }
}

impl Watch {
    /// Whether a watched place is gone, came back, or is another one of the same name: of that a
    /// watch on the old one does not tell.
    fn places_moved(&self) -> bool {
        self.wanted
            .iter()
            .any(|(path, (_, known))| identity(path) != *known)
    }
}

fn poller(tell: &Sender<()>) -> Box<dyn Watcher + Send> {
    let config = Config::default().with_poll_interval(POLL);
    match PollWatcher::new(listener(tell), config) {
        Ok(watcher) => Box::new(watcher),
        // Without a thread to poll with, the roll call is what is left.
        Err(_) => Box::new(notify::NullWatcher),
    }
}

/// Folders to watch: those that are read, with all below; of single files and the configuration,
/// the folders they stand in, since editors put a new file in the place of the old one.
fn places(order: &Order) -> Watched {
    let mut places = Watched::new();
    let mut add = |path: PathBuf, mode: RecursiveMode| {
        let identity = identity(&path);
        let place = places.entry(path).or_insert((mode, identity));
        if mode == RecursiveMode::Recursive {
            place.0 = mode;
        }
    };
    for path in &order.request.paths {
        let path = path.as_std_path();
        if path.is_file() {
            add(folder_of(path), RecursiveMode::NonRecursive);
        } else {
            add(path.to_owned(), RecursiveMode::Recursive);
        }
    }
    if let Some(config) = order.config_path() {
        add(folder_of(config.as_std_path()), RecursiveMode::NonRecursive);
    }
    places
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Which folder stands at `path`; `None` if none does.
#[cfg(unix)]
fn identity(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(path).ok()?.ino())
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|_| 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_no_change() {
        let event = |kind| Event::new(kind).add_path("a/b.yaml".into());
        assert!(!is_change(&event(EventKind::Access(AccessKind::Open(
            AccessMode::Any
        )))));
        assert!(!is_change(&event(EventKind::Access(AccessKind::Close(
            AccessMode::Read
        )))));
        assert!(is_change(&event(EventKind::Access(AccessKind::Close(
            AccessMode::Write
        )))));
        assert!(is_change(&event(EventKind::Create(
            notify::event::CreateKind::File
        ))));
        let git = Event::new(EventKind::Any).add_path("a/.git/index".into());
        assert!(!is_change(&git));
        // The queue of the system ran over: anything may have changed.
        assert!(is_change(&Event::new(EventKind::Other)));
    }
}
