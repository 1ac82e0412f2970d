//! What CI systems run: the shell steps of action.yml in a scratch repository, the pre-commit
//! hook, the GitLab job.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use spof::source::{Limits, SourceMap, Syntax, View};
use tempfile::TempDir;

const GOOD: &str = "domains: [{id: rack:a}, {id: rack:b}]\nservices:\n  - {id: service:web, tier: 1, replicas: [{on: rack:a}, {on: rack:b}]}\n";
const BAD: &str = "domains: [{id: rack:a}, {id: rack:b}]\nservices:\n  - {id: service:web, tier: 1, replicas: [{on: rack:a}]}\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a YAML file of this repository.
fn yaml<T>(path: &str, look: impl FnOnce(View<'_>) -> T) -> T {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let mut sources = SourceMap::default();
    let file = sources.add(path.into(), text.clone());
    let reading = Syntax::Yaml.read(file, &text, &Limits::default());
    assert!(
        reading.problems.is_empty(),
        "{path}: {:?}",
        reading.problems
    );
    look(reading.documents.first().unwrap().root())
}

#[derive(Debug)]
struct Step {
    id: String,
    run: Option<String>,
    uses: Option<String>,
    condition: String,
    env: Vec<(String, String)>,
}

/// The steps of action.yml, and the defaults of its inputs.
fn action() -> (Vec<Step>, BTreeMap<String, String>) {
    yaml("action.yml", |root| {
        let text =
            |view: View<'_>, key: &str| view.get(key).and_then(View::as_str).map(str::to_owned);
        let steps = root
            .path(&["runs", "steps"])
            .unwrap()
            .items()
            .map(|step| Step {
                id: text(step, "id").unwrap_or_default(),
                run: text(step, "run"),
                uses: text(step, "uses"),
                condition: text(step, "if").unwrap_or_default(),
                env: step.get("env").map_or_else(Vec::new, |env| {
                    let pair = |(key, value): (View<'_>, View<'_>)| {
                        (
                            key.as_str().unwrap().to_owned(),
                            value.as_str().unwrap_or("").to_owned(),
                        )
                    };
                    env.entries().into_iter().map(pair).collect()
                }),
            })
            .collect();
        let inputs = root.get("inputs").unwrap().entries();
        let defaults = inputs
            .into_iter()
            .map(|(key, value)| {
                let default = value.get("default").and_then(View::as_str);
                (
                    key.as_str().unwrap().to_owned(),
                    default.unwrap_or("").to_owned(),
                )
            })
            .collect();
        (steps, defaults)
    })
}

struct Job {
    repository: TempDir,
    temp: TempDir,
    values: BTreeMap<String, String>,
    summary: String,
    log: String,
}

fn git(dir: &Path, args: &[&str]) {
    let run = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(run.status.success(), "{args:?}");
}

impl Job {
    /// A repository with a clean commit and then `now`, and the action's inputs.
    fn new(now: &str, inputs: &[(&str, &str)]) -> Self {
        let repository = tempfile::tempdir().unwrap();
        git(repository.path(), &["init", "-q", "-b", "main"]);
        for (text, message) in [(GOOD, "good"), (now, "now")] {
            fs::write(repository.path().join("spof.yaml"), text).unwrap();
            git(repository.path(), &["add", "-A"]);
            git(
                repository.path(),
                &["commit", "-q", "--allow-empty", "-m", message],
            );
        }
        let mut values = BTreeMap::new();
        for (key, value) in action().1 {
            values.insert(format!("inputs.{key}"), value);
        }
        for (key, value) in inputs {
            assert!(
                values
                    .insert(format!("inputs.{key}"), (*value).to_owned())
                    .is_some(),
                "{key}"
            );
        }
        for (key, value) in [
            ("github.action_repository", "o/spof"),
            ("github.action_ref", "v1"),
        ] {
            values.insert(key.to_owned(), value.to_owned());
        }
        Self {
            repository,
            temp: tempfile::tempdir().unwrap(),
            values,
            summary: String::new(),
            log: String::new(),
        }
    }

    /// Fills in `${{ name }}`.
    fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (name, after) = after.split_once("}}").unwrap();
            let value = self.values.get(name.trim());
            let value = value.unwrap_or_else(|| panic!("no value of {name}"));
            out.push_str(before);
            out.push_str(&self.fill(value));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// Runs the shell steps as GitHub does; the code of the first that fails.
    fn run(&mut self) -> i32 {
        // In place of cargo: puts the binary where `cargo install` would.
        let bin = self.temp.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        let fake = format!(
            "#!/bin/sh\necho \"cargo $*\" >> {log}\nmkdir -p \"$6/bin\"\ncp {spof} \"$6/bin/spof\"\n",
            log = self.temp.path().join("cargo.log").display(),
            spof = env!("CARGO_BIN_EXE_spof"),
        );
        fs::write(bin.join("cargo"), fake).unwrap();
        let run = Command::new("chmod")
            .arg("+x")
            .arg(bin.join("cargo"))
            .status();
        assert!(run.unwrap().success());
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        for step in action().0 {
            let Some(script) = &step.run else {
                assert!(step.uses.is_some());
                continue;
            };
            let wanted = match step.condition.as_str() {
                "" | "steps.cache.outputs.cache-hit != 'true'" => true,
                "inputs.report == 'true' && steps.lint.outputs.exit-code < 2" => {
                    let code: i32 = self.values["steps.lint.outputs.exit-code"].parse().unwrap();
                    self.values["inputs.report"] == "true" && code < 2
                }
                other => panic!("{other}"),
            };
            if !wanted {
                continue;
            }
            let output = self.temp.path().join("output");
            let summary = self.temp.path().join("summary");
            fs::write(&output, "").unwrap();
            let run = Command::new("bash")
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .current_dir(self.repository.path())
                .env("PATH", &path)
                .env("GITHUB_ACTION_PATH", root())
                .env("GITHUB_OUTPUT", &output)
                .env("GITHUB_STEP_SUMMARY", &summary)
                .env("RUNNER_TEMP", self.temp.path().join("runner"))
                .envs(step.env.iter().map(|(key, value)| (key, self.fill(value))))
                .output()
                .unwrap();
            self.log.push_str(&String::from_utf8_lossy(&run.stdout));
            self.log.push_str(&String::from_utf8_lossy(&run.stderr));
            for line in fs::read_to_string(&output).unwrap().lines() {
                let (key, value) = line.split_once('=').unwrap();
                let key = format!("steps.{}.outputs.{key}", step.id);
                self.values.insert(key, value.to_owned());
            }
            self.summary = fs::read_to_string(&summary).unwrap_or_default();
            if !run.status.success() {
                return run.status.code().unwrap();
            }
        }
        0
    }
}

#[test]
fn the_action_passes_fails_and_leaves_its_files() {
    let mut job = Job::new(GOOD, &[]);
    assert_eq!(job.run(), 0, "{}", job.log);
    assert!(job.summary.contains("no findings"), "{}", job.summary);

    let mut job = Job::new(BAD, &[("base", "HEAD~1")]);
    assert_eq!(job.run(), 1, "{}", job.log);
    assert!(
        job.log.contains("::error file=spof.yaml,line=3,"),
        "{}",
        job.log
    );
    assert!(job.summary.contains("new 1 error"), "{}", job.summary);
    let file = |name: &str| fs::read_to_string(&job.values[name]).unwrap();
    let sarif = file("steps.lint.outputs.sarif-file");
    assert!(
        sarif.contains("https://github.com/o/spof/blob/v1/docs/rules.md#"),
        "{sarif}"
    );
    assert!(file("steps.lint.outputs.comment-file").starts_with("### spof"));
    assert!(file("steps.report.outputs.report-file").starts_with("<!"));
    let cargo = fs::read_to_string(job.temp.path().join("cargo.log")).unwrap();
    assert!(
        cargo.starts_with("cargo install --locked --path "),
        "{cargo}"
    );

    for (inputs, code) in [
        (&[("fail-on", "never")][..], 0),
        (&[("base", "HEAD")], 0),
        (&[("base", "HEAD"), ("fail-on", "error")], 1),
        (&[("base", "HEAD~1"), ("fail-on-new", "never")], 0),
        (&[("args", "--profile\naudit")], 0),
        (&[("base", "HEAD~7")], 2),
        (&[("paths", "spof.yaml\n\n"), ("report", "false")], 1),
        (&[("paths", "none")], 2),
    ] {
        let mut job = Job::new(BAD, inputs);
        assert_eq!(job.run(), code, "{inputs:?}: {}", job.log);
    }
}

#[test]
fn words_of_strangers_are_never_part_of_a_script() {
    for step in action().0 {
        if let Some(script) = &step.run {
            assert!(!script.contains("${{"), "{script}");
        }
    }
    // A branch may be called anything that git allows.
    let mut job = Job::new(GOOD, &[("base", "$(touch${IFS}x);`touch${IFS}x`")]);
    assert_eq!(job.run(), 2, "{}", job.log);
    assert!(!job.repository.path().join("x").exists());
}

#[test]
fn the_hook_and_the_job_are_what_the_program_takes() {
    yaml(".pre-commit-hooks.yaml", |hooks| {
        let hook = hooks.items().next().unwrap();
        assert_eq!(hook.get("pass_filenames").unwrap().as_bool(), Some(false));
        assert_eq!(hook.get("entry").unwrap().as_str(), Some("spof lint"));
        assert_eq!(hook.get("language").unwrap().as_str(), Some("rust"));
    });
    let script = yaml("docs/ci/gitlab-ci.yml", |root| {
        assert_eq!(
            root.path(&["spof", "variables", "GIT_DEPTH"])
                .unwrap()
                .as_str(),
            Some("0")
        );
        let script = root
            .path(&["spof", "script"])
            .unwrap()
            .items()
            .next()
            .unwrap();
        script.as_str().unwrap().to_owned()
    });
    let job = Job::new(BAD, &[]);
    let bin = Path::new(env!("CARGO_BIN_EXE_spof")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for (base, code) in [("", 1), ("HEAD~1", 1), ("HEAD", 0)] {
        let run = Command::new("sh")
            .args(["-c", &script])
            .current_dir(job.repository.path())
            .env("PATH", &path)
            .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(code), "{base}");
        let report = fs::read_to_string(job.repository.path().join("gl-code-quality-report.json"));
        assert!(report.unwrap().contains("\"check_name\""));
        assert!(job.repository.path().join("spof.xml").is_file());
    }
}

#[test]
fn what_is_piped_in_is_read() {
    use std::io::Write as _;
    use std::process::Stdio;
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("more.spof.yaml"),
        "journeys: [{id: journey:buy, requires: [service:web]}]",
    )
    .unwrap();
    for (text, code, args) in [
        (GOOD, 0, &["lint", "-"][..]),
        (BAD, 1, &["lint", "-"]),
        (BAD, 1, &["lint", "-", "more.spof.yaml"]),
        (
            "{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": []}",
            0,
            &["lint", "-"],
        ),
        ("words", 3, &["lint", "-"]),
        ("", 3, &["lint", "-"]),
        (GOOD, 0, &["list", "-i", "-"]),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_spof"))
            .args(args)
            .current_dir(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{text:?} {args:?}: {said}"
        );
        if code == 1 {
            assert!(said.contains("--> stdin:3:"), "{said}");
        }
    }
}
