//! The real binary on small inputs: exit codes, bad input, hostile names, forms, determinism.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod program;

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use program::{command, folder, json_in, run_in};
use serde_json::Value;
use tempfile::TempDir;

/// Two sites, a service on one of them with a standby on the other that needs what stands on the
/// first, and a journey.
const SHOP: &str = "\
domains:
  - {id: site:a, title: Alpha, requires: [power:feed-a]}
  - {id: power:feed-a}
  - {id: site:b}
services:
  - id: service:web
    tier: 1
    owner: shop-team
    replicas:
      - {on: site:a, count: 3}
      - {on: site:b, standby: {takes: 20m, requires: service:switch}}
    need: 1
    requires: [store:db]
  - id: service:switch
    replicas: [{on: site:a}]
  - id: service:news
    tier: 3
    replicas: [{on: site:a}, {on: site:b}]
stores:
  - id: store:db
    tier: 1
    replicas:
      - {on: site:a, replication: primary}
      - {on: site:b, replication: {async: 5s}, standby: {takes: 3m}}
journeys:
  - {id: journey:buy, title: Buy a thing, tier: 1, users: 2M, requires: [service:web]}
";

fn shop() -> TempDir {
    folder(&[("shop.spof.yaml", SHOP)])
}

/// What a run that must fail with `code` says.
fn fails(folder: &Path, args: &[&str], code: i32) -> String {
    let ran = run_in(folder, args);
    assert_eq!(ran.code, code, "{ran:?}");
    assert!(ran.out.is_empty(), "{ran:?}");
    ran.err
}

/// Every command that answers from inputs, in every format, about node `subject` and fault `fault`.
fn questions<'a>(subject: &'a str, fault: &'a str) -> Vec<Vec<&'a str>> {
    let mut questions = Vec::new();
    for format in ["human", "json"] {
        questions.extend([
            vec!["list", "--format", format],
            vec!["list", "--all", "--format", format],
            vec!["list", "--by", "subject", "--format", format],
            vec!["list", subject, "--format", format],
            vec!["blast", fault, "--format", format],
            vec!["why", subject, "--down", fault, "--format", format],
            vec!["common", subject, "--format", format],
            vec!["coverage", "--format", format],
            vec!["lint", "--fail-on", "never", "--format", format],
            vec!["diff", ".", "--format", format],
        ]);
    }
    for format in ["json", "dot", "mermaid"] {
        questions.push(vec!["graph", "--format", format]);
    }
    questions.push(vec!["lint", "--fail-on", "never", "--format", "concise"]);
    questions
}

