//! Services: which workloads stand behind a DNS name.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::object::Object;
use super::reader::Reader;
use super::workload::Workload;
use crate::ingest::endpoint::{HostKind, host};
use crate::source::Span;

/// Position of a workload among all.
pub(super) type WorkloadIx = usize;

/// A Service and what it leads to.
#[derive(Clone, Debug)]
pub(super) struct Service<'d> {
    pub(super) name: &'d str,
    pub(super) namespace: Option<&'d str>,
    pub(super) name_span: Span,
    /// Place of the selector, if it has one.
    pub(super) selector_span: Option<Span>,
    pub(super) selector: Vec<(&'d str, &'d str)>,
    /// The host of a Service of type `ExternalName`.
    pub(super) external_name: Option<&'d str>,
    pub(super) cluster_ip: Option<&'d str>,
    /// Addresses that Endpoints made by hand put behind it.
    pub(super) addresses: Vec<(&'d str, Span)>,
    /// A load balancer outside the cluster leads to it.
    pub(super) is_public: bool,
    /// The workloads whose pods it selects, in order. Empty: none in the input.
    pub(super) workloads: Vec<WorkloadIx>,
}

/// What a host name leads to inside the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lead<'s> {
    /// Any of these workloads answers. Never empty.
    Workloads(&'s [WorkloadIx]),
    /// A name outside the cluster (`ExternalName`).
    External(&'s str),
    /// Any of these addresses outside the cluster answers. Never empty.
    Addresses(&'s [(&'s str, Span)]),
    /// The Service is stated, but not what stands behind it; its canonical name.
    Nothing(String),
    /// The API server.
    ControlPlane,
}

/// All Services of the input, by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Services<'d> {
    all: Vec<Service<'d>>,
    by_name: HashMap<(Option<&'d str>, &'d str), usize>,
    by_address: HashMap<&'d str, usize>,
    /// Namespaces that some object of the input states.
    namespaces: HashSet<&'d str>,
    /// Hosts outside that the input names as such (Istio's `ServiceEntry`).
    outside: HashSet<String>,
    /// Names of Services that only optional components define.
    optional: HashSet<&'d str>,
}

/// Reads a Service; `None` without a name.
pub(super) fn read<'d>(object: &Object<'d>, reader: &Reader) -> Option<Service<'d>> {
    let spec = |key| reader.path(object.view, &["spec", key]);
    let is_external = reader.text(object.view, &["spec", "type"]) == Some("ExternalName");
    let mut selector = reader.labels(object.view, &["spec", "selector"]);
    selector.sort_unstable();
    Some(Service {
        name: object.name?,
        namespace: object.namespace,
        name_span: object.name_span,
        selector_span: spec("selector").map(crate::source::View::span),
        selector,
        external_name: is_external
            .then(|| reader.text(object.view, &["spec", "externalName"]))
            .flatten(),
        cluster_ip: reader
            .text(object.view, &["spec", "clusterIP"])
            .filter(|ip| *ip != "None"),
        addresses: Vec::new(),
        is_public: is_public(object, reader),
        workloads: Vec::new(),
    })
}

/// True for type `LoadBalancer`, unless an annotation keeps it inside the network.
fn is_public(object: &Object<'_>, reader: &Reader) -> bool {
    let annotations = reader.labels(object.view, &["metadata", "annotations"]);
    reader.text(object.view, &["spec", "type"]) == Some("LoadBalancer")
        && !annotations.iter().any(|(key, value)| {
            let value = value.to_ascii_lowercase();
            let scheme = key.ends_with("/load-balancer-type") || key.ends_with("-scheme");
            (key.contains("internal") && value != "false") || (scheme && value == "internal")
        })
}

impl<'d> Services<'d> {
    /// Puts Services and workloads together. `services` must hold each namespace and name once.
    /// Near O(Services + workloads): candidates come from the selector's rarest label.
    pub(super) fn new(
        mut services: Vec<Service<'d>>,
        workloads: &[Workload<'d>],
        namespaces: HashSet<&'d str>,
        reader: &Reader,
    ) -> Self {
        let mut by_label: HashMap<(Option<&str>, &str, &str), Vec<WorkloadIx>> = HashMap::new();
        for (at, workload) in workloads.iter().enumerate() {
            for (key, value) in &workload.labels {
                let place = (workload.object.namespace, *key, *value);
                by_label.entry(place).or_default().push(at);
            }
        }
        for service in &mut services {
            service.workloads = selected(service, workloads, &by_label, reader);
        }
        let mut by_name = HashMap::new();
        let mut by_address = HashMap::new();
        for (at, service) in services.iter().enumerate() {
            by_name
                .entry((service.namespace, service.name))
                .or_insert(at);
            if let Some(ip) = service.cluster_ip {
                by_address.entry(ip).or_insert(at);
            }
        }
        Self {
            all: services,
            by_name,
            by_address,
            namespaces,
            outside: HashSet::new(),
            optional: HashSet::new(),
        }
    }

    /// These hosts are outside the cluster, whatever they look like; these Services may be
    /// missing.
    pub(super) fn with(mut self, outside: HashSet<String>, optional: HashSet<&'d str>) -> Self {
        self.outside = outside;
        self.optional = optional;
        self
    }

    /// True if only an optional component defines a Service of this name: the estate runs without
    /// it.
    pub(super) fn is_optional(&self, host: &str) -> bool {
        let inside = host::before_svc(host).unwrap_or(host);
        let name = inside.split('.').next().unwrap_or(inside);
        self.optional.contains(name) && host::kind(inside) != HostKind::Public
    }

    /// Every Service, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Service<'d>> {
        self.all.iter()
    }

