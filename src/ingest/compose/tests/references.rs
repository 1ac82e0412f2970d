//! What services state about others, each with its mode.

use std::fmt::Write as _;

use super::{edges, facts, notes};
use crate::ingest::fact::{Expr, Otherwise};
use crate::source::ProblemKind;

/// Edges of a service `web` with these lines, beside services `a`, `b` and `otel-collector`.
fn web(lines: &str) -> Vec<String> {
    let mut text = "services:\n  a: {image: x, container_name: shop-a, networks: {default: {aliases: [cache, any]}}}\n  \
                    b: {image: x, hostname: bee, networks: {default: {aliases: [any]}}}\n  otel-collector: {image: x}\n  \
                    web:\n    image: x\n"
        .to_owned();
    for line in lines.lines() {
        let _ = writeln!(text, "    {line}");
    }
    edges(&facts(&text))
}

#[test]
fn every_way_of_naming_another_service() {
    for (lines, want) in [
        ("depends_on: [a]", vec!["web start a replica of a"]),
        (
            "depends_on: {a: {condition: service_started}}",
            vec!["web start a replica of a"],
        ),
        (
            "depends_on: {a: {condition: service_healthy}}",
            vec!["web start a"],
        ),
        (
            "depends_on: {a: {condition: service_completed_successfully}}",
            vec!["web start a"],
        ),
        (
            "depends_on: {a: {condition: service_started, required: false}}",
            vec!["web soft a"],
        ),
        (
            "links: [a, 'b:db']\nenvironment: {X_HOST: db}",
            vec![
                "web hard a",
                "web hard b",
                "web start a replica of a",
                "web start a replica of b",
            ],
        ),
        (
            "network_mode: service:a",
            vec!["web hard a", "web start a replica of a"],
        ),
        (
            "volumes_from: ['b:ro', 'container:x']",
            vec!["web start a replica of b"],
        ),
        (
            "external_links: ['old_db:db']\nenvironment: {DB_URL: 'http://db'}",
            vec!["web hard old_db"],
        ),
        (
            "environment: {A_HOST: shop-a, B_URL: 'http://BEE:80'}",
            vec!["web hard a", "web hard b"],
        ),
        (
            "environment: {A_URL: 'redis://cache/0'}",
            vec!["web hard a"],
        ),
        (
            "environment: {A_URL: 'redis://any/0'}",
            vec!["web hard 1 of (a b)"],
        ),
        (
            "environment: {A_URL: 'http://tasks.a', B_URL: 'http://b.shop_default'}",
            vec!["web hard a", "web hard b"],
        ),
        (
            "environment: {A_URL: 'http://shop-a-1', B_URL: 'http://shop_b'}",
            vec!["web hard a", "web hard b"],
        ),
        (
            "environment: {DB: 'Host=a;User=x;Password=y', M: 'u:p@tcp(b:3306)/x'}",
            vec!["web hard a", "web hard b"],
        ),
        (
            "environment: {K: 'a:9092,b:9092'}",
            vec!["web hard 1 of (a b)"],
        ),
        (
            "environment: {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1', X_HOST: otel-collector}",
            vec!["web soft a", "web soft otel-collector"],
        ),
        (
            "command: serve --db a:5432 --peer=http://b:1",
            vec!["web hard a", "web hard b"],
        ),
        (
            "entrypoint: /wait-for-it.sh a:5432 --\ncommand: [serve]",
            vec!["web start a"],
        ),
        (
            "environment: {DB_HOST: b}\ncommand: sh -c 'until nc -z $$DB_HOST 1; do sleep 1; done; serve'",
            vec!["web hard b", "web start b"],
        ),
        (
            "extra_hosts: ['a:host-gateway', 'far=10.1.2.3']\nenvironment: {A_URL: 'http://a', F_URL: 'http://far'}",
            vec!["web hard 10.1.2.3"],
        ),
        // Not others, or not called.
        (
            "environment: {X_URL: 'http://web:1,http://localhost', LISTEN_ADDR: 'a:1', POSTGRES_DB: a, VIRTUAL_HOST: a}\nhealthcheck: {test: curl http://a}",
            vec![],
        ),
    ] {
        assert_eq!(web(lines), want, "{lines}");
    }
}

#[test]
fn a_switch_is_no_host() {
    assert!(web("environment: {SEED_SELF_HOST: 'true', RELAY_HOST: none}").is_empty());
}

#[test]
fn settings_of_the_crash_reporter_itself_are_no_telemetry() {
    let lines = "environment: {SENTRY_DSN: 'http://key@a:9000/1', SENTRY_STORE_HOST: b}";
    assert_eq!(web(lines), ["web hard b", "web soft a"]);
}

#[test]
fn what_a_profile_has_to_bring_is_done_without() {
    let found = facts(
        "
x-env: &env {A_URL: 'http://a:80', B_URL: 'http://b:80', DB_URL: 'pg://db:5432'}
services:
  app: {image: x, environment: *env}
  db: {image: x}
  a: {image: x, profiles: [a, all]}
  b: {image: x, profiles: [b]}
  with-a: {image: x, profiles: [a], environment: *env}
",
    );
    assert_eq!(
        edges(&found),
        [
            "app hard db",
            "app soft a",
            "app soft b",
            "with-a hard a",
            "with-a hard db",
            "with-a soft b",
        ]
    );
}

