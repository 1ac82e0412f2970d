//! The page as `spof serve` gives it: it follows the inputs while somebody looks at it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::chromium::Browser;

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_spof"))
            .args(["serve", "--port", "0", "--quiet"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().trim_end_matches('/').to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn estate(services: &[&str]) -> String {
    let line = |name| format!("  - {{id: service:{name}, tier: 1, replicas: [{{on: site:a}}]}}\n");
    let services: String = services.iter().map(line).collect();
    format!("domains: [{{id: site:a}}]\nservices:\n{services}")
}

#[tokio::test]
async fn a_page_that_is_served_follows_its_inputs_and_keeps_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spof.yaml");
    std::fs::write(&file, estate(&["pay"])).unwrap();
    let server = Server::start(folder.path());
    let page = Browser::start(tempfile::tempdir().unwrap()).await;
    let address = format!("{}/#down=site:a", server.address);
    page.client.goto(&address).await.unwrap();
    let affected = "return globalThis.spof && spof.app ? [...document.querySelectorAll('#panel .rows .link')].map((e) => e.textContent).join() : ''";
    let shows = |names: &str| {
        format!(
            "return (() => {{ {affected} }})().includes('{names}') && location.hash === '#down=site:a'"
        )
    };
    page.until(&shows("pay")).await;

    // What is added is shown, at the same scenario.
    std::fs::write(&file, estate(&["pay", "taxi"])).unwrap();
    page.until(&shows("taxi")).await;

    // What can't be read is said, and the last good state stays.
    std::fs::write(&file, "services: [\n").unwrap();
    page.until("const bar = document.getElementById('spof-live'); return bar !== null && !bar.hidden && bar.textContent.includes('last good state')").await;
    page.until(&shows("taxi")).await;

    // Mended: the word goes away, and what is new is there.
    std::fs::write(&file, estate(&["pay", "taxi", "map"])).unwrap();
    page.until(&shows("map")).await;
    page.until(
        "const bar = document.getElementById('spof-live'); return bar === null || bar.hidden",
    )
    .await;
    page.close().await;
}
