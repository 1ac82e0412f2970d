//! What counts as spread, whoever says it; which cause is named; roles and circles.

use super::{Code, lint, manifest};
use crate::findings::Severity;

/// A Deployment of three with `spec` added to its pods, and who is critical.
fn deployment(spec: &str) -> super::Linted {
    let text = format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers: [{{name: web, image: web}}]
{spec}"
    );
    lint(&[
        ("web.yaml", &text),
        ("spof.yaml", "services: [{id: web, tier: 1}]"),
    ])
}

/// Severity and message of what `unspread-replicas` says.
fn unspread(spec: &str) -> Option<(Severity, String)> {
    let linted = deployment(spec);
    let found = linted.of(Code::UnspreadReplicas);
    assert!(found.len() < 2, "{:?}", linted.short());
    found
        .first()
        .map(|finding| (finding.severity, finding.message.to_string()))
}

const BY_HOST: &str = "        - {topologyKey: kubernetes.io/hostname, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}\n";
const BY_ZONE: &str = "        - {topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}\n";

#[test]
fn every_way_of_keeping_replicas_apart_is_one() {
    let (severity, message) = unspread("").unwrap();
    assert_eq!(severity, Severity::Warning);
    assert!(message.ends_with("share one host"), "{message}");

    let both = format!("      topologySpreadConstraints:\n{BY_HOST}{BY_ZONE}");
    assert_eq!(unspread(&both), None);

    let hosts = format!("      topologySpreadConstraints:\n{BY_HOST}");
    let affinity = "      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}
";
    for apart in [hosts.as_str(), affinity] {
        let (severity, message) = unspread(apart).unwrap();
        assert_eq!(severity, Severity::Note, "{apart}");
        assert!(message.ends_with("share one zone"), "{message}");
    }
    let zones = affinity.replace("kubernetes.io/hostname", "topology.kubernetes.io/zone");
    assert_eq!(unspread(&zones), None);
    // A wish is no rule.
    let wish = both.replace("DoNotSchedule", "ScheduleAnyway");
    assert_eq!(unspread(&wish).unwrap().0, Severity::Warning);
}

#[test]
fn a_zone_is_named_before_its_region() {
    let linted = manifest(
        "
domains: [{id: region:r}, {id: zone:a, in: region:r}, {id: zone:b, in: region:r}, {id: zone:far}]
services:
  - {id: service:x, tier: 1, replicas: [{on: zone:a, count: 2}]}
  - {id: service:y, tier: 1, replicas: [{on: zone:a}, {on: zone:b}]}
  - {id: service:z, replicas: [{on: zone:far}]}
",
    );
    let cuts: Vec<String> = linted
        .of(Code::FalseRedundancy)
        .iter()
        .map(|finding| format!("{} {}", finding.subject, finding.cut[0]))
        .collect();
    assert_eq!(cuts, ["service:x zone:a", "service:y region:r"]);
}

#[test]
fn a_cluster_under_a_single_critical_journey_is_said_once() {
    let linted = manifest(
        "
domains: [{id: cluster:c}, {id: host:a, in: cluster:c}, {id: host:b, in: cluster:c}]
services:
  - {id: service:x, replicas: [{on: host:a}, {on: host:b}], requires: [service:y]}
  - {id: service:y, replicas: [{on: host:a}, {on: host:b}]}
journeys: [{id: journey:buy, tier: 1, requires: [service:x]}]
",
    );
    assert_eq!(linted.short(), ["error[critical-concentration] cluster:c"]);
    let message = &linted.findings[0].message;
    assert!(
        message.ends_with("takes the only critical journey"),
        "{message}"
    );
}

#[test]
fn a_circle_of_starts_is_found_by_the_black_start_alone() {
    // No single domain takes both: only the loss of everything leaves them waiting.
    let linted = manifest(
        "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: service:x, tier: 1, start: [service:y], replicas: [{on: site:a}, {on: site:b}]}
  - {id: service:y, tier: 1, start: [service:x], replicas: [{on: site:a}, {on: site:b}]}
",
    );
    assert_eq!(linted.short(), ["error[recovery-cycle] service:x"]);
    insta::assert_snapshot!(linted.told(Code::RecoveryCycle));
}

