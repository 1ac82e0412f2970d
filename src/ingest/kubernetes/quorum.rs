//! Software that agrees by majority: three members of a `ZooKeeper` bear the loss of one, not of two.
//!
//! A manifest says how many run, not how many must; for these the image does.

use super::kinds::WorkloadKind;
use super::reader::Reader;
use super::workload::Workload;
use crate::ingest::fact::NeedFact;

/// Names of images whose members serve only while more than half of them do: consensus
/// (`ZooKeeper`, etcd, Consul, ...), or a primary that the majority elects.
const IMAGES: [&str; 15] = [
    "zookeeper",
    "kubernetes-zookeeper",
    "cp-zookeeper",
    "etcd",
    "consul",
    "clickhouse-keeper",
    "cockroach",
    "cockroachdb",
    "rqlite",
    "mongo",
    "mongodb",
    "mongodb-community-server",
    "galera",
    "mariadb-galera",
    "percona-xtradb-cluster",
];
/// Two members are a copy and its spare rather than a vote.
const FEWEST: u64 = 3;

/// How many members of a `StatefulSet` must be left, if its software says so. O(containers).
pub(super) fn need(workload: &Workload<'_>, reader: &Reader) -> Option<NeedFact> {
    let members = u64::try_from(workload.pods.len()).unwrap_or(u64::MAX);
    let members = if members == 0 {
        workload.replicas
    } else {
        members
    };
    if workload.kind != WorkloadKind::StatefulSet || members < FEWEST {
        return None;
    }
    let containers = reader.items(workload.pod, &["containers"]);
    let mut images = containers
        .into_iter()
        .filter_map(|container| reader.text(container, &["image"]));
    images
        .any(agrees)
        .then_some(NeedFact::Weight(members / 2 + 1))
}

/// `docker.io/library/zookeeper:3.9` does.
fn agrees(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or(image);
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split(':').next().unwrap_or(name);
    IMAGES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn by_the_name_of_the_image_alone() {
        assert!(agrees("etcd"));
        assert!(agrees("quay.io:443/team/etcd:v3.5@sha256:ab"));
        assert!(!agrees("etcd-browser:1"));
        assert!(!agrees("consul/app"));
        assert!(!agrees(""));
    }
}
