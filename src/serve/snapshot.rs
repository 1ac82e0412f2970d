//! One analysed estate, never changed: what every request of one revision reads.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use camino::Utf8PathBuf;

use crate::analysis::coverage::{Coverage, coverage};
use crate::analysis::diff::{Difference, Side};
use crate::analysis::engine::{Baseline, Engine};
use crate::analysis::sweep::{Lists, Old, Renumbering, Sweep, keep, update};
use crate::config::costs::Costs;
use crate::error::Error;
use crate::estate::{Base, Estate};
use crate::findings::Finding;
use crate::findings::gate::{self, Policy, judge};
use crate::model::json::to_json;
use crate::output::diff::{self, Diff};
use crate::output::lint::{self, Lint};
use crate::output::{Context, Known, json};
use crate::report::{self, Facts, Language};
use crate::rules::doc::markdown;
use crate::rules::{self, Input};
use crate::words::Code;

use super::answers::Answers;

/// Graphs up to this size are swept before somebody asks: those are done within a second.
const MOST_AHEAD: usize = 1_000_000;

/// How a snapshot came to be, and what its answers depend on besides the estate.
#[derive(Clone, Debug)]
pub struct Made {
    /// Names the run of the server.
    pub run: String,
    /// Counts the estates that this run has shown, from 1.
    pub revision: u64,
    /// The language of the page.
    pub language: Language,
    /// What it is compared with.
    pub base: Option<Arc<Base>>,
    /// What changes cost.
    pub costs: Costs,
    /// What is read, as the user named it.
    pub paths: Vec<Utf8PathBuf>,
    /// What the configuration and comments make of findings.
    pub policy: Policy,
    /// Comments that are waivers gone wrong.
    pub wrong: Vec<Finding>,
    /// When it was read.
    pub read_at: SystemTime,
    /// How long reading and compiling took.
    pub took: Duration,
}

/// An estate and what follows from it. What costs more than reading is made when it is first
/// asked for, once.
#[derive(Debug)]
pub struct Snapshot {
    pub estate: Estate,
    pub made: Made,
    baseline: Arc<Baseline>,
    swept: OnceLock<Swept>,
    judged: OnceLock<Judged>,
    /// What was asked of it, and answered.
    pub(super) answers: Answers,
    graph: OnceLock<Bytes>,
    lint: OnceLock<Bytes>,
    coverage: OnceLock<Bytes>,
    changes: OnceLock<Result<Difference, String>>,
    page: OnceLock<Result<Page, String>>,
}

/// Every single fault.
#[derive(Debug)]
struct Swept {
    sweep: Sweep,
    /// What the next snapshot's is made from; `None` where it would be too large to keep.
    lists: Option<Lists>,
}

/// What the rules say.
#[derive(Debug)]
struct Judged {
    /// As a report shows them: those of a baseline too.
    shown: gate::Judged,
    sorted: gate::Judged,
    coverage: Coverage,
}

/// The page, and the content security policy it is served under.
#[derive(Clone, Debug)]
pub struct Page {
    pub html: Bytes,
    pub policy: String,
}

impl Snapshot {
    /// Evaluates `estate` without faults. O(graph).
    #[must_use]
    pub fn new(estate: Estate, made: Made) -> Self {
        let baseline = estate.engine().baseline();
        Self {
            estate,
            made,
            baseline,
            swept: OnceLock::new(),
            judged: OnceLock::new(),
            answers: Answers::default(),
            graph: OnceLock::new(),
            lint: OnceLock::new(),
            coverage: OnceLock::new(),
            changes: OnceLock::new(),
            page: OnceLock::new(),
        }
    }

