//! SARIF 2.1.0 (OASIS, 2020), as code scanning services take it. Only the fields used here.
//!
//! GitHub takes at most 25,000 results of a run and shows 5,000, worst first; 1,000 places of a
//! result, of which it shows 100. What is over that is left out and said.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Lint, place};
use crate::findings::waiver::{Waived, Waiver};
use crate::findings::{Finding, Place, Severity};
use crate::ingest::fact::Source;
use crate::output::text::plural;
use crate::words::Code;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const MOST_RESULTS: usize = 5_000;
const MOST_PLACES: usize = 100;

/// The whole log.
#[derive(Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: Id,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Id {
    id: &'static str,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<String>,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    properties: RuleProperties,
}

#[derive(Debug, Serialize)]
struct RuleProperties {
    tags: [&'static str; 1],
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(Debug, Serialize)]
struct ThreadFlow {
    locations: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    location: Location,
}

#[derive(Debug, Serialize)]
struct Fingerprints {
    #[serde(rename = "spof/v1")]
    own: String,
    /// The one that GitHub goes by; without it, it would hash the line.
    #[serde(rename = "primaryLocationLineHash")]
    line: String,
}

#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Debug, Serialize)]
struct Properties {
    confidence: &'static str,
    subject: String,
    cut: Vec<String>,
}

/// The log of a run: new and known findings, and waived ones as suppressed.
#[must_use]
pub fn sarif(lint: &Lint<'_>) -> Log {
    let judged = lint.judged;
    let open = judged.open.iter().chain(&judged.known);
    let mut all: Vec<(&Finding, Option<&Waiver>)> = open.map(|finding| (finding, None)).collect();
    all.extend(
        judged
            .waived
            .iter()
            .map(|Waived { finding, waiver }| (finding, Some(waiver))),
    );
    // What counts comes first, should there be too many; sorting keeps the order of equals.
    all.sort_by_key(|(finding, waiver)| (waiver.is_some(), std::cmp::Reverse(finding.severity)));
    let more = all.len().saturating_sub(MOST_RESULTS);
    all.truncate(MOST_RESULTS);
    let mut notifications = Vec::new();
    if more > 0 {
        notifications.push(Notification {
            level: "warning",
            message: message(&format!(
                "{} left out: code scanning shows {MOST_RESULTS}, and these are the least severe",
                plural(more, "finding")
            )),
        });
    }
    let results = all
        .into_iter()
        .map(|(finding, waiver)| result(lint, finding, waiver))
        .collect();
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "spof",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: lint.docs.map(str::to_owned),
                    rules: Code::ALL.iter().map(|code| rule(lint, *code)).collect(),
                },
            },
            automation_details: Id { id: "spof/" },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: notifications,
            }],
            results,
        }],
    }
}

fn rule(lint: &Lint<'_>, code: Code) -> Rule {
    let markdown = (lint.documentation)(code);
    let summary = code.summary().to_owned();
    let mut paragraphs = markdown.split("\n\n").map(str::trim);
    let first = paragraphs.find(|text| !text.is_empty() && !text.starts_with('#'));
    let full = first.map_or_else(|| summary.clone(), |text| text.replace('\n', " "));
    Rule {
        id: code.as_str(),
        short_description: Text { text: summary },
        full_description: Text { text: full },
        help: Help {
            text: markdown.clone(),
            markdown,
        },
        help_uri: lint
            .docs
            .map(|docs| format!("{}/rules.md#{code}", docs.trim_end_matches('/'))),
        properties: RuleProperties {
            tags: ["reliability"],
        },
    }
}

fn result(lint: &Lint<'_>, finding: &Finding, waiver: Option<&Waiver>) -> SarifResult {
    let related: Vec<(&Place, &str)> = finding
        .related
        .iter()
        .map(|related| (&related.place, related.words.as_str()))
        .take(MOST_PLACES)
        .collect();
    let mut text = finding.message.to_string();
    for more in finding.notes.iter().chain(&finding.help) {
        text.push('\n');
        text.push_str(more);
    }
    let locations = place::of(lint, finding)
        .map(|range| location(&range, None, &finding.label))
        .into_iter()
        .collect();
    let mut steps = Vec::new();
    if let (Some(place), false) = (&finding.place, related.is_empty()) {
        let first = (place, finding.message.as_str());
        let chain = std::iter::once(first).chain(related.iter().copied());
        steps.extend(chain.map(|(place, words)| Step {
            location: location(&place::range(lint, place), None, words),
        }));
    }
    let code_flows = if steps.is_empty() {
        Vec::new()
    } else {
        vec![CodeFlow {
            thread_flows: [ThreadFlow { locations: steps }],
        }]
    };
    SarifResult {
        rule_id: finding.rule.as_str(),
        rule_index: Code::ALL
            .iter()
            .position(|code| *code == finding.rule)
            .unwrap_or(0),
        level: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        message: message(&text),
        locations,
        related_locations: related
            .into_iter()
            .enumerate()
            .map(|(id, (place, words))| location(&place::range(lint, place), Some(id), words))
            .collect(),
        code_flows,
        partial_fingerprints: Fingerprints {
            own: finding.fingerprint.clone(),
            line: finding.fingerprint.clone(),
        },
        baseline_state: lint.judged.compared.then_some(if finding.known {
            "unchanged"
        } else {
            "new"
        }),
        suppressions: waiver.map(suppression).into_iter().collect(),
        properties: Properties {
            confidence: finding.confidence.as_str(),
            subject: finding.subject.clone(),
            cut: finding.cut.iter().map(ToString::to_string).collect(),
        },
    }
}

fn suppression(waiver: &Waiver) -> Suppression {
    let in_comment = matches!(waiver.place, Place::Source(Source::Here(_)));
    let mut justification = waiver.reason.clone();
    if let Some(owner) = &waiver.owner {
        let _ = write!(justification, " (owner: {owner})");
    }
    if let Some(day) = waiver.expires {
        let _ = write!(justification, " (until {day})");
    }
    Suppression {
        kind: if in_comment { "inSource" } else { "external" },
        status: "accepted",
        justification,
    }
}

fn location(range: &place::Range, id: Option<usize>, words: &str) -> Location {
    let (uri, relative) = uri(&range.at.file);
    Location {
        id,
        physical: Physical {
            artifact_location: Artifact {
                uri,
                uri_base_id: relative.then_some("%SRCROOT%"),
            },
            region: Region {
                start_line: range.at.line.max(1),
                start_column: range.at.column.max(1),
                end_column: range.end,
            },
        },
        message: (!words.is_empty()).then(|| message(words)),
    }
}

/// The path as a URI reference, and whether it is a relative one.
fn uri(path: &str) -> (String, bool) {
    let mut uri = String::with_capacity(path.len());
    let absolute = path.starts_with('/');
    if absolute {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    (uri, !absolute)
}

/// Plain text in which nothing is a link (`[words](target)`) or a placeholder (`{0}`), as
/// sections 3.11.5 and 3.11.6 of the standard have them.
fn message(text: &str) -> Text {
    let mut out = String::with_capacity(text.len());
    let links = text.contains("](");
    for letter in text.chars() {
        match letter {
            '{' | '}' => {
                out.push(letter);
                out.push(letter);
            }
            '[' | ']' | '\\' if links => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    Text { text: out }
}
