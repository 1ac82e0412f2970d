//! Models of our own.

use super::OpenPsa;
use crate::ingest::Adapter;
use crate::ingest::fact::{Facts, TreeArgument, TreeOperator};
use crate::source::{Limits, SourceMap, xml};

fn facts(body: &str) -> Facts {
    let text = format!("<opsa-mef>{body}</opsa-mef>");
    let mut sources = SourceMap::default();
    let file = sources.add("t.xml".into(), text.clone());
    let documents = xml::read(file, &text, &Limits::default()).documents;
    OpenPsa.translate(&[&documents[0]], &sources)
}

fn refused(gate: &str) -> String {
    let body = format!("<define-fault-tree name=\"t\">{gate}</define-fault-tree>");
    let facts = facts(&body);
    assert!(facts.fault_trees.is_empty());
    facts.problems[0].message.to_string()
}

#[test]
fn nested_formulas_shared_gates_and_house_events() {
    let facts = facts(
        "<define-fault-tree name=\"t\"><define-gate name=\"top\"><label>x</label><or>\
         <atleast min=\"2\"><gate name=\"g\"/><event name=\"a\"/><not><event name=\"g\"/></not>\
         </atleast><house-event name=\"h\"/></or></define-gate><define-gate name=\"g\"><and>\
         <basic-event name=\"a\"/><basic-event name=\"b\"/></and></define-gate>\
         <define-house-event name=\"h\"><constant value=\"true\"/></define-house-event>\
         </define-fault-tree>",
    );
    let tree = &facts.fault_trees[0];
    assert_eq!(tree.events, ["a", "b"]);
    let named: Vec<_> = tree.gates.iter().map(|gate| gate.name.as_deref()).collect();
    assert_eq!(named, [Some("g"), None, None, Some("top")]);
    assert_eq!(
        tree.gates[3].arguments,
        [TreeArgument::Gate(2), TreeArgument::Constant(true)]
    );
    assert_eq!(tree.gates[2].operator, TreeOperator::AtLeast(2));
}

#[test]
fn what_can_not_be_read_is_refused_by_name() {
    let gate = |formula: &str| refused(&format!("<define-gate name=\"g\">{formula}</define-gate>"));
    assert!(gate("<nand><event name=\"a\"/></nand>").contains("`nand` is not read"));
    assert!(gate("<or><gate name=\"x\"/></or>").contains("gate `x` is not defined"));
    assert!(gate("<or><gate name=\"g\"/></or>").contains("depends on itself"));
    assert!(gate("<not><event name=\"a\"/><event name=\"b\"/></not>").contains("one argument"));
    assert!(gate("<atleast min=\"3\"><event name=\"a\"/></atleast>").contains("between 1 and 1"));
    assert!(gate("<or/>").contains("no arguments"));
    assert!(gate("").contains("exactly one formula"));
    assert!(gate("<or><house-event name=\"h\"/></or>").contains("`h` is not defined"));
    assert!(refused("<define-CCF-group name=\"c\"/>").contains("define-CCF-group"));
}

/// Gates and events by name: what each gate is, in order.
fn told(facts: &Facts) -> Vec<String> {
    assert_eq!(facts.problems, []);
    let tree = &facts.fault_trees[0];
    let shown = |argument: &TreeArgument| match argument {
        TreeArgument::Gate(at) => tree.gates[*at].name.clone().unwrap_or_default(),
        TreeArgument::Event(at) => tree.events[*at].clone(),
        TreeArgument::Constant(value) => value.to_string(),
    };
    let line = |gate: &crate::ingest::fact::TreeGate| {
        let arguments: Vec<String> = gate.arguments.iter().map(shown).collect();
        let name = gate.name.as_deref().unwrap_or_default();
        format!("{name}: {}", arguments.join(" "))
    };
    tree.gates.iter().map(line).collect()
}

#[test]
fn components_have_names_of_their_own_and_see_those_around() {
    let facts = facts(
        "<define-fault-tree name=\"t\">\
         <define-gate name=\"top\"><and><gate name=\"c.g\"/><gate name=\"g\"/></and></define-gate>\
         <define-gate name=\"g\"><or><event name=\"a\"/><event name=\"b\"/></or></define-gate>\
         <define-component name=\"c\" role=\"private\">\
         <define-gate name=\"g\"><or><event name=\"a\"/><event name=\"b\"/><gate name=\"h\"/></or></define-gate>\
         <define-basic-event name=\"b\"/>\
         <define-component name=\"d\">\
         <define-gate name=\"h\" role=\"public\"><or><event name=\"b\"/><event name=\"t.c.b\"/></or></define-gate>\
         </define-component></define-component></define-fault-tree>",
    );
    let expected = [
        "h: t.c.b t.c.b",
        "t.c.g: a t.c.b h",
        "g: a b",
        "top: t.c.g g",
    ];
    let mut told = told(&facts);
    told.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[test]
fn trees_use_the_gates_of_others_by_name_or_path() {
    let tree = |name: &str, body: &str| {
        format!("<define-fault-tree name=\"{name}\">{body}</define-fault-tree>")
    };
    let gate = |name: &str, of: &str| {
        format!("<define-gate name=\"{name}\"><or><event name=\"{of}\"/></or></define-gate>")
    };
    let one = tree("one", &(gate("root", "x") + &gate("only", "y")));
    let told = told(&facts(
        &(tree(
            "all",
            &(gate("p", "one.root") + &gate("q", "only") + &gate("root", "z")),
        ) + &one),
    ));
    let expected = [
        "one.root: x",
        "p: one.root",
        "only: y",
        "q: only",
        "all.root: z",
    ];
    assert_eq!(told, expected);
    let unsure =
        facts(&(tree("all", &gate("p", "root")) + &one + &tree("two", &gate("root", "z"))));
    let message = &unsure.problems[0].message;
    assert!(message.contains("say `TREE.root`"), "{message}");
}

#[test]
fn what_only_uses_fault_trees_is_listed() {
    let facts = facts(
        "<define-event-tree name=\"e\"><initial-state/></define-event-tree>\
         <define-fault-tree name=\"t\"><define-gate name=\"g\"><event name=\"a\"/></define-gate>\
         </define-fault-tree>",
    );
    assert_eq!(told(&facts), ["g: a"]);
    assert!(
        facts.unread[0]
            .1
            .contains("`define-event-tree` is not read")
    );
}
