//! `spof coverage`: how much is known, what was not read, and what would help most.

use camino::Utf8PathBuf;

use super::args::{Format, Plan};
use super::screen::Screen;
use crate::analysis::coverage::coverage;
use crate::error::Error;
use crate::output::{Context, Known, human, json};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof coverage                     what was read here, and what was not
  spof coverage deploy/ --format json               for a program")]
pub(super) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    // The answer lists what is broken: a warning would say it twice.
    let estate = plan.clone().quietly().read()?;
    let counts = coverage(&estate.model, &estate.engine());
    let known = Known {
        cx: Context {
            model: &estate.model,
            sources: &estate.sources,
        },
        coverage: &counts,
        unread: &estate.unread,
        problems: &estate.problems,
        other_files: estate.other_files,
        left_out: estate.left_out,
    };
    match args.format {
        Format::Json => screen.json(&json::coverage(&known))?,
        Format::Human => screen.show(&human::coverage(screen.page(), &known))?,
    }
    // What was not read has been listed; that nothing was recognised is an error all the same.
    estate.refuse_nothing(&plan.order.request.paths)?;
    Ok(0)
}
