//! `spof graph`: the whole graph, for other programs and for drawing.

use camino::Utf8PathBuf;
use clap::ValueEnum;

use super::args::Plan;
use super::list::ClassWord;
use super::screen::Screen;
use crate::error::Error;
use crate::estate::cut_sets::top_events;
use crate::estate::questions::DEFAULT_CLASSES;
use crate::graph::FaultClass;
use crate::model::json::to_json;
use crate::output::open_psa::open_psa;
use crate::output::{Context, draw};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof graph samples/kakao-2022 > estate.json     # a saved graph: -i estate.json reads it again
  spof graph --format dot | dot -Tsvg > estate.svg
  spof graph --format open-psa --subject login > login.xml   # a fault tree, for other tools")]
pub(super) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,

    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,

    /// The node whose failure a fault tree is of (with `open-psa`)
    #[arg(long, value_name = "NODE")]
    subject: Option<String>,

    /// A second top event: no service for longer than the subject's `rto` (with `open-psa`)
    #[arg(long)]
    within_rto: bool,

    /// Classes of faults in a fault tree [default: placement,replica,external]
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    class: Vec<ClassWord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Every number the analysis uses, and an input for later
    Json,
    /// For Graphviz
    Dot,
    /// For Markdown pages
    Mermaid,
    /// The failure of --subject as a fault tree, for reliability tools
    OpenPsa,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let cx = Context {
        model: &estate.model,
        sources: &estate.sources,
    };
    if args.format != Format::OpenPsa
        && (args.subject.is_some() || args.within_rto || !args.class.is_empty())
    {
        return Err(Error::usage(
            "--subject, --within-rto and --class belong to `--format open-psa`",
        ));
    }
    match args.format {
        Format::Json => screen.json(&to_json(&estate.model, &estate.sources))?,
        Format::Dot => screen.text(&draw::dot(cx))?,
        Format::Mermaid => screen.text(&draw::mermaid(cx))?,
        Format::OpenPsa => {
            let Some(subject) = &args.subject else {
                return Err(Error::usage_with_help(
                    "a fault tree is of one node",
                    "name it, as in `--subject service:login`",
                ));
            };
            let classes: Vec<FaultClass> = match args.class.as_slice() {
                [] => DEFAULT_CLASSES.to_vec(),
                named => named.iter().map(|word| word.0).collect(),
            };
            let tops = top_events(&estate, subject, &classes, args.within_rto)?;
            screen.text(&open_psa(cx, &tops))?;
        }
    }
    Ok(0)
}
