//! `spof serve`, the real binary over real sockets: its answers are those of the command line, it
//! survives what clients do to it, and it ends when told to.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use server::{Answer, PATIENCE, Server, binary, sample, typed};

#[test]
fn answers_are_those_of_the_command_line() {
    let server = Server::start(&sample());
    let taxi = "journey:call-a-taxi";
    for (path, question, words) in [
        (
            "/api/blast",
            json!({"faults": [{"node": "site:pangyo"}]}),
            vec!["blast", "site:pangyo"],
        ),
        (
            "/api/blast",
            json!({
                "faults": [{"node": "service:login"}],
                "already": [{"node": "site:pangyo", "repaired_s": 14_400}],
                "at_s": 1_800
            }),
            vec![
                "blast",
                "service:login",
                "--already",
                "site:pangyo=4h",
                "--at",
                "30m",
            ],
        ),
        (
            "/api/why",
            json!({"subject": taxi, "faults": [{"node": "site:pangyo"}]}),
            vec!["why", taxi, "--down", "site:pangyo"],
        ),
        (
            "/api/common",
            json!({"subjects": ["service:login", taxi], "classes": ["placement", "software"]}),
            vec![
                "common",
                "service:login",
                taxi,
                "--class",
                "placement,software",
            ],
        ),
        ("/api/list", json!({}), vec!["list"]),
        (
            "/api/list",
            json!({"subjects": [taxi], "kinds": ["site", "power"], "by": "subject", "tier": 2}),
            vec![
                "list",
                taxi,
                "--kind",
                "site,power",
                "--by",
                "subject",
                "--tier",
                "2",
            ],
        ),
        ("/api/list", json!({"all": true}), vec!["list", "--all"]),
    ] {
        let answer = server.post(path, &question);
        assert_eq!(answer.status, 200, "{question}: {answer:?}");
        assert_eq!(answer.header("spof-revision"), Some("1"));
        assert_eq!(answer.json(), typed(&words), "{words:?}");
    }
    for (path, word) in [
        ("/api/list", "list"),
        ("/api/graph", "graph"),
        ("/api/coverage", "coverage"),
        ("/api/lint", "lint"),
    ] {
        assert_eq!(server.get(path).json(), typed(&[word]), "{path}");
    }
}

#[test]
fn what_is_asked_wrongly_is_refused_clearly() {
    let server = Server::start(&sample());
    let json = "content-type: application/json\r\n";
    let post = |body: &str| server.request("POST", "/api/blast", json, body);
    post("{\"faults\": [").refused(400, "can't be read");
    post("{\"faults\": [{\"nod\": \"x\"}]}").refused(400, "unknown field `nod`");
    post(&"[".repeat(10_000)).refused(400, "can't be read");
    post("\u{0}").refused(400, "can't be read");
    post("{\"faults\": []}").refused(422, "at least one");
    post("{\"faults\": [{\"node\": \"site:pango\"}]}").refused(422, "did you mean `site:pangyo`");
    post("{\"faults\": [{\"node\": \"journey:call-a-taxi\"}]}")
        .refused(422, "can't fail by itself");
    post("{\"faults\": [{\"node\": \"site:pangyo\", \"repaired_s\": -1}]}")
        .refused(400, "expected u64");
    post(&format!("{{\"faults\": \"{}\"}}", "x".repeat(2 << 20))).refused(413, "1 MiB");
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    server
        .request("POST", "/api/blast", form, "a=b")
        .refused(415, "must be JSON");
    server
        .request("DELETE", "/api/blast", "", "")
        .refused(405, "does not take DELETE");
    server
        .get("/api/nothing")
        .refused(404, "there is nothing at");
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/samples/",
        "//etc",
    ] {
        server.get(path).refused(404, "there is nothing at");
    }
    // Without a stated length the limit holds as well.
    let mut chunked = format!(
        "POST /api/blast HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{json}transfer-encoding: chunked\r\n\r\n",
        server.address
    );
    for _ in 0..40 {
        chunked.extend(["8000\r\n", &" ".repeat(0x8000), "\r\n"]);
    }
    chunked.push_str("0\r\n\r\n");
    Answer::of(&server.raw(chunked.as_bytes())).refused(413, "1 MiB");
    for garbage in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n\r\nx y z\r\n\r\n",
    ] {
        let answer = Answer::of(&server.raw(garbage));
        assert!([0, 400].contains(&answer.status), "{answer:?}");
    }
    let long = format!(
        "GET /{} HTTP/1.1\r\nhost: {}\r\n\r\n",
        "a".repeat(1 << 20),
        server.address
    );
    let answer = Answer::of(&server.raw(long.as_bytes()));
    assert!(
        [0, 400, 414, 431].contains(&answer.status),
        "{}",
        answer.head
    );
    assert_eq!(server.get("/api/health").json()["status"], "ok");
}

