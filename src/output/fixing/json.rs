//! `spof fix --format json`.

use serde::Serialize;

use super::Fixing;
use crate::analysis::fix::{Change, Outcome, Proof};
use crate::model::NodeIx;
use crate::output::json::VERSION;

/// The plan.
#[derive(Debug, Serialize)]
pub struct Fix<'a> {
    version: u32,
    assume: &'static str,
    goal: &'a str,
    /// `holds`, `plan`, `impossible` or `unfinished`.
    status: &'static str,
    /// Pairs of a fault and a subject that it cuts, as it is.
    failures: u64,
    candidates: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<u64>,
    /// Nothing that holds costs less, among the candidates.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cheapest: Option<bool>,
    steps: Vec<StepOf<'a>>,
    obstacles: Vec<ObstacleOf<'a>>,
    unserved: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a str>,
}

#[derive(Debug, Default, Serialize)]
struct StepOf<'a> {
    /// `add`, `move`, `activate`, `alternative` or `loosen`.
    change: &'static str,
    of: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replicas: Vec<&'a str>,
    /// What gets an alternative.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<&'a str>,
    cost: u64,
    /// Failures left after this step and those before it; null where they were not counted.
    left: Option<u64>,
    words: String,
    /// Why it is not in the patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ObstacleOf<'a> {
    fault: &'a str,
    subject: &'a str,
    rests_on: Vec<&'a str>,
}

/// The answer.
#[must_use]
pub fn json<'a>(fixing: &Fixing<'a>) -> Fix<'a> {
    let cx = fixing.cx;
    let ids = |nodes: &[NodeIx]| cx.ids(nodes);
    let plan = fixing.plan();
    let obstacles = match &fixing.answer.outcome {
        Outcome::Impossible(obstacles) => obstacles.as_slice(),
        _ => &[],
    };
    let steps = plan.map(|plan| plan.steps.as_slice()).unwrap_or_default();
    let steps = steps.iter().enumerate().map(|(at, step)| {
        let unwritten = &fixing.patch.unwritten;
        let by_hand = unwritten.iter().find(|(number, _)| *number == at);
        StepOf {
            cost: step.cost,
            left: step.left,
            words: fixing.words(&step.change),
            by_hand: by_hand.map(|(_, why)| why.as_str()),
            ..change_of(*fixing, &step.change)
        }
    });
    Fix {
        version: VERSION,
        assume: cx.model.assume.as_str(),
        goal: fixing.goal,
        status: match &fixing.answer.outcome {
            Outcome::Holds => "holds",
            Outcome::Plan(_) => "plan",
            Outcome::Impossible(_) => "impossible",
            Outcome::Unfinished => "unfinished",
        },
        failures: fixing.answer.failures,
        candidates: fixing.answer.candidates,
        cost: plan.map(|plan| plan.cost),
        at_least: plan.map(|plan| match plan.proof {
            Proof::Cheapest => plan.cost,
            Proof::Best { at_least } => at_least,
        }),
        cheapest: plan.map(|plan| plan.proof == Proof::Cheapest),
        steps: steps.collect(),
        obstacles: obstacles
            .iter()
            .map(|one| ObstacleOf {
                fault: cx.id(one.fault),
                subject: cx.id(one.subject),
                rests_on: ids(&one.rests_on),
            })
            .collect(),
        unserved: ids(&fixing.answer.unserved),
        patch: (!fixing.patch.text.is_empty()).then_some(&fixing.patch.text),
    }
}

fn change_of<'a>(fixing: Fixing<'a>, change: &Change) -> StepOf<'a> {
    let cx = fixing.cx;
    match change {
        Change::Add {
            of,
            on,
            count,
            weight,
        } => StepOf {
            change: "add",
            of: cx.id(*of),
            on: Some(cx.id(*on)),
            count: Some(*count),
            weight: Some(*weight),
            ..StepOf::default()
        },
        Change::Move { of, replicas, on } => StepOf {
            change: "move",
            of: cx.id(*of),
            on: Some(cx.id(*on)),
            replicas: cx.ids(replicas),
            ..StepOf::default()
        },
        Change::Activate { of, replicas } => StepOf {
            change: "activate",
            of: cx.id(*of),
            replicas: cx.ids(replicas),
            ..StepOf::default()
        },
        Change::Alternative { to, requirement } => StepOf {
            change: "alternative",
            of: cx.id(cx.requirement(*requirement).of),
            to: Some(cx.id(*to)),
            requirement: Some(&cx.requirement(*requirement).id),
            ..StepOf::default()
        },
        Change::Loosen { of, requirement } => StepOf {
            change: "loosen",
            of: cx.id(*of),
            requirement: Some(&cx.requirement(*requirement).id),
            ..StepOf::default()
        },
    }
}
