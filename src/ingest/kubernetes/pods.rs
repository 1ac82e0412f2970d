//! Pods of a cluster dump: which workload each belongs to, and where it runs.

use std::collections::{BTreeMap, HashMap};

use super::kinds::{self, WorkloadKind};
use super::object::Object;
use super::reader::Reader;
use super::workload::{self, Workload};
use crate::ingest::fact::Facts;
use crate::message;
use crate::source::Span;
use crate::words::Class;

/// Labels that hold what a controller adds to the name of the `ReplicaSet`s it makes.
const HASHES: [(&str, WorkloadKind); 2] = [
    ("pod-template-hash", WorkloadKind::Deployment),
    ("rollouts-pod-template-hash", WorkloadKind::Rollout),
];

/// A pod that runs or is to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pod<'d> {
    pub(super) object: Object<'d>,
    /// The node it runs on, if it has one yet.
    pub(super) host: Option<(&'d str, Span)>,
}

/// What a pod belongs to.
type Owner<'d> = (Option<&'d str>, WorkloadKind, &'d str);

/// All pods of the input that something owns.
#[derive(Debug, Default)]
pub(super) struct Pods<'d> {
    by_owner: BTreeMap<Owner<'d>, Vec<Pod<'d>>>,
    /// Owners that are owned themselves: `ReplicaSet`s and Jobs.
    owned: HashMap<Owner<'d>, Owner<'d>>,
}

impl<'d> Pods<'d> {
    /// Takes a Pod that something else runs, and remembers who owns a `ReplicaSet` or Job. False
    /// if the object stands for itself.
    pub(super) fn take(&mut self, object: Object<'d>, kind: WorkloadKind, reader: &Reader) -> bool {
        let Some(owner) = owner(&object, reader) else {
            return false;
        };
        if kind != WorkloadKind::Pod {
            let known = !matches!(owner.1, WorkloadKind::Operated | WorkloadKind::Static);
            if let (true, Some(name)) = (known, object.name) {
                self.owned.insert((object.namespace, kind, name), owner);
            }
            return known;
        }
        let phase = reader.text(object.view, &["status", "phase"]);
        if !matches!(phase, Some("Succeeded" | "Failed")) {
            let node = reader.path(object.view, &["spec", "nodeName"]);
            let host = node.and_then(|node| Some((node.as_str()?, node.span())));
            let pod = Pod { object, host };
            self.by_owner.entry(owner).or_default().push(pod);
        }
        true
    }

    /// Gives every workload its pods; those whose workload the input does not hold make one.
    pub(super) fn settle(
        self,
        workloads: &mut Vec<Workload<'d>>,
        by_name: &HashMap<Owner<'d>, usize>,
        reader: &Reader,
        facts: &mut Facts,
    ) {
        let mut settled: BTreeMap<Owner<'d>, Vec<Pod<'d>>> = BTreeMap::new();
        for (owner, pods) in self.by_owner {
            let top = self.owned.get(&owner).copied();
            let top = top.unwrap_or_else(|| of_replica_set(owner, &pods, reader));
            settled.entry(top).or_default().extend(pods);
        }
        let mut homes: HashMap<(WorkloadKind, &str), usize> = HashMap::new();
        for (_, kind, name) in settled.keys() {
            *homes.entry((*kind, name)).or_default() += 1;
        }
        for (owner, mut pods) in settled {
            pods.sort_by_key(|pod| (pod.object.name, pod.object.name_span));
            pods.dedup_by_key(|pod| pod.object.name);
            let (_, kind, name) = owner;
            // A manifest without a namespace may be applied in any: in that of the only namesake.
            let apart = || {
                let only = homes.get(&(kind, name)) == Some(&1);
                by_name.get(&(None, kind, name)).filter(|_| only)
            };
            let own = by_name.get(&owner).or_else(apart);
            match own.and_then(|at| workloads.get_mut(*at)) {
                Some(workload) => {
                    tell_difference(workload, &pods, facts);
                    workload.pods = pods;
                }
                None => workloads.extend(alone(owner, pods, reader)),
            }
        }
    }
}

