use std::collections::BTreeSet;

use super::context::{Context, Explained};
use super::{severity, text};
use crate::analysis::recovery::{RecoveryCycle as Circle, Wait};
use crate::analysis::verdict::Verdict;
use crate::findings::{Code, Finding, Place, Related, Severity};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds circles of waiting: to come back, each of its members first needs another one of them
    /// to serve. Through `start` requirements a circle outlasts the repair: somebody has to break
    /// it by hand. Through promotion (who may promote is granted by a service that has to be
    /// promoted itself) it lasts until the lost domain is repaired.
    ///
    /// Every single domain is tried, and the loss of everything at once, from which an estate must
    /// be able to start.
    ///
    /// ## Why is this bad
    ///
    /// Nobody sees it while everything runs. On 4 October 2021 Facebook's name servers withdrew
    /// their routes; the internal tools with which engineers would have brought them back could no
    /// longer be reached either, and it took about six hours.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - id: service:switchover
    ///     tier: 1
    ///     replicas:
    ///       - {on: site:a, count: 2}
    ///       - {on: site:b, standby: [{takes: 5m, requires: [service:authz]}]}
    ///   - id: service:authz
    ///     tier: 1
    ///     replicas:
    ///       - {on: site:a, count: 2}
    ///       - {on: site:b, standby: [{takes: 5m, requires: [service:switchover]}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Let one member of the circle do without the next: an active replica in a second domain, a
    /// second way of promotion by hand, a start that does not ask (a local copy, a sealed
    /// password).
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier in the circle: error for tier 0 and 1, warning for the others. At
    /// most a warning where a hop is only inferred, and a note where nothing in it has a tier.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence among the hops of the circle.
    ///
    /// ## References
    ///
    /// * Facebook, October 2021: <https://mailman.nanog.org/pipermail/nanog/2021-October/215839.html>
    RecoveryCycle
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let circles = circles(context).iter();
    circles.map(|circle| circle.finding.clone()).collect()
}

/// A circle and what is said of it.
#[derive(Debug)]
pub(super) struct Told {
    /// Services and stores in it, sorted.
    pub(super) members: Vec<NodeIx>,
    finding: Finding,
}

/// Every circle of waiting, each once. Found at the first call.
pub(super) fn circles<'c>(context: &'c Context<'_>) -> &'c [Told] {
    context.recovery_circles.get_or_init(|| find(context))
}

fn find(context: &Context<'_>) -> Vec<Told> {
    let mut told: BTreeSet<Vec<NodeIx>> = BTreeSet::new();
    let mut found = Vec::new();
    let causes = &context.causes;
    for cause in causes.near.iter().chain(&causes.wide).chain(&causes.whole) {
        collect(
            context,
            &context.explained(*cause),
            false,
            &mut told,
            &mut found,
        );
    }
    // Black start: everything is gone and repaired at once.
    let graph = context.engine.graph();
    let everything: Vec<u32> = (0u32..)
        .zip(&graph.class)
        .filter(|(_, class)| !matches!(class, Class::Group | Class::Journey))
        .map(|(node, _)| node)
        .collect();
    if let Some(first) = everything.first() {
        let all = context.explain(NodeIx(*first), &everything);
        collect(context, &all, true, &mut told, &mut found);
    }
    found
}

/// The circles of one outcome that were not told before. Members are what tells circles apart,
/// whatever it is that sets them off.
fn collect(
    context: &Context<'_>,
    explained: &Explained,
    black: bool,
    told: &mut BTreeSet<Vec<NodeIx>>,
    found: &mut Vec<Told>,
) {
    for cycle in explained.cycles(context) {
        // While everything is gone, nothing can be promoted: only what outlasts repair counts.
        if black && cycle.makes != Verdict::Stuck {
            continue;
        }
        let members = members(context, cycle);
        if told.insert(members.clone()) {
            let finding = finding(context, explained, black, cycle, &members);
            found.push(Told { members, finding });
        }
    }
}

