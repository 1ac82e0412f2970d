//! `spof lint`: the rules over the estate; the entry point for CI.

use camino::Utf8PathBuf;
use clap::ValueEnum;

use super::args::Plan;
use super::screen::Screen;
use crate::analysis::coverage::coverage;
use crate::analysis::sweep::Sweep;
use crate::error::Error;
use crate::findings::Severity;
use crate::output::lint::{Lint, Look, concise, human, json};
use crate::rules::{self, Input};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof lint                                  every rule over what is here
  spof lint deploy/ --fail-on warning        exit 1 at the first warning
  spof lint --format concise                 path:line:column: severity[rule] message")]
pub(super) struct Args {
    /// Files or folders to read
    pub(super) paths: Vec<Utf8PathBuf>,

    /// How to write the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// Exit with 1 if a finding is at least this severe
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Each finding with its place in the source
    Human,
    /// One line a finding
    Concise,
    /// For programs; the form is versioned
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    // What could not be read is among the findings: saying it on standard error too is noise.
    let quiet = Plan {
        quiet: true,
        ..plan.clone()
    };
    let estate = quiet.load()?;
    let engine = estate.engine();
    let sweep = Sweep::new(&engine);
    let findings = rules::run(Input {
        model: &estate.model,
        engine: &engine,
        sweep: &sweep,
        sources: &estate.sources,
        problems: &estate.problems,
        unread: &estate.unread,
        today: plan.today,
    });
    let coverage = coverage(&estate.model, &engine);
    let lint = Lint {
        findings: &findings,
        sources: &estate.sources,
        coverage: &coverage,
        unread: &estate.unread,
        documents: estate.documents,
    };
    match args.format {
        Format::Human => {
            let look = Look {
                width: screen.width(),
                styled: true,
            };
            screen.styled(&human(&lint, look))?;
        }
        Format::Concise => screen.text(&concise(&lint))?,
        Format::Json => screen.json(&json(&lint))?,
    }
    let failed = findings
        .iter()
        .any(|finding| args.fail_on.fails(finding.severity));
    Ok(u8::from(failed))
}
