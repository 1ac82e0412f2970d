//! Files of each format that are broken, cut off, of a version that nobody knows, or too large: one
//! message each, with its place where there is one, and what stands beside them is analysed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::run_in;
use serde_json::Value;

/// A good file of the format, whose node is `service:good` or the like.
struct Beside(&'static str, &'static str);

/// A bad file: its path, what it says, line and column of the message, words of it.
struct Bad(&'static str, &'static str, Option<(u64, u64)>, &'static str);

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What coverage says of files called `name`: each message once, with its place.
fn messages(coverage: &Value, name: &str) -> BTreeSet<(String, Option<(u64, u64)>)> {
    let lists = ["unread", "problems"].into_iter();
    let all = lists.flat_map(|list| coverage[list].as_array().unwrap());
    all.filter(|entry| entry["file"].as_str().unwrap().ends_with(name))
        .map(|entry| {
            let text = entry["detail"].as_str().or(entry["message"].as_str());
            let place = entry["line"].as_u64().zip(entry["column"].as_u64());
            (text.unwrap().to_owned(), place)
        })
        .collect()
}

#[track_caller]
fn check(beside: &Beside, all: &[Bad]) {
    for Bad(path, text, place, words) in all {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), beside.0, beside.1);
        write(dir.path(), path, text);
        let coverage = run_in(dir.path(), &["coverage", "--format", "json"]);
        assert_eq!(coverage.code, 0, "{path} {text}\n{}", coverage.err);
        let told = messages(&coverage.json(), path);
        let [(message, at)] = &told.iter().collect::<Vec<_>>()[..] else {
            panic!("{path} {text}\n{told:#?}");
        };
        assert!(message.contains(words), "{path} {text}\n{message}");
        assert_eq!(at, place, "{path} {text}\n{message}");
        let graph = run_in(dir.path(), &["graph", "--format", "json", "-q"]).json();
        let mut nodes = graph["nodes"].as_array().unwrap().iter();
        assert!(
            nodes.any(|node| node["id"].as_str().unwrap().ends_with(":good")),
            "{path} {text}\n{graph}"
        );
    }
}

#[test]
fn kubernetes() {
    let good = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: good}\nspec: {selector: {matchLabels: {app: g}}, template: {metadata: {labels: {app: g}}, spec: {containers: [{name: g, image: g}]}}}\n";
    check(
        &Beside("good.yaml", good),
        &[
            Bad(
                "bad.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x\nspec: [\n",
                Some((4, 5)),
                "not valid YAML",
            ),
            Bad(
                "bad.json",
                "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\",\n \"metadata\": {\"name\": \"x\"",
                Some((2, 14)),
                "never closed",
            ),
            Bad(
                "bad.yaml",
                "apiVersion: apps/v9\nkind: Deployment\nmetadata: {name: x}\n",
                Some((2, 7)),
                "`apps/v9` is no version",
            ),
            Bad(
                "bad.yaml",
                "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\nspec: {replicas: 3}\n",
                Some((2, 7)),
                "`Widget` `x`",
            ),
            Bad(
                "bad.yaml",
                "apiVersion: v1\nkind: Node\nmetadata: {name: {{ .Values.x }}}\n",
                Some((3, 18)),
                "template",
            ),
        ],
    );
}

#[test]
fn compose() {
    check(
        &Beside("a/docker-compose.yml", "services: {good: {image: g}}\n"),
        &[
            Bad(
                "b/docker-compose.yml",
                "services:\n  web:\n    image: x\n   ports: [1\n",
                Some((4, 4)),
                "not valid YAML",
            ),
            Bad(
                "b/docker-compose.yml",
                "services: [web, db]\n",
                None,
                "no adapter knows",
            ),
        ],
    );
}

