//! What containers name.

use super::{app, edges, facts, service, translate};
use crate::ingest::fact::{Expr, Otherwise};
use crate::source::ProblemKind;
use crate::words::Evidence;

/// Edges of a Deployment `web` with this container, beside Deployments `db` and `cache`.
fn web(container: &str) -> Vec<String> {
    web_pod("", container)
}

fn web_pod(pod: &str, container: &str) -> Vec<String> {
    let text = app("web", pod, container) + &app("db", "", "") + &app("cache", "", "");
    let edges = edges(&facts(&text));
    let own = edges.into_iter().map(|edge| {
        let rest = edge.strip_prefix("service:web ");
        rest.unwrap_or_else(|| panic!("{edge}")).to_owned()
    });
    own.collect()
}

/// A container whose variable `name` has `value`.
fn variable(name: &str, value: &str) -> String {
    format!("env: [{{name: {name}, value: '{value}'}}]")
}

#[test]
fn addresses_in_the_environment_are_hard() {
    for (name, value, want) in [
        ("DB", "db:5432", "hard service:db"),
        ("DB", "postgres://u:p@db/x", "hard service:db"),
        ("DB", "user:pass@tcp(db:3306)/x", "hard service:db"),
        ("DB", "Host=db;Username=u;Password=p", "hard service:db"),
        ("DB", "jdbc:postgresql://db:5432/x", "hard service:db"),
        ("DB_HOST", "db", "hard service:db"),
        (
            "BROKERS",
            "db:9092,cache:9092",
            "hard 1 of (service:cache service:db)",
        ),
        ("STATSD_ADDR", "cache:8125", "soft service:cache"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://cache:4317",
            "soft service:cache",
        ),
        // A reference that nothing answers.
        ("CART_ADDR", "cart:7070", "hard cart"),
        (
            "EXPORTER",
            "http://otel-collector:4317",
            "soft otel-collector",
        ),
        ("API", "https://api.example.com/v1", "hard api.example.com"),
        ("SMTP_HOST", "smtp.example.com", "hard smtp.example.com"),
        ("PEER", "8.8.4.4:53", "hard 8.8.4.4"),
        ("PEER", "10.0.0.7:5432", "hard 10.0.0.7"),
        // None of these is an edge.
        ("DB_NAME", "db", ""),
        ("MODE", "cache", ""),
        ("DB_HOST", "nowhere", ""),
        ("LISTEN_ADDR", "db:80", ""),
        ("SELF", "web:80", ""),
        ("SELF", "http://web.default.svc.cluster.local:80", ""),
        ("A", "0.0.0.0:80", ""),
        ("A", "localhost:80", ""),
        ("A", "http://127.0.0.1:80", ""),
        ("A", "[::]:80", ""),
        ("A", "http://169.254.169.254/latest", ""),
        ("A", "http://metadata.google.internal/x", ""),
        ("A", "https://kubernetes.default.svc", ""),
        ("PUBLIC_URL", "https://shop.example.com", ""),
        ("IMAGE", "registry.example.com:5000/x", ""),
        ("DB_VERSION", "postgres:16", ""),
        ("DB", "postgres:16", ""),
        ("FILE", "file:///x", ""),
    ] {
        let want: Vec<&str> = Some(want)
            .filter(|want| !want.is_empty())
            .into_iter()
            .collect();
        assert_eq!(web(&variable(name, value)), want, "{name}={value}");
    }
}

#[test]
fn every_spelling_of_a_service_is_one_target() {
    let db = |namespace: &str| {
        app("db", "", "").replace(
            "{name: db}",
            &format!("{{name: db, namespace: {namespace}}}"),
        )
    };
    for (from, host, want) in [
        ("shop", "db", "service:shop/db"),
        ("shop", "db.shop", "service:shop/db"),
        ("shop", "db.ops", "service:ops/db"),
        ("shop", "db.ops.svc", "service:ops/db"),
        ("shop", "DB.ops.svc.cluster.local.", "service:ops/db"),
        ("ops", "db", "service:ops/db"),
        ("shop", "db-0.db.ops.svc.cluster.local", "service:ops/db"),
        ("shop", "db-0.db", "service:shop/db"),
        ("shop", "cart", "cart.shop"),
        ("shop", "cart.ops.svc.cluster.local", "cart.ops"),
        ("shop", "cart.shop.svc", "cart.shop"),
    ] {
        let web = app("web", "", &variable("X", &format!("{host}:5432")))
            .replace("{name: web}", &format!("{{name: web, namespace: {from}}}"));
        let all = web + &db("shop") + &db("ops");
        let want = vec![format!("service:{from}/web hard {want}")];
        assert_eq!(edges(&facts(&all)), want, "{from} {host}");
    }
}

