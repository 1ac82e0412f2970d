//! The documentation of every rule is whole, and the page in docs/ is made from it.

use crate::rules::{RULES, doc};

#[test]
fn every_rule_is_documented() {
    for rule in RULES {
        let text = doc::markdown(*rule);
        let mut headings = Vec::new();
        let mut in_code = false;
        for line in text.lines() {
            in_code ^= line.starts_with("```");
            if let (Some(heading), false) = (line.strip_prefix("## "), in_code) {
                headings.push(heading);
            }
            assert!(
                line.trim_end() == line,
                "{}: space at the end: {line:?}",
                rule.code()
            );
        }
        assert_eq!(headings, doc::HEADINGS, "{}", rule.code());
        for heading in doc::HEADINGS {
            let after = text.split(&format!("## {heading}\n")).nth(1).unwrap_or("");
            let section = after.split("\n## ").next().unwrap_or("");
            assert!(
                section.trim().len() > 5,
                "{}: {heading} is empty",
                rule.code()
            );
        }
    }
}

#[test]
fn rules_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let page = doc::page();
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/rules.md is out of date: SNAPSHOTS=overwrite cargo test rules_page"
    );
}
