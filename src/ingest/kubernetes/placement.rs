//! Where pods may run: nodes, zones and regions that a manifest names, what it forbids them to
//! share, and whether lost ones are made anew elsewhere.
//!
//! Preferences (`ScheduleAnyway`, `preferredDuringScheduling…`) forbid nothing and are left out.

use std::collections::{BTreeMap, BTreeSet};

use super::allowed::{Allowed, HOSTNAME, ZONE, matches};
use super::cluster::{Cluster, Held};
use super::kinds::WorkloadKind;
use super::reader::Reader;
use super::workload::Workload;
use crate::ingest::fact::{
    Apart, Expr, Level, Origin, Otherwise, Ref, ReplicasFact, Reschedule, Spread, Together,
};
use crate::message;
use crate::source::{Span, View};
use crate::words::{Evidence, Id, Message};

/// How long until a lost replica runs elsewhere: 40 s until the node counts as lost, 5 min until
/// its pods are evicted (both Kubernetes' defaults), and the start.
const RESCHEDULE_S: u64 = 360;

/// The cluster, as long as nothing names it: an alias in a native manifest can.
const CLUSTER: &str = "kubernetes";

/// Most nodes that a replacement names one by one; beyond, the cluster or zone stands for them.
const MOST_TAKERS: usize = 64;

/// Provisioners of volumes that stay on one node.
const LOCAL_PROVISIONERS: [&str; 6] = [
    "kubernetes.io/no-provisioner",
    "rancher.io/local-path",
    "openebs.io/local",
    "local.csi.openebs.io",
    "microk8s.io/hostpath",
    "docker.io/hostpath",
];
/// Usual names of storage classes whose volumes stay on one node.
const LOCAL_CLASSES: [&str; 6] = [
    "local-path",
    "local-storage",
    "local",
    "hostpath",
    "openebs-hostpath",
    "microk8s-hostpath",
];
/// Paths of a host that hold its own facilities, the same on every host; no data of a pod.
const FACILITIES: [&str; 10] = [
    "/etc", "/proc", "/sys", "/dev", "/run", "/var/run", "/var/log", "/lib", "/usr", "/boot",
];

/// Names of storage classes of the input whose volumes stay on one node.
pub(super) type LocalClasses<'d> = BTreeSet<&'d str>;

/// True for the provisioner of a storage class whose volumes stay on one node.
pub(super) fn is_local_provisioner(provisioner: &str) -> bool {
    LOCAL_PROVISIONERS.contains(&provisioner)
}

/// True for the usual name of a storage class whose volumes stay on one node, or one of the input.
pub(super) fn is_local_class(class: &str, local: &LocalClasses<'_>) -> bool {
    local.contains(class) || LOCAL_CLASSES.contains(&class)
}

/// What placement looks at besides the workload.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a, 'd> {
    pub(super) reader: &'a Reader,
    pub(super) local: &'a LocalClasses<'d>,
    pub(super) cluster: &'a Cluster<'d>,
    /// The parts of the control plane that replace lost pods.
    pub(super) control: &'a [Ref],
    /// All workloads, beside whose pods others must run.
    pub(super) workloads: &'a [Workload<'d>],
}

/// Where one replica runs, as far as that is known, and what its volumes hold it to.
type Slot<'d> = (Option<&'d str>, Held<'d>);

/// The replicas of a workload, where they run or may run, and what replaces them: one entry for
/// each place.
pub(super) fn replicas<'d>(
    workload: &Workload<'d>,
    around: Surroundings<'_, 'd>,
    unread: &mut Vec<(Span, Message)>,
) -> Vec<ReplicasFact> {
    let reader = around.reader;
    let allowed = Allowed::of(workload.pod, reader);
    let mut spread = spread(workload, reader);
    spread.together = together(workload, around, unread);
    let mut slots: BTreeMap<Slot<'d>, (u64, Span)> = BTreeMap::new();
    for (slot, span, count) in slots_of(workload, &allowed, around) {
        slots.entry(slot).or_insert((0, span)).0 += count;
    }
    // Entries of one workload are told from one file, or they would be rival statements.
    let file = slots.values().next().map(|(_, span)| span.file);
    let mut replaced: BTreeMap<Held<'d>, u64> = BTreeMap::new();
    for ((_, held), (count, _)) in &slots {
        *replaced.entry(held.clone()).or_default() += count;
    }
    let observed = !workload.pods.is_empty();
    let mut facts = Vec::new();
    for ((host, held), (count, span)) in slots {
        let span = Some(span)
            .filter(|span| Some(span.file) == file)
            .unwrap_or(workload.replicas_span);
        let mut fact = entry(workload, &allowed, spread.clone(), (host, &held), around);
        fact.count = count;
        let evidence = if observed {
            Evidence::Observed
        } else {
            Evidence::Declared
        };
        fact.origin = Origin::at(evidence, span);
        // One replacement stands for all that are held alike.
        if let Some(weight) = replaced.remove(&held) {
            fact.reschedule =
                reschedule(workload, &allowed, (host, &held), &spread, around).map(|anew| {
                    Reschedule {
                        weight: Some(weight),
                        ..anew
                    }
                });
        }
        facts.push(fact);
    }
    facts
}

