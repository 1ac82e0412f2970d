//! Documents that the configuration maps (`[[source]]`): a filter makes manifests of each, and
//! these are told as any manifest is, but without its last word on what others say.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::fact::Facts;
use super::native::Native;
use super::{Adapter as _, Told};
use crate::config::mapping::Mapping;
use crate::message;
use crate::source::{Document, FileId, Kind, Problem, ProblemKind, SourceMap, filter};
use crate::words::Message;

/// Name as coverage shows it.
pub const NAME: &str = "source";

/// Which files the configuration maps, and how.
#[derive(Clone, Copy, Debug)]
pub struct Mapped<'m> {
    pub mappings: &'m [Mapping],
    /// By position among the mappings.
    pub files: &'m BTreeMap<FileId, usize>,
}

impl Mapped<'_> {
    /// Whether a document is mapped.
    #[must_use]
    pub fn has(&self, document: &Document) -> bool {
        self.files.contains_key(&document.file)
    }

    /// What the filters make of `documents`; `None` if there are none.
    #[must_use]
    pub fn tell(&self, documents: &[&Document], sources: &SourceMap) -> Option<Told> {
        if documents.is_empty() {
            return None;
        }
        let mut shares: Vec<Vec<&Document>> = vec![Vec::new(); self.mappings.len()];
        for document in documents {
            let at = self.files.get(&document.file);
            if let Some(share) = at.and_then(|at| shares.get_mut(*at)) {
                share.push(document);
            }
        }
        let all = self.mappings.par_iter().zip(&shares);
        let told: Vec<(Vec<Document>, Facts)> =
            all.map(|(mapping, share)| apply(mapping, share)).collect();
        let mut facts = Facts::default();
        let mut manifests = Vec::new();
        for (made, said) in told {
            manifests.extend(made);
            facts.problems.extend(said.problems);
            facts.unread.extend(said.unread);
        }
        let manifests: Vec<&Document> = manifests.iter().collect();
        let mut told = Native.translate(&manifests, sources);
        for problem in &mut told.problems {
            let filter = self.filter_of(problem.span.file);
            if let (None, Some(filter)) = (&problem.help, filter) {
                problem.help = Some(message!("the filter of {filter} made it so", filter));
            }
        }
        told.problems.append(&mut facts.problems);
        told.unread.append(&mut facts.unread);
        Some(Told {
            adapter: NAME,
            authoritative: false,
            runs: false,
            documents: documents.len(),
            facts: told,
        })
    }

    fn filter_of(&self, file: FileId) -> Option<&str> {
        let at = self.files.get(&file)?;
        self.mappings
            .get(*at)
            .map(|mapping| mapping.filter_place.as_str())
    }
}

/// The manifests that one filter makes, and what it can't make any of.
fn apply(mapping: &Mapping, documents: &[&Document]) -> (Vec<Document>, Facts) {
    let mut facts = Facts::default();
    let mut made = Vec::new();
    if documents.is_empty() {
        return (made, facts);
    }
    for (document, result) in documents
        .iter()
        .zip(filter::run(&mapping.filter, documents))
    {
        let span = document.root().span();
        match result {
            Ok(outputs) => {
                let before = made.len();
                let said = |output: &Document| output.root().kind() != Kind::Null;
                made.extend(outputs.into_iter().filter(said));
                if made.len() == before {
                    let why = message!(
                        "the filter of {filter_place} makes nothing of it",
                        filter_place = mapping.filter_place
                    );
                    facts.unread.push((span, why));
                }
            }
            Err(fault) => {
                let help = message!(
                    "the filter stands at {filter_place}",
                    filter_place = mapping.filter_place
                );
                let problem = Problem::new(
                    ProblemKind::Unreadable,
                    span,
                    Message::verbatim(fault.message),
                );
                facts.problems.push(problem.with_help(help));
                let why = message!(
                    "the filter of {filter_place} fails on it",
                    filter_place = mapping.filter_place
                );
                facts.unread.push((span, why));
            }
        }
    }
    (made, facts)
}
