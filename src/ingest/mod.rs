//! Adapters: documents of known formats become facts. An adapter knows nothing of the analysis,
//! of other adapters, or of the model that merges what they all say.
//!
//! A new format is one new file (or folder) plus one line in [`ADAPTERS`].
//!
//! * [`mapped`]: documents that the configuration maps, before all adapters.
//! * [`fact`]: what adapters say. * [`native`]: our own manifest. * [`saved`]: a saved graph.
//! * [`kubernetes`]: workloads, Services and what their environment names.
//! * [`ansible`]: inventories, their variables, plays. * [`backstage`]: its software catalogue.
//! * [`compose`]: Compose files, `.env`, and what the services of a project name.
//! * [`netbox`]: the register of sites, racks, power, circuits and machines.
//! * [`mod@csv`]: inventories in tables.
//! * [`open_psa`]: fault trees of reliability tools. * [`traces`]: who was seen calling whom.
//! * [`terraform`]: states, plans and configurations of Terraform.
//! * [`endpoint`]: host names inside addresses, and `budget`, both shared by adapters.
//! * `refs`: every reference that facts hold.

pub mod ansible;
pub mod backstage;
mod budget;
pub mod compose;
pub mod csv;
pub mod endpoint;
pub mod fact;
pub mod kubernetes;
pub mod mapped;
pub mod native;
pub mod netbox;
pub mod open_psa;
mod refs;
pub mod saved;
pub mod terraform;
pub mod traces;

use std::borrow::Borrow;

use crate::config::selection::PlaceVariable;
use crate::source::{Document, FileId, SourceMap};
use fact::Facts;
use mapped::Mapped;
use rayon::prelude::*;

/// Translates the documents of one format.
pub trait Adapter: Sync {
    /// Name as coverage shows it: `native`, `kubernetes`.
    fn name(&self) -> &'static str;

    /// Whether this document is of the adapter's format, by content (and path where the format
    /// is known by file name).
    fn claims(&self, document: &Document, sources: &SourceMap) -> bool;

    /// Facts of all documents the adapter claimed, given in order of path and position. Never
    /// fails: what can't be used becomes a problem or an unread note.
    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts;

    /// Whether what it states runs by it alone: a service that two such adapters state runs twice,
    /// as on a laptop by Compose and in a cluster by Kubernetes.
    fn runs(&self) -> bool {
        false
    }

    /// As [`translate`](Self::translate), with what the configuration says of the format.
    fn translate_as(
        &self,
        documents: &[&Document],
        sources: &SourceMap,
        _settings: Settings<'_>,
    ) -> Facts {
        self.translate(documents, sources)
    }
}

/// What the configuration says of formats.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// What states another namespace than these is left out; `None` is all. Formats without
    /// namespaces leave it as it is.
    pub namespaces: Option<&'a [String]>,
    /// Variables of Ansible that say where a host is, or don't.
    pub places: &'a [PlaceVariable],
}

/// Every adapter; the first that claims a document has it.
pub const ADAPTERS: &[&dyn Adapter] = &[
    &saved::Saved,
    &native::Native,
    // Before Kubernetes, whose custom resources look alike.
    &backstage::Backstage,
    &kubernetes::Kubernetes,
    &compose::Compose,
    // Before Ansible: a register of places knows more of them than variables do.
    &netbox::NetBox,
    &csv::Csv,
    &open_psa::OpenPsa,
    &terraform::Terraform,
    &ansible::Ansible,
    // Last: what traces call a service may be the name of one that others describe.
    &traces::Traces,
];

/// What one adapter said, and of how many documents.
#[derive(Debug)]
pub struct Told {
    pub adapter: &'static str,
    /// The native manifest's word wins over all others.
    pub authoritative: bool,
    /// What it states runs by it alone.
    pub runs: bool,
    pub documents: usize,
    pub facts: Facts,
}

/// The adapter whose word wins over all others.
const AUTHORITY: &str = "native";

/// Gives each document to the first adapter of [`ADAPTERS`] that claims it and has all adapters
/// translate theirs, in parallel. Out come, in the order of [`ADAPTERS`], what each adapter that
/// has any document said; and which documents (file, position in it) nobody claimed.
#[must_use]
pub fn run<D: Borrow<Document> + Sync>(
    documents: &[D],
    sources: &SourceMap,
) -> (Vec<Told>, Vec<(FileId, u32)>) {
    run_with(ADAPTERS, documents, sources, Settings::default(), None)
}

