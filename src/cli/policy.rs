//! What fails a run of `spof lint`: the command line, else the configuration, else the profile.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::config::Config;
use crate::config::gate::{Gate, Profile, Threshold};
use crate::error::Error;
use crate::findings::baseline::{Baseline, MOST_BYTES};
use crate::findings::gate::Policy;
use crate::findings::waiver::Waiver;
use crate::words::{Date, Evidence};

/// Options of the gate.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Gate")]
pub(super) struct Options {
    /// Exit with 1 if a finding is at least this severe [default: error]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    /// The same for findings that the base or the baseline does not have; older ones then fail
    /// only by `--fail-on` [default: error]
    #[arg(long, value_name = "SEVERITY")]
    fail_on_new: Option<FailOn>,

    /// Leave out what rests on weaker evidence [default: assumed]
    #[arg(long, value_name = "EVIDENCE")]
    min_confidence: Option<Confidence>,

    /// Defaults for all of these
    #[arg(long, value_name = "NAME")]
    profile: Option<Preset>,

    /// What this file lists is known: only other findings are new
    #[arg(long, value_name = "FILE", conflicts_with = "base")]
    baseline: Option<Utf8PathBuf>,

    /// Write the findings of this run as a baseline, and exit with 0
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "base"])]
    pub(super) write_baseline: Option<Utf8PathBuf>,

    /// What this git revision (or folder, or saved graph) has is known; `main...` is where this
    /// branch left main
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,

    /// Waivers don't count, neither comments nor those of the configuration
    #[arg(long)]
    no_ignores: bool,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailOn(pub(super) Threshold);

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        const {
            &[
                Self(Threshold::ALL[0]),
                Self(Threshold::ALL[1]),
                Self(Threshold::ALL[2]),
                Self(Threshold::ALL[3]),
            ]
        }
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

/// `--min-confidence`.
#[derive(Clone, Copy, Debug)]
struct Confidence(Evidence);

impl ValueEnum for Confidence {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Evidence::Declared),
            Self(Evidence::Observed),
            Self(Evidence::Inferred),
            Self(Evidence::Assumed),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

/// `--profile`.
#[derive(Clone, Copy, Debug)]
struct Preset(Profile);

impl ValueEnum for Preset {
    fn value_variants<'a>() -> &'a [Self] {
        const {
            &[
                Self(Profile::ALL[0]),
                Self(Profile::ALL[1]),
                Self(Profile::ALL[2]),
            ]
        }
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            Profile::Default => "Errors fail",
            Profile::Strict => "Warnings fail too",
            Profile::Audit => "Nothing fails, and no waiver and no baseline counts",
        };
        Some(PossibleValue::new(self.0.as_str()).help(help))
    }
}

impl Options {
    /// The policy of this run. `waivers`: those written in comments. `base`: fingerprints of what
    /// is compared with, if that is not a baseline.
    ///
    /// # Errors
    /// A baseline that can't be read, and options that go without what they are about.
    pub(super) fn policy(
        &self,
        config: Option<&Config>,
        mut waivers: Vec<Waiver>,
        base: Option<BTreeSet<String>>,
        today: Date,
    ) -> Result<Policy, Error> {
        let nothing = Gate::default();
        let gate = config.map_or(&nothing, |config| &config.gate);
        // A profile that was typed wins over all that the configuration says.
        let typed = self.profile.map(|preset| preset.0);
        let profile = typed.or(gate.profile).unwrap_or_default();
        let stated = |value: Option<Threshold>| value.filter(|_| typed.is_none());
        let audit = profile == Profile::Audit;
        let known = match (base, audit) {
            (Some(base), _) => Some(base),
            (None, true) if self.baseline.is_none() => None,
            (None, _) => self.known(config, gate)?,
        };
        if self.fail_on_new.is_some() && known.is_none() {
            return Err(Error::usage_with_help(
                "`--fail-on-new` needs something that is older",
                "name it with `--base REV` or `--baseline FILE`; `--fail-on` is for all findings",
            ));
        }
        let fail_on = self.fail_on.map(|word| word.0).or(stated(gate.fail_on));
        let fail_on_new = self.fail_on_new.map(|word| word.0);
        let fail_on_new = fail_on_new.or(stated(gate.fail_on_new)).or(fail_on);
        let older = if known.is_some() {
            // What was there before fails only where that is asked for.
            Threshold::Never
        } else {
            profile.fail_on()
        };
        waivers.extend(gate.waivers.iter().map(Waiver::of_config));
        Ok(Policy {
            levels: gate.levels.clone(),
            min_confidence: self
                .min_confidence
                .map(|word| word.0)
                .or(gate.min_confidence)
                .unwrap_or(Evidence::Assumed),
            waivers: (!self.no_ignores && !audit).then_some(waivers),
            today,
            known,
            fail_on: fail_on.unwrap_or(older),
            fail_on_new: fail_on_new.unwrap_or_else(|| profile.fail_on()),
        })
    }

    fn known(
        &self,
        config: Option<&Config>,
        gate: &Gate,
    ) -> Result<Option<BTreeSet<String>>, Error> {
        if self.write_baseline.is_some() {
            return Ok(None);
        }
        let stated = || {
            let (config, name) = (config?, gate.baseline.as_deref()?);
            Some(config.beside(name))
        };
        let Some(path) = self.baseline.clone().or_else(stated) else {
            return Ok(None);
        };
        read(&path).map(|baseline| Some(baseline.fingerprints()))
    }
}

fn read(path: &Utf8Path) -> Result<Baseline, Error> {
    let unreadable = |reason: String| Error::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let meta = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::usage_with_help(
            format!("there is no baseline {path}"),
            format!("`spof lint --write-baseline {path}` makes it"),
        ),
        kind => unreadable(kind.to_string()),
    })?;
    if meta.len() > MOST_BYTES {
        return Err(unreadable(format!("it has more than {MOST_BYTES} bytes")));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| unreadable(error.kind().to_string()))?;
    Baseline::parse(&text).map_err(unreadable)
}
