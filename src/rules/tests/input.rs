//! What is wrong with inputs, as findings.

use super::{Code, lint, lint_with, manifest};
use crate::findings::{Place, Severity};
use crate::source::{Unread, UnreadReason};
use crate::words::Assume;

#[test]
fn unknown_targets_say_who_needs_them() {
    let linted =
        manifest("services: [{id: service:web, requires: [service:logn]}, {id: service:login}]");
    insta::assert_snapshot!(linted.told(Code::UnknownTarget));
    assert_eq!(
        linted.short(),
        ["warning[unknown-target] unknown:service:logn"]
    );
}

#[test]
fn an_inferred_reference_is_a_note() {
    let linted = lint(&[(
        "web.yaml",
        "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
          env: [{name: CART_ADDR, value: 'cart:7070'}]
",
    )]);
    let found = linted.of(Code::UnknownTarget);
    assert_eq!(found.len(), 1, "{:?}", linted.short());
    assert_eq!(found[0].severity, Severity::Note);
}

#[test]
fn files_over_a_limit_are_named_without_their_text() {
    let unread = |path: &str, reason| Unread {
        path: path.into(),
        span: None,
        reason,
        detail: "200 MB".into(),
    };
    let linted = lint_with(
        &[("spof.yaml", "services: [{id: service:web}]")],
        &[
            unread("big.json", UnreadReason::OverLimit),
            unread("chart.yaml", UnreadReason::Template),
            unread("gone.yaml", UnreadReason::NotReadable),
        ],
        Assume::Pessimistic,
    );
    assert_eq!(
        linted.short(),
        [
            "warning[unreadable-file] big.json",
            "warning[unreadable-file] gone.yaml"
        ]
    );
    assert_eq!(
        linted.findings[0].place,
        Some(Place::File("big.json".into()))
    );
}

#[test]
fn two_broken_documents_of_one_file_are_two_findings() {
    let linted = lint(&[(
        "a.yaml",
        "a: [\n---\nb: {\n---\nservices: [{id: service:web}]\n",
    )]);
    let found = linted.of(Code::UnreadableFile);
    let mut prints: Vec<&str> = found.iter().map(|f| f.fingerprint.as_str()).collect();
    prints.dedup();
    assert_eq!(prints.len(), found.len());
    assert!(!found.is_empty());
}

#[test]
fn catalogues_say_what_is_amiss_and_copies_of_them_say_it_once() {
    let entity = |name: &str, more: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\nspec: {{type: service, lifecycle: production, owner: team{more}}}\n"
        )
    };
    let web = entity(
        "web",
        ", consumesApis: ['component:pay'], dependsOn: ['component:gone']",
    );
    let (pay, cart) = (entity("pay", ""), entity("cart", ""));
    let linted = lint(&[
        ("web.yaml", &web),
        ("pay.yaml", &pay),
        ("cart.yaml", &cart),
        ("fork/pay.yaml", &pay),
        ("fork/cart.yaml", &cart),
    ]);
    let unknown = linted.of(Code::UnknownTarget);
    let mut labels: Vec<(bool, &str)> = unknown
        .iter()
        .map(|f| (f.message.starts_with("nothing is called"), f.label.as_str()))
        .collect();
    labels.sort_unstable();
    // The component exists, it only is no API.
    assert_eq!(labels, [(false, ""), (true, "nothing has this name")]);
    let groups = crate::findings::group::groups(&linted.findings);
    let copies: Vec<usize> = groups
        .iter()
        .filter(|group| group.first.rule == Code::ConflictingSources)
        .map(|group| group.more.len())
        .collect();
    assert_eq!(copies, [1]);
}
