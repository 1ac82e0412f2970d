use std::collections::BTreeSet;

use super::context::Context;
use super::{chain, severity, text};
use crate::analysis::criticality::CRITICAL_TIER;
use crate::findings::{Code, Finding, Place};
use crate::graph::FaultClass;
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence, Message};

/// One domain takes this many, or more than half of them, but at least two.
const MANY: usize = 3;

rule! {
    /// ## What it does
    ///
    /// Names each failure domain whose loss alone cuts many critical journeys at once: three or
    /// more of them, or more than half. Where no journey is critical, services and stores of tier
    /// 0 and 1 are counted instead; where nothing has a tier, all journeys, or else all services
    /// and stores, and then it takes three and more than half. What everything stands on (a cluster,
    /// a region) is named if it cuts any of them, and not repeated for each service.
    ///
    /// ## Why is this bad
    ///
    /// One event becomes many outages, for many teams, at the same minute, and everybody who could
    /// help is busy. In October 2022 a fire in the battery room of one data centre took login,
    /// messages, payments and taxi dispatch of the Kakao group together; about a third of the
    /// group's servers stood there.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - {id: service:login, replicas: [{on: site:a, count: 3}]}
    ///   - {id: service:pay, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:map, replicas: [{on: site:a}, {on: site:b}]}
    /// journeys:
    ///   - {id: journey:log-in, tier: 1, requires: [service:login]}
    ///   - {id: journey:pay, tier: 1, requires: [service:pay]}
    ///   - {id: journey:find, tier: 1, requires: [service:map]}
    /// ```
    ///
    /// `site:a` takes two of three critical journeys.
    ///
    /// ## How to fix
    ///
    /// Run what the journeys need on a second domain too, beginning with what most of them share:
    /// `spof common journey:log-in journey:pay` names it. Where everything stands in one place on
    /// purpose, this finding says so once, and no rule repeats it for every service.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Error where critical things are counted; a note where nothing has a tier.
    ///
    /// ## Confidence
    ///
    /// That of the weakest evidence without which fewer than "many" would be cut.
    ///
    /// ## References
    ///
    /// * Kakao, October 2022: <https://www.techm.kr/news/articleView.html?idxno=104584>
    /// * The battery room: <https://koreajoongangdaily.joins.com/2022/12/06/business/tech/Korea-Kakao-Naver/20221206164644790.html>
    CriticalConcentration
}

/// A domain and the critical things that it alone cuts.
#[derive(Clone, Debug)]
pub struct Concentration {
    pub domain: NodeIx,
    /// Sorted by tier, then id.
    pub cut: Vec<NodeIx>,
    /// How many there are in all.
    pub of: usize,
    /// `critical journey`, `service or store`, ...
    pub noun: Noun,
}

/// What a concentration counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    CriticalJourneys,
    Journeys,
    CriticalWorkloads,
    Workloads,
}

impl Noun {
    /// `3 critical journeys`
    fn counted(self, n: usize) -> Message {
        match self {
            Self::CriticalJourneys => message!("{n} critical journey|{n} critical journeys", n),
            Self::Journeys => message!("{n} journey|{n} journeys", n),
            Self::CriticalWorkloads => message!(
                "{n} critical service or store|{n} critical services and stores",
                n
            ),
            Self::Workloads => text::workloads(n),
        }
    }

    /// `all 3 critical journeys`
    fn all(self, n: usize) -> Message {
        match self {
            _ if n == 2 => message!(
                "both {what}",
                what = match self {
                    Self::CriticalJourneys => message!("critical journeys"),
                    Self::Journeys => message!("journeys"),
                    Self::CriticalWorkloads => message!("critical services and stores"),
                    Self::Workloads => message!("services and stores"),
                }
            ),
            Self::CriticalJourneys => {
                message!("the only critical journey|all {n} critical journeys", n)
            }
            Self::Journeys => message!("the only journey|all {n} journeys", n),
            Self::CriticalWorkloads => message!(
                "the only critical service or store|all {n} critical services and stores",
                n
            ),
            Self::Workloads => message!("the only service or store|all {n} services and stores", n),
        }
    }
}

