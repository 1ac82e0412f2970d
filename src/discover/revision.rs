//! A revision of a git repository as a tree to read, through the git command: nothing is checked
//! out, and what the repository says of filters, hooks and programs is not followed.
//!
//! Of git only `rev-parse`, `merge-base`, `ls-tree` and `cat-file --batch` are used. They read
//! objects; none of them runs filters, textconv or hooks, and what else a configuration could have
//! them run (a file-system monitor, fetching what a partial clone lacks) is switched off.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Request;
use super::format::{self, Claim};
use super::walk::{Candidate, Found, MOST_IGNORE_BYTES, shown_root};
use crate::config;
use crate::error::Error;
use crate::message;
use crate::source::{Syntax, UnreadReason};
use crate::words::Message;

/// A listing with more bytes is not read.
const MOST_LISTING: u64 = 1 << 30;

/// Variables that would lead git to another repository, index or object store, or have it run or
/// write something.
const VARIABLES: [&str; 19] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_WORK_TREE",
];

/// All files of one commit.
#[derive(Debug)]
pub struct Revision {
    /// The repository's top folder, without links.
    top: PathBuf,
    /// The commit, in full.
    pub commit: String,
    /// Sorted by path.
    entries: Vec<Entry>,
    /// Submodules: commits of other repositories, which are not read.
    pub submodules: usize,
}

#[derive(Debug)]
struct Entry {
    /// Below the top of the repository, `/` between parts.
    path: Utf8PathBuf,
    is_link: bool,
    object: String,
    bytes: u64,
}

/// One path of the request in the revision.
struct Root<'r> {
    at: u32,
    named: &'r Utf8Path,
    /// Below the top; empty for the top itself.
    prefix: Utf8PathBuf,
}

impl Revision {
    /// The revision `name` of the repository that `beside` (a path that need not exist) lies in.
    /// `main...` is the commit at which the current branch left `main`.
    ///
    /// # Errors
    /// No git, no repository, no such revision; the message says what a shallow clone lacks.
    pub fn open(beside: &Utf8Path, name: &str) -> Result<Self, Error> {
        if name.is_empty() || name.starts_with('-') || name.contains(['\0', '\n']) {
            return Err(Error::usage(format!("`{name}` is no revision")));
        }
        let here = absolute(beside)?;
        let folder = here.ancestors().find(|path| path.is_dir());
        let folder = folder.unwrap_or(Path::new("/"));
        let top = said(folder, &["rev-parse", "--show-toplevel"]).map_err(|why| {
            Error::usage_with_help(
                format!("{beside} lies in no git repository that can be read: {why}"),
                "a folder or a saved graph (`spof graph > base.json`) can be compared with too",
            )
        })?;
        let top = PathBuf::from(top);
        let top = top.canonicalize().unwrap_or(top);
        let commit = match name.strip_suffix("...") {
            Some(other) => {
                let other = commit(&top, other)?;
                let head = commit(&top, "HEAD")?;
                let base = said(&top, &["merge-base", &other, &head]);
                base.map_err(|_| missing(&top, name, "no commit that both have"))?
            }
            None => commit(&top, name)?,
        };
        let listing = output(&top, &["ls-tree", "-r", "-z", "-l", "--full-tree", &commit])
            .map_err(|why| missing(&top, name, &why))?;
        let mut revision = Self {
            top,
            commit,
            entries: Vec::new(),
            submodules: 0,
        };
        for line in listing.split(|byte| *byte == 0) {
            revision.entry(line);
        }
        revision.entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(revision)
    }

