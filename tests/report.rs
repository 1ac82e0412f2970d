//! `spof report`, through the real binary: what stands on the page, and that nothing a stranger
//! writes becomes markup.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod markup;

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use markup::Element;
use sha2::{Digest as _, Sha256};

/// The page that `spof report` writes for `input`.
fn report(input: &str) -> String {
    report_with(&[input])
}

/// The page that `spof report` writes with these arguments.
fn report_with(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let output = Command::cargo_bin("spof")
        .unwrap()
        .args(["report", "-o", file.to_str().unwrap()])
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.is_empty(), "the page goes to the file");
    std::fs::read_to_string(file).unwrap()
}

/// The page for one manifest.
fn report_of(manifest: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spof.yaml"), manifest).unwrap();
    report(folder.path().to_str().unwrap())
}

fn section<'e>(page: &'e Element, id: &str) -> &'e Element {
    page.find(&|element| element.has("id", id))
        .unwrap_or_else(|| panic!("no #{id}"))
}

fn base64(bytes: &[u8]) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1))
        .collect();
    let mut text: String = bits
        .chunks(6)
        .map(|chunk| {
            let value = (0..6).fold(0, |n, at| n << 1 | chunk.get(at).copied().unwrap_or(0));
            letters.chars().nth(usize::from(value)).unwrap()
        })
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// What holds for every page: well-formed, no inline style or handler, one style sheet and one script
/// that the policy allows by their hashes, links that lead somewhere, nothing loaded.
fn check(html: &str) -> Element {
    let page = markup::parse(html).unwrap_or_else(|error| panic!("{error}"));
    let mut ids = BTreeSet::new();
    let mut links = Vec::new();
    let mut policy = String::new();
    let mut styles = Vec::new();
    let mut scripts = Vec::new();
    page.walk(&mut |element| {
        let forbidden = [
            "iframe",
            "object",
            "embed",
            "img",
            "base",
            "form",
            "foreignObject",
        ];
        assert!(
            !forbidden.contains(&element.name.as_str()),
            "<{}>",
            element.name
        );
        for (name, value) in &element.attributes {
            assert!(name != "style" && !name.starts_with("on"), "{name}={value}");
            if name == "id" {
                assert!(ids.insert(value.clone()), "id {value} twice");
            }
            if name == "href" {
                links.push((element.name.clone(), value.clone()));
            }
            assert!(name != "src", "{value} is loaded");
        }
        if element.has("http-equiv", "Content-Security-Policy") {
            element
                .attribute("content")
                .unwrap()
                .clone_into(&mut policy);
        }
        if element.name == "style" {
            styles.push(element.text());
        }
        if element.name == "script" {
            match element.attribute("type") {
                None => scripts.push(element.text()),
                Some(kind) => assert_eq!(kind, "text/plain"),
            }
        }
    });
    for (name, to) in links {
        if name == "link" {
            assert!(to.starts_with("data:image/svg+xml,"), "{to}");
        } else {
            let id = to
                .strip_prefix('#')
                .unwrap_or_else(|| panic!("link to {to}"));
            // With "=" in it, it is a state of the page's scripts.
            assert!(id.contains('=') || ids.contains(id), "{to} leads nowhere");
        }
    }
    assert_eq!(styles.len(), 1);
    assert_eq!(scripts.len(), 1);
    let hash = |text: &str| base64(&Sha256::digest(text.as_bytes()));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
            hash(&styles[0]),
            hash(&scripts[0])
        )
    );
    assert!(!policy.contains("unsafe"));
    page
}