#[test]
fn a_data_store_calls_nobody_but_its_own_copies() {
    let found = facts(
        "
x-env: &env {DB_HOST: db, CACHE_URL: 'redis://cache:6379', API_URL: 'https://api.example.com'}
services:
  app: {image: x, environment: *env}
  db: {image: 'docker.io/library/postgres:16', environment: *env}
  copy: {image: postgres, environment: {PRIMARY_HOST: db, CACHE_HOST: cache}}
  cache: {image: 'redis:7', environment: *env, command: redis-server --replicaof app:6379}
",
    );
    assert_eq!(
        edges(&found),
        [
            "app hard api.example.com",
            "app hard cache",
            "app hard db",
            "cache hard app",
            "copy hard db",
        ]
    );
}

#[test]
fn what_starts_only_after_a_service_is_not_needed_by_it() {
    let found = facts(
        "
x-env: &env {API_URL: 'http://api:80', DB_URL: 'pg://db:5432'}
services:
  db: {image: x}
  init: {image: x, environment: *env, depends_on: {db: {condition: service_healthy}}}
  api: {image: x, environment: *env, depends_on: {init: {condition: service_completed_successfully}}}
  web: {image: x, environment: {API_URL: 'http://api:80'}, depends_on: [api]}
  late: {image: x, environment: {WEB_URL: 'http://web:80'}}
  first: {image: x, environment: {SECOND_URL: 'http://second:80'}}
  second: {image: x, environment: {FIRST_URL: 'http://first:80'}, depends_on: [first]}
",
    );
    assert_eq!(
        edges(&found),
        [
            "api hard db",
            "api start init",
            // Only its container is waited for, so the two may well need each other.
            "first hard second",
            "init hard db",
            "init soft api",
            "init start db",
            "late hard web",
            "second hard first",
            "second start a replica of first",
            "web hard api",
            "web start a replica of api",
        ]
    );
}

#[test]
fn a_file_in_a_variable_is_read_for_services_of_the_project() {
    let found = facts(
        "
services:
  gate:
    image: x
    environment:
      SITES: |
        http://localhost:8000 {
            # old: http://b:1
            handle @api {
                reverse_proxy a:3000
            }
            reverse_proxy elsewhere:1
        }
      PROMETHEUS_CONFIG: |
        targets: ['b:1']
  a: {image: x}
  b: {image: x}
",
    );
    assert_eq!(edges(&found), ["gate hard a"]);
}

#[test]
fn settings_that_a_service_mounts() {
    let compose = "
services:
  gate: {image: x, volumes: ['./gate/nginx.conf:/etc/nginx/nginx.conf:ro', './:/all', 'data:/x']}
  api: {image: x, volumes: [{type: bind, source: gate/../conf/api.yml, target: /c}, {type: bind, source: ./conf/api.yml, target: /d}]}
  edge: {image: x, configs: [routes, {source: plain, target: /p}]}
  watch: {image: x, volumes: ['./conf/prometheus.yml:/p', './conf/realm.json:/r', './other.compose.yaml:/o', './gone.yml:/g']}
  db: {image: 'postgres:16', volumes: ['./conf/api.yml:/etc/x.yml']}
  bus: {image: x}
configs:
  routes: {file: ./gate/Caddyfile}
  plain:
    content: |
      upstream: http://bus:1
      other: http://far:1
volumes: {data: }
";
    let files = [
        ("s/compose.yaml", compose),
        (
            "s/gate/nginx.conf",
            "upstream apps { server api:80; }\nserver {\n  location / { proxy_pass http://apps; }\n  # server bus:1;\n}\n",
        ),
        (
            "s/gate/Caddyfile",
            "a.example.com {\n  reverse_proxy /x/* gate:80\n}\n",
        ),
        (
            "s/conf/api.yml",
            "db:\n  url: jdbc:postgresql://db:5432/x\nmail: http://mail.example.com\n",
        ),
        (
            "s/conf/prometheus.yml",
            "targets: ['db:9187']\nurl: http://db:1\n",
        ),
        ("s/conf/realm.json", "{\"rootUrl\": \"http://gate:80\"}"),
        (
            "s/other.compose.yaml",
            "services: {x: {image: x, environment: {D_URL: 'http://db:1'}}}",
        ),
    ];
    let found = super::walked(&files);
    assert_eq!(
        edges(&found),
        [
            "api hard db",
            "edge hard bus",
            "edge hard gate",
            "gate hard api"
        ]
    );
}

#[test]
fn what_a_collector_names_is_soft() {
    let found =
        facts("services: {otel-collector: {image: x, environment: {DB_HOST: db}}, db: {image: x}}");
    assert_eq!(edges(&found), ["otel-collector soft db"]);
}

#[test]
fn names_that_nobody_has() {
    let found = facts(
        "services: {web: {image: x, depends_on: [gone], environment: {DB_HOST: db, MODE_URL: fast, API_URL: 'https://api.example.com/x', PUBLIC_URL: 'https://shop.example.com'}}}",
    );
    assert_eq!(edges(&found), ["web hard api.example.com", "web hard db"]);
    let otherwise = |name: &str| {
        let all = found.requirements.iter();
        let mut refs = all.filter_map(|requirement| match &requirement.expr {
            Expr::One(one) if one.text == name => Some(one.otherwise.clone()),
            _ => None,
        });
        refs.next().expect("there")
    };
    assert_eq!(otherwise("db"), Otherwise::Unknown);
    assert!(matches!(
        otherwise("api.example.com"),
        Otherwise::External(_)
    ));
    let [problem] = found.problems.as_slice() else {
        panic!("{:?}", found.problems);
    };
    assert_eq!(problem.kind, ProblemKind::UnknownTarget);
    assert!(problem.message.contains("`gone`"));
    assert_eq!(notes(&found), "");
}
