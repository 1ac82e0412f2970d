//! `spof lint`, `rules` and `explain` through the real binary.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use program::{folder, json, run, run_in};
use serde_json::Value;

const FORMATS: [&str; 8] = [
    "human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown",
];

/// The example in a rule's documentation; several files where it names them.
fn example(documentation: &str) -> tempfile::TempDir {
    let code = documentation.split("```yaml\n").nth(1).unwrap();
    let code = code.split("```").next().unwrap();
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in code.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            files.push((name, String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("spof.yaml", String::new()));
        }
        let (_, text) = files.last_mut().unwrap();
        text.push_str(line);
        text.push('\n');
    }
    let mut files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    // A broken file alone is no input at all.
    files.push(("other.spof.yaml", "services: [{id: service:other}]\n"));
    folder(&files)
}

#[test]
fn every_rule_as_people_see_it() {
    let rules = json(&["rules"]);
    let rules = rules["rules"].as_array().unwrap();
    assert!(rules.len() >= 40);
    for rule in rules {
        let name = rule["rule"].as_str().unwrap();
        let dir = example(rule["documentation"].as_str().unwrap());
        // Some rules count days: the day is given, or the snapshot is old tomorrow.
        let shown = run_in(dir.path(), &["lint", "--today", "2026-11-22"]).out;
        assert!(shown.contains(&format!("[{name}]")), "{name}: {shown}");
        insta::assert_snapshot!(format!("rule-{name}"), shown);
    }
}

#[test]
fn explain_and_list() {
    insta::assert_snapshot!("explain", run(&["explain", "placement-cycle"]).ok());
    insta::assert_snapshot!("rules", run(&["rules"]).ok());
    let wrong = run(&["explain", "false-redundency"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("false-redundancy"), "{wrong:?}");
}

const WARNS: &str = "services: [{id: service:web, requires: [service:logn]}]\n";
const FAILS: &str =
    "domains: [{id: site:a}]\nservices: [{id: service:web, tier: 1, replicas: [{on: site:a}]}]\n";

#[test]
fn exit_codes_are_those_of_the_contract_in_every_format() {
    let warns = folder(&[("spof.yaml", WARNS)]);
    let fails = folder(&[("spof.yaml", FAILS)]);
    let clean = folder(&[("spof.yaml", "services: [{id: service:web}]\n")]);
    let empty = folder(&[]);
    for format in FORMATS {
        let code = |dir: &tempfile::TempDir, more: &[&str]| {
            let args: Vec<&str> = ["lint", "--format", format]
                .into_iter()
                .chain(more.iter().copied())
                .collect();
            run_in(dir.path(), &args).code
        };
        assert_eq!(code(&clean, &[]), 0);
        assert_eq!(code(&clean, &["--fail-on", "note"]), 0);
        assert_eq!(code(&warns, &[]), 0);
        assert_eq!(code(&warns, &["--fail-on", "warning"]), 1);
        assert_eq!(code(&fails, &[]), 1);
        assert_eq!(code(&fails, &["--fail-on", "never"]), 0);
        assert_eq!(code(&fails, &["--fail-on", "sometimes"]), 2);
        assert_eq!(code(&fails, &["no-such-path"]), 2);
        assert_eq!(code(&empty, &[]), 3);
    }
}

#[test]
fn one_line_a_finding() {
    let dir = folder(&[("spof.yaml", WARNS)]);
    let shown = run_in(dir.path(), &["lint", "--format", "concise"]).out;
    assert_eq!(
        shown,
        "spof.yaml:1:41: warning[unknown-target] nothing is called `service:logn`\n"
    );
}

#[test]
fn json_is_versioned_and_whole() {
    let dir = folder(&[("spof.yaml", FAILS)]);
    let value: Value = run_in(dir.path(), &["lint", "--format", "json"]).json();
    assert_eq!(value["version"], 1);
    let finding = &value["findings"][0];
    assert_eq!(finding["rule"], "single-replica-critical");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["subject"], "service:web");
    assert_eq!(finding["cut"][0], "replica:web@site:a#1");
    assert_eq!(finding["fingerprint"].as_str().unwrap().len(), 16);
    assert_eq!(finding["location"]["file"], "spof.yaml");
    assert_eq!(value["coverage"]["nodes"]["service"], 1);
}

#[test]
fn names_of_strangers_are_harmless() {
    let dir = folder(&[(
        "spof.yaml",
        "services:\n  - id: \"service:<script>alert(1)</script>\\e[31m\\n::error::\\u202e x\"\n    tier: 1\n    requires: [\"service:\\e]0;t\\a\\n\"]\n    replicas: [{on: \"site:\\u009b\\u2028z\"}]\n",
    )]);
    for format in FORMATS {
        for colour in ["always", "never"] {
            let shown = run_in(dir.path(), &["lint", "--format", format, "--color", colour]).out;
            assert!(!shown.contains("\u{1b}[31m\\n"), "{shown:?}");
            assert!(!shown.contains("\u{1b}]0;"), "{shown:?}");
            assert!(!shown.contains("\n::error"), "{shown:?}");
            for letter in ['\u{202e}', '\u{2028}', '\u{9b}', '\u{7}'] {
                assert!(!shown.contains(letter), "{letter:?} in {shown:?}");
            }
        }
    }
}

