//! Projects side by side: whose names a service sees.

use super::{edges, walked};

const MONITORING: &str = "
services:
  grafana: {image: x, container_name: dashboards}
  prometheus: {image: x}
";

/// The edges of a project that names what only another project has, with these networks.
fn proxy(proxy_networks: &str, other_networks: &str) -> Vec<String> {
    let own = format!(
        "services: {{proxy: {{image: x, environment: [A_HOST=grafana, B_URL=http://dashboards:3000, C_HOST=prometheus-x]}}}}\n{proxy_networks}"
    );
    let other = format!("{MONITORING}{other_networks}");
    edges(&walked(&[
        ("new/compose.yaml", &own),
        ("old/compose.yaml", &other),
    ]))
}

#[test]
fn a_name_of_another_project_is_out_of_reach() {
    let apart = [
        "proxy hard new/dashboards",
        "proxy hard new/grafana",
        "proxy hard prometheus-x",
    ];
    assert_eq!(proxy("", ""), apart);
    // Two versions of one estate both make a network of one name.
    let named = "networks: {default: {name: shop}}";
    assert_eq!(proxy(named, named), apart);
    // Equal keys are different networks on the engine.
    assert_eq!(
        proxy("networks: {mon: {external: true}}", "networks: {mon: {}}"),
        apart
    );
}

#[test]
fn a_shared_network_carries_names_across_projects() {
    let shared = ["proxy hard grafana", "proxy hard prometheus-x"];
    for (here, there) in [
        (
            "networks: {mon: {external: true}}",
            "networks: {mon: {external: true}}",
        ),
        ("networks: {x: {external: true, name: old_default}}", ""),
        (
            "networks: {x: {external: {name: old_mon}}}",
            "networks: {mon: {}}",
        ),
        (
            "networks: {default: {name: edge}}",
            "networks: {default: {external: true, name: edge}}",
        ),
    ] {
        assert_eq!(proxy(here, there), shared, "{here} {there}");
    }
}

#[test]
fn files_of_one_folder_are_one_project_to_docker() {
    let facts = walked(&[
        (
            "s/dev.yml",
            "services: {web: {image: x, environment: [A_HOST=grafana]}}",
        ),
        ("s/mon.yml", MONITORING),
    ]);
    assert_eq!(edges(&facts), ["web hard grafana"]);
}

#[test]
fn what_no_project_has_keeps_its_bare_name() {
    let facts = walked(&[
        (
            "a/compose.yaml",
            "services: {web: {image: x, environment: [A_HOST=mainframe]}}",
        ),
        ("b/compose.yaml", MONITORING),
    ]);
    assert_eq!(edges(&facts), ["web hard mainframe"]);
}
