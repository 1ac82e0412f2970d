//! `[[source]]`: files of any form, told by filters, through the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod program;

use std::fs;
use std::path::Path;

use program::{folder, run_in};

fn nodes(dir: &Path) -> Vec<String> {
    let graph = run_in(dir, &["graph", "--format", "json"]).json();
    let all = graph["nodes"].as_array().unwrap().iter();
    all.map(|node| {
        let source = &node["sources"][0];
        format!(
            "{} {}:{}",
            node["id"].as_str().unwrap(),
            source["file"].as_str().unwrap_or(""),
            source["line"]
        )
    })
    .collect()
}

#[test]
fn the_sample_is_what_the_page_says() {
    let sample = Path::new("samples/catalogue");
    let page = fs::read_to_string("docs/filters.md").unwrap();
    let (_, shown) = page.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let why = run_in(
        sample,
        &["why", "service:checkout", "--down", "power:stedin"],
    );
    let why = why.ok();
    assert!(why.starts_with(shown), "{why}");
    let coverage = run_in(sample, &["coverage"]).out;
    assert!(coverage.contains("\n  source          3 "), "{coverage}");
    assert!(
        coverage.contains("11 of 11 with a known place"),
        "{coverage}"
    );
    let lint = ["lint", "--format", "concise", "--fail-on", "never"];
    let lint = run_in(sample, &lint).out;
    assert!(
        !lint.contains("invalid-value") && !lint.contains("unreadable"),
        "{lint}"
    );
    assert!(
        lint.contains("ha-depends-on-single-domain] `service:checkout`"),
        "{lint}"
    );
    assert!(
        !nodes(sample)
            .iter()
            .any(|node| node.contains("old-checkout"))
    );
}

#[test]
fn a_mapped_file_goes_to_its_filter_whatever_it_looks_like() {
    let deployment = "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: web}\n";
    let dir = folder(&[
        (
            "spof.toml",
            "[[source]]\npath = ['k8s.yaml', 'package.json', 'systems', 'x.md']\nfilter = '{services: [{id: \"service:\\(.metadata.name // .name)\"}]}'\n",
        ),
        ("k8s.yaml", deployment),
        ("package.json", "{\"name\": \"shop\"}"),
        ("systems/NOTES", "name: notes\n---\nname: more\n"),
        ("x.md", "{\"name\": \"md\"}"),
    ]);
    let nodes = nodes(dir.path());
    for wanted in [
        "service:md x.md:1",
        "service:more systems/NOTES:3",
        "service:notes systems/NOTES:1",
        "service:shop package.json:1",
        "service:web k8s.yaml:3",
    ] {
        assert!(nodes.contains(&wanted.to_owned()), "{wanted}: {nodes:?}");
    }
    // Without replicas: nothing has read it as a workload.
    assert!(
        !nodes.iter().any(|node| node.starts_with("replica:web")),
        "{nodes:?}"
    );
}

#[test]
fn a_manifest_beside_it_has_the_last_word_and_adapters_meet_it() {
    let dir = folder(&[
        (
            "spof.toml",
            "[[source]]\npath = 'c.yaml'\nfilter = '{services: map({id: .n, tier: .t, owner: .o})}'\n",
        ),
        (
            "c.yaml",
            "- {n: web, t: 2, o: team-a}\n- {n: cart, t: 3, o: team-b}\n",
        ),
        ("spof.yaml", "services: [{id: web, tier: 1}]\n"),
        (
            "links.json",
            "[{\"parent\": \"Web\", \"child\": \"cart\", \"callCount\": 1}]",
        ),
    ]);
    let graph = run_in(dir.path(), &["graph", "--format", "json"]).json();
    let all = graph["nodes"].as_array().unwrap();
    let web = all.iter().find(|node| node["id"] == "service:web").unwrap();
    assert_eq!((&web["tier"], &web["owner"]), (&1.into(), &"team-a".into()));
    assert_eq!(
        all.iter().filter(|node| node["class"] == "service").count(),
        2
    );
}

