//! The real program, run as people run it, and folders of files for it to read.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test binary uses a part of it, and a test that can't go on should stop"
)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    /// What was asked.
    args: String,
}

impl Ran {
    /// What it printed; it must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "spof {}\n{}", self.args, self.err);
        self.out
    }

    /// What it printed, as JSON, whatever its exit code.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.out);
        parsed.unwrap_or_else(|error| panic!("spof {}: {error}\n{}", self.args, self.err))
    }
}

/// The program in `dir`, in an environment that changes nothing of what it prints.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spof"));
    command
        .current_dir(dir)
        .env_remove("CLICOLOR_FORCE")
        .env("NO_COLOR", "1");
    command
}

/// `spof ARGS` in `dir`.
#[track_caller]
pub fn run_in(dir: &Path, args: &[&str]) -> Ran {
    let output = command(dir).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    let Some(code) = output.status.code() else {
        panic!("spof {args:?}: {}\n{err}", output.status);
    };
    Ran {
        code,
        out,
        err,
        args: args.join(" "),
    }
}

/// `spof ARGS` in the folder of the project.
#[track_caller]
pub fn run(args: &[&str]) -> Ran {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), args)
}

/// What `spof ARGS --format json` says in `dir`; it must succeed.
#[track_caller]
pub fn json_in(dir: &Path, args: &[&str]) -> Value {
    let ran = run_in(dir, &[args, &["--format", "json"]].concat());
    assert_eq!(ran.code, 0, "spof {}\n{}", ran.args, ran.err);
    ran.json()
}

/// What `spof ARGS --format json` says in the folder of the project; it must succeed.
#[track_caller]
pub fn json(args: &[&str]) -> Value {
    json_in(Path::new(env!("CARGO_MANIFEST_DIR")), args)
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}
