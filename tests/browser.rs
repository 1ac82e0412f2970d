//! The report in a real browser: what is clicked, typed and read there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on should stop"
)]

mod chromium;
mod live;

use chromium::{Browser, blast, spof};
use fantoccini::wd::PrintConfigurationBuilder;
use serde_json::Value;

const KAKAO: &str = "samples/kakao-2022";
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SHIFT: &str = "\u{e008}";
const ESCAPE: &str = "\u{e00c}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
const END: &str = "\u{e010}";

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
            .starts_with("All 4 tier-1 journeys do not survive")
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
async fn dark_and_light_and_print() {
    let page = Browser::open(KAKAO, "#down=site:pangyo").await;
    let ground = "return getComputedStyle(document.body).backgroundColor";
    assert_eq!(page.text_of(ground).await, "rgb(255, 255, 255)");
    page.click("#theme").await;
    assert_eq!(page.text_of(ground).await, "rgb(14, 17, 22)");
    assert!(page.hash().await.contains("theme=dark"));
    let paper = PrintConfigurationBuilder::default().build().unwrap();
    for hash in ["", "#down=site:pangyo&theme=dark"] {
        page.goto(hash).await;
        let pdf = page.client.print(paper.clone()).await.unwrap();
        assert!(
            pdf.starts_with(b"%PDF") && pdf.len() > 20_000,
            "{} bytes",
            pdf.len()
        );
    }
    page.close().await;
}

#[tokio::test]
async fn hostile_names_execute_nothing_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("spof.yaml"),
        r#"
domains:
  - {id: "site:a</script><script>hacked=1</script>", title: "</style><img src=x onerror=hacked=2>"}
  - {id: "power:\"onload=hacked=3 x='", within: "site:a</script><script>hacked=1</script>", title: "=cmd|' /C calc'!A0"}
services:
  - id: "service:<img src=x onerror=hacked=4>"
    title: "]]><svg onload=hacked=5>&lt;{0}"
    owner: "<b onclick=hacked=6>owner</b>"
    tier: 1
    replicas: [{on: "site:a</script><script>hacked=1</script>"}]
    requires: ["power:\"onload=hacked=3 x='"]
journeys:
  - {id: "journey:javascript:hacked=7", title: "--><script>hacked=8</script>", tier: 1, requires: ["service:<img src=x onerror=hacked=4>"]}
"#,
    )
    .unwrap();
    let page = Browser::open(folder.path().to_str().unwrap(), "").await;
    let site = "site:a%3C%2Fscript%3E%3Cscript%3Ehacked%3D1%3C%2Fscript%3E";
    for view in ["map", "path", "recovery", "table"] {
        page.goto(&format!("#down={site}&view={view}&sel=service:%3Cimg%20src%3Dx%20onerror%3Dhacked%3D4%3E&lang=ko")).await;
        assert!(
            page.run("return spof.app.scenario.affected.length")
                .await
                .as_u64()
                .unwrap()
                >= 3,
            "{view}"
        );
        assert!(
            page.shown("#panel")
                .await
                .contains("]]><svg onload=hacked=5>&lt;{0}")
        );
        let text = page.text_of("const { app } = spof; return spof.exports.csv(app, app.scenario) + spof.exports.mermaid(app, app.scenario) + spof.exports.owners(app, app.scenario)").await;
        assert!(!text.contains("\n=cmd") && !text.contains("[\"<"), "{text}");
    }
    page.goto(&format!("#node={site}&down={site}")).await;
    page.goto("#node=<script>hacked=9</script>&down=<img src=x onerror=hacked=10>&lang=<b>&theme=<b>&t=1e999&open=%").await;
    page.goto("#at=\"><script>hacked=11</script>").await;
    page.keys("/").await;
    page.keys("hacked").await;
    assert!(
        page.run("return document.querySelectorAll('#search-list li').length")
            .await
            .as_u64()
            .unwrap()
            >= 3
    );
    assert_eq!(page.run("return typeof hacked").await, "undefined");
    page.close().await;
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

/// No serious violation of WCAG 2.1 A and AA that axe-core can find, in any view, light and dark.
#[tokio::test]
async fn an_accessibility_audit_finds_nothing_serious() {
    let file =
        std::env::var("SPOF_AXE").unwrap_or_else(|_| "target/axe-core/axe.min.js".to_owned());
    let axe = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{file} (tests/run fetches it): {error}"));
    let page = Browser::open(KAKAO, "").await;
    let views = [
        "",
        "#view=map",
        "#down=site:pangyo&sel=service:login",
        "#down=site:pangyo&view=path",
        "#down=site:pangyo&view=recovery&t=30000",
        "#down=site:pangyo&view=table",
        "#node=service:login&down=site:pangyo",
    ];
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        for view in views {
            let joined = if view.is_empty() {
                format!("#theme={theme}")
            } else {
                format!("{view}&theme={theme}")
            };
            page.goto(&joined).await;
            page.run(&axe).await;
            let result = page
                .client
                .execute_async(
                    "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((r) => done(r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message).join(' | '))), (error) => done([String(error)]))",
                    vec![],
                )
                .await
                .unwrap();
            for violation in result.as_array().unwrap() {
                found.push(format!("{joined}: {}", violation.as_str().unwrap()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    page.close().await;
}
