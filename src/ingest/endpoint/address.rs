//! The addresses in one configuration value: `host:port`, URLs, lists of brokers, connection
//! strings (`Host=db;User=…`, `user:pass@tcp(db:3306)/x`, `jdbc:…`).
//!
//! A scanner, not a parser of each dialect: it looks for the few shapes that hold a host and
//! leaves everything else alone. One pass over the value for each shape, O(length).

use super::host::normalise;

/// Values longer than this hold documents, not addresses; they are left alone.
const LONGEST: usize = 64 << 10;
/// Most hosts taken from one value.
const MOST: usize = 256;

/// How a host was written: how sure it is that it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// After a scheme: `http://db`.
    Url,
    /// With a port: `db:5432`.
    Port,
    /// Where a host is named as such: `Host=db`, `nc db 5432`.
    Key,
    /// A word by itself: a host only if something else says so.
    Bare,
}

/// One host of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Lower case, without brackets or final dot: a DNS name or an IP address.
    pub host: String,
    pub port: Option<u16>,
    pub form: Form,
}

/// One thing that is called: usually one host; several when they are alternatives that a client
/// may enter by (`kafka-a:9092,kafka-b:9092`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Never empty.
    pub hosts: Vec<Endpoint>,
}

/// Schemes after which no network host stands.
const NOT_NETWORK: [&str; 20] = [
    "file",
    "unix",
    "unixgram",
    "data",
    "s3",
    "s3a",
    "s3n",
    "gs",
    "gcs",
    "abfs",
    "classpath",
    "jar",
    "sqlite",
    "sqlite3",
    "memory",
    "mem",
    "inproc",
    "ipc",
    "npipe",
    "arn",
];

/// Schemes whose host stands in the path (`dns:///db:5432`): gRPC's resolvers.
const HOST_IN_PATH: [&str; 4] = ["dns", "passthrough", "xds", "kubernetes"];

/// Keys of connection strings whose value is a host or a list of them.
const HOST_KEYS: [&str; 20] = [
    "host",
    "hosts",
    "hostname",
    "hostaddr",
    "server",
    "servers",
    "data source",
    "datasource",
    "address",
    "addr",
    "network address",
    "endpoint",
    "accountendpoint",
    "bootstrap.servers",
    "brokers",
    "nodes",
    "broker",
    "uri",
    "url",
    "contact points",
];

/// Words that switch something on or off, and are no hosts where they stand alone.
const SWITCHES: [&str; 12] = [
    "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "auto", "enabled", "disabled",
];

/// Every address in `value`, in order, each host once.
#[must_use]
pub fn addresses(value: &str) -> Vec<Address> {
    if value.len() > LONGEST {
        return Vec::new();
    }
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let found = if value.contains("://") {
        urls(value)
    } else if let Some(inner) = in_brackets(value) {
        list(inner, Form::Key)
    } else if let Some(hosts) = connection_string(value) {
        hosts
    } else if let Some((_, after)) = value.split_once(":@") {
        // Oracle: jdbc:oracle:thin:@db:1521:SID, with // before the host or not.
        let place = after.trim_start_matches('/');
        let host = place.split(['/', '?']).next().unwrap_or_default();
        let short = host.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
        list(&short, Form::Key)
    } else {
        list(value, Form::Bare)
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut addresses: Vec<Address> = Vec::new();
    for mut address in found.into_iter().take(MOST) {
        address.hosts.truncate(MOST);
        address
            .hosts
            .retain(|end| seen.insert((end.host.clone(), end.port)));
        if !address.hosts.is_empty() {
            addresses.push(address);
        }
    }
    as_alternatives(addresses)
}

/// A list whose elements all carry one port names the members of one cluster: a client enters by
/// any of them.
fn as_alternatives(addresses: Vec<Address>) -> Vec<Address> {
    let ports: std::collections::BTreeSet<_> = addresses
        .iter()
        .flat_map(|address| &address.hosts)
        .map(|end| end.port)
        .collect();
    if addresses.len() > 1 && ports.len() == 1 && !ports.contains(&None) {
        let hosts = addresses.into_iter().flat_map(|a| a.hosts).collect();
        return vec![Address { hosts }];
    }
    addresses
}

/// The hosts after each `scheme://`. What follows an authority up to the next white space, quote
/// or comma belongs to the URL, so an address in a query string is not taken for a second one.
fn urls(text: &str) -> Vec<Address> {
    let ends_url = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | '<' | '>');
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = (&rest[..at], &rest[at + 3..]);
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let begin = before.trim_end_matches(letters).len();
        let scheme = before[begin..].to_ascii_lowercase();
        let ends_authority =
            |c: char| ends_url(c) && c != ',' || matches!(c, '/' | '?' | '#' | '|' | '\\' | ';');
        let mut length = after.find(ends_authority).unwrap_or(after.len());
        let mut authority = &after[..length];
        // `http://a:1,http://b:2`: the authority seems to run on into the next scheme.
        if after[length..].starts_with("//") && authority.ends_with(':') {
            length = authority.rfind(',').unwrap_or(0);
            authority = &authority[..length];
        }
        let tail = &after[length..];
        let bare_scheme = scheme.rsplit('+').next().unwrap_or(&scheme);
        if HOST_IN_PATH.contains(&bare_scheme) && tail.starts_with('/') {
            let path = &tail[1..];
            let end = path
                .find(|c| ends_url(c) || matches!(c, '/' | '?'))
                .unwrap_or(path.len());
            found.extend(list(&path[..end], Form::Url));
        } else if !NOT_NETWORK.contains(&bare_scheme) {
            let place = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
            let hosts: Vec<_> = place
                .split(',')
                .filter_map(|part| host_port(part.trim(), Form::Url))
                .collect();
            if !hosts.is_empty() {
                found.push(Address { hosts });
            }
        }
        let end = tail.find(ends_url).unwrap_or(tail.len());
        rest = &tail[end..];
    }
    found
}

