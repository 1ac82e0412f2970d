//! The hosts that a shell script asks or waits for: `until nc -z db 5432; do sleep 1; done`,
//! `pg_isready -h db`, `wget http://x:80`, `getent hosts db`, `wait-for-it.sh db:5432`.
//!
//! Not a shell: it divides the text into commands and looks at those it knows. Nothing is run.

use super::address::{Endpoint, Form, addresses};
use super::host::normalise;

/// Scripts longer than this are left alone.
const LONGEST: usize = 256 << 10;
/// How deep scripts within scripts (`timeout 60 sh -c '…'`) are followed.
const NESTING: u32 = 4;

/// A host that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub endpoint: Endpoint,
    /// The script waits for it: it stands in a loop, or the command is a waiting one.
    pub waits: bool,
}

/// Commands whose arguments are never addresses that are called.
const TALKS_ONLY: [&str; 10] = [
    "echo", "printf", "log", "export", "sed", "awk", "grep", "chown", "docker", "cat",
];
/// Commands that wait for the addresses they are given.
const WAITS: [&str; 7] = [
    "wait-for-it",
    "wait-for",
    "wait4ports",
    "wait4x",
    "dockerize",
    "wait-on",
    "waitforit",
];
/// Options of HTTP clients whose value is not an address.
const HTTP_OPTION_VALUES: [&str; 14] = [
    "-u",
    "-H",
    "-d",
    "-A",
    "-o",
    "-O",
    "-X",
    "--user",
    "--header",
    "--data",
    "--output",
    "--request",
    "--user-agent",
    "--resolve",
];

/// Every host that the commands of `script` name, in order. O(length).
#[must_use]
pub fn probes(script: &str) -> Vec<Probe> {
    probes_within(script, NESTING)
}

fn probes_within(script: &str, nesting: u32) -> Vec<Probe> {
    let Some(nesting) = nesting.checked_sub(1).filter(|_| script.len() <= LONGEST) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut loops = 0_usize;
    for words in commands(script) {
        let mut words = words.as_slice();
        // Shell words that stand before a command.
        while let Some((first, rest)) = words.split_first() {
            match first.as_str() {
                "until" | "while" | "for" => loops += 1,
                "done" => loops = loops.saturating_sub(1),
                "if" | "elif" | "then" | "else" | "do" | "!" | "exec" | "sudo" | "time" | "{" => {}
                word if is_assignment(word) => {}
                _ => break,
            }
            words = rest;
        }
        found.extend(command_within(words, nesting).into_iter().map(|mut probe| {
            probe.waits |= loops > 0;
            probe
        }));
    }
    found
}

/// The hosts that one command, already divided into words, names.
#[must_use]
pub fn command(words: &[String]) -> Vec<Probe> {
    command_within(words, NESTING)
}

/// The script that a shell is given: what follows `-c` (or `-ec`, `-exc`, …); `None` when the
/// words do not start a shell with one.
#[must_use]
pub fn shell_script(words: &[String]) -> Option<&str> {
    let (program, arguments) = words.split_first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    if !matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh") {
        return None;
    }
    let is_c =
        |word: &String| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
    let at = arguments.iter().position(is_c)?;
    arguments.get(at + 1).map(String::as_str)
}

/// How many of the words belong to a command that only waits, and then starts what follows `--`:
/// all of them if nothing follows, none if the command is another.
#[must_use]
pub fn waiting_words(words: &[String]) -> usize {
    let program = words.first().map_or("", String::as_str);
    if !WAITS.contains(&name_of(program)) {
        return 0;
    }
    let end = words.iter().position(|word| word == "--");
    end.unwrap_or(words.len())
}

/// `wait-for-it` of `/usr/bin/wait-for-it.sh`.
fn name_of(program: &str) -> &str {
    let name = program.rsplit('/').next().unwrap_or(program);
    name.strip_suffix(".sh").unwrap_or(name)
}

