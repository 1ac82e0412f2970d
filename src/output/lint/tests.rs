//! The formats on findings made by hand: hostile texts, masked lines, endless lines.

use super::{Lint, Look, concise, human, json};
use crate::analysis::coverage::Coverage;
use crate::findings::gate::Judged;
use crate::findings::{Code, Finding, Place, Related, Severity, finish};
use crate::source::{SourceMap, Span};

const PLAIN: Look = Look {
    width: 100,
    styled: false,
};

/// A file, and a finding at the first place where each of `words` occurs in it.
fn estate(text: &str, words: &[&str]) -> (SourceMap, Vec<Finding>) {
    let mut sources = SourceMap::default();
    let file = sources.add("spof.yaml".into(), text.to_owned());
    let place = |word: &str| {
        let start = text.find(word).unwrap();
        Place::at(Span::new(file, start, start + word.len()))
    };
    let mut finding = Finding::new(
        Code::SingleDomain,
        Severity::Error,
        "service:web",
        "`service:web` stands on one domain",
    );
    finding.place = words.first().map(|word| place(word));
    finding.label = "here".to_owned();
    finding.related = words
        .iter()
        .skip(1)
        .map(|word| Related::new(place(word), format!("and `{word}`")))
        .collect();
    let mut findings = vec![finding];
    finish(&mut findings, &sources);
    (sources, findings)
}

fn judged(findings: &[Finding]) -> Judged {
    Judged {
        open: findings.to_vec(),
        ..Judged::default()
    }
}

fn lint<'a>(sources: &'a SourceMap, judged: &'a Judged, coverage: &'a Coverage) -> Lint<'a> {
    Lint {
        judged,
        sources,
        coverage,
        unread: &[],
        documents: 1,
        documentation: |code| format!("## About\n\n{}\n", code.summary()),
        docs: None,
    }
}

fn shown(text: &str, words: &[&str]) -> String {
    let (sources, findings) = estate(text, words);
    human(
        &lint(&sources, &judged(&findings), &Coverage::default()),
        PLAIN,
    )
}

#[test]
fn marks_what_it_is_about() {
    insta::assert_snapshot!(
        shown("services:\n  - id: service:web\n    replicas:\n      - {on: room:1}\n\n\n\n\n\n\n# far\nfar: x\n", &["service:web", "room:1", "far: x"]),
        @r"
    error[single-domain]: `service:web` stands on one domain
     --> spof.yaml:2:9
      |
    2 |   - id: service:web
      |         ^^^^^^^^^^^ here
    3 |     replicas:
    4 |       - {on: room:1}
      |              ------ and `room:1`
      |
      = note: and `far: x` (spof.yaml:12:1)

    1 error
    from 1 document:
    about a rule: spof explain single-domain
    "
    );
}

#[test]
fn a_masked_line_may_be_shorter_than_the_place() {
    let text = "password: correct-horse-battery-staple-and-more # TAIL\n";
    let out = shown(text, &["TAIL"]);
    assert!(!out.contains("horse"), "{out}");
    assert!(out.contains("password: ***"), "{out}");
    let out = shown(text, &["correct-horse-battery-staple-and-more"]);
    assert!(!out.contains("horse"), "{out}");
}

#[test]
fn endless_lines_are_cut_around_the_place() {
    let long = "x".repeat(7_000);
    let out = shown(&format!("a: [{long}, HERE, {long}]\n"), &["HERE"]);
    assert!(out.contains("HERE"), "{out}");
    assert!(out.len() < 2_000, "{} bytes", out.len());
    let wide = "판".repeat(2_000);
    let out = shown(&format!("a: [{wide}, HERE, {wide}]\n"), &["HERE"]);
    assert!(out.contains("HERE"), "{out}");
    // What is too long to be searched for secrets is not shown at all.
    let endless = "x".repeat(1_000_000);
    let out = shown(&format!("a: [{endless}, HERE, {endless}]\n"), &["HERE"]);
    assert!(out.contains("1 | ***") && out.len() < 2_000, "{out}");
}

#[test]
fn nothing_of_the_input_reaches_the_terminal() {
    let evil = "a\u{1b}[31mb\u{202e}c\u{7}\td\u{9b}e";
    let text = format!("x: {evil} # X\n");
    let (sources, mut findings) = estate(&text, &["X"]);
    findings[0].message = format!("`service:{evil}`\nsecond line").as_str().into();
    findings[0].label = evil.to_owned();
    findings[0].notes = vec![evil.into()];
    findings[0].help = Some(format!("{evil}\r\n::error::x").as_str().into());
    findings[0].related = vec![Related::new(Place::File(evil.into()), evil)];
    let coverage = Coverage::default();
    let judged = judged(&findings);
    let lint = lint(&sources, &judged, &coverage);
    for out in [human(&lint, PLAIN), concise(&lint)] {
        for letter in ['\u{1b}', '\u{202e}', '\u{7}', '\u{9b}', '\r'] {
            assert!(!out.contains(letter), "{letter:?} in {out:?}");
        }
        assert!(!out.contains("\nsecond"), "{out}");
        assert!(!out.contains("\n::"), "{out}");
    }
    assert_eq!(concise(&lint).lines().count(), 1);
    let styled = human(
        &lint,
        Look {
            styled: true,
            ..PLAIN
        },
    );
    assert!(!styled.contains("\u{1b}[31mb"), "{styled:?}");
}

#[test]
fn a_place_without_text_is_still_a_place() {
    let (sources, mut findings) = estate("x\n", &["x"]);
    findings[0].place = Some(Place::File("big.json".into()));
    let coverage = Coverage::default();
    let out = human(&lint(&sources, &judged(&findings), &coverage), PLAIN);
    assert!(out.contains("--> big.json\n"), "{out}");
    findings[0].place = None;
    let out = human(&lint(&sources, &judged(&findings), &coverage), PLAIN);
    assert!(
        out.starts_with("error[single-domain]: `service:web`"),
        "{out}"
    );
}

#[test]
fn json_holds_the_contract() {
    let (sources, mut findings) = estate("a: b\n", &["b", "a"]);
    findings[0].cut = vec![crate::words::Id::parse("site:a").unwrap()];
    findings[0].object = Some("x".to_owned());
    finish(&mut findings, &sources);
    let (judged, coverage) = (judged(&findings), Coverage::default());
    let value = json(&lint(&sources, &judged, &coverage));
    let fingerprint = findings[0].fingerprint.clone();
    assert_eq!(
        serde_json::to_value(value).unwrap(),
        serde_json::json!({
            "version": 1,
            "findings": [{
                "rule": "single-domain",
                "severity": "error",
                "confidence": "declared",
                "fingerprint": fingerprint,
                "subject": "service:web",
                "object": "x",
                "cut": ["site:a"],
                "message": "`service:web` stands on one domain",
                "location": {"file": "spof.yaml", "line": 1, "column": 4, "label": "here"},
                "related": [{"file": "spof.yaml", "line": 1, "column": 1, "label": "and `a`"}],
                "notes": [],
            }],
            "fails": false,
            "waived": [],
            "gone": 0,
            "coverage": {
                "documents": 1, "nodes": {}, "requirements": {}, "workloads": 0,
                "with_replicas": 0, "with_tier": 0, "replicas": 0, "unplaced": 0, "unread": {},
            },
        })
    );
}
