use super::context::Context;
use super::single_domain::why_critical;
use super::{severity, text};
use crate::analysis::engine::Affected;
use crate::analysis::verdict::Verdict;
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Arg, Class, Evidence, Mode};

rule! {
    /// ## What it does
    ///
    /// Finds critical services and stores that can't lose one replica: without it, what is left
    /// weighs less than `need`, so the service is down, or interrupted until a standby is promoted
    /// or a controller has made a new replica. An interruption that fits into a declared `rto` is
    /// what its owner asked for and is not reported.
    ///
    /// Where nothing has a tier, all services and stores of which one replica carries everything
    /// are named in one note.
    ///
    /// ## Why is this bad
    ///
    /// Single processes and machines fail every day, and are restarted on purpose even more often.
    /// For 73 hours in October 2021 Roblox was down with one Consul cluster that many of its
    /// workloads shared: what everything needs must be able to lose a part.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: host:a}]
    /// services:
    ///   - {id: service:login, tier: 1, replicas: [{on: host:a}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Run one more than `need` takes, on different hosts; or declare the `rto` that a restart
    /// fits into, if the interruption is acceptable.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error if the loss lasts until repair or longer than the declared `rto`; a warning if it is
    /// an interruption and no `rto` is declared; at most a warning where it rests on an
    /// assumption.
    ///
    /// ## Confidence
    ///
    /// That of the statement about the replicas, and of what is known of their standbys.
    ///
    /// ## References
    ///
    /// * Roblox, October 2021: <https://blog.roblox.com/2022/01/roblox-return-to-service-10-28-10-31-2021>
    SingleReplicaCritical
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    if !context.tiered {
        return alone(context).into_iter().collect();
    }
    context
        .model
        .iter()
        .filter(|(_, node)| matches!(node.class, Class::Service | Class::Store))
        .filter(|(ix, _)| context.criticality.of(*ix).is_some())
        .filter_map(|(ix, _)| finding(context, ix))
        .collect()
}

/// True if the loss of one replica of `subject` cuts it.
pub(super) fn one_replica_cuts(context: &Context<'_>, subject: NodeIx) -> bool {
    replicas(context, subject).is_some_and(|(_, vital)| {
        vital
            .iter()
            .any(|(_, affected)| context.engine.cuts(*affected) && !is_pause(context, affected))
    })
}

/// The requirement of `subject` on its replicas, and the active ones that it can't lose, with
/// what their loss does to it.
fn replicas(context: &Context<'_>, subject: NodeIx) -> Option<(ReqIx, Vec<(NodeIx, Affected)>)> {
    let (ix, requirement) = context.requirements(subject).find(|(_, requirement)| {
        requirement.mode == Mode::Hard
            && requirement
                .members
                .iter()
                .any(|member| context.node(member.node).part_of == Some(subject))
    })?;
    let active = requirement
        .members
        .iter()
        .filter(|member| member.standby.is_none());
    let vital = active
        .filter_map(|member| {
            let affected = context.sweep.effect(member.node)?.on(subject)?;
            (affected.verdict >= Verdict::Interrupted).then_some((member.node, affected))
        })
        .collect();
    Some((ix, vital))
}

/// Interrupted, with nobody having said how long is too long.
fn is_pause(context: &Context<'_>, affected: &Affected) -> bool {
    affected.verdict == Verdict::Interrupted && context.node(NodeIx(affected.node)).rto_s.is_none()
}

