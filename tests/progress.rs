//! What a run shows while it works, and that it shows nothing where nobody looks.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on should stop"
)]

use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than progress waits (a second), with room for a run that is faster than the last.
const ENOUGH: Duration = Duration::from_millis(2_500);

/// Deployments, so many that a run takes longer than progress waits on this machine.
fn big() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..200 {
        let mut text = String::new();
        for at in 0..400 {
            let (name, next) = (format!("w{file}-{at}"), format!("w{file}-{}", at + 1));
            let _ = write!(
                text,
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  \
                 selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
                 spec: {{containers: [{{name: a, env: [{{name: A_HOST, value: \"{next}:80\"}}]}}]}}\n---\n\
                 apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n"
            );
        }
        std::fs::write(folder.path().join(format!("{file:03}.yaml")), text).unwrap();
        let begun = Instant::now();
        let is_power = (file + 1_u32).is_power_of_two();
        if is_power && piped(&folder, &["coverage"]).status.success() && begun.elapsed() > ENOUGH {
            break;
        }
    }
    folder
}

/// Runs `spof ARGS` on a pseudo-terminal, with its answer thrown away: what comes out is what it
/// wrote to standard error. util-linux `script` makes the terminal; the words are ours.
fn on_a_terminal(folder: &TempDir, args: &str) -> String {
    let line = format!("{} {args} > /dev/null", env!("CARGO_BIN_EXE_spof"));
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder.path())
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn piped(folder: &TempDir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spof"))
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

#[test]
fn a_long_run_shows_what_it_does_and_clears_it() {
    let folder = big();
    let shown = on_a_terminal(&folder, "coverage");
    let phases = [
        "reading files",
        "recognising documents",
        "merging",
        "analysing",
    ];
    assert!(
        phases.iter().any(|phase| shown.contains(phase)),
        "{shown:?}"
    );
    // The last thing done to the line is to clear it.
    let last = phases
        .iter()
        .filter_map(|phase| shown.rfind(phase))
        .max()
        .unwrap();
    assert!(shown[last..].contains("\u{1b}[2K"), "{:?}", &shown[last..]);

    assert_eq!(on_a_terminal(&folder, "coverage --quiet"), "");
    let verbose = on_a_terminal(&folder, "coverage --verbose");
    assert!(verbose.contains("reading files: "), "{verbose:?}");
    assert!(!verbose.contains('\u{1b}'), "{verbose:?}");

    let output = piped(&folder, &["coverage"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// Two services that wait for each other, and many that wait for one of them: each wait is tried.
fn stuck(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from(
        "domains: [{id: site:a}]\nservices:\n  \
         - {id: service:registry, start: [service:dns], replicas: [{on: site:a}]}\n  \
         - {id: service:dns, start: [service:registry], replicas: [{on: site:a}]}\n",
    );
    for at in 0..count {
        let _ = writeln!(
            text,
            "  - {{id: service:s{at}, start: [service:registry], replicas: [{{on: site:a, count: 2}}]}}"
        );
    }
    std::fs::write(folder.path().join("spof.yaml"), text).unwrap();
    folder
}

/// The line is gone in the end, whatever stood on it last.
fn is_cleared(shown: &str) -> bool {
    let last = shown.rfind("s)").unwrap_or_default();
    shown[last..].contains("\u{1b}[2K")
}

#[test]
fn plans_show_how_far_they_are() {
    for command in ["recover", "capacity", "cuts s1"] {
        // As many as it takes for a run to be longer than progress waits on this machine.
        let sizes = (0..5).map(|doubled| 6_000 << doubled);
        let shown = sizes
            .map(|count| (count, on_a_terminal(&stuck(count), command)))
            .find(|(count, shown)| match command {
                // How many of the candidates were tried.
                "recover" => shown.contains(&format!("/{} (", count + 2)),
                _ => shown.contains("s)"),
            });
        let (_, shown) = shown.expect("a run that shows how far it is");
        assert!(is_cleared(&shown), "{command}: {shown:?}");
    }
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/kakao-2022");
    let fix = format!("fix --goal 'all survives site' --time-limit 4s -i {sample}");
    let shown = on_a_terminal(&stuck(1), &fix);
    // Seconds of the limit.
    assert!(
        shown.contains("looking for a cheaper plan") && shown.contains("/4 ("),
        "{shown:?}"
    );
    assert!(is_cleared(&shown), "{shown:?}");
}

#[test]
fn a_short_run_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = "services:\n  - {id: service:a}\n";
    std::fs::write(folder.path().join("spof.yaml"), text).unwrap();
    assert_eq!(on_a_terminal(&folder, "coverage"), "");
}

/// Each node needs the one before it: single faults affect so many nodes in sum that finding them
/// takes seconds. A saved graph: it is read at once.
fn dense() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut nodes, mut requirements) = (Vec::new(), Vec::new());
    for at in 0..20_000_u32 {
        nodes.push(format!(
            r#"{{"id":"host:h{at:05}","kind":"host","class":"domain","start_s":0,"evidence":"declared","sources":[]}}"#
        ));
        if let Some(before) = at.checked_sub(1) {
            requirements.push(format!(
                r#"{{"id":"q{at}","of":"host:h{at:05}","mode":"hard","need":1,"evidence":"declared","sources":[],"members":[{{"id":"host:h{before:05}","weight":1,"standby":null}}]}}"#
            ));
        }
    }
    let text = format!(
        r#"{{"version":1,"assume":"pessimistic","nodes":[{}],"requirements":[{}]}}"#,
        nodes.join(","),
        requirements.join(",")
    );
    std::fs::write(folder.path().join("estate.json"), text).unwrap();
    folder
}

#[test]
fn ctrl_c_ends_a_sweep_with_its_exit_code() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let folder = dense();
    let mut run = Command::new(env!("CARGO_BIN_EXE_spof"))
        .args(["list", "--verbose", "-i", "estate.json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    // The last phase before the analysis is over.
    while !line.starts_with("compiling the graph: ") {
        line.clear();
        assert_ne!(told.read_line(&mut line).unwrap(), 0, "it ended too early");
    }
    std::thread::sleep(Duration::from_millis(250));
    let kill = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let status = run.wait().unwrap();
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert_eq!(status.code(), Some(130), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
}
