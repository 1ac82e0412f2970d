//! Variables, `.env` files and `env_file`s.

use super::{edges, facts, notes, translate, walked};
use crate::ingest::budget::Budget;

#[test]
fn bare_names_and_nested_defaults_come_from_the_env_file() {
    let compose = "
services:
  web:
    image: x
    environment:
      - CART_ADDR
      - DB_URL=postgres://me:${DB_PASSWORD}@${DB:-${OTHER:-db}}/x
      - CACHE_HOST=${CACHE_HOST-cache}
      - LITERAL_URL=http://$${CART_ADDR}
  cart: {image: x}
  db: {image: x}
  cache: {image: x}
";
    let env = "HOST=cart # the cart\nCART_ADDR=${HOST}:7070\nDB_PASSWORD=\"a@b/c\"\n";
    let files = [("shop/compose.yaml", compose), ("shop/.env", env)];
    let want = ["web hard cache", "web hard cart", "web hard db"];
    assert_eq!(edges(&walked(&files)), want);
    // Without the file the bare name is unknown, and that is said.
    let alone = facts(compose);
    assert_eq!(edges(&alone), ["web hard cache", "web hard db"]);
    assert!(notes(&alone).contains("`CART_ADDR` comes from outside the input"));
}

#[test]
fn a_variable_without_value_is_noted_where_an_address_should_stand() {
    let facts = facts(
        "services: {web: {image: 'x:${TAG}', environment: {DB_URL: 'http://${DB}:1', N: '${N}'}}}",
    );
    assert!(edges(&facts).is_empty());
    assert_eq!(
        notes(&facts),
        "`${DB}` has no value in the input: what it names is unknown"
    );
}

#[test]
fn secrets_of_an_env_file_never_become_names() {
    let compose = "services: {web: {image: x, environment: {A_URL: 'http://${API_TOKEN}.example.com/${API_TOKEN}', B_URL: 'http://${API_TOKEN}'}}}";
    let facts = walked(&[
        ("c/compose.yaml", compose),
        ("c/.env", "API_TOKEN=hunter2\n"),
    ]);
    assert!(!format!("{facts:?}").contains("hunter2"));
    assert!(edges(&facts).is_empty());
}

#[test]
fn env_files_of_a_service_count_less_than_its_environment() {
    let compose = "
services:
  web:
    image: x
    env_file: [a.env, {path: sub/b.env, required: false}, {path: gone.env, required: false}]
    environment: {THREE_HOST: three}
  four: {image: x, env_file: lost.env}
  one: {image: x}
  two: {image: x}
  three: {image: x}
";
    let facts = walked(&[
        ("compose.yaml", compose),
        (".env", "NAME=one\n"),
        (
            "a.env",
            "ONE_HOST=$NAME\nTWO_HOST=nobody\nTHREE_HOST=nobody\n",
        ),
        ("sub/b.env", "TWO_HOST=two\n"),
    ]);
    assert_eq!(
        edges(&facts),
        ["web hard one", "web hard three", "web hard two"]
    );
    assert_eq!(
        notes(&facts),
        "`env_file` names `lost.env`, which is not among the inputs: what it states is unknown"
    );
}

#[test]
fn env_files_named_on_the_command_line_come_last() {
    let compose =
        "services: {web: {image: x, environment: [A_HOST]}, a: {image: x}, b: {image: x}}";
    let files = [
        ("compose.yaml", compose),
        (".env", "A_HOST=a\n"),
        ("conf/prod.env", "A_HOST=b\n"),
    ];
    assert_eq!(edges(&walked(&files)), ["web hard a"]);
    let named = translate(
        &["compose.yaml", "conf/prod.env"],
        &files,
        &Budget::with_steps(crate::ingest::compose::STEPS),
    );
    assert_eq!(edges(&named), ["web hard b"]);
}

#[test]
fn an_example_stands_in_for_a_missing_env_file_where_it_names_services() {
    let compose = "
services:
  web:
    image: x
    env_file: conf/web.env
    environment: {DB_URL: 'pg://u:${PASS}@${DB_HOST}:5432', MAIL_HOST: '${MAIL_HOST}', BUS_ADDR: }
  db: {image: x}
  bus: {image: x}
  cache: {image: x}
";
    let example = "DB_HOST=db\nPASS=example\nMAIL_HOST=mail.example.com\nBUS_ADDR=bus:1\n";
    let files = [
        ("shop/compose.yaml", compose),
        ("shop/.env.example", example),
        (
            "shop/conf/web.env.sample",
            "CACHE_HOST=cache\nOTHER_HOST=nobody\n",
        ),
    ];
    let found = walked(&files);
    assert_eq!(
        edges(&found),
        ["web hard bus", "web hard cache", "web hard db"]
    );
    let assumed = |facts: &crate::ingest::fact::Facts| {
        let mut all = facts.requirements.iter();
        all.all(|requirement| requirement.origin.evidence == crate::words::Evidence::Assumed)
    };
    assert!(assumed(&found));
    let said = notes(&found);
    assert!(said.contains(
        "`.env` is not among the inputs: where `.env.example` names services or profiles"
    ));
    assert!(said.contains("where `web.env.sample` names"));
    assert!(said.contains("`${MAIL_HOST}` has no value"));
    assert!(
        !said.contains("${DB_HOST}") && !said.contains("BUS_ADDR"),
        "{said}"
    );
    // What is there counts, and the example does not.
    let real = [files[0], files[1], ("shop/.env", "DB_HOST=cache\n")];
    let found = walked(&real);
    assert_eq!(edges(&found), ["web hard cache"]);
    assert!(!assumed(&found));
}

#[test]
fn profiles_that_the_env_file_asks_for() {
    let compose = "
services:
  web: {image: x, environment: {DB_URL: 'pg://db', TRACE_URL: 'http://trace'}}
  db: {image: x, profiles: [full, dev]}
  trace: {image: x, profiles: [watch]}
";
    let with = |asked: &str| {
        walked(&[
            ("c/compose.yaml", compose),
            ("c/.env", &format!("COMPOSE_PROFILES={asked}\n")),
        ])
    };
    let found = with("full,other");
    assert_eq!(edges(&found), ["web hard db"]);
    assert!(!super::ids(&found).contains(&"service:trace"));
    assert_eq!(
        notes(&found),
        "profile `watch`: its 1 service starts only when it is asked for, and `COMPOSE_PROFILES` \
         does not ask for it: left out"
    );
    // So does an example, where there is no `.env`.
    let example = ("c/.env.example", "COMPOSE_PROFILES=dev\n");
    let found = walked(&[("c/compose.yaml", compose), example]);
    assert_eq!(edges(&found), ["web hard db"]);
    let all = with("*");
    assert_eq!(edges(&all), ["web hard db", "web hard trace"]);
    assert_eq!(notes(&all), "");
}
