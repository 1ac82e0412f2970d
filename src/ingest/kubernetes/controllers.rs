//! What every route and every name stands on: the controller of an Ingress's class, and cluster
//! DNS, where the input holds them.

use std::collections::{BTreeMap, BTreeSet};

use super::object::Object;
use super::reader::Reader;
use super::references::known;
use super::workload::Workload;
use crate::ingest::fact::{Expr, Facts, ModeRule, Origin, RequirementFact, Source};
use crate::source::Span;
use crate::words::{Evidence, Id, Mode};

/// The labels that a chart gives all of its objects.
const OF_CHART: [&str; 2] = ["app.kubernetes.io/name", "app.kubernetes.io/instance"];
/// Flags of controllers that name the class they serve, or themselves as classes name them.
const FLAGS: [&str; 4] = [
    "--ingress-class",
    "--ingressclass",
    "--controller-class",
    "--providers.kubernetesingress.ingressclass",
];
const DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";

/// The workloads that serve each class; `None`: objects that name no class.
pub(super) type Controllers = BTreeMap<Option<String>, Vec<Id>>;

/// Finds them: by a flag that names the class or its controller, else by the labels of the chart
/// that both come from. O(classes · workloads), within the reader's budget.
pub(super) fn of_ingresses(
    classes: &[Object<'_>],
    workloads: &[Workload<'_>],
    reader: &Reader,
) -> Controllers {
    let flagged: Vec<(&Workload<'_>, BTreeSet<String>)> = workloads
        .iter()
        .filter(|workload| !workload.kind.ends())
        .filter_map(|workload| {
            let named = flags(workload, reader);
            (!named.is_empty()).then_some((workload, named))
        })
        .collect();
    let mut found = Controllers::new();
    for (workload, named) in &flagged {
        for name in named.iter().filter(|name| !name.contains('/')) {
            let own = found.entry(Some(name.clone())).or_default();
            own.push(workload.id.clone());
        }
    }
    for class in classes {
        let Some(name) = class.name else { continue };
        let controller = reader.text(class.view, &["spec", "controller"]);
        let mut serving: BTreeSet<Id> = flagged
            .iter()
            .filter(|(_, named)| controller.is_some_and(|controller| named.contains(controller)))
            .map(|(workload, _)| workload.id.clone())
            .collect();
        serving.extend(
            found
                .get(&Some(name.to_owned()))
                .into_iter()
                .flatten()
                .cloned(),
        );
        if serving.is_empty() {
            let labels = reader.labels(class.view, &["metadata", "labels"]);
            let wanted: Vec<_> = labels
                .iter()
                .filter(|(key, _)| OF_CHART.contains(key))
                .collect();
            let same = workloads.iter().filter(|workload| {
                reader.spend(workload.labels.len())
                    && wanted.len() == OF_CHART.len()
                    && !workload.kind.ends()
                    && wanted.iter().all(|pair| workload.labels.contains(pair))
            });
            serving.extend(same.map(|workload| workload.id.clone()));
        }
        let annotations = reader.labels(class.view, &["metadata", "annotations"]);
        let serving: Vec<Id> = serving.into_iter().collect();
        if annotations.contains(&(DEFAULT, "true")) {
            found.insert(None, serving.clone());
        }
        found.insert(Some(name.to_owned()), serving);
    }
    found
}

/// What a workload's flags name, in lower case flags.
fn flags(workload: &Workload<'_>, reader: &Reader) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for container in reader.items(workload.pod, &["containers"]) {
        let mut words = reader.items(container, &["command"]);
        words.extend(reader.items(container, &["args"]));
        let mut before = false;
        for word in words.into_iter().filter_map(crate::source::View::as_str) {
            if before && !word.starts_with('-') {
                named.insert(word.to_owned());
            }
            before = false;
            let is_flag = |flag: &str| FLAGS.contains(&flag.to_ascii_lowercase().as_str());
            match word.split_once('=') {
                Some((flag, value)) if is_flag(flag) => {
                    named.insert(value.trim_matches(['"', '\'']).to_owned());
                }
                _ => before = is_flag(word),
            }
        }
    }
    named
}

/// The class that an Ingress names: in its specification, or as it was done before.
pub(super) fn class_of(ingress: &Object<'_>, reader: &Reader) -> Option<String> {
    let old = ["metadata", "annotations", "kubernetes.io/ingress.class"];
    reader
        .text(ingress.view, &["spec", "ingressClassName"])
        .or_else(|| reader.text(ingress.view, &old))
        .map(str::to_owned)
}

/// Says that workloads which name others in the cluster need its DNS, if the input holds that:
/// the workload that the Service `kube-dns` of `kube-system` would select.
pub(super) fn dns(workloads: &[Workload<'_>], reader: &Reader, facts: &mut Facts) {
    let server = workloads.iter().find(|workload| {
        let at_home = workload.object.namespace == Some("kube-system");
        at_home && workload.labels.contains(&("k8s-app", "kube-dns"))
    });
    let Some(server) = server else { return };
    let by_id: BTreeMap<&str, &Workload<'_>> = workloads
        .iter()
        .filter(|workload| workload.id != server.id)
        .map(|workload| (workload.id.as_str(), workload))
        .collect();
    let inside = |expr: &Expr| matches!(expr, Expr::One(one) | Expr::Replicas(one) if by_id.contains_key(one.text.as_str()));
    // The first place in which each names one of the others.
    let mut named: BTreeMap<&str, Span> = BTreeMap::new();
    for requirement in &facts.requirements {
        let names_peer = match &requirement.expr {
            Expr::Some { members, .. } => members.iter().any(|member| inside(&member.expr)),
            one => inside(one),
        };
        let own = by_id.get_key_value(requirement.of.text.as_str());
        if let (Some((id, workload)), Source::Here(span)) = (own, &requirement.origin.source)
            && names_peer
            && requirement.mode == ModeRule::Fixed(Mode::Hard)
            && asks(workload, reader)
        {
            named.entry(id).or_insert(*span);
        }
    }
    let named = named
        .into_iter()
        .filter_map(|(id, span)| Some((by_id.get(id)?, span)));
    let needs = named.map(|(workload, span)| RequirementFact {
        of: known(&workload.id, workload.object.name_span),
        mode: ModeRule::Fixed(Mode::Hard),
        expr: Expr::One(known(&server.id, span)),
        want: None,
        reroute: None,
        origin: Origin::at(Evidence::Inferred, span),
    });
    let needs: Vec<_> = needs.collect();
    facts.requirements.extend(needs);
}

/// Whether its pods ask the cluster's DNS.
fn asks(workload: &Workload<'_>, reader: &Reader) -> bool {
    match reader.text(workload.pod, &["dnsPolicy"]) {
        Some("Default" | "None") => false,
        Some("ClusterFirstWithHostNet") => true,
        _ => reader.text(workload.pod, &["hostNetwork"]) != Some("true"),
    }
}
