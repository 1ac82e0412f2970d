//! Waivers: findings that somebody accepts, in the configuration or in a comment beside what they
//! are about:
//!
//! ```text
//! # spof: ignore[rule, other-rule] owner=team expires=2027-01-31 why this is accepted
//! ```
//!
//! A comment holds for the findings whose place, or whose subject's own place, is the line it
//! stands on; where it stands on a line of its own, the next line that holds more than comments.

use std::collections::BTreeMap;

use crate::config::gate as config;
use crate::message;
use crate::source::{Comment, FileId, SourceMap, Span};
use crate::words::{Code, Date, Message, Severity};

use super::{Finding, Place, Related};

/// Waivers in comments that count; a file of nothing else must not take the time of all others.
const MOST_COMMENTS: usize = 10_000;

/// How far below a comment the line it speaks of may stand.
const MOST_LINES: usize = 200;

/// What begins a comment that is a waiver.
const MARK: &str = "spof:";

/// A finding that somebody accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Empty: any rule.
    pub rules: Vec<Code>,
    pub reason: String,
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Where it is written.
    pub place: Place,
    target: Target,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// What stands on a line of a file.
    Line(FileId, u32),
    /// By the configuration: subject, fingerprint, or both.
    Named {
        subject: Option<String>,
        fingerprint: Option<String>,
    },
}

/// A finding that does not count, and who says so.
#[derive(Clone, Debug)]
pub struct Waived {
    pub finding: Finding,
    pub waiver: Waiver,
}

/// What waivers make of findings.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// What nobody accepts.
    pub open: Vec<Finding>,
    /// What is wrong with the waivers, without fingerprints.
    pub wrong: Vec<Finding>,
    pub waived: Vec<Waived>,
}

impl Waiver {
    /// A waiver of the configuration.
    #[must_use]
    pub fn of_config(waiver: &config::Waiver) -> Self {
        Self {
            rules: waiver.rules.clone(),
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            expires: waiver.expires,
            place: Place::Source(crate::ingest::fact::Source::Recorded(Box::new(
                waiver.place.clone(),
            ))),
            target: Target::Named {
                subject: waiver.subject.clone(),
                fingerprint: waiver.fingerprint.clone(),
            },
        }
    }

    /// Whether it accepts `finding`; `lines` are those that the finding stands on.
    fn accepts(&self, finding: &Finding, lines: &[(FileId, u32)]) -> bool {
        if !self.rules.is_empty() && !self.rules.contains(&finding.rule) {
            return false;
        }
        match &self.target {
            Target::Line(file, line) => lines.contains(&(*file, *line)),
            Target::Named {
                subject,
                fingerprint,
            } => {
                subject.as_ref().is_none_or(|id| *id == finding.subject)
                    && fingerprint
                        .as_ref()
                        .is_none_or(|print| *print == finding.fingerprint)
            }
        }
    }

    /// What it is for, in words.
    fn target(&self) -> String {
        let rules: Vec<String> = self.rules.iter().map(|rule| format!("`{rule}`")).collect();
        let rules = if rules.is_empty() {
            "any rule".to_owned()
        } else {
            rules.join(", ")
        };
        match &self.target {
            Target::Named {
                subject: Some(subject),
                ..
            } => format!("{rules} on `{subject}`"),
            Target::Named {
                fingerprint: Some(print),
                ..
            } => format!("fingerprint {print}"),
            Target::Line(..) | Target::Named { .. } => rules,
        }
    }
}

/// The waivers among `comments`, and a finding for each that can't be understood.
#[must_use]
pub fn of_comments(comments: &[Comment], sources: &SourceMap) -> (Vec<Waiver>, Vec<Finding>) {
    let mut waivers = Vec::new();
    let mut wrong = Vec::new();
    let mut all = comments.iter().filter(|comment| is_waiver(comment));
    for comment in all.by_ref().take(MOST_COMMENTS) {
        let text = comment.text.trim().trim_start_matches('#').trim();
        let Some(words) = text.strip_prefix(MARK) else {
            continue;
        };
        match parse(words.trim(), comment.span, sources) {
            Ok(waiver) => waivers.push(waiver),
            Err(message) => wrong.push(misunderstood(comment, message, sources)),
        }
    }
    if let Some(comment) = all.next() {
        let message = message!(
            "more than {MOST_COMMENTS} waivers in comments: from here on none counts",
            MOST_COMMENTS
        );
        wrong.push(misunderstood(comment, message, sources));
    }
    (waivers, wrong)
}

