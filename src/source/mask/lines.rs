//! Secrets in lines of files: told by the key on the line, or by lines near it.

use std::borrow::Cow;
use std::ops::Range;

use super::{apply, forms, is_harmless, is_secret_key};

/// How many lines above a line are looked at to know what it belongs to.
const LOOK_BACK: usize = 400;

/// Byte ranges of secrets in one line, judged alone.
pub(super) fn secrets(line: &str) -> Vec<Range<usize>> {
    let mut out = forms::secrets(line);
    let mut secret_name = false;
    for entry in entries(line) {
        let value = line.get(entry.value.clone()).unwrap_or("");
        let named = is_value_key(entry.key) && secret_name;
        if is_secret_key(entry.key) || named {
            forms::push_value(line, entry.value.clone(), &mut out);
        }
        if is_name_key(entry.key) {
            secret_name = is_secret_key(value);
        }
    }
    out
}

/// The line at bytes `range` of `text`, masked with what its neighbours say about it: the name of
/// a `name`/`value` pair, a secret's key above a block of text, a Kubernetes Secret's data, a PEM
/// block. Looks at most some hundred lines back.
#[must_use]
pub fn line_at(text: &str, range: Range<usize>) -> Cow<'_, str> {
    let Some(line) = text.get(range.clone()) else {
        return Cow::Borrowed("");
    };
    if line.len() > super::LONGEST {
        return Cow::Borrowed(super::MASK);
    }
    let above = text.get(..range.start).unwrap_or("");
    let below = text.get(range.end..).unwrap_or("");
    let mut ranges = secrets(line);
    let content = content_of(line);
    let entry = entries(line).into_iter().next();
    let hide_all = match &entry {
        Some(entry) => {
            let paired = is_value_key(entry.key) && has_secret_name(line, above, below);
            if paired || is_secret_data(line, above) {
                forms::push_value(line, entry.value.clone(), &mut ranges);
            }
            inside_block_text(line, above)
        }
        None => inside_secret(line, above),
    };
    if (hide_all || in_pem(line, above)) && !is_harmless(content_text(line, &content)) {
        ranges.push(content);
    }
    match apply(line, ranges) {
        Cow::Borrowed(line) => Cow::Borrowed(line),
        Cow::Owned(masked) => Cow::Owned(super::line(&masked).into_owned()),
    }
}

/// Keys that hold the name of a pair.
fn is_name_key(key: &str) -> bool {
    matches!(
        key,
        "name" | "Name" | "key" | "Key" | "parameter" | "ParameterKey"
    )
}

/// Keys that hold the value of a pair.
fn is_value_key(key: &str) -> bool {
    matches!(
        key,
        "value" | "Value" | "default" | "Default" | "ParameterValue"
    )
}

/// `key: value`, `key=value` or `"key": "value"` somewhere in a line.
struct Entry<'l> {
    key: &'l str,
    /// Without quotes.
    value: Range<usize>,
}

/// Every entry of a line, flow mappings and JSON included, in order.
fn entries(line: &str) -> Vec<Entry<'_>> {
    let mut out: Vec<Entry<'_>> = Vec::new();
    let bytes = line.as_bytes();
    let mut taken = 0;
    for (at, separator) in line.match_indices([':', '=']) {
        if at < taken {
            continue;
        }
        let next = bytes.get(at + 1).copied();
        let before = line.get(..at).unwrap_or("").trim_end();
        let quoted = before.ends_with(['"', '\'']);
        // YAML wants a blank after the colon; JSON's keys are quoted.
        let blank = next.is_none_or(|byte| byte.is_ascii_whitespace());
        if separator == ":" && !blank && !quoted {
            continue;
        }
        let Some(key) = key_before(before, separator == "=") else {
            continue;
        };
        let flow = line
            .get(..at)
            .is_some_and(|before| before.contains(['{', '[']));
        let mut value = value_after(line, at + 1, separator == "=", flow);
        // `"KEY=value"`: the quote before the key ends the value.
        let opened = before
            .strip_suffix(key)
            .and_then(|front| front.chars().next_back());
        if let Some(quote) = opened.filter(|c| !quoted && matches!(c, '"' | '\'')) {
            let rest = line.get(at + 1..).unwrap_or("");
            value = at + 1..at + 1 + closing(rest, quote);
        }
        // Past a quoted value; plain ones may hold entries of their own.
        let ends_quoted = bytes
            .get(value.end)
            .is_some_and(|byte| matches!(byte, b'"' | b'\''));
        let starts_quoted =
            value.start > 0 && matches!(bytes.get(value.start - 1), Some(b'"' | b'\''));
        if ends_quoted && starts_quoted {
            taken = value.end + 1;
        }
        out.push(Entry { key, value });
    }
    out
}

