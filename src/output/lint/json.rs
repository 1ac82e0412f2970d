//! Findings for programs (DESIGN section 5).

use serde_json::{Map, Value, json};

use super::{Lint, unread_by_reason};
use crate::findings::waiver::Waived;
use crate::findings::{Finding, Place};
use crate::output::json::VERSION;
use crate::source::SourceMap;

/// The whole answer. Positions count characters from 1.
#[must_use]
pub fn json(lint: &Lint<'_>) -> Value {
    let judged = lint.judged;
    let findings = judged.open.iter().chain(&judged.known);
    let findings: Vec<Value> = findings.map(|finding| of(finding, lint).into()).collect();
    let waived: Vec<Value> = judged
        .waived
        .iter()
        .map(|waived| of_waived(waived, lint))
        .collect();
    json!({
        "version": VERSION,
        "fails": judged.fails,
        "findings": findings,
        "waived": waived,
        "gone": judged.gone,
        "coverage": coverage(lint),
    })
}

fn of(finding: &Finding, lint: &Lint<'_>) -> Map<String, Value> {
    let sources = lint.sources;
    let cut: Vec<&str> = finding.cut.iter().map(crate::words::Id::as_str).collect();
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|related| place(&related.place, &related.words, sources))
        .collect();
    let mut value = Map::new();
    let mut put = |key: &str, content: Value| {
        value.insert(key.to_owned(), content);
    };
    put("rule", finding.rule.as_str().into());
    put("severity", finding.severity.as_str().into());
    put("confidence", finding.confidence.as_str().into());
    put("fingerprint", finding.fingerprint.as_str().into());
    if lint.judged.compared {
        put("known", finding.known.into());
    }
    put("subject", finding.subject.as_str().into());
    if let Some(object) = &finding.object {
        put("object", object.as_str().into());
    }
    put("cut", cut.into());
    put("message", finding.message.as_str().into());
    let location = finding
        .place
        .as_ref()
        .map_or(Value::Null, |at| place(at, &finding.label, sources));
    put("location", location);
    put("related", related.into());
    put("notes", finding.notes.clone().into());
    if let Some(help) = &finding.help {
        put("help", help.as_str().into());
    }
    value
}

fn of_waived(Waived { finding, waiver }: &Waived, lint: &Lint<'_>) -> Value {
    let mut value = of(finding, lint);
    let mut why = json!({
        "reason": waiver.reason,
        "location": place(&waiver.place, "", lint.sources),
    });
    if let Some(fields) = why.as_object_mut() {
        if let Some(owner) = &waiver.owner {
            fields.insert("owner".to_owned(), owner.as_str().into());
        }
        if let Some(day) = waiver.expires {
            fields.insert("expires".to_owned(), day.to_string().into());
        }
    }
    value.insert("waiver".to_owned(), why);
    Value::Object(value)
}

fn place(place: &Place, words: &str, sources: &SourceMap) -> Value {
    let location = place.location(sources);
    let mut value = json!({
        "file": location.file,
        "line": location.line,
        "column": location.column,
    });
    if let (false, Some(fields)) = (words.is_empty(), value.as_object_mut()) {
        fields.insert("label".to_owned(), words.into());
    }
    value
}

fn coverage(lint: &Lint<'_>) -> Value {
    let known = lint.coverage;
    let nodes: Map<String, Value> = known
        .nodes
        .iter()
        .map(|(class, count)| (class.to_string(), (*count).into()))
        .collect();
    let requirements: Map<String, Value> = known
        .requirements
        .iter()
        .map(|(evidence, count)| (evidence.to_string(), (*count).into()))
        .collect();
    let unread: Map<String, Value> = unread_by_reason(lint.unread)
        .into_iter()
        .map(|(reason, count)| (reason.as_str().to_owned(), count.into()))
        .collect();
    json!({
        "documents": lint.documents,
        "nodes": nodes,
        "requirements": requirements,
        "workloads": known.workloads,
        "with_replicas": known.with_replicas,
        "with_tier": known.with_tier,
        "replicas": known.replicas,
        "unplaced": known.unplaced,
        "unread": unread,
    })
}
