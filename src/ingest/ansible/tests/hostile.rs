//! Inventories that mean harm: they end, and say what is wrong.

use std::fmt::Write as _;

use super::{edges, hosts, translate};

#[test]
fn wrong_lines_are_told_and_the_rest_is_read() {
    let text = "[web]\nw[1:\nw[9:1]\nw[1:999999999]\nok\n[web:wars]\nx\n[db:children\nz y=\"1\n";
    let (facts, _) = translate(&[("hosts", text)]);
    assert!(hosts(&facts).contains(&"host:ok"), "{:?}", hosts(&facts));
    let told: Vec<_> = facts.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(told.len(), 4, "{told:?}");
}

#[test]
fn circles_and_floods_end() {
    let circle = "[a:children]\nb\n[b:children]\na\n[b]\nh1\nh2\n[a:vars]\nx={{ y }}\ny={{ x }}\nsite={{ x }}\n";
    let (facts, _) = translate(&[("hosts", circle)]);
    assert_eq!(hosts(&facts).len(), 2);
    let flood = "[a]\nn[1:9999]x[0:0]\n".repeat(60);
    let (facts, _) = translate(&[("hosts", &flood)]);
    assert!(
        facts
            .problems
            .iter()
            .any(|p| p.message.contains("200000 hosts"))
    );
    let mut deep = String::new();
    for level in 0..200 {
        let _ = writeln!(deep, "[g{level}:children]\ng{}", level + 1);
    }
    deep.push_str("[g200]\nh\n");
    assert_eq!(hosts(&translate(&[("hosts", &deep)]).0), ["host:h"]);
}

#[test]
fn a_file_of_many_aliases_ends() {
    let mut text = "a0: &a0 [\"{{ hostvars['h'] }}\"]\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        let _ = writeln!(text, "a{level}: &a{level} {{x: *a{before}, y: *a{before}}}");
    }
    let inventory = "[web]\nv\nw\n[db]\nh\ni\n";
    let (facts, _) = translate(&[("hosts", inventory), ("group_vars/web.yml", &text)]);
    assert_eq!(edges(&facts), ["service:web hard host:h"]);
}
