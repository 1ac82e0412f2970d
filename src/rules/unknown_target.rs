use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::{problems, text};
use crate::findings::{Code, Finding, Severity};
use crate::ingest::fact::Source;
use crate::message;
use crate::model::NodeIx;
use crate::source::Problem;
use crate::words::Evidence;

rule! {
    /// ## What it does
    ///
    /// Names references to something that no input describes: a requirement on a service nobody
    /// declares, an environment variable with the host of a workload that isn't there.
    ///
    /// ## Why is this bad
    ///
    /// The unknown thing is taken to serve always, so whatever needs it looks safer than it is.
    /// When a data centre of Cloudflare lost power in November 2023, some critical systems stopped
    /// because of dependencies that had not been obvious.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   - {id: service:web, requires: [service:logn]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Correct the name (the finding suggests the nearest one), add the input that describes it
    /// with `-i`, or describe it: `externals: [{id: external:sms}]` for an outside party, `aliases`
    /// for another name of something known.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning; a note where the reference itself is only inferred.
    ///
    /// ## Confidence
    ///
    /// That of the strongest reference.
    ///
    /// ## References
    ///
    /// * Cloudflare, November 2023: <https://blog.cloudflare.com/post-mortem-on-cloudflare-control-plane-and-analytics-outage/>
    UnknownTarget
}

/// Who needs an unknown thing, and the strongest evidence of it.
#[derive(Debug, Default)]
struct Uses {
    users: BTreeSet<NodeIx>,
    evidence: Option<Evidence>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut at: BTreeMap<&Source, NodeIx> = BTreeMap::new();
    for (ix, node) in context.model.iter() {
        if node.id.kind() == "unknown" {
            for source in &node.sources {
                at.entry(source).or_insert(ix);
            }
        }
    }
    let mut uses: BTreeMap<NodeIx, Uses> = BTreeMap::new();
    for requirement in &context.model.requirements {
        let members = requirement.members.iter();
        let ways = members.clone().filter_map(|m| m.standby.as_ref()).flatten();
        let named = members
            .map(|m| m.node)
            .chain(ways.flat_map(|way| way.requires.iter().copied()));
        for target in named.filter(|ix| context.id(*ix).kind() == "unknown") {
            let of = uses.entry(target).or_default();
            of.users.insert(context.subject(requirement.of));
            let known = of.evidence.unwrap_or(requirement.evidence);
            of.evidence = Some(known.min(requirement.evidence));
        }
    }
    problems::of(context, Code::UnknownTarget)
        .map(|problem| {
            // The node that stands for it: one of its sources is the problem's place.
            let target = at.get(&Source::Here(problem.span)).copied();
            finding(context, problem, target, &uses)
        })
        .collect()
}

fn finding(
    context: &Context<'_>,
    problem: &Problem,
    target: Option<NodeIx>,
    uses: &BTreeMap<NodeIx, Uses>,
) -> Finding {
    let mut finding = problems::finding(context, problem, Severity::Warning);
    // Without a node that stands for it, the message says what is amiss: the name may well exist.
    let Some(target) = target else {
        return finding;
    };
    finding.label = String::from("nothing has this name");
    context.id(target).as_str().clone_into(&mut finding.subject);
    finding.object = None;
    let Some(of) = uses.get(&target) else {
        return finding;
    };
    if let Some(evidence) = of.evidence {
        finding.confidence = evidence;
        if evidence >= Evidence::Inferred {
            finding.severity = Severity::Note;
        }
    }
    let needing: Vec<NodeIx> = of.users.iter().copied().collect();
    finding.notes.push(message!(
        "needed by {names}",
        names = text::ids(context, &needing)
    ));
    finding
}
