//! How bad a finding is, decided in one place: by the tier that is lost and by how sure we are.

use super::context::Context;
use crate::analysis::criticality::CRITICAL_TIER;
use crate::findings::Severity;
use crate::model::NodeIx;
use crate::words::Evidence;

/// Severity of "one fault cuts this", where `tier` is the most critical tier that is lost.
///
/// Tier 0 and 1: error. Tier 2 and more: warning. No tier: warning, and only a note where it
/// rests on an assumption or where other things do have tiers (this one was left without).
/// What rests on an assumption is never above warning.
pub(super) fn of_cut(context: &Context<'_>, tier: Option<u8>, confidence: Evidence) -> Severity {
    let severity = match tier {
        Some(0 | 1) => Severity::Error,
        None if context.tiered || confidence == Evidence::Assumed => Severity::Note,
        Some(_) | None => Severity::Warning,
    };
    capped(severity, confidence)
}

/// What rests on an assumption is never above warning.
pub(super) fn capped(severity: Severity, confidence: Evidence) -> Severity {
    if confidence == Evidence::Assumed {
        severity.min(Severity::Warning)
    } else {
        severity
    }
}

/// How sure a claim about `subject` is that says of it that it is critical.
pub(super) fn as_critical(context: &Context<'_>, subject: NodeIx, claim: Evidence) -> Evidence {
    match context.criticality.of(subject) {
        Some(critical) if critical.is_assumed => Evidence::Assumed,
        _ => claim,
    }
}

/// The most critical tier that is lost with `subject`: what it carries itself, or, for a domain
/// and the like, the tier of what goes with it.
pub(super) fn tier_lost(context: &Context<'_>, subject: NodeIx) -> Option<u8> {
    if let Some(critical) = context.criticality.of(subject) {
        // What is critical only by an assumption is no reason for an error.
        let least = if critical.is_assumed {
            CRITICAL_TIER + 1
        } else {
            0
        };
        return Some(critical.tier.max(least));
    }
    let own = context.node(subject).tier;
    let lost = context.sweep.effect(subject).and_then(|effect| {
        let cut = effect
            .affected()
            .filter(|affected| context.engine.cuts(*affected));
        cut.filter_map(|affected| context.node(NodeIx(affected.node)).tier)
            .min()
    });
    match (own, lost) {
        (Some(own), Some(lost)) => Some(own.min(lost)),
        (own, lost) => own.or(lost),
    }
}

/// Severity of what takes nothing by itself and makes a loss worse or longer: a warning where
/// what is lost is critical, a note for the rest.
pub(super) fn advice(tier: Option<u8>, confidence: Evidence) -> Severity {
    let severity = match tier {
        Some(0 | 1) => Severity::Warning,
        Some(_) | None => Severity::Note,
    };
    capped(severity, confidence)
}
