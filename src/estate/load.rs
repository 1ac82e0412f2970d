//! From paths to an estate: read, translated, merged, compiled.

use std::sync::Arc;

use camino::Utf8PathBuf;
use rayon::prelude::*;

use super::Progress;
use crate::analysis::engine::Engine;
use crate::config::gate::Freshness;
use crate::discover::{self, Cache, Inputs, Request, Revision};
use crate::error::Error;
use crate::findings::{Finding, waiver};
use crate::graph::Graph;
use crate::ingest;
use crate::ingest::fact::{FaultTree, Source};
use crate::ingest::mapped::Mapped;
use crate::message;
use crate::model::{self, Model};
use crate::output::text::{listed, plural};
use crate::source::{Comment, Document, FileId, Problem, SourceMap, Span, Unread, UnreadReason};
use crate::words::Assume;

/// Paths named in the message that nothing was recognised.
const MOST_PATHS: usize = 3;

/// All that was read, merged and compiled.
#[derive(Debug)]
pub struct Estate {
    /// Texts of the files that were read: spans of the model and of problems lie in them.
    pub sources: SourceMap,
    pub model: Model,
    pub graph: Graph,
    /// Every file or document that was not used, with its reason, in order of place: what the
    /// walk could not read, what no adapter recognised, and what an adapter could not use.
    pub unread: Vec<Unread>,
    /// What is wrong with the inputs: of the readers, the adapters and the merge; sorted by place.
    pub problems: Vec<Problem>,
    /// Comments that are meant as waivers, in order of place.
    pub comments: Vec<Comment>,
    /// Fault trees among the inputs: asked for themselves, no part of the model.
    pub fault_trees: Vec<FaultTree>,
    /// Documents that were used.
    pub documents: usize,
    /// Files seen that are no data format at all.
    pub other_files: usize,
    /// Files and folders that the configuration or the scope leaves out.
    pub left_out: usize,
    /// How long what people write down holds, as the configuration says.
    pub freshness: Freshness,
}

impl Estate {
    /// The system without faults, evaluated; all questions are asked of it.
    #[must_use]
    pub fn engine(&self) -> Engine<'_> {
        Engine::new(&self.graph)
    }

    /// Where the subject of a finding is written: comments beside it speak of the finding too.
    #[must_use]
    pub fn places_of(&self, finding: &Finding) -> Vec<Span> {
        let node = self.model.find(&finding.subject);
        let sources = node.map(|ix| self.model.node(ix).sources.as_slice());
        let sources = sources.unwrap_or_default().iter();
        sources
            .filter_map(|source| match source {
                Source::Here(span) => Some(*span),
                Source::Recorded(_) => None,
            })
            .collect()
    }

    /// Whether `other` was read from the same texts and came out the same: every answer is equal.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.sources.same_as(&other.sources)
            && self.model == other.model
            && self.problems == other.problems
            && self.unread == other.unread
            && self.fault_trees == other.fault_trees
            && (self.documents, self.other_files, self.left_out)
                == (other.documents, other.other_files, other.left_out)
    }

    /// Refuses an estate in which no adapter recognised anything: there is nothing to ask of it
    /// but what was not read, and why.
    ///
    /// # Errors
    /// [`Error::NothingRecognised`], which names `paths` and the first thing to do.
    pub fn refuse_nothing(&self, paths: &[Utf8PathBuf]) -> Result<(), Error> {
        if self.documents > 0 {
            return Ok(());
        }
        Err(nothing_recognised(paths, self))
    }
}

/// Reads all that `request` names, with what `cache` holds of an earlier reading (which changes
/// nothing but the time it takes), and builds the estate.
///
/// # Errors
/// A named path that can't be read.
pub fn load(
    request: &Request,
    cache: Option<&mut Cache>,
    assume: Assume,
    progress: &dyn Progress,
) -> Result<Estate, Error> {
    progress.phase("reading files");
    let inputs = match cache {
        Some(cache) => discover::read_again(request, cache)?,
        None => discover::read(request)?,
    };
    Ok(build_aside(inputs, request, assume, progress))
}

/// As [`load`], from a revision of a git repository.
///
/// # Errors
/// A named path outside the repository, or an object that git can't give.
pub fn load_revision(
    request: &Request,
    revision: &Revision,
    assume: Assume,
    progress: &dyn Progress,
) -> Result<Estate, Error> {
    progress.phase("reading the revision");
    let inputs = discover::read_revision(request, revision)?;
    Ok(build_aside(inputs, request, assume, progress))
}

/// [`build`] on one of the threads that have read the inputs: the memory that their trees leave is
/// used again by the thread that took it.
fn build_aside(
    inputs: Inputs,
    request: &Request,
    assume: Assume,
    progress: &dyn Progress,
) -> Estate {
    rayon::scope(|_| build(inputs, request, assume, progress))
}

