//! English and Korean. One table (`templates/strings.json`) serves the page's scripts and what is
//! rendered here: a sentence is a key with arguments, and stands in the page with both
//! (`data-t`: the place of its key in the sorted table, `data-a`), so that the reader can change the language.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use serde::Deserialize;

use super::korean;
use super::text::{escape, escape_quoted, number, prose, visible};
use crate::words::{Arg, Message, format_duration};

/// The table as it stands in the page.
pub(super) const STRINGS: &str = include_str!("../../templates/strings.json");

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Korean
    Ko,
}

impl Language {
    /// The word of `--lang` and of the `lang` attribute.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }
}

#[derive(Debug, Deserialize)]
struct Entry {
    en: String,
    ko: String,
}

/// The table, read once. A test holds it to be readable.
fn table() -> &'static BTreeMap<String, Entry> {
    static TABLE: OnceLock<BTreeMap<String, Entry>> = OnceLock::new();
    TABLE.get_or_init(|| serde_json::from_str(STRINGS).unwrap_or_default())
}

/// The place of `key` in the table, sorted by key, in base 36: what a page holds of a key. A key that is
/// not in the table stands for itself.
fn mark(key: &str) -> String {
    static KEYS: OnceLock<Vec<&'static str>> = OnceLock::new();
    if let Some(place) = korean::place(key) {
        return format!("~{}", base36(place));
    }
    let keys = KEYS.get_or_init(|| table().keys().map(String::as_str).collect());
    let Ok(place) = keys.binary_search(&key) else {
        return key.to_owned();
    };
    base36(place)
}

fn base36(number: usize) -> String {
    let mut digits = Vec::new();
    let mut left = number;
    loop {
        let digit = u32::try_from(left % 36).unwrap_or_default();
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        left /= 36;
        if left == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

/// The sentence `key` in both languages: of the table, or a message of the analysis.
fn both(key: &str) -> Option<(&'static str, &'static str)> {
    if let Some(entry) = table().get(key) {
        return Some((&entry.en, &entry.ko));
    }
    korean::sentence(key)
}

/// A sentence of the table with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Say {
    key: String,
    arguments: Vec<Argument>,
}

/// What stands in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Number(u64),
    Text(String),
    Say(Say),
    /// Seconds.
    Duration(u64),
    /// `a, b and c`, and how many more.
    List(Vec<Argument>, u64),
}

impl From<usize> for Argument {
    fn from(n: usize) -> Self {
        Self::Number(n as u64)
    }
}

impl From<&usize> for Argument {
    fn from(n: &usize) -> Self {
        Self::Number(*n as u64)
    }
}

impl From<&Say> for Argument {
    fn from(say: &Say) -> Self {
        Self::Say(say.clone())
    }
}

impl From<u64> for Argument {
    fn from(n: u64) -> Self {
        Self::Number(n)
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Say> for Argument {
    fn from(say: Say) -> Self {
        Self::Say(say)
    }
}

/// The messages of the analysis among `all`, by the marks under which a page holds them, as JSON that
/// may stand in a script element.
pub(super) fn messages<'s>(all: impl IntoIterator<Item = &'s Say>) -> String {
    let mut found = BTreeSet::new();
    for say in all {
        say.messages(&mut found);
    }
    let table: serde_json::Map<String, serde_json::Value> = found
        .into_iter()
        .filter_map(|key| {
            let (en, ko) = both(key)?;
            Some((mark(key), serde_json::json!({"en": en, "ko": ko})))
        })
        .collect();
    serde_json::Value::Object(table)
        .to_string()
        .replace('<', "\\u003c")
}

/// What the analysis says, in either language. Words of others stay as they are.
impl From<&Message> for Say {
    fn from(message: &Message) -> Self {
        let said = message
            .said()
            .filter(|said| korean::place(said.template).is_some());
        let Some(said) = said else {
            return say(korean::VERBATIM).with(visible(message.as_str()));
        };
        let mut sentence = say(said.template);
        for arg in &said.args {
            sentence = sentence.with(Argument::from(arg));
        }
        sentence
    }
}

impl From<&Arg> for Argument {
    fn from(arg: &Arg) -> Self {
        match arg {
            Arg::Number(n) => Self::Number(*n),
            Arg::Plain(text) => Self::Text(visible(text)),
            Arg::Message(message) => Self::Say(Say::from(message)),
            Arg::Duration(seconds) => Self::Duration(*seconds),
            Arg::Names(names, _) if names.is_empty() => Self::Say(say("none")),
            Arg::Names(names, more) => {
                let names = names.iter().map(|name| format!("`{}`", visible(name)));
                Self::List(names.map(Self::Text).collect(), *more as u64)
            }
        }
    }
}

/// A sentence without arguments.
pub(super) fn say(key: impl Into<String>) -> Say {
    Say {
        key: key.into(),
        arguments: Vec::new(),
    }
}

impl Say {
    /// With one more argument.
    #[must_use]
    pub(super) fn with(mut self, argument: impl Into<Argument>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The sentence as text.
    pub(super) fn text(&self, language: Language) -> String {
        let Some((en, ko)) = both(&self.key) else {
            return self.key.clone();
        };
        let text = match language {
            Language::En => en,
            Language::Ko => ko,
        };
        let first = self.arguments.iter().find_map(|argument| match argument {
            Argument::Number(n) => Some(*n),
            _ => None,
        });
        let text = match text.split_once('|') {
            Some((one, _)) if first == Some(1) => one,
            Some((_, many)) => many,
            None => text,
        };
        let mut shown = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            shown.push_str(before);
            let place = after.split_once('}').and_then(|(at, behind)| {
                let argument = self.arguments.get(at.parse::<usize>().ok()?)?;
                Some((argument, behind))
            });
            if let Some((argument, behind)) = place {
                shown.push_str(&argument.text(language));
                rest = behind;
            } else {
                shown.push('{');
                rest = after;
            }
        }
        shown.push_str(rest);
        shown
    }

