//! Says what the estate holds as facts.

use std::collections::{BTreeSet, HashSet};

use camino::Utf8Path;

use super::companions::{self, Companion};
use super::control;
use super::controllers;
use super::environment::Surroundings;
use super::estate::Estate;
use super::kinds;
use super::kustomize::{self, Overlays, Standing};
use super::object::{Object, objects};
use super::placement;
use super::quorum;
use super::reader::Reader;
use super::references::{Writer, known};
use super::routes;
use super::services::{self, Services, canonical};
use super::workload::{self, Workload};
use crate::ingest::fact::{AliasFact, Attributes, Facts, NodeFact, Origin};
use crate::message;
use crate::source::{Document, Problem, ProblemKind, SourceMap, Span};
use crate::words::Evidence;

/// Facts of all documents, which are given in order of path and position.
/// Objects that state another namespace than `namespaces` are left out.
pub(super) fn translate(
    documents: &[&Document],
    sources: &SourceMap,
    namespaces: Option<&[String]>,
    reader: &Reader,
) -> Facts {
    let mut facts = Facts::default();
    let mut estate = Estate::default();
    let mut optional = HashSet::new();
    let overlays = Overlays::read(documents, sources, reader);
    let mut found: Vec<(&Utf8Path, Object<'_>)> = Vec::new();
    for document in documents {
        let path = sources.path(document.file);
        let span = document.root().span();
        let objects = objects(document, reader);
        if objects.is_empty()
            && let Some(companion) = companions::companion(document, sources)
            && (companion != Companion::Kustomization
                || kustomize::changes_manifests(document.root(), reader))
            && !overlays.builds(path)
            && overlays.standing(path) == Standing::Plain
        {
            facts.unread.push((span, companion.why()));
        }
        match overlays.standing(path) {
            // Its kustomization is no object; the rest is told when it is built.
            Standing::Plain if companions::is_kustomization(path) && overlays.builds(path) => {}
            Standing::Built => {}
            Standing::Plain => found.extend(objects.into_iter().map(|object| (path, object))),
            Standing::Patch => {
                let why = message!("a kustomize patch, not a manifest of its own");
                facts.unread.push((span, why));
            }
            Standing::Optional(component) => {
                let services = objects.iter().filter(|object| object.kind == "Service");
                optional.extend(services.filter_map(|service| service.name));
                let why = message!(
                    "defined only in the optional kustomize component {component}, not counted: \
                     give the output of `kustomize build` for an overlay that has it",
                    component
                );
                let says = |object: &Object<'_>| {
                    kinds::use_of(object.group(), object.kind) != kinds::Use::Nothing
                };
                if objects.iter().any(says) {
                    facts.unread.push((span, why));
                }
            }
        }
    }
    let built = overlays.built(documents, &found, sources, reader);
    facts.unread.extend(built.notes);
    if !built.same.is_empty() || !built.made.is_empty() {
        for (file, object) in built.same {
            found.push((sources.path(file), object));
        }
        for (file, document) in &built.made {
            let objects = objects(document, reader).into_iter();
            found.extend(objects.map(|object| (sources.path(*file), object)));
        }
        found.sort_by_key(|(path, object)| (*path, object.kind_span));
    }
    overlays.separate(&mut found);
    found.retain(|(_, object)| object.is_within(namespaces));
    let last = found.last().map(|(_, object)| object.kind_span);
    for (_, object) in found {
        estate.take(object, reader, &mut facts);
    }
    estate.settle(reader, &mut facts);
    estate.cluster.tell(&mut facts);
    let control = control::tell(&estate, &mut facts);
    let copies = estate.further_places(sources, reader, &mut facts.problems);
    let stated = std::mem::take(&mut estate.services);
    let namespaces = std::mem::take(&mut estate.namespaces);
    let outside = std::mem::take(&mut estate.outside);
    let services =
        Services::new(stated, &estate.workloads, namespaces, reader).with(outside, optional);
    let undo = || estate.configs.forget_uses();
    let told = reader.side_by_side(&estate.workloads, undo, |first, share, reader| {
        let mut facts = Facts::default();
        let around_placement = placement::Surroundings {
            reader,
            local: &estate.local,
            cluster: &estate.cluster,
            control: &control,
            workloads: &estate.workloads,
        };
        for (at, workload) in (first..).zip(share) {
            tell_workload(workload, around_placement, &mut facts);
            let around = Surroundings {
                reader,
                namespace: workload.object.namespace,
                services: &services,
                configs: &estate.configs,
            };
            Writer::new(around, &estate.workloads, at).write(workload.pod, &mut facts);
        }
        facts
    });
    facts.extend(told);
    for (at, span) in copies {
        if let Some(workload) = estate.workloads.get(at) {
            facts
                .nodes
                .push(node(workload, span, Attributes::default()));
        }
    }
    routes::tell(
        &estate.entries,
        &services,
        &estate.workloads,
        &controllers::of_ingresses(&estate.classes, &estate.workloads, reader),
        reader,
        &mut facts,
    );
    controllers::dns(&estate.workloads, reader, &mut facts);
    tell_services(&services, &estate.workloads, &mut facts);
    for span in estate.configs.unused() {
        let why = message!("no workload of the input takes values or files from this ConfigMap");
        facts.unread.push((span, why));
    }
    if let Some(span) = last.filter(|_| reader.is_spent()) {
        let message = message!(
            "the Kubernetes manifests are too large, or too entangled by aliases: \
                       some of what they say was left unread"
        );
        let problem = Problem::new(ProblemKind::Unreadable, span, message);
        facts.problems.push(problem);
    }
    facts.unread.sort();
    facts.unread.dedup();
    facts
}

