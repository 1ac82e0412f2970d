//! Which groups are services, and what inventories say that programs print.

use super::{edges, hosts, notes, services, translate};
use crate::ingest::fact::NeedFact;

/// As `ansible-inventory --list` prints what a cloud's plugin found.
const CLOUD: &str = r#"{
  "_meta": {"hostvars": {
    "a": {"ansible_host": "198.51.100.1", "private_ip_address": "10.0.0.1",
          "placement": {"availability_zone": "us-east-1a", "region": "us-east-1"}},
    "b": {"placement": {"availability_zone": "us-east-1b", "region": "us-east-1"}},
    "c": {"placement": {"availability_zone": "us-east-1b", "region": "us-east-1"}}}},
  "all": {"children": ["ungrouped", "aws_ec2"]},
  "aws_ec2": {"hosts": ["a", "b", "c"]},
  "us_east_1b": {"hosts": ["b", "c"]},
  "region_us_east_1": {"hosts": ["a", "b"]},
  "instance_type_t3_micro": {"hosts": ["a", "b"]},
  "role_web": {"hosts": ["a", "b"]}}"#;

#[test]
fn a_cloud_says_where_machines_are_and_its_groups_are_no_services() {
    let (facts, _) = translate(&[("aws.json", CLOUD)]);
    assert_eq!(services(&facts), ["role_web: a b"]);
    assert_eq!(
        edges(&facts),
        [
            "host:a on region:us-east-1",
            "host:a on zone:us-east-1a",
            "host:b on region:us-east-1",
            "host:b on zone:us-east-1b",
            "host:c on region:us-east-1",
            "host:c on zone:us-east-1b"
        ]
    );
    let names: Vec<&str> = facts.identities.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["10.0.0.1", "198.51.100.1"]);
}

#[test]
fn registers_list_one_place_and_containers_name_their_machine() {
    let netbox = r#"{"_meta": {"hostvars": {
        "r1": {"sites": ["ams1"], "racks": ["R1"], "locations": []},
        "c1": {"physical_host": "r1"}, "r2": {"physical_host": "r2", "do_region": {"slug": "nyc1"}}}},
        "x": {"hosts": ["r1", "c1", "r2"]}}"#;
    let (facts, _) = translate(&[("netbox.json", netbox)]);
    assert_eq!(
        edges(&facts),
        [
            "host:c1 on host:r1",
            "host:r1 on rack:R1",
            "host:r1 on site:ams1",
            "host:r2 on region:nyc1"
        ]
    );
}

#[test]
fn before_meta_a_group_was_a_list() {
    let text = r#"{"web": {"hosts": ["w1", "w2"], "vars": {"dc": "x1"}}, "db": ["d1"], "both": {"children": ["web", "db"]}}"#;
    let (facts, _) = translate(&[("inv.json", text)]);
    assert_eq!(hosts(&facts), ["host:d1", "host:w1", "host:w2"]);
    assert_eq!(services(&facts), ["web: w1 w2"]);
}

#[test]
fn racks_of_one_name_at_two_sites_are_two() {
    let text = "[web]\na dc=x rack=R1\nb dc=y rack=R1\nc dc=x rack=R2\n";
    let (facts, _) = translate(&[("hosts", text)]);
    assert_eq!(
        edges(&facts),
        [
            "host:a on rack:x/R1",
            "host:a on site:x",
            "host:b on rack:y/R1",
            "host:b on site:y",
            "host:c on rack:R2",
            "host:c on site:x"
        ]
    );
}

#[test]
fn who_votes_needs_most_and_may_be_made_of_children() {
    let text = "[masters]\nn[1:3]\n[etcd:children]\nmasters\n[cluster:children]\nmasters\n\
                [production]\nn[1:3]\n[fra1]\nn[1:3]\n[fra1:vars]\ndatacenter=fra1\n";
    let (facts, _) = translate(&[("hosts", text)]);
    assert_eq!(services(&facts), ["etcd: n1 n2 n3", "masters: n1 n2 n3"]);
    let need = |name: &str| {
        let mut nodes = facts.nodes.iter();
        nodes
            .find(|n| n.name.text == name)
            .and_then(|n| n.attributes.need)
    };
    assert_eq!(need("service:etcd"), Some(NeedFact::Weight(2)));
    assert_eq!(need("service:masters"), None);
}

#[test]
fn a_group_of_one_host_that_a_play_is_run_on_is_a_service() {
    let hosts = "[lb]\nlb1\n[db]\ndb1\n[web]\nw1\nw2\n[web:vars]\ndb_host={{ groups['db'][0] }}\n";
    let plays = "- {hosts: lb, roles: [haproxy]}\n";
    let (facts, _) = translate(&[("hosts", hosts), ("site.yml", plays)]);
    assert_eq!(services(&facts), ["lb: lb1", "web: w1 w2"]);
    // No play is run on `db`: what the group's name leads to is its host.
    assert_eq!(edges(&facts), ["service:web hard host:db1"]);
}

#[test]
fn addresses_of_nobody_in_particular_are_nobodys() {
    let text = "[n]\n\"a\" ansible_host='127.0.0.1'\nb ansible_host=<>\nc ansible_host=TODO\n\
                d ansible_ssh_host=10.0.0.4\ne ansible_host=192.0.2.1\nf ansible_host=192.0.2.1\n";
    let (facts, _) = translate(&[("hosts", text)]);
    let names: Vec<String> = facts
        .identities
        .iter()
        .map(|a| format!("{} {}", a.name, a.target.text))
        .collect();
    assert_eq!(names, ["10.0.0.4 host:d"]);
    assert_eq!(hosts(&facts).first(), Some(&"host:a"));
}

#[test]
fn what_a_plugin_would_ask_is_listed() {
    let text = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\n";
    let (facts, _) = translate(&[("inventory/aws_ec2.yml", text)]);
    assert!(notes(&facts)[0].contains("ansible-inventory -i aws_ec2.yml --list"));
    let other = "plugin: something\nvalue: 1\n";
    let (facts, _) = translate(&[("settings.yml", other)]);
    assert!(facts.unread.is_empty());
}
