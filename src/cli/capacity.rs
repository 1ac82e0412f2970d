//! `spof capacity`: what is left of each service after the loss of one domain.

use super::args::{Format, Plan};
use super::screen::Screen;
use crate::analysis::capacity::{capacity, usual_kind};
use crate::error::Error;
use crate::estate::nodes;
use crate::output::Context;
use crate::output::room::{Room, human, json};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof capacity                          what is left after the loss of each site
  spof capacity login payments --all     of two services, also where it is enough
  spof capacity --kind room              after the loss of each room
  spof capacity --format json")]
pub(super) struct Args {
    /// Only these services and stores
    #[arg(value_name = "SUBJECT")]
    subjects: Vec<String>,

    /// Kind of domain that is lost [default: site, or the largest kind there is]
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,

    /// Also services to which enough is left
    #[arg(long)]
    all: bool,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let estate = plan.load()?;
    let model = &estate.model;
    let subjects = nodes::nodes(model, &args.subjects)?;
    let kind = match &args.kind {
        Some(kind) => {
            nodes::check_kinds(model, std::slice::from_ref(kind))?;
            kind.as_str()
        }
        None => usual_kind(model).ok_or_else(|| {
            Error::usage_with_help(
                "there is no site, region, zone, cluster, rack or host here",
                "name the kind of domain that is lost: --kind KIND",
            )
        })?,
    };
    let mut found = capacity(model, &estate.engine(), kind);
    if !subjects.is_empty() {
        for subject in &subjects {
            if !found.iter().any(|one| one.node == *subject) {
                return Err(Error::usage_with_help(
                    format!("`{}` has no replicas", model.node(*subject).id),
                    "name services and stores that have some",
                ));
            }
        }
        found.retain(|one| subjects.contains(&one.node));
    }
    let room = Room {
        cx: Context {
            model,
            sources: &estate.sources,
        },
        kind,
        capacities: &found,
        all: args.all,
    };
    match args.format {
        Format::Human => screen.show(&human(screen.page(), &room))?,
        Format::Json => screen.json(&json(&room))?,
    }
    Ok(0)
}
