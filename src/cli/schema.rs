//! `spof schema`: JSON Schemas of what people write, for editors and checks, and of what programs
//! read.

use clap::ValueEnum;

use super::screen::Screen;
use crate::config;
use crate::error::Error;
use crate::ingest::native;
use crate::output::lint;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof schema > spof.schema.json
  # yaml-language-server: $schema=./spof.schema.json   (first line of spof.yaml)
  spof schema config > spof-config.schema.json       for spof.toml
  spof schema lint > spof-lint.schema.json           for what `spof lint --format json` writes")]
pub(super) struct Args {
    /// Of what
    #[arg(value_name = "WHAT", default_value = "manifest")]
    of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// `spof.yaml`
    Manifest,
    /// `spof.toml`
    Config,
    /// What `spof lint --format json` writes
    Lint,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Result<u8, Error> {
    let schema = match args.of {
        Of::Manifest => native::schema(),
        Of::Config => config::schema(),
        Of::Lint => lint::schema(),
    };
    screen.json(&schema)?;
    Ok(0)
}
