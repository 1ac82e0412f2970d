//! `spof recover`: how the estate comes back: in which order, when, and what does not.

use clap::ValueEnum;

use super::args::Plan;
use super::screen::Screen;
use crate::analysis::blast::{Fault, fails_along};
use crate::error::Error;
use crate::estate::questions::Recover;
use crate::estate::{Estate, Progress as _, nodes};
use crate::output::runbook::runbook;
use crate::output::{human, json};
use crate::words::{format_duration, parse_duration};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof recover                                         black start: everything is off
  spof recover --down site:pangyo --repair 10h         the site is repaired after ten hours
  spof recover --down site:pangyo=10h site:anyang=2d   each has a time of its own
  spof recover --down site:pangyo --restore            what stopped comes back without its data
  spof recover --down site:pangyo --repair 10h --format markdown   a runbook to print

Without a repair, only what comes back by itself does: by standbys that can be promoted.")]
pub(super) struct Args {
    /// What fails; with `=REPAIR` (as in `=4h`), when it is repaired
    #[arg(long, value_name = "NODE[=REPAIR]", num_args = 1..)]
    down: Vec<String>,

    /// When all that is down is repaired, or one of them (`NODE=TIME`); may be given several times
    #[arg(long, value_name = "[NODE=]TIME", allow_hyphen_values = true)]
    repair: Vec<String>,

    /// What stopped comes back empty, as after a fire: restore stores from their backups first
    #[arg(long)]
    restore: bool,

    /// Show what decides when this node is back [default: the journey that is back last]
    #[arg(long, value_name = "NODE")]
    to: Option<String>,

    /// Show every step and name
    #[arg(long)]
    all: bool,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// For programs; the form is versioned
    Json,
    /// A runbook to print
    Markdown,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    if args.down.is_empty() {
        let lone = [
            ("--repair", !args.repair.is_empty()),
            ("--restore", args.restore),
        ];
        if let Some((option, _)) = lone.iter().find(|(_, given)| *given) {
            return Err(Error::usage_with_help(
                format!("`{option}` says nothing without `--down`: what is it that failed?"),
                "without `--down`, everything is off and may start at once",
            ));
        }
    }
    let estate = plan.load()?;
    let question = Recover {
        faults: faults(&estate, &args.down, &args.repair)?,
        restores: args.restore,
        to: args
            .to
            .as_ref()
            .map(|word| nodes::node(&estate.model, word))
            .transpose()?,
        all: args.all,
    };
    let told = |done: usize, of: usize| plan.console.part(done, of);
    question.ask(&estate, &told, |recovering| match args.format {
        Format::Human => screen.show(&human::recover(screen.page(), recovering)),
        Format::Json => screen.json(&json::recover(recovering)),
        Format::Markdown => screen.text(&runbook(recovering)),
    })?;
    Ok(0)
}

/// The faults with their repairs. What is named with a repair of its own keeps it; one of
/// `--repair` that names a node holds for that node alone, the other for all the rest.
pub(super) fn faults(
    estate: &Estate,
    down: &[String],
    repair: &[String],
) -> Result<Vec<Fault>, Error> {
    let model = &estate.model;
    let mut found: Vec<Fault> = Vec::new();
    for word in down {
        let fault = nodes::fault(model, word)?;
        let known = found.iter().find(|known| known.node == fault.node);
        match known {
            None => found.push(fault),
            Some(known) if known.repaired_s == fault.repaired_s => {}
            Some(_) => {
                let id = &model.node(fault.node).id;
                return Err(Error::usage(format!(
                    "`{id}` is named twice, with different repairs"
                )));
            }
        }
    }
    let mut general: Option<u64> = None;
    for word in repair {
        let Some((name, time)) = word.rsplit_once('=') else {
            let seconds = seconds(word)?;
            if general
                .replace(seconds)
                .is_some_and(|before| before != seconds)
            {
                return Err(Error::usage("two different times are given to `--repair`"));
            }
            continue;
        };
        let (node, seconds) = (nodes::node(model, name)?, seconds(time)?);
        let id = &model.node(node).id;
        if let Some(fault) = found.iter_mut().find(|fault| fault.node == node) {
            match fault.repaired_s.replace(seconds) {
                Some(before) if before != seconds => {
                    return Err(Error::usage(format!(
                        "`{id}` can't be repaired both after {} and after {}",
                        format_duration(before),
                        format_duration(seconds)
                    )));
                }
                _ => {}
            }
        } else if fails_along(&estate.graph, &found, node) {
            found.push(Fault {
                node,
                repaired_s: Some(seconds),
            });
        } else {
            return Err(Error::usage_with_help(
                format!("`{id}` is not down, so it can't be repaired"),
                format!(
                    "name it among what fails: `--down {id}={}`",
                    format_duration(seconds)
                ),
            ));
        }
    }
    for fault in &mut found {
        fault.repaired_s = fault.repaired_s.or(general);
    }
    found.sort_unstable();
    Ok(found)
}

fn seconds(text: &str) -> Result<u64, Error> {
    parse_duration(text).map_err(|wrong| {
        Error::usage_with_help(
            format!("the time of `--repair`: {wrong}"),
            "write `--repair 10h`, or `--repair NODE=10h` for one of what is down",
        )
    })
}
