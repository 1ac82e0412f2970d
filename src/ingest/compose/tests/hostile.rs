//! Files made to hang or crash a reader.

use super::{notes, translate, walked};
use crate::ingest::budget::Budget;
use crate::source::ProblemKind;

#[test]
fn circles_end() {
    let facts = walked(&[
        (
            "compose.yaml",
            "include: [compose.yaml, b/compose.yaml]\nservices: {a: {extends: b, image: x}, b: {extends: {file: compose.yaml, service: a}}, c: {extends: c}}",
        ),
        (
            "b/compose.yaml",
            "include: ../compose.yaml\nservices: {d: {image: x, depends_on: [d], network_mode: 'service:d'}}",
        ),
    ]);
    assert!(notes(&facts).contains("this chain of `extends` is a circle"));
    assert!(facts.requirements.is_empty());
}

#[test]
fn includes_that_multiply_are_cut() {
    let mut files = Vec::new();
    for at in 0..30 {
        let next = at + 1;
        let text = format!(
            "include: [f{next}.yaml, f{next}.yaml, f{next}.yaml]\nservices: {{s{at}: {{image: x}}}}"
        );
        files.push((format!("compose/f{at}.yaml"), text));
    }
    files.push((
        "compose/compose.yaml".to_owned(),
        "include: [f0.yaml]".to_owned(),
    ));
    let files: Vec<_> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    assert!(!walked(&files).nodes.is_empty());
}

#[test]
fn odd_shapes_are_survived() {
    for text in [
        "services: {a: {image: [], environment: [[], {}, 1], depends_on: 3, deploy: [], links: {a: b}, command: {}, env_file: {}, networks: [x], extends: []}}",
        "services: {a: {image: x, deploy: {replicas: 99999999999999999999, placement: x, mode: {}}, scale: -1}}",
        "services: {a: {image: x, environment: {A_URL: 'http://${A:-${A:-${A', B: '$'}}}",
        "services: {? [a] : {image: x}, b: {build: .}}",
        "include: [{}, [], 1, {path: []}, {path: {a: b}}]\nservices: {a: {image: x}}",
        "services: {a: {image: x, extra_hosts: ['', ':', '=']}}\nnetworks: 1\nname: []",
    ] {
        let _ = walked(&[("compose.yaml", text)]);
    }
}

#[test]
fn a_spent_budget_is_said() {
    let files = [("compose.yaml", "services: {a: {image: x}, b: {image: x}}")];
    let facts = translate(&[], &files, &Budget::with_steps(3));
    assert_eq!(facts.problems.len(), 1);
    assert_eq!(facts.problems[0].kind, ProblemKind::Unreadable);
}
