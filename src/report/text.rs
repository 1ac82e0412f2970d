//! Words and numbers as the page shows them: names of strangers made visible, numbers with
//! thousands separators, verdicts, requirements in a few words.

use std::fmt::Write as _;

use super::language::{Argument, Say, say};
use crate::analysis::verdict::{Time, Verdict};
use crate::source::mask;

/// `text` without credentials, and with all that can't be seen, or that turns the reading direction, made visible: control
/// characters as their pictures (␊), others as `[U+202E]`. Markup is escaped by the templates.
pub(super) fn visible(text: &str) -> String {
    let text = mask::value(text);
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\u{1f}' => {
                shown.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{2426}'));
            }
            '\u{7f}' => shown.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}' => {
                let _ = write!(shown, "[U+{:04X}]", u32::from(c));
            }
            _ => shown.push(c),
        }
    }
    shown
}

/// A sentence in parts: `true` for what stands between backticks, which is a name. Made visible.
pub(super) fn prose(text: &str) -> Vec<(bool, String)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((name, behind)) = after.split_once('`') else {
            break;
        };
        if !before.is_empty() {
            parts.push((false, visible(before)));
        }
        if !name.is_empty() {
            parts.push((true, visible(name)));
        }
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push((false, visible(rest)));
    }
    parts
}

/// An identifier that can stand in `id="…"` and after `#`: letters, digits, `:`, `-` and `.` stay,
/// all else becomes `_` and its bytes in hex. Different texts stay different.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b':' | b'-' | b'.' => {
                slug.push(char::from(byte));
            }
            _ => {
                let _ = write!(slug, "_{byte:02x}");
            }
        }
    }
    slug
}

/// `1234567` as `1,234,567`.
pub(super) fn number(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `part` of `whole` in percent, rounded down, so that 100 % means all of it.
pub(super) fn percent(part: usize, whole: usize) -> String {
    match part.saturating_mul(100).checked_div(whole) {
        Some(percent) => format!("{percent} %"),
        None => "–".to_owned(),
    }
}

/// A verdict with its time, as a chip shows it.
pub(super) fn verdict_words(verdict: Verdict, recovers: Time) -> Say {
    match (verdict, recovers.finite()) {
        (Verdict::None, _) => say("state.none"),
        (Verdict::Degraded, _) => say("state.degraded"),
        (Verdict::Interrupted, Some(0)) => say("state.at_once"),
        (Verdict::Interrupted, Some(s)) => say("state.interrupted").with(Argument::Duration(s)),
        (Verdict::Interrupted, None) => say("state.some"),
        (Verdict::Down, _) => say("state.down"),
        (Verdict::Stuck, _) => say("state.stuck"),
    }
}

/// Names in a sentence; after `most` of them "and 4 more".
pub(super) fn list(items: Vec<String>, most: usize) -> Argument {
    let more = items.len().saturating_sub(most);
    let shown = items.into_iter().take(most).map(Argument::from);
    Argument::List(shown.collect(), more as u64)
}

/// `text` as it may stand between single quotes.
pub(super) fn escape_quoted(text: &str) -> String {
    escape(text).replace("&quot;", "\"").replace('\'', "&#39;")
}

/// `text` as it may stand in an element or between double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_seen() {
        assert_eq!(
            visible("a\n\u{1b}[31m\u{202e}b\u{feff}"),
            "a␊␛[31m[U+202E]b[U+FEFF]"
        );
        assert_eq!(visible("판교 é"), "판교 é");
    }

    #[test]
    fn names_in_prose_are_told_apart() {
        let part = |name, text: &str| (name, text.to_owned());
        assert_eq!(
            prose("`a` goes with `b`."),
            [
                part(true, "a"),
                part(false, " goes with "),
                part(true, "b"),
                part(false, ".")
            ]
        );
        assert_eq!(prose("an odd ` one"), [part(false, "an odd ` one")]);
        assert_eq!(prose(""), []);
    }

    #[test]
    fn slugs_are_safe_and_differ() {
        assert_eq!(slug("site:pangyo"), "site:pangyo");
        assert_eq!(slug("a\"b"), "a_22b");
        assert_ne!(slug("a_22b"), slug("a\"b"));
    }

    #[test]
    fn numbers_and_lists() {
        assert_eq!(number(0_u64), "0");
        assert_eq!(number(999_usize), "999");
        assert_eq!(number(1_000_u64), "1,000");
        assert_eq!(number(1_234_567_u64), "1,234,567");
        assert_eq!(percent(1_999, 2_000), "99 %");
        assert_eq!(percent(0, 0), "–");
        assert_eq!(
            escape("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
    }
}
