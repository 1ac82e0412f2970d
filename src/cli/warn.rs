//! Warnings on standard error: inputs that could not be read never pass in silence, even when the
//! question asked has an answer.

use std::io::Write as _;

use anstream::AutoStream;

use super::args::{Colour, Plan};
use crate::config::Config;
use crate::error::Error;
use crate::estate::Estate;
use crate::output::page::labelled;
use crate::output::text::{BAD, DIM, GOOD, PLAIN, Text, WARN, listed, plural, plural_word};
use crate::source::{ProblemKind, UnreadReason};

/// Broken inputs named one by one.
const MOST: usize = 3;

/// Names the broken documents of `estate`, and says where the rest is listed.
pub(super) fn broken_inputs(estate: &Estate, colour: Colour) -> Result<(), Error> {
    let broken: Vec<_> = estate
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Unreadable)
        .collect();
    let refused = estate
        .unread
        .iter()
        .filter(|unread| {
            matches!(
                unread.reason,
                UnreadReason::OverLimit | UnreadReason::NotReadable
            )
        })
        .count();
    let mut err = AutoStream::new(std::io::stderr().lock(), colour.into());
    for problem in broken.iter().take(MOST) {
        let place = estate.sources.location(problem.span).to_string();
        let line = labelled("warning", WARN)
            .and(PLAIN, &place)
            .and(PLAIN, ": ")
            .and(PLAIN, &problem.message);
        writeln!(err, "{}", line.render())?;
    }
    let more = broken.len().saturating_sub(MOST) + refused;
    if more > 0 {
        let line = labelled("warning", WARN)
            .and(PLAIN, &plural(more, "more input"))
            .and(PLAIN, " could not be read; ")
            .and(DIM, "`spof coverage` lists them");
        writeln!(err, "{}", line.render())?;
    }
    Ok(())
}

/// Says which scopes the configuration defines, since none was chosen.
pub(super) fn scopes(config: &Config, plan: &Plan) -> Result<(), Error> {
    let names: Vec<String> = config.scopes().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return Ok(());
    }
    let text = format!(
        "all inputs are read as one estate; {} defines {} {}: `--scope NAME` reads one",
        config.path,
        plural_word(names.len(), "scope"),
        listed(&names, "and"),
    );
    let mut err = AutoStream::new(std::io::stderr().lock(), plan.colour.into());
    let line = labelled("note", GOOD).and(PLAIN, &text);
    Ok(writeln!(err, "{}", line.render())?)
}

/// Says that submodules of a revision were not read.
pub(super) fn submodules(name: &str, count: usize, colour: Colour) -> Result<(), Error> {
    let text = format!(
        "{} of {name} {} not read: what is in them counts as gained",
        plural(count, "submodule"),
        if count == 1 { "is" } else { "are" }
    );
    let mut err = AutoStream::new(std::io::stderr().lock(), colour.into());
    let line = labelled("warning", WARN).and(PLAIN, &text);
    Ok(writeln!(err, "{}", line.render())?)
}

/// Prints `note: ...`, one line.
pub(super) fn note(text: &str, colour: Colour) {
    let mut err = AutoStream::new(std::io::stderr().lock(), colour.into());
    let line = labelled("note", GOOD).and(PLAIN, text);
    // Nowhere is left to say that standard error is closed.
    let _ = writeln!(err, "{}", line.render());
}

/// Prints `error: ...` and `help: ...`, one line each.
pub(super) fn error(error: &Error, colour: Colour) {
    let mut err = AutoStream::new(std::io::stderr().lock(), colour.into());
    // Of a configuration everything that is wrong is said at once.
    if let Error::Config(faults) = error {
        for fault in faults {
            let place = labelled("error", BAD).and(PLAIN, &format!("{}: ", fault.place));
            let _ = writeln!(err, "{}", place.and(PLAIN, &fault.message).render());
            if let Some(help) = &fault.help {
                let _ = writeln!(err, "{}", labelled("help", GOOD).and(PLAIN, help).render());
            }
        }
        return;
    }
    let line = labelled("error", BAD).and(PLAIN, &error.to_string());
    // Nowhere is left to say that standard error is closed.
    let _ = writeln!(err, "{}", line.render());
    if let Some(help) = error.help() {
        let line: Text = labelled("help", GOOD).and(PLAIN, help);
        let _ = writeln!(err, "{}", line.render());
    }
}
