//! What was typed: the options shared by every command. They become one resolved [`Plan`].

use std::sync::Arc;

use camino::Utf8PathBuf;
use clap::builder::PossibleValue;
use clap::{ValueEnum, ValueHint};

use super::console::{Console, Hyperlinks};
use crate::config::selection::Selection;
use crate::discover::Request;
use crate::error::Error;
use crate::estate::{ConfigChoice, Estate, Order, Progress as _};
use crate::source::Limits;
use crate::words::{Assume, Date};

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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Shared {
    /// What to believe of replicas whose placement no input states [default: pessimistic]
    #[arg(long, global = true, value_name = "HOW")]
    assume: Option<Believe>,

    /// Read one of the estates that `spof.toml` defines
    #[arg(long, global = true, value_name = "NAME")]
    scope: Option<String>,

    /// The configuration [default: the nearest `spof.toml` above the first input]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<Utf8PathBuf>,

    /// Use no configuration
    #[arg(long, global = true, conflicts_with_all = ["config", "scope"])]
    no_config: bool,

    /// Also read what `.gitignore` excludes
    #[arg(long, global = true)]
    no_gitignore: bool,

    /// The day that expiries and drills are measured from [default: the system's]
    #[arg(long, global = true, value_name = "DATE", value_parser = day, help_heading = "Input")]
    today: Option<Date>,

    /// Colours in the output
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    color: Colour,

    /// Links from places to files, in terminals
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    hyperlinks: Hyperlinks,

    /// No warnings, notes or progress on standard error
    #[arg(short, long, global = true, help_heading = "Output")]
    quiet: bool,

    /// Say what is read and how long each part takes, on standard error
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "quiet",
        help_heading = "Output"
    )]
    verbose: bool,
}

/// `--today`.
fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected a date like 2026-05-01".to_owned())
}

/// The system's day (UTC), read once a run (`serve`: at each reading); the first of 1970 where its clock stands before that.
pub(super) fn system_day() -> Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let days = now.map_or(0, |since| since.as_secs() / 86_400);
    Date::from_days(i64::try_from(days).unwrap_or(i64::MAX))
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
    pub order: Order,
    pub today: Date,
    /// By `--today`.
    pub today_is_named: bool,
    pub colour: Colour,
    pub quiet: bool,
    pub console: Arc<Console>,
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
            order: Order {
                request: Request {
                    paths: all,
                    no_gitignore: self.no_gitignore,
                    limits: Limits::default(),
                    selection: Selection::default(),
                },
                assume: self.assume.map(|believe| believe.0),
                scope: self.scope,
                config: match self.config {
                    Some(path) => ConfigChoice::Named(path),
                    None if self.no_config => ConfigChoice::None,
                    None => ConfigChoice::Nearest,
                },
            },
            today: self.today.unwrap_or_else(system_day),
            today_is_named: self.today.is_some(),
            colour: self.color,
            quiet: self.quiet,
            console: Arc::new(Console::new(
                self.quiet,
                self.verbose,
                self.hyperlinks,
                self.color,
            )),
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

    /// Reads the configuration and the inputs; says on standard error which of them are broken,
    /// and which scopes there would be.
    ///
    /// # Errors
    /// As [`read`](Self::read), or no document that any adapter recognises.
    pub fn load(&self) -> Result<Estate, Error> {
        let estate = self.read()?;
        estate.refuse_nothing(&self.order.request.paths)?;
        Ok(estate)
    }

    /// As [`load`](Self::load), for who can say something of inputs that nobody recognises too.
    ///
    /// # Errors
    /// A wrong configuration, an unknown scope, and as [`Order::read`].
    pub fn read(&self) -> Result<Estate, Error> {
        let config = self.order.config()?;
        let estate = self.order.read(config.as_ref(), None, &*self.console)?;
        self.console.learn(&estate.sources);
        if !self.quiet {
            if let (Some(config), None) = (&config, &self.order.scope) {
                super::warn::scopes(config, self)?;
            }
            super::warn::broken_inputs(&estate, self.colour)?;
        }
        self.console.phase("analysing");
        Ok(estate)
    }
}
