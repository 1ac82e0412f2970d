//! Dependency links and metrics.

use super::{calls, nodes, unread};

#[test]
fn links_of_zipkin_and_jaeger() {
    let zipkin = r#"[{"parent": "web", "child": "pay", "callCount": 12, "errorCount": 1},
      {"parent": "web", "child": "ghost", "callCount": 0},
      {"parent": "pay", "child": "pay", "callCount": 2},
      {"parent": "", "child": "pay", "callCount": 2}]"#;
    let jaeger = r#"{"data": [{"parent": "pay", "child": "mysql", "callCount": 3}], "total": 0}"#;
    let stored =
        r#"{"dependencies": [{"parent": "pay", "child": "web", "callCount": 1}], "timestamp": 1}"#;
    let files = [("a.json", zipkin), ("b.json", jaeger), ("c.json", stored)];
    assert_eq!(
        calls(&files),
        [
            "pay needs mysql (b.json:1)",
            "pay needs web (c.json:1)",
            "web needs pay (a.json:1)"
        ]
    );
    assert_eq!(
        unread(&files),
        ["4: 1 entry without the names of caller and called"]
    );
    assert!(nodes(&files).contains(&"store mysql".to_owned()));
}

#[test]
fn how_much_traffic_there_was() {
    let links = r#"[{"parent": "web", "child": "pay", "callCount": 12}]"#;
    let metrics = "# TYPE traces_service_graph_request_total counter\n\
        traces_service_graph_request_total{client=\"web\",server=\"pay\"} 7.9\n";
    let spans = r#"[{"traceId": "1", "id": "2", "localEndpoint": {"serviceName": "web"}}]"#;
    let (facts, _) = super::translate(&[("a.json", links), ("b.prom", metrics), ("c.json", spans)]);
    assert_eq!((facts.traffic.spans, facts.traffic.calls), (1, 19));
    assert_eq!(
        facts.traffic.words().as_deref(),
        Some("1 span and 19 counted calls")
    );
}

#[test]
fn a_graph_of_kiali() {
    let node = |id: &str, of: &str, rest: &str| {
        format!(r#"{{"data": {{"id": "{id}", "nodeType": "{of}", "namespace": "shop", {rest}}}}}"#)
    };
    let edge = |from: &str, to: &str| {
        format!(r#"{{"data": {{"id": "{from}{to}", "source": "{from}", "target": "{to}"}}}}"#)
    };
    let nodes = [
        node("w", "app", r#""workload": "web-v1", "app": "web""#),
        node("s", "service", r#""service": "pay", "app": "pay""#),
        node("p", "workload", r#""workload": "pay-v1""#),
        node("u", "unknown", r#""workload": "unknown", "app": "unknown""#),
        node(
            "x",
            "service",
            r#""service": "api.example.com", "isServiceEntry": {}"#,
        ),
        node("l", "service", r#""service": "ledger""#),
    ];
    let edges = [
        edge("w", "s"),
        edge("s", "p"),
        edge("u", "w"),
        edge("p", "x"),
        edge("p", "l"),
    ];
    let graph = format!(
        r#"{{"graphType": "app", "elements": {{"nodes": [{}], "edges": [{}]}}}}"#,
        nodes.join(","),
        edges.join(",")
    );
    let files = [("kiali.json", graph.as_str())];
    assert_eq!(
        calls(&files),
        [
            "shop/pay-v1 needs api.example.com (kiali.json:1)",
            "shop/pay-v1 needs shop/ledger (kiali.json:1)",
            "shop/web-v1 needs shop/pay-v1 (kiali.json:1)"
        ]
    );
    assert_eq!(
        unread(&files),
        ["1: 1 entry of a workload that the mesh does not know (`unknown`)"]
    );
}

#[test]
fn a_service_graph_as_metrics() {
    let text = "# TYPE traces_service_graph_request_total counter\n\
        traces_service_graph_request_total{client=\"web\",server=\"pay\",connection_type=\"\"} 7\n\
        traces_service_graph_request_total{client=\"pay\",server=\"ledger\",connection_type=\"database\"} 2\n\
        traces_service_graph_request_total{client=\"pay\",server=\"mailer\",connection_type=\"messaging_system\"} 2\n\
        traces_service_graph_request_total{client=\"user\",server=\"web\",connection_type=\"virtual_node\"} 2\n\
        traces_service_graph_request_total{client=\"old\",server=\"pay\"} 0\n\
        up{job=\"x\"} 1\n";
    let files = [("m.prom", text)];
    assert_eq!(
        calls(&files),
        [
            "pay may need mailer (m.prom:4)",
            "pay needs ledger (m.prom:3)",
            "web needs pay (m.prom:2)"
        ]
    );
    assert!(nodes(&files).contains(&"store ledger".to_owned()));
}

#[test]
fn istio_names_workloads_with_their_namespaces() {
    let text = "istio_requests_total{reporter=\"source\",source_workload=\"web\",source_workload_namespace=\"shop\",destination_workload=\"pay\",destination_workload_namespace=\"money\",response_code=\"200\"} 7\n\
        istio_requests_total{reporter=\"destination\",source_workload=\"web\",source_workload_namespace=\"shop\",destination_workload=\"pay\",destination_workload_namespace=\"money\",response_code=\"500\"} 1\n\
        istio_requests_total{source_workload=\"unknown\",source_workload_namespace=\"unknown\",destination_workload=\"web\",destination_workload_namespace=\"shop\"} 1\n\
        istio_requests_total{source_workload=\"pay\",source_workload_namespace=\"money\",destination_workload=\"unknown\",destination_service_name=\"api.bank.example\"} 1\n\
        istio_requests_total{source_workload=\"pay\",source_workload_namespace=\"money\",destination_workload=\"unknown\",destination_service_name=\"PassthroughCluster\"} 1\n\
        istio_tcp_connections_opened_total{source_workload=\"pay\",source_workload_namespace=\"money\",destination_workload=\"ledger-db\",destination_workload_namespace=\"money\"} 4\n";
    let files = [("istio.prom", text)];
    assert_eq!(
        calls(&files),
        [
            "money/pay needs api.bank.example (istio.prom:4)",
            "money/pay needs money/ledger-db (istio.prom:6)",
            "shop/web needs money/pay (istio.prom:1)"
        ]
    );
    assert_eq!(
        unread(&files),
        ["3: 2 entries of a workload that the mesh does not know (`unknown`)"]
    );
    assert_eq!(
        nodes(&files),
        [
            "external api.bank.example",
            "service money/pay",
            "service shop/web",
            "store money/ledger-db"
        ]
    );
}

#[test]
fn answers_of_prometheus() {
    let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
      {"metric":{"client":"web","server":"pay"},"value":[1700000000,"0.25"]},
      {"metric":{"client":"web","server":"old"},"value":[1700000000,"0"]}]}}"#;
    let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[
      {"metric":{"__name__":"istio_requests_total","source_workload":"pay","destination_workload":"rates"},"values":[[1,"1"],[2,"5"]]}]}}"#;
    let other = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1,"1"]}]}}"#;
    assert_eq!(
        calls(&[("v.json", vector), ("m.json", matrix), ("up.json", other)]),
        ["pay needs rates (m.json:2)", "web needs pay (v.json:2)"]
    );
}