fn command_within(words: &[String], nesting: u32) -> Vec<Probe> {
    let Some((program, arguments)) = words.split_first() else {
        return Vec::new();
    };
    if let Some(script) = shell_script(words) {
        return probes_within(script, nesting);
    }
    // Bash's own sockets: `echo > /dev/tcp/db/5432`.
    let sockets: Vec<Probe> = words
        .iter()
        .filter_map(|word| word.split_once("/dev/tcp/"))
        .filter_map(|(_, place)| named(place.split('/').next().unwrap_or_default(), false))
        .collect();
    if !sockets.is_empty() {
        return sockets;
    }
    let name = name_of(program);
    let one = |text: &str, waits: bool| named(text, waits).into_iter().collect::<Vec<_>>();
    match name {
        _ if TALKS_ONLY.contains(&name) => Vec::new(),
        "timeout" => {
            let rest = skip_options(arguments, &["-k", "-s"]);
            match nesting.checked_sub(1) {
                Some(nesting) => command_within(rest.get(1..).unwrap_or_default(), nesting),
                None => Vec::new(),
            }
        }
        "busybox" | "env" | "nohup" => match nesting.checked_sub(1) {
            Some(nesting) => command_within(arguments, nesting),
            None => Vec::new(),
        },
        "nc" | "ncat" | "netcat" | "telnet" => {
            let rest = skip_options(arguments, &["-w", "-q", "-i", "-s", "-p", "-x", "-X", "-T"]);
            match rest {
                [host, ..] => one(host, false),
                [] => Vec::new(),
            }
        }
        "getent" => arguments.get(1).map_or_else(Vec::new, |h| one(h, false)),
        "nslookup" | "dig" | "host" => {
            let rest = skip_options(arguments, &["-t", "-p", "-c"]);
            rest.first().map_or_else(Vec::new, |h| one(h, false))
        }
        "ping" | "ping6" => {
            let rest = skip_options(arguments, &["-c", "-w", "-W", "-i", "-s", "-I"]);
            rest.first().map_or_else(Vec::new, |h| one(h, false))
        }
        "pg_isready" | "psql" | "pg_dump" | "createdb" | "mysql" | "mysqladmin" | "mysqldump"
        | "mariadb" | "mariadb-admin" | "redis-cli" | "valkey-cli" | "mongo" | "mongosh"
        | "mongodump" | "clickhouse-client" => {
            let mut found = host_option(arguments);
            found.extend(urls_in(arguments));
            found
        }
        "cqlsh" => {
            let rest = skip_options(arguments, &["-u", "-p", "-e", "-f", "-k"]);
            rest.first().map_or_else(Vec::new, |h| one(h, false))
        }
        _ if WAITS.contains(&name) => {
            // What follows `--` is the program that is started then.
            let end = arguments.iter().position(|word| word == "--");
            let waited = arguments.get(..end.unwrap_or(arguments.len()));
            let mut found = any_address(waited.unwrap_or_default(), true);
            for probe in &mut found {
                probe.waits = true;
            }
            let started = end.and_then(|end| arguments.get(end + 1..));
            if let (Some(started), Some(nesting)) = (started, nesting.checked_sub(1)) {
                found.extend(command_within(started, nesting));
            }
            found
        }
        "curl" | "wget" | "http" | "grpcurl" => any_address(arguments, true),
        _ => any_address(arguments, false),
    }
}

/// Addresses among words that are known to be no particular option: URLs and `host:port`; for
/// HTTP clients the values of options such as `-u` are left out. A bare word is one only if the
/// command takes hosts (`bare`).
fn any_address(arguments: &[String], bare: bool) -> Vec<Probe> {
    let mut found = Vec::new();
    let mut skip = false;
    for word in arguments {
        if std::mem::take(&mut skip) {
            continue;
        }
        if HTTP_OPTION_VALUES.contains(&word.as_str()) {
            skip = true;
            continue;
        }
        let text = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with('-') => value,
            _ if word.starts_with('-') => continue,
            _ => word,
        };
        found.extend(ends_of(text).filter(|probe| bare || probe.endpoint.form != Form::Bare));
    }
    found
}

/// All hosts of the addresses in a word.
fn ends_of(text: &str) -> impl Iterator<Item = Probe> {
    let ends = addresses(text).into_iter().flat_map(|a| a.hosts);
    ends.map(|endpoint| Probe {
        endpoint,
        waits: false,
    })
}

/// Only the URLs among words.
fn urls_in(arguments: &[String]) -> impl Iterator<Item = Probe> {
    let words = arguments.iter().filter(|word| word.contains("://"));
    words.flat_map(|word| ends_of(word))
}

/// The value of `-h db`, `-hdb`, `--host db` or `--host=db`.
fn host_option(arguments: &[String]) -> Vec<Probe> {
    let mut found = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let value = if matches!(word.as_str(), "-h" | "--host") {
            words.next().map(String::as_str)
        } else {
            word.strip_prefix("--host=")
                .or_else(|| word.strip_prefix("-h").filter(|rest| !rest.is_empty()))
        };
        found.extend(value.and_then(|text| named(text, false)));
    }
    found
}

/// A word that stands where the command takes a host, with a port or not.
fn named(text: &str, waits: bool) -> Option<Probe> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, port.parse().ok()),
        _ => (text, None),
    };
    let endpoint = Endpoint {
        host: normalise(host)?,
        port,
        form: Form::Key,
    };
    Some(Probe { endpoint, waits })
}

