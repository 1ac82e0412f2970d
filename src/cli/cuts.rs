//! `spof cuts`: minimal cut sets.

use super::args::{Format, Plan};
use super::list::ClassWord;
use super::screen::Screen;
use crate::analysis::cuts::Extent;
use crate::error::Error;
use crate::estate::cut_sets::Cuts;
use crate::output::{human, json};

/// Sets shown to people and given to programs where no limit is named.
const SHOWN: usize = 20;
const GIVEN: usize = 10_000;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof cuts journey:call-a-taxi                    what cuts it: sets of at most 3 faults
  spof cuts login --max-order 2 --kind site,room   pairs of sites and rooms
  spof cuts login --max-order all                  count every minimal cut set
  spof cuts login --format json                    with time without service, where nodes say `fails` and `repair`
  spof cuts login --smallest 50 --limit 50         the 50 smallest, whatever their order
  spof cuts no-cooling -i samples/fault-tree       a gate of a fault tree (Open-PSA)")]
pub(super) struct Args {
    /// The node, or the gate of a fault tree, that is cut
    #[arg(value_name = "SUBJECT")]
    subject: String,

    /// Sets of at most N faults, or `all`
    #[arg(long, value_name = "N|all", default_value = "3", value_parser = order)]
    max_order: Order,

    /// Look at one order after the other until there are N sets
    #[arg(long, value_name = "N", conflicts_with = "max_order")]
    smallest: Option<usize>,

    /// Classes of faults [default: placement,replica,external]
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    class: Vec<ClassWord>,

    /// Kinds of faults, as in `site,power,rack`
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<String>,

    /// Show the N smallest [default: 20 for people, 10000 for programs]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// `--max-order`: `None` is all.
#[derive(Clone, Copy, Debug)]
struct Order(Option<u32>);

fn order(text: &str) -> Result<Order, String> {
    if text == "all" {
        return Ok(Order(None));
    }
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number of faults from 1, or `all`".to_owned()),
        Ok(order) => Ok(Order(Some(order))),
    }
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let extent = match (args.smallest, args.max_order) {
        (Some(count), _) => Extent::Smallest(count),
        (None, Order(Some(order))) => Extent::UpTo(order),
        (None, Order(None)) => Extent::All,
    };
    let limit = args.limit.or(args.smallest).unwrap_or(match args.format {
        Format::Human => SHOWN,
        Format::Json => GIVEN,
    });
    let question = Cuts {
        subject: args.subject.clone(),
        classes: args.class.iter().map(|word| word.0).collect(),
        kinds: args.kind.clone(),
        extent,
        limit,
    };
    question.ask(&estate, |minimal| match args.format {
        Format::Json => screen.json(&json::cuts(minimal)),
        Format::Human => screen.show(&human::cuts(screen.page(), minimal)),
    })??;
    Ok(0)
}
