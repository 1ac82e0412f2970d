//! Inventories in INI: what their sections and lines say.

use super::inventory::{Group, Inventory, Variable};
use crate::ingest::budget::Budget;
use crate::message;
use crate::source::{Problem, ProblemKind, Span, View};

/// Reads all sections of a document into the inventory.
pub(super) fn read(
    root: View<'_>,
    inventory: &mut Inventory,
    budget: &Budget,
    problems: &mut Vec<Problem>,
) {
    for section in root.items() {
        let Some(header) = section.get("section") else {
            continue;
        };
        let title = header.as_str().unwrap_or_default();
        let (name, kind) = title.split_once(':').unwrap_or((title, "hosts"));
        let name = if name.is_empty() { "ungrouped" } else { name };
        if !matches!(kind, "hosts" | "children" | "vars") {
            let message = message!(
                "`:{kind}` is no kind of section: there are `:children` and `:vars`",
                kind
            );
            problems.push(Problem::new(
                ProblemKind::InvalidValue,
                header.span(),
                message,
            ));
            continue;
        }
        let lines = section.get("lines").map(View::items).into_iter().flatten();
        inventory.group(name, header.span());
        for line in lines {
            let Some(text) = line
                .as_str()
                .filter(|_| budget.spend(line.as_str().map_or(0, str::len)))
            else {
                continue;
            };
            let span = line.span();
            match kind {
                "children" => {
                    let child = words(text).first().map_or("", |word| word.text).to_owned();
                    inventory.group(&child, span);
                    inventory.group(name, span).children.insert(child);
                }
                "vars" => {
                    if let Some((key, value)) = text.split_once('=') {
                        let value = Variable::text(value.trim(), span);
                        let group: &mut Group = inventory.group(name, span);
                        group.variables.push((key.trim().to_owned(), value));
                    }
                }
                _ => host(text, span, name, inventory, problems),
            }
        }
    }
}

/// `web[1:3]:2222 key=value …`
fn host(
    text: &str,
    span: Span,
    group: &str,
    inventory: &mut Inventory,
    problems: &mut Vec<Problem>,
) {
    let words = words(text);
    let Some((first, rest)) = words.split_first() else {
        return;
    };
    let mut variables = Vec::new();
    for word in rest {
        if let Some((key, value)) = word.text.split_once('=') {
            let start = usize::try_from(span.start).unwrap_or(0) + word.at;
            let place = Span::new(span.file, start, start + word.text.len());
            variables.push((key.to_owned(), Variable::text(value, place)));
        }
    }
    let start = usize::try_from(span.start).unwrap_or(0);
    let place = Span::new(span.file, start, start + first.text.len());
    let name = ['"', '\'']
        .iter()
        .find_map(|quote| first.text.strip_prefix(*quote)?.strip_suffix(*quote));
    let name = name.unwrap_or(first.text);
    inventory.hosts(without_port(name), place, group, &variables, problems);
}

/// A name without `:22`; colons of ranges stand in brackets.
fn without_port(text: &str) -> &str {
    match text.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty()
                && port.bytes().all(|b| b.is_ascii_digit())
                && !name.contains(':')
                || text.matches('[').count() == text.matches(']').count()
                    && text
                        .rsplit_once(']')
                        .is_some_and(|(_, after)| after.contains(':')) =>
        {
            text.rsplit_once(':').map_or(text, |(name, _)| name)
        }
        _ => text,
    }
}

struct Word<'t> {
    text: &'t str,
    /// Bytes before it.
    at: usize,
}

/// The words of a line up to a comment; quotes hold a word together and stay in it.
fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut start = None;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                quote = Some(letter);
                start.get_or_insert(at);
            }
            (None, '#') if start.is_none() => return words,
            (None, letter) if letter.is_whitespace() => {
                if let Some(from) = start.take() {
                    words.push(Word {
                        text: &line[from..at],
                        at: from,
                    });
                }
            }
            (None, _) => {
                start.get_or_insert(at);
            }
        }
    }
    if let Some(from) = start {
        words.push(Word {
            text: &line[from..],
            at: from,
        });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_ports() {
        let all = |line| words(line).iter().map(|w| w.text).collect::<Vec<_>>();
        assert_eq!(all("a b='c d' e=\"#\" # f"), ["a", "b='c d'", "e=\"#\""]);
        assert_eq!(without_port("a:22"), "a");
        assert_eq!(without_port("a[1:3]"), "a[1:3]");
        assert_eq!(without_port("a[1:3]:22"), "a[1:3]");
        assert_eq!(without_port("a[1:3].x:22"), "a[1:3].x");
        assert_eq!(without_port("fe80::1"), "fe80::1");
    }
}
