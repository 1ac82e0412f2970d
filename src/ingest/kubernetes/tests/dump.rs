//! A dump of a cluster that is described here: twelve nodes in three zones, three of them with
//! the control plane.

use std::fmt::Write as _;

use super::{app, edges, expr, facts, ids, replicas, translate};
use crate::ingest::fact::{Facts, NeedFact};
use crate::words::Evidence;

/// Zone of node `n`.
fn zone(n: usize) -> &'static str {
    ["a", "b", "c"][n % 3]
}

/// Nodes `n0` to `n11`; the first three have the control plane.
fn nodes() -> Vec<String> {
    let node = |n: usize| {
        let (role, taint) = if n < 3 {
            (
                r#","node-role.kubernetes.io/control-plane":"""#,
                r#"{"taints":[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"}]}"#,
            )
        } else {
            ("", "{}")
        };
        let zone = zone(n);
        format!(
            r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"n{n}","labels":{{"kubernetes.io/hostname":"n{n}","topology.kubernetes.io/zone":"{zone}","topology.kubernetes.io/region":"r"{role}}}}},"spec":{taint}}}"#
        )
    };
    (0..12).map(node).collect()
}

/// A pod on node `n` that `kind` `owner` controls; `volume`: the claim it mounts.
fn pod(name: &str, (kind, owner): (&str, &str), n: usize, labels: &str, volume: &str) -> String {
    let volumes = if volume.is_empty() {
        String::new()
    } else {
        format!(r#","volumes":[{{"name":"d","persistentVolumeClaim":{{"claimName":"{volume}"}}}}]"#)
    };
    let group = match kind {
        "Node" => "v1",
        "Job" => "batch/v1",
        _ => "apps/v1",
    };
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"shop","labels":{{{labels}}},"ownerReferences":[{{"apiVersion":"{group}","kind":"{kind}","name":"{owner}","controller":true}}]}},"spec":{{"nodeName":"n{n}","containers":[{{"name":"m","image":"i"}}]{volumes}}},"status":{{"phase":"Running"}}}}"#
    )
}

fn web(n: usize) -> String {
    let labels = r#""app":"web","pod-template-hash":"7d9f""#;
    pod(
        &format!("web-7d9f-{n}"),
        ("ReplicaSet", "web-7d9f"),
        n,
        labels,
        "",
    )
}

/// A claim and its volume in a zone.
fn volume(n: usize, affinity: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"data-db-{n}","namespace":"shop"}},"spec":{{"volumeName":"pv{n}"}}}},{{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"pv{n}"}},"spec":{{"csi":{{}},"nodeAffinity":{{"required":{{"nodeSelectorTerms":[{{"matchExpressions":[{affinity}]}}]}}}}}}}}"#
    )
}

fn in_zone(zone: &str) -> String {
    format!(r#"{{"key":"topology.ebs.csi.aws.com/zone","operator":"In","values":["{zone}"]}}"#)
}

fn list(items: &[String]) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#,
        items.join(",")
    )
}

/// Count and place of each entry of a workload's replicas.
fn places(facts: &Facts, of: &str) -> Vec<String> {
    let own = facts.replicas.iter().filter(|fact| fact.of.text == of);
    let shown = own.map(|fact| {
        let on: Vec<_> = fact.on.iter().map(expr).collect();
        format!("{}x {}", fact.count, on.join(" "))
    });
    shown.collect()
}

/// Where lost replicas are made anew, with the weight of the new ones.
fn anew(facts: &Facts, of: &str) -> Vec<String> {
    let own = facts.replicas.iter().filter(|fact| fact.of.text == of);
    let again = own.filter_map(|fact| fact.reschedule.as_ref());
    let shown = again.map(|again| {
        let on: Vec<_> = again.on.iter().map(expr).collect();
        format!("{}x {}", again.weight.unwrap_or(0), on.join(", "))
    });
    shown.collect()
}

const WORKERS: &str =
    "1 of (host:n10 host:n11 host:n3 host:n4 host:n5 host:n6 host:n7 host:n8 host:n9)";