/// The key that `before` ends with.
fn key_before(before: &str, assignment: bool) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(inner) = before.strip_suffix(quote) {
            let start = inner.rfind(quote)? + 1;
            return inner.get(start..);
        }
    }
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$');
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| part(*c))
        .last()?
        .0;
    let key = before.get(start..)?;
    let key = if assignment {
        key
    } else {
        key.trim_start_matches('-')
    };
    (!key.is_empty()).then_some(key)
}

/// The value that follows a separator, without its quotes, tags and anchors.
fn value_after(line: &str, mut at: usize, assignment: bool, flow: bool) -> Range<usize> {
    loop {
        let rest = line.get(at..).unwrap_or("");
        let body = rest.trim_start();
        at += rest.len() - body.len();
        if body.starts_with(['!', '&']) && !assignment {
            // A tag or anchor; a secret of a single word may begin so too.
            let end = body.find(char::is_whitespace).unwrap_or(body.len());
            if body
                .get(end..)
                .is_some_and(|after| !after.trim().is_empty())
            {
                at += end;
                continue;
            }
        }
        let Some(first) = body.chars().next() else {
            return at..at;
        };
        if matches!(first, '"' | '\'') {
            let inner = body.get(1..).unwrap_or("");
            return at + 1..at + 1 + closing(inner, first);
        }
        let block = matches!(first, '|' | '>') && body.len() <= 12 && !assignment;
        if (first == '{' || block) && !body.starts_with("{{") {
            return at..at;
        }
        let comment = body.find(" #").unwrap_or(body.len());
        let end = if flow && first != '[' && !body.starts_with("{{") {
            body.find([',', '}', ']'])
                .unwrap_or(body.len())
                .min(comment)
        } else {
            comment
        };
        let text = body.get(..end).unwrap_or("").trim_end();
        return at..at + text.len();
    }
}

/// Where a quoted text ends: before its closing quote.
fn closing(inner: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if c == quote => return at,
            _ => {}
        }
    }
    inner.len()
}

/// Blanks before the content; a list's dashes count as blanks.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '-']).len()
}

/// What stands on a line, without blanks, dashes, quotes and commas.
fn content_of(line: &str) -> Range<usize> {
    let start = indent(line);
    let body = line.get(start..).unwrap_or("");
    let inner = body.trim_start_matches(['"', '\'']);
    let end = inner.trim_end_matches([' ', '\t', '\r', ',', '"', '\'']);
    let start = start + body.len() - inner.len();
    start..start + end.len()
}

fn content_text<'l>(line: &'l str, content: &Range<usize>) -> &'l str {
    line.get(content.clone()).unwrap_or("")
}

/// Lines above, nearest first, without the blank ones.
fn back(above: &str) -> impl Iterator<Item = &str> {
    let above = above.strip_suffix('\n').unwrap_or(above);
    let lines = above.rsplit('\n').take(LOOK_BACK);
    lines.filter(|line| !line.trim().is_empty())
}