    /// Its key as scripts know it.
    fn name(&self) -> String {
        match korean::place(&self.key) {
            Some(_) => mark(&self.key),
            None => self.key.clone(),
        }
    }

    /// The arguments as JSON, as `templates/scripts/i18n.js` reads them.
    fn json(&self) -> serde_json::Value {
        self.arguments.iter().map(Argument::json).collect()
    }

    /// The sentence as an element, names between backticks as code.
    pub(super) fn prose(&self, language: Language) -> String {
        let mut html = format!("<span{}>", self.marks());
        for (is_name, text) in prose(&self.text(language)) {
            let text = escape(&text);
            let _ = if is_name {
                write!(html, "<code>{text}</code>")
            } else {
                write!(html, "{text}")
            };
        }
        html.push_str("</span>");
        html
    }

    /// Adds the messages of the analysis that it is made of.
    pub(super) fn messages<'s>(&'s self, found: &mut BTreeSet<&'s str>) {
        if korean::place(&self.key).is_some() {
            found.insert(&self.key);
        }
        for argument in &self.arguments {
            if let Argument::Say(say) = argument {
                say.messages(found);
            }
        }
    }

    /// The sentence as an element that scripts can say again in another language.
    pub(super) fn html(&self, language: Language) -> String {
        let text = escape(&self.text(language));
        format!("<span{}>{text}</span>", self.marks())
    }

    /// The attributes by which scripts know the sentence that stands in an element.
    pub(super) fn marks(&self) -> String {
        let mut marks = format!(" data-t=\"{}\"", escape(&mark(&self.key)));
        if !self.arguments.is_empty() {
            // JSON is full of double quotes: between single ones they can stay as they are.
            let json = escape_quoted(&self.json().to_string());
            let _ = write!(marks, " data-a='{json}'");
        }
        marks
    }
}

impl Argument {
    fn text(&self, language: Language) -> String {
        match self {
            Self::Number(n) => number(*n),
            Self::Text(text) => text.clone(),
            Self::Say(say) => say.text(language),
            Self::Duration(seconds) => duration(*seconds, language),
            Self::List(items, more) => {
                let items: Vec<String> = items.iter().map(|item| item.text(language)).collect();
                if *more > 0 {
                    return say("list.more")
                        .with(items.join(", "))
                        .with(*more)
                        .text(language);
                }
                match items.split_last() {
                    Some((last, first)) if !first.is_empty() => say("list.and")
                        .with(first.join(", "))
                        .with(last.as_str())
                        .text(language),
                    _ => items.concat(),
                }
            }
        }
    }

    fn json(&self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Number(n) => json!(n),
            Self::Text(text) => json!(text),
            Self::Say(say) if say.arguments.is_empty() => json!({"k": say.name()}),
            Self::Say(say) => json!({"k": say.name(), "a": say.json()}),
            Self::Duration(seconds) => json!({"d": seconds}),
            Self::List(items, more) => {
                let items: Vec<_> = items.iter().map(Self::json).collect();
                if *more == 0 {
                    json!({"l": items})
                } else {
                    json!({"l": items, "m": more})
                }
            }
        }
    }
}

