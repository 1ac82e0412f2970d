use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::{
    chain, kinds, quorum_lost_with_one_domain as quorum, severity, text, unspread_replicas,
};
use crate::analysis::engine::Outcome;
use crate::analysis::verdict::Time;
use crate::findings::{Code, Finding, Place, Related};
use crate::message;
use crate::model::{NodeIx, ReqIx, Requirement};
use crate::words::{Arg, Class, Evidence, Message, Mode};

rule! {
    /// ## What it does
    ///
    /// Finds requirements that survive the loss of any one of their members (a service of its
    /// replicas, a site of its power feeds, a service of its two SMS providers), and that one
    /// single fault elsewhere leaves unmet all the same, with no standby promoted in time. Of
    /// several such faults, those are named that no other one of them explains; of a zone and its
    /// region, the zone. That the two feeds of a rack go with the building it stands in is no
    /// finding: the rack goes with it anyway.
    ///
    /// A quorum that loses its majority is
    /// [quorum-lost-with-one-domain](#quorum-lost-with-one-domain), a change that reaches all
    /// replicas at once [shared-rollout](#shared-rollout), and replicas that nobody placed are
    /// [unspread-replicas](#unspread-replicas).
    ///
    /// ## Why is this bad
    ///
    /// Counting replicas says "redundant", and the day the shared thing fails says otherwise. In
    /// October 2022 Kakao's services ran on many servers and had standbys in other data centres.
    /// The servers stood in one building; the system that switches over, and the one that grants
    /// the right to do so, stood there too. The investigators' sentence for it: the whole is as
    /// redundant as its weakest system.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains:
    ///   - {id: site:pangyo}
    ///   - {id: room:2f, in: site:pangyo}
    ///   - {id: room:3f, in: site:pangyo}
    /// services:
    ///   - id: service:login
    ///     tier: 1
    ///     replicas: [{on: room:2f}, {on: room:3f}]
    /// ```
    ///
    /// Either replica may fail; `site:pangyo` takes both.
    ///
    /// ## How to fix
    ///
    /// Place members so that what remains without the named fault still weighs `need`. Or give a
    /// standby a way of being promoted that doesn't require anything the fault takes, and that
    /// fits into `rto`; the finding says for each standby why it does not help today.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that is lost: error for tier 0 and 1, warning for the others. What
    /// has no tier gives a warning where nothing has one, a note where other things do.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the members to the fault, including what
    /// keeps standbys from helping.
    ///
    /// ## References
    ///
    /// * The switch-over system in the lost building: <https://www.asiatoday.co.kr/view.php?key=20221207010003407>
    /// * The right to promote a standby, granted in the lost building: <https://i5on9i.blogspot.com/2022/12/2022-11.html>
    /// * Zones that shared a building, Google Cloud Paris 2023: <https://www.theregister.com/2023/05/10/google_cloud_paris_outage_persists/>
    FalseRedundancy
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    // One fault after the other: each is explained once.
    let mut pairs: Vec<(NodeIx, ReqIx)> = Vec::new();
    for found in &context.redundancies {
        let described = context.model.requirement(found.requirement);
        // Where a replacement might come to stand is our guess: nobody calls it redundant.
        let guessed = described.evidence == Evidence::Assumed
            && context.node(described.of).class == Class::Replica;
        if guessed {
            continue;
        }
        // A lost quorum, a change that goes everywhere and replicas that nothing keeps apart are
        // said by rules of their own, which know more about them.
        let quorum = quorum::is_quorum(context, found.requirement);
        let said_elsewhere = |fault: &NodeIx| {
            let node = context.node(*fault);
            (quorum && node.class == Class::Domain)
                || kinds::is_rollout(node.id.kind())
                || unspread_replicas::is_made_up(context, *fault)
        };
        let faults = found.faults.iter().filter(|fault| !said_elsewhere(fault));
        pairs.extend(faults.map(|fault| (*fault, found.requirement)));
    }
    pairs.sort_unstable();
    for (fault, requirement) in pairs {
        let finding = finding(context, requirement, fault);
        // Replicas that each need the same two things say the same thing twice.
        let same = (
            finding.subject.clone(),
            finding.object.clone(),
            finding.cut.clone(),
        );
        if seen.insert(same) {
            findings.push(finding);
        }
    }
    findings
}

