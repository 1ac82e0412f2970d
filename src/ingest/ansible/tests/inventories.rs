//! Inventories in their three forms, precedence, placement, references.

use super::{edges, hosts, notes, services, translate};
use crate::words::Evidence;

const INI: &str = "lone ansible_host=10.0.0.9 # alone
[web]
web[1:2] rack=r1
web3 rack='r 2' ansible_port=22

[db]
db1:5432
[app:children]
web
db
[app:vars]
datacenter=ams
";

#[test]
fn three_forms_say_the_same() {
    let yaml = "all:\n  hosts: {lone: {ansible_host: 10.0.0.9}}\n  children:\n    app:\n      vars: {datacenter: ams}\n      children:\n        web:\n          hosts:\n            web[1:2]: {rack: r1}\n            web3: {rack: r 2}\n        db: {hosts: {db1: }}\n";
    let json = r#"{"_meta": {"hostvars": {"lone": {"ansible_host": "10.0.0.9"}, "web1": {"rack": "r1"}, "web2": {"rack": "r1"}, "web3": {"rack": "r 2"}}},
        "ungrouped": ["lone"], "app": {"children": ["web", "db"], "vars": {"datacenter": "ams"}},
        "web": {"hosts": ["web1", "web2", "web3"]}, "db": {"hosts": ["db1"]}}"#;
    for (path, text) in [
        ("hosts", INI),
        ("hosts.yml", yaml),
        ("inventory.json", json),
    ] {
        let (facts, _) = translate(&[(path, text)]);
        assert!(facts.problems.is_empty(), "{path}: {:?}", facts.problems);
        assert_eq!(
            hosts(&facts),
            [
                "host:db1",
                "host:lone",
                "host:web1",
                "host:web2",
                "host:web3"
            ],
            "{path}"
        );
        assert_eq!(services(&facts), ["web: web1 web2 web3"], "{path}");
        assert_eq!(
            edges(&facts),
            [
                "host:db1 on site:ams",
                "host:web1 on rack:r1",
                "host:web1 on site:ams",
                "host:web2 on rack:r1",
                "host:web2 on site:ams",
                "host:web3 on rack:r 2",
                "host:web3 on site:ams"
            ],
            "{path}"
        );
        assert_eq!(facts.aliases.len(), 1, "{path}");
        assert_eq!(facts.aliases[0].name, "10.0.0.9");
    }
}

#[test]
fn variables_count_by_ansibles_order() {
    // Each line of `layers` counts more than those before it.
    let layers = [
        ("i/hosts", "[all:vars]\nsite=1"),
        ("i/hosts", "[up:vars]\nsite=2"),
        ("i/hosts", "[a:vars]\nsite=3"),
        ("i/hosts", "[b:vars]\nsite=4"),
        ("i/group_vars/all.yml", "site: 5"),
        ("group_vars/all/x.yml", "site: 6"),
        ("i/group_vars/up", "site: 7"),
        ("i/group_vars/a.yml", "site: 8"),
        ("i/group_vars/b/z.yml", "site: 9"),
        ("group_vars/up.yml", "site: 10"),
        ("group_vars/b.yaml", "site: 11"),
        ("i/hosts", "[a]\nh site=12"),
        ("i/host_vars/h.yml", "site: 13"),
        ("host_vars/h.json", "{\"site\": 14}"),
    ];
    for count in 1..=layers.len() {
        let mut ini = "[a]\nh\n[b]\nh\n[up:children]\na\nb\n".to_owned();
        let mut files = vec![];
        for (path, text) in &layers[..count] {
            if *path == "i/hosts" {
                ini.push_str(text);
                ini.push('\n');
            } else {
                files.push((*path, *text));
            }
        }
        files.push(("i/hosts", &ini));
        let (facts, _) = translate(&files);
        assert_eq!(edges(&facts), [format!("host:h on site:{count}")]);
        // What is said of all hosts is a default.
        let origin = &facts.requirements[0].origin;
        let is_default = matches!(count, 1 | 5 | 6);
        assert_eq!(origin.evidence == Evidence::Assumed, is_default, "{count}");
    }
    let first = "[a]\nh\n[b]\nh\n[a:vars]\nsite=1\nansible_group_priority=9\n[b:vars]\nsite=2\n";
    assert_eq!(
        edges(&translate(&[("hosts", first)]).0),
        ["host:h on site:1"]
    );
}

#[test]
fn values_that_lead_on_and_values_that_need_jinja() {
    let vars = "where: fra\ndatacenter: \"{{ where }}\"\nrack: \"{{ inventory_hostname[0:2] }}\"\nzone: example.org\nvmhost: kvm1\n";
    let files = [("hosts", "[a]\nh1\nh2\nkvm1\n"), ("group_vars/a.yml", vars)];
    let (facts, _) = translate(&files);
    assert_eq!(
        edges(&facts),
        [
            "host:h1 on host:kvm1",
            "host:h1 on site:fra",
            "host:h2 on host:kvm1",
            "host:h2 on site:fra",
            "host:kvm1 on site:fra"
        ]
    );
    assert_eq!(
        notes(&facts),
        ["`rack` says where 3 hosts stand, but in Jinja, which is not evaluated"]
    );
}