    /// Takes up one line of `ls-tree -l`: mode, type, object, size, tab, path.
    fn entry(&mut self, line: &[u8]) {
        // What has no UTF-8 name is listed by the walk of files; nothing of it is ever read.
        let Ok(line) = std::str::from_utf8(line) else {
            return;
        };
        let Some((words, path)) = line.split_once('\t') else {
            return;
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        let [mode, kind, object, size] = words.as_slice() else {
            return;
        };
        match *kind {
            "commit" => self.submodules += 1,
            "blob" => self.entries.push(Entry {
                path: path.into(),
                is_link: *mode == "120000",
                object: (*object).to_owned(),
                bytes: size.parse().unwrap_or(u64::MAX),
            }),
            _ => {}
        }
    }

    /// What a walk of the request's paths would find in this revision.
    ///
    /// # Errors
    /// A path outside the repository, and objects that git can't give.
    pub(super) fn walk(&self, request: &Request) -> Result<Found, Error> {
        let mut roots = Vec::new();
        for (at, named) in (0_u32..).zip(&request.paths) {
            let prefix = self.below_top(named)?;
            roots.push(Root { at, named, prefix });
        }
        // The innermost root that holds a path has it, as in a walk of files.
        roots.sort_by_key(|root| (std::cmp::Reverse(root.prefix.as_str().len()), root.at));
        let ignores = self.ignores(&roots, request)?;
        let mut found = Found::default();
        let mut objects: Vec<&str> = Vec::new();
        for entry in &self.entries {
            let holds = |root: &&Root<'_>| entry.path.starts_with(&root.prefix);
            let Some(root) = roots.iter().find(holds) else {
                continue;
            };
            let is_named = entry.path == root.prefix;
            let below = entry.path.strip_prefix(&root.prefix).unwrap_or(&entry.path);
            let mut shown = shown_root(root.named);
            if !is_named {
                shown.push(below);
                if entry.path.file_name() == Some(config::NAME) {
                    continue;
                }
                let real = self.top.join(&entry.path);
                if !request.selection.takes(&real, false) {
                    found.left_out += 1;
                    continue;
                }
                if ignores.excludes(&entry.path, false, &root.prefix) {
                    continue;
                }
            }
            if let Some(candidate) = self.candidate(
                entry,
                shown,
                is_named.then_some(root.at),
                request,
                &mut found,
            ) {
                if found.candidates.len() >= request.limits.files {
                    found.unread(
                        candidate.shown,
                        UnreadReason::OverLimit,
                        message!(
                            "only the first {files} files are read",
                            files = request.limits.files
                        ),
                    );
                    continue;
                }
                objects.push(&entry.object);
                found.candidates.push(candidate);
            }
        }
        self.settings_of_named(&mut found, &mut objects);
        let wanted: BTreeSet<&str> = found
            .candidates
            .iter()
            .zip(&objects)
            .filter(|(candidate, _)| candidate.bytes <= request.limits.file_bytes)
            .map(|(_, object)| *object)
            .collect();
        let texts = self.contents(&wanted, request.limits.total_bytes)?;
        for (candidate, object) in found.candidates.iter_mut().zip(&objects) {
            candidate.held = Some(texts.get(*object).cloned().unwrap_or_default());
        }
        Ok(found)
    }

    fn candidate(
        &self,
        entry: &Entry,
        shown: Utf8PathBuf,
        named: Option<u32>,
        request: &Request,
        found: &mut Found,
    ) -> Option<Candidate> {
        if entry.is_link {
            let detail = message!("links are not followed; name its target as an input");
            found.unread(shown, UnreadReason::Symlink, detail);
            return None;
        }
        let real = self.top.join(&entry.path);
        let claim = format::judge(&shown, request.selection.mapping_of(&real));
        match claim {
            Claim::Other if named.is_none() => found.other_files += 1,
            Claim::Unknown(advice) => {
                found.unread(shown, UnreadReason::UnknownFormat, Message::fixed(advice));
            }
            Claim::Template(advice) => {
                found.unread(shown, UnreadReason::Template, Message::fixed(advice));
            }
            Claim::Read(_) | Claim::Text | Claim::Look | Claim::Sure | Claim::Other => {
                return Some(Candidate {
                    path: self.top.join(&entry.path),
                    claim,
                    named,
                    bytes: entry.bytes,
                    stamp: None,
                    in_chart: self.is_chart_template(&entry.path),
                    held: None,
                    shown,
                });
            }
        }
        None
    }

    /// As for files: the `.env` beside each YAML file that is named.
    fn settings_of_named<'r>(&'r self, found: &mut Found, objects: &mut Vec<&'r str>) {
        let mut beside = BTreeMap::new();
        for named in found.candidates.iter().filter(|file| file.named.is_some()) {
            if matches!(named.claim, Claim::Read(Syntax::Yaml)) {
                let path = named.path.with_file_name(".env");
                beside.insert(named.shown.with_file_name(".env"), path);
            }
        }
        for known in &found.candidates {
            beside.remove(&known.shown);
        }
        for (shown, path) in beside {
            let below = path
                .strip_prefix(&self.top)
                .ok()
                .and_then(Utf8Path::from_path);
            let entry = below.and_then(|below| self.find(below));
            if let Some(entry) = entry.filter(|entry| !entry.is_link) {
                objects.push(&entry.object);
                found.candidates.push(Candidate {
                    shown,
                    path,
                    claim: Claim::Text,
                    named: None,
                    bytes: entry.bytes,
                    stamp: None,
                    in_chart: false,
                    held: None,
                });
            }
        }
    }

