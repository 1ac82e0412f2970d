//! Chromium with the page in it: a driver on a free port, one window, and all that the browser
//! complained of.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// A browser that shows one report.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
    log: PathBuf,
    folder: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The program, with `arguments`; its standard output.
pub(crate) fn spof(arguments: &[&str]) -> String {
    let output = assert_cmd::Command::cargo_bin("spof")
        .unwrap()
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

impl Browser {
    /// A browser with the report on `input`, at `hash`, in a window of 1440 × 1000.
    pub(crate) async fn open(input: &str, hash: &str) -> Self {
        Self::open_with(input, hash, &[]).await
    }

    /// The same, with further arguments of `spof report`.
    pub(crate) async fn open_with(input: &str, hash: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.html");
        let mut all = vec!["report", "-o", file.to_str().unwrap(), input];
        all.extend(arguments);
        spof(&all);
        let browser = Self::start(folder).await;
        browser.goto(hash).await;
        browser
    }

    /// A browser that shows nothing yet; it keeps its things in `folder`.
    pub(crate) async fn start(folder: tempfile::TempDir) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver (tests/run installs it): {error}"));
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .find_map(|line| {
                let line = line.unwrap();
                let port = line.rsplit_once("on port ")?.1.trim_end_matches('.');
                line.contains("started successfully")
                    .then(|| port.to_owned())
            })
            .expect("the driver says its port");
        std::thread::spawn(move || lines.for_each(drop));
        let log = folder.path().join("browser.log");
        let capabilities = json!({"goog:chromeOptions": {"args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--window-size=1440,1000", "--force-prefers-reduced-motion", "--enable-logging",
            format!("--log-file={}", log.display()),
            format!("--user-data-dir={}", folder.path().join("profile").display()),
        ]}});
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Self {
            client,
            driver,
            log,
            folder,
        }
    }

    /// Opens the report anew at `hash`.
    pub(crate) async fn goto(&self, hash: &str) {
        let file = self.folder.path().join("report.html");
        self.client.goto("about:blank").await.unwrap();
        let address = format!("file://{}{hash}", file.display());
        self.client.goto(&address).await.unwrap();
    }

    /// What `script` returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// What `script` returns, as text.
    pub(crate) async fn text_of(&self, script: &str) -> String {
        let value = self.run(script).await;
        value
            .as_str()
            .unwrap_or_else(|| panic!("{script}: {value}"))
            .to_owned()
    }

    /// Waits until `script` returns something true.
    pub(crate) async fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.run(script).await != Value::Bool(true) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "in vain: {script}; at {}",
                self.client.current_url().await.unwrap()
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Clicks on the first element that `css` names.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css}: {error}"));
        self.settle().await;
    }

    /// Waits until the page shows all that was asked of it: the picture comes a frame before the rest.
    async fn settle(&self) {
        self.until("return !(globalThis.spof && spof.dom && !spof.dom.settled())")
            .await;
    }

    /// Types into what has the focus.
    pub(crate) async fn keys(&self, text: &str) {
        let element = self.client.active_element().await.unwrap();
        element.send_keys(text).await.unwrap();
        self.settle().await;
    }

    /// What stands behind `#`.
    pub(crate) async fn hash(&self) -> String {
        self.text_of("return location.hash").await
    }

    /// The visible text of the first element that `css` names.
    pub(crate) async fn shown(&self, css: &str) -> String {
        let element = self.client.find(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.text().await.unwrap()
    }

    /// Ids and verdicts that the table of the scenario shows, sorted; every row of it.
    pub(crate) async fn table(&self) -> Vec<(String, String)> {
        self.click("#tab-table").await;
        let rows = self
            .run(
                "for (let b; (b = document.querySelector('#table-box .more-button:not([hidden])'));) b.click();
                 return [...document.querySelectorAll('#table-box tbody tr')].map((row) => [row.querySelector('[data-act=select]').title, row.querySelector('[data-v]').dataset.v]);",
            )
            .await;
        let mut rows: Vec<(String, String)> = serde_json::from_value(rows).unwrap();
        rows.sort();
        rows
    }

    /// Ends the browser; it must not have complained of anything.
    pub(crate) async fn close(self) {
        self.client.clone().close().await.unwrap();
        let complaints = complaints(&self.log);
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

/// Lines of the console: errors of scripts and refusals of the content security policy.
fn complaints(log: &Path) -> Vec<String> {
    let text = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_owned)
        .collect()
}

/// What `spof blast` says: ids and verdicts, sorted, without groups, which the table does not show.
pub(crate) fn blast(input: &str, faults: &[&str]) -> Vec<(String, String)> {
    let mut arguments = vec!["blast", "-i", input, "--format", "json"];
    arguments.extend(faults);
    let json: Value = serde_json::from_str(&spof(&arguments)).unwrap();
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let mut rows: Vec<(String, String)> = json["affected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (text(entry, "id"), text(entry, "verdict")))
        .filter(|(id, _)| !id.starts_with("group:"))
        .collect();
    rows.sort();
    assert!(!rows.is_empty());
    rows
}