fn misunderstood(comment: &Comment, message: Message, sources: &SourceMap) -> Finding {
    let path = sources.path(comment.span.file).as_str();
    let mut finding = Finding::new(Code::InvalidValue, Severity::Error, path, message.clone());
    finding.object = Some(message.into());
    finding.place = Some(Place::at(comment.span));
    finding.label = String::from("accepts nothing as it stands");
    finding.help = Some(message!(
        "write `# spof: ignore[rule] owner=team expires=2027-01-31 why`; owner and expires may be \
         left out"
    ));
    finding
}

/// Whether a comment is meant as a waiver: others need not be kept.
#[must_use]
pub fn is_waiver(comment: &Comment) -> bool {
    let text = comment.text.trim().trim_start_matches('#').trim_start();
    text.starts_with(MARK)
}

/// Reads `ignore[rule] owner=team expires=DATE reason`.
fn parse(words: &str, span: Span, sources: &SourceMap) -> Result<Waiver, Message> {
    let rest = words
        .strip_prefix("ignore")
        .and_then(|rest| rest.trim_start().strip_prefix('['))
        .ok_or_else(|| message!("a comment for spof is written `spof: ignore[rule] reason`"))?;
    let (names, rest) = rest.split_once(']').ok_or_else(|| {
        message!("the list of rules in this waiver is never closed: `ignore[rule] reason`")
    })?;
    let mut rules = Vec::new();
    for name in names.split(',').map(str::trim) {
        if name.is_empty() {
            return Err(message!("a waiver names its rules: `ignore[rule] reason`"));
        }
        rules.push(Code::parse(name).ok_or_else(|| config::unknown_rule(name))?);
    }
    let mut owner = None;
    let mut expires = None;
    let mut reason: Vec<&str> = Vec::new();
    for word in rest.split_whitespace() {
        if let Some(day) = word.strip_prefix("expires=") {
            let day = Date::parse(day)
                .ok_or_else(|| message!("`expires` takes a date like 2027-01-31"))?;
            expires = Some(day);
        } else if let Some(name) = word.strip_prefix("owner=").filter(|name| !name.is_empty()) {
            owner = Some(name.to_owned());
        } else {
            reason.push(word);
        }
    }
    let reason = reason.join(" ");
    if !reason.chars().any(char::is_alphanumeric) {
        return Err(message!(
            "a waiver needs a reason: `ignore[rule] why this is accepted`"
        ));
    }
    Ok(Waiver {
        rules,
        reason,
        owner,
        expires,
        place: Place::at(span),
        target: Target::Line(span.file, line_meant(span, sources)),
    })
}

/// The line that a comment speaks of: its own, or the next one with content if it stands alone.
fn line_meant(span: Span, sources: &SourceMap) -> u32 {
    let text = &sources.file(span.file).text;
    let line = sources.position(span).line;
    let start = span.start as usize;
    let begins = text.get(..start).and_then(|before| before.rfind('\n'));
    let before = text.get(begins.map_or(0, |at| at + 1)..start);
    if before.is_some_and(|before| !before.trim().is_empty()) {
        return line;
    }
    let after = text.get(span.end as usize..).unwrap_or_default();
    let is_content = |line: &str| {
        let line = line.trim();
        !(line.is_empty() || line.starts_with('#') || line.starts_with("//"))
    };
    let further = after.lines().skip(1).take(MOST_LINES).position(is_content);
    let skipped = after.starts_with('\n') || after.starts_with("\r\n");
    let steps = further.and_then(|steps| u32::try_from(steps + 1).ok());
    match steps {
        Some(steps) if skipped => line.saturating_add(steps),
        _ => line,
    }
}

