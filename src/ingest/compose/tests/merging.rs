//! Which files are one project, and how they merge.

use super::{edges, facts, ids, notes, translate, walked};
use crate::ingest::budget::Budget;
use crate::ingest::fact::Facts;

const BASE: &str = "
services:
  web:
    image: x
    command: [serve, --db=db:5432]
    environment: [A_URL=http://a, B_URL=http://b]
    depends_on: [a]
  a: {image: x}
  b: {image: x}
  c: {image: x}
  db: {image: x}
";
const OVER: &str = "
services:
  web:
    command: serve
    environment: {B_URL: 'http://c'}
    depends_on: {b: {condition: service_healthy}}
";

fn named(order: &[&str], files: &[(&str, &str)]) -> Facts {
    translate(
        order,
        files,
        &Budget::with_steps(crate::ingest::compose::STEPS),
    )
}

#[test]
fn named_files_merge_in_the_order_of_the_arguments() {
    let files = [("compose.yaml", BASE), ("a.yaml", OVER)];
    let both = named(&["compose.yaml", "a.yaml"], &files);
    let want = [
        "web hard a",
        "web hard c",
        "web start a replica of a",
        "web start b",
    ];
    assert_eq!(edges(&both), want);
    let reverse = named(&["a.yaml", "compose.yaml"], &files);
    let want = [
        "web hard a",
        "web hard b",
        "web hard db",
        "web start a replica of a",
        "web start b",
    ];
    assert_eq!(edges(&reverse), want);
}

#[test]
fn a_folder_holds_one_stack_and_its_override_the_rest_are_variants() {
    let extra = "services: {web: {depends_on: [c]}, jaeger: {image: x}}";
    let files = [
        ("s/compose.yaml", BASE),
        ("s/compose.override.yml", OVER),
        ("s/compose.extra.yaml", extra),
        ("s/docker-compose.yml", BASE),
    ];
    let facts = walked(&files);
    let want = [
        "web hard a",
        "web hard c",
        "web start a replica of a",
        "web start b",
    ];
    assert_eq!(edges(&facts), want);
    let notes = notes(&facts);
    assert!(
        notes.contains("another Compose file of project `s`, not merged (it would add `jaeger`)")
    );
    assert_eq!(facts.unread.len(), 2, "{notes}");
    // Named beside the folder, it comes after what the folder holds.
    let more = named(&["s/compose.extra.yaml"], &files);
    let want = [
        "web hard a",
        "web hard c",
        "web start a replica of a",
        "web start a replica of c",
        "web start b",
    ];
    assert_eq!(edges(&more), want);
    // Named with the base, the override is left out, as `docker compose -f` does.
    let named = named(&["s/compose.yaml", "s/compose.extra.yaml"], &files);
    assert!(edges(&named).contains(&"web hard db".to_owned()));
}

#[test]
fn compose_file_in_the_env_file_names_the_stack() {
    let files = [
        ("s/compose.yaml", BASE),
        ("s/prod.yaml", "services: {web: {depends_on: [c]}}"),
        ("s/.env", "COMPOSE_FILE=compose.yaml:prod.yaml\n"),
    ];
    assert!(edges(&walked(&files)).contains(&"web start a replica of c".to_owned()));
}

#[test]
fn one_service_name_in_two_projects_gets_the_project_before_it() {
    let one =
        "services: {web: {image: x, environment: {DB_HOST: db}}, db: {image: x}, own: {image: x}}";
    let facts = walked(&[
        ("red/compose.yaml", one),
        (
            "blue/compose.yaml",
            one.split(", own")
                .next()
                .map(|t| t.to_owned() + "}")
                .as_deref()
                .unwrap_or(""),
        ),
    ]);
    assert_eq!(
        ids(&facts),
        [
            "host:blue",
            "host:red",
            "service:blue/db",
            "service:blue/web",
            "service:own",
            "service:red/db",
            "service:red/web"
        ]
    );
    assert_eq!(
        edges(&facts),
        ["blue/web hard blue/db", "red/web hard red/db"]
    );
}

#[test]
fn files_without_a_default_name_are_apart_unless_they_share_a_service() {
    let files = [
        ("s/dev.yml", "services: {web: {image: x}}"),
        ("s/mon.yml", "services: {grafana: {image: x}}"),
        ("s/prod.yml", "services: {web: {image: y}}"),
    ];
    let facts = walked(&files);
    assert_eq!(
        ids(&facts),
        ["host:dev", "host:mon", "service:grafana", "service:web"]
    );
    assert!(notes(&facts).starts_with("another Compose file of project `dev`"));
}

#[test]
fn includes_are_projects_of_their_own_under_the_one_that_includes_them() {
    let main = "
include:
  - infra/db.yaml
  - path: [infra/mq.yaml, infra/mq.more.yaml]
    project_directory: infra
    env_file: infra/mq.env
  - gone.yaml
services: {web: {image: x, environment: [MQ_HOST=mq], depends_on: [db]}}
";
    let files = [
        ("compose.yaml", main),
        (".env", "PEER=web\n"),
        (
            "infra/db.yaml",
            "services: {db: {image: x, environment: [PEER_HOST=$PEER, OWN_HOST=$OWN]}}",
        ),
        ("infra/.env", "PEER=nobody\nOWN=web\n"),
        ("infra/mq.yaml", "services: {mq: {image: x}}"),
        (
            "infra/mq.more.yaml",
            "services: {mq: {environment: {DB_HOST: $DB}}}",
        ),
        ("infra/mq.env", "DB=db\n"),
    ];
    let facts = walked(&files);
    assert_eq!(
        edges(&facts),
        [
            "db hard web",
            "mq hard db",
            "web hard mq",
            "web start a replica of db"
        ]
    );
    assert_eq!(
        notes(&facts),
        "`include` names `gone.yaml`, which is not among the inputs: give it too"
    );
}

#[test]
fn services_extend_others_here_and_in_other_files() {
    let main = "
services:
  web: {extends: {file: lib/common.yaml, service: app}, environment: {B_HOST: b}}
  job: {extends: web, environment: {A_HOST: null}}
  a: {image: x}
  b: {image: x}
  c: {image: x}
";
    let common = "services: {app: {extends: root, environment: {A_HOST: a, B_HOST: c}}, root: {image: x, depends_on: [c]}}";
    let facts = walked(&[("compose.yaml", main), ("lib/common.yaml", common)]);
    let want = [
        "job hard b",
        "job start a replica of c",
        "web hard a",
        "web hard b",
        "web start a replica of c",
    ];
    let ours: Vec<_> = edges(&facts);
    let ours: Vec<_> = ours
        .iter()
        .filter(|edge| edge.starts_with(['j', 'w']))
        .collect();
    assert_eq!(ours, want);
}

#[test]
fn override_and_reset_tags_replace_and_remove() {
    let over = "
services:
  web:
    environment: !override {B_URL: 'http://c'}
    depends_on: !reset null
    command: !reset []
";
    let facts = named(
        &["compose.yaml", "o.yaml"],
        &[("compose.yaml", BASE), ("o.yaml", over)],
    );
    assert_eq!(edges(&facts), ["web hard c"]);
}

#[test]
fn only_compose_files_are_claimed() {
    for (path, text) in [
        ("a.yaml", "services: [{id: service:a}]"),
        (
            "services.yaml",
            "services: {_defaults: {autowire: true}, App: {resource: x}}",
        ),
        (
            "k.yaml",
            "apiVersion: v1\nkind: X\nservices: {a: {image: x}}",
        ),
        ("compose.yaml", "hello: world"),
    ] {
        let facts = walked(&[(path, text)]);
        assert!(facts.nodes.is_empty() && facts.unread.is_empty(), "{path}");
    }
    assert!(
        walked(&[("compose.extra.yaml", "services:\n")])
            .nodes
            .is_empty()
    );
    assert_eq!(
        ids(&walked(&[("s/stack.yml", "services: {a: {image: x}}")])),
        ["host:s", "service:a"]
    );
    let patch = facts("services: {web: {environment: {A_HOST: a}}}");
    assert!(notes(&patch).contains("neither an image nor a build"));
}

#[test]
fn an_include_circle_keeps_what_both_files_state() {
    let facts = walked(&[
        (
            "compose.yaml",
            "include: [b/compose.yaml]\nservices: {web: {image: x, depends_on: [db]}}",
        ),
        (
            "b/compose.yaml",
            "include: [../compose.yaml]\nservices: {db: {image: x}}",
        ),
    ]);
    assert_eq!(ids(&facts), ["host:compose", "service:db", "service:web"]);
    assert_eq!(edges(&facts), ["web start a replica of db"]);
    assert!(
        notes(&facts).contains("this chain of `include` is a circle"),
        "{}",
        notes(&facts)
    );
}

#[test]
fn an_extends_circle_across_files_is_cut_and_said() {
    let facts = walked(&[
        (
            "compose.yaml",
            "services: {web: {image: x, extends: {file: lib/base.yaml, service: app}, depends_on: [db]}, db: {image: x}}",
        ),
        (
            "lib/base.yaml",
            "services: {app: {environment: [CACHE_HOST=cache], extends: {file: ../compose.yaml, service: web}}, cache: {image: x}}",
        ),
    ]);
    // What only serves to be extended is no project, and its `cache` is nobody's service.
    assert_eq!(ids(&facts), ["host:compose", "service:db", "service:web"]);
    assert_eq!(
        edges(&facts),
        ["web hard cache", "web start a replica of db"]
    );
    assert!(notes(&facts).contains("this chain of `extends` is a circle"));
}

#[test]
fn tags_within_a_key_work_too() {
    let over = "
services:
  web:
    environment:
      A_URL: !reset null
    depends_on: {a: !reset null, c: {condition: service_started}}
    command: !override [serve]
  a: !reset null
";
    let facts = named(
        &["compose.yaml", "o.yaml"],
        &[("compose.yaml", BASE), ("o.yaml", over)],
    );
    assert_eq!(edges(&facts), ["web hard b", "web start a replica of c"]);
    assert!(!ids(&facts).contains(&"service:a"), "{:?}", ids(&facts));
}

#[test]
fn a_service_can_be_replaced_as_a_whole() {
    let over = "services: {web: !override {image: y, environment: {A_HOST: c}}}";
    let facts = named(
        &["compose.yaml", "o.yaml"],
        &[("compose.yaml", BASE), ("o.yaml", over)],
    );
    assert_eq!(edges(&facts), ["web hard c"]);
}

#[test]
fn profiles_count_as_running_and_are_said_once() {
    let facts = facts(
        "services: {web: {image: x, depends_on: {mail: {condition: service_started, required: false}}}, mail: {image: x, profiles: [dev]}, trap: {image: x, profiles: [dev, test]}}",
    );
    assert_eq!(edges(&facts), ["web soft mail"]);
    assert_eq!(
        notes(&facts),
        "profile `dev`: its 2 services start only when it is asked for; here they count as running\n\
         profile `test`: its 1 service starts only when it is asked for; here it counts as running"
    );
}

#[test]
fn a_required_variable_without_value_is_noted() {
    let facts = facts(
        "services: {web: {image: 'x:${TAG:?set TAG}', environment: {DB_HOST: '${DB:?name the database}', REDIS_URL: 'redis://${CACHE?none}:6379', OK_HOST: '${OK:?no}'}}}",
    );
    assert!(edges(&facts).is_empty(), "{:?}", edges(&facts));
    let notes = notes(&facts);
    for name in ["DB", "CACHE", "OK"] {
        let want = format!("`${{{name}}}` has no value in the input: what it names is unknown");
        assert!(notes.contains(&want), "{notes}");
    }
}

#[test]
fn tags_reach_what_is_included_and_spare_what_is_extended() {
    let files = [
        ("compose.yaml", "include: [lib/base.yaml]"),
        ("lib/base.yaml", BASE),
        (
            "one.yaml",
            "services: {web: {environment: !override {B_URL: 'http://b'}, command: serve}}",
        ),
        (
            "two.yaml",
            "services: {web: !override {extends: a, depends_on: [c]}, a: {environment: [DB_HOST=db]}}",
        ),
    ];
    let one = named(&["compose.yaml", "one.yaml"], &files);
    assert_eq!(edges(&one), ["web hard b", "web start a replica of a"]);
    let two = named(&["compose.yaml", "two.yaml"], &files);
    assert_eq!(
        edges(&two),
        ["a hard db", "web hard db", "web start a replica of c"]
    );
}

#[test]
fn a_file_that_others_extend_is_a_part_of_theirs() {
    let base = "services: {web: {image: x}, db: {image: x}}";
    let full = "services:\n  web: {extends: {file: base.compose.yaml, service: web}, depends_on: [db]}\n  db: {extends: {file: base.compose.yaml, service: db}}\n  bus: {image: x}\n";
    let found = walked(&[("s/base.compose.yaml", base), ("s/full.compose.yaml", full)]);
    assert_eq!(
        ids(&found),
        ["host:s", "service:bus", "service:db", "service:web"]
    );
    assert_eq!(notes(&found), "");
}
