//! The adapter on the traces of terraform-and-traces, whose folder `SPOF_REAL_INPUTS` names.

use std::collections::BTreeSet;
use std::path::Path;

use super::{nodes, translate};
use crate::ingest::fact::Expr;

/// `from to` of every call of the texts.
fn pairs(files: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    let (facts, _) = translate(files);
    let one = |expr: &Expr| match expr {
        Expr::One(one) => one.text.clone(),
        _ => panic!("a call has one target"),
    };
    let calls = facts.requirements.iter();
    calls
        .map(|call| (call.of.text.clone(), one(&call.expr)))
        .collect()
}

fn pack() -> std::path::PathBuf {
    let root = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS");
    Path::new(&root).join("terraform-and-traces")
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn the_spans_are_what_the_truth_says() {
    let truth = std::fs::read_to_string(pack().join("truth.json")).expect("truth.json");
    let truth: serde_json::Value = serde_json::from_str(&truth).expect("JSON");
    let files = truth["zipkin"].as_object().expect("files of Zipkin");
    assert_eq!(files.len(), 8);
    for (name, said) in files {
        let text = std::fs::read_to_string(pack().join("data").join(name)).expect("spans");
        let files = [(name.as_str(), text.as_str())];
        let pair = |edge: &serde_json::Value| {
            let text = |at: usize| edge[at].as_str().expect("a name");
            // The truth marks the broker of a consumer; it is the one of the producer.
            (
                text(0).to_owned(),
                text(1).trim_end_matches(" (broker)").to_owned(),
            )
        };
        let edges = said["edges"].as_array().expect("edges").iter();
        let leaves = said["leaf_edges"].as_array().expect("leaf edges").iter();
        let mut wanted: BTreeSet<_> = edges.chain(leaves).map(pair).collect();
        if name.ends_with("/messaging.json") {
            // A producer needs its broker although its message was received; the truth counts
            // only what nobody answers.
            wanted.insert(("frontend".to_owned(), "rabbitmq".to_owned()));
        }
        assert_eq!(pairs(&files), wanted, "{name}");

        let of_spans: BTreeSet<String> = said["services"]
            .as_array()
            .expect("services")
            .iter()
            .map(|name| format!("service {}", name.as_str().expect("a name")))
            .collect();
        let found: BTreeSet<String> = nodes(&files).into_iter().collect();
        assert!(found.is_superset(&of_spans), "{name}: {found:?}");
        let (facts, _) = translate(&files);
        let nameless = facts
            .unread
            .iter()
            .any(|(_, why)| why.contains("without a service"));
        // Envoy's span states an address and no service.
        assert_eq!(nameless, name.ends_with("/envoy.json"), "{name}");
    }
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn jaegers_own_fixtures_are_read() {
    let read = |name: &str| {
        std::fs::read_to_string(pack().join("data/jaeger").join(name)).expect("a file")
    };
    let uiconv = "cmd/anonymizer/app/uiconv/fixtures/trace_success.json";
    let calls = pairs(&[("a.json", &read(uiconv))]);
    assert!(
        calls.is_empty(),
        "one server and its client, whose server is not there: {calls:?}"
    );
    let fixture = "cmd/jaeger/internal/extension/jaegerquery/internal/fixture/otlp2jaeger-";
    let wanted = BTreeSet::from([("telemetrygen-client".to_owned(), "telemetrygen".to_owned())]);
    for form in ["in.json", "out.json"] {
        assert_eq!(
            pairs(&[("f.json", &read(&format!("{fixture}{form}")))]),
            wanted,
            "{form}"
        );
    }
    let example = read("internal/storage/integration/fixtures/traces/example_trace.json");
    assert!(
        pairs(&[("e.json", &example)]).is_empty(),
        "its spans have no parents"
    );
    assert_eq!(nodes(&[("e.json", &example)]).len(), 3);
}
