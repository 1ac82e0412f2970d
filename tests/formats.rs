//! The formats of `spof lint` as those who read them have them: SARIF under its official schema,
//! the documented fields of GitHub and GitLab, well-formed XML; and nothing that a stranger's
//! name could do in any of them.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Lints in `dir`; exit codes 0 and 1 are fine.
fn lint(dir: &Path, format: &str, more: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_spof"))
        .args(["lint", "--today", "2026-11-22", "--format", format])
        .args(more)
        .current_dir(dir)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(
        matches!(run.status.code(), Some(0 | 1)),
        "{format}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

fn json(dir: &Path, format: &str, more: &[&str]) -> Value {
    serde_json::from_str(&lint(dir, format, more)).unwrap()
}

fn sample() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/kakao-2022"))
}

/// An estate whose every name, title, path and waiver tries something.
fn hostile() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let names = [
        "<script>alert(1)</script>",
        "\\\"><img src=x onerror=alert(1)>",
        "]]></failure><x>",
        "[click](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "`code` **bold** | cell |",
        "\\n::error file=x::injected",
        "%0A::set-output name=x::y",
        "##[error]x",
        "@everyone fixes #1 https://evil.example www.evil.example",
        "{0} {1}",
        "\\e]8;;https://evil.example\\e\\\\x",
        "\\u202e\\u2028\\u009b31m\\u0000\\u0007\\ufeff",
        "&lt;b&gt; &#60;",
        "=cmd|' /C calc'!A0",
        "</details></summary></code>",
    ];
    let mut text = "domains: [{id: site:a}]\nservices:\n".to_owned();
    for name in names {
        let _ = writeln!(
            text,
            "  - {{id: \"service:{name}\", title: \"{name}\", owner: \"{name}\", tier: 1, requires: [\"service:none {name}\"], replicas: [{{on: site:a}}]}}"
        );
    }
    text.push_str("  - {id: service:w, tier: 1, replicas: [{on: site:a}]} # spof: ignore[single-replica-critical] owner=<b>@me</b> <script>x</script> ::error::y [a](b)\n");
    let path = "a,b:c%0A%3A::error::<b>[x](y)@z #1\n::error::.spof.yaml";
    fs::write(dir.path().join(path), text).unwrap();
    fs::write(dir.path().join("broken]]>.spof.yaml"), "services: [\n").unwrap();
    dir
}

/// The official schema, from the crate that carries it. Fetched, not built and not committed.
fn schema() -> Value {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sarif-schema");
    fs::create_dir_all(dir.join("src")).unwrap();
    fs::write(dir.join("src/lib.rs"), "").unwrap();
    fs::write(
        dir.join("Cargo.toml"),
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\nserde-sarif = \"=0.8.0\"\n[workspace]\n",
    )
    .unwrap();
    let run = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(dir.join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "the SARIF schema can't be fetched: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let packages: Value = serde_json::from_slice(&run.stdout).unwrap();
    let manifest = packages["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .and_then(|package| package["manifest_path"].as_str())
        .unwrap()
        .to_owned();
    let path = Path::new(&manifest)
        .with_file_name("src")
        .join("schema.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // This one pattern has a bracket too many, which strict readers of patterns refuse. It is of
    // fields that are not written here.
    for of in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][of]["properties"]["language"];
        let pattern = language.as_object_mut().unwrap().remove("pattern");
        assert!(pattern.is_some());
    }
    schema
}

/// What `spof schema lint` promises holds for findings, waived ones and a base; and what is made
/// up does not.
#[test]
fn json_is_valid_under_its_published_schema() {
    let printed = Command::new(env!("CARGO_BIN_EXE_spof"))
        .args(["schema", "lint"])
        .output()
        .unwrap();
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let valid = jsonschema::validator_for(&schema).unwrap();
    let check = |value: &Value| {
        let errors: Vec<String> = valid
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
    };
    let whole = json(sample(), "json", &[]);
    check(&whole);
    check(&json(hostile().path(), "json", &[]));
    let estate = tempfile::tempdir().unwrap();
    fs::write(
        estate.path().join("spof.yaml"),
        "domains: [{id: site:a}]\nservices:\n  # spof: ignore[single-replica-critical] owner=team-web expires=2999-01-01 one is enough\n  - {id: service:web, tier: 1, replicas: [{on: site:a}]}\n",
    )
    .unwrap();
    let waived = json(estate.path(), "json", &["--base", "."]);
    check(&waived);
    assert_eq!(
        waived["waived"][0]["waiver"]["reason"], "one is enough",
        "{waived:#}"
    );
    for (key, wrong) in [
        ("severity", "fatal"),
        ("rule", "no-such-rule"),
        ("fingerprint", "x"),
    ] {
        let mut broken = whole.clone();
        broken["findings"][0][key] = wrong.into();
        assert!(!valid.is_valid(&broken), "{key}");
    }
    let mut broken = whole;
    broken["coverage"]["nodes"] = Value::Null;
    assert!(!valid.is_valid(&broken));
}

#[test]
fn sarif_is_valid_under_the_official_schema() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let hostile = hostile();
    let empty = tempfile::tempdir().unwrap();
    fs::write(
        empty.path().join("spof.yaml"),
        "services: [{id: service:a}]",
    )
    .unwrap();
    for (dir, more) in [
        (sample(), &[][..]),
        (sample(), &["--docs-url", "https://example.org/docs"]),
        (hostile.path(), &[]),
        (empty.path(), &[]),
        (sample(), &["--base", "../kakao-2022-fixed"]),
    ] {
        let log = json(dir, "sarif", more);
        let wrong: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .take(5)
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", dir.display());
    }
    // It can say no.
    assert!(!validator.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{}]})));
}

