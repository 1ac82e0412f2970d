//! 50 MB of Kubernetes YAML, from files to the frozen model: `cargo bench --bench ingest`. Beside
//! it the parser's own event loop, comments on, which is the least that reading can take; `PyYAML`'s
//! loader in C; and a program of the package index that reads the same files, if they can be
//! installed (into target/ingest). Each measurement is a process of its own, so that peak memory
//! is its own; seconds are processor time (user and system) unless they are called elapsed.
//!
//! The manifests are made by [`manifest`], the same every time: each service has a Deployment, a
//! Service, a `ServiceAccount` and a `ConfigMap` with the fields that release manifests have, 3 kB
//! together. `SPOF_BENCH_MB` asks for another amount.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that panics fails, and prints what it found"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rayon::prelude::*;
use spof::config::selection::Selection;
use spof::discover::{self, Request};
use spof::source::Limits;
use spof::words::Assume;
use spof::{ingest, model};

/// As in the program. The events of the parser are measured with it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a measuring process is told to do, as its only way to know that it is one.
const CHILD: &str = "SPOF_BENCH_INGEST";
const RUNS: usize = 3;
/// Services a file: of each size a quarter of all bytes.
const SIZES: [usize; 4] = [1, 8, 100, 1_600];
/// Services that share a namespace and call each other.
const TEAM: usize = 25;

/// What keeps the replicas of every third service apart.
const SPREAD: &str = "      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: NAME
";

fn main() {
    if let Ok(what) = std::env::var(CHILD) {
        let folder = std::env::var("SPOF_BENCH_FOLDER").unwrap();
        return child(&what, Path::new(&folder));
    }
    let megabytes: usize = std::env::var("SPOF_BENCH_MB")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(50);
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let base = Path::new(&target).join("ingest");
    let folder = base.join("manifests");
    let (files, services, bytes) = generate(&folder, megabytes * 1_000_000);
    println!(
        "{:.1} MB of Kubernetes YAML in {files} files, {services} services",
        millions(bytes)
    );
    println!(
        "{:<44} {:>8} {:>8} {:>8} {:>10}",
        "", "cpu s", "MB/s", "elapsed", "bytes/byte"
    );
    let events = row(
        "events of the parser, comments on",
        "events",
        &folder,
        bytes,
    );
    let one = row(
        "spof to the frozen model, one core",
        "model 1",
        &folder,
        bytes,
    );
    row(
        "spof to the frozen model, two cores",
        "model 2",
        &folder,
        bytes,
    );
    println!(
        "spof takes {:.2} times as long as the events alone",
        one / events
    );
    peers(&base, &folder);
}

/// Runs one measurement [`RUNS`] times; prints the medians. Out comes its processor time.
fn row(name: &str, what: &str, folder: &Path, bytes: usize) -> f64 {
    let mut runs: Vec<[f64; 3]> = (0..RUNS).map(|_| run(what, folder)).collect();
    let mut median = |of: usize| {
        runs.sort_by(|a, b| a[of].total_cmp(&b[of]));
        runs[RUNS / 2][of]
    };
    let (cpu, elapsed, peak) = (median(0), median(1), median(2));
    let size = millions(bytes);
    println!(
        "{name:<44} {cpu:>8.2} {:>8.1} {elapsed:>8.2} {:>10.1}",
        size / cpu,
        peak / size
    );
    cpu
}

/// Processor seconds, elapsed seconds and megabytes of peak memory of one measuring process.
fn run(what: &str, folder: &Path) -> [f64; 3] {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program)
        .env(CHILD, what)
        .env("SPOF_BENCH_FOLDER", folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().map(|word| word.parse().unwrap());
    std::array::from_fn(|_| numbers.next().unwrap())
}

fn child(what: &str, folder: &Path) {
    let began = Instant::now();
    match what.split_once(' ') {
        None => events(folder),
        Some((_, threads)) => {
            let threads = threads.parse().unwrap();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build_global().unwrap();
            let request = Request {
                paths: vec![folder.to_str().unwrap().into()],
                no_gitignore: true,
                limits: Limits::default(),
                selection: Selection::default(),
            };
            let inputs = discover::read(&request).unwrap();
            // As `estate::load` does.
            let (model, unclaimed) = rayon::scope(|_| {
                let (told, unclaimed) = ingest::run(&inputs.documents, &inputs.sources);
                inputs.documents.into_par_iter().for_each(drop);
                let model = model::build(told, &inputs.sources, Assume::Pessimistic);
                (model, unclaimed)
            });
            assert!(unclaimed.is_empty() && model.nodes.len() > 1_000);
            println!("{} {} {}", processor(), seconds(began), peak());
            // What it takes to give all memory back is no part of the answer.
            std::mem::forget(model);
            return;
        }
    }
    println!("{} {} {}", processor(), seconds(began), peak());
}

