//! Places in a YAML manifest, found from where a fact stands, and what is put there. Only forms
//! that people write are known; for anything else there is no edit, and that is said.

use std::ops::Range;

use super::unified::Edit;

/// One entry of a list: a mapping in braces, or one over several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// From its first key or brace to its end.
    pub(super) range: Range<usize>,
    is_flow: bool,
    /// Column of the dash before it; `None` in a list in brackets.
    dash: Option<usize>,
}

/// The entry that holds the value at `at`.
pub(super) fn item(text: &str, at: usize) -> Option<Item> {
    let line = line_start(text, at);
    if let Some(open) = innermost_brace(text.get(line..at)?).map(|open| line + open) {
        let end = closing(text, open)?;
        let before = text.get(line..open)?;
        return Some(Item {
            range: open..end,
            is_flow: true,
            dash: is_dash(before).then(|| before.len() - before.trim_start().len()),
        });
    }
    // The line with the dash: this one, or one above whose first key stands in the same column.
    let column = key_column(text.get(line..)?);
    let mut start = line;
    loop {
        let first = text.get(start..)?.lines().next()?;
        let indent = first.len() - first.trim_start().len();
        if first.trim_start().starts_with("- ") && key_column(first) == column {
            let end = block_end(text, start, indent);
            return Some(Item {
                range: start + column..end,
                is_flow: false,
                dash: Some(indent),
            });
        }
        if !first.trim().is_empty() && indent < column {
            return None;
        }
        start = line_start(text, start.checked_sub(1)?);
    }
}

impl Item {
    /// Another entry of the same list, behind this one.
    pub(super) fn followed_by(&self, text: &str, entry: &str) -> Edit {
        let Some(dash) = self.dash else {
            return Edit {
                range: self.range.end..self.range.end,
                text: format!(", {entry}"),
            };
        };
        let line = format!("{}- {entry}\n", " ".repeat(dash));
        let end = line_end(text, self.range.end.saturating_sub(1));
        if text[..end].ends_with('\n') {
            Edit {
                range: end..end,
                text: line,
            }
        } else {
            Edit {
                range: end..end,
                text: format!("\n{}", line.trim_end()),
            }
        }
    }

    /// The text of its own key `key`, and that of the value.
    fn entry(&self, text: &str, key: &str) -> Option<(Range<usize>, Range<usize>)> {
        let body = text.get(self.range.clone())?;
        let wanted = format!("{key}:");
        if self.is_flow {
            let mut at = 1;
            while at < body.len() {
                let end = at + element(body.get(at..)?);
                let part = body.get(at..end)?;
                let blank = part.len() - part.trim_start().len();
                if part.trim_start().starts_with(&wanted) {
                    let value = at + blank + wanted.len();
                    let range =
                        |from: usize, to: usize| self.range.start + from..self.range.start + to;
                    let inner = body.get(value..end)?;
                    let skip = inner.len() - inner.trim_start().len();
                    return Some((
                        range(at, end),
                        range(value + skip, value + inner.trim_end().len()),
                    ));
                }
                at = end + 1;
            }
            return None;
        }
        let column = self.range.start - line_start(text, self.range.start);
        let mut start = line_start(text, self.range.start);
        while start < self.range.end {
            let end = line_end(text, start);
            let line = text.get(start..end)?;
            if line
                .get(column..)
                .is_some_and(|rest| rest.starts_with(&wanted))
                && key_column(line) == column
            {
                let value = start + column + wanted.len();
                let mut last = end;
                while last < self.range.end {
                    let next = text.get(last..line_end(text, last))?;
                    let indent = next.len() - next.trim_start().len();
                    let deeper = indent > column
                        || (indent == column && next.trim_start().starts_with("- "));
                    if !next.trim().is_empty() && !deeper {
                        break;
                    }
                    last = line_end(text, last);
                }
                let inner = text.get(value..end)?;
                let skip = inner.len() - inner.trim_start().len();
                return Some((start..last, value + skip..value + inner.trim_end().len()));
            }
            start = end;
        }
        None
    }

    /// Another value for `key`; none where the value stands on lines of its own.
    pub(super) fn set(&self, text: &str, key: &str, value: &str) -> Option<Edit> {
        let (_, range) = self.entry(text, key)?;
        (!range.is_empty()).then(|| Edit {
            range,
            text: value.to_owned(),
        })
    }