fn finding(context: &Context<'_>, subject: NodeIx) -> Option<Finding> {
    let (requirement, mut vital) = replicas(context, subject)?;
    let node = context.node(subject);
    let engine = context.engine;
    vital.retain(|(_, affected)| engine.cuts(*affected) || is_pause(context, affected));
    let (worst_replica, worst) = vital
        .iter()
        .max_by_key(|(ix, affected)| (affected.verdict, affected.recovers, std::cmp::Reverse(*ix)))
        .copied()?;
    let described = context.model.requirement(requirement);
    let pause = is_pause(context, &worst);
    // Without its standbys it would be worse, so they weaken the claim only where their being
    // late is the claim.
    let standbys = described.members.iter().filter_map(|m| m.standby.as_ref());
    let ways = standbys.flatten().map(|way| way.evidence).max();
    let confidence = described.evidence.max(ways.unwrap_or(Evidence::Declared));
    let confidence = severity::as_critical(context, subject, confidence);
    let tier = context
        .criticality
        .of(subject)
        .map(|critical| critical.tier);
    let mut level = severity::of_cut(context, tier, confidence);
    if pause {
        level = level.min(Severity::Warning);
    }
    let active = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .count();
    let what = if let Some(seconds) = worst.recovers.finite() {
        let time = Arg::Duration(seconds);
        if let Some(rto) = node.rto_s {
            let rto = Arg::Duration(rto);
            message!(
                "is interrupted for {time}, longer than its rto of {rto}",
                time,
                rto
            )
        } else {
            message!("is interrupted for {time}", time)
        }
    } else {
        message!("is down until it is repaired")
    };
    let (id, replica) = (&node.id, context.id(worst_replica));
    let message = if active == 1 {
        message!(
            "`{id}` is critical and has one replica; without it, it {what}",
            id,
            what
        )
    } else {
        message!(
            "`{id}` is critical and can't lose `{replica}` (of {active} replicas): without it, it \
             {what}",
            id,
            replica,
            active,
            what
        )
    };
    let mut finding = Finding::new(Code::SingleReplicaCritical, level, id.as_str(), message);
    finding.confidence = confidence;
    // That a new one takes a while is one matter, however many it is true of; so is one host on
    // which everything runs once.
    finding.cause = if pause {
        Some("pause".to_owned())
    } else {
        place(context, worst_replica)
    };
    // Several replicas, each of which is enough, are no joint cut: then the set stays empty.
    if let [(only, _)] = vital.as_slice() {
        finding.cut = vec![context.id(*only).clone()];
    }
    finding.place = described
        .sources
        .first()
        .or_else(|| node.sources.first())
        .cloned()
        .map(Place::Source);
    let total: u64 = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .fold(0, |sum, member| sum.saturating_add(member.weight));
    finding.label = if active == 1 {
        "the only replica that serves".to_owned()
    } else {
        format!("needs weight {} of {total}", described.need)
    };
    if vital.len() > 1 {
        finding.notes.push(message!(
            "the same holds for each of {names}",
            names = text::ids(
                context,
                &vital.iter().map(|(ix, _)| *ix).collect::<Vec<_>>()
            )
        ));
    }
    let domains = cutting_domains(context, subject);
    if !domains.is_empty() {
        let shown = text::ids(context, &domains);
        finding
            .notes
            .push(message!("it goes with {shown} too", shown));
    }
    finding.notes.extend(why_critical(context, subject));
    finding.help = Some(if pause {
        message!(
            "run one more replica than it needs, or declare the `rto` that this interruption fits into"
        )
    } else {
        message!("run one more replica than it needs, on another host")
    });
    Some(finding)
}

/// Where a replica stands, as text.
fn place(context: &Context<'_>, replica: NodeIx) -> Option<String> {
    let placed = context
        .requirements(replica)
        .filter(|(_, requirement)| requirement.mode == Mode::Placement);
    let members = placed.flat_map(|(_, requirement)| &requirement.members);
    let mut names: Vec<&str> = members.map(|m| context.id(m.node).as_str()).collect();
    names.sort_unstable();
    (!names.is_empty()).then(|| format!("on {}", names.join("\n")))
}

/// Domains that cut `subject` because it stands on them, without those that another one takes.
pub(super) fn cutting_domains(context: &Context<'_>, subject: NodeIx) -> Vec<NodeIx> {
    let cutting = context.own_cuts.get(&subject);
    cutting.map_or_else(Vec::new, |cutting| context.roots(cutting))
}

/// Where nothing has a tier: one note that names what runs as a single replica.
fn alone(context: &Context<'_>) -> Option<Finding> {
    let mut subjects = Vec::new();
    let mut workloads = 0usize;
    for (ix, node) in context.model.iter() {
        if !matches!(node.class, Class::Service | Class::Store) {
            continue;
        }
        if let Some((requirement, vital)) = replicas(context, ix) {
            workloads += 1;
            let members = &context.model.requirement(requirement).members;
            let active = members.iter().filter(|member| member.standby.is_none());
            if active.count() == 1 && vital.len() == 1 {
                subjects.push((ix, requirement));
            }
        }
    }
    let (_, requirement) = subjects.first()?;
    let described = context.model.requirement(*requirement);
    let message = message!(
        "{n} of {all} runs as a single replica|{n} of {all} run as a single replica",
        n = subjects.len(),
        all = text::workloads(workloads)
    );
    let mut finding = Finding::new(
        Code::SingleReplicaCritical,
        Severity::Note,
        "estate",
        message,
    );
    finding.confidence = subjects
        .iter()
        .map(|(_, requirement)| context.model.requirement(*requirement).evidence)
        .max()
        .unwrap_or(Evidence::Assumed);
    finding.place = described.sources.first().cloned().map(Place::Source);
    finding.label = String::from("for example");
    let names: Vec<NodeIx> = subjects.iter().map(|(ix, _)| *ix).collect();
    finding
        .notes
        .push(message!("{names}", names = text::ids(context, &names)));
    finding.help = Some(message!(
        "nothing has a tier: say in a spof.yaml which of them are critical (tier 0 or 1), and each \
         of those gets a finding of its own"
    ));
    Some(finding)
}
