//! `spof blast`: what some faults affect, hop by hop.

use super::args::{Format, Plan};
use super::screen::Screen;
use crate::error::Error;
use crate::estate::nodes;
use crate::estate::questions::Blast;
use crate::output::{human, json};
use crate::words::parse_duration;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof blast site:pangyo                          what goes when the site goes
  spof blast site:pangyo=4h --at 30m              the site is back after 4h: who serves after 30m?
  spof blast service:login --already site:pangyo  what a bad deploy adds to the outage
  spof blast site:pangyo site:anyang              both at once")]
pub(super) struct Args {
    /// What fails; with `=REPAIR` (as in `=4h`), when it is repaired
    #[arg(value_name = "NODE[=REPAIR]", required = true)]
    nodes: Vec<String>,

    /// What is down already: show only what the new faults make worse
    #[arg(long, value_name = "NODE[=REPAIR]")]
    already: Vec<String>,

    /// Show who serves at this time after the faults struck, as in `30m`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    at: Option<u64>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

fn duration(text: &str) -> Result<u64, String> {
    Ok(parse_duration(text)?)
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let model = &estate.model;
    let engine = estate.engine();
    let question = Blast {
        faults: nodes::faults(model, &args.nodes)?,
        already: nodes::faults(model, &args.already)?,
        at_s: args.at,
    };
    question.ask(
        &estate,
        &engine,
        &mut engine.scratch(),
        |strike| match args.format {
            Format::Json => screen.json(&json::blast(strike)),
            Format::Human => screen.show(&human::blast(screen.page(), strike)),
        },
    )??;
    Ok(0)
}
