//! Single replicas, single domains, concentration: who is critical, and how bad it is.

use super::{Code, lint, manifest};
use crate::findings::Severity;
use crate::words::Evidence;

#[test]
fn what_a_critical_journey_needs_is_critical() {
    let linted = manifest(
        "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: service:web, replicas: [{on: site:a}, {on: site:b}], requires: [store:db, {any: [service:x, service:y]}]}
  - {id: service:x, replicas: [{on: site:a}]}
  - {id: service:y, replicas: [{on: site:b}]}
stores: [{id: store:db, tier: 3, replicas: [{on: site:a}]}]
journeys: [{id: journey:buy, tier: 0, requires: [service:web]}]
",
    );
    // The database can't be missed, one of x and y can.
    assert_eq!(linted.short(), ["error[single-replica-critical] store:db"]);
    insta::assert_snapshot!(linted.told(Code::SingleReplicaCritical));
}

#[test]
fn a_pause_is_a_warning_and_a_late_standby_an_error() {
    let of = |rto: &str, takes: &str| {
        let linted = manifest(&format!(
            "
domains: [{{id: host:a}}, {{id: host:b}}]
services: [{{id: service:w, tier: 1{rto}, replicas: [{{on: host:a}}, {{on: host:b, standby: [{{takes: {takes}}}]}}]}}]
"
        ));
        linted
            .of(Code::SingleReplicaCritical)
            .first()
            .map(|finding| (finding.severity, finding.message.clone()))
    };
    assert_eq!(of(", rto: 5m", "4m"), None);
    let (severity, message) = of(", rto: 5m", "6m").unwrap();
    assert_eq!(severity, Severity::Error);
    assert!(
        message.ends_with("is interrupted for 6m, longer than its rto of 5m"),
        "{message}"
    );
    let (severity, message) = of("", "6m").unwrap();
    assert_eq!(severity, Severity::Warning);
    assert!(message.ends_with("is interrupted for 6m"), "{message}");
}

#[test]
fn several_replicas_that_are_all_needed_are_one_finding() {
    let linted = manifest(
        "
domains: [{id: host:a}, {id: host:b}, {id: host:c}]
services: [{id: service:w, tier: 1, need: 3, replicas: [{on: host:a}, {on: host:b}, {on: host:c}]}]
",
    );
    assert_eq!(linted.short(), ["error[single-replica-critical] service:w"]);
    assert_eq!(linted.findings[0].cut, []);
}

#[test]
fn without_tiers_it_stays_calm() {
    let services: Vec<String> = (0..40)
        .map(|n| format!("  - {{id: service:s{n:02}, replicas: [{{on: host:h{n}}}]}}\n"))
        .collect();
    let domains: Vec<String> = (0..40)
        .map(|n| format!("  - {{id: host:h{n}, in: cluster:c}}\n"))
        .collect();
    let linted = manifest(&format!(
        "domains:\n  - id: cluster:c\n{}services:\n{}",
        domains.concat(),
        services.concat()
    ));
    assert_eq!(
        linted.short(),
        [
            "note[critical-concentration] cluster:c",
            "note[single-replica-critical] estate"
        ]
    );
    insta::assert_snapshot!(linted.told(Code::SingleReplicaCritical));
}

#[test]
fn single_domain_says_where_it_stands_and_for_whom() {
    let linted = manifest(
        "
domains: [{id: site:a}, {id: rack:1, in: site:a}, {id: rack:2, in: site:a}, {id: site:b}]
services:
  - {id: service:web, tier: 1, requires: [service:auth], replicas: [{on: site:a}, {on: site:b}]}
  - id: service:auth
    rto: 10m
    replicas: [{on: rack:1}, {on: rack:2, standby: [{takes: 5m}]}]
",
    );
    // `web` goes with `auth`, which is where the finding is.
    assert_eq!(linted.of(Code::SingleDomain).len(), 1);
    insta::assert_snapshot!(linted.told(Code::SingleDomain));
}

#[test]
fn what_is_critical_by_an_assumption_is_no_error() {
    let compose = "services:\n  web: {image: x, environment: {DB_URL: 'pg://${DB_HOST}'}}\n  db: {image: x}\n  bus: {image: x}\n";
    let example = "DB_HOST=db\n";
    let tiers = "journeys:\n  - {id: journey:buy, tier: 1, requires: [service:web]}\n";
    let linted = lint(&[
        ("compose.yaml", compose),
        (".env.example", example),
        ("shop.spof.yaml", tiers),
    ]);
    let found = linted.of(Code::SingleReplicaCritical);
    let found: Vec<_> = found
        .iter()
        .map(|finding| {
            (
                finding.subject.as_str(),
                finding.severity,
                finding.confidence,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("service:web", Severity::Error, Evidence::Inferred),
            ("service:db", Severity::Warning, Evidence::Assumed),
        ]
    );
}

#[test]
fn what_is_switched_off_and_needed_by_nobody_is_a_note() {
    let text = |value: &str| {
        let app = |name: &str, rest: &str| {
            format!(
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {rest}\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: c, image: x, env: [{{name: OFF_URL, value: '{value}'}}]}}]}}\n"
            )
        };
        let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: off}\nspec: {selector: {app: off}, ports: [{port: 80}]}\n";
        app("off", "0") + &app("web", "1") + service
    };
    let finding = |text: &str| {
        let linted = lint(&[("apps.yaml", text)]);
        let found = linted.of(Code::Unserved);
        let found = found.first().expect("a finding");
        (found.severity, found.message.clone())
    };
    let message = "`service:off` does not serve even when nothing has failed: it has no replicas";
    assert_eq!(finding(&text("")), (Severity::Note, message.into()));
    let needed = finding(&text("http://off"));
    assert_eq!(needed, (Severity::Warning, message.into()));
}

#[test]
fn unserved_says_what_is_missing_and_who_waits() {
    let linted = manifest(
        "
domains: [{id: site:a}]
services:
  - {id: service:db, need: 3, replicas: [{on: site:a, count: 2}, {on: site:a, standby: [{takes: 20m}]}]}
  - {id: service:web, tier: 1, requires: [service:db]}
",
    );
    insta::assert_snapshot!(linted.told(Code::Unserved));
    let finding = linted.of(Code::Unserved)[0];
    assert_eq!(
        finding.severity,
        Severity::Error,
        "a tier-1 service needs it"
    );
    assert_eq!(finding.confidence, Evidence::Declared);
}
