//! Tests of the native manifest, through the real readers.

#[expect(
    clippy::needless_pass_by_value,
    reason = "every place of an item is one `fn(Value) -> Value`"
)]
mod agreement;
mod docs;
mod facts;
mod problems;

use super::Native;
use crate::ingest::Adapter as _;
use crate::ingest::fact::Facts;
use crate::source::{Document, Limits, SourceMap, Span, json, toml, yaml};

/// What the adapter makes of one file, with the file.
struct Outcome {
    facts: Facts,
    sources: SourceMap,
    claimed: bool,
}

impl Outcome {
    /// The text at `span`.
    fn text(&self, span: Span) -> &str {
        &self.sources.file(span.file).text[span.range()]
    }

    /// Every problem: where, what, and what to do.
    fn problems(&self) -> Vec<(&str, &str, Option<&str>)> {
        let problems = self.facts.problems.iter();
        problems
            .map(|problem| {
                (
                    self.text(problem.span),
                    problem.message.as_str(),
                    problem.help.as_deref(),
                )
            })
            .collect()
    }

    /// Fails with the problems unless there are none.
    #[track_caller]
    fn clean(self) -> Self {
        assert_eq!(self.problems(), [], "problems");
        self
    }
}

/// Reads `text` as the file `path`.
fn read(path: &str, text: &str) -> Outcome {
    let mut sources = SourceMap::default();
    let file = sources.add(path.into(), text.to_owned());
    let limits = Limits::default();
    let reading = match path.rsplit_once('.') {
        Some((_, "json")) => json::read(file, text, &limits),
        Some((_, "toml")) => toml::read(file, text, &limits),
        _ => yaml::read(file, text, &limits),
    };
    assert_eq!(reading.problems, [], "the test's own text is sound");
    let documents: Vec<&Document> = reading.documents.iter().collect();
    Outcome {
        claimed: documents
            .iter()
            .all(|document| Native.claims(document, &sources)),
        facts: Native.translate(&documents, &sources),
        sources,
    }
}

/// Reads a YAML manifest.
fn yaml_manifest(text: &str) -> Outcome {
    read("spof.yaml", text)
}
