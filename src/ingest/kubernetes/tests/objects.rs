//! Which objects become what.

use super::{app, facts, ids, replicas, service, translate};
use crate::source::ProblemKind;
use crate::words::{Class, Evidence};

/// A workload of any kind with a pod template.
fn workload(api: &str, kind: &str, metadata: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: {api}\nkind: {kind}\nmetadata: {{{metadata}}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n{spec}  template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: m, image: i}}]}}}}\n"
    )
}

#[test]
fn every_workload_kind() {
    let cron = "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: m, image: i, env: [{name: A, value: 'x:80'}]}]}}}}}\n";
    let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: ops}\nspec: {nodeName: n1, containers: [{name: m, image: i}]}\n";
    let store = "  replicas: 3\n  volumeClaimTemplates: [{metadata: {name: data}}]\n";
    let text = workload(
        "apps/v1",
        "Deployment",
        "name: web, namespace: shop",
        "  replicas: 2\n",
    ) + &workload("apps/v1", "StatefulSet", "name: db, namespace: shop", store)
        + &workload("apps/v1", "StatefulSet", "name: peers", "")
        + &workload("apps/v1", "DaemonSet", "name: agent", "")
        + &workload("extensions/v1beta1", "ReplicaSet", "name: rs", "")
        + &workload("v1", "ReplicationController", "name: rc", "")
        + &workload("batch/v1", "Job", "name: once", "")
        + cron
        + pod;
    let facts = facts(&text);
    let want = [
        "service:agent",
        "service:nightly",
        "service:once",
        "service:ops/bare",
        "service:peers",
        "service:rc",
        "service:rs",
        "service:shop/web",
        "store:shop/db",
    ];
    assert_eq!(ids(&facts), want);
    assert_eq!(replicas(&facts, "service:shop/web").count, 2);
    assert_eq!(replicas(&facts, "store:shop/db").count, 3);
    assert_eq!(replicas(&facts, "service:rc").count, 1);
    assert!(facts.replicas.iter().all(|fact| fact.weight == 1));
    let class = |id: &str| {
        facts
            .nodes
            .iter()
            .find(|n| n.name.text == id)
            .and_then(|n| n.class)
    };
    assert_eq!(class("store:shop/db"), Some(Class::Store));
    assert_eq!(class("service:peers"), Some(Class::Service));
    assert!(
        facts
            .nodes
            .iter()
            .all(|n| n.origin.evidence == Evidence::Declared)
    );
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
}

#[test]
fn pods_are_counted_with_what_owns_them() {
    let owned = |kind: &str, api: &str, name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, ownerReferences: [{{apiVersion: {api}, kind: {kind}, name: o}}]}}\nspec: {{containers: [{{name: m, image: i}}]}}\n"
        )
    };
    let text = owned("ReplicaSet", "apps/v1", "web-1")
        + &owned("Job", "batch/v1", "job-1")
        + &owned("Node", "v1", "etcd-o")
        + &owned("Kafka", "kafka.strimzi.io/v1", "kafka-0");
    assert_eq!(
        ids(&facts(&text)),
        [
            "service:o",
            "service:o.job",
            "service:o.operated",
            "store:etcd"
        ]
    );
}

#[test]
fn lists_and_json() {
    let pod = |name: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"containers":[{{"name":"m","image":"i","env":[{{"name":"A","value":"ghost:80"}}]}}]}}}}"#
        )
    };
    let typed = format!(
        r#"{{"apiVersion":"v1","kind":"PodList","items":[{}]}}"#,
        pod("a")
    );
    let full = pod("b").replacen('{', r#"{"apiVersion":"v1","kind":"Pod","#, 1);
    let plain = format!(r#"{{"apiVersion":"v1","kind":"List","items":[{full},{typed}]}}"#);
    let (facts, _) = translate(&[("dump.json", &plain)]);
    assert_eq!(ids(&facts), ["service:a", "service:b"]);
    assert_eq!(facts.requirements.len(), 2);
    let yaml = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: c}\n  spec: {containers: [{name: m}]}\n- {apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {a: b}}}\n";
    let (facts, _) = translate(&[("list.yaml", yaml)]);
    assert_eq!(ids(&facts), ["service:c"]);
    assert_eq!(facts.problems.len(), 1, "the Service selects nothing");
}

