//! The adapter on the packs whose folder `SPOF_REAL_INPUTS` names, against their truth.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{copies, needs_of};
use crate::ingest::Adapter;
use crate::ingest::fact::Facts;
use crate::ingest::terraform::{Terraform, recognise, show, state};
use crate::source::{FileId, Limits, SourceMap, Syntax};

fn pack(name: &str) -> (PathBuf, serde_json::Value) {
    let root = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    let root = Path::new(&root).join(name);
    let truth = std::fs::read_to_string(root.join("truth.json")).expect("truth.json");
    (
        root.join("data"),
        serde_json::from_str(&truth).expect("JSON"),
    )
}

/// Facts of the files below a folder that have one of these endings.
fn told(root: &Path, endings: &[&str]) -> Facts {
    let mut sources = SourceMap::default();
    let mut documents = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let path = entry.expect("readable").into_path();
        let shown = path
            .strip_prefix(root)
            .expect("below")
            .to_str()
            .expect("UTF-8");
        if !endings.iter().any(|ending| shown.ends_with(ending)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        let file = sources.add(shown.into(), text.clone());
        let syntax = if path.extension().is_some_and(|ending| ending == "tf") {
            Syntax::Hcl
        } else {
            Syntax::Json
        };
        documents.extend(syntax.read(file, &text, &Limits::default()).documents);
    }
    let claimed: Vec<_> = documents
        .iter()
        .filter(|document| Terraform.claims(document, &sources))
        .collect();
    Terraform.translate(&claimed, &sources)
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn machines_of_archlinux_stand_where_the_truth_says() {
    let (root, truth) = pack("archlinux-infra");
    let facts = told(&root, &[".tf"]);
    let machines = truth["terraform_machines"].as_object().expect("machines");
    for (name, machine) in machines {
        let place = machine["location"].as_str().expect("a location");
        assert_eq!(
            needs_of(&facts, &format!("host:{name}")),
            [format!("on site:{place}")],
            "{name}"
        );
        assert_eq!(
            copies(&facts, &format!("service:{name}")),
            [format!("1 on host:{name}")]
        );
    }
    let hosts: BTreeSet<&str> = facts
        .nodes
        .iter()
        .filter_map(|node| node.name.text.strip_prefix("host:"))
        .collect();
    assert_eq!(hosts.len(), machines.len());
    assert_eq!(hosts.len(), 34);
}

/// Addresses, kinds and recorded dependencies of every file, and their placement.
#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn states_and_plans_hold_what_the_truth_says() {
    let (root, truth) = pack("terraform-and-traces");
    let mut read = 0;
    for (name, wanted) in truth["terraform"].as_object().expect("files") {
        let text = std::fs::read_to_string(root.join(name)).expect("text");
        let reading = Syntax::Json.read(FileId(0), &text, &Limits::default());
        let kind = wanted["kind"].as_str().expect("kind");
        // A log's lines around a plan are ours to bear; what is broken stays so.
        if kind == "unparsable" && !name.ends_with("plan_with_terraform_wrapper.json") {
            assert_eq!(reading.problems.len(), 1, "{name}");
            assert!(reading.documents.is_empty(), "{name}");
            continue;
        }
        let document = reading
            .documents
            .first()
            .unwrap_or_else(|| panic!("{name}: nothing read"));
        let budget = crate::ingest::budget::Budget::with_steps(10_000_000);
        let part = recognise::part(document, camino::Utf8Path::new(name));
        let content = match part {
            Some(recognise::Part::State4) => state::version_4(document.root(), &budget),
            Some(recognise::Part::State3) => state::version_3(document.root(), &budget),
            Some(recognise::Part::Plan) => show::plan(document.root(), &budget),
            Some(recognise::Part::Show) => show::state(document.root(), &budget),
            Some(recognise::Part::NoState(_) | recognise::Part::Other) => {
                assert!(
                    kind == "other" || name.contains("actions/"),
                    "{name}: {kind}"
                );
                continue;
            }
            other => panic!("{name}: {other:?}"),
        };
        read += 1;
        let Some(addresses) = wanted["addresses"].as_array() else {
            continue;
        };
        // The truth names instances of version 3 and 4 by block.
        let bare = |address: String| {
            let cut = address.rfind('[').filter(|_| address.ends_with(']'));
            cut.map_or(address.clone(), |at| address[..at].to_owned())
        };
        let ours: BTreeSet<String> = content
            .resources
            .iter()
            .map(|r| bare(r.address()))
            .collect();
        for address in addresses {
            let address = bare(address.as_str().expect("text").to_owned());
            // Terraform 0.12 printed addresses without the modules around them.
            let has = ours
                .iter()
                .any(|own| *own == address || own.ends_with(&format!(".{address}")));
            assert!(has, "{name}: {address} not in {ours:?}");
        }
        if kind == "plan" {
            // What the truth calls planned: data sources read before are ours besides.
            let planned = wanted["planned_resources"].as_u64().expect("a number");
            assert!(content.resources.len() as u64 >= planned, "{name}");
        }
        for edge in wanted["dependency_edges"].as_array().into_iter().flatten() {
            let (of, on) = (
                edge[0].as_str().expect("text"),
                edge[1].as_str().expect("text"),
            );
            let found = content
                .resources
                .iter()
                .filter(|r| bare(r.address()) == bare(of.to_owned()));
            let wanted = bare(on.to_owned());
            let has = found.flat_map(|r| &r.recorded).any(|(reference, _)| {
                {
                    // Some are written relative to their module.
                    let full = crate::ingest::terraform::value::address(
                        &reference.module,
                        &reference.resource,
                        None,
                    );
                    let full = bare(full);
                    full == wanted || full.ends_with(&format!(".{wanted}"))
                }
            });
            assert!(has, "{name}: {of} → {on}");
        }
    }
    assert!(read > 40, "{read}");
}

