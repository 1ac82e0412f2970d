//! Where pods may run: nodes, zones and regions that a manifest names, what it forbids them to
//! share, and whether lost ones are made anew elsewhere.
//!
//! Preferences (`ScheduleAnyway`, `preferredDuringScheduling…`) forbid nothing and are left out.

use std::collections::BTreeSet;

use super::kinds::WorkloadKind;
use super::reader::Reader;
use super::workload::Workload;
use crate::ingest::fact::{
    Expr, MemberFact, Origin, Otherwise, Ref, ReplicasFact, Reschedule, Spread,
};
use crate::source::{Span, View};
use crate::words::{Evidence, Id};

/// How long until a lost replica runs elsewhere: 40 s until the node counts as lost, 5 min until
/// its pods are evicted (both Kubernetes' defaults), and the start.
const RESCHEDULE_S: u64 = 360;

/// The cluster, as long as nothing names it: an alias in a native manifest can.
const CLUSTER: &str = "kubernetes";

const HOSTNAME: &[&str] = &["kubernetes.io/hostname"];
const ZONE: &[&str] = &[
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];
const REGION: &[&str] = &[
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/region",
];

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

/// The replicas of a workload, where they may run, and what replaces them.
pub(super) fn replicas(
    workload: &Workload<'_>,
    local: &LocalClasses<'_>,
    reader: &Reader,
    unread: &mut Vec<(Span, String)>,
) -> ReplicasFact {
    let name_span = workload.object.name_span;
    let allowed = Allowed::of(workload.pod, reader);
    let node = reader.get(workload.pod, "nodeName");
    let host = node
        .and_then(|node| Some((node.as_str()?, node.span())))
        .or_else(|| allowed.hosts.only());
    let choice = |kind: &str, choice: &Choice<'_>| -> Vec<Ref> {
        let (values, span) = choice.0.clone().unwrap_or((BTreeSet::new(), name_span));
        values
            .iter()
            .map(|value| domain(kind, value, span))
            .collect()
    };
    let zones = choice("zone", &allowed.zones);
    let region = match choice("region", &allowed.regions).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    let mut spread = spread(workload, reader, unread);
    let mut on = Vec::new();
    if let Some((host, span)) = host {
        on.push(domain("host", host, span));
        on.extend(zones.iter().filter(|_| zones.len() == 1).cloned());
        on.extend(region);
        on.push(domain("cluster", CLUSTER, name_span));
    } else {
        // Which host within them stays unknown.
        spread.allowed_zones = zones;
        spread.region = region;
    }
    spread.cluster = Some(domain("cluster", CLUSTER, name_span));
    // Jobs and bare pods are not replaced; a replica bound to one host has nowhere to go.
    let is_replaced = matches!(
        workload.kind,
        WorkloadKind::Deployment
            | WorkloadKind::ReplicaSet
            | WorkloadKind::ReplicationController
            | WorkloadKind::StatefulSet
    ) && host.is_none()
        && workload.replicas > 0
        && !(workload.kind == WorkloadKind::StatefulSet && is_host_bound(workload, local, reader));
    let reschedule = is_replaced.then(|| Reschedule {
        on: elsewhere(&spread, name_span),
        takes_s: RESCHEDULE_S,
        requires: Vec::new(),
        origin: Origin::at(Evidence::Assumed, name_span),
    });
    ReplicasFact {
        of: super::references::known(&workload.id, name_span),
        count: workload.replicas,
        weight: 1,
        on: on.into_iter().map(Expr::One).collect(),
        standby: None,
        replication: None,
        requires: Vec::new(),
        spread,
        reschedule,
        attributes: crate::ingest::fact::Attributes::default(),
        origin: Origin::at(Evidence::Declared, workload.replicas_span),
    }
}