#[test]
fn replicas_that_are_odd() {
    let count = |text: &str| facts(&workload("apps/v1", "Deployment", "name: web", text));
    assert_eq!(count("  replicas: null\n").replicas[0].count, 1);
    let none = count("  replicas: 0\n");
    assert_eq!(none.replicas[0].count, 0);
    assert!(none.replicas[0].reschedule.is_none());
    assert!(none.unread[0].1.contains("scaled to no replicas"));
    assert!(none.problems.is_empty());
    for wrong in ["-1", "many", "2000000000", "[1]"] {
        let facts = count(&format!("  replicas: {wrong}\n"));
        assert_eq!(facts.replicas[0].count, 1, "{wrong}");
        assert_eq!(facts.problems[0].kind, ProblemKind::InvalidValue, "{wrong}");
    }
}

#[test]
fn attributes_from_labels_and_annotations() {
    let with = |metadata: &str| {
        let mut facts = facts(&workload(
            "apps/v1",
            "Deployment",
            &format!("name: web, {metadata}"),
            "",
        ));
        (facts.nodes.remove(0).attributes, facts.problems)
    };
    let (all, problems) = with(
        "annotations: {spof.dev/tier: '1', spof.dev/rto: 5m, spof.dev/owner: pay}, labels: {team: other}",
    );
    assert_eq!(
        (all.tier, all.rto_s, all.owner.as_deref()),
        (Some(1), Some(300), Some("pay"))
    );
    assert!(problems.is_empty());
    let owner = |labels: &str| with(&format!("labels: {{{labels}}}")).0.owner;
    assert_eq!(owner("team: shop").as_deref(), Some("shop"));
    assert_eq!(
        owner("example.com/owner: ops, team: shop").as_deref(),
        Some("shop")
    );
    assert_eq!(owner("example.com/owner: ops").as_deref(), Some("ops"));
    assert_eq!(
        owner("app.kubernetes.io/managed-by: Helm, app.kubernetes.io/part-of: x"),
        None
    );
    let (wrong, problems) = with("annotations: {spof.dev/tier: gold, spof.dev/rto: soon}");
    assert_eq!((wrong.tier, wrong.rto_s), (None, None));
    assert_eq!(problems.len(), 2);
}

#[test]
fn patches_are_no_workloads() {
    let cases = [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: m, env: [{name: A, value: 'x:80'}]}]}}}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n",
    ];
    for text in cases {
        let facts = facts(text);
        assert!(
            facts.nodes.is_empty() && facts.requirements.is_empty(),
            "{text}"
        );
        assert_eq!(facts.unread.len(), 1, "{text}");
    }
    let nameless = facts("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: m}]}\n");
    assert!(nameless.nodes.is_empty());
    assert_eq!(nameless.problems[0].kind, ProblemKind::InvalidValue);
}

#[test]
fn other_kinds_are_listed_unless_they_carry_nothing() {
    let object =
        |api: &str, kind: &str| format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: x}}\n");
    for (api, kind, listed) in [
        ("v1", "Namespace", false),
        ("v1", "ServiceAccount", false),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", false),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", false),
        ("v1", "ResourceQuota", false),
        ("networking.k8s.io/v1", "Ingress", false),
        ("autoscaling/v2", "HorizontalPodAutoscaler", false),
        ("policy/v1", "PodDisruptionBudget", false),
        ("networking.k8s.io/v1", "NetworkPolicy", false),
        ("v1", "ConfigMap", true),
        ("v1", "Secret", true),
        ("kustomize.config.k8s.io/v1beta1", "Kustomization", false),
        ("networking.istio.io/v1", "VirtualService", false),
        ("source.toolkit.fluxcd.io/v1", "GitRepository", true),
        ("argoproj.io/v1alpha1", "Application", true),
        ("kafka.strimzi.io/v1beta2", "Kafka", true),
        ("argoproj.io/v1alpha1", "Rollout", true),
    ] {
        let text = object(api, kind);
        let facts = facts(&text);
        assert!(facts.nodes.is_empty());
        assert_eq!(facts.unread.len(), usize::from(listed), "{api} {kind}");
        if let Some((span, _)) = facts.unread.first() {
            assert_eq!(&text[span.range()], kind);
        }
    }
}

