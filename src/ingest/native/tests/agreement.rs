//! Reader and schema agree: every key of the schema is read, no other is taken by either, and on
//! random documents they say the same.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::schema;
use super::*;

static VALIDATOR: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema()).expect("a sound schema"));

/// Where an item of some type stands in a manifest, the least it must say, and a value for each
/// key.
struct Place {
    definition: &'static str,
    wrap: fn(Value) -> Value,
    least: Value,
    samples: Value,
}

fn in_requires(form: Value) -> Value {
    json!({"services": [{"id": "web", "requires": [form]}]})
}

fn in_any(member: Value) -> Value {
    in_requires(json!({"any": ["z", member]}))
}

fn in_standby(way: Value) -> Value {
    json!({"services": [{"id": "web", "replicas": [{"standby": [way]}]}]})
}

fn in_replication(held: Value) -> Value {
    json!({"stores": [{"id": "db", "replicas": [{"replication": held}]}]})
}

/// Samples for what every node may say, and `more`.
fn node(more: Value) -> Value {
    let mut all = json!({
        "id": "kind:name", "title": "판교", "owner": "team", "tier": 1, "rto": "5m", "rpo": 60,
        "fails": "0.5/y", "repair": "4h", "cost": "2k",
        "verified": "2026-04-01", "requires": ["a", {"need": 2, "of": ["a", "b", "c"], "want": 3}], "optional": "a",
    });
    extend(&mut all, more);
    all
}

fn replica(more: Value) -> Value {
    let mut all = json!({
        "on": ["site:a", {"any": ["power:a", "power:b"]}], "count": 2, "weight": 50,
        "standby": {"takes": "20m"}, "requires": "a", "spread": ["host", "zone"],
        "fails": "1/30d", "repair": "4h", "cost": 3,
    });
    extend(&mut all, more);
    all
}

fn extend(to: &mut Value, more: Value) {
    if let (Value::Object(to), Value::Object(more)) = (to, more) {
        to.extend(more);
    }
}

fn places() -> Vec<Place> {
    let workload = json!({
        "replicas": 3, "demand": 200, "need": "70%", "in": "site:a", "start": ["a"],
        "start_takes": "10m", "users": "30M", "revenue": 5, "role": "dns",
    });
    let reroute = json!({"takes": "30s", "requires": ["gslb"]});
    let place = |definition, wrap, least, samples| Place {
        definition,
        wrap,
        least,
        samples,
    };
    vec![
        place(
            "",
            |manifest| manifest,
            json!({"services": [{"id": "z"}]}),
            json!({
                "version": 1, "domains": [{"id": "site:a"}], "services": [{"id": "a"}],
                "stores": [{"id": "a"}], "journeys": [{"id": "a"}], "externals": [{"id": "a"}],
                "overrides": [{"of": "a", "on": "b", "mode": "none"}], "aliases": {"a": "b"},
            }),
        ),
        place(
            "Domain",
            |item| json!({"domains": [item]}),
            json!({"id": "site:a"}),
            node(json!({"in": ["a"], "within": "site:b", "start": "a", "start_takes": "1h"})),
        ),
        place(
            "Service",
            |item| json!({"services": [item]}),
            json!({"id": "a"}),
            node(workload.clone()),
        ),
        place(
            "Store",
            |item| json!({"stores": [item]}),
            json!({"id": "a"}),
            node(workload),
        ),
        place(
            "Journey",
            |item| json!({"journeys": [item]}),
            json!({"id": "a"}),
            node(json!({"id": "journey:b", "users": 1, "revenue": 2})),
        ),
        place(
            "External",
            |item| json!({"externals": [item]}),
            json!({"id": "a"}),
            node(json!({"in": "provider:x"})),
        ),
        place(
            "ServiceReplica",
            |item| json!({"services": [{"id": "a", "replicas": [item]}]}),
            json!({}),
            replica(json!({})),
        ),
        place(
            "StoreReplica",
            |item| json!({"stores": [{"id": "a", "replicas": [item]}]}),
            json!({}),
            replica(json!({"replication": {"async": "5s"}})),
        ),
        place(
            "AsyncCopy",
            in_replication,
            json!({"async": 1}),
            json!({"async": "5s"}),
        ),
        place(
            "BackupCopy",
            in_replication,
            json!({"backup": 1}),
            json!({"backup": "24h"}),
        ),
        place(
            "Override",
            |item| json!({"overrides": [item]}),
            json!({"of": "a", "on": "b", "mode": "hard"}),
            json!({"of": "c", "on": "c", "mode": "soft", "reason": "because"}),
        ),
        place("Any", in_any, json!({"any": ["a"]}), json!({"any": ["b"]})),
        place(
            "All",
            in_any,
            json!({"all": ["a"]}),
            json!({"all": ["b", {"any": ["c"]}]}),
        ),
        place(
            "Enough",
            in_any,
            json!({"need": 1, "of": ["a", "b"]}),
            json!({"need": 2, "of": ["c", "d"]}),
        ),
        place(
            "AnyRequirement",
            in_requires,
            json!({"any": ["a", "b"]}),
            json!({"any": ["c", "d"], "want": 2, "reroute": reroute.clone()}),
        ),
        place(
            "EnoughRequirement",
            in_requires,
            json!({"need": 1, "of": ["a", "b", "c"]}),
            json!({"need": 2, "of": ["d", "e"], "want": 3, "reroute": reroute}),
        ),
        place(
            "WeightedMember",
            in_any,
            json!({"is": "a"}),
            json!({"is": {"all": ["b"]}, "weight": 3, "standby": "never"}),
        ),
        place(
            "Way",
            in_standby,
            json!({"takes": "1m"}),
            json!({"takes": "2m", "requires": ["a"], "drilled": "2026-05-01"}),
        ),
    ]
}

