//! The thread that reads the inputs again when they change, and decides what is shown: a new
//! estate, or the last good one with the reasons why the inputs can't be used.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Instant, SystemTime};

use camino::Utf8PathBuf;

use super::live::Live;
use super::snapshot::{Made, Snapshot};
use super::watch::Watch;
use super::{Log, Options};
use crate::config::costs::Costs;
use crate::discover::Cache;
use crate::error::Error;
use crate::estate::{Estate, Silent};
use crate::findings::waiver;
use crate::output::text::{clean, plural};
use crate::source::{ProblemKind, UnreadReason};
use crate::words::Date;

/// Reads the estate of one order, again and again.
#[derive(Debug)]
pub(super) struct Reader {
    /// Names this run of the server.
    run: String,
    options: Options,
    cache: Cache,
    /// The day of the last reading.
    day: Date,
}

impl Reader {
    pub(super) fn new(run: String, options: Options) -> Self {
        Self {
            run,
            day: options.today.day(),
            options,
            cache: Cache::default(),
        }
    }

    /// Whether it is another day than that of the last reading.
    fn is_due(&self) -> bool {
        self.options.today.day() != self.day
    }

    /// Reads configuration and inputs. The snapshot has the revision `revision`.
    ///
    /// # Errors
    /// What ends a run of the command line, too: a broken configuration, a named path that can't
    /// be read, nothing recognised.
    pub(super) fn read(&mut self, revision: u64) -> Result<Snapshot, Error> {
        let (begun, read_at) = (Instant::now(), SystemTime::now());
        self.day = self.options.today.day();
        let config = self.options.order.config()?;
        let costs = config
            .as_ref()
            .map_or_else(Costs::default, |known| known.costs);
        let estate = self
            .options
            .order
            .read(config.as_ref(), Some(&mut self.cache), &Silent)?;
        let paths = &self.options.order.request.paths;
        estate.refuse_nothing(paths)?;
        let (waivers, wrong) = waiver::of_comments(&estate.comments, &estate.sources);
        let policy = (self.options.policy)(config.as_ref(), waivers, self.day)?;
        let snapshot = Snapshot::new(
            estate,
            Made {
                run: self.run.clone(),
                revision,
                language: self.options.language,
                base: self.options.base.clone(),
                costs,
                paths: paths.clone(),
                policy,
                wrong,
                read_at,
                took: begun.elapsed(),
            },
        );
        Ok(snapshot)
    }
}

/// Makes pages before they are asked for, beside the reading: who has the old one open is about to
/// load the new one.
struct Pages {
    wanted: Sender<Arc<Snapshot>>,
}

impl Pages {
    fn start() -> Self {
        let (wanted, orders) = channel();
        // Without the thread, a page is made when it is asked for.
        let _ = std::thread::Builder::new()
            .name("page".to_owned())
            .spawn(move || make_pages(&orders));
        Self { wanted }
    }

    fn make(&self, snapshot: Arc<Snapshot>) {
        let _ = self.wanted.send(snapshot);
    }
}

/// Makes the page of each snapshot, but not of those that others have followed meanwhile.
fn make_pages(orders: &Receiver<Arc<Snapshot>>) {
    while let Ok(first) = orders.recv() {
        let latest = orders.try_iter().last().unwrap_or(first);
        let make = || latest.page().is_ok();
        let _ = catch_unwind(AssertUnwindSafe(make));
    }
}

/// What a reading that comes after a good one means.
enum Verdict {
    /// It says something new.
    New(Box<Snapshot>),
    /// It says what is shown.
    Same,
    /// It can't be used, for these reasons.
    Broken(Vec<String>),
}

/// Watches the inputs and keeps `live` up to date, for as long as the process lives.
pub(super) fn keep(mut reader: Reader, mut watch: Watch, live: &Live, log: &dyn Log) {
    let pages = Pages::start();
    loop {
        // Before reading: what changes from here on is seen.
        if let Some(trouble) = watch.look_at(&reader.options.order) {
            log.say(&trouble);
        }
        match look_again(&mut reader, &live.snapshot()) {
            Verdict::New(next) => {
                let next = Arc::new(*next);
                log.say(&format!(
                    "revision {}: {} and {}, read in {} ms",
                    next.made.revision,
                    plural(next.estate.model.nodes.len(), "node"),
                    plural(next.estate.model.requirements.len(), "requirement"),
                    next.made.took.as_millis(),
                ));
                live.show(Arc::clone(&next));
                if live.is_watched() {
                    pages.make(next);
                }
            }
            Verdict::Same => {
                if live.state().is_some_and(|state| state.stale.is_some()) {
                    log.say("the inputs are good again, and say what they said before");
                }
                live.is_good();
            }
            Verdict::Broken(reasons) => {
                let known = live.state().and_then(|state| state.stale.clone());
                live.is_stale(reasons.clone(), SystemTime::now());
                let now = live.state().and_then(|state| state.stale.clone());
                if now != known {
                    let first = reasons.first().map_or("", String::as_str);
                    log.say(&format!("still showing the last good estate: {first}"));
                }
            }
        }
        // Ready before somebody asks, and what the next estate is compared with.
        let prepare = || live.snapshot().prepare();
        let _ = catch_unwind(AssertUnwindSafe(prepare));
        if !watch.wait(|| reader.is_due()) {
            return;
        }
    }
}

