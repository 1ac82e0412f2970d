use super::context::{Context, Explained};
use super::needs::standing;
use super::{causes, false_redundancy, severity, text};
use crate::analysis::data::{DataLoss, DataVerdict};
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::NodeIx;
use crate::words::Arg;

rule! {
    /// ## What it does
    ///
    /// Finds stores whose data survives the loss of a domain, in a copy elsewhere, and that are
    /// down all the same: nothing serves from the copy, or not within `rto`.
    ///
    /// ## Why is this bad
    ///
    /// "The data is replicated" is half of an answer. Kakao's own verdict on its outage of 127
    /// hours: data was replicated; redundancy of the whole system was lacking.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services: [{id: service:other, replicas: [{on: site:b}]}]
    /// stores:
    ///   - id: store:users
    ///     tier: 1
    ///     replicas:
    ///       - {on: site:a, count: 2}
    ///       - {on: site:b, replication: sync, standby: never}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Give the copy a way of serving: `standby` with what promotes it, how long that takes, and
    /// nothing among its requirements that goes with the domain. The finding says for each standby
    /// why it does not help today.
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
    /// The weakest evidence on the surest chain from the store to the domain, including what keeps
    /// the copy from serving.
    ///
    /// ## References
    ///
    /// * Kakao's own verdict: <https://search.zdnet.co.kr/?area=4&kwd=%EB%B3%B4%EC%83%81&pageno=4>
    DataOnlyReplication
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    causes::each(context, |explained| {
        let losses = explained.data(context).iter();
        losses
            .filter(|loss| context.cuts(explained.fault, loss.store))
            .filter(|loss| stands_there(context, explained.fault, loss.store))
            .filter_map(|loss| Some((loss.store, finding(context, explained, loss)?)))
            .collect()
    })
}

fn stands_there(context: &Context<'_>, fault: NodeIx, store: NodeIx) -> bool {
    let own = context.own_cuts.get(&store);
    own.is_some_and(|cuts| cuts.contains(&fault))
}

fn finding(context: &Context<'_>, explained: &Explained, loss: &DataLoss) -> Option<Finding> {
    let kept = match loss.verdict {
        DataVerdict::Safe => message!("its data is safe"),
        DataVerdict::LostUpToLag { seconds } => {
            message!(
                "all but {time} of its data is safe",
                time = Arg::Duration(seconds)
            )
        }
        DataVerdict::LostUpToInterval { .. } | DataVerdict::Lost => return None,
    };
    let (requirement, described) = standing(context, loss.store)?;
    // What is left of the active side would serve if it were enough: another rule's business.
    let active = |copy: &NodeIx| {
        let mut members = described.members.iter();
        members.any(|member| member.node == *copy && member.standby.is_none())
    };
    if loss.left.iter().any(active) {
        return None;
    }
    let confidence =
        explained
            .certainty(context)
            .of_requirement(context, &explained.outcome, requirement);
    let (id, cause) = (context.id(loss.store), context.id(explained.fault));
    let tier = severity::tier_lost(context, loss.store);
    let mut finding = Finding::new(
        Code::DataOnlyReplication,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        message!(
            "without `{cause}`, {kept} and `{id}` does not serve it",
            cause,
            kept,
            id
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let copy = loss.left.first().copied();
    let sources = copy.map(|copy| &context.node(copy).sources);
    finding.place = sources
        .and_then(|sources| sources.first())
        .or_else(|| described.sources.first())
        .cloned()
        .map(Place::Source);
    finding.label = String::from("a copy from which nobody is served in time");
    finding.notes.push(message!(
        "copies left: {names}",
        names = text::ids(context, &loss.left)
    ));
    false_redundancy::standbys(context, &explained.outcome, requirement, &mut finding);
    finding.help = Some(message!(
        "give a copy a way of serving that does not need `{cause}` and fits into the `rto`",
        cause
    ));
    Some(finding)
}
