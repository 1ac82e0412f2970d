//! The command line: words typed → a resolved plan → one question → its answer and exit code.
//!
//! * [`args`]: shared options and the plan. * [`screen`]: where answers go. * `warn`: what goes to
//!   standard error. Reading and asking are the room [`estate`](crate::estate)'s.
//! * `policy`, `outputs`: what fails `spof lint`, and which formats go where. `compare`: the other
//!   estate of a comparison.
//! * One file a command: its words (`Args`, with help) and `run`, which returns the exit code.

pub mod args;
mod blast;
mod capacity;
mod common;
mod compare;
mod completions;
pub mod console;
mod coverage;
mod cuts;
mod diff;
mod drill;
mod explain;
mod fix;
mod graph;
mod init;
mod lint;
mod list;
mod long;
mod man;
mod outputs;
mod policy;
mod recover;
mod report;
mod rules;
mod schema;
pub mod screen;
mod serve;
mod warn;
mod why;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::sync::Arc;

use camino::Utf8PathBuf;
use clap::{CommandFactory as _, Parser};

use crate::error::Error;
use crate::estate::Progress as _;
use args::{Inputs, Reading, Shared};
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
    inputs: Inputs,
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Single points of failure, ranked by what they take down
    List(Reading<list::Args>),
    /// What the failure of some nodes affects, hop by hop, and when it is back
    Blast(Reading<blast::Args>),
    /// The chain from a node to the faults, and why redundancy did not help
    Why(Reading<why::Args>),
    /// The smallest faults that take down all of some nodes: what could it be?
    Common(Reading<common::Args>),
    /// Minimal cut sets: the smallest fault sets that take a node down, counted and listed
    Cuts(Reading<cuts::Args>),
    /// How the estate comes back: steps in order, times, and what waits for itself
    Recover(Reading<recover::Args>),
    /// What is left of each service after the loss of one domain, and what is missing
    Capacity(Reading<capacity::Args>),
    /// The cheapest verified set of changes with which a goal holds, also as a patch
    Fix(Reading<fix::Args>),
    /// What the estate claims will happen, as a game-day sheet or as experiments
    Drill(Reading<drill::Args>),
    /// Write the graph: every node, requirement and number the analysis uses
    Graph(Reading<graph::Args>),
    /// How much is known, what was not read, and what to do about it
    Coverage(Reading<coverage::Args>),
    /// Check the inputs against the rules: for pull requests and CI
    Lint(Reading<lint::Args>),
    /// Single points of failure gained and lost: against a git revision, a folder, a saved graph
    Diff(Reading<diff::Args>),
    /// List the rules
    Rules(rules::Args),
    /// What a rule finds, why that is bad, and how to fix it
    Explain(explain::Args),
    /// Write one self-contained HTML file: verdicts, single points of failure, matrix, map
    Report(Reading<report::Args>),
    /// The report, live: watches the inputs, and answers over HTTP on this machine
    Serve(Reading<serve::Args>),
    /// Write a first `spof.toml` and `spof.yaml` from what is here
    Init(init::Args),
    /// Print the JSON Schema of `spof.yaml` or `spof.toml`
    Schema(schema::Args),
    /// Print what a shell needs to complete commands and options
    Completions(completions::Args),
    /// Print the manual page, or write one a command
    Man(man::Args),
}

impl Command {
    /// Inputs among the command's own words: options, and bare paths where it takes them.
    fn inputs(&self) -> (Inputs, &[Utf8PathBuf]) {
        match self {
            Self::List(reading) => (reading.inputs.clone(), &[]),
            Self::Blast(reading) => (reading.inputs.clone(), &[]),
            Self::Why(reading) => (reading.inputs.clone(), &[]),
            Self::Common(reading) => (reading.inputs.clone(), &[]),
            Self::Cuts(reading) => (reading.inputs.clone(), &[]),
            Self::Recover(reading) => (reading.inputs.clone(), &[]),
            Self::Capacity(reading) => (reading.inputs.clone(), &[]),
            Self::Fix(reading) => (reading.inputs.clone(), &[]),
            Self::Drill(reading) => (reading.inputs.clone(), &[]),
            Self::Graph(reading) => (reading.inputs.clone(), &reading.args.paths),
            Self::Coverage(reading) => (reading.inputs.clone(), &reading.args.paths),
            Self::Lint(reading) => (reading.inputs.clone(), &reading.args.paths),
            Self::Diff(reading) => (reading.inputs.clone(), &[]),
            Self::Report(reading) => (reading.inputs.clone(), &reading.args.paths),
            Self::Serve(reading) => (reading.inputs.clone(), &reading.args.paths),
            Self::Init(args) => (Inputs::default(), std::slice::from_ref(&args.path)),
            Self::Rules(_)
            | Self::Explain(_)
            | Self::Schema(_)
            | Self::Completions(_)
            | Self::Man(_) => (Inputs::default(), &[]),
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
    let command = cli.command;
    let (inputs, paths) = command.inputs();
    let plan = cli.shared.plan([&cli.inputs, &inputs], paths);
    let colour = plan.colour;
    let answered = answer(&command, &plan);
    plan.console.done();
    match answered {
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
    let screen = Screen::new(plan.colour, Arc::clone(&plan.console));
    match command {
        Command::List(typed) => list::run(&typed.args, plan, &screen),
        Command::Blast(typed) => blast::run(&typed.args, plan, &screen),
        Command::Why(typed) => why::run(&typed.args, plan, &screen),
        Command::Common(typed) => common::run(&typed.args, plan, &screen),
        Command::Cuts(typed) => cuts::run(&typed.args, plan, &screen),
        Command::Recover(typed) => recover::run(&typed.args, plan, &screen),
        Command::Capacity(typed) => capacity::run(&typed.args, plan, &screen),
        Command::Fix(typed) => fix::run(&typed.args, plan, &screen),
        Command::Drill(typed) => drill::run(&typed.args, plan, &screen),
        Command::Graph(typed) => graph::run(&typed.args, plan, &screen),
        Command::Coverage(typed) => coverage::run(&typed.args, plan, &screen),
        Command::Lint(typed) => lint::run(&typed.args, plan, &screen),
        Command::Diff(typed) => diff::run(&typed.args, plan, &screen),
        Command::Report(typed) => report::run(&typed.args, plan, &screen),
        Command::Serve(typed) => serve::run(&typed.args, plan, &screen),
        Command::Rules(args) => rules::run(args, &screen),
        Command::Explain(args) => explain::run(args, &screen),
        Command::Init(args) => init::run(args, plan, &screen),
        Command::Schema(args) => schema::run(args, &screen),
        Command::Completions(args) => completions::run(args, Cli::command(), &screen),
        Command::Man(args) => man::run(args, Cli::command(), &screen),
    }
}
