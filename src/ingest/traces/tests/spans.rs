//! Spans of the three formats.

use super::{calls, nodes, translate, unread};

/// A span of Zipkin v2; `rest` begins with a comma.
fn zipkin(id: &str, parent: &str, kind: &str, service: &str, rest: &str) -> String {
    let parent = if parent.is_empty() {
        String::new()
    } else {
        format!("\"parentId\":\"{parent}\",")
    };
    format!(
        "{{\"traceId\":\"t\",{parent}\"id\":\"{id}\",\"kind\":\"{kind}\",\"name\":\"op\",\
         \"localEndpoint\":{{\"serviceName\":\"{service}\"}}{rest}}}"
    )
}

fn list(spans: &[String]) -> String {
    format!("[\n{}\n]", spans.join(",\n"))
}

#[test]
fn both_halves_of_one_id_are_one_call() {
    let text = list(&[
        zipkin("1", "", "SERVER", "web", ""),
        zipkin("2", "1", "CLIENT", "web", ""),
        zipkin("2", "1", "SERVER", "cart", ",\"shared\":true"),
        // Below a shared id, spans belong to the answering half.
        zipkin("3", "2", "SERVER", "rates", ""),
        // A server whose client is not among the spans, by what it says of its peer.
        zipkin(
            "4",
            "9",
            "SERVER",
            "web",
            ",\"remoteEndpoint\":{\"serviceName\":\"gateway\"}",
        ),
        // The same without a word on the peer: nobody knows who called.
        zipkin(
            "5",
            "9",
            "SERVER",
            "web",
            ",\"remoteEndpoint\":{\"ipv4\":\"10.0.0.9\"}",
        ),
    ]);
    assert_eq!(
        calls(&[("z.json", &text)]),
        [
            "cart needs rates (z.json:5)",
            "gateway needs web (z.json:6)",
            "web needs cart (z.json:4)"
        ]
    );
}

#[test]
fn what_nobody_answers_is_what_the_asking_side_says_of_it() {
    let text = list(&[
        zipkin("1", "", "SERVER", "web", ""),
        zipkin(
            "2",
            "1",
            "CLIENT",
            "web",
            ",\"remoteEndpoint\":{\"serviceName\":\"mysql\"}",
        ),
        zipkin(
            "3",
            "1",
            "CLIENT",
            "web",
            ",\"remoteEndpoint\":{\"serviceName\":\"legacy/pay\"}",
        ),
        zipkin(
            "4",
            "1",
            "CLIENT",
            "web",
            ",\"remoteEndpoint\":{\"serviceName\":\"cart-vip\"}",
        ),
        zipkin("5", "4", "SERVER", "cart", ""),
        zipkin(
            "6",
            "1",
            "CLIENT",
            "web",
            ",\"remoteEndpoint\":{\"ipv4\":\"10.0.0.1\"}",
        ),
    ]);
    assert_eq!(
        calls(&[("z.json", &text)]),
        [
            "web needs cart (z.json:6)",
            "web needs legacy/pay (z.json:4)",
            "web needs mysql (z.json:3)"
        ]
    );
    assert_eq!(
        nodes(&[("z.json", &text)]),
        [
            "service cart",
            "service legacy/pay",
            "service web",
            "store mysql"
        ]
    );
}

#[test]
fn messages_go_through_the_broker_and_their_sender_waits_for_nobody() {
    let broker = ",\"remoteEndpoint\":{\"serviceName\":\"orders-bus\"}";
    let text = list(&[
        zipkin("1", "", "PRODUCER", "web", broker),
        zipkin("2", "1", "CONSUMER", "mailer", broker),
    ]);
    assert_eq!(
        calls(&[("z.json", &text)]),
        [
            "mailer needs orders-bus (z.json:3)",
            "web may need mailer (z.json:3)",
            "web needs orders-bus (z.json:2)"
        ]
    );
    assert!(nodes(&[("z.json", &text)]).contains(&"store orders-bus".to_owned()));
}