#[test]
fn an_unknown_node_ends_with_2_and_the_nearest() {
    let shop = shop();
    let said = fails(shop.path(), &["blast", "service:wbe"], 2);
    assert!(
        said.contains("error: there is no node `service:wbe`"),
        "{said}"
    );
    assert!(said.contains("help: did you mean `service:web`?"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    for args in [
        vec!["why", "journey:byu", "--down", "site:a"],
        vec!["why", "journey:buy", "--down", "site:x9"],
        vec!["common", "wbe"],
        vec!["list", "wbe"],
        vec!["list", "--kind", "sit"],
    ] {
        fails(shop.path(), &args, 2);
    }
}

#[test]
fn a_path_instead_of_a_node_is_told_apart() {
    let shop = shop();
    for path in ["shop.spof.yaml", "./shop", "deploy/web.yaml"] {
        let said = fails(shop.path(), &["blast", path], 2);
        assert!(
            said.contains(&format!("did you mean `-i {path}`?")),
            "{said}"
        );
    }
}

#[test]
fn what_cannot_fail_is_refused_as_a_fault() {
    let shop = shop();
    let said = fails(shop.path(), &["blast", "journey:buy"], 2);
    assert!(said.contains("can't fail by itself"), "{said}");
    let said = fails(shop.path(), &["blast", "site:a=soon"], 2);
    assert!(said.contains("`soon` is not a duration"), "{said}");
    fails(shop.path(), &["blast", "site:a", "--already", "site:a"], 2);
    fails(shop.path(), &["common", "web", "--up", "web"], 2);
    fails(shop.path(), &["blast"], 2);
    fails(shop.path(), &["no-such-command"], 2);
}

#[test]
fn nothing_to_read_ends_with_3() {
    let empty = tempfile::tempdir().unwrap();
    let said = fails(empty.path(), &["list"], 3);
    assert!(
        said.starts_with("error: no input recognised in `.`"),
        "{said}"
    );
    assert!(said.contains("help: "), "{said}");
    let prose = folder(&[("a.txt", "prose"), ("b.md", "# more")]);
    let said = fails(prose.path(), &["list"], 3);
    assert!(said.contains("2 files"), "{said}");
    let other = folder(&[("colours.yaml", "red: 1\nblue: 2\n")]);
    assert!(fails(other.path(), &["list"], 3).contains("colours.yaml"));
}

#[test]
fn a_path_that_does_not_exist_ends_with_2() {
    let shop = shop();
    let said = fails(shop.path(), &["list", "-i", "nowhere"], 2);
    assert!(said.contains("can't read nowhere"), "{said}");
    fails(shop.path(), &["graph", "nowhere"], 2);
    fails(shop.path(), &["-i", "nowhere", "coverage", "-i", "."], 2);
}

#[test]
fn inputs_before_and_after_the_command_are_all_read() {
    let parts = folder(&[
        (
            "one/a.spof.yaml",
            "services: [{id: service:one, replicas: [{on: site:x}]}]\ndomains: [{id: site:x}]\n",
        ),
        (
            "two/b.spof.yaml",
            "services: [{id: service:two, replicas: [{on: site:x}]}]\n",
        ),
    ]);
    let graph = run_in(parts.path(), &["-i", "one", "graph", "-i", "two"]).ok();
    assert!(graph.contains("service:one") && graph.contains("service:two"));
    let graph = run_in(parts.path(), &["graph", "one", "two"]).ok();
    assert!(graph.contains("service:one") && graph.contains("service:two"));
}

#[test]
fn one_broken_file_among_ten_is_named_and_the_rest_is_analysed() {
    let mut files: Vec<(String, String)> = (0..9)
        .map(|n| {
            let text =
                format!("services: [{{id: service:s{n}, tier: 1, replicas: [{{on: site:x}}]}}]\n");
            (format!("s{n}.spof.yaml"), text)
        })
        .collect();
    files[0].1.push_str("domains: [{id: site:x}]\n");
    files.push((
        "broken.spof.yaml".to_owned(),
        "services:\n  - id: service:z\n    tier: [1\n  - nonsense: }\n".to_owned(),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let ten = folder(&files);
    let ran = run_in(ten.path(), &["list", "--format", "json"]);
    assert_eq!(ran.code, 0);
    let answer = ran.json();
    let site = &answer["faults"][0];
    assert_eq!(site["id"], "site:x");
    assert_eq!(site["cuts"].as_array().unwrap().len(), 9);
    let said = ran.err;
    let at = said.split("broken.spof.yaml:").nth(1).expect("named");
    let mut numbers = at.split(':').map(|part| part.parse::<u32>().unwrap());
    assert!(numbers.by_ref().take(2).all(|number| number > 0), "{said}");
    assert!(run_in(ten.path(), &["list", "--quiet"]).err.is_empty());
    let coverage = json_in(ten.path(), &["coverage"]);
    let problem = &coverage["problems"][0];
    assert_eq!(problem["kind"], "unreadable");
    assert_eq!(problem["file"], "broken.spof.yaml");
    assert!(problem["line"].as_u64().unwrap() >= 3);
    let unread = coverage["unread"].as_array().unwrap();
    assert!(unread.iter().any(|unread| unread["reason"] == "broken"));
    assert!(
        run_in(ten.path(), &["coverage"])
            .ok()
            .contains("broken.spof.yaml:")
    );
}

#[test]
fn hostile_names_are_harmless_for_people() {
    let text = "\
domains:
  - {id: \"site:a\\e[31m\\u202e\", title: \"<script>alert(1)</script>\\n::error::x\"}
services:
  - id: \"service:w\\a\\nnext\\u009b31m\"
    title: \"\\e]0;owned\\a\"
    owner: \"\\e[2J\"
    tier: 1
    replicas: [{on: \"site:a\\e[31m\\u202e\"}]
    requires: [\"service:missing\\e[1m\\r\"]
journeys:
  - {id: journey:j, requires: [\"service:w\\a\\nnext\\u009b31m\"]}
unknown\\u001b_key: 1
";
    let hostile = folder(&[("h.spof.yaml", text)]);
    let graph = json_in(hostile.path(), &["graph"]);
    let id = |class: &str| {
        let nodes = graph["nodes"].as_array().unwrap();
        let node = nodes.iter().find(|node| node["class"] == class).unwrap();
        node["id"].as_str().unwrap().to_owned()
    };
    let (service, site) = (id("service"), id("domain"));
    assert!(service.contains('\n') && site.contains('\u{1b}'));
    for args in questions(&service, &site) {
        let ran = run_in(hostile.path(), &args);
        assert_eq!(ran.code, 0, "{ran:?}");
        for text in [ran.out, ran.err] {
            let bad = text
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(bad, None, "{args:?}: {text}");
            assert!(!text.lines().any(|line| line.starts_with("next")), "{text}");
            assert!(!text.lines().any(|line| line.starts_with("::")), "{text}");
        }
    }
    let shown = run_in(hostile.path(), &["blast", &site]).ok();
    assert!(shown.contains("\\u{1b}[31m"), "{shown}");
    let drawn = run_in(hostile.path(), &["graph", "--format", "mermaid"]).ok();
    assert!(!drawn.contains("<script>"));
    let said = fails(hostile.path(), &["blast", "x\u{1b}[31m\ny"], 2);
    assert!(
        !said.contains('\u{1b}') && said.lines().count() <= 2,
        "{said}"
    );
    // With colours, the only escape sequences are our own styles.
    let coloured = run_in(hostile.path(), &["--color", "always", "blast", &site]).ok();
    let codes = coloured.split('\u{1b}').skip(1);
    for code in codes {
        let style = code.strip_prefix('[').unwrap();
        let end = style
            .find(|c: char| !(c.is_ascii_digit() || c == ';'))
            .unwrap();
        assert!(style[end..].starts_with('m'), "{code:?}");
    }
    assert!(!coloured.contains("\u{1b}[2J") && !coloured.contains('\u{7}'));
}

#[test]
fn secrets_are_never_printed() {
    let native = "\
domains: [{id: site:a}]
services:
  - id: service:web
    title: talks to postgres://user:s3cr3tpw@db/x
    owner: postgres://user:s3cr3tpw@db
    replicas: [{on: site:a}]
    requires: [\"external:postgres://user:s3cr3tpw@db/x\"]
    optional: [\"postgres://user:s3cr3tpw@other\"]
    tier: \"postgres://user:s3cr3tpw@db\"
    \"postgres://user:s3cr3tpw@key\": 1
journeys: [{id: journey:j, requires: [service:web]}]
aliases: {\"postgres://user:s3cr3tpw@alias\": service:web}
";
    let kubernetes = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: shop:1
          env:
            - {name: DATABASE_URL, value: \"postgres://user:s3cr3tpw@db:5432/x\"}
            - {name: API_PASSWORD, value: s3cr3tpw}
          args: [\"--db=postgres://user:s3cr3tpw@db:5432/x\"]
";
    let secret = folder(&[("a.spof.yaml", native), ("k.yaml", kubernetes)]);
    for args in questions("service:web", "site:a") {
        let ran = run_in(secret.path(), &args);
        assert_eq!(ran.code, 0, "{ran:?}");
        for text in [ran.out, ran.err] {
            assert!(!text.contains("s3cr3tpw"), "{args:?}: {text}");
        }
    }
    run_in(secret.path(), &["report", "-o", "r.html"]).ok();
    let report = std::fs::read_to_string(secret.path().join("r.html")).unwrap();
    assert!(!report.contains("s3cr3tpw"));
    let blast = ["blast", "postgres://user:s3cr3tpw@nowhere"];
    let said = fails(secret.path(), &blast, 2);
    assert!(!said.contains("s3cr3tpw"), "{said}");
}

#[test]
fn list_keeps_its_form() {
    let shop = shop();
    let list = json_in(shop.path(), &["list"]);
    assert_eq!(list["version"], 1);
    let faults = list["faults"].as_array().unwrap();
    let ids: Vec<&str> = faults.iter().map(|f| f["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["power:feed-a", "site:a", "replica:switch@site:a#1"]);
    let site = &faults[1];
    assert_eq!(site["class"], "placement");
    assert_eq!(site["kind"], "site");
    assert_eq!(site["users"], 2_000_000);
    assert!(site["with"].as_array().unwrap().is_empty());
    for entry in site["affected"].as_array().unwrap() {
        assert!(entry["id"].is_string() && entry["verdict"].is_string());
        assert!(entry["recovers_s"].is_u64() || entry["recovers_s"].is_null());
    }
    let all = json_in(shop.path(), &["list", "--all"]);
    let classes = |list: &Value| -> std::collections::BTreeSet<String> {
        let faults = list["faults"].as_array().unwrap().iter();
        faults
            .map(|f| f["class"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(classes(&all).contains("software"));
    let replicas = json_in(shop.path(), &["list", "--all", "--class", "replica"]);
    assert_eq!(classes(&replicas).len(), 1);
    let sites = json_in(shop.path(), &["list", "--kind", "site"]);
    assert_eq!(sites["faults"].as_array().unwrap().len(), 1);
    let limited = json_in(shop.path(), &["list", "--limit", "1"]);
    assert_eq!(limited["faults"].as_array().unwrap().len(), 1);
    let subjects = json_in(shop.path(), &["list", "--by", "subject", "--tier", "1"]);
    let first = &subjects["subjects"][0];
    assert_eq!(first["id"], "journey:buy");
    assert_eq!(first["cut_by"].as_array().unwrap().len(), 2);
    let of_news = json_in(shop.path(), &["list", "news"]);
    assert!(of_news["faults"].as_array().unwrap().is_empty());
}

#[test]
fn blast_keeps_its_form() {
    let shop = shop();
    let blast = json_in(shop.path(), &["blast", "site:a"]);
    assert_eq!(blast["version"], 1);
    assert_eq!(blast["faults"], serde_json::json!(["site:a"]));
    let entry = |blast: &Value, id: &str| -> Value {
        let affected = blast["affected"].as_array().unwrap().iter();
        affected
            .clone()
            .find(|e| e["id"] == id)
            .cloned()
            .unwrap_or(Value::Null)
    };
    let web = entry(&blast, "service:web");
    assert_eq!(web["verdict"], "down");
    assert!(web["recovers_s"].is_null());
    assert_eq!(web["hops"], 2);
    assert_eq!(web["because"].as_array().unwrap().len(), 2);
    let standby = &web["standbys"][0];
    assert!(standby["promoted_s"].is_null());
    assert_eq!(standby["blocked_by"], serde_json::json!(["service:switch"]));
    let db = entry(&blast, "store:db");
    assert_eq!(db["recovers_s"], 180);
    assert_eq!(db["data"]["verdict"], "lost-up-to-lag");
    assert_eq!(db["data"]["lost_s"], 5);
    assert_eq!(db["standbys"][0]["promoted_s"], 180);
    // In a scenario: the repair brings the switch back, which promotes nothing any more in time.
    let repaired = json_in(shop.path(), &["blast", "site:a=10m", "--at", "5m"]);
    let web = entry(&repaired, "service:web");
    assert!(web["recovers_s"].is_null());
    assert_eq!(web["with_repairs"]["recovers_s"], 600);
    assert_eq!(web["serves_at"], false);
    assert_eq!(entry(&repaired, "store:db")["serves_at"], true);
    assert_eq!(repaired["repaired_s"]["site:a"], 600);
    // On top of an outage: what is down already is not told again.
    let added = json_in(shop.path(), &["blast", "site:b", "--already", "site:a"]);
    assert!(entry(&added, "service:web").is_null());
    assert_eq!(entry(&added, "service:news")["verdict"], "down");
    assert_eq!(entry(&added, "store:db")["verdict"], "down");
}

#[test]
fn why_and_common_keep_their_forms() {
    let shop = shop();
    let why = json_in(shop.path(), &["why", "buy", "--down", "site:a"]);
    assert_eq!(why["subject"], "journey:buy");
    assert_eq!(why["affected"], true);
    let chain = why["chain"].as_array().unwrap();
    assert_eq!(chain[0]["id"], "journey:buy");
    assert!(
        chain
            .iter()
            .any(|link| link["fault"] == true && link["id"] == "site:a")
    );
    let told: Vec<&str> = chain
        .iter()
        .map(|link| link["id"].as_str().unwrap())
        .collect();
    for link in chain {
        for reason in link["reasons"].as_array().unwrap() {
            assert!(reason["sources"][0]["line"].is_u64());
            for lost in reason["lost"].as_array().unwrap() {
                assert!(told.contains(&lost.as_str().unwrap()), "{lost} is not told");
            }
        }
    }
    let shown = run_in(shop.path(), &["why", "buy", "--down", "site:a"]).ok();
    assert!(shown.contains("└─ needs service:web"), "{shown}");
    assert!(
        shown.contains("replica:web@site:a#1 and 2 like it"),
        "{shown}"
    );
    assert!(shown.contains("shop.spof.yaml:"), "{shown}");
    assert!(shown.contains("never promoted"), "{shown}");
    assert!(shown.contains("Redundancy did not help"), "{shown}");
    assert!(
        shown.contains("all 3 replicas of service:web go with site:a"),
        "{shown}"
    );
    let calm = run_in(shop.path(), &["why", "buy", "--down", "site:b"]).ok();
    assert!(calm.contains("journey:buy is not affected"), "{calm}");
    let common = json_in(shop.path(), &["common", "web", "switch"]);
    assert_eq!(
        common["cuts"],
        serde_json::json!([["power:feed-a"], ["site:a"]])
    );
    assert_eq!(common["searched_order"], 1);
    let pairs = json_in(shop.path(), &["common", "news"]);
    assert_eq!(pairs["searched_order"], 2);
    assert!(
        pairs["cuts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|set| set.as_array().unwrap().len() == 2)
    );
    let none = json_in(shop.path(), &["common", "web", "--up", "switch"]);
    assert!(
        none["cuts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|set| set != &serde_json::json!(["site:a"]))
    );
}

#[test]
fn coverage_says_what_is_known_and_what_would_help() {
    let shop = shop();
    let coverage = json_in(shop.path(), &["coverage"]);
    assert_eq!(coverage["documents"]["native"], 1);
    assert_eq!(coverage["files"], 1);
    assert_eq!(coverage["workloads"]["total"], 4);
    assert_eq!(coverage["workloads"]["with_tier"], 3);
    assert_eq!(coverage["replicas"], 9);
    assert!(coverage["next_step"].is_string());
    let unknown = folder(&[(
        "a.spof.yaml",
        "services: [{id: service:a, replicas: 2, requires: [service:missing]}]\n",
    )]);
    let coverage = json_in(unknown.path(), &["coverage"]);
    assert_eq!(coverage["unknown"][0]["id"], "unknown:service:missing");
    assert_eq!(coverage["unplaced"].as_array().unwrap().len(), 2);
    let shown = run_in(unknown.path(), &["coverage"]).ok();
    assert!(
        shown.contains("2 replicas without a known place"),
        "{shown}"
    );
    assert!(shown.contains("a.spof.yaml:1:"), "{shown}");
}

#[test]
fn answers_do_not_depend_on_the_order_of_files_or_runs() {
    let parts: Vec<(String, String)> = (0..6)
        .map(|n| {
            let text = format!(
                "services: [{{id: service:s{n}, tier: {n}, replicas: [{{on: site:x{}}}], requires: [service:s{}]}}]\ndomains: [{{id: site:x{n}, requires: [power:p]}}]\n",
                n % 2,
                (n + 1) % 6
            );
            (format!("part{n}.spof.yaml"), text)
        })
        .collect();
    let written = |order: &[usize]| {
        let folder = folder(&[("p.spof.yaml", "domains: [{id: power:p}]\n")]);
        for at in order {
            let (name, text) = &parts[*at];
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    };
    let (one, other) = (written(&[0, 1, 2, 3, 4, 5]), written(&[5, 3, 1, 4, 2, 0]));
    for args in questions("service:s0", "power:p") {
        let first = run_in(one.path(), &args).out;
        assert_eq!(first, run_in(one.path(), &args).out, "{args:?}");
        assert_eq!(first, run_in(other.path(), &args).out, "{args:?}");
        assert!(!first.is_empty(), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    // Far more output than a pipe holds.
    let services: Vec<String> = (0..2_000)
        .map(|n| format!("  - {{id: service:s{n}, replicas: [{{on: site:x}}]}}\n"))
        .collect();
    let text = format!(
        "domains: [{{id: site:x}}]\nservices:\n{}",
        services.concat()
    );
    let many = folder(&[("many.spof.yaml", &text)]);
    for args in [vec!["graph"], vec!["list", "--by", "subject"]] {
        let mut child = command(many.path())
            .args(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut begin = [0; 10];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut begin).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {output:?}");
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let shop = shop();
    let piped = command(shop.path())
        .arg("list")
        .env_remove("NO_COLOR")
        .output();
    assert!(!piped.unwrap().stdout.contains(&0x1b));
    assert!(
        run_in(shop.path(), &["list", "--color", "always"])
            .ok()
            .contains('\u{1b}')
    );
    assert!(
        !run_in(shop.path(), &["list", "--color", "never"])
            .ok()
            .contains('\u{1b}')
    );
    let shown = run_in(shop.path(), &["list"]).ok();
    assert!(
        shown.lines().all(|line| line == line.trim_end()),
        "{shown:?}"
    );
}

#[test]
fn schema_is_a_schema() {
    let empty = tempfile::tempdir().unwrap();
    let schema = run_in(empty.path(), &["schema"]).json();
    assert!(jsonschema::meta::is_valid(&schema));
}

#[test]
fn a_saved_graph_answers_as_its_sources_do() {
    let shop = shop();
    std::fs::write(
        shop.path().join("estate.json"),
        run_in(shop.path(), &["graph", "shop.spof.yaml"]).ok(),
    )
    .unwrap();
    for args in [
        vec!["list", "--all"],
        vec!["blast", "site:a"],
        vec!["why", "buy", "--down", "site:a"],
    ] {
        let with = |input: &'static str| -> Vec<&str> {
            args.iter().copied().chain(["-i", input]).collect()
        };
        assert_eq!(
            run_in(shop.path(), &with("estate.json")).ok(),
            run_in(shop.path(), &with("shop.spof.yaml")).ok()
        );
    }
}
