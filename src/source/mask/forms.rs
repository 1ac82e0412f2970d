//! Secrets told by where they stand in a text or by their own form.

use std::ops::Range;

use super::is_secret_key;

/// Byte ranges of secrets in `text`, whatever its key. O(bytes).
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    user_info(text, &mut out);
    driver_addresses(text, &mut out);
    settings(text, &mut out);
    schemes(text, &mut out);
    flags(text, &mut out);
    words(text, &mut out);
    pem(text, &mut out);
    out
}

/// Whether `c` ends a word of a text.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\')
}

/// `scheme://user:secret@host`, and long tokens that stand in the user's place.
fn user_info(text: &str, out: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = text.get(start..).unwrap_or("");
        let word = rest
            .get(..rest.find(ends_word).unwrap_or(rest.len()))
            .unwrap_or("");
        // A following URL is looked at in its own turn.
        let word = word
            .get(..word.find("://").unwrap_or(word.len()))
            .unwrap_or("");
        let authority = word.get(..word.find(['/', '?', '#']).unwrap_or(word.len()));
        let authority = authority.unwrap_or("");
        let user_info = match authority.rfind('@') {
            Some(end) => authority.get(..end),
            // A secret with `/`, `?` or `#` in it: what follows the colon is no port.
            None => authority.split_once(':').and_then(|(_, port)| {
                let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
                let wide = !is_port && !authority.starts_with('[');
                word.rfind('@')
                    .filter(|_| wide)
                    .and_then(|end| word.get(..end))
            }),
        };
        let Some(user_info) = user_info else { continue };
        match user_info.find(':') {
            Some(colon) => out.push(start + colon + 1..start + user_info.len()),
            None if user_info.len() >= 20 => out.push(start..start + user_info.len()),
            None => {}
        }
    }
    for (at, hook) in text.match_indices("hooks.slack.com/services/") {
        let start = at + hook.len();
        let rest = text.get(start..).unwrap_or("");
        out.push(start..start + rest.find(ends_word).unwrap_or(rest.len()));
    }
}

/// Go's database addresses: `user:secret@tcp(host:3306)/db`.
fn driver_addresses(text: &str, out: &mut Vec<Range<usize>>) {
    for sign in ["@tcp(", "@udp(", "@unix("] {
        for (at, _) in text.match_indices(sign) {
            let before = text.get(..at).unwrap_or("");
            let start = before.rfind(ends_word).map_or(0, |blank| {
                blank
                    + before
                        .get(blank..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8)
            });
            let word = before.get(start..).unwrap_or("");
            if let Some(colon) = word.find(':') {
                out.push(start + colon + 1..at);
            }
        }
    }
}

