//! Filters in the jq language that turn one document into another. The language is that of `jaq`;
//! what its filters work on, what they may call and how much they may do is decided here.
//!
//! A filter comes from a repository, hence from strangers. It sees its input and nothing else:
//! there is no file, no environment, no clock, no other input, no module. It may take so many
//! steps, and `jaq` asks our [`meter`] before each; values are our own ([`value`]), so that none is
//! built, compared or written without paying for it. When it can't pay any more, evaluation is
//! unwound, which no `try` of the filter sees. It runs on a thread of its own, whose stack is
//! large enough for all that these steps can nest.
//!
//! * [`meter`]: steps and stack. * [`value`]: what filters work on; [`operators`], [`paths`]: how.
//! * [`natives`]: what they may call. * [`tree`]: documents to values and back, with their places.

mod meter;
mod natives;
mod operators;
mod paths;
#[cfg(test)]
mod tests;
mod tree;
mod value;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, load};

use super::Document;
#[cfg(test)]
use super::View;
use meter::{Cause, Data, Metered};

/// Longest filter, in bytes: what a person can read, and what its parser can nest.
pub const MOST_BYTES: usize = 16 << 10;
/// Most values in all that a filter makes of one document.
const MOST_NODES: usize = 2_000_000;
/// Stack of the thread that filters run on. Only what is used of it takes memory.
const STACK: usize = 1 << 30;

/// What is wrong with a filter, or with what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    /// Byte of the filter at which it is seen, if it is one place.
    pub at: Option<usize>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: None,
        }
    }
}

/// Checks that a filter can be run.
///
/// # Errors
/// What is wrong with it, and where.
pub fn check(program: &str) -> Result<(), Fault> {
    apart(|| compile(program).map(|_| ()))
        .unwrap_or_else(|| Err(Fault::new("this filter can't be read")))
}

/// Runs a filter on each document by itself. Each of its outputs becomes a document of the same
/// file; the places in them are those of the input that values came from.
///
/// The outer result is as long as `documents`.
///
/// # Errors
/// Of each document: what the filter did wrong with it.
#[must_use]
pub fn run(program: &str, documents: &[&Document]) -> Vec<Result<Vec<Document>, Fault>> {
    let mut all = Vec::with_capacity(documents.len());
    let mut rest = documents;
    while !rest.is_empty() {
        // One that is stopped takes its thread with it; the others get a new one.
        let done = apart(|| some(program, rest));
        let done = done.unwrap_or_else(|| {
            vec![Err(Fault::new(
                "this filter failed in a way that it should not",
            ))]
        });
        let taken = done.len().clamp(1, rest.len());
        all.extend(done.into_iter().take(taken));
        rest = rest.get(taken..).unwrap_or(&[]);
    }
    all
}

/// Runs `work` on a thread with the stack that filters need. `None` if it panicked.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("filter".to_owned())
            .stack_size(STACK);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// Runs documents in order until one is stopped.
fn some(program: &str, documents: &[&Document]) -> Vec<Result<Vec<Document>, Fault>> {
    let filter = match compile(program) {
        Ok(filter) => filter,
        Err(fault) => return documents.iter().map(|_| Err(fault.clone())).collect(),
    };
    let mut all = Vec::new();
    for document in documents {
        meter::start(document.tree.len());
        let outcome = meter::caught(|| one(&filter, document));
        let stopped = outcome.is_err();
        all.push(outcome.unwrap_or_else(|cause| Err(Fault::new(said(cause)))));
        if stopped {
            break;
        }
    }
    all
}

fn said(cause: Cause) -> String {
    match cause {
        Cause::Steps(steps) => format!(
            "the filter takes more than {steps} steps: does it end? A filter may take {} and {} \
             for each value of its input",
            meter::STEPS,
            meter::STEPS_A_VALUE
        ),
        Cause::Stack => "the filter calls itself too deep".to_owned(),
        Cause::Depth => format!(
            "the filter nests values deeper than {} levels",
            value::DEEPEST
        ),
        Cause::Outputs => format!("the filter makes more than {MOST_NODES} values"),
    }
}

