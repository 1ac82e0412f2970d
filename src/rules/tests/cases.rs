//! For each rule an estate in which it fires and estates, as like it as can be, in which it must
//! not: every equivalent mechanism is one of them.

use super::{Code, lint, manifest};
use crate::rules::{RULES, doc};

/// A list of pods was read: of two services the replicas are observed, and no call is.
const PODS: &str = r#"# estate.json
{"version": 1, "assume": "pessimistic", "nodes": [
  {"id": "service:x", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:y", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "replica:x#1", "kind": "replica", "class": "replica", "start_s": 0, "evidence": "observed", "sources": []},
  {"id": "replica:y#1", "kind": "replica", "class": "replica", "start_s": 0, "evidence": "observed", "sources": []}],
 "requirements": [
  {"id": "service:x/hard/service:y", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": false,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:x/hard/replica:x#1", "of": "service:x", "mode": "hard", "need": 1, "evidence": "observed", "observed": true,
   "members": [{"id": "replica:x#1", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:y/hard/replica:y#1", "of": "service:y", "mode": "hard", "need": 1, "evidence": "observed", "observed": true,
   "members": [{"id": "replica:y#1", "weight": 1, "standby": null}], "sources": []}]}"#;

/// What a rule does on small estates.
struct Case {
    rule: Code,
    /// Files of one estate, each headed by `# NAME`.
    fires: &'static str,
    silent: &'static [&'static str],
}

const TWO_ROOMS: &str = "
domains: [{id: site:a}, {id: room:1, in: site:a}, {id: room:2, in: site:a}, {id: site:b}]
";

const CASES: &[Case] = &[
    Case {
        rule: Code::AmbiguousName,
        fires: "services: [{id: service:pay}, {id: service:web, requires: [pay]}]\nstores: [{id: store:pay}]",
        silent: &["services: [{id: service:pay}, {id: service:web, requires: [pay]}]"],
    },
    Case {
        rule: Code::BackupSharesDomain,
        fires: "stores: [{id: store:x, tier: 1, replicas: [{on: room:1, replication: primary}, {on: room:2, replication: {backup: 24h}}]}]",
        silent: &[
            // The backup stands elsewhere.
            "stores: [{id: store:x, tier: 1, replicas: [{on: room:1, replication: primary}, {on: site:b, replication: {backup: 24h}}]}]",
            // One of two backups does.
            "stores: [{id: store:x, tier: 1, replicas: [{on: room:1}, {on: room:2, replication: {backup: 24h}}, {on: site:b, replication: {backup: 7d}}]}]",
            // No backups at all: said where an rpo is declared.
            "stores: [{id: store:x, tier: 1, replicas: [{on: room:1}]}]",
        ],
    },
    Case {
        rule: Code::CapacityAfterLoss,
        fires: "services: [{id: service:x, tier: 1, need: 3, replicas: [{on: room:1, count: 3}, {on: room:2}, {on: site:b, count: 2}]}]",
        silent: &[
            "services: [{id: service:x, tier: 1, need: 3, replicas: [{on: room:1, count: 3}, {on: site:b, count: 3}]}]",
            // Standbys count, however they are promoted.
            "services: [{id: service:x, tier: 1, need: 3, replicas: [{on: room:1, count: 3}, {on: site:b, count: 3, standby: [{takes: 1h}]}]}]",
            // Nothing is left: no question of capacity.
            "services: [{id: service:x, tier: 1, need: 2, replicas: [{on: room:1, count: 3}]}]",
            // The demand is that of the active side, and what is left is enough.
            "services: [{id: service:x, tier: 1, demand: 4, need: 50%, replicas: [{on: room:1, count: 2}, {on: site:b, count: 2}]}]",
        ],
    },
    Case {
        rule: Code::ConflictingSources,
        fires: "# a.spof.yaml\nservices: [{id: service:web, tier: 1}]\n# b.spof.yaml\nservices: [{id: service:web, tier: 2}]",
        silent: &["# a.spof.yaml\nservices: [{id: service:web, tier: 1}]\n# b.spof.yaml\nservices: [{id: service:web, tier: 1}]"],
    },
    Case {
        rule: Code::CriticalConcentration,
        fires: "
domains: [{id: site:a}, {id: site:b}]
services: [{id: service:x, replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:a}]}, {id: service:z, replicas: [{on: site:b}]}]
journeys: [{id: journey:x, tier: 1, requires: [service:x]}, {id: journey:y, tier: 0, requires: [service:y]}, {id: journey:z, tier: 1, requires: [service:z]}]",
        silent: &[
            // One of two is not many.
            "
domains: [{id: site:a}, {id: site:b}]
services: [{id: service:x, replicas: [{on: site:a}]}, {id: service:z, replicas: [{on: site:b}]}]
journeys: [{id: journey:x, tier: 1, requires: [service:x]}, {id: journey:z, tier: 1, requires: [service:z]}]",
            // Both stand on both.
            "
domains: [{id: site:a}, {id: site:b}]
services: [{id: service:x, replicas: [{on: site:a}, {on: site:b}]}, {id: service:y, replicas: [{on: site:a}, {on: site:b}]}]
journeys: [{id: journey:x, tier: 1, requires: [service:x]}, {id: journey:y, tier: 1, requires: [service:y]}]",
            // Nobody calls them critical, and others are.
            "
domains: [{id: site:a}]
services: [{id: service:x, replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:a}]}, {id: service:z, tier: 3, replicas: [{on: site:a}]}]",
        ],
    },
    Case {
        rule: Code::CrossDomainHardCall,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: site:a, count: 2}], requires: [service:y]}, {id: service:y, replicas: [{on: site:b, count: 2}]}]",
        silent: &[
            // Both in one place.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a, count: 2}], requires: [service:y]}, {id: service:y, replicas: [{on: site:a, count: 2}]}, {id: service:z, replicas: [{on: site:b}]}]",
            // Both in both.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}], requires: [service:y]}, {id: service:y, replicas: [{on: site:a}, {on: site:b}]}]",
            // It can do without.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a, count: 2}], optional: [service:y]}, {id: service:y, replicas: [{on: site:b, count: 2}]}]",
        ],
    },
    Case {
        rule: Code::DataOnlyReplication,
        fires: "stores: [{id: store:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, replication: sync, standby: never}]}]",
        silent: &[
            // The copy serves at once.
            "stores: [{id: store:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, replication: sync}]}]",
            // It is promoted in time.
            "stores: [{id: store:x, tier: 1, rto: 10m, replicas: [{on: site:a, count: 2}, {on: site:b, replication: sync, standby: [{takes: 5m}]}]}]",
            // Half of a quorum is left: not for want of copies.
            "stores: [{id: store:x, tier: 1, need: 3, replicas: [{on: site:a, count: 2}, {on: site:b, count: 2}]}]",
            // There is no copy.
            "services: [{id: service:y, replicas: [{on: site:b}]}]\nstores: [{id: store:x, tier: 1, replicas: [{on: site:a, count: 2}]}]",
        ],
    },
    Case {
        rule: Code::DependencyCycle,
        fires: "services: [{id: service:x, requires: [service:y]}, {id: service:y, requires: [service:z]}, {id: service:z, requires: [service:x]}]",
        silent: &[
            "services: [{id: service:x, requires: [service:y]}, {id: service:y, requires: [service:z]}, {id: service:z, optional: [service:x]}]",
            "services: [{id: service:x, requires: [service:y]}, {id: service:y, requires: [service:z]}, {id: service:z, start: [service:x]}]",
        ],
    },
    Case {
        rule: Code::DuplicateKey,
        fires: "services:\n  - id: service:web\n    tier: 1\n    tier: 3",
        silent: &["services:\n  - id: service:web\n    tier: 1"],
    },
    Case {
        rule: Code::EvenQuorumTwoDomains,
        fires: "services: [{id: service:y, replicas: [{on: power:p}]}]\nstores: [{id: store:x, tier: 1, need: 3, replicas: [{on: site:a, count: 2}, {on: site:b, count: 2}]}]\ndomains: [{id: site:a}, {id: site:b}, {id: power:p}]",
        silent: &[
            // A third place.
            "domains: [{id: site:a}, {id: site:b}, {id: site:c}]\nstores: [{id: store:x, tier: 1, need: 2, replicas: [{on: site:a}, {on: site:b}, {on: site:c}]}]",
            // No majority is needed.
            "domains: [{id: site:a}, {id: site:b}]\nstores: [{id: store:x, tier: 1, need: 1, replicas: [{on: site:a, count: 2}, {on: site:b, count: 2}]}]",
        ],
    },
    Case {
        rule: Code::FailoverActuatorColocated,
        fires: "services: [{id: service:s, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:s]}]}]}]",
        silent: &[
            // It runs elsewhere.
            "services: [{id: service:s, replicas: [{on: site:b, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:s]}]}]}]",
            // It runs in both.
            "services: [{id: service:s, replicas: [{on: site:a}, {on: site:b}]}, {id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:s]}]}]}]",
            // A second way does without.
            "services: [{id: service:s, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 1, rto: 1h, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:s]}, {takes: 50m}]}]}]",
        ],
    },
    Case {
        rule: Code::FalseRedundancy,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: room:1}, {on: room:2}]}]",
        silent: &[
            // A second site carries it.
            "services: [{id: service:x, tier: 1, replicas: [{on: room:1}, {on: site:b}]}]",
            // A standby is promoted in time.
            "services: [{id: service:x, tier: 1, rto: 10m, replicas: [{on: room:1}, {on: room:2}, {on: site:b, standby: [{takes: 5m}]}]}]",
            // It does not look redundant: it needs both.
            "services: [{id: service:x, tier: 1, demand: 2, need: 2, replicas: [{on: room:1}, {on: room:2}]}]",
        ],
    },
    Case {
        rule: Code::HaDependsOnSingleDomain,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}], requires: [service:y]}, {id: service:y, replicas: [{on: site:b, count: 2}]}]",
        silent: &[
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}], requires: [service:y]}, {id: service:y, replicas: [{on: site:a}, {on: site:b}]}]",
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}], optional: [service:y]}, {id: service:y, replicas: [{on: site:b, count: 2}]}]",
            // Each side needs its own.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a, requires: service:y}, {on: site:b, requires: service:z}]}, {id: service:y, replicas: [{on: site:a}]}, {id: service:z, replicas: [{on: site:b}]}]",
            // A standby of what it needs is promoted in time.
            "services: [{id: service:x, tier: 1, rto: 10m, replicas: [{on: site:a}, {on: site:b}], requires: [service:y]}, {id: service:y, rto: 10m, replicas: [{on: site:b, count: 2}, {on: site:a, standby: [{takes: 5m}]}]}]",
        ],
    },
    Case {
        rule: Code::InvalidValue,
        fires: "services: [{id: service:web, rto: soon}]",
        silent: &["services: [{id: service:web, rto: 5m}]"],
    },
    Case {
        rule: Code::InventoryInBlastRadius,
        fires: "services: [{id: service:i, role: inventory, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:b}]}]",
        silent: &[
            "services: [{id: service:i, role: inventory, replicas: [{on: site:b, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}]",
            "services: [{id: service:i, role: inventory, replicas: [{on: site:a}, {on: site:b}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}]",
            // Nothing critical goes with it.
            "services: [{id: service:i, role: inventory, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 2, replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:b}]}]",
        ],
    },
    Case {
        rule: Code::ManagementPlaneSharesFate,
        fires: "services: [{id: service:keycloak, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:b}]}]",
        silent: &[
            "services: [{id: service:keycloak, replicas: [{on: site:a}, {on: site:b}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}]",
            // Only a part of the name.
            "services: [{id: service:keycloak-theme, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:b}]}]",
            // What promotes standbys is said once.
            "services: [{id: service:d, role: deploy, replicas: [{on: site:a, count: 2}]}, {id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:d]}]}]}]",
        ],
    },
    Case {
        rule: Code::MonitorDependsOnTarget,
        fires: "services: [{id: service:m, role: monitoring, replicas: [{on: site:a}, {on: site:b}], requires: [service:x]}, {id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
        silent: &[
            "services: [{id: service:m, role: monitoring, replicas: [{on: site:a}, {on: site:b}], optional: [service:x]}, {id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
            "services: [{id: service:m, role: monitoring, replicas: [{on: site:b}]}, {id: service:x, tier: 1, replicas: [{on: site:a}]}]",
        ],
    },
    Case {
        rule: Code::NeverObservedDependency,
        fires: r#"# estate.json
{"version": 1, "assume": "pessimistic", "nodes": [
  {"id": "service:x", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:y", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:z", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []}],
 "requirements": [
  {"id": "service:x/hard/service:y", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": false,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:x/hard/service:z", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:z", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:z/hard/service:y", "of": "service:z", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []}]}"#,
        silent: &[
            r#"# estate.json
{"version": 1, "assume": "pessimistic", "nodes": [
  {"id": "service:x", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:y", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:z", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []}],
 "requirements": [
  {"id": "service:x/hard/service:y", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:x/hard/service:z", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:z", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:z/hard/service:y", "of": "service:z", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []}]}"#,
            // Nothing was observed at all.
            "services: [{id: service:x, requires: [service:y]}, {id: service:y}]",
            // A list of pods tells where both run, and nothing of calls.
            PODS,
        ],
    },
    Case {
        rule: Code::PlacementCycle,
        fires: "domains: [{id: site:x, requires: [power:y]}, {id: power:y, in: site:x}]\nservices: [{id: service:web}]",
        silent: &["domains: [{id: site:x, requires: [power:y]}, {id: power:y, within: site:x}]\nservices: [{id: service:web}]"],
    },
    Case {
        rule: Code::QuorumLostWithOneDomain,
        fires: "stores: [{id: store:x, tier: 1, need: 2, replicas: [{on: room:1}, {on: room:2}, {on: room:2}]}]",
        silent: &[
            "domains: [{id: site:a}, {id: site:b}, {id: site:c}]\nstores: [{id: store:x, tier: 1, need: 2, replicas: [{on: site:a}, {on: site:b}, {on: site:c}]}]",
            // A service that needs two of three needs capacity.
            "services: [{id: service:x, tier: 1, need: 2, replicas: [{on: room:1}, {on: room:2}, {on: room:2}]}]",
            // One is enough.
            "stores: [{id: store:x, tier: 1, need: 1, replicas: [{on: room:1}, {on: room:2}, {on: room:2}]}]",
        ],
    },
    Case {
        rule: Code::RecoveryCycle,
        fires: "services: [{id: service:x, start: [service:y], replicas: [{on: site:a}]}, {id: service:y, start: [service:x], replicas: [{on: site:b}]}]",
        silent: &[
            "services: [{id: service:x, start: [service:y], replicas: [{on: site:a}]}, {id: service:y, replicas: [{on: site:b}]}]",
            // Each way has another one beside it.
            "services: [{id: service:x, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:y]}, {takes: 5h}]}]}, {id: service:y, replicas: [{on: site:a, count: 2}, {on: site:b, standby: [{takes: 5m, requires: [service:x]}]}]}]",
        ],
    },
    Case {
        rule: Code::RpoInfeasible,
        fires: "stores: [{id: store:x, tier: 1, rpo: 1m, replicas: [{on: site:a}, {on: site:b, replication: {async: 5m}, standby: [{takes: 5m}]}]}]",
        silent: &[
            "stores: [{id: store:x, tier: 1, rpo: 10m, replicas: [{on: site:a}, {on: site:b, replication: {async: 5m}, standby: [{takes: 5m}]}]}]",
            "stores: [{id: store:x, tier: 1, rpo: 0s, replicas: [{on: site:a}, {on: site:b, replication: sync, standby: never}]}]",
            "stores: [{id: store:x, tier: 1, rpo: 1d, replicas: [{on: site:a}, {on: site:b, replication: {backup: 24h}}]}]",
            // Nobody promised anything.
            "stores: [{id: store:x, tier: 1, replicas: [{on: site:a}]}]",
        ],
    },
    Case {
        rule: Code::RtoInfeasible,
        fires: "services: [{id: service:x, tier: 1, rto: 5m, requires: [service:y]}, {id: service:y, rto: 1h}]",
        silent: &[
            "services: [{id: service:x, tier: 1, rto: 5m, requires: [service:y]}, {id: service:y, rto: 5m}]",
            "services: [{id: service:x, tier: 1, rto: 5m, optional: [service:y]}, {id: service:y, rto: 1h}]",
            "services: [{id: service:x, tier: 1, rto: 5m, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m}]}]}]",
            // The slow way is not needed.
            "services: [{id: service:x, tier: 1, rto: 5m, replicas: [{on: site:a}, {on: site:b}, {on: site:b, standby: [{takes: 5h}]}]}]",
        ],
    },
    Case {
        rule: Code::SharedRollout,
        fires: "domains: [{id: site:a}, {id: site:b}, {id: config:all}]\nservices: [{id: service:x, tier: 1, replicas: [{on: [site:a, config:all]}, {on: [site:b, config:all]}]}]",
        silent: &[
            // One after the other.
            "domains: [{id: site:a}, {id: site:b}, {id: config:a}, {id: config:b}]\nservices: [{id: service:x, tier: 1, replicas: [{on: [site:a, config:a]}, {on: [site:b, config:b]}]}]",
            // It stands in one place anyway.
            "domains: [{id: site:a}, {id: site:b}, {id: config:all}]\nservices: [{id: service:x, tier: 1, replicas: [{on: [site:a, config:all], count: 2}]}, {id: service:y, replicas: [{on: site:b}]}]",
        ],
    },
    Case {
        rule: Code::SingleDomain,
        fires: "services: [{id: service:x, tier: 1, rto: 10m, replicas: [{on: room:1}, {on: room:2, standby: [{takes: 5m}]}]}, {id: service:other, replicas: [{on: site:b}]}]",
        silent: &[
            // The standby stands elsewhere.
            "services: [{id: service:x, tier: 1, rto: 10m, replicas: [{on: room:1}, {on: site:b, standby: [{takes: 5m}]}]}, {id: service:other, replicas: [{on: site:b}]}]",
            // Not critical.
            "services: [{id: service:x, tier: 2, rto: 10m, replicas: [{on: room:1}, {on: room:2, standby: [{takes: 5m}]}]}, {id: service:other, replicas: [{on: site:b}]}]",
            // Said by false-redundancy.
            "services: [{id: service:x, tier: 1, replicas: [{on: room:1}, {on: room:2}]}, {id: service:other, replicas: [{on: site:b}]}]",
            // Said by single-replica-critical.
            "services: [{id: service:x, tier: 1, replicas: [{on: room:1}]}, {id: service:other, replicas: [{on: site:b}]}]",
        ],
    },
    Case {
        rule: Code::SingleReplicaCritical,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: site:a}]}]",
        silent: &[
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
            "services: [{id: service:x, tier: 2, replicas: [{on: site:a}]}]",
            // Within the objective its owner declared.
            "services: [{id: service:x, tier: 1, rto: 10m, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m}]}]}]",
            // Not running at all here: an outside party answers for it.
            "services: [{id: service:x, tier: 1}]",
        ],
    },
    Case {
        rule: Code::SitesSharePower,
        fires: "domains: [{id: power:p}, {id: power:q, requires: [power:p]}, {id: site:a, requires: [power:p]}, {id: site:b, requires: [power:q]}, {id: site:c}]\nservices: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}, {on: site:c}]}]",
        silent: &[
            "domains: [{id: power:p}, {id: power:q}, {id: site:a, requires: [power:p]}, {id: site:b, requires: [power:q]}]\nservices: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
            // Either of two feeds is enough.
            "domains: [{id: power:p}, {id: power:q}, {id: site:a, requires: [{any: [power:p, power:q]}]}, {id: site:b, requires: [{any: [power:p, power:q]}]}]\nservices: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
        ],
    },
    Case {
        rule: Code::StaleFact,
        fires: "domains: [{id: site:a, verified: 2025-11-21}]\nservices: [{id: service:x, replicas: [{on: site:a}]}]",
        silent: &[
            "domains: [{id: site:a, verified: 2025-11-22}]\nservices: [{id: service:x, replicas: [{on: site:a}]}]",
            "domains: [{id: site:a}]\nservices: [{id: service:x, replicas: [{on: site:a}]}]",
        ],
    },
    Case {
        rule: Code::StandbyRequiresFailedDomain,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, requires: service:y, standby: [{takes: 5m}]}]}, {id: service:y, replicas: [{on: site:a}]}, {id: service:z, replicas: [{on: site:b}]}]",
        silent: &[
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, requires: service:y, standby: [{takes: 5m}]}]}, {id: service:y, replicas: [{on: site:b}]}]",
            // It is there for a lost room.
            "services: [{id: service:x, tier: 1, replicas: [{on: room:1}, {on: room:2, standby: [{takes: 5m}]}]}, {id: service:y, replicas: [{on: site:b}]}]",
            // Another standby helps.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a, count: 2}, {on: site:b, requires: service:y, standby: [{takes: 5m}]}, {on: site:b, standby: [{takes: 5m}]}]}, {id: service:y, replicas: [{on: site:a}]}]",
        ],
    },
    Case {
        rule: Code::ThirdPartyHardDependency,
        fires: "services: [{id: service:x, tier: 1, requires: [external:sms]}]\nexternals: [{id: external:sms}]",
        silent: &[
            "services: [{id: service:x, tier: 1, requires: [{any: [external:sms, external:mail]}]}]\nexternals: [{id: external:sms}, {id: external:mail}]",
            "services: [{id: service:x, tier: 1, optional: [external:sms]}]\nexternals: [{id: external:sms}]",
            // A standby of it is promoted in time.
            "services: [{id: service:x, tier: 1, rto: 10m, requires: [{any: [external:sms, {is: external:mail, standby: {takes: 5m}}]}]}]\nexternals: [{id: external:sms}, {id: external:mail}]",
            // Nothing has a tier.
            "services: [{id: service:x, requires: [external:sms]}]\nexternals: [{id: external:sms}]",
        ],
    },
    Case {
        rule: Code::TierInversion,
        fires: "services: [{id: service:x, tier: 1, requires: [service:y]}, {id: service:y, tier: 2}]",
        silent: &[
            "services: [{id: service:x, tier: 1, requires: [service:y]}, {id: service:y, tier: 1}]",
            "services: [{id: service:x, tier: 1, optional: [service:y]}, {id: service:y, tier: 2}]",
            "services: [{id: service:x, tier: 1, requires: [{any: [service:y, service:z]}]}, {id: service:y, tier: 2}, {id: service:z, tier: 2}]",
            // Nobody gave it a tier: it inherits that of what needs it.
            "services: [{id: service:x, tier: 1, requires: [service:y]}, {id: service:y}]",
        ],
    },
    Case {
        rule: Code::TierWithoutDr,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: room:1}, {on: room:2}]}, {id: service:w, tier: 1, replicas: [{on: room:1}]}, {id: service:y, replicas: [{on: site:b}]}]",
        silent: &[
            // A standby, however slow.
            "services: [{id: service:w, tier: 1, replicas: [{on: room:1}]}, {id: service:x, tier: 1, replicas: [{on: room:1}, {on: room:2}, {on: site:b, standby: [{takes: 7d}]}]}]",
            // A copy of the data.
            "services: [{id: service:w, tier: 1, replicas: [{on: room:1}]}]\nstores: [{id: store:x, tier: 1, replicas: [{on: room:1}, {on: room:2}, {on: site:b, replication: {backup: 24h}}]}]",
            // A host is not expected to have a second site.
            "domains: [{id: host:a}, {id: host:b}]\nservices: [{id: service:w, tier: 1, replicas: [{on: host:a}]}, {id: service:x, tier: 1, replicas: [{on: host:a}]}, {id: service:y, replicas: [{on: host:b}]}]",
        ],
    },
    Case {
        rule: Code::UndeclaredObservedCall,
        fires: r#"# estate.json
{"version": 1, "assume": "pessimistic", "nodes": [
  {"id": "service:x", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:y", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:z", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []}],
 "requirements": [
  {"id": "service:x/hard/service:y", "of": "service:x", "mode": "hard", "need": 1, "evidence": "observed", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:x/hard/service:z", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:z", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:z/hard/service:y", "of": "service:z", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []}]}"#,
        silent: &[
            // Seen, and declared too.
            r#"# estate.json
{"version": 1, "assume": "pessimistic", "nodes": [
  {"id": "service:x", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:y", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
  {"id": "service:z", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []}],
 "requirements": [
  {"id": "service:x/hard/service:y", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:x/hard/service:z", "of": "service:x", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:z", "weight": 1, "standby": null}], "sources": []},
  {"id": "service:z/hard/service:y", "of": "service:z", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
   "members": [{"id": "service:y", "weight": 1, "standby": null}], "sources": []}]}"#,
            // Nothing was observed at all.
            "services: [{id: service:x, requires: [service:y]}, {id: service:y}]",
            // A list of pods tells where both run, and nothing of calls.
            PODS,
        ],
    },
    Case {
        rule: Code::UndrilledFailover,
        fires: "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m, drilled: 2025-11-21}]}]}]",
        silent: &[
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m, drilled: 2025-11-22}]}]}]",
            // One way that works is enough.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m}, {takes: 1h, drilled: 2026-05-01}]}]}]",
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
        ],
    },
    Case {
        rule: Code::UnknownTarget,
        fires: "services: [{id: service:web, requires: [service:logn]}]",
        silent: &[
            "services: [{id: service:web, requires: [service:logn]}, {id: service:logn}]",
            "services: [{id: service:web, requires: [external:sms]}]\nexternals: [{id: external:sms}]",
        ],
    },
    Case {
        rule: Code::Unplaced,
        fires: "services: [{id: service:x, replicas: 2}]",
        silent: &[
            "services: [{id: service:x, replicas: [{on: site:a, count: 2}]}]",
            "services: [{id: service:x}]",
        ],
    },
    Case {
        rule: Code::UnreadableFile,
        fires: "# a.spof.yaml\nservices: [{id: service:web}\n# b.spof.yaml\nservices: [{id: service:x}]",
        silent: &["services: [{id: service:web}]"],
    },
    Case {
        rule: Code::Unserved,
        fires: "services: [{id: service:x, need: 3, replicas: [{on: site:a, count: 2}]}]",
        silent: &[
            "services: [{id: service:x, need: 2, replicas: [{on: site:a, count: 2}]}]",
            // It waits for nothing of its own.
            "services: [{id: service:x, requires: [service:y]}, {id: service:y}]",
        ],
    },
    Case {
        rule: Code::UnspreadReplicas,
        fires: "services: [{id: service:x, tier: 1, replicas: 3}]",
        silent: &[
            // A spread constraint.
            "services: [{id: service:x, tier: 1, replicas: [{count: 3, spread: [host, zone]}]}]",
            // A placement.
            "services: [{id: service:x, tier: 1, replicas: [{on: site:a}, {on: site:b}]}]",
            // One replica can't be spread.
            "services: [{id: service:x, tier: 1, replicas: 1}]",
        ],
    },
    Case {
        rule: Code::WaiverExpired,
        fires: "
domains: [{id: site:a}]
services: [{id: service:web, tier: 1, replicas: [{on: site:a}]}] # spof: ignore[single-replica-critical] expires=2026-11-21 for a while",
        silent: &[
            // Its last day.
            "
domains: [{id: site:a}]
services: [{id: service:web, tier: 1, replicas: [{on: site:a}]}] # spof: ignore[single-replica-critical] expires=2026-11-22 for a while",
            // For ever.
            "
domains: [{id: site:a}]
services: [{id: service:web, tier: 1, replicas: [{on: site:a}]}] # spof: ignore[single-replica-critical] one is enough",
        ],
    },
    Case {
        rule: Code::WaiverUnused,
        fires: "services: [{id: service:web}] # spof: ignore[single-replica-critical] one is enough",
        silent: &[
            "
domains: [{id: site:a}]
services: [{id: service:web, tier: 1, replicas: [{on: site:a}]}] # spof: ignore[single-replica-critical] one is enough",
            // Above the line, several rules, one of which is enough.
            "
domains: [{id: site:a}]
# spof: ignore[single-domain, single-replica-critical] one is enough

# why: see the runbook
services: [{id: service:web, tier: 1, replicas: [{on: site:a}]}]",
            // Other comments.
            "services: [{id: service:web}] # spofs: ignore this",
        ],
    },
    Case {
        rule: Code::ZonesShareBuilding,
        fires: "domains: [{id: cooling:c}, {id: zone:a, requires: [cooling:c]}, {id: zone:b, requires: [cooling:c]}, {id: zone:c}]\nservices: [{id: service:x, tier: 1, replicas: [{on: zone:a}, {on: zone:c}]}]",
        silent: &[
            "domains: [{id: cooling:c}, {id: cooling:d}, {id: zone:a, requires: [cooling:c]}, {id: zone:b, requires: [cooling:d]}]\nservices: [{id: service:x, tier: 1, replicas: [{on: zone:a}, {on: zone:b}]}]",
            // A region is what zones stand in.
            "domains: [{id: region:r}, {id: zone:a, in: region:r}, {id: zone:b, in: region:r}]\nservices: [{id: service:x, tier: 1, replicas: [{on: zone:a}, {on: zone:b}]}]",
        ],
    },
];

