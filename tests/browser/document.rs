//! What stands on the page: search, the page of a node, languages, links to files, exports.

use crate::chromium::{Browser, blast, spof};
use crate::{DOWN, ENTER, ESCAPE, KAKAO, SHIFT};
use serde_json::Value;

#[tokio::test]
async fn search_finds_by_letters_and_keys() {
    let page = Browser::open(KAKAO, "").await;
    page.keys("/").await;
    page.keys("txdsp").await;
    let first = page.shown("#search-list li[aria-selected=true]").await;
    assert!(first.contains("service:taxi-dispatch"), "{first}");
    page.keys(ENTER).await;
    assert_eq!(page.shown("#node-h").await, "Taxi dispatch");
    page.until("return document.getElementById('node-cuts').dataset.done === 'yes'")
        .await;
    let cuts = page.shown("#node-cuts").await;
    assert!(cuts.contains("SK C&C Pangyo IDC"), "{cuts}");
    let needs = page.shown("#node-page").await;
    assert!(
        needs.contains("samples/kakao-2022/services.spof.yaml:"),
        "{needs}"
    );
    page.keys("/").await;
    page.keys("anyang idc").await;
    page.keys(&format!("{DOWN}{}", "\u{e013}")).await;
    page.keys(&format!("{SHIFT}{ENTER}")).await;
    assert_eq!(
        page.hash().await,
        "#down=site:anyang",
        "shift and enter fail it"
    );
    page.keys("/").await;
    page.keys("판교").await;
    assert!(page.shown("#search").await.contains("0 found"));
    page.keys(ESCAPE).await;
    page.close().await;
}

/// The node page's single points are those that `spof list` has.
#[tokio::test]
async fn single_points_of_a_node_are_those_of_the_list() {
    let page = Browser::open(KAKAO, "#node=journey:log-in").await;
    page.until("return document.getElementById('node-cuts').dataset.done === 'yes'")
        .await;
    let shown = page.run("for (let b; (b = document.querySelector('#node-cuts .more-button:not([hidden])'));) b.click(); return spof.app.node.found.get(spof.app.estate.find('journey:log-in')).filter((its) => its.cuts).map((its) => spof.app.estate.id(its.fault)).sort()").await;
    let shown: Vec<String> = serde_json::from_value(shown).unwrap();
    let list: Value =
        serde_json::from_str(&spof(&["list", "-i", KAKAO, "--format", "json", "--all"])).unwrap();
    let mut expected: Vec<String> = list["faults"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|fault| fault["class"] != "software")
        .filter(|fault| {
            fault["affected"].as_array().unwrap().iter().any(|entry| {
                let late = entry["recovers_s"].as_u64().is_some_and(|s| s > 600);
                entry["id"] == "journey:log-in"
                    && (late || ["down", "stuck"].contains(&entry["verdict"].as_str().unwrap()))
            })
        })
        .map(|fault| fault["id"].as_str().unwrap().to_owned())
        .collect();
    expected.sort();
    assert!(expected.len() > 2);
    assert_eq!(shown, expected);
    page.close().await;
}

#[tokio::test]
async fn english_and_korean() {
    let page = Browser::open(KAKAO, "#down=site:pangyo").await;
    page.click("[data-act=language][data-lang=ko]").await;
    assert_eq!(
        page.text_of("return document.documentElement.lang").await,
        "ko"
    );
    assert!(
        page.shown("#panel")
            .await
            .contains("사용자 여정 14개 중 13개 중단"),
        "{}",
        page.shown("#panel").await
    );
    page.click("a[href='#verdict']").await;
    let headline = page.shown("#verdict-h").await;
    assert_eq!(
        headline,
        "SK C&C Pangyo IDC (site:pangyo) 장애 시 1등급 사용자 여정 4개 모두 중단."
    );
    assert!(
        page.hash().await.contains("lang=ko"),
        "a link keeps the language"
    );
    // Everything that was rendered in English says the same as the page rendered in Korean.
    let switched = page
        .run("return [...document.querySelectorAll('[data-t]')].map((e) => e.textContent)")
        .await;
    page.close().await;
    let page = Browser::open_with(KAKAO, "", &["--lang", "ko"]).await;
    let rendered = page
        .run("return [...document.querySelectorAll('[data-t]')].map((e) => e.textContent)")
        .await;
    assert_eq!(switched, rendered);
    assert!(page.client.title().await.unwrap().contains("무엇이 멈추면"));
    page.click("[data-act=language][data-lang=en]").await;
    assert!(
        page.shown("#verdict-h")
            .await
            .starts_with("All 4 tier-1 journeys are cut")
    );
    page.close().await;
}