#[test]
fn what_is_claimed() {
    let claims = |path: &str, text: &str, beside: &str| {
        let mut files = vec![(beside, "x: y\n"), (path, text)];
        files.sort_unstable();
        translate(&files).0.unread.len()
    };
    assert_eq!(
        claims("c/Chart.yaml", "apiVersion: v2\nname: x\n", "a.yaml"),
        1
    );
    assert_eq!(claims("c/values.yaml", "replicas: 1\n", "c/Chart.yaml"), 1);
    assert_eq!(claims("c/values.yaml", "replicas: 1\n", "d/Chart.yaml"), 0);
    assert_eq!(
        claims("c/kustomization.yaml", "resources: [../a.yaml]\n", "a.yaml"),
        0
    );
    assert_eq!(
        claims("c/kustomization.yaml", "replacements: []\n", "a.yaml"),
        1
    );
    assert_eq!(
        claims(
            "skaffold.yaml",
            "apiVersion: skaffold/v3\nkind: Config\n",
            "a.yaml"
        ),
        0
    );
    assert_eq!(
        claims(
            "catalog.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: Component\n",
            "a.yaml"
        ),
        0
    );
    assert_eq!(claims("list.yaml", "- apiVersion: v1\n", "a.yaml"), 0);
}

#[test]
fn the_same_workload_in_two_files() {
    let base = app("web", "", "env: [{name: A, value: 'x:80'}]");
    let (same, _) = translate(&[
        ("a.yaml", &base),
        ("b.yaml", &base.replace("image: x", "image: y:2")),
    ]);
    assert_eq!(ids(&same), ["service:web"]);
    assert_eq!(
        (
            same.nodes.len(),
            same.replicas.len(),
            same.requirements.len()
        ),
        (2, 1, 1)
    );
    assert!(same.problems.is_empty(), "{:?}", same.problems);

    let other = base.replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector");
    let (differs, sources) = translate(&[("a.yaml", &base), ("b.yaml", &other)]);
    assert_eq!(differs.replicas.len(), 1);
    assert_eq!(differs.replicas[0].count, 1);
    assert_eq!(differs.nodes.len(), 1);
    let problem = &differs.problems[0];
    assert_eq!(problem.kind, ProblemKind::Conflict);
    let want = "Deployment `web` is also defined in a.yaml, with another `spec.replicas`; that one is used";
    assert_eq!(problem.message, want);
    assert_eq!(sources.path(problem.span.file), "b.yaml");

    let moved = base.clone() + &service("web", "", "elsewhere");
    let conflicts = translate(&[("a.yaml", &base), ("b.yaml", &moved)])
        .0
        .problems;
    assert!(
        conflicts
            .iter()
            .any(|p| p.message.contains("Service `web` is defined twice"))
    );
}

#[test]
fn two_kinds_of_one_name_are_two_nodes() {
    let deployment = workload("apps/v1", "Deployment", "name: backup, namespace: ops", "");
    let job = workload("batch/v1", "Job", "name: backup, namespace: ops", "");
    for files in [
        [("a.yaml", &deployment), ("b.yaml", &job)],
        [("a.yaml", &job), ("b.yaml", &deployment)],
    ] {
        let files = files.map(|(path, text)| (path, text.as_str()));
        let (facts, _) = translate(&files);
        assert_eq!(
            ids(&facts),
            ["service:ops/backup", "service:ops/backup.job"]
        );
        assert!(replicas(&facts, "service:ops/backup").reschedule.is_some());
    }
}

#[test]
fn some_software_needs_most_of_its_members() {
    use crate::ingest::fact::NeedFact;
    let set = |name: &str, kind: &str, replicas: u64, image: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  serviceName: {name}\n  selector: {{matchLabels: {{a: {name}}}}}\n  template: {{metadata: {{labels: {{a: {name}}}}}, spec: {{containers: [{{name: side, image: proxy}}, {{name: m, image: '{image}'}}]}}}}\n"
        )
    };
    let text = set("zk", "StatefulSet", 5, "docker.io/library/zookeeper:3.9")
        + &set("two", "StatefulSet", 2, "etcd")
        + &set("web", "StatefulSet", 3, "web/etcd-browser")
        + &set("ui", "Deployment", 3, "hashicorp/consul");
    let facts = facts(&text);
    let needs: Vec<_> = facts
        .nodes
        .iter()
        .filter_map(|node| Some((node.name.text.as_str(), node.attributes.need?)))
        .collect();
    assert_eq!(needs, [("service:zk", NeedFact::Weight(3))]);
}

#[test]
fn an_autoscaler_of_the_first_version_of_keda() {
    let web = workload("apps/v1", "Deployment", "name: web", "");
    let scaler = "---\napiVersion: keda.k8s.io/v1alpha1\nkind: ScaledObject\nmetadata: {name: web}\nspec: {scaleTargetRef: {deploymentName: web}, minReplicaCount: 4}\n";
    let facts = facts(&(web + scaler));
    assert_eq!(replicas(&facts, "service:web").count, 4);
    assert!(facts.unread.is_empty(), "{:?}", facts.unread);
}
