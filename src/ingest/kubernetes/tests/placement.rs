//! Where pods run.

use super::{app, expr, facts, replicas};
use crate::ingest::fact::{Apart, ReplicasFact};
use crate::words::Evidence;

/// What the replicas of a Deployment with these lines in its pod specification stand on, may
/// use, must not share, and where lost ones are made anew.
fn placed(pod: &str) -> String {
    let facts = facts(&app("web", pod, ""));
    show(replicas(&facts, "service:web"))
}

fn show(fact: &ReplicasFact) -> String {
    let mut parts: Vec<String> = fact.on.iter().map(expr).collect();
    parts.extend(
        fact.spread
            .allowed_zones
            .iter()
            .map(|zone| format!("?{}", zone.text)),
    );
    parts.extend(
        fact.spread
            .region
            .iter()
            .map(|region| format!("?{}", region.text)),
    );
    let most = |apart: Apart| match apart.most {
        1 => String::new(),
        most => format!(" above {most}"),
    };
    parts.extend(
        fact.spread
            .hosts
            .map(|apart| format!("!hosts{}", most(apart))),
    );
    parts.extend(
        fact.spread
            .zones
            .map(|apart| format!("!zones{}", most(apart))),
    );
    parts.extend(fact.spread.together.as_ref().map(|tie| {
        let peers: Vec<_> = tie.peers.iter().map(|peer| peer.text.as_str()).collect();
        format!("={:?} {}", tie.level, peers.join(" "))
    }));
    if let Some(again) = &fact.reschedule {
        let on: Vec<_> = again.on.iter().map(expr).collect();
        parts.push(format!("~{}", on.join(" ")));
    }
    parts.join(", ")
}

/// Required node affinity with these terms.
fn affinity(terms: &str) -> String {
    format!(
        "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}}}}}"
    )
}

fn zones(values: &str) -> String {
    format!(
        "{{matchExpressions: [{{key: topology.kubernetes.io/zone, operator: In, values: [{values}]}}]}}"
    )
}

#[test]
fn nodes_zones_and_regions() {
    for (pod, want) in [
        ("", "~cluster:kubernetes"),
        ("nodeName: n1", "host:n1, cluster:kubernetes"),
        (
            "nodeSelector: {kubernetes.io/hostname: n1}",
            "host:n1, cluster:kubernetes",
        ),
        (
            "nodeSelector: {topology.kubernetes.io/zone: a}",
            "?zone:a, ~zone:a cluster:kubernetes",
        ),
        (
            "nodeSelector: {failure-domain.beta.kubernetes.io/zone: a}",
            "?zone:a, ~zone:a cluster:kubernetes",
        ),
        (
            "nodeSelector: {topology.kubernetes.io/region: eu}",
            "?region:eu, ~region:eu cluster:kubernetes",
        ),
        ("nodeSelector: {disk: ssd}", "~cluster:kubernetes"),
        (
            &affinity(&zones("a")),
            "?zone:a, ~zone:a cluster:kubernetes",
        ),
        (
            &affinity(&zones("b, a")),
            "?zone:a, ?zone:b, ~1 of (zone:a zone:b) cluster:kubernetes",
        ),
        // Either term will do, so both zones are allowed; a term without a zone allows any.
        (
            &affinity(&format!("{}, {}", zones("a"), zones("b"))),
            "?zone:a, ?zone:b, ~1 of (zone:a zone:b) cluster:kubernetes",
        ),
        (
            &affinity(&format!(
                "{}, {{matchExpressions: [{{key: disk, operator: Exists}}]}}",
                zones("a")
            )),
            "~cluster:kubernetes",
        ),
        (
            &affinity("{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}"),
            "host:n2, cluster:kubernetes",
        ),
        (
            &affinity(
                "{matchExpressions: [{key: topology.kubernetes.io/zone, operator: NotIn, values: [a]}]}",
            ),
            "~cluster:kubernetes",
        ),
        // Selector and affinity hold together.
        (
            &format!(
                "nodeSelector: {{topology.kubernetes.io/zone: a}}\n{}",
                affinity(&zones("a, b"))
            ),
            "?zone:a, ~zone:a cluster:kubernetes",
        ),
        (
            "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [a]}]}}]}}",
            "~cluster:kubernetes",
        ),
    ] {
        assert_eq!(placed(pod), want, "{pod}");
    }
}