#[test]
fn plays_for_one_host_and_what_variables_name() {
    let plays = "- hosts: mail\n  roles: [postfix]\n- hosts: [db1, \"web:!old\"]\n  tasks: []\n- import_playbook: x.yml\n";
    let files = [
        (
            "hosts",
            "mail ansible_host=10.0.0.2\n[web]\nw1\nw2\n[db]\ndb1\ndb2\n[one]\nmail\n",
        ),
        ("site.yml", plays),
        (
            "group_vars/web.yml",
            "smtp_host: 10.0.0.2\ndb_hosts: [db1, db2]\nstatsd_host: mail\nbind_address: 10.0.0.2\ndocs: https://docs.example.org\nprimary: w1:80\n",
        ),
        (
            "host_vars/mail.yml",
            "ldap: \"ldap://{{ groups['db'][0] }}:389\"\nsecret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n",
        ),
        (
            "group_vars/all.yml",
            "peer: \"{{ hostvars['mail']['ip'] }}\"\n",
        ),
        ("host_vars/ghost.yml", "a: 1\n"),
    ];
    let (facts, sources) = translate(&files);
    assert_eq!(
        services(&facts),
        ["db: db1 db2", "db1: db1", "mail: mail", "web: w1 w2"]
    );
    assert_eq!(
        edges(&facts),
        [
            "service:mail hard service:db",
            "service:web hard any of (host:db2 service:db1)",
            "service:web hard service:mail",
            "service:web soft service:mail"
        ]
    );
    let told: Vec<String> = facts
        .unread
        .iter()
        .map(|(span, why)| format!("{} {why}", sources.location(*span)))
        .collect();
    assert_eq!(
        told,
        [
            "group_vars/all.yml:1:7 names a host of the inventory, but whose need that is can't be told",
            "host_vars/ghost.yml:1:1 variables of host `ghost`, which no inventory of the input has",
            "host_vars/mail.yml:3:3 1 value is encrypted (`!vault`): not read",
        ]
    );
}

#[test]
fn copies_are_missed_later_and_scopes_are_no_needs() {
    let mirrors = "repo:\n  source: \"rsync://{{ hostvars['origin']['ip'] }}/repo\"\n  checked: https://origin/last\n  hosts: \"{{ groups['web'] }}\"\nedge: \"{{ groups['eu'] }}\"\ndb_host: \"{{ hostvars['db']['ip'] }}\"\n";
    let files = [
        (
            "hosts",
            "origin\ndb\n[mirrors]\nm1\nm2\nm3\n[eu]\nm1\nm2\n[web]\nw1\nw2\n",
        ),
        ("group_vars/mirrors.yml", mirrors),
    ];
    let (facts, sources) = translate(&files);
    // The edge is a part of the mirrors themselves.
    assert_eq!(
        edges(&facts),
        [
            "service:mirrors hard host:db",
            "service:mirrors soft host:origin"
        ]
    );
    let told: Vec<String> = facts
        .unread
        .iter()
        .map(|(span, why)| format!("{} {why}", sources.location(*span)))
        .collect();
    assert_eq!(
        told,
        [
            "group_vars/mirrors.yml:4:10 names hosts, but whether they are needed or where something runs can't be told"
        ]
    );
}

#[test]
fn estates_side_by_side_stay_apart() {
    let files = [
        ("inventories/prod/hosts", "[web]\np1\np2\n"),
        ("inventories/prod/group_vars/web.yml", "site: one\n"),
        ("inventories/test/hosts", "[web]\nt1\nt2\n"),
        ("inventories/test/group_vars/web.yml", "site: two\n"),
    ];
    let (facts, _) = translate(&files);
    assert_eq!(services(&facts), ["prod/web: p1 p2", "test/web: t1 t2"]);
    assert_eq!(
        edges(&facts),
        [
            "host:p1 on site:one",
            "host:p2 on site:one",
            "host:t1 on site:two",
            "host:t2 on site:two"
        ]
    );
    assert!(facts.unread.is_empty(), "{:?}", facts.unread);
}

#[test]
fn what_is_no_inventory_is_left_alone() {
    for (path, text) in [
        ("a.yml", "web: {image: x}\n"),
        ("b.yml", "services: {web: {hosts: [a]}}\n"),
        ("c.yml", "- name: x\n  value: y\n"),
        ("d.json", "{\"all\": 1}"),
    ] {
        let (facts, _) = translate(&[(path, text)]);
        assert!(facts.nodes.is_empty(), "{path}");
    }
}