/// The least that reading takes: every event of every file, and nothing made of it.
fn events(folder: &Path) {
    let mut seen = 0_usize;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            max_buffered_comment_events: usize::MAX,
        };
        for event in granit_parser::Parser::new_from_str_with_options(&text, options) {
            event.unwrap();
            seen += 1;
        }
    }
    assert!(seen > 1_000);
}

/// User and system time of this process so far, in seconds.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let times = after.split_whitespace().skip(11).take(2);
    times
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

/// Most memory that this process had, in MB of a million bytes.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kilobytes: f64 = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kilobytes * 1024.0 / 1e6
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

fn millions(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / 1e6
}

/// Writes at least `bytes` bytes into `folder`; gives the numbers of files, services and bytes.
fn generate(folder: &Path, bytes: usize) -> (usize, usize, usize) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    let (mut files, mut services, mut written) = (0, 0, 0);
    for (at, size) in SIZES.into_iter().enumerate() {
        while written < bytes / SIZES.len() * (at + 1) {
            let mut text = String::new();
            for _ in 0..size {
                manifest(services, &mut text);
                services += 1;
                if written + text.len() >= bytes {
                    break;
                }
            }
            std::fs::write(folder.join(format!("part-{files:05}.yaml")), &text).unwrap();
            files += 1;
            written += text.len();
        }
    }
    (files, services, written)
}

/// The manifests of one service: a Deployment of two to four replicas that calls three others of
/// its team, and what stands around it.
fn manifest(number: usize, text: &mut String) {
    let team = number / TEAM;
    let first = team * TEAM;
    let peer = |step: usize| first + (number - first).saturating_sub(step);
    let replicas = 2 + number % 3;
    let apps = format!("team-{team}");
    let name = format!("service-{number}");
    write!(
        text,
        "---
# {name}: owned by team {team}.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  namespace: {apps}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: {apps}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}-settings
  namespace: {apps}
  labels:
    app.kubernetes.io/name: {name}
data:
  LOG_LEVEL: \"info\"
  CACHE_SECONDS: \"{number}\"
  CATALOGUE_URL: http://service-{a}.{apps}.svc.cluster.local:8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {apps}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: {apps}
    app.kubernetes.io/version: \"1.{minor}.0\"
  annotations:
    example.org/owner: team-{team}
spec:
  replicas: {replicas}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
        app.kubernetes.io/part-of: {apps}
    spec:
      serviceAccountName: {name}
      terminationGracePeriodSeconds: 30
      securityContext:
        fsGroup: 1000
        runAsGroup: 1000
        runAsNonRoot: true
        runAsUser: 1000
{spread}      containers:
        - name: server
          image: registry.example.org/{apps}/{name}:1.{minor}.0
          imagePullPolicy: IfNotPresent
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop:
                - ALL
            privileged: false
            readOnlyRootFilesystem: true
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
            - name: metrics
              containerPort: 9090
          envFrom:
            - configMapRef:
                name: {name}-settings
          env:
            - name: PORT
              value: \"8080\"
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: ORDERS_ADDR
              value: service-{b}:8080
            - name: LEDGER_URL
              value: http://service-{c}.{apps}:8080/api
            - name: DISABLE_PROFILER
              value: \"1\"
          readinessProbe:
            initialDelaySeconds: 10
            httpGet:
              path: /_healthz
              port: 8080
              httpHeaders:
                - name: Cookie
                  value: probe=readiness
          livenessProbe:
            initialDelaySeconds: 10
            periodSeconds: 20
            httpGet:
              path: /_healthz
              port: 8080
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
            limits:
              cpu: 200m
              memory: 128Mi
          volumeMounts:
            - name: scratch
              mountPath: /tmp
      volumes:
        - name: scratch
          emptyDir: {{}}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {apps}
  labels:
    app.kubernetes.io/name: {name}
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 8080
      targetPort: 8080
",
        spread = if number.is_multiple_of(3) { SPREAD } else { "" }.replace("NAME", &name),
        a = peer(1),
        b = peer(3),
        c = peer(7),
        minor = number % 40,
    )
    .unwrap();
}

/// Runs `ingest.py`, with what it needs installed for it alone.
fn peers(base: &Path, folder: &Path) {
    let venv = base.join("peers");
    let python: PathBuf = venv.join("bin/python");
    let works = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    if !python.exists() {
        works(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    }
    let pip = ["-m", "pip", "install", "--quiet", "pyyaml", "checkov"];
    if !works(Command::new(&python).args(pip)) {
        println!(
            "the peers can't be installed: {} does not run pip",
            python.display()
        );
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ingest.py");
    let ran = works(Command::new(&python).arg(script).arg(folder));
    println!("{}", if ran { "" } else { "the peers failed" });
}
