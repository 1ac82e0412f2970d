//! `graph --format json` and `list --all --format json` are enough for an outside program to
//! recompute every verdict: this one does, with nothing but the JSON of the real binary and the
//! brute-force evaluator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod brute;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use brute::{Estate, NEVER, Set, Verdict};
use serde_json::Value;

/// Every folder under `samples/`.
fn samples() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut samples: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    samples.sort();
    assert!(!samples.is_empty());
    samples
}

fn spof(input: &PathBuf, args: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_spof"))
        .args(args)
        .args(["--format", "json", "-i"])
        .arg(input)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ids(value: &Value) -> Vec<&str> {
    let ids = value.as_array().unwrap().iter();
    ids.map(|id| id.as_str().unwrap()).collect()
}

/// Id, verdict and `recovers_s` of an `affected` list.
fn told(affected: &Value) -> BTreeSet<(String, String, Option<u64>)> {
    let entries = affected.as_array().unwrap();
    let set: BTreeSet<_> = entries
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            (text("id"), text("verdict"), entry["recovers_s"].as_u64())
        })
        .collect();
    assert_eq!(set.len(), entries.len(), "an affected node told twice");
    set
}

/// The same by brute force; `before`: verdicts without faults.
fn computed(
    estate: &Estate,
    before: &[(Verdict, u64)],
    faults: &Set,
) -> BTreeSet<(String, String, Option<u64>)> {
    let after = estate.verdicts(faults);
    (0..estate.nodes.len())
        .filter(|node| !faults.contains(node) && after[*node] > before[*node])
        .map(|node| {
            let (verdict, time) = after[node];
            let recovers = Some(time).filter(|time| *time != NEVER);
            let id = estate.nodes[node].id.clone();
            (id, verdict.word().to_owned(), recovers)
        })
        .collect()
}

fn every_single_fault_of(sample: &PathBuf) {
    let estate = Estate::from_json(&spof(sample, &["graph"]));
    let list = spof(sample, &["list", "--all"]);
    let before = estate.verdicts(&Set::new());
    let faults = list["faults"].as_array().unwrap();
    let listed: BTreeSet<&str> = faults.iter().map(|f| f["id"].as_str().unwrap()).collect();
    let expected: BTreeSet<&str> = (0..estate.nodes.len())
        .filter(|node| estate.may_fail(*node))
        .map(|node| estate.nodes[node].id.as_str())
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(faults.len(), expected.len());
    for fault in faults {
        let id = fault["id"].as_str().unwrap();
        let node = estate.index(id);
        let set = estate.fault_set(node);
        let mut with: BTreeSet<usize> = ids(&fault["with"])
            .into_iter()
            .map(|id| estate.index(id))
            .collect();
        with.insert(node);
        assert_eq!(with, set, "what fails along with {id}");
        let affected = told(&fault["affected"]);
        assert_eq!(affected, computed(&estate, &before, &set), "{id}");
        let cuts: BTreeSet<&str> = ids(&fault["cuts"]).into_iter().collect();
        for (id, verdict, recovers) in &affected {
            let limit = estate.nodes[estate.index(id)].rto.unwrap_or(NEVER);
            let late = recovers.is_none_or(|time| time > limit);
            let is_cut =
                matches!(verdict.as_str(), "down" | "stuck") || (verdict == "interrupted" && late);
            if cuts.contains(id.as_str()) {
                assert!(is_cut, "{id} is not cut");
            }
        }
    }
}

fn hops_and_reasons_of(sample: &PathBuf) {
    let estate = Estate::from_json(&spof(sample, &["graph"]));
    let before = estate.verdicts(&Set::new());
    for (node, described) in estate.nodes.iter().enumerate() {
        if described.class != "domain" {
            continue;
        }
        let id = &described.id;
        let blast = spof(sample, &["blast", id]);
        assert_eq!(ids(&blast["faults"]), [id]);
        let faults = estate.fault_set(node);
        assert_eq!(
            told(&blast["affected"]),
            computed(&estate, &before, &faults),
            "{id}"
        );
        let hops = estate.hops(&faults);
        let s0 = estate.serving_at_once(&faults);
        let mut unmet: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for requirement in &estate.requirements {
            let weight: u64 = requirement
                .members
                .iter()
                .filter(|member| member.standby.is_none() && s0.contains(&member.node))
                .map(|member| member.weight)
                .sum();
            if weight < requirement.need {
                unmet
                    .entry(requirement.of)
                    .or_default()
                    .insert(&requirement.id);
            }
        }
        let (_, promoted) = estate.times(&faults, &|_| NEVER);
        for entry in blast["affected"].as_array().unwrap() {
            let affected = estate.index(entry["id"].as_str().unwrap());
            let name = &estate.nodes[affected].id;
            let hop = u64::try_from(hops[&affected]).unwrap();
            assert_eq!(entry["hops"].as_u64(), Some(hop), "{id}: hops of {name}");
            let because: BTreeSet<&str> = ids(&entry["because"]).into_iter().collect();
            let expected = unmet.get(&affected).cloned().unwrap_or_default();
            assert_eq!(because, expected, "{id}: reasons of {name}");
            for standby in entry["standbys"].as_array().into_iter().flatten() {
                let requirement = standby["requirement"].as_str().unwrap();
                let place = estate
                    .requirements
                    .iter()
                    .position(|known| known.id == requirement)
                    .unwrap();
                let node = estate.index(standby["id"].as_str().unwrap());
                let time = promoted.get(&(place, node)).copied();
                let time = time.filter(|time| *time != NEVER);
                assert_eq!(standby["promoted_s"].as_u64(), time, "{id}: {standby}");
                assert_eq!(
                    time.is_none(),
                    !ids(&standby["blocked_by"]).is_empty() || {
                        // A standby with no way of promotion waits for nothing.
                        let members = &estate.requirements[place].members;
                        let member = members.iter().find(|member| member.node == node).unwrap();
                        time.is_none() && member.standby.as_ref().is_some_and(Vec::is_empty)
                    }
                );
            }
        }
    }
}

#[test]
fn every_verdict_follows_from_the_json_alone() {
    for sample in samples() {
        every_single_fault_of(&sample);
    }
}

#[test]
fn hops_and_reasons_follow_from_the_json_alone() {
    for sample in samples() {
        hops_and_reasons_of(&sample);
    }
}
