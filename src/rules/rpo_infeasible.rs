use super::context::{Context, Explained};
use super::{causes, chain, severity, text};
use crate::analysis::data::DataLoss;
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::words::{Arg, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds stores that lose more data with one domain than their `rpo` allows: the best copy
    /// that is left lags further behind, is an older backup, or there is none.
    ///
    /// What a bad write or a bad deploy destroys in all copies at once is not looked at here.
    ///
    /// ## Why is this bad
    ///
    /// Unlike an outage, it is never over. The drive of the Korean government's officials that
    /// burnt in Daejeon in September 2025 held 858 TB and had no copy outside of the building.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services: [{id: service:other, replicas: [{on: site:b}]}]
    /// stores:
    ///   - id: store:mail
    ///     tier: 1
    ///     rpo: 1h
    ///     replicas:
    ///       - {on: site:a, count: 2, replication: primary}
    ///       - {on: site:b, replication: {backup: 24h}}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep a copy on another domain that is behind by less than the `rpo`: `sync`, `async` with a
    /// short lag, or a more frequent backup. Or declare the `rpo` that is true.
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
    /// The weakest evidence on the surest chain from the lost copies to the domain.
    ///
    /// ## References
    ///
    /// * Daejeon, September 2025: <https://biz.chosun.com/en/en-society/2025/10/01/5AV2BJUSCJERHBYGGGMRQPUUPI/>
    RpoInfeasible
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    causes::each_and_whole(context, |explained| {
        let losses = explained.data(context).iter();
        losses
            .filter_map(|loss| Some((loss.store, finding(context, explained, loss)?)))
            .collect()
    })
}

fn finding(context: &Context<'_>, explained: &Explained, loss: &DataLoss) -> Option<Finding> {
    let node = context.node(loss.store);
    let rpo = node.rpo_s?;
    let seconds = loss.verdict.seconds();
    if seconds.is_some_and(|seconds| seconds <= rpo) {
        return None;
    }
    let certainty = explained.certainty(context);
    let evidence = loss.gone.iter().map(|copy| certainty.of(*copy)).max();
    let confidence = evidence.unwrap_or(Evidence::Assumed);
    let (id, cause) = (&node.id, context.id(explained.fault));
    let much = seconds.map_or_else(
        || message!("all of its data"),
        |seconds| message!("up to {time} of data", time = Arg::Duration(seconds)),
    );
    let mut finding = Finding::new(
        Code::RpoInfeasible,
        severity::of_cut(
            context,
            severity::tier_lost(context, loss.store),
            confidence,
        ),
        id.as_str(),
        message!(
            "`{id}` loses {much} with `{cause}`; its rpo is {rpo}",
            id,
            much,
            cause,
            rpo = Arg::Duration(rpo)
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![cause.clone()];
    let best = loss.left.first().copied();
    let sources = best.map_or(&node.sources, |copy| &context.node(copy).sources);
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = if best.is_some() {
        "the best copy that is left".to_owned()
    } else {
        "no copy is left".to_owned()
    };
    let links = chain::links(context, explained.steps(context), &loss.gone);
    finding.related = chain::related(context, &links);
    if !loss.left.is_empty() {
        let left = text::ids(context, &loss.left);
        finding.notes.push(message!("copies left: {left}", left));
    }
    finding.help = Some(message!(
        "keep a copy that does not stand on `{cause}` and is at most {rpo} behind",
        cause,
        rpo = Arg::Duration(rpo)
    ));
    Some(finding)
}
