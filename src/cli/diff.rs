//! `spof diff`: single points of failure, or small cut sets, gained and lost between two estates.

use clap::ValueEnum;

use super::args::Plan;
use super::compare;
use super::policy::FailOn;
use super::screen::Screen;
use crate::analysis::diff::{Change, Difference, MOST_ORDER, Side, TooMany, difference};
use crate::analysis::sweep::{Renumbering, both};
use crate::config::gate::Threshold;
use crate::error::Error;
use crate::output::diff::{Diff, human, markdown, to_json};
use crate::words::Severity;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof diff main                    this work tree against main
  spof diff main...                 against where this branch left main
  spof diff v1.2 v1.3 -i deploy     two revisions, of one folder
  spof diff before/ after/          two folders
  spof graph > base.json; ...; spof diff base.json
  spof diff main --max-order 2      pairs of faults, too

The work tree is never touched. A path that exists wins over a revision of its name.")]
pub(super) struct Args {
    /// What was: a git revision, a folder, or a saved graph
    #[arg(value_name = "BASE")]
    base: String,

    /// What is: the same [default: the inputs, as they are now]
    #[arg(value_name = "HEAD")]
    head: Option<String>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// Compare sets of at most N faults (1 to 4), not only single ones
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_ORDER)))]
    max_order: u8,

    /// Exit with 1 if something this severe is gained: error is a cut of tier 0 or 1, warning any
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; the form is versioned
    Json,
    /// For a comment on a pull request
    Markdown,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let config = plan.order.config()?;
    let base = compare::estate(&args.base, plan, config.as_ref())?;
    let head = match &args.head {
        Some(name) => compare::estate(name, plan, config.as_ref())?,
        None => plan.read()?,
    };
    if base.documents == 0 {
        // One side may be empty: that is a difference, too.
        head.refuse_nothing(&plan.order.request.paths)?;
    }
    let (base_engine, head_engine) = (base.engine(), head.engine());
    let numbers = Renumbering::between(&base.model, &head.model);
    let (base_sweep, head_sweep) = both(&base_engine, &head_engine, &numbers);
    let difference = difference(
        Side {
            model: &base.model,
            engine: &base_engine,
            sweep: &base_sweep,
        },
        Side {
            model: &head.model,
            engine: &head_engine,
            sweep: &head_sweep,
        },
        args.max_order,
    )
    .map_err(|TooMany { subject }| {
        Error::Limit(format!(
            "`{subject}` has too many cut sets of at most {} faults to compare: take a lower \
             --max-order",
            args.max_order
        ))
    })?;
    let fails = fails(&difference, args.fail_on.0);
    let diff = Diff {
        base: &args.base,
        head: args.head.as_deref().unwrap_or("the work tree"),
        difference: &difference,
        fails,
    };
    let written = match args.format {
        Format::Human => screen.show(&human(screen.page(), &diff)),
        Format::Json => screen.json(&to_json(&diff)),
        Format::Markdown => screen.text(&markdown(&diff)),
    };
    match written {
        // Whoever reads may stop reading; what was gained does not change by that.
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(u8::from(fails))
}

/// Whether anything gained is severe enough.
fn fails(difference: &Difference, threshold: Threshold) -> bool {
    let severity = |change: &Change| match change.tier {
        Some(0 | 1) => Severity::Error,
        _ => Severity::Warning,
    };
    let gained = |change: &&Change| !change.gained.is_empty();
    let mut changes = difference.changes.iter().filter(gained);
    changes.any(|change| threshold.fails(severity(change)))
}
