use crate::model::testing::{model, native};
use crate::source::ProblemKind;
use crate::words::Mode;

#[test]
fn a_circle_names_its_hops_and_is_cut() {
    let mut facts = native();
    facts.nodes(&["site:a", "room:b", "rack:c", "host:h"]);
    facts.plain("rack:c", Mode::Placement, "room:b");
    facts.plain("room:b", Mode::Placement, "site:a");
    facts.plain("site:a", Mode::Placement, "rack:c");
    facts.plain("host:h", Mode::Placement, "rack:c");
    let model = model(vec![facts]);
    let problem = model.problem();
    assert_eq!(problem.kind, ProblemKind::PlacementCycle);
    assert_eq!(
        problem.message,
        "these stand on each other in a circle: `rack:c` → `room:b` → `site:a` → `rack:c`; that \
         `site:a` stands on rack:c is ignored"
    );
    assert_eq!(problem.related.len(), 3);
    assert_eq!(
        model.requirement_ids(),
        [
            "host:h/placement/rack:c",
            "rack:c/placement/room:b",
            "room:b/placement/site:a"
        ]
    );
}

#[test]
fn circles_of_serving_are_fine() {
    let mut facts = native();
    facts.nodes(&["service:a", "service:b"]);
    facts.hard("service:a", "service:b");
    facts.hard("service:b", "service:a");
    let model = model(vec![facts]);
    model.no_problems();
    assert_eq!(model.requirements.len(), 2);
}

/// Every two of 60 things stand on each other: 1,770 circles of two. The answer is short, quick
/// and acyclic.
#[test]
fn a_thick_knot_is_untied() {
    let mut facts = native();
    let names: Vec<String> = (0..60).map(|n| format!("room:{n:02}")).collect();
    for name in &names {
        facts.node(name);
    }
    for of in &names {
        for on in names.iter().filter(|on| *on != of) {
            facts.plain(of, Mode::Placement, on);
        }
    }
    let model = model(vec![facts]);
    assert!(model.problems.len() <= 101, "{}", model.problems.len());
    assert!(
        model
            .problems
            .iter()
            .all(|problem| problem.kind == ProblemKind::PlacementCycle)
    );
    let mut graph = petgraph::graph::DiGraph::<(), ()>::new();
    let nodes: Vec<_> = model.nodes.iter().map(|_| graph.add_node(())).collect();
    for requirement in &model.requirements {
        for member in &requirement.members {
            graph.add_edge(
                nodes[requirement.of.0 as usize],
                nodes[member.node.0 as usize],
                (),
            );
        }
    }
    assert!(!petgraph::algo::is_cyclic_directed(&graph));
    assert!(model.requirements.len() >= 1_770);
}
