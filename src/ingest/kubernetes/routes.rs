//! What leads from outside to Services: Ingress, the Gateway API, Istio's `VirtualService`s behind
//! a gateway, and Services of type `LoadBalancer`.
//!
//! What users reach at one address is a journey, `ingress:HOST/PATH`: it needs what serves that
//! path. One node for a whole Ingress would say that all of its backends are needed at once.

use std::collections::{BTreeMap, BTreeSet};

use super::controllers::{self, Controllers};
use super::kinds::Entry;
use super::object::Object;
use super::reader::Reader;
use super::references::{external, known};
use super::services::{Lead, Services};
use super::workload::Workload;
use crate::ingest::fact::{
    Attributes, Expr, Facts, ModeRule, NodeFact, Origin, Otherwise, Ref, RequirementFact,
};
use crate::source::{Span, View};
use crate::words::{Class, Evidence, Id, Mode};

/// One address and the Services that answer there: each gets a share.
#[derive(Debug, Default)]
struct Route<'d> {
    hosts: Vec<&'d str>,
    path: String,
    backends: Vec<Backend<'d>>,
}

/// A host or Service as a route names it.
#[derive(Clone, Copy, Debug)]
struct Backend<'d> {
    name: &'d str,
    namespace: Option<&'d str>,
    span: Span,
}

