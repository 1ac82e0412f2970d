//! `spof diff` and `spof lint --base` with real git: what is compared, what changes nothing, and
//! what a hostile repository can't have run.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::{Ran, run_in};
use serde_json::Value;
use tempfile::TempDir;

/// Three racks; each service has a replica on each of them.
const ESTATE: &str = "\
domains:
  - {id: rack:p-15}
  - {id: rack:p-16}
  - {id: rack:p-17}
services:
  - id: service:login
    tier: 1
    replicas:
      - {on: rack:p-15}
      - {on: rack:p-16}
      - {on: rack:p-17}
  - id: service:chat
    tier: 1
    replicas: [{on: rack:p-15}, {on: rack:p-16}, {on: rack:p-17}]
journeys:
  - {id: journey:pay, tier: 1, requires: [service:login]}
  - {id: journey:chat, tier: 1, requires: [service:chat]}
  - {id: journey:listen, tier: 1, requires: [service:chat]}
";

/// The same with all of login on one rack.
fn moved() -> String {
    ESTATE
        .replacen(
            "      - {on: rack:p-15}",
            "      - {on: rack:p-17, count: 1}",
            1,
        )
        .replacen(
            "      - {on: rack:p-16}",
            "      - {on: rack:p-17, weight: 1}",
            1,
        )
}

struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let repository = Self(dir);
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, args: &[&str]) -> String {
        git(self.path(), args)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    fn spof(&self, args: &[&str]) -> Ran {
        run_in(self.path(), args)
    }

    fn json(&self, args: &[&str]) -> Value {
        self.spof(&[args, &["--format", "json"]].concat()).json()
    }
}

