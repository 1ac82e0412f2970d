//! `spof recover --format markdown`: a runbook to print, for the night in which the wiki is down
//! too. Everything is in it: nobody can ask a sheet of paper for more.

use std::fmt::Write as _;

use super::bring_up::{Doing, Recovering, Row, clock};
use super::markdown::{plain, prose, span as code};
use super::text::{listed, plural};
use crate::analysis::data::{DataLoss, DataVerdict};
use crate::analysis::recovery::{Return, Scenario, Wait};
use crate::analysis::verdict::Verdict;
use crate::model::NodeIx;
use crate::output::Context;
use crate::words::{Class, format_duration};

/// Names in one cell.
const NAMES: usize = 6;

/// The runbook.
#[must_use]
pub fn runbook(recovering: &Recovering<'_>) -> String {
    let mut out = String::new();
    headline(&mut out, recovering);
    journeys(&mut out, recovering);
    let rows = recovering.rows();
    steps(&mut out, recovering, &rows);
    owners(&mut out, recovering, &rows);
    data(&mut out, recovering);
    never(&mut out, recovering);
    out.push_str(
        "\n---\nTimes are lower bounds: any number of steps happen side by side, and nobody waits for \
         hands. Tick a step when what it names serves.\n",
    );
    out
}

fn ids(cx: Context<'_>, nodes: &[NodeIx]) -> String {
    let mut names: Vec<String> = nodes
        .iter()
        .take(NAMES)
        .map(|ix| code(cx.id(*ix)))
        .collect();
    if nodes.len() > NAMES {
        names.push(format!("{} more", nodes.len() - NAMES));
    }
    listed(&names, "and")
}

fn moment(seconds: u64) -> String {
    match seconds {
        0 => "at once".to_owned(),
        _ => clock(seconds),
    }
}

fn headline(out: &mut String, recovering: &Recovering<'_>) {
    let cx = recovering.cx;
    match &recovering.answer.scenario {
        Scenario::BlackStart => out.push_str(
            "# Runbook: black start\n\nEverything is off; all that can fail is repaired and may start \
             at 0.\n",
        ),
        Scenario::Faults(faults) => {
            let names: Vec<String> = faults.iter().map(|fault| code(cx.id(fault.node))).collect();
            let _ = writeln!(out, "# Runbook: loss of {}\n", listed(&names, "and"));
            for fault in faults {
                let node = cx.node(fault.node);
                let title = node.title.as_deref().map_or_else(String::new, |title| {
                    format!(" ({})", plain(title))
                });
                let repair = match fault.repaired_s {
                    Some(seconds) => format!("repaired after {}", moment(seconds)),
                    None => "not repaired".to_owned(),
                };
                let _ = writeln!(
                    out,
                    "- {}{title}: {repair}. {}",
                    code(cx.id(fault.node)),
                    code(&cx.place(&node.sources))
                );
            }
        }
    }
    if recovering.restores {
        out.push_str("\nWhat stopped comes back empty: stores are restored before they start.\n");
    }
}

fn journeys(out: &mut String, recovering: &Recovering<'_>) {
    let cx = recovering.cx;
    let returns = recovering.returns(Class::Journey);
    if returns.is_empty() {
        return;
    }
    out.push_str(
        "\n## Journeys\n\n| back after | journey | objective | owner |\n|---|---|---|---|\n",
    );
    for back in &returns {
        let node = cx.node(back.node);
        let title = node
            .title
            .as_deref()
            .map_or_else(String::new, |title| format!(" {}", plain(title)));
        let _ = writeln!(
            out,
            "| {} | {}{title} | {} | {} |",
            when(recovering, back),
            code(cx.id(back.node)),
            objective(recovering, back),
            plain(node.owner.as_deref().unwrap_or("–")),
        );
    }
}

fn when(recovering: &Recovering<'_>, back: &Return) -> String {
    match back.at.finite() {
        Some(seconds) => moment(seconds),
        None if recovering.answer.stuck.binary_search(&back.node).is_ok() => "**never**".to_owned(),
        None => "not before repair".to_owned(),
    }
}

fn objective(recovering: &Recovering<'_>, back: &Return) -> String {
    let Some(rto) = recovering.cx.node(back.node).rto_s.map(format_duration) else {
        return "–".to_owned();
    };
    match recovering.late(back) {
        Some(0) => format!("{rto}, kept"),
        Some(late) => format!("{rto}, **missed by {}**", clock(late)),
        None => format!("{rto}, **missed**"),
    }
}

fn steps(out: &mut String, recovering: &Recovering<'_>, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let critical = recovering.critical();
    out.push_str("\n## Steps\n\nIn waves: what stands in one wave can begin together.");
    if let Some(target) = recovering.target() {
        let _ = write!(
            out,
            " Steps in bold decide when {} is back.",
            code(recovering.cx.id(target))
        );
    }
    out.push('\n');
    let mut wave = None;
    for row in rows {
        if wave.replace(row.wave) != Some(row.wave) {
            let at = moment(row.begins);
            let _ = writeln!(out, "\n### Wave {}: {at}\n", row.wave + 1);
        }
        let decides = row.steps.iter().any(|step| critical.contains(step));
        step(out, recovering, row, decides);
    }
}