#[test]
fn replicas_stand_where_their_pods_run() {
    let mut items = nodes();
    items.extend([web(3), web(4), web(4), web(8)]);
    let finished = web(5).replace("Running", "Succeeded");
    items.push(finished.replace("web-7d9f-5", "web-7d9f-old"));
    items[13] = items[13].replace("web-7d9f-4", "web-7d9f-4b");
    let dump = list(&items);
    let deployment = app("web", "", "")
        .replacen("{name: web}", "{name: web, namespace: shop}", 1)
        .replacen("spec:\n", "spec:\n  replicas: 5\n", 1);
    for manifest in [&deployment, &app("web", "", "")] {
        let (facts, _) = translate(&[("dump.json", &dump), ("web.yaml", manifest)]);
        let id = ids(&facts)
            .into_iter()
            .find(|id| id.ends_with("web"))
            .expect("web");
        assert_eq!(
            places(&facts, id),
            ["1x host:n3", "2x host:n4", "1x host:n8"]
        );
        assert_eq!(
            anew(&facts, id),
            [format!("4x cluster:kubernetes, {WORKERS}")]
        );
        assert_eq!(replicas(&facts, id).origin.evidence, Evidence::Observed);
        assert!(
            facts
                .unread
                .iter()
                .any(|(_, why)| why.contains("4 of its pods")),
            "{:?}",
            facts.unread
        );
        let edges = edges(&facts);
        for n in 0..12 {
            let stands = format!("host:n{n} by-member zone:{}", zone(n));
            assert!(edges.contains(&stands), "{stands}");
            assert!(edges.contains(&format!("host:n{n} by-member cluster:kubernetes")));
        }
        assert!(edges.contains(&"zone:a by-member region:r".to_owned()));
    }
    // Without the Deployment, the pods alone are the workload.
    let (facts, _) = translate(&[("dump.json", &dump)]);
    assert_eq!(
        places(&facts, "service:shop/web"),
        ["1x host:n3", "2x host:n4", "1x host:n8"]
    );
    // Without the dump, nothing is known of the place.
    let without = super::facts(&deployment);
    assert_eq!(places(&without, "service:shop/web"), ["5x "]);
    assert_eq!(
        anew(&without, "service:shop/web"),
        ["5x cluster:kubernetes"]
    );
}

#[test]
fn volumes_hold_replicas_to_their_zone_or_host() {
    let db = |n: usize| {
        pod(
            &format!("db-{n}"),
            ("StatefulSet", "db"),
            n + 3,
            r#""app":"db""#,
            &format!("data-db-{n}"),
        )
    };
    let mut items = nodes();
    items.extend([db(0), db(1)]);
    items.push(volume(0, &in_zone("a")));
    items.push(volume(
        1,
        r#"{"key":"kubernetes.io/hostname","operator":"In","values":["n4"]}"#,
    ));
    let (facts, _) = translate(&[("dump.json", &list(&items))]);
    assert_eq!(
        places(&facts, "store:shop/db"),
        ["1x host:n3", "1x host:n4"]
    );
    // The second is bound to its host: only the first can move, and not out of its zone.
    let zone_a = "1x zone:a, cluster:kubernetes, 1 of (host:n3 host:n6 host:n9)";
    assert_eq!(anew(&facts, "store:shop/db"), [zone_a]);
    // Volumes and nodes without pods still say where the replicas must run.
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: db}}\n  volumeClaimTemplates: [{metadata: {name: data}}]\n  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: m}]}}\n";
    let volumes = list(&items[14..]);
    let (facts, _) = translate(&[("volumes.json", &volumes), ("db.yaml", set)]);
    let zones: Vec<_> = facts
        .replicas
        .iter()
        .map(|fact| fact.spread.allowed_zones.len())
        .collect();
    assert_eq!(
        places(&facts, "store:shop/db"),
        ["1x ", "1x host:n4 cluster:kubernetes"]
    );
    assert_eq!(zones, [1, 0]);
    assert_eq!(
        anew(&facts, "store:shop/db"),
        ["1x zone:a, cluster:kubernetes"]
    );
}

#[test]
fn one_pod_of_a_daemon_set_on_each_node() {
    let mut items = nodes();
    for n in 0..12 {
        items.push(pod(
            &format!("agent-{n}"),
            ("DaemonSet", "agent"),
            n,
            r#""app":"agent""#,
            "",
        ));
    }
    let (facts, _) = translate(&[("dump.json", &list(&items))]);
    assert_eq!(places(&facts, "service:shop/agent").len(), 12);
    assert!(anew(&facts, "service:shop/agent").is_empty());
}

