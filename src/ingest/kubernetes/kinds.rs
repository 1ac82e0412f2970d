//! Which documents are Kubernetes objects, and what this adapter does with each kind.

/// The kinds that run pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    ReplicationController,
    Pod,
    Job,
    CronJob,
}

impl WorkloadKind {
    /// The kind as manifests write it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::ReplicationController => "ReplicationController",
            Self::Pod => "Pod",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
        }
    }

    /// Reads the kind of a workload.
    pub(super) fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "Deployment" => Self::Deployment,
            "StatefulSet" => Self::StatefulSet,
            "DaemonSet" => Self::DaemonSet,
            "ReplicaSet" => Self::ReplicaSet,
            "ReplicationController" => Self::ReplicationController,
            "Pod" => Self::Pod,
            "Job" => Self::Job,
            "CronJob" => Self::CronJob,
            _ => return None,
        })
    }

    /// Its pods run to an end: they stand behind no Service for long.
    pub(super) fn ends(self) -> bool {
        matches!(self, Self::Job | Self::CronJob)
    }

    /// The API server refuses it without `spec.selector` (in group `apps`).
    pub(super) fn needs_selector(self) -> bool {
        matches!(
            self,
            Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet
        )
    }
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Workload(WorkloadKind),
    Service,
    ConfigMap,
    StorageClass,
    Namespace,
    /// Can't carry a dependency or a placement: nothing to say of it.
    Nothing,
    /// Not used, and the words that say so.
    Unread(&'static str),
    /// A kind of somebody's own: only its controller knows what runs.
    Custom,
}

/// Groups without a dot are Kubernetes' own; these are all of them.
const OWN_GROUPS: [&str; 7] = [
    "",
    "apps",
    "batch",
    "extensions",
    "autoscaling",
    "policy",
    "componentconfig",
];

/// Formats of other tools that look like Kubernetes objects and are not.
const FOREIGN_GROUPS: [&str; 1] = ["backstage.io"];

/// The group of an `apiVersion`: what stands before the slash, "" for the core group.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether `apiVersion` is one of Kubernetes: a version such as `v1beta2`, in a group of its own
/// or one with a dot (custom resources).
pub(super) fn is_kubernetes(api_version: &str) -> bool {
    let version = api_version.rsplit('/').next().unwrap_or(api_version);
    let version_ok = version
        .strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let group = group(api_version);
    let foreign = FOREIGN_GROUPS
        .iter()
        .any(|name| group == *name || group.ends_with(&format!(".{name}")));
    version_ok && !foreign && (group.contains('.') || OWN_GROUPS.contains(&group))
}

/// What this adapter does with an object of this group and kind.
pub(super) fn use_of(group: &str, kind: &str) -> Use {
    let own = OWN_GROUPS.contains(&group) || group.ends_with(".k8s.io");
    let known = match group {
        "" | "apps" | "batch" | "extensions" => WorkloadKind::parse(kind).map(Use::Workload),
        _ => None,
    };
    if let Some(known) = known {
        return known;
    }
    match kind {
        "Service" if group.is_empty() => Use::Service,
        "ConfigMap" if group.is_empty() => Use::ConfigMap,
        "Namespace" if group.is_empty() => Use::Namespace,
        "StorageClass" if own => Use::StorageClass,
        _ if own => own_kind(kind),
        _ if group == "kustomize.config.k8s.io" => own_kind(kind),
        _ if is_known_route(group, kind) => {
            Use::Unread("routes between services are not read from this kind yet")
        }
        _ => Use::Custom,
    }
}

/// Objects of Kubernetes itself and of its own projects (`*.k8s.io`) that are not workloads.
fn own_kind(kind: &str) -> Use {
    match kind {
        "ServiceAccount"
        | "Role"
        | "RoleBinding"
        | "ClusterRole"
        | "ClusterRoleBinding"
        | "CustomResourceDefinition"
        | "ResourceQuota"
        | "LimitRange"
        | "PriorityClass"
        | "RuntimeClass"
        | "Event"
        | "Lease"
        | "ControllerRevision"
        | "PodSecurityPolicy"
        | "PodTemplate"
        | "ComponentStatus"
        | "CSIDriver"
        | "CSINode"
        | "CSIStorageCapacity"
        | "VolumeSnapshotClass"
        | "IngressClass"
        | "GatewayClass"
        | "ReferenceGrant"
        | "FlowSchema"
        | "PriorityLevelConfiguration"
        | "CertificateSigningRequest"
        | "ValidatingAdmissionPolicy"
        | "ValidatingAdmissionPolicyBinding"
        | "Binding" => Use::Nothing,
        "Secret" => Use::Unread("values of Secrets are never read"),
        "Ingress" => Use::Unread("Ingress is not read yet: what enters the cluster is unknown"),
        "HorizontalPodAutoscaler" => Use::Unread(
            "HorizontalPodAutoscaler is not read yet: `replicas` of the workload counts",
        ),
        "PodDisruptionBudget" => Use::Unread("PodDisruptionBudget is not read yet"),
        "NetworkPolicy" => Use::Unread("NetworkPolicy is not read yet"),
        "PersistentVolume" | "PersistentVolumeClaim" => {
            Use::Unread("volumes are not read yet: what they bind a pod to is unknown")
        }
        "Node" => Use::Unread("Node is not read yet: the zones of nodes are unknown"),
        "Endpoints" | "EndpointSlice" => Use::Unread("endpoints made by hand are not read yet"),
        "APIService" | "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            Use::Unread("what the API server itself calls is not read yet")
        }
        "Kustomization" | "Component" => Use::Unread(
            "kustomize: render it with `kustomize build` and give the result; base manifests are read as they stand",
        ),
        "Gateway" | "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute" => {
            Use::Unread("Gateway API routes are not read yet")
        }
        _ => Use::Custom,
    }
}

/// Kinds of service meshes that will be read one day.
fn is_known_route(group: &str, kind: &str) -> bool {
    group == "networking.istio.io"
        && matches!(
            kind,
            "VirtualService" | "ServiceEntry" | "DestinationRule" | "Gateway" | "Sidecar"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_api_versions_are_kubernetes() {
        for yes in [
            "v1",
            "apps/v1",
            "extensions/v1beta1",
            "kafka.strimzi.io/v1beta2",
        ] {
            assert!(is_kubernetes(yes), "{yes}");
        }
        for no in [
            "",
            "1",
            "v",
            "skaffold/v4beta11",
            "backstage.io/v1alpha1",
            "x.backstage.io/v1",
            "example.com/latest",
        ] {
            assert!(!is_kubernetes(no), "{no}");
        }
    }

    #[test]
    fn what_becomes_of_kinds() {
        let deployment = Use::Workload(WorkloadKind::Deployment);
        assert_eq!(use_of("apps", "Deployment"), deployment);
        assert_eq!(use_of("extensions", "Deployment"), deployment);
        assert_eq!(use_of("example.com", "Deployment"), Use::Custom);
        assert_eq!(use_of("", "Service"), Use::Service);
        assert_eq!(use_of("serving.knative.dev", "Service"), Use::Custom);
        assert_eq!(use_of("rbac.authorization.k8s.io", "Role"), Use::Nothing);
        assert!(matches!(
            use_of("networking.k8s.io", "Ingress"),
            Use::Unread(_)
        ));
        assert!(matches!(
            use_of("networking.istio.io", "VirtualService"),
            Use::Unread(_)
        ));
    }
}