    fn find(&self, path: &Utf8Path) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by(|entry| entry.path.as_path().cmp(path))
            .ok()?;
        self.entries.get(at)
    }

    fn is_chart_template(&self, path: &Utf8Path) -> bool {
        path.ancestors().skip(1).any(|dir| {
            let parent = dir
                .parent()
                .filter(|_| dir.file_name() == Some("templates"));
            parent.is_some_and(|parent| self.find(&parent.join("Chart.yaml")).is_some())
        })
    }

    /// A path of the request below the top of the repository.
    fn below_top(&self, named: &Utf8Path) -> Result<Utf8PathBuf, Error> {
        let real = absolute(named)?;
        let below = real
            .strip_prefix(&self.top)
            .ok()
            .and_then(Utf8Path::from_path);
        below.map(Utf8Path::to_owned).ok_or_else(|| {
            let top = self.top.display();
            Error::usage(format!("{named} lies outside the repository {top}"))
        })
    }

    /// The `.gitignore` files of the revision. What is tracked is never ignored by git, but a walk
    /// of files goes by their words alone, and both trees must be read alike.
    fn ignores(&self, roots: &[Root<'_>], request: &Request) -> Result<Ignores, Error> {
        let mut ignores = Ignores::default();
        if request.no_gitignore {
            return Ok(ignores);
        }
        let files: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.path.file_name() == Some(".gitignore") && !entry.is_link)
            .filter(|entry| entry.bytes <= MOST_IGNORE_BYTES)
            .collect();
        let objects = files.iter().map(|entry| entry.object.as_str()).collect();
        let texts = self.contents(&objects, request.limits.total_bytes)?;
        for entry in files {
            let Some(folder) = entry.path.parent() else {
                continue;
            };
            let mut builder = GitignoreBuilder::new(Path::new("/").join(folder));
            let text = texts.get(entry.object.as_str()).map(Vec::as_slice);
            for line in String::from_utf8_lossy(text.unwrap_or_default()).lines() {
                // Lines it can't understand are left out, as git does.
                let _ = builder.add_line(None, line);
            }
            if let Ok(ignore) = builder.build() {
                ignores.files.insert(folder.to_owned(), ignore);
            }
        }
        // A directory that was named is read even where the repository ignores it.
        for root in roots {
            if ignores.excludes(&root.prefix, true, Utf8Path::new("")) {
                ignores.reopened.insert(root.prefix.clone());
            }
        }
        Ok(ignores)
    }

    /// The contents of `objects`. `most`: bytes of all of them together, at which reading ends.
    fn contents(
        &self,
        objects: &BTreeSet<&str>,
        most: u64,
    ) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let mut contents = BTreeMap::new();
        if objects.is_empty() {
            return Ok(contents);
        }
        let failed =
            |why: String| Error::Limit(format!("git can't give a file of {}: {why}", self.commit));
        let mut child = command(&self.top)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("no pipe".to_owned()));
        };
        let mut left = most;
        let read = std::thread::scope(|scope| {
            // Written beside the reading: either pipe may fill up.
            scope.spawn(move || {
                for object in objects {
                    if writeln!(input, "{object}").is_err() {
                        return;
                    }
                }
            });
            let mut output = BufReader::new(output);
            for object in objects {
                let mut header = String::new();
                (&mut output)
                    .take(1_024)
                    .read_line(&mut header)
                    .map_err(|error| failed(error.to_string()))?;
                let words: Vec<&str> = header.split_whitespace().collect();
                let [_, "blob", size] = words.as_slice() else {
                    let why = "it is not there (a partial clone? fetch without `--filter`)";
                    return Err(failed(why.to_owned()));
                };
                let size: u64 = size.parse().map_err(|_| failed("no size".to_owned()))?;
                let Some(rest) = left.checked_sub(size) else {
                    break;
                };
                left = rest;
                let mut content = Vec::new();
                (&mut output)
                    .take(size)
                    .read_to_end(&mut content)
                    .map_err(|error| failed(error.to_string()))?;
                let mut end = [0];
                let _ = output.read_exact(&mut end);
                contents.insert((*object).to_owned(), content);
            }
            Ok(())
        });
        // Whatever it still writes is not wanted.
        let _ = child.kill();
        let _ = child.wait();
        read.map(|()| contents)
    }
}

/// The `.gitignore` files of a revision by folder.
#[derive(Default)]
struct Ignores {
    files: BTreeMap<Utf8PathBuf, Gitignore>,
    /// Roots that a `.gitignore` above them excludes: inside, only their own count.
    reopened: BTreeSet<Utf8PathBuf>,
}

