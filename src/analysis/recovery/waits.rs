//! Who waits for whom, among what never serves.

use std::collections::BTreeSet;

use crate::analysis::blast::View;
use crate::analysis::engine::{Engine, Outcome, Recovery};
use crate::analysis::verdict::Time;
use crate::model::{Model, NodeIx, ReqIx};
use crate::words::Mode;

/// Why one node waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// To start, or to be promoted: what makes a circle a recovery cycle.
    Start,
    Promotion,
    /// To serve.
    Need,
}

/// One hop of a cycle: `from` waits for `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitHop {
    pub from: NodeIx,
    pub to: NodeIx,
    pub wait: Wait,
    pub requirement: ReqIx,
    /// The standby whose promotion requires `to`.
    pub standby: Option<NodeIx>,
}

/// Who waits for whom, sorted: among nodes that never serve in `recovery`.
pub(super) fn waits(
    model: &Model,
    engine: &Engine<'_>,
    outcome: &Outcome,
    recovery: &Recovery,
) -> Vec<WaitHop> {
    let view = View {
        engine,
        outcome,
        scenario: recovery,
    };
    let never = |node: u32| view.time(node) == Time::NEVER;
    let mut waits = BTreeSet::new();
    for &(node, time) in recovery.times() {
        if time != Time::NEVER {
            continue;
        }
        let stopped = view.is_stopped(node);
        for requirement in view.unmet(node) {
            let described = model.requirement(requirement);
            if described.mode == Mode::Soft || (described.mode == Mode::Start && !stopped) {
                continue;
            }
            let (from, kind) = (
                NodeIx(node),
                if described.mode == Mode::Start {
                    Wait::Start
                } else {
                    Wait::Need
                },
            );
            if !is_short(&view, requirement) {
                continue;
            }
            let active = described
                .members
                .iter()
                .filter(|member| member.standby.is_none());
            for member in active.filter(|member| never(member.node.0)) {
                waits.insert(WaitHop {
                    from,
                    to: member.node,
                    wait: kind,
                    requirement,
                    standby: None,
                });
            }
            for state in view.standbys_of(&[requirement]) {
                for to in state.blocked_by {
                    let standby = Some(state.standby);
                    waits.insert(WaitHop {
                        from,
                        to,
                        wait: Wait::Promotion,
                        requirement,
                        standby,
                    });
                }
            }
        }
    }
    waits.into_iter().collect()
}

/// Whether what serves or is promoted in the end still does not meet `requirement`.
pub(super) fn is_short(view: &View<'_>, requirement: ReqIx) -> bool {
    let graph = view.engine.graph();
    let counts = |m: &u32| {
        if graph.is_active(*m) {
            view.time(graph.member_node[*m as usize]) != Time::NEVER
        } else {
            let promoted = view.scenario.promotion(*m);
            promoted.is_some_and(|at| at != Time::NEVER)
        }
    };
    let weight = graph
        .members_of(requirement.0)
        .filter(counts)
        .map(|m| graph.member_weight[m as usize])
        .fold(0, u64::saturating_add);
    weight < graph.need[requirement.0 as usize]
}
