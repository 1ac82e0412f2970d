//! One engine or a Swarm, and what is known of places.

use super::{expr, facts, ids, notes, replicas};
use crate::words::Evidence;

fn on(text: &str) -> Vec<String> {
    let facts = facts(text);
    let fact = replicas(&facts, "service:web");
    fact.on.iter().map(expr).collect()
}

#[test]
fn a_plain_project_stands_on_one_host() {
    let facts =
        facts("services: {web: {image: x, deploy: {replicas: 3}}, job: {image: x, scale: 2}}");
    assert_eq!(ids(&facts), ["host:shop", "service:job", "service:web"]);
    let web = replicas(&facts, "service:web");
    assert_eq!((web.count, web.origin.evidence), (3, Evidence::Inferred));
    assert_eq!(web.on.iter().map(expr).collect::<Vec<_>>(), ["host:shop"]);
    assert!(web.reschedule.is_none());
    assert_eq!(replicas(&facts, "service:job").count, 2);
    let titles: Vec<_> = facts
        .nodes
        .iter()
        .filter_map(|n| n.attributes.title.as_deref())
        .collect();
    assert_eq!(titles, ["the host that runs Compose project shop"]);
}

#[test]
fn the_project_is_called_what_it_says() {
    assert_eq!(on("name: mall\nservices: {web: {image: x}}"), ["host:mall"]);
}

#[test]
fn swarm_places_are_unknown_but_for_constraints() {
    let deploy = |text: &str| on(&format!("services: {{web: {{image: x, deploy: {text}}}}}"));
    assert!(deploy("{mode: replicated}").is_empty());
    assert_eq!(
        deploy("{placement: {constraints: ['node.hostname == n1', node.role==manager]}}"),
        ["host:n1"]
    );
    assert_eq!(
        deploy("{placement: {constraints: [node.labels.zone==z1]}}"),
        ["zone:z1"]
    );
    assert!(deploy("{placement: {constraints: [node.labels.zone!=z1]}}").is_empty());
    let facts = facts(
        "services:\n  web: {image: x, deploy: {replicas: 2, placement: {max_replicas_per_node: 1}}}\n  \
         pin: {image: x, deploy: {placement: {constraints: [node.hostname==n1]}}}\n  \
         agent: {image: x, deploy: {mode: global}}\n",
    );
    assert_eq!(ids(&facts), ["service:agent", "service:pin", "service:web"]);
    let web = replicas(&facts, "service:web");
    assert!(web.spread.hosts.is_some());
    let again = web.reschedule.as_ref().expect("replaced");
    assert_eq!(
        (again.takes_s, again.origin.evidence),
        (360, Evidence::Assumed)
    );
    assert!(replicas(&facts, "service:pin").reschedule.is_none());
    assert!(replicas(&facts, "service:agent").reschedule.is_none());
    assert!(notes(&facts).contains("runs on every node of the Swarm"));
}

#[test]
fn an_overlay_network_is_a_swarm() {
    let found = facts("services: {web: {image: x}}\nnetworks: {n: {driver: overlay}}");
    assert!(replicas(&found, "service:web").on.is_empty());
}

#[test]
fn what_does_not_always_run_is_said() {
    let found = facts(
        "services: {web: {image: x, scale: 0}, a: {image: x, profiles: [debug]}, b: {image: x, profiles: [debug]}}",
    );
    let notes = notes(&found);
    assert!(
        notes.contains("`service:web` is scaled to no replicas"),
        "{notes}"
    );
    assert!(
        notes.contains("profile `debug`: its 2 services start only"),
        "{notes}"
    );
    assert_eq!(replicas(&found, "service:web").count, 0);
}
