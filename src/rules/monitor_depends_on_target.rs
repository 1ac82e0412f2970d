use std::collections::BTreeMap;

use super::context::Context;
use super::roles::{Wording, role, shared_fate};
use super::{chain, severity, text};
use crate::findings::{Code, Finding, Place};
use crate::graph::FaultClass;
use crate::message;
use crate::model::NodeIx;
use crate::words::{Class, Message, Role};

rule! {
    /// ## What it does
    ///
    /// Finds monitoring (`role: monitoring`, or a well-known product by its name) that fails with
    /// what it watches: it goes with a domain that takes critical things too, or it can't do without
    /// a critical service itself.
    ///
    /// ## Why is this bad
    ///
    /// The alarm stays silent, and who searches for the cause searches blind. When Roblox was down
    /// for 73 hours in October 2021, critical monitoring systems relied on the affected systems;
    /// at Slack in January 2021 dashboards and alerts were the first to go.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// domains: [{id: site:a}, {id: site:b}]
    /// services:
    ///   - {id: service:metrics, role: monitoring, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:pay, tier: 1, replicas: [{on: site:a, count: 2}]}
    ///   - {id: service:other, replicas: [{on: site:b}]}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Watch each place from another one, and let the path of an alarm need nothing that it might
    /// have to report.
    ///
    /// ## Configuration
    ///
    /// `role` in the manifest says what is monitoring. Its level, under `[rules]` in `spof.toml`.
    ///
    /// ## Severity
    ///
    /// Warning: users lose nothing by it alone, but the repair takes longer than anybody planned.
    ///
    /// ## Confidence
    ///
    /// The weakest evidence on the surest chains; a role taken from a name is inferred.
    ///
    /// ## References
    ///
    /// * Roblox, October 2021: <https://blog.roblox.com/2022/01/roblox-return-to-service-10-28-10-31-2021>
    /// * Slack, January 2021: <https://www.tefter.io/bookmarks/581818/readable>
    /// * AWS us-east-1, December 2021: <https://aws.amazon.com/message/12721>
    MonitorDependsOnTarget
}

fn help() -> Message {
    message!("watch it from a place, and by a path, that does not fail with it")
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = shared_fate(
        context,
        |role| role == Role::Monitoring,
        &Wording {
            code: Code::MonitorDependsOnTarget,
            purpose: message!("is to tell what fails"),
            help: help(),
        },
    );
    // What it can't do without, by the monitor: the first in order of id speaks for all.
    let mut targets: BTreeMap<NodeIx, Vec<NodeIx>> = BTreeMap::new();
    let monitors: Vec<NodeIx> = context
        .model
        .iter()
        .map(|(ix, _)| ix)
        .filter(|ix| role(context, *ix).is_some_and(|(role, _)| role == Role::Monitoring))
        .collect();
    if monitors.is_empty() {
        return found;
    }
    for effect in context.sweep.effects() {
        let target = context.node(effect.fault);
        // What only the monitoring itself makes critical is a part of it.
        let watched =
            target.tier.is_some_and(|tier| tier <= 1) && role(context, effect.fault).is_none();
        if effect.class != FaultClass::Software || !watched {
            continue;
        }
        for monitor in &monitors {
            let cut = effect.on(*monitor).is_some_and(|a| context.engine.cuts(a));
            if *monitor != effect.fault && cut {
                targets.entry(*monitor).or_default().push(effect.fault);
            }
        }
    }
    for (monitor, targets) in targets {
        if context.node(monitor).class == Class::Replica {
            continue;
        }
        found.extend(needs(context, monitor, &targets));
    }
    found
}

fn needs(context: &Context<'_>, monitor: NodeIx, targets: &[NodeIx]) -> Option<Finding> {
    let (_, evidence) = role(context, monitor)?;
    let target = targets.first().copied()?;
    let explained = context.explained(target);
    let confidence = explained.certainty(context).of(monitor).max(evidence);
    let (id, on) = (context.id(monitor), context.id(target));
    let mut finding = Finding::new(
        Code::MonitorDependsOnTarget,
        severity::advice(Some(0), confidence),
        id.as_str(),
        message!(
            "`{id}` (monitoring) can't do without `{on}`, which it is to watch",
            id,
            on
        ),
    );
    finding.confidence = confidence;
    finding.object = Some(on.to_string());
    let sources = &context.node(monitor).sources;
    finding.place = sources.first().cloned().map(Place::Source);
    finding.label = format!("silent when `{on}` fails");
    if targets.len() > 1 {
        let all = text::ids(context, targets);
        finding
            .notes
            .push(message!("the same holds for each of {all}", all));
    }
    let links = chain::links(context, explained.steps(context), &[monitor]);
    finding.related = chain::related(context, &links);
    finding.help = Some(help());
    Some(finding)
}