#[test]
fn other_names_and_other_origins_are_refused() {
    let server = Server::start(&sample());
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    let get = |host: &str, headers: &str| server.request_as(host, "GET", "/api/state", headers, "");
    for host in [
        "evil.example",
        "evil.example:80",
        "localhost",
        "127.0.0.1:1",
        "",
        "127.0.0.1.evil.example",
    ] {
        get(host, "").refused(421, "does not name this server");
    }
    let two = format!("host: evil.example\r\nhost: {}\r\n", server.address);
    get(&server.address, &two).refused(421, "does not name this server");
    assert_eq!(get(&format!("localhost:{port}"), "").status, 200);
    let absolute = format!(
        "GET http://evil.example/api/state HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        server.address
    );
    Answer::of(&server.raw(absolute.as_bytes())).refused(421, "does not name this server");
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1",
        "http://localhost:1",
    ] {
        let header = format!("origin: {origin}\r\n");
        get(&server.address, &header).refused(403, "other origins");
    }
    let own = format!("origin: http://127.0.0.1:{port}\r\nsec-fetch-site: same-origin\r\n");
    assert_eq!(get(&server.address, &own).status, 200);
    for site in ["cross-site", "same-site"] {
        let header = format!("sec-fetch-site: {site}\r\nsec-fetch-mode: no-cors\r\n");
        get(&server.address, &header).refused(403, "other origins");
        server
            .request("GET", "/", &header, "")
            .refused(403, "other origins");
    }
    // A link to the page may stand anywhere.
    let link = "sec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\n";
    assert_eq!(server.request("GET", "/", link, "").status, 200);
}

#[test]
fn every_answer_is_sealed_and_the_page_hears_of_changes() {
    let server = Server::start(&sample());
    for path in ["/", "/api/state", "/api/graph", "/nothing"] {
        let answer = server.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "deny"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    let page = server.get("/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("connect-src 'self'"), "{policy}");
    assert!(page.body.contains("new EventSource(\"/events\")"));
    assert!(page.body.contains("data-revision=\"1\""));
    // Who has the page already gets it once.
    let tag = format!("if-none-match: {}\r\n", page.header("etag").unwrap());
    for path in ["/", "/api/graph", "/api/lint", "/api/coverage"] {
        let again = server.request("GET", path, &tag, "");
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }
}

#[test]
fn the_description_names_every_path_and_each_answers() {
    let same = sample();
    let server = Server::start_with(&same, &["--base", same.to_str().unwrap()]);
    let description = server.get("/api/openapi.json").json();
    assert_eq!(description["openapi"], "3.1.0");
    let paths = description["paths"].as_object().unwrap();
    let named: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(
        named,
        [
            "/api/blast",
            "/api/common",
            "/api/coverage",
            "/api/diff",
            "/api/graph",
            "/api/health",
            "/api/lint",
            "/api/list",
            "/api/state",
            "/api/why",
            "/events"
        ]
    );
    for (path, methods) in paths.iter().filter(|(path, _)| *path != "/events") {
        for method in methods.as_object().unwrap().keys() {
            let answer = match method.as_str() {
                "get" => server.get(path),
                _ => server.post(path, &json!({"unheard": 1})),
            };
            let expected = if method == "get" { 200 } else { 400 };
            assert_eq!(answer.status, expected, "{method} {path}");
        }
    }
    // What is described of the state is what it is.
    let schema = &description["components"]["schemas"]["State"];
    let state = server.state();
    for field in schema["required"].as_array().unwrap() {
        assert!(state.get(field.as_str().unwrap()).is_some(), "{field}");
    }
    for field in state.as_object().unwrap().keys() {
        assert!(schema["properties"].get(field).is_some(), "{field}");
    }
}

#[test]
fn slow_clients_keep_nobody_waiting_and_lose_their_connection() {
    let server = Server::start(&sample());
    let mut slow: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream
            .write_all(b"POST /api/blast HTTP/1.1\r\nhost: ")
            .unwrap();
    }
    // One that states a body and does not send it.
    let mut mute = server.connect();
    let head = format!(
        "POST /api/blast HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        server.address
    );
    mute.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(server.get("/api/health").status, 200);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let mut answer = [0; 4_096];
    let read = mute.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    Answer::of(&answer).refused(408, "did not arrive");
    for stream in &mut slow {
        let mut rest = Vec::new();
        // Closed by the server, with or without a word.
        let closed = stream.read_to_end(&mut rest);
        assert!(closed.is_ok() || begun.elapsed() < PATIENCE, "{closed:?}");
    }
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

#[test]
fn it_holds_so_many_connections_and_no_more() {
    let server = Server::start(&sample());
    let held: Vec<TcpStream> = (0..512).map(|_| server.connect()).collect();
    let mut one_more = server.connect();
    let mut answer = String::new();
    one_more.read_to_string(&mut answer).unwrap();
    Answer::of(&answer).refused(503, "too many connections");
    drop(held);
    let begun = Instant::now();
    while Answer::of(&server.raw(b"GET / HTTP/1.0\r\n\r\n")).status == 503 {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_ends_within_a_second_whoever_listens() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::start(&sample());
        let mut open: Vec<TcpStream> = Vec::new();
        for request in [
            "GET /events HTTP/1.1\r\nhost: HOST\r\n\r\n",
            "GET /events HT",
            "",
        ] {
            let mut stream = server.connect();
            let request = request.replace("HOST", &server.address);
            stream.write_all(request.as_bytes()).unwrap();
            open.push(stream);
        }
        let mut first = [0; 64];
        assert!(open[0].read(&mut first).unwrap() > 0);
        server.signal(signal);
        assert_eq!(server.ended(Duration::from_secs(1)), Some(0), "{signal}");
        drop(open);
    }
}

#[test]
fn what_can_not_be_served_is_said_at_once() {
    let server = Server::start(&sample());
    let port = server.address.rsplit_once(':').unwrap().1;
    let run = |words: &[&str]| {
        let out = binary().args(words).output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    let path = sample();
    let (code, said) = run(&["serve", "--port", port, path.to_str().unwrap()]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("something else listens there") && said.contains("--port 0"),
        "{said}"
    );
    let empty = tempfile::tempdir().unwrap();
    let (code, said) = run(&["serve", "--port", "0", empty.path().to_str().unwrap()]);
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(run(&["serve", "--port", "0", "/nonexistent"]).0, Some(2));
}
