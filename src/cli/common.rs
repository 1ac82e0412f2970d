//! `spof common`: the smallest faults that cut all of some nodes, and none of some others.

use super::args::{Format, Plan};
use super::list::ClassWord;
use super::screen::Screen;
use crate::error::Error;
use crate::estate::nodes;
use crate::estate::questions::Common;
use crate::output::{human, json};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof common login payments taxi-dispatch      what do these three stand on together?
  spof common login payments --up webtoon       on call: these are down, that one serves
  spof common login payments --class software   which bad deploy takes both?")]
pub(super) struct Args {
    /// The nodes that are down
    #[arg(value_name = "SUBJECT", required = true)]
    subjects: Vec<String>,

    /// Nodes that serve: what cuts one of these is not shown
    #[arg(long, value_name = "NODE", num_args = 1..)]
    up: Vec<String>,

    /// Classes of faults [default: placement,replica,external]
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    class: Vec<ClassWord>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let model = &estate.model;
    let engine = estate.engine();
    let question = Common {
        subjects: nodes::nodes(model, &args.subjects)?,
        up: nodes::nodes(model, &args.up)?,
        classes: args.class.iter().map(|word| word.0).collect(),
    };
    question.ask(&estate, &engine, |shared| match args.format {
        Format::Json => screen.json(&json::common(shared)),
        Format::Human => screen.show(&human::common(screen.page(), shared)),
    })??;
    Ok(0)
}
