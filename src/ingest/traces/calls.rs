//! Spans become calls. How often one was seen is not kept: once is enough to need it. A span that answers belongs to the span that asked: the other half of the
//! same id where both sides share one (Zipkin), else its parent. Where the asking side is not among
//! the spans, what the answering one says of its peer counts; where nobody answered, what the
//! asking one says of it.
//!
//! Whether a caller can do without the called is seen from failures only. A request that the
//! caller answered well although every call to the called in it failed is one it *survived*; one
//! that failed with them *broke*. A call is taken as `soft` if each kind of request (operation) of
//! the caller that makes it survived its failure at least once and none ever broke.

use std::collections::{BTreeMap, HashMap};

use super::spans::{Kind, Seen, Span, What, judge};
use crate::ingest::budget::Budget;
use crate::source::{FileId, Span as Place};

/// Longest way up from a span: traces are seldom a tenth as deep.
const DEEPEST: usize = 1_000;

/// Who called whom, and whether the caller waits for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ends {
    pub(super) from: String,
    pub(super) to: String,
    /// Over a queue: the caller goes on.
    pub(super) message: bool,
}

/// What was seen between two ends.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) what: What,
    /// The first place of each file.
    pub(super) places: BTreeMap<FileId, Place>,
    /// Requests of the caller that made it, by operation.
    requests: BTreeMap<String, Outcome>,
}

/// What became of requests all of whose calls to one service failed.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    survived: u64,
    broke: u64,
}

impl Call {
    /// Whether the caller was seen to do without it.
    pub(super) fn is_survived(&self) -> bool {
        let mut all = self.requests.values();
        !self.requests.is_empty() && all.all(|seen| seen.survived > 0 && seen.broke == 0)
    }
}

/// All calls, and the first place of each service with spans of its own, by file.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) calls: BTreeMap<Ends, Call>,
    pub(super) services: BTreeMap<String, BTreeMap<FileId, Place>>,
}

/// Makes calls of all that was seen. O(spans · depth of the traces).
pub(super) fn calls(seen: &Seen<'_>, budget: &Budget) -> Calls {
    let spans = &seen.spans;
    let mut reader = Reader {
        spans,
        halves: HashMap::new(),
        budget,
        spellings: spellings(seen),
        calls: Calls::default(),
        requests: BTreeMap::new(),
    };
    for (at, span) in spans.iter().enumerate() {
        reader
            .halves
            .entry(key(span.trace, span.id))
            .or_default()
            .push(at);
        if let Some(service) = span.service {
            let name = reader.spelled(service);
            let places = reader.calls.services.entry(name).or_default();
            places.entry(span.place.file).or_insert(span.place);
        }
    }
    let mut answered = vec![false; spans.len()];
    for at in 0..spans.len() {
        reader.answer(at, &mut answered);
    }
    for at in 0..spans.len() {
        reader.unanswered(at, &answered);
    }
    for call in &seen.counted {
        let ends = Ends {
            from: reader.spelled(&call.from),
            to: reader.spelled(&call.to),
            message: call.message,
        };
        reader.note(ends, call.what, call.place);
    }
    reader.judge_requests();
    reader.calls
}

/// Identity of a span: the same trace may be written with 64 and with 128 bits.
fn key<'d>(trace: &'d str, id: &'d str) -> (&'d str, &'d str) {
    let short = trace
        .len()
        .checked_sub(16)
        .and_then(|from| trace.get(from..));
    (short.unwrap_or(trace), id)
}

/// One spelling for names that differ in case only: Zipkin's clients write all in lower case.
fn spellings(seen: &Seen<'_>) -> HashMap<String, String> {
    let mut all: HashMap<String, String> = HashMap::new();
    let of_spans = seen.spans.iter().flat_map(|span| {
        let remote = span.remote.as_ref().map(|remote| remote.name.as_str());
        span.service.into_iter().chain(remote)
    });
    let counted = seen
        .counted
        .iter()
        .flat_map(|call| [call.from.as_str(), call.to.as_str()]);
    for name in of_spans.chain(counted) {
        let known = all
            .entry(name.to_lowercase())
            .or_insert_with(|| name.to_owned());
        // Capitals sort first: the spelling that somebody chose.
        if name < known.as_str() {
            name.clone_into(known);
        }
    }
    all
}

struct Reader<'s, 'd> {
    spans: &'s [Span<'d>],
    /// Spans by identity: one, or both halves of a call.
    halves: HashMap<(&'d str, &'d str), Vec<usize>>,
    budget: &'s Budget,
    spellings: HashMap<String, String>,
    calls: Calls,
    /// Calls of each request that its caller answered: how many, and how many of them failed.
    requests: BTreeMap<(usize, Ends), (u64, u64)>,
}

