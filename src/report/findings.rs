//! What the rules found.

use std::collections::BTreeSet;

use super::Facts;
use super::language::{Argument, Say, say};
use super::text::{prose, visible};
use crate::findings::waiver::Waived;
use crate::findings::{Code, Finding, Severity};
use crate::rules::{doc, rule};

/// Most findings listed.
const MOST: usize = 50;

/// The section.
pub(super) struct Section {
    /// `2 errors, 1 warning`.
    pub(super) summary: Say,
    pub(super) rows: Vec<Row>,
    pub(super) more: Option<usize>,
    /// The rules that found something, by name.
    pub(super) rules: Vec<About>,
    /// Accepted ones.
    pub(super) waived: Vec<Accepted>,
    pub(super) waived_more: Option<usize>,
}

/// What a rule is about, in the words of its documentation.
pub(super) struct About {
    pub(super) rule: &'static str,
    pub(super) parts: Vec<Part>,
}

/// A part of a documentation.
pub(super) struct Part {
    /// Its heading, among the strings.
    pub(super) heading: &'static str,
    /// Its paragraphs, each as runs of text; true: code.
    pub(super) text: Vec<Vec<(bool, String)>>,
}

/// Headings of what a reader of the page needs, and what they are called here.
const PARTS: [(&str, &str); 3] = [
    ("What it does", "rule-doc.what"),
    ("Why is this bad", "rule-doc.why"),
    ("How to fix", "rule-doc.fix"),
];

/// A finding that a waiver accepts.
pub(super) struct Accepted {
    pub(super) rule: &'static str,
    pub(super) message: Say,
    pub(super) reason: String,
    pub(super) owner: Option<String>,
    /// The last day, as a date.
    pub(super) expires: Option<String>,
    /// Where the waiver is written.
    pub(super) place: String,
}

/// One finding.
pub(super) struct Row {
    pub(super) severity: &'static str,
    pub(super) rule: &'static str,
    pub(super) subject: String,
    pub(super) message: Say,
    /// What explains it further.
    pub(super) notes: Vec<Say>,
    /// Nothing where the finding before says the same.
    pub(super) help: Option<Say>,
    pub(super) place: Option<String>,
    pub(super) confidence: &'static str,
    pub(super) fingerprint: String,
}

impl Section {
    /// All that it says of the analysis.
    pub(super) fn said(&self) -> impl Iterator<Item = &Say> {
        let rows = self.rows.iter().flat_map(|row| {
            let message = std::iter::once(&row.message);
            message.chain(&row.notes).chain(&row.help)
        });
        rows.chain(self.waived.iter().map(|one| &one.message))
    }
}

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let of = |severity: Severity| {
        let findings = facts.findings.iter();
        findings
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let parts: Vec<Argument> = Severity::ALL
        .into_iter()
        .map(|severity| (of(severity), severity.as_str()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| say(format!("n.{word}")).with(n).into())
        .collect();
    let before = std::iter::once(None).chain(facts.findings.iter().map(Some));
    Section {
        summary: if parts.is_empty() {
            say("findings.none")
        } else {
            say("findings.summary").with(Argument::List(parts, 0))
        },
        rows: facts
            .findings
            .iter()
            .zip(before)
            .take(MOST)
            .map(|(finding, before)| row(facts, finding, before))
            .collect(),
        more: (facts.findings.len() > MOST).then(|| facts.findings.len() - MOST),
        rules: about(facts),
        waived: facts
            .waived
            .iter()
            .take(MOST)
            .map(|one| accepted(facts, one))
            .collect(),
        waived_more: (facts.waived.len() > MOST).then(|| facts.waived.len() - MOST),
    }
}

/// The rules that found something, by name.
fn about(facts: &Facts<'_>) -> Vec<About> {
    let shown = facts.findings.iter().take(MOST);
    let codes: BTreeSet<Code> = shown.map(|finding| finding.rule).collect();
    let about = |code: Code| {
        let text = doc::markdown(rule(code)?);
        let part = |(heading, called): (&str, &'static str)| Part {
            heading: called,
            text: doc::part(&text, heading)
                .iter()
                .map(|text| prose(text))
                .collect(),
        };
        Some(About {
            rule: code.as_str(),
            parts: PARTS.map(part).into(),
        })
    };
    codes.into_iter().filter_map(about).collect()
}

fn accepted(facts: &Facts<'_>, one: &Waived) -> Accepted {
    let location = one.waiver.place.location(facts.sources);
    Accepted {
        rule: one.finding.rule.as_str(),
        message: Say::from(&one.finding.message),
        reason: visible(&one.waiver.reason),
        owner: one.waiver.owner.as_deref().map(visible),
        expires: one.waiver.expires.map(|day| day.to_string()),
        place: format!("{}:{}", visible(&location.file), location.line),
    }
}

fn row(facts: &Facts<'_>, finding: &Finding, before: Option<&Finding>) -> Row {
    let said = before.is_some_and(|before| before.help == finding.help);
    let place = finding.place.as_ref().map(|place| {
        let location = place.location(facts.sources);
        format!("{}:{}", visible(&location.file), location.line)
    });
    Row {
        severity: finding.severity.as_str(),
        rule: finding.rule.as_str(),
        subject: visible(&finding.subject),
        message: Say::from(&finding.message),
        notes: finding.notes.iter().map(Say::from).collect(),
        help: finding.help.as_ref().filter(|_| !said).map(Say::from),
        place,
        confidence: finding.confidence.as_str(),
        fingerprint: visible(&finding.fingerprint),
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::{Language, say};
    use crate::findings::Code;

    #[test]
    fn every_rule_has_its_headline_in_both_languages() {
        for code in Code::ALL {
            let headline = say(format!("rule.{}", code.as_str()));
            assert_eq!(headline.text(Language::En), code.summary());
            assert!(!headline.text(Language::Ko).is_ascii());
        }
    }
}