/// The workload and its replicas.
fn tell_workload<'d>(
    workload: &Workload<'d>,
    around: placement::Surroundings<'_, 'd>,
    facts: &mut Facts,
) {
    let span = workload.object.name_span;
    let mut attributes = workload::attributes(&workload.object, around.reader, &mut facts.problems);
    attributes.need = control::need(workload).or_else(|| quorum::need(workload, around.reader));
    facts.nodes.push(node(workload, span, attributes));
    let own = around
        .reader
        .labels(workload.object.view, &["metadata", "labels"]);
    let borne = workload.labels.iter().chain(&own);
    let told: BTreeSet<String> = borne
        .filter(|(key, _)| catalogue_label(key))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    facts
        .identities
        .extend(told.into_iter().map(|name| AliasFact {
            name,
            target: known(&workload.id, span),
            origin: Origin::at(Evidence::Declared, span),
        }));
    if workload.replicas == 0 && workload.pods.is_empty() {
        let why = message!(
            "`{id}` is scaled to no replicas: it does not serve",
            id = workload.id
        );
        facts.unread.push((workload.replicas_span, why));
    }
    let replicas = placement::replicas(workload, around, &mut facts.unread);
    facts.replicas.extend(replicas);
}

/// Whether a label is one by which catalogues look for workloads.
fn catalogue_label(key: &str) -> bool {
    matches!(
        key,
        "backstage.io/kubernetes-id"
            | "app"
            | "k8s-app"
            | "app.kubernetes.io/name"
            | "app.kubernetes.io/instance"
    )
}

/// That there is such a workload.
fn node(workload: &Workload<'_>, span: Span, attributes: Attributes) -> NodeFact {
    NodeFact {
        name: known(&workload.id, span),
        class: Some(workload.class),
        attributes,
        origin: Origin::at(Evidence::Declared, span),
    }
}

/// The names of workloads inside the cluster, and Services that lead nowhere.
fn tell_services(services: &Services<'_>, workloads: &[Workload<'_>], facts: &mut Facts) {
    let names: HashSet<&str> = workloads.iter().map(|other| other.id.name()).collect();
    for (name, at, service) in services::dns_names(services) {
        let Some(workload) = workloads.get(at) else {
            continue;
        };
        // A bare name that another workload has by itself stays with that one.
        if workload.id.name() == name || !names.contains(name.as_str()) {
            facts.aliases.push(AliasFact {
                name,
                target: known(&workload.id, service.name_span),
                origin: Origin::at(Evidence::Declared, service.name_span),
            });
        }
    }
    for service in services.iter() {
        let name = canonical(service.namespace, service.name);
        let leads = service.external_name.is_some() || !service.addresses.is_empty();
        if leads || !service.workloads.is_empty() {
            continue;
        }
        match service.selector_span {
            Some(span) if !service.selector.is_empty() => {
                let message = message!("Service `{name}` selects no workload of the input", name);
                let help = message!("no pod template in its namespace carries all these labels");
                let problem = Problem::new(ProblemKind::UnknownTarget, span, message);
                facts.problems.push(problem.with_help(help));
            }
            _ => {
                let why = message!(
                    "Service `{name}` has no selector: what stands behind it is not in the manifests",
                    name
                );
                facts.unread.push((service.name_span, why));
            }
        }
    }
}
