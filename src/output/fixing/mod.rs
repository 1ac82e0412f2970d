//! The answer of `spof fix`.
//!
//! * [`human`], [`json`](mod@json), [`markdown`](mod@markdown): the plan. * [`patch`]: the same as a
//!   change of the manifests. * [`edit`]: places in a manifest, and what is put there.
//!   [`unified`]: a unified diff.

mod edit;
pub mod human;
pub mod json;
pub mod markdown;
pub mod patch;
mod unified;

use super::Context;
use crate::analysis::fix::{Answer, Change, Outcome, Plan, Proof};
use crate::model::NodeIx;
use crate::output::text::plural;
use patch::Patch;

/// What every format reads.
#[derive(Clone, Copy)]
pub struct Fixing<'a> {
    pub cx: Context<'a>,
    /// The goal in words.
    pub goal: &'a str,
    pub answer: &'a Answer,
    /// The plan as a patch; empty without a plan.
    pub patch: &'a Patch,
    /// Show every step.
    pub all: bool,
}

impl<'a> Fixing<'a> {
    fn plan(self) -> Option<&'a Plan> {
        match &self.answer.outcome {
            Outcome::Plan(plan) => Some(plan),
            _ => None,
        }
    }

    /// What the patch leaves out, one sentence a step.
    #[must_use]
    pub fn unwritten(self) -> Vec<String> {
        let plan = self.plan();
        let sentence = |(number, why): &(usize, String)| {
            let step = plan.and_then(|plan| plan.steps.get(*number));
            let change = step.map_or_else(String::new, |step| self.words(&step.change));
            format!("not in the patch: {change} ({why})")
        };
        self.patch.unwritten.iter().map(sentence).collect()
    }

    /// A change in words, ids in backquotes.
    fn words(self, change: &Change) -> String {
        let id = |node: NodeIx| format!("`{}`", self.cx.id(node));
        let place = |replicas: &[NodeIx]| {
            let first = replicas.first();
            first
                .and_then(|one| self.standing(*one))
                .map_or_else(String::new, id)
        };
        let named = |replicas: &[NodeIx], word: &str| match replicas {
            [_] => format!("the {word}"),
            many => format!("{} {word}s", many.len()),
        };
        match change {
            Change::Add {
                of,
                on,
                count,
                weight,
            } => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                let each = if *weight == 1 {
                    String::new()
                } else {
                    format!(" of weight {weight}")
                };
                format!(
                    "add {}{each} to {} on {}",
                    plural(count, "replica"),
                    id(*of),
                    id(*on)
                )
            }
            Change::Move { of, replicas, on } => format!(
                "move {} of {} from {} to {}",
                named(replicas, "replica"),
                id(*of),
                place(replicas),
                id(*on)
            ),
            Change::Activate { of, replicas } => format!(
                "make {} of {} on {} active",
                named(replicas, "standby"),
                id(*of),
                place(replicas)
            ),
            Change::Alternative { to, requirement } => format!(
                "give {} an alternative to {}",
                id(self.cx.requirement(*requirement).of),
                id(*to)
            ),
            Change::Loosen { of, requirement } => {
                let members = &self.cx.requirement(*requirement).members;
                let all: Vec<String> = members.iter().map(|member| id(member.node)).collect();
                format!("let {} start without {}", id(*of), all.join(", "))
            }
        }
    }

    /// What a replica stands on.
    fn standing(self, replica: NodeIx) -> Option<NodeIx> {
        let requirements = &self.cx.model.requirements;
        let first = requirements.partition_point(|q| q.of < replica);
        let mut own = requirements.get(first..)?.iter();
        let standing = own.find(|q| q.mode == crate::words::Mode::Placement)?;
        (standing.of == replica)
            .then(|| standing.members.first())?
            .map(|m| m.node)
    }

    /// How good the plan is.
    fn proof(self, plan: &Plan) -> String {
        let among = plural(self.answer.candidates, "possible change");
        match plan.proof {
            Proof::Cheapest => format!("cheapest: nothing that costs less is among {among}"),
            Proof::Best { at_least } => format!(
                "best found in the time given among {among}; nothing costs less than {at_least}"
            ),
        }
    }
}
