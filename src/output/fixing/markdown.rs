//! `spof fix --format markdown`: a plan to hand on.

use std::fmt::Write as _;

use super::Fixing;
use crate::analysis::fix::Outcome;
use crate::output::markdown::{code, plain, prose};
use crate::output::text::plural;

/// The plan.
#[must_use]
pub fn markdown(fixing: &Fixing<'_>) -> String {
    let answer = fixing.answer;
    let mut out = format!("### spof fix: {}\n\n", plain(fixing.goal));
    match &answer.outcome {
        Outcome::Holds => out.push_str("✅ holds as it is\n"),
        Outcome::Unfinished => out.push_str("there was no time for any plan\n"),
        Outcome::Impossible(obstacles) => {
            out.push_str("❌ no change that is known here reaches it\n\n");
            out.push_str("| fault | still cuts | for it rests on |\n|---|---|---|\n");
            for one in obstacles {
                let rests = one.rests_on.iter().map(|node| code(fixing.cx.id(*node)));
                let _ = writeln!(
                    out,
                    "| {} | {} | {} |",
                    code(fixing.cx.id(one.fault)),
                    code(fixing.cx.id(one.subject)),
                    rests.collect::<Vec<_>>().join(" ")
                );
            }
        }
        Outcome::Plan(plan) => {
            let _ = writeln!(
                out,
                "{} at a cost of {}; {}; checked on the changed model\n",
                plural(plan.steps.len(), "change"),
                plan.cost,
                fixing.proof(plan)
            );
            let _ = writeln!(
                out,
                "| | change | cost | cuts left of {} |",
                answer.failures
            );
            out.push_str("|---:|---|---:|---:|\n");
            for (number, step) in (1u32..).zip(&plan.steps) {
                let _ = writeln!(
                    out,
                    "| {number} | {} | {} | {} |",
                    prose(&fixing.words(&step.change)),
                    step.cost,
                    step.left
                        .map_or_else(|| "–".to_owned(), |left| left.to_string())
                );
            }
            for (step, why) in &fixing.patch.unwritten {
                let _ = writeln!(
                    out,
                    "\nStep {} is to be made by hand: {}.",
                    step + 1,
                    prose(why)
                );
            }
        }
    }
    out
}
