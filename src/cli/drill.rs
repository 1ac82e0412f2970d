//! `spof drill`: what the estate claims will happen, as a game-day sheet.

use clap::ValueEnum;

use super::args::Plan;
use super::screen::Screen;
use crate::error::Error;
use crate::estate::drills::DrillPlan;
use crate::estate::nodes;
use crate::output::chaos::{Runner, experiments};
use crate::output::drill_sheet::drill_sheet;
use crate::output::{human, json};
use crate::words::parse_duration;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof drill --down site:anyang                         what should happen, whom to tell, when to abort
  spof drill --down site:anyang --format markdown       a sheet to print and fill in
  spof drill --down host:node-a-1 --format chaos-mesh -i samples/kubernetes > drill.yaml
  spof drill --down service:tickets/web --for 10m --format litmus -i samples/kubernetes")]
pub(super) struct Args {
    /// What is stopped
    #[arg(long, value_name = "NODE", num_args = 1.., required = true)]
    down: Vec<String>,

    /// How long [default: as long as what is expected takes and 5m more, at most 4h]
    #[arg(long = "for", value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    lasts: Option<u64>,

    /// How to write the sheet
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; the form is versioned
    Json,
    /// A sheet to print and fill in
    Markdown,
    /// Experiments of Chaos Mesh, for what runs in Kubernetes
    ChaosMesh,
    /// Experiments of Litmus, for what runs in Kubernetes
    Litmus,
}

fn duration(text: &str) -> Result<u64, String> {
    match parse_duration(text)? {
        0 => Err("a drill of no length shows nothing".to_owned()),
        seconds => Ok(seconds),
    }
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let mut faults = Vec::new();
    for word in &args.down {
        faults.push(nodes::fault_of(&estate.model, word, None)?);
    }
    let question = DrillPlan {
        faults: nodes::each_once(faults),
        today: plan.today,
        lasts_s: args.lasts,
    };
    question.ask(&estate, |drill| {
        let runner = match args.format {
            Format::Human => return screen.show(&human::drill(screen.page(), drill)),
            Format::Json => return screen.json(&json::drill(drill)),
            Format::Markdown => return screen.text(&drill_sheet(drill)),
            Format::ChaosMesh => Runner::ChaosMesh,
            Format::Litmus => Runner::Litmus,
        };
        if drill.attacks.is_empty() {
            return Err(Error::usage_with_help(
                "nothing that stops is known as a Kubernetes workload, so there is no experiment to write",
                "`--format markdown` writes a sheet for doing it by hand",
            ));
        }
        screen.text(&experiments(drill, runner))
    })?;
    Ok(0)
}
