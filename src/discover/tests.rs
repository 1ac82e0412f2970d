//! Tests of the walk and of what becomes of each file.

use std::fs;
use std::path::Path;

use super::*;
use UnreadReason::{Encrypted, NotText, Template, UnknownFormat};

/// A directory with these files.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    dir
}

fn utf8(path: &Path) -> Utf8PathBuf {
    Utf8PathBuf::from_path_buf(path.to_owned()).expect("UTF-8")
}

fn request(paths: &[&Path]) -> Request {
    Request {
        paths: paths.iter().map(|path| utf8(path)).collect(),
        no_gitignore: false,
        limits: Limits::default(),
        selection: crate::config::selection::Selection::default(),
    }
}

fn read_dir(dir: &tempfile::TempDir) -> Inputs {
    read(&request(&[dir.path()])).expect("read")
}

/// Paths of the files with documents, below `dir`.
fn read_files(inputs: &Inputs, dir: &Path) -> Vec<String> {
    let mut paths: Vec<_> = inputs
        .documents
        .iter()
        .map(|document| below(inputs.sources.path(document.file), dir))
        .collect();
    paths.dedup();
    paths
}

fn below(path: &Utf8Path, dir: &Path) -> String {
    path.strip_prefix(utf8(dir)).unwrap_or(path).to_string()
}

fn unread(inputs: &Inputs, dir: &Path) -> Vec<(String, UnreadReason)> {
    let entries = inputs.unread.iter();
    entries
        .map(|entry| (below(&entry.path, dir), entry.reason))
        .collect()
}

#[test]
fn files_come_in_order_of_their_paths_and_documents_in_theirs() {
    let dir = tree(&[
        ("b.yaml", "x: 1\n---\ny: 2\n"),
        ("a/z.json", "{\"a\": 1}"),
        ("a/.hidden.yml", "a: 1"),
        ("c.toml", "a = 1"),
        ("main.rs", "fn main() {}"),
        ("package.json", "{}"),
        (".git/config.yaml", "no: 1"),
        ("x.jsonnet", "{}"),
    ]);
    let inputs = read_dir(&dir);
    let files = ["a/.hidden.yml", "a/z.json", "b.yaml", "c.toml"];
    assert_eq!(read_files(&inputs, dir.path()), files);
    let order: Vec<_> = inputs
        .documents
        .iter()
        .map(|d| (d.file.0, d.index))
        .collect();
    assert_eq!(order, [(0, 0), (1, 0), (2, 0), (2, 1), (3, 0)]);
    assert_eq!(inputs.other_files, 2);
    assert_eq!(
        unread(&inputs, dir.path()),
        [("x.jsonnet".to_owned(), UnreadReason::UnknownFormat)]
    );
}

#[test]
fn gitignore_decides_and_what_it_hides_is_listed() {
    let dir = tree(&[
        (".gitignore", "*.local.yaml\n/build/\nnode_modules\n"),
        ("a.local.yaml", "a: 1"),
        ("b.yaml", "a: 1"),
        ("build/c.yaml", "a: 1"),
        ("sub/build/c.yaml", "a: 1"),
        ("sub/.gitignore", "!keep.local.yaml\nd.yaml\nnotes.txt\n"),
        ("sub/keep.local.yaml", "a: 1"),
        ("sub/d.yaml", "a: 1"),
        ("sub/notes.txt", ""),
        ("sub/node_modules/x/y.json", "{\"a\": 1}"),
        ("tub/d.yaml", "a: 1"),
        ("tub/keep.local.yaml", "a: 1"),
    ]);
    let mut wanted = request(&[dir.path()]);
    let inputs = read(&wanted).expect("read");
    let files = [
        "b.yaml",
        "sub/build/c.yaml",
        "sub/keep.local.yaml",
        "tub/d.yaml",
    ];
    assert_eq!(read_files(&inputs, dir.path()), files);
    let hidden = [
        "a.local.yaml",
        "build",
        "sub/d.yaml",
        "sub/node_modules",
        "tub/keep.local.yaml",
    ];
    let hidden = hidden.map(|path| (path.to_owned(), UnreadReason::Ignored));
    assert_eq!(unread(&inputs, dir.path()), hidden);
    // Two `.gitignore` and the text file.
    assert_eq!(inputs.other_files, 3);

    wanted.no_gitignore = true;
    let inputs = read(&wanted).expect("read");
    assert_eq!(inputs.documents.len(), 9);
    assert_eq!(inputs.unread, []);
}

