//! Why redundancy did not help, in plain words: what `spof why` ends with.

use std::collections::{BTreeMap, BTreeSet};

use super::words;
use crate::analysis::verdict::Verdict;
use crate::analysis::why::{Hop, Reason, StandbyReason};
use crate::model::{NodeIx, Requirement};
use crate::output::text::{DIM, NAME, PLAIN, STRONG, Text};
use crate::output::{Chain, Context};
use crate::words::{Class, format_duration};

/// Sentences; more are counted.
const MOST: usize = 6;
/// Names in one sentence.
const NAMES: usize = 6;

/// One paragraph a sentence; the first says what follows.
pub(super) fn summary(chain: &Chain<'_>, hop: &Hop) -> Vec<Text> {
    let cx = chain.cx;
    let mut sentences = Vec::new();
    collect(
        cx,
        &Ways::new(hop),
        hop,
        &mut BTreeSet::new(),
        &mut sentences,
    );
    let (late, end) = match hop.verdict {
        Verdict::Interrupted => (
            "Redundancy helps, but late:",
            "There is no redundancy on the way.",
        ),
        Verdict::Degraded => (
            "It serves, but worse:",
            "It serves, but worse: what it could do without is lost.",
        ),
        _ => (
            "Redundancy did not help, because",
            "There was no redundancy on the way: each step above rests on one thing.",
        ),
    };
    if sentences.is_empty() {
        return vec![Text::of(STRONG, end)];
    }
    let more = sentences.len().saturating_sub(MOST);
    sentences.truncate(MOST);
    let mut lines = vec![Text::of(STRONG, late)];
    lines.extend(
        sentences
            .into_iter()
            .map(|text| Text::plain("· ").join(text)),
    );
    if more > 0 {
        lines.push(Text::of(
            DIM,
            &format!("· and {more} more like these, all in the tree above"),
        ));
    }
    lines
}

/// What the chain below `hop` says of redundancy, nearest first.
fn collect(
    cx: Context<'_>,
    ways: &Ways,
    hop: &Hop,
    told: &mut BTreeSet<NodeIx>,
    sentences: &mut Vec<Text>,
) {
    if !told.insert(hop.node) {
        return;
    }
    for reason in &hop.reasons {
        let requirement = cx.requirement(reason.requirement);
        sentences.extend(of_members(cx, ways, requirement, reason));
        sentences.extend(of_standbys(cx, requirement, reason));
    }
    for reason in &hop.reasons {
        let blockers = reason
            .standbys
            .iter()
            .flat_map(|standby| &standby.blocked_by);
        for next in reason.lost.iter().chain(blockers) {
            collect(cx, ways, next, told, sentences);
        }
    }
}

/// `all 4 replicas of service:login go with site:pangyo`.
fn of_members(
    cx: Context<'_>,
    ways: &Ways,
    requirement: &Requirement,
    reason: &Reason,
) -> Option<Text> {
    let active = requirement
        .members
        .iter()
        .filter(|member| member.standby.is_none());
    let count = active.clone().count();
    let total = active
        .clone()
        .fold(0u64, |sum, m| sum.saturating_add(m.weight));
    // Redundant is what would stay met if any one member were lost.
    let redundant = active
        .clone()
        .all(|member| total.saturating_sub(member.weight) >= requirement.need);
    if count < 2 || !redundant || reason.weakened {
        return None;
    }
    let own = active
        .clone()
        .all(|m| cx.node(m.node).class == Class::Replica);
    let what = if own { "replicas" } else { "alternatives" };
    let lost = reason.lost.len();
    let mut text = match (lost == count, lost) {
        (true, 2) => Text::plain(&format!("both {what} of ")),
        (true, _) => Text::plain(&format!("all {count} {what} of ")),
        (false, _) => Text::plain(&format!("{lost} of the {count} {what} of ")),
    };
    text = text.and(NAME, name_of(cx, requirement.of));
    let blamed = ways.blamed(&reason.lost);
    text = text
        .and(PLAIN, " go with ")
        .join(words::ids(cx, &blamed, NAMES));
    if lost < count {
        text.push(PLAIN, ", and the rest is too little");
    }
    Some(text)
}

