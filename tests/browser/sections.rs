//! Sections that other commands answer too: the way back, capacity, coverage by source.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::KAKAO;
use crate::chromium::{Browser, spof};

fn json(arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    serde_json::from_str(&spof(&all)).unwrap()
}

/// What takes time, as `(kind, id, begins, ends)`.
fn lasting(steps: &Value) -> BTreeSet<(String, String, u64, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let number = |value: &Value| value.as_u64().unwrap();
    steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let (begins, ends) = (number(&step["begins_s"]), number(&step["ends_s"]));
            (text(&step["kind"]), text(&step["id"]), begins, ends)
        })
        .filter(|(_, _, begins, ends)| ends > begins)
        .collect()
}

/// The way back on the page is that of the scenario, whichever it is, as `spof recover` tells it.
#[tokio::test]
async fn the_way_back_is_that_of_the_scenario() {
    let page = Browser::open(KAKAO, "").await;
    for down in ["site:pangyo=10h", "site:anyang=2h", "room:pangyo-2f"] {
        page.goto(&format!("#down={down}&view=recovery")).await;
        let recover = json(&["recover", "-i", KAKAO, "--down", down]);
        let shown = page
            .run("const { scenario, estate } = spof.app; return scenario.steps.list.map((s) => ({ kind: s.kind, id: estate.id(s.node), begins_s: s.begins, ends_s: s.ends }))")
            .await;
        assert_eq!(lasting(&shown), lasting(&recover["steps"]), "{down}");
        let rows = page
            .run("for (let b; (b = document.querySelector('#wayback .more-button:not([hidden])'));) b.click(); return document.querySelectorAll('#wayback tbody tr').length")
            .await;
        let alike = page
            .run("const { scenario, estate } = spof.app; return new Set(scenario.steps.list.map((s) => [s.kind, estate.workload(s.node), s.begins, s.ends].join())).size")
            .await;
        assert_eq!(rows, alike, "{down}");
    }
    // What decides: the same moments as on the command line, first to last.
    page.goto("#down=site:pangyo=10h&view=recovery").await;
    let recover = json(&["recover", "-i", KAKAO, "--down", "site:pangyo=10h"]);
    let path = &recover["critical_path"];
    assert_eq!(path["of"], "journey:read-mail");
    let expected: Vec<(u64, u64)> = path["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| {
            let mut steps = recover["steps"].as_array().unwrap().iter();
            let step = steps.find(|step| step["number"] == *number).unwrap();
            let seconds = |key: &str| step[key].as_u64().unwrap();
            (seconds("begins_s"), seconds("ends_s"))
        })
        .filter(|(begins, ends)| ends > begins)
        .collect();
    let shown = page
        .run("const { scenario, estate } = spof.app; return scenario.steps.path(estate.find('journey:read-mail')).map((at) => [scenario.steps.list[at].begins, scenario.steps.list[at].ends])")
        .await;
    let shown: Vec<(u64, u64)> = serde_json::from_value(shown).unwrap();
    assert_eq!(shown, expected);
    let said = page.shown("#wayback").await;
    assert!(
        said.contains("Read mail is back after 1d 19h"),
        "the last journey: {said}"
    );
    assert_eq!(
        page.run("return document.querySelectorAll('#wayback .decides').length")
            .await,
        expected.len()
    );
    // Of what is selected it is another chain.
    page.goto("#down=site:pangyo=10h&view=recovery&sel=journey:send-text")
        .await;
    let said = page.shown("#wayback").await;
    assert!(said.contains("is back after 8h"), "{said}");
    // Nothing is repaired: that is said.
    page.goto("#down=site:pangyo&view=recovery").await;
    let said = page.shown("#wayback").await;
    assert!(said.contains("No repair is assumed"), "{said}");
    page.close().await;
}

#[tokio::test]
async fn capacity_is_what_the_command_says() {
    let page = Browser::open(KAKAO, "#capacity").await;
    let capacity = json(&["capacity", "-i", KAKAO]);
    let short: BTreeSet<String> = capacity["services"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["status"] == "short")
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(short.len() > 5);
    let shown = page
        .run("return [...document.querySelectorAll('#capacity tbody tr th .n')].map((n) => spof.app.estate.id(Number(n.dataset.n)))")
        .await;
    let shown: BTreeSet<String> = serde_json::from_value(shown).unwrap();
    assert_eq!(shown, short);
    page.close().await;
}

#[tokio::test]
async fn coverage_by_source_is_there_where_there_are_several() {
    let mixed = "samples/mixed";
    let page = Browser::open(mixed, "#coverage").await;
    let coverage = json(&["coverage", mixed]);
    let columns = [
        "documents",
        "nodes",
        "workloads",
        "placed",
        "dependencies",
        "tier",
        "owner",
        "hosts",
        "hosts_placed",
    ];
    let sources = coverage["sources"].as_array().unwrap().iter();
    let expected: Vec<Vec<String>> = sources
        .map(|one| {
            let mut row = vec![one["name"].as_str().unwrap().to_owned()];
            row.extend(columns.map(|column| match one[column].as_u64().unwrap() {
                0 => "·".to_owned(),
                count => count.to_string(),
            }));
            row
        })
        .collect();
    assert!(expected.len() > 2);
    let shown = page
        .run("return [...document.querySelectorAll('.by-source tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
        .await;
    let shown: Vec<Vec<String>> = serde_json::from_value(shown).unwrap();
    assert_eq!(shown, expected);
    page.close().await;
    // One source: the figures tell of it already.
    let page = Browser::open(KAKAO, "#coverage").await;
    let absent = page
        .run("return document.querySelector('.by-source') === null")
        .await;
    assert_eq!(absent, true);
    page.close().await;
}

/// The bars of the worst fault stand in the document too, for those without scripts.
#[tokio::test]
async fn the_way_back_of_the_worst_fault_needs_no_scripts() {
    let page = Browser::open(KAKAO, "").await;
    let bars = page
        .run("const plan = document.querySelector('.card .plan'); plan.open = true; return [plan.querySelectorAll('tbody tr').length, plan.querySelectorAll('tbody .decides').length, [...plan.querySelectorAll('tbody rect:not(.track)')].every((bar) => Number(bar.getAttribute('width')) >= 6 && Number(bar.getAttribute('x')) + Number(bar.getAttribute('width')) <= 1000)]")
        .await;
    let (rows, decide, inside): (u64, u64, bool) = serde_json::from_value(bars).unwrap();
    assert!(
        rows > 10 && decide > 2 && inside,
        "{rows} {decide} {inside}"
    );
    page.close().await;
}
