//! What stands around workloads: controllers of Ingress classes, DNS, storage classes, KEDA,
//! addresses made by hand.

use super::{app, edges, facts, replicas};

/// An Ingress in front of Service `web`, with this class.
fn ingress(class: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: front}}\nspec: {{{class}rules: [{{host: a.example.com, http: {{paths: [{{path: /, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}\n"
    )
}

/// Requirements of the Ingress.
fn entry(text: &str) -> Vec<String> {
    let edges = edges(&facts(text)).into_iter();
    edges.filter(|edge| edge.starts_with("ingress:")).collect()
}

#[test]
fn the_controller_of_a_class_is_needed() {
    let web = app("web", "", "") + &ingress("ingressClassName: edge, ");
    let without = ["ingress:a.example.com hard service:web"];
    let with = [
        "ingress:a.example.com hard service:gate",
        "ingress:a.example.com hard service:web",
    ];
    assert_eq!(entry(&web), without);
    let named = app("gate", "", "args: [--ingress-class=edge]");
    assert_eq!(entry(&(web.clone() + &named)), with);
    let other = app("gate", "", "args: [--ingress-class, other]");
    assert_eq!(entry(&(web.clone() + &other)), without);
    // By the controller that the class names.
    let class = "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: edge, annotations: {ingressclass.kubernetes.io/is-default-class: \"true\"}, labels: {app.kubernetes.io/name: gate, app.kubernetes.io/instance: g}}\nspec: {controller: example.com/gate}\n";
    let by_flag = app("gate", "", "args: [--controller-class=example.com/gate]");
    assert_eq!(entry(&(web.clone() + class + &by_flag)), with);
    // By the labels of the chart that made both; jobs of the chart don't serve.
    let by_chart = app("gate", "", "").replace(
        "labels: {app: gate}",
        "labels: {app: gate, app.kubernetes.io/name: gate, app.kubernetes.io/instance: g}",
    );
    assert_eq!(entry(&(web + class + &by_chart)), with);
    // The default class, and the way it was said before there were classes.
    let plain = app("web", "", "") + &ingress("");
    assert_eq!(entry(&(plain.clone() + class + &by_chart)), with);
    let old = plain.replace(
        "{name: front}",
        "{name: front, annotations: {kubernetes.io/ingress.class: edge}}",
    );
    assert_eq!(entry(&(old + &named)), with);
}

#[test]
fn who_names_others_needs_cluster_dns() {
    let web = app("web", "", "env: [{name: DB_HOST, value: \"db:5432\"}]") + &app("db", "", "");
    let dns = app("coredns", "", "")
        .replace("{name: coredns}", "{name: coredns, namespace: kube-system}")
        .replace(
            "{labels: {app: coredns}}",
            "{labels: {app: coredns, k8s-app: kube-dns}}",
        );
    let all = web.clone() + &dns;
    assert_eq!(
        edges(&facts(&all)),
        [
            "service:web hard service:db",
            "service:web hard service:kube-system/coredns"
        ]
    );
    let own = all.replace(
        "spec:\n      containers",
        "spec:\n      dnsPolicy: Default\n      containers",
    );
    assert_eq!(edges(&facts(&own)), ["service:web hard service:db"]);
    assert_eq!(edges(&facts(&web)), ["service:web hard service:db"]);
}

#[test]
fn a_class_of_volumes_holds_pods_to_its_zones() {
    let text = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  selector: {matchLabels: {app: db}}\n  replicas: 2\n  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: a}]}}\n  volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: zonal}}]\n---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: zonal}\nprovisioner: pd.csi.storage.gke.io\nallowedTopologies: [{matchLabelExpressions: [{key: topology.gke.io/zone, values: [eu-a]}]}]\n";
    let told = facts(text);
    let db = replicas(&told, "store:db");
    let zones: Vec<_> = db
        .spread
        .allowed_zones
        .iter()
        .map(|z| z.text.as_str())
        .collect();
    assert_eq!((db.count, zones), (2, vec!["zone:eu-a"]));
    let anew = db.reschedule.as_ref().unwrap();
    assert_eq!(super::expr(&anew.on[0]), "zone:eu-a");
    // A claim of a pod that has no volume yet.
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: files}\nspec: {storageClassName: zonal}\n";
    let web = app(
        "web",
        "volumes: [{name: v, persistentVolumeClaim: {claimName: files}}]",
        "",
    );
    let told = facts(&(web + claim + "---" + text.split_once("---").unwrap().1));
    let web = replicas(&told, "service:web");
    assert_eq!(web.spread.allowed_zones.len(), 1);
}

#[test]
fn keda_keeps_a_least_number() {
    let scaled = |least: &str| {
        format!(
            "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: s}}\nspec: {{scaleTargetRef: {{name: web}}{least}}}\n"
        )
    };
    for (least, count) in [
        (", minReplicaCount: 3", 3),
        (", minReplicaCount: 0", 1),
        ("", 1),
    ] {
        let told = facts(&(app("web", "", "") + &scaled(least)));
        assert_eq!(replicas(&told, "service:web").count, count, "{least}");
        assert!(told.unread.is_empty(), "{:?}", told.unread);
    }
}

#[test]
fn endpoints_made_by_hand_are_outside() {
    let web = app("web", "", "env: [{name: DB_HOST, value: \"db:5432\"}]");
    let service =
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 5432}]}\n";
    let by_hand = "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: db}\nsubsets: [{addresses: [{ip: 10.0.0.5}, {ip: 10.0.0.6}]}]\n";
    let told = facts(&[web.as_str(), service, by_hand].concat());
    assert_eq!(edges(&told), ["service:web hard 1 of (10.0.0.5 10.0.0.6)"]);
    assert!(
        told.unread.is_empty() && told.problems.is_empty(),
        "{:?}",
        told.unread
    );
    let slice = "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: db-1, labels: {kubernetes.io/service-name: db}}\nendpoints: [{addresses: [10.0.0.7]}]\n";
    let told = facts(&[web.as_str(), service, slice].concat());
    assert_eq!(edges(&told), ["service:web hard 10.0.0.7"]);
    // What the cluster keeps itself is of pods that are known anyway.
    let kept = by_hand
        .replace(
            "{ip: 10.0.0.5}",
            "{ip: 10.0.0.5, targetRef: {kind: Pod, name: x}}",
        )
        .replace(", {ip: 10.0.0.6}", "");
    let told = facts(&[app("db", "", "").as_str(), &kept].concat());
    assert!(told.unread.is_empty(), "{:?}", told.unread);
    let told = facts(by_hand);
    assert!(told.unread[0].1.contains("no Service"), "{:?}", told.unread);
}
