//! The sorted walk: `.gitignore`, size and link rules. Nothing is opened here but `.gitignore`s.

use crate::message;
use crate::words::Message;
use std::collections::HashSet;
use std::fs::{FileType, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::Request;
use super::cache::Stamp;
use super::format::{self, Claim};
use crate::config;
use crate::error::Error;
use crate::source::{Syntax, Unread, UnreadReason};

/// Larger `.gitignore` files are no real ones.
pub(super) const MOST_IGNORE_BYTES: u64 = 1 << 20;

/// The argument that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// A file that may be data.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Path as users know it.
    pub(super) shown: Utf8PathBuf,
    /// Path to open.
    pub(super) path: PathBuf,
    pub(super) claim: Claim,
    /// Position of the argument that names it: always read, and an error if it can't be.
    pub(super) named: Option<u32>,
    pub(super) bytes: u64,
    pub(super) stamp: Option<Stamp>,
    /// The content, where it is no file: standard input, a file of a revision.
    pub(super) held: Option<Vec<u8>>,
    /// Of what is held: whether it stands in the `templates` folder of a Helm chart.
    pub(super) in_chart: bool,
}

/// All that a walk finds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    pub(super) unread: Vec<Unread>,
    pub(super) other_files: usize,
    pub(super) left_out: usize,
}

/// Walks all paths of the request, each place once.
pub(super) fn walk(request: &Request) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut roots = Vec::new();
    let mut real_roots = HashSet::new();
    for (at, path) in (0_u32..).zip(&request.paths) {
        if path == STANDARD_INPUT {
            if !found.candidates.iter().any(|file| file.held.is_some()) {
                found.standard_input(at, request.limits.file_bytes)?;
            }
            continue;
        }
        // A path named on the command line may itself be a link.
        let meta = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        let real = path.as_std_path().canonicalize();
        let real = real.map_err(|error| unreadable(path, &error))?;
        if real_roots.insert(real.clone()) {
            roots.push((at, path, meta, real));
        }
    }
    for (at, path, meta, real) in roots {
        if meta.is_file() {
            let claim = format::judge(path, request.selection.mapping_of(&real));
            found.named_file(path, &meta, at, claim);
        } else if meta.is_dir() {
            let mut walk = Walk {
                request,
                shown: shown_root(path),
                root: path.as_std_path(),
                ignores: Ignores::above(&real, request.no_gitignore),
                real,
                real_roots: &real_roots,
                found: &mut found,
            };
            walk.run(path)?;
        } else {
            return Err(Error::Unreadable {
                path: path.clone(),
                reason: "it is neither a file nor a directory".to_owned(),
            });
        }
    }
    found.settings_of_named();
    Ok(found)
}

/// The error for a path named on the command line.
pub(super) fn unreadable(path: &Utf8Path, error: &std::io::Error) -> Error {
    Error::Unreadable {
        path: path.to_owned(),
        reason: reason(error).into(),
    }
}

/// What went wrong, without the system's number for it.
pub(super) fn reason(error: &std::io::Error) -> Message {
    match error.kind() {
        std::io::ErrorKind::NotFound => message!("it does not exist"),
        std::io::ErrorKind::PermissionDenied => message!("permission denied"),
        kind => Message::verbatim(kind.to_string()),
    }
}

/// The argument as a prefix of what is shown: `./a/` is `a`, `.` is nothing.
#[must_use]
pub fn shown_root(path: &Utf8Path) -> Utf8PathBuf {
    let parts = path.components();
    let parts = parts.filter(|part| !matches!(part, camino::Utf8Component::CurDir));
    slashes(&parts.collect::<Utf8PathBuf>())
}

fn slashes(path: &Utf8Path) -> Utf8PathBuf {
    if std::path::MAIN_SEPARATOR == '/' {
        return path.to_owned();
    }
    Utf8PathBuf::from(path.as_str().replace(std::path::MAIN_SEPARATOR, "/"))
}

