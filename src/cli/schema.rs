//! `spof schema`: the native manifest's JSON Schema, for editors and checks.

use super::screen::Screen;
use crate::error::Error;
use crate::ingest::native;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof schema > spof.schema.json
  # yaml-language-server: $schema=./spof.schema.json   (first line of spof.yaml)")]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, screen: &Screen) -> Result<u8, Error> {
    screen.json(&native::schema())?;
    Ok(0)
}
