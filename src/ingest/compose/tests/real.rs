//! The four stacks of the real pack, whose folder `SPOF_REAL_INPUTS` names: through discovery,
//! adapter and model, against what truth.json read from the same files.
//!
//! Every difference is a list in the test, with its reason.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::discover::{self, Request};
use crate::ingest;
use crate::model::{self, Model};
use crate::source::{Limits, ProblemKind};
use crate::words::{Assume, Class, Mode};

fn pack() -> Utf8PathBuf {
    let folder = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    Utf8PathBuf::from(folder).join("otel-demo-compose")
}

fn truth() -> Value {
    let text = std::fs::read_to_string(pack().join("truth.json")).expect("truth.json");
    serde_json::from_str(&text).expect("JSON")
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().expect("a list").iter();
    list.map(|item| item.as_str().expect("text").to_owned())
        .collect()
}

/// The model of these files, in this order.
fn read(paths: Vec<Utf8PathBuf>) -> (Model, String) {
    let request = Request {
        paths,
        no_gitignore: false,
        limits: Limits::default(),
        selection: crate::config::selection::Selection::default(),
    };
    let inputs = discover::read(&request).expect("readable");
    assert!(inputs.problems.is_empty(), "{:?}", inputs.problems);
    let (told, unclaimed) = ingest::run(&inputs.documents, &inputs.sources);
    assert!(unclaimed.is_empty());
    let notes = told.iter().flat_map(|told| &told.facts.unread);
    let notes: Vec<_> = notes.map(|(_, why)| why.to_string()).collect();
    let model = model::build(told, &inputs.sources, Assume::Pessimistic);
    (model, notes.join("\n"))
}

/// `a mode b` of every requirement between services.
fn edges(model: &Model) -> BTreeSet<String> {
    let mut edges = BTreeSet::new();
    for requirement in &model.requirements {
        let of = &model.nodes[requirement.of.0 as usize];
        for member in &requirement.members {
            // What is needed running is spoken of as the service that it is a copy of.
            let to = &model.nodes[member.node.0 as usize];
            let whole = to.part_of.filter(|_| to.class == Class::Replica);
            let whole = whole.filter(|_| requirement.mode == Mode::Start);
            let to = whole.map_or(to, |whole| model.node(whole));
            if of.class == Class::Service && to.class == Class::Service {
                let mode = requirement.mode;
                edges.insert(format!("{} {mode} {}", of.id.name(), to.id.name()));
            }
        }
    }
    edges
}

/// What truth.json says of a stack, with the modes of DESIGN section 3: `depends_on` is start, an
/// address hard, telemetry soft (also what the collector and Jaeger name themselves).
fn expected(stack: &Value) -> BTreeSet<String> {
    let mut edges = BTreeSet::new();
    for edge in stack["depends_on_edges"].as_array().expect("a list") {
        let edge = texts(edge);
        edges.insert(format!("{} {} {}", edge[0], Mode::Start, edge[1]));
    }
    for edge in stack["env_edges"].as_array().expect("a list") {
        let edge = texts(edge);
        let (from, to, variable) = (&edge[0], &edge[1], &edge[2]);
        let telemetry = variable.contains("OTEL")
            || variable.contains("JAEGER")
            || [from, to]
                .iter()
                .any(|end| *end == "otel-collector" || *end == "jaeger");
        let mode = if telemetry { Mode::Soft } else { Mode::Hard };
        edges.insert(format!("{from} {mode} {to}"));
    }
    edges
}

fn lines(text: &[&str]) -> BTreeSet<String> {
    text.iter().map(|line| (*line).to_owned()).collect()
}

/// One stack: `beyond` are edges that we read and truth.json does not have, `short_of` those that
/// it has and we don't read.
fn check(name: &str, beyond: &[&str], short_of: &[&str]) {
    let truth = truth();
    let stack = &truth["stacks"][name];
    let files = texts(&stack["files"]).into_iter();
    let files = files.map(|file| pack().join("data").join(file));
    let (model, _) = read(files.collect());
    let services = model
        .nodes
        .iter()
        .filter(|node| node.class == Class::Service);
    let services: BTreeSet<_> = services.map(|node| node.id.as_str().to_owned()).collect();
    let want = texts(&stack["services"]).into_iter();
    let want: BTreeSet<_> = want.map(|name| format!("service:{name}")).collect();
    assert_eq!(services, want);
    let (ours, theirs) = (edges(&model), expected(stack));
    let more: BTreeSet<_> = ours.difference(&theirs).cloned().collect();
    let less: BTreeSet<_> = theirs.difference(&ours).cloned().collect();
    assert_eq!(more, lines(beyond), "edges that truth.json does not have");
    assert_eq!(less, lines(short_of), "edges that only truth.json has");
    let unknown = model
        .nodes
        .iter()
        .filter(|node| node.id.kind() == "unknown");
    let unknown: BTreeSet<_> = unknown.map(|node| node.id.name().to_owned()).collect();
    let dangling = stack["env_hosts_not_defined"]
        .as_array()
        .expect("a list")
        .iter();
    let dangling: BTreeSet<_> = dangling.map(|edge| texts(edge)[1].clone()).collect();
    assert_eq!(unknown, dangling);
    let kinds: BTreeSet<_> = model.problems.iter().map(|problem| problem.kind).collect();
    assert!(
        kinds.iter().all(|kind| *kind == ProblemKind::UnknownTarget),
        "{kinds:?}"
    );
    let hosts = model
        .nodes
        .iter()
        .filter(|node| node.class == Class::Domain);
    assert_eq!(hosts.count(), 1);
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn core() {
    check("core", &[], &[]);
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn full() {
    check("full", &[], &[]);
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn default() {
    check("default", &[], &[]);
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn release() {
    // `FLAGD_OTEL_COLLECTOR_URI` names it; truth.json looks at no variable called URI.
    check("v2_2_0", &["flagd soft otel-collector"], &[]);
}
