//! What-ifs a second, and how long after one changed file the new estate is shown: the real server,
//! asked by a client on the same machine. `cargo bench --bench serve`.
//!
//! The load is an open loop: each request has its moment, whether or not those before it are
//! answered, and its time counts from that moment. 1,000 requests a second over 100 connections for
//! ten seconds, each a what-if of one fault that affects at most 1,000 of 100,000 nodes; then the
//! same of faults that all affect hundreds; then of those, but no question is asked twice, so that
//! no answer was given before.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that panics fails, and one that prints is read"
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CELLS: usize = 40;
const SERVICES: usize = 400;
const HOSTS: usize = 500;
const RATE: usize = 1_000;
const CONNECTIONS: usize = 100;
const SECONDS: usize = 10;
const MOST_AFFECTED: usize = 1_000;
const FILES: usize = 10_000;

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(path: &Path) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_spof"))
            .args(["serve", "--port", "0", "--color", "never", "--quiet"])
            .arg(path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .trim_start_matches("http://")
            .trim_end_matches('/');
        assert!(!address.is_empty(), "the server did not start");
        println!("  up after {:.2} s", begun.elapsed().as_secs_f64());
        Self {
            address: address.to_owned(),
            child,
        }
    }

    /// Processor time so far, in steps of 10 ms (Linux; elsewhere 0).
    fn processor_ms(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let ticks = |field: usize| {
            stat.split(' ')
                .nth(field)
                .and_then(|word| word.parse().ok())
        };
        (ticks(13).unwrap_or(0) + ticks(14).unwrap_or(0)) * 10
    }

    fn connect(&self) -> Connection {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection {
            reader: BufReader::new(stream),
            host: self.address.clone(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Connection {
    reader: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    /// Status and body.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> std::io::Result<(u16, Vec<u8>)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.reader.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut length = 0;
        loop {
            line.clear();
            self.reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok((status.unwrap_or(0), body))
    }
}

/// A saved graph of about 100,000 nodes: cells of a site with rooms, racks, hosts, and services
/// that need three of four replicas and two services before them; a fifth replica waits elsewhere.
fn estate() -> String {
    let mut nodes = String::new();
    let mut needs = String::new();
    let node = |nodes: &mut String, id: &str, class: &str| {
        let _ = write!(
            nodes,
            "{{\"id\":\"{id}\",\"class\":\"{class}\",\"kind\":\"{}\",\"start_s\":0,\"evidence\":\"declared\",\"sources\":[]}},",
            id.split(':').next().unwrap()
        );
    };
    let need = |needs: &mut String, of: &str, mode: &str, least: usize, members: &[String]| {
        let _ = write!(
            needs,
            "{{\"id\":\"{of}/{mode}/{}\",\"of\":\"{of}\",\"mode\":\"{mode}\",\"need\":{least},\"evidence\":\"declared\",\"sources\":[],\"members\":[{}]}},",
            needs.len(),
            members.join(",")
        );
    };
    let active = |id: &str| format!("{{\"id\":\"{id}\",\"weight\":1,\"standby\":null}}");
    for cell in 0..CELLS {
        let site = format!("site:s{cell}");
        node(&mut nodes, &site, "domain");
        for room in 0..5 {
            let id = format!("room:s{cell}-{room}");
            node(&mut nodes, &id, "domain");
            need(&mut needs, &id, "placement", 1, &[active(&site)]);
        }
        for rack in 0..HOSTS / 10 {
            let id = format!("rack:s{cell}-{rack}");
            node(&mut nodes, &id, "domain");
            let room = format!("room:s{cell}-{}", rack / 10);
            need(&mut needs, &id, "placement", 1, &[active(&room)]);
        }
        for host in 0..HOSTS {
            let id = format!("host:s{cell}-{host}");
            node(&mut nodes, &id, "domain");
            let rack = format!("rack:s{cell}-{}", host / 10);
            need(&mut needs, &id, "placement", 1, &[active(&rack)]);
        }
        for service in 0..SERVICES {
            let id = format!("service:s{cell}-{service}");
            node(&mut nodes, &id, "service");
            let mut members = Vec::new();
            for copy in 0..4 {
                let replica = format!("replica:s{cell}-{service}#{copy}");
                node(&mut nodes, &replica, "replica");
                let host = (service * 37 + copy * 125 + copy * service) % HOSTS;
                let host = format!("host:s{cell}-{host}");
                need(&mut needs, &replica, "placement", 1, &[active(&host)]);
                members.push(active(&replica));
            }
            let other = (cell + 1) % CELLS;
            let spare = format!("replica:s{cell}-{service}#spare");
            node(&mut nodes, &spare, "replica");
            let host = format!("host:s{other}-{}", service % HOSTS);
            need(&mut needs, &spare, "placement", 1, &[active(&host)]);
            members.push(format!(
                "{{\"id\":\"{spare}\",\"weight\":4,\"standby\":[{{\"takes_s\":360,\"requires\":[\"service:s{other}-0\"],\"evidence\":\"declared\",\"sources\":[]}}]}}"
            ));
            need(&mut needs, &id, "hard", 3, &members);
            for before in [service / 2, service / 3] {
                if before != service && (before != service / 2 || service % 2 == 0) {
                    let before = format!("service:s{cell}-{before}");
                    need(&mut needs, &id, "hard", 1, &[active(&before)]);
                }
            }
        }
    }
    format!(
        "{{\"version\":1,\"assume\":\"pessimistic\",\"nodes\":[{}],\"requirements\":[{}]}}",
        nodes.trim_end_matches(','),
        needs.trim_end_matches(',')
    )
}

/// Questions about faults of every sort, spread over the cells, that affect `range` nodes, with how
/// many they affect and the bytes of the answer.
fn questions(
    server: &Server,
    range: std::ops::RangeInclusive<usize>,
) -> Vec<(String, usize, usize)> {
    let mut connection = server.connect();
    let mut found = Vec::new();
    for at in 0..2_000_usize {
        let cell = at % CELLS;
        let number = at / 5;
        let node = match at % 5 {
            0 => format!("room:s{cell}-{}", number % 5),
            1 => format!("rack:s{cell}-{}", number % (HOSTS / 10)),
            2 => format!("host:s{cell}-{}", number % HOSTS),
            3 => format!("service:s{cell}-{}", number % SERVICES),
            _ => format!("replica:s{cell}-{}#{}", number % SERVICES, number % 4),
        };
        let body = format!("{{\"faults\":[{{\"node\":\"{node}\"}}]}}");
        let (status, answer) = connection.ask("POST", "/api/blast", &body).unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        let answered: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let affected = answered["affected"].as_array().unwrap().len();
        if range.contains(&affected) {
            found.push((body, affected, answer.len()));
        }
    }
    found
}

/// Asks `questions` in turn, each at its moment, and prints how long they took.
fn load(server: &Server, name: &str, questions: &[(String, usize, usize)], repeated: bool) {
    assert!(!questions.is_empty(), "no such fault");
    let mean = |of: fn(&(String, usize, usize)) -> usize| {
        questions.iter().map(of).sum::<usize>() / questions.len()
    };
    let most = questions.iter().map(|(_, affected, _)| *affected).max();
    println!(
        "{name}: {} faults, {} nodes affected on average, {} at most, {} bytes an answer",
        questions.len(),
        mean(|question| question.1),
        most.unwrap_or(0),
        mean(|question| question.2),
    );
    let begin = Instant::now() + Duration::from_millis(300);
    let (mut times, mut failed) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                let mut connection = server.connect();
                scope.spawn(move || {
                    let (mut times, mut failed) = (Vec::new(), 0);
                    for at in (number..RATE * SECONDS).step_by(CONNECTIONS) {
                        let due = begin
                            + Duration::from_secs(1) * u32::try_from(at).unwrap()
                                / u32::try_from(RATE).unwrap();
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        let (body, ..) = &questions[at % questions.len()];
                        // Another moment each time is another question.
                        let moment = format!(",\"at_s\":{}}}", 1_000_000 + at);
                        let body = if repeated {
                            body.clone()
                        } else {
                            format!("{}{moment}", body.strip_suffix('}').unwrap())
                        };
                        match connection.ask("POST", "/api/blast", &body) {
                            Ok((200, _)) => times.push(due.elapsed()),
                            _ => failed += 1,
                        }
                    }
                    (times, failed)
                })
            })
            .collect();
        for worker in workers {
            let (some, wrong): (Vec<Duration>, usize) = worker.join().unwrap();
            times.extend(some);
            failed += wrong;
        }
    });
    times.sort_unstable();
    let at = |share: usize| {
        let place = (times.len() * share / 1_000).min(times.len() - 1);
        times[place].as_secs_f64() * 1_000.0
    };
    println!(
        "  {RATE}/s over {CONNECTIONS} connections: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, most {:.2} ms; {failed} failed of {}",
        at(500),
        at(900),
        at(990),
        at(999),
        at(1_000),
        RATE * SECONDS,
    );
}

