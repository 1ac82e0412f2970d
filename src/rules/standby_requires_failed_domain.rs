use std::cell::RefCell;
use std::collections::BTreeMap;

use super::context::{Context, Explained};
use super::kinds;
use super::needs::{Held, held};
use super::{causes, chain, needs, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::{NodeIx, ReqIx};
use crate::words::Class;

rule! {
    /// ## What it does
    ///
    /// Finds standbys that stand elsewhere and still depend on what they stand in for: on a domain
    /// that is drawn nowhere near them (a power feed, a network, an account), on a service that the
    /// same fault takes, or on a way of promotion that requires the lost domain itself.
    ///
    /// A standby in the same site or rack as the active side is no such thing: it is there for
    /// smaller faults, and [single-domain](#single-domain) or
    /// [false-redundancy](#false-redundancy) says what a larger one does.
    ///
    /// ## Why is this bad
    ///
    /// The plan for the day of the loss ends on that day. When a hall of OVH's campus in
    /// Strasbourg burnt in March 2021, the halls beside it were switched off too: the power of one
    /// had been built on that of another.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains:
    ///   - {id: power:campus}
    ///   - {id: site:a, requires: [power:campus]}
    ///   - {id: site:b, requires: [power:campus]}
    ///   - {id: site:c}
    /// services:
    ///   - {id: service:other, replicas: [{on: site:c}]}
    ///   - id: service:login
    ///     tier: 1
    ///     rto: 10m
    ///     replicas: [{on: site:a}, {on: site:b, standby: [{takes: 5m}]}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Cut the tie that the finding shows, or keep a standby that has none.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that is lost: error for tier 0 and 1, warning for the others.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain from the service to the domain, including what
    /// keeps the standby from helping.
    ///
    /// ## References
    ///
    /// * OVH Strasbourg, March 2021: <https://hostingjournalist.com/second-ovhcloud-data-center-in-strasbourg-sbg1-also-destroyed/>
    StandbyRequiresFailedDomain
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let around = RefCell::default();
    causes::each(context, |explained| {
        let mut tied: BTreeMap<NodeIx, Vec<Held>> = BTreeMap::new();
        for held in held(context, &explained.outcome) {
            if is_tied(context, explained, &held, &around) {
                tied.entry(held.owner).or_default().push(held);
            }
        }
        let tied = tied.into_iter();
        tied.map(|(owner, held)| (owner, finding(context, explained, owner, &held)))
            .collect()
    })
}

fn is_tied(
    context: &Context<'_>,
    explained: &Explained,
    held: &Held,
    around: &RefCell<Around>,
) -> bool {
    let domain = |node: &NodeIx| context.node(*node).class == Class::Domain;
    if !held.gone {
        return held.blockers.iter().any(domain);
    }
    let stopped = explained.outcome.stopped.binary_search(&held.standby.0);
    // What it stands on is gone: news only where nobody draws the two in one place.
    stopped.is_err()
        || !kinds::is_place(context.id(explained.fault).kind())
            && !is_drawn_around(context, explained.fault, held, around)
}

/// By requirement: the places that hold all that is active.
type Around = BTreeMap<ReqIx, Vec<NodeIx>>;

/// True if a place that the fault takes holds both the standby and what it stands in for: then
/// the fault is one of that place (its only feed), and the standby was never meant for it.
fn is_drawn_around(
    context: &Context<'_>,
    fault: NodeIx,
    held: &Held,
    around: &RefCell<Around>,
) -> bool {
    let mut around = around.borrow_mut();
    let places = around
        .entry(held.requirement)
        .or_insert_with(|| around_active(context, held.requirement));
    places
        .iter()
        .any(|place| context.takes(fault, *place) && context.takes(*place, held.standby))
}

fn around_active(context: &Context<'_>, requirement: ReqIx) -> Vec<NodeIx> {
    let members = &context.model.requirement(requirement).members;
    let active = || members.iter().filter(|member| member.standby.is_none());
    let Some(first) = active().next() else {
        return Vec::new();
    };
    let mut places = needs::places(context, first.node);
    places.retain(|place| {
        kinds::is_place(context.id(*place).kind())
            && active().all(|member| context.takes(*place, member.node))
    });
    places
}

fn finding(context: &Context<'_>, explained: &Explained, owner: NodeIx, held: &[Held]) -> Finding {
    let requirement = held[0].requirement;
    let confidence =
        explained
            .certainty(context)
            .of_requirement(context, &explained.outcome, requirement);
    let (id, cause) = (context.id(owner), context.id(explained.fault));
    let standbys: Vec<NodeIx> = held.iter().map(|held| held.standby).collect();
    let tier = severity::tier_lost(context, owner);
    let mut finding = Finding::new(
        Code::StandbyRequiresFailedDomain,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        message!(
            "`{id}` has {n} standby that needs `{cause}`, as what it stands in for does|`{id}` has {n} \
             standbys that need `{cause}`, as what they stand in for does",
            id,
            n = standbys.len(),
            cause
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let sources = &context.node(standbys[0]).sources;
    finding.place = sources
        .first()
        .or_else(|| context.node(owner).sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = format!("of no use when `{cause}` is lost");
    let gone: Vec<NodeIx> = held
        .iter()
        .flat_map(|held| {
            if held.gone {
                vec![held.standby]
            } else {
                held.blockers.clone()
            }
        })
        .collect();
    let links = chain::links(context, explained.steps(context), &gone);
    finding.related = chain::related(context, &links);
    if let Some(held) = held.iter().find(|held| !held.gone) {
        finding.notes.push(message!(
            "its promotion requires {names}, gone too",
            names = text::ids(context, &held.blockers)
        ));
    }
    finding.help = Some(message!(
        "keep a standby that does not need `{cause}`",
        cause
    ));
    finding
}
