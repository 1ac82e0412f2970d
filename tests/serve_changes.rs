//! `spof serve` while its inputs change, break, vanish and come back: the real binary over real
//! sockets.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod server;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use server::{Server, typed_of};

/// A folder with a small estate of its own.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        "sites.spof.yaml",
        "domains: [{id: site:a}, {id: site:b}]\n",
    );
    write(
        dir.path(),
        "shop.spof.yaml",
        "services:\n  - id: service:web\n    replicas: [{on: site:a}]\n",
    );
    dir
}

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

fn is_stale(state: &Value) -> bool {
    state.get("stale").is_some()
}

/// How many nodes the loss of `site:a` affects; `None` where there is no such node.
fn asked(server: &Server) -> Option<usize> {
    let question = json!({"faults": [{"node": "site:a"}]});
    let answer = server.post("/api/blast", &question).json();
    Some(answer.get("affected")?.as_array()?.len())
}

fn affected(server: &Server) -> usize {
    asked(server).expect("site:a is there")
}

/// What `spof diff` says of the two folders.
fn diff_of(before: &Path, now: &Path) -> Value {
    let out = server::binary()
        .args(["diff", "--format", "json", "-i"])
        .args([now, before])
        .output()
        .unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn what_changed_since_a_base_follows_the_edits() {
    let (before, now) = (folder(), folder());
    let base = before.path().to_str().unwrap();
    let server = Server::start_with(now.path(), &["--base", base]);
    let first = server.get("/api/diff").json();
    assert_eq!(first, diff_of(before.path(), now.path()));
    assert_eq!(
        (&first["fails"], &first["subjects"]),
        (&json!(false), &json!([]))
    );
    write(
        now.path(),
        "shop.spof.yaml",
        "services:\n  - {id: service:web, tier: 1, replicas: [{on: site:b}, {on: site:a}]}\n  - {id: service:pay, replicas: [{on: site:b}]}\n",
    );
    server.until("new", |state| state["revision"] == 2);
    let next = server.get("/api/diff").json();
    assert_eq!(next, diff_of(before.path(), now.path()));
    assert_eq!(next["subjects"].as_array().unwrap().len(), 2, "{next}");
    let page = server.get("/").body;
    assert!(page.contains("id=\"changes\""));
    // Read once: the base is what it was when the server began.
    write(before.path(), "shop.spof.yaml", "services: []\n");
    assert_eq!(server.get("/api/diff").json(), next);
}

#[test]
fn without_a_base_nothing_is_compared_and_worst_faults_have_their_fix() {
    let server = Server::start(&server::sample());
    let page = server.get("/").body;
    assert!(!page.contains("id=\"changes\""));
    assert!(page.contains("Cheapest fix known"));
    let none = server.get("/api/diff");
    assert_eq!(none.status, 404);
    assert!(none.body.contains("--base"), "{none:?}");
}

#[test]
fn changes_are_read_and_pushed() {
    let dir = folder();
    let server = Server::start(dir.path());
    assert_eq!(affected(&server), 2);
    let mut events = server.connect();
    let request = format!("GET /events HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    events.write_all(request.as_bytes()).unwrap();
    let mut events = BufReader::new(events);
    let mut next = || -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(events.read_line(&mut line).unwrap(), 0, "the stream ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    };
    assert_eq!(next()["revision"], 1);
    write(
        dir.path(),
        "more.spof.yaml",
        "services:\n  - id: service:api\n    replicas: [{on: site:a}]\n",
    );
    let state = next();
    assert_eq!(
        (state["revision"].as_u64(), is_stale(&state)),
        (Some(2), false)
    );
    assert_eq!(affected(&server), 4);
    assert!(server.get("/").body.contains("data-revision=\"2\""));
    // The same text again is no news; a configuration that comes is.
    write(
        dir.path(),
        "more.spof.yaml",
        "services:\n  - id: service:api\n    replicas: [{on: site:a}]\n",
    );
    write(dir.path(), "spof.toml", "exclude = [\"more.spof.yaml\"]\n");
    assert_eq!(next()["revision"], 3);
    assert_eq!(affected(&server), 2);
}

#[test]
fn inputs_that_break_or_vanish_leave_the_last_good_estate() {
    let dir = folder();
    let server = Server::start(dir.path());
    let path = dir.path();
    let good = fs::read_to_string(path.join("shop.spof.yaml")).unwrap();

    write(path, "shop.spof.yaml", "services:\n  - id: [service:web\n");
    let state = server.until("stale", is_stale);
    let reason = state["stale"]["reasons"][0].as_str().unwrap();
    assert!(reason.contains("shop.spof.yaml:"), "{reason}");
    assert_eq!(
        (state["revision"].as_u64(), affected(&server)),
        (Some(1), 2)
    );
    assert_eq!(server.get("/").status, 200);

    // Mended, to something new.
    write(path, "shop.spof.yaml", &good.replace("site:a", "site:b"));
    server.until("mended", |state| !is_stale(state) && state["revision"] == 2);
    assert_eq!(affected(&server), 0);
    write(path, "shop.spof.yaml", &good);
    server.until("as it was", |state| state["revision"] == 3);

    write(path, "spof.toml", "unheard = 7\n");
    let state = server.until("a wrong configuration", is_stale);
    assert!(
        state["stale"]["reasons"][0]
            .as_str()
            .unwrap()
            .contains("spof.toml:1:")
    );
    fs::remove_file(path.join("spof.toml")).unwrap();
    server.until("without configuration", |state| !is_stale(state));

    // One file gone is a change like any other; all gone is not.
    for name in ["shop.spof.yaml", "sites.spof.yaml"] {
        fs::remove_file(path.join(name)).unwrap();
    }
    server.until("empty", is_stale);
    assert_eq!(affected(&server), 2);
    fs::remove_dir_all(path).unwrap();
    server.until("gone", |state| {
        let reasons = state.pointer("/stale/reasons/0").and_then(Value::as_str);
        reasons.is_some_and(|reason| reason.contains("does not exist"))
    });
    assert_eq!(affected(&server), 2);

    // A folder of the same name is watched as the old one was.
    fs::create_dir(path).unwrap();
    write(path, "sites.spof.yaml", "domains: [{id: site:a}]\n");
    write(path, "shop.spof.yaml", &good);
    // It may be read while it is still being written: what counts is where that ends.
    server.until("back", |state| {
        !is_stale(state) && asked(&server) == Some(2)
    });
    write(path, "shop.spof.yaml", "services: [{id: service:web}]\n");
    server.until("watched again", |_| asked(&server) == Some(0));
}

#[test]
fn what_was_broken_from_the_start_is_a_finding() {
    let dir = folder();
    write(dir.path(), "broken.yaml", "a: [\n");
    let server = Server::start(dir.path());
    assert!(!is_stale(&server.state()));
    assert!(server.get("/api/lint").body.contains("unreadable-file"));
    write(
        dir.path(),
        "sites.spof.yaml",
        "domains: [{id: site:a}, {id: site:b}, {id: site:c}]\n",
    );
    server.until("new", |state| state["revision"] == 2);
}

/// Waits for this revision, or a later one.
fn until_read(server: &Server, revision: u64) {
    server.until("read", |state| {
        !is_stale(state) && state["revision"].as_u64() >= Some(revision)
    });
}

/// Every single fault, and a what-if that is asked again and again: what follows from the estate
/// before and what is kept of earlier answers is what a fresh run says.
#[test]
fn after_every_change_all_answers_are_those_of_a_fresh_run() {
    let dir = folder();
    let path = dir.path();
    let server = Server::start(path);
    let compare = |what: &str| {
        let list = server.post("/api/list", &json!({"all": true})).json();
        assert_eq!(list, typed_of(path, &["list", "--all"]), "{what}");
        let question = json!({"faults": [{"node": "site:a"}]});
        let expected = typed_of(path, &["blast", "site:a"]);
        for time in ["first", "again"] {
            let blast = server.post("/api/blast", &question).json();
            assert_eq!(blast, expected, "{what}, {time}");
        }
        let question = json!({"subject": "service:web", "faults": [{"node": "site:a"}]});
        let expected = typed_of(path, &["why", "service:web", "--down", "site:a"]);
        assert_eq!(
            server.post("/api/why", &question).json(),
            expected,
            "{what}"
        );
    };
    compare("at first");
    let web = "services:\n  - id: service:web\n    replicas: ";
    let api = "services:\n  - id: service:api\n    replicas: [{on: site:b}]\n    ";
    let changes = [
        (
            "a second replica",
            "shop.spof.yaml",
            format!("{web}[{{on: site:a}}, {{on: site:b}}]\n"),
        ),
        ("a node before all others", "more.spof.yaml", api.to_owned()),
        (
            "a cycle",
            "more.spof.yaml",
            format!(
                "{api}requires: [service:web]\n  - id: service:db\n    replicas: [{{on: site:a}}]\n    requires: [service:api]\n"
            ),
        ),
        (
            "a start requirement",
            "shop.spof.yaml",
            format!("{web}[{{on: site:a}}]\n    start: [service:db]\n"),
        ),
        (
            "no cycle",
            "more.spof.yaml",
            format!("{api}optional: [service:web]\n"),
        ),
        (
            "nodes gone",
            "sites.spof.yaml",
            "domains: [{id: site:a}]\n".to_owned(),
        ),
    ];
    for (revision, (what, name, text)) in (2..).zip(changes) {
        write(path, name, &text);
        until_read(&server, revision);
        compare(what);
    }
}
