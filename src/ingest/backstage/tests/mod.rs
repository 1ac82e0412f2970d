//! Tests of the adapter on catalogues of our own, and on a real one.

mod real;

use super::Backstage;
use crate::ingest::Adapter;
use crate::ingest::fact::{Expr, Facts};
use crate::source::{Document, Limits, SourceMap, yaml};

/// Reads files and translates what the adapter claims.
fn translate(files: &[(&str, &str)]) -> (Facts, SourceMap) {
    let mut sources = SourceMap::default();
    let mut documents: Vec<Document> = Vec::new();
    for (path, text) in files {
        let id = sources.add((*path).into(), (*text).to_owned());
        documents.extend(yaml::read(id, text, &Limits::default()).documents);
    }
    let claimed: Vec<&Document> = documents
        .iter()
        .filter(|document| Backstage.claims(document, &sources))
        .collect();
    (Backstage.translate(&claimed, &sources), sources)
}

/// `of needs target` of every requirement, sorted.
fn edges(facts: &Facts) -> Vec<String> {
    let one = |expr: &Expr| match expr {
        Expr::One(one) | Expr::Replicas(one) => one.text.clone(),
        Expr::Some { members, .. } => {
            let members = members.iter().map(|member| match &member.expr {
                Expr::One(one) | Expr::Replicas(one) => one.text.clone(),
                Expr::Some { .. } => "…".to_owned(),
            });
            format!("any of ({})", members.collect::<Vec<_>>().join(" "))
        }
    };
    let all = facts.requirements.iter();
    let mut all: Vec<String> = all
        .map(|requirement| format!("{} needs {}", requirement.of.text, one(&requirement.expr)))
        .collect();
    all.sort();
    all
}

/// Ids of the nodes, in order.
fn ids(facts: &Facts) -> Vec<&str> {
    let mut ids: Vec<_> = facts.nodes.iter().map(|n| n.name.text.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// An entity with this kind, name, and the rest of its `spec`.
fn entity(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{type: service, lifecycle: production, owner: group:default/team-a{spec}}}\n"
    )
}

#[test]
fn components_resources_and_apis() {
    let text = [
        entity("Component", "web", ", consumesApis: [pay, other], dependsOn: [\"component:auth\", \"resource:Default/Users\", ghost, \"system:shop\"]"),
        entity("Component", "pay-a", ", providesApis: [pay]"),
        entity("Component", "pay-b", ", providesApis: [\"api:default/pay\"]"),
        entity("Component", "auth", ""),
        entity("Component", "ui", "").replace("type: service", "type: library"),
        entity("Resource", "users", ", dependencyOf: [\"component:auth\"]").replace("type: service", "type: postgres-db"),
        entity("Resource", "cdn", ""),
        entity("API", "pay", ""),
        entity("API", "other", ""),
        entity("System", "shop", ""),
    ]
    .concat();
    let (facts, _) = translate(&[("c.yaml", &text)]);
    assert_eq!(
        ids(&facts),
        [
            "resource:cdn",
            "service:auth",
            "service:pay-a",
            "service:pay-b",
            "service:web",
            "store:users"
        ]
    );
    assert_eq!(
        edges(&facts),
        [
            "service:auth needs store:users",
            "service:web needs any of (service:pay-a service:pay-b)",
            "service:web needs external:other",
            "service:web needs ghost",
            "service:web needs service:auth",
            "service:web needs store:users",
        ]
    );
    let owners = facts
        .nodes
        .iter()
        .map(|node| node.attributes.owner.as_deref());
    assert!(owners.into_iter().all(|owner| owner == Some("team-a")));
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
    assert_eq!(facts.unread.len(), 1, "{:?}", facts.unread);
}

