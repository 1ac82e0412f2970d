//! Secrets: recognised and masked before anything is shown.
//!
//! A secret is told by its key (`password: x`, `API_KEY=x`, the Kubernetes pair of `name` and
//! `value`), by its place (`user:secret@host`, `Bearer ...`) or by its own form (AWS keys, JWTs,
//! PEM). When in doubt it is masked: a masked name costs a look at the file, a shown secret more.
//! Masking what is masked changes nothing.

mod forms;
mod lines;
pub(super) mod terraform;

use std::borrow::Cow;
use std::ops::Range;

pub use lines::line_at;

/// What stands where a secret stood.
pub const MASK: &str = "***";

/// `text` masked, as [`value`], if it holds anything to mask.
#[must_use]
pub fn changed(text: &str) -> Option<String> {
    match value(text) {
        Cow::Owned(masked) => Some(masked),
        Cow::Borrowed(_) => None,
    }
}

/// Longer texts are hidden as a whole, in bytes: nobody reads them, and looking for secrets in them
/// takes too long.
const LONGEST: usize = 16 << 10;

/// Last words that make a key a secret's name, alone or after others.
const SECRET_WORDS: [&str; 23] = [
    "accesskey",
    "accountkey",
    "apikey",
    "auth",
    "authkey",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "keypass",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "privatekey",
    "pw",
    "pwd",
    "secret",
    "secretkey",
    "storepass",
    "token",
];

/// Words before `key` that make it a secret (`access_key`, but not `primary_key`).
const SECRET_KEYS: [&str; 16] = [
    "access",
    "account",
    "admin",
    "api",
    "app",
    "auth",
    "client",
    "encryption",
    "hmac",
    "license",
    "master",
    "private",
    "secret",
    "session",
    "shared",
    "signing",
];

/// Words that may follow without changing what the key holds (`password_hash`, `SECRET_BASE64`).
const SUFFIXES: [&str; 10] = [
    "base", "base64", "b64", "data", "hash", "base32", "plain", "string", "text", "value",
];

/// Whether a key names a secret itself, not where one is kept (`secretName`, `tokenPath`) or what
/// it is like (`token_ttl`).
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    let mut words = words(key);
    while words.len() > 1 {
        let digits = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        match words.last() {
            Some(last) if SUFFIXES.contains(&last.as_str()) || digits(last) => words.pop(),
            _ => break,
        };
    }
    let Some(last) = words.last() else {
        return false;
    };
    let before = words.len().checked_sub(2).and_then(|at| words.get(at));
    let before = before.map_or("", String::as_str);
    match last.as_str() {
        "key" => SECRET_KEYS.contains(&before),
        // Vault's AppRole: `secret_id` is the secret half.
        "id" => before == "secret",
        "connection" | "uri" | "url" => false,
        last => {
            // Names run together (`DBPASSWORD`, `mysqlpwd`) end in the word.
            let joined = [
                "password",
                "passwd",
                "secret",
                "apikey",
                "token",
                "passphrase",
            ];
            let ends = joined.iter().any(|word| last.ends_with(word));
            SECRET_WORDS.contains(&last) || ends
        }
    }
}

/// `dbPassword`, `DB_PASSWORD` and `db-password` are `db`, `password`.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut chars = key.chars().peekable();
    let mut was_lower = false;
    let mut was_upper = false;
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            (fresh, was_lower, was_upper) = (true, false, false);
            continue;
        }
        let next_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let hump = c.is_uppercase() && (was_lower || (was_upper && next_lower));
        if fresh || hump {
            words.push(String::new());
            fresh = false;
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        was_lower = !c.is_uppercase();
        was_upper = c.is_uppercase();
    }
    words
}

/// One value without its key: credentials inside URLs and connection strings, and everything that
/// is a secret by its form.
#[must_use]
pub fn value(text: &str) -> Cow<'_, str> {
    settle(text, forms::secrets)
}

/// The value of `key`: masked as a whole under a secret's name, else as [`value`].
#[must_use]
pub fn pair<'v>(key: &str, text: &'v str) -> Cow<'v, str> {
    if is_secret_key(key) && !is_harmless(text) {
        Cow::Borrowed(MASK)
    } else {
        value(text)
    }
}

/// A line of which some bytes are known to be secret, besides what it says by itself.
#[must_use]
pub fn line_without(text: &str, secrets: Vec<Range<usize>>) -> String {
    line(&apply(text, secrets)).into_owned()
}

/// One line of a file, judged alone; [`line_at`] knows its neighbours.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    settle(text, lines::secrets)
}

/// Whether a value under a secret's name gives nothing away: nothing, a switch, or a reference
/// that is all of it (`${DB_PASSWORD}`, `$(TOKEN)`, `{{ vault_token }}`).
fn is_harmless(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let lower = text.to_ascii_lowercase();
    let switches = [
        "", "***", "~", "null", "none", "true", "false", "yes", "no", "on", "off",
    ];
    if switches.contains(&lower.as_str()) {
        return true;
    }
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ');
    let inside = |open: &str, close: &str| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        Some(inner.chars().all(name) && !inner.contains(":-"))
    };
    // `${X-default}` holds a value.
    let plain = !text.contains('-') || text.starts_with("{{");
    [("${", "}"), ("$(", ")"), ("{{", "}}"), ("${{", "}}")]
        .iter()
        .any(|(open, close)| plain && inside(open, close) == Some(true))
}

/// Masks until nothing is left to mask: what one secret hid may show another (an unbalanced quote
/// gone with it), and masking twice must change nothing. A text that never settles is hidden.
fn settle(text: &str, find: impl Fn(&str) -> Vec<Range<usize>>) -> Cow<'_, str> {
    const ROUNDS: usize = 8;
    if text.len() > LONGEST {
        return Cow::Borrowed(MASK);
    }
    let mut masked = apply(text, find(text));
    for _ in 0..ROUNDS {
        let next = match apply(&masked, find(&masked)) {
            Cow::Borrowed(_) => return masked,
            Cow::Owned(next) => next,
        };
        if next == masked {
            return masked;
        }
        masked = Cow::Owned(next);
    }
    Cow::Borrowed(MASK)
}

/// The text with each range replaced by the mask.
fn apply(text: &str, mut ranges: Vec<Range<usize>>) -> Cow<'_, str> {
    ranges.retain(|range| !range.is_empty());
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.end <= done {
            continue;
        }
        if range.start >= done {
            out.push_str(text.get(done..range.start).unwrap_or(""));
            out.push_str(MASK);
        }
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
