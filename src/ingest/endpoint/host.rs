//! What sort of place a host name is, judged by its text alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What sort of place a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// The speaker itself (`localhost`, `127.0.0.1`, `0.0.0.0`, `::`), or its own machine.
    Own,
    /// The metadata service of a cloud: part of the platform the speaker stands on.
    Metadata,
    /// An address that the Internet routes.
    PublicIp,
    /// An address of a private network.
    PrivateIp,
    /// One label, as `db`: a name of the speaker's own surroundings.
    Label,
    /// `name.namespace.svc`, with or without the cluster's domain.
    Cluster,
    /// A name under a suffix that no public registry hands out (`.internal`, `.local`), or two
    /// labels of which the last is no usual public suffix (`redis.cache`).
    Private,
    /// A name of the public DNS.
    Public,
}

/// Suffixes of names that only mean something inside somebody's network.
const PRIVATE_SUFFIXES: [&str; 9] = [
    "internal",
    "local",
    "localdomain",
    "lan",
    "corp",
    "home",
    "intranet",
    "private",
    "consul",
];

/// Public suffixes (beside the two-letter ones) that make a two-label name a public one.
const PUBLIC_SUFFIXES: [&str; 24] = [
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "dev", "app", "cloud", "tech",
    "xyz", "online", "site", "name", "pro", "systems", "services", "network", "world", "space",
    "example",
];

/// Last labels that are file names, not domains.
const FILE_ENDINGS: [&str; 22] = [
    "yaml",
    "yml",
    "json",
    "xml",
    "conf",
    "cfg",
    "ini",
    "txt",
    "log",
    "pem",
    "crt",
    "key",
    "sock",
    "properties",
    "toml",
    "jar",
    "html",
    "exe",
    "class",
    "php",
    "lua",
    "sql",
];

/// Sorts a host as [`normalise`] gives it. O(length).
#[must_use]
pub fn kind(host: &str) -> HostKind {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address_kind(address);
    }
    if is_own_name(host) {
        return HostKind::Own;
    }
    if matches!(
        host,
        "metadata" | "metadata.google.internal" | "metadata.azure.com"
    ) {
        return HostKind::Metadata;
    }
    if before_svc(host).is_some() {
        return HostKind::Cluster;
    }
    let Some((before, last)) = host.rsplit_once('.') else {
        return HostKind::Label;
    };
    let two_labels = !before.contains('.');
    let public_end = last.len() == 2 || PUBLIC_SUFFIXES.contains(&last);
    if PRIVATE_SUFFIXES.contains(&last) || (two_labels && !public_end) {
        HostKind::Private
    } else {
        HostKind::Public
    }
}

/// What stands before `.svc`: `name.namespace` of `name.namespace.svc.cluster.local`.
#[must_use]
pub fn before_svc(host: &str) -> Option<&str> {
    let (inside, rest) = host.split_once(".svc")?;
    (rest.is_empty() || rest.starts_with('.')).then_some(inside)
}

/// Makes a host comparable: lower case, no brackets, no final dot. `None` when it can be neither
/// a DNS name nor an address (a name needs a letter; `3` and `12.5` are numbers).
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(inner) = inner {
        let address: Ipv6Addr = inner.split('%').next()?.parse().ok()?;
        return Some(address.to_string());
    }
    let host = text.strip_suffix('.').unwrap_or(text);
    if host.is_empty() || host.len() > 253 {
        return None;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let label_ok = |label: &str| {
        let bytes = label.as_bytes();
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        label.len() <= 63
            && edge(bytes.first())
            && edge(bytes.last())
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let last_has_letter = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    (host.split('.').all(label_ok) && last_has_letter).then(|| host.to_ascii_lowercase())
}

/// True if a dotted name is more likely a file (`server.conf`) than a host.
#[must_use]
pub fn looks_like_file(host: &str) -> bool {
    host.rsplit_once('.')
        .is_some_and(|(_, last)| FILE_ENDINGS.contains(&last))
}

/// Names of the speaker itself or of the machine it happens to run on.
fn is_own_name(host: &str) -> bool {
    matches!(
        host,
        "localhost" | "localhost.localdomain" | "ip6-localhost" | "host.docker.internal"
    ) || host.ends_with(".localhost")
}

/// Sorts a numeric address.
fn address_kind(address: IpAddr) -> HostKind {
    let v4 = |ip: Ipv4Addr| {
        if ip.is_loopback() || ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast() {
            HostKind::Own
        } else if ip.is_link_local() {
            HostKind::Metadata
        } else if ip.is_private() || is_shared(ip) {
            HostKind::PrivateIp
        } else {
            HostKind::PublicIp
        }
    };
    match address {
        IpAddr::V4(ip) => v4(ip),
        IpAddr::V6(ip) => {
            if let Some(ip) = ip.to_ipv4_mapped() {
                v4(ip)
            } else if ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() {
                HostKind::Own
            } else if ip.is_unicast_link_local() || ip.segments().starts_with(&[0xfd00, 0xec2]) {
                HostKind::Metadata
            } else if ip.is_unique_local() {
                HostKind::PrivateIp
            } else {
                HostKind::PublicIp
            }
        }
    }
}

/// 100.64.0.0/10 (RFC 6598): used inside providers and clusters, never routed publicly.
fn is_shared(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    a == 100 && (64..128).contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_hosts() {
        for (host, want) in [
            ("localhost", HostKind::Own),
            ("127.0.0.53", HostKind::Own),
            ("0.0.0.0", HostKind::Own),
            ("::", HostKind::Own),
            ("::1", HostKind::Own),
            ("host.docker.internal", HostKind::Own),
            ("169.254.169.254", HostKind::Metadata),
            ("metadata.google.internal", HostKind::Metadata),
            ("10.1.2.3", HostKind::PrivateIp),
            ("100.100.0.1", HostKind::PrivateIp),
            ("fd12::1", HostKind::PrivateIp),
            ("8.8.8.8", HostKind::PublicIp),
            ("db", HostKind::Label),
            ("db.shop.svc", HostKind::Cluster),
            ("db.shop.svc.cluster.local", HostKind::Cluster),
            ("redis.cache", HostKind::Private),
            ("db.prod.internal", HostKind::Private),
            ("example.com", HostKind::Public),
            ("t.co", HostKind::Public),
            ("smtp.mail.example.org", HostKind::Public),
        ] {
            assert_eq!(kind(host), want, "{host}");
        }
    }

    #[test]
    fn only_names_and_addresses_are_hosts() {
        assert_eq!(normalise("DB.Shop."), Some("db.shop".to_owned()));
        assert_eq!(normalise("[::1]"), Some("::1".to_owned()));
        assert_eq!(normalise("10.0.0.1"), Some("10.0.0.1".to_owned()));
        for wrong in [
            "", ".", "3", "1.5", "a..b", "-a", "a-", "a b", "$(X)", "*", "+", "[x]", "<host>",
            "{{x}}", "::1::",
        ] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
        assert_eq!(normalise(&"a".repeat(300)), None);
        assert!(looks_like_file("server.conf"));
        assert!(!looks_like_file("db"));
    }
}