impl<'d> Reader<'_, 'd> {
    fn spelled(&self, name: &str) -> String {
        let known = self.spellings.get(&name.to_lowercase());
        known.map_or_else(|| name.to_owned(), String::clone)
    }

    fn note(&mut self, ends: Ends, what: What, place: Place) {
        if ends.from == ends.to {
            return;
        }
        let call = self.calls.calls.entry(ends).or_insert_with(|| Call {
            what,
            places: BTreeMap::new(),
            requests: BTreeMap::new(),
        });
        call.what = call.what.min(what);
        call.places.entry(place.file).or_insert(place);
    }

    /// The call that a span answers, and the asking spans that are thereby answered.
    fn answer(&mut self, at: usize, answered: &mut [bool]) {
        let Some(span) = self.spans.get(at) else {
            return;
        };
        let far_side = span.kind.is_answering() || span.kind == Kind::Unstated;
        let Some(service) = span.service.filter(|_| far_side) else {
            return;
        };
        let asking = self.asking(at, span);
        for asked in &asking {
            if let Some(slot) = answered.get_mut(*asked) {
                *slot = true;
            }
        }
        let caller = match asking.first() {
            Some(asked) => self.owner(*asked),
            None => self.parent(span).and_then(|parent| self.owner(parent)),
        };
        // What a consumer calls its peer is the broker, not the producer.
        let stated = span.remote.as_ref().filter(|_| span.kind == Kind::Server);
        let caller = caller.or(stated.map(|remote| remote.name.as_str()));
        let Some(caller) = caller else { return };
        let ends = Ends {
            from: self.spelled(caller),
            to: self.spelled(service),
            message: span.kind == Kind::Consumer,
        };
        if let Some(asked) = asking.first() {
            let failed = asking.iter().chain([&at]).any(|at| self.failed(*at));
            self.within_request(*asked, &ends, failed);
        }
        let what = match judge(service) {
            What::Outside => What::Service,
            what => what,
        };
        self.note(ends, what, span.place);
    }

    /// The asking halves of what `span` answers: of its own id, else its parent's.
    fn asking(&self, at: usize, span: &Span<'d>) -> Vec<usize> {
        let of = |key: (&str, &str)| -> Vec<usize> {
            let halves = self.halves.get(&key).map_or(&[][..], Vec::as_slice);
            let asking = |other: &&usize| {
                let other_span = self.spans.get(**other);
                **other != at && other_span.is_some_and(|other| other.kind.is_asking())
            };
            halves.iter().filter(asking).copied().collect()
        };
        if span.kind.is_answering() {
            let own = of(key(span.trace, span.id));
            if !own.is_empty() {
                return own;
            }
        }
        match span.parent {
            // Spans below a shared id belong to its answering half.
            Some(parent) => {
                let key = key(span.trace, parent);
                let halves = self.halves.get(&key).map_or(&[][..], Vec::as_slice);
                let answers = |at: &usize| {
                    self.spans
                        .get(*at)
                        .is_some_and(|half| half.kind.is_answering())
                };
                if halves.iter().any(answers) {
                    Vec::new()
                } else {
                    of(key)
                }
            }
            None => Vec::new(),
        }
    }

    /// The span above: of both halves the answering one.
    fn parent(&self, span: &Span<'d>) -> Option<usize> {
        let halves = self.halves.get(&key(span.trace, span.parent?))?;
        let asking = |at: &usize| {
            self.spans
                .get(*at)
                .is_some_and(|half| half.kind.is_asking())
        };
        halves
            .iter()
            .find(|at| !asking(at))
            .or(halves.first())
            .copied()
    }

    /// The service that a span belongs to: its own, else that of the nearest span above with one.
    fn owner(&self, at: usize) -> Option<&'d str> {
        let mut at = at;
        for _ in 0..DEEPEST {
            let span = self.spans.get(at)?;
            if span.service.is_some() {
                return span.service;
            }
            if !self.budget.spend(1) {
                return None;
            }
            at = self.parent(span)?;
        }
        None
    }

    fn failed(&self, at: usize) -> bool {
        self.spans.get(at).is_some_and(|span| span.failed)
    }

    /// Counts a call for the request that the caller was answering when it made it.
    fn within_request(&mut self, asking: usize, ends: &Ends, failed: bool) {
        let Some(span) = self.spans.get(asking) else {
            return;
        };
        let Some(service) = span.service else { return };
        let mut above = self.parent(span);
        for _ in 0..DEEPEST {
            let Some(request) = above.and_then(|at| self.spans.get(at)) else {
                return;
            };
            if request.service != Some(service) || !self.budget.spend(1) {
                return;
            }
            if request.kind.is_answering() {
                break;
            }
            above = self.parent(request);
        }
        let Some(request) = above else { return };
        let entry = self.requests.entry((request, ends.clone())).or_default();
        entry.0 += 1;
        entry.1 += u64::from(failed);
    }

    /// What an asking span says of the other side, where no span answers it, and brokers always.
    fn unanswered(&mut self, at: usize, answered: &[bool]) {
        let Some(span) = self.spans.get(at) else {
            return;
        };
        let (Some(service), Some(remote)) = (span.service, &span.remote) else {
            return;
        };
        let broker = matches!(span.kind, Kind::Producer | Kind::Consumer);
        let asks = span.kind.is_asking() || broker;
        let is_answered = answered.get(at).copied().unwrap_or(false) && !broker;
        if !asks || is_answered {
            return;
        }
        let ends = Ends {
            from: self.spelled(service),
            to: self.spelled(&remote.name),
            message: false,
        };
        if span.kind == Kind::Client {
            self.within_request(at, &ends, span.failed);
        }
        self.note(ends, remote.what, span.place);
    }

    /// Hands what became of each request to the calls it made.
    fn judge_requests(&mut self) {
        for ((request, ends), (made, failed)) in std::mem::take(&mut self.requests) {
            let Some(span) = self.spans.get(request) else {
                continue;
            };
            let Some(call) = self.calls.calls.get_mut(&ends) else {
                continue;
            };
            let outcome = call.requests.entry(span.operation.to_owned()).or_default();
            if made == failed {
                outcome.survived += u64::from(!span.failed);
                outcome.broke += u64::from(span.failed);
            }
        }
    }
}