    /// Without `key`.
    pub(super) fn without(&self, text: &str, key: &str) -> Option<Edit> {
        let (mut range, _) = self.entry(text, key)?;
        if self.is_flow {
            // With the comma before it, or else the one behind it.
            if text[..range.start].ends_with(',') {
                range.start -= 1;
            } else if text[range.end..].starts_with(',') {
                range.end += 1;
                while text[range.end..].starts_with(' ') {
                    range.end += 1;
                }
            }
        } else if text
            .get(range.start..self.range.start)
            .is_some_and(|t| t.contains('-'))
        {
            // The first key stands on the line of the dash.
            return None;
        }
        Some(Edit {
            range,
            text: String::new(),
        })
    }

    /// Whether it has `key`, and its value if that stands on the same line.
    pub(super) fn get<'t>(&self, text: &'t str, key: &str) -> Option<&'t str> {
        let (_, value) = self.entry(text, key)?;
        text.get(value)
    }
}

/// A list without the element that stands at `range`.
pub(super) fn without_element(text: &str, range: Range<usize>) -> Option<Edit> {
    let line = line_start(text, range.start);
    if is_dash(text.get(line..range.start)?) {
        let end = line_end(text, range.end);
        let rest = text.get(range.end..end)?.trim();
        return (rest.is_empty() || rest.starts_with('#')).then(|| Edit {
            range: line..end,
            text: String::new(),
        });
    }
    let before = text[..range.start].trim_end();
    let after = text[range.end..].trim_start_matches([' ', '\n', '\r']);
    let cut = if before.ends_with(',') {
        before.len() - 1..range.end
    } else if before.ends_with('[') && after.starts_with(',') {
        let rest = after[1..].trim_start();
        range.start..text.len() - rest.len()
    } else if before.ends_with('[') && after.starts_with(']') {
        range
    } else {
        return None;
    };
    Some(Edit {
        range: cut,
        text: String::new(),
    })
}

/// `text` as YAML, in braces and brackets too.
pub(super) fn scalar(text: &str) -> String {
    let letter = |c: char| c.is_alphanumeric() || "_./@-".contains(c);
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(|c: char| c.is_alphanumeric())
        && text.chars().all(|c| letter(c) || c == ':');
    if plain {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

/// Behind the line break of the line that holds `at`.
fn line_end(text: &str, at: usize) -> usize {
    let after = text.get(at..).and_then(|rest| rest.find('\n'));
    after.map_or(text.len(), |newline| at + newline + 1)
}

/// Whether what stands before an entry is the dash of a list and nothing else.
fn is_dash(before: &str) -> bool {
    before.trim() == "-"
}

/// Column of the first key of a line, behind a dash if there is one.
fn key_column(line: &str) -> usize {
    let rest = line.trim_start_matches(' ');
    let indent = line.len() - rest.len();
    match rest.strip_prefix('-') {
        Some(more) if more.starts_with(' ') => {
            indent + 1 + (more.len() - more.trim_start_matches(' ').len())
        }
        _ => indent,
    }
}

/// Where an entry over several lines ends: before the next line that is not indented deeper than
/// its dash; blank lines and comments at its end are not its own.
fn block_end(text: &str, start: usize, dash: usize) -> usize {
    let mut end = line_end(text, start);
    let mut last = end;
    while end < text.len() {
        let next = line_end(text, end);
        let line = &text[end..next];
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let is_own = !content.is_empty() && !content.starts_with('#');
        if is_own && indent <= dash {
            break;
        }
        end = next;
        if is_own {
            last = end;
        }
    }
    last
}

/// The last brace of `text` that nothing closes.
fn innermost_brace(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    each(text, |at, letter| {
        match letter {
            '{' | '[' => open.push((at, letter)),
            '}' | ']' => {
                open.pop();
            }
            _ => {}
        }
        true
    });
    let brace = open.iter().rev().find(|(_, letter)| *letter == '{');
    brace.map(|(at, _)| *at)
}

/// Behind the brace that closes the one at `open`.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut end = None;
    each(text.get(open..)?, |at, letter| {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            end = Some(open + at + 1);
        }
        depth > 0
    });
    end
}

