//! `spof list`: single points of failure, ranked.

use clap::ValueEnum;

use super::args::{Format, Plan};
use super::screen::Screen;
use crate::error::Error;
use crate::estate::nodes;
use crate::estate::questions::List;
use crate::graph::FaultClass;
use crate::output::{human, json};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof list                                  what takes us down, worst first
  spof list journey:call-a-taxi login        what takes down either of these
  spof list --kind site,power --tier 1       sites and feeds, by the tier-1 nodes they cut
  spof list --by subject                     for each node, what it can't survive
  spof list --all --format json              every single fault and every node it affects")]
pub(super) struct Args {
    /// Only what cuts one of these nodes
    #[arg(value_name = "SUBJECT")]
    subjects: Vec<String>,

    /// Classes of faults [default: placement,replica,external]
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    class: Vec<ClassWord>,

    /// Kinds of faults, as in `site,power,rack`
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<String>,

    /// Only nodes of this tier or a more important one count
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=9))]
    tier: Option<u8>,

    /// How the answer is ordered
    #[arg(long, value_name = "WHAT", default_value = "fault")]
    by: By,

    /// Every fault of every class, also those that cut nothing, and all they affect
    #[arg(long)]
    all: bool,

    /// Show at most N faults or subjects; for people N rows of faults alike [default: 20]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// `--by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// Faults, each with what it cuts
    Fault,
    /// Nodes, each with the faults that cut it
    Subject,
}

/// A class of faults, as typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassWord(pub(super) FaultClass);

impl ValueEnum for ClassWord {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(FaultClass::Placement),
            Self(FaultClass::Replica),
            Self(FaultClass::External),
            Self(FaultClass::Software),
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        let help = match self.0 {
            FaultClass::Placement => "A failure domain: a site, a rack, a zone",
            FaultClass::Replica => "One running copy",
            FaultClass::External => "An outside party",
            FaultClass::Software => "A service or store with all its replicas: a bad deploy",
        };
        Some(clap::builder::PossibleValue::new(self.0.as_str()).help(help))
    }
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let model = &estate.model;
    let engine = estate.engine();
    let question = List {
        subjects: nodes::nodes(model, &args.subjects)?,
        classes: args.class.iter().map(|word| word.0).collect(),
        kinds: args.kind.clone(),
        tier: args.tier,
        all: args.all,
        limit: args.limit,
    };
    let sweep = super::long::sweep(&engine, &plan.console)?;
    question.ask(&estate, &engine, &sweep, |listing| {
        match (args.format, args.by) {
            (Format::Json, By::Fault) => screen.json(&json::list(listing)),
            (Format::Json, By::Subject) => screen.json(&json::by_subject(listing)),
            (Format::Human, By::Fault) => screen.show(&human::list(screen.page(), listing)),
            (Format::Human, By::Subject) => screen.show(&human::by_subject(screen.page(), listing)),
        }
    })??;
    Ok(0)
}
