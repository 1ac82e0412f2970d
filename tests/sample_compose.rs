//! The Compose sample, through the real binary: what docs/compose.md shows a newcomer. Expected
//! verdicts follow by hand from the files and DESIGN section 2.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::collections::BTreeSet;

use program::{json, run};
use serde_json::Value;

const SAMPLE: &str = "samples/compose";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// `verdict name` of every service that the loss of `node` affects.
fn lost(node: &str) -> BTreeSet<String> {
    let answer = json(&["blast", node, "-i", SAMPLE]);
    let affected = answer["affected"].as_array().unwrap().iter();
    affected
        .filter_map(|one| {
            let name = text(&one["id"]).strip_prefix("service:")?;
            Some(format!("{} {name}", text(&one["verdict"])))
        })
        .collect()
}

fn set(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn the_two_caches_are_one() {
    let down = ["down api", "down cache-a", "down cache-b", "down web"];
    assert_eq!(lost("service:ledger"), set(&down));
    assert_eq!(lost("service:cache-a"), set(&[]));
    let answer = json(&["lint", SAMPLE]);
    let findings = answer["findings"].as_array().unwrap().iter();
    let false_ones: Vec<_> = findings
        .filter(|finding| finding["rule"] == "false-redundancy")
        .map(|finding| text(&finding["subject"]))
        .collect();
    assert_eq!(false_ones, ["service:api"]);
}

#[test]
fn telemetry_only_degrades_and_a_finished_job_is_not_missed() {
    let degraded = ["degraded api", "degraded web"];
    assert_eq!(lost("service:collector"), set(&degraded));
    assert_eq!(lost("service:migrate"), set(&[]));
}

#[test]
fn the_host_takes_it_all_whatever_the_copies() {
    let answer = json(&["list", "-i", SAMPLE, "--all"]);
    let faults = answer["faults"].as_array().unwrap();
    let first = faults.first().unwrap();
    assert_eq!(first["id"], "host:tickets");
    assert_eq!(lost("host:tickets").len(), 8);
}

#[test]
fn a_variant_counts_only_when_it_is_named() {
    let graph = |args: &[&str]| {
        let answer = json(&[&["graph"], args].concat());
        let nodes = answer["nodes"].as_array().unwrap().iter();
        let services = nodes.filter(|node| node["class"] == "service");
        services
            .map(|node| text(&node["id"]).to_owned())
            .collect::<BTreeSet<_>>()
    };
    let plain = graph(&[SAMPLE]);
    assert_eq!(plain.len(), 8);
    let (base, mail) = (
        "samples/compose/compose.yaml",
        "samples/compose/compose.mail.yaml",
    );
    let merged = graph(&[base, mail]);
    let more: Vec<_> = merged.difference(&plain).collect();
    assert_eq!(more, ["service:mail"]);
    assert_eq!(merged.len(), 9);
}

#[test]
fn the_password_of_the_env_file_is_nowhere() {
    for command in ["graph", "lint"] {
        let args = [command, SAMPLE, "--format", "json"];
        assert!(!run(&args).ok().contains("not-a-real-one"), "{command}");
    }
}

/// What docs/compose.md shows is what the program prints.
#[test]
fn the_page_shows_the_real_output() {
    let page = std::fs::read_to_string("docs/compose.md").unwrap();
    let mut shown = 0;
    for block in page
        .split("```")
        .filter(|block| block.starts_with("console\n$ spof "))
    {
        let block = block.strip_prefix("console\n$ spof ").unwrap();
        let (command, output) = block.split_once('\n').unwrap();
        let args: Vec<_> = command.split_whitespace().collect();
        assert_eq!(
            run(&args).ok().trim_end(),
            output.trim_end(),
            "spof {command}"
        );
        shown += 1;
    }
    assert_eq!(shown, 4);
}
