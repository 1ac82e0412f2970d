//! `spof drill --format markdown`: a game-day sheet to print and fill in.

use std::fmt::Write as _;

use super::bring_up::clock;
use super::drill::{Drill, check};
use super::markdown::{plain, prose, span as code};
use super::runbook::verdict;
use super::text::listed;
use crate::model::NodeIx;
use crate::words::Class;

/// The sheet.
#[must_use]
pub fn drill_sheet(drill: &Drill<'_>) -> String {
    let cx = drill.cx();
    let mut out = String::new();
    let names: Vec<String> = drill
        .strike
        .faults
        .iter()
        .map(|fault| code(cx.id(fault.node)))
        .collect();
    let _ = writeln!(out, "# Drill: loss of {}\n", listed(&names, "and"));
    let _ = writeln!(
        out,
        "Planned on {}, to go on for {}. What follows is what the estate claims; the drill is to find \
         out whether it is true.\n\nDate: ________  Lead: ________  Scribe: ________\n",
        drill.today,
        clock(drill.lasts_s)
    );
    let objections = drill.objections();
    if !objections.is_empty() {
        out.push_str("## Don't run this where people depend on it\n\n");
        for objection in objections {
            let _ = writeln!(out, "- {}", prose(&objection));
        }
        out.push('\n');
    }
    before(&mut out, drill);
    stop(&mut out, drill);
    expected(&mut out, drill);
    failovers(&mut out, drill);
    data(&mut out, drill);
    abort(&mut out, drill);
    end(&mut out, drill);
    out
}

fn tick(out: &mut String, text: &str) {
    let _ = writeln!(out, "- [ ] {text}");
}

fn before(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    out.push_str("## Before\n\n");
    for node in drill.before() {
        tick(
            out,
            &format!("{} serves: a failover needs it", code(cx.id(node))),
        );
    }
    tick(out, "owners below know of it, and who may end it is named");
    tick(
        out,
        "backups of what stops have been restored from, lately, somewhere else",
    );
    out.push('\n');
}

fn stop(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    out.push_str("## Begin\n\n");
    for fault in drill.strike.faults {
        let place = cx.place(&cx.node(fault.node).sources);
        tick(
            out,
            &format!("stop {} ({})", code(cx.id(fault.node)), code(&place)),
        );
    }
    for attack in drill.attacks {
        let pods = format!(
            "{} of {} pods of {}",
            attack.stops,
            attack.all,
            code(cx.id(attack.workload))
        );
        tick(
            out,
            &format!(
                "in Kubernetes: {pods}; `--format chaos-mesh` or `litmus` writes the experiment"
            ),
        );
    }
    out.push('\n');
}

fn expected(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    out.push_str("## What should happen\n\n");
    let entries = drill.expected();
    if entries.is_empty() {
        out.push_str("Nothing: no journey, service or store is affected.\n\n");
        return;
    }
    out.push_str("| | verdict | check | owner | seen |\n|---|---|---|---|---|\n");
    for entry in entries {
        let node = cx.node(entry.node);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | |",
            code(cx.id(entry.node)),
            entry.verdict.as_str(),
            check(entry.verdict, entry.recovers_unrepaired.finite()),
            plain(node.owner.as_deref().unwrap_or("–")),
        );
    }
    out.push('\n');
}

fn failovers(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    let failovers = drill.failovers();
    if failovers.is_empty() {
        return;
    }
    out.push_str(
        "## Failovers\n\n| standby | for | from | until | needs | last drilled | took |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for failover in failovers {
        let needs: Vec<String> = failover
            .way
            .requires
            .iter()
            .map(|ix| code(cx.id(*ix)))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | |",
            code(cx.id(failover.step.node)),
            code(cx.id(failover.requirement.of)),
            clock(failover.step.begins),
            clock(failover.step.ends),
            if needs.is_empty() {
                "–".to_owned()
            } else {
                needs.join(", ")
            },
            plain(failover.way.drilled.as_deref().unwrap_or("never")),
        );
    }
    out.push('\n');
}

fn data(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    let losses: Vec<_> = drill.strike.data().collect();
    if losses.is_empty() {
        return;
    }
    out.push_str("## Data, at worst\n\n");
    for loss in losses {
        tick(
            out,
            &format!(
                "{}: {}; count what was written",
                code(cx.id(loss.store)),
                verdict(loss)
            ),
        );
    }
    out.push('\n');
}

fn abort(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    out.push_str("## Abort at once if\n\n");
    let spared = drill.spared();
    let of = |class: Class| -> Vec<NodeIx> {
        let node = |ix: &NodeIx| cx.node(*ix).class == class;
        spared.iter().copied().filter(node).collect()
    };
    for (class, what) in [
        (
            Class::Journey,
            "one of these journeys stops, which should not notice",
        ),
        (Class::Service, "one of these services stops"),
        (Class::Store, "one of these stores stops"),
    ] {
        let names: Vec<String> = of(class).iter().map(|ix| code(cx.id(*ix))).collect();
        if !names.is_empty() {
            let _ = writeln!(out, "- {what}: {}", names.join(", "));
        }
    }
    out.push_str(
        "- something is away for longer than the table above says\n\
         - data is missing that should be safe\n\
         - nobody can tell any more what happens\n\n",
    );
}

fn end(out: &mut String, drill: &Drill<'_>) {
    let cx = drill.cx();
    out.push_str("## End\n\n");
    tick(out, "start again what was stopped");
    for back in drill.after.plan.returns.iter().filter(|back| {
        matches!(
            cx.node(back.node).class,
            Class::Journey | Class::Service | Class::Store
        )
    }) {
        let when = match back.at.finite() {
            Some(0) => "at once".to_owned(),
            Some(seconds) => format!("within {}", clock(seconds)),
            None => "**not**".to_owned(),
        };
        tick(
            out,
            &format!("{} serves again {when}", code(cx.id(back.node))),
        );
    }
    let mut places: Vec<String> = drill
        .failovers()
        .iter()
        .map(|failover| cx.place(&failover.way.sources))
        .filter(|place| !place.is_empty())
        .collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        tick(
            out,
            &format!(
                "write `drilled: {}` at {}, if it worked",
                drill.today,
                code(&place)
            ),
        );
    }
}