/// The slots of the replicas, where they are stated, and how many replicas each has. Never empty;
/// a workload scaled to none has one slot with none.
fn slots_of<'d>(
    workload: &Workload<'d>,
    allowed: &Allowed<'d>,
    around: Surroundings<'_, 'd>,
) -> Vec<(Slot<'d>, Span, u64)> {
    let Surroundings {
        reader, cluster, ..
    } = around;
    let fixed = || {
        let node = reader.get(workload.pod, "nodeName");
        node.and_then(View::as_str)
            .or_else(|| allowed.hosts.only().map(|(host, _)| host))
    };
    let bound = |host: Option<&'d str>, held: Held<'d>| match held {
        Held::Host(Some(volume)) => (host.or(Some(volume)), Held::Host(Some(volume))),
        held => (host, held),
    };
    if !workload.pods.is_empty() {
        let pods = workload.pods.iter().map(|pod| {
            let spec = reader.get(pod.object.view, "spec");
            let held = spec.map(|spec| cluster.held_pod(pod.object.namespace, spec, reader));
            let host = pod.host.map(|(host, _)| host);
            let span = pod.host.map_or(pod.object.name_span, |(_, span)| span);
            (bound(host, held.unwrap_or_default()), span, 1)
        });
        return pods.collect();
    }
    let span = workload.replicas_span;
    if workload.kind == WorkloadKind::StatefulSet && cluster.has_volumes() {
        // No more of them can be held than there are claims.
        let claimed = workload.replicas.min(cluster.count_claims());
        let nth = (0..claimed).take_while(|_| !reader.is_spent());
        let nth = nth.map(|nth| {
            let held = match cluster.held_nth(workload, nth, reader) {
                Held::Nowhere => cluster.held_by_templates(workload, reader),
                held => held,
            };
            (bound(fixed(), held), span, 1)
        });
        let rest = (
            (fixed(), Held::Nowhere),
            span,
            workload.replicas.saturating_sub(claimed),
        );
        let all = nth.chain([rest]);
        return all
            .filter(|(.., count)| *count > 0 || claimed == 0)
            .collect();
    }
    let namespace = workload.object.namespace;
    let held = cluster
        .held_pod(namespace, workload.pod, reader)
        .and(cluster.held_by_templates(workload, reader));
    vec![(bound(fixed(), held), span, workload.replicas)]
}

/// The entry of one slot, without its count.
fn entry<'d>(
    workload: &Workload<'d>,
    allowed: &Allowed<'d>,
    mut spread: Spread,
    (host, held): (Option<&'d str>, &Held<'d>),
    around: Surroundings<'_, 'd>,
) -> ReplicasFact {
    let name_span = workload.object.name_span;
    let zones = zones(allowed, held, name_span);
    let region = allowed.region();
    let mut on = Vec::new();
    if let Some(host) = host {
        let pod = workload
            .pods
            .iter()
            .find_map(|pod| pod.host.filter(|(name, _)| *name == host));
        let node = reader_span(workload, allowed, around.reader);
        let span = pod.map_or(node, |(_, span)| span);
        on.push(domain("host", host, span));
        // A node of the input says itself where it is.
        if !around.cluster.nodes.contains_key(host) {
            on.extend(zones.iter().filter(|_| zones.len() == 1).cloned());
            on.extend(region);
            on.push(cluster(name_span));
        }
    } else {
        // Which host within them stays unknown.
        spread.allowed_zones = zones;
        spread.region = region;
    }
    spread.cluster = Some(cluster(name_span));
    ReplicasFact {
        of: super::references::known(&workload.id, name_span),
        count: 1,
        weight: 1,
        on: on.into_iter().map(Expr::One).collect(),
        standby: None,
        replication: None,
        requires: Vec::new(),
        spread,
        reschedule: None,
        attributes: crate::ingest::fact::Attributes::default(),
        origin: Origin::at(Evidence::Declared, workload.replicas_span),
    }
}

