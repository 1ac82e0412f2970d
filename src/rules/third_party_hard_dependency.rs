use super::context::Context;
use super::{chain, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::graph::FaultClass;
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds outside parties whose failure alone cuts something that has a tier: no second
    /// provider, no serving without.
    ///
    /// ## Why is this bad
    ///
    /// You can't repair it, and you can't say when it is back. Users of the exchange Upbit on
    /// Android could log in through Kakao only and were locked out for about 20 hours in October
    /// 2022; on iOS, with Apple as an alternative, they were not.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// externals: [{id: external:kakao-login}, {id: external:apple-id}]
    /// journeys:
    ///   - {id: journey:log-in-android, tier: 1, requires: [external:kakao-login]}
    ///   - {id: journey:log-in-ios, tier: 1, requires: [{any: [external:kakao-login, external:apple-id]}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Add an alternative (`any`), or serve without it for a while (`optional`). Where the party is
    /// the point of the journey, accept the risk with a waiver.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// By the most critical tier that is lost: error for tier 0 and 1, a note for the others.
    /// Nothing is said where nothing has a tier.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chain to the outside party.
    ///
    /// ## References
    ///
    /// * Upbit, October 2022: <https://economist.co.kr/article/view/ecn202210160012>
    /// * Workers KV and its third-party backend, June 2025: <https://status.sync.zebra.com/incidents/0sh156jy9lkg>
    ThirdPartyHardDependency
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for effect in context.sweep.effects() {
        // What nobody describes is another rule's business.
        let known = context.id(effect.fault).kind() != "unknown";
        if effect.class != FaultClass::External || !known {
            continue;
        }
        let cut: Vec<NodeIx> = effect
            .affected()
            .filter(|affected| context.engine.cuts(*affected))
            .map(|affected| NodeIx(affected.node))
            .filter(|node| {
                let node = context.node(*node);
                let counted = matches!(node.class, Class::Journey | Class::Service | Class::Store);
                counted && node.tier.is_some()
            })
            .collect();
        if !cut.is_empty() {
            found.push(finding(context, effect.fault, cut));
        }
    }
    found
}

fn finding(context: &Context<'_>, party: NodeIx, mut cut: Vec<NodeIx>) -> Finding {
    cut.sort_by_key(|ix| (context.node(*ix).tier, *ix));
    let explained = context.explained(party);
    let certainty = explained.certainty(context);
    let tier = cut.iter().filter_map(|ix| context.node(*ix).tier).min();
    let first = cut.iter().filter(|ix| context.node(**ix).tier == tier);
    let confidence = first
        .map(|ix| certainty.of(*ix))
        .min()
        .unwrap_or(Evidence::Assumed);
    let mut level = severity::of_cut(context, tier, confidence);
    if tier.is_none_or(|tier| tier > 1) {
        level = crate::findings::Severity::Note;
    }
    let id = context.id(party);
    let mut finding = Finding::new(
        Code::ThirdPartyHardDependency,
        level,
        id.as_str(),
        message!(
            "the outside party `{id}` alone takes {names}",
            id,
            names = text::ids(context, &cut)
        ),
    );
    finding.confidence = confidence;
    finding.cut = vec![id.clone()];
    let sources = &context.node(party).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = String::from("nothing stands in for it");
    let start: Vec<NodeIx> = cut.first().copied().into_iter().collect();
    let links = chain::links(context, explained.steps(context), &start);
    finding.related = chain::related(context, &links);
    finding.help = Some(message!(
        "add an alternative to `{id}` (`any`), or serve without it for a while (`optional`)",
        id
    ));
    finding
}
