//! What the name of a variable, flag or property says about its value.

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Telemetry leaves here, or something is looked up that can wait: losing the target degrades
    /// nothing a user sees.
    Telemetry,
    /// Says a host stands here (`DB_HOST`, `--server`): even a bare word may be one.
    Host,
    /// Says nothing.
    Plain,
    /// Whatever looks like an address here is not one that is called: where to listen, what to
    /// advertise, an image, a version, a credential.
    NotCalled,
}

/// Any of these words: traces, metrics, logs or crash reports go there.
const TELEMETRY: [&str; 28] = [
    "otel",
    "otlp",
    "opentelemetry",
    "jaeger",
    "zipkin",
    "statsd",
    "healthcheck",
    "healthchecks",
    "datadog",
    "newrelic",
    "collector",
    "fluentd",
    "fluentbit",
    "fluent",
    "logstash",
    "graylog",
    "gelf",
    "loki",
    "syslog",
    "pushgateway",
    "honeycomb",
    "apm",
    "telemetry",
    "tracing",
    "instana",
    "dynatrace",
    "splunk",
    "bugsnag",
];

/// After `sentry`, one of these: crash reports go there. (`SENTRY_DB_HOST` is a setting of Sentry
/// itself.)
const CRASH_REPORTS: [&str; 9] = [
    "dsn", "url", "uri", "host", "endpoint", "server", "addr", "address", "tunnel",
];

/// After `health`, one of these: what is only looked at, or told that all is well.
const HEALTH_CHECKS: [&str; 3] = ["check", "checks", "checker"];

/// Words that, in the *host*, mean telemetry whatever the variable is called.
const TELEMETRY_HOSTS: [&str; 13] = [
    "otel",
    "otelcol",
    "opentelemetry",
    "opentelemetrycollector",
    "otelcollector",
    "jaeger",
    "zipkin",
    "statsd",
    "fluentd",
    "fluentbit",
    "pushgateway",
    "sentry",
    "syslog",
];

/// Any of these words: the address is the speaker's own, or only compared with.
const NEVER_CALLED: [&str; 10] = [
    "listen",
    "listener",
    "listeners",
    "bind",
    "advertise",
    "advertised",
    "cors",
    "allowed",
    "noproxy",
    "whitelist",
];

/// A name that ends in one of these holds something other than an address.
const NOT_AN_ADDRESS: [&str; 34] = [
    "image",
    "repository",
    "repo",
    "origin",
    "origins",
    "tag",
    "version",
    "password",
    "passwd",
    "token",
    "secret",
    "user",
    "username",
    "uid",
    "gid",
    "level",
    "format",
    "pattern",
    "regex",
    "schedule",
    "cron",
    "tz",
    "timezone",
    "locale",
    "title",
    "message",
    "description",
    "cookie",
    "referer",
    "digest",
    "checksum",
    "key",
    "apikey",
    "credentials",
];

/// Any of these words: a host is expected.
const HOST: [&str; 45] = [
    "host",
    "hosts",
    "hostname",
    "hostnames",
    "addr",
    "addrs",
    "address",
    "addresses",
    "url",
    "urls",
    "uri",
    "uris",
    "endpoint",
    "endpoints",
    "server",
    "servers",
    "service",
    "services",
    "svc",
    "broker",
    "brokers",
    "bootstrap",
    "upstream",
    "backend",
    "target",
    "peer",
    "peers",
    "seeds",
    "proxy",
    "pghost",
    "dbhost",
    "dburl",
    "jdbcurl",
    "mysqlhost",
    "redishost",
    "smtphost",
    "mailhost",
    "apiurl",
    "points",
    "nodes",
    "members",
    "masters",
    "sentinels",
    "connect",
    "join",
];

/// A name that ends in one of these holds a bare word that only looks like a host.
const NOT_A_BARE_HOST: [&str; 22] = [
    "name",
    "id",
    "type",
    "kind",
    "port",
    "namespace",
    "mode",
    "class",
    "account",
    "role",
    "key",
    "path",
    "db",
    "database",
    "schema",
    "prefix",
    "group",
    "topic",
    "queue",
    "env",
    "scheme",
    "protocol",
];

/// Words of names that hold the speaker's own public address (`PUBLIC_URL`, `CALLBACK_URI`).
const OWN_PUBLIC: [&str; 8] = [
    "public",
    "external",
    "callback",
    "redirect",
    "homepage",
    "docs",
    "canonical",
    "cookie",
];

/// Names made only of these words (`BASE_URL`, `SERVER_NAME`) hold the speaker's own address.
const OWN_PLAIN: [&str; 17] = [
    "base", "site", "root", "app", "url", "uri", "host", "hostname", "domain", "server", "name",
    "web", "address", "http", "https", "my", "self",
];