#[test]
fn a_monitor_is_known_by_its_role_or_by_its_name() {
    let of = |monitor: &str| {
        let linted = manifest(&format!(
            "
domains: [{{id: site:a}}, {{id: site:b}}]
services:
  - {{id: service:{monitor}, replicas: [{{on: site:a, count: 2}}]}}
  - {{id: service:pay, tier: 1, replicas: [{{on: site:a, count: 2}}]}}
  - {{id: service:other, replicas: [{{on: site:b}}]}}
"
        ));
        linted
            .of(Code::MonitorDependsOnTarget)
            .first()
            .map(|finding| finding.confidence.as_str())
    };
    assert_eq!(of("metrics"), None);
    assert_eq!(of("metrics, role: monitoring"), Some("declared"));
    assert_eq!(of("obs/prometheus"), Some("inferred"));
    assert_eq!(of("prometheus-rules"), None);
    // The manifest's word goes first.
    assert_eq!(of("prometheus, role: inventory"), None);
}

#[test]
fn one_cause_is_one_matter_whatever_its_subjects() {
    let linted = manifest(
        "
domains: [{id: site:a}, {id: site:b}]
services:
  - {id: service:x, tier: 1, replicas: [{on: site:a, count: 2}]}
  - {id: service:y, tier: 0, replicas: [{on: site:a, count: 2}]}
  - {id: service:z, tier: 3, replicas: [{on: site:a, count: 2}]}
  - {id: service:other, replicas: [{on: site:b, count: 2}]}
",
    );
    let groups = crate::findings::group::groups(&linted.findings);
    let told: Vec<(&str, usize)> = groups
        .iter()
        .filter(|group| group.first.rule == Code::FalseRedundancy)
        .map(|group| (group.first.subject.as_str(), group.more.len()))
        .collect();
    // The most critical one speaks for the others.
    assert_eq!(told, [("service:y", 2), ("service:other", 0)]);
    let mut prints: Vec<&str> = linted
        .findings
        .iter()
        .map(|f| f.fingerprint.as_str())
        .collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), linted.findings.len(), "each keeps its own");
}

#[test]
fn a_circle_that_nothing_gets_out_of_is_told_once() {
    let linted = manifest(
        "
domains: [{id: site:a}]
services:
  - {id: service:x, requires: [service:y], start: [service:y], replicas: [{on: site:a}]}
  - {id: service:y, requires: [service:x], replicas: [{on: site:a}]}
  - {id: service:p, requires: [service:q]}
  - {id: service:q, requires: [service:p]}
",
    );
    let subjects = |rule: Code| -> Vec<&str> {
        let found = linted.of(rule);
        found.iter().map(|f| f.subject.as_str()).collect()
    };
    assert_eq!(subjects(Code::RecoveryCycle), ["service:x"]);
    assert_eq!(subjects(Code::DependencyCycle), ["service:p"]);
}

#[test]
fn single_replicas_of_one_host_are_one_matter() {
    let linted = manifest(
        "
domains: [{id: host:1}, {id: host:2}]
services:
  - {id: service:x, tier: 1, replicas: [{on: host:1}]}
  - {id: service:y, tier: 0, replicas: [{on: host:1}]}
  - {id: service:z, tier: 1, replicas: [{on: host:2}]}
",
    );
    let groups = crate::findings::group::groups(&linted.findings);
    let told: Vec<(&str, usize)> = groups
        .iter()
        .filter(|group| group.first.rule == Code::SingleReplicaCritical)
        .map(|group| (group.first.subject.as_str(), group.more.len()))
        .collect();
    assert_eq!(told, [("service:y", 1), ("service:z", 0)]);
}
