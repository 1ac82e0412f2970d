//! What is wrong is told, where it stands, and the rest is still used.

use std::fmt::Write as _;

use super::*;
use crate::ingest::fact::Expr;

/// The one problem of `text`: where, what, what to do.
#[track_caller]
fn problem(text: &str) -> (String, String, String) {
    let outcome = yaml_manifest(text);
    let problems = outcome.problems();
    let [(at, message, help)] = problems.as_slice() else {
        panic!("one problem, not {problems:#?}");
    };
    (
        (*at).to_owned(),
        (*message).to_owned(),
        help.unwrap_or_default().to_owned(),
    )
}

#[test]
fn values_that_can_not_be_used() {
    let service = |rest: &str| format!("services: [{{id: web, {rest}}}]");
    for (rest, at, message) in [
        (
            "tier: 10",
            "10",
            "`tier`: expected a tier from 0 (matters most) to 9, found `10`",
        ),
        (
            "tier: -1",
            "-1",
            "`tier`: expected a tier from 0 (matters most) to 9, found `-1`",
        ),
        (
            "rto: soon",
            "soon",
            "`rto`: `soon` is not a duration (like 90s, 5m, 4h, 7d or 1h30m)",
        ),
        (
            "rto: [5m]",
            "[5m]",
            "`rto`: expected a duration like 90s, 5m, 4h, 7d or 1h30m, found a list",
        ),
        (
            "users: many",
            "many",
            "`users`: `many` is not a count (like 250, 30k or 1.5M)",
        ),
        (
            "fails: often",
            "often",
            "`fails`: `often` is not a rate (like 0.5/y or 1/30d)",
        ),
        (
            "need: 0",
            "0",
            "`need`: must be from 1 to 9007199254740992, not 0",
        ),
        (
            "need: 0%",
            "0%",
            "`need`: expected a share of `demand` from 1% to 1000%, found `0%`",
        ),
        (
            "replicas: 100001",
            "100001",
            "`replicas`: must be from 1 to 100000, not 100001",
        ),
        (
            "replicas: some",
            "some",
            "`replicas`: `some` is not a count (like 250, 30k or 1.5M)",
        ),
        (
            "replicas: [{count: 0}]",
            "0",
            "`count`: must be from 1 to 100000, not 0",
        ),
        (
            "replicas: [{weight: 1000000001}]",
            "1000000001",
            "`weight`: must be from 1 to 1000000000, not 1000000001",
        ),
        (
            "replicas: [{spread: rack}]",
            "rack",
            "`spread`: expected `host` or `zone`, found `rack`",
        ),
        (
            "replicas: [{standby: yes}]",
            "yes",
            "`standby`: expected ways of promotion like `{takes: 20m, requires: [service:switchover]}`, or `never`, found `yes`",
        ),
        (
            "replicas: [{standby: {takes: 1m, drilled: 2026-02-30}}]",
            "2026-02-30",
            "`drilled`: expected a date like 2026-05-01, found `2026-02-30`",
        ),
        (
            "replicas: [{standby: {drilled: 2026-02-20}}]",
            "{drilled: 2026-02-20}",
            "the key `takes` is missing",
        ),
        (
            "requires: [[a]]",
            "[a]",
            "`requires`: expected the name of a node, or a mapping with `any`, `all`, or `need` and `of`, found a list",
        ),
        (
            "requires: {nay: [a]}",
            "{nay: [a]}",
            "`requires`: expected the name of a node, or a mapping with `any`, `all`, or `need` and `of` (did you mean `any`?), found a mapping",
        ),
        (
            "requires: {any: []}",
            "[]",
            "`any`: expected at least one item, found none",
        ),
        (
            "requires: {all: []}",
            "[]",
            "`all`: expected at least one item, found none",
        ),
        (
            "requires: {any: a}",
            "a",
            "`any`: expected a list (each item after a `-`), found `a`",
        ),
        (
            "requires: {need: 3, of: [a, b]}",
            "3",
            "`need` is 3, but the members weigh 2 together",
        ),
        (
            "requires: {need: 2, of: [a, b], want: 2}",
            "2",
            "`want` is 2: it must be more than the 2 needed",
        ),
        (
            "requires: {any: [a, b], want: 3}",
            "3",
            "`want` is 3, but the members weigh 2 together",
        ),
        (
            "requires: {of: [a, b]}",
            "{of: [a, b]}",
            "the key `need` is missing",
        ),
        (
            "requires: {any: [{weight: 2}]}",
            "{weight: 2}",
            "the key `is` is missing",
        ),
        (
            "optional: {any: [a, {is: b, standby: {takes: 1m}}]}",
            "{any: [a, {is: b, standby: {takes: 1m}}]}",
            "`optional`: a standby has no effect here: nothing waits for it",
        ),
        ("title: ''", "''", "`title`: expected text, found ``"),
        ("title:", "", "`title`: expected text, found nothing"),
    ] {
        let (found_at, found, _) = problem(&service(rest));
        assert_eq!((found_at.as_str(), found.as_str()), (at, message), "{rest}");
    }
}