    /// True if `namespace` occurs in the input.
    pub(super) fn knows_namespace(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// The Service `name` as pods of namespace `from` see it. Manifests without a namespace may
    /// be applied in any, so they are looked at when the namespace itself has no such Service.
    pub(super) fn near(&self, from: Option<&str>, name: &str) -> Option<&Service<'d>> {
        self.find(from, name)
            .or_else(|| self.find(from.map_or(Some("default"), |_| None), name))
    }

    /// The Service `name` of a namespace that is spelled out. When no object states that
    /// namespace, it may be the one that manifests without any are applied in (`guess`).
    fn in_namespace(&self, namespace: &str, name: &str, guess: bool) -> Option<&Service<'d>> {
        self.find(Some(namespace), name).or_else(|| {
            let guess = guess && !self.knows_namespace(namespace);
            guess.then(|| self.find(None, name)).flatten()
        })
    }

    fn find(&self, namespace: Option<&str>, name: &str) -> Option<&Service<'d>> {
        let at = *self.by_name.get(&(namespace, name))?;
        self.all.get(at)
    }

    /// What host `name` (lower case) leads to, seen from namespace `from`: `name`, `name.namespace`,
    /// `name.namespace.svc` and on, each with a pod's name before it (`kafka-0.kafka`), or a
    /// Service's own address. `None`: no Service of the input.
    pub(super) fn lead<'s>(&'s self, from: Option<&str>, name: &str) -> Option<Lead<'s>> {
        if let Some(at) = self.by_address.get(name) {
            return self.all.get(*at).map(lead_of);
        }
        let inside = host::before_svc(name);
        // `redis.io` is no Service `redis` in a namespace `io`.
        let guess = inside.is_some() || host::kind(name) != HostKind::Public;
        let labels: Vec<&str> = inside.unwrap_or(name).split('.').collect();
        let service = match labels.as_slice() {
            [only] => self.near(from, only),
            // Before `.svc` the second label is a namespace, unless that is a pod's name.
            [first, second] => self
                .in_namespace(second, first, guess)
                .or_else(|| pod_of(self.near(from, second), first)),
            [pod, middle, namespace] => pod_of(self.in_namespace(namespace, middle, guess), pod),
            _ => None,
        };
        if let Some(service) = service {
            return Some(lead_of(service));
        }
        if let Some(host) = self.outside.get(name) {
            return Some(Lead::External(host));
        }
        let api_server = matches!(
            labels.as_slice(),
            ["kubernetes"] | ["kubernetes", "default"]
        );
        api_server.then_some(Lead::ControlPlane)
    }
}

/// The Service, if `pod` is what a pod behind it may be called (`kafka-0`).
fn pod_of<'s, 'd>(service: Option<&'s Service<'d>>, pod: &str) -> Option<&'s Service<'d>> {
    let numbered = pod
        .rsplit_once('-')
        .is_some_and(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    service.filter(|_| numbered)
}

/// What stands behind a Service.
fn lead_of<'s>(service: &'s Service<'_>) -> Lead<'s> {
    if let Some(host) = service.external_name {
        Lead::External(host)
    } else if !service.addresses.is_empty() {
        Lead::Addresses(&service.addresses)
    } else if service.workloads.is_empty() {
        Lead::Nothing(canonical(service.namespace, service.name))
    } else {
        Lead::Workloads(&service.workloads)
    }
}

/// `name.namespace`, or the name alone where no namespace is stated.
pub(super) fn canonical(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |space| format!("{name}.{space}"))
}

/// Workloads of the Service's namespace whose pods carry all labels of its selector. Jobs count
/// only if nothing else does: labels common to a whole application would make them stand in for
/// the server they maintain.
fn selected(
    service: &Service<'_>,
    workloads: &[Workload<'_>],
    by_label: &HashMap<(Option<&str>, &str, &str), Vec<WorkloadIx>>,
    reader: &Reader,
) -> Vec<WorkloadIx> {
    let none = Vec::new();
    let candidates = service
        .selector
        .iter()
        .map(|(key, value)| by_label.get(&(service.namespace, *key, *value)))
        .map(|found| found.unwrap_or(&none))
        .min_by_key(|found| found.len())
        .unwrap_or(&none);
    let fits = |at: &WorkloadIx| {
        workloads.get(*at).is_some_and(|workload| {
            let cost = service.selector.len() * workload.labels.len();
            reader.spend(cost)
                && service
                    .selector
                    .iter()
                    .all(|pair| workload.labels.contains(pair))
        })
    };
    let all: Vec<_> = candidates.iter().copied().filter(fits).collect();
    let lasting = |at: &WorkloadIx| workloads.get(*at).is_some_and(|w| !w.kind.ends());
    if all.iter().any(lasting) {
        all.into_iter().filter(lasting).collect()
    } else {
        all
    }
}

/// The DNS names that mean exactly one workload, each with the Service it comes from: `name.ns`
/// and its longer forms, and `name` where no other Service is called so.
pub(super) fn dns_names<'s, 'd>(
    services: &'s Services<'d>,
) -> impl Iterator<Item = (String, WorkloadIx, &'s Service<'d>)> {
    let mut homes: BTreeMap<&str, usize> = BTreeMap::new();
    for service in services.iter() {
        *homes.entry(service.name).or_default() += 1;
    }
    services.iter().flat_map(move |service| {
        let mut names = Vec::new();
        if let [only] = *service.workloads.as_slice() {
            if homes.get(service.name) == Some(&1) {
                names.push((service.name.to_owned(), only, service));
            }
            if let Some(namespace) = service.namespace {
                for end in ["", ".svc", ".svc.cluster.local"] {
                    let name = format!("{}.{namespace}{end}", service.name);
                    names.push((name, only, service));
                }
            }
        }
        names
    })
}
