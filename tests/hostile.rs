//! Inputs made to harm: the program may refuse them, and still analyses what lies beside them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with one good manifest in it.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let good = "services: [{id: good, replicas: [{on: site:a}]}]\ndomains: [{id: site:a}]\n";
    fs::write(dir.path().join("good.spof.yaml"), good).unwrap();
    dir
}

/// What `spof coverage --format json` says of `path`, and its exit code. A minute is an age: what
/// hangs fails.
fn coverage(path: &Path) -> (Value, i32) {
    let output = Command::cargo_bin("spof")
        .unwrap()
        .args(["coverage", "--format", "json", "-i"])
        .arg(path)
        .timeout(Duration::from_mins(1))
        .output()
        .unwrap();
    let code = output.status.code().expect("no signal ended it");
    let value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (value, code)
}

/// The good manifest is analysed, and `name` is listed as not read for `reason`.
fn refused_beside_the_good_one(dir: &TempDir, name: &str, reason: &str) {
    let (answer, code) = coverage(dir.path());
    assert_eq!(code, 0, "{answer}");
    let unread = answer["unread"].as_array().expect("unread");
    let entry = unread
        .iter()
        .find(|entry| {
            entry["file"]
                .as_str()
                .is_some_and(|file| file.ends_with(name))
        })
        .unwrap_or_else(|| panic!("{name} is not listed: {answer}"));
    assert_eq!(entry["reason"], reason, "{entry}");
    assert!(
        entry["detail"]
            .as_str()
            .is_some_and(|detail| !detail.is_empty())
    );
    let graph = Command::cargo_bin("spof")
        .unwrap()
        .args(["graph", "--format", "json", "-q", "-i"])
        .arg(dir.path())
        .output()
        .unwrap();
    let graph: Value = serde_json::from_slice(&graph.stdout).unwrap();
    let nodes = graph["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["id"] == "service:good"));
}

#[test]
fn ten_thousand_levels_of_nesting() {
    let deep = 10_000;
    let forms = [
        (
            "flow.yaml",
            format!("a: {}{}", "[".repeat(deep), "]".repeat(deep)),
        ),
        ("open.yaml", "[".repeat(deep)),
        (
            "deep.json",
            format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        ),
        (
            "maps.json",
            format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep)),
        ),
        (
            "deep.toml",
            format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
        ),
    ];
    for (name, text) in forms {
        let dir = folder();
        fs::write(dir.path().join(name), text).unwrap();
        refused_beside_the_good_one(&dir, name, "over-limit");
    }
}

#[test]
fn an_alias_bomb_costs_nothing() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(
            bomb,
            "a{level}: &a{level} [{}]",
            below.trim_end_matches(", ")
        );
    }
    // As a manifest too: a list of services that holds itself ten to the forty times.
    let _ = writeln!(bomb, "services: *a39");
    let dir = folder();
    fs::write(dir.path().join("bomb.yaml"), &bomb).unwrap();
    fs::write(dir.path().join("bomb.spof.yaml"), &bomb).unwrap();
    let merges: String = (1..60).fold("m0: &m0 {a: 1}\n".to_owned(), |mut text, level| {
        let _ = writeln!(
            text,
            "m{level}: &m{level} {{<<: [*m{0}, *m{0}, *m{0}]}}",
            level - 1
        );
        text
    });
    fs::write(dir.path().join("merges.yaml"), merges).unwrap();
    let (answer, code) = coverage(dir.path());
    assert_eq!(code, 0, "{answer}");
}

#[test]
fn a_file_of_two_hundred_megabytes_is_not_read() {
    let dir = folder();
    let file = fs::File::create(dir.path().join("large.yaml")).unwrap();
    file.set_len(200 << 20).unwrap();
    refused_beside_the_good_one(&dir, "large.yaml", "over-limit");
}

#[cfg(unix)]
#[test]
fn links_are_listed_and_never_followed() {
    let dir = folder();
    let outside = tempfile::tempdir().unwrap();
    fs::write(
        outside.path().join("secret.spof.yaml"),
        "services: [{id: outside}]\n",
    )
    .unwrap();
    std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
    std::os::unix::fs::symlink(outside.path(), dir.path().join("away")).unwrap();
    refused_beside_the_good_one(&dir, "loop", "symlink");
    refused_beside_the_good_one(&dir, "away", "symlink");
    let (answer, _) = coverage(dir.path());
    assert!(!answer.to_string().contains("outside"), "{answer}");
}

#[test]
fn where_nothing_is_recognised_what_was_not_read_is_listed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("main.bicep"), "resource \"x\" \"y\" {}\n").unwrap();
    let (answer, code) = coverage(dir.path());
    assert_eq!(code, 3);
    assert_eq!(answer["unread"][0]["reason"], "unknown-format", "{answer}");
}

/// No file of any pack crashes or hangs it, and each it can't use has its reason.
#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn every_real_pack_is_read_or_listed() {
    let packs = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let mut seen = 0;
    for pack in fs::read_dir(packs).unwrap() {
        let pack = pack.unwrap().path();
        if !pack.is_dir() {
            continue;
        }
        seen += 1;
        let (answer, code) = coverage(&pack);
        assert!(code == 0 || code == 3, "{}: exit {code}", pack.display());
        for entry in answer["unread"].as_array().expect("unread") {
            let has = |key: &str| entry[key].as_str().is_some_and(|text| !text.is_empty());
            assert!(has("file") && has("reason") && has("detail"), "{entry}");
        }
        for command in ["list", "lint", "report"] {
            let mut run = Command::cargo_bin("spof").unwrap();
            run.args([command, "-q", "-i"]).arg(&pack);
            if command == "report" {
                run.args(["-o", "-"]);
            }
            let output = run.timeout(Duration::from_mins(1)).output().unwrap();
            let code = output.status.code();
            assert!(
                matches!(code, Some(0 | 1 | 3)),
                "{command} {}: {code:?}\n{}",
                pack.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    assert!(seen >= 7, "{seen} packs");
}
