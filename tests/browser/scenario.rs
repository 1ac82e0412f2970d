//! Scenarios: failed by click, by key, by link; what the map, the table and the timeline say then.

use crate::chromium::{Browser, blast, spof};
use crate::{DOWN, END, ENTER, KAKAO, LEFT, RIGHT, TAB};
use serde_json::Value;

#[tokio::test]
async fn a_click_fails_a_site_and_the_page_says_what_blast_says() {
    let page = Browser::open(KAKAO, "#view=map").await;
    page.click("#map-svg .head[aria-label^='SK C&C Pangyo IDC']")
        .await;
    assert_eq!(page.hash().await, "#down=site:pangyo");
    let panel = page.shown("#panel").await;
    assert!(
        panel.contains("13 of 14 journeys are cut when SK C&C Pangyo IDC fails."),
        "{panel}"
    );
    assert_eq!(
        page.text_of("return document.getElementById('live').textContent")
            .await,
        "13 of 14 journeys are cut when SK C&C Pangyo IDC fails.",
        "said to those who can't see it"
    );
    assert_eq!(page.table().await, blast(KAKAO, &["site:pangyo"]));
    // A second fault, by a click; then the first is undone.
    page.click("#tab-map").await;
    page.click("#map-svg .head[aria-label^='Anyang IDC']").await;
    assert_eq!(page.hash().await, "#down=site:pangyo,site:anyang");
    assert_eq!(
        page.table().await,
        blast(KAKAO, &["site:pangyo", "site:anyang"])
    );
    page.click("#remove-0").await;
    assert_eq!(page.table().await, blast(KAKAO, &["site:anyang"]));
    page.click("#clear").await;
    assert_eq!(
        page.run("return spof.app.scenario.affected.length").await,
        0
    );
    page.close().await;
}

#[tokio::test]
async fn the_keyboard_does_all_of_it() {
    let page = Browser::open(KAKAO, "#view=map").await;
    page.run("document.querySelector('#map-svg [tabindex=\"0\"]').focus()")
        .await;
    let label = "return document.activeElement.getAttribute('aria-label')";
    assert!(page.text_of(label).await.starts_with("SK C&C Pangyo IDC"));
    page.keys(RIGHT).await;
    assert_eq!(page.text_of(label).await, "Close SK C&C Pangyo IDC");
    page.keys(ENTER).await;
    assert_eq!(page.hash().await, "#view=map&open=site:pangyo");
    assert_eq!(page.text_of(label).await, "Open SK C&C Pangyo IDC");
    page.keys(ENTER).await;
    page.keys(LEFT).await;
    page.keys(DOWN).await;
    assert!(
        page.text_of(label)
            .await
            .starts_with("Pangyo building feed")
    );
    page.keys(ENTER).await;
    assert_eq!(page.hash().await, "#down=power:pangyo-feed");
    assert_eq!(
        page.text_of("return document.activeElement.getAttribute('aria-pressed')")
            .await,
        "true",
        "the focus stays where it was"
    );
    assert_eq!(page.table().await, blast(KAKAO, &["power:pangyo-feed"]));
    // Tabs by arrows, and one stop of the tab key for the whole picture.
    page.keys(RIGHT).await;
    assert!(
        page.hash().await.ends_with("power:pangyo-feed"),
        "from the last tab to the first"
    );
    page.keys(RIGHT).await;
    assert!(page.hash().await.contains("view=path"));
    assert_eq!(
        page.run("return document.querySelectorAll('#path-svg .pc[tabindex=\"0\"]').length")
            .await,
        1
    );
    page.close().await;
}

#[tokio::test]
async fn the_skip_link_is_first_and_leads_past_the_top() {
    let page = Browser::open(KAKAO, "").await;
    page.keys(TAB).await;
    assert_eq!(
        page.text_of("return document.activeElement.className")
            .await,
        "skip"
    );
    page.keys(ENTER).await;
    assert_eq!(
        page.text_of("return document.activeElement.id").await,
        "main"
    );
    page.close().await;
}