fn one(filter: &Filter<Metered>, document: &Document) -> Result<Vec<Document>, Fault> {
    let input = tree::value(document.root());
    let context = Ctx::<Metered>::new(Data::new(&filter.lut), Vars::new([]));
    let mut outputs = Vec::new();
    let mut left = MOST_NODES;
    for output in filter.id.run((context, input)) {
        let output = output.map_err(|error| match error.get_err() {
            Ok(error) => Fault::new(format!("the filter says: {error}")),
            Err(_) => Fault::new("the filter stops by itself"),
        })?;
        let index = u32::try_from(outputs.len()).unwrap_or(u32::MAX);
        outputs.push(tree::document(&output, document, index, &mut left));
    }
    Ok(outputs)
}

fn compile(program: &str) -> Result<Filter<Metered>, Fault> {
    if program.len() > MOST_BYTES {
        return Err(Fault::new(format!(
            "a filter has at most {MOST_BYTES} bytes"
        )));
    }
    let begins = program.trim_start();
    if begins.starts_with("import ") || begins.starts_with("include ") {
        let message = "a filter here is one text: it imports and includes nothing".into();
        let at = Some(program.len() - begins.len());
        return Err(Fault { message, at });
    }
    let arena = Arena::default();
    // What follows a definition can't be an import.
    let whole = format!("{FIRST}{program}");
    let program = whole.as_str();
    let file = File {
        code: program,
        path: (),
    };
    let loader = Loader::new(natives::definitions());
    let modules = loader.load(&arena, file).map_err(|errors| {
        let errors = errors.into_iter().map(|(_, error)| error);
        let faults = errors.map(|error| match error {
            load::Error::Io(_) => unreadable(),
            load::Error::Lex(errors) => {
                errors.first().map_or_else(unreadable, |(expected, rest)| {
                    let message = format!("expected {}", expected.as_str());
                    found(program, &message, rest)
                })
            }
            load::Error::Parse(errors) => {
                errors.first().map_or_else(unreadable, |(expected, token)| {
                    let message = format!("expected {}", expected.as_str());
                    found(program, &message, token)
                })
            }
        });
        faults.into_iter().next().unwrap_or_else(unreadable)
    })?;
    let compiler = Compiler::default().with_funs(natives::functions());
    compiler.compile(modules).map_err(|errors| {
        let mut all = errors.into_iter().flat_map(|(_, errors)| errors);
        all.next().map_or_else(unreadable, |(name, what)| {
            let at = place(program, name);
            let arity = match what {
                jaq_core::compile::Undefined::Filter(arity) => format!("/{arity}"),
                _ => String::new(),
            };
            let shown = super::item::quote(&format!("{name}{arity}"));
            let why = if OUTSIDE.contains(&name) {
                ": a filter here sees its document and nothing else"
            } else {
                ""
            };
            let message = format!("there is no {} {shown}{why}", what.as_str());
            Fault { message, at }
        })
    })
}

/// What other programs let a filter see of the world.
const OUTSIDE: [&str; 13] = [
    "$ENV",
    "env",
    "input",
    "inputs",
    "input_filename",
    "input_line_number",
    "$__prog_args",
    "now",
    "localtime",
    "debug",
    "stderr",
    "halt",
    "halt_error",
];

/// Stands before every filter.
const FIRST: &str = "def first_of_all: .;";

fn unreadable() -> Fault {
    Fault::new("this filter can't be read")
}

/// "Expected this, found that", at the place of what was found.
fn found(program: &str, expected: &str, rest: &str) -> Fault {
    let at = place(program, rest);
    let word: String = rest.trim_start().chars().take(20).collect();
    let word = word.lines().next().unwrap_or("");
    let message = if word.is_empty() {
        format!("{expected} before the end of the filter")
    } else {
        format!("{expected}, found {}", super::item::quote(word))
    };
    Fault { message, at }
}

/// Where `part`, a slice of `program`, begins in it; what stands before every filter aside.
fn place(program: &str, part: &str) -> Option<usize> {
    let from = part.as_ptr().addr().checked_sub(program.as_ptr().addr())?;
    (from <= program.len()).then(|| from.saturating_sub(FIRST.len()))
}
