//! One thing that formats call otherwise is one node: through the real binary.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use program::{folder, run_in};

/// A register knows the zone by its id, the cluster by both.
#[test]
fn a_zone_known_by_name_here_and_by_id_there_is_one() {
    let folder = folder(&[
        (
            "places.csv",
            "id,kind,in\nbuilding:iad12,,\nzone:use1-az4,,building:iad12\n",
        ),
        (
            "nodes.yaml",
            "apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n  labels:\n\
             \x20   topology.kubernetes.io/zone: us-east-1a\n    topology.k8s.aws/zone-id: use1-az4\n",
        ),
    ]);
    let why = run_in(
        folder.path(),
        &["why", "host:n1", "--down", "building:iad12"],
    )
    .ok();
    assert_eq!(
        why.lines().take(3).collect::<Vec<_>>(),
        [
            "host:n1  ✗ down  nodes.yaml:4:9",
            "└─ stands on zone:us-east-1a  ✗ down  nodes.yaml:6:34",
            "   └─ stands on building:iad12  ✗ failed  places.csv:3:16",
        ]
    );
    let coverage = run_in(folder.path(), &["coverage"]).ok();
    let joined = "zone:us-east-1a = zone:use1-az4  it is given both names  csv, places.csv:3:1";
    assert!(coverage.contains(joined), "{coverage}");
}

/// Where a cluster is that nobody places, its hosts don't tell.
#[test]
fn hosts_of_a_cluster_without_a_place_count_as_not_placed() {
    let row = |place: &str| {
        let table = format!("id,kind,in\ncluster:c,,{place}\nhost:a,,cluster:c\nhost:b,,rack:r\n");
        let folder = folder(&[("places.csv", &table)]);
        let coverage = run_in(folder.path(), &["coverage"]).ok();
        let row = coverage.lines().find(|line| line.starts_with("  csv "));
        let counts: Vec<String> = row.unwrap().split_whitespace().map(str::to_owned).collect();
        counts.into_iter().rev().take(2).collect::<Vec<_>>()
    };
    assert_eq!(row(""), ["1", "2"]);
    assert_eq!(row("site:s"), ["2", "2"]);
}

/// A register that comes in pages: a service's hosts stand in two files.
#[test]
fn pages_of_a_register_are_one_register() {
    let page = |number: u32, name: &str| {
        format!(
            "{{\"count\": 2, \"next\": null, \"previous\": null, \"results\": [{{\"id\": {number}, \
             \"url\": \"https://n.example.org/api/dcim/devices/{number}/\", \"name\": \"{name}\", \
             \"role\": {{\"id\": 2, \"url\": \"https://n.example.org/api/dcim/device-roles/2/\", \"name\": \"Server\"}}, \"site\": {{\"id\": 1, \"url\": \"https://n.example.org/api/dcim/sites/1/\", \"name\": \"S\"}}, \
             \"status\": {{\"value\": \"active\"}}}}]}}"
        )
    };
    let folder = folder(&[("1.json", &page(1, "a")), ("2.json", &page(2, "b"))]);
    let why = run_in(
        folder.path(),
        &["why", "service:S/Server", "--down", "site:S"],
    )
    .ok();
    assert!(why.contains("needs 1 of its 2 replicas; 0 left"), "{why}");
}
