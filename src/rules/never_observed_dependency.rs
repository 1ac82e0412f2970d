use std::collections::BTreeSet;

use super::context::Context;
use super::severity;
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Evidence};

rule! {
    /// ## What it does
    ///
    /// Finds declared calls from one service to another that no trace has seen, although traces
    /// saw the caller calling others, and saw the other one calling or being called.
    ///
    /// ## Why is this bad
    ///
    /// It may be gone, and then it makes the estate look worse than it is; or it is what happens
    /// only on a bad day, and then nobody has seen it work.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # estate.json
    /// {"version": 1, "assume": "pessimistic", "nodes": [
    ///   {"id": "service:pay", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
    ///   {"id": "service:rates", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []},
    ///   {"id": "service:ledger", "kind": "service", "class": "service", "start_s": 0, "evidence": "declared", "sources": []}],
    ///  "requirements": [
    ///   {"id": "service:pay/hard/service:ledger", "of": "service:pay", "mode": "hard", "need": 1, "evidence": "declared",
    ///    "members": [{"id": "service:ledger", "weight": 1, "standby": null}], "sources": []},
    ///   {"id": "service:pay/hard/service:rates", "of": "service:pay", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
    ///    "members": [{"id": "service:rates", "weight": 1, "standby": null}], "sources": []},
    ///   {"id": "service:rates/hard/service:ledger", "of": "service:rates", "mode": "hard", "need": 1, "evidence": "declared", "observed": true,
    ///    "members": [{"id": "service:ledger", "weight": 1, "standby": null}], "sources": []}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Remove it if it is gone. If it is for a bad day only, practise that.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// A note: traces see what happened while they were taken.
    ///
    /// ## Confidence
    ///
    /// That of the statement.
    ///
    /// ## References
    ///
    /// * This tool's own semantics: DESIGN, "evidence".
    NeverObservedDependency
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut calling: BTreeSet<NodeIx> = BTreeSet::new();
    let mut called: BTreeSet<NodeIx> = BTreeSet::new();
    for requirement in &context.model.requirements {
        // A list of pods is observed as well, but sees where replicas run, not who calls whom.
        if requirement.observed && context.is_call(requirement) {
            calling.insert(requirement.of);
            // Of several members, nobody knows which one was called.
            if let [only] = requirement.members.as_slice() {
                called.insert(only.node);
            }
        }
    }
    let mut found = Vec::new();
    for requirement in &context.model.requirements {
        let [member] = requirement.members.as_slice() else {
            continue;
        };
        let workload =
            |node: NodeIx| matches!(context.node(node).class, Class::Service | Class::Store);
        let stated = requirement.evidence <= Evidence::Inferred && !requirement.observed;
        let between = workload(requirement.of) && workload(member.node);
        let on = member.node;
        let traced =
            calling.contains(&requirement.of) && (called.contains(&on) || calling.contains(&on));
        if !(stated && context.is_call(requirement) && between && traced) {
            continue;
        }
        let (id, on) = (context.id(requirement.of), context.id(member.node));
        let message = if let Some(traffic) = context.model.traffic.words() {
            message!(
                "nothing in {traffic} shows `{id}` calling `{on}`, which it is said to need",
                traffic,
                id,
                on
            )
        } else {
            message!(
                "no trace saw `{id}` calling `{on}`, which it is said to need",
                id,
                on
            )
        };
        let mut finding = Finding::new(
            Code::NeverObservedDependency,
            severity::capped(Severity::Note, requirement.evidence),
            id.as_str(),
            message,
        );
        finding.confidence = requirement.evidence;
        finding.object = Some(on.to_string());
        finding.place = requirement.sources.first().cloned().map(Place::Source);
        finding.label = String::from("stated here");
        finding.help = Some(message!(
            "remove it if it is gone; if it is for a bad day, practise it"
        ));
        found.push(finding);
    }
    found
}