/// Ten thousand Kubernetes files, one of which changes: until the new revision is shown.
fn one_changed_file() {
    let dir = tempfile::tempdir().unwrap();
    let text = |at: usize, replicas: usize| {
        let needed = format!("http://svc-{}:80", at / 2);
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: svc-{at}\n  namespace: ns-{}\nspec:\n  replicas: {replicas}\n  selector: {{matchLabels: {{app: svc-{at}}}}}\n  template:\n    metadata: {{labels: {{app: svc-{at}}}}}\n    spec:\n      containers:\n        - name: main\n          image: registry.example.com/svc-{at}:1\n          env:\n            - {{name: UPSTREAM, value: '{needed}'}}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: svc-{at}, namespace: ns-{}}}\nspec:\n  selector: {{app: svc-{at}}}\n  ports: [{{port: 80}}]\n",
            at / 500,
            at / 500
        )
    };
    for at in 0..FILES {
        let folder = dir.path().join(format!("team-{}", at / 100));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("svc-{at}.yaml")), text(at, 2)).unwrap();
    }
    // As old as files are that nobody works on.
    std::thread::sleep(Duration::from_secs(4));
    println!("one changed file of {FILES}:");
    let server = Server::start(dir.path());
    // A connection each time: the server closes those that say nothing for long.
    let state = || {
        let (_, body) = server.connect().ask("GET", "/api/state", "").unwrap();
        let state: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (state["revision"].as_u64().unwrap(), state)
    };
    let asked = |body: &str| {
        let (status, answer) = server.connect().ask("POST", "/api/blast", body).unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        answer
    };
    let mut times = Vec::new();
    for round in 0..9_usize {
        std::thread::sleep(Duration::from_secs(4));
        let (before, _) = state();
        let at = 100 + round * 1_000;
        let path = dir.path().join(format!("team-{}/svc-{at}.yaml", at / 100));
        let name = format!("service:ns-{}/svc-{at}", at / 500);
        let body = format!("{{\"faults\":[{{\"node\":\"{name}\"}}]}}");
        let old = asked(&body);
        let (begun, worked) = (Instant::now(), server.processor_ms());
        std::fs::write(path, text(at, 3 + round)).unwrap();
        let shown = loop {
            let (now, state) = state();
            if now > before {
                break state;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "nothing happened");
            std::thread::sleep(Duration::from_millis(5));
        };
        // The new answer itself: the service fails with more replicas than before.
        let answer = asked(&body);
        assert_ne!(answer, old, "the answer of the estate before");
        let took = begun.elapsed();
        times.push(took);
        println!(
            "  answered after {} ms, of which 100 ms are waiting for more changes; reading and compiling took {} ms; processor time of all {} ms; {} nodes",
            took.as_millis(),
            shown["took_ms"],
            server.processor_ms() - worked,
            shown["nodes"]
        );
    }
    times.sort_unstable();
    println!("  median {} ms", times[times.len() / 2].as_millis());
    for (what, path) in [("ranked list", "/api/list"), ("page", "/")] {
        let begun = Instant::now();
        let (status, body) = server.connect().ask("GET", path, "").unwrap();
        assert_eq!(status, 200);
        println!(
            "  then the {what}: {} ms, {} bytes",
            begun.elapsed().as_millis(),
            body.len()
        );
    }
}

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("estate.json");
    std::fs::write(&path, estate()).unwrap();
    println!("what-ifs:");
    let server = Server::start(&path);
    let any = questions(&server, 0..=MOST_AFFECTED);
    load(&server, "faults of every sort", &any, true);
    let large = questions(&server, MOST_AFFECTED / 5..=MOST_AFFECTED);
    load(&server, "only large ones", &large, true);
    load(&server, "only large ones, none asked twice", &large, false);
    drop(server);
    one_changed_file();
}
