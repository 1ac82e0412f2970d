//! Walks the given paths and reads what looks like data: which files there are, what could be
//! read, what could not and why. Nothing found in a tree is executed; links are never followed.
//!
//! * `walk`: the sorted walk, `.gitignore`, size and link rules.
//! * `format`: which reader a file belongs to, by name and content.
//! * [`revision`]: a git revision instead of files. * `cache`: what an earlier reading made of each file.

mod cache;
mod format;
pub mod revision;
#[cfg(test)]
mod tests;
mod walk;

use crate::message;
use crate::words::Message;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::config::selection::Selection;
use crate::error::Error;
use crate::source::{
    Document, FileId, Limits, Problem, Reading, SourceFile, SourceMap, Span, Syntax, Unread,
    UnreadReason, sniff,
};
pub use cache::Cache;
use cache::{Content, Form, Kept, Parsed};
use format::Claim;
pub use revision::Revision;
use walk::{Candidate, Found};
pub use walk::{STANDARD_INPUT, shown_root};

/// What to read and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and directories as named on the command line; each is always read, whatever
    /// `.gitignore` says.
    pub paths: Vec<Utf8PathBuf>,
    /// Also read what `.gitignore` excludes.
    pub no_gitignore: bool,
    pub limits: Limits,
    /// What the configuration and the scope leave of the trees. A file named on the command line is
    /// always read.
    pub selection: Selection,
}

/// All that was read: texts, documents in order of path and position, and what was not read.
#[derive(Debug, Default)]
pub struct Inputs {
    pub sources: SourceMap,
    /// Shared with the cache, if there is one.
    pub documents: Vec<Arc<Document>>,
    pub problems: Vec<Problem>,
    /// In order of path and place.
    pub unread: Vec<Unread>,
    /// How many files the walk saw that are no data format at all (pictures, code, prose).
    pub other_files: usize,
    /// How many files and folders the configuration or the scope leaves out.
    pub left_out: usize,
    /// Files that the configuration maps, by position among its mappings.
    pub mapped: BTreeMap<FileId, usize>,
}

/// Reads all that the request names, in parallel. The result is in order of the paths and does
/// not depend on timing.
///
/// Fails only if a path of the request can't be read; everything else is in
/// [`Inputs::problems`] and [`Inputs::unread`].
pub fn read(request: &Request) -> Result<Inputs, Error> {
    read_again(request, &mut Cache::default())
}

/// As [`read`], and with the same answer, taking from `cache` what is as it was.
pub fn read_again(request: &Request, cache: &mut Cache) -> Result<Inputs, Error> {
    gather(walk::walk(request)?, request, cache)
}

/// As [`read`], from a revision of a git repository instead of the files there are.
pub fn read_revision(request: &Request, revision: &Revision) -> Result<Inputs, Error> {
    gather(revision.walk(request)?, request, &mut Cache::default())
}

