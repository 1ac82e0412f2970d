use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::context::Context;
use super::recovery_cycle::{self, Told};
use super::{severity, text};
use crate::findings::{Code, Finding, Place, Related};
use crate::message;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Class, Evidence, Mode};

rule! {
    /// ## What it does
    ///
    /// Finds services and stores that can't serve without each other, in a circle of hard
    /// requirements.
    ///
    /// ## Why is this bad
    ///
    /// They fail as one: the loss of any takes all, and none can be brought up, rolled back or
    /// tested before the others. Roblox wrote of circular dependencies in its observability after
    /// the 73 hours of October 2021, and of a slow and careful start.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   - {id: service:orders, tier: 1, requires: [service:billing]}
    ///   - {id: service:billing, requires: [service:orders]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Find the call that can wait or fail, and make it `optional`, or send it through a queue.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// A warning for what is critical, a note for the rest. A circle that nothing gets out of again
    /// is [recovery-cycle](#recovery-cycle), and told there only.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence among the hops of the circle.
    ///
    /// ## References
    ///
    /// * Roblox, October 2021: <https://blog.roblox.com/2022/01/roblox-return-to-service-10-28-10-31-2021>
    DependencyCycle
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let cycles = context.engine.graph().cycles.list();
    cycles
        .iter()
        .filter_map(|cycle| finding(context, cycle))
        .collect()
}

/// A hop: through which requirement, to which node.
type Hop = (NodeIx, ReqIx, NodeIx);

fn finding(context: &Context<'_>, nodes: &[u32]) -> Option<Finding> {
    let inside: BTreeSet<NodeIx> = nodes.iter().copied().map(NodeIx).collect();
    let subjects: BTreeSet<NodeIx> = inside
        .iter()
        .map(|node| context.subject(*node))
        .filter(|node| matches!(context.node(*node).class, Class::Service | Class::Store))
        .collect();
    if subjects.len() < 2 {
        return None;
    }
    let is_in = |circle: &&Told| subjects.iter().all(|node| circle.members.contains(node));
    if recovery_cycle::circles(context).iter().any(|c| is_in(&c)) {
        return None;
    }
    let circle = shortest(context, &inside, *subjects.first()?)?;
    let evidence = circle
        .iter()
        .map(|(_, requirement, _)| context.model.requirement(*requirement).evidence)
        .max();
    let confidence = evidence.unwrap_or(Evidence::Assumed);
    let tier = subjects
        .iter()
        .filter_map(|node| severity::tier_lost(context, *node))
        .min();
    let all: Vec<NodeIx> = subjects.iter().copied().collect();
    let (first, rest) = all.split_first()?;
    let mut finding = Finding::new(
        Code::DependencyCycle,
        severity::advice(tier, confidence),
        context.id(*first).as_str(),
        message!(
            "{names} can't serve without each other",
            names = text::ids(context, &all)
        ),
    );
    finding.confidence = confidence;
    finding.object = Some(text::plain(context, rest));
    for (from, requirement, to) in circle {
        let described = context.model.requirement(requirement);
        let Some(source) = described.sources.first() else {
            continue;
        };
        let words = format!("`{}` needs `{}`", context.id(from), context.id(to));
        let place = Place::Source(source.clone());
        if finding.place.is_none() {
            finding.place = Some(place);
            finding.label = words;
        } else {
            finding.related.push(Related::new(place, words));
        }
    }
    finding.help = Some(message!(
        "make one of the calls optional, or send it through a queue"
    ));
    Some(finding)
}

/// The shortest circle through `start` inside the component. O(members of the component).
fn shortest(context: &Context<'_>, inside: &BTreeSet<NodeIx>, start: NodeIx) -> Option<Vec<Hop>> {
    let mut by: BTreeMap<NodeIx, Hop> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for (ix, requirement) in context.requirements(at) {
            if !matches!(requirement.mode, Mode::Hard | Mode::Placement) {
                continue;
            }
            for member in requirement.members.iter().filter(|m| m.standby.is_none()) {
                let to = member.node;
                if to == start {
                    let mut hops = vec![(at, ix, to)];
                    let mut back = at;
                    while back != start {
                        let hop = *by.get(&back)?;
                        hops.push(hop);
                        back = hop.0;
                    }
                    hops.reverse();
                    return Some(hops);
                }
                if inside.contains(&to) && !by.contains_key(&to) {
                    by.insert(to, (at, ix, to));
                    queue.push_back(to);
                }
            }
        }
    }
    None
}