#[test]
fn credentials_are_never_shown() {
    let kubernetes = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
          env:
            - {name: DATABASE_URL, value: 'postgres://user:s3cr3t@nowhere:5432/x'}
";
    let native = "services:
  - {id: service:api, requires: ['postgres://user:s3cr3t@db/x'], rto: 'postgres://user:s3cr3t@db/y'}
  - {id: service:api2, password: s3cr3t}
";
    let dir = folder(&[("web.yaml", kubernetes), ("spof.yaml", native)]);
    for format in FORMATS {
        let ran = run_in(dir.path(), &["lint", "--format", format]);
        let shown = &ran.out;
        assert!(!shown.contains("s3cr3t"), "{format}: {shown}");
        let name = shown.replace('\\', "");
        assert!(name.contains("unknown-target"), "{format}: {shown}");
        assert!(!ran.err.contains("s3cr3t"), "{}", ran.err);
    }
}

#[test]
fn the_sample_fails_and_the_fixed_one_passes() {
    let broken = run(&["lint", "--format", "concise", "samples/kakao-2022"]);
    assert_eq!(broken.code, 1);
    let shown = broken.out;
    for line in [
        "error[critical-concentration] `room:pangyo-b3` alone takes all 4 critical journeys",
        "error[false-redundancy] `service:login` looks redundant (3 replicas, any one may fail) but all of them go with `room:pangyo-b3`",
        "error[false-redundancy] `service:switchover` looks redundant",
        "error[false-redundancy] `store:session-cache` looks redundant",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let fixed = run(&["lint", "--format", "concise", "samples/kakao-2022-fixed"]).ok();
    assert!(!fixed.contains("error["), "{fixed}");
}

#[test]
fn the_same_twice() {
    for format in FORMATS {
        let args = ["lint", "--format", format, "samples/kakao-2022"];
        assert_eq!(run(&args).out, run(&args).out);
    }
}

/// Compose starts one service once another runs, or serves: either way that other was there
/// first, and an address in its variables is no proof that it waits for what comes later. A loop
/// that waits for it is.
#[test]
fn what_compose_starts_first_waits_for_nobody_unless_it_says_so() {
    let named = "environment: [LOAD_URL=http://load:80]";
    let waits = "command: sh -c 'until nc -z load 80; do sleep 1; done; serve'";
    for (proxy, condition, cycle) in [
        (named, "service_started", false),
        (named, "service_healthy", false),
        (waits, "service_healthy", true),
    ] {
        let compose = format!(
            "services:\n  proxy:\n    image: x\n    {proxy}\n  \
             load: {{image: x, depends_on: {{proxy: {{condition: {condition}}}}}}}\n"
        );
        let dir = folder(&[("compose.yaml", &compose)]);
        let output = run_in(dir.path(), &["lint", "--format", "concise"]).out;
        assert_eq!(output.contains("recovery-cycle"), cycle, "{output}");
    }
}

#[test]
fn explain_speaks_to_programs_too() {
    let one = json(&["explain", "placement-cycle"]);
    assert_eq!(
        (one["version"].as_u64(), &one["rule"]),
        (Some(1), &Value::from("placement-cycle"))
    );
    let all = json(&["rules"]);
    let listed = all["rules"].as_array().unwrap().iter();
    let mut listed = listed.filter(|rule| rule["rule"] == one["rule"]);
    let listed = listed.next().unwrap();
    for field in ["summary", "documentation"] {
        assert_eq!(listed[field], one[field]);
        assert!(one[field].as_str().is_some_and(|text| text.len() > 20));
    }
}

/// Broken inputs and unchosen scopes are warned of, unless that is not wanted.
#[test]
fn quiet_is_quiet_in_every_command() {
    let dir = folder(&[
        ("a.spof.yaml", WARNS),
        ("broken.yaml", "a: [\n"),
        ("spof.toml", "[scope.a]\ninclude = [\"*.yaml\"]\n"),
    ]);
    for (command, warns) in [
        ("list", true),
        ("blast service:web", true),
        ("why service:web --down service:web", true),
        ("common service:web", true),
        ("cuts service:web", true),
        ("graph", true),
        ("diff a.spof.yaml", true),
        ("report -o report.html", true),
        ("coverage", false),
        ("lint", false),
        ("init --stdout", false),
        ("rules", false),
        ("explain duplicate-key", false),
        ("schema", false),
        ("completions bash", false),
        ("man", false),
    ] {
        let mut words: Vec<&str> = command.split(' ').collect();
        let loud = run_in(dir.path(), &words);
        words.push("--quiet");
        let quiet = run_in(dir.path(), &words);
        assert_eq!(!loud.err.is_empty(), warns, "{loud:?}");
        assert_eq!(quiet.err, "", "{command}");
        assert_eq!(quiet.code, loud.code, "{command}");
    }
}