#[test]
fn what_is_survived_whenever_it_fails_is_soft() {
    let error = ",\"tags\":{\"error\":\"timeout\"}";
    let call = |request: &str, bad: bool, broke: bool| {
        [
            zipkin(request, "", "SERVER", "web", if broke { error } else { "" }),
            zipkin(
                &format!("{request}c"),
                request,
                "CLIENT",
                "web",
                if bad { error } else { "" },
            ),
            zipkin(
                &format!("{request}s"),
                &format!("{request}c"),
                "SERVER",
                "ads",
                "",
            ),
        ]
    };
    let of = |requests: &[[String; 3]]| calls(&[("z.json", &list(requests.as_flattened()))]);
    assert_eq!(
        of(&[call("1", true, false), call("2", false, false)]),
        ["web may need ads (z.json:4)"]
    );
    // No failure says nothing; one that broke the request says more than one that did not.
    assert_eq!(of(&[call("1", false, false)]), ["web needs ads (z.json:4)"]);
    assert_eq!(
        of(&[call("1", true, false), call("2", true, true)]),
        ["web needs ads (z.json:4)"]
    );
    // A second try that worked is no sign of doing without.
    let retry = [
        zipkin("1d", "1", "CLIENT", "web", ""),
        zipkin("1t", "1d", "SERVER", "ads", ""),
        zipkin("x", "", "SERVER", "ads", ""),
    ];
    assert_eq!(
        of(&[call("1", true, false), retry]),
        ["web needs ads (z.json:4)"]
    );
    // Another kind of request that makes the call has not been tried.
    let other = call("3", false, false).map(|span| span.replace("\"op\"", "\"checkout\""));
    assert_eq!(
        of(&[call("1", true, false), other]),
        ["web needs ads (z.json:4)"]
    );
}

#[test]
fn names_that_differ_by_case_are_one_service() {
    let zipkin = list(&[
        zipkin("1", "", "CLIENT", "webshop", ""),
        zipkin("2", "1", "SERVER", "ratesapi", ""),
    ]);
    let links = "[{\"parent\": \"WebShop\", \"child\": \"RatesApi\", \"callCount\": 3}]";
    assert_eq!(
        calls(&[("a.json", &zipkin), ("b.json", links)]),
        [
            "WebShop needs RatesApi (a.json:3)",
            "WebShop needs RatesApi (b.json:1)"
        ]
    );
}

#[test]
fn zipkin_v1_has_both_halves_in_one_span() {
    let text = r#"[[{"traceId":"t","id":"1","name":"get","annotations":[
        {"timestamp":1,"value":"cs","endpoint":{"serviceName":"web"}},
        {"timestamp":2,"value":"sr","endpoint":{"serviceName":"cart"}}]},
      {"traceId":"t","id":"2","parentId":"1","name":"q","annotations":[
        {"timestamp":1,"value":"cs","endpoint":{"serviceName":"cart"}}],
       "binaryAnnotations":[{"key":"sa","value":true,"endpoint":{"serviceName":"redis"}}]}]]"#;
    assert_eq!(
        calls(&[("v1.json", text)]),
        ["cart needs redis (v1.json:4)", "web needs cart (v1.json:1)"]
    );
}

#[test]
fn jaeger_traces_and_its_span_documents() {
    let trace = r#"{"data":[{"traceID":"a","spans":[
      {"traceID":"a","spanID":"1","operationName":"GET","references":[],"processID":"p1","tags":[{"key":"span.kind","type":"string","value":"client"}]},
      {"traceID":"a","spanID":"2","operationName":"GET","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"1"}],"processID":"p2","tags":[{"key":"span.kind","type":"string","value":"server"}]},
      {"traceID":"a","spanID":"3","operationName":"SELECT","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"2"}],"processID":"p2","tags":[{"key":"span.kind","value":"client"},{"key":"peer.service","value":"ledger-db"}]},
      {"traceID":"a","spanID":"4","operationName":"inner","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"2"}],"processID":"p9"}],
     "processes":{"p1":{"serviceName":"web"},"p2":{"serviceName":"pay"}}}]}"#;
    assert_eq!(
        calls(&[("j.json", trace)]),
        ["pay needs ledger-db (j.json:4)", "web needs pay (j.json:3)"]
    );
    assert_eq!(
        unread(&[("j.json", trace)]),
        ["5: 1 span without a service: whose it is is not known"]
    );
    let stored = r#"[{"traceID":"a","spanID":"1","operationName":"x","process":{"serviceName":"web"}},
      {"traceID":"a","spanID":"2","operationName":"y","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"1"}],"process":{"serviceName":"pay"}}]"#;
    assert_eq!(calls(&[("s.json", stored)]), ["web needs pay (s.json:2)"]);
}

/// A message of OTLP with one span.
fn otlp(service: &str, span: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"scope":{{}},"spans":[{{"traceId":"a",{span}}}]}}]}}]}}"#
    )
}

