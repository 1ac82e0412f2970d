//! Manifests made to break a reader.

use std::fmt::Write as _;

use super::super::reader::Reader;
use super::{app, facts, ids, translate_with};
use crate::source::ProblemKind;

#[test]
fn values_of_the_wrong_shape_are_passed_over() {
    let whole = app(
        "web",
        "nodeSelector: {a: b}\naffinity: {}\ntopologySpreadConstraints: []\ninitContainers: []",
        "command: [a]\nargs: [b]\nenv: [{name: A, value: b}]\nenvFrom: []",
    );
    // Each value in turn becomes something else.
    for odd in [
        "7",
        "[]",
        "{}",
        "[[[]]]",
        "null",
        "{a: {b: [c]}}",
        "''",
        "[null, 1, {x: y}]",
    ] {
        for (at, _) in whole.match_indices(": ") {
            let end = whole[at..].find('\n').map_or(whole.len(), |n| at + n);
            let text = format!("{}: {odd}{}", &whole[..at], &whole[end..]);
            let _ = facts(&text);
        }
    }
    assert_eq!(ids(&facts(&whole)), ["service:web"]);
}

#[test]
fn aliases_that_point_in_circles() {
    let text = "apiVersion: v1\nkind: List\nitems: &all\n- apiVersion: v1\n  kind: List\n  items: *all\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec: {containers: [{name: m, env: [{name: A, value: 'x:80'}]}]}\n";
    assert_eq!(ids(&facts(text)), ["service:a"]);
}

#[test]
fn a_budget_that_ends_is_said() {
    // A hundred pods of a hundred containers of a hundred variables: a million from 300 lines.
    let mut text = String::from("apiVersion: v1\nkind: List\nitems:\n");
    text += "- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec: &spec\n    containers:\n    - &c\n      name: m\n      env:\n      - &e {name: A, value: 'db:5432'}\n";
    text += &"      - *e\n".repeat(100);
    text += &"    - *c\n".repeat(100);
    for at in 0..100 {
        let _ = writeln!(
            text,
            "- {{apiVersion: v1, kind: Pod, metadata: {{name: p{at}}}, spec: *spec}}"
        );
    }
    let (facts, _) = translate_with(&[("bomb.yaml", &text)], &Reader::with_steps(100_000));
    let end = facts.problems.last().expect("a problem");
    assert_eq!(end.kind, ProblemKind::Unreadable);
    let (whole, _) = translate_with(&[("bomb.yaml", &text)], &Reader::new());
    assert!(whole.problems.is_empty());
    // One place for each pod, however often it is named there.
    assert_eq!(whole.requirements.len(), 101);
}

#[test]
fn expansion_does_not_explode() {
    let mut env = String::from("env:\n- {name: V0, value: 'xxxxxxxxxxxxxxxx'}\n");
    for at in 1..60 {
        let _ = writeln!(env, "- {{name: V{at}, value: '$(V{0})$(V{0})'}}", at - 1);
    }
    let facts = facts(&app("web", "", &env));
    assert!(facts.requirements.is_empty());
}
