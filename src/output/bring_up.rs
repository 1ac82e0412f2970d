//! The answer of `spof recover`, as all formats read it: steps that are alike taken together, and
//! objectives.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::analysis::recovery::{BringUp, Cause, Freeing, Return, Scenario, StepKind};
use crate::analysis::verdict::Time;
use crate::model::NodeIx;
use crate::words::{Class, Mode, Replication, format_duration};

/// How an estate comes back.
#[derive(Clone, Copy)]
pub struct Recovering<'a> {
    pub cx: Context<'a>,
    pub answer: &'a BringUp,
    /// Whose way back is told; the journey that is back last unless one was named.
    pub to: Option<NodeIx>,
    /// What stopped comes back empty.
    pub restores: bool,
    /// Show all there is.
    pub all: bool,
}

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    Repair,
    Restore,
    Promote,
    Start,
}

impl Doing {
    /// The word of every format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Restore => "restore",
            Self::Promote => "promote",
            Self::Start => "start",
        }
    }
}

/// Steps of one wave that do the same to the copies of one workload at the same time.
#[derive(Clone, Debug)]
pub struct Row {
    pub doing: Doing,
    /// The workload, or what is no copy of one.
    pub subject: NodeIx,
    /// What is repaired, started, promoted or restored: sorted, each once.
    pub nodes: Vec<NodeIx>,
    pub begins: u64,
    pub ends: u64,
    /// Place in the waves of the plan.
    pub wave: usize,
    pub steps: Vec<usize>,
    /// What it waits for, last first: a workload stands for its copies.
    pub waits: Vec<(NodeIx, u64)>,
}

impl Row {
    /// What it waited for last, itself left out: with it, all that it waits for is there.
    #[must_use]
    pub fn last_waits(&self) -> Vec<NodeIx> {
        let last = self.waits.iter().filter(|(_, at)| *at == self.begins);
        let nodes = last.map(|(node, _)| *node);
        nodes.filter(|node| *node != self.subject).collect()
    }
}

/// A moment, to the minute where that is less than four days away: `42h 30m`.
#[must_use]
pub fn clock(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds % 3_600 / 60);
    if (24..96).contains(&hours) {
        return match minutes {
            0 => format!("{hours}h"),
            _ => format!("{hours}h {minutes}m"),
        };
    }
    format_duration(seconds)
}

impl<'a> Recovering<'a> {
    /// The workload that a copy belongs to, else the node itself.
    #[must_use]
    pub fn subject(&self, node: NodeIx) -> NodeIx {
        let described = self.cx.node(node);
        match described.class {
            Class::Replica => described.part_of.unwrap_or(node),
            _ => node,
        }
    }

