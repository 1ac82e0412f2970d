//! Rules on small estates, through the real readers, adapters and model: for each rule a case in
//! which it fires and cases in which it must not.

mod cases;
mod docs;
mod input;
mod mechanisms;
mod redundancy;
mod single;

use std::fmt::Write as _;

use super::{Input, run};
use crate::analysis::engine::Engine;
use crate::analysis::sweep::Sweep;
use crate::config::gate::{Freshness, Threshold};
use crate::findings::gate::{Policy, judge};
use crate::findings::{Code, Finding, Related, waiver};
use crate::graph::Graph;
use crate::ingest::fact::Source;
use crate::model::build;
use crate::source::{Comment, Document, Limits, Problem, SourceMap, Syntax, Unread};
use crate::words::{Assume, Date, Evidence};

/// The day on which all of these tests run.
pub(super) const TODAY: &str = "2026-11-22";

/// The findings of an estate, and its texts.
pub(super) struct Linted {
    pub(super) findings: Vec<Finding>,
    pub(super) sources: SourceMap,
}

/// Lints native manifests, each a path and its text.
pub(super) fn lint(files: &[(&str, &str)]) -> Linted {
    lint_with(files, &[], Assume::Pessimistic)
}

pub(super) fn lint_with(files: &[(&str, &str)], unread: &[Unread], assume: Assume) -> Linted {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for (path, text) in files {
        let file = sources.add((*path).into(), (*text).to_owned());
        let syntax = if camino::Utf8Path::new(path).extension() == Some("json") {
            Syntax::Json
        } else {
            Syntax::Yaml
        };
        let reading = syntax.read(file, text, &Limits::default());
        documents.extend(reading.documents);
        problems.extend(reading.problems);
    }
    let (told, _) = crate::ingest::run(&documents, &sources);
    let model = build(told, &sources, assume);
    problems.extend(model.problems.iter().cloned());
    let graph = Graph::new(&model);
    let engine = Engine::new(&graph);
    let sweep = Sweep::new(&engine);
    let today = Date::parse(TODAY).unwrap();
    let findings = run(Input {
        model: &model,
        engine: &engine,
        sweep: &sweep,
        sources: &sources,
        problems: &problems,
        unread,
        today,
        freshness: Freshness::default(),
    });
    // As `spof lint` does: waivers in comments, and what is wrong with them.
    let comments: Vec<Comment> = documents
        .into_iter()
        .flat_map(|document| document.comments)
        .collect();
    let (waivers, wrong) = waiver::of_comments(&comments, &sources);
    let policy = Policy {
        levels: std::collections::BTreeMap::new(),
        min_confidence: Evidence::Assumed,
        waivers: Some(waivers),
        today,
        known: None,
        fail_on: Threshold::Never,
        fail_on_new: Threshold::Never,
    };
    let judged = judge(findings, wrong, &policy, &sources, |finding| {
        let node = model.find(&finding.subject).map(|ix| model.node(ix));
        let sources = node.map_or(&[][..], |node| &node.sources).iter();
        sources
            .filter_map(|source| match source {
                Source::Here(span) => Some(*span),
                Source::Recorded(_) => None,
            })
            .collect()
    });
    Linted {
        findings: judged.open,
        sources,
    }
}

/// One manifest.
pub(super) fn manifest(text: &str) -> Linted {
    lint(&[("spof.yaml", text)])
}

impl Linted {
    /// The findings of one rule.
    pub(super) fn of(&self, rule: Code) -> Vec<&Finding> {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.rule == rule).collect()
    }

    /// Rule, severity and subject of every finding.
    pub(super) fn short(&self) -> Vec<String> {
        let findings = self.findings.iter();
        findings
            .map(|f| format!("{}[{}] {}", f.severity, f.rule, f.subject))
            .collect()
    }

    /// Everything that a finding of `rule` says, for reading.
    pub(super) fn told(&self, rule: Code) -> String {
        let mut text = String::new();
        for finding in self.of(rule) {
            let place = |place: &crate::findings::Place| place.location(&self.sources).to_string();
            let _ = writeln!(
                text,
                "{}[{}] ({}) {}",
                finding.severity, finding.rule, finding.confidence, finding.message
            );
            let at = finding.place.as_ref().map_or_else(String::new, place);
            let _ = writeln!(text, "  {at}: {}", finding.label);
            for Related {
                place: at, words, ..
            } in &finding.related
            {
                let _ = writeln!(text, "  {}: {words}", place(at));
            }
            for note in &finding.notes {
                let _ = writeln!(text, "  note: {note}");
            }
            if let Some(help) = &finding.help {
                let _ = writeln!(text, "  help: {help}");
            }
        }
        text
    }
}
