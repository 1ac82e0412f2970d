//! The command line: words typed → a resolved plan → one question → its answer and exit code.
//!
//! * [`args`]: shared options and the plan. * [`load`]: paths → estate. * [`screen`]: where
//!   answers go. * [`warn`]: what goes to standard error.
//! * One file a command: its words (`Args`, with help) and `run`, which returns the exit code.

pub mod args;
mod explain;
mod graph;
mod lint;
pub mod load;
mod report;
mod rules;
mod schema;
pub mod screen;
mod warn;

use std::ffi::OsString;
use std::io::ErrorKind;

use camino::Utf8PathBuf;
use clap::Parser;

use crate::error::Error;
use args::Shared;
use screen::Screen;

/// What takes us down, what goes with it, and how long until it is back
///
/// Reads the manifests and inventories a team already has, builds one graph of services and the
/// failure domains they stand on, and finds what takes them down: hop by hop, with file and line.
#[derive(Debug, Parser)]
#[command(
    name = "spof",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 answered, or no finding at or above the threshold; 1 findings; \
                  2 usage, or a named path that can't be read; 3 no input recognised."
)]
struct Cli {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the graph: every node, requirement and number the analysis uses
    Graph(graph::Args),
    /// Check the inputs against the rules: for pull requests and CI
    Lint(lint::Args),
    /// List the rules
    Rules(rules::Args),
    /// What a rule finds, why that is bad, and how to fix it
    Explain(explain::Args),
    /// Write one self-contained HTML file: verdicts, single points of failure, matrix, map
    Report(report::Args),
    /// Print the JSON Schema of `spof.yaml`
    Schema(schema::Args),
}

impl Command {
    /// Paths among the command's own words.
    fn paths(&self) -> &[Utf8PathBuf] {
        match self {
            Self::Graph(args) => &args.paths,
            Self::Lint(args) => &args.paths,
            Self::Report(args) => &args.paths,
            Self::Rules(_) | Self::Explain(_) | Self::Schema(_) => &[],
        }
    }
}

/// Runs what was typed. Everything that goes wrong is said on standard error; what comes back is
/// the exit code of DESIGN section 4.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no failure of `spof --help`.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let (shared, command) = (cli.shared, cli.command);
    let plan = shared.plan(command.paths());
    let colour = plan.colour;
    match answer(&command, &plan) {
        Ok(code) => code,
        // Whoever reads may stop reading (`spof list | head`): that is no failure, and a message
        // about it would be noise.
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => 0,
        Err(error) => {
            warn::error(&error, colour);
            error.exit_code()
        }
    }
}

fn answer(command: &Command, plan: &args::Plan) -> Result<u8, Error> {
    let screen = Screen::new(plan.colour);
    match command {
        Command::Graph(args) => graph::run(args, plan, &screen),
        Command::Lint(args) => lint::run(args, plan, &screen),
        Command::Rules(args) => rules::run(args, &screen),
        Command::Explain(args) => explain::run(args, &screen),
        Command::Report(args) => report::run(args, plan, &screen),
        Command::Schema(args) => schema::run(args, &screen),
    }
}