fn git(dir: &Path, args: &[&str]) -> String {
    let run = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

/// A repository with one clean commit on main, and a branch for the pull request.
fn clean() -> Repository {
    let repository = Repository::new();
    repository.put("estate/shop.spof.yaml", ESTATE);
    repository.commit("clean");
    repository.git(&["checkout", "-q", "-b", "change"]);
    repository
}

#[test]
fn a_pull_request_from_clean_to_waived() {
    let repository = clean();
    let file = "estate/shop.spof.yaml";
    let lint = ["lint", "--base", "main", "--today", "2026-11-22"];
    let ran = repository.spof(&lint);
    assert_eq!(ran.code, 0, "{}", ran.out);

    // Only reformatted: comments, order, and quotes.
    let reformatted = format!(
        "# The shop\n\n{}",
        ESTATE.replace(
            "{on: rack:p-15}, {on: rack:p-16}",
            "{on: \"rack:p-16\"}, {on: rack:p-15}"
        )
    );
    repository.put(file, &reformatted);
    repository.commit("reformat");
    let ran = repository.spof(&lint);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("no new findings"), "{}", ran.out);

    // All of login into one rack.
    repository.put(file, &moved());
    repository.commit("move login");
    let ran = repository.spof(&lint);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let value = repository.json(&lint);
    let new: Vec<&Value> = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["known"] == false)
        .collect();
    assert_eq!(new.len(), 1, "{value:#}");
    let finding = new[0];
    assert_eq!(finding["subject"], "service:login");
    assert_eq!(finding["cut"][0], "rack:p-17");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["location"]["file"], file);
    // The first of the lines that were changed, and from there the chain.
    assert_eq!(finding["location"]["line"], 9, "{finding:#}");
    let chain = finding["related"].to_string();
    assert!(chain.contains("rack:p-17"), "{chain}");
    let github = repository.spof(&[&lint[..], &["--format", "github"]].concat());
    assert!(
        github
            .out
            .starts_with("::error file=estate/shop.spof.yaml,line=9,"),
        "{}",
        github.out
    );

    // Accepted, until it expires.
    let waived = moved().replace(
        "  - id: service:login",
        "  # spof: ignore[false-redundancy] expires=2026-12-31 rack p-15 is rebuilt\n  - id: service:login",
    );
    repository.put(file, &waived);
    repository.commit("accept it");
    let ran = repository.spof(&lint);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("1 waived"), "{}", ran.out);
    let late = repository.spof(&["lint", "--base", "main", "--today", "2027-01-01"]);
    assert_eq!(late.code, 1, "{}", late.out);
    assert!(late.out.contains("waiver-expired"), "{}", late.out);
    // Without the waiver it is a new finding again, though the risk was there before.
    repository.put(file, &moved());
    let ran = repository.spof(&["lint", "--base", "change", "--today", "2026-11-22"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    repository.git(&["checkout", "-q", file]);
    // The work tree was never touched.
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn diff_says_which_cuts_were_gained_and_lost() {
    let repository = clean();
    repository.put("estate/shop.spof.yaml", &moved());
    let ran = repository.spof(&["diff", "main"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("journey:pay") && ran.out.contains("rack:p-17"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("journey:chat"), "{}", ran.out);
    let value = repository.json(&["diff", "main"]);
    assert_eq!(value["gained"], 1, "{value:#}");
    assert_eq!(value["lost"], 0);
    assert_eq!(value["subjects"][0]["id"], "journey:pay");
    assert_eq!(value["subjects"][0]["gained"][0]["cut"][0], "rack:p-17");
    let print = value["subjects"][0]["gained"][0]["fingerprint"].clone();
    assert_eq!(print.as_str().unwrap().len(), 16);
    assert_eq!(
        repository
            .spof(&["diff", "main", "--fail-on", "never"])
            .code,
        0
    );
    // The other way round it is lost, under the same fingerprint.
    repository.commit("move login");
    let back = repository.json(&["diff", "change", "main"]);
    assert_eq!(back["subjects"][0]["lost"][0]["fingerprint"], print);
    assert_eq!(repository.spof(&["diff", "change", "main"]).code, 0);
    let markdown = repository.spof(&["diff", "main", "change", "--format", "markdown"]);
    assert_eq!(markdown.code, 1);
    assert!(markdown.out.contains("rack\\:p-17"), "{}", markdown.out);
}

/// Pairs: gained where both are needed and two of three replicas are left, not where the only
/// replica gets a second one.
#[test]
fn pairs_of_faults_are_compared_where_asked() {
    let one = "domains: [{id: site:a}, {id: site:b}, {id: site:c}]\nservices: [{id: service:web, tier: 1, replicas: [{on: site:a}]}]\n";
    let two = one.replace("[{on: site:a}]", "[{on: site:a}, {on: site:b}]");
    let three = two.replace("{on: site:b}]", "{on: site:b}, {on: site:c}]");
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("one", one), ("two", &two), ("three", &three)] {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join("spof.yaml"), text).unwrap();
    }
    let compare = |base: &str, head: &str| -> (i32, Value) {
        let ran = run_in(
            dir.path(),
            &["diff", base, head, "--max-order", "2", "--format", "json"],
        );
        (ran.code, serde_json::from_str(&ran.out).unwrap())
    };
    let cuts = |value: &Value, key: &str| -> Vec<String> {
        let of = value["subjects"][0][key].as_array();
        of.unwrap()
            .iter()
            .map(|cut| cut["cut"].to_string())
            .collect()
    };
    let (code, better) = compare("one", "two");
    assert_eq!(code, 0, "{better:#}");
    assert_eq!(cuts(&better, "gained"), [""; 0]);
    assert!(cuts(&better, "lost").contains(&r#"["site:a"]"#.to_owned()));
    let (code, worse) = compare("three", "two");
    assert_eq!(code, 1);
    assert_eq!(cuts(&worse, "lost"), [""; 0]);
    assert_eq!(cuts(&worse, "gained")[0], r#"["site:a","site:b"]"#);
    // By single faults the two are the same.
    let ran = run_in(dir.path(), &["diff", "three", "two"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("the same single points"), "{}", ran.out);
    let ran = run_in(dir.path(), &["diff", "three", "two", "--max-order", "2"]);
    assert!(
        ran.out.contains("now cut by site:a + site:b"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("--down site:a --down site:b"),
        "{}",
        ran.out
    );
    assert_eq!(
        run_in(dir.path(), &["diff", "one", "two", "--max-order", "5"]).code,
        2
    );
}

#[test]
fn moved_lines_renamed_files_and_reordered_lists_are_no_difference() {
    let repository = clean();
    repository.put("estate/shop.spof.yaml", &moved());
    repository.commit("one finding");
    let reordered = moved().replace(
        "  - {id: rack:p-15}\n  - {id: rack:p-16}\n",
        "  - {id: rack:p-16}\n\n  # second\n  - {id: rack:p-15}\n",
    );
    repository.git(&["mv", "estate/shop.spof.yaml", "estate/other.spof.yaml"]);
    repository.put("estate/other.spof.yaml", &reordered);
    for other in ["main", "change"] {
        let value = repository.json(&["diff", other]);
        let gained = usize::from(other == "main");
        assert_eq!(value["gained"], gained, "{value:#}");
        assert_eq!(value["lost"], 0);
    }
    let ran = repository.spof(&["lint", "--base", "change"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("no new findings"), "{}", ran.out);
}

#[test]
fn folders_and_saved_graphs_are_compared_too() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("before", ESTATE.to_owned()), ("after", moved())] {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join("spof.yaml"), text).unwrap();
        let graph = run_in(dir.path(), &["graph", name]);
        fs::write(dir.path().join(format!("{name}.json")), graph.out).unwrap();
    }
    for (base, head) in [
        ("before", "after"),
        ("before.json", "after.json"),
        ("before.json", "after"),
    ] {
        let ran = run_in(dir.path(), &["diff", base, head]);
        assert_eq!(ran.code, 1, "{base} {head}: {}", ran.err);
        assert!(ran.out.contains("1 gained, 0 lost"), "{}", ran.out);
        assert_eq!(run_in(dir.path(), &["diff", head, head]).code, 0);
    }
    let ran = run_in(dir.path(), &["diff", "before", "-i", "after"]);
    assert_eq!(ran.code, 1);
    let ran = run_in(dir.path(), &["lint", "after", "--base", "before"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let ran = run_in(dir.path(), &["diff", "nothing-like-this", "after"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no git repository"), "{}", ran.err);
}

#[test]
fn a_shallow_clone_is_told_what_it_lacks() {
    let repository = clean();
    repository.commit("second");
    let dir = tempfile::tempdir().unwrap();
    let url = format!("file://{}", repository.path().display());
    git(dir.path(), &["clone", "-q", "--depth", "1", &url, "clone"]);
    let clone = dir.path().join("clone");
    for args in [
        &["diff", "HEAD~1"][..],
        &["lint", "--base", "main"],
        &["lint", "--base", "main..."],
    ] {
        let ran = run_in(&clone, args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.out);
        assert!(ran.err.contains("fetch-depth: 0"), "{}", ran.err);
        assert!(ran.err.contains("GIT_DEPTH"), "{}", ran.err);
        assert!(ran.out.is_empty());
    }
}

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let repository = clean();
    repository.put("estate/shop.spof.yaml", &moved());
    repository.commit("move login");
    // Meanwhile main loses a rack of its own: not this branch's doing.
    repository.git(&["checkout", "-q", "main"]);
    repository.put("estate/shop.spof.yaml", &moved());
    repository.commit("the same on main");
    repository.git(&["checkout", "-q", "change"]);
    assert_eq!(repository.spof(&["diff", "main"]).code, 0);
    assert_eq!(repository.spof(&["diff", "main..."]).code, 1);
}

#[test]
fn a_revision_is_read_as_a_tree_is() {
    let repository = Repository::new();
    // Ignored though tracked, links, charts, settings of the environment, other names.
    for (path, text) in [
        (".gitignore", "ignored/\n*.tmp.yaml\n!keep.tmp.yaml\n"),
        (
            "a.spof.yaml",
            "services: [{id: service:a, tier: 1, requires: [service:b]}]\n",
        ),
        ("ignored/b.spof.yaml", "services: [{id: service:ignored}]\n"),
        ("x.tmp.yaml", "services: [{id: service:tmp}]\n"),
        ("keep.tmp.yaml", "services: [{id: service:kept}]\n"),
        ("deep/.gitignore", "c.*\n"),
        ("deep/c.spof.yaml", "services: [{id: service:c}]\n"),
        ("deep/판교 d.spof.yaml", "services: [{id: service:d}]\n"),
        ("vendor/v.spof.yaml", "services: [{id: service:v}]\n"),
        ("chart/Chart.yaml", "name: x\n"),
        ("chart/templates/t.yaml", "kind: {{ .Values.kind }}\n"),
        (
            "compose/compose.yaml",
            "services:\n  web: {image: web, environment: [\"DB=postgres://${DB_HOST}/x\"]}\n  db: {image: postgres}\n",
        ),
        ("compose/.env", "DB_HOST=db\n"),
        ("spof.toml", "exclude = ['vendor']\n"),
        ("readme.md", "words\n"),
    ] {
        repository.put(path, text);
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", repository.path().join("link.yaml")).unwrap();
    repository.commit("all");
    for inputs in [
        &[][..],
        &["-i", "deep"],
        &["-i", "compose/compose.yaml"],
        &["-i", "ignored"],
        &["-i", "deep", "-i", "."],
    ] {
        // The same findings from the files and from the commit: nothing is new, nothing gone.
        let value = repository.json(&[inputs, &["lint", "--base", "HEAD"]].concat());
        let all = value["findings"].as_array().unwrap();
        assert!(
            all.iter().all(|finding| finding["known"] == true),
            "{inputs:?}: {value:#}"
        );
        assert_eq!(value["gone"], 0, "{inputs:?}: {value:#}");
        let diff = repository.json(&[inputs, &["diff", "HEAD"]].concat());
        assert_eq!(diff["subjects"], serde_json::json!([]), "{inputs:?}");
        let nodes = repository.json(&[inputs, &["coverage"]].concat());
        assert_eq!(diff["compared"], nodes["workloads"]["total"], "{inputs:?}");
    }
    // From a folder below, with paths as seen from there.
    let below = repository.path().join("deep");
    let ran = run_in(&below, &["diff", "HEAD", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = run_in(&below, &["diff", "HEAD", "-i", "../compose"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let outside = run_in(&below, &["diff", "HEAD", "-i", "/etc"]);
    assert_eq!(outside.code, 2);
}

#[test]
fn nothing_of_a_repository_is_run() {
    let repository = clean();
    let trap = repository.path().join("trap");
    let script = format!("touch {}", trap.display());
    let run = |name: &str| {
        let path: PathBuf = repository.path().join(".git").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\ncat\n")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        path.display().to_string()
    };
    let program = run("trap.sh");
    for hook in [
        "post-checkout",
        "reference-transaction",
        "post-index-change",
    ] {
        run(&format!("hooks/{hook}"));
    }
    repository.put(
        ".gitattributes",
        "*.yaml filter=trap diff=trap ident\n* text=auto eol=crlf\n",
    );
    for (key, value) in [
        ("filter.trap.smudge", program.as_str()),
        ("filter.trap.clean", "cat"),
        ("diff.trap.textconv", &program),
        ("diff.external", &program),
        ("core.fsmonitor", &program),
        ("core.pager", &program),
        ("core.sshCommand", &program),
        ("core.editor", &program),
        ("pager.ls-tree", "true"),
        ("alias.ls-tree", &format!("!{program}")),
        ("core.alternateRefsCommand", &program),
    ] {
        repository.git(&["config", key, value]);
    }
    repository.git(&[
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "add",
        "-A",
    ]);
    repository.git(&[
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "commit",
        "-q",
        "-m",
        "traps",
    ]);
    let _ = fs::remove_file(&trap);
    for args in [
        &["diff", "HEAD"][..],
        &["lint", "--base", "main"],
        &["diff", "main..."],
    ] {
        let ran = repository.spof(args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        assert!(!trap.exists(), "{args:?} ran a program of the repository");
    }
    // Words that git would take for options, and revisions that are none.
    for name in [
        "--output=x",
        "-x",
        "HEAD:estate",
        "HEAD^{tree}",
        "no such",
        "",
        "refs/heads/none",
        "main\n",
    ] {
        let base = format!("--base={name}");
        assert_eq!(repository.spof(&["lint", &base]).code, 2, "{name:?}");
    }
    assert!(!repository.path().join("x").exists());
}

#[test]
fn exit_codes_of_diff_and_hostile_names() {
    let empty = Repository::new();
    empty.put("readme.md", "nothing");
    empty.commit("nothing");
    assert_eq!(empty.spof(&["diff", "HEAD"]).code, 3);
    // All of it is new, then all of it is gone.
    let one = "domains: [{id: site:a}]\nservices: [{id: \"service:</td>](x)@me `\\n::error::\\e[31m\\u202e|\", tier: 3, replicas: [{on: site:a}]}]\n";
    empty.put("spof.yaml", one);
    for (format, code) in [("human", 1), ("json", 1), ("markdown", 1)] {
        let ran = empty.spof(&["diff", "HEAD", "--format", format]);
        assert_eq!(ran.code, code, "{format}: {}", ran.err);
        for bad in ["\u{1b}[31m", "\u{202e}", "\n::error"] {
            assert!(!ran.out.contains(bad), "{format}: {}", ran.out);
        }
        if format == "markdown" {
            let harmless = "\\</td\\>\\](x)\\@<!-- -->me \\`";
            assert!(ran.out.contains(harmless), "{}", ran.out);
        }
    }
    // Tier 3 is no error.
    assert_eq!(empty.spof(&["diff", "HEAD", "--fail-on", "error"]).code, 0);
    empty.commit("one");
    fs::remove_file(empty.path().join("spof.yaml")).unwrap();
    let ran = empty.spof(&["diff", "HEAD"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("is gone"), "{}", ran.out);
    assert_eq!(empty.spof(&["diff"]).code, 2);
    assert_eq!(empty.spof(&["diff", "HEAD", "--format", "yaml"]).code, 2);
}