/// The estate that `inputs` describe.
fn build(inputs: Inputs, request: &Request, assume: Assume, progress: &dyn Progress) -> Estate {
    if progress.is_verbose() {
        for (_, file) in inputs.sources.files() {
            progress.tell(&format!("read {}", file.path));
        }
    }
    progress.phase("recognising documents");
    let settings = ingest::Settings {
        namespaces: request.selection.namespaces.as_deref(),
        places: &request.selection.places,
    };
    let mappings = &request.selection.mappings;
    let mapped = Mapped {
        mappings,
        files: &inputs.mapped,
    };
    let (mut told, unclaimed) =
        ingest::run_as(&inputs.documents, &inputs.sources, settings, mapped);
    let mut unread = inputs.unread;
    for (file, index) in unclaimed {
        unread.push(unrecognised(
            &inputs.documents,
            &inputs.sources,
            file,
            index,
        ));
    }
    for (span, detail) in told.iter().flat_map(|told| &told.facts.unread) {
        unread.push(Unread {
            path: inputs.sources.path(span.file).to_owned(),
            span: Some(*span),
            reason: UnreadReason::Unrecognised,
            detail: detail.clone(),
        });
    }
    for (at, mapping) in mappings.iter().enumerate() {
        if !inputs.mapped.values().any(|of| *of == at) {
            unread.push(Unread {
                path: mapping.place.file.clone().into(),
                span: None,
                reason: UnreadReason::Unrecognised,
                detail: message!(
                    "its [[source]] of line {line} matches no file",
                    line = mapping.place.line
                ),
            });
        }
    }
    let place = |unread: &Unread| {
        let span = unread.span.map(|span| (span.start, span.end));
        (unread.path.clone(), span)
    };
    unread.sort_by_cached_key(place);
    let fault_trees = told
        .iter_mut()
        .flat_map(|told| std::mem::take(&mut told.facts.fault_trees))
        .collect();
    for of in &told {
        let count = plural(of.documents, "document");
        progress.tell(&format!("{}: {count}", of.adapter));
    }
    let documents = told.iter().map(|told| told.documents).sum();
    let mut comments: Vec<Comment> = inputs
        .documents
        .iter()
        .flat_map(|document| &document.comments)
        .filter(|comment| waiver::is_waiver(comment))
        .cloned()
        .collect();
    comments.sort_by_key(|comment| comment.span);
    // The trees are not needed any more, and they are the largest part of what was read.
    inputs.documents.into_par_iter().for_each(drop);
    progress.phase("merging sources");
    let mut model = model::build(told, &inputs.sources, assume);
    let mut problems = inputs.problems;
    problems.extend(model.problems.iter().cloned());
    problems.sort_by(|a, b| (a.span, a.kind, &a.message).cmp(&(b.span, b.kind, &b.message)));
    problems.dedup();
    model.problems.clone_from(&problems);
    progress.phase("compiling the graph");
    let graph = Graph::new(&model);
    progress.done();
    Estate {
        sources: inputs.sources,
        model,
        graph,
        unread,
        problems,
        comments,
        fault_trees,
        documents,
        other_files: inputs.other_files,
        left_out: inputs.left_out,
        freshness: Freshness::default(),
    }
}

/// A document that no adapter claims. Its place is said where the file holds other documents too.
fn unrecognised(
    documents: &[Arc<Document>],
    sources: &SourceMap,
    file: FileId,
    index: u32,
) -> Unread {
    // Documents are in order of files.
    let first = documents.partition_point(|document| document.file < file);
    let of_file = || {
        documents[first..]
            .iter()
            .take_while(|document| document.file == file)
    };
    let span = of_file()
        .find(|document| document.index == index)
        .filter(|_| of_file().nth(1).is_some())
        .map(|document| document.root().span());
    Unread {
        path: sources.path(file).to_owned(),
        span,
        reason: UnreadReason::Unrecognised,
        detail: message!("no adapter knows this kind of document"),
    }
}

fn nothing_recognised(paths: &[Utf8PathBuf], estate: &Estate) -> Error {
    let mut named: Vec<String> = paths
        .iter()
        .take(MOST_PATHS)
        .map(|path| format!("`{path}`"))
        .collect();
    if paths.len() > MOST_PATHS {
        named.push(plural(paths.len() - MOST_PATHS, "more path"));
    }
    let mut not_read: Vec<_> = estate.unread.iter().map(|unread| &unread.path).collect();
    not_read.dedup();
    let files = not_read.len() + estate.other_files;
    let seen = match (files, not_read.len()) {
        (0, _) if estate.left_out > 0 => {
            "the configuration or the scope leaves out all there is".to_owned()
        }
        (0, _) => "there is no file".to_owned(),
        (_, 0) => format!("{} seen, none of a data format", plural(files, "file")),
        (_, some) => format!(
            "{} seen, {some} of them data, none of it usable",
            plural(files, "file")
        ),
    };
    let hint = match (estate.problems.first(), estate.unread.first()) {
        (Some(problem), _) => {
            let place = estate.sources.location(problem.span);
            format!("{place}: {}", problem.message)
        }
        (None, Some(unread)) => {
            format!(
                "{}: {} ({})",
                unread.path,
                unread.detail,
                unread.reason.as_str()
            )
        }
        (None, None) => "name files or folders with `-i PATH`: Kubernetes manifests, `spof.yaml`, \
                         or a saved graph"
            .to_owned(),
    };
    Error::NothingRecognised {
        paths: listed(&named, "and"),
        seen,
        hint,
    }
}