#[test]
fn sarif_has_what_code_scanning_reads() {
    let log = json(
        sample(),
        "sarif",
        &["--docs-url", "https://example.org/docs/"],
    );
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        assert_eq!(
            rule["helpUri"],
            format!("https://example.org/docs/rules.md#{id}")
        );
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(
                rule[key]["text"].as_str().unwrap().len() > 10,
                "{id}: {key}"
            );
        }
        assert!(
            rule["help"]["markdown"]
                .as_str()
                .unwrap()
                .contains("## How to fix")
        );
    }
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 3);
    let mut flows = 0;
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(sample().join(uri).is_file(), "{uri}");
        assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
        let print = &result["partialFingerprints"]["primaryLocationLineHash"];
        assert_eq!(print.as_str().unwrap().len(), 16);
        for flow in result["codeFlows"].as_array().into_iter().flatten() {
            flows += 1;
            let steps = flow["threadFlows"][0]["locations"].as_array().unwrap();
            assert!(steps.len() > 1);
            for step in steps {
                assert!(
                    !step["location"]["message"]["text"]
                        .as_str()
                        .unwrap()
                        .is_empty()
                );
            }
        }
    }
    assert!(flows > 0, "no chain is a code flow");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    // Worst first, as the limits ask.
    let rank = |level: &Value| {
        ["error", "warning", "note"]
            .iter()
            .position(|l| level == l)
            .unwrap()
    };
    let ranks: Vec<usize> = results
        .iter()
        .map(|result| rank(&result["level"]))
        .collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
}

#[test]
fn sarif_knows_waived_and_known_findings() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("spof.yaml"), "domains: [{id: site:a}]\nservices:\n  - {id: service:web, tier: 1, replicas: [{on: site:a}]} # spof: ignore[single-replica-critical] owner=me expires=2027-01-01 for now\n  - {id: service:old, requires: [service:none]}\n").unwrap();
    lint(
        dir.path(),
        "human",
        &["--write-baseline", "spof.baseline.json"],
    );
    let log = json(dir.path(), "sarif", &["--baseline", "spof.baseline.json"]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| {
        results
            .iter()
            .find(|result| result["ruleId"] == rule)
            .unwrap()
    };
    let waived = &of("single-replica-critical")["suppressions"][0];
    assert_eq!(waived["kind"], "inSource");
    assert_eq!(
        waived["justification"],
        "for now (owner: me) (until 2027-01-01)"
    );
    assert_eq!(of("unknown-target")["baselineState"], "unchanged");
    assert!(of("unknown-target").get("suppressions").is_none());
}

/// Many findings of one level.
fn many(count: usize) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut text = "services:\n".to_owned();
    for number in 0..count {
        let _ = writeln!(
            text,
            "  - {{id: service:s{number}, requires: [service:none{number}]}}"
        );
    }
    fs::write(dir.path().join("spof.yaml"), text).unwrap();
    dir
}

#[test]
fn what_is_over_a_limit_is_left_out_and_said() {
    let dir = many(5_100);
    let log = json(dir.path(), "sarif", &[]);
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 5_000);
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(said.unwrap().contains("findings left out"), "{said:?}");
    let markdown = lint(dir.path(), "markdown", &[]);
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.contains("more findings"), "{markdown}");
    let github = lint(dir.path(), "github", &[]);
    assert_eq!(
        github
            .lines()
            .filter(|line| line.starts_with("::warning "))
            .count(),
        10
    );
    assert!(github.contains("5090 more warnings"), "{github}");
}

#[test]
fn github_lines_are_commands_with_documented_properties() {
    let hostile = hostile();
    for dir in [sample(), hostile.path()] {
        for line in lint(dir, "github", &[]).lines() {
            if line.starts_with("spof: ") {
                continue;
            }
            let rest = line
                .strip_prefix("::")
                .unwrap_or_else(|| panic!("{line:?}"));
            let (command, message) = rest.split_once("::").unwrap();
            let (level, properties) = command.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&level), "{line}");
            assert!(!message.is_empty());
            for property in properties.split(',') {
                let (key, value) = property.split_once('=').unwrap_or_else(|| panic!("{line}"));
                assert!(
                    ["file", "line", "endLine", "col", "endColumn", "title"].contains(&key),
                    "{line}"
                );
                assert!(!value.contains(':'), "{line}");
            }
        }
    }
}