/// Says what comes in from outside. `objects` are in order of their files.
pub(super) fn tell<'d>(
    objects: &[(Entry, Object<'d>)],
    services: &Services<'d>,
    workloads: &[Workload<'d>],
    controllers: &Controllers,
    reader: &Reader,
    facts: &mut Facts,
) {
    for (entry, object) in objects {
        let routes = match entry {
            Entry::Ingress => ingress(object, reader),
            Entry::Route => route(object, reader),
            Entry::VirtualService => virtual_service(object, reader),
            Entry::Gateway => Vec::new(),
        };
        let gateways = match entry {
            Entry::VirtualService => gateways(object, objects, workloads, reader),
            Entry::Ingress => {
                let class = controllers::class_of(object, reader);
                controllers.get(&class).cloned().unwrap_or_default()
            }
            _ => Vec::new(),
        };
        for (id, (span, targets)) in joined(object, &routes, services, workloads) {
            journey(&id, span, facts);
            needs(&id, targets, span, true, facts);
            if !gateways.is_empty() {
                let refs = gateways.iter().map(|id| known(id, span)).collect();
                let from = facts.requirements.len();
                needs(&id, refs, span, false, facts);
                for requirement in facts.requirements.iter_mut().skip(from) {
                    requirement.origin.evidence = Evidence::Inferred;
                }
            }
        }
    }
    for service in services.iter().filter(|service| service.is_public) {
        if service.workloads.is_empty() {
            continue;
        }
        let name = in_namespace(service.namespace, service.name);
        let id = Id::new("ingress", &format!("{name}/load-balancer"));
        let span = service.name_span;
        let found = service.workloads.iter().filter_map(|at| workloads.get(*at));
        let refs = found.map(|workload| known(&workload.id, span)).collect();
        journey(&id, span, facts);
        needs(&id, refs, span, false, facts);
    }
}

/// A host, and what stands behind it.
type Destination<'d> = (Option<&'d str>, BTreeSet<String>);

/// The journeys of one object: paths that lead to the same backends are one, called by the first.
fn joined<'d>(
    object: &Object<'d>,
    routes: &[Route<'d>],
    services: &Services<'d>,
    workloads: &[Workload<'d>],
) -> BTreeMap<Id, (Span, Vec<Ref>)> {
    let mut by_target: BTreeMap<Destination<'_>, (&str, Span, Vec<Ref>)> = BTreeMap::new();
    for route in routes {
        let mut targets: BTreeMap<String, Ref> = BTreeMap::new();
        for backend in &route.backends {
            for found in resolve(backend, services, workloads) {
                targets.entry(found.text.clone()).or_insert(found);
            }
        }
        let Some(first) = targets.values().next() else {
            continue;
        };
        let span = first.span;
        let names: BTreeSet<String> = targets.keys().cloned().collect();
        let refs: Vec<Ref> = targets.into_values().collect();
        let exact = route.hosts.iter().filter(|host| !host.contains('*'));
        let mut hosts: Vec<Option<&str>> = exact.map(|host| Some(*host)).collect();
        if hosts.is_empty() {
            hosts.push(None);
        }
        for host in hosts {
            let path = route.path.trim_end_matches('/');
            by_target
                .entry((host, names.clone()))
                .and_modify(|known| known.0 = known.0.min(path))
                .or_insert_with(|| (path, span, refs.clone()));
        }
    }
    let own = in_namespace(object.namespace, object.name.unwrap_or("route"));
    let name = |host: Option<&str>| host.map_or_else(|| format!("{own}/any-host"), str::to_owned);
    let named = by_target
        .into_iter()
        .map(|((host, _), (path, span, refs))| {
            let gap = if path.is_empty() || path.starts_with('/') {
                ""
            } else {
                "/"
            };
            let id = Id::new("ingress", &format!("{}{gap}{path}", name(host)));
            (id, (span, refs))
        });
    named.collect()
}

/// What stands behind a backend.
fn resolve(backend: &Backend<'_>, services: &Services<'_>, workloads: &[Workload<'_>]) -> Vec<Ref> {
    let span = backend.span;
    let unknown = |text: String| Ref {
        text,
        span,
        otherwise: Otherwise::Unknown,
    };
    let lower = backend.name.to_ascii_lowercase();
    match services.lead(backend.namespace, &lower) {
        Some(Lead::Workloads(found)) => {
            let found = found.iter().filter_map(|at| workloads.get(*at));
            found.map(|workload| known(&workload.id, span)).collect()
        }
        Some(Lead::External(host)) => vec![Ref {
            text: host.to_owned(),
            span,
            otherwise: Otherwise::External(Id::new("external", host)),
        }],
        Some(Lead::Addresses(found)) => {
            let outside = found.iter();
            outside
                .map(|(address, _)| external(address, span))
                .collect()
        }
        Some(Lead::Nothing(name)) => vec![unknown(name)],
        Some(Lead::ControlPlane) => Vec::new(),
        None => vec![unknown(super::services::canonical(
            backend.namespace,
            &lower,
        ))],
    }
}

fn journey(id: &Id, span: Span, facts: &mut Facts) {
    facts.nodes.push(NodeFact {
        name: known(id, span),
        class: Some(Class::Journey),
        attributes: Attributes::default(),
        origin: Origin::at(Evidence::Declared, span),
    });
}

/// Any of the targets answers; where each has a share (`split`), all of them are wanted.
fn needs(id: &Id, targets: Vec<Ref>, span: Span, split: bool, facts: &mut Facts) {
    if targets.is_empty() {
        return;
    }
    let all = u64::try_from(targets.len()).unwrap_or(u64::MAX);
    facts.requirements.push(RequirementFact {
        of: known(id, span),
        mode: ModeRule::Fixed(Mode::Hard),
        expr: Expr::any_of(targets, span),
        want: (split && all > 1).then_some(all),
        reroute: None,
        origin: Origin::at(Evidence::Declared, span),
    });
}

fn in_namespace(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |space| format!("{space}/{name}"))
}

/// A backend named at the end of `keys`.
fn backend<'d>(
    view: View<'d>,
    keys: &[&str],
    namespace: Option<&'d str>,
    reader: &Reader,
) -> Option<Backend<'d>> {
    let found = reader.path(view, keys)?;
    Some(Backend {
        name: found.as_str()?,
        namespace,
        span: found.span(),
    })
}

/// Both the present form and that of `extensions/v1beta1`.
fn ingress<'d>(object: &Object<'d>, reader: &Reader) -> Vec<Route<'d>> {
    let of = |view: View<'d>| {
        backend(view, &["service", "name"], object.namespace, reader)
            .or_else(|| backend(view, &["serviceName"], object.namespace, reader))
    };
    let mut routes = Vec::new();
    for key in ["defaultBackend", "backend"] {
        let default = reader.path(object.view, &["spec", key]);
        routes.extend(default.and_then(of).map(|backend| Route {
            backends: vec![backend],
            ..Route::default()
        }));
    }
    for rule in reader.items(object.view, &["spec", "rules"]) {
        let hosts: Vec<_> = reader.text(rule, &["host"]).into_iter().collect();
        for path in reader.items(rule, &["http", "paths"]) {
            let found = reader.get(path, "backend").and_then(of);
            routes.extend(found.map(|backend| Route {
                hosts: hosts.clone(),
                path: reader.text(path, &["path"]).unwrap_or_default().to_owned(),
                backends: vec![backend],
            }));
        }
    }
    routes
}