#[test]
fn what_replicas_must_not_share() {
    let spread = |key: &str, unsatisfiable: &str, rest: &str| {
        format!(
            "topologySpreadConstraints: [{{topologyKey: {key}, whenUnsatisfiable: {unsatisfiable}, {rest}}}]"
        )
    };
    let own = "maxSkew: 1, labelSelector: {matchLabels: {app: web}}";
    let host = "kubernetes.io/hostname";
    let zone = "topology.kubernetes.io/zone";
    let anti = |strength: &str, term: &str| {
        format!(
            "affinity: {{podAntiAffinity: {{{strength}DuringSchedulingIgnoredDuringExecution: [{term}]}}}}"
        )
    };
    let term = |key: &str, label: &str| {
        format!(
            "{{topologyKey: {key}, labelSelector: {{matchExpressions: [{{key: app, operator: In, values: [{label}]}}]}}}}"
        )
    };
    for (pod, want) in [
        (spread(host, "DoNotSchedule", own), "!hosts"),
        (spread(zone, "DoNotSchedule", own), "!zones"),
        (spread(zone, "ScheduleAnyway", own), ""),
        (
            spread(
                zone,
                "DoNotSchedule",
                "maxSkew: 1, labelSelector: {matchLabels: {app: other}}",
            ),
            "",
        ),
        (spread(zone, "DoNotSchedule", "maxSkew: 1"), ""),
        (
            spread(zone, "DoNotSchedule", "maxSkew: 1, labelSelector: {}"),
            "!zones",
        ),
        (
            spread(
                zone,
                "DoNotSchedule",
                "maxSkew: 3, labelSelector: {matchLabels: {app: web}}",
            ),
            "!zones above 3",
        ),
        (
            format!(
                "{}\n{}",
                spread(zone, "DoNotSchedule", "maxSkew: 2, labelSelector: {}"),
                anti("required", &term(zone, "web"))
            ),
            "!zones",
        ),
        (anti("required", &term(host, "web")), "!hosts"),
        (anti("required", &term(zone, "web")), "!zones"),
        (anti("required", &term(zone, "db")), ""),
        (
            anti(
                "required",
                &format!("{{namespaces: [other], topologyKey: {zone}, labelSelector: {{}}}}"),
            ),
            "",
        ),
        (
            anti(
                "preferred",
                &format!("{{weight: 1, podAffinityTerm: {}}}", term(host, "web")),
            ),
            "",
        ),
    ] {
        let want = if want.is_empty() {
            "~cluster:kubernetes".to_owned()
        } else {
            format!("{want}, ~cluster:kubernetes")
        };
        assert_eq!(placed(&pod), want, "{pod}");
    }
}

