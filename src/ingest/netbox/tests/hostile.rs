//! Broken, odd and hostile files.

use std::fmt::Write as _;

use super::{dump, edges, ids, notes, translate};

#[test]
fn other_lists_and_other_dumps_are_not_claimed() {
    for text in [
        "[]",
        "[1, 2]",
        r#"[{"model": "shop.order", "pk": 1, "fields": {"total": 3}}]"#,
        r#"[{"model": "dcim.site", "pk": 1}]"#,
        r#"{"count": 1, "results": [{"id": 1, "url": "https://x/api/orders/items/1/"}]}"#,
        r#"{"count": 0, "results": []}"#,
    ] {
        let (facts, _) = translate(&[("x.json", text)]);
        assert!(facts.nodes.is_empty() && facts.unread.is_empty(), "{text}");
    }
}

#[test]
fn references_to_rows_that_are_missing_are_left_out() {
    let facts = dump(
        r#"
dcim.rack 1 {"name": "R", "site": 99, "location": 98}
dcim.device 1 {"name": "a", "role": 9, "site": 99, "rack": 97, "status": "active", "tenant": 5}
dcim.powerfeed 1 {"name": "F", "power_panel": 9, "rack": 1, "status": "active"}
circuits.circuit 1 {"cid": "c", "provider": 7, "status": "active", "termination_a": 4}
dcim.cabletermination 1 {"cable": 1, "cable_end": "A", "termination_type": ["dcim", "interface"], "termination_id": 3}
"#,
    );
    assert_eq!(ids(&facts), ["host:a", "network:c", "power:F", "rack:R"]);
    assert_eq!(edges(&facts), ["rack:R on power:F"]);
    assert!(notes(&facts).contains(&"a device without a site"));
}

#[test]
fn rows_of_odd_forms_are_passed_over() {
    let text = r#"[
      {"model": "dcim.site", "pk": null, "fields": {"name": "no key"}},
      {"model": "dcim.site", "pk": [1], "fields": {"name": "no key"}},
      {"model": "dcim.site", "pk": 1, "fields": {"name": ["x"]}},
      {"model": "dcim.site", "pk": 2, "fields": []},
      {"model": "dcim.site", "pk": 3, "fields": {"name": "S", "region": {"a": 1}}},
      {"model": 5, "pk": 4, "fields": {}}, 7, null
    ]"#;
    let text = text.replacen(
        '[',
        "[{\"model\": \"dcim.site\", \"pk\": 9, \"fields\": {\"name\": \"T\"}},",
        1,
    );
    let (facts, _) = translate(&[("x.json", &text)]);
    assert_eq!(ids(&facts), ["site:S", "site:T"]);
}

#[test]
fn circles_of_places_end() {
    let facts = dump(
        r#"
dcim.site 1 {"name": "S", "region": 1}
dcim.region 1 {"name": "a", "parent": 2}
dcim.region 2 {"name": "b", "parent": 1}
dcim.location 1 {"name": "l", "site": 1, "parent": 2}
dcim.location 2 {"name": "m", "site": 1, "parent": 1}
dcim.device 1 {"name": "d", "site": 1, "parent_device": 1, "status": "active"}
"#,
    );
    assert!(ids(&facts).contains(&"region:a"));
}

#[test]
fn a_cable_of_very_many_ends_is_no_cable() {
    let mut rows = String::from("dcim.site 1 {\"name\": \"S\"}\n");
    rows.push_str("dcim.device 1 {\"name\": \"d\", \"site\": 1}\n");
    for key in 0..4_000 {
        let end = if key % 2 == 0 { "A" } else { "B" };
        let model = if key % 2 == 0 {
            "powerport"
        } else {
            "powerfeed"
        };
        writeln!(rows, "dcim.cabletermination {key} {{\"cable\": 1, \"cable_end\": \"{end}\", \"termination_type\": \"dcim.{model}\", \"termination_id\": {key}}}\ndcim.{model} {key} {{\"name\": \"{key}\", \"device\": 1}}").expect("written");
    }
    let facts = dump(&rows);
    assert_eq!(edges(&facts), ["host:d on site:S"]);
}