/// `HTTPRoute`, `GRPCRoute`, `TLSRoute`, `TCPRoute`, `UDPRoute`.
///
/// One that is attached to Services only splits what is called inside the mesh: no user comes in.
fn route<'d>(object: &Object<'d>, reader: &Reader) -> Vec<Route<'d>> {
    let parents = reader.items(object.view, &["spec", "parentRefs"]);
    let is_service = |parent: &View<'d>| reader.text(*parent, &["kind"]) == Some("Service");
    if !parents.is_empty() && parents.iter().all(is_service) {
        return Vec::new();
    }
    let hosts = reader.items(object.view, &["spec", "hostnames"]);
    let hosts: Vec<&str> = hosts.into_iter().filter_map(View::as_str).collect();
    let rules = reader.items(object.view, &["spec", "rules"]).into_iter();
    let of_rule = rules.map(|rule| {
        let matches = reader.items(rule, &["matches"]);
        let path = matches.iter().find_map(|found| {
            reader
                .text(*found, &["path", "value"])
                .or_else(|| reader.text(*found, &["method", "service"]))
        });
        let backends = reader.items(rule, &["backendRefs"]).into_iter();
        let backends = backends.filter(|found| {
            let kind = reader.text(*found, &["kind"]).unwrap_or("Service");
            kind == "Service" && reader.text(*found, &["weight"]) != Some("0")
        });
        Route {
            hosts: hosts.clone(),
            path: path.unwrap_or_default().to_owned(),
            backends: backends
                .filter_map(|found| {
                    let space = reader.text(found, &["namespace"]).or(object.namespace);
                    backend(found, &["name"], space, reader)
                })
                .collect(),
        }
    });
    of_rule.collect()
}

/// Names of the gateways of a `VirtualService`; none if it only routes inside the mesh.
fn gateway_names<'d>(object: &Object<'d>, reader: &Reader) -> Vec<&'d str> {
    let names = reader.items(object.view, &["spec", "gateways"]).into_iter();
    let names = names.filter_map(View::as_str);
    names.filter(|name| *name != "mesh").collect()
}

fn virtual_service<'d>(object: &Object<'d>, reader: &Reader) -> Vec<Route<'d>> {
    if gateway_names(object, reader).is_empty() {
        return Vec::new();
    }
    let hosts = reader.items(object.view, &["spec", "hosts"]);
    let hosts: Vec<&str> = hosts.into_iter().filter_map(View::as_str).collect();
    let mut routes = Vec::new();
    for protocol in ["http", "tls", "tcp"] {
        for rule in reader.items(object.view, &["spec", protocol]) {
            let matches = reader.items(rule, &["match"]);
            let path = matches.iter().find_map(|found| {
                let of = |how| reader.text(*found, &["uri", how]);
                of("exact").or_else(|| of("prefix")).or_else(|| of("regex"))
            });
            let found = reader.items(rule, &["route"]).into_iter();
            let found = found.filter(|to| reader.text(*to, &["weight"]) != Some("0"));
            routes.push(Route {
                hosts: hosts.clone(),
                path: path.unwrap_or_default().to_owned(),
                backends: found
                    .filter_map(|to| {
                        backend(to, &["destination", "host"], object.namespace, reader)
                    })
                    .collect(),
            });
        }
    }
    routes
}

/// The workloads that are the gateways of a `VirtualService`, as far as the input holds them.
fn gateways(
    object: &Object<'_>,
    objects: &[(Entry, Object<'_>)],
    workloads: &[Workload<'_>],
    reader: &Reader,
) -> Vec<Id> {
    let mut found = BTreeSet::new();
    for name in gateway_names(object, reader) {
        let (space, name) = match name.split_once('/') {
            Some((space, name)) => (Some(space), name),
            None => (object.namespace, name),
        };
        let named = objects.iter().filter(|(entry, gateway)| {
            *entry == Entry::Gateway && gateway.name == Some(name) && gateway.namespace == space
        });
        for (_, gateway) in named {
            let selector = reader.labels(gateway.view, &["spec", "selector"]);
            let selected = workloads.iter().filter(|workload| {
                reader.spend(selector.len() * workload.labels.len())
                    && !selector.is_empty()
                    && selector.iter().all(|pair| workload.labels.contains(pair))
            });
            found.extend(selected.map(|workload| workload.id.clone()));
        }
    }
    found.into_iter().collect()
}
