//! Settings in files that a manifest carries (a `ConfigMap`, a variable of several lines): YAML,
//! JSON, properties, INI, nginx, Caddy. Line by line and without a parser for each: only addresses
//! of services of the input may be taken from them.

/// Words before an address in configurations of proxies.
const DIRECTIVES: [&str; 6] = [
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "grpc_pass",
    "server",
    "reverse_proxy",
];

/// Files that name what they watch, not what they need.
const WATCHERS: [&str; 4] = ["prometheus", "dashboard", "alert", "rules"];

/// True if the file names what it watches: whatever it scrapes, it does without.
#[must_use]
pub fn is_watcher(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    WATCHERS.iter().any(|word| file.contains(word))
}

/// Name and value of each setting, in order; "" where a value has no name. O(length).
pub fn settings(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(setting)
}

fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.starts_with(['#', ';']) || line.starts_with("//") || line.starts_with("<!--") {
        return None;
    }
    let line = line.strip_prefix("- ").unwrap_or(line);
    // What stands after it in YAML and properties.
    let line = line.split(" #").next().unwrap_or(line);
    let line = line.trim_end_matches([',', ';', '{', ' ']);
    if let Some((word, rest)) = line.split_once(char::is_whitespace)
        && DIRECTIVES.contains(&word)
    {
        // Names, paths and options may stand beside the address: they look like none.
        return Some(("", bare(rest)));
    }
    let found = match (line.find(": "), line.find('=')) {
        (Some(colon), Some(equals)) if equals < colon => line.split_once('='),
        (Some(_), _) => line.split_once(": "),
        (None, Some(_)) => line.split_once('='),
        (None, None) => line.split_once("\":"),
    };
    let (name, value) = found.unwrap_or(("", line));
    let (name, value) = (bare(name), bare(value));
    (!value.is_empty()).then_some((name, value))
}

/// Text without quotes around it.
fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'', '`'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_setting_a_line() {
        let text = "# db: old:1\nspring:\n  url: jdbc:postgresql://db:5432/x\n  \"cache\": \"redis:6379\",\n\
                    brokers:\n  - kafka:9092\nauth.url=http://auth:80/?a=b\nproxy_pass http://web:8080;\n\
                    server app:90 weight=5;\n\
                    server one two:80 check\nreverse_proxy /api/* api:8000 {\n";
        let found: Vec<_> = settings(text)
            .filter(|(_, value)| value.contains(':'))
            .collect();
        assert_eq!(
            found,
            [
                ("", "spring:"),
                ("url", "jdbc:postgresql://db:5432/x"),
                ("cache", "redis:6379"),
                ("", "brokers:"),
                ("", "kafka:9092"),
                ("auth.url", "http://auth:80/?a=b"),
                ("", "http://web:8080"),
                ("", "app:90 weight=5"),
                ("", "one two:80 check"),
                ("", "/api/* api:8000"),
            ]
        );
    }
}