impl Found {
    /// What is piped in, as one file.
    fn standard_input(&mut self, at: u32, most: u64) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let input = std::io::stdin().lock();
        let read = input.take(most.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(Utf8Path::new(STANDARD_INPUT), &error))?;
        self.candidates.push(Candidate {
            shown: "stdin".into(),
            path: PathBuf::from(STANDARD_INPUT),
            claim: Claim::Look,
            named: Some(at),
            bytes: bytes.len() as u64,
            stamp: None,
            held: Some(bytes),
            in_chart: false,
        });
        Ok(())
    }

    fn named_file(&mut self, path: &Utf8Path, meta: &Metadata, at: u32, claim: Claim) {
        self.candidates.push(Candidate {
            shown: shown_root(path),
            path: path.as_std_path().to_owned(),
            claim,
            named: Some(at),
            bytes: meta.len(),
            stamp: Stamp::of(meta),
            held: None,
            in_chart: false,
        });
    }

    /// Adds the `.env` beside each YAML file named on the command line: Compose fills in such a
    /// file from it, so that reading the one without the other would lose most of what it says.
    fn settings_of_named(&mut self) {
        let mut beside = std::collections::BTreeMap::new();
        for named in self.candidates.iter().filter(|file| file.named.is_some()) {
            if matches!(named.claim, Claim::Read(Syntax::Yaml)) {
                let path = named.path.with_file_name(".env");
                beside.insert(named.shown.with_file_name(".env"), path);
            }
        }
        for known in &self.candidates {
            beside.remove(&known.shown);
        }
        for (shown, path) in beside {
            // A link could lead anywhere.
            let meta = path.symlink_metadata().ok().filter(Metadata::is_file);
            if let Some(meta) = meta {
                self.candidates.push(Candidate {
                    shown,
                    path,
                    claim: Claim::Text,
                    named: None,
                    bytes: meta.len(),
                    stamp: Stamp::of(&meta),
                    held: None,
                    in_chart: false,
                });
            }
        }
    }

    pub(super) fn unread(
        &mut self,
        path: Utf8PathBuf,
        reason: UnreadReason,
        detail: impl Into<Message>,
    ) {
        self.unread.push(Unread {
            path,
            span: None,
            reason,
            detail: detail.into(),
        });
    }
}

/// The walk below one directory.
struct Walk<'w> {
    request: &'w Request,
    /// What users call the directory.
    shown: Utf8PathBuf,
    root: &'w Path,
    /// Where it really is.
    real: PathBuf,
    /// Where all paths of the request really are: each is walked for itself.
    real_roots: &'w HashSet<PathBuf>,
    ignores: Ignores,
    found: &'w mut Found,
}

impl Walk<'_> {
    fn run(&mut self, named: &Utf8Path) -> Result<(), Error> {
        let mut entries = WalkDir::new(self.root).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.failed(named, &error)?;
                    continue;
                }
            };
            if entry.depth() == 0 {
                self.ignores.enter(&self.real, 0);
                continue;
            }
            let below = entry.path().strip_prefix(self.root);
            let below = below.unwrap_or(entry.path());
            let real = self.real.join(below);
            if entry.file_name() == ".git" || self.real_roots.contains(&real) {
                skip(&mut entries, &entry);
                continue;
            }
            let Some(shown) = Utf8Path::from_path(below) else {
                let lossy = Utf8PathBuf::from(below.to_string_lossy().into_owned());
                let detail = message!("its name is not UTF-8");
                let path = slashes(&self.shown.join(lossy));
                self.found.unread(path, UnreadReason::NotText, detail);
                skip(&mut entries, &entry);
                continue;
            };
            let shown = slashes(&self.shown.join(shown));
            let is_dir = entry.file_type().is_dir();
            if !is_dir && entry.file_name() == config::NAME {
                self.configuration(shown, &real);
                continue;
            }
            if !self.request.selection.takes(&real, is_dir) {
                self.left_out(&shown, is_dir);
                skip(&mut entries, &entry);
                continue;
            }
            if self.ignores.excludes(&real, is_dir, entry.depth()) {
                self.ignored(shown, is_dir);
                skip(&mut entries, &entry);
            } else if is_dir {
                self.ignores.enter(&real, entry.depth());
            } else {
                self.file(shown, &real, &entry);
            }
        }
        Ok(())
    }

    fn failed(&mut self, named: &Utf8Path, error: &walkdir::Error) -> Result<(), Error> {
        let reason = error
            .io_error()
            .map_or_else(|| message!("it is a loop"), reason);
        if error.depth() == 0 {
            let path = named.to_owned();
            return Err(Error::Unreadable {
                path,
                reason: reason.into(),
            });
        }
        let path = error.path().unwrap_or(self.root);
        let below = path.strip_prefix(self.root).unwrap_or(path);
        let below = Utf8PathBuf::from(below.to_string_lossy().into_owned());
        let shown = slashes(&self.shown.join(below));
        let found = &mut *self.found;
        found.unread(shown, UnreadReason::NotReadable, reason);
        Ok(())
    }

    /// A `spof.toml` is no input. Only one holds for a run.
    fn configuration(&mut self, shown: Utf8PathBuf, real: &Path) {
        if self.request.selection.config.as_deref() != Some(real) {
            let detail = message!("not the configuration of this run: name it with `--config`");
            let reason = UnreadReason::Unrecognised;
            self.found.unread(shown, reason, detail);
        }
    }

    fn left_out(&mut self, shown: &Utf8Path, is_dir: bool) {
        if is_dir || matches!(format::by_name(shown), Claim::Read(_)) {
            self.found.left_out += 1;
        } else {
            self.found.other_files += 1;
        }
    }

    fn ignored(&mut self, shown: Utf8PathBuf, is_dir: bool) {
        let detail = if is_dir {
            message!("`.gitignore` excludes the whole directory; `--no-gitignore` reads it")
        } else if matches!(format::by_name(&shown), Claim::Read(_) | Claim::Text) {
            message!("`.gitignore` excludes it; `--no-gitignore` reads it")
        } else {
            self.found.other_files += 1;
            return;
        };
        self.found.unread(shown, UnreadReason::Ignored, detail);
    }

    fn file(&mut self, shown: Utf8PathBuf, real: &Path, entry: &DirEntry) {
        let found = &mut *self.found;
        let claim = format::judge(&shown, self.request.selection.mapping_of(real));
        if entry.path_is_symlink() {
            let detail = message!("links are not followed; name its target as an input");
            found.unread(shown, UnreadReason::Symlink, detail);
            return;
        }
        match claim {
            Claim::Other => found.other_files += 1,
            Claim::Unknown(advice) => {
                found.unread(shown, UnreadReason::UnknownFormat, Message::fixed(advice));
            }
            Claim::Template(advice) => {
                found.unread(shown, UnreadReason::Template, Message::fixed(advice));
            }
            Claim::Read(_) | Claim::Text | Claim::Look | Claim::Sure
                if !entry.file_type().is_file() =>
            {
                let detail = message!("{what} is never opened", what = special(entry.file_type()));
                found.unread(shown, UnreadReason::NotReadable, detail);
            }
            Claim::Read(_) | Claim::Text | Claim::Look | Claim::Sure => {
                if found.candidates.len() >= self.request.limits.files {
                    let most = self.request.limits.files;
                    let detail = message!("only the first {most} files are read", most);
                    found.unread(shown, UnreadReason::OverLimit, detail);
                    return;
                }
                match entry.metadata() {
                    Ok(meta) => found.candidates.push(Candidate {
                        shown,
                        path: entry.path().to_owned(),
                        claim,
                        named: None,
                        bytes: meta.len(),
                        stamp: Stamp::of(&meta),
                        held: None,
                        in_chart: false,
                    }),
                    Err(error) => {
                        let reason = error
                            .io_error()
                            .map_or_else(|| Message::verbatim(""), reason);
                        found.unread(shown, UnreadReason::NotReadable, reason);
                    }
                }
            }
        }
    }
}

