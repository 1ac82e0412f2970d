//! Every command that the README, the pages and the help show runs as printed, in an environment
//! with nothing in it but the program, the samples and a home of its own.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The pages: the README and all of docs/.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = vec![
        PathBuf::from("README.md"),
        PathBuf::from("samples/README.md"),
    ];
    let docs = fs::read_dir("docs").unwrap();
    paths.extend(docs.map(|entry| entry.unwrap().path()));
    paths.sort();
    let pages = paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "md"));
    pages
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// The commands of a page: lines of code blocks that begin with `spof` or `$ spof`, in their order.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let Some(code) = (if fenced {
            Some(line)
        } else {
            line.strip_prefix("    ")
        }) else {
            continue;
        };
        let code = code.strip_prefix("$ ").unwrap_or(code);
        if code.starts_with("spof ") {
            // Two blanks or more begin an explanation beside the command.
            let end = code.find("  ").unwrap_or(code.len());
            found.push(code[..end].trim_end().to_owned());
        }
    }
    found
}

/// A folder as a reader of the pages would have it: the samples, and what the examples name.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copy = Command::new("cp")
        .arg("-r")
        .arg("samples")
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(copy.success());
    let root = folder.path();
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let sample = |path: &str| fs::read_to_string(Path::new("samples").join(path)).unwrap();
    put("manifests/tickets.yaml", &sample("kubernetes/tickets.yaml"));
    put(
        "cluster.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}",
    );
    put("infrastructure/hosts", "[web]\nw1 rack=a\nw2 rack=b\n");
    put(
        "terraform/main.tf",
        "resource \"aws_db_instance\" \"db\" {\n  identifier = \"orders\"\n  availability_zone = \"eu-west-1a\"\n}\n",
    );
    put(
        "inventory/nodes.csv",
        "id,kind,on\nweb,service,site:a\na,site,\n",
    );
    put(
        "netbox/sites.json",
        "[{\"model\": \"dcim.site\", \"pk\": 1, \"fields\": {\"name\": \"A\", \"slug\": \"a\"}},
          {\"model\": \"circuits.provider\", \"pk\": 1, \"fields\": {\"name\": \"P\"}},
          {\"model\": \"circuits.circuit\", \"pk\": 1, \"fields\": {\"cid\": \"c\", \"provider\": 1}}]",
    );
    put(
        "catalog/all.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: artists-db}\nspec: {type: any, owner: a}\n",
    );
    put(
        "samples/kakao-2022/tree.xml",
        "<opsa-mef><define-fault-tree name=\"t\"><define-gate name=\"r1\"><or><basic-event name=\"a\"/><basic-event name=\"b\"/></or></define-gate></define-fault-tree></opsa-mef>",
    );
    for folder in ["", "samples/kakao-2022/"] {
        for state in ["before", "after"] {
            let text = "services: [{id: service:of-a-state}]";
            put(&format!("{folder}{state}/spof.yaml"), text);
        }
    }
    for folder in ["", "samples/kakao-2022/"] {
        let links = "[{\"parent\": \"web\", \"child\": \"cart\", \"callCount\": 3}]";
        put(&format!("{folder}traces/links.json"), links);
    }
    put("rendered.yaml", &sample("kubernetes/tickets.yaml"));
    put(
        "samples/kakao-2022/deploy/more.spof.yaml",
        "services: [{id: service:a}]",
    );
    // Programs of others that examples pipe into.
    for name in ["dot", "man"] {
        put(&format!("bin/{name}"), "#!/bin/sh\ncat > /dev/null\n");
        let path = root.join("bin").join(name);
        let run = Command::new("chmod").arg("+x").arg(path).status().unwrap();
        assert!(run.success());
    }
    put(
        "spof.toml",
        "[scope.production]\ninclude = [\"/samples/kakao-2022\"]\n[scope.staging]\ninclude = [\"/samples/kakao-2022-fixed\"]\n",
    );
    let saved = run(root, "spof graph -i samples/kakao-2022 > base.json");
    assert!(saved.status.success());
    // What compares revisions needs a repository with two of them.
    for words in [
        "init -q -b main",
        "add -A",
        "-c user.name=a -c user.email=a@example.org commit -qm a",
        "-c user.name=a -c user.email=a@example.org commit -qm b --allow-empty",
        "update-ref refs/remotes/origin/main HEAD~1",
        "tag v1.2 HEAD~1",
        "tag v1.3",
    ] {
        let run = Command::new("git")
            .args(words.split(' '))
            .current_dir(root)
            .status()
            .unwrap();
        assert!(run.success(), "git {words}");
    }
    folder
}

/// Runs a line in a shell whose environment is empty. A server is stopped after two seconds, and
/// takes a free port: another one may have the port that the line names.
fn run(folder: &Path, line: &str) -> Output {
    let served;
    let line = if line.starts_with("spof serve") && !line.contains("--help") {
        let line = line.replace(" --open", "");
        let (line, _comment) = line.split_once('#').unwrap_or((&line, ""));
        let line = line.split(" --port").next().unwrap_or(line);
        served = format!("timeout --preserve-status -s TERM 2 {line} --port 0");
        &served
    } else {
        line
    };
    let program = Path::new(env!("CARGO_BIN_EXE_spof")).parent().unwrap();
    let home = folder.join("home");
    fs::create_dir_all(&home).unwrap();
    Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env_clear()
        .env("HOME", home)
        .env(
            "PATH",
            format!("{}:bin:../../bin:/usr/bin:/bin", program.display()),
        )
        .output()
        .unwrap()
}

/// What the lines of a page may answer: 0, or findings.
fn works(folder: &Path, line: &str, whence: &str) {
    let output = run(folder, line);
    let errors = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(
        code == Some(0) || (code == Some(1) && (line.contains("lint") || line.contains("diff"))),
        "{whence}: {line}\nexit code {code:?}\n{errors}"
    );
    assert!(!errors.contains("error:"), "{whence}: {line}\n{errors}");
}

#[test]
fn every_command_of_every_page_runs_as_printed() {
    let mut run = 0;
    for (path, text) in pages() {
        // A page's later lines may use what its earlier ones wrote.
        let folder = workplace();
        // What a page asks of names that the reader is to replace is asked of the first sample.
        let sample = folder.path().join("samples/kakao-2022");
        for line in commands(&text) {
            let line = concrete(&line);
            let own_input = line.contains("base.json")
                || line.contains(" -i ")
                || line.contains("samples/")
                || line.contains("--scope");
            let at = if own_input { folder.path() } else { &sample };
            works(at, &line, &path.display().to_string());
            run += 1;
        }
    }
    assert!(run > 25, "only {run} commands were found");
}

/// Words in capitals are the reader's to replace.
fn concrete(line: &str) -> String {
    line.replace("NODE", "site:pangyo")
        .replace("SUBJECT", "service:login")
        .replace("RULE", "false-redundancy")
        .replace("SHELL", "bash")
        .replace("FOLDER", "pages")
        .replace("NAME", "production")
}

#[test]
fn every_example_of_the_help_runs_as_printed() {
    let folder = workplace();
    let sample = folder.path().join("samples/kakao-2022");
    let help = |words: &str| {
        let output = run(folder.path(), &format!("spof {words} --help"));
        assert!(output.status.success(), "{words}");
        String::from_utf8(output.stdout).unwrap()
    };
    let root = help("");
    let list = root.split_once("Commands:").unwrap().1;
    let names: BTreeSet<&str> = list
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() >= 12, "{names:?}");
    let mut seen = 0;
    for name in names {
        let text = help(name);
        let Some((_, examples)) = text.split_once("Examples:").or(text.split_once("Example:"))
        else {
            panic!("`spof {name} --help` has no example");
        };
        let is_command = |line: &&str| line.starts_with("spof ") || line.starts_with("mkdir -p ");
        for line in examples.lines().map(str::trim).filter(is_command) {
            let end = line.find("  ").unwrap_or(line.len());
            let line = line[..end].trim_end();
            let at = if line.contains("samples/") {
                folder.path()
            } else {
                &sample
            };
            works(at, line, name);
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn the_manual_pages_hold_every_command() {
    let folder = workplace();
    let output = run(folder.path(), "spof man --dir pages && ls pages");
    assert!(output.status.success());
    let names = String::from_utf8(output.stdout).unwrap();
    for name in [
        "spof.1",
        "spof-lint.1",
        "spof-list.1",
        "spof-blast.1",
        "spof-why.1",
    ] {
        assert!(names.lines().any(|line| line == name), "{name}: {names}");
    }
}