#[test]
fn gitignore_holds_from_the_repository_down_but_not_for_named_paths() {
    let dir = tree(&[
        (".git/HEAD", ""),
        (".gitignore", "secret.yaml\nout/\n"),
        ("in/secret.yaml", "a: 1"),
        ("in/b.yaml", "a: 1"),
        ("out/secret.yaml", "a: 1"),
        ("out/c.yaml", "a: 1"),
    ]);
    let root = dir.path();
    let inputs = read(&request(&[&root.join("in")])).expect("read");
    assert_eq!(read_files(&inputs, root), ["in/b.yaml"]);
    let named = request(&[root, &root.join("in/secret.yaml"), &root.join("out")]);
    let inputs = read(&named).expect("read");
    let all = [
        "in/b.yaml",
        "in/secret.yaml",
        "out/c.yaml",
        "out/secret.yaml",
    ];
    assert_eq!(read_files(&inputs, root), all);
    assert_eq!(inputs.unread, []);
}

#[test]
fn one_file_is_read_once_however_often_it_is_named() {
    let dir = tree(&[("a/b.yaml", "a: 1"), ("c.yaml", "a: 1")]);
    let root = dir.path();
    let dotted = root.join("a/../a");
    let inputs = read(&request(&[
        root,
        &root.join("a"),
        &dotted,
        &root.join("c.yaml"),
        root,
    ]));
    assert_eq!(inputs.expect("read").documents.len(), 2);
}