/// Whether the item that this `value` line belongs to has a secret's name beside it.
fn has_secret_name(line: &str, above: &str, below: &str) -> bool {
    let here = indent(line);
    let name_of = |other: &str| {
        let entries = entries(other);
        let entry = entries.first().filter(|entry| is_name_key(entry.key))?;
        Some(is_secret_key(other.get(entry.value.clone())?))
    };
    let starts_item = line.trim_start().starts_with('-');
    if !starts_item {
        for other in back(above).take(20) {
            if indent(other) < here || other.trim().starts_with(['{', '}']) {
                break;
            }
            if indent(other) == here {
                if let Some(secret) = name_of(other) {
                    return secret;
                }
                if other.trim_start().starts_with('-') {
                    break;
                }
            }
        }
    }
    for other in below
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(20)
    {
        let leaves = indent(other) < here || other.trim_start().starts_with(['-', '}']);
        if leaves {
            break;
        }
        if indent(other) == here
            && let Some(secret) = name_of(other)
        {
            return secret;
        }
    }
    false
}

/// The nearest line above that stands further left, if there is one in reach.
fn parent<'t>(line: &str, above: &'t str) -> Option<&'t str> {
    let here = indent(line);
    back(above).find(|other| indent(other) < here)
}

/// Whether a line that is no entry continues what stands under a secret's key.
fn inside_secret(line: &str, above: &str) -> bool {
    let dash = line.trim_start().starts_with("- ");
    let parent = if dash {
        // A list may stand as far left as its key.
        let here = line.len() - line.trim_start().len();
        back(above).find(|other| {
            let other_dash = other.trim_start().starts_with('-');
            !other_dash && other.len() - other.trim_start().len() <= here
        })
    } else {
        parent(line, above)
    };
    parent.is_some_and(opens_secret) || inside_block_text(line, above)
}

fn opens_secret(line: &str) -> bool {
    let entries = entries(line);
    entries.last().is_some_and(|entry| is_secret_key(entry.key))
}

/// Whether a line, entry or not, is text of a block scalar (`|`, `>`) under a secret's key or of a
/// Kubernetes Secret.
fn inside_block_text(line: &str, above: &str) -> bool {
    let mut here = indent(line);
    let mut seen = above;
    // Deeper lines of the block stand between; its key is the nearest line further left that
    // ends with the block's sign.
    while let Some(other) = parent_within(here, seen) {
        let (head, upper) = other;
        let trimmed = head.trim_end();
        let block = trimmed.ends_with(['|', '>'])
            || trimmed.ends_with("|-")
            || trimmed.ends_with(">-")
            || trimmed.ends_with("|+");
        if block {
            return opens_secret(head) || is_secret_data(head, upper);
        }
        here = indent(head);
        seen = upper;
    }
    false
}

/// The nearest line above with less than `here` blanks, and what stands above it.
fn parent_within(here: usize, above: &str) -> Option<(&str, &str)> {
    let mut rest = above.strip_suffix('\n').unwrap_or(above);
    for _ in 0..LOOK_BACK {
        if rest.is_empty() {
            return None;
        }
        let (upper, line) = rest.rsplit_once('\n').unwrap_or(("", rest));
        if !line.trim().is_empty() && indent(line) < here {
            return Some((line, upper));
        }
        rest = upper;
    }
    None
}

/// Whether an entry stands in `stringData`, or in `data` of a document of kind Secret.
fn is_secret_data(line: &str, above: &str) -> bool {
    let Some(parent) = parent(line, above) else {
        return false;
    };
    let entries = entries(parent);
    match entries.first().map(|entry| entry.key) {
        Some("stringData") => true,
        Some("data") => {
            let document = back(above).take_while(|line| !line.starts_with("---"));
            let mut kinds = document.filter(|line| {
                let line = line.trim_start();
                line.starts_with("kind:") || line.starts_with("\"kind\":")
            });
            kinds.any(|line| {
                line.trim_end()
                    .trim_end_matches([',', '"'])
                    .ends_with("Secret")
            })
        }
        _ => false,
    }
}

/// Whether the line stands between the first and last line of a PEM block.
fn in_pem(line: &str, above: &str) -> bool {
    if line.contains("-----BEGIN") || line.contains("-----END") {
        return false;
    }
    let mut marks = back(above).take(100).filter(|line| line.contains("-----"));
    marks
        .next()
        .is_some_and(|mark| mark.contains("-----BEGIN") && !mark.contains("-----END"))
}
