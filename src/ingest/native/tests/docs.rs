//! The reference page: its examples work, and it leaves no key out.

use serde_json::{Map, Value};

use super::super::schema;
use super::*;
use crate::source::{Kind, View};

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.md"));

/// The fenced blocks of the page: language and text.
fn examples() -> Vec<(&'static str, &'static str)> {
    let mut rest = PAGE;
    let mut found = Vec::new();
    while let Some((_, after)) = rest.split_once("\n```") {
        let (language, after) = after.split_once('\n').expect("a language");
        let (text, after) = after.split_once("\n```\n").expect("an end");
        found.push((language, text));
        rest = after;
    }
    found
}

/// A document as other tools see it (YAML 1.2's core types).
fn value(view: View<'_>) -> Value {
    match view.kind() {
        Kind::Null => Value::Null,
        Kind::Sequence => view.items().map(value).collect(),
        Kind::Mapping => {
            let entries = view.entries().into_iter();
            let entries = entries.map(|(key, of)| {
                let key = key.as_str().expect("a key");
                (key.to_owned(), value(of))
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Scalar => {
            let text = view.as_str().unwrap_or_default();
            let number = || text.parse::<i64>().map(Value::from).ok();
            let plain = (!view.is_quoted()).then(number).flatten();
            plain.unwrap_or_else(|| text.into())
        }
    }
}

#[test]
fn every_example_is_a_sound_manifest() {
    let validator = jsonschema::validator_for(&schema()).expect("a sound schema");
    let examples = examples();
    for language in ["yaml", "json", "toml"] {
        assert!(examples.iter().any(|(of, _)| *of == language), "{language}");
    }
    for (language, text) in examples {
        let path = format!("example.spof.{language}");
        let outcome = read(&path, text).clean();
        assert!(outcome.claimed);
        let file = outcome.sources.files().next().expect("a file").0;
        let limits = Limits::default();
        let reading = match language {
            "yaml" => yaml::read(file, text, &limits),
            "json" => json::read(file, text, &limits),
            "toml" => toml::read(file, text, &limits),
            _ => panic!("an example in {language}"),
        };
        let whole = value(reading.documents[0].root());
        let errors: Vec<String> = validator
            .iter_errors(&whole)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn every_key_is_on_the_page() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    for definition in definitions.values().chain([&schema]) {
        for key in definition["properties"].as_object().into_iter().flatten() {
            let ticked = [
                format!("`{}`", key.0),
                format!("`{{{}:", key.0),
                format!("`{}:", key.0),
            ];
            let told = ticked.iter().any(|words| PAGE.contains(words.as_str()))
                || PAGE.contains(&format!("\n### {}\n", key.0));
            assert!(told, "{} is not on the page", key.0);
        }
    }
}

#[test]
fn links_lead_to_headings() {
    let slugs: Vec<String> = PAGE
        .lines()
        .filter_map(|line| Some(line.strip_prefix('#')?.trim_start_matches('#').trim()))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let links = PAGE.split("](#").skip(1);
    for link in links.filter_map(|after| after.split_once(')')) {
        assert!(slugs.iter().any(|slug| slug == link.0), "#{}", link.0);
    }
}
