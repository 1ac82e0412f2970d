//! `spof fix`: the cheapest changes that reach a goal.

use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::args::Plan;
use super::screen::Screen;
use crate::analysis::fix::{self, News, Outcome};
use crate::config::costs::Costs;
use crate::error::Error;
use crate::estate::{Progress as _, goal, nodes};
use crate::output::Context;
use crate::output::fixing::patch::Patch;
use crate::output::fixing::{Fixing, human, json, markdown, patch};
use crate::words::parse_duration;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Goals:
  tier<=1 survives site                    what is of tier 0 or 1 keeps its rto whatever site fails
  login,payments survives site,rack        two nodes, faults of two kinds
  journeys survives any within 10m         every single fault of the default classes, back in 10m
  critical survives site:pangyo            one fault; `critical` is tier 0 and 1 and what they need
  tier=0 survives host and all survives external

Examples:
  spof fix --goal 'tier<=1 survives site'         the cheapest plan, with proof
  spof fix --goal 'tier<=1 survives site' --patch > fix.patch
  spof fix login --goal 'survives site'           for one node
  spof fix login                                  so that it keeps its rto whatever fails
  spof fix --goal 'all survives site' --time-limit 5s --format markdown")]
pub(super) struct Args {
    /// Only these nodes count
    #[arg(value_name = "SUBJECT")]
    subjects: Vec<String>,

    /// What is to hold [default: every declared rto, whatever single thing fails]
    #[arg(long, value_name = "GOAL")]
    goal: Option<String>,

    /// Give the best plan found by this time, reading included
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = limit, allow_hyphen_values = true)]
    time_limit: Duration,

    /// Print the plan as a unified diff of the manifests, and nothing else
    #[arg(long, conflicts_with = "format")]
    patch: bool,

    /// Show every step
    #[arg(long)]
    all: bool,

    /// How to write the plan
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; the form is versioned
    Json,
    /// To hand on
    Markdown,
}

fn limit(text: &str) -> Result<Duration, String> {
    Ok(Duration::from_secs(parse_duration(text)?))
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let began = Instant::now();
    let costs = plan
        .order
        .config()?
        .map_or_else(Costs::default, |config| config.costs);
    let estate = plan.load()?;
    let model = &estate.model;
    let subjects = nodes::nodes(model, &args.subjects)?;
    let wanted = match &args.goal {
        Some(text) => goal::goal(&estate, text, &subjects)?,
        None => goal::objectives(&estate, &subjects)?,
    };
    let limit = args.time_limit.as_secs_f64();
    let used = || began.elapsed().as_secs_f64() / limit;
    let answer = fix::plan(model, &wanted, &costs, &used, &|news| match news {
        News::Phase(phase) => plan.console.phase(phase),
        News::Part(done, of) => plan.console.part(done, of),
        News::Bounds { cost, at_least } => {
            plan.console.tell(&bounds(cost, at_least));
            plan.console
                .part(whole(began.elapsed()), whole(args.time_limit));
        }
    });
    let written = match &answer.outcome {
        Outcome::Plan(found) => patch::patch(model, &estate.sources, found),
        _ => Patch::default(),
    };
    let words = in_words(args);
    let fixing = Fixing {
        cx: Context {
            model,
            sources: &estate.sources,
        },
        goal: &words,
        answer: &answer,
        patch: &written,
        all: args.all,
    };
    if args.patch {
        return print_patch(&fixing, plan, screen);
    }
    match args.format {
        Format::Human => screen.show(&human::human(screen.page(), &fixing))?,
        Format::Json => screen.json(&json::json(&fixing))?,
        Format::Markdown => screen.text(&markdown::markdown(&fixing))?,
    }
    Ok(0)
}

/// The patch on standard output; what is not in it on standard error.
fn print_patch(fixing: &Fixing<'_>, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let why = match &fixing.answer.outcome {
        Outcome::Plan(_) => None,
        Outcome::Holds => Some("the goal holds as it is: there is nothing to change"),
        Outcome::Impossible(_) => Some("no change that is known here reaches the goal"),
        Outcome::Unfinished => Some("there was no time for any plan"),
    };
    screen.text(&fixing.patch.text)?;
    if !plan.quiet {
        for note in fixing.unwritten().into_iter().chain(why.map(str::to_owned)) {
            super::warn::note(&note, plan.colour);
        }
    }
    Ok(0)
}

/// Seconds, for the bar.
fn whole(time: Duration) -> usize {
    usize::try_from(time.as_secs()).unwrap_or(usize::MAX)
}

/// How far the search is, for `--verbose`.
fn bounds(cost: Option<u64>, at_least: u64) -> String {
    let best = cost.map_or_else(
        || "no plan yet".to_owned(),
        |cost| format!("the best plan yet costs {cost}"),
    );
    format!("{best}, any plan at least {at_least}")
}

/// The goal as it is shown.
fn in_words(args: &Args) -> String {
    let who = args.subjects.join(", ");
    match &args.goal {
        Some(goal) if who.is_empty() => goal.trim().to_owned(),
        Some(goal) => format!("{who}: {}", goal.trim()),
        None if who.is_empty() => "every declared rto holds whatever single thing fails".to_owned(),
        None => format!("{who}: the declared rto holds whatever single thing fails"),
    }
}