#[test]
fn a_public_name_is_no_service_of_the_same_first_label() {
    assert_eq!(web(&variable("U", "https://db.io/x")), ["hard db.io"]);
    assert_eq!(web(&variable("U", "db.shop.svc:80")), ["hard service:db"]);
}

#[test]
fn what_a_reference_becomes_if_nothing_matches() {
    let otherwise = |value: &str| {
        let facts = facts(&app("web", "", &variable("X", value)));
        let Expr::One(one) = &facts.requirements[0].expr else {
            panic!("one target");
        };
        assert_eq!(facts.requirements[0].origin.evidence, Evidence::Inferred);
        one.otherwise.clone()
    };
    assert_eq!(otherwise("cart:7070"), Otherwise::Unknown);
    assert_eq!(otherwise("10.1.1.1:80"), Otherwise::Unknown);
    assert_eq!(otherwise("db.corp.internal:80"), Otherwise::Unknown);
    let Otherwise::External(id) = otherwise("https://Api.Example.com") else {
        panic!("external");
    };
    assert_eq!(id.as_str(), "external:api.example.com");
}

#[test]
fn variables_are_expanded_as_the_kubelet_does() {
    let env = "env:\n- {name: HOST, value: db}\n- {name: LATE, value: $(PORT)}\n\
               - {name: URL, value: 'tcp://$(HOST):5432/$(NONE)'}\n\
               - {name: KEPT, value: 'tcp://$$(HOST):5432'}\n- {name: PORT, value: 'cache:1234'}";
    assert_eq!(web(env), ["hard service:cache", "hard service:db"]);
    // LATE stands before PORT, so it holds the text `$(PORT)`; only PORT itself names the cache.
    let without = env.replace("cache:1234", "80");
    assert_eq!(web(&without), ["hard service:db"]);
    let injected = "env: [{name: X, value: '$(CACHE_SERVICE_HOST):$(CACHE_SERVICE_PORT)'}, {name: Y, value: 'tcp://$(CACHE_SERVICE_HOST)'}]";
    assert_eq!(web(injected), ["hard service:cache"]);
    let namespace = "env:\n- {name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}\n\
                     - {name: X, value: 'db.$(NS).svc:5432'}";
    assert_eq!(web(namespace), ["hard service:db"]);
}

#[test]
fn commands_and_arguments() {
    for (container, want) in [
        ("args: ['--db=db:5432', '-v']", "hard service:db"),
        ("args: [--cache-host, cache]", "hard service:cache"),
        (
            "args: ['-Dspring.datasource.url=jdbc:mysql://db/x']",
            "hard service:db",
        ),
        ("args: ['DB_URL=postgres://db/x']", "hard service:db"),
        (
            "args: ['--statsd-address=cache:8125']",
            "soft service:cache",
        ),
        ("args: ['--web.listen-address=db:80']", ""),
        ("command: [db]", ""),
        ("command: [serve, db]", ""),
        (
            "command: [sh, -c, 'until nc -z db 5432; do sleep 1; done; exec app']",
            "start service:db",
        ),
        (
            "command: [sh, -c]\nargs: ['wget http://db:80/x']",
            "hard service:db",
        ),
        (
            "command: [sh, -c, 'app --to $PEER']\nenv: [{name: PEER, value: 'db:1234'}]",
            "hard service:db",
        ),
        (
            "command: [wait-for-it.sh, 'db:5432', --, app]",
            "start service:db",
        ),
        (
            "command: [/wait-for, 'db:5432', --, app, '--cache=cache:6379']",
            "hard service:cache|start service:db",
        ),
        ("command: [curl, db]", "hard service:db"),
        (
            "command: [sh, -c, 'wget http://${PEER:-db}:80/x']",
            "hard service:db",
        ),
        (
            "command: [sh, -c, 'wget http://${PEER:-db}/x']\nenv: [{name: PEER, value: cache}]",
            "hard service:cache",
        ),
        ("command: [sh, -c, 'wget http://${PEER}:80/x']", ""),
    ] {
        let want: Vec<&str> = want.split('|').filter(|want| !want.is_empty()).collect();
        assert_eq!(web(container), want, "{container}");
    }
}

