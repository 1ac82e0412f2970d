use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::context::Context;
use super::{severity, text};
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Arg, Class, Mode};

rule! {
    /// ## What it does
    ///
    /// Finds what does not serve even when nothing has failed, and says which requirement is not
    /// met and by how much. What only waits for such a thing is counted, not listed again.
    ///
    /// ## Why is this bad
    ///
    /// In reality it does serve, so the description is wrong: a `need` above what the replicas
    /// weigh, a standby where an active replica was meant, a reference to the wrong name. As long
    /// as it stands, nothing that fails can affect it, and every other answer about it is empty.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: host:a}, {id: host:b}]
    /// services:
    ///   - {id: service:login, need: 3, replicas: [{on: host:a}, {on: host:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Compare `need`, the weights and the count of replicas with what really runs.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error for what is critical, warning for everything else; a note for what has no replicas
    /// and is needed by nobody. At most a warning where the requirement is an assumption.
    ///
    /// ## Confidence
    ///
    /// That of the requirement that is not met.
    ///
    /// ## References
    ///
    /// * This tool's own semantics: `docs/` and DESIGN, "Serving".
    Unserved
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    // One finding a subject: of its own nodes (itself, its groups and replicas), the first.
    let mut roots: BTreeMap<NodeIx, (ReqIx, usize)> = BTreeMap::new();
    for (ix, _) in context.model.iter() {
        if context.engine.serves_without_faults(ix.0) {
            continue;
        }
        for requirement in unmet_by_itself(context, ix) {
            roots
                .entry(context.subject(ix))
                .or_insert((requirement, 0))
                .1 += 1;
        }
    }
    roots
        .into_iter()
        // A service whose replicas don't all serve may serve itself.
        .filter(|(subject, _)| !context.engine.serves_without_faults(subject.0))
        .map(|(subject, (requirement, times))| finding(context, subject, requirement, times))
        .collect()
}

/// Requirements of `node` that its active members don't meet even if all of them serve.
fn unmet_by_itself(context: &Context<'_>, node: NodeIx) -> Vec<ReqIx> {
    context
        .requirements(node)
        .filter(|(_, requirement)| matches!(requirement.mode, Mode::Placement | Mode::Hard))
        .filter(|(ix, requirement)| weight(context, *ix) < requirement.need)
        .map(|(ix, _)| ix)
        .collect()
}

fn weight(context: &Context<'_>, requirement: ReqIx) -> u64 {
    context
        .model
        .requirement(requirement)
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .fold(0, |sum, member| sum.saturating_add(member.weight))
}

fn finding(context: &Context<'_>, subject: NodeIx, requirement: ReqIx, times: usize) -> Finding {
    let described = context.model.requirement(requirement);
    let id = context.id(subject);
    let members: Vec<NodeIx> = described.members.iter().map(|member| member.node).collect();
    let replicas = !members.is_empty()
        && members
            .iter()
            .all(|node| context.node(*node).class == Class::Replica);
    let of = if replicas {
        Arg::Message(message!("its replicas"))
    } else {
        text::ids(context, &members)
    };
    let (has, need) = (weight(context, requirement), described.need);
    let waiting = waiting_for(context, subject);
    let critical = context.criticality.of(subject).is_some();
    let level = if critical {
        Severity::Error
    } else if members.is_empty() && waiting.is_empty() {
        // Switched off, and nobody minds.
        Severity::Note
    } else {
        Severity::Warning
    };
    let message = if members.is_empty() {
        message!(
            "`{id}` does not serve even when nothing has failed: it has no replicas",
            id
        )
    } else {
        message!(
            "`{id}` does not serve even when nothing has failed: it needs weight {need} of {of} \
             and has {has}",
            id,
            need,
            of,
            has
        )
    };
    let confidence = if critical {
        severity::as_critical(context, subject, described.evidence)
    } else {
        described.evidence
    };
    let mut finding = Finding::new(
        Code::Unserved,
        severity::capped(level, confidence),
        id.as_str(),
        message,
    );
    finding.confidence = confidence;
    finding.place = described
        .sources
        .first()
        .or_else(|| context.node(subject).sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = format!("{} missing", need.saturating_sub(has));
    if times > 1 {
        finding
            .notes
            .push(message!("{times} of its requirements are unmet", times));
    }
    if described.members.iter().any(|m| m.standby.is_some()) {
        let (_, time) = context.engine.without_faults(subject.0);
        finding.notes.push(if let Some(seconds) = time.finite() {
            message!(
                "standbys don't count until they are promoted; that would take {seconds}",
                seconds = Arg::Duration(seconds)
            )
        } else {
            message!("standbys don't count until they are promoted")
        });
    }
    if !waiting.is_empty() {
        finding.notes.push(message!(
            "because of it, {n} other does not serve either: {names}|because of it, {n} others do not \
             serve either: {names}",
            n = waiting.len(),
            names = text::ids(context, &waiting)
        ));
    }
    finding.help = Some(message!(
        "compare `need`, weights and counts with what really runs"
    ));
    finding
}

/// Subjects that don't serve either and need this one, however indirectly; sorted.
fn waiting_for(context: &Context<'_>, subject: NodeIx) -> Vec<NodeIx> {
    let graph = context.engine.graph();
    let mut seen: BTreeSet<u32> = BTreeSet::from([subject.0]);
    let mut queue: VecDeque<u32> = VecDeque::from([subject.0]);
    while let Some(node) = queue.pop_front() {
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            let owner = graph.owner[q as usize];
            let takes = matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard);
            if takes && !context.engine.serves_without_faults(owner) && seen.insert(owner) {
                queue.push_back(owner);
            }
        }
    }
    let subjects: BTreeSet<NodeIx> = seen
        .into_iter()
        .map(|node| context.subject(NodeIx(node)))
        .filter(|node| *node != subject)
        .collect();
    subjects.into_iter().collect()
}