#[test]
fn ids_and_references() {
    for (text, at, message) in [
        (
            "domains: [{id: pangyo}]",
            "pangyo",
            "`id`: a domain needs a kind, as in site:pangyo or rack:p-17",
        ),
        (
            "domains: [{id: Site:pangyo}]",
            "Site:pangyo",
            "`id`: `Site:pangyo` is not an identifier: a kind in lower-case letters, a colon and a name, as in site:pangyo",
        ),
        (
            "services: [{id: replica:x}]",
            "replica:x",
            "`id`: the kind `replica` is reserved: choose another",
        ),
        (
            "externals: [{id: unknown:x}]",
            "unknown:x",
            "`id`: the kind `unknown` is reserved: choose another",
        ),
        (
            "journeys: [{id: service:x}]",
            "service:x",
            "`id`: a journey is of the kind `journey` and no other",
        ),
        (
            "services: [{tier: 1}]",
            "{tier: 1}",
            "the key `id` is missing",
        ),
        (
            "services: [web]",
            "web",
            "`services`: expected a mapping with keys like `id`, `title`, `owner`, `tier`, found `web`",
        ),
        (
            "services: {web: {}}",
            "{web: {}}",
            "`services`: expected a list (each item after a `-`), found a mapping",
        ),
        (
            "overrides: [{of: a, on: b, mode: sft}]",
            "sft",
            "`mode`: expected `hard`, `soft`, `start`, `placement` or `none` (did you mean `soft`?), found `sft`",
        ),
        (
            "overrides: [{of: a, mode: none}]",
            "{of: a, mode: none}",
            "the key `on` is missing",
        ),
        (
            "stores: [{id: db, replicas: [{replication: {async: x}}]}]",
            "x",
            "`async`: `x` is not a duration (like 90s, 5m, 4h, 7d or 1h30m)",
        ),
        (
            "stores: [{id: db, replicas: [{replication: async(x)}]}]",
            "async(x)",
            "`replication`: `x` is not a duration (like 90s, 5m, 4h, 7d or 1h30m)",
        ),
        (
            "stores: [{id: db, replicas: [{replication: async}]}]",
            "async",
            "`replication`: expected `primary`, `sync`, `{async: 5s}` or `{backup: 24h}`, found `async`",
        ),
        (
            "version: 2\nservices: [{id: a}]",
            "2",
            "`version`: expected the version of this format, 1, found `2`",
        ),
        (
            "[services]",
            "[services]",
            "expected a mapping with keys like `version`, `domains`, `services`, `stores`, found a list",
        ),
        (
            "services: []",
            "services: []",
            "this manifest states nothing",
        ),
    ] {
        let (found_at, found, _) = problem(text);
        assert_eq!(
            (found_at.trim_end(), found.as_str()),
            (at, message),
            "{text}"
        );
    }
}

#[test]
fn unknown_keys_and_what_was_meant() {
    for (text, at, message, help) in [
        (
            "services: [{id: web, replica: 3}]",
            "replica",
            "unknown key `replica`",
            "did you mean `replicas`?",
        ),
        (
            "service: [{id: web}]",
            "service",
            "unknown key `service`",
            "did you mean `services`?",
        ),
        (
            "services: [{id: web, replicas: [{replication: sync}]}]",
            "replication",
            "unknown key `replication`",
            "the keys here are on, count, weight, standby, requires, spread, fails, repair, cost",
        ),
        (
            "services: [{id: web, requires: {any: [a], all: [b]}}]",
            "all",
            "unknown key `all`",
            "the keys here are any, want, reroute",
        ),
        (
            "services: [{id: web, requires: {any: [{any: [a, b], want: 2}]}}]",
            "want",
            "unknown key `want`",
            "the keys here are any",
        ),
        (
            "services: [{id: web, requires: {all: [a], reroute: {takes: 1s}}}]",
            "reroute",
            "unknown key `reroute`",
            "the keys here are all",
        ),
    ] {
        let (found_at, found, found_help) = problem(text);
        assert_eq!((found_at.as_str(), found.as_str()), (at, message), "{text}");
        assert_eq!(found_help, help, "{text}");
    }
}

