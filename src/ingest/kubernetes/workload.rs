//! Workloads: what runs pods, and what its manifest says of it.

use super::kinds::WorkloadKind;
use super::object::Object;
use super::pods::Pod;
use super::reader::Reader;
use crate::ingest::fact::Attributes;
use crate::message;
use crate::source::{Problem, ProblemKind, Span, View};
use crate::words::{Class, Id, Message, parse_duration};

/// Largest number of replicas taken at its word: far above the largest clusters.
pub(super) const MOST_REPLICAS: u64 = 100_000;

/// A workload that this input states in full.
#[derive(Clone, Debug)]
pub(super) struct Workload<'d> {
    pub(super) object: Object<'d>,
    pub(super) kind: WorkloadKind,
    pub(super) name: &'d str,
    /// Given when all workloads are known.
    pub(super) id: Id,
    pub(super) class: Class,
    /// Labels of its pods.
    pub(super) labels: Vec<(&'d str, &'d str)>,
    /// The specification of its pods.
    pub(super) pod: View<'d>,
    pub(super) replicas: u64,
    /// Place of `replicas`, else of the name.
    pub(super) replicas_span: Span,
    /// False where the manifest leaves the count to others.
    pub(super) states_replicas: bool,
    /// Its pods in a dump of the cluster; none if there is no dump.
    pub(super) pods: Vec<Pod<'d>>,
}

impl Workload<'_> {
    /// Its manifest says how many pods there are to be.
    pub(super) fn counts_replicas(&self) -> bool {
        matches!(
            self.kind,
            WorkloadKind::Deployment
                | WorkloadKind::Rollout
                | WorkloadKind::StatefulSet
                | WorkloadKind::ReplicaSet
                | WorkloadKind::ReplicationController
        )
    }
}

/// What an object of a workload kind turns out to be.
#[derive(Debug)]
pub(super) enum Reading<'d> {
    Workload(Box<Workload<'d>>),
    /// Not a whole workload, and why.
    Partial(Message),
}

/// Reads an object of a workload kind. What is wrong in it goes to `problems`.
pub(super) fn read<'d>(
    object: Object<'d>,
    kind: WorkloadKind,
    reader: &Reader,
    problems: &mut Vec<Problem>,
) -> Reading<'d> {
    if let Some(why) = partial(&object, kind, reader) {
        return Reading::Partial(why);
    }
    if let Some(from) = reader.text(object.view, &["spec", "workloadRef", "name"]) {
        return Reading::Partial(message!(
            "it runs the pods of Deployment `{from}`: that one counts",
            from
        ));
    }
    let template: &[&str] = match kind {
        WorkloadKind::Pod => &[],
        WorkloadKind::CronJob => &["spec", "jobTemplate", "spec", "template"],
        _ => &["spec", "template"],
    };
    let pod = reader
        .path(object.view, template)
        .and_then(|template| Some((template, reader.get(template, "spec")?)));
    let Some((template, pod)) =
        pod.filter(|(_, pod)| !reader.items(*pod, &["containers"]).is_empty())
    else {
        return Reading::Partial(message!(
            "it has no containers: a patch or a fragment, not a workload of its own"
        ));
    };
    let Some(name) = object.name else {
        problems.push(Problem::new(
            ProblemKind::InvalidValue,
            object.kind_span,
            message!("this {what} has no `metadata.name`", what = kind.as_str()),
        ));
        return Reading::Partial(message!("it has no name"));
    };
    let is_store = kind == WorkloadKind::StatefulSet
        && !reader
            .items(object.view, &["spec", "volumeClaimTemplates"])
            .is_empty();
    let (class, id_kind) = if is_store {
        (Class::Store, "store")
    } else {
        (Class::Service, "service")
    };
    let (replicas, replicas_span) = replicas(&object, kind, reader, problems);
    Reading::Workload(Box::new(Workload {
        id: id(id_kind, object.namespace, name),
        object,
        kind,
        name,
        class,
        labels: reader.labels(template, &["metadata", "labels"]),
        pod,
        replicas,
        replicas_span,
        states_replicas: reader.path(object.view, &["spec", "replicas"]).is_some(),
        pods: Vec::new(),
    }))
}