#[test]
fn who_is_replaced() {
    let of = |head: &str, kind: &str, spec: &str, pod: &str| {
        let text = format!(
            "apiVersion: {head}\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n{spec}  template:\n    metadata: {{labels: {{a: b}}}}\n    spec: {{containers: [{{name: m, image: i}}]{pod}}}\n"
        );
        let facts = facts(&text);
        assert_eq!(facts.replicas.len(), 1, "{text}");
        assert_eq!(facts.replicas[0].count, 1);
        facts.replicas[0].reschedule.clone()
    };
    let claim = |class: &str| {
        format!(
            "  volumeClaimTemplates: [{{metadata: {{name: d}}, spec: {{storageClassName: {class}}}}}]\n"
        )
    };
    let path = |path: &str| format!(", volumes: [{{name: v, hostPath: {{path: {path}}}}}]");
    for (head, kind, spec, pod, replaced) in [
        ("apps/v1", "Deployment", "", "", true),
        ("extensions/v1beta1", "Deployment", "", "", true),
        ("apps/v1", "ReplicaSet", "", "", true),
        ("v1", "ReplicationController", "", "", true),
        ("apps/v1", "StatefulSet", "", "", true),
        ("apps/v1", "StatefulSet", claim("fast").as_str(), "", true),
        (
            "apps/v1",
            "StatefulSet",
            claim("local-path").as_str(),
            "",
            false,
        ),
        ("apps/v1", "StatefulSet", "", path("/data").as_str(), false),
        (
            "apps/v1",
            "StatefulSet",
            "",
            path("/etc/localtime").as_str(),
            true,
        ),
        ("apps/v1", "Deployment", "", path("/data").as_str(), true),
        ("apps/v1", "Deployment", "", ", nodeName: n1", false),
        ("apps/v1", "DaemonSet", "", "", false),
        ("batch/v1", "Job", "", "", false),
    ] {
        let again = of(head, kind, spec, pod);
        assert_eq!(again.is_some(), replaced, "{kind} {spec} {pod}");
        if let Some(again) = again {
            assert_eq!(again.takes_s, 360);
            assert_eq!(again.origin.evidence, Evidence::Assumed);
            assert!(again.requires.is_empty());
        }
    }
}

#[test]
fn a_storage_class_of_the_input_says_that_volumes_are_local() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  selector: {matchLabels: {a: b}}\n  volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: disks}}]\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: m, image: i}]}}\n";
    let class = |provisioner: &str| {
        format!(
            "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: disks}}\nprovisioner: {provisioner}\n"
        )
    };
    let run = |class: String| {
        let facts = facts(&(set.to_owned() + &class));
        replicas(&facts, "store:db").reschedule.is_some()
    };
    assert!(!run(class("kubernetes.io/no-provisioner")));
    assert!(run(class("ebs.csi.aws.com")));
}

#[test]
fn whom_pods_must_be_beside() {
    let host = "kubernetes.io/hostname";
    let zone = "topology.kubernetes.io/zone";
    let term = |key: &str, rest: &str| format!("{{topologyKey: {key}, {rest}}}");
    let db = "labelSelector: {matchLabels: {app: db}}";
    let web = "labelSelector: {matchLabels: {app: web}}";
    let unknown = "no workload of the input has the labels";
    for (terms, want, note) in [
        (vec![term(host, db)], "=Host service:db", ""),
        (vec![term(zone, db)], "=Zone service:db", ""),
        (vec![term(zone, web)], "=Zone service:web", ""),
        (
            vec![term(zone, "labelSelector: {}")],
            "=Zone service:db service:web",
            "",
        ),
        (
            vec![term(zone, db), term(host, db)],
            "=Host service:db",
            "one is used, the first by host",
        ),
        (
            vec![term(zone, &format!("{db}, namespaceSelector: {{}}"))],
            "=Zone service:db",
            "",
        ),
        (
            vec![term(zone, &format!("{db}, namespaces: [other]"))],
            "",
            unknown,
        ),
        (
            vec![term(zone, "labelSelector: {matchLabels: {app: no}}")],
            "",
            unknown,
        ),
        (vec![term(zone, "x: y")], "", unknown),
        (
            vec![term("example.com/rack", db)],
            "",
            "by `example.com/rack`: which places that are is unknown",
        ),
    ] {
        let pod = format!(
            "affinity: {{podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{}]}}}}",
            terms.join(", ")
        );
        let facts = facts(&(app("db", "", "") + &app("web", &pod, "")));
        let shown = show(replicas(&facts, "service:web"));
        let cluster = "~cluster:kubernetes";
        let want = if want.is_empty() {
            cluster.to_owned()
        } else {
            format!("{want}, {cluster}")
        };
        assert_eq!(shown, want, "{pod}");
        let notes: Vec<_> = facts.unread.iter().map(|(_, why)| why.as_str()).collect();
        let notes = notes.join("\n");
        assert_eq!(notes.is_empty(), note.is_empty(), "{notes}");
        assert!(notes.contains(note), "{notes}");
    }
}