/// Judges a variable `DB_HOST`, a flag `--db-host` or a property `db.host`. O(length).
#[must_use]
pub fn purpose(name: &str) -> Purpose {
    let words = words(name);
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let last = words.last().map_or("", String::as_str);
    let pair = |first: &str, second: &str| {
        words
            .windows(2)
            .any(|two| matches!(two, [a, b] if a == first && b == second))
    };
    // The documentation of the telemetry is a page that users open, not a place to send it to.
    let exports = words.iter().enumerate().any(|(at, word)| {
        let documented = words.get(at + 1).is_some_and(|next| next == "docs");
        TELEMETRY.contains(&word.as_str()) && !documented
    });
    if any(&NEVER_CALLED) || pair("no", "proxy") || NOT_AN_ADDRESS.contains(&last) {
        Purpose::NotCalled
    } else if exports
        || pair("new", "relic")
        || pair("fluent", "bit")
        || pair("application", "insights")
        || CRASH_REPORTS.iter().any(|word| pair("sentry", word))
        || HEALTH_CHECKS.iter().any(|word| pair("health", word))
        || pair("check", "update")
        || pair("check", "updates")
        || pair("update", "check")
        || words.first().is_some_and(|word| word == "dd")
    {
        Purpose::Telemetry
    } else if (any(&HOST) && !NOT_A_BARE_HOST.contains(&last))
        || pair("connection", "string")
        || pair("connection", "strings")
    {
        Purpose::Host
    } else {
        Purpose::Plain
    }
}

/// True if a host is called what telemetry back ends are called (`otel-collector`).
#[must_use]
pub fn is_telemetry_host(host: &str) -> bool {
    let ends_telemetry = host == "ingest.sentry.io" || host.ends_with(".ingest.sentry.io");
    let first = host.split('.').next().unwrap_or(host);
    let parts = words(first);
    ends_telemetry
        || parts
            .iter()
            .any(|part| TELEMETRY_HOSTS.contains(&part.as_str()))
        || parts
            .windows(2)
            .any(|two| matches!(two, [a, b] if a == "fluent" && b == "bit"))
}

/// True if a service is called what collectors are called: what it can't reach, it does without.
///
/// Not so a back end of crash reports that users look at, whose name only says whose part it is
/// (`sentry-worker`).
#[must_use]
pub fn is_collector(service: &str) -> bool {
    is_telemetry_host(service) && !words(service).iter().any(|word| word == "sentry")
}

/// True if a public address under this name is most likely the speaker's own
/// (`PUBLIC_URL=https://shop.example.com`).
#[must_use]
pub fn names_own_address(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str], word: &String| list.contains(&word.as_str());
    words.iter().any(|word| has(&OWN_PUBLIC, word))
        || (!words.is_empty() && words.iter().all(|word| has(&OWN_PLAIN, word)))
}

/// `DB_HOST`, `--db-host`, `db.host` and `dbHost` are all `["db", "host"]`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_lower = false;
    for c in name.chars().take(256) {
        let hump = c.is_ascii_uppercase() && after_lower;
        if (!c.is_alphanumeric() || hump) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_ascii_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes() {
        for (name, want) in [
            ("DB_HOST", Purpose::Host),
            ("--server", Purpose::Host),
            ("spring.datasource.url", Purpose::Host),
            ("cartServiceAddr", Purpose::Host),
            ("IMAGE_TAG", Purpose::NotCalled),
            ("SIDECAR_IMAGE", Purpose::NotCalled),
            ("IMAGE_SERVICE_ADDR", Purpose::Host),
            ("CORS_ORIGIN", Purpose::NotCalled),
            ("USER_SERVICE_URL", Purpose::Host),
            ("DB_USER", Purpose::NotCalled),
            ("SERVICE_NAME", Purpose::Plain),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Purpose::Telemetry),
            ("COLLECTOR_SERVICE_ADDR", Purpose::Telemetry),
            ("DD_AGENT_HOST", Purpose::Telemetry),
            ("HealthChecksUI__HealthChecks__0__Uri", Purpose::Telemetry),
            ("HEALTHCHECK_URL", Purpose::Telemetry),
            ("CHECK_UPDATE_URL", Purpose::Telemetry),
            ("PGHOST", Purpose::Host),
            ("ConnectionStrings__EventBus", Purpose::Host),
            ("SENTRY_DSN", Purpose::Telemetry),
            ("SENTRY_RELAY_HOST", Purpose::Host),
            ("RING_CONTACT_POINTS", Purpose::Host),
            ("TELEMETRY_DOCS_HOST", Purpose::Host),
            ("NEW_RELIC_HOST", Purpose::Telemetry),
            ("LISTEN_ADDR", Purpose::NotCalled),
            ("NO_PROXY", Purpose::NotCalled),
            ("KAFKA_ADVERTISED_LISTENERS", Purpose::NotCalled),
            ("WHATEVER", Purpose::Plain),
            ("", Purpose::Plain),
        ] {
            assert_eq!(purpose(name), want, "{name}");
        }
    }

    #[test]
    fn own_addresses_and_telemetry_hosts() {
        assert!(names_own_address("PUBLIC_URL"));
        assert!(names_own_address("BASE_URL"));
        assert!(!names_own_address("STRIPE_BASE_URL"));
        assert!(!names_own_address(""));
        assert!(is_telemetry_host("otel-collector.ops.svc"));
        assert!(is_telemetry_host("fluent-bit"));
        assert!(is_telemetry_host("o1.ingest.sentry.io"));
        assert!(!is_telemetry_host("garbage-collector-api"));
        assert!(is_collector("otel-collector"));
        assert!(is_telemetry_host("sentry-worker") && !is_collector("sentry-worker"));
    }
}
