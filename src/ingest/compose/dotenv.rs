//! `.env` files: `NAME=value` lines as Docker Compose reads them.
//!
//! Comments stand on their own line or behind ` #`; `export` may stand before; single quotes hold
//! text as it is, double quotes with escapes, both over several lines; unquoted and double-quoted
//! values use variables that were stated before.

use std::collections::BTreeMap;

use super::interpolate::fill;
use crate::source::mask;

/// Variables by name.
pub(super) type Variables = BTreeMap<String, String>;

/// Bytes that the variables of one file may have together.
const MOST_BYTES: usize = 32 << 20;
/// What stands for a secret: no host name can contain it, so none is ever shown.
const HIDDEN: &str = "***";

/// Adds the variables of `text` to `variables`; the later of one name counts, but those in
/// `stronger` are never changed and are what a value sees first.
///
/// The value of a variable that is called like a secret is never kept. O(length).
pub(super) fn read(text: &str, stronger: &Variables, variables: &mut Variables) {
    state(text, stronger, stronger, variables);
}

/// Values see `seen` before what the file states; names in `fixed` keep their values.
fn state(text: &str, seen: &Variables, fixed: &Variables, variables: &mut Variables) {
    let mut rest = text;
    let mut left = MOST_BYTES;
    while !rest.is_empty() {
        rest = rest.trim_start();
        let line = rest.lines().next().unwrap_or_default();
        let Some((name, separator)) = key(line) else {
            rest = rest.get(line.len()..).unwrap_or_default();
            continue;
        };
        let after = rest.get(separator + 1..).unwrap_or_default();
        let after = after.trim_start_matches([' ', '\t']);
        let value_of = |name: &str| {
            let known = seen.get(name).or_else(|| variables.get(name));
            known.cloned()
        };
        let value;
        if let Some((inner, tail)) = quoted(after, '\'') {
            value = inner.replace("\\'", "'");
            rest = end_of_line(tail);
        } else if let Some((inner, tail)) = quoted(after, '"') {
            value = fill(&unescape(inner), &value_of).text;
            rest = end_of_line(tail);
        } else {
            let line = after.lines().next().unwrap_or_default();
            value = fill(uncommented(line), &value_of).text;
            rest = after.get(line.len()..).unwrap_or_default();
        }
        let value = if mask::is_secret_key(name) && !value.is_empty() {
            HIDDEN.to_owned()
        } else {
            value
        };
        let bytes = name.len() + value.len();
        if bytes > left {
            return;
        }
        left -= bytes;
        let value = fixed.get(name).cloned().unwrap_or(value);
        variables.insert(name.to_owned(), value);
    }
}

/// The variables that `text` states, whose values may use `around`. O(length).
pub(super) fn read_beside(text: &str, around: &Variables) -> Variables {
    let mut own = Variables::new();
    state(text, around, &Variables::new(), &mut own);
    own
}

/// The name that a line states, and where its `=` (or `:`) stands; `None` for any other line.
fn key(line: &str) -> Option<(&str, usize)> {
    let separator = line.find(['=', ':'])?;
    let before = line.get(..separator)?.trim_end();
    let name = before
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']))
        .map_or(before, str::trim_start);
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    (!name.is_empty() && name.chars().all(letters)).then_some((name, separator))
}

/// The inside of a text in quotes, and what follows; `None` when it is none.
fn quoted(text: &str, quote: char) -> Option<(&str, &str)> {
    let inner = text.strip_prefix(quote)?;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        if c == quote && !escaped {
            return Some((inner.get(..at)?, inner.get(at + 1..)?));
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// Drops what follows a closing quote.
fn end_of_line(text: &str) -> &str {
    text.find('\n')
        .map_or("", |at| text.get(at..).unwrap_or(""))
}

/// An unquoted value without its comment.
fn uncommented(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return line.get(..at).unwrap_or_default().trim();
        }
        before = c;
    }
    line.trim()
}

/// The escapes of double quotes; `\$` becomes `$$`, which filling leaves as a dollar sign.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('$') => plain.push_str("$$"),
            Some(other @ ('"' | '\\')) => plain.push(other),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn variables(text: &str) -> Variables {
        let mut variables = Variables::new();
        read(text, &Variables::new(), &mut variables);
        variables
    }

    #[test]
    fn every_form() {
        let read = variables(
            "\u{20}\n# comment=1\nHOST=db\nPORT = 5432 # why\r\nADDR=${HOST}:${PORT}\n\
             export URL=\"http://${ADDR}/a#b\" # c\nRAW='$HOST # x'\nHASH=a#b\nNONE=\n\
             ONLY= # comment\nYAML: way\nnot a line\nMULTI=\"one\ntwo\"\nLATE=$LATER\nLATER=1\n\
             ESC=\"\\$HOST\\n\"\nHOST=db2\n",
        );
        for (name, want) in [
            ("HOST", "db2"),
            ("PORT", "5432"),
            ("ADDR", "db:5432"),
            ("URL", "http://db:5432/a#b"),
            ("RAW", "$HOST # x"),
            ("HASH", "a#b"),
            ("NONE", ""),
            ("ONLY", ""),
            ("YAML", "way"),
            ("MULTI", "one\ntwo"),
            ("LATE", ""),
            ("ESC", "$HOST\n"),
        ] {
            assert_eq!(read.get(name).map(String::as_str), Some(want), "{name}");
        }
        assert_eq!(read.len(), 13, "{:?}", read.keys());
    }

    #[test]
    fn secrets_are_not_kept_and_stronger_ones_stay() {
        let stronger = Variables::from([("HOST".to_owned(), "mine".to_owned())]);
        let mut found = Variables::new();
        let text = "DB_PASSWORD=hunter2\nHOST=theirs\nURL=http://$HOST:1/$DB_PASSWORD\n";
        read(text, &stronger, &mut found);
        assert_eq!(found["DB_PASSWORD"], "***");
        assert_eq!(found["HOST"], "mine");
        assert_eq!(found["URL"], "http://mine:1/***");
    }

    #[test]
    fn odd_files_end() {
        for text in [
            "=",
            "A='",
            "A=\"\\",
            "export",
            "export =1",
            "\u{feff}",
            ":",
            "A",
        ] {
            let _ = variables(text);
        }
        let mut doubling = "A0=xxxxxxxx\n".to_owned();
        for at in 1..2_000 {
            let _ = writeln!(doubling, "A{at}=$A{0}$A{0}", at - 1);
        }
        let total: usize = variables(&doubling).values().map(String::len).sum();
        assert!(total <= MOST_BYTES);
    }
}
