//! What to read and how, as a run was told.

use camino::Utf8PathBuf;

use super::Progress;
use super::load::{self, Estate};
use crate::config::{Config, find};
use crate::discover::{Cache, Request, Revision, STANDARD_INPUT};
use crate::error::Error;
use crate::graph::FaultClass;
use crate::words::Assume;

/// Which configuration holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigChoice {
    /// The nearest one above the first input, if there is one.
    Nearest,
    Named(Utf8PathBuf),
    None,
}

/// What to read and how; the configuration is not yet consulted.
#[derive(Clone, Debug)]
pub struct Order {
    pub request: Request,
    /// `--assume`; without it the configuration decides.
    pub assume: Option<Assume>,
    pub scope: Option<String>,
    pub config: ConfigChoice,
}

impl Order {
    /// Where the configuration of this run is, if there is one.
    #[must_use]
    pub fn config_path(&self) -> Option<Utf8PathBuf> {
        match (&self.config, self.request.paths.first()) {
            (ConfigChoice::Named(path), _) => Some(path.clone()),
            // What is piped in lies nowhere: the configuration is that of where we stand.
            (ConfigChoice::Nearest, Some(first)) if first == STANDARD_INPUT => {
                find::nearest_above(".".into())
            }
            (ConfigChoice::Nearest, Some(first)) => find::nearest_above(first),
            (ConfigChoice::Nearest, None) | (ConfigChoice::None, _) => None,
        }
    }

    /// The configuration of this run, if there is one.
    ///
    /// # Errors
    /// It can't be read, or is wrong.
    pub fn config(&self) -> Result<Option<Config>, Error> {
        self.config_path().map(Config::read).transpose()
    }

    /// Reads the inputs as `config` says, which [`config`](Self::config) gave; what `cache` holds
    /// of an earlier reading only saves time.
    ///
    /// # Errors
    /// An unknown scope, or a named path that can't be read.
    pub fn read(
        &self,
        config: Option<&Config>,
        cache: Option<&mut Cache>,
        progress: &dyn Progress,
    ) -> Result<Estate, Error> {
        let (request, assume) = self.resolve(config, progress)?;
        let estate = load::load(&request, cache, assume, progress)?;
        Ok(rated(estate, config))
    }

    /// As [`read`](Self::read), from a revision of a git repository. The configuration is the same
    /// one: what differs then is the estate, not how it is read.
    ///
    /// # Errors
    /// An unknown scope, or what git can't give.
    pub fn read_revision(
        &self,
        config: Option<&Config>,
        revision: &Revision,
        progress: &dyn Progress,
    ) -> Result<Estate, Error> {
        let (request, assume) = self.resolve(config, progress)?;
        let estate = load::load_revision(&request, revision, assume, progress)?;
        Ok(rated(estate, config))
    }

    fn resolve(
        &self,
        config: Option<&Config>,
        progress: &dyn Progress,
    ) -> Result<(Request, Assume), Error> {
        let mut request = self.request.clone();
        match (config, &self.scope) {
            (Some(config), scope) => request.selection = config.selection(scope.as_deref())?,
            (None, Some(scope)) => {
                return Err(Error::usage_with_help(
                    format!("there is no scope `{scope}`: no `spof.toml` defines any"),
                    "`spof init` writes one; `--config FILE` names one",
                ));
            }
            (None, None) => {}
        }
        let stated = config.and_then(|config| config.assume);
        let assume = self.assume.or(stated).unwrap_or(Assume::Pessimistic);
        if let Some(config) = config {
            progress.tell(&format!("configuration: {}", config.path));
        }
        Ok((request, assume))
    }
}

/// `estate` with the figures that the configuration states: rates for kinds, where a node states none,
/// and how long what people write down holds.
fn rated(mut estate: Estate, config: Option<&Config>) -> Estate {
    let Some(config) = config else {
        return estate;
    };
    estate.freshness = config.gate.freshness;
    if config.kinds.is_empty() {
        return estate;
    }
    for node in &mut estate.model.nodes {
        if FaultClass::of(node.class).is_none() {
            continue;
        }
        if let Some(rate) = config.kinds.get(node.id.kind()) {
            node.fails_per_y = node.fails_per_y.or(rate.fails_per_y);
            node.repair_s = node.repair_s.or(rate.repair_s);
        }
    }
    estate
}
