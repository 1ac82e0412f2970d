//! How large the report of a large estate is, and how fast the page: `cargo bench --bench report`.
//!
//! It writes the manifests of [`estate`], runs `spof report` on them, and opens the file in headless
//! Chromium through chromedriver. Paint: the browser's own first contentful paint. Click: from a
//! click on a place of the map, at the beginning of a frame, to the end of that frame's painting, in
//! which the map shows the scenario; and to the end of the frame that shows panel and bar as well.
//! `SPOF_BIN` names another binary to measure.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench says what it measured, and stops where it can't"
)]

mod estate;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use estate::Size;
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

/// What issue 4 asks of a page: bytes, bytes by gzip, milliseconds to the first paint, milliseconds
/// from click to repaint.
struct Limits {
    bytes: u64,
    packed: u64,
    paint: f64,
    click: f64,
}

const ESTATES: [(&str, Size, Limits); 2] = [
    (
        "1,000 services",
        estate::SMALL,
        Limits {
            bytes: 500_000,
            packed: 125_000,
            paint: 1_000.0,
            click: 16.0,
        },
    ),
    (
        "10,000 services",
        estate::LARGE,
        Limits {
            bytes: 4_000_000,
            packed: 1_000_000,
            paint: 1_000.0,
            click: 100.0,
        },
    ),
];

/// Fails and brings back each of the first places of the map; answers with one list of milliseconds.
const CLICKS: &str = r##"
const done = arguments[arguments.length - 1];
const heads = () => [...document.querySelectorAll("#map-svg .b:not(.closed) > .head")].filter((head) => head.querySelector(".st")).slice(0, 6);
const times = [];
const wholes = [];
let at = 0;
const next = () => {
  if (at === 2 * heads().length || at === 12) return void done({ times, wholes, faults: location.hash, shapes: document.querySelectorAll("#map-svg *").length });
  requestAnimationFrame(() => {
    const head = heads()[at >> 1];
    at += 1;
    const channel = new MessageChannel();
    const begun = performance.now();
    let picture = true;
    channel.port1.onmessage = () => {
      (picture ? times : wholes).push(performance.now() - begun);
      if (picture) requestAnimationFrame(rest);
      else setTimeout(next, 80);
      picture = false;
    };
    const rest = () => (spof.dom.settled() ? channel.port2.postMessage(0) : requestAnimationFrame(rest));
    head.querySelector(".hit").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    channel.port2.postMessage(0);
  });
};
next();
"##;

fn main() {
    // `cargo test --benches` runs benches too, without this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let binary = std::env::var("SPOF_BIN").unwrap_or(env!("CARGO_BIN_EXE_spof").to_owned());
    let folder = tempfile::tempdir().unwrap();
    for (name, size, limits) in ESTATES {
        let input = folder.path().join(size.services.to_string());
        std::fs::create_dir_all(&input).unwrap();
        std::fs::write(input.join("spof.yaml"), estate::manifest(size)).unwrap();
        let page = folder.path().join(format!("{}.html", size.services));
        let begun = Instant::now();
        let status = Command::new(&binary)
            .args(["report", "-o"])
            .args([&page, &input])
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
        let took = begun.elapsed();
        println!("{name}");
        println!("  spof report        {:>10.1} s", took.as_secs_f64());
        say("file", bytes(&page), limits.bytes);
        say("file, gzip -9", packed(&page), limits.packed);
        runtime.block_on(browse(&page, &limits));
    }
}

fn bytes(page: &Path) -> u64 {
    std::fs::metadata(page).unwrap().len()
}

fn packed(page: &Path) -> u64 {
    let output = Command::new("gzip").arg("-9c").arg(page).output().unwrap();
    output.stdout.len() as u64
}

fn say(what: &str, bytes: u64, limit: u64) {
    let over = if bytes > limit { "OVER" } else { "" };
    println!(
        "  {what:<18} {:>10} KB  (at most {} KB) {over}",
        bytes / 1_000,
        limit / 1_000
    );
}

fn say_time(what: &str, times: &mut [f64], limit: f64) {
    times.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (times.first(), times.last()) else {
        println!("  {what:<18} nothing to measure");
        return;
    };
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    let over = if median > limit { "OVER" } else { "" };
    let asked = if limit.is_finite() {
        format!("at most {limit} ms; ")
    } else {
        String::new()
    };
    println!(
        "  {what:<19} {median:>9.1} ms  ({asked}{} times, {least:.1} to {most:.1}) {over}",
        times.len()
    );
}

/// Ends chromedriver however the bench ends.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn browse(page: &Path, limits: &Limits) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let _driver = Driver(
        Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let client = connect(port).await;
    let address = format!("file://{}", page.display());
    let (mut paints, mut ready) = (Vec::new(), Vec::new());
    let (mut clicks, mut wholes) = (Vec::new(), Vec::new());
    let mut shapes = Value::Null;
    for _ in 0..5 {
        // From another page, so that each time the file is read and parsed anew.
        client.goto("about:blank").await.unwrap();
        client.goto(&address).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let timing = client
            .execute(
                "const [n] = performance.getEntriesByType('navigation');
                 const p = performance.getEntriesByName('first-contentful-paint')[0];
                 return [p ? p.startTime : null, n.loadEventEnd];",
                vec![],
            )
            .await
            .unwrap();
        paints.extend(timing[0].as_f64());
        ready.extend(timing[1].as_f64());
    }
    client.goto(&format!("{address}#view=map")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..2 {
        let answer = client.execute_async(CLICKS, vec![]).await.unwrap();
        let times = answer["times"].as_array().cloned().unwrap_or_default();
        clicks.extend(times.iter().filter_map(Value::as_f64));
        let times = answer["wholes"].as_array().cloned().unwrap_or_default();
        wholes.extend(times.iter().filter_map(Value::as_f64));
        shapes = answer["shapes"].clone();
    }
    say_time("first paint", &mut paints, limits.paint);
    say_time("loaded", &mut ready, limits.paint);
    say_time("click to repaint", &mut clicks, limits.click);
    say_time("  and all beside it", &mut wholes, f64::INFINITY);
    println!("  elements of the map {shapes}");
    client.close().await.unwrap();
}

async fn connect(port: u16) -> Client {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1440,900",
    ];
    let Value::Object(capabilities) = json!({ "goog:chromeOptions": { "args": arguments } }) else {
        unreachable!("an object");
    };
    let connector = hyper_util::client::legacy::connect::HttpConnector::new();
    for _ in 0..100 {
        let client = ClientBuilder::new(connector.clone())
            .capabilities(capabilities.clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        if let Ok(client) = client {
            return client;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("chromedriver does not answer");
}
