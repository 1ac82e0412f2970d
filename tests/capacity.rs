//! `spof capacity`: what is left after the loss of one domain, and the least that is missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod program;

use program::{folder, json_in, run_in};
use serde_json::json;

/// What is said of `manifest`, with blanks and line breaks made one blank.
fn said(manifest: &str, args: &[&str]) -> (i32, String) {
    let folder = folder(&[("spof.yaml", manifest)]);
    let ran = run_in(folder.path(), args);
    let both = ran.out + &ran.err;
    let flat = both.split_whitespace().collect::<Vec<_>>().join(" ");
    (ran.code, flat)
}

const THREE: &str = "
domains: [{id: site:a}, {id: site:b}, {id: site:c}]
services:
  - {id: service:s, demand: 12, need: 10, replicas: [{on: site:a, weight: 6}, {on: site:b, weight: 6}, {on: site:b, weight: 1, standby: [{takes: 1m}]}, {on: site:c, weight: 90, standby: never}]}
  - {id: service:t, need: 2, replicas: [{on: site:a}, {on: site:b}, {on: site:c}]}
  - {id: service:all, need: 9, replicas: [{on: site:a, weight: 4}]}
";

#[test]
fn the_least_extra_weight_and_where() {
    let folder = folder(&[("spof.yaml", THREE)]);
    let found = json_in(folder.path(), &["capacity"]);
    assert_eq!(found["kind"], "site");
    let service = |id: &str| {
        let all = found["services"].as_array().unwrap();
        all.iter().find(|one| one["id"] == id).unwrap()
    };
    let s = service("service:s");
    assert_eq!((&s["need"], &s["demand"]), (&json!(10), &json!(12)));
    assert_eq!((&s["active"], &s["total"]), (&json!(12), &json!(13)));
    // Without a: 6 and a standby of 1; without b: 6. What nobody promotes never counts.
    assert_eq!(
        s["losses"],
        json!([
            {"domain": "site:a", "left": 6, "left_with_standbys": 7},
            {"domain": "site:b", "left": 6, "left_with_standbys": 6},
            {"domain": "site:c", "left": 12, "left_with_standbys": 13},
        ])
    );
    // 4 are missing without b; all of it in c outlives both losses.
    assert_eq!((&s["status"], &s["extra"]), (&json!("short"), &json!(4)));
    assert_eq!(s["places"], json!([{"domain": "site:c", "weight": 4}]));
    assert_eq!(service("service:t")["status"], "enough");
    assert_eq!(service("service:all")["status"], "above_all");
    let b = &found["domains"][1];
    assert_eq!(
        b,
        &json!({"id": "site:b", "takes_replicas_of": 2, "short_at_once": 1, "short": 1, "missing": 4})
    );
}

#[test]
fn what_has_no_answer_is_said() {
    let (code, text) = said(THREE, &["capacity"]);
    assert_eq!(code, 0);
    assert!(
        text.contains("service:s 10 12 6 6 site:b 4 on site:c"),
        "{text}"
    );
    assert!(
        text.contains(
            "service:all needs more than all replicas weigh together: no loss is to blame"
        ),
        "{text}"
    );
    assert!(text.contains("it needs 9 of 4 there are"), "{text}");
    assert!(!text.contains("service:t "), "{text}");
    let one = "domains: [{id: site:a}]\nservices: [{id: service:s, replicas: [{on: site:a}]}, {id: service:x}]";
    assert!(
        said(one, &["capacity"])
            .1
            .contains("there is no other site")
    );
    for (args, words) in [
        (&["capacity", "x"][..], "`service:x` has no replicas"),
        (&["capacity", "--kind", "sit"], "did you mean `site`?"),
        (&["capacity", "y"], "there is no node `y`"),
    ] {
        let (code, text) = said(one, args);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(words), "{text}");
    }
    let none = said("journeys: [{id: journey:j}]", &["capacity"]);
    assert_eq!(none.0, 2);
    assert!(
        none.1
            .contains("there is no site, region, zone, cluster, rack or host here"),
        "{}",
        none.1
    );
}

#[test]
fn the_report_holds_the_table_in_both_languages() {
    for (language, words) in [
        (
            "en",
            ["Capacity after a loss", "What falls short", "With standbys"],
        ),
        (
            "ko",
            ["장애 후 남는 용량", "모자라는 서비스와", "예비 포함"],
        ),
    ] {
        let folder = folder(&[("spof.yaml", THREE)]);
        let report = ["report", "-o", "r.html", "--lang", language];
        run_in(folder.path(), &report).ok();
        let page = std::fs::read_to_string(folder.path().join("r.html")).unwrap();
        let start = page.find("<section id=\"capacity\"").unwrap();
        let section = &page[start..start + page[start..].find("</section>").unwrap()];
        for word in words {
            assert!(section.contains(word), "{language} {word}: {section}");
        }
        assert!(
            section.contains("service:s") && !section.contains("service:t<"),
            "{section}"
        );
    }
}
