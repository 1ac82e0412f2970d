//! The adapter on the real input packs, whose folder `SPOF_REAL_INPUTS` names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{ids, translate};
use crate::ingest::fact::{Expr, Facts, ModeRule, Otherwise};
use crate::source::SourceMap;
use crate::words::Mode;

fn pack() -> PathBuf {
    let folder = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    Path::new(&folder).join("online-boutique")
}

/// What truth.json says.
fn truth() -> serde_json::Value {
    let text = std::fs::read_to_string(pack().join("truth.json")).expect("truth.json");
    serde_json::from_str(&text).expect("JSON")
}

/// Strings of a JSON list, sorted.
fn strings(value: &serde_json::Value) -> BTreeSet<String> {
    let list = value.as_array().expect("a list").iter();
    list.map(|item| item.as_str().expect("text").to_owned())
        .collect()
}

/// Pairs of a JSON list of lists, as `a -> b`.
fn pairs(value: &serde_json::Value) -> BTreeSet<String> {
    let list = value.as_array().expect("a list").iter();
    let text = |item: &serde_json::Value| item.as_str().expect("text").to_owned();
    list.map(|pair| format!("{} -> {}", text(&pair[0]), text(&pair[1])))
        .collect()
}

/// Translates all YAML files below `folder` of the pack.
fn read(folder: &str) -> (Facts, SourceMap) {
    let root = pack().join("data").join(folder);
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let path = entry.expect("readable").into_path();
        if path.extension().is_some_and(|e| e == "yaml" || e == "yml")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            files.push((path.to_str().expect("UTF-8").to_owned(), text));
        }
    }
    assert!(!files.is_empty());
    let files: Vec<_> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    translate(&files)
}

/// Names of the workloads.
fn workloads(facts: &Facts) -> BTreeSet<String> {
    let name = |id: &str| id.split_once(':').map_or(id, |(_, name)| name).to_owned();
    let entries = |id: &&str| !id.starts_with("ingress:");
    ids(facts).into_iter().filter(entries).map(name).collect()
}

/// Requirements on workloads, and those that nothing answers, as `a -> b`; and the text at the
/// places of the latter.
fn edges(facts: &Facts, sources: &SourceMap) -> (BTreeSet<String>, BTreeSet<String>, Vec<String>) {
    let known = workloads(facts);
    let (mut edges, mut dangling, mut places) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let entry = |of: &str| of.starts_with("ingress:");
    let all = facts.requirements.iter();
    for requirement in all.filter(|requirement| !entry(&requirement.of.text)) {
        let Expr::One(to) = &requirement.expr else {
            panic!("several targets");
        };
        let name = |text: &str| text.split_once(':').map_or(text, |(_, n)| n).to_owned();
        let (from, target) = (name(&requirement.of.text), name(&to.text));
        let pair = format!("{from} -> {target}");
        if known.contains(&target) {
            edges.insert(pair);
        } else {
            assert_eq!(to.otherwise, Otherwise::Unknown, "{pair}");
            dangling.insert(pair);
            places.push(sources.file(to.span.file).text[to.span.range()].to_owned());
        }
    }
    (edges, dangling, places)
}

/// One folder that states the whole shop once.
fn check(folder: &str) {
    let truth = truth();
    let (facts, sources) = read(folder);
    assert_eq!(workloads(&facts), strings(&truth["workloads"]));
    let (edges, dangling, places) = edges(&facts, &sources);
    assert_eq!(edges, pairs(&truth["edges"]));
    assert_eq!(dangling, pairs(&truth["dangling_references"]));
    assert_eq!(places, ["\"shoppingassistantservice:80\""]);
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
    assert!(
        facts
            .replicas
            .iter()
            .all(|fact| fact.count == 1 && fact.on.is_empty())
    );
    let from = facts.aliases.iter().map(|alias| {
        let target = alias.target.text.split_once(':').expect("an id").1;
        (alias.name.clone(), serde_json::Value::from(target))
    });
    let services = from.collect::<serde_json::Value>();
    assert_eq!(services, truth["services"]);
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn release() {
    check("release");
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn kubernetes_manifests() {
    check("kubernetes-manifests");
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn kustomize_base() {
    check("kustomize/base");
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn the_whole_pack() {
    let truth = truth();
    let (facts, sources) = read("");
    // Two more are defined in components that only some variants of the shop have.
    assert_eq!(workloads(&facts), strings(&truth["workloads"]));
    for component in ["shopping-assistant", "google-cloud-operations"] {
        let optional = format!("components/{component}, not counted");
        let mut told = facts.unread.iter();
        assert!(told.any(|(_, why)| why.contains(&optional)), "{component}");
    }
    let (edges, dangling, _) = edges(&facts, &sources);
    assert_eq!(edges, pairs(&truth["edges"]));
    assert_eq!(dangling, pairs(&truth["dangling_references"]));
    let assistant =
        |r: &&crate::ingest::fact::RequirementFact| super::expr(&r.expr).contains("assistant");
    let found = facts.requirements.iter().find(assistant).expect("stated");
    assert_eq!(
        found.mode,
        ModeRule::Fixed(Mode::Soft),
        "the shop runs without it"
    );
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
}
