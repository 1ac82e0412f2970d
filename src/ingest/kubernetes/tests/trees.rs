//! Trees of overlays, and objects that point elsewhere.

use super::{app, edges, facts, ids, translate};

/// Unread notes of a tree, without their places.
fn notes(files: &[(&str, &str)]) -> Vec<String> {
    translate(files)
        .0
        .unread
        .into_iter()
        .map(|(_, why)| why.into())
        .collect()
}

#[test]
fn one_workload_however_many_overlays() {
    let web = app("web", "", "env: [{name: A_HOST, value: \"assistant:80\"}]");
    let (extra, patch) = (
        app("assistant", "", ""),
        app("web", "hostNetwork: true", ""),
    );
    let component =
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\n";
    let overlay = "resources: [../base]\npatches: [{path: web.yaml}]\nnamePrefix: dev-\n";
    let full = "resources: [../base]\ncomponents: [../extra]\n";
    let mut files = vec![
        ("t/base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("t/base/web.yaml", web.as_str()),
        ("t/dev/kustomization.yaml", overlay),
        ("t/dev/web.yaml", patch.as_str()),
        ("t/extra/extra.yaml", extra.as_str()),
        ("t/extra/kustomization.yaml", component),
        ("t/full/kustomization.yaml", full),
        ("t/release.yaml", web.as_str()),
    ];
    let (facts, _) = translate(&files);
    assert_eq!(ids(&facts), ["service:web"]);
    assert_eq!(facts.replicas.len(), 1);
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
    // The estate runs without what only one variant has.
    assert_eq!(edges(&facts), ["service:web soft assistant"]);
    let told = notes(&files).join("\n");
    assert!(
        told.contains("optional kustomize component t/extra"),
        "{told}"
    );
    assert!(told.contains("a kustomize patch"), "{told}");
    assert!(told.contains("several overlays share"), "{told}");
    // Every variant has the component: it is part of the estate.
    files[2].1 = "resources: [../base]\ncomponents: [../extra]\n";
    let (facts, _) = translate(&files);
    assert_eq!(ids(&facts), ["service:assistant", "service:web"]);
    assert_eq!(edges(&facts), ["service:web hard service:assistant"]);
}

#[test]
fn namespaces_of_overlays_keep_namesakes_apart() {
    let (shop, blog) = (app("cache", "", ""), app("cache", "hostNetwork: true", ""));
    let of = |space: &str| format!("namespace: {space}\nresources: [cache.yaml]\n");
    let files = [
        ("blog/cache.yaml", blog.as_str()),
        ("blog/kustomization.yaml", &of("blog")),
        ("shop/cache.yaml", shop.as_str()),
        ("shop/kustomization.yaml", &of("shop")),
    ];
    let (facts, _) = translate(&files);
    assert_eq!(ids(&facts), ["service:blog/cache", "service:shop/cache"]);
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
    // With a rendered copy beside it, one keeps the name it has in its manifest.
    let mut files = files[2..].to_vec();
    files.push(("release.yaml", shop.as_str()));
    let (facts, _) = translate(&files);
    assert_eq!(ids(&facts), ["service:cache"]);
}

#[test]
fn overlays_that_include_one_another_end() {
    let files = [
        ("a/kustomization.yaml", "resources: [../b, ../../../../x]\n"),
        ("b/kustomization.yaml", "resources: [../a]\n"),
        ("c/kustomization.yaml", "resources: [., ../a]\n"),
    ];
    assert!(ids(&translate(&files).0).is_empty());
}

#[test]
fn pointers_name_where_they_point() {
    let argo = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec: {source: {repoURL: \"https://bob:hunter2@git.example.com/shop.git\", path: deploy/prod}}\n";
    let flux = "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps, sourceRef: {kind: GitRepository, name: fleet}}\n";
    let helm = "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis}\nspec: {chart: {spec: {chart: redis, sourceRef: {name: bitnami}}}}\n";
    let alert =
        "---\napiVersion: notification.toolkit.fluxcd.io/v1\nkind: Alert\nmetadata: {name: x}\n";
    let facts = facts(&[argo, flux, helm, alert].concat());
    assert!(facts.nodes.is_empty());
    let told: Vec<_> = facts.unread.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(
        told,
        [
            "Argo CD Application `shop` points to deploy/prod of https://git.example.com/shop.git: render that and give the result",
            "Flux Kustomization `apps` points to ./apps of fleet: render that and give the result",
            "Flux HelmRelease `redis` points to chart redis of bitnami: render that and give the result",
        ]
    );
}

#[test]
fn rollouts_are_read_and_operators_named() {
    let rollout = app("web", "", "").replace(
        "apps/v1\nkind: Deployment",
        "argoproj.io/v1alpha1\nkind: Rollout",
    );
    let postgres = "---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg}\nspec: {instances: 3}\n";
    let facts = facts(&(rollout + postgres));
    assert_eq!(ids(&facts), ["service:web"]);
    assert!(facts.replicas[0].reschedule.is_some());
    let [(_, why)] = facts.unread.as_slice() else {
        panic!("{:?}", facts.unread);
    };
    assert!(
        why.starts_with("`Cluster` `pg` of `postgresql.cnpg.io/v1` runs pods"),
        "{why}"
    );
}
