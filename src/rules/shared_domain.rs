//! Domains that take several others which are meant to fail apart.

use super::context::Context;
use super::{chain, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::graph::FaultClass;
use crate::model::NodeIx;
use crate::words::Class;
use crate::words::Message;

/// Domains of a kind that `below` accepts, two or more of which one domain takes whose kind
/// `cause` accepts. Of several such causes, those that no other one takes; sorted.
pub(super) fn shared(
    context: &Context<'_>,
    cause: impl Fn(&str) -> bool,
    below: impl Fn(&str) -> bool,
) -> Vec<(NodeIx, Vec<NodeIx>)> {
    let mut found: Vec<(NodeIx, Vec<NodeIx>)> = Vec::new();
    for effect in context.sweep.effects() {
        if effect.class != FaultClass::Placement || !cause(context.id(effect.fault).kind()) {
            continue;
        }
        let taken: Vec<NodeIx> = effect
            .affected()
            .filter(|affected| context.engine.cuts(*affected))
            .map(|affected| NodeIx(affected.node))
            .filter(|node| {
                let node = context.node(*node);
                // Places made up for replicas that nobody placed are no places.
                let known = node.evidence != crate::words::Evidence::Assumed;
                node.class == Class::Domain && known && below(node.id.kind())
            })
            .collect();
        if taken.len() > 1 {
            found.push((effect.fault, taken));
        }
    }
    let causes: Vec<NodeIx> = found.iter().map(|(cause, _)| *cause).collect();
    let roots = context.roots(&causes);
    found.retain(|(cause, _)| roots.contains(cause));
    found
}

/// A finding about `cause`, which takes all of `taken`.
pub(super) fn finding(
    context: &Context<'_>,
    code: Code,
    cause: NodeIx,
    taken: &[NodeIx],
    message: Message,
    help: Message,
) -> Finding {
    let explained = context.explained(cause);
    let certainty = explained.certainty(context);
    // Two are enough.
    let mut known: Vec<_> = taken.iter().map(|place| certainty.of(*place)).collect();
    known.sort_unstable();
    let confidence = known
        .get(1)
        .copied()
        .unwrap_or(crate::words::Evidence::Assumed);
    let tier = severity::tier_lost(context, cause);
    let id = context.id(cause);
    let mut finding = Finding::new(
        code,
        severity::of_cut(context, tier, confidence),
        id.as_str(),
        message,
    );
    finding.confidence = confidence;
    finding.cut = vec![id.clone()];
    let sources = &context.node(cause).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = format!("takes {}", text::ids(context, taken));
    let links = chain::links(context, explained.steps(context), taken);
    finding.related = chain::related(context, &links);
    finding.help = Some(help);
    finding
}
