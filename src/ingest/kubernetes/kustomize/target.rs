//! What a patch of a kustomization is for: kind, name and labels, names as whole-text patterns.

use crate::source::View;

use super::super::reader::Reader;
use super::build::Item;

/// Which objects a patch changes.
#[derive(Debug, Default)]
pub(super) struct Target<'d> {
    group: Option<&'d str>,
    kind: Option<&'d str>,
    name: Option<&'d str>,
    namespace: Option<&'d str>,
    labels: Option<&'d str>,
    annotations: Option<&'d str>,
}

impl<'d> Target<'d> {
    /// Reads `target`.
    pub(super) fn read(view: View<'d>, reader: &Reader) -> Self {
        let text = |key| reader.text(view, &[key]).filter(|text| !text.is_empty());
        Self {
            group: text("group"),
            kind: text("kind"),
            name: text("name"),
            namespace: text("namespace"),
            labels: text("labelSelector"),
            annotations: text("annotationSelector"),
        }
    }

    /// True if it selects with what is not understood here.
    pub(super) fn is_beyond(&self) -> bool {
        let patterns = [self.group, self.kind, self.name, self.namespace];
        let selectors = [self.labels, self.annotations];
        patterns
            .iter()
            .flatten()
            .any(|text| pattern(text).is_none())
            || selectors
                .iter()
                .flatten()
                .any(|text| selector(text).is_none())
    }

    /// Whether it selects the object.
    pub(super) fn selects(&self, item: &Item<'d>, reader: &Reader) -> bool {
        let fits = |wanted: Option<&str>, text: &str| {
            wanted.is_none_or(|wanted| {
                reader.spend(wanted.len().saturating_mul(text.len() + 1))
                    && pattern(wanted).is_some_and(|wanted| wanted.matches(text))
            })
        };
        let carries = |wanted: Option<&str>, place| {
            wanted.and_then(selector).is_none_or(|terms| {
                let own = item.labels(place, reader);
                terms.iter().all(|term| term.holds(&own))
            })
        };
        fits(self.group, item.group)
            && fits(self.kind, item.kind)
            && item.names.iter().any(|name| fits(self.name, name))
            && fits(
                self.namespace,
                item.namespace.as_deref().unwrap_or("default"),
            )
            && carries(self.labels, "labels")
            && carries(self.annotations, "annotations")
    }
}

/// A regular expression of the simple kind that targets use: `|`, `.`, `.*` and `.+`.
struct Pattern(Vec<Vec<Part>>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Letter(char),
    Any,
    Many,
}

/// Reads a pattern; `None` for what is beyond the simple kind.
fn pattern(text: &str) -> Option<Pattern> {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix('$').unwrap_or(text);
    let text = text
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .unwrap_or(text);
    let branches = text.split('|').map(|branch| {
        let mut parts = Vec::new();
        for letter in branch.chars() {
            match (letter, parts.last()) {
                ('.', _) => parts.push(Part::Any),
                ('*', Some(Part::Any)) => {
                    parts.pop();
                    parts.push(Part::Many);
                }
                ('+', Some(Part::Any)) => parts.push(Part::Many),
                ('(' | ')' | '[' | ']' | '{' | '}' | '?' | '+' | '*' | '\\' | '^' | '$', _) => {
                    return None;
                }
                (letter, _) => parts.push(Part::Letter(letter)),
            }
        }
        Some(parts)
    });
    branches.collect::<Option<_>>().map(Pattern)
}

impl Pattern {
    /// Whether it is the whole text. O(pattern · text).
    fn matches(&self, text: &str) -> bool {
        let letters: Vec<char> = text.chars().collect();
        self.0.iter().any(|parts| {
            let mut reached = vec![false; letters.len() + 1];
            if let Some(first) = reached.first_mut() {
                *first = true;
            }
            for part in parts {
                let mut next = vec![false; letters.len() + 1];
                let mut any = false;
                for (at, was) in reached.iter().enumerate() {
                    any |= was;
                    let (to, holds) = match part {
                        Part::Many => (at, any),
                        Part::Any => (at + 1, *was),
                        Part::Letter(letter) => (at + 1, *was && letters.get(at) == Some(letter)),
                    };
                    if let Some(slot) = next.get_mut(to) {
                        *slot |= holds;
                    }
                }
                reached = next;
            }
            reached.last() == Some(&true)
        })
    }
}

/// One term of a selector: `a=b`, `a!=b`, `a`, `!a`.
struct Term<'t> {
    key: &'t str,
    value: Option<&'t str>,
    is: bool,
}

impl Term<'_> {
    fn holds(&self, own: &[(String, String)]) -> bool {
        let found = own.iter().find(|(key, _)| key == self.key);
        let meets = found.is_some_and(|(_, value)| self.value.is_none_or(|wanted| wanted == value));
        meets == self.is
    }
}

/// Reads a selector; `None` for sets (`in (…)`).
fn selector(text: &str) -> Option<Vec<Term<'_>>> {
    if text.contains(['(', ')']) {
        return None;
    }
    let terms = text
        .split(',')
        .map(str::trim)
        .filter(|term| !term.is_empty());
    let terms = terms.map(|term| match (term.split_once("!="), term.split_once('=')) {
        (Some((key, value)), _) => Term {
            key: key.trim(),
            value: Some(value.trim()),
            is: false,
        },
        (None, Some((key, value))) => Term {
            key: key.trim(),
            value: Some(value.trim_start_matches('=').trim()),
            is: true,
        },
        (None, None) => Term {
            key: term.trim_start_matches('!').trim(),
            value: None,
            is: !term.starts_with('!'),
        },
    });
    Some(terms.collect())
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn patterns_are_whole_and_simple() {
        let is = |wanted: &str, text: &str| pattern(wanted).unwrap().matches(text);
        assert!(is("web", "web") && !is("web", "web-2") && !is("web", "we"));
        assert!(is("web.*", "web") && is(".*", "") && is("w.b|db", "db") && is("^a.+c$", "abbc"));
        assert!(!is("a.+c", "ac") && is("(Deployment|StatefulSet)", "StatefulSet"));
        for beyond in ["[ab]", "a\\.b", "a?", "(a)(b)", "*"] {
            assert!(pattern(beyond).is_none(), "{beyond}");
        }
    }
}
