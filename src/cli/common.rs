//! `spof common`: the smallest faults that cut all of some nodes, and none of some others.

use super::args::{Format, Plan};
use super::list::{ClassWord, default_classes};
use super::nodes;
use super::screen::Screen;
use crate::analysis::common::common;
use crate::error::Error;
use crate::graph::FaultClass;
use crate::output::{Context, Shared, human, json};

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
    let subjects = nodes::nodes(model, &args.subjects)?;
    let up = nodes::nodes(model, &args.up)?;
    if let Some(both) = up.iter().find(|node| subjects.contains(node)) {
        let id = &model.node(*both).id;
        return Err(Error::usage(format!("`{id}` can't be both down and up")));
    }
    let mut classes: Vec<FaultClass> = match args.class.as_slice() {
        [] => default_classes(),
        named => named.iter().map(|word| word.0).collect(),
    };
    classes.sort_unstable();
    classes.dedup();
    let found = common(model, &engine, &subjects, &up, |_, class| {
        classes.contains(&class)
    });
    let shared = Shared {
        cx: Context {
            model,
            sources: &estate.sources,
        },
        subjects: &subjects,
        up: &up,
        classes: &classes,
        found: &found,
    };
    match args.format {
        Format::Json => screen.json(&json::common(&shared))?,
        Format::Human => screen.show(&human::common(screen.page(), &shared))?,
    }
    Ok(0)
}
