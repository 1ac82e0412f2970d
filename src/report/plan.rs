//! The way back from a fault, as bars: what is repaired, promoted and started when, and which of it
//! decides when the last journey is back.

use std::collections::BTreeMap;

use super::Facts;
use super::language::{Argument, Say, say};
use super::name::Name;
use crate::analysis::blast::Fault;
use crate::analysis::recovery::{Plan, Step, StepKind, plan_of};
use crate::analysis::verdict::Time;
use crate::model::{Model, NodeIx};
use crate::words::Class;

/// Most rows shown: those that decide first, then in order of time.
const MOST: usize = 30;
/// Units across the bars.
pub(super) const WIDE: u64 = 1000;

/// The way back.
pub(super) struct Section {
    pub(super) lead: Say,
    pub(super) rows: Vec<Row>,
    pub(super) more: Option<usize>,
}

/// Steps of one workload that are alike.
pub(super) struct Row {
    pub(super) name: Name,
    /// `repair`, `promote`, `start`.
    pub(super) doing: &'static str,
    /// Copies, if more than one.
    pub(super) copies: Option<usize>,
    pub(super) owner: Option<String>,
    pub(super) when: Say,
    pub(super) decides: bool,
    /// Of [`WIDE`].
    pub(super) x: u64,
    pub(super) width: u64,
}

/// How the estate comes back from `fault`, repaired after the time it states, or at once.
pub(super) fn section(facts: &Facts<'_>, fault: NodeIx) -> Option<Section> {
    let model = facts.model;
    let repair = model.node(fault).repair_s.unwrap_or(0);
    let asked = Fault {
        node: fault,
        repaired_s: Some(repair),
    };
    let plan = plan_of(facts.engine, &mut facts.engine.scratch(), &[asked]);
    let horizon = plan.steps.iter().map(|step| step.ends).max()?;
    if horizon == 0 {
        return None;
    }
    let journeys = plan
        .returns
        .iter()
        .filter(|back| back.at != Time::NEVER && model.node(back.node).class == Class::Journey);
    let last = journeys.max_by_key(|back| (back.at, back.node)).copied();
    let decides = last.map_or_else(Vec::new, |back| plan.critical_path(back.node));
    let mut lead = say(if repair > 0 {
        "plan.lead.after"
    } else {
        "plan.lead.once"
    });
    lead = lead.with(Argument::Duration(repair));
    lead = match last {
        Some(back) => lead.with(
            say("plan.last")
                .with(Name::of(model, back.node).argument())
                .with(Argument::Duration(back.at.finite().unwrap_or(0))),
        ),
        None => lead.with(say("plan.none")),
    };
    let mut rows = rows(model, &plan, &decides, horizon);
    let more = rows.len().saturating_sub(MOST);
    if more > 0 {
        let mut kept: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
        kept.sort_by_key(|(at, row)| (!row.decides, *at));
        kept.truncate(MOST);
        kept.sort_by_key(|(at, _)| *at);
        rows = kept.into_iter().map(|(_, row)| row).collect();
    }
    Some(Section {
        lead,
        rows,
        more: (more > 0).then_some(more),
    })
}

/// What takes time, copies of one workload together.
fn rows(model: &Model, plan: &Plan, decides: &[usize], horizon: u64) -> Vec<Row> {
    let workload = |node: NodeIx| match model.node(node).class {
        Class::Replica => model.node(node).part_of.unwrap_or(node),
        _ => node,
    };
    let doing = |step: &Step| match step.kind {
        StepKind::Repair => "repair",
        StepKind::Promote { .. } => "promote",
        StepKind::Start => "start",
    };
    let mut alike: BTreeMap<(u64, u64, &'static str, NodeIx), (usize, bool)> = BTreeMap::new();
    for (number, step) in plan.steps.iter().enumerate() {
        if step.ends == step.begins {
            continue;
        }
        let key = (step.begins, step.ends, doing(step), workload(step.node));
        let known = alike.entry(key).or_default();
        known.0 += 1;
        known.1 |= decides.contains(&number);
    }
    let scaled = |at: u64| {
        let wide = u128::from(at) * u128::from(WIDE) / u128::from(horizon);
        u64::try_from(wide).unwrap_or(WIDE)
    };
    let row = |((begins, ends, doing, node), (copies, decides))| Row {
        name: Name::of(model, node),
        doing,
        copies: (copies > 1).then_some(copies),
        owner: model.node(node).owner.as_deref().map(super::text::visible),
        when: say("plan.from-to")
            .with(Argument::Duration(begins))
            .with(Argument::Duration(ends)),
        decides,
        x: scaled(begins).min(WIDE - 6),
        width: (scaled(ends).saturating_sub(scaled(begins))).max(6),
    };
    alike.into_iter().map(row).collect()
}
