//! The adapter on backstage-examples, whose folder `SPOF_REAL_INPUTS` names.

use std::collections::BTreeSet;
use std::path::Path;

use super::{edges, ids, translate};
use crate::source::ProblemKind;

/// All YAML files below `folder` of the pack.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let root = Path::new(&root).join("backstage-examples").join(folder);
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let path = entry.expect("readable").into_path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let shown = path
                .strip_prefix(&root)
                .expect("below")
                .to_str()
                .expect("UTF-8");
            files.push((
                shown.to_owned(),
                std::fs::read_to_string(&path).expect("text"),
            ));
        }
    }
    files
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn the_catalogue_is_what_the_truth_says() {
    let root = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let truth = std::fs::read_to_string(Path::new(&root).join("backstage-examples/truth.json"));
    let truth: serde_json::Value = serde_json::from_str(&truth.expect("truth.json")).expect("JSON");
    let all = files("data");
    let all: Vec<_> = all.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let (facts, _) = translate(&all);

    // 18 components and a resource; libraries run nowhere and are listed instead.
    let libraries = facts
        .unread
        .iter()
        .filter(|(_, why)| why.starts_with("a library"))
        .count();
    let number = |kind: &str| truth["entities"][kind].as_u64().expect("a number");
    let wanted = usize::try_from(number("Component") + number("Resource")).expect("small");
    assert_eq!(ids(&facts).len() + libraries, wanted);

    // Edges of the truth, but for what is part of another and needs nothing of it to run.
    let name = |value: &serde_json::Value| {
        let text = value.as_str().expect("text");
        text.replace("component:", "service:")
            .replace("resource:", "store:")
    };
    let stated: BTreeSet<String> = edges(&facts).into_iter().collect();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for edge in truth["edges"].as_array().expect("edges") {
        if !edge[2].as_str().expect("how").contains("part-of") {
            wanted.insert(format!("{} needs {}", name(&edge[0]), name(&edge[1])));
        }
    }
    let mut dangling = 0;
    for edge in truth["dangling"].as_array().expect("dangling") {
        if edge[2] == "consumesApis" {
            wanted.insert(format!(
                "{} needs {}",
                name(&edge[0]),
                edge[1].as_str().expect("an API")
            ));
        } else {
            dangling += 1;
        }
    }
    assert_eq!(stated, wanted);

    let count = |kind, part: &str| {
        let problems = facts.problems.iter();
        problems
            .filter(|p| p.kind == kind && p.message.contains(part))
            .count()
    };
    assert_eq!(
        count(ProblemKind::UnknownTarget, "does not describe it"),
        dangling
    );
    assert_eq!(
        count(ProblemKind::InvalidValue, "Backstage takes no such name"),
        1
    );
    assert_eq!(
        count(ProblemKind::UnknownTarget, "names a component, not an API"),
        2
    );
    let missing = facts
        .unread
        .iter()
        .filter(|(_, why)| why.contains("not among the inputs"))
        .count();
    assert_eq!(
        missing,
        truth["location_targets_missing"]
            .as_array()
            .expect("a list")
            .len()
    );
    assert!(ids(&facts).contains(&"service:alternative/different-namespace"));
    assert!(facts.replicas.is_empty());
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn a_catalogue_under_another_name_is_read_alike() {
    let all = files("data-rebranded-fork");
    let all: Vec<_> = all.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let (facts, _) = translate(&all);
    assert!(ids(&facts).len() >= 10, "{:?}", ids(&facts));
    let edges = edges(&facts);
    assert!(
        edges.contains(&"service:artist-lookup needs store:artists-db".to_owned()),
        "{edges:?}"
    );
}
