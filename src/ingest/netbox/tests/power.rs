//! Power: feeds of racks, and cables from feeds over outlets to devices.

use super::{dump, edges, ids, notes};
use crate::words::Evidence;

const ROOM: &str = r#"
dcim.site 1 {"name": "S", "slug": "s"}
dcim.location 1 {"name": "UPS", "site": 1}
dcim.rack 1 {"name": "R1", "site": 1}
dcim.rack 2 {"name": "R2", "site": 1}
dcim.powerpanel 1 {"name": "A", "site": 1, "location": null}
dcim.powerpanel 2 {"name": "B", "site": 1, "location": 1}
dcim.powerfeed 1 {"name": "1A", "power_panel": 1, "rack": 1, "status": "active", "type": "primary"}
dcim.powerfeed 2 {"name": "1B", "power_panel": 2, "rack": 1, "status": "active", "type": "redundant"}
dcim.powerfeed 3 {"name": "2A", "power_panel": 1, "rack": 2, "status": "active", "type": "primary"}
dcim.powerfeed 4 {"name": "2B", "power_panel": 2, "rack": 2, "status": "failed", "type": "redundant"}
dcim.devicerole 1 {"name": "Server"}
dcim.devicerole 2 {"name": "PDU"}
"#;

#[test]
fn a_rack_needs_any_of_its_active_feeds() {
    let facts = dump(ROOM);
    let edges = edges(&facts);
    assert_eq!(
        edges,
        [
            "power:S/A/1A on power:S/A",
            "power:S/A/2A on power:S/A",
            "power:S/B on room:S/UPS",
            "power:S/B/1B on power:S/B",
            "rack:S/R1 on any(power:S/A/1A, power:S/B/1B)",
            "rack:S/R1 on site:S",
            "rack:S/R2 on power:S/A/2A",
            "rack:S/R2 on site:S",
            "room:S/UPS on site:S",
        ]
    );
    assert_eq!(
        notes(&facts),
        ["a power feed that is not active: it feeds nothing"]
    );
}

#[test]
fn two_feeds_of_one_type_are_taken_for_alternatives_by_inference() {
    let evidence = |second: &str| {
        let facts = dump(&ROOM.replace("redundant", second));
        let rack = facts
            .requirements
            .iter()
            .find(|r| r.of.text == "rack:S/R1" && super::expr(&r.expr).starts_with("any"));
        rack.expect("both feeds").origin.evidence
    };
    assert_eq!(evidence("redundant"), Evidence::Declared);
    assert_eq!(evidence("primary"), Evidence::Inferred);
}

#[test]
fn cables_say_which_supply_a_device_hangs_on() {
    let facts = dump(&format!(
        r#"{ROOM}
dcim.device 1 {{"name": "pdu-a", "role": 2, "site": 1, "rack": 1, "status": "active"}}
dcim.device 2 {{"name": "pdu-b", "role": 2, "site": 1, "rack": 1, "status": "active"}}
dcim.device 3 {{"name": "two-cords", "role": 1, "site": 1, "rack": 1, "status": "active"}}
dcim.device 4 {{"name": "one-cord", "role": 1, "site": 1, "rack": 1, "status": "active"}}
dcim.powerport 1 {{"device": 1, "name": "in"}}
dcim.powerport 3 {{"device": 3, "name": "PSU0"}}
dcim.powerport 4 {{"device": 3, "name": "PSU1"}}
dcim.powerport 5 {{"device": 4, "name": "PSU0"}}
dcim.powerport 6 {{"device": 4, "name": "PSU1"}}
dcim.poweroutlet 1 {{"device": 1, "name": "1"}}
dcim.poweroutlet 2 {{"device": 2, "name": "1"}}
dcim.poweroutlet 3 {{"device": 2, "name": "2"}}
dcim.cable 1 {{"status": "connected"}}
dcim.cable 2 {{"status": "connected", "termination_a_type": ["dcim", "powerport"], "termination_a_id": 3, "termination_b_type": ["dcim", "poweroutlet"], "termination_b_id": 1}}
dcim.cable 3 {{"status": "connected", "termination_a_type": ["dcim", "powerport"], "termination_a_id": 4, "termination_b_type": ["dcim", "poweroutlet"], "termination_b_id": 2}}
dcim.cable 4 {{"status": "connected", "termination_a_type": ["dcim", "powerport"], "termination_a_id": 5, "termination_b_type": ["dcim", "poweroutlet"], "termination_b_id": 3}}
dcim.cable 5 {{"status": "planned", "termination_a_type": ["dcim", "powerport"], "termination_a_id": 6, "termination_b_type": ["dcim", "poweroutlet"], "termination_b_id": 1}}
dcim.cable 6 {{"status": "connected", "termination_a_type": ["dcim", "powerport"], "termination_a_id": 6, "termination_b_type": null, "termination_b_id": null}}
dcim.cabletermination 1 {{"cable": 1, "cable_end": "A", "termination_type": ["dcim", "powerfeed"], "termination_id": 1}}
dcim.cabletermination 2 {{"cable": 1, "cable_end": "B", "termination_type": ["dcim", "powerport"], "termination_id": 1}}
"#
    ));
    let edges = edges(&facts);
    for edge in [
        "power:pdu-a on power:S/A/1A",
        "power:pdu-a on rack:S/R1",
        "host:two-cords on any(power:pdu-a, power:pdu-b)",
        "host:one-cord on power:pdu-b",
    ] {
        assert!(edges.iter().any(|e| e == edge), "{edge} in {edges:?}");
    }
    // What others get power from is no machine that serves anybody.
    assert!(!ids(&facts).iter().any(|id| id.contains("service:S/PDU")));
}