/// `kind:namespace/name`, or `kind:name` where no namespace is stated.
pub(super) fn id(kind: &str, namespace: Option<&str>, name: &str) -> Id {
    match namespace {
        Some(namespace) => Id::new(kind, &format!("{namespace}/{name}")),
        None => Id::new(kind, name),
    }
}

/// Why the object is only part of a workload, if it is.
fn partial(object: &Object<'_>, kind: WorkloadKind, reader: &Reader) -> Option<Message> {
    let patch = [
        &["$patch"][..],
        &["spec", "$patch"],
        &["metadata", "$patch"],
    ]
    .iter()
    .find_map(|keys| reader.text(object.view, keys));
    if let Some(verb) = patch {
        let verb = if verb == "delete" {
            "delete"
        } else {
            "replace"
        };
        return Some(message!(
            "it is a kustomize patch (`$patch: {verb}`), not a workload of its own",
            verb
        ));
    }
    let no_selector = kind.needs_selector()
        && object.group() == "apps"
        && reader.path(object.view, &["spec", "selector"]).is_none();
    no_selector.then(|| {
        message!("it has no `spec.selector`: a patch or a fragment, not a workload of its own")
    })
}

/// How many copies run, and where that is stated. Absent means one. A `DaemonSet` runs one on each
/// node of a number that manifests don't say: one is counted.
fn replicas(
    object: &Object<'_>,
    kind: WorkloadKind,
    reader: &Reader,
    problems: &mut Vec<Problem>,
) -> (u64, Span) {
    let counted = matches!(
        kind,
        WorkloadKind::Deployment
            | WorkloadKind::Rollout
            | WorkloadKind::StatefulSet
            | WorkloadKind::ReplicaSet
            | WorkloadKind::ReplicationController
    );
    let stated = counted
        .then(|| reader.path(object.view, &["spec", "replicas"]))
        .flatten();
    let Some(stated) = stated else {
        return (1, object.name_span);
    };
    match stated.as_count() {
        Some(count) if count <= MOST_REPLICAS => (count, stated.span()),
        _ => {
            let message = message!(
                "`replicas` is no number from 0 to {MOST_REPLICAS}; 1 is taken instead",
                MOST_REPLICAS
            );
            problems.push(Problem::new(
                ProblemKind::InvalidValue,
                stated.span(),
                message,
            ));
            (1, stated.span())
        }
    }
}

/// Owner, tier and recovery time objective, from `spof.dev/…` annotations or labels; the owner
/// also from the usual keys that name one.
pub(super) fn attributes(
    object: &Object<'_>,
    reader: &Reader,
    problems: &mut Vec<Problem>,
) -> Attributes {
    let mut all = Vec::new();
    for place in ["annotations", "labels"] {
        all.extend(reader.pairs(object.view, &["metadata", place]));
    }
    let value = |wanted: &dyn Fn(&str) -> bool| {
        let found = all.iter().find(|(key, _)| wanted(key));
        found.and_then(|(_, value)| Some((value.as_str()?, value.span())))
    };
    let owner = value(&|key| key == "spof.dev/owner")
        .or_else(|| value(&|key| key == "owner"))
        .or_else(|| value(&|key| key == "team"))
        .or_else(|| value(&|key| key.ends_with("/owner")))
        .or_else(|| value(&|key| key.ends_with("/team")));
    let mut wrong = |span, message: Message| {
        problems.push(Problem::new(ProblemKind::InvalidValue, span, message));
    };
    let tier = value(&|key| key == "spof.dev/tier").and_then(|(text, span)| {
        let tier = text.parse::<u8>().ok().filter(|tier| *tier <= 9);
        if tier.is_none() {
            wrong(span, message!("`spof.dev/tier` is no number from 0 to 9"));
        }
        tier
    });
    let rto_s = value(&|key| key == "spof.dev/rto").and_then(|(text, span)| {
        parse_duration(text)
            .map_err(|message| wrong(span, message))
            .ok()
    });
    Attributes {
        owner: owner.map(|(text, _)| text.to_owned()),
        tier,
        rto_s,
        ..Attributes::default()
    }
}
