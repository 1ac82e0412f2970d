//! Images of data stores that call nobody: whole projects hand one block of variables to all of
//! their services, the database included, and what it holds for others is nothing to it.

use std::collections::HashSet;

use super::references::Around;
use super::service::Service;

/// Names of images, and the software that runs in them.
const STORES: [(&str, &str); 20] = [
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("postgis", "postgres"),
    ("pgvector", "postgres"),
    ("timescaledb", "postgres"),
    ("timescaledb-ha", "postgres"),
    ("mysql", "mysql"),
    ("mysql-server", "mysql"),
    ("mariadb", "mysql"),
    ("percona", "mysql"),
    ("percona-server", "mysql"),
    ("mongo", "mongo"),
    ("mongodb", "mongo"),
    ("redis", "redis"),
    ("redis-stack", "redis"),
    ("redis-stack-server", "redis"),
    ("valkey", "redis"),
    ("keydb", "redis"),
    ("memcached", "memcached"),
    ("minio", "minio"),
];

/// The software of a store's image (`docker.io/library/postgres:16` is `postgres`); `None` for
/// any other. O(length).
fn software(image: &str) -> Option<&'static str> {
    let image = image.split('@').next().unwrap_or(image);
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split(':').next().unwrap_or(name).to_ascii_lowercase();
    let found = STORES.iter().find(|(image, _)| *image == name);
    found.map(|(_, software)| *software)
}

/// The nodes that run the same data store as `service`; `None` if that is no data store.
pub(super) fn kin(around: Around<'_>, service: &Service) -> Option<HashSet<String>> {
    let runs = |service: &Service| software(&service.image.as_ref()?.value);
    let own = runs(service)?;
    let services = &around.project.services;
    if !around.budget.spend(services.len()) {
        return None;
    }
    let same = services
        .iter()
        .filter(|(_, other)| runs(other) == Some(own));
    let ids = same.filter_map(|(name, _)| around.own.ids.get(name.as_str()));
    Some(ids.map(|id| id.as_str().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::software;

    #[test]
    fn by_the_name_of_the_image_alone() {
        for (image, want) in [
            ("postgres", Some("postgres")),
            ("docker.io/library/postgres:16-alpine", Some("postgres")),
            (
                "reg.example.com:5000/team/PostGIS@sha256:ab",
                Some("postgres"),
            ),
            ("redis:alpine", Some("redis")),
            ("minio/mc", None),
            ("postgres-exporter", None),
            ("redis/app", None),
            ("", None),
        ] {
            assert_eq!(software(image), want, "{image}");
        }
    }
}