/// `8h`, `1d 2h`; in Korean `8시간`, `1일 2시간`.
fn duration(seconds: u64, language: Language) -> String {
    let text = format_duration(seconds);
    match language {
        Language::En => text,
        Language::Ko => text
            .split(' ')
            .map(|part| {
                let unit = part.chars().last().map(String::from).unwrap_or_default();
                let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
                format!("{digits}{}", say(format!("unit.{unit}")).text(language))
            })
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// For templates: the page's language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// The element that says `key`.
    pub(super) fn t(self, key: &str) -> String {
        say(key).html(self.0)
    }

    /// The element that says `key` with one argument.
    pub(super) fn t1(self, key: &str, argument: impl Into<Argument>) -> String {
        say(key).with(argument).html(self.0)
    }

    /// The element that says a sentence.
    pub(super) fn say(self, say: &Say) -> String {
        say.html(self.0)
    }

    /// The element that says a sentence with names in it.
    pub(super) fn prose(self, say: &Say) -> String {
        say.prose(self.0)
    }

    /// The text of `say`, for an element that has its marks.
    pub(super) fn words(self, say: &Say) -> String {
        escape(&say.text(self.0))
    }

    /// The element that says a word of the table under `prefix`, or the word itself.
    pub(super) fn word(self, prefix: &str, word: &str) -> String {
        let key = format!("{prefix}{word}");
        if table().contains_key(&key) {
            say(key).html(self.0)
        } else {
            escape(word)
        }
    }

    /// Plain text, for attributes and titles.
    pub(super) fn text(self, key: &str) -> String {
        say(key).text(self.0)
    }

    pub(super) fn as_str(self) -> &'static str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn places(text: &str) -> BTreeSet<char> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.chars().next())
            .collect()
    }

    #[test]
    fn both_languages_say_the_same() {
        let table: BTreeMap<String, Entry> = serde_json::from_str(STRINGS).unwrap();
        assert!(table.len() > 300);
        for (key, entry) in &table {
            assert!(!entry.en.is_empty() && !entry.ko.is_empty(), "{key}");
            // Scripts sort the keys as this program does.
            assert!(key.is_ascii() && key.len() > 3, "{key}");
            assert_eq!(places(&entry.en), places(&entry.ko), "{key}");
            if let Some((one, many)) = entry.en.split_once('|') {
                assert!(places(one).is_subset(&places(many)), "{key}");
            }
            assert!(!entry.ko.contains('|'), "{key}: Korean has one form");
        }
    }

    /// Keys written in templates, scripts and this folder, and whether they are whole.
    #[test]
    fn every_key_is_in_the_table() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seen = 0;
        for (folder, marks) in [
            ("templates/scripts", &["t(\""][..]),
            ("templates/report", &["l.t(\"", "l.t1(\"", "l.text(\""][..]),
            ("templates", &["l.t(\"", "l.t1(\"", "l.text(\""][..]),
            ("src/report", &["say(\""][..]),
        ] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for mark in marks {
                    for (at, _) in text.match_indices(mark) {
                        // `t(` is a word of its own, or a method.
                        if text
                            .get(..at)
                            .is_some_and(|s| s.ends_with(char::is_alphanumeric))
                        {
                            continue;
                        }
                        let rest = &text[at + mark.len()..];
                        let (key, behind) = rest.split_once('"').unwrap();
                        // What is joined with a word is looked up with that word.
                        let whole =
                            !key.ends_with('.') && !behind.starts_with(" +") && !key.contains('{');
                        if whole
                            && key.contains('.')
                            && key
                                .chars()
                                .all(|c| c.is_ascii_lowercase() || "._-".contains(c))
                        {
                            seen += 1;
                            assert!(table().contains_key(key), "{key} of {}", path.display());
                        }
                    }
                }
            }
        }
        assert!(seen > 200, "{seen}");
    }

    #[test]
    fn sentences_nest_and_are_escaped() {
        let sentence = say("panel.cut.journeys")
            .with(2_usize)
            .with(1_234_usize)
            .with("<b>\"it's\"");
        assert_eq!(
            sentence.text(Language::En),
            "2 of 1,234 journeys are cut when <b>\"it's\" fails."
        );
        assert_eq!(
            sentence.html(Language::Ko),
            "<span data-t=\"MARK\" data-a='[2,1234,\"&lt;b&gt;\\\"it&#39;s\\\"\"]'>&lt;b&gt;&quot;it's&quot; 장애: 사용자 여정 1,234개 중 2개 중단.</span>"
                .replace("MARK", &mark("panel.cut.journeys")),
        );
        let late = say("state.late")
            .with(Argument::Duration(97_200))
            .with(Argument::Duration(600));
        assert_eq!(late.text(Language::En), "Back in 1d 3h over 10m");
        assert_eq!(
            late.text(Language::Ko),
            "1일 3시간 뒤 복구 (목표 10분 초과)"
        );
        let list = |n: usize, more| {
            let items = ["a", "b", "c"]
                .into_iter()
                .take(n)
                .map(Argument::from)
                .collect();
            Argument::List(items, more).text(Language::En)
        };
        assert_eq!(list(3, 0), "a, b and c");
        assert_eq!(list(2, 5), "a, b and 5 more");
        assert_eq!(list(1, 0), "a");
        assert_eq!(list(0, 0), "");
    }
}