#[test]
fn otlp_messages_one_a_line() {
    let attribute = |key: &str, value: &str| {
        format!(r#""attributes":[{{"key":"{key}","value":{{"stringValue":"{value}"}}}}]"#)
    };
    let db = attribute("db.system", "postgresql");
    let outside = attribute("server.address", "api.stripe.com");
    let inside = attribute("net.peer.name", "ledger.shop.svc.cluster.local");
    let own = attribute("server.address", "127.0.0.1");
    let peer = attribute("peer.service", "gateway");
    let lines = [
        otlp("web", r#""spanId":"1","parentSpanId":"","kind":3"#),
        otlp(
            "pay",
            r#""spanId":"2","parentSpanId":"1","kind":"SPAN_KIND_SERVER","status":{"code":2}"#,
        ),
        otlp(
            "pay",
            &format!(r#""spanId":"3","parentSpanId":"2","kind":3,{db}"#),
        ),
        otlp(
            "pay",
            &format!(r#""spanId":"4","parentSpanId":"2","kind":3,{outside}"#),
        ),
        otlp(
            "pay",
            &format!(r#""spanId":"5","parentSpanId":"2","kind":3,{inside}"#),
        ),
        otlp(
            "pay",
            &format!(r#""spanId":"6","parentSpanId":"2","kind":3,{own}"#),
        ),
        otlp("web", &format!(r#""spanId":"7","kind":2,{peer}"#)),
        // Work of its own in another process name is no call.
        otlp("pay-worker", r#""spanId":"8","parentSpanId":"2","kind":1"#),
        r#"{"resourceMetrics":[]}"#.to_owned(),
        r#"{"resourceMetrics":[]}"#.to_owned(),
    ];
    let text = lines.join("\n");
    let files = [("o.jsonl", text.as_str())];
    assert_eq!(
        calls(&files),
        [
            "gateway needs web (o.jsonl:7)",
            "pay needs api.stripe.com (o.jsonl:4)",
            "pay needs ledger.shop.svc.cluster.local (o.jsonl:5)",
            "pay needs postgresql (o.jsonl:3)",
            "web needs pay (o.jsonl:2)",
        ]
    );
    assert!(nodes(&files).contains(&"external api.stripe.com".to_owned()));
    assert_eq!(unread(&files).len(), 1, "{:?}", unread(&files));
}

#[test]
fn odd_spans_end() {
    // Their own parents, in a circle, without names, with names of a megabyte.
    let long = "x".repeat(1 << 20);
    let text = format!(
        r#"[{{"traceId":"t","id":"1","parentId":"1","kind":"SERVER"}},
        {{"traceId":"t","id":"2","parentId":"3","kind":"CLIENT"}},
        {{"traceId":"t","id":"3","parentId":"2","kind":"SERVER","localEndpoint":{{"serviceName":""}}}},
        {{"traceId":"t","id":"4","parentId":"2","kind":"SERVER","localEndpoint":{{"serviceName":"a"}}}},
        {{"traceId":"t","id":"5","kind":"CLIENT","localEndpoint":{{"serviceName":"a"}},"remoteEndpoint":{{"serviceName":"{long}"}}}},
        {{"traceId":"t","id":"6","kind":7,"localEndpoint":[]}},
        {{"traceId":null,"id":"7"}}, 3, null, [], {{}}]"#
    );
    let (facts, _) = translate(&[("odd.json", &text)]);
    assert!(facts.requirements.is_empty(), "{:?}", facts.requirements);
    let notes = unread(&[("odd.json", &text)]);
    assert_eq!(notes.len(), 2, "{notes:?}");
}
