//! What was seen beside what is stated, through the real binary: hidden calls, calls that nobody
//! saw, names that differ, choices and standbys.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(dir.path().join(path), text).unwrap();
    }
    dir
}

fn spof(dir: &TempDir, words: &[&str]) -> String {
    let mut command = Command::cargo_bin("spof").unwrap();
    let run = command
        .current_dir(dir.path())
        .args(words)
        .output()
        .unwrap();
    String::from_utf8(run.stdout).unwrap()
}

/// Findings of the two rules that compare, as `rule subject object`.
fn compared(dir: &TempDir) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&spof(
        dir,
        &["lint", "--format", "json", "--fail-on", "never"],
    ))
    .unwrap();
    let findings = json["findings"].as_array().unwrap().iter();
    let mut lines: Vec<String> = findings
        .filter(|finding| finding["rule"].as_str().unwrap().contains("observed"))
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
            format!(
                "{} {} {} {}",
                text("severity"),
                text("rule"),
                text("subject"),
                text("object")
            )
        })
        .collect();
    lines.sort();
    lines
}

/// `id evidence observed` of the requirements between services and stores.
fn needs(dir: &TempDir) -> Vec<String> {
    let graph: serde_json::Value =
        serde_json::from_str(&spof(dir, &["graph", "--format", "json"])).unwrap();
    let all = graph["requirements"].as_array().unwrap().iter();
    let mut lines: Vec<String> = all
        .filter(|one| one["mode"] == "hard" || one["mode"] == "soft")
        .map(|one| {
            let seen = if one["observed"] == true { " seen" } else { "" };
            format!(
                "{} {}{seen}",
                one["id"].as_str().unwrap(),
                one["evidence"].as_str().unwrap()
            )
        })
        .collect();
    lines.sort();
    lines
}

fn links(pairs: &[(&str, &str)]) -> String {
    let all = pairs.iter().map(|(parent, child)| {
        format!("{{\"parent\": \"{parent}\", \"child\": \"{child}\", \"callCount\": 3}}")
    });
    format!("[{}]", all.collect::<Vec<_>>().join(",\n"))
}

#[test]
fn hidden_calls_and_calls_that_nobody_saw() {
    let manifest = "services:\n\
        - {id: web, tier: 1, requires: [cart, rates], optional: [ads]}\n\
        - {id: cart, requires: [rates]}\n\
        - {id: rates, tier: 3}\n\
        - {id: ads, requires: [cart]}\n\
        - {id: mail, requires: [rates]}\n";
    let traces = links(&[
        ("web", "cart"),
        ("web", "ads"),
        ("cart", "rates"),
        ("web", "pay"),
        ("pay", "bank"),
    ]);
    let dir = tree(&[("spof.yaml", manifest), ("links.json", &traces)]);
    // `mail` and `ads` were not seen calling anything: nothing is said of what they call.
    assert_eq!(
        compared(&dir),
        [
            "note never-observed-dependency service:web service:rates",
            "warning undeclared-observed-call service:web service:pay",
        ]
    );
    // What is stated as soft stays soft, and is known to happen.
    let needs = needs(&dir);
    assert!(
        needs.contains(&"service:web/soft/service:ads declared seen".to_owned()),
        "{needs:?}"
    );
    assert!(
        needs.contains(&"service:web/hard/service:pay observed".to_owned()),
        "{needs:?}"
    );
    let why = spof(&dir, &["why", "web", "--down", "bank"]);
    assert!(why.contains("links.json:4:"), "{why}");
    assert!(why.contains("links.json:5:"), "{why}");
}

#[test]
fn a_seen_call_to_one_of_several_does_not_undo_the_choice() {
    let manifest = "services:\n\
        - id: web\n  requires: [{any: [a, {all: [b, c]}]}, {any: [d, {is: e, standby: {takes: 5m}}]}]\n\
        - {id: a}\n- {id: b}\n- {id: c}\n- {id: d}\n- {id: e}\n- {id: f}\n";
    let traces = links(&[("web", "a"), ("web", "c"), ("web", "e"), ("web", "f")]);
    let dir = tree(&[("spof.yaml", manifest), ("links.json", &traces)]);
    let seen: Vec<String> = needs(&dir)
        .into_iter()
        .filter(|need| need.starts_with("service:web"))
        .collect();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert_eq!(
        seen.iter()
            .filter(|need| need.ends_with("declared seen"))
            .count(),
        2,
        "{seen:?}"
    );
    assert!(
        seen.contains(&"service:web/hard/service:f observed".to_owned()),
        "{seen:?}"
    );
}

