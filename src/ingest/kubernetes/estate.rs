//! Puts the objects of all documents together: each workload and Service once, under one name.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::cluster::Cluster;
use super::companions;
use super::duplicates::difference;
use super::environment::Configs;
use super::kinds::{self, Entry, Use, WorkloadKind, use_of};
use super::kustomize;
use super::object::Object;
use super::placement::{self, LocalClasses};
use super::pods::Pods;
use super::pointers;
use super::reader::Reader;
use super::services::{self, Service};
use super::workload::{self, Reading, Workload};
use crate::ingest::fact::Facts;
use crate::message;
use crate::source::{Problem, ProblemKind, SourceMap, Span};
use crate::words::{Id, Message};

/// What to do about one thing stated twice.
fn choose() -> Message {
    message!(
        "if these are several estates or stages of one, give each a `[scope.NAME]` in `spof.toml` \
     (`spof init` suggests them) and choose with `--scope NAME`; or read one folder with `-i`"
    )
}

/// The objects of the input by what becomes of them.
#[derive(Default)]
pub(super) struct Estate<'d> {
    pub(super) workloads: Vec<Workload<'d>>,
    /// The same workloads again: position of the first, and the copy.
    copies: Vec<(usize, Workload<'d>)>,
    by_name: HashMap<(Option<&'d str>, WorkloadKind, &'d str), usize>,
    pub(super) services: Vec<Service<'d>>,
    service_by_name: HashMap<(Option<&'d str>, &'d str), usize>,
    pub(super) configs: Configs<'d>,
    pub(super) local: LocalClasses<'d>,
    pub(super) cluster: Cluster<'d>,
    pods: Pods<'d>,
    volumes: Vec<Object<'d>>,
    pub(super) entries: Vec<(Entry, Object<'d>)>,
    /// Hosts that a `ServiceEntry` names outside the cluster.
    pub(super) outside: HashSet<String>,
    autoscalers: Vec<Object<'d>>,
    pub(super) classes: Vec<Object<'d>>,
    endpoints: Vec<Object<'d>>,
    /// Namespaces that some object states.
    pub(super) namespaces: HashSet<&'d str>,
}

impl<'d> Estate<'d> {
    /// Sorts one object in; what is not used is said in `facts`.
    pub(super) fn take(&mut self, object: Object<'d>, reader: &Reader, facts: &mut Facts) {
        self.namespaces.extend(object.namespace);
        if !kinds::is_known_version(object.api_version) {
            let shown = crate::source::mask::value(object.api_version);
            let why = message!(
                "`{version}` is no version that is known here: not read",
                version = shown
            );
            facts.unread.push((object.kind_span, why));
            return;
        }
        match use_of(object.group(), object.kind) {
            Use::Nothing => {}
            Use::Namespace => self.namespaces.extend(object.name),
            Use::Unread(why) => facts.unread.push((object.kind_span, Message::fixed(why))),
            Use::Custom => {
                facts
                    .unread
                    .push((object.kind_span, custom(&object, reader)));
            }
            Use::Node => self.cluster.take_node(&object, reader),
            // Which storage classes are local is known once all are read.
            Use::Volume => self.volumes.push(object),
            Use::Claim => self.cluster.take_claim(&object, reader),
            Use::Autoscaler => self.autoscalers.push(object),
            Use::IngressClass => self.classes.push(object),
            Use::Endpoints => self.endpoints.push(object),
            Use::Entry(entry) => self.entries.push((entry, object)),
            Use::ServiceEntry => self.take_outside(&object, reader),
            Use::Kustomization => {
                if kustomize::changes_manifests(object.view, reader) {
                    let why = companions::Companion::Kustomization.why();
                    facts.unread.push((object.kind_span, why));
                }
            }
            Use::Pointer => {
                let why = pointers::why(&object, reader);
                facts.unread.extend(why.map(|why| (object.kind_span, why)));
            }
            Use::StorageClass => {
                let provisioner = reader.text(object.view, &["provisioner"]);
                let is_local = provisioner.is_some_and(placement::is_local_provisioner);
                self.local.extend(object.name.filter(|_| is_local));
                self.cluster.take_class(&object, reader);
            }
            Use::ConfigMap => {
                if let Some(name) = object.name {
                    let data = reader.pairs(object.view, &["data"]);
                    let place = object.kind_span;
                    self.configs.add(object.namespace, name, place, data);
                }
            }
            Use::Service => {
                if let Some(service) = services::read(&object, reader) {
                    self.take_service(service, facts);
                }
            }
            Use::Workload(kind) => {
                if !self.pods.take(object, kind, reader) {
                    self.take_workload(object, kind, reader, facts);
                }
            }
        }
    }

    /// Hosts outside, unless they are pods of the mesh by other names.
    fn take_outside(&mut self, object: &Object<'d>, reader: &Reader) {
        if reader.text(object.view, &["spec", "location"]) == Some("MESH_INTERNAL") {
            return;
        }
        let hosts = reader.items(object.view, &["spec", "hosts"]).into_iter();
        let hosts = hosts.filter_map(crate::source::View::as_str);
        self.outside.extend(
            hosts
                .filter(|host| !host.contains('*'))
                .map(str::to_ascii_lowercase),
        );
    }

    /// Keeps the first Service of a name; another one that selects otherwise is a conflict.
    fn take_service(&mut self, service: Service<'d>, facts: &mut Facts) {
        let key = (service.namespace, service.name);
        let Some(first) = self.service_by_name.get(&key) else {
            self.service_by_name.insert(key, self.services.len());
            self.services.push(service);
            return;
        };
        let Some(first) = self.services.get(*first) else {
            return;
        };
        if first.selector != service.selector || first.external_name != service.external_name {
            let message = message!(
                "Service `{what}` is defined twice with different selectors; the first is used",
                what = services::canonical(service.namespace, service.name)
            );
            let problem = Problem::new(ProblemKind::Conflict, service.name_span, message)
                .with_help(choose())
                .with_related(first.name_span, "the first definition");
            facts.problems.push(problem);
        }
    }

    fn take_workload(
        &mut self,
        object: Object<'d>,
        kind: WorkloadKind,
        reader: &Reader,
        facts: &mut Facts,
    ) {
        let workload = match workload::read(object, kind, reader, &mut facts.problems) {
            Reading::Workload(workload) => *workload,
            Reading::Partial(why) => {
                facts.unread.push((object.kind_span, why));
                return;
            }
        };
        let key = (object.namespace, kind, workload.name);
        if let Some(first) = self.by_name.get(&key) {
            self.copies.push((*first, workload));
        } else {
            self.by_name.insert(key, self.workloads.len());
            self.workloads.push(workload);
        }
    }

    /// Puts together what was read in pieces, when all of it is: autoscalers and their targets,
    /// volumes, pods and what they belong to. Then ids are unique.
    pub(super) fn settle(&mut self, reader: &Reader, facts: &mut Facts) {
        for autoscaler in std::mem::take(&mut self.autoscalers) {
            self.scale(&autoscaler, reader);
        }
        for endpoints in std::mem::take(&mut self.endpoints) {
            self.endpoints(&endpoints, reader, facts);
        }
        for volume in std::mem::take(&mut self.volumes) {
            self.cluster.take_volume(&volume, &self.local, reader);
        }
        let pods = std::mem::take(&mut self.pods);
        pods.settle(&mut self.workloads, &self.by_name, reader, facts);
        self.make_ids_unique();
    }

    /// Addresses that somebody put behind a Service without a selector. Where there is a selector,
    /// or the addresses are of pods, the cluster itself keeps the list.
    fn endpoints(&mut self, object: &Object<'d>, reader: &Reader, facts: &mut Facts) {
        let slice = ["metadata", "labels", "kubernetes.io/service-name"];
        let name = match object.kind {
            "EndpointSlice" => reader.text(object.view, &slice),
            _ => object.name,
        };
        let mut found = Vec::new();
        for subset in reader.items(object.view, &["subsets"]) {
            for address in reader.items(subset, &["addresses"]) {
                let own = reader.get(address, "targetRef").is_none();
                found.extend(reader.get(address, "ip").filter(|_| own));
            }
        }
        for endpoint in reader.items(object.view, &["endpoints"]) {
            let own = reader.get(endpoint, "targetRef").is_none();
            let addresses = reader.items(endpoint, &["addresses"]).into_iter();
            found.extend(addresses.filter(|_| own));
        }
        let found: Vec<_> = found
            .into_iter()
            .filter_map(|address| Some((address.as_str()?, address.span())))
            .collect();
        if found.is_empty() {
            return;
        }
        let at = name.and_then(|name| self.service_by_name.get(&(object.namespace, name)));
        let Some(service) = at.and_then(|at| self.services.get_mut(*at)) else {
            let why = message!("these addresses stand behind no Service of the input");
            facts.unread.push((object.kind_span, why));
            return;
        };
        if service.selector.is_empty() {
            service.addresses.extend(found);
        }
    }

    /// A workload that leaves its number of replicas to an autoscaler has the least that one
    /// keeps.
    fn scale(&mut self, autoscaler: &Object<'d>, reader: &Reader) {
        let target = |key| reader.text(autoscaler.view, &["spec", "scaleTargetRef", key]);
        let kind = WorkloadKind::parse(target("kind").unwrap_or("Deployment"));
        // KEDA's first version named Deployments only.
        let name = target("name").or_else(|| target("deploymentName"));
        let (Some(kind), Some(name)) = (kind, name) else {
            return;
        };
        let own = self.by_name.get(&(autoscaler.namespace, kind, name));
        let near = own.or_else(|| self.by_name.get(&(None, kind, name)));
        let Some(workload) = near.and_then(|at| self.workloads.get_mut(*at)) else {
            return;
        };
        // KEDA scales to none while there is nothing to do: that is no loss.
        let least = reader
            .path(autoscaler.view, &["spec", "minReplicas"])
            .or_else(|| reader.path(autoscaler.view, &["spec", "minReplicaCount"]))
            .filter(|least| least.as_count() != Some(0));
        if let Some((count, least)) = least.and_then(|least| Some((least.as_count()?, least)))
            && count <= workload::MOST_REPLICAS
            && workload.counts_replicas()
            && !workload.states_replicas
        {
            workload.replicas = count;
            workload.replicas_span = least.span();
        }
    }

    /// Makes ids unique. A Deployment and a `CronJob` may share a name: the first in the order of
    /// [`WorkloadKind`] has it plain, the others with their kind (`service:shop/backup.cronjob`).
    /// Which has it depends on no order of files.
    fn make_ids_unique(&mut self) {
        let mut by_id: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
        for (at, workload) in self.workloads.iter().enumerate() {
            by_id.entry(workload.id.clone()).or_default().push(at);
        }
        for mut same in by_id.into_values().filter(|same| same.len() > 1) {
            same.sort_by_key(|at| self.workloads.get(*at).map(|w| w.kind));
            for at in same.into_iter().skip(1) {
                if let Some(workload) = self.workloads.get_mut(at) {
                    let kind = workload.kind.as_str().to_ascii_lowercase();
                    let name = format!("{}.{kind}", workload.id.name());
                    workload.id = Id::new(workload.id.kind(), &name);
                }
            }
        }
    }

    /// The further places of workloads that are stated again alike, by position of the workload;
    /// those with another specification become problems.
    pub(super) fn further_places(
        &self,
        sources: &SourceMap,
        reader: &Reader,
        problems: &mut Vec<Problem>,
    ) -> Vec<(usize, Span)> {
        let mut places = Vec::new();
        for (at, copy) in &self.copies {
            let Some(first) = self.workloads.get(*at) else {
                continue;
            };
            let spec = |workload: &Workload<'d>| reader.get(workload.object.view, "spec");
            let differs = spec(first)
                .zip(spec(copy))
                .and_then(|(a, b)| difference(a, b, "spec", reader));
            let Some((path, value)) = differs else {
                places.push((*at, copy.object.name_span));
                continue;
            };
            let message = message!(
                "{what} `{what2}` is also defined in {what3}, with another `{path}`; that one is used",
                path,
                what = first.kind.as_str(),
                what2 = services::canonical(first.object.namespace, first.name),
                what3 = sources.path(first.object.name_span.file)
            );
            let mut problem = Problem::new(ProblemKind::Conflict, copy.object.name_span, message)
                .with_help(choose())
                .with_related(first.object.name_span, "the definition that is used");
            if let Some(value) = value {
                problem = problem.with_related(value.span(), "what differs");
            }
            problems.push(problem);
        }
        places
    }
}

/// What coverage says of an object that only its controller understands.
fn custom(object: &Object<'_>, reader: &Reader) -> Message {
    let name = object.name.unwrap_or("?");
    let (kind, version) = (object.kind, object.api_version);
    let runs = [
        &["spec", "replicas"][..],
        &["spec", "instances"],
        &["spec", "template"],
    ]
    .iter()
    .any(|keys| reader.path(object.view, keys).is_some());
    if runs {
        message!(
            "`{kind}` `{name}` of `{version}` runs pods that only its controller knows: state it in a spof.yaml, or give the pods of a cluster dump",
            kind,
            name,
            version
        )
    } else {
        message!(
            "`{kind}` `{name}` of `{version}` is a kind that nobody reads here",
            kind,
            name,
            version
        )
    }
}
