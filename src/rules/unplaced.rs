use std::collections::BTreeMap;

use super::context::Context;
use super::text;
use crate::findings::{Code, Finding, Place, Severity};
use crate::message;
use crate::model::NodeIx;
use crate::words::{Arg, Evidence};

rule! {
    /// ## What it does
    ///
    /// Names, in one finding, the services and stores of whose replicas no input says where they
    /// run, beginning with the critical ones.
    ///
    /// ## Why is this bad
    ///
    /// What nobody placed can't be found to share a host, a site or a power feed, and everything
    /// that is said about it rests on an assumption. For days after the fire in Daejeon in
    /// September 2025 not even the number of lost systems was known.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services: [{id: service:pay, tier: 1, replicas: 3}]
    /// ```
    ///
    /// ## How to fix
    ///
    /// Add an input that knows: `kubectl get nodes,pods -A -o json`, an inventory, `on` in the
    /// manifest. `spof coverage` says how much is known.
    ///
    /// ## Configuration
    ///
    /// Only its level, under `[rules]` in `spof.toml`. `--assume` says what is taken to be true
    /// meanwhile.
    ///
    /// ## Severity
    ///
    /// Warning if a critical one is among them, else a note.
    ///
    /// ## Confidence
    ///
    /// Assumed: whatever is said of their places is.
    ///
    /// ## References
    ///
    /// * Daejeon, the count of lost systems: <https://m.seoul.co.kr/news/society/2025/10/09/20251009500089>
    Unplaced
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_owner: BTreeMap<NodeIx, usize> = BTreeMap::new();
    for &replica in &context.model.unplaced {
        // A standby that a controller would make anew is ours, not the input's.
        if context.node(replica).evidence != Evidence::Assumed {
            *by_owner.entry(context.subject(replica)).or_default() += 1;
        }
    }
    finding(context, &by_owner).into_iter().collect()
}

fn finding(context: &Context<'_>, by_owner: &BTreeMap<NodeIx, usize>) -> Option<Finding> {
    let tier = |node: &NodeIx| context.criticality.of(*node).map(|critical| critical.tier);
    let mut owners: Vec<NodeIx> = by_owner.keys().copied().collect();
    owners.sort_by_key(|node| (tier(node).unwrap_or(u8::MAX), *node));
    let first = *owners.first()?;
    let critical = owners.iter().filter(|node| tier(node).is_some()).count();
    let replicas: usize = by_owner.values().sum();
    let (what, of) = (text::replicas(replicas), text::workloads(owners.len()));
    let message = if critical > 0 {
        message!(
            "no input says where {what} of {of} run, {critical} of them critical",
            what,
            of,
            critical = Arg::Plain(critical.to_string())
        )
    } else {
        message!("no input says where {what} of {of} run", what, of)
    };
    let level = if critical > 0 {
        Severity::Warning
    } else {
        Severity::Note
    };
    let mut finding = Finding::new(Code::Unplaced, level, "estate", message);
    finding.confidence = Evidence::Assumed;
    let sources = &context.node(first).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = String::from("for example");
    finding
        .notes
        .push(message!("{names}", names = text::all(context, &owners)));
    finding.help = Some(message!(
        "add an input that knows: `kubectl get nodes,pods -A -o json`, an inventory, `on` in a \
         spof.yaml"
    ));
    Some(finding)
}
