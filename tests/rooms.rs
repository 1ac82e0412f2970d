//! Data flows one way through the rooms of src/lib.rs; parser crates are named in one file each;
//! only the rooms that show something print.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use std::path::{Path, PathBuf};

/// Rooms from left to right; those of one row don't see each other.
const ROOMS: [&[&str]; 14] = [
    &["words"],
    &["source"],
    &["config"],
    &["discover"],
    &["ingest"],
    &["model"],
    &["graph"],
    &["analysis"],
    &["findings"],
    &["rules"],
    &["output", "report"],
    &["estate"],
    &["serve"],
    &["cli"],
];

/// Fatal errors may be met anywhere.
const EVERYWHERE: &str = "error";

fn src() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file: its path below `src`, and its text without comments.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(src()).unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                let code: Vec<&str> = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect();
                files.push((name.replace('\\', "/"), code.join("\n")));
            }
        }
    }
    files.sort();
    files
}

fn room_of(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/") || file.ends_with("tests.rs")
}

fn row_of(room: &str) -> Option<usize> {
    ROOMS.iter().position(|row| row.contains(&room))
}

/// Names that follow `prefix` in `code`: one, or the first words of a braced list.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (at, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && !letter.is_whitespace() => {
                    names.push(word(&list[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    names
}

/// How many modules a file's code is below the crate: 1 for `src/model/mod.rs`.
fn depth_of(file: &str) -> usize {
    let parts = file.trim_end_matches(".rs").split('/');
    parts.filter(|part| *part != "mod").count()
}

/// Rooms that a file names, through `crate::` or through enough `super::`.
fn uses(file: &str, code: &str) -> Vec<String> {
    let mut names = names_after(code, "crate::");
    names.extend(names_after(code, &"super::".repeat(depth_of(file))));
    names.retain(|name| row_of(name).is_some());
    names
}

#[test]
fn nothing_looks_to_the_right() {
    let mut wrong = Vec::new();
    for (file, code) in files() {
        // A room's tests may follow its facts to where they end.
        if is_test(&file) {
            continue;
        }
        let room = room_of(&file);
        let Some(row) = row_of(room) else {
            assert!(
                ["lib", "main", EVERYWHERE].contains(&room),
                "src/{file} is in no room"
            );
            continue;
        };
        for name in uses(&file, &code) {
            let right = row_of(&name).unwrap();
            if right > row || (right == row && name != room) {
                wrong.push(format!("src/{file} uses {name}"));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_sees_what_it_should() {
    let code = "use crate::{model::{Model, Node}, words::Id};\nlet x = crate::cli::run();";
    assert_eq!(names_after(code, "crate::"), ["model", "words", "cli"]);
    assert_eq!(uses("graph/visit.rs", "use super::super::cli::x;"), ["cli"]);
    assert!(uses("graph/visit.rs", "use super::rules::x;").is_empty());
    assert_eq!(depth_of("output/human/list.rs"), 3);
    assert_eq!(depth_of("output/mod.rs"), 1);
    assert!(names_after("my_crate::cli", "crate::").is_empty());
}

#[test]
fn each_parser_is_named_in_one_file() {
    for (crate_name, home) in [
        ("granit_parser", "source/yaml/events.rs"),
        ("jsonc_parser", "source/json.rs"),
        ("toml_edit", "source/toml.rs"),
    ] {
        let named: Vec<String> = files()
            .into_iter()
            .filter(|(_, code)| code.contains(crate_name))
            .map(|(file, _)| file)
            .collect();
        assert_eq!(named, [home], "{crate_name}");
    }
}

#[test]
fn only_rooms_that_show_something_print() {
    for (file, code) in files() {
        let shows = ["output", "report", "cli", "main"].contains(&room_of(&file));
        if shows || is_test(&file) {
            continue;
        }
        for word in ["println!", "print!", "stdout()", "stderr()", "anstream"] {
            assert!(!code.contains(word), "src/{file} prints: {word}");
        }
    }
}

#[test]
fn every_room_of_the_picture_exists() {
    for room in ROOMS.iter().copied().flatten() {
        let folder: &Path = &src().join(room);
        assert!(folder.is_dir(), "{room}");
    }
}