#[test]
fn paths_are_shown_as_typed() {
    // The tests run in the package's directory.
    let shown = |path: &str| {
        let inputs = read(&Request {
            paths: vec![path.into()],
            no_gitignore: false,
            limits: Limits::default(),
            selection: crate::config::selection::Selection::default(),
        });
        let inputs = inputs.expect("read");
        let files = inputs.sources.files();
        files
            .map(|(_, file)| file.path.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown("./Cargo.toml"), ["Cargo.toml"]);
    assert_eq!(shown("src/../Cargo.toml"), ["src/../Cargo.toml"]);
    assert_eq!(walk::shown_root(Utf8Path::new(".")), "");
    assert_eq!(walk::shown_root(Utf8Path::new("./a//b/./")), "a/b");
    assert_eq!(walk::shown_root(Utf8Path::new("/x/y")), "/x/y");
    assert_eq!(walk::shown_root(Utf8Path::new("../y")), "../y");
}

#[test]
fn a_path_that_can_not_be_read_is_an_error() {
    let dir = tree(&[]);
    let error = read(&request(&[&dir.path().join("none.yaml")])).expect_err("missing");
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[test]
fn a_file_that_vanishes_is_listed() {
    let gone = Candidate {
        shown: "gone.yaml".into(),
        path: "/nonexistent/gone.yaml".into(),
        claim: Claim::Read(Syntax::Yaml),
        named: None,
        bytes: 0,
        stamp: None,
        held: None,
        in_chart: false,
    };
    let loaded = load(&gone, &Limits::default());
    assert!(matches!(
        loaded,
        Loaded::Unread(UnreadReason::NotReadable, _)
    ));
}

#[test]
fn broken_files_leave_the_rest() {
    let dir = tree(&[
        ("bad.yaml", "a: [1\nb: 2\n"),
        ("good.yaml", "a: 1"),
        ("half.yaml", "a: 1\n---\n{\n---\nb: 2\n"),
    ]);
    let inputs = read_dir(&dir);
    assert_eq!(inputs.documents.len(), 3);
    assert_eq!(inputs.problems.len(), 2);
    let location = inputs.sources.location(inputs.problems[0].span);
    assert_eq!(
        (
            location.line,
            below(location.file.as_str().into(), dir.path())
        ),
        (2, "bad.yaml".to_owned())
    );
    let bad = ["bad.yaml", "half.yaml"].map(|path| (path.to_owned(), UnreadReason::Broken));
    assert_eq!(unread(&inputs, dir.path()), bad);
}

#[test]
fn what_is_no_plain_data_is_listed_with_its_reason() {
    let dir = tree(&[
        ("chart/Chart.yaml", "name: x"),
        ("chart/templates/deep/a.yaml", "name: x-{{ .Values.y }}\n"),
        ("chart/templates/plain.yaml", "a: 1"),
        ("vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n31\n"),
        ("t.yaml", "a: 1\nb: {{ x }}\n"),
        ("bin.yaml", "a\0b"),
        ("t.yaml.j2", "a: 1"),
        ("main.bicep", ""),
        ("host_vars/web", "a: 1"),
        ("hosts", "[web]\na\n"),
        ("run", "#!/bin/sh\n"),
    ]);
    let inputs = read_dir(&dir);
    let reasons = [
        ("bin.yaml", NotText),
        ("chart/templates/deep/a.yaml", Template),
        ("main.bicep", UnknownFormat),
        ("t.yaml", Template),
        ("t.yaml.j2", Template),
        ("vault.yml", Encrypted),
    ];
    let reasons = reasons.map(|(path, reason)| (path.to_owned(), reason));
    assert_eq!(unread(&inputs, dir.path()), reasons);
    let files = [
        "chart/Chart.yaml",
        "chart/templates/plain.yaml",
        "host_vars/web",
        "hosts",
    ];
    assert_eq!(read_files(&inputs, dir.path()), files);
    let template = inputs
        .unread
        .iter()
        .find(|entry| entry.path.ends_with("t.yaml"));
    let span = template.and_then(|entry| entry.span).expect("a place");
    assert_eq!(inputs.sources.position(span).line, 2);
    assert_eq!(inputs.problems, []);
}

#[test]
fn a_file_over_the_limit_costs_nothing() {
    let dir = tree(&[("a.yaml", "a: 1"), ("b.json", "{\"a\": 1}")]);
    let big = fs::File::create(dir.path().join("big.json")).expect("made");
    big.set_len(200 << 20).expect("sparse");
    let inputs = read_dir(&dir);
    let kept = inputs
        .sources
        .files()
        .map(|(_, file)| file.text.len())
        .sum::<usize>();
    assert_eq!(kept, "a: 1{\"a\": 1}".len());
    assert_eq!(
        unread(&inputs, dir.path()),
        [("big.json".to_owned(), UnreadReason::OverLimit)]
    );
    assert!(
        inputs.unread[0].detail.starts_with("200.0 MB"),
        "{}",
        inputs.unread[0].detail
    );

    let mut small = request(&[dir.path()]);
    small.limits.total_bytes = 6;
    let inputs = read(&small).expect("read");
    assert_eq!(read_files(&inputs, dir.path()), ["a.yaml"]);
    assert_eq!(inputs.unread.len(), 2);
    small.limits = Limits {
        files: 1,
        ..Limits::default()
    };
    let inputs = read(&small).expect("read");
    assert_eq!(read_files(&inputs, dir.path()), ["a.yaml"]);
}

#[cfg(unix)]
#[test]
fn links_pipes_and_odd_names_are_listed_and_never_opened() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let dir = tree(&[("a/b.yaml", "a: 1")]);
    let root = dir.path();
    symlink(root, root.join("a/loop")).expect("link");
    symlink("b.yaml", root.join("a/c.yaml")).expect("link");
    symlink("/etc", root.join("etc")).expect("link");
    let made = std::process::Command::new("mkfifo")
        .arg(root.join("pipe.yaml"))
        .status();
    assert!(made.expect("mkfifo").success());
    fs::write(root.join(OsStr::from_bytes(b"\xff.yaml")), "a: 1").expect("written");
    let inputs = read_dir(&dir);
    assert_eq!(read_files(&inputs, root), ["a/b.yaml"]);
    let listed = [
        ("a/c.yaml", UnreadReason::Symlink),
        ("a/loop", UnreadReason::Symlink),
        ("etc", UnreadReason::Symlink),
        ("pipe.yaml", UnreadReason::NotReadable),
        ("\u{fffd}.yaml", UnreadReason::NotText),
    ];
    let listed = listed.map(|(path, reason)| (path.to_owned(), reason));
    assert_eq!(unread(&inputs, root), listed);

    // A link that is named itself is followed, a pipe that is named is refused.
    let inputs = read(&request(&[&root.join("a/c.yaml")])).expect("read");
    assert_eq!(inputs.documents.len(), 1);
    assert!(read(&request(&[&root.join("pipe.yaml")])).is_err());
}

/// Reads all packs and says what came of them: each data file must be a document or listed.
#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn real_inputs_are_read_or_listed() {
    let root = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let inputs = read(&Request {
        paths: vec![root.into()],
        no_gitignore: false,
        limits: Limits::default(),
        selection: crate::config::selection::Selection::default(),
    });
    let inputs = inputs.expect("read");
    let mut count = std::collections::BTreeMap::<_, usize>::new();
    for entry in &inputs.unread {
        *count.entry(entry.reason).or_default() += 1;
    }
    assert!(inputs.documents.len() > 300, "{count:?}");
    for (file, source) in inputs.sources.files() {
        let has_document = inputs
            .documents
            .iter()
            .any(|document| document.file == file);
        let listed = inputs.unread.iter().any(|entry| entry.path == source.path);
        let empty = source.text.lines().all(|line| {
            let line = line.trim();
            line.is_empty() || line.starts_with('#') || line == "---" || line == "..."
        });
        let settings = format::by_name(&source.path) == Claim::Text;
        let fine = has_document || listed || empty || settings;
        assert!(fine, "{}", source.path);
    }
    let broken = inputs
        .unread
        .iter()
        .filter(|entry| entry.reason == UnreadReason::Broken);
    assert!(broken.count() <= inputs.problems.len());
    // The whole list, for reading: SPOF_SUMMARY names the file it is written to.
    if let Some(summary) = std::env::var_os("SPOF_SUMMARY") {
        let lines = inputs.unread.iter().map(|entry| {
            let place = entry
                .span
                .map(|span| inputs.sources.location(span).to_string());
            let place = place.unwrap_or_else(|| entry.path.to_string());
            format!("{:<15} {place}: {}", entry.reason.as_str(), entry.detail)
        });
        let problems = inputs.problems.iter().map(|problem| {
            let place = inputs.sources.location(problem.span);
            format!("{:?} {place}: {}", problem.kind, problem.message)
        });
        let lines: Vec<_> = lines.chain(problems).collect();
        fs::write(summary, lines.join("\n")).expect("written");
    }
}