/// `its 2 standbys are never promoted: that takes service:switchover, which goes with it too`.
fn of_standbys(cx: Context<'_>, requirement: &Requirement, reason: &Reason) -> Vec<Text> {
    let (dead, late): (Vec<&StandbyReason>, Vec<&StandbyReason>) = reason
        .standbys
        .iter()
        .partition(|standby| standby.promoted.finite().is_none());
    let owner = name_of(cx, requirement.of);
    let mut sentences = Vec::new();
    if !dead.is_empty() {
        let blockers: BTreeSet<NodeIx> = dead
            .iter()
            .flat_map(|standby| &standby.blocked_by)
            .map(|hop| hop.node)
            .collect();
        let own: BTreeSet<NodeIx> = dead.iter().map(|standby| standby.standby).collect();
        let helpers: Vec<NodeIx> = blockers.difference(&own).copied().collect();
        let fallen: Vec<NodeIx> = blockers.intersection(&own).copied().collect();
        let (subject, verb) = match dead.len() {
            1 => ("the standby of ".to_owned(), "is"),
            count => (format!("the {count} standbys of "), "are"),
        };
        let mut text = Text::plain(&subject).and(NAME, owner);
        if helpers.is_empty() && fallen.is_empty() {
            text.push(
                PLAIN,
                &format!(" {verb} never promoted: there is no way to"),
            );
        } else if helpers.is_empty() {
            text.push(PLAIN, &format!(" {verb} lost as well"));
        } else {
            text.push(PLAIN, &format!(" {verb} never promoted: that takes "));
            text = text.join(words::ids(cx, &helpers, NAMES));
            let which = if helpers.len() == 1 {
                "which does"
            } else {
                "which do"
            };
            text.push(PLAIN, &format!(", {which} not serve either"));
        }
        sentences.push(text);
    }
    let first = late.iter().map(|standby| standby.promoted).min();
    if let Some(seconds) = first.and_then(|time| time.finite()) {
        let subject = match late.len() {
            1 => "the standby of ".to_owned(),
            _ => "the first standby of ".to_owned(),
        };
        let verb = if seconds == 0 {
            " takes over at once".to_owned()
        } else {
            format!(" takes over after {}", format_duration(seconds))
        };
        sentences.push(Text::plain(&subject).and(NAME, owner).and(PLAIN, &verb));
    }
    sentences
}

/// A group is called by the node whose requirement it expands.
fn name_of(cx: Context<'_>, ix: NodeIx) -> &str {
    let node = cx.node(ix);
    match node.part_of {
        Some(owner) if node.class == Class::Group => cx.id(owner),
        _ => node.id.as_str(),
    }
}

/// Which nodes took which along, over the whole chain: a hop that is told only once still leads to
/// its faults wherever it is named.
struct Ways {
    down: BTreeMap<NodeIx, BTreeSet<NodeIx>>,
    faults: BTreeSet<NodeIx>,
}

impl Ways {
    fn new(root: &Hop) -> Self {
        let mut ways = Self {
            down: BTreeMap::new(),
            faults: BTreeSet::new(),
        };
        let mut queue = vec![root];
        while let Some(hop) = queue.pop() {
            if hop.is_fault {
                ways.faults.insert(hop.node);
            }
            for reason in &hop.reasons {
                for next in &reason.lost {
                    ways.down.entry(hop.node).or_default().insert(next.node);
                    queue.push(next);
                }
                queue.extend(
                    reason
                        .standbys
                        .iter()
                        .flat_map(|standby| &standby.blocked_by),
                );
            }
        }
        ways
    }

    /// The faults that `node` went with.
    fn faults_of(&self, node: NodeIx) -> BTreeSet<NodeIx> {
        let mut seen = BTreeSet::from([node]);
        let mut queue = vec![node];
        while let Some(node) = queue.pop() {
            for next in self.down.get(&node).into_iter().flatten() {
                if seen.insert(*next) {
                    queue.push(*next);
                }
            }
        }
        seen.intersection(&self.faults).copied().collect()
    }

    /// The faults that all of `hops` went with; if there is none, those that any went with.
    fn blamed(&self, hops: &[Hop]) -> Vec<NodeIx> {
        let sets: Vec<BTreeSet<NodeIx>> = hops.iter().map(|hop| self.faults_of(hop.node)).collect();
        let any: BTreeSet<NodeIx> = sets.iter().flatten().copied().collect();
        let all = any
            .iter()
            .copied()
            .filter(|fault| sets.iter().all(|set| set.contains(fault)));
        let all: Vec<NodeIx> = all.collect();
        if all.is_empty() {
            any.into_iter().collect()
        } else {
            all
        }
    }
}