#[test]
fn ansible() {
    check(
        &Beside("inventory/hosts", "[good]\nh1\nh2\n"),
        &[
            Bad(
                "inventory/bad.yml",
                "all:\n  hosts:\n    a: {b: [}\n",
                Some((3, 12)),
                "not valid YAML",
            ),
            Bad(
                "inventory/bad",
                "[web]\nh[1:\n",
                Some((2, 1)),
                "a range without its `]`",
            ),
            Bad(
                "inventory/bad.json",
                "{\"_meta\": {\"hostvars\": {}}, \"web\": {\"hosts\": [\"x\"",
                Some((1, 46)),
                "never closed",
            ),
            Bad(
                "inventory/group_vars/good.yml",
                "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
                None,
                "encrypted by Ansible Vault",
            ),
            Bad(
                "inventory/aws_ec2.yml",
                "plugin: amazon.aws.aws_ec2\n",
                Some((1, 1)),
                "inventory plugin",
            ),
        ],
    );
}

#[test]
fn netbox() {
    let good =
        r#"[{"id": 1, "url": "https://n/api/dcim/sites/1/", "name": "good", "slug": "good"}]"#;
    check(
        &Beside("sites.json", good),
        &[
            Bad(
                "devices.json",
                r#"[{"id": 1, "url": "https://n/api/dcim/devices/1/", "name": "x""#,
                Some((1, 2)),
                "never closed",
            ),
            Bad(
                "modules.json",
                r#"[{"id": 1, "url": "https://n/api/dcim/modules/1/"}]"#,
                Some((1, 2)),
                "`dcim/modules`",
            ),
            Bad(
                "page.json",
                r#"{"count": 7, "next": "x", "results": [{"id": 1, "url": "https://n/api/dcim/racks/1/", "name": "R1"}]}"#,
                Some((1, 1)),
                "1 of 7 rows",
            ),
        ],
    );
}

#[test]
fn terraform() {
    check(
        &Beside(
            "a/main.tf",
            "resource \"aws_sqs_queue\" \"good\" {\n  name = \"good\"\n}\n",
        ),
        &[
            Bad(
                "b/terraform.tfstate",
                "{\"version\": 4, \"resources\": [\n{\"mode\": \"managed\"",
                Some((2, 1)),
                "never closed",
            ),
            Bad(
                "b/terraform.tfstate",
                "{\"version\": 99, \"serial\": 1, \"lineage\": \"x\", \"resources\": []}",
                Some((1, 1)),
                "version that is not known",
            ),
            Bad(
                "b/terraform.tfstate",
                "{\"version\": 1, \"serial\": 1, \"modules\": []}",
                Some((1, 1)),
                "version before 3",
            ),
            Bad(
                "b/plan.json",
                "{\"format_version\": \"9.0\", \"terraform_version\": \"9.9\", \"planned_values\": {\"root_module\": {}}}",
                Some((1, 1)),
                "newer than 1",
            ),
            Bad(
                "b/main.tf",
                "resource \"aws_sqs_queue\" \"q\" {\n  name = \n}\n",
                Some((2, 10)),
                "not valid HCL",
            ),
            Bad(
                "b/main.tf",
                "resource \"aws_sqs_queue\" \"q\" {\n  name = \"x\"\n",
                Some((2, 13)),
                "not valid HCL",
            ),
            Bad(
                "b/main.tf.json",
                "{\"resource\": {\"aws_sqs_queue\": {\"q\": {",
                Some((1, 38)),
                "never closed",
            ),
        ],
    );
}

#[test]
fn backstage() {
    let of = "kind: Component\nmetadata: {name: good}\nspec: {type: service, lifecycle: production, owner: a}\n";
    let good = format!("apiVersion: backstage.io/v1alpha1\n{of}");
    check(
        &Beside("good.yaml", good.leak()),
        &[
            Bad(
                "bad.yaml",
                "apiVersion: backstage.io/v9\nkind: Component\nmetadata: {name: x}\n",
                Some((1, 13)),
                "`backstage.io/v9` is no version",
            ),
            Bad(
                "bad.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {}\n",
                Some((2, 7)),
                "no `metadata.name`",
            ),
            Bad(
                "bad.yaml",
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: x\n",
                Some((3, 11)),
                "not valid YAML",
            ),
        ],
    );
}