/// Length of the element of a list or mapping in brackets that `text` begins with.
fn element(text: &str) -> usize {
    let mut depth = 0usize;
    let mut end = text.len();
    each(text, |at, letter| {
        match letter {
            '{' | '[' => depth += 1,
            ',' | '}' | ']' if depth == 0 => {
                end = at;
                return false;
            }
            '}' | ']' => depth -= 1,
            _ => {}
        }
        true
    });
    end
}

/// Has `look` see every character outside of quotes and comments, until it says no.
fn each(text: &str, mut look: impl FnMut(usize, char) -> bool) {
    let mut quote = None;
    let mut comment = false;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let last = std::mem::replace(&mut before, letter);
        if comment {
            comment = letter != '\n';
            continue;
        }
        match (quote, letter) {
            (Some('"'), '"') if last == '\\' => {}
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if !last.is_alphanumeric() => quote = Some(letter),
            (None, '#') if last.is_whitespace() => comment = true,
            (None, _) => {
                if !look(at, letter) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(text: &str, edit: &Edit) -> String {
        let mut text = text.to_owned();
        text.replace_range(edit.range.clone(), &edit.text);
        text
    }

    fn at(text: &str, value: &str) -> Item {
        item(text, text.find(value).unwrap()).unwrap()
    }

    #[test]
    fn entries_in_braces() {
        let text = "replicas:\n  - {on: a, weight: 2} # first\n  - {on: b, standby: [{takes: 1m, requires: [x, y]}], count: 2}\nneed: 1\n";
        let (a, b) = (at(text, "a, w"), at(text, "b, s"));
        assert_eq!(
            done(text, &b.followed_by(text, "{on: c}")),
            text.replace("need:", "  - {on: c}\nneed:")
        );
        assert_eq!(
            done(text, &a.set(text, "on", "z").unwrap()),
            text.replace("{on: a", "{on: z")
        );
        let active = done(text, &b.without(text, "standby").unwrap());
        assert!(active.contains("- {on: b, count: 2}"), "{active}");
        let first = done(text, &a.without(text, "on").unwrap());
        assert!(first.contains("- {weight: 2}"), "{first}");
        assert_eq!(a.get(text, "weight"), Some("2"));
        assert_eq!(a.get(text, "count"), None);
        let short = "replicas: [{on: a}, {on: b}]";
        let more = at(short, "b}").followed_by(short, "{on: c}");
        assert_eq!(done(short, &more), "replicas: [{on: a}, {on: b}, {on: c}]");
    }

    #[test]
    fn entries_over_lines() {
        let text = "replicas:\n- on: a\n  count: 2\n  standby:\n    - takes: 5m\n      requires: [x]\n\n  # more\n- weight: 3\n  on: b\nneed: 1\n";
        let (a, b) = (at(text, "a\n"), at(text, "b\n"));
        let active = done(text, &a.without(text, "standby").unwrap());
        assert_eq!(
            active,
            text.replace("  standby:\n    - takes: 5m\n      requires: [x]\n", "")
        );
        assert_eq!(
            done(text, &a.followed_by(text, "{on: c}")),
            text.replace("[x]\n", "[x]\n- {on: c}\n")
        );
        assert_eq!(
            done(text, &b.set(text, "on", "z").unwrap()),
            text.replace("on: b", "on: z")
        );
        assert_eq!(a.without(text, "on"), None);
        assert_eq!(a.set(text, "standby", "never"), None);
    }

    #[test]
    fn elements_of_lists() {
        let cut = |text: &str, what: &str| {
            let start = text.find(what).unwrap();
            without_element(text, start..start + what.len()).map(|edit| done(text, &edit))
        };
        assert_eq!(cut("start: [aa, bb]", "aa").as_deref(), Some("start: [bb]"));
        assert_eq!(cut("start: [aa, bb]", "bb").as_deref(), Some("start: [aa]"));
        assert_eq!(cut("start: [aa]", "aa").as_deref(), Some("start: []"));
        assert_eq!(
            cut("start:\n  - aa\n  - bb\n", "aa").as_deref(),
            Some("start:\n  - bb\n")
        );
        assert_eq!(cut("start: aa\n", "aa"), None);
    }

    #[test]
    fn names_are_quoted_where_they_must() {
        assert_eq!(scalar("site:anyang"), "site:anyang");
        assert_eq!(scalar("a b"), "\"a b\"");
        assert_eq!(scalar("a: {x}\n"), "\"a: {x}\\n\"");
        assert_eq!(scalar("판교"), "\"판교\"");
    }
}
