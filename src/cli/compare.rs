//! What a run is compared with: a git revision, a folder, or a saved graph.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Plan;
use crate::config::Config;
use crate::discover::Revision;
use crate::error::Error;
use crate::estate::{Base, Estate, Order, Progress as _};

/// Reads the estate that `name` means. A path that exists wins over a revision of its name.
///
/// # Errors
/// A revision that is not here (the message says how to get it), or a path that can't be read.
pub(super) fn estate(name: &str, plan: &Plan, config: Option<&Config>) -> Result<Estate, Error> {
    let path = Utf8Path::new(name);
    if path.exists() {
        let mut order: Order = plan.order.clone();
        order.request.paths = vec![Utf8PathBuf::from(name)];
        return order.read(config, None, &*plan.console);
    }
    let paths = &plan.order.request.paths;
    let beside = paths.first().map_or(Utf8Path::new("."), |path| path);
    let revision = Revision::open(beside, name)?;
    plan.console.tell(&format!("{name} is {}", revision.commit));
    let estate = plan
        .order
        .read_revision(config, &revision, &*plan.console)?;
    if revision.submodules > 0 && !plan.quiet {
        super::warn::submodules(name, revision.submodules, plan.colour)?;
    }
    Ok(estate)
}

/// What `--base` names, read.
///
/// # Errors
/// As of [`estate`].
pub(super) fn base(
    name: Option<&str>,
    plan: &Plan,
    config: Option<&Config>,
) -> Result<Option<Base>, Error> {
    name.map(|name| Ok(Base::new(name.to_owned(), estate(name, plan, config)?)))
        .transpose()
}