/// The files of an estate: several where the text names them.
pub(super) fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(name) if name.contains(".yaml") || name.contains(".json") => {
                files.push((name.to_owned(), String::new()));
            }
            _ => {
                if files.is_empty() {
                    files.push(("spof.yaml".to_owned(), String::new()));
                }
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    files
}

fn fires(rule: Code, text: &str, domains: bool) -> bool {
    let mut files = files(text);
    // Cases that bring no domains of their own use the same few.
    if domains && !text.contains("domains:") {
        files.push(("domains.spof.yaml".to_owned(), TWO_ROOMS.to_owned()));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    !lint(&files).of(rule).is_empty()
}

#[test]
fn every_rule_has_its_cases() {
    let rules: Vec<Code> = RULES.iter().map(|rule| rule.code()).collect();
    assert_eq!(
        rules,
        Code::ALL,
        "every code is a registered rule, in order"
    );
    let cases: Vec<Code> = CASES.iter().map(|case| case.rule).collect();
    assert_eq!(cases, Code::ALL, "every rule has a case, in order");
    for case in CASES {
        assert!(
            fires(case.rule, case.fires, true),
            "{} is silent on {}",
            case.rule,
            case.fires
        );
        assert!(!case.silent.is_empty(), "{} has no passing case", case.rule);
        for text in case.silent {
            assert!(
                !fires(case.rule, text, true),
                "{} fires on {text}",
                case.rule
            );
        }
    }
}

#[test]
fn every_documented_example_fires() {
    for rule in RULES {
        let text = doc::markdown(*rule);
        let example = text
            .split("```yaml\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next())
            .unwrap_or_else(|| panic!("{} has no example", rule.code()));
        assert!(
            fires(rule.code(), example, false),
            "the example of {} does not show it:\n{example}",
            rule.code()
        );
        for other in [Code::UnknownTarget, Code::InvalidValue] {
            assert!(
                other == rule.code() || !fires(other, example, false),
                "the example of {} has another mistake",
                rule.code()
            );
        }
    }
}

#[test]
fn one_broken_manifest_does_not_hide_the_others() {
    let linted = lint(&[
        ("a.spof.yaml", "services: [{id: service:web}\n"),
        (
            "b.spof.yaml",
            "services: [{id: service:x, need: 3, replicas: [{}]}]\n",
        ),
    ]);
    assert_eq!(
        linted.short(),
        [
            "error[unreadable-file] a.spof.yaml",
            "warning[unserved] service:x",
            "note[unplaced] estate"
        ]
    );
}

#[test]
fn nothing_wrong_is_nothing_said() {
    let linted = manifest("services: [{id: service:x, requires: [service:y]}, {id: service:y}]");
    assert_eq!(linted.short(), [""; 0]);
}