/// Where the manifest names the host of its pods, else the workload's name.
fn reader_span(workload: &Workload<'_>, allowed: &Allowed<'_>, reader: &Reader) -> Span {
    let node = reader.get(workload.pod, "nodeName").map(View::span);
    node.or_else(|| allowed.hosts.only().map(|(_, span)| span))
        .unwrap_or(workload.object.name_span)
}

/// The zones that a pod is held to, by its volumes or by what its specification allows.
fn zones(allowed: &Allowed<'_>, held: &Held<'_>, name_span: Span) -> Vec<Ref> {
    let (mut values, span) = allowed
        .zones
        .0
        .clone()
        .unwrap_or((BTreeSet::new(), name_span));
    if let Held::Zones(own) = held {
        let both: BTreeSet<_> = values.intersection(own).copied().collect();
        values = if both.is_empty() { own.clone() } else { both };
    }
    values
        .iter()
        .map(|value| domain("zone", value, span))
        .collect()
}

/// How lost replicas of one slot are made anew, if they are.
fn reschedule<'d>(
    workload: &Workload<'d>,
    allowed: &Allowed<'d>,
    (host, held): (Option<&'d str>, &Held<'d>),
    spread: &Spread,
    around: Surroundings<'_, 'd>,
) -> Option<Reschedule> {
    let reader = around.reader;
    let span = workload.object.name_span;
    // Jobs and bare pods are not replaced; a replica bound to one host has nowhere to go.
    let keeps_data = matches!(
        workload.kind,
        WorkloadKind::StatefulSet | WorkloadKind::Operated
    );
    let is_replaced = (workload.counts_replicas() || workload.kind == WorkloadKind::Operated)
        && (host.is_none() || !workload.pods.is_empty())
        && allowed.hosts.only().is_none()
        && (workload.replicas > 0 || !workload.pods.is_empty())
        && !matches!(held, Held::Host(_))
        && !(keeps_data && is_host_bound(workload, around.local, reader));
    if !is_replaced {
        return None;
    }
    let held_spread = Spread {
        allowed_zones: zones(allowed, held, span),
        region: allowed.region(),
        ..spread.clone()
    };
    let mut on = elsewhere(&held_spread, span);
    if !around.cluster.nodes.is_empty() {
        let takers = around.cluster.takers(workload.pod, allowed, held, reader);
        if takers.is_empty() {
            return None;
        }
        if takers.len() <= MOST_TAKERS {
            on.push(Expr::any_of(
                takers
                    .iter()
                    .map(|host| domain("host", host, span))
                    .collect(),
                span,
            ));
        }
    }
    Some(Reschedule {
        on,
        takes_s: RESCHEDULE_S,
        requires: around.control.iter().cloned().map(Expr::One).collect(),
        weight: None,
        origin: Origin::at(Evidence::Assumed, span),
    })
}

/// What a replacement stands on: any of the zones the pods are held in, their region, and the
/// cluster, without which nobody replaces anything.
fn elsewhere(spread: &Spread, span: Span) -> Vec<Expr> {
    let mut on = Vec::new();
    if !spread.allowed_zones.is_empty() {
        on.push(Expr::any_of(spread.allowed_zones.clone(), span));
    }
    on.extend(spread.region.iter().cloned().map(Expr::One));
    on.push(Expr::One(cluster(span)));
    on
}

/// The cluster that everything stands on.
pub(super) fn cluster(span: Span) -> Ref {
    domain("cluster", CLUSTER, span)
}

/// What the replicas of a workload must not share.
fn spread(workload: &Workload<'_>, reader: &Reader) -> Spread {
    let mut spread = Spread::default();
    let pod = workload.pod;
    let mut forbid = |key: Option<View<'_>>, most: u64| {
        let Some((text, span)) = key.and_then(|key| Some((key.as_str()?, key.span()))) else {
            return;
        };
        let apart = match level(text) {
            Some(Level::Host) => &mut spread.hosts,
            Some(Level::Zone) => &mut spread.zones,
            None => return,
        };
        // All must hold: the strictest counts.
        if apart.is_none_or(|apart| apart.most > most) {
            *apart = Some(Apart { most, span });
        }
    };
    for constraint in reader.items(pod, &["topologySpreadConstraints"]) {
        let strict = reader.text(constraint, &["whenUnsatisfiable"]) != Some("ScheduleAnyway");
        let selector = reader.get(constraint, "labelSelector");
        if !strict || !selector.is_some_and(|s| matches(s, &workload.labels, reader)) {
            continue;
        }
        let skew = reader.get(constraint, "maxSkew").and_then(View::as_count);
        forbid(
            reader.get(constraint, "topologyKey"),
            skew.unwrap_or(1).max(1),
        );
    }
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    for term in reader.items(pod, &["affinity", "podAntiAffinity", required]) {
        let spaces = reader.items(term, &["namespaces"]);
        let own_space = workload.object.namespace;
        let here = spaces.is_empty() || spaces.iter().any(|space| space.as_str() == own_space);
        let selector = reader.get(term, "labelSelector");
        if here && selector.is_some_and(|s| matches(s, &workload.labels, reader)) {
            forbid(reader.get(term, "topologyKey"), 1);
        }
    }
    spread
}