/// What a replacement stands on: any of the zones the pods are held in, their region, and the
/// cluster, without which nobody replaces anything.
fn elsewhere(spread: &Spread, span: Span) -> Vec<Expr> {
    let mut on = match spread.allowed_zones.as_slice() {
        [] => Vec::new(),
        [only] => vec![Expr::One(only.clone())],
        several => {
            let members = several.iter().map(|zone| MemberFact {
                expr: Expr::One(zone.clone()),
                weight: 1,
                standby: None,
            });
            vec![Expr::Some {
                need: Some(1),
                members: members.collect(),
                span,
            }]
        }
    };
    on.extend(spread.region.iter().cloned().map(Expr::One));
    on.push(Expr::One(domain("cluster", CLUSTER, span)));
    on
}

/// The values that a node label may have, and where that is stated; `None`: any.
#[derive(Debug, Default)]
struct Choice<'d>(Option<(BTreeSet<&'d str>, Span)>);

impl<'d> Choice<'d> {
    /// The value, if there is only one.
    fn only(&self) -> Option<(&'d str, Span)> {
        let (values, span) = self.0.as_ref()?;
        let first = values.first().filter(|_| values.len() == 1)?;
        Some((first, *span))
    }

    /// Both this and the other must hold.
    fn and(&mut self, values: BTreeSet<&'d str>, span: Span) {
        self.0 = Some(match self.0.take() {
            Some((own, at)) => (own.intersection(&values).copied().collect(), at),
            None => (values, span),
        });
    }

    /// Either this or the other must hold.
    fn or(self, other: Self) -> Self {
        let both = self.0.zip(other.0);
        Self(both.map(|((mut own, at), (values, _))| {
            own.extend(values);
            (own, at)
        }))
    }
}

/// Hosts, zones and regions a pod is held to.
#[derive(Debug, Default)]
struct Allowed<'d> {
    hosts: Choice<'d>,
    zones: Choice<'d>,
    regions: Choice<'d>,
}

impl<'d> Allowed<'d> {
    /// What `nodeSelector` and required node affinity allow.
    fn of(pod: View<'d>, reader: &Reader) -> Self {
        let mut allowed = Self::default();
        for (key, value) in reader.pairs(pod, &["nodeSelector"]) {
            if let (Some(choice), Some(text)) = (allowed.choice(key), value.as_str()) {
                choice.and(BTreeSet::from([text]), value.span());
            }
        }
        let terms = reader.items(
            pod,
            &[
                "affinity",
                "nodeAffinity",
                "requiredDuringSchedulingIgnoredDuringExecution",
                "nodeSelectorTerms",
            ],
        );
        // Any one term suffices: a label is held only if every term holds it.
        let terms = terms.into_iter().map(|term| Self::of_term(term, reader));
        let either = terms.reduce(|a, b| Self {
            hosts: a.hosts.or(b.hosts),
            zones: a.zones.or(b.zones),
            regions: a.regions.or(b.regions),
        });
        let either = either.unwrap_or_default();
        for (choice, other) in [
            (&mut allowed.hosts, either.hosts),
            (&mut allowed.zones, either.zones),
            (&mut allowed.regions, either.regions),
        ] {
            if let Some((values, span)) = other.0 {
                choice.and(values, span);
            }
        }
        allowed
    }

    /// What one term allows: all its expressions together.
    fn of_term(term: View<'d>, reader: &Reader) -> Self {
        let mut allowed = Self::default();
        for list in ["matchExpressions", "matchFields"] {
            for expression in reader.items(term, &[list]) {
                let key = match reader.text(expression, &["key"]) {
                    Some("metadata.name") if list == "matchFields" => "kubernetes.io/hostname",
                    Some(key) if list == "matchExpressions" => key,
                    _ => continue,
                };
                let is_in = reader.text(expression, &["operator"]) == Some("In");
                let values = reader.items(expression, &["values"]);
                let texts = values.iter().filter_map(|value| value.as_str()).collect();
                if let (true, Some(first), Some(choice)) =
                    (is_in, values.first(), allowed.choice(key))
                {
                    choice.and(texts, first.span());
                }
            }
        }
        allowed
    }