/// Takes what is accepted out of `findings`, and tells what is wrong with the waivers: those whose
/// day has passed, and those that match nothing. `subject_places` are the places at which the
/// subject of a finding is written.
///
/// Time: findings × waivers of the configuration; those in comments are looked up by line.
#[must_use]
pub fn apply(
    findings: Vec<Finding>,
    waivers: &[Waiver],
    today: Date,
    sources: &SourceMap,
    subject_places: impl Fn(&Finding) -> Vec<Span>,
) -> Sorted {
    let mut sorted = Sorted::default();
    // By waiver: the first finding that it accepts, or did until its day.
    let mut used: Vec<Option<Finding>> = vec![None; waivers.len()];
    let mut by_line: BTreeMap<(FileId, u32), Vec<usize>> = BTreeMap::new();
    let mut by_name: Vec<usize> = Vec::new();
    for (at, waiver) in waivers.iter().enumerate() {
        match waiver.target {
            Target::Line(file, line) => by_line.entry((file, line)).or_default().push(at),
            Target::Named { .. } => by_name.push(at),
        }
    }
    for finding in findings {
        let mut lines: Vec<(FileId, u32)> = Vec::new();
        if !by_line.is_empty() {
            let own = match &finding.place {
                Some(Place::Source(crate::ingest::fact::Source::Here(span))) => Some(*span),
                _ => None,
            };
            let spans = own.into_iter().chain(subject_places(&finding));
            lines = spans
                .map(|span| (span.file, sources.position(span).line))
                .collect();
        }
        let mut accepted = None;
        let beside = lines.iter().filter_map(|line| by_line.get(line)).flatten();
        for at in beside.chain(&by_name) {
            let (Some(waiver), Some(used)) = (waivers.get(*at), used.get_mut(*at)) else {
                continue;
            };
            if waiver.accepts(&finding, &lines) {
                used.get_or_insert_with(|| finding.clone());
                let holds = waiver.expires.is_none_or(|day| day >= today);
                if holds && accepted.is_none() {
                    accepted = Some(waiver.clone());
                }
            }
        }
        match accepted {
            Some(waiver) => sorted.waived.push(Waived { finding, waiver }),
            None => sorted.open.push(finding),
        }
    }
    for (waiver, used) in waivers.iter().zip(used) {
        let expired = waiver.expires.filter(|day| *day < today);
        match (used, expired) {
            (None, _) => sorted.wrong.push(unused(waiver, sources)),
            (Some(finding), Some(day)) => sorted.wrong.push(past(waiver, &finding, day, sources)),
            (Some(_), None) => {}
        }
    }
    sorted
}

fn about(code: Code, waiver: &Waiver, message: Message, sources: &SourceMap) -> Finding {
    let file = waiver.place.location(sources).file;
    let mut finding = Finding::new(code, Severity::Warning, file, message);
    let owner = waiver.owner.as_deref().unwrap_or_default();
    finding.object = Some(format!("{} | {owner} | {}", waiver.target(), waiver.reason));
    finding.place = Some(waiver.place.clone());
    if let Some(owner) = &waiver.owner {
        finding.notes.push(message!("owner: {owner}", owner));
    }
    finding
}

fn unused(waiver: &Waiver, sources: &SourceMap) -> Finding {
    let message = message!(
        "this waiver of {what} matches no finding",
        what = waiver.target()
    );
    let mut finding = about(Code::WaiverUnused, waiver, message, sources);
    finding.label = String::from("accepts nothing");
    finding.help = Some(message!(
        "delete it if the risk is gone, else correct its rule or place"
    ));
    finding
}

fn past(waiver: &Waiver, was: &Finding, day: Date, sources: &SourceMap) -> Finding {
    let message = message!(
        "the waiver of {what} expired on {day}",
        day,
        what = waiver.target()
    );
    let mut finding = about(Code::WaiverExpired, waiver, message, sources);
    finding.label = format!("accepted until {day}: {}", waiver.reason);
    if let Some(place) = &was.place {
        finding.related.push(Related::new(
            place.clone(),
            format!("is a finding again: {}", was.message),
        ));
    }
    finding.help = Some(message!(
        "mend what it accepted, or give it a new date and a reason"
    ));
    finding
}
