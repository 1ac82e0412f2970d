//! `${VAR}` in the values of Compose files and `.env` files.
//!
//! The forms are those of the Compose specification: `$VAR`, `${VAR}`, `${VAR:-default}`,
//! `${VAR-default}`, `${VAR:?message}`, `${VAR?message}`, `${VAR:+other}`, `${VAR+other}`, nested
//! in defaults, and `$$` for a dollar sign.

/// Longest value that filling may make; the rest is cut.
const LONGEST: usize = 16 << 10;
/// Deepest nesting of defaults.
const DEPTH: u32 = 16;

/// A text with its variables filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Variables without value or default: nothing stands in their place.
    pub(super) missing: Vec<String>,
}

/// Fills in the variables of `text` by what `value_of` knows. O(length × nesting).
pub(super) fn fill(text: &str, value_of: &dyn Fn(&str) -> Option<String>) -> Filled {
    let mut filled = Filled::default();
    if text.contains('$') {
        expand(text, value_of, &mut filled, DEPTH);
    } else {
        push(&mut filled, text);
    }
    filled
}

fn push(filled: &mut Filled, text: &str) {
    let room = LONGEST.saturating_sub(filled.text.len());
    let end = text.floor_char_boundary(room.min(text.len()));
    filled.text.push_str(text.get(..end).unwrap_or_default());
}

fn expand(text: &str, value_of: &dyn Fn(&str) -> Option<String>, filled: &mut Filled, depth: u32) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        push(filled, before);
        if filled.text.len() >= LONGEST {
            return;
        }
        if let Some(tail) = after.strip_prefix('$') {
            push(filled, "$");
            rest = tail;
        } else if let Some(inner) = after.strip_prefix('{') {
            // A brace that is never closed: the rest is no expression.
            let Some(end) = closing(inner) else {
                push(filled, "$");
                push(filled, after);
                return;
            };
            let (inner, tail) = inner.split_at(end);
            braced(inner, value_of, filled, depth);
            rest = tail.get(1..).unwrap_or_default();
        } else {
            let name = name_of(after);
            if name.is_empty() {
                push(filled, "$");
            } else {
                match value_of(name) {
                    Some(value) => push(filled, &value),
                    None => filled.missing.push(name.to_owned()),
                }
            }
            rest = after.get(name.len()..).unwrap_or_default();
        }
    }
    push(filled, rest);
}

/// What stands between `${` and `}`.
fn braced(inner: &str, value_of: &dyn Fn(&str) -> Option<String>, filled: &mut Filled, depth: u32) {
    let name = name_of(inner);
    let operator = inner.get(name.len()..).unwrap_or_default();
    let value = value_of(name);
    // With a colon, an empty value is as good as none.
    let (value, operator) = match operator.strip_prefix(':') {
        Some(operator) => (value.filter(|value| !value.is_empty()), operator),
        None => (value, operator),
    };
    let mut argument = operator.chars();
    let kind = argument.next();
    let argument = argument.as_str();
    match (kind, value) {
        _ if name.is_empty() || depth == 0 => {
            push(filled, "${");
            push(filled, inner);
            push(filled, "}");
        }
        (Some('+'), Some(_)) | (Some('-'), None) => {
            expand(argument, value_of, filled, depth - 1);
        }
        (Some('+'), None) => {}
        (_, Some(value)) => push(filled, &value),
        (_, None) => filled.missing.push(name.to_owned()),
    }
}

/// Where the brace that is open at the start of `text` closes.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' => open += 1,
            '}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// The variable name that `text` begins with; "" if none.
fn name_of(text: &str) -> &str {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    text.get(..end).filter(|_| starts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Filled {
        fill(text, &|name| match name {
            "A" => Some("one".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn every_form() {
        for (text, want) in [
            ("x", "x"),
            ("$A-${A}", "one-one"),
            ("${NO:-d}|${EMPTY:-d}|${EMPTY-d}|${A:-d}", "d|d||one"),
            ("${NO-${NONE:-${A}}}", "one"),
            (
                "${A:+yes}|${EMPTY:+yes}|${EMPTY+yes}|${NO+yes}",
                "yes||yes|",
            ),
            ("${A:?wrong}", "one"),
            ("$$A $${A} $", "$A ${A} $"),
            ("$1 ${} ${1x}", "$1 ${} ${1x}"),
            ("a${", "a${"),
            ("http://${HOST:-db}:${PORT:-80}/x", "http://db:80/x"),
        ] {
            assert_eq!(filled(text).text, want, "{text}");
        }
        assert_eq!(filled("${NO}$NO2${NO3:?m}").missing, ["NO", "NO2", "NO3"]);
        assert!(filled("${NO:-}${NO+x}").missing.is_empty());
    }

    #[test]
    fn hostile_texts_end() {
        assert_eq!(filled(&"$A".repeat(1_000_000)).text.len(), LONGEST);
        let _ = filled(&"${A:-".repeat(100_000));
        let deep = "${NO:-".repeat(50_000) + &"}".repeat(50_000);
        assert!(filled(&deep).text.len() <= LONGEST);
    }
}