#[test]
fn nodes_that_take_no_such_pod_are_no_way_out() {
    let mut items = nodes();
    let labels = r#""app":"web","pod-template-hash":"7d9f""#;
    for n in [3, 6, 9] {
        items[n] = items[n].replace(r#""labels":{"#, r#""labels":{"pool":"fast","#);
        let pod = pod(
            &format!("web-{n}"),
            ("ReplicaSet", "web-7d9f"),
            n,
            labels,
            "",
        );
        items.push(pod.replace(
            r#""containers""#,
            r#""nodeSelector":{"pool":"fast"},"containers""#,
        ));
    }
    items[6] = items[6].replace(r#""spec":{"#, r#""spec":{"unschedulable":true,"#);
    let (facts, _) = translate(&[("dump.json", &list(&items))]);
    let fast = "3x cluster:kubernetes, 1 of (host:n3 host:n9)";
    assert_eq!(anew(&facts, "service:shop/web"), [fast]);
}

#[test]
fn a_control_plane_in_pods() {
    let mut items = nodes();
    for n in 0..3 {
        for part in [
            "etcd",
            "kube-apiserver",
            "kube-scheduler",
            "kube-controller-manager",
        ] {
            let pod = pod(
                &format!("{part}-n{n}"),
                ("Node", &format!("n{n}")),
                n,
                "",
                "",
            );
            items.push(pod.replace(r#""shop""#, r#""kube-system""#));
        }
    }
    items.push(web(4));
    let (facts, _) = translate(&[("dump.json", &list(&items))]);
    assert_eq!(
        places(&facts, "store:kube-system/etcd"),
        ["1x host:n0", "1x host:n1", "1x host:n2"]
    );
    let etcd = facts
        .nodes
        .iter()
        .find(|node| node.name.text == "store:kube-system/etcd");
    assert_eq!(
        etcd.and_then(|node| node.attributes.need),
        Some(NeedFact::Weight(2))
    );
    let edges = edges(&facts);
    let needs = "service:kube-system/kube-apiserver hard store:kube-system/etcd";
    assert!(edges.contains(&needs.to_owned()), "{edges:?}");
    let again = replicas(&facts, "service:shop/web")
        .reschedule
        .as_ref()
        .expect("replaced");
    let required: Vec<_> = again.requires.iter().map(expr).collect();
    assert_eq!(
        required,
        [
            "service:kube-system/kube-apiserver",
            "service:kube-system/kube-controller-manager",
            "service:kube-system/kube-scheduler"
        ]
    );
}

#[test]
fn a_control_plane_of_which_only_the_nodes_are_seen() {
    let mut items = nodes();
    items.push(web(4));
    let (facts, _) = translate(&[("dump.json", &list(&items))]);
    let own = "service:kube-system/control-plane";
    assert_eq!(
        places(&facts, own),
        ["1x host:n0", "1x host:n1", "1x host:n2"]
    );
    let again = replicas(&facts, "service:shop/web")
        .reschedule
        .as_ref()
        .expect("replaced");
    assert_eq!(again.requires.iter().map(expr).collect::<Vec<_>>(), [own]);
}

#[test]
fn the_least_that_an_autoscaler_keeps() {
    let scaler = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: w}\nspec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 4}\n";
    let open = facts(&(app("web", "", "") + scaler));
    assert_eq!(places(&open, "service:web"), ["4x "]);
    let stated = app("web", "", "").replacen("spec:\n", "spec:\n  replicas: 2\n", 1) + scaler;
    assert_eq!(places(&facts(&stated), "service:web"), ["2x "]);
    let mut wrong = String::new();
    let _ = write!(
        wrong,
        "{}{}",
        app("web", "", ""),
        scaler.replace(": 4", ": many")
    );
    assert_eq!(places(&facts(&wrong), "service:web"), ["1x "]);
}

#[test]
fn replicas_beyond_the_known_claims_are_counted_together() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  replicas: 100000\n  selector: {matchLabels: {app: db}}\n  volumeClaimTemplates: [{metadata: {name: data}}]\n  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: m}]}}\n";
    let volumes = list(&[volume(0, &in_zone("a"))]);
    let (facts, _) = translate(&[("volumes.json", &volumes), ("db.yaml", set)]);
    assert_eq!(places(&facts, "store:shop/db"), ["99999x ", "1x "]);
    let none = set.replace("100000", "0");
    let (facts, _) = translate(&[("volumes.json", &volumes), ("db.yaml", &none)]);
    assert_eq!(places(&facts, "store:shop/db"), ["0x "]);
}

/// What else a Node is called, so that an inventory's host can be recognised.
#[test]
fn nodes_tell_their_addresses_and_instance() {
    let facts = super::facts(
        "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nspec: {providerID: 'aws:///eu-west-1a/i-0abc'}\n\
         status: {addresses: [{type: InternalIP, address: 10.0.0.5}, {type: Hostname, address: n1.internal}, {type: ExternalIP}]}\n",
    );
    let known = facts.identities.iter();
    let known: Vec<_> = known
        .map(|known| format!("{} {}", known.target.text, known.name))
        .collect();
    assert_eq!(
        known,
        ["host:n1 10.0.0.5", "host:n1 n1.internal", "host:n1 i-0abc"]
    );
}
