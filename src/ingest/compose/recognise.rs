//! Whether a document is a Compose file, by content; a file's name only helps.

use crate::source::{Kind, View};

/// Keys of a Compose file's top level; extensions begin with `x-`.
const TOP: [&str; 9] = [
    "version", "name", "include", "services", "networks", "volumes", "configs", "secrets", "models",
];
/// Keys that say what runs: hardly any other format has them under `services.NAME`.
const RUNS: [&str; 3] = ["image", "build", "extends"];
/// Further keys of a service, for files that only change another's.
const CHANGES: [&str; 12] = [
    "environment",
    "env_file",
    "depends_on",
    "deploy",
    "command",
    "entrypoint",
    "ports",
    "volumes",
    "networks",
    "profiles",
    "restart",
    "links",
];
/// How many services are looked at.
const LOOK: usize = 50;

/// Judges a document of the file called `name`. O(services looked at).
pub(super) fn is_compose(name: &str, root: View<'_>) -> bool {
    if root.kind() != Kind::Mapping || root.get("apiVersion").is_some() {
        return false;
    }
    let entries = root.entries();
    let keys = entries
        .iter()
        .take(LOOK)
        .filter_map(|(key, _)| key.as_str());
    let only_known = keys
        .clone()
        .all(|key| TOP.contains(&key) || key.starts_with("x-"));
    let named = is_compose_name(name);
    let services = root.get("services");
    match services.map(View::kind) {
        Some(Kind::Mapping) => {}
        // A file that only includes others, or states nothing yet.
        Some(Kind::Null) | None => {
            let any = ["services", "include"]
                .iter()
                .any(|key| root.get(key).is_some());
            return named && only_known && any;
        }
        Some(_) => return false,
    }
    let services = services.map(View::entries).unwrap_or_default();
    let mut services = services.iter().take(LOOK).map(|(_, service)| *service);
    let has = |service: View<'_>, keys: &[&str]| keys.iter().any(|key| service.get(key).is_some());
    if services
        .clone()
        .any(|s| !matches!(s.kind(), Kind::Mapping | Kind::Null))
    {
        return false;
    }
    if only_known && (named || services.clone().any(|service| has(service, &CHANGES))) {
        return true;
    }
    services.any(|service| has(service, &RUNS))
}

/// `compose.yaml`, `compose.prod.yml`, `docker-compose-tests.yml`, `web.compose.yaml`.
fn is_compose_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some((stem, "yaml" | "yml" | "json")) = lower.rsplit_once('.') else {
        return false;
    };
    stem.starts_with("compose")
        || stem.starts_with("docker-compose")
        || stem.ends_with("compose")
        || stem.ends_with("docker-stack")
}
