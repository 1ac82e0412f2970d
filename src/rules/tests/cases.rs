//! For each rule an estate in which it fires and estates, as like it as can be, in which it must
//! not: every equivalent mechanism is one of them.

use super::{Code, lint, manifest};
use crate::rules::{RULES, doc};

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
        rule: Code::DuplicateKey,
        fires: "services:\n  - id: service:web\n    tier: 1\n    tier: 3",
        silent: &["services:\n  - id: service:web\n    tier: 1"],
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
        rule: Code::InvalidValue,
        fires: "services: [{id: service:web, rto: soon}]",
        silent: &["services: [{id: service:web, rto: 5m}]"],
    },
    Case {
        rule: Code::PlacementCycle,
        fires: "domains: [{id: site:x, requires: [power:y]}, {id: power:y, in: site:x}]\nservices: [{id: service:web}]",
        silent: &["domains: [{id: site:x, requires: [power:y]}, {id: power:y, within: site:x}]\nservices: [{id: service:web}]"],
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
        rule: Code::UnknownTarget,
        fires: "services: [{id: service:web, requires: [service:logn]}]",
        silent: &[
            "services: [{id: service:web, requires: [service:logn]}, {id: service:logn}]",
            "services: [{id: service:web, requires: [external:sms]}]\nexternals: [{id: external:sms}]",
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
];

/// The files of an estate: several where the text names them.
pub(super) fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(name) if name.contains(".yaml") => files.push((name.to_owned(), String::new())),
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
            "warning[unserved] service:x"
        ]
    );
}

#[test]
fn nothing_wrong_is_nothing_said() {
    let linted = manifest("services: [{id: service:x, requires: [service:y]}, {id: service:y}]");
    assert_eq!(linted.short(), [""; 0]);
}
