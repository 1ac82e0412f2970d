//! `spof recover --format json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::VERSION;
use super::blast::{Cycle, Data, cycle, data, places};
use crate::analysis::recovery::{Freeing, Return, Scenario, StepKind};
use crate::model::NodeIx;
use crate::model::json::GraphSource;
use crate::output::bring_up::Recovering;
use crate::words::Class;

/// How an estate comes back. Steps and waves are numbered from 1, in the order in which they begin;
/// times are seconds after the faults struck.
#[derive(Debug, Serialize)]
pub struct Recover<'a> {
    version: u32,
    assume: &'static str,
    black_start: bool,
    /// What stopped comes back empty, and is restored first.
    restores: bool,
    faults: Vec<&'a str>,
    /// Faults that are repaired, with the time of it.
    repaired_s: BTreeMap<&'a str, u64>,
    /// Nodes that fail along with the faults.
    with: Vec<&'a str>,
    waves: Vec<Wave>,
    steps: Vec<Step<'a>>,
    /// Journeys, services and stores that were away, in order of id.
    returns: Vec<Back<'a>>,
    /// The steps that decide when `of` is back, each of which begins when the one before ends.
    critical_path: Option<Critical<'a>>,
    /// What does not come back in this scenario; of these, what would not even if all were repaired
    /// at once.
    never: Vec<&'a str>,
    stuck: Vec<&'a str>,
    cycles: Vec<HeldCycle<'a>>,
    /// The requirements that free most if they are not asked for, best first.
    loosen: Option<Loosen<'a>>,
    data: Vec<Data<'a>>,
}

#[derive(Debug, Serialize)]
struct Wave {
    number: usize,
    begins_s: u64,
    steps: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    number: usize,
    wave: usize,
    kind: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    begins_s: u64,
    ends_s: u64,
    /// It decides when the target of the critical path is back.
    critical: bool,
    /// Of a promotion or restore: for which node and requirement, and by which of the ways of the
    /// standby, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#for: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<usize>,
    /// In the order in which it comes; the last is what it waits for longest.
    waits_for: Vec<Wait<'a>>,
}

#[derive(Debug, Serialize)]
struct Wait<'a> {
    id: &'a str,
    at_s: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<&'a str>,
    /// The step whose end it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Back<'a> {
    id: &'a str,
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// Null: not in this scenario.
    recovers_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto_kept: Option<bool>,
    /// Seconds over the objective; left out for what never comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    late_s: Option<u64>,
    /// The step whose end brings it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_step: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Critical<'a> {
    of: &'a str,
    steps: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct HeldCycle<'a> {
    cycle: Cycle<'a>,
    /// All that waits for it, its own nodes among them; null if there were too many circles.
    holds: Option<Vec<&'a str>>,
}

#[derive(Debug, Serialize)]
struct Loosen<'a> {
    candidates: usize,
    untried: usize,
    best: Vec<Candidate<'a>>,
}

#[derive(Debug, Serialize)]
struct Candidate<'a> {
    /// The first of those stated together.
    requirement: &'a str,
    /// Whose it is; the workload, where it is that of its copies.
    of: &'a str,
    mode: &'static str,
    /// Of a promotion: the standby, the way of promoting it, and what that way need not wait for.
    #[serde(skip_serializing_if = "Option::is_none")]
    standby: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without: Option<&'a str>,
    frees: Vec<&'a str>,
    sources: Vec<GraphSource>,
}