/// What follows the options; those in `with_value` (also as the last letter of `-zw`) take the
/// next word too.
fn skip_options<'w>(arguments: &'w [String], with_value: &[&str]) -> &'w [String] {
    let mut rest = arguments;
    while let [word, tail @ ..] = rest {
        if !word.starts_with('-') && !word.starts_with('+') {
            break;
        }
        let takes_next = with_value.contains(&word.as_str())
            || (!word.starts_with("--")
                && with_value
                    .iter()
                    .any(|flag| flag.chars().last() == word.chars().last()));
        rest = if takes_next {
            tail.get(1..).unwrap_or_default()
        } else {
            tail
        };
    }
    rest
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// The commands of a script as words: quotes removed, comments dropped, `;`, `|`, `&`, brackets,
/// backticks and line breaks dividing. Double quotes still divide at `$(` so that a command in
/// them is seen.
fn commands(script: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut begun = false;
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('\''), _) => word.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                begun = true;
            }
            (_, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(next) => word.push(next),
            },
            (_, '$') if chars.peek() == Some(&'(') => {
                chars.next();
                // The rest of a double-quoted text reads as words from here on: good enough.
                quote = None;
                end_word(&mut word, &mut begun, &mut words);
                end_command(&mut words, &mut all);
            }
            (None, '#') if word.is_empty() && !begun => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            (None, ';' | '|' | '&' | '(' | ')' | '`' | '\n') => {
                end_word(&mut word, &mut begun, &mut words);
                end_command(&mut words, &mut all);
            }
            (None, '<' | '>') => end_word(&mut word, &mut begun, &mut words),
            (None, _) if c.is_whitespace() => end_word(&mut word, &mut begun, &mut words),
            _ => word.push(c),
        }
    }
    end_word(&mut word, &mut begun, &mut words);
    end_command(&mut words, &mut all);
    all
}

/// Finishes a word, if one was begun.
fn end_word(word: &mut String, begun: &mut bool, words: &mut Vec<String>) {
    if !word.is_empty() || *begun {
        words.push(std::mem::take(word));
    }
    *begun = false;
}

/// Finishes a command, if it has words.
fn end_command(words: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
    if !words.is_empty() {
        all.push(std::mem::take(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts without bare words, with `*` after those that are waited for.
    fn found(script: &str) -> String {
        let all: Vec<_> = probes(script)
            .iter()
            .filter(|probe| probe.endpoint.form != Form::Bare)
            .map(|probe| {
                let mark = if probe.waits { "*" } else { "" };
                format!("{}{mark}", probe.endpoint.host)
            })
            .collect();
        all.join(" ")
    }

    #[test]
    fn wait_loops() {
        for (script, want) in [
            ("until nc -z db 5432; do sleep 1; done; ./app", "db*"),
            ("until nc -zvw 1 db 5432; do sleep 1; done", "db*"),
            ("while ! nc -z -w1 mq 5672; do sleep 1; done", "mq*"),
            ("until getent hosts cache; do sleep 2; done", "cache*"),
            ("until pg_isready -h db -p 5432; do sleep 1; done", "db*"),
            ("until mysqladmin ping -hdb --silent; do :; done", "db*"),
            (
                "until psql \"postgres://u:p@pg/x\" -c '\\q'; do :; done",
                "pg*",
            ),
            (
                "until (echo > /dev/tcp/db/5432) >/dev/null; do :; done",
                "db*",
            ),
            (
                "timeout 60 sh -c 'until nc -z db 5432; do sleep 1; done'",
                "db*",
            ),
            ("until bash -c '</dev/tcp/db/5432'; do :; done", "db*"),
            (
                "until nslookup db.shop.svc.cluster.local; do sleep 2; done;",
                "db.shop.svc.cluster.local*",
            ),
            (
                "wait-for-it.sh db:5432 -- ./app --cache=cache:6379",
                "db* cache",
            ),
            ("/usr/bin/dockerize -wait tcp://db:5432 -timeout 60s", "db*"),
            ("timeout 60 nc -z db 5432", "db"),
            ("wget -qO- http://api:80/health", "api"),
            (
                "for i in $(seq 1 9); do S=$(wget http://web:80 2>&1 | awk '/x/{print $2}'); done",
                "web*",
            ),
            ("curl -u me:1234 -H \"X-Host: a:90\" http://api/x", "api"),
            ("curl -sf es:9200/_cluster/health", "es"),
            ("redis-cli -h cache ping", "cache"),
            ("echo waiting for db:5432", ""),
            ("# nc -z db 5432\nsleep 1", ""),
            ("ping -c 1 gw", "gw"),
            ("until nc -z $DB_HOST 5432; do sleep 1; done", ""),
        ] {
            assert_eq!(found(script), want, "{script}");
        }
    }

    #[test]
    fn odd_scripts_end() {
        let deep = "timeout 1 ".repeat(10_000) + "nc db 1";
        for script in [
            &deep,
            "",
            "'",
            "\"$(",
            "\\",
            "done done done",
            "until",
            "((((",
            "nc",
            "nc -w",
        ] {
            let _ = probes(script);
        }
        assert!(probes(&"nc a 1;".repeat(100_000)).is_empty());
    }
    proptest::proptest! {
        /// Any text is read to its end, and what is found is a host.
        #[test]
        fn any_text_is_survived(text in "[ a-z0-9:/@=,;.$(){}\\[\\]'\"|&<>#\\\\\n%판-]{0,60}") {
            let found = probes(&text).into_iter().map(|probe| probe.endpoint);
            let more = addresses(&text).into_iter().flat_map(|address| address.hosts);
            for end in found.chain(more) {
                let is_address = end.host.parse::<std::net::IpAddr>().is_ok();
                proptest::prop_assert!(is_address || normalise(&end.host) == Some(end.host));
            }
        }
    }
}