/// `Host=db;Username=…` (ADO.NET, ODBC), `host=db port=5432` (libpq), `cache:6379,password=…`.
/// `None` when the value is no such string.
fn connection_string(value: &str) -> Option<Vec<Address>> {
    if !value.contains('=') {
        return None;
    }
    let by_semicolon = value.contains(';');
    let parts: Vec<&str> = if by_semicolon {
        value.split(';').collect()
    } else if value.contains(',') {
        value.split(',').collect()
    } else {
        value.split_whitespace().collect()
    };
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Some((key, text)) = part.split_once('=') else {
            // `cache:6379,abortConnect=false`: only the first elements are hosts.
            if at == found.len() {
                found.extend(list(part, Form::Bare));
            }
            continue;
        };
        if !HOST_KEYS.contains(&key.trim().to_ascii_lowercase().as_str()) {
            continue;
        }
        let text = text.trim().trim_matches(['"', '\'']);
        let text = ["tcp:", "np:", "lpc:", "admin:"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(text);
        // SQL Server: `host\instance`, and the port after a comma.
        let text = text.split('\\').next().unwrap_or(text);
        let numeric_port = text
            .rsplit_once(',')
            .and_then(|(host, port)| Some((host, port.trim().parse::<u16>().ok()?)));
        if let Some((host, port)) = numeric_port
            && let Some(mut end) = host_port(host.trim(), Form::Key)
        {
            end.port = Some(port);
            found.push(Address { hosts: vec![end] });
        } else {
            found.extend(list(text, Form::Key));
        }
    }
    Some(found)
}

/// What stands in brackets in `user:pass@tcp(db:3306)/x` (Go's driver for `MySQL`).
fn in_brackets(value: &str) -> Option<&str> {
    let (before, after) = value.split_once('(')?;
    let protocol = before.rsplit('@').next().unwrap_or(before);
    if !matches!(protocol, "tcp" | "tcp4" | "tcp6" | "udp") {
        return None;
    }
    after.split_once(')').map(|(inner, _)| inner)
}

/// A host, or a list of hosts divided by commas, semicolons or white space. Elements without a
/// port take `form`, which for [`Form::Port`] too means that they need one.
fn list(text: &str, form: Form) -> Vec<Address> {
    let divides = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    text.split(divides)
        .filter(|part| !part.is_empty())
        .filter_map(|part| {
            let place = part.rsplit_once('@').map_or(part, |(_, h)| h);
            let (place, has_path) = place
                .split_once('/')
                .map_or((place, false), |(host, _)| (host, true));
            let end = host_port(place, form)?;
            // `shop/cart` and `user@host` are paths and mail addresses, not hosts.
            let plain = !has_path && place.len() == part.len();
            let switch = form == Form::Bare && SWITCHES.contains(&end.host.as_str());
            let fits = end.port.is_some() || (plain && !switch && form != Form::Port);
            fits.then(|| Address { hosts: vec![end] })
        })
        .collect()
}

