//! `spof rules`: the list of rules.

use serde_json::{Value, json};

use super::args::Format;
use super::screen::Screen;
use crate::error::Error;
use crate::findings::Code;
use crate::output::json::VERSION;
use crate::output::page::{Column, Table};
use crate::output::text::{DIM, NAME, PLAIN, Text};
use crate::rules::doc::markdown;
use crate::rules::{RULES, rule};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof rules                       every rule, in a line
  spof rules --format json         with their whole text, for programs")]
pub(super) struct Args {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// A rule, for programs: code, one line, and its documentation as Markdown.
pub(super) fn described(code: Code) -> Value {
    json!({
        "rule": code.as_str(),
        "summary": code.summary(),
        "documentation": rule(code).map(markdown),
    })
}

pub(super) fn run(args: &Args, screen: &Screen) -> Result<u8, Error> {
    match args.format {
        Format::Human => {
            let mut table = Table::new(&[Column::Left, Column::Left]);
            for rule in RULES {
                let code = rule.code();
                table.row(vec![
                    Text::of(NAME, code.as_str()),
                    Text::plain(code.summary()),
                ]);
            }
            let mut page = screen.page();
            page.table(table);
            page.gap();
            page.line(Text::of(DIM, "more about one: ").and(PLAIN, "spof explain RULE"));
            screen.show(&page)?;
        }
        Format::Json => {
            let rules = RULES.iter().map(|rule| described(rule.code()));
            let rules: Vec<Value> = rules.collect();
            screen.json(&json!({"version": VERSION, "rules": rules}))?;
        }
    }
    Ok(0)
}