/// Every domain that takes many, in order of id; [`Context`] keeps those that no other one takes.
pub(super) fn concentrations(
    context: &Context<'_>,
    under_everything: &BTreeSet<NodeIx>,
) -> Vec<Concentration> {
    let (subjects, noun) = subjects(context);
    let all: BTreeSet<NodeIx> = subjects.iter().copied().collect();
    let is_many = |n: usize| {
        if context.tiered {
            n >= MANY || (n > 1 && 2 * n > all.len())
        } else {
            n >= MANY && 2 * n > all.len()
        }
    };
    let domains = context.sweep.effects();
    domains
        .filter(|effect| effect.class == FaultClass::Placement)
        .filter_map(|effect| {
            let mut cut: Vec<NodeIx> = effect
                .affected()
                .filter(|affected| all.contains(&NodeIx(affected.node)))
                .filter(|affected| context.engine.cuts(*affected))
                .map(|affected| NodeIx(affected.node))
                .collect();
            cut.sort_by_key(|ix| (context.node(*ix).tier, *ix));
            // What everything stands on is said once even where little is critical: otherwise
            // every single service would have to say it.
            let workloads = || {
                effect.affected().filter(|affected| {
                    let class = context.node(NodeIx(affected.node)).class;
                    matches!(class, Class::Service | Class::Store) && context.engine.cuts(*affected)
                })
            };
            let shared = under_everything.contains(&effect.fault) && workloads().nth(1).is_some();
            (is_many(cut.len()) || (shared && !cut.is_empty())).then_some(Concentration {
                domain: effect.fault,
                cut,
                of: all.len(),
                noun,
            })
        })
        .collect()
}

/// What is counted: journeys where there are any, critical ones where anything has a tier.
fn subjects(context: &Context<'_>) -> (Vec<NodeIx>, Noun) {
    let nodes = |journeys: bool| -> Vec<NodeIx> {
        let wanted = |class: Class| match class {
            Class::Journey => journeys,
            Class::Service | Class::Store => !journeys,
            _ => false,
        };
        context
            .model
            .iter()
            .filter(|(_, node)| wanted(node.class))
            .filter(|(_, node)| {
                !context.tiered || node.tier.is_some_and(|tier| tier <= CRITICAL_TIER)
            })
            .map(|(ix, _)| ix)
            .collect()
    };
    let journeys = nodes(true);
    match (journeys.is_empty(), context.tiered) {
        (false, true) => (journeys, Noun::CriticalJourneys),
        (false, false) => (journeys, Noun::Journeys),
        (true, true) => (nodes(false), Noun::CriticalWorkloads),
        (true, false) => (nodes(false), Noun::Workloads),
    }
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .concentrations
        .iter()
        .map(|found| finding(context, found))
        .collect()
}

fn finding(context: &Context<'_>, found: &Concentration) -> Finding {
    let domain = context.node(found.domain);
    let explained = context.explained(found.domain);
    let certainty = explained.certainty(context);
    let mut evidence: Vec<Evidence> = found.cut.iter().map(|ix| certainty.of(*ix)).collect();
    evidence.sort_unstable();
    let enough = if context.tiered {
        MANY.min(found.of / 2 + 1).max(2)
    } else {
        MANY.max(found.of / 2 + 1)
    };
    let confidence = evidence
        .get(enough - 1)
        .or(evidence.last())
        .copied()
        .unwrap_or(Evidence::Assumed);
    let tier = found
        .cut
        .iter()
        .filter_map(|ix| context.node(*ix).tier)
        .min();
    let severity = if context.tiered {
        severity::of_cut(context, tier, confidence)
    } else {
        crate::findings::Severity::Note
    };
    let (id, n) = (&domain.id, found.cut.len());
    let amount = if n == found.of {
        found.noun.all(n)
    } else {
        message!("{n} of {all}", n, all = found.noun.counted(found.of))
    };
    let message = message!("`{id}` alone takes {amount}", id, amount);
    let mut finding = Finding::new(
        Code::CriticalConcentration,
        severity,
        domain.id.as_str(),
        message,
    );
    finding.confidence = confidence;
    finding.cut = vec![domain.id.clone()];
    finding.place = domain.sources.first().cloned().map(Place::Source);
    finding.label = match &domain.title {
        _ if domain.evidence == Evidence::Assumed => "taken from here, among others".to_owned(),
        Some(title) => title.clone(),
        None => format!("where `{}` comes from", domain.id),
    };
    finding.notes.push(message!(
        "cut: {names}",
        names = text::ids(context, &found.cut)
    ));
    let first: Vec<NodeIx> = found.cut.first().copied().into_iter().collect();
    let links = chain::links(context, explained.steps(context), &first);
    finding.related = chain::related(context, &links);
    if context.whole.contains(&found.domain) {
        finding.notes.push(message!(
            "everything that is placed at all stands on it; other rules don't repeat this for \
             each service"
        ));
    }
    finding.help = Some(if context.tiered {
        message!("run what they share on a second domain; `spof common` names what they share")
    } else {
        message!(
            "nothing has a tier: say in a spof.yaml which services and journeys are critical (tier 0 \
         or 1), and the rest of the rules can tell them apart"
        )
    });
    finding
}