fn skip(entries: &mut walkdir::IntoIter, entry: &DirEntry) {
    if entry.file_type().is_dir() {
        entries.skip_current_dir();
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

/// The `.gitignore` files that hold at one place of the walk, outermost first.
struct Ignores {
    off: bool,
    /// Each with the depth of its directory below the walk's root; those above count as 0.
    files: Vec<(usize, Gitignore)>,
}

impl Ignores {
    /// Those of the directories above `root`, up to the git repository it stands in.
    fn above(root: &Path, off: bool) -> Self {
        let mut ignores = Self {
            off,
            files: Vec::new(),
        };
        let is_top = |dir: &&Path| dir.join(".git").symlink_metadata().is_ok();
        let top = root.ancestors().find(is_top);
        let Some(top) = top.filter(|_| !off) else {
            return ignores;
        };
        let above = root.ancestors().skip(1);
        let mut above: Vec<_> = above.take_while(|dir| dir.starts_with(top)).collect();
        above.reverse();
        for dir in &above {
            ignores.add(dir, 0);
        }
        // A directory that was named is read even where the repository ignores it.
        if ignores.excludes(root, true, 0) {
            ignores.files.clear();
        }
        ignores
    }

    /// Takes up the `.gitignore` of a directory that the walk enters.
    fn enter(&mut self, dir: &Path, depth: usize) {
        if !self.off {
            self.add(dir, depth);
        }
    }

    fn add(&mut self, dir: &Path, depth: usize) {
        let path = dir.join(".gitignore");
        let meta = path.symlink_metadata();
        if !meta.is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_IGNORE_BYTES) {
            return;
        }
        let mut builder = GitignoreBuilder::new(dir);
        // Lines it can't understand are left out, as git does.
        let _ = builder.add(path);
        if let Ok(ignore) = builder.build() {
            self.files.push((depth, ignore));
        }
    }

    /// Whether the entry at `depth` is excluded: the innermost file that says anything decides.
    fn excludes(&mut self, path: &Path, is_dir: bool, depth: usize) -> bool {
        // The walk has left directories as deep as the entry itself.
        while self
            .files
            .last()
            .is_some_and(|(at, _)| *at > 0 && *at >= depth)
        {
            self.files.pop();
        }
        for (_, ignore) in self.files.iter().rev() {
            match ignore.matched(path, is_dir) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}