#[tokio::test]
async fn a_link_reproduces_a_scenario_and_back_goes_back() {
    let page = Browser::open(
        KAKAO,
        "#down=site:pangyo=4h,power:anyang-feed-a&view=recovery&sel=journey:call-a-taxi",
    )
    .await;
    assert_eq!(page.shown("#sel-h").await, "Call a taxi");
    assert_eq!(
        page.run("return document.getElementById('repair-0').value")
            .await,
        "14400"
    );
    assert_eq!(
        page.table().await,
        blast(KAKAO, &["site:pangyo=4h", "power:anyang-feed-a"])
    );
    let json: Value = serde_json::from_str(&spof(&[
        "blast",
        "-i",
        KAKAO,
        "--format",
        "json",
        "site:pangyo=4h",
        "power:anyang-feed-a",
    ]))
    .unwrap();
    for entry in json["affected"].as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        let time = page.run(&format!("const t = spof.app.scenario.result.timeOf(spof.app.estate.find('{id}')); return t === Infinity ? null : t;")).await;
        assert_eq!(time.as_f64(), entry["recovers_s"].as_f64(), "{id}");
        let repaired = page.run(&format!("const t = spof.app.scenario.time(spof.app.estate.find('{id}')); return t === Infinity ? null : t;")).await;
        assert_eq!(
            repaired.as_f64(),
            entry["with_repairs"]["recovers_s"].as_f64(),
            "{id}"
        );
    }
    page.client.back().await.unwrap();
    page.until(
        "return document.getElementById('tab-recovery').getAttribute('aria-selected') === 'true'",
    )
    .await;
    // What names nothing is said, and the rest holds.
    page.goto("#down=site:nowhere,site:anyang").await;
    assert!(
        page.shown("#scenario")
            .await
            .contains("No such node that can fail: site:nowhere")
    );
    assert_eq!(page.table().await, blast(KAKAO, &["site:anyang"]));
    page.close().await;
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let page = Browser::open(KAKAO, "#down=site:pangyo&view=table&class=journey&tier=1").await;
    let rows = page.table().await;
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows.iter().all(|(id, _)| id.starts_with("journey:")));
    page.run("const owner = document.getElementById('filter-owner'); owner.value = 'mobility-team'; owner.dispatchEvent(new Event('change', { bubbles: true }))").await;
    assert!(page.hash().await.contains("owner=mobility-team"));
    assert_eq!(page.table().await.len(), 1);
    page.click("[data-act=nofilter]").await;
    assert_eq!(page.table().await, blast(KAKAO, &["site:pangyo"]));
    page.close().await;
}

#[tokio::test]
async fn the_slider_moves_time() {
    let page = Browser::open(KAKAO, "#down=site:pangyo&view=recovery").await;
    let back = "return document.querySelectorAll('#time-svg .tr.s-back').length";
    assert_eq!(page.run(back).await, 0);
    page.run("document.getElementById('time').focus()").await;
    page.keys(END).await;
    let json: Value = serde_json::from_str(&spof(&[
        "blast",
        "-i",
        KAKAO,
        "--format",
        "json",
        "site:pangyo",
    ]))
    .unwrap();
    let counted = |entry: &&Value| {
        let id = entry["id"].as_str().unwrap();
        ["journey:", "service:", "store:"]
            .iter()
            .any(|kind| id.starts_with(kind))
            && entry["verdict"] == "interrupted"
    };
    let expected = json["affected"]
        .as_array()
        .unwrap()
        .iter()
        .filter(counted)
        .count();
    assert!(expected > 3);
    assert_eq!(page.run(back).await, expected);
    assert_eq!(page.shown("#time-said").await, "11h after the fault");
    assert_eq!(page.hash().await, "#down=site:pangyo&view=recovery&t=39600");
    // The map shows the same moment.
    page.click("#tab-map").await;
    assert!(
        page.run("return document.querySelectorAll('#map-svg .t.s-back').length")
            .await
            .as_u64()
            .unwrap()
            > 3
    );
    page.close().await;
}

#[tokio::test]
async fn a_cell_of_the_matrix_sets_the_scenario() {
    let page = Browser::open(KAKAO, "#matrix").await;
    page.click("#matrix tbody tr:first-child button.cell").await;
    let hash = page.hash().await;
    assert!(
        hash.starts_with("#down=") && hash.contains("sel=journey:"),
        "{hash}"
    );
    page.client.back().await.unwrap();
    page.until("return !document.getElementById('overview').hidden && location.hash === '#matrix'")
        .await;
    page.close().await;
}