/// `--dir`: the same page without inline code, whose policy needs no hash.
#[test]
fn a_folder_holds_the_same_page_without_inline_code() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("a/b");
    let run = |more: &[&str]| {
        Command::cargo_bin("spof")
            .unwrap()
            .args([
                "report",
                "--dir",
                to.to_str().unwrap(),
                "samples/kakao-2022",
            ])
            .args(more)
            .output()
            .unwrap()
    };
    let output = run(&[]);
    assert!(output.status.success(), "{output:?}");
    let mut names: Vec<String> = std::fs::read_dir(&to)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["data.js", "index.html", "spof.css", "spof.js"]);
    let text = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();

    let page = text("index.html");
    assert!(page.contains(
        "default-src &#39;none&#39;; style-src &#39;self&#39;; script-src &#39;self&#39;;"
    ));
    assert!(!page.contains("<style") && !page.contains("sha256-") && !page.contains("<script>"));
    let scripts: Vec<&str> = page.matches("<script src=").collect();
    assert_eq!(scripts.len(), 2);
    let whole = report("samples/kakao-2022");
    assert!(whole.contains(&text("spof.css")) && whole.contains(&text("spof.js")));
    let main =
        |page: &str| page[page.find("<main").unwrap()..page.find("</main>").unwrap()].to_owned();
    assert_eq!(main(&page), main(&whole));

    let data = text("data.js");
    let json = data
        .strip_prefix("(globalThis.spof = globalThis.spof || {}).page = ")
        .and_then(|rest| rest.strip_suffix(";\n"))
        .unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["estate"]["version"], 1);
    assert!(json["strings"].is_object());

    let both = run(&["-o", "x.html"]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn the_kakao_page_says_what_took_kakao_down() {
    let html = report("samples/kakao-2022");
    assert!(html.len() < 420_000, "{} bytes", html.len());
    let page = check(&html);

    let verdict = section(&page, "verdict").text();
    assert!(
        verdict.contains(
            "All 4 tier-1 journeys are cut by the loss of SK C&C Pangyo IDC (site:pangyo)."
        ),
        "{verdict}"
    );
    assert!(verdict.contains("pessimistic") && verdict.contains("98 of 98"));

    // First of the ranking: the site, with its feed and its battery room, and all it takes.
    let first = section(&page, "fault:site:pangyo");
    let text = first.text();
    assert!(text.trim_start().starts_with('1'), "{text}");
    for words in [
        "13 journeys, 19 services and 7 stores",
        "148,500,000",
        "power:pangyo-feed",
        "room:pangyo-b3",
        "Call a taxi",
        "Safe, a current copy remains: Payment ledger, User accounts",
        "promotion waits for service:deploy, service:image-registry, service:staff-authz and service:switchover",
        "samples/kakao-2022/domains.spof.yaml:31",
    ] {
        assert!(text.contains(words), "{words} not in\n{text}");
    }
    let taxi = first
        .find(&|e| e.name == "tr" && e.text().contains("journey:call-a-taxi"))
        .unwrap()
        .text();
    assert!(
        taxi.contains("Down") && taxi.contains("needs service:taxi-dispatch"),
        "{taxi}"
    );

    let matrix = section(&page, "matrix");
    let mut rows = Vec::new();
    matrix.walk(&mut |e| {
        if e.name == "tr" {
            rows.push(e.text());
        }
    });
    assert_eq!(rows.len(), 1 + 14, "a head and a row a journey");
    assert!(
        ["room 13", "power 8", "site 4"]
            .iter()
            .all(|kind| rows[0].contains(kind)),
        "{}",
        rows[0]
    );
    let row = |id: &str| rows.iter().find(|row| row.contains(id)).unwrap();
    assert!(row("journey:send-text").contains("Back in 8h over 10m"));
    assert!(row("journey:upbit-log-in-ios").contains("Degraded"));
    assert_eq!(row("journey:log-in").matches("Down").count(), 3);

    // The places as a list.
    let places = section(&page, "places").text();
    for words in [
        "holds service:government-notice +1",
        "SK C&C Pangyo IDC site:pangyo: its loss cuts 39 nodes, 13 journeys among them; supplied or reached by power:pangyo-feed †",
    ] {
        assert!(places.contains(words), "{words} not in {places}");
    }

    let findings = section(&page, "findings").text();
    for words in [
        "false-redundancy",
        // The documentation of its rule.
        "Why that is bad",
        "Counting replicas says",
    ] {
        assert!(findings.contains(words), "{words} not in {findings}");
    }
    assert!(
        section(&page, "coverage")
            .text()
            .contains("98 of 98 replicas")
    );
    let sources = section(&page, "sources").text();
    let file = std::fs::read("samples/kakao-2022/journeys.spof.yaml").unwrap();
    let digits: Vec<String> = Sha256::digest(&file)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let hash = digits.concat();
    assert!(
        sources.contains(&hash) && sources.contains("native: 6 documents"),
        "{sources}"
    );
    assert!(sources.contains(env!("CARGO_PKG_VERSION")));

    assert_eq!(
        html,
        report("samples/kakao-2022"),
        "the same inputs give the same bytes"
    );
}

#[test]
fn the_fixed_page_says_within_what_time_it_fails_over() {
    let page = check(&report("samples/kakao-2022-fixed"));
    let verdict = section(&page, "verdict").text();
    assert!(
        verdict.contains("All 4 tier-1 journeys survive every single domain fault, with an interruption of at most 5m."),
        "{verdict}"
    );
    let matrix = section(&page, "matrix").text();
    assert!(
        matrix.contains("Back in 5m") && !matrix.contains("Down"),
        "{matrix}"
    );
}

#[test]
fn hostile_names_are_only_names() {
    let page = check(&report_of(
        r#"
domains:
  - {id: "site:a</title><script>alert(1)</script>", title: "</style><script>alert(2)</script>"}
  - {id: "rack:\"onload=alert(3) x='", in: "site:a</title><script>alert(1)</script>", title: "a\nb\e[31m\u202Ec"}
services:
  - id: "service:<img src=x onerror=alert(4)>"
    title: "]]><svg onload=alert(5)>&lt;"
    owner: "<b>owner</b>"
    tier: 1
    replicas: [{on: "rack:\"onload=alert(3) x='"}]
journeys:
  - {id: "journey:`<i>`", title: "--><script>alert(6)</script>", tier: 1, requires: ["service:<img src=x onerror=alert(4)>"]}
"#,
    ));
    let text = page.text();
    for shown in [
        "</style><script>alert(2)</script>",
        "]]><svg onload=alert(5)>&lt;",
        "<b>owner</b>",
        "--><script>alert(6)</script>",
        "a␊b␛[31m[U+202E]c",
        "site:a</title><script>alert(1)</script>",
    ] {
        assert!(text.contains(shown), "{shown} is not shown as it is");
    }
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn credentials_are_not_shown() {
    let html = report_of(
        r#"
services:
  - {id: service:a, title: "reads postgres://user:hunter2@db/x", requires: ["postgres://user:hunter2@db/x"]}
"#,
    );
    check(&html);
    assert!(!html.contains("hunter2"));
}

#[test]
fn what_is_not_there_is_left_out_and_what_is_not_known_is_said() {
    let page = check(&report_of(
        "services:\n  - {id: service:a, tier: 1, requires: [service:gone]}\n  - {id: service:b, tier: 1}\n",
    ));
    assert!(
        page.find(&|e| e.has("id", "matrix")).is_none(),
        "no domain, no matrix"
    );
    let coverage = section(&page, "coverage").text();
    assert!(
        coverage.contains("Named, and described nowhere") && coverage.contains("gone"),
        "{coverage}"
    );
    let verdict = section(&page, "verdict").text();
    assert!(
        verdict.contains("All 2 tier-1 services survive every single domain fault."),
        "{verdict}"
    );
}

#[test]
fn a_large_estate_stays_small() {
    use std::fmt::Write as _;
    let mut manifest = String::from("domains:\n");
    for site in 0..3 {
        let _ = writeln!(manifest, "  - {{id: site:s{site}}}");
        for rack in 0..300 {
            let _ = writeln!(
                manifest,
                "  - {{id: rack:s{site}-{rack}, in: site:s{site}}}"
            );
        }
    }
    manifest.push_str("services:\n");
    for service in 0..900 {
        let (site, rack) = (service % 3, service / 3);
        let _ = writeln!(
            manifest,
            "  - {{id: service:x{service}, tier: 2, replicas: [{{on: rack:s{site}-{rack}, count: 2}}]}}"
        );
    }
    let html = report_of(&manifest);
    let page = check(&html);
    let mut entries = 0;
    section(&page, "places").walk(&mut |e| entries += usize::from(e.name == "li"));
    assert!((70..100).contains(&entries), "{entries} places");
    assert!(html.len() < 600_000, "{} bytes", html.len());
}

#[test]
fn a_file_that_cannot_be_written_ends_with_two() {
    let output = Command::cargo_bin("spof")
        .unwrap()
        .args(["report", "-o", "/nowhere/at/all.html", "samples/kakao-2022"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/at/all.html"));
}

/// Opens `file` in Chromium; returns the page as the browser has it, and what it complained of.
fn browse(file: &Path) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let output = std::process::Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args([
            "--enable-logging=stderr",
            "--dump-dom",
            "--virtual-time-budget=2000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap_or_else(|error| panic!("chromium (tests/run installs it): {error}"));
    assert!(output.status.success(), "{}", output.status);
    let log = String::from_utf8_lossy(&output.stderr);
    let complaints: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    (
        String::from_utf8(output.stdout).unwrap(),
        complaints.join("\n"),
    )
}

#[test]
fn a_browser_takes_the_page_without_a_complaint() {
    let folder = tempfile::tempdir().unwrap();
    let html = report("samples/kakao-2022");
    let file = folder.path().join("report.html");
    std::fs::write(&file, &html).unwrap();
    let (dom, complaints) = browse(&file);
    assert_eq!(
        complaints, "",
        "the style sheet is allowed, nothing else is asked for"
    );
    for tag in ["<section", "<table", "<tr", "<td", "<th", "<rect", "<dl"] {
        assert_eq!(dom.matches(tag).count(), html.matches(tag).count(), "{tag}");
    }
    // The policy is in force: a style sheet that is not the hashed one is refused, and said so.
    std::fs::write(&file, html.replace("<style>", "<style>b{color:red}")).unwrap();
    let (_, complaints) = browse(&file);
    assert!(
        complaints.contains("Content Security Policy"),
        "{complaints}"
    );
}

#[test]
fn accepted_risks_stand_apart_from_findings() {
    let manifest = |comment: &str| {
        format!(
            "domains: [{{id: site:a}}]\nservices:\n{comment}  - id: service:x\n    tier: 1\n    replicas: [{{on: site:a, count: 2}}]\n"
        )
    };
    let open = check(&report_of(&manifest("")));
    let findings = section(&open, "findings").text();
    assert!(findings.contains("false-redundancy") && !findings.contains("Accepted risks"));
    let waiver = "  # spof: ignore[false-redundancy] owner=web-team expires=2999-01-31 the second site opens in spring\n";
    let page = check(&report_of(&manifest(waiver)));
    let findings = section(&page, "findings").text();
    assert!(!findings.contains("false-redundancy"), "{findings}");
    for words in [
        "Accepted risks",
        "looks redundant, but one fault takes all of it",
        "the second site opens in spring",
        "web-team",
        "2999-01-31",
    ] {
        assert!(findings.contains(words), "{words}: {findings}");
    }
}

#[test]
fn what_changed_since_a_base_is_there_when_asked_for() {
    let base = "samples/kakao-2022";
    let fixed = "samples/kakao-2022-fixed";
    let page = check(&report_with(&["--base", base, fixed]));
    let changes = section(&page, "changes").text();
    for words in [
        "0 cuts by a single fault gained, 39 lost",
        "Call a taxi",
        "SK C&C Pangyo IDC",
    ] {
        assert!(changes.contains(words), "{words}: {changes}");
    }
    assert!(
        check(&report(fixed))
            .find(&|e| e.has("id", "changes"))
            .is_none()
    );
}

/// The fix on the card is that of the command, with the same goal.
#[test]
fn the_cheapest_fix_is_that_of_the_command() {
    let page = check(&report("samples/kakao-2022"));
    let card = section(&page, "fault:site:pangyo").text();
    let output = Command::cargo_bin("spof")
        .unwrap()
        .args(["fix", "-i", "samples/kakao-2022", "--format", "json"])
        .args(["--goal", "tier<=1 survives site:pangyo"])
        .output()
        .unwrap();
    let fix: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(fix["cheapest"], true);
    let steps = fix["steps"].as_array().unwrap().len();
    let words = format!(
        "{steps} changes at a cost of {}, and tier 1 survives",
        fix["cost"]
    );
    assert!(card.contains(&words), "{words}: {card}");
}