#[test]
fn named_files_keep_their_position_and_bring_their_settings() {
    let dir = tree(&[
        ("a/compose.yaml", "a: 1\n"),
        ("a/.env", "A=1\n"),
        ("a/other.yaml", "a: 1\n"),
        ("b/over.yaml", "b: 1\n"),
        ("b/.env/inner", "no file\n"),
        (".env", "not beside\n"),
    ]);
    let root = dir.path();
    let named = [&root.join("b/over.yaml"), &root.join("a/compose.yaml")];
    let inputs = read(&request(&named.map(std::path::PathBuf::as_path))).expect("read");
    let files = inputs.sources.files();
    let files: Vec<_> = files
        .map(|(_, file)| (below(&file.path, root), file.named))
        .collect();
    let want = [
        ("a/.env", None),
        ("a/compose.yaml", Some(1)),
        ("b/over.yaml", Some(0)),
    ];
    assert_eq!(files, want.map(|(path, named)| (path.to_owned(), named)));
    assert_eq!(inputs.documents.len(), 2);
}

#[test]
fn settings_of_ansible_are_said_to_be_what_they_are() {
    let dir = tree(&[("ansible.cfg", "[defaults]\ninventory = ./dynamic.sh\n")]);
    let named = dir.path().join("ansible.cfg");
    let inputs = read(&request(&[&named])).expect("read");
    assert!(inputs.documents.is_empty() && inputs.problems.is_empty());
    assert_eq!(inputs.unread[0].reason, UnknownFormat);
    assert!(
        inputs.unread[0]
            .detail
            .starts_with("Ansible's own settings")
    );
    // Met in a tree, it is no data and nobody's concern.
    let inputs = read_dir(&dir);
    assert_eq!((inputs.unread.len(), inputs.other_files), (0, 1));
}

#[test]
fn settings_are_text_without_documents_and_ignored_ones_are_said() {
    let dir = tree(&[
        (".git/HEAD", ""),
        (".gitignore", ".env\n"),
        (".env", "A: 1\n"),
        ("web.env", "A: 1\n"),
    ]);
    let inputs = read_dir(&dir);
    assert!(inputs.documents.is_empty());
    let files: Vec<_> = inputs.sources.files().map(|(_, file)| &file.text).collect();
    assert_eq!(files.first().map(|text| text.as_str()), Some("A: 1\n"));
    let unread: Vec<_> = inputs.unread.iter().map(|unread| unread.reason).collect();
    assert_eq!(unread, [UnreadReason::Ignored]);
}