/// Notes a count of pods that the manifest does not state.
fn tell_difference(workload: &Workload<'_>, pods: &[Pod<'_>], facts: &mut Facts) {
    let count = u64::try_from(pods.len()).unwrap_or(u64::MAX);
    if workload.counts_replicas() && count != workload.replicas {
        let why = message!(
            "`{id}` states {replicas} replicas, but {count} of its pods run in the dump: these count",
            count,
            id = workload.id,
            replicas = workload.replicas
        );
        facts.unread.push((workload.replicas_span, why));
    }
}

/// Who owns a `ReplicaSet` that the input does not hold: its name is that of a Deployment and the
/// hash that its pods are labelled with.
fn of_replica_set<'d>(owner: Owner<'d>, pods: &[Pod<'d>], reader: &Reader) -> Owner<'d> {
    let (namespace, kind, name) = owner;
    let pod = pods.first().filter(|_| kind == WorkloadKind::ReplicaSet);
    let found = pod.and_then(|pod| {
        HASHES.iter().find_map(|(label, kind)| {
            let hash = reader.text(pod.object.view, &["metadata", "labels", label])?;
            let stem = name.strip_suffix(hash)?.strip_suffix('-')?;
            Some((namespace, *kind, stem))
        })
    });
    found.unwrap_or(owner)
}

/// The owner that controls an object.
fn owner<'d>(object: &Object<'d>, reader: &Reader) -> Option<Owner<'d>> {
    let owners = reader.items(object.view, &["metadata", "ownerReferences"]);
    let controls =
        |owner: &&crate::source::View<'d>| reader.text(**owner, &["controller"]) == Some("true");
    let owner = *owners.iter().find(controls).or(owners.first())?;
    let group = kinds::group(reader.text(owner, &["apiVersion"]).unwrap_or_default());
    let kind = reader.text(owner, &["kind"])?;
    let name = reader.text(owner, &["name"])?;
    if group.is_empty() && kind == "Node" {
        // A mirror of what the node runs by itself, named `etcd-NODE`.
        let own = object.name?;
        let stem = own
            .strip_suffix(name)
            .and_then(|stem| stem.strip_suffix('-'));
        return Some((object.namespace, WorkloadKind::Static, stem.unwrap_or(own)));
    }
    let known = match kinds::use_of(group, kind) {
        kinds::Use::Workload(kind) => kind,
        _ => WorkloadKind::Operated,
    };
    Some((object.namespace, known, name))
}

/// A workload of which only pods are known.
fn alone<'d>(owner: Owner<'d>, pods: Vec<Pod<'d>>, reader: &Reader) -> Option<Workload<'d>> {
    let (namespace, kind, name) = owner;
    let first = pods.first()?;
    let pod = reader.get(first.object.view, "spec")?;
    let claims = reader.items(pod, &["volumes"]).into_iter();
    let has_claims = claims
        .filter(|volume| reader.get(*volume, "persistentVolumeClaim").is_some())
        .count()
        > 0;
    let lasting = matches!(kind, WorkloadKind::StatefulSet | WorkloadKind::Operated);
    let is_store = (lasting && has_claims) || (kind == WorkloadKind::Static && name == "etcd");
    let (class, id_kind) = if is_store {
        (Class::Store, "store")
    } else {
        (Class::Service, "service")
    };
    Some(Workload {
        id: workload::id(id_kind, namespace, name),
        kind,
        name,
        class,
        labels: reader.labels(first.object.view, &["metadata", "labels"]),
        pod,
        replicas: u64::try_from(pods.len()).unwrap_or(u64::MAX),
        replicas_span: first.object.name_span,
        object: first.object,
        states_replicas: true,
        pods,
    })
}
