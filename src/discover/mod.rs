//! Walks the given paths and reads what looks like data: which files there are, what could be
//! read, what could not and why. Nothing found in a tree is executed; links are never followed.
//!
//! * `walk`: the sorted walk, `.gitignore`, size and link rules.
//! * `format`: which reader a file belongs to, by name and content.

mod format;
#[cfg(test)]
mod tests;
mod walk;

use std::fs::File;
use std::io::Read;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::config::selection::Selection;
use crate::error::Error;
use crate::source::{
    Document, FileId, Limits, Problem, Reading, SourceMap, Span, Syntax, Unread, UnreadReason,
    sniff,
};
use format::Claim;
use walk::Candidate;
pub use walk::shown_root;

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
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
    /// In order of path and place.
    pub unread: Vec<Unread>,
    /// How many files the walk saw that are no data format at all (pictures, code, prose).
    pub other_files: usize,
    /// How many files and folders the configuration or the scope leaves out.
    pub left_out: usize,
}

/// Reads all that the request names, in parallel. The result is in order of the paths and does
/// not depend on timing.
///
/// Fails only if a path of the request can't be read; everything else is in
/// [`Inputs::problems`] and [`Inputs::unread`].
pub fn read(request: &Request) -> Result<Inputs, Error> {
    let mut found = walk::walk(request)?;
    found.candidates.sort_by(|a, b| a.shown.cmp(&b.shown));
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
    let loaded: Vec<_> = wanted
        .into_par_iter()
        .map(|candidate| {
            let loaded = load(&candidate, limits);
            (candidate, loaded)
        })
        .collect();
    let mut texts = Vec::new();
    for (candidate, loaded) in loaded {
        let Candidate {
            shown, path, named, ..
        } = candidate;
        match loaded {
            Loaded::Text { text, syntax } => {
                let file = inputs.sources.add_named(shown, text, named);
                if let Some(syntax) = syntax {
                    let in_chart = syntax == Syntax::Yaml && is_chart_template(&path);
                    texts.push((file, syntax, in_chart));
                }
            }
            Loaded::Other => inputs.other_files += 1,
            Loaded::Unread(reason, detail) => inputs.unread.push(Unread {
                path: shown,
                span: None,
                reason,
                detail,
            }),
            Loaded::Failed(error) => return Err(error),
        }
    }
    let readings: Vec<_> = texts
        .into_par_iter()
        .map(|(file, syntax, in_chart)| {
            let text = &inputs.sources.file(file).text;
            (file, parse(file, text, syntax, in_chart, limits))
        })
        .collect();
    for (file, reading) in readings {
        inputs.documents.extend(reading.documents);
        inputs.problems.extend(reading.problems);
        let path = inputs.sources.path(file);
        let unread = reading.unread.into_iter();
        inputs
            .unread
            .extend(unread.map(|(span, reason, detail)| Unread {
                path: path.to_owned(),
                span,
                reason,
                detail,
            }));
    }
    let place = |span: Span| (span.file, span.start, span.end);
    inputs.problems.sort_by_key(|problem| place(problem.span));
    inputs
        .unread
        .sort_by(|a, b| (&a.path, a.span.map(place)).cmp(&(&b.path, b.span.map(place))));
    Ok(inputs)
}

/// Why a file is too large to be opened at all; `left`: bytes that all files may still have.
fn over_limit(candidate: &Candidate, limits: &Limits, left: u64) -> Option<String> {
    let megabytes = |bytes: u64| format!("{}.{} MB", bytes >> 20, ((bytes % (1 << 20)) * 10) >> 20);
    if candidate.bytes > limits.file_bytes {
        let (is, most) = (megabytes(candidate.bytes), megabytes(limits.file_bytes));
        return Some(format!("{is}: files over {most} are not read"));
    }
    let most = megabytes(limits.total_bytes);
    let over = candidate.bytes > left;
    over.then(|| format!("all files together have more than {most}: name fewer paths"))
}

enum Loaded {
    Text {
        text: String,
        /// `None`: text without documents.
        syntax: Option<Syntax>,
    },
    Unread(UnreadReason, String),
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
        let detail = format!("files over {} bytes are not read", limits.file_bytes);
        return Loaded::Unread(UnreadReason::OverLimit, detail);
    }
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
        Claim::Unknown(advice) => Err(Loaded::Unread(UnreadReason::UnknownFormat, advice.into())),
        Claim::Template(advice) => Err(Loaded::Unread(UnreadReason::Template, advice.into())),
        Claim::Look | Claim::Other if candidate.named.is_some() => {
            Ok(Some(format::explicit(shown, head)))
        }
        Claim::Look | Claim::Other => Err(Loaded::Other),
    }
}

/// Parses one text, unless it shows itself to be something else.
fn parse(file: FileId, text: &str, syntax: Syntax, in_chart: bool, limits: &Limits) -> Reading {
    let Some(found) = sniff::text(text, syntax, in_chart) else {
        return syntax.read(file, text, limits);
    };
    let span = found.at.map(|at| Span::new(file, at, at));
    Reading {
        unread: vec![(span, found.reason, found.detail)],
        ..Reading::default()
    }
}

/// Whether a file stands in the `templates` directory of a Helm chart.
fn is_chart_template(path: &std::path::Path) -> bool {
    path.ancestors().skip(1).any(|dir| {
        let is_templates = dir.file_name().is_some_and(|name| name == "templates");
        let chart = dir.parent().map(|parent| parent.join("Chart.yaml"));
        is_templates && chart.is_some_and(|chart| chart.symlink_metadata().is_ok())
    })
}
