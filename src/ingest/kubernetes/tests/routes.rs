//! What enters from outside, mounted settings, and hosts outside.

use super::{app, edges, facts, ids, service};
use crate::words::Class;

fn entries(text: &str) -> Vec<String> {
    let all = edges(&facts(text));
    all.into_iter()
        .filter(|edge| edge.starts_with("ingress:"))
        .collect()
}

#[test]
fn one_journey_for_each_address_that_something_else_serves() {
    let apps = app("web", "", "") + &app("api", "", "");
    let ingress = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec:\n  rules:\n  - host: shop.example.com\n    http:\n      paths:\n      - {path: /, backend: {service: {name: web}}}\n      - {path: /img, backend: {service: {name: web}}}\n      - {path: /api, backend: {service: {name: api}}}\n  - http: {paths: [{path: /ghost, backend: {service: {name: ghost}}}]}\n";
    let old = "---\napiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: old}\nspec: {backend: {serviceName: web, servicePort: 80}}\n";
    let text = apps + ingress + old;
    assert_eq!(
        entries(&text),
        [
            "ingress:old/any-host hard service:web",
            "ingress:shop.example.com hard service:web",
            "ingress:shop.example.com/api hard service:api",
            "ingress:shop/any-host/ghost hard ghost",
        ]
    );
    let facts = facts(&text);
    let entries = facts
        .nodes
        .iter()
        .filter(|n| n.name.text.starts_with("ingress:"));
    assert!(
        entries.clone().count() == 4 && entries.clone().all(|n| n.class == Some(Class::Journey))
    );
}

#[test]
fn gateway_api_and_istio() {
    let apps = app("web", "", "") + &app("web2", "", "") + &app("gate", "", "");
    let route = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n  hostnames: [a.example.com]\n  rules:\n  - matches: [{path: {value: /x}}]\n    backendRefs: [{name: web, weight: 9}, {name: web2, weight: 1}]\n";
    let istio = "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {selector: {app: gate}}\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  hosts: [b.example.com]\n  gateways: [g]\n  http: [{route: [{destination: {host: web}}]}]\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: inside}\nspec: {hosts: [web], http: [{route: [{destination: {host: web2}}]}]}\n";
    assert_eq!(
        entries(&(apps + route + istio)),
        [
            "ingress:a.example.com/x hard 1 of (service:web service:web2)",
            "ingress:b.example.com hard service:gate",
            "ingress:b.example.com hard service:web",
        ]
    );
}

#[test]
fn a_route_between_services_is_no_way_in() {
    let apps = app("web", "", "") + &app("web2", "", "");
    let route = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: split}\nspec:\n  parentRefs: [{group: '', kind: Service, name: web}]\n  rules:\n  - backendRefs: [{name: web}, {name: web2}]\n";
    assert!(entries(&(apps + route)).is_empty());
}

#[test]
fn load_balancers() {
    let balanced = service("web", "", "web").replace("{selector", "{type: LoadBalancer, selector");
    let apps = app("web", "", "")
        .split("---\napiVersion: v1")
        .next()
        .expect("text")
        .to_owned();
    assert_eq!(
        entries(&(apps.clone() + &balanced)),
        ["ingress:web/load-balancer hard service:web"]
    );
    let inside = balanced.replace(
        "{name: web}",
        "{name: web, annotations: {networking.gke.io/load-balancer-type: Internal}}",
    );
    assert!(entries(&(apps + &inside)).is_empty());
}

#[test]
fn settings_in_mounted_files() {
    let volumes = "volumes: [{name: c, configMap: {name: conf}}]";
    let text = app("web", volumes, "")
        + &app("db", "", "")
        + &app("auth", "", "")
        + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  app.yaml: |\n    # auth: http://auth:1\n    docs: https://docs.example.com/x\n    db: {url: \"postgres://db:5432/x\"}\n    listen: 0.0.0.0:80\n    ghost: http://ghost:80\n  prometheus.yml: |\n    - targets: ['auth:9090']\n";
    assert_eq!(edges(&facts(&text)), ["service:web hard service:db"]);
    assert!(facts(&text).unread.is_empty());
    let other = text.replace(
        "configMap: {name: conf}",
        "configMap: {name: conf, items: [{key: other}]}",
    );
    assert!(edges(&facts(&other)).is_empty());
}

#[test]
fn hosts_that_a_service_entry_names_are_outside() {
    let text = app(
        "web",
        "",
        "env: [{name: DB_HOST, value: \"db.corp.internal:5432\"}]",
    );
    assert_eq!(edges(&facts(&text)), ["service:web hard db.corp.internal"]);
    let entry = "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: {hosts: [db.corp.internal, \"*.example.com\"]}\n";
    let facts = facts(&(text + entry));
    let otherwise = &facts.requirements[0].expr;
    assert!(
        format!("{otherwise:?}").contains("External"),
        "{otherwise:?}"
    );
    assert_eq!(ids(&facts), ["service:web"]);
}