#[test]
fn traces() {
    check(
        &Beside(
            "good.json",
            r#"[{"parent": "good", "child": "pay", "callCount": 1}]"#,
        ),
        &[
            Bad(
                "zipkin.json",
                r#"[{"traceId": "1", "id": "2""#,
                Some((1, 2)),
                "never closed",
            ),
            Bad(
                "jaeger.json",
                r#"{"data": [{"traceID": "1", "spans": [{"traceID": "1""#,
                Some((1, 38)),
                "never closed",
            ),
            Bad(
                "otlp.json",
                r#"{"resourceMetrics": [{}]}"#,
                Some((1, 1)),
                "metrics, not traces",
            ),
            Bad(
                "unnamed.json",
                r#"[{"traceId": "1", "id": "2"}]"#,
                Some((1, 25)),
                "without a service",
            ),
            Bad(
                "lines.jsonl",
                "{\"resourceSpans\": []}\n{\"resourceSpans\": [\n{\"resourceSpans\": []}\n",
                Some((2, 19)),
                "never closed",
            ),
        ],
    );
}

#[test]
fn tables_trees_and_our_own() {
    check(
        &Beside("good.spof.yaml", "services: [{id: good}]\n"),
        &[
            Bad(
                "bad.csv",
                "id,kind,in\n\"service:x,,\n",
                Some((2, 1)),
                "never closed",
            ),
            Bad(
                "bad.csv",
                "id,kind,in\nservice:x,,,,,extra\n",
                Some((2, 1)),
                "6 cells, the header 3",
            ),
            Bad("bad.csv", "name,address\nx,y\n", None, "another header"),
            Bad(
                "bad.xml",
                "<?xml version=\"1.0\"?>\n<opsa-mef>\n <define-fault-tree name=\"t\">\n",
                Some((1, 1)),
                "not valid XML",
            ),
            Bad(
                "bad.spof.yaml",
                "services: [{id: x, replicas: [{on: site:a}\n",
                Some((1, 30)),
                "not valid YAML",
            ),
            Bad(
                "bad.spof.toml",
                "[[services]]\nid = \n",
                Some((2, 6)),
                "not valid TOML",
            ),
            Bad(
                "bad.spof.json",
                "{\"services\": [{\"id\": \"x\"",
                Some((1, 15)),
                "never closed",
            ),
            Bad(
                "bad.spof.yaml",
                "version: 99\nservices: [{id: x}]\n",
                Some((1, 10)),
                "found `99`",
            ),
        ],
    );
}

#[test]
fn of_any_format_too_large() {
    for name in [
        "a.json",
        "a.tf",
        "a.tfstate",
        "a.csv",
        "a.prom",
        "a.xml",
        "a.toml",
        "hosts",
    ] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "good.spof.yaml", "services: [{id: good}]\n");
        let head = match name {
            "a.csv" => "id,kind,in\n",
            "a.xml" => "<?xml version=\"1.0\"?>\n<opsa-mef>\n",
            "hosts" => "[web]\na\n",
            _ => "",
        };
        write(dir.path(), name, head);
        let file = fs::OpenOptions::new()
            .append(true)
            .open(dir.path().join(name))
            .unwrap();
        file.set_len(200 << 20).unwrap();
        let coverage = run_in(dir.path(), &["coverage", "--format", "json"]);
        let told = messages(&coverage.json(), name);
        assert_eq!((coverage.code, told.len()), (0, 1), "{name}: {told:?}");
        assert!(
            told.iter().all(|(text, _)| text.contains("MB")
                || text.contains("MiB")
                || text.contains("bytes")),
            "{told:?}"
        );
    }
}
