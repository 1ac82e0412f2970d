//! The mixed sample, through the real binary: one chain through three formats, as
//! docs/first-steps-mixed.md shows it. Expected verdicts follow by hand from the files.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::path::Path;

use program::{json, run};
use serde_json::Value;

const SAMPLE: &str = "samples/mixed";
const PANEL: &str = "power:Anyang/Panel 1";

/// `id verdict` of the journeys, services and stores that the loss of the panel affects.
fn lost(sample: &str) -> Vec<String> {
    let answer = json(&["blast", PANEL, "-i", sample]);
    let affected = answer["affected"].as_array().unwrap().iter();
    let mut lost: Vec<String> = affected
        .map(|one| {
            format!(
                "{} {}",
                one["id"].as_str().unwrap(),
                one["verdict"].as_str().unwrap()
            )
        })
        .filter(|one| {
            ["journey:", "service:tickets", "store:"]
                .iter()
                .any(|kind| one.starts_with(kind))
        })
        .collect();
    lost.sort();
    lost
}

#[test]
fn a_chain_crosses_three_formats_with_file_and_line_at_each_hop() {
    let chain = run(&["why", "service:tickets", "--down", PANEL, "-i", SAMPLE]).ok();
    let mut at = 0;
    for hop in [
        "needs store:orders  ✗ down (inferred)  samples/mixed/kubernetes/tickets.yaml:25:22",
        "needs replica:orders@host:worker-1#1  ✗ down (observed)  samples/mixed/kubernetes/cluster.json:",
        "stands on host:worker-1  ✗ down (observed)  samples/mixed/kubernetes/cluster.json:",
        "stands on zone:anyang-a  ✗ down  samples/mixed/terraform/terraform.tfstate:",
        "stands on rack:Anyang/A1  ✗ down  samples/mixed/estate.spof.yaml:3:29",
        "stands on 1 of 2; 0 left  samples/mixed/netbox/power-feeds.json:",
        "stands on power:Anyang/Panel 1  ✗ failed  samples/mixed/netbox/power-feeds.json:",
    ] {
        let found = chain[at..].find(hop);
        at += found.unwrap_or_else(|| panic!("{hop} in\n{chain}"));
    }
    assert_eq!(
        lost(SAMPLE),
        [
            "journey:buy-a-ticket down",
            "service:tickets down",
            "store:orders down"
        ]
    );
}

#[test]
fn machines_are_joined_by_their_addresses_and_that_is_told() {
    let coverage = json(&["coverage", "-i", SAMPLE]);
    let joined = coverage["joined"].as_array().unwrap().iter();
    let joined: Vec<String> = joined
        .map(|join| {
            let text = |key: &str| join[key].as_str().unwrap().to_owned();
            assert_eq!(join["by"][0]["source"], "kubernetes");
            assert!(
                join["by"][1]["file"]
                    .as_str()
                    .unwrap()
                    .ends_with("terraform.tfstate")
            );
            format!(
                "{} {} {} {}",
                text("id"),
                text("other"),
                text("ground"),
                text("address")
            )
        })
        .collect();
    assert_eq!(
        joined,
        [
            "host:worker-1 host:k8s-a address 10.1.0.11",
            "host:worker-2 host:k8s-b address 10.1.0.12",
        ]
    );
    let sources = coverage["sources"].as_array().unwrap().iter();
    let names: Vec<&str> = sources.map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["native", "kubernetes", "netbox", "terraform"]);
    assert_eq!(coverage["unread"].as_array().unwrap().len(), 0);
}

/// The change that the page proposes.
#[test]
fn with_the_second_feed_on_the_second_panel_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    copy(Path::new(SAMPLE), dir.path());
    let feeds = dir.path().join("netbox/power-feeds.json");
    let mut value: Value = serde_json::from_str(&std::fs::read_to_string(&feeds).unwrap()).unwrap();
    let second = value["results"][3]["power_panel"].clone();
    assert_eq!(second["name"], "Panel 2");
    value["results"][1]["power_panel"] = second;
    std::fs::write(&feeds, value.to_string()).unwrap();
    assert!(lost(dir.path().to_str().unwrap()).is_empty());
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// What the page shows is what the program prints.
#[test]
fn the_page_shows_the_real_output() {
    let page = std::fs::read_to_string("docs/first-steps-mixed.md").unwrap();
    let mut shown = 0;
    let blocks = page
        .split("```")
        .filter_map(|block| block.strip_prefix("console\n$ spof "));
    for block in blocks {
        let (command, output) = block.split_once('\n').unwrap();
        let escaped = command.replace("\\ ", "\u{a0}");
        let args: Vec<String> = escaped
            .split(' ')
            .map(|word| word.replace('\u{a0}', " "))
            .collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        assert_eq!(
            run(&args).ok().trim_end(),
            output.trim_end(),
            "spof {command}"
        );
        shown += 1;
    }
    assert_eq!(shown, 2);
}