/// What sort of place a topology key speaks of.
fn level(key: &str) -> Option<Level> {
    if HOSTNAME.contains(&key) {
        Some(Level::Host)
    } else if ZONE.contains(&key) {
        Some(Level::Zone)
    } else {
        None
    }
}

/// Beside whose pods those of a workload must run (required `podAffinity`): the first term that
/// speaks of hosts, else of zones. What can't be used is noted.
fn together(
    workload: &Workload<'_>,
    around: Surroundings<'_, '_>,
    unread: &mut Vec<(Span, Message)>,
) -> Option<Together> {
    let reader = around.reader;
    let required = [
        "affinity",
        "podAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
    ];
    let mut found: Option<Together> = None;
    for term in reader.items(workload.pod, &required) {
        let key = reader.text(term, &["topologyKey"]).unwrap_or_default();
        let Some(level) = level(key) else {
            let words = message!(
                "required podAffinity by `{key}`: which places that are is unknown",
                key
            );
            unread.push((term.span(), words));
            continue;
        };
        let peers = peers(workload, term, around);
        if peers.is_empty() {
            let words = message!(
                "required podAffinity: no workload of the input has the labels that it \
                         asks for, so with whom these pods share a place is unknown"
            );
            unread.push((term.span(), words));
            continue;
        }
        let tie = Together {
            peers,
            level,
            span: term.span(),
        };
        // On one host is in one zone too: the stricter says more.
        if let Some(known) = &mut found {
            let words =
                message!("of several required podAffinity terms one is used, the first by host");
            unread.push((tie.span, words));
            if tie.level < known.level {
                *known = tie;
            }
        } else {
            found = Some(tie);
        }
    }
    found
}

/// The workloads whose pods a term of pod affinity may mean.
fn peers(workload: &Workload<'_>, term: View<'_>, around: Surroundings<'_, '_>) -> Vec<Ref> {
    let reader = around.reader;
    let Some(selector) = reader.get(term, "labelSelector") else {
        return Vec::new();
    };
    let listed = reader.items(term, &["namespaces"]);
    // Labels of namespaces are rarely in the input: any may be meant.
    let anywhere = reader.get(term, "namespaceSelector").is_some();
    let own = workload.object.namespace;
    let is_meant = |space: Option<&str>| {
        anywhere
            || if listed.is_empty() {
                space == own
            } else {
                listed.iter().any(|listed| listed.as_str() == space)
            }
    };
    let peers = around.workloads.iter().filter(|other| {
        reader.spend(1)
            && is_meant(other.object.namespace)
            && matches(selector, &other.labels, reader)
    });
    peers
        .map(|other| super::references::known(&other.id, term.span()))
        .collect()
}

/// True if the data of its pods stays on one host: a local volume, or a path of the host that
/// holds no mere facility of it.
fn is_host_bound(workload: &Workload<'_>, local: &LocalClasses<'_>, reader: &Reader) -> bool {
    let volumes = reader.items(workload.pod, &["volumes"]);
    let by_path = volumes.into_iter().any(|volume| {
        reader
            .text(volume, &["hostPath", "path"])
            .is_some_and(|path| {
                !FACILITIES.iter().any(|facility| {
                    path.strip_prefix(facility)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
            })
    });
    let claims = reader.items(workload.object.view, &["spec", "volumeClaimTemplates"]);
    by_path
        || claims.into_iter().any(|claim| {
            let class = reader.text(claim, &["spec", "storageClassName"]);
            class.is_some_and(|class| is_local_class(class, local))
        })
}

/// A domain that the manifest itself names.
pub(super) fn domain(kind: &str, name: &str, span: Span) -> Ref {
    let id = Id::new(kind, name);
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Domain(id),
    }
}
