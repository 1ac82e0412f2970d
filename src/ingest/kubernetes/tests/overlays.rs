//! Overlays that are built: patches, names, counts, generated `ConfigMap`s.

use super::{app, edges, ids, replicas, translate};

/// A base with `web`, which names `db` and `cache`, and these two.
fn base() -> [String; 2] {
    let env =
        "env: [{name: DB_HOST, value: \"db:5432\"}, {name: CACHE_ADDR, value: \"cache:6379\"}]";
    let all = [app("web", "", env), app("db", "", ""), app("cache", "", "")];
    ["resources: [all.yaml]\n".to_owned(), all.concat()]
}

/// The facts of the base under an overlay with this kustomization and these files.
fn overlay(
    kustomization: &str,
    files: &[(&str, &str)],
) -> (crate::ingest::fact::Facts, crate::source::SourceMap) {
    let [list, all] = base();
    let mut every = vec![
        ("t/base/all.yaml", all.as_str()),
        ("t/base/kustomization.yaml", list.as_str()),
        ("t/prod/kustomization.yaml", kustomization),
    ];
    every.extend_from_slice(files);
    every.sort_by_key(|(path, _)| *path);
    translate(&every)
}

#[test]
fn the_only_overlay_is_built() {
    let kustomization = "namespace: shop
resources: [../base, more.yaml]
replicas: [{name: web, count: 3}]
patches:
- path: web.yaml
- target: {kind: Deploy.*, name: db}
  path: db.json
- patch: |-
    $patch: delete
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
images: [{name: x, newTag: v2}]
";
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: main, env: [{name: CACHE_ADDR, $patch: delete}, {name: MAIL_HOST, value: \"mail:25\"}]}]}}}\n";
    let db = r#"[{"op": "add", "path": "/spec/replicas", "value": 2},
        {"op": "add", "path": "/spec/template/spec/nodeName", "value": "n-1"}]"#;
    let files = [
        ("t/prod/db.json", db),
        ("t/prod/more.yaml", &app("mail", "", "")),
        ("t/prod/web.yaml", web),
    ];
    let (facts, sources) = overlay(kustomization, &files);
    assert_eq!(
        ids(&facts),
        ["service:shop/db", "service:shop/mail", "service:shop/web"]
    );
    assert_eq!(
        edges(&facts),
        [
            "service:shop/web hard service:shop/db",
            "service:shop/web hard service:shop/mail"
        ]
    );
    assert_eq!(replicas(&facts, "service:shop/web").count, 3);
    let db = replicas(&facts, "service:shop/db");
    assert_eq!((db.count, db.on.len()), (2, 2), "{:?}", db.on);
    // The number stands where the overlay states it, the name where the base does.
    let web = replicas(&facts, "service:shop/web");
    let crate::ingest::fact::Source::Here(span) = web.origin.source else {
        panic!("recorded");
    };
    assert_eq!(sources.path(span.file), "t/prod/kustomization.yaml");
    let node = facts
        .nodes
        .iter()
        .find(|n| n.name.text == "service:shop/web");
    assert_eq!(
        sources.path(node.unwrap().name.span.file),
        "t/base/all.yaml"
    );
    // Service `cache` stays, and selects nothing any more.
    assert!(facts.unread.is_empty(), "{:?}", facts.unread);
    assert_eq!(facts.problems.len(), 1, "{:?}", facts.problems);
}

#[test]
fn a_second_overlay_of_the_base_stops_it() {
    let kustomization = "resources: [../base]\nreplicas: [{name: web, count: 3}]\n";
    let (facts, _) = overlay(kustomization, &[]);
    assert_eq!(replicas(&facts, "service:web").count, 3);
    let dev = [("t/dev/kustomization.yaml", "resources: [../base]\n")];
    let (facts, _) = overlay(kustomization, &dev);
    assert_eq!(facts.replicas.len(), 3);
    assert_eq!(replicas(&facts, "service:web").count, 1);
    assert!(
        facts
            .unread
            .iter()
            .any(|(_, why)| why.contains("several overlays"))
    );
}

#[test]
fn prefixes_reach_what_refers_by_name() {
    let kustomization = "namePrefix: eu-
nameSuffix: -1
resources: [../base, hpa.yaml]
configMapGenerator:
- name: settings
  literals: [API_URL=http://db:80]
";
    let hpa = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: front}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n";
    let (facts, _) = overlay(kustomization, &[("t/prod/hpa.yaml", hpa)]);
    assert!(
        ids(&facts).contains(&"service:eu-web-1"),
        "{:?}",
        ids(&facts)
    );
    assert_eq!(replicas(&facts, "service:eu-web-1").count, 4);
    let edges = edges(&facts);
    assert!(
        edges.contains(&"ingress:eu-front-1/any-host hard service:eu-web-1".to_owned()),
        "{edges:?}"
    );
    // As after `kustomize build`: the address in the variable names a Service that is gone.
    assert!(
        edges.contains(&"service:eu-web-1 hard db".to_owned()),
        "{edges:?}"
    );
}

#[test]
fn generated_values_are_read_and_components_change_what_includes_them() {
    let web = app("api", "", "envFrom: [{configMapRef: {name: settings}}]");
    let component = "kind: Component
configMapGenerator:
- {name: settings, behavior: merge, literals: [DB_HOST=db]}
patchesStrategicMerge:
- |-
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: api}
  spec: {replicas: 2}
";
    let kustomization = "resources: [../base, api.yaml]
components: [../extra]
configMapGenerator:
- {name: settings, literals: [CACHE_HOST=cache], envs: [more.env]}
";
    let (facts, _) = overlay(
        &kustomization.replace(", envs: [more.env]", ""),
        &[
            ("t/prod/api.yaml", web.as_str()),
            ("t/extra/kustomization.yaml", component),
        ],
    );
    // The component comes before the generator, as kustomize has it.
    let all = edges(&facts).join("\n");
    assert!(all.contains("service:api hard service:db"), "{all}");
    assert!(all.contains("service:api hard service:cache"), "{all}");
    assert_eq!(replicas(&facts, "service:api").count, 2);
    assert!(facts.unread.is_empty(), "{:?}", facts.unread);
    let (facts, _) = overlay(kustomization, &[("t/prod/api.yaml", web.as_str())]);
    let told: Vec<_> = facts.unread.iter().map(|(_, why)| why.as_str()).collect();
    assert!(
        told.iter()
            .any(|why| why.contains("`more.env`, which ConfigMap `settings` is made of")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|why| why.contains("`../extra` is not among the inputs")),
        "{told:?}"
    );
}