impl Ignores {
    /// Whether `path` (a file, or for roots a folder) is excluded, or a folder between `root` and
    /// it is: of the files that speak of it the innermost decides.
    fn excludes(&self, path: &Utf8Path, path_is_dir: bool, root: &Utf8Path) -> bool {
        let reopened = self.reopened.contains(root);
        let mut steps: Vec<&Utf8Path> = path
            .ancestors()
            .take_while(|step| !step.as_str().is_empty() && *step != root)
            .collect();
        steps.reverse();
        let last = steps.len().saturating_sub(1);
        steps.iter().enumerate().any(|(number, step)| {
            let is_dir = path_is_dir || number < last;
            let files = step
                .ancestors()
                .skip(1)
                .filter(|folder| !reopened || folder.starts_with(root));
            for folder in files {
                let Some(ignore) = self.files.get(folder) else {
                    continue;
                };
                match ignore.matched(Path::new("/").join(step), is_dir) {
                    Match::Ignore(_) => return true,
                    Match::Whitelist(_) => return false,
                    Match::None => {}
                }
            }
            false
        })
    }
}

/// Without links and `..`; of what does not exist (any more), as far as there is something.
fn absolute(path: &Utf8Path) -> Result<PathBuf, Error> {
    let unreadable = |error: &std::io::Error| Error::Unreadable {
        path: path.to_owned(),
        reason: error.kind().to_string(),
    };
    let here = std::env::current_dir().map_err(|error| unreadable(&error))?;
    let here = here.canonicalize().unwrap_or(here);
    let whole = here.join(path);
    if let Ok(real) = whole.canonicalize() {
        return Ok(real);
    }
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    Ok(plain)
}

/// Git in `folder`, with nothing of the repository's own to run.
fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("--no-pager");
    for setting in [
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "core.alternateRefsCommand=",
        "protocol.allow=never",
    ] {
        command.args(["-c", setting]);
    }
    command.arg("-C").arg(folder).stdin(Stdio::null());
    for (name, value) in [
        ("LC_ALL", "C"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
    ] {
        command.env(name, value);
    }
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}

/// What git prints, or why it fails.
fn output(folder: &Path, words: &[&str]) -> Result<Vec<u8>, String> {
    let mut child = command(folder)
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no `git` command here".to_owned(),
            kind => format!("git can't be run: {kind}"),
        })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut text = Vec::new();
    let mut complaint = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let pipe = stderr.map(|pipe| pipe.take(16 << 10).read_to_end(&mut complaint));
            drop(pipe);
        });
        if let Some(pipe) = stdout {
            let _ = pipe.take(MOST_LISTING + 1).read_to_end(&mut text);
        }
    });
    if text.len() as u64 > MOST_LISTING {
        let _ = child.kill();
        let _ = child.wait();
        return Err("the listing is too long".to_owned());
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(text);
    }
    let complaint = String::from_utf8_lossy(&complaint);
    let line = complaint.lines().find(|line| !line.trim().is_empty());
    Err(line.unwrap_or("git says nothing more").to_owned())
}

/// One line that git prints.
fn said(folder: &Path, words: &[&str]) -> Result<String, String> {
    let text = String::from_utf8(output(folder, words)?).map_err(|error| error.to_string())?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// The commit behind a name.
fn commit(top: &Path, name: &str) -> Result<String, Error> {
    let wanted = format!("{name}^{{commit}}");
    let words = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &wanted,
    ];
    let found = said(top, &words).map_err(|_| missing(top, name, "there is none of this name"))?;
    // `--end-of-options` itself is echoed by old versions.
    let commit = found.lines().last().unwrap_or_default().to_owned();
    if commit.len() < 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(missing(top, name, "it is no commit"));
    }
    Ok(commit)
}

/// A revision that is not here, and what to do about it.
fn missing(top: &Path, name: &str, why: &str) -> Error {
    let shallow = said(top, &["rev-parse", "--is-shallow-repository"]);
    let message = format!("can't read revision `{name}`: {why}");
    if shallow.is_ok_and(|word| word == "true") {
        return Error::usage_with_help(
            format!("{message} in this shallow clone"),
            "fetch more history: `fetch-depth: 0` of actions/checkout, `GIT_DEPTH: 0` in GitLab \
             CI, or `git fetch --unshallow`",
        );
    }
    Error::usage_with_help(
        message,
        "name a branch, tag or commit that this clone has (`git fetch origin main` gets one), a \
         folder, or a saved graph",
    )
}
