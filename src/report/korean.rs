//! What rules and readers say, in Korean: one catalogue (`templates/korean.json`), from each English
//! template to a Korean one with the same places. Arguments stay: names, numbers, durations.
//!
//! Korean particles hang on the last sound of the word before them, which is not known of a name in
//! Latin letters: behind a name stands a colon, a noun of ours (`장애 시`) or nothing.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::words::message::{Piece, Pieces, places};

const KOREAN: &str = include_str!("../../templates/korean.json");

/// The template of words that are the same in every language.
pub(super) const VERBATIM: &str = "{names}";

/// A message in both languages, its places numbered in the order of the English one.
#[derive(Debug)]
struct Sentence {
    place: usize,
    en: String,
    ko: String,
}

fn catalogue() -> &'static BTreeMap<String, Sentence> {
    static CATALOGUE: OnceLock<BTreeMap<String, Sentence>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let read: BTreeMap<String, String> = serde_json::from_str(KOREAN).unwrap_or_default();
        let numbered = |template: &str, names: &[&str]| {
            Pieces(template)
                .map(|piece| match piece {
                    Piece::Words(words) => words.to_owned(),
                    Piece::Place(name) => match names.iter().position(|known| *known == name) {
                        Some(at) => format!("{{{at}}}"),
                        None => String::new(),
                    },
                })
                .collect()
        };
        let sentence = |(place, (template, korean)): (usize, (String, String))| {
            let names: Vec<&str> = places(&template).collect();
            let (en, ko) = (numbered(&template, &names), numbered(&korean, &names));
            (template, Sentence { place, en, ko })
        };
        read.into_iter().enumerate().map(sentence).collect()
    })
}

/// The place of `template` in the sorted catalogue; `None` if it has no Korean.
pub(super) fn place(template: &str) -> Option<usize> {
    catalogue().get(template).map(|sentence| sentence.place)
}

/// `template` in English and in Korean, with numbered places.
pub(super) fn sentence(template: &str) -> Option<(&'static str, &'static str)> {
    let sentence = catalogue().get(template)?;
    Some((&sentence.en, &sentence.ko))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The text of the literal at the beginning of `code`, as the compiler reads it.
    fn literal(code: &str) -> Option<String> {
        let mut text = String::new();
        let mut letters = code.strip_prefix('"')?.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => return Some(text),
                '\\' => match letters.next()? {
                    '\n' => while letters.next_if(|c| c.is_whitespace()).is_some() {},
                    'n' => text.push('\n'),
                    other => text.push(other),
                },
                _ => text.push(letter),
            }
        }
        None
    }

    /// Templates of `message!`, and all other literals, below `folder`.
    fn collect(folder: &Path, templates: &mut BTreeSet<String>, literals: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("tests") {
                    collect(&path, templates, literals);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            if path.ends_with("words/message.rs") || path.ends_with("report/korean.rs") {
                continue;
            }
            for (at, _) in code.match_indices("message!(") {
                templates.extend(literal(code[at + "message!(".len()..].trim_start()));
            }
            for (at, _) in code.match_indices('"') {
                literals.extend(literal(&code[at..]));
            }
        }
    }

    #[test]
    fn every_message_has_its_korean_and_none_is_dead() {
        let (mut templates, mut literals) = (BTreeSet::new(), BTreeSet::new());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        collect(&root, &mut templates, &mut literals);
        assert!(templates.len() > 400, "{}", templates.len());
        let read: BTreeMap<String, String> = serde_json::from_str(KOREAN).unwrap();
        // A key twice would hide one of them.
        assert_eq!(
            read.len(),
            KOREAN.lines().filter(|l| l.contains("\": \"")).count()
        );
        let missing: Vec<_> = templates
            .iter()
            .filter(|t| !read.contains_key(*t))
            .collect();
        assert!(missing.is_empty(), "no Korean for {missing:#?}");
        let dead: Vec<_> = read.keys().filter(|t| !literals.contains(*t)).collect();
        assert!(dead.is_empty(), "nobody says {dead:#?}");
        for (template, korean) in &read {
            let names = |text| places(text).collect::<BTreeSet<&str>>();
            assert_eq!(names(template), names(korean), "{template}");
            assert!(!korean.contains('|'), "{template}: Korean has one form");
            assert!(places(template).count() <= 10, "{template}: one digit");
        }
    }

    /// A particle behind a name, or behind what is filled in, reads wrong half of the time.
    #[test]
    fn no_particle_hangs_on_what_is_filled_in() {
        let read: BTreeMap<String, String> = serde_json::from_str(KOREAN).unwrap();
        let wrong = ["은", "는", "이", "가", "을", "를", "과", "와", "으로", "로"];
        for (template, korean) in &read {
            for (at, _) in korean.match_indices("}`") {
                let rest = &korean[at + 2..];
                let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
                assert!(!wrong.contains(&word.as_str()), "{template}: {word}");
            }
        }
    }
}
