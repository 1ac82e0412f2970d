//! What is known of a text of HCL before it is parsed: its comments, and how many entries its
//! largest object can have.

use std::ops::Range;

/// What a pass over the text found.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Place and words of each comment, markers left out.
    pub(super) comments: Vec<(Range<usize>, String)>,
    /// Signs between keys and values inside the braces that have most of them. Bodies of blocks
    /// count too; that only makes the limit on objects stricter.
    pub(super) most_entries: usize,
}

/// What encloses the place at hand.
enum Inside {
    /// Braces, with the entries met in them.
    Braces(usize),
    /// `${` or `%{` of a template.
    Hole,
    Quotes,
    /// A heredoc with its last word.
    Heredoc(Range<usize>),
}

/// Passes over the text once. O(bytes); it never fails, for what it takes wrongly the parser will
/// refuse.
pub(super) fn sweep(text: &str) -> Swept {
    let bytes = text.as_bytes();
    let mut swept = Swept::default();
    let mut inside: Vec<Inside> = vec![Inside::Braces(0)];
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        match inside.last_mut() {
            Some(Inside::Quotes) => match (byte, next) {
                (b'\\', _) => at += 1,
                (b'"' | b'\n', _) => {
                    inside.pop();
                }
                (b'$' | b'%', b'{') => {
                    // `$${` is text.
                    let escaped = at > 0 && bytes.get(at - 1) == Some(&byte);
                    if !escaped {
                        inside.push(Inside::Hole);
                    }
                    at += 1;
                }
                _ => {}
            },
            Some(Inside::Heredoc(word)) => {
                let starts_line = at > 0 && bytes.get(at - 1) == Some(&b'\n');
                if starts_line && ends_heredoc(text, at, text.get(word.clone()).unwrap_or("")) {
                    inside.pop();
                    at = line_end(bytes, at);
                    continue;
                }
                if matches!(byte, b'$' | b'%') && next == b'{' {
                    let escaped = at > 0 && bytes.get(at - 1) == Some(&byte);
                    if !escaped {
                        inside.push(Inside::Hole);
                    }
                    at += 1;
                }
            }
            _ => match (byte, next) {
                (b'#', _) | (b'/', b'/') => {
                    let end = line_end(bytes, at);
                    let from = at + if byte == b'#' { 1 } else { 2 };
                    let words = text.get(from..end).unwrap_or("").trim_end_matches('\r');
                    swept.comments.push((at..end, words.to_owned()));
                    at = end;
                    continue;
                }
                (b'/', b'*') => {
                    let rest = text.get(at + 2..).unwrap_or("");
                    let words = rest.split("*/").next().unwrap_or("");
                    let end = (at + 4 + words.len()).min(bytes.len());
                    swept.comments.push((at..end, words.to_owned()));
                    at = end;
                    continue;
                }
                (b'<', b'<') => {
                    if let Some((word, end)) = heredoc(text, at) {
                        inside.push(Inside::Heredoc(word));
                        at = end;
                        continue;
                    }
                }
                (b'"', _) => inside.push(Inside::Quotes),
                (b'{', _) => inside.push(Inside::Braces(0)),
                (b'}', _) if inside.len() > 1 => {
                    inside.pop();
                }
                (b'=' | b':', _) => count(&mut inside, &mut swept),
                _ => {}
            },
        }
        at += 1;
    }
    swept
}

/// One more entry of the nearest braces.
fn count(inside: &mut [Inside], swept: &mut Swept) {
    let braces = inside.iter_mut().rev().find_map(|level| match level {
        Inside::Braces(entries) => Some(entries),
        _ => None,
    });
    if let Some(entries) = braces {
        *entries += 1;
        swept.most_entries = swept.most_entries.max(*entries);
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
}

/// The last word of the heredoc that begins at `at`, and where its first line begins.
fn heredoc(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let end = line_end(text.as_bytes(), at);
    let line = text.get(at + 2..end)?.trim_end_matches('\r');
    let word = line.strip_prefix('-').unwrap_or(line);
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let start = at + 2 + (line.len() - word.len());
    (!word.is_empty() && word.chars().all(letters)).then_some((start..start + word.len(), end))
}

fn ends_heredoc(text: &str, at: usize, word: &str) -> bool {
    let end = line_end(text.as_bytes(), at);
    text.get(at..end).is_some_and(|line| line.trim() == word)
}

#[cfg(test)]
mod tests {
    use super::sweep;

    #[test]
    fn comments_are_told_from_texts() {
        let text = "a = \"# no ${b /* yes */} // no\" # end\nb = <<-EOT\n  # no\n  EOT\n// last";
        let words: Vec<String> = sweep(text).comments.into_iter().map(|c| c.1).collect();
        assert_eq!(words, [" yes ", " end", " last"]);
    }

    #[test]
    fn entries_are_counted_by_object() {
        let text = "a = {\n  b = 1\n  c = \"x = y\"\n}\nd = { e : 1 }\n";
        assert_eq!(sweep(text).most_entries, 2);
    }
}