    /// Who answers for `node`: its owner, or that of the workload it is a copy of.
    #[must_use]
    pub fn owner(&self, node: NodeIx) -> Option<&'a str> {
        let own = self.cx.node(node).owner.as_deref();
        own.or_else(|| self.cx.node(self.subject(node)).owner.as_deref())
    }

    /// What a step does.
    #[must_use]
    pub fn doing(&self, kind: StepKind, node: NodeIx) -> Doing {
        match kind {
            StepKind::Repair => Doing::Repair,
            StepKind::Start => Doing::Start,
            StepKind::Promote { requirement, .. } => {
                let is_backup = matches!(self.cx.node(node).data, Some(Replication::Backup { .. }));
                // A backup that something waits for in order to start is restored to it.
                if is_backup && self.cx.requirement(requirement).mode == Mode::Start {
                    Doing::Restore
                } else {
                    Doing::Promote
                }
            }
        }
    }

    /// The steps, alike ones together, in the order of the plan.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut place: BTreeMap<(u64, u64, Option<usize>, Doing, NodeIx), usize> = BTreeMap::new();
        let mut waits: Vec<BTreeMap<NodeIx, u64>> = Vec::new();
        for (number, step) in self.answer.plan.steps.iter().enumerate() {
            let doing = self.doing(step.kind, step.node);
            let subject = self.subject(step.node);
            // What takes no time keeps its place in the order; of what does, waves of one moment
            // make no difference.
            let wave = (step.ends == step.begins).then_some(step.wave);
            let at = *place
                .entry((step.begins, step.ends, wave, doing, subject))
                .or_insert_with(|| {
                    rows.push(Row {
                        doing,
                        subject,
                        nodes: Vec::new(),
                        begins: step.begins,
                        ends: step.ends,
                        wave: step.wave,
                        steps: Vec::new(),
                        waits: Vec::new(),
                    });
                    waits.push(BTreeMap::new());
                    rows.len() - 1
                });
            let (Some(row), Some(waits)) = (rows.get_mut(at), waits.get_mut(at)) else {
                continue;
            };
            row.wave = row.wave.max(step.wave);
            row.nodes.push(step.node);
            row.steps.push(number);
            for Cause { node, at, .. } in &step.waits {
                let latest = waits.entry(self.subject(*node)).or_insert(*at);
                *latest = (*latest).max(*at);
            }
        }
        for (row, waits) in rows.iter_mut().zip(waits) {
            row.nodes.sort_unstable();
            row.nodes.dedup();
            row.waits = waits.into_iter().collect();
            row.waits
                .sort_by_key(|(node, at)| (std::cmp::Reverse(*at), *node));
        }
        rows.sort_by_key(|row| (row.wave, row.ends, row.doing, row.subject));
        rows
    }

    /// Nodes of `class` that were away, in the order in which they are back.
    #[must_use]
    pub fn returns(&self, class: Class) -> Vec<Return> {
        let returns = self.answer.plan.returns.iter();
        let mut of_class: Vec<Return> = returns
            .filter(|back| self.cx.node(back.node).class == class)
            .copied()
            .collect();
        let tier = |node: NodeIx| self.cx.node(node).tier.unwrap_or(u8::MAX);
        of_class.sort_by_key(|back| (back.at, tier(back.node), back.node));
        of_class
    }

    /// By how many seconds a return is over the node's `rto`: 0 if it is kept, `None` if it has
    /// none, or never comes back.
    #[must_use]
    pub fn late(&self, back: &Return) -> Option<u64> {
        let rto = self.cx.node(back.node).rto_s?;
        Some(back.at.finite()?.saturating_sub(rto))
    }

    /// Whether the node's `rto` is missed.
    #[must_use]
    pub fn misses(&self, back: &Return) -> bool {
        let has = self.cx.node(back.node).rto_s.is_some();
        has && self.late(back).is_none_or(|late| late > 0)
    }

    /// Whose way back is told: what was named, else the journey that is back last, else whatever
    /// is.
    #[must_use]
    pub fn target(&self) -> Option<NodeIx> {
        let finite = |back: &&Return| back.at != Time::NEVER;
        let last = |class: Class| {
            let returns = self.returns(class);
            let last = returns.iter().filter(finite).max_by_key(|back| back.at);
            last.map(|back| back.node)
        };
        self.to
            .or_else(|| last(Class::Journey))
            .or_else(|| last(Class::Service))
            .or_else(|| last(Class::Store))
    }

    /// The steps that decide when [`target`](Self::target) is back.
    #[must_use]
    pub fn critical(&self) -> Vec<usize> {
        let target = self.target();
        target.map_or_else(Vec::new, |node| self.answer.plan.critical_path(node))
    }

    /// Faults that nothing repairs in this scenario.
    #[must_use]
    pub fn unrepaired(&self) -> Vec<NodeIx> {
        match &self.answer.scenario {
            Scenario::BlackStart => Vec::new(),
            Scenario::Faults(faults) => faults
                .iter()
                .filter(|fault| fault.repaired_s.is_none())
                .map(|fault| fault.node)
                .collect(),
        }
    }

    /// What matters of a list of nodes: journeys, services and stores, most important first.
    #[must_use]
    pub fn named(&self, nodes: &[NodeIx]) -> Vec<NodeIx> {
        let rank = |node: &NodeIx| match self.cx.node(*node).class {
            Class::Journey => 0,
            Class::Service => 1,
            Class::Store => 2,
            _ => 3,
        };
        let mut named: Vec<NodeIx> = nodes.iter().copied().filter(|ix| rank(ix) < 3).collect();
        named.sort_by_key(|ix| (rank(ix), self.cx.node(*ix).tier.unwrap_or(u8::MAX), *ix));
        named
    }

    /// What a change would be, in words: `service:a` starting without `service:b`.
    #[must_use]
    pub fn change(&self, freeing: &Freeing) -> String {
        let requirement = self.cx.requirement(freeing.requirement);
        let owner = self.cx.id(self.subject(requirement.of));
        if let Some((_, _, without)) = freeing.part {
            let without = self.cx.id(without);
            return format!("a standby of `{owner}` is promoted without `{without}`");
        }
        let members: BTreeSet<&str> = requirement
            .members
            .iter()
            .map(|member| self.cx.id(self.subject(member.node)))
            .collect();
        let many = members.len() > 3;
        let mut names: Vec<String> = members
            .into_iter()
            .take(3)
            .map(|id| format!("`{id}`"))
            .collect();
        if many {
            names.push("others".to_owned());
        }
        let verb = match requirement.mode {
            Mode::Start => "starts",
            _ => "serves",
        };
        format!(
            "`{owner}` {verb} without {}",
            super::text::listed(&names, "or")
        )
    }
}
