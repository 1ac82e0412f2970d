use super::context::Context;
use super::severity;
use crate::findings::{Code, Finding, Place};
use crate::message;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds calls that a trace saw between a service that some input describes and another one,
    /// and that no input states.
    ///
    /// ## Why is this bad
    ///
    /// What was declared is what was reviewed, sized and given a second site. When a data centre
    /// of Cloudflare lost power in November 2023, some critical systems stopped because of
    /// dependencies that were not obvious.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # estate.json
    /// {"version": 1, "assume": "pessimistic", "nodes": [
    ///   {"id": "service:pay", "kind": "service", "class": "service", "tier": 1, "start_s": 0, "evidence": "declared", "sources": []},
    ///   {"id": "service:rates", "kind": "service", "class": "service", "start_s": 0, "evidence": "observed", "sources": []}],
    ///  "requirements": [
    ///   {"id": "service:pay/hard/service:rates", "of": "service:pay", "mode": "hard", "need": 1, "evidence": "observed",
    ///    "members": [{"id": "service:rates", "weight": 1, "standby": null}], "sources": []}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Declare it (`requires`, or `optional` if it can be done without), or remove the call.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// A warning where the caller is critical, a note for the rest.
    ///
    /// ## Confidence
    ///
    /// Observed.
    ///
    /// ## References
    ///
    /// * Cloudflare, November 2023: <https://blog.cloudflare.com/post-mortem-on-cloudflare-control-plane-and-analytics-outage/>
    UndeclaredObservedCall
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for requirement in &context.model.requirements {
        let [member] = requirement.members.as_slice() else {
            continue;
        };
        let (caller, target) = (context.node(requirement.of), context.node(member.node));
        let described = caller.evidence != Evidence::Observed
            && matches!(caller.class, Class::Service | Class::Store);
        if requirement.evidence != Evidence::Observed || !described || !context.is_call(requirement)
        {
            continue;
        }
        let tier = severity::tier_lost(context, requirement.of);
        let (id, on) = (&caller.id, &target.id);
        let mut finding = Finding::new(
            Code::UndeclaredObservedCall,
            severity::advice(tier, requirement.evidence),
            id.as_str(),
            message!(
                "`{id}` was seen calling `{on}`, and no input says that it does",
                id,
                on
            ),
        );
        finding.confidence = requirement.evidence;
        finding.object = Some(on.to_string());
        let sources = requirement.sources.first().or(caller.sources.first());
        finding.place = sources.cloned().map(Place::Source);
        finding.label = format!("calls `{on}`");
        finding.help = Some(message!(
            "declare `{on}` among what `{id}` requires, or as optional",
            on,
            id
        ));
        found.push(finding);
    }
    found
}