/// Services and stores of the circle, sorted.
fn members(context: &Context<'_>, cycle: &Circle) -> Vec<NodeIx> {
    let subjects = cycle.hops.iter().map(|hop| context.subject(hop.from));
    let members: BTreeSet<NodeIx> = subjects.collect();
    members.into_iter().collect()
}

fn finding(
    context: &Context<'_>,
    explained: &Explained,
    black: bool,
    cycle: &Circle,
    members: &[NodeIx],
) -> Finding {
    let evidence = cycle
        .hops
        .iter()
        .map(|hop| context.model.requirement(hop.requirement).evidence)
        .max();
    let confidence = evidence.unwrap_or(Evidence::Assumed);
    let tier = members
        .iter()
        .filter_map(|node| severity::tier_lost(context, *node))
        .min();
    let cause = context.id(explained.fault);
    let first = members.first().copied().unwrap_or(explained.fault);
    let when = if black {
        message!("after the loss of everything")
    } else {
        message!("after the loss of `{cause}`", cause)
    };
    let waits = match (members, cycle.makes) {
        ([only], _) => message!("`{id}` waits for itself", id = context.id(*only)),
        ([one, other], _) => message!(
            "`{one}` and `{other}` wait for each other",
            one = context.id(*one),
            other = context.id(*other)
        ),
        (all, _) => message!(
            "{names} wait for each other in a circle",
            names = text::ids(context, all)
        ),
    };
    let until = if cycle.makes == Verdict::Stuck {
        message!("even when it is repaired, none of them starts")
    } else {
        message!("none of them comes back before it is repaired")
    };
    let mut finding = Finding::new(
        Code::RecoveryCycle,
        severity::of_cut(context, tier, confidence),
        context.id(first).as_str(),
        if black {
            message!("{waits} to start: {when}, none of them does", waits, when)
        } else {
            message!("{when}, {waits}: {until}", when, waits, until)
        },
    );
    finding.confidence = confidence;
    // Whether a call that an address hints at is needed to start is a guess.
    if confidence >= Evidence::Inferred {
        finding.severity = finding.severity.min(match tier {
            Some(_) => Severity::Warning,
            None => Severity::Note,
        });
    }
    let others: Vec<&str> = members
        .iter()
        .skip(1)
        .map(|node| context.id(*node).as_str())
        .collect();
    // The circle is the cause; what sets it off may be many things.
    finding.object = (!others.is_empty()).then(|| others.join(", "));
    for (number, hop) in cycle.hops.iter().enumerate() {
        let requirement = context.model.requirement(hop.requirement);
        let standby = hop.standby.and_then(|standby| {
            let member = requirement.members.iter().find(|m| m.node == standby)?;
            let mut ways = member.standby.as_ref()?.iter();
            ways.find(|way| way.requires.contains(&hop.to))?
                .sources
                .first()
        });
        let Some(source) = standby.or_else(|| requirement.sources.first()) else {
            continue;
        };
        let (from, to) = (context.id(context.subject(hop.from)), context.id(hop.to));
        let words = match (hop.wait, hop.standby) {
            (Wait::Start, _) => format!("`{from}` needs `{to}` to start"),
            (Wait::Promotion, Some(standby)) if standby == hop.to => {
                format!("`{from}` waits for its standby `{to}`")
            }
            (Wait::Promotion, Some(standby)) => {
                format!("promoting `{}` requires `{to}`", context.id(standby))
            }
            _ => format!("`{from}` needs `{to}`"),
        };
        let place = Place::Source(source.clone());
        if number == 0 {
            finding.place = Some(place);
            finding.label = words;
        } else {
            finding.related.push(Related::new(place, words));
        }
    }
    if cycle.size > cycle.hops.len() {
        finding.notes.push(message!(
            "the shortest circle is shown; {size} nodes wait for each other",
            size = cycle.size
        ));
    }
    finding.help = Some(message!("let one of them come back without the next one"));
    finding
}
