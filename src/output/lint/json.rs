//! Findings for programs (DESIGN section 5). The schema that `spof schema lint` prints is made of
//! the types that are written: it cannot say something else.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::{Lint, unread_by_reason};
use crate::findings::waiver::{Waived, Waiver};
use crate::findings::{Finding, Place};
use crate::output::json::VERSION;
use crate::source::SourceMap;
use crate::words::{Code, Evidence, Id, Message, Severity};

/// The answer of `spof lint --format json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answer<'a> {
    /// Version of this form: a new one only where a program that reads it could break.
    version: u32,
    /// Whether the gate fails (exit code 1).
    fails: bool,
    /// What was found and is not waived, the most severe first.
    findings: Vec<Found<'a>>,
    /// What was found and accepted by a waiver.
    waived: Vec<Accepted<'a>>,
    /// How many findings of the base or baseline are found no longer.
    gone: usize,
    /// How much is known of the estate.
    coverage: Known,
}

/// One finding.
#[derive(Debug, Serialize, JsonSchema)]
struct Found<'a> {
    #[schemars(schema_with = "rules")]
    rule: &'static str,
    #[schemars(schema_with = "severities")]
    severity: &'static str,
    #[schemars(schema_with = "evidences")]
    confidence: &'static str,
    /// What makes two findings the same one, whatever line they stand on.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    fingerprint: &'a str,
    /// With a base or a baseline: whether it was there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<bool>,
    /// What the finding is about.
    subject: &'a str,
    /// What else it is about, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    /// The faults that take the subject together, if any do.
    cut: Vec<&'a str>,
    message: &'a str,
    /// Where it is seen.
    location: Option<Location>,
    /// The chain behind it and other places, in order.
    related: Vec<Location>,
    notes: Vec<&'a str>,
    /// What would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

/// A finding that was accepted.
#[derive(Debug, Serialize, JsonSchema)]
struct Accepted<'a> {
    #[serde(flatten)]
    finding: Found<'a>,
    waiver: Acceptance<'a>,
}

/// Why, by whom and until when it was accepted.
#[derive(Debug, Serialize, JsonSchema)]
struct Acceptance<'a> {
    reason: &'a str,
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// The last day on which it holds, as in `2026-11-22`.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize, JsonSchema)]
struct Location {
    file: String,
    line: u32,
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

/// How much is known of the estate.
#[derive(Debug, Serialize, JsonSchema)]
struct Known {
    /// Documents that were used.
    documents: usize,
    /// Nodes by class.
    nodes: BTreeMap<&'static str, usize>,
    /// Requirements by evidence.
    requirements: BTreeMap<&'static str, usize>,
    workloads: usize,
    /// Workloads of which replicas are known.
    with_replicas: usize,
    /// Workloads of which the tier is known.
    with_tier: usize,
    replicas: usize,
    /// Replicas of which nothing says where they run.
    unplaced: usize,
    /// Files and documents that were not read, by reason.
    unread: BTreeMap<&'static str, usize>,
}

/// The whole answer.
#[must_use]
pub fn json<'a>(lint: &Lint<'a>) -> Answer<'a> {
    let judged = lint.judged;
    let findings = judged.open.iter().chain(&judged.known);
    Answer {
        version: VERSION,
        fails: judged.fails,
        findings: findings.map(|finding| of(finding, lint)).collect(),
        waived: judged
            .waived
            .iter()
            .map(|Waived { finding, waiver }| Accepted {
                finding: of(finding, lint),
                waiver: acceptance(waiver, lint.sources),
            })
            .collect(),
        gone: judged.gone,
        coverage: coverage(lint),
    }
}

/// The JSON Schema (draft 2020-12) of the answer, as `spof schema lint` prints it.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<Answer<'static>>();
    schema.insert("title".to_owned(), "spof lint --format json".into());
    schema.to_value()
}

fn rules(_: &mut SchemaGenerator) -> Schema {
    let rules: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json_schema!({ "description": "The rule; `spof explain RULE` tells of it.", "enum": rules })
}

fn severities(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Severity::ALL.map(Severity::as_str) })
}

fn evidences(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<&str> = Evidence::ALL.iter().map(|word| word.as_str()).collect();
    json_schema!({ "description": "The weakest evidence the finding rests on.", "enum": words })
}

fn of<'a>(finding: &'a Finding, lint: &Lint<'_>) -> Found<'a> {
    let sources = lint.sources;
    Found {
        rule: finding.rule.as_str(),
        severity: finding.severity.as_str(),
        confidence: finding.confidence.as_str(),
        fingerprint: &finding.fingerprint,
        known: lint.judged.compared.then_some(finding.known),
        subject: &finding.subject,
        object: finding.object.as_deref(),
        cut: finding.cut.iter().map(Id::as_str).collect(),
        message: &finding.message,
        location: finding
            .place
            .as_ref()
            .map(|at| location(at, &finding.label, sources)),
        related: finding
            .related
            .iter()
            .map(|related| location(&related.place, &related.words, sources))
            .collect(),
        notes: finding.notes.iter().map(Message::as_str).collect(),
        help: finding.help.as_deref(),
    }
}

fn acceptance<'a>(waiver: &'a Waiver, sources: &SourceMap) -> Acceptance<'a> {
    Acceptance {
        reason: &waiver.reason,
        location: location(&waiver.place, "", sources),
        owner: waiver.owner.as_deref(),
        expires: waiver.expires.map(|day| day.to_string()),
    }
}

fn location(place: &Place, words: &str, sources: &SourceMap) -> Location {
    let at = place.location(sources);
    Location {
        file: at.file,
        line: at.line,
        column: at.column,
        label: (!words.is_empty()).then(|| words.to_owned()),
    }
}

fn coverage(lint: &Lint<'_>) -> Known {
    let known = lint.coverage;
    Known {
        documents: lint.documents,
        nodes: known
            .nodes
            .iter()
            .map(|(class, count)| (class.as_str(), *count))
            .collect(),
        requirements: known
            .requirements
            .iter()
            .map(|(evidence, count)| (evidence.as_str(), *count))
            .collect(),
        workloads: known.workloads,
        with_replicas: known.with_replicas,
        with_tier: known.with_tier,
        replicas: known.replicas,
        unplaced: known.unplaced,
        unread: unread_by_reason(lint.unread)
            .into_iter()
            .map(|(reason, count)| (reason.as_str(), count))
            .collect(),
    }
}
