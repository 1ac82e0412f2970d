use super::context::{Context, Explained};
use super::needs::{indispensable, standing};
use super::{causes, chain, severity};
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds services and stores whose own replicas survive the loss of any one domain, and that go
    /// with one all the same, because something that they can't do without stands on that domain
    /// alone. Where that something is a single replica, or outside of the inputs, other rules say so.
    ///
    /// ## Why is this bad
    ///
    /// The money for the second and the third place is spent, and buys nothing. Cloudflare's
    /// control plane ran in three data centres; when one of them lost power in November 2023 it
    /// was down, since some critical systems needed services that ran in that one only.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}, {id: site:c}]
    /// services:
    ///   - {id: service:api, tier: 1, replicas: [{on: site:a}, {on: site:b}], requires: [store:log]}
    /// stores:
    ///   - {id: store:log, replicas: [{on: site:c, count: 3}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Run what is needed on a second domain too, or do without it for a while: a cache, a queue,
    /// a default. `optional` says that, and the finding goes.
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
    /// The weakest evidence on the surest chain from the service to the domain, including what keeps
    /// standbys of what is needed from helping.
    ///
    /// ## References
    ///
    /// * Cloudflare, November 2023: <https://blog.cloudflare.com/post-mortem-on-cloudflare-control-plane-and-analytics-outage/>
    HaDependsOnSingleDomain
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    causes::each(context, |explained| {
        let mut found = Vec::new();
        for affected in &explained.outcome.affected {
            let subject = NodeIx(affected.node);
            let class = context.node(subject).class;
            let stands = matches!(class, Class::Service | Class::Store)
                && context.engine.cuts(*affected)
                && survives_by_itself(context, subject);
            if !stands {
                continue;
            }
            for (needed, requirement) in indispensable(context, subject) {
                let own = context.own_cuts.get(&needed);
                // Where it is a single replica, that is what has to be mended.
                if own.is_none_or(|cuts| !cuts.contains(&explained.fault))
                    || !has_several(context, needed)
                {
                    continue;
                }
                let confidence = confidence(context, explained, requirement, needed);
                let tier = severity::tier_lost(context, subject);
                let (id, on) = (context.id(subject), context.id(needed));
                let cause = context.id(explained.fault);
                let mut finding = Finding::new(
                    Code::HaDependsOnSingleDomain,
                    severity::of_cut(context, tier, confidence),
                    id.as_str(),
                    message!(
                        "`{id}` survives the loss of any one domain by itself, but needs `{on}`, \
                         which goes with `{cause}`",
                        id,
                        on,
                        cause
                    ),
                );
                finding.confidence = confidence;
                finding.object = Some(on.to_string());
                finding.cut = vec![cause.clone()];
                let described = context.model.requirement(requirement);
                finding.place = described.sources.first().cloned().map(Place::Source);
                finding.label = format!("`{on}` stands on one domain");
                let links = chain::links(context, explained.steps(context), &[needed]);
                finding.related = chain::related(context, &links);
                finding.help = Some(message!(
                    "run `{on}` without `{cause}` too, or serve without it for a while (`optional`)",
                    on,
                    cause
                ));
                found.push((subject, finding));
            }
        }
        found
    })
}

/// Several replicas, and no single domain takes so many that it can't do without.
fn survives_by_itself(context: &Context<'_>, subject: NodeIx) -> bool {
    has_several(context, subject) && !context.own_cuts.contains_key(&subject)
}

fn has_several(context: &Context<'_>, node: NodeIx) -> bool {
    standing(context, node).is_some_and(|(_, requirement)| {
        let active = requirement.members.iter().filter(|m| m.standby.is_none());
        active.count() > 1
    })
}

/// That it can't do without, and that what is needed has nothing to fall back on.
fn confidence(
    context: &Context<'_>,
    explained: &Explained,
    requirement: ReqIx,
    needed: NodeIx,
) -> Evidence {
    let certainty = explained.certainty(context);
    let lost = certainty.of_requirement(context, &explained.outcome, requirement);
    let own = standing(context, needed)
        .map(|(standing, _)| certainty.of_requirement(context, &explained.outcome, standing));
    lost.max(own.unwrap_or(lost))
}
