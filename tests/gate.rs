//! What fails `spof lint`: levels, profiles, confidence, waivers, baselines; through the real
//! binary.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use program::{Ran, folder, run_in};
use serde_json::Value;

const FORMATS: [&str; 8] = [
    "human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown",
];

/// One error: a critical service with one replica.
const ONE: &str = "domains: [{id: site:a}]\nservices:\n  - {id: service:web, tier: 1, replicas: [{on: site:a}]}\n";
/// And another one.
const TWO: &str = "domains: [{id: site:a}]\nservices:\n  - {id: service:api, tier: 1, replicas: [{on: site:a}]}\n  - {id: service:web, tier: 1, replicas: [{on: site:a}]}\n";

fn lint(dir: &Path, args: &[&str]) -> Ran {
    run_in(dir, &[&["lint", "--today", "2026-11-22"], args].concat())
}

fn json(dir: &Path, args: &[&str]) -> Value {
    lint(dir, &[args, &["--format", "json"]].concat()).json()
}

/// `severity[rule] subject` of each finding that counts.
fn findings(value: &Value) -> Vec<String> {
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let list = value["findings"].as_array().unwrap();
    list.iter()
        .map(|f| {
            format!(
                "{}[{}] {}",
                word(f, "severity"),
                word(f, "rule"),
                word(f, "subject")
            )
        })
        .collect()
}

#[test]
fn how_long_drills_and_entries_hold_is_configured() {
    let estate = "domains: [{id: site:a, verified: 2026-06-01}, {id: site:b}]\nservices:\n  - id: service:web\n    tier: 1\n    rto: 1h\n    replicas:\n      - {on: site:a}\n      - {on: site:b, standby: [{takes: 5m, drilled: 2026-06-01}]}\n";
    let old = |config: &str| {
        let dir = folder(&[("spof.yaml", estate), ("spof.toml", config)]);
        let found = findings(&json(dir.path(), &[]));
        let named = |rule: &str| found.iter().any(|finding| finding.contains(rule));
        (named("undrilled-failover"), named("stale-fact"))
    };
    assert_eq!(old(""), (false, false));
    assert_eq!(old("[lint]\ndrilled_within = \"90d\"\n"), (true, false));
    assert_eq!(old("[lint]\nverified_within = \"90d\"\n"), (false, true));
}

