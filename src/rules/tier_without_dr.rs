use super::context::{Context, Explained};
use super::needs::standing;
use super::{causes, chain, kinds, severity, text};
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::NodeIx;
use crate::words::Evidence;

rule! {
    /// ## What it does
    ///
    /// For each domain larger than a machine or a rack: names the critical services and stores
    /// that have nothing outside of it, no replica, no standby, no copy of their data. One finding
    /// a domain, where there are two or more of them.
    ///
    /// ## Why is this bad
    ///
    /// For these there is no plan at all, not even a slow one, until the place is rebuilt. Of the
    /// Korean government's systems lost in Daejeon in September 2025 fewer than one in twenty had
    /// a full standby elsewhere; four weeks later two thirds were back.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - {id: service:login, tier: 1, replicas: [{on: site:a, count: 3}]}
    ///   - {id: service:pay, tier: 1, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:other, tier: 3, replicas: [{on: site:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Give each of them at least a standby in a second place, with what promotes it; a cold one
    /// with a long `takes` is a plan too, and `rto-infeasible` says whether it is fast enough.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning: the findings about each of them ([false-redundancy](#false-redundancy),
    /// [single-domain](#single-domain), [single-replica-critical](#single-replica-critical)) carry
    /// the severity of the loss.
    ///
    /// ## Confidence
    ///
    /// The strongest among the things that are named.
    ///
    /// ## References
    ///
    /// * Fewer than 5 % with full recovery sites: <https://kollo.kr/appcontent?id=ewMkba>
    /// * 68 % back on 24 October: <https://zdnet.co.kr/view/?no=20251024144239>
    TierWithoutDr
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    causes::each(context, |explained| {
        let small = kinds::is_small(context.id(explained.fault).kind());
        let found = (!small).then(|| finding(context, explained)).flatten();
        found
            .map(|found| (explained.fault, found))
            .into_iter()
            .collect()
    })
}

fn finding(context: &Context<'_>, explained: &Explained) -> Option<Finding> {
    let outcome = &explained.outcome;
    let stopped = |node: NodeIx| outcome.stopped.binary_search(&node.0).is_ok();
    let nothing_left = |subject: NodeIx| {
        let standing = standing(context, subject);
        standing.is_some_and(|(_, requirement)| requirement.members.iter().all(|m| stopped(m.node)))
    };
    let copies = explained.data(context);
    let no_copy = |subject: NodeIx| {
        let at = copies.binary_search_by_key(&subject, |loss| loss.store);
        at.ok()
            .and_then(|at| copies.get(at))
            .is_none_or(|loss| loss.left.is_empty())
    };
    let affected = outcome.affected.iter().map(|a| NodeIx(a.node));
    let mut without: Vec<NodeIx> = affected
        .filter(|node| context.criticality.of(*node).is_some())
        .filter(|node| nothing_left(*node) && no_copy(*node))
        .collect();
    let tier = |ix: &NodeIx| context.criticality.of(*ix).map(|critical| critical.tier);
    without.sort_by_key(|ix| (tier(ix), *ix));
    // Of a single one, other rules say all there is to say.
    if without.len() < 2 {
        return None;
    }
    let first = without.first().copied()?;
    let certainty = explained.certainty(context);
    let confidence = without
        .iter()
        .map(|ix| certainty.of(*ix))
        .min()
        .unwrap_or(Evidence::Assumed);
    let cause = context.id(explained.fault);
    let mut finding = Finding::new(
        Code::TierWithoutDr,
        severity::capped(Severity::Warning, confidence),
        cause.as_str(),
        message!(
            "{n} critical service or store has nothing outside of `{cause}`: no replica, no standby, no \
             copy|{n} critical services and stores have nothing outside of `{cause}`: no replica, no \
             standby, no copy",
            n = without.len(),
            cause
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let sources = &context.node(explained.fault).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = String::from("until this is repaired, nothing brings them back");
    finding
        .notes
        .push(message!("{names}", names = text::all(context, &without)));
    let links = chain::links(context, explained.steps(context), &[first]);
    finding.related = chain::related(context, &links);
    finding.help = Some(message!(
        "give each a standby in a second place, even a slow one"
    ));
    Some(finding)
}