#[tokio::test]
async fn files_are_links_where_one_says_where_they_are() {
    let link = "https://git.example/blob/main/{file}#L{line}";
    let page = Browser::open_with(KAKAO, "#node=service:login", &["--link", link]).await;
    let to = "return document.querySelector('.node-places a').href";
    assert_eq!(
        page.text_of(to).await,
        "https://git.example/blob/main/samples/kakao-2022/services.spof.yaml#L25"
    );
    page.close().await;
    for wrong in ["javascript:alert(1)//{file}", "https://git.example/"] {
        let output = assert_cmd::Command::cargo_bin("spof")
            .unwrap()
            .args(["report", "-o", "-", KAKAO, "--link", wrong])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[tokio::test]
async fn exports_hold_what_is_shown() {
    let page = Browser::open(KAKAO, "#down=site:pangyo&sel=service:login").await;
    for (view, id) in [
        ("map", "map-svg"),
        ("path", "path-svg"),
        ("recovery", "time-svg"),
    ] {
        page.click(&format!("#tab-{view}")).await;
        let svg = page
            .text_of(&format!(
                "return spof.exports.picture(document.getElementById('{id}'))"
            ))
            .await;
        let document = roxmltree::Document::parse(&svg).unwrap();
        assert!(
            document
                .descendants()
                .filter(|node| node.has_tag_name("rect"))
                .count()
                > 10
        );
        for node in document
            .descendants()
            .filter(|node| node.attribute("href").is_some())
        {
            let to = node
                .attribute("href")
                .unwrap()
                .trim_start_matches('#')
                .to_owned();
            assert!(
                document
                    .descendants()
                    .any(|other| other.attribute("id") == Some(&to)),
                "{to} is in the file"
            );
        }
        assert!(!svg.contains("var(--") && !svg.contains("light-dark"));
    }
    let png = page
        .client
        .execute_async("const done = arguments[0]; spof.exports.png(document.getElementById('time-svg')).then((url) => done(url.slice(0, 40) + url.length), (error) => done(String(error)))", vec![])
        .await
        .unwrap();
    assert!(
        png.as_str()
            .unwrap()
            .starts_with("data:image/png;base64,iVBOR"),
        "{png}"
    );
    let csv = page
        .text_of("return spof.exports.csv(spof.app, spof.app.scenario)")
        .await;
    assert_eq!(
        csv.lines().count(),
        1 + blast(KAKAO, &["site:pangyo"]).len()
    );
    let owners = page
        .text_of("return spof.exports.owners(spof.app, spof.app.scenario)")
        .await;
    assert!(
        owners.contains("account-team\n")
            && owners.contains("Kakao account login (service:login): Down"),
        "{owners}"
    );
    let command = page
        .text_of("return spof.exports.command(spof.app, spof.app.scenario)")
        .await;
    assert_eq!(command, "spof blast site:pangyo");
    let mermaid = page
        .text_of("return spof.exports.mermaid(spof.app, spof.app.scenario)")
        .await;
    assert!(
        mermaid.starts_with("flowchart LR\n")
            && mermaid.contains("-->")
            && mermaid.contains("Call a taxi")
    );
    page.close().await;
}
