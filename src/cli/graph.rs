//! `spof graph`: the whole graph, for other programs and for drawing.

use camino::Utf8PathBuf;
use clap::ValueEnum;

use super::args::Plan;
use super::screen::Screen;
use crate::error::Error;
use crate::model::json::to_json;
use crate::output::{Context, draw};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof graph samples/kakao-2022 > estate.json     # a saved graph: -i estate.json reads it again
  spof graph --format dot | dot -Tsvg > estate.svg")]
pub(super) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,

    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Every number the analysis uses, and an input for later
    Json,
    /// For Graphviz
    Dot,
    /// For Markdown pages
    Mermaid,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let cx = Context {
        model: &estate.model,
        sources: &estate.sources,
    };
    match args.format {
        Format::Json => screen.json(&to_json(&estate.model, &estate.sources))?,
        Format::Dot => screen.text(&draw::dot(cx))?,
        Format::Mermaid => screen.text(&draw::mermaid(cx))?,
    }
    Ok(0)
}