/// Single instances stand in the zone that the file says.
#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn zones_of_single_instances_are_those_of_the_truth() {
    let (root, truth) = pack("terraform-and-traces");
    let mut checked = 0;
    for (name, wanted) in truth["terraform"].as_object().expect("files") {
        let Some(placement) = wanted["placement"]
            .as_object()
            .filter(|all| !all.is_empty())
        else {
            continue;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let file = Path::new(name).file_name().expect("a name");
        std::fs::copy(root.join(name), folder.path().join(file)).expect("copied");
        let facts = told(folder.path(), &["json", "tfstate"]);
        for (address, place) in placement {
            let kind = address.rsplit('.').nth(1).unwrap_or_default();
            let stands = matches!(
                kind,
                "aws_instance"
                    | "aws_db_instance"
                    | "aws_elasticache_cluster"
                    | "google_compute_instance"
            );
            let zone = place["availability_zone"]
                .as_str()
                .or(place["zone"].as_str());
            let (true, Some(zone)) = (stands, zone.filter(|zone| !zone.is_empty())) else {
                continue;
            };
            // Without a name of its own a node is called by its address; Terraform 0.12 printed
            // addresses without the modules around them.
            let is_it = |name: &str| {
                let bare = name.split_once(':').map_or(name, |(_, name)| name);
                [
                    bare,
                    bare.rfind('[')
                        .filter(|_| bare.ends_with(']'))
                        .map_or(bare, |at| &bare[..at]),
                ]
                .iter()
                .any(|bare| *bare == address || bare.ends_with(&format!(".{address}")))
            };
            let named = facts.aliases.iter().filter(|alias| is_it(&alias.name));
            let mut nodes: BTreeSet<&str> = named.map(|alias| alias.target.text.as_str()).collect();
            nodes.extend(
                facts
                    .replicas
                    .iter()
                    .map(|fact| fact.of.text.as_str())
                    .filter(|of| is_it(of)),
            );
            let copies: Vec<String> = nodes.iter().flat_map(|node| copies(&facts, node)).collect();
            let on_host = copies
                .iter()
                .filter_map(|copy| copy.strip_prefix("1 on host:"));
            let mut places: Vec<String> = on_host
                .flat_map(|host| needs_of(&facts, &format!("host:{host}")))
                .collect();
            places.extend(copies.iter().map(|copy| copy.replace("1 on", "on")));
            assert!(
                places.contains(&format!("on zone:{zone}")),
                "{name}: {address} {places:?}"
            );
            checked += 1;
        }
    }
    assert!(checked >= 12, "{checked}");
}
