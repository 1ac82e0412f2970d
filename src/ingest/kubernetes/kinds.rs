//! Which documents are Kubernetes objects, and what this adapter does with each kind.

/// The kinds that run pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum WorkloadKind {
    Deployment,
    /// Argo's stand-in for a Deployment.
    Rollout,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    ReplicationController,
    Pod,
    Job,
    CronJob,
    /// Pods that a custom resource owns.
    Operated,
    /// Pods that a node runs by itself: the control plane.
    Static,
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
            Self::Rollout => "Rollout",
            Self::Operated => "operated",
            Self::Static => "static",
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
            "Rollout" => Self::Rollout,
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
    Node,
    Volume,
    Claim,
    Autoscaler,
    /// Leads what comes from outside to Services.
    Entry(Entry),
    /// Addresses behind a Service without a selector.
    Endpoints,
    /// Which controller serves a class of Ingress objects.
    IngressClass,
    /// Names hosts outside (Istio).
    ServiceEntry,
    /// `kustomization.yaml` with its kind stated.
    Kustomization,
    /// Argo CD or Flux: says where manifests are.
    Pointer,
    /// Can't carry a dependency or a placement: nothing to say of it.
    Nothing,
    /// Not used, and the words that say so.
    Unread(&'static str),
    /// A kind of somebody's own: only its controller knows what runs.
    Custom,
}

/// The kinds that lead to Services from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Ingress,
    /// `HTTPRoute` and its kin of the Gateway API.
    Route,
    /// Istio's, if a gateway leads to it.
    VirtualService,
    /// Istio's: which pods are the gateway.
    Gateway,
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

/// Whether this is a version that Kubernetes has had of a group of its own: of one that is not,
/// nobody here knows what the fields mean. Groups with a dot are not judged.
pub(super) fn is_known_version(api_version: &str) -> bool {
    let group = group(api_version);
    let version = api_version.rsplit('/').next().unwrap_or(api_version);
    let number = version.strip_prefix('v').unwrap_or(version);
    let (major, rest) = number.split_at(number.bytes().take_while(u8::is_ascii_digit).count());
    let most = match group {
        "autoscaling" | "batch" => 2,
        _ => 1,
    };
    let early = rest.is_empty() || rest.starts_with("alpha") || rest.starts_with("beta");
    !OWN_GROUPS.contains(&group) || (major.parse::<u32>().is_ok_and(|n| n <= most) && early)
}

/// What this adapter does with an object of this group and kind.
pub(super) fn use_of(group: &str, kind: &str) -> Use {
    let own = OWN_GROUPS.contains(&group) || group.ends_with(".k8s.io");
    let known = match group {
        "" | "apps" | "batch" | "extensions" if kind != "Rollout" => {
            WorkloadKind::parse(kind).map(Use::Workload)
        }
        _ => None,
    };
    if let Some(known) = known {
        return known;
    }
    if let Some(known) = of_other_projects(group, kind) {
        return known;
    }
    match kind {
        "Service" if group.is_empty() => Use::Service,
        "ConfigMap" if group.is_empty() => Use::ConfigMap,
        "Namespace" if group.is_empty() => Use::Namespace,
        "Node" if group.is_empty() => Use::Node,
        "PersistentVolume" if group.is_empty() => Use::Volume,
        "PersistentVolumeClaim" if group.is_empty() => Use::Claim,
        "StorageClass" if own => Use::StorageClass,
        "HorizontalPodAutoscaler" if own => Use::Autoscaler,
        _ if own => own_kind(kind),
        _ => Use::Custom,
    }
}

/// Kinds with a dot in their group that are known here.
fn of_other_projects(group: &str, kind: &str) -> Option<Use> {
    Some(match (group, kind) {
        ("argoproj.io", "Rollout") => Use::Workload(WorkloadKind::Rollout),
        ("networking.k8s.io" | "extensions", "Ingress") => Use::Entry(Entry::Ingress),
        (
            "gateway.networking.k8s.io",
            "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute",
        ) => Use::Entry(Entry::Route),
        ("networking.istio.io", "VirtualService") => Use::Entry(Entry::VirtualService),
        ("networking.istio.io", "Gateway") => Use::Entry(Entry::Gateway),
        ("networking.istio.io", "ServiceEntry") => Use::ServiceEntry,
        // How calls are made and who may make them, not who is needed.
        (
            "gateway.networking.k8s.io"
            | "networking.istio.io"
            | "security.istio.io"
            | "telemetry.istio.io",
            _,
        )
        | ("keda.sh" | "keda.k8s.io", "TriggerAuthentication" | "ClusterTriggerAuthentication")
        | ("argoproj.io", "AppProject" | "AnalysisTemplate" | "ClusterAnalysisTemplate") => {
            Use::Nothing
        }
        ("kustomize.config.k8s.io", _) => Use::Kustomization,
        ("keda.sh" | "keda.k8s.io", "ScaledObject") => Use::Autoscaler,
        ("argoproj.io", "Application" | "ApplicationSet") => Use::Pointer,
        _ if group.ends_with(".toolkit.fluxcd.io") => Use::Pointer,
        _ => return None,
    })
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
        | "GatewayClass"
        | "ReferenceGrant"
        | "FlowSchema"
        | "PriorityLevelConfiguration"
        | "CertificateSigningRequest"
        | "ValidatingAdmissionPolicy"
        | "ValidatingAdmissionPolicyBinding"
        | "Binding"
        // Permissions are no needs, and a budget for evictions stops no loss.
        | "NetworkPolicy"
        | "PodDisruptionBudget" => Use::Nothing,
        "Secret" => Use::Unread("values of Secrets are never read"),
        "Endpoints" | "EndpointSlice" => Use::Endpoints,
        "IngressClass" => Use::IngressClass,
        "APIService" | "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            Use::Unread("what the API server itself calls is not read yet")
        }
        _ => Use::Custom,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_never_were_are_not_known() {
        for known in [
            "v1",
            "apps/v1",
            "apps/v1beta2",
            "batch/v2alpha1",
            "autoscaling/v2beta2",
            "example.com/v9",
        ] {
            assert!(is_known_version(known), "{known}");
        }
        for unknown in ["v2", "apps/v9", "apps/v1gamma1", "batch/v3"] {
            assert!(!is_known_version(unknown), "{unknown}");
        }
    }

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
        assert_eq!(
            use_of("networking.k8s.io", "Ingress"),
            Use::Entry(Entry::Ingress)
        );
        assert_eq!(use_of("serving.knative.dev", "Ingress"), Use::Custom);
        let rollout = Use::Workload(WorkloadKind::Rollout);
        assert_eq!(use_of("argoproj.io", "Rollout"), rollout);
        assert_eq!(
            use_of("source.toolkit.fluxcd.io", "GitRepository"),
            Use::Pointer
        );
    }
}