/// `Password=x;` in connection strings, `?token=x&` in URLs, `--password=x` on command lines.
fn settings(text: &str, out: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices('=') {
        let before = text.get(..at).unwrap_or("").trim_end();
        let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
        let key = before.rsplit(|c: char| !is_key(c)).next().unwrap_or("");
        // `User Id=a;Shared Access Key=b`: the last words are enough.
        if !is_secret_key(key) {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or("");
        let blanks = rest.len() - rest.trim_start().len();
        let body = rest.get(blanks..).unwrap_or("");
        if body.starts_with('=') {
            continue;
        }
        let start = at + 1 + blanks;
        let quote = body.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (start, end) = if let Some(quote) = quote {
            let inner = body.get(1..).unwrap_or("");
            (
                start + 1,
                start + 1 + inner.find(quote).unwrap_or(inner.len()),
            )
        } else {
            let stop = |c: char| ends_word(c) || matches!(c, ';' | '&' | ',');
            (start, start + body.find(stop).unwrap_or(body.len()))
        };
        push_value(text, start..end, out);
    }
}

/// Adds a value's range unless it gives nothing away.
pub(super) fn push_value(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    if text
        .get(range.clone())
        .is_some_and(|value| !super::is_harmless(value))
    {
        out.push(range);
    }
}

/// `Bearer x` and `Basic x` of HTTP.
fn schemes(text: &str, out: &mut Vec<Range<usize>>) {
    let lower = text.to_ascii_lowercase();
    for scheme in ["bearer ", "basic ", "token "] {
        for (at, _) in lower.match_indices(scheme) {
            let starts = at == 0
                || !lower
                    .get(..at)
                    .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
            let start = at + scheme.len();
            let rest = text.get(start..).unwrap_or("");
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            let start = start + blanks;
            let rest = rest.get(blanks..).unwrap_or("");
            let word = rest
                .get(..rest.find(ends_word).unwrap_or(rest.len()))
                .unwrap_or("");
            let digit = word
                .bytes()
                .any(|byte| byte.is_ascii_digit() || byte == b'=');
            let reference = word.starts_with(['$', '{']);
            let likely = (word.len() >= 8 && digit) || word.len() >= 20;
            if starts && likely && !reference {
                out.push(start..start + word.len());
            }
        }
    }
}

/// `--password x`, `"--token", "x"` and `curl -u user:secret`.
fn flags(text: &str, out: &mut Vec<Range<usize>>) {
    let mut words = split_words(text).into_iter().peekable();
    while let Some(range) = words.next() {
        let word = text.get(range).unwrap_or("");
        let Some(next) = words.peek() else { break };
        let value = text.get(next.clone()).unwrap_or("");
        if word.starts_with("--") && is_secret_key(word) && !value.starts_with('-') {
            push_value(text, next.clone(), out);
        } else if matches!(word, "-u" | "--user" | "--userpwd")
            && let Some(colon) = value.find(':')
        {
            push_value(text, next.start + colon + 1..next.end, out);
        }
    }
}

/// Words between blanks, quotes and the commas and brackets of lists.
fn split_words(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let between = ends_word(c) || matches!(c, ',' | '[' | ']');
        match (between, start) {
            (true, Some(from)) => {
                out.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    out.extend(start.map(|from| from..text.len()));
    out
}

/// Beginnings of tokens that services hand out, with the least length of the whole.
const PREFIXES: [(&str, usize); 22] = [
    ("AIza", 35),
    ("SG.", 30),
    ("dop_v1_", 30),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("ghr_", 20),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("glrt-", 20),
    ("hvs.", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("rk_live_", 20),
    ("sk-", 24),
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("xoxa-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxs-", 20),
];

/// Tokens that are known by their form: AWS keys, JWTs, tokens with telling beginnings.
fn words(text: &str, out: &mut Vec<Range<usize>>) {
    let part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '=');
    let mut start = 0;
    for piece in text.split(|c: char| !part(c)) {
        let at = text.len().min(start);
        start = at + piece.len();
        // The separator that ended it.
        let separator = text.get(start..).and_then(|rest| rest.chars().next());
        start += separator.map_or(0, char::len_utf8);
        // `key=token` and `path/token`: the token is the last part.
        let skip = piece
            .trim_end_matches('=')
            .rfind(['=', '/'])
            .map_or(0, |cut| cut + 1);
        let token = piece.get(skip..).unwrap_or("");
        if is_token(token) {
            out.push(at + skip..at + piece.len());
        }
    }
}

fn is_token(token: &str) -> bool {
    let aws = ["AKIA", "ASIA", "ABIA", "ACCA"]
        .iter()
        .any(|prefix| token.starts_with(prefix));
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if aws && token.len() == 20 && token.bytes().all(upper) {
        return true;
    }
    if token.starts_with("eyJ") {
        let mut parts = token.split('.');
        let long = |part: Option<&str>| part.is_some_and(|part| part.len() >= 10);
        if long(parts.next()) && long(parts.next()) {
            return true;
        }
    }
    let digits = token.bytes().any(|byte| byte.is_ascii_digit());
    let known =
        |(prefix, least): &(&str, usize)| token.starts_with(prefix) && token.len() >= *least;
    digits && PREFIXES.iter().any(known)
}

/// A PEM block with its content on the same line (`\n` escaped), and lines that are nothing but
/// base64, as inside such a block.
fn pem(text: &str, out: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("-----BEGIN ") {
        let rest = text.get(at + 11..).unwrap_or("");
        let Some(head) = rest.find("-----") else {
            continue;
        };
        let start = at + 11 + head + 5;
        let body = text.get(start..).unwrap_or("");
        let end = start + body.find("-----END").unwrap_or(body.len());
        let inner = text.get(start..end).unwrap_or("");
        let inner = inner.trim_end_matches([' ', '"', '\'', ',', '|', '>']);
        if !inner.trim().is_empty() && inner.trim() != super::MASK {
            out.push(start..start + inner.len());
        }
    }
    let frame = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '-');
    let body = text.trim_matches(frame);
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if body.len() >= 40 && body.bytes().all(base64) {
        let start = text.len() - text.trim_start_matches(frame).len();
        out.push(start..start + body.len());
    }
}
