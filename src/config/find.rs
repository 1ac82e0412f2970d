//! Which `spof.toml` holds for a run.

use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};

use super::NAME;

/// The nearest `spof.toml` from the folder of `input` upward. The search ends at the root of the
/// git repository; without one, at the current directory if `input` lies in it, else where it
/// begins: what happens to lie further up belongs to somebody else.
#[must_use]
pub fn nearest_above(input: &Utf8Path) -> Option<Utf8PathBuf> {
    let real = input.as_std_path().canonicalize().ok()?;
    let start = if real.is_dir() {
        &*real
    } else {
        real.parent()?
    };
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let here = here.ok();
    let is_top = |dir: &&Path| dir.join(".git").symlink_metadata().is_ok();
    let top = start
        .ancestors()
        .find(is_top)
        .or_else(|| here.as_deref().filter(|here| start.starts_with(here)))
        .unwrap_or(start);
    let found = start
        .ancestors()
        .take_while(|dir| dir.starts_with(top))
        .map(|dir| dir.join(NAME))
        .find(|path| path.is_file())?;
    Utf8PathBuf::from_path_buf(shown(&found, here.as_deref())).ok()
}

/// `path` as seen from `here`: `spof.toml`, `deploy/spof.toml`, `../../spof.toml`.
fn shown(path: &Path, here: Option<&Path>) -> PathBuf {
    let Some(here) = here else {
        return path.to_owned();
    };
    if let Ok(below) = path.strip_prefix(here) {
        return below.to_owned();
    }
    let Some(dir) = path.parent() else {
        return path.to_owned();
    };
    match here.strip_prefix(dir) {
        Ok(down) => {
            let up: PathBuf = down.components().map(|_| "..").collect();
            up.join(path.file_name().unwrap_or_default())
        }
        Err(_) => path.to_owned(),
    }
}