/// Reads what a walk has found.
fn gather(mut found: Found, request: &Request, cache: &mut Cache) -> Result<Inputs, Error> {
    found.candidates.sort_by(|a, b| a.shown.cmp(&b.shown));
    let mut known = cache.take(&request.limits);
    let limits = &request.limits;
    let mut inputs = Inputs {
        unread: found.unread,
        other_files: found.other_files,
        left_out: found.left_out,
        ..Inputs::default()
    };
    let mut total = 0_u64;
    let mut wanted = Vec::new();
    for candidate in found.candidates {
        let left = limits.total_bytes.saturating_sub(total);
        if let Some(detail) = over_limit(&candidate, limits, left) {
            inputs.unread.push(Unread {
                path: candidate.shown,
                span: None,
                reason: UnreadReason::OverLimit,
                detail,
            });
        } else {
            total = total.saturating_add(candidate.bytes);
            wanted.push(candidate);
        }
    }
    let mut with_known = Vec::with_capacity(wanted.len());
    for candidate in wanted {
        let before = known.remove(&candidate.shown);
        let same = |kept: &Kept| {
            (&kept.path, kept.named, kept.claim)
                == (&candidate.path, candidate.named, candidate.claim)
        };
        with_known.push((before.filter(same), candidate));
    }
    let loaded = with_known.into_par_iter().map(|(before, candidate)| {
        let kept = look(before, &candidate, limits);
        (candidate.shown, kept)
    });
    let loaded: Vec<(Utf8PathBuf, Result<Kept, Error>)> = loaded.collect();
    let mut files = Vec::with_capacity(loaded.len());
    for (shown, kept) in loaded {
        let kept = kept?;
        let file = match &kept.content {
            Content::Text(source, _) => Some(inputs.sources.share(Arc::clone(source))),
            Content::Other => {
                inputs.other_files += 1;
                None
            }
            Content::Unread(reason, detail) => {
                inputs.unread.push(Unread {
                    path: shown.clone(),
                    span: None,
                    reason: *reason,
                    detail: detail.clone(),
                });
                None
            }
        };
        let selection = &request.selection;
        if let (Some(file), false) = (file, selection.mappings.is_empty()) {
            let real = kept.path.canonicalize();
            let real = real.as_ref().unwrap_or(&kept.path);
            let at = selection.mapping(real);
            inputs.mapped.extend(at.map(|at| (file, at)));
        }
        files.push((file, shown, kept));
    }
    files.par_iter_mut().for_each(|(file, _, kept)| {
        if let (Some(file), Content::Text(source, Some(form))) = (file, &mut kept.content) {
            match &mut form.parsed {
                Some(parsed) => parsed.renumber(*file),
                None => form.parsed = Some(parse(*file, &source.text, form, limits)),
            }
        }
    });
    for (_, shown, kept) in &files {
        let Content::Text(_, Some(form)) = &kept.content else {
            continue;
        };
        let Some(parsed) = &form.parsed else {
            continue;
        };
        inputs.documents.extend(parsed.documents.iter().cloned());
        inputs.problems.extend(parsed.problems.iter().cloned());
        let unread = parsed.unread.iter().cloned();
        inputs
            .unread
            .extend(unread.map(|(span, reason, detail)| Unread {
                path: shown.clone(),
                span,
                reason,
                detail,
            }));
    }
    let kept = files.into_iter().map(|(_, shown, kept)| (shown, kept));
    cache.put(kept.collect::<BTreeMap<_, _>>());
    let place = |span: Span| (span.file, span.start, span.end);
    inputs.problems.sort_by_key(|problem| place(problem.span));
    inputs
        .unread
        .sort_by(|a, b| (&a.path, a.span.map(place)).cmp(&(&b.path, b.span.map(place))));
    Ok(inputs)
}

/// Why a file is too large to be opened at all; `left`: bytes that all files may still have.
fn over_limit(candidate: &Candidate, limits: &Limits, left: u64) -> Option<Message> {
    let megabytes = |bytes: u64| format!("{}.{} MB", bytes >> 20, ((bytes % (1 << 20)) * 10) >> 20);
    if candidate.bytes > limits.file_bytes {
        let (is, most) = (megabytes(candidate.bytes), megabytes(limits.file_bytes));
        return Some(message!("{is}: files over {most} are not read", is, most));
    }
    let most = megabytes(limits.total_bytes);
    let over = candidate.bytes > left;
    over.then(|| {
        message!(
            "all files together have more than {most}: name fewer paths",
            most
        )
    })
}

/// What a file is now; `before`: what it was at an earlier reading.
///
/// Fails if a path named on the command line can't be read.
fn look(before: Option<Kept>, candidate: &Candidate, limits: &Limits) -> Result<Kept, Error> {
    let read_at = SystemTime::now();
    let in_chart = match &candidate.held {
        Some(_) => candidate.in_chart,
        None => is_chart_template(&candidate.path),
    };
    let unchanged = |kept: &mut Kept| kept.holds(candidate.stamp);
    let mut before = before;
    if let Some(mut before) = before.take_if(unchanged) {
        if let Content::Text(_, Some(form)) = &mut before.content
            && form.in_chart != in_chart
        {
            form.in_chart = in_chart;
            form.parsed = None;
        }
        return Ok(before);
    }
    let content = match load(candidate, limits) {
        Loaded::Text { text, syntax } => {
            let form = syntax.map(|syntax| Form {
                syntax,
                in_chart,
                parsed: None,
            });
            text_again(before, candidate, text, form)
        }
        Loaded::Other => Content::Other,
        Loaded::Unread(reason, detail) => Content::Unread(reason, detail),
        Loaded::Failed(error) => return Err(error),
    };
    Ok(Kept {
        path: candidate.path.clone(),
        named: candidate.named,
        claim: candidate.claim,
        stamp: candidate.stamp,
        read_at,
        content,
    })
}

/// A text just read: with what was made of it before, if it is the same.
fn text_again(
    before: Option<Kept>,
    candidate: &Candidate,
    text: String,
    form: Option<Form>,
) -> Content {
    if let Some(Kept {
        content: Content::Text(source, known),
        ..
    }) = before
        && source.text == text
    {
        let same = known.filter(|known| {
            form.as_ref()
                .is_some_and(|form| (form.syntax, form.in_chart) == (known.syntax, known.in_chart))
        });
        return Content::Text(source, same.or(form));
    }
    let source = SourceFile::new(candidate.shown.clone(), text, candidate.named);
    Content::Text(Arc::new(source), form)
}

