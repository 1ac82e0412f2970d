//! What a rule says, where, and how sure it is. Formats render findings and know nothing of rules.
//!
//! * [`fingerprint`]: what makes two findings the same one. * [`waiver`], [`baseline`]: what is
//!   accepted, and what is known. * [`gate`]: what counts, and what fails a run. * [`pointing`]:
//!   places among the lines that were changed. * [`group`]: what is one matter.

pub mod baseline;
pub mod fingerprint;
pub mod gate;
pub mod group;
pub mod pointing;
pub mod waiver;

use std::cmp::Reverse;

use camino::Utf8PathBuf;

use crate::ingest::fact::Source;
use crate::source::{Location, SourceMap, Span, mask};
pub use crate::words::{Code, Severity};
use crate::words::{Evidence, Id, Message};

/// A place that a finding points at; line and column are made from it when it is shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In a file of this run, or recorded by an earlier one.
    Source(Source),
    /// A file as a whole, of which no text is at hand (too large, not text).
    File(Utf8PathBuf),
}

impl Place {
    /// The place at `span`.
    #[must_use]
    pub fn at(span: Span) -> Self {
        Self::Source(Source::Here(span))
    }

    /// Path, line and column as users read them; a file as a whole is its first line.
    #[must_use]
    pub fn location(&self, sources: &SourceMap) -> Location {
        match self {
            Self::Source(Source::Here(span)) => sources.location(*span),
            Self::Source(Source::Recorded(location)) => Location::clone(location),
            Self::File(path) => Location {
                file: path.to_string(),
                line: 1,
                column: 1,
            },
        }
    }
}

/// A place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub place: Place,
    /// A few words, or a hop: "`a` needs `b`".
    pub words: String,
    /// Of a hop of the chain from the subject to what cuts it: how many stand above it. Hops of
    /// one depth stand side by side; what comes after them leads on.
    pub depth: Option<usize>,
}

impl Related {
    /// A place that is no hop of the chain.
    #[must_use]
    pub fn new(place: Place, words: impl Into<String>) -> Self {
        Self {
            place,
            words: words.into(),
            depth: None,
        }
    }
}

/// One finding. All texts may hold names from the input: whoever prints them escapes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: Code,
    pub severity: Severity,
    /// The weakest evidence on the chain from the subject to the cut.
    pub confidence: Evidence,
    /// Id of the node it is about, or path of the file.
    pub subject: String,
    /// What of the subject it is about, where one subject may have several such findings with the
    /// same cut.
    pub object: Option<String>,
    /// The faults that cut the subject, sorted; empty where nothing needs to fail.
    pub cut: Vec<Id>,
    /// One sentence without a full stop.
    pub message: Message,
    /// `None` where no source speaks of the subject.
    pub place: Option<Place>,
    /// A few words at the place.
    pub label: String,
    /// Other places that explain it, in the order to read them, each with a few words.
    pub related: Vec<Related>,
    /// What explains it further and stands nowhere.
    pub notes: Vec<Message>,
    /// What to do about it.
    pub help: Option<Message>,
    /// What findings of one rule have in common, where that is not their cut: told together, they
    /// are one matter with several subjects.
    pub cause: Option<String>,
    /// How much hangs on the subject: tier, then how much goes with it. The lesser comes first.
    pub rank: (u8, Reverse<usize>),
    /// Sixteen hexadecimal digits; see [`fingerprint`].
    pub fingerprint: String,
    /// True if the baseline or the base of the comparison has it too.
    pub known: bool,
    /// True if the run fails because of it ([`gate`]).
    pub fails: bool,
}

impl Finding {
    /// A finding about `subject`, to be completed. [`finish`] fills in the fingerprint.
    #[must_use]
    pub fn new(
        rule: Code,
        severity: Severity,
        subject: impl Into<String>,
        message: impl Into<Message>,
    ) -> Self {
        Self {
            rule,
            severity,
            confidence: Evidence::Declared,
            subject: subject.into(),
            object: None,
            cut: Vec::new(),
            message: message.into(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            cause: None,
            rank: (u8::MAX, Reverse(0)),
            fingerprint: String::new(),
            known: false,
            fails: false,
        }
    }

    /// Masks credentials that a name or a value quoted from an input may hold.
    fn mask(&mut self) {
        let hide = |text: &mut String| {
            if let std::borrow::Cow::Owned(masked) = mask::value(text) {
                *text = masked;
            }
        };
        let hide_in = |message: &mut Message| {
            message.rewrite(&mask::changed);
        };
        hide(&mut self.subject);
        hide_in(&mut self.message);
        hide(&mut self.label);
        self.object.iter_mut().for_each(hide);
        for related in &mut self.related {
            hide(&mut related.words);
        }
        self.notes.iter_mut().for_each(hide_in);
        self.help.iter_mut().for_each(hide_in);
    }
}

/// Puts findings into the order in which they are shown, gives each its fingerprint and masks
/// what must not be shown. Once for each finding: a masked name has another fingerprint.
pub fn finish(findings: &mut [Finding], sources: &SourceMap) {
    order(findings, sources);
    fingerprint::assign(findings);
    for finding in findings {
        finding.mask();
    }
}

/// Worst first, then by rule, subject, object, cut and place.
pub fn order(findings: &mut [Finding], sources: &SourceMap) {
    findings.sort_by_cached_key(|finding| {
        (
            Reverse(finding.severity),
            // What takes many things at once explains much of the rest.
            finding.rule != Code::CriticalConcentration,
            finding.rule.as_str(),
            finding.rank,
            finding.subject.clone(),
            finding.object.clone(),
            finding.cut.clone(),
            finding.place.as_ref().map(|place| place.location(sources)),
        )
    });
}

/// How many findings there are of each severity, worst first.
#[must_use]
pub fn counts(findings: &[Finding]) -> [(Severity, usize); 3] {
    Severity::ALL.map(|severity| {
        let same = findings
            .iter()
            .filter(|finding| finding.severity == severity);
        (severity, same.count())
    })
}