#[test]
fn the_rest_of_an_item_is_still_used() {
    let outcome = yaml_manifest(
        "services: [{id: web, tier: x, colour: red, requires: [a, [b], c], replicas: [{count: x}, {weight: 2}]}, {}, {id: api}]",
    );
    assert_eq!(outcome.problems().len(), 5, "{:?}", outcome.problems());
    let names: Vec<&str> = outcome
        .facts
        .nodes
        .iter()
        .map(|n| n.name.text.as_str())
        .collect();
    assert_eq!(names, ["web", "api"]);
    assert_eq!(outcome.facts.requirements.len(), 2);
    let counts: Vec<u64> = outcome
        .facts
        .replicas
        .iter()
        .map(|copy| copy.count)
        .collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn a_standby_that_says_nothing_is_not_taken_for_active() {
    let outcome = yaml_manifest("services: [{id: web, replicas: [{on: host:a, standby: }]}]");
    assert_eq!(outcome.problems().len(), 1);
    assert_eq!(outcome.facts.replicas[0].standby, Some(vec![]));
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| {
        let form = (0..depth).fold("a".to_owned(), |form, _| format!("{{any: [{form}]}}"));
        format!("services: [{{id: web, requires: [{form}]}}]")
    };
    // The name inside is the 16th.
    yaml_manifest(&nested(15)).clean();
    let (_, message, _) = problem(&nested(16));
    assert_eq!(message, "`any`: nested more than 16 deep");
    assert!(!yaml_manifest(&nested(40)).problems().is_empty());
}

/// Parts of an expression, itself included.
fn size(expr: &Expr) -> usize {
    match expr {
        Expr::One(_) | Expr::Replicas(_) => 1,
        Expr::Some { members, .. } => 1 + members.iter().map(|m| size(&m.expr)).sum::<usize>(),
    }
}

#[test]
fn aliases_can_not_blow_it_up() {
    let mut text =
        "services:\n- id: a\n  requires:\n  - &l0 {any: [x, x, x, x, x, x, x, x, x, x]}\n"
            .to_owned();
    for level in 1..15 {
        let inner = vec![format!("*l{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "  - &l{level} {{any: [{inner}]}}");
    }
    let outcome = yaml_manifest(&text);
    // 10^15 names without a budget; with it, no more is kept than it pays for.
    let requirements = outcome.facts.requirements.iter();
    let kept: usize = requirements.map(|fact| size(&fact.expr)).sum();
    assert!((10_000..1_100_000).contains(&kept), "{kept}");
    let problems = outcome.problems();
    let told = problems
        .iter()
        .filter(|(_, message, _)| message.contains("aliases expand"));
    assert_eq!(told.count(), 1);

    // A document that holds itself, and many copies of one wide item.
    let itself = yaml_manifest("services: [{id: a, requires: [&r {any: [*r, b]}]}]");
    assert!(!itself.problems().is_empty());
    let wide: Vec<String> = (0..5_000).map(|n| format!("k{n}: 1")).collect();
    let many = vec!["*w"; 20_000].join(", ");
    let text = format!("services: [&w {{{}}}, {many}]\n", wide.join(", "));
    // Each copy has 5,000 keys that nobody knows, and only so many are told.
    let outcome = yaml_manifest(&text);
    assert!(outcome.problems().len() < 500);
    assert!(outcome.facts.nodes.len() < 20_000);
}

#[test]
fn problems_of_one_document_are_not_told_without_end() {
    let bad = vec!["{id: web, tier: x}"; 5_000].join(", ");
    let outcome = yaml_manifest(&format!("services: [{bad}]"));
    let problems = outcome.problems();
    assert_eq!(problems.len(), 200);
    assert!(problems[199].1.contains("too many problems"));
    assert_eq!(outcome.facts.nodes.len(), 5_000);
}

#[test]
fn long_values_are_cut_in_messages() {
    let (_, message, _) = problem(&format!(
        "services: [{{id: web, tier: {}}}]",
        "9".repeat(5_000)
    ));
    assert!(message.len() < 200, "{message}");
    let (_, message, _) = problem(&format!(
        "services: [{{id: web, rto: {}}}]",
        "9".repeat(5_000)
    ));
    assert!(message.len() < 200, "{message}");
    let (_, message, _) = problem(&format!("services: [{{id: {}}}]", "w".repeat(5_000)));
    assert_eq!(message, "`id`: longer than 1000 bytes");
}