#[test]
fn what_is_needed_only_to_start_is_no_statement_of_a_call() {
    let manifest = "services:\n- {id: web, start: [conf]}\n- {id: conf}\n";
    let dir = tree(&[
        ("spof.yaml", manifest),
        ("links.json", &links(&[("web", "conf")])),
    ]);
    assert_eq!(
        compared(&dir),
        ["note undeclared-observed-call service:web service:conf"]
    );
}

#[test]
fn names_meet_across_case_namespaces_and_kinds() {
    let manifest = "services:\n\
        - {id: service:shop/cart}\n- {id: service:Rates}\n\
        - {id: service:shop/api}\n- {id: service:blog/api}\n\
        - {id: service:money/pay}\n\
        stores:\n- {id: redis}\n";
    let istio = "istio_requests_total{source_workload=\"cart\",source_workload_namespace=\"shop\",\
        destination_workload=\"pay\",destination_workload_namespace=\"other\"} 1\n";
    let traces = links(&[("cart", "rates"), ("cart", "redis"), ("cart", "api")]);
    let files = [
        ("spof.yaml", manifest),
        ("links.json", &traces),
        ("istio.prom", istio),
    ];
    let dir = tree(&files);
    assert_eq!(
        needs(&dir),
        [
            "service:shop/cart/hard/service:Rates observed",
            // Two are called so: it is neither.
            "service:shop/cart/hard/service:api observed",
            // Another namespace is another service.
            "service:shop/cart/hard/service:other/pay observed",
            "service:shop/cart/hard/store:redis observed",
        ]
    );
    let lint = spof(&dir, &["lint", "--format", "concise", "--fail-on", "never"]);
    let said = "ambiguous-name] `api` may mean `service:blog/api`, `service:shop/api`";
    assert!(lint.contains(said), "{lint}");
}

#[test]
fn a_saved_graph_keeps_what_was_seen() {
    let manifest =
        "services:\n- {id: web, requires: [cart]}\n- {id: cart}\n- {id: ads, requires: [cart]}\n";
    let dir = tree(&[
        ("spof.yaml", manifest),
        ("links.json", &links(&[("web", "cart"), ("ads", "web")])),
    ]);
    let before = (needs(&dir), compared(&dir));
    assert_eq!(before.1.len(), 2, "{before:?}");
    let saved = spof(&dir, &["graph", "--format", "json"]);
    let again = tree(&[("estate.json", &saved)]);
    assert_eq!((needs(&again), compared(&again)), before);
}

#[test]
fn broken_and_empty_files_are_said_once_and_the_rest_is_read() {
    let good = links(&[("web", "cart")]);
    let dir = tree(&[
        ("good.json", &good),
        (
            "cut.jsonl",
            "{\"resourceSpans\":[]}\n{\"resourceSpans\":[{\"resource\":",
        ),
        ("empty.json", ""),
        ("span.json", "{\"traceID\":\"1\",\"spanID\":\"2\"}"),
        (
            "bad.prom",
            "# TYPE x counter\nx{a=\"b} 1\ntraces_service_graph_request_total{client=\"a\",server=\"b\"} 1\n",
        ),
    ]);
    assert_eq!(
        needs(&dir),
        [
            "service:a/hard/service:b observed",
            "service:web/hard/service:cart observed"
        ]
    );
    let lint = spof(&dir, &["lint", "--format", "concise", "--fail-on", "never"]);
    let lines: Vec<&str> = lint
        .lines()
        .filter(|line| line.contains("unreadable"))
        .collect();
    assert_eq!(lines.len(), 2, "{lint}");
    assert!(lines[0].starts_with("bad.prom:2:1"), "{lint}");
    assert!(lines[1].starts_with("cut.jsonl:2:"), "{lint}");
    assert!(spof(&dir, &["coverage"]).contains("span.json"));
}