/// What the adapter makes of a manifest, and what the schema says of it.
fn both(manifest: &Value) -> (Outcome, bool) {
    let outcome = read("spof.json", &manifest.to_string());
    (outcome, VALIDATOR.is_valid(manifest))
}

/// Facts without their places.
fn said(facts: &Facts) -> String {
    let text = format!("{facts:?}");
    let mut parts = text.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        all + part.split_once('}').map_or("", |(_, rest)| rest)
    })
}

#[test]
fn every_key_of_the_schema_is_read_and_no_other() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    let items = definitions
        .iter()
        .filter(|(_, definition)| definition.get("properties").is_some());
    let known: BTreeSet<&str> = items.map(|(name, _)| name.as_str()).chain([""]).collect();
    let tested: BTreeSet<&str> = places().iter().map(|place| place.definition).collect();
    assert_eq!(known, tested);

    for place in places() {
        let name = place.definition;
        let definition = definitions.get(name).unwrap_or(&schema);
        let keys: BTreeSet<&str> = definition["properties"]
            .as_object()
            .expect("properties")
            .keys()
            .map(String::as_str)
            .collect();
        let samples = place.samples.as_object().expect("samples");
        assert_eq!(
            keys,
            samples.keys().map(String::as_str).collect(),
            "{name}: one sample for each key"
        );
        let (least, valid) = both(&(place.wrap)(place.least.clone()));
        assert!(valid, "{name}");
        let least = said(&least.clean().facts);

        for (key, sample) in samples {
            let mut item = place.least.clone();
            extend(
                &mut item,
                Value::Object(Map::from_iter([(key.clone(), sample.clone())])),
            );
            let (outcome, valid) = both(&(place.wrap)(item));
            assert!(valid, "{name}: the schema refuses {key}: {sample}");
            let changed = said(&outcome.clean().facts) != least;
            assert!(
                changed || key == "version",
                "{name}: {key} is read but says nothing"
            );
        }
        for required in definition["required"].as_array().into_iter().flatten() {
            let mut item = place.least.clone();
            let key = required.as_str().expect("a key");
            item.as_object_mut().expect("an item").remove(key);
            let (outcome, valid) = both(&(place.wrap)(item));
            assert!(!valid, "{name}: the schema takes it without {key}");
            assert!(!outcome.problems().is_empty(), "{name} without {key}");
        }
        let mut item = place.least.clone();
        extend(&mut item, json!({"nonsense": 1}));
        let (outcome, valid) = both(&(place.wrap)(item));
        assert!(!valid, "{name}: the schema takes unknown keys");
        assert_eq!(outcome.problems()[0].1, "unknown key `nonsense`", "{name}");
    }
}