#[test]
fn init_containers_are_needed_to_start() {
    let wait = |command: &str| {
        format!("initContainers:\n- name: wait\n  image: x\n  command: [sh, -c, '{command}']")
    };
    for command in [
        "until nc -z db 5432; do sleep 1; done",
        "wget http://db:80",
        "until getent hosts db; do sleep 1; done",
        "until pg_isready -h db; do sleep 1; done",
    ] {
        assert_eq!(
            web_pod(&wait(command), ""),
            ["start service:db"],
            "{command}"
        );
    }
    let loop_ = wait("until nc -z db 5432; do sleep 1; done");
    let both = web_pod(&loop_, &variable("DB_HOST", "db"));
    assert_eq!(both, ["hard service:db", "start service:db"]);
    let direct = "initContainers: [{name: w, image: x, command: [nc, -z, db, '5432']}]";
    assert_eq!(web_pod(direct, ""), ["start service:db"]);
    let unknown = wait("until nc -z ghost 5432; do sleep 1; done");
    assert_eq!(web_pod(&unknown, ""), ["start ghost"]);
    let sidecar = "initContainers: [{name: s, image: x, restartPolicy: Always, env: [{name: A, value: 'db:1234'}]}]";
    assert_eq!(web_pod(sidecar, ""), ["hard service:db"]);
}

#[test]
fn config_maps_are_followed_and_secrets_are_not() {
    let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {url: 'http://db:80', cache: 'cache:6379'}\n";
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {url: 'http://db:80'}\n";
    let others = app("db", "", "") + &app("cache", "", "");
    let run = |container: &str| facts(&(app("web", "", container) + &others + map + secret));

    let by_key = run("env: [{name: X, valueFrom: {configMapKeyRef: {name: conf, key: url}}}]");
    assert_eq!(edges(&by_key), ["service:web hard service:db"]);
    let all = run("envFrom: [{configMapRef: {name: conf}, prefix: P_}]");
    let both = [
        "service:web hard service:cache",
        "service:web hard service:db",
    ];
    assert_eq!(edges(&all), both);
    let replaced = run("envFrom: [{configMapRef: {name: conf}}]\nenv: [{name: url, value: x}]");
    assert_eq!(edges(&replaced), ["service:web hard service:cache"]);

    let hidden = run("env: [{name: DB_URL, valueFrom: {secretKeyRef: {name: s, key: url}}}]");
    assert!(edges(&hidden).is_empty());
    let why: Vec<_> = hidden.unread.iter().map(|(_, why)| why.as_str()).collect();
    assert!(
        why.iter()
            .any(|why| why.contains("`DB_URL` comes from a Secret"))
    );
    assert!(why.iter().any(|why| why.contains("ConfigMap")), "{why:?}");
    let lost = run("env: [{name: DB_URL, valueFrom: {configMapKeyRef: {name: no, key: url}}}]");
    assert!(
        lost.unread
            .iter()
            .any(|(_, why)| why.contains("does not hold"))
    );
}

#[test]
fn no_fact_holds_a_password() {
    let values = [
        "postgres://user:hunter2@db/x",
        "user:hunter2@tcp(db:3306)/x",
        "Host=db;Password=hunter2",
        "redis://:hunter2@ghost:6379",
        "https://user:hunter2@api.example.com/hunter2?key=hunter2",
    ];
    for value in values {
        let text = app("web", "", &variable("X_URL", value)) + &app("db", "", "");
        let facts = facts(&text);
        assert_eq!(facts.requirements.len(), 1, "{value}");
        assert!(!format!("{facts:?}").contains("hunter2"), "{value}");
    }
}