/// The answer.
#[must_use]
pub fn recover<'a>(recovering: &Recovering<'a>) -> Recover<'a> {
    let (cx, answer) = (recovering.cx, recovering.answer);
    let plan = &answer.plan;
    let critical = recovering.critical();
    let faults = match &answer.scenario {
        Scenario::BlackStart => &[][..],
        Scenario::Faults(faults) => faults,
    };
    let mut returns: Vec<Return> = [Class::Journey, Class::Service, Class::Store]
        .into_iter()
        .flat_map(|class| recovering.returns(class))
        .collect();
    returns.sort_by_key(|back| back.node);
    let waves = plan.waves.iter().enumerate().map(|(number, wave)| Wave {
        number: number + 1,
        begins_s: wave.begins,
        steps: wave.steps.clone().map(|step| step + 1).collect(),
    });
    let target = recovering
        .target()
        .filter(|node| plan.return_of(*node).is_some());
    Recover {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        black_start: answer.scenario == Scenario::BlackStart,
        restores: recovering.restores,
        faults: faults.iter().map(|fault| cx.id(fault.node)).collect(),
        repaired_s: faults
            .iter()
            .filter_map(|fault| Some((cx.id(fault.node), fault.repaired_s?)))
            .collect(),
        with: cx.ids(&answer.along),
        waves: waves.collect(),
        steps: steps(recovering, &critical),
        returns: returns.iter().map(|one| back(recovering, one)).collect(),
        critical_path: target.map(|node| Critical {
            of: cx.id(node),
            steps: critical.iter().map(|step| step + 1).collect(),
        }),
        never: cx.ids(&answer.never),
        stuck: cx.ids(&answer.stuck),
        cycles: answer
            .cycles
            .iter()
            .map(|held| HeldCycle {
                cycle: cycle(cx, &held.cycle),
                holds: held.holds.as_ref().map(|nodes| cx.ids(nodes)),
            })
            .collect(),
        loosen: answer.loosening.as_ref().map(|loosening| Loosen {
            candidates: loosening.candidates,
            untried: loosening.untried,
            best: loosening
                .best
                .iter()
                .map(|freeing| candidate(recovering, freeing))
                .collect(),
        }),
        data: answer.data.iter().map(|loss| data(cx, loss)).collect(),
    }
}

fn steps<'a>(recovering: &Recovering<'a>, critical: &[usize]) -> Vec<Step<'a>> {
    let cx = recovering.cx;
    let decides: std::collections::BTreeSet<usize> = critical.iter().copied().collect();
    let steps = recovering.answer.plan.steps.iter().enumerate();
    let one = |(number, step): (usize, &'a crate::analysis::recovery::Step)| {
        let (requirement, way) = match step.kind {
            StepKind::Promote { requirement, way } => {
                (Some(cx.requirement(requirement)), Some(way))
            }
            StepKind::Repair | StepKind::Start => (None, None),
        };
        let waits = step.waits.iter().map(|cause| Wait {
            id: cx.id(cause.node),
            at_s: cause.at,
            requirement: cause.requirement.map(|ix| cx.requirement(ix).id.as_str()),
            step: cause.step.map(|step| step + 1),
        });
        Step {
            number: number + 1,
            wave: step.wave + 1,
            kind: recovering.doing(step.kind, step.node).as_str(),
            id: cx.id(step.node),
            owner: recovering.owner(step.node),
            begins_s: step.begins,
            ends_s: step.ends,
            critical: decides.contains(&number),
            r#for: requirement.map(|requirement| cx.id(requirement.of)),
            requirement: requirement.map(|requirement| requirement.id.as_str()),
            way,
            waits_for: waits.collect(),
        }
    };
    steps.map(one).collect()
}

fn back<'a>(recovering: &Recovering<'a>, back: &Return) -> Back<'a> {
    let cx = recovering.cx;
    let node = cx.node(back.node);
    Back {
        id: cx.id(back.node),
        class: node.class.as_str(),
        tier: node.tier,
        owner: node.owner.as_deref(),
        recovers_s: back.at.finite(),
        rto_s: node.rto_s,
        rto_kept: node.rto_s.map(|_| !recovering.misses(back)),
        late_s: recovering.late(back),
        last_step: back.last.map(|step| step + 1),
    }
}

fn candidate<'a>(recovering: &Recovering<'a>, freeing: &Freeing) -> Candidate<'a> {
    let cx = recovering.cx;
    let requirement = cx.requirement(freeing.requirement);
    let id = |ix: NodeIx| cx.id(ix);
    Candidate {
        requirement: &requirement.id,
        of: id(recovering.subject(requirement.of)),
        mode: requirement.mode.as_str(),
        standby: freeing.part.map(|(standby, ..)| id(standby)),
        way: freeing.part.map(|(_, way, _)| way),
        without: freeing.part.map(|(.., without)| id(without)),
        frees: cx.ids(&freeing.frees),
        sources: places(cx, &requirement.sources),
    }
}
