//! What was typed: the options shared by every command. They become one resolved [`Plan`].

use camino::Utf8PathBuf;
use clap::builder::PossibleValue;
use clap::{ValueEnum, ValueHint};

use super::load::{self, Estate};
use crate::discover::Request;
use crate::error::Error;
use crate::source::Limits;
use crate::words::Assume;

/// The inputs. They may stand before and after the name of the command: clap would drop the
/// former if one option served both places, so each place has its own.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Inputs {
    /// File or folder to read; may be given several times [default: .]
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Input")]
    input: Vec<Utf8PathBuf>,
}

/// A command that reads inputs.
#[derive(Clone, Debug, clap::Args)]
pub struct Reading<A: clap::Args> {
    #[command(flatten)]
    pub args: A,
    #[command(flatten)]
    pub inputs: Inputs,
}

/// Options that every command takes, before or after its name.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub struct Shared {
    /// What to believe of replicas whose placement no input states
    #[arg(long, global = true, value_name = "HOW", default_value = "pessimistic")]
    assume: Believe,

    /// Also read what `.gitignore` excludes
    #[arg(long, global = true)]
    no_gitignore: bool,

    /// Colours in the output
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    color: Colour,

    /// No warnings about inputs that could not be read
    #[arg(short, long, global = true, help_heading = "Output")]
    quiet: bool,
}

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

impl From<Colour> for anstream::ColorChoice {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Auto => Self::Auto,
            Colour::Always => Self::Always,
            Colour::Never => Self::Never,
        }
    }
}

/// `--assume`.
#[derive(Clone, Copy, Debug)]
struct Believe(Assume);

impl ValueEnum for Believe {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Assume::Pessimistic), Self(Assume::Optimistic)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            Assume::Pessimistic => {
                "Unplaced replicas of one workload share a host and a zone, unless a spread \
                 constraint forbids it"
            }
            Assume::Optimistic => "They share nothing",
        };
        Some(PossibleValue::new(self.0.as_str()).help(help))
    }
}

/// `--format` of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs; the form is versioned
    Json,
}

/// What to read and how, resolved from what was typed.
#[derive(Clone, Debug)]
pub struct Plan {
    pub request: Request,
    pub assume: Assume,
    pub colour: Colour,
    pub quiet: bool,
}

impl Shared {
    /// Resolves the options; `inputs` stand before and after the command's name, `paths` are
    /// words of the command itself.
    #[must_use]
    pub fn plan(self, inputs: [&Inputs; 2], paths: &[Utf8PathBuf]) -> Plan {
        let mut all: Vec<Utf8PathBuf> = inputs
            .into_iter()
            .flat_map(|inputs| inputs.input.iter().cloned())
            .chain(paths.iter().cloned())
            .collect();
        if all.is_empty() {
            all.push(Utf8PathBuf::from("."));
        }
        Plan {
            request: Request {
                paths: all,
                no_gitignore: self.no_gitignore,
                limits: Limits::default(),
            },
            assume: self.assume.0,
            colour: self.color,
            quiet: self.quiet,
        }
    }
}

impl Plan {
    /// The same without warnings.
    #[must_use]
    pub fn quietly(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Reads the inputs; says on standard error which of them are broken.
    ///
    /// # Errors
    /// As [`load::load`].
    pub fn load(&self) -> Result<Estate, Error> {
        let estate = load::load(&self.request, self.assume)?;
        if !self.quiet {
            super::warn::broken_inputs(&estate, self.colour)?;
        }
        Ok(estate)
    }
}