#[test]
fn namespaces_tiers_and_what_is_wrong() {
    let away = entity("Component", "web", ", dependsOn: [db], consumesApis: [\"component:default/web\"], providesApis: [x]")
        .replace("{name: web}", "{name: web, namespace: eu, title: Shop, annotations: {spof.dev/tier: \"1\", spof.dev/rto: 5m}}");
    let db = entity("Resource", "db", "").replace("{name: db}", "{name: db, namespace: eu}");
    let text = away
        + &db
        + &entity("Component", "web", "")
        + &entity("Component", "Web", "")
        + &entity("Component", "a b", "");
    let (facts, sources) = translate(&[("c.yaml", &text)]);
    assert_eq!(
        ids(&facts),
        [
            "resource:eu/db",
            "service:a b",
            "service:eu/web",
            "service:web"
        ]
    );
    assert_eq!(
        edges(&facts),
        [
            "service:eu/web needs resource:eu/db",
            "service:eu/web needs service:web"
        ]
    );
    let web = facts
        .nodes
        .iter()
        .find(|node| node.name.text == "service:eu/web")
        .unwrap();
    assert_eq!(
        (web.attributes.tier, web.attributes.rto_s),
        (Some(1), Some(300))
    );
    assert_eq!(web.attributes.title.as_deref(), Some("Shop"));
    let mut told: Vec<String> = facts
        .problems
        .iter()
        .map(|problem| {
            format!(
                "{} {}",
                sources.location(problem.span).line,
                problem.message
            )
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "19 this Component is in the catalogue already; the first is used",
            "24 Backstage takes no such name: letters and digits, parted by `-`, `_` or `.`",
            "5 API `eu/x` is provided, but the catalogue does not describe it",
            "5 `consumesApis` of `web` names a component, not an API: it is read as `dependsOn`",
        ]
    );
}

#[test]
fn what_is_claimed() {
    let claimed = |text: &str| {
        let (facts, _) = translate(&[("c.yaml", text)]);
        !facts.nodes.is_empty()
    };
    let own = entity("Component", "web", "");
    assert!(claimed(&own));
    assert!(claimed(&own.replace("backstage.io", "catalog.example.com")));
    assert!(!claimed(&own.replace("backstage.io/", "")));
    assert!(!claimed(
        "apiVersion: core.oam.dev/v1beta1\nkind: Component\nmetadata: {name: x}\nspec: {workload: {}}\n"
    ));
    let (facts, _) = translate(&[(
        "c.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\n",
    )]);
    assert_eq!(facts.problems.len(), 1);
}

#[test]
fn what_the_api_answers_and_the_long_forms() {
    let api = r#"[{"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "web"},
      "spec": {"type": "service", "owner": "a", "lifecycle": "production", "dependsOn": [{"kind": "Component", "name": "auth"}, "resource:db"]},
      "relations": [{"type": "dependsOn", "targetRef": "component:default/auth"}]},
     {"apiVersion": "backstage.io/v1alpha1", "kind": "Location", "metadata": {"name": "x", "annotations": {"backstage.io/managed-by-location": "url:https://x/y"}},
      "spec": {"type": "url", "target": "https://x/y"}}]"#;
    let alone = entity("Component", "auth", ", dependsOn: resource:db")
        + &entity("Resource", "db", "").replace("type: service", "type: database");
    let (facts, _) = translate(&[("api.json", api), ("c.yaml", &alone)]);
    assert_eq!(
        edges(&facts),
        [
            "service:auth needs store:db",
            "service:web needs service:auth",
            "service:web needs store:db"
        ]
    );
    assert!(facts.unread.is_empty(), "{:?}", facts.unread);
    let page = format!("{{\"items\": {api}, \"totalItems\": 2}}");
    let (facts, _) = translate(&[("page.json", &page)]);
    assert_eq!(ids(&facts), ["service:web"]);
}

#[test]
fn unknown_versions_and_templates_of_entities_are_listed() {
    let later = entity("Component", "web", "").replace("v1alpha1", "v9");
    let template = entity("Component", "\"${{ values.name }}\"", "");
    let (facts, _) = translate(&[("a.yaml", &later), ("b.yaml", &template)]);
    assert!(facts.nodes.is_empty());
    let why: Vec<&str> = facts.unread.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(
        why,
        [
            "`backstage.io/v9` is no version that is known here: not read",
            "a template of new entities: its name is filled in when one is made"
        ]
    );
}
