//! The adapter on archlinux-infra, whose folder `SPOF_REAL_INPUTS` names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{hosts, services, translate};

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn archlinux_is_what_the_truth_says() {
    let folder = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let pack = Path::new(&folder).join("archlinux-infra");
    let data = pack.join("data");
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&data).sort_by_file_name() {
        let path = entry.expect("readable").into_path();
        let is_data = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
        if (is_data || path.ends_with("hosts")) && path.is_file() {
            let shown = path
                .strip_prefix(&data)
                .expect("below")
                .to_str()
                .expect("UTF-8");
            files.push((
                shown.to_owned(),
                std::fs::read_to_string(&path).expect("text"),
            ));
        }
    }
    let files: Vec<_> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let (facts, sources) = translate(&files);
    let truth = std::fs::read_to_string(pack.join("truth.json")).expect("truth.json");
    let truth: serde_json::Value = serde_json::from_str(&truth).expect("JSON");
    let texts = |value: &serde_json::Value| -> BTreeSet<String> {
        let list = value.as_array().expect("a list").iter();
        list.map(|item| item.as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(hosts(&facts).len(), 48);
    // Groups of two and more are services, each with the hosts that the truth lists.
    let services: BTreeMap<String, BTreeSet<String>> = services(&facts)
        .into_iter()
        .filter_map(|line| {
            let (name, on) = line.split_once(": ")?;
            Some((name.to_owned(), on.split(' ').map(str::to_owned).collect()))
        })
        .collect();
    let mut groups = 0;
    for (name, members) in truth["group_members"].as_object().expect("groups") {
        let members = texts(members);
        if members.len() > 1 {
            assert_eq!(services.get(name), Some(&members), "{name}");
            groups += 1;
        }
    }
    // The others are hosts that a play names by themselves.
    for (name, on) in &services {
        if truth["group_members"].get(name).is_none() {
            assert_eq!(on, &BTreeSet::from([name.clone()]));
        }
    }
    assert!(services.len() > groups + 20, "{}", services.len());
    // Nothing in the inventory says where a host is: that stands in Terraform.
    assert!(
        facts
            .requirements
            .iter()
            .all(|r| !r.of.text.starts_with("host:"))
    );
    // Each value that names a host through `hostvars` is used, or listed with its line.
    let mut seen = BTreeSet::new();
    let used = facts
        .requirements
        .iter()
        .filter_map(|r| match &r.origin.source {
            crate::ingest::fact::Source::Here(span) => Some(*span),
            crate::ingest::fact::Source::Recorded(_) => None,
        });
    for span in used.chain(facts.unread.iter().map(|(span, _)| *span)) {
        let place = sources.location(span);
        seen.insert((place.file, place.line));
    }
    for reference in truth["hostvars_references"].as_array().expect("references") {
        let file = reference[0].as_str().expect("a file");
        if !file.contains("_vars/") {
            continue; // in roles and playbooks, which are not read for addresses
        }
        let line = u32::try_from(reference[1].as_u64().expect("a line")).expect("small");
        assert!(seen.contains(&(file.to_owned(), line)), "{reference}");
    }
}
