//! Forms of secrets that must not be shown, and of what must stay readable.

use super::*;

#[test]
fn keys_that_name_secrets() {
    for key in [
        "password",
        "DB_PASSWORD",
        "dbPassword",
        "db-passwd",
        "MYSQL_PWD",
        "secret",
        "client_secret",
        "clientSecret",
        "token",
        "GITHUB_TOKEN",
        "apikey",
        "api_key",
        "apiKey",
        "X-Api-Key",
        "AWS_SECRET_ACCESS_KEY",
        "accessKey",
        "private_key",
        "privateKey",
        "credentials",
        "auth",
        "Authorization",
        "passphrase",
        "secret_id",
        "SECRET_KEY_BASE",
        "password_hash",
        "DBPASSWORD",
        "spring.datasource.password",
        "encryptionKey",
        "APIKey",
        "tokenSecret",
        "PASSWORD_2",
        "--password",
        "pass",
    ] {
        assert!(is_secret_key(key), "{key}");
    }
    for key in [
        "secretName",
        "secretKeyRef",
        "tokenPath",
        "token_file",
        "password_file",
        "passwordFrom",
        "tokenTTL",
        "author",
        "authority",
        "key",
        "primary_key",
        "keyName",
        "name",
        "secrets",
        "imagePullSecrets",
        "max_tokens",
        "compass",
        "bypass",
        "authType",
        "auth_url",
        "monkey",
        "secretStoreRef",
        "passwordPolicy",
        "public_key",
        "",
        "-",
        "tokenizer",
        "accessMode",
    ] {
        assert!(!is_secret_key(key), "{key}");
    }
}

#[test]
fn values_with_credentials() {
    for (text, masked) in [
        (
            "postgres://user:secret@db:5432/x",
            "postgres://user:***@db:5432/x",
        ),
        ("redis://:secret@cache", "redis://:***@cache"),
        ("amqp://u:p@ss@mq/v", "amqp://u:***@mq/v"),
        ("postgres://u:pa/ss#w@db/x", "postgres://u:***@db/x"),
        (
            "a http://u:p@h1 b https://v:q@h2/",
            "a http://u:***@h1 b https://v:***@h2/",
        ),
        (
            "mongodb://u:p@h1:1,h2:2/x?authSource=admin",
            "mongodb://u:***@h1:1,h2:2/x?authSource=admin",
        ),
        (
            "Server=db;User Id=sa;Password=p4ss;Encrypt=true",
            "Server=db;User Id=sa;Password=***;Encrypt=true",
        ),
        (
            "Host=db;Username=u;Pwd = x y",
            "Host=db;Username=u;Pwd = *** y",
        ),
        (
            "jdbc:mysql://db/x?user=u&password=s&ssl=1",
            "jdbc:mysql://db/x?user=u&password=***&ssl=1",
        ),
        (
            "root:hunter2@tcp(db:3306)/shop",
            "root:***@tcp(db:3306)/shop",
        ),
        (
            "Authorization: Bearer abc123def456",
            "Authorization: Bearer ***",
        ),
        ("AKIAIOSFODNN7EXAMPLE", "***"),
        ("--password hunter2 --host db", "--password *** --host db"),
        ("[\"--token\", \"abc\"]", "[\"--token\", \"***\"]"),
        (
            "curl -u admin:hunter2 http://x",
            "curl -u admin:*** http://x",
        ),
        (
            "x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_def y",
            "x *** y",
        ),
        ("ghp_abcdefghijklmnop0123456789", "***"),
        (
            "https://hooks.slack.com/services/T0/B0/xyz",
            "https://hooks.slack.com/services/***",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\\nMII\\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
        ),
        (
            "AccountName=a;AccountKey=abc+/==;X=1",
            "AccountName=a;AccountKey=***;X=1",
        ),
    ] {
        assert_eq!(value(text), masked);
        assert_eq!(value(masked), masked, "masked twice");
    }
    for text in [
        "http://host:8080/a@b",
        "ssh://git@host/x",
        "http://[::1]:80/x@y",
        "db:5432",
        "repo/image:tag@sha256:0123abc",
        "user@example.com",
        "a == b",
        "http://a/b?x=1",
        "sh -c 'until nc -z db 5432; do sleep 1; done'",
        "Basic setup",
        "bearer token",
        "",
        "https://${USER}@host",
        "판교://",
        "=",
        "://",
    ] {
        assert_eq!(value(text), text);
    }
}