fn fingerprint(value: &Value) -> String {
    value["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn levels_change_what_fails() {
    for (level, code, count) in [
        ("error", 1, 1),
        ("warning", 0, 1),
        ("note", 0, 1),
        ("off", 0, 0),
    ] {
        let config = format!("[rules]\nsingle-replica-critical = \"{level}\"\n");
        let dir = folder(&[("spof.yaml", ONE), ("spof.toml", &config)]);
        assert_eq!(lint(dir.path(), &[]).code, code, "{level}");
        let all = findings(&json(dir.path(), &[]));
        assert_eq!(all.len(), count, "{all:?}");
        assert!(all.iter().all(|one| one.starts_with(level)), "{all:?}");
    }
    let dir = folder(&[
        ("spof.yaml", ONE),
        ("spof.toml", "[rules]\nsingle-replica-critcal = \"off\"\n"),
    ]);
    let ran = lint(dir.path(), &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("spof.toml:2:1") && ran.err.contains("single-replica-critical"),
        "{}",
        ran.err
    );
}

#[test]
fn what_is_typed_wins_over_the_configuration_and_that_over_the_profile() {
    let warns = "services: [{id: service:web, requires: [service:logn]}]\n";
    let run = |config: &str, args: &[&str]| {
        let dir = folder(&[("spof.yaml", warns), ("spof.toml", config)]);
        lint(dir.path(), args).code
    };
    assert_eq!(run("", &[]), 0);
    assert_eq!(run("", &["--profile", "strict"]), 1);
    assert_eq!(run("[lint]\nprofile = 'strict'\n", &[]), 1);
    assert_eq!(
        run("[lint]\nprofile = 'strict'\nfail_on = 'error'\n", &[]),
        0
    );
    assert_eq!(
        run(
            "[lint]\nprofile = 'strict'\nfail_on = 'error'\n",
            &["--fail-on", "warning"]
        ),
        1
    );
    assert_eq!(run("[lint]\nfail_on = 'warning'\n", &[]), 1);
    assert_eq!(
        run("[lint]\nfail_on = 'warning'\n", &["--profile", "audit"]),
        0
    );
    assert_eq!(run("[lint]\nfail_on = 'warnin'\n", &[]), 2);
    assert_eq!(run("[lint]\nfail_on = 'warning'\n", &["--no-config"]), 0);
}

#[test]
fn weak_evidence_can_be_left_out() {
    // Nothing says where the two run: that they share a host is an assumption.
    let assumed = "services: [{id: service:web, tier: 1, replicas: [{count: 2}]}]\n";
    let dir = folder(&[("spof.yaml", assumed)]);
    let of = |args: &[&str]| findings(&json(dir.path(), args)).join("\n");
    assert!(of(&[]).contains("service:web"), "{}", of(&[]));
    assert_eq!(of(&["--min-confidence", "inferred"]), "");
}

#[test]
fn a_comment_accepts_what_stands_beside_it() {
    for (text, waived) in [
        (ONE.replace("[{on: site:a}]}", "[{on: site:a}]} # spof: ignore[single-replica-critical] one is enough"), true),
        (ONE.replace("services:\n", "services:\n  # spof: ignore[single-replica-critical] one is enough\n"), true),
        // Beside the declaration of the subject, while the finding's place is further down.
        ("domains: [{id: site:a}]\nservices:\n  - id: service:web # spof: ignore[single-replica-critical] one is enough\n    tier: 1\n    replicas:\n      - {on: site:a}\n".to_owned(), true),
        // Another line, another rule.
        (format!("# spof: ignore[single-replica-critical] one is enough\n{ONE}"), false),
        (ONE.replace("[{on: site:a}]}", "[{on: site:a}]} # spof: ignore[single-domain] one is enough"), false),
    ] {
        let dir = folder(&[("spof.yaml", &text)]);
        let value = json(dir.path(), &[]);
        if waived {
            assert_eq!(value["waived"].as_array().unwrap().len(), 1, "{text}");
            assert_eq!(value["waived"][0]["waiver"]["reason"], "one is enough");
            assert_eq!(findings(&value), [""; 0], "{text}");
            assert_eq!(lint(dir.path(), &[]).code, 0);
            let again = json(dir.path(), &["--no-ignores"]);
            assert_eq!(findings(&again).len(), 1, "{text}");
            assert_eq!(lint(dir.path(), &["--no-ignores"]).code, 1);
        } else {
            let all = findings(&value);
            assert!(all.contains(&"warning[waiver-unused] spof.yaml".to_owned()), "{all:?}");
            assert_eq!(lint(dir.path(), &[]).code, 1);
        }
    }
}

#[test]
fn a_waiver_without_reason_or_with_a_wrong_rule_accepts_nothing() {
    for (words, said) in [
        ("ignore[single-replica-critical]", "needs a reason"),
        (
            "ignore[single-replica-critical] owner=shop expires=2030-01-01",
            "needs a reason",
        ),
        (
            "ignore[single-replica-critcal] because",
            "did you mean `single-replica-critical`?",
        ),
        ("ignore[] because", "names its rules"),
        ("ignore single-replica-critical", "is written"),
        ("ignore[single-replica-critical because", "never closed"),
        (
            "ignore[single-replica-critical] expires=soon because",
            "takes a date",
        ),
    ] {
        let text = ONE.replace(
            "[{on: site:a}]}",
            &format!("[{{on: site:a}}]}} # spof: {words}"),
        );
        let dir = folder(&[("spof.yaml", &text)]);
        let value = json(dir.path(), &[]);
        let all = findings(&value);
        assert!(
            all.contains(&"error[invalid-value] spof.yaml".to_owned()),
            "{all:?}"
        );
        assert!(
            all.iter()
                .any(|one| one.contains("single-replica-critical")),
            "{all:?}"
        );
        assert!(value.to_string().contains(said), "{said}: {value}");
    }
}

#[test]
fn a_file_of_waivers_takes_no_long() {
    let mut text = ONE.to_owned();
    for _ in 0..20_000 {
        text.push_str("# spof: ignore[single-domain] again\n");
    }
    let dir = folder(&[("spof.yaml", &text)]);
    let value = json(dir.path(), &[]);
    let all = findings(&value);
    let unused = all.iter().filter(|one| one.contains("waiver-unused"));
    assert_eq!(unused.count(), 10_000);
    assert!(value.to_string().contains("more than 10000 waivers"));
}

#[test]
fn waivers_of_the_configuration_expire() {
    let waiver = |what: &str| {
        format!("[[waiver]]\n{what}\nreason = 'spring'\nowner = 'shop'\nexpires = 2026-12-31\n")
    };
    let plain = folder(&[("spof.yaml", ONE)]);
    let print = fingerprint(&json(plain.path(), &[]));
    for what in [
        "rule = 'single-replica-critical'\nsubject = 'service:web'".to_owned(),
        format!("fingerprint = '{print}'"),
    ] {
        let dir = folder(&[("spof.yaml", ONE), ("spof.toml", &waiver(&what))]);
        let value = json(dir.path(), &[]);
        assert_eq!(findings(&value), [""; 0], "{what}");
        assert_eq!(value["waived"][0]["waiver"]["owner"], "shop");
        assert_eq!(value["waived"][0]["waiver"]["expires"], "2026-12-31");
        assert!(lint(dir.path(), &[]).out.contains("1 waived"));
        let last = run_in(dir.path(), &["lint", "--today", "2026-12-31"]);
        assert_eq!(last.code, 0);
        let late = run_in(dir.path(), &["lint", "--today", "2027-01-01"]);
        assert_eq!(late.code, 1);
        assert!(
            late.out.contains("error[single-replica-critical]"),
            "{}",
            late.out
        );
        assert!(late.out.contains("expired on 2026-12-31"), "{}", late.out);
    }
    let unused = waiver("rule = 'single-domain'\nsubject = 'service:web'");
    let dir = folder(&[("spof.yaml", ONE), ("spof.toml", &unused)]);
    let all = findings(&json(dir.path(), &[]));
    assert!(
        all.contains(&"warning[waiver-unused] spof.toml".to_owned()),
        "{all:?}"
    );
    for wrong in [
        "[[waiver]]\nrule = 'single-domain'\nreason = 'x'\n",
        "[[waiver]]\nrule = 'single-domain'\nsubject = 'service:web'\n",
        "[[waiver]]\nfingerprint = 'xyz'\nreason = 'x'\n",
        "[[waiver]]\nfingerprint = '0123456789abcdef'\nreason = ' '\n",
        "[[waiver]]\nfingerprint = '0123456789abcdef'\nreason = 'x'\nexpires = '2026-02-30'\n",
        "[waiver]\nfingerprint = 1\n",
    ] {
        let dir = folder(&[("spof.yaml", ONE), ("spof.toml", wrong)]);
        assert_eq!(lint(dir.path(), &[]).code, 2, "{wrong}");
    }
}

#[test]
fn a_baseline_holds_what_is_known() {
    let dir = folder(&[("spof.yaml", ONE)]);
    let wrote = lint(dir.path(), &["--write-baseline", "spof.baseline.json"]);
    assert_eq!(
        (wrote.code, wrote.out.as_str()),
        (0, "wrote 1 finding to spof.baseline.json\n")
    );
    let with = ["--baseline", "spof.baseline.json"];
    let ran = lint(dir.path(), &with);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("no new findings, 1 known before"),
        "{}",
        ran.out
    );
    // The baseline itself is no input.
    assert!(!ran.out.contains("not read"), "{}", ran.out);
    fs::write(dir.path().join("spof.yaml"), TWO).unwrap();
    let ran = lint(dir.path(), &with);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("critical]: `service:api`")
            && !ran.out.contains("for the same cause: `service:web`"),
        "{}",
        ran.out
    );
    assert_eq!(
        lint(
            dir.path(),
            &["--baseline", "spof.baseline.json", "--fail-on-new", "never"]
        )
        .code,
        0
    );
    // What was there before fails only where that is asked for.
    let all = lint(
        dir.path(),
        &["--baseline", "spof.baseline.json", "--fail-on", "error"],
    );
    assert!(
        all.out.contains("for the same cause: `service:web`"),
        "{}",
        all.out
    );
    // By the configuration, relative to it; and not where everything is audited.
    fs::write(
        dir.path().join("spof.toml"),
        "[lint]\nbaseline = 'spof.baseline.json'\n",
    )
    .unwrap();
    assert!(
        !lint(dir.path(), &[])
            .out
            .contains("for the same cause: `service:web`")
    );
    assert!(
        lint(dir.path(), &["--profile", "audit"])
            .out
            .contains("for the same cause: `service:web`")
    );
    // Mended findings are counted.
    fs::write(
        dir.path().join("spof.yaml"),
        "services: [{id: service:web}]",
    )
    .unwrap();
    assert_eq!(json(dir.path(), &[])["gone"], 1);
    for (args, said) in [
        (&["--baseline", "none.json"][..], "--write-baseline"),
        (&["--baseline", "spof.yaml"], "it is no baseline"),
        (&["--no-config", "--fail-on-new", "error"], "--base REV"),
    ] {
        let ran = lint(dir.path(), args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_closed_pipe_changes_no_verdict() {
    for (text, more, code) in [
        (ONE, [].as_slice(), 1),
        ("services: [{id: service:web}]", &[], 0),
        (ONE, &["no-such-path"], 2),
        ("", &[], 3),
    ] {
        let dir = folder(&[("spof.yaml", text)]);
        for format in FORMATS {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let run = Command::new(env!("CARGO_BIN_EXE_spof"))
                .args(["lint", "--format", format])
                .args(more)
                .current_dir(dir.path())
                .stdout(writer)
                .stderr(Stdio::piped())
                .output()
                .unwrap();
            assert_eq!(run.status.code(), Some(code), "{format}");
            // A closed pipe is no error; what was wrong before it is said as ever.
            let said = String::from_utf8(run.stderr).unwrap();
            assert_eq!(said.is_empty(), code < 2, "{format}: {said}");
            assert!(!said.contains("ipe"), "{format}: {said}");
        }
    }
}

#[test]
fn several_formats_in_one_run() {
    let dir = folder(&[("spof.yaml", ONE)]);
    let at = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let ran = lint(
        dir.path(),
        &[
            "--output",
            "sarif=out.sarif",
            "--output",
            "junit=out.xml",
            "--output",
            "markdown=-",
        ],
    );
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("### spof: ❌ 1 error"), "{}", ran.out);
    assert!(at("out.sarif").contains("\"version\": \"2.1.0\""));
    assert!(at("out.xml").starts_with("<?xml"));
    // People read standard output where no format goes there.
    let ran = lint(dir.path(), &["--output", "human=out.txt"]);
    assert!(ran.out.contains("error[single-replica-critical]"));
    assert!(at("out.txt").contains("error[single-replica-critical]"));
    for args in [
        &["--output", "sarif"][..],
        &["--output", "sariff=x"],
        &["--output", "sarif="],
        &["--output", "json=-", "--format", "human"],
        &["--output", "json=-", "--output", "sarif=-"],
        &["--output", "json=x", "--output", "sarif=x"],
        &["--output", "json=no/such/folder"],
    ] {
        assert_eq!(lint(dir.path(), args).code, 2, "{args:?}");
    }
}
