//! `spof explain RULE`: a rule's documentation.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::args::Format;
use super::rules;
use super::screen::Screen;
use crate::error::Error;
use crate::findings::Code;
use crate::output::json::VERSION;
use crate::output::text::{DIM, NAME, PLAIN, STRONG, Text};
use crate::rules::doc::markdown;
use crate::rules::rule;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof explain false-redundancy                  what it finds, why that is bad, how to fix it
  spof explain false-redundancy --format json    the same, as one object, for programs")]
pub(super) struct Args {
    /// The rule, as findings name it in brackets
    #[arg(value_name = "RULE", hide_possible_values = true)]
    rule: Named,

    /// How to write the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// A rule by its name; clap suggests the nearest one.
#[derive(Clone, Copy, Debug)]
struct Named(Code);

impl ValueEnum for Named {
    fn value_variants<'a>() -> &'a [Self] {
        const { &all() }
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()).help(self.0.summary()))
    }
}

/// Every code, as clap wants them.
const fn all() -> [Named; Code::ALL.len()] {
    let mut names = [Named(Code::ALL[0]); Code::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Named(Code::ALL[at]);
        at += 1;
    }
    names
}

pub(super) fn run(args: &Args, screen: &Screen) -> Result<u8, Error> {
    let code = args.rule.0;
    if args.format == Format::Json {
        let mut value = rules::described(code);
        if let Some(object) = value.as_object_mut() {
            object.insert("version".to_owned(), VERSION.into());
        }
        screen.json(&value)?;
        return Ok(0);
    }
    let mut page = screen.page();
    page.line(
        Text::of(NAME, code.as_str())
            .and(PLAIN, ": ")
            .and(PLAIN, code.summary()),
    );
    let text = rule(code).map(markdown).unwrap_or_default();
    let mut in_code = false;
    let mut paragraph = String::new();
    let indent = Text::plain("  ");
    for line in text.lines() {
        let fence = line.starts_with("```");
        let ends = fence || in_code || line.is_empty();
        let begins = line.starts_with("## ") || line.starts_with("* ");
        if (ends || begins) && !paragraph.is_empty() {
            page.wrapped(&indent, &Text::plain(&paragraph));
            paragraph.clear();
        }
        if fence {
            in_code = !in_code;
        } else if in_code {
            page.line(Text::of(DIM, &format!("    {line}")));
        } else if let Some(heading) = line.strip_prefix("## ") {
            page.gap();
            page.line(Text::of(STRONG, heading));
        } else if line.is_empty() {
            page.gap();
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line);
        }
    }
    if !paragraph.is_empty() {
        page.wrapped(&indent, &Text::plain(&paragraph));
    }
    screen.show(&page)?;
    Ok(0)
}