fn look_again(reader: &mut Reader, shown: &Snapshot) -> Verdict {
    let revision = shown.made.revision.saturating_add(1);
    // A file that makes the program fail must not end the server.
    let read = catch_unwind(AssertUnwindSafe(|| reader.read(revision)));
    let next = match read {
        Ok(Ok(next)) => next,
        Ok(Err(error)) => return Verdict::Broken(reasons_of(&error)),
        Err(_) => {
            reader.cache = Cache::default();
            let what = "internal error: reading the inputs failed; please report it";
            return Verdict::Broken(vec![what.to_owned()]);
        }
    };
    let broken = newly_broken(&shown.estate, &next.estate);
    if !broken.is_empty() {
        return Verdict::Broken(broken);
    }
    if shown.same_as(&next) {
        return Verdict::Same;
    }
    // Without it, all is swept anew once somebody asks.
    let _ = catch_unwind(AssertUnwindSafe(|| next.follow(shown)));
    Verdict::New(Box::new(next))
}

fn reasons_of(error: &Error) -> Vec<String> {
    let reasons = match error {
        Error::Config(faults) => faults
            .iter()
            .map(|fault| format!("{}: {}", fault.place, fault.message))
            .collect(),
        _ => vec![error.to_string()],
    };
    let reasons: Vec<String> = reasons;
    reasons
        .iter()
        .map(|reason| clean(reason).into_owned())
        .collect()
}

/// What can't be read in `next` though it could in `shown`, as far as the files are still there.
/// What was broken when the server began is a finding, as everywhere; what breaks while it runs is
/// somebody's edit in the making.
fn newly_broken(shown: &Estate, next: &Estate) -> Vec<String> {
    let before: BTreeSet<Utf8PathBuf> = broken(shown).into_iter().map(|(path, _)| path).collect();
    broken(next)
        .into_iter()
        .filter(|(path, _)| !before.contains(path))
        .map(|(_, reason)| clean(&reason).into_owned())
        .collect()
}

/// Files that can't be read, each with its place and reason; in order of place.
fn broken(estate: &Estate) -> Vec<(Utf8PathBuf, String)> {
    let problems = estate.problems.iter();
    let unreadable = problems.filter(|problem| problem.kind == ProblemKind::Unreadable);
    let unreadable = unreadable.map(|problem| {
        let path = estate.sources.path(problem.span.file).to_owned();
        let place = estate.sources.location(problem.span);
        (path, format!("{place}: {}", problem.message))
    });
    let refused = estate.unread.iter().filter(|unread| {
        matches!(
            unread.reason,
            UnreadReason::NotReadable | UnreadReason::OverLimit
        )
    });
    let refused = refused.map(|unread| {
        let reason = format!("{}: {}", unread.path, unread.detail);
        (unread.path.clone(), reason)
    });
    unreadable.chain(refused).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::super::Today;
    use super::*;
    use crate::config::gate::Threshold;
    use crate::config::selection::Selection;
    use crate::discover::Request;
    use crate::estate::{ConfigChoice, Order};
    use crate::findings::gate::Policy;
    use crate::report::Language;
    use crate::source::Limits;
    use crate::words::Evidence;

    static DAY: AtomicI64 = AtomicI64::new(20_000);

    fn present() -> Date {
        Date::from_days(DAY.load(Ordering::SeqCst))
    }

    fn reader(folder: &camino::Utf8Path, today: Today) -> Reader {
        let order = Order {
            request: Request {
                paths: vec![folder.to_owned()],
                no_gitignore: false,
                limits: Limits::default(),
                selection: Selection::default(),
            },
            assume: None,
            scope: None,
            config: ConfigChoice::None,
        };
        let options = Options {
            order,
            policy: |_, waivers, today| {
                Ok(Policy {
                    levels: BTreeMap::new(),
                    min_confidence: Evidence::Assumed,
                    waivers: Some(waivers),
                    today,
                    known: None,
                    fail_on: Threshold::Never,
                    fail_on_new: Threshold::Never,
                })
            },
            today,
            base: None,
            language: Language::default(),
            port: 0,
        };
        Reader::new("test".to_owned(), options)
    }

    /// A server that runs for weeks says what is expired today, though no file changed.
    #[test]
    fn each_reading_is_of_its_day() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("a.spof.yaml");
        std::fs::write(manifest, "services: [{id: service:a}]\n").unwrap();
        let path = camino::Utf8Path::from_path(folder.path()).unwrap();
        let mut today = reader(path, Today::Present(present));
        let mut named = reader(path, Today::Named(Date::EPOCH));
        let (first, fixed) = (today.read(1).unwrap(), named.read(1).unwrap());
        assert!(matches!(look_again(&mut today, &first), Verdict::Same));
        assert!(!today.is_due());
        DAY.fetch_add(1, Ordering::SeqCst);
        assert!(today.is_due() && !named.is_due());
        let Verdict::New(next) = look_again(&mut today, &first) else {
            panic!("a new day is news");
        };
        assert_eq!(next.made.policy.today, present());
        assert!(!today.is_due());
        assert!(matches!(look_again(&mut named, &fixed), Verdict::Same));
    }
}