enum Loaded {
    Text {
        text: String,
        /// `None`: text without documents.
        syntax: Option<Syntax>,
    },
    Unread(UnreadReason, Message),
    /// No data, as its content shows.
    Other,
    /// A path named on the command line that can't be read.
    Failed(Error),
}

/// Reads one file as text, if it is data.
fn load(candidate: &Candidate, limits: &Limits) -> Loaded {
    let shown = &candidate.shown;
    let failed = |error: &std::io::Error| {
        if candidate.named.is_some() {
            Loaded::Failed(walk::unreadable(shown, error))
        } else {
            Loaded::Unread(UnreadReason::NotReadable, walk::reason(error))
        }
    };
    if let Some(held) = &candidate.held {
        let head = held.get(..format::HEAD).unwrap_or(held);
        return match syntax_of(candidate, shown, head) {
            Ok(syntax) => as_text(held.clone(), syntax),
            Err(loaded) => loaded,
        };
    }
    let mut bytes = Vec::new();
    let mut file = match File::open(&candidate.path) {
        Ok(file) => file,
        Err(error) => return failed(&error),
    };
    let head = format::HEAD as u64;
    if let Err(error) = (&mut file).take(head).read_to_end(&mut bytes) {
        return failed(&error);
    }
    let syntax = match syntax_of(candidate, shown, &bytes) {
        Ok(syntax) => syntax,
        Err(loaded) => return loaded,
    };
    // A file may grow after the walk has seen its size.
    let rest = limits.file_bytes.saturating_sub(head).saturating_add(1);
    if let Err(error) = file.take(rest).read_to_end(&mut bytes) {
        return failed(&error);
    }
    if bytes.len() as u64 > limits.file_bytes {
        let detail = message!(
            "files over {file_bytes} bytes are not read",
            file_bytes = limits.file_bytes
        );
        return Loaded::Unread(UnreadReason::OverLimit, detail);
    }
    as_text(bytes, syntax)
}

fn as_text(bytes: Vec<u8>, syntax: Option<Syntax>) -> Loaded {
    match sniff::text_of(bytes) {
        Ok(text) => Loaded::Text { text, syntax },
        Err(found) => Loaded::Unread(found.reason, found.detail),
    }
}

/// The format of a file, by name and its first bytes; `None` for mere text.
fn syntax_of(
    candidate: &Candidate,
    shown: &Utf8Path,
    head: &[u8],
) -> Result<Option<Syntax>, Loaded> {
    let claim = match candidate.claim {
        Claim::Look => format::by_content(shown, head),
        claim => claim,
    };
    match claim {
        Claim::Read(syntax) => Ok(Some(syntax)),
        Claim::Text => Ok(None),
        Claim::Sure => Ok(Some(format::explicit(shown, head))),
        Claim::Unknown(advice) => Err(Loaded::Unread(
            UnreadReason::UnknownFormat,
            Message::fixed(advice),
        )),
        Claim::Template(advice) => Err(Loaded::Unread(
            UnreadReason::Template,
            Message::fixed(advice),
        )),
        Claim::Look | Claim::Other if candidate.named.is_some() && format::is_settings(shown) => {
            let advice = "Ansible's own settings, which may name programs to run, are never read: \
                          give the inventory";
            Err(Loaded::Unread(
                UnreadReason::UnknownFormat,
                Message::fixed(advice),
            ))
        }
        Claim::Look | Claim::Other if candidate.named.is_some() => {
            Ok(Some(format::explicit(shown, head)))
        }
        Claim::Look | Claim::Other => Err(Loaded::Other),
    }
}

/// Parses one text, unless it shows itself to be something else.
fn parse(file: FileId, text: &str, form: &Form, limits: &Limits) -> Parsed {
    let reading = match sniff::text(text, form.syntax, form.in_chart) {
        None => form.syntax.read(file, text, limits),
        Some(found) => {
            let span = found.at.map(|at| Span::new(file, at, at));
            Reading {
                unread: vec![(span, found.reason, found.detail)],
                ..Reading::default()
            }
        }
    };
    Parsed::new(file, reading)
}

/// Whether a file stands in the `templates` directory of a Helm chart.
fn is_chart_template(path: &std::path::Path) -> bool {
    path.ancestors().skip(1).any(|dir| {
        let is_templates = dir.file_name().is_some_and(|name| name == "templates");
        let chart = dir.parent().map(|parent| parent.join("Chart.yaml"));
        is_templates && chart.is_some_and(|chart| chart.symlink_metadata().is_ok())
    })
}