#[test]
fn gitlab_has_the_documented_fields() {
    let hostile = hostile();
    for dir in [sample(), hostile.path()] {
        let report = json(dir, "gitlab", &[]);
        let mut prints = Vec::new();
        for violation in report.as_array().unwrap() {
            let text = |key: &str| violation[key].as_str().unwrap().to_owned();
            assert!(!text("description").is_empty());
            assert!(text("check_name").contains('-') || text("check_name") == "unserved");
            assert!(
                ["info", "minor", "major", "critical", "blocker"]
                    .contains(&text("severity").as_str())
            );
            let path = violation["location"]["path"].as_str().unwrap();
            assert!(
                !path.starts_with("./") && dir.join(path).is_file(),
                "{path:?}"
            );
            assert!(violation["location"]["lines"]["begin"].as_u64().unwrap() > 0);
            prints.push(text("fingerprint"));
        }
        assert!(!prints.is_empty());
        let count = prints.len();
        prints.sort();
        prints.dedup();
        assert_eq!(prints.len(), count, "fingerprints are unique");
    }
}

#[test]
fn junit_is_well_formed_and_counts() {
    let hostile = hostile();
    for dir in [sample(), hostile.path()] {
        let text = lint(dir, "junit", &[]);
        let xml = roxmltree::Document::parse(&text).unwrap();
        let suite = xml
            .descendants()
            .find(|node| node.has_tag_name("testsuite"))
            .unwrap();
        let number = |key: &str| suite.attribute(key).unwrap().parse::<usize>().unwrap();
        let cases = || {
            suite
                .children()
                .filter(|node| node.has_tag_name("testcase"))
        };
        let with = |tag: &str| {
            cases()
                .filter(|case| case.children().any(|node| node.has_tag_name(tag)))
                .count()
        };
        assert_eq!(number("tests"), cases().count());
        assert_eq!(number("failures"), with("failure"));
        assert!(with("failure") > 0);
        let known = [
            "testsuites",
            "testsuite",
            "testcase",
            "failure",
            "skipped",
            "system-out",
        ];
        for node in xml.descendants().filter(roxmltree::Node::is_element) {
            assert!(
                known.contains(&node.tag_name().name()),
                "{:?}",
                node.tag_name()
            );
        }
        if dir == hostile.path() {
            assert_eq!(with("skipped"), 1);
        }
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("spof.yaml"), "services: [{id: service:a}]").unwrap();
    assert!(lint(dir.path(), "junit", &[]).contains("no findings"));
}

#[test]
fn markdown_lets_nothing_act() {
    let hostile = hostile();
    let text = lint(hostile.path(), "markdown", &[]);
    // Every `<` is one of our own tags or escaped.
    let ours = [
        "code>",
        "/code>",
        "details>",
        "/details>",
        "summary>",
        "/summary>",
        "sub>",
        "/sub>",
        "!-- -->",
    ];
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        assert!(
            text[..at].ends_with('\\') || ours.iter().any(|tag| rest.starts_with(tag)),
            "{:?}",
            &text[at.saturating_sub(20)..(at + 20).min(text.len())]
        );
    }
    for (at, _) in text.match_indices('@').chain(text.match_indices('#')) {
        let ours = text[at..].starts_with("### spof");
        let rest = &text[at + 1..];
        assert!(
            ours || at < 4 || rest.starts_with("<!-- -->"),
            "{:?}",
            &text[at..(at + 20).min(text.len())]
        );
    }
    for bad in ["www.evil", "\n::"] {
        assert!(!text.contains(bad), "{bad:?} in {text}");
    }
    // Half an address or link is none, and a backquote that is escaped opens no code.
    for half in ["://", "](", "`"] {
        for (at, _) in text.match_indices(half) {
            assert!(text[..at].ends_with('\\'), "{half:?} in {text}");
        }
    }
}

#[test]
fn no_format_writes_what_a_terminal_acts_on() {
    let hostile = hostile();
    for format in [
        "human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown",
    ] {
        let text = lint(hostile.path(), format, &[]);
        for letter in text.chars() {
            assert!(
                letter == '\n' || !letter.is_control(),
                "{format}: {letter:?}"
            );
        }
        for letter in ['\u{202e}', '\u{2028}', '\u{feff}'] {
            assert!(!text.contains(letter), "{format}: {letter:?}");
        }
        for line in text.lines().filter(|_| format != "github") {
            assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
            assert!(!line.starts_with("##["), "{format}: {line}");
        }
    }
}
