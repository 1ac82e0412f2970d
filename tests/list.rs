//! `spof list` for people: one row for faults that do the same, so that the first rows say most.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod program;

use program::{folder, run};

/// A host in a rack, and one without, on one site.
const SITE: &str = "\
domains:
  - {id: site:s}
  - {id: rack:r, in: site:s}
  - {id: host:z, in: rack:r}
  - {id: host:a, in: site:s, title: The old one}
services:
  - {id: service:shop, replicas: [{on: host:z}]}
  - {id: service:blog, replicas: [{on: host:a}]}
";

#[test]
fn faults_that_cut_the_same_are_one_row_and_of_equals_the_largest_comes_first() {
    let folder = folder(&[("spof.yaml", SITE)]);
    let shown = run(&["list", "-i", folder.path().to_str().unwrap()]).ok();
    let expected = "\
Single points of failure, worst first
     fault (+ others alike)                           cuts  worst
  1  site:s                                              2  ✗ down
  2  host:z +2               + rack:r, a replica         1  ✗ down
  3  host:a +1               The old one + a replica     1  ✗ down

site:s cuts
  2 services   ✗ down         blog, shop

host:z, rack:r or replica:shop@host:z#1, each alone, cuts
  1 service    ✗ down         shop

host:a or replica:blog@host:a#1, each alone, cuts
  1 service    ✗ down         blog
";
    assert_eq!(shown, expected);
}

#[test]
fn what_a_limit_leaves_out_is_counted_in_faults() {
    let folder = folder(&[("spof.yaml", SITE)]);
    let shown = run(&[
        "list",
        "--limit",
        "2",
        "-i",
        folder.path().to_str().unwrap(),
    ])
    .ok();
    assert!(shown.contains("  2  host:z +2"), "{shown}");
    assert!(
        shown.contains("  and 2 more faults (--limit shows more)\n"),
        "{shown}"
    );
    assert!(!shown.contains("The old one"), "{shown}");
}

#[test]
fn of_named_subjects_only_what_befalls_them_makes_faults_alike() {
    let folder = folder(&[("spof.yaml", SITE)]);
    let shown = run(&[
        "list",
        "service:shop",
        "-i",
        folder.path().to_str().unwrap(),
    ])
    .ok();
    assert!(shown.contains("  1  host:z +3"), "{shown}");
}

/// The first lines on the inputs in this folder of `SPOF_REAL_INPUTS`.
fn first_lines(pack: &str, count: usize) -> String {
    let inputs = std::env::var("SPOF_REAL_INPUTS").unwrap();
    let shown = run(&["list", "-i", &format!("{inputs}/{pack}/data")]).ok();
    shown.lines().take(count).collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn the_first_lines_name_the_sites_on_one_circuit() {
    let shown = first_lines("netbox-demo", 22);
    for (circuit, switch) in [
        ("319031", "ncsu128-distswitch1"),
        ("350927", "ncsu117-distswitch1"),
        ("398282", "ncsu118-distswitch1"),
    ] {
        let row = shown.lines().find(|line| line.contains(circuit));
        assert!(
            row.is_some_and(|row| row.contains(switch)),
            "{circuit}\n{shown}"
        );
    }
    assert!(!shown.contains("power:MDF/"), "{shown}");
}

#[test]
#[ignore = "needs SPOF_REAL_INPUTS"]
fn the_first_lines_name_the_locations_that_take_most() {
    let shown = first_lines("archlinux-infra", 6);
    for (row, place) in [
        (2, "provider:hetzner"),
        (3, "site:fsn1"),
        (4, "site:hel1"),
        (5, "site:nbg1"),
    ] {
        assert!(shown.lines().nth(row).unwrap().contains(place), "{shown}");
    }
}