#[test]
fn what_goes_wrong_is_said_where_it_is_and_the_rest_is_read() {
    let filter = "if .stop then def f: f; f elif .bad then error(\"no name\") elif .none then empty \
                  else {services: [{id: .name, tier: .tier}]} end";
    let dir = folder(&[
        (
            "spof.toml",
            &format!(
                "[[source]]\npath = 'a'\nfilter = '''{filter}'''\n[[source]]\npath = 'b'\nfilter = '.'\n"
            ),
        ),
        ("a/1.yaml", "stop: true\n"),
        ("a/2.yaml", "# c\nbad: true\n"),
        ("a/3.yaml", "none: true\n"),
        ("a/4.yaml", "name: web\ntier: gold\n"),
        ("a/5.yaml", "name: [\n"),
        ("a/6.yaml", "name: cart\n"),
    ]);
    let ran = run_in(dir.path(), &["lint", "--format", "concise"]);
    let (lint, code) = (ran.out, ran.code);
    for wanted in [
        "a/1.yaml:1:1: error[unreadable-file] the filter takes more than",
        "a/2.yaml:2:1: error[unreadable-file] the filter says: no name",
        "a/4.yaml:2:7: ",
        "a/5.yaml:",
    ] {
        assert!(lint.contains(wanted), "{wanted}: {lint}");
    }
    assert_eq!(code, 1);
    let human = run_in(dir.path(), &["lint"]).out;
    assert!(
        human.contains("the filter stands at spof.toml:3:10"),
        "{human}"
    );
    let nodes = nodes(dir.path());
    assert!(
        nodes.contains(&"service:cart a/6.yaml:1".to_owned()),
        "{nodes:?}"
    );
    let coverage = run_in(dir.path(), &["coverage"]).out;
    assert!(
        coverage.contains("the filter of spof.toml:3:10 makes nothing of it"),
        "{coverage}"
    );
    assert!(
        coverage.contains("its [[source]] of line 4 matches no file"),
        "{coverage}"
    );
}

#[test]
fn a_filter_in_a_file_stays_below_the_configuration() {
    let dir = folder(&[
        (
            "repo/spof.toml",
            "[[source]]\npath = 'a'\nfilter_file = '../outside.jq'\n",
        ),
        ("repo/a/x.yaml", "name: web\n"),
        ("outside.jq", "."),
        ("repo/maps/a.jq", "# a\n{services:\n  [{id: .name}] | nope}"),
        ("repo/ok.jq", "{services: [{id: .name}]}"),
    ]);
    let repo = dir.path().join("repo");
    let ran = run_in(&repo, &["list"]);
    assert!(
        ran.code == 2 && ran.err.contains("../outside.jq lies outside the folder"),
        "{ran:?}"
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside.jq", repo.join("link.jq")).unwrap();
    for (name, wanted) in [
        ("link.jq", "lies outside the folder"),
        ("maps", "is no file"),
        ("maps/a.jq", "maps/a.jq:3:19: there is no filter `nope/0`"),
    ] {
        fs::write(
            repo.join("spof.toml"),
            format!("[[source]]\npath = 'a'\nfilter_file = '{name}'\n"),
        )
        .unwrap();
        let ran = run_in(&repo, &["list"]);
        assert!(ran.code == 2 && ran.err.contains(wanted), "{name}: {ran:?}");
    }
    fs::write(
        repo.join("spof.toml"),
        "[[source]]\npath = 'a'\nfilter_file = 'ok.jq'\n",
    )
    .unwrap();
    assert!(nodes(&repo).contains(&"service:web a/x.yaml:1".to_owned()));
}

#[test]
fn a_table_is_a_list_of_its_rows() {
    let dir = folder(&[
        (
            "spof.toml",
            "[[source]]\npath = 'apps.txt'\nformat = 'csv'\nfilter = '{services: map({id: .app, tier: (.class | tonumber)})}'\n",
        ),
        ("apps.txt", "App;Class\nweb;1\ncart;2\n"),
    ]);
    let nodes = nodes(dir.path());
    assert_eq!(nodes, ["service:cart apps.txt:3", "service:web apps.txt:2"]);
}