    /// The engine on this estate. O(1).
    #[must_use]
    pub fn engine(&self) -> Engine<'_> {
        Engine::resume(&self.estate.graph, Arc::clone(&self.baseline))
    }

    /// Every single fault.
    #[must_use]
    pub fn sweep(&self) -> &Sweep {
        &self.swept().sweep
    }

    fn swept(&self) -> &Swept {
        self.swept.get_or_init(|| {
            let (sweep, lists) = keep(&self.engine());
            Swept { sweep, lists }
        })
    }

    /// Makes the answer for every single fault from that of the snapshot `before`, if that has
    /// one: only what depends on what changed is looked at.
    pub fn follow(&self, before: &Self) {
        let Some(Swept {
            sweep,
            lists: Some(lists),
        }) = before.swept.get()
        else {
            return;
        };
        let numbers = Renumbering::between(&before.estate.model, &self.estate.model);
        let old = Old {
            engine: &before.engine(),
            sweep,
            lists,
        };
        let (sweep, lists, _) = update(old, &self.engine(), &numbers);
        // Somebody else was faster: the answer is the same.
        let _ = self.swept.set(Swept { sweep, lists });
    }

    /// Makes ahead of time what the first what-if needs, and what the next snapshot follows from.
    pub fn prepare(&self) {
        self.engine().lay_out();
        if self.estate.graph.node_count() <= MOST_AHEAD {
            let _ = self.sweep();
        }
    }

    fn judged(&self) -> &Judged {
        self.judged.get_or_init(|| {
            let (estate, engine) = (&self.estate, self.engine());
            let findings = rules::run(Input {
                model: &estate.model,
                engine: &engine,
                sweep: self.sweep(),
                sources: &estate.sources,
                problems: &estate.problems,
                unread: &estate.unread,
                today: self.made.policy.today,
                freshness: estate.freshness,
            });
            let coverage = coverage(&estate.model, &engine);
            let places = |finding: &Finding| estate.places_of(finding);
            let wrong = &self.made.wrong;
            let judged = |findings, policy: &Policy| {
                judge(findings, wrong.clone(), policy, &estate.sources, places)
            };
            let sorted = judged(findings.clone(), &self.made.policy);
            let all = Policy {
                known: None,
                ..self.made.policy.clone()
            };
            let shown = judged(findings, &all);
            Judged {
                shown,
                sorted,
                coverage,
            }
        })
    }

    /// Whether every answer of `other` is the same.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.made.policy == other.made.policy && self.estate.same_as(&other.estate)
    }

    /// The graph as `spof graph --format json` writes it.
    #[must_use]
    pub fn graph(&self) -> Bytes {
        let graph = || written(&to_json(&self.estate.model, &self.estate.sources));
        self.graph.get_or_init(graph).clone()
    }

    /// The findings as `spof lint --format json` writes them.
    #[must_use]
    pub fn lint(&self) -> Bytes {
        let lint = || {
            let judged = self.judged();
            written(&lint::json(&Lint {
                judged: &judged.sorted,
                sources: &self.estate.sources,
                coverage: &judged.coverage,
                unread: &self.estate.unread,
                documents: self.estate.documents,
                documentation,
                docs: None,
            }))
        };
        self.lint.get_or_init(lint).clone()
    }

    /// How much is known, as `spof coverage --format json` writes it.
    #[must_use]
    pub fn coverage(&self) -> Bytes {
        let known = || {
            let estate = &self.estate;
            written(&json::coverage(&Known {
                cx: Context {
                    model: &estate.model,
                    sources: &estate.sources,
                },
                coverage: &self.judged().coverage,
                unread: &estate.unread,
                problems: &estate.problems,
                other_files: estate.other_files,
                left_out: estate.left_out,
            }))
        };
        self.coverage.get_or_init(known).clone()
    }

    /// What this is compared with, and which single faults cut what in one of them only; `None`
    /// where the server was given nothing to compare with.
    fn changes(&self) -> Result<Option<(&Base, &Difference)>, Error> {
        let Some(base) = self.made.base.as_deref() else {
            return Ok(None);
        };
        let found = self.changes.get_or_init(|| {
            let head = Side {
                model: &self.estate.model,
                engine: &self.engine(),
                sweep: self.sweep(),
            };
            base.changes(head).map_err(|error| error.to_string())
        });
        match found {
            Ok(found) => Ok(Some((base, found))),
            Err(error) => Err(Error::Internal(error.clone())),
        }
    }

    /// The changes as `spof diff BASE --format json` writes them; `None` without a base.
    ///
    /// # Errors
    /// A fault of this program.
    pub fn diff(&self) -> Result<Option<Bytes>, Error> {
        Ok(self.changes()?.map(|(base, difference)| {
            let (gained, _) = difference.counts();
            written(&diff::to_json(&Diff {
                base: &base.name,
                head: "the work tree",
                difference,
                fails: gained > 0,
            }))
        }))
    }

    /// The page.
    ///
    /// # Errors
    /// The template failed, which is a fault of this program.
    pub fn page(&self) -> Result<Page, Error> {
        let page = || {
            let engine = self.engine();
            let judged = self.judged();
            let changes = self.changes().map_err(|error| error.to_string())?;
            report::render(&Facts {
                language: self.made.language,
                link: None,
                paths: &self.made.paths,
                model: &self.estate.model,
                engine: &engine,
                costs: Some(&self.made.costs),
                sweep: self.sweep(),
                findings: &judged.shown.open,
                waived: &judged.shown.waived,
                base: changes.map(|(base, found)| (base.name.as_str(), found)),
                sources: &self.estate.sources,
                unread: &self.estate.unread,
                other_files: self.estate.other_files,
            })
            .and_then(|html| super::page::live(&html, &self.made.run, self.made.revision))
            .map_err(|error| error.to_string())
        };
        self.page.get_or_init(page).clone().map_err(Error::Internal)
    }
}

/// The documentation of a rule as Markdown.
fn documentation(code: Code) -> String {
    rules::rule(code).map(markdown).unwrap_or_default()
}

/// `value` as a body. Only a fault of this program keeps a value from being written; it is then
/// said in the body's place.
pub(super) fn written<T: serde::Serialize + ?Sized>(value: &T) -> Bytes {
    match json::compact(value) {
        Ok(body) => body.into(),
        Err(error) => format!("{{\"error\":{{\"message\":\"internal error: {error}\"}}}}").into(),
    }
}
