//! `spof.toml`, scopes, `init`, `completions` and `man`, through the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod program;

use std::fs;
use std::path::Path;

use program::{json_in, run_in};
use tempfile::TempDir;

/// One Deployment with a Service before it.
fn workload(name: &str, namespace: &str, replicas: u32, needs: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: main
          image: example/{name}
          env: [{{name: PEER_ADDR, value: '{needs}'}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}
"
    )
}

/// A folder that is a git repository of its own, with two stages side by side: 3 and 1 replicas of
/// each of two workloads.
fn repository() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), ".git/HEAD", "ref: refs/heads/main\n");
    for (stage, replicas) in [("production", 3), ("staging", 1)] {
        let web = workload("web", "shop", replicas, "cart:80");
        let cart = workload("cart", "shop", replicas, "");
        put(
            dir.path(),
            &format!("deploy/{stage}/all.yaml"),
            &format!("{web}---\n{cart}"),
        );
    }
    dir
}

fn put(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const SCOPES: &str = "[scope.production]\ninclude = ['/deploy/production']\n\
                      [scope.staging]\ninclude = ['/deploy/staging']\n";

#[test]
fn a_scope_is_read_alone() {
    let dir = repository();
    put(dir.path(), "spof.toml", SCOPES);
    for (scope, replicas) in [("production", 6), ("staging", 2)] {
        let known = json_in(dir.path(), &["coverage", "--scope", scope]);
        assert_eq!(known["replicas"], replicas, "{scope}");
        assert_eq!(known["left_out"], 1);
        assert_eq!(known["problems"], serde_json::json!([]));
    }
    // From a folder further down the file is found too.
    let below = dir.path().join("deploy/staging");
    assert_eq!(
        json_in(&below, &["coverage", "--scope", "staging"])["replicas"],
        2
    );
}

#[test]
fn without_a_scope_everything_is_read_and_said() {
    let dir = repository();
    put(dir.path(), "spof.toml", SCOPES);
    let ran = run_in(dir.path(), &["list"]);
    assert!(
        ran.err.contains("`production` and `staging`"),
        "{}",
        ran.err
    );
    assert_eq!(run_in(dir.path(), &["list", "--quiet"]).err, "");
    assert_eq!(run_in(dir.path(), &["list", "--no-config"]).err, "");
    let known = json_in(dir.path(), &["coverage"]);
    let conflict = &known["problems"][0];
    assert_eq!(conflict["kind"], "conflict");
    let help = conflict["help"].as_str().unwrap();
    assert!(
        help.contains("--scope NAME") && help.contains("[scope.NAME]"),
        "{help}"
    );
    let unread = known["unread"].as_array().unwrap();
    assert!(
        unread.iter().all(|unread| unread["file"] != "spof.toml"),
        "{unread:?}"
    );
}

#[test]
fn namespaces_restrict_kubernetes_objects() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "a.yaml", &workload("web", "shop", 1, ""));
    put(dir.path(), "b.yaml", &workload("ads", "marketing", 1, ""));
    put(
        dir.path(),
        "spof.toml",
        "[scope.shop]\nnamespaces = 'shop'\n",
    );
    let graph = json_in(dir.path(), &["graph", "--scope", "shop"]);
    let ids: Vec<&str> = graph["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    assert!(ids.contains(&"service:shop/web"), "{ids:?}");
    assert!(!ids.iter().any(|id| id.contains("ads")), "{ids:?}");
}

