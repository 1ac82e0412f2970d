//! `spof serve`, the real binary over real sockets: its answers are those of the command line, it
//! survives what clients and inputs do to it, and it ends when told to.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spof"));
    command.env("NO_COLOR", "1");
    command
}

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/kakao-2022")
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(path: &Path) -> Self {
        let mut child = binary()
            .args(["serve", "--port", "0"])
            .arg(path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap();
        Self {
            address: address.trim_end_matches('/').to_owned(),
            child,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends these bytes and gives all that comes until the server closes the connection.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may refuse before it has read all.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let host = &self.address;
        self.request_as(host, method, path, headers, body)
    }

    fn request_as(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Answer {
        let length = body.len();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        Answer::of(&self.raw(text.as_bytes()))
    }

    fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "", "")
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        let json = "content-type: application/json\r\n";
        self.request("POST", path, json, &body.to_string())
    }

    fn state(&self) -> Value {
        self.get("/api/state").json()
    }

    /// Waits until the state is as wanted.
    fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let state = self.state();
            if wanted(&state) {
                return state;
            }
            assert!(begun.elapsed() < PATIENCE, "never {what}: {state}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    fn ended(&mut self, within: Duration) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find_map(|line| line.strip_prefix(name));
        line?.strip_prefix(": ")
    }

    /// It is refused with this status, in JSON, and says these words.
    fn refused(&self, status: u16, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        let said = self.json();
        assert_eq!(said["version"], 1);
        let all = format!("{} {}", said["error"]["message"], said["error"]["help"]);
        assert!(all.contains(words), "{all}");
    }
}

/// What the command line answers.
fn typed(words: &[&str]) -> Value {
    let out = binary()
        .args(words)
        .args(["--format", "json", "-i"])
        .arg(sample())
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

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
    let server = Server::start(&sample());
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
