//! What a run shows while it works, and that it shows nothing where nobody looks.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

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

/// What plans say they are at, while they work, and that their line is gone in the end.
#[test]
fn plans_show_what_they_are_at() {
    let folder = big();
    let services = "fix --goal 'services survives cluster' --time-limit 6s";
    let of = [
        (services, &["looking", "finding"][..]),
        ("recover", &["analysing", "merging"]),
        ("capacity --kind cluster", &["analysing", "merging"]),
        ("cuts w0-3", &["analysing", "merging"]),
    ];
    for (command, phases) in of {
        let shown = on_a_terminal(&folder, command);
        let last = phases.iter().filter_map(|phase| shown.rfind(phase)).max();
        let last = last.unwrap_or_else(|| panic!("{command}: {shown:?}"));
        assert!(
            shown[last..].contains("\u{1b}[2K"),
            "{command}: {:?}",
            &shown[last..]
        );
    }
}

#[test]
fn a_short_run_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = "services:\n  - {id: service:a}\n";
    std::fs::write(folder.path().join("spof.yaml"), text).unwrap();
    assert_eq!(on_a_terminal(&folder, "coverage"), "");
}