#[test]
fn a_wrong_configuration_says_where_and_what() {
    let dir = repository();
    put(dir.path(), "spof.toml", "exclud = 'x'\nassume = 'no'\n");
    let ran = run_in(dir.path(), &["lint"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("spof.toml:1:1: unknown key `exclud`"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("did you mean `exclude`?"), "{}", ran.err);
    assert!(ran.err.contains("spof.toml:2:10: `assume`"), "{}", ran.err);
    // What reads no inputs needs no configuration.
    assert_eq!(run_in(dir.path(), &["rules"]).code, 0);
    let ran = run_in(dir.path(), &["lint", "--config", "missing.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("missing.toml"), "{}", ran.err);
    put(dir.path(), "spof.toml", SCOPES);
    let ran = run_in(dir.path(), &["lint", "--scope", "prodution"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("did you mean `production`?"),
        "{}",
        ran.err
    );
    assert_eq!(
        run_in(dir.path(), &["lint", "--scope", "x", "--no-config"]).code,
        2
    );
}

/// Which variables of an inventory are places is the team's to say.
#[test]
fn variables_of_ansible_are_places_as_configured() {
    let dir = tempfile::tempdir().unwrap();
    put(
        dir.path(),
        "inventory.ini",
        "[web]\nweb1 standort=anyang location=berlin\nweb2 standort=pangyo location=berlin\n",
    );
    let places = |dir: &Path| -> Vec<String> {
        let graph = json_in(dir, &["graph"]);
        let nodes = graph["nodes"].as_array().unwrap().iter();
        nodes
            .filter(|node| ["site", "room"].contains(&node["kind"].as_str().unwrap()))
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(places(dir.path()), ["site:berlin"]);
    let own = "[ansible]\nplacement = { standort = \"room\", location = \"off\" }\n";
    put(dir.path(), "spof.toml", own);
    assert_eq!(places(dir.path()), ["room:anyang", "room:pangyo"]);
    let stands = json_in(dir.path(), &["why", "service:web", "--down", "room:anyang"]);
    assert_eq!(stands["subject"], "service:web", "{stands:#}");
    put(
        dir.path(),
        "spof.toml",
        "[ansible]\nplacement = { standort = \"The Site\" }\n",
    );
    let ran = run_in(dir.path(), &["list"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("spof.toml:2:26: ") && ran.err.contains("no kind of place"),
        "{}",
        ran.err
    );
}

#[test]
fn exclude_and_assume_hold_for_every_run() {
    let dir = repository();
    put(
        dir.path(),
        "spof.toml",
        "assume = 'optimistic'\nexclude = 'staging'\n",
    );
    let known = json_in(dir.path(), &["coverage"]);
    assert_eq!(
        (&known["assume"], &known["replicas"]),
        (&"optimistic".into(), &6.into())
    );
    let known = json_in(dir.path(), &["coverage", "--assume", "pessimistic"]);
    assert_eq!(known["assume"], "pessimistic");
    // What is named is read.
    let named = ["coverage", "deploy/staging/all.yaml"];
    assert_eq!(json_in(dir.path(), &named)["replicas"], 2);
}

#[test]
fn verbose_says_what_is_read() {
    let dir = repository();
    put(dir.path(), "spof.toml", "exclude = 'staging'\n");
    let ran = run_in(dir.path(), &["list", "--verbose"]);
    for words in [
        "configuration: spof.toml",
        "read deploy/production/all.yaml",
        "kubernetes: 4 documents",
        "analysing: ",
    ] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    assert_eq!(ran.out, run_in(dir.path(), &["list"]).out);
}

#[test]
fn links_are_where_they_are_wanted_only() {
    let dir = repository();
    let plain = run_in(dir.path(), &["lint", "--fail-on", "never"]);
    assert!(!plain.out.contains('\u{1b}'));
    let linked = run_in(
        dir.path(),
        &["lint", "--fail-on", "never", "--hyperlinks", "always"],
    );
    assert!(linked.out.contains("\u{1b}]8;;file:///"), "{}", linked.out);
    assert!(
        linked
            .out
            .contains("deploy/production/all.yaml\u{1b}\\deploy/production/all.yaml:"),
        "{}",
        linked.out
    );
    // Without the links it is the same text.
    let bare: String = linked
        .out
        .split("\u{1b}]8;;")
        .map(|part| part.split_once("\u{1b}\\").map_or(part, |(_, text)| text))
        .collect();
    assert_eq!(bare, plain.out);
}

/// What `init` writes parses, changes nothing of the graph, and leaves `lint` running.
fn init_works(dir: &Path) {
    let before = json_in(dir, &["graph", "--quiet"]);
    let ran = run_in(dir, &["init"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let known = json_in(dir, &["coverage", "--quiet"]);
    let ours = |of: &serde_json::Value| {
        let file = of["file"].as_str().unwrap_or_default();
        file == "spof.yaml" || file == "spof.toml"
    };
    for list in ["problems", "unread"] {
        let wrong: Vec<_> = known[list]
            .as_array()
            .unwrap()
            .iter()
            .filter(|of| ours(of))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    let after = json_in(dir, &["graph", "--quiet"]);
    let names = |graph: &serde_json::Value, list: &str| -> Vec<String> {
        let all = graph[list].as_array().unwrap();
        all.iter().map(|of| of["id"].to_string()).collect()
    };
    assert_eq!(names(&before, "nodes"), names(&after, "nodes"));
    assert_eq!(
        names(&before, "requirements"),
        names(&after, "requirements")
    );
    let lint = run_in(dir, &["lint", "--quiet"]);
    assert!(lint.code <= 1, "{}", lint.err);
}

#[test]
fn init_writes_what_it_recognised() {
    let dir = repository();
    init_works(dir.path());
    let config = fs::read_to_string(dir.path().join("spof.toml")).unwrap();
    assert!(
        config.contains("[scope.production]\ninclude = [\"/deploy/production\", \"/spof.yaml\"]"),
        "{config}"
    );
    let manifest = fs::read_to_string(dir.path().join("spof.yaml")).unwrap();
    assert!(manifest.starts_with("# yaml-language-server: $schema="));
    assert!(
        manifest.contains("  - id: service:shop/cart\n"),
        "{manifest}"
    );
    assert!(
        manifest.contains(
            "#   - {id: journey:shop/web, tier: 1, users: 10k, requires: [service:shop/web]}"
        ),
        "{manifest}"
    );
    assert!(!manifest.contains("journey:shop/cart"), "{manifest}");
    let scoped = json_in(dir.path(), &["coverage", "--scope", "production"]);
    assert_eq!(
        (&scoped["replicas"], &scoped["problems"]),
        (&6.into(), &serde_json::json!([]))
    );
    // With every comment of a service taken away it is still sound.
    let filled = manifest
        .replace("    # tier", "    tier")
        .replace("    # owner", "    owner")
        .replace("    # rto", "    rto")
        .replace("    # replicas", "    replicas");
    put(dir.path(), "spof.yaml", &filled);
    let known = json_in(dir.path(), &["coverage", "--scope", "production"]);
    assert_eq!(known["workloads"]["with_tier"], 2);
    let wrong: Vec<_> = known["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|of| of["kind"] == "invalid-value")
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn init_never_overwrites_by_itself() {
    let dir = repository();
    put(dir.path(), "spof.yaml", "services: [{id: mine, tier: 1}]\n");
    let ran = run_in(dir.path(), &["init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("spof.yaml exists already"), "{}", ran.err);
    assert!(!dir.path().join("spof.toml").exists());
    let shown = run_in(dir.path(), &["init", "--stdout"]);
    assert_eq!(shown.code, 0);
    assert!(shown.out.contains("[scope.staging]"), "{}", shown.out);
    assert!(!dir.path().join("spof.toml").exists());
    assert_eq!(run_in(dir.path(), &["init", "--force"]).code, 0);
    let text = fs::read_to_string(dir.path().join("spof.yaml")).unwrap();
    assert!(text.contains("service:shop/web"));
}

#[test]
fn init_survives_names_that_mean_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let odd = r#"services:
  - {id: "service:a: #b"}
  - {id: "service:- \"x\" \\ {y}"}
  - {id: "service:판교"}
"#;
    put(dir.path(), "[a]*/x.spof.yaml", odd);
    init_works(dir.path());
}

#[test]
fn init_where_nothing_is_recognised_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run_in(dir.path(), &["init"]).code, 3);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn init_works_on_real_inputs() {
    let packs = std::env::var("SPOF_REAL_INPUTS").expect("SPOF_REAL_INPUTS names the folder");
    let mut tried = 0;
    for pack in fs::read_dir(packs).unwrap() {
        let data = pack.unwrap().path().join("data");
        if !data.is_dir() {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        copy(&data, dir.path());
        if run_in(dir.path(), &["coverage"]).code == 3 {
            continue;
        }
        init_works(dir.path());
        tried += 1;
    }
    assert!(tried > 0);
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy(&from, &to);
        } else if kind.is_file() {
            fs::copy(&from, &to).unwrap();
        }
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run_in(dir.path(), &["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(
            ran.out.contains("coverage") && ran.out.contains("fail-on"),
            "{shell}"
        );
    }
    assert!(run_in(dir.path(), &["man"]).out.contains(".TH spof 1"));
    assert_eq!(run_in(dir.path(), &["man", "--dir", "pages"]).code, 0);
    for page in ["spof.1", "spof-lint.1", "spof-init.1"] {
        let text = fs::read_to_string(dir.path().join("pages").join(page)).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{page}");
    }
    let again = run_in(dir.path(), &["man", "--dir", "pages"]);
    assert_eq!(again.code, 2, "{}", again.err);
    assert_eq!(
        run_in(dir.path(), &["man", "--dir", "pages", "--force"]).code,
        0
    );
}

/// The committed schemas are those that the program prints. `SNAPSHOTS=overwrite` writes it.
#[test]
fn the_committed_schemas_are_current() {
    let dir = tempfile::tempdir().unwrap();
    for of in ["config", "lint"] {
        let printed = run_in(dir.path(), &["schema", of]).out;
        let path = format!("docs/spof-{of}.schema.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
            fs::write(&path, &printed).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap_or_default(), printed);
    }
}

/// The page's example works, its schema agrees, and no key is left out.
#[test]
fn the_page_holds_what_the_program_knows() {
    let page = include_str!("../docs/configuration.md");
    let example = page
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let dir = repository();
    put(dir.path(), "spof.toml", example);
    let known = json_in(dir.path(), &["coverage", "--scope", "production"]);
    assert_eq!(known["replicas"], 6);
    let schema: serde_json::Value =
        serde_json::from_str(&run_in(dir.path(), &["schema", "config"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let sound = serde_json::json!({"assume": "optimistic", "exclude": ["a"], "scope": {"x": {"include": "a", "namespaces": ["n"]}}});
    assert!(validator.is_valid(&sound));
    for wrong in [
        serde_json::json!({"exclud": []}),
        serde_json::json!({"scope": {"x": {"includes": []}}}),
    ] {
        assert!(!validator.is_valid(&wrong));
    }
    for example in page.split("```toml\n").skip(1) {
        put(
            dir.path(),
            "spof.toml",
            example.split("```").next().unwrap(),
        );
        put(
            dir.path(),
            "spof.baseline.json",
            r#"{"version": 1, "findings": []}"#,
        );
        let ran = run_in(dir.path(), &["lint"]);
        assert!(ran.code < 2, "{}", ran.err);
    }
    let definitions = schema["$defs"].as_object().unwrap();
    // Rules have a page of their own.
    let definitions = definitions
        .iter()
        .filter(|(name, _)| *name != "Levels")
        .map(|(_, of)| of)
        .chain([&schema]);
    for key in definitions
        .filter_map(|of| of["properties"].as_object())
        .flatten()
    {
        assert!(page.contains(&format!("`{}`", key.0)), "{}", key.0);
    }
}