#[test]
fn every_key_is_described() {
    fn check(name: &str, schema: &Value) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let text = property["description"].as_str().unwrap_or_default();
            assert!(text.ends_with('.'), "{name}.{key}: {text:?}");
        }
    }
    let schema = schema();
    check("", &schema);
    for (name, definition) in schema["$defs"].as_object().expect("definitions") {
        assert!(definition["description"].is_string(), "{name}");
        check(name, definition);
    }
}

/// The schema as it is shipped. `SNAPSHOTS=overwrite cargo test` writes it anew.
#[test]
fn the_shipped_schema_is_this_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/spof.schema.json");
    let text = format!("{:#}\n", schema());
    if std::env::var_os("SNAPSHOTS").is_some_and(|word| word == "overwrite") {
        std::fs::write(path, &text).expect("docs/ is there");
    }
    let shipped = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        shipped == text,
        "docs/spof.schema.json is old: SNAPSHOTS=overwrite cargo test"
    );
}

/// Problems that a schema can't express: sums, calendars, how much a text like `5M` is, and what
/// depends on the section.
fn beyond_schemas(at: &str, message: &str) -> bool {
    let too_much = ["must be from", "is larger than", "is longer than 100 years"];
    let text = at.starts_with('"');
    if at == "\"2026-02-30\"" && message.contains("expected a date") {
        return true;
    }
    if text && too_much.iter().any(|words| message.contains(words)) {
        return true;
    }
    [
        "the members weigh",
        "it must be more than",
        "has no effect here",
        "a domain needs a kind",
        "a journey is of the kind",
        "this manifest states nothing",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// Values that some key takes, and some that none does.
fn values() -> impl Strategy<Value = Value> {
    let mut pool: Vec<Value> = places()
        .into_iter()
        .flat_map(|place| {
            let mut values = vec![place.least];
            values.extend(
                place
                    .samples
                    .as_object()
                    .into_iter()
                    .flat_map(|all| all.values().cloned()),
            );
            values
        })
        .collect();
    pool.extend([
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(10),
        json!(100_001),
        json!(1_000_000_001_u64),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("x:"),
        json!("Site:a"),
        json!("group:a"),
        json!("0%"),
        json!("1001%"),
        json!("007%"),
        json!("5m5"),
        json!("3min"),
        json!("1_000"),
        json!("1.5"),
        json!("1.5k"),
        json!("2026-02-30"),
        json!("2026-13-30"),
        json!("async( 5s )"),
        json!("backup(x)"),
        json!("-1/y"),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!(["a", 1]),
    ]);
    proptest::sample::select(pool)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Random items of every type with random values: what one refuses, the other does too.
    #[test]
    fn reader_and_schema_agree_on_random_documents(
        at in any::<prop::sample::Index>(),
        keys in prop::collection::vec((any::<prop::sample::Index>(), values()), 0..3),
    ) {
        let places = places();
        let place = &places[at.index(places.len())];
        let samples: Vec<&String> = place.samples.as_object().expect("samples").keys().collect();
        let mut item = place.least.clone();
        for (key, value) in keys {
            let key = samples[key.index(samples.len())].clone();
            extend(&mut item, Value::Object(Map::from_iter([(key, value)])));
        }
        let manifest = (place.wrap)(item);
        let (outcome, valid) = both(&manifest);
        let problems = outcome.problems();
        let clean = problems.iter().all(|(at, message, _)| beyond_schemas(at, message));
        prop_assert_eq!(clean, valid, "{}\n{:?}", manifest, problems);
    }
}
