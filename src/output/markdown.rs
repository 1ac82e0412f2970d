//! Markdown that strangers' names can't break out of: no markup, no links, no mentions.

use super::text::clean;

/// Text in which nothing acts, for anywhere but the beginning of a line: every character that
/// Markdown or HTML gives a meaning there is escaped, and `@` and `#` are kept from naming people
/// and issues.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in clean(text).chars() {
        match letter {
            // Whoever renders looks for `@name` in the text it shows, so an escape is not enough.
            '@' | '#' => {
                out.push('\\');
                out.push(letter);
                out.push_str("<!-- -->");
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '&' | '!' | '|' | '~'
            | ':' | '$' | '^' => {
                out.push('\\');
                out.push(letter);
            }
            // An address begins with `www.` too.
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("\\."),
            letter => out.push(letter),
        }
    }
    out
}

/// As [`plain`], with what stands in backquotes set as code. Backquotes that don't pair up are
/// text.
#[must_use]
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number % 2 == 1 {
            out.push_str(&code(part));
        } else {
            out.push_str(&plain(part));
        }
    }
    out
}

/// Text set as code.
#[must_use]
pub fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("<code>{}</code>", plain(text))
}

/// Text set as code, for what is read unrendered too: between backquotes where nothing in it could
/// end them or a cell of a table.
#[must_use]
pub fn span(text: &str) -> String {
    let text = clean(text);
    if text.is_empty() || text.contains(['`', '|', '\\']) || text.trim() != text {
        return code(&text);
    }
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        assert_eq!(plain("a_b*c"), "a\\_b\\*c");
        assert_eq!(plain("<img src=x>"), "\\<img src=x\\>");
        assert_eq!(plain("@all"), "\\@<!-- -->all");
        assert_eq!(plain("a\n# b"), "a\\\\u\\{a\\}\\#<!-- --> b");
        assert_eq!(plain("http://x.y"), "http\\://x.y");
        assert_eq!(plain("WWW.x.y"), "WWW\\.x.y");
        assert_eq!(prose("`a` is `b`"), "<code>a</code> is <code>b</code>");
        assert_eq!(prose("a ` b"), "a \\` b");
        assert_eq!(span("site:a@b#1"), "`site:a@b#1`");
        assert_eq!(span("a`<b>"), "<code>a\\`\\<b\\></code>");
        assert_eq!(span("a|b"), "<code>a\\|b</code>");
        assert_eq!(prose("`a|b` 판교"), "<code>a\\|b</code> 판교");
    }
}