/// Reads `host`, `host:port` or `[v6]:port`.
fn host_port(text: &str, form: Form) -> Option<Endpoint> {
    if let Ok(v6) = text.parse::<std::net::Ipv6Addr>() {
        return Some(Endpoint {
            host: v6.to_string(),
            port: None,
            form,
        });
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let port = match port {
        // `http://db:` has no port; `db:x` and `db:0` are something else.
        None | Some("") => None,
        Some(digits) => Some(digits.parse::<u16>().ok().filter(|port| *port > 0)?),
    };
    let form = match form {
        Form::Bare if port.is_some() => Form::Port,
        other => other,
    };
    Some(Endpoint {
        host: normalise(host)?,
        port,
        form,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `host:port` of every host; alternatives joined by `|`.
    fn found(value: &str) -> String {
        let show = |end: &Endpoint| match end.port {
            Some(port) => format!("{}:{port}", end.host),
            None => end.host.clone(),
        };
        let all: Vec<_> = addresses(value)
            .iter()
            .map(|a| a.hosts.iter().map(show).collect::<Vec<_>>().join("|"))
            .collect();
        all.join(" ")
    }

    #[test]
    fn urls_and_ports() {
        for (value, want) in [
            ("cart:7070", "cart:7070"),
            ("Cart.Shop.svc:7070", "cart.shop.svc:7070"),
            ("http://cart", "cart"),
            ("http://cart:80/a?next=http://evil/", "cart:80"),
            ("\"https://api.example.com/v1\"", "api.example.com"),
            ("postgres://user:secret@db:5432/x", "db:5432"),
            ("redis://:p@ss@cache:6379", "cache:6379"),
            ("jdbc:postgresql://db:5432/x", "db:5432"),
            ("jdbc:sqlserver://db:1433;databaseName=x", "db:1433"),
            ("jdbc:oracle:thin:@db:1521:SID", "db:1521"),
            ("jdbc:oracle:thin:@//db:1521/sid", "db:1521"),
            ("dns:///cart:7070", "cart:7070"),
            (
                "mongodb://u:p@m1:27017,m2:27017/db?w=1",
                "m1:27017|m2:27017",
            ),
            ("k1:9092, k2:9092", "k1:9092|k2:9092"),
            ("http://a:9200,http://b:9200", "a:9200|b:9200"),
            ("http://a:1/x,http://b:2", "a:1 b:2"),
            ("zk1:2181,zk2:2181/chroot", "zk1:2181|zk2:2181"),
            ("[fd00::1]:80", "fd00::1:80"),
            ("http://[fd00::1]/", "fd00::1"),
            ("amqp://guest:guest@mq/vhost", "mq"),
            ("guest:guest@mq:5672", "mq:5672"),
            (
                "mongodb+srv://u:p@cluster0.example.net/x",
                "cluster0.example.net",
            ),
            ("kafka", "kafka"),
        ] {
            assert_eq!(found(value), want, "{value}");
        }
    }

    #[test]
    fn connection_strings() {
        for (value, want) in [
            ("Host=db;Username=u;Password=p", "db"),
            (
                "Server=tcp:db.example.com,1433;Database=x",
                "db.example.com:1433",
            ),
            (r"Data Source=db\SQLEXPRESS;Password=a:1", "db"),
            ("host=db port=5432 user=u password=p:1", "db"),
            ("cache:6379,password=a:99,ssl=true", "cache:6379"),
            ("user:pass@tcp(db:3306)/x?parseTime=true", "db:3306"),
            ("user:pass@unix(/tmp/x.sock)/x", ""),
            (
                "Endpoint=sb://bus.example.net/;SharedAccessKey=abc",
                "bus.example.net",
            ),
        ] {
            assert_eq!(found(value), want, "{value}");
        }
    }

    #[test]
    fn what_is_no_address() {
        for value in [
            "",
            "8080",
            ":8080",
            "12:30",
            "1.5",
            "http://:8080",
            "http://*:80",
            "http://+:80",
            "file:///etc/passwd",
            "unix:///run/x.sock",
            "sqlite:///data.db",
            "s3://bucket/key",
            "$(DB)",
            "http://$(DB):80",
            "http://${DB}/",
            "{{ .Values.host }}:80",
            "db:99999",
            "db:0",
            "db:x",
            "/var/lib/x:ro",
            "mail@example.com",
            "shop/cart",
            "quay.io/team/image",
            "key=value",
            "true",
            "Off",
            "none",
        ] {
            assert_eq!(found(value), "", "{value}");
        }
        assert!(addresses(&"a:1,".repeat(100_000)).is_empty());
        assert!(addresses(&"a".repeat(1_000)).is_empty());
    }

    #[test]
    fn how_it_was_written() {
        let form = |value: &str| addresses(value)[0].hosts[0].form;
        assert_eq!(form("http://db"), Form::Url);
        assert_eq!(form("db:1"), Form::Port);
        assert_eq!(form("Host=db;x=y"), Form::Key);
        assert_eq!(form("db"), Form::Bare);
    }
}