fn finding(context: &Context<'_>, requirement: ReqIx, fault: NodeIx) -> Finding {
    let described = context.model.requirement(requirement);
    let subject = context.subject(described.of);
    let explained = context.explained(fault);
    let outcome = &explained.outcome;
    let certainty = explained.certainty(context);
    let confidence = certainty.of_requirement(context, outcome, requirement);
    let tier = severity::tier_lost(context, subject);
    let active: Vec<NodeIx> = described
        .members
        .iter()
        .filter(|member| member.standby.is_none())
        .map(|member| member.node)
        .collect();
    let lost: Vec<NodeIx> = active
        .iter()
        .copied()
        .filter(|node| !context.engine.serves_at_once(outcome, node.0))
        .collect();
    let own_replicas = active
        .iter()
        .all(|node| context.node(*node).class == Class::Replica);
    let (id, cause) = (context.id(subject), context.id(fault));
    let names = || text::ids(context, &active);
    let what = match described.mode {
        _ if own_replicas => text::replicas(active.len()),
        Mode::Placement => message!("stands on {names}", names = names()),
        Mode::Hard => message!("needs {names}", names = names()),
        Mode::Soft => message!("uses {names}", names = names()),
        Mode::Start => message!("needs to start {names}", names = names()),
    };
    let gone = match (lost.len(), active.len()) {
        (2, 2) => message!("both of them go"),
        (n, all) if n == all => message!("all of them go"),
        (n, _) => message!("{n} of them go", n),
    };
    let message = message!(
        "`{id}` looks redundant ({what}, any one may fail) but {gone} with `{cause}`",
        id,
        what,
        gone,
        cause
    );
    let level = severity::of_cut(context, tier, confidence);
    let mut finding = Finding::new(Code::FalseRedundancy, level, id.as_str(), message);
    finding.confidence = confidence;
    finding.object = (!own_replicas).then(|| object(context, described));
    finding.cut = vec![cause.clone()];
    finding.place = described
        .sources
        .first()
        .or_else(|| context.node(subject).sources.first())
        .cloned()
        .map(Place::Source);
    let left: u64 = described
        .members
        .iter()
        .filter(|member| member.standby.is_none() && !lost.contains(&member.node))
        .fold(0, |sum, member| sum.saturating_add(member.weight));
    finding.label = if left == 0 {
        format!("none of these is left without `{cause}`")
    } else {
        format!(
            "weight {left} is left without `{cause}`, {} is needed",
            described.need
        )
    };
    let links = chain::links(context, explained.steps(context), &lost);
    finding.related = chain::related(context, &links);
    standbys(context, outcome, requirement, &mut finding);
    finding.help = Some(if described.members.len() > active.len() {
        message!(
            "run what is needed without `{cause}`, or give a standby a way that doesn't need what \
             `{cause}` takes",
            cause
        )
    } else {
        message!(
            "place enough of them where the loss of `{cause}` does not reach",
            cause
        )
    });
    finding
}

/// The members, which stay the same when a manifest is reordered.
fn object(context: &Context<'_>, requirement: &Requirement) -> String {
    let mut names: Vec<&str> = requirement
        .members
        .iter()
        .map(|member| context.id(member.node).as_str())
        .collect();
    names.sort_unstable();
    format!("{} {}", requirement.mode, names.join(" | "))
}

/// Says for each standby why it does not help: it goes too, it can't be promoted, it comes too
/// late, or it is too small. Standbys with the same answer are told together.
pub(super) fn standbys(
    context: &Context<'_>,
    outcome: &Outcome,
    requirement: ReqIx,
    finding: &mut Finding,
) {
    let described = context.model.requirement(requirement);
    let recovery = &outcome.unrepaired;
    let never = |node: NodeIx| {
        !context.engine.serves_at_once(outcome, node.0)
            && recovery.time(node.0).is_none_or(|at| at == Time::NEVER)
    };
    let rto = context.node(context.subject(described.of)).rto_s;
    let mut told: BTreeMap<(Option<Place>, Message), Vec<NodeIx>> = BTreeMap::new();
    let indices = context.engine.graph().members_of(requirement.0);
    for (member, m) in described.members.iter().zip(indices) {
        let Some(ways) = &member.standby else {
            continue;
        };
        let own_place = || context.node(member.node).sources.first().cloned();
        let way_place = || ways.first().and_then(|way| way.sources.first()).cloned();
        let promoted = recovery.promotion(m);
        let (place, words) = match promoted.and_then(Time::finite) {
            Some(at) if rto.is_some_and(|rto| at > rto) => (
                way_place(),
                message!(
                    "promoted after {time}, the rto is {rto}",
                    time = Arg::Duration(at),
                    rto = Arg::Duration(rto.unwrap_or_default())
                ),
            ),
            Some(at) => (
                own_place(),
                message!(
                    "promoted after {time}, but too small",
                    time = Arg::Duration(at)
                ),
            ),
            None if promoted.is_none() => continue,
            None if never(member.node) => (own_place(), message!("gone too")),
            None if ways.is_empty() => (own_place(), message!("without a way of being promoted")),
            None => {
                let mut blockers: Vec<NodeIx> = ways
                    .iter()
                    .flat_map(|way| way.requires.iter().copied())
                    .filter(|node| never(*node))
                    .collect();
                blockers.sort_unstable();
                blockers.dedup();
                let words = message!(
                    "not promoted, since that takes {names}, gone too",
                    names = text::ids(context, &blockers)
                );
                (way_place(), words)
            }
        };
        told.entry((place.map(Place::Source), words))
            .or_default()
            .push(member.node);
    }
    for ((place, words), nodes) in told {
        let names = text::ids(context, &nodes);
        let words = if nodes.len() == 1 {
            message!("standby {names}: {words}", names, words)
        } else {
            message!("standbys {names}: {words}", names, words)
        };
        match place {
            Some(place) => finding.related.push(Related::new(place, words)),
            None => finding.notes.push(words),
        }
    }
}