    /// Where the values of a node label belong.
    fn choice(&mut self, key: &str) -> Option<&mut Choice<'d>> {
        if HOSTNAME.contains(&key) {
            Some(&mut self.hosts)
        } else if ZONE.contains(&key) {
            Some(&mut self.zones)
        } else if REGION.contains(&key) {
            Some(&mut self.regions)
        } else {
            None
        }
    }
}

/// What the replicas of a workload must not share.
fn spread(workload: &Workload<'_>, reader: &Reader, unread: &mut Vec<(Span, String)>) -> Spread {
    let mut spread = Spread::default();
    let pod = workload.pod;
    let mut forbid = |key: Option<View<'_>>| {
        let Some((text, span)) = key.and_then(|key| Some((key.as_str()?, key.span()))) else {
            return;
        };
        if HOSTNAME.contains(&text) {
            spread.hosts.get_or_insert(span);
        } else if ZONE.contains(&text) {
            spread.zones.get_or_insert(span);
        }
    };
    for constraint in reader.items(pod, &["topologySpreadConstraints"]) {
        let strict = reader.text(constraint, &["whenUnsatisfiable"]) != Some("ScheduleAnyway");
        let selector = reader.get(constraint, "labelSelector");
        if !strict || !selector.is_some_and(|s| matches(s, &workload.labels, reader)) {
            continue;
        }
        let skew = reader.get(constraint, "maxSkew");
        if let Some(skew) = skew.filter(|skew| skew.as_count().is_none_or(|skew| skew > 1)) {
            let words =
                "a `maxSkew` above 1 is read as no constraint: replicas may share the place";
            unread.push((skew.span(), words.to_owned()));
            continue;
        }
        forbid(reader.get(constraint, "topologyKey"));
    }
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    for term in reader.items(pod, &["affinity", "podAntiAffinity", required]) {
        let spaces = reader.items(term, &["namespaces"]);
        let own_space = workload.object.namespace;
        let here = spaces.is_empty() || spaces.iter().any(|space| space.as_str() == own_space);
        let selector = reader.get(term, "labelSelector");
        if here && selector.is_some_and(|s| matches(s, &workload.labels, reader)) {
            forbid(reader.get(term, "topologyKey"));
        }
    }
    if let Some(together) = reader.path(pod, &["affinity", "podAffinity", required]) {
        let words = "podAffinity is not read yet: with whom these pods share a place is unknown";
        unread.push((together.span(), words.to_owned()));
    }
    spread
}

/// Whether a label selector matches labels. An empty one matches all.
fn matches(selector: View<'_>, labels: &[(&str, &str)], reader: &Reader) -> bool {
    let value = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
    let plain = reader.labels(selector, &["matchLabels"]);
    if !plain.iter().all(|(key, want)| value(key) == Some(want)) {
        return false;
    }
    let expressions = reader.items(selector, &["matchExpressions"]);
    expressions.into_iter().all(|expression| {
        let own = value(reader.text(expression, &["key"]).unwrap_or_default());
        let listed = || {
            let values = reader.items(expression, &["values"]);
            values.iter().any(|value| value.as_str() == own)
        };
        match reader.text(expression, &["operator"]) {
            Some("In") => own.is_some() && listed(),
            Some("NotIn") => own.is_none() || !listed(),
            Some("Exists") => own.is_some(),
            Some("DoesNotExist") => own.is_none(),
            _ => false,
        }
    })
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
            class.is_some_and(|class| local.contains(class) || LOCAL_CLASSES.contains(&class))
        })
}

/// A domain that the manifest itself names.
fn domain(kind: &str, name: &str, span: Span) -> Ref {
    let id = Id::new(kind, name);
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Domain(id),
    }
}
