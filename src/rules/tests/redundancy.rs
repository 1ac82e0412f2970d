//! False redundancy, and what keeps standbys from helping.

use super::{Code, lint_with, manifest};
use crate::findings::Severity;
use crate::words::{Assume, Evidence};

const SITE: &str = "
domains:
  - {id: site:a, requires: [power:feed]}
  - {id: power:feed, within: site:a}
  - {id: room:1, in: site:a}
  - {id: room:2, in: site:a}
  - {id: site:b}
  - {id: site:c}
";

#[test]
fn says_what_goes_with_what_and_why_standbys_do_not_help() {
    let linted = manifest(&format!(
        "{SITE}
services:
  - {{id: service:authz, replicas: [{{on: room:1}}]}}
  - id: service:login
    tier: 1
    rto: 10m
    demand: 2
    need: 1
    replicas:
      - on: room:1
      - on: room:2
      - {{on: site:b, standby: [{{takes: 5m, requires: [service:authz]}}]}}
      - {{on: site:c, standby: [{{takes: 8h}}]}}
      - {{on: room:2, standby: [{{takes: 1m}}]}}
"
    ));
    insta::assert_snapshot!(linted.told(Code::FalseRedundancy));
    let finding = linted.of(Code::FalseRedundancy)[0];
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.cut[0].as_str(), "power:feed");
}

#[test]
fn also_for_what_is_not_a_replica() {
    let linted = manifest(
        "
domains:
  - {id: room:batteries}
  - {id: power:a, requires: [room:batteries]}
  - {id: power:b, requires: [room:batteries]}
  - {id: site:x, requires: [{any: [power:a, power:b]}]}
  - {id: site:y}
services:
  - {id: service:w, tier: 1, replicas: [{on: site:x}, {on: site:y}]}
",
    );
    insta::assert_snapshot!(linted.told(Code::FalseRedundancy));
}

#[test]
fn feeds_that_go_with_the_room_their_rack_is_in_are_none() {
    let told = |panels: &str| {
        let linted = manifest(&format!(
            "
domains:
  - {{id: site:x}}
  - {{id: room:1, in: site:x}}
  - {{id: room:2, in: site:x}}
  - {{id: power:a, in: {panels}}}
  - {{id: power:b, in: {panels}}}
  - {{id: rack:r, in: room:1, requires: [{{any: [power:a, power:b]}}]}}
services:
  - {{id: service:w, tier: 1, replicas: [{{on: rack:r}}]}}
"
        ));
        linted.told(Code::FalseRedundancy)
    };
    assert_eq!(told("site:x"), "");
    assert_eq!(told("room:1"), "");
    // A room of its own for both panels is what nobody thinks of.
    assert!(
        told("room:2").contains("go with `room:2`"),
        "{}",
        told("room:2")
    );
}

#[test]
fn a_bad_deploy_of_the_service_itself_is_no_shared_fault() {
    let linted = manifest(
        "
domains: [{id: site:a}, {id: site:b}]
services: [{id: service:w, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]
",
    );
    assert_eq!(linted.short(), [""; 0]);
}

#[test]
fn what_rests_on_an_assumption_is_no_error() {
    // Nothing says where the replicas run: pessimistically, on one host.
    let text = "services: [{id: service:w, tier: 1, replicas: [{count: 3}]}]";
    let linted = manifest(text);
    let found = linted.of(Code::UnspreadReplicas);
    assert_eq!(found.len(), 1, "{:?}", linted.short());
    assert_eq!(found[0].confidence, Evidence::Assumed);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(
        linted.short(),
        [
            "warning[unplaced] estate",
            "warning[unspread-replicas] service:w"
        ]
    );
    let optimistic = lint_with(&[("spof.yaml", text)], &[], Assume::Optimistic);
    assert_eq!(optimistic.short(), ["warning[unplaced] estate"]);
}

#[test]
fn what_everything_stands_on_is_said_once() {
    // One region under all: said of the region, and each service is looked at below it.
    let linted = manifest(
        "
domains: [{id: region:r}, {id: site:a, in: region:r}, {id: site:b, in: region:r}]
services:
  - {id: service:u, tier: 1, replicas: [{on: site:a}, {on: site:b}]}
  - {id: service:v, tier: 1, replicas: [{on: site:a}, {on: site:b}]}
  - {id: service:w, tier: 1, replicas: [{on: site:b, count: 2}]}
",
    );
    assert_eq!(
        linted.short(),
        [
            "error[critical-concentration] region:r",
            "error[false-redundancy] service:w"
        ]
    );
    assert_eq!(linted.findings[1].cut[0].as_str(), "site:b");
}

#[test]
fn a_small_estate_hears_of_its_only_site() {
    // One critical service is not "many": nothing may be swallowed by grouping.
    let linted = manifest(
        "
domains: [{id: site:a}]
services: [{id: service:w, tier: 1, replicas: [{on: site:a, count: 2}]}]
",
    );
    assert_eq!(linted.short(), ["error[false-redundancy] service:w"]);
}

#[test]
fn fingerprints_outlive_reordering_and_renaming_of_files() {
    let service = "{id: service:w, tier: 1, replicas: [{on: room:1}, {on: room:2}]}";
    let other = "{id: service:v, replicas: [{on: site:b}]}";
    let one = manifest(&format!("{SITE}services:\n  - {service}\n  - {other}\n"));
    let two = super::lint(&[
        ("x.spof.yaml", SITE),
        (
            "y.spof.yaml",
            &format!("\n\nservices: [{other}, {service}]\n"),
        ),
    ]);
    let of = |linted: &super::Linted| -> Vec<String> {
        let found = linted.of(Code::FalseRedundancy);
        found.iter().map(|f| f.fingerprint.clone()).collect()
    };
    assert_eq!(of(&one).len(), 1);
    assert_eq!(of(&one), of(&two));
}
