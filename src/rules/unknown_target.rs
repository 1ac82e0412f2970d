use super::context::Context;
use super::{problems, text};
use crate::findings::{Code, Finding, Severity};
use crate::ingest::fact::Source;
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

fn check(context: &Context<'_>) -> Vec<Finding> {
    problems::of(context, Code::UnknownTarget)
        .map(|problem| finding(context, problem))
        .collect()
}

fn finding(context: &Context<'_>, problem: &Problem) -> Finding {
    let mut finding = problems::finding(context, problem, Severity::Warning);
    finding.label = String::from("nothing has this name");
    let Some(target) = target(context, problem) else {
        return finding;
    };
    context.id(target).as_str().clone_into(&mut finding.subject);
    finding.object = None;
    let mut users: Vec<NodeIx> = Vec::new();
    let mut evidence: Option<Evidence> = None;
    for requirement in &context.model.requirements {
        let in_ways = || {
            let standbys = requirement
                .members
                .iter()
                .filter_map(|m| m.standby.as_ref());
            standbys.flatten().any(|way| way.requires.contains(&target))
        };
        if requirement.members.iter().any(|m| m.node == target) || in_ways() {
            users.push(context.subject(requirement.of));
            evidence = Some(evidence.map_or(requirement.evidence, |e| e.min(requirement.evidence)));
        }
    }
    users.sort_unstable();
    users.dedup();
    if let Some(evidence) = evidence {
        finding.confidence = evidence;
        if evidence >= Evidence::Inferred {
            finding.severity = Severity::Note;
        }
    }
    if !users.is_empty() {
        finding
            .notes
            .push(format!("needed by {}", text::ids(context, &users)));
    }
    finding
}

/// The node that stands for what the problem is about: one of its sources is the problem's place.
fn target(context: &Context<'_>, problem: &Problem) -> Option<NodeIx> {
    let place = Source::Here(problem.span);
    let mut unknown = context
        .model
        .iter()
        .filter(|(_, node)| node.id.kind() == "unknown");
    unknown
        .find(|(_, node)| node.sources.contains(&place))
        .map(|(ix, _)| ix)
}