#[test]
fn lines_with_secrets() {
    for (text, masked) in [
        ("  password: hunter2", "  password: ***"),
        (
            "  password: \"hunter 2\" # note",
            "  password: \"***\" # note",
        ),
        ("- DB_PASSWORD=hunter2", "- DB_PASSWORD=***"),
        ("- \"DB_PASSWORD=hunter 2\"", "- \"DB_PASSWORD=***\""),
        ("export API_KEY='x y'", "export API_KEY='***'"),
        ("TOKEN=x y z", "TOKEN=***"),
        ("# password: old", "# password: ***"),
        (
            "  \"client_secret\": \"x\\\"y\",",
            "  \"client_secret\": \"***\",",
        ),
        (
            "{\"a\":1,\"password\":\"x\",\"b\":{\"token\":\"y\"}}",
            "{\"a\":1,\"password\":\"***\",\"b\":{\"token\":\"***\"}}",
        ),
        (
            "- {name: DB_PASSWORD, value: hunter2}",
            "- {name: DB_PASSWORD, value: ***}",
        ),
        (
            "{\"name\": \"TOKEN\", \"value\": \"x\"}",
            "{\"name\": \"TOKEN\", \"value\": \"***\"}",
        ),
        ("password = \"x\" # toml", "password = \"***\" # toml"),
        ("url: postgres://u:p@db/x", "url: postgres://u:***@db/x"),
        ("pass: !custom hunter2", "pass: !custom ***"),
        ("pass: &anchor hunter2", "pass: &anchor ***"),
        ("secret: ${X:-default}", "secret: ***"),
        ("passwords: [a, b]", "passwords: ***"),
        ("password: 123456", "password: ***"),
        ("  password: it's: odd", "  password: ***"),
        (
            "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MaU6",
            "***",
        ),
    ] {
        assert_eq!(line(text), masked);
        assert_eq!(line(masked), masked, "masked twice");
    }
    for text in [
        "password:",
        "  secretName: db-creds",
        "automountServiceAccountToken: false",
        "password: ${DB_PASSWORD}",
        "token: $(TOKEN)",
        "password: \"{{ vault_password }}\"",
        "secret: |",
        "auth: {user: x}",
        "image: shop/cart:1.2",
        "kind: Secret",
        "a: b: c",
        "- name: DB_PASSWORD",
        "secrets:",
        "replicas: 3",
        "host: db.internal:5432",
        "",
    ] {
        assert_eq!(line(text), text);
    }
}

/// Every line of `text`, masked with its neighbours.
fn shown(text: &str) -> String {
    let mut start = 0;
    let lines = text.split('\n').map(|line| {
        let range = start..start + line.len();
        start += line.len() + 1;
        line_at(text, range).into_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn endless_lines_are_hidden_at_once() {
    let text = "://".repeat(1 << 20);
    assert_eq!(value(&text), MASK);
    assert_eq!(line_at(&text, 0..text.len()), MASK);
}

#[test]
fn neighbours_say_what_a_line_holds() {
    let text = "\
env:
- name: DB_PASSWORD
  value: hunter2
- name: HOST
  value: db
- value: hunter2
  name: API_TOKEN
- name: TOKEN
  # why
  value: \"hunter2\"
- name: TOKEN
  valueFrom:
    secretKeyRef: {name: creds, key: pw}
- name: LAST
  value: shown
password: |
  hunter2
    deeper: hunter2

  key: hunter2
next: shown
passwords:
- hunter2
- 'hunter2'
secrets:
- db_name
password:
  hunter2
tls:
  key: |
    -----BEGIN PRIVATE KEY-----
    hunter2
    -----END PRIVATE KEY-----
";
    let out = shown(text);
    assert!(!out.contains("hunter2"), "{out}");
    let kept = [
        "value: db",
        "value: shown",
        "next: shown",
        "- db_name",
        "name: creds",
        "-----END PRIVATE KEY-----",
    ];
    assert!(kept.iter().all(|kept| out.contains(kept)), "{out}");
    assert_eq!(shown(&out), out);
}

#[test]
fn a_kubernetes_secret_shows_names_only() {
    let text = "kind: ConfigMap\ndata:\n  a: shown\n---\nkind: Secret\nmetadata: {name: x}\nstringData:\n  any: hunter2\n  file: |\n    host: hunter2\ndata:\n  other: aHVudGVyMg==\n";
    let out = shown(text);
    assert!(!out.contains("hunter2") && !out.contains("aHVu"), "{out}");
    assert!(
        out.contains("a: shown") && out.contains("any: ***") && out.contains("{name: x}"),
        "{out}"
    );
    let json = "{\n  \"env\": [\n    {\n      \"name\": \"TOKEN\",\n      \"value\": \"hunter2\"\n    },\n    {\n      \"name\": \"HOST\",\n      \"value\": \"db\"\n    }\n  ]\n}";
    let out = shown(json);
    assert!(
        !out.contains("hunter2") && out.contains("\"value\": \"db\""),
        "{out}"
    );
}

#[test]
fn any_text_can_be_masked_and_twice_is_once() {
    let parts = [
        "password",
        ": ",
        "=",
        "\"",
        "'",
        "://",
        "u:p@h",
        "hunter2",
        "{",
        "}",
        "[",
        ",",
        " ",
        "\n",
        "- ",
        "name",
        "value",
        "판",
        "***",
        "|",
        "Bearer ",
        "AKIAIOSFODNN7EXAMPLE",
        "--token",
        "#",
        "-----BEGIN X-----",
        "-----",
        "\\",
        "!t ",
        "&a ",
        "${X}",
        ";",
        "&",
        "@tcp(",
        "\r",
        "\t",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % parts.len() as u64).expect("small")
    };
    for _ in 0..40_000 {
        let count = 1 + next() % 10;
        let text: String = (0..count).map(|_| parts[next()]).collect();
        let out = shown(&text);
        assert_eq!(out.lines().count(), text.lines().count());
        let once = line(&text).into_owned();
        assert_eq!(line(&once), once, "{text:?}");
        let once = value(&text).into_owned();
        assert_eq!(value(&once), once, "{text:?}");
    }
}
