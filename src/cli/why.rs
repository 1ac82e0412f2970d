//! `spof why`: the chain from a node to the faults, and why redundancy did not help.

use super::args::{Format, Plan};
use super::screen::Screen;
use crate::error::Error;
use crate::estate::{nodes, questions};
use crate::output::{human, json};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof why journey:call-a-taxi --down site:pangyo     every hop with file and line
  spof why login --down site:pangyo site:anyang       both sites at once
  spof why login --down site:pangyo --format json")]
pub(super) struct Args {
    /// The node whose loss is to be explained
    #[arg(value_name = "SUBJECT")]
    subject: String,

    /// What failed
    #[arg(long, value_name = "NODE", required = true, num_args = 1..)]
    down: Vec<String>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let model = &estate.model;
    let engine = estate.engine();
    let subject = nodes::node(model, &args.subject)?;
    let faults = nodes::faults(model, &args.down)?;
    questions::why(
        &estate,
        &engine,
        &mut engine.scratch(),
        (subject, &faults),
        |chain| match args.format {
            Format::Json => screen.json(&json::why(chain)),
            Format::Human => screen.show(&human::why(screen.page(), chain)),
        },
    )?;
    Ok(0)
}
