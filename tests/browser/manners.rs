//! Colours, paper, hostile names, and what those need who can't see the page.

use crate::KAKAO;
use crate::chromium::Browser;
use fantoccini::wd::PrintConfigurationBuilder;

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