fn step(out: &mut String, recovering: &Recovering<'_>, row: &Row, decides: bool) {
    let cx = recovering.cx;
    let what = match row.doing {
        Doing::Repair => "repair",
        Doing::Restore => "restore from",
        Doing::Promote => "promote the standby of",
        Doing::Start => "start",
    };
    let name = format!("{what} {}", code(cx.id(row.subject)));
    let name = if decides { format!("**{name}**") } else { name };
    let copies = match row.nodes.as_slice() {
        [one] if *one == row.subject => String::new(),
        nodes => format!(" ({})", ids(cx, nodes)),
    };
    let takes = match row.ends - row.begins {
        0 => String::new(),
        some => format!(
            ", takes {}, until {}",
            format_duration(some),
            moment(row.ends)
        ),
    };
    let waits = row.last_waits();
    let after = if waits.is_empty() {
        String::new()
    } else {
        format!("; after {}", ids(cx, &waits))
    };
    let owner = recovering
        .owner(row.subject)
        .map_or_else(String::new, |owner| format!(" — {}", plain(owner)));
    let _ = writeln!(out, "- [ ] {name}{copies}{takes}{after}{owner}");
}

/// Whom to wake, and for how many steps.
fn owners(out: &mut String, recovering: &Recovering<'_>, rows: &[Row]) {
    let mut owners: std::collections::BTreeMap<&str, (usize, u64)> =
        std::collections::BTreeMap::new();
    let mut nobody = 0;
    for row in rows {
        match recovering.owner(row.subject) {
            Some(owner) => {
                let known = owners.entry(owner).or_insert((0, row.begins));
                known.0 += 1;
                known.1 = known.1.min(row.begins);
            }
            None => nobody += 1,
        }
    }
    if owners.is_empty() {
        return;
    }
    out.push_str("\n## Owners\n\n| owner | steps | first at |\n|---|---|---|\n");
    for (owner, (count, first)) in owners {
        let _ = writeln!(out, "| {} | {count} | {} |", plain(owner), moment(first));
    }
    if nobody > 0 {
        let _ = writeln!(out, "\n{} without a stated owner.", plural(nobody, "step"));
    }
}

fn data(out: &mut String, recovering: &Recovering<'_>) {
    let cx = recovering.cx;
    let losses = &recovering.answer.data;
    if losses.is_empty() {
        return;
    }
    out.push_str("\n## Data\n\n| store | data | rpo | restore |\n|---|---|---|---|\n");
    for loss in losses {
        let rpo = match (cx.node(loss.store).rpo_s, loss.keeps_rpo(cx.model)) {
            (Some(rpo), Some(true)) => format!("{}, kept", format_duration(rpo)),
            (Some(rpo), _) => format!("{}, **missed**", format_duration(rpo)),
            (None, _) => "–".to_owned(),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {rpo} | {} |",
            code(cx.id(loss.store)),
            verdict(loss),
            restore(cx, loss)
        );
    }
}

/// The data verdict in words.
pub(super) fn verdict(loss: &DataLoss) -> String {
    match loss.verdict {
        DataVerdict::Safe => "safe".to_owned(),
        DataVerdict::LostUpToLag { seconds } => {
            format!(
                "up to {} lost (asynchronous copy)",
                format_duration(seconds)
            )
        }
        DataVerdict::LostUpToInterval { seconds } => {
            format!("up to {} lost (backup)", format_duration(seconds))
        }
        DataVerdict::Lost => "**lost**".to_owned(),
    }
}

fn restore(cx: Context<'_>, loss: &DataLoss) -> String {
    let gone: Vec<NodeIx> = loss.lost_backups(cx.model).collect();
    let mut said = Vec::new();
    match loss.restore(cx.model) {
        Some((backup, way)) => said.push(format!(
            "{} from {}",
            format_duration(way.takes_s),
            code(cx.id(backup))
        )),
        None if loss.is_restored() => said.push("nobody says how long it takes".to_owned()),
        None => {}
    }
    if !gone.is_empty() {
        said.push(format!("{} went with it", ids(cx, &gone)));
    }
    if said.is_empty() {
        "–".to_owned()
    } else {
        said.join("; ")
    }
}

fn never(out: &mut String, recovering: &Recovering<'_>) {
    let (cx, answer) = (recovering.cx, recovering.answer);
    if !answer.never.is_empty() {
        let important = recovering.named(&answer.never);
        let names: Vec<String> = important.iter().map(|ix| code(cx.id(*ix))).collect();
        let _ = writeln!(
            out,
            "\n## Does not come back\n\n{} in this scenario{}{}",
            plural(answer.never.len(), "node"),
            if names.is_empty() { "." } else { ": " },
            listed(&names, "and")
        );
    }
    if answer.cycles.is_empty() {
        return;
    }
    out.push_str("\n## What waits for itself\n");
    for held in &answer.cycles {
        let lasts = match held.cycle.makes {
            Verdict::Stuck => "Not even repair ends it",
            _ => "It lasts until the faults are repaired",
        };
        let _ = writeln!(out, "\n{lasts}:\n");
        for hop in &held.cycle.hops {
            let why = match (hop.wait, hop.standby) {
                (Wait::Start, _) => "starts only with",
                (Wait::Need, _) => "needs",
                (Wait::Promotion, Some(standby)) if standby == hop.to => "waits for its standby",
                (Wait::Promotion, _) => "gets its standby only with",
            };
            let place = cx.place(&cx.requirement(hop.requirement).sources);
            let _ = writeln!(
                out,
                "- {} {why} {} ({})",
                code(cx.id(hop.from)),
                code(cx.id(hop.to)),
                code(&place)
            );
        }
    }
    let best = answer
        .loosening
        .as_ref()
        .and_then(|loosening| loosening.best.first());
    if let Some(best) = best {
        let frees = recovering.named(&best.frees);
        let place = cx.place(&cx.requirement(best.requirement).sources);
        let _ = writeln!(
            out,
            "\nThe one requirement whose loss would free most: if {} ({}), {} come back sooner or at \
             all.",
            prose(&recovering.change(best)),
            code(&place),
            ids(cx, &frees)
        );
    }
}