#[test]
fn services_need_not_be_called_like_workloads() {
    let text = app(
        "web",
        "",
        "env: [{name: A, value: 'front:80'}, {name: B, value: 'back:80'}]",
    ) + &app("db", "", "")
        + &service("front", "", "db")
        + &service("back", "", "db");
    let facts = facts(&text);
    assert_eq!(edges(&facts), ["service:web hard service:db"]);
    assert_eq!(facts.requirements.len(), 2, "both places are kept");
    let aliases: Vec<_> = facts
        .aliases
        .iter()
        .map(|a| (a.name.as_str(), a.target.text.as_str()))
        .collect();
    let want = [
        ("web", "service:web"),
        ("db", "service:db"),
        ("front", "service:db"),
        ("back", "service:db"),
    ];
    assert_eq!(aliases, want);
}

#[test]
fn a_service_before_several_workloads_needs_any_of_them() {
    let pod = |name: &str| app(name, "", "").replace("app: ", "app: both, of: ");
    let text = app("web", "", "env: [{name: A, value: 'both:80'}]")
        + &pod("blue")
        + &pod("green")
        + &service("both", "", "both");
    let facts = facts(&text);
    assert_eq!(
        edges(&facts),
        ["service:web hard 1 of (service:blue service:green)"]
    );
    assert!(!facts.aliases.iter().any(|alias| alias.name == "both"));
}

#[test]
fn a_job_with_the_same_labels_does_not_stand_in_for_a_server() {
    let job = "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: m, image: x}]}}}\n";
    let text = app("web", "", "env: [{name: A, value: 'db:80'}]") + &app("db", "", "") + job;
    assert_eq!(edges(&facts(&text)), ["service:web hard service:db"]);
}

#[test]
fn services_that_lead_nowhere() {
    let text = app(
        "web",
        "",
        "env: [{name: A, value: 'lost:80'}, {name: B, value: 'out:80'}, {name: C, value: 'hand:80'}]",
    ) + &service("lost", "", "nobody")
        + "---\napiVersion: v1\nkind: Service\nmetadata: {name: out}\nspec: {type: ExternalName, externalName: api.example.com}\n"
        + "---\napiVersion: v1\nkind: Service\nmetadata: {name: hand}\nspec: {ports: [{port: 80}]}\n";
    let facts = facts(&text);
    let want = [
        "service:web hard api.example.com",
        "service:web hard hand",
        "service:web hard lost",
    ];
    assert_eq!(edges(&facts), want);
    assert_eq!(facts.problems.len(), 1);
    assert_eq!(facts.problems[0].kind, ProblemKind::UnknownTarget);
    assert!(
        facts.problems[0]
            .message
            .contains("Service `lost` selects no workload")
    );
    assert!(
        facts
            .unread
            .iter()
            .any(|(_, why)| why.contains("Service `hand` has no selector"))
    );
}

#[test]
fn dns_names_of_namespaced_services() {
    let shop = |name: &str| app(name, "", "").replace("{name: ", "{namespace: shop, name: ");
    let ops = |name: &str| app(name, "", "").replace("{name: ", "{namespace: ops, name: ");
    let facts = facts(&(shop("web") + &shop("db") + &ops("db")));
    let names: Vec<_> = facts
        .aliases
        .iter()
        .map(|alias| alias.name.as_str())
        .collect();
    // Not `db`: there are two.
    let want = [
        "web",
        "web.shop",
        "web.shop.svc",
        "web.shop.svc.cluster.local",
        "db.shop",
        "db.shop.svc",
        "db.shop.svc.cluster.local",
        "db.ops",
        "db.ops.svc",
        "db.ops.svc.cluster.local",
    ];
    assert_eq!(names, want);
}

#[test]
fn the_place_of_a_requirement_is_the_value() {
    let text = app("web", "", "env:\n- name: CART_ADDR\n  value: \"cart:7070\"");
    let (facts, sources) = translate(&[("web.yaml", &text)]);
    let Expr::One(target) = &facts.requirements[0].expr else {
        panic!("one target");
    };
    let file = sources.file(target.span.file);
    assert_eq!(&file.text[target.span.range()], "\"cart:7070\"");
}