#[test]
fn what_is_not_applied_is_said() {
    let cases = [
        (
            "resources: [../base, \"https://u:p@example.com/x\"]\n",
            "`https://example.com/x` is not among the inputs",
        ),
        (
            "resources: [../base]\nreplacements: []\n",
            "`replacements` is not applied here",
        ),
        (
            "resources: [../base]\npatches: [{target: {name: \"[a-z]+\"}, patch: \"[]\"}]\n",
            "simple patterns",
        ),
        (
            "resources: [../base]\npatches: [{target: {name: ghost}, patch: \"a: 1\"}]\n",
            "fits none of the objects",
        ),
        (
            "resources: [../base]\npatches: [{target: {kind: Deployment, name: web}, patch: \"[{op: remove, path: /spec/nothing}]\"}]\n",
            "there is no `/spec/nothing`",
        ),
        (
            "resources: [../base]\npatches: [{target: {name: web}, patch: \"[{op: levitate, path: /spec}]\"}]\n",
            "none of RFC 6902",
        ),
    ];
    for (kustomization, wanted) in cases {
        let (facts, _) = overlay(kustomization, &[]);
        let told: Vec<_> = facts.unread.iter().map(|(_, why)| why.as_str()).collect();
        assert!(
            told.iter().any(|why| why.contains(wanted)),
            "{wanted}: {told:?}"
        );
        assert_eq!(facts.replicas.len(), 3, "{wanted}");
    }
}

#[test]
fn hostile_patches_end() {
    // Copies that double, paths that deepen, and a tree of overlays that include one another twice.
    let double =
        "[{op: copy, from: /spec, path: /spec/a}, {op: copy, from: /spec, path: /spec/b}],"
            .repeat(200);
    let flat = double.replace("[{", "{").replace("}],", "},");
    let patch = format!("[{}]", flat.trim_end_matches(','));
    let kustomization = "resources: [../base]\npatches: [{target: {name: web}, path: p.yaml}]\n";
    let (facts, _) = overlay(kustomization, &[("t/prod/p.yaml", &patch)]);
    assert!(
        facts
            .unread
            .iter()
            .any(|(_, why)| why.contains("too large"))
    );
    let mut files = Vec::new();
    for level in 0..40 {
        let next = level + 1;
        let text = format!("resources: [../{next}, ./../{next}]\nnamespace: n{level}\n");
        files.push((format!("t/{level}/kustomization.yaml"), text));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let (facts, _) = translate(&files);
    assert!(facts.nodes.is_empty());
}

#[test]
fn rendered_charts_are_read_and_name_their_templates() {
    let web = app("web", "", "env: [{name: DB_HOST, value: \"shop-db:5432\"}]");
    let text = format!(
        "---\n# Source: shop/templates/web.yaml{}",
        web.trim_start_matches("---")
    ) + &app("shop-db", "", "").replacen(
        "---",
        "---\n# Source: shop/charts/db/templates/db.yaml",
        1,
    );
    let (facts, sources) = translate(&[("rendered.yaml", text.as_str())]);
    assert_eq!(ids(&facts), ["service:shop-db", "service:web"]);
    assert_eq!(edges(&facts), ["service:web hard service:shop-db"]);
    assert!(facts.unread.is_empty() && facts.problems.is_empty());
    let node = facts
        .nodes
        .iter()
        .find(|n| n.name.text == "service:web")
        .unwrap();
    assert_eq!(
        sources.location(node.name.span).to_string(),
        "rendered.yaml:5:18"
    );
}