/// As [`run`], with what the configuration says of formats, and with documents that it maps: no
/// adapter is asked for those.
#[must_use]
pub fn run_as<D: Borrow<Document> + Sync>(
    documents: &[D],
    sources: &SourceMap,
    settings: Settings<'_>,
    mapped: Mapped<'_>,
) -> (Vec<Told>, Vec<(FileId, u32)>) {
    run_with(ADAPTERS, documents, sources, settings, Some(mapped))
}

fn run_with<D: Borrow<Document> + Sync>(
    adapters: &[&dyn Adapter],
    documents: &[D],
    sources: &SourceMap,
    settings: Settings<'_>,
    mapped: Option<Mapped<'_>>,
) -> (Vec<Told>, Vec<(FileId, u32)>) {
    let is_mapped = |document: &Document| mapped.is_some_and(|mapped| mapped.has(document));
    let claim = |document: &D| {
        if is_mapped(document.borrow()) {
            return None;
        }
        adapters
            .iter()
            .position(|adapter| adapter.claims(document.borrow(), sources))
    };
    let claims: Vec<Option<usize>> = documents.par_iter().map(claim).collect();
    let mut unclaimed = Vec::new();
    let mut filtered = Vec::new();
    let mut shares: Vec<Vec<&Document>> = vec![Vec::new(); adapters.len()];
    for (document, claim) in documents.iter().map(D::borrow).zip(claims) {
        match claim.and_then(|at| shares.get_mut(at)) {
            Some(share) => share.push(document),
            None if is_mapped(document) => filtered.push(document),
            None => unclaimed.push((document.file, document.index)),
        }
    }
    let told: Vec<Told> = adapters
        .par_iter()
        .zip(shares)
        .filter(|(_, share)| !share.is_empty())
        .map(|(adapter, share)| Told {
            adapter: adapter.name(),
            authoritative: adapter.name() == AUTHORITY,
            runs: adapter.runs(),
            documents: share.len(),
            facts: adapter.translate_as(&share, sources, settings),
        })
        .collect();
    let filtered = mapped.and_then(|mapped| mapped.tell(&filtered, sources));
    // Its word goes before those of the adapters.
    (filtered.into_iter().chain(told).collect(), unclaimed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Limits, yaml};

    /// Claims documents that have its name as a key, and tells where it saw them.
    struct Named(&'static str);

    impl Adapter for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
            document.root().get(self.0).is_some()
        }

        fn translate(&self, documents: &[&Document], _sources: &SourceMap) -> Facts {
            let seen = documents.iter().map(|document| document.root().span());
            Facts {
                unread: seen.map(|span| (span, self.0.into())).collect(),
                ..Facts::default()
            }
        }
    }

    #[test]
    fn the_first_adapter_that_claims_a_document_has_it() {
        let mut sources = SourceMap::default();
        let text = "a: 1\nnative: 1\n---\nb: 1\n---\nnative: 1\n---\na: 2\n";
        let file = sources.add("x.yaml".into(), text.to_owned());
        let documents = yaml::read(file, text, &Limits::default()).documents;
        assert_eq!(documents.len(), 4);
        let adapters: [&dyn Adapter; 3] = [&Named("a"), &Named("native"), &Named("c")];
        let (told, unclaimed) =
            run_with(&adapters, &documents, &sources, Settings::default(), None);
        let said: Vec<(&str, bool, usize, usize)> = told
            .iter()
            .map(|told| {
                let seen = told.facts.unread.len();
                (told.adapter, told.authoritative, told.documents, seen)
            })
            .collect();
        assert_eq!(said, [("a", false, 2, 2), ("native", true, 1, 1)]);
        let first = told[0].facts.unread.first().unwrap();
        assert_eq!(sources.location(first.0).line, 1);
        assert_eq!(unclaimed, [(file, 1)]);
    }

    #[test]
    fn the_authority_is_one_of_the_adapters() {
        let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name()).collect();
        assert_eq!(names.iter().filter(|name| **name == AUTHORITY).count(), 1);
    }
}
