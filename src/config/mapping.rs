//! `[[source]]`: files of any form, and the filter that makes manifests of them.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use camino::Utf8PathBuf;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::gate::FileName;
use super::selection::Globs;
use super::types::{Glob, text};
use crate::message;
use crate::source::item::{At, MAX_TEXT, OneOrMany, Read, Reader, item};
use crate::source::{LineIndex, Location, SourceMap, Span, Syntax, View, filter};
use crate::words::{Message, nearest};

/// Files that a filter makes manifests of.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(super) files: Globs,
    /// `None`: by name and content.
    pub format: Option<Syntax>,
    /// In the jq language; it has been checked.
    pub filter: Arc<str>,
    /// Where the table stands.
    pub place: Location,
    /// What users call the filter: its place in the configuration, or its file.
    pub filter_place: String,
}

item! {
    /// Files of any form, and how they are told in the manifest's own: a filter in the jq language
    /// makes a manifest of each document.
    SourceTable {
        /// Which files and folders, as in `.gitignore`: relative to the folder of this file.
        path: must OneOrMany<Glob>,
        /// What the files are. `auto`, the default: by their names and content.
        format: may FormatWord,
        /// The filter.
        filter: may At<Program>,
        /// The file that holds the filter, relative to this file.
        filter_file: may At<FileName>,
    }
}

/// Reads the tables; tells of filters that can't be run.
pub(super) fn mappings(
    tables: Option<OneOrMany<At<SourceTable>>>,
    base: &Path,
    sources: &SourceMap,
    cx: &mut Reader,
) -> Vec<Mapping> {
    let tables = tables.map_or_else(Vec::new, |OneOrMany(tables)| tables);
    let mut all = Vec::with_capacity(tables.len());
    for At { value, span } in tables {
        let SourceTable {
            path: OneOrMany(globs),
            format,
            filter,
            filter_file,
        } = value;
        let found = match (filter, filter_file) {
            (Some(program), None) => inline(program, sources, cx),
            (None, Some(name)) => of_file(&name, base, cx),
            _ => {
                cx.wrong(
                    span,
                    message!("a source has a `filter`, or a `filter_file` that holds it"),
                );
                None
            }
        };
        let Some((filter, filter_place)) = found else {
            continue;
        };
        all.push(Mapping {
            files: Globs::new(base, globs.iter().map(|glob| &*glob.0)),
            format: format.and_then(|FormatWord(syntax)| syntax),
            filter: filter.into(),
            place: sources.location(span),
            filter_place,
        });
    }
    all
}

/// A filter in the configuration itself.
fn inline(program: At<Program>, sources: &SourceMap, cx: &mut Reader) -> Option<(String, String)> {
    let At {
        value: Program(text),
        span,
    } = program;
    let Err(fault) = filter::check(&text) else {
        return Some((text, sources.location(span).to_string()));
    };
    let at = fault
        .at
        .and_then(|at| inside(span, at, sources))
        .unwrap_or(span);
    cx.wrong_value(at, Message::verbatim(fault.message));
    None
}

/// The place of byte `at` of a text that stands at `span`, if it stands there letter by letter.
fn inside(span: Span, at: usize, sources: &SourceMap) -> Option<Span> {
    let written = sources.file(span.file).text.get(span.range())?;
    let (begin, quote) = ["'''", "\"\"\"", "'", "\""]
        .iter()
        .find_map(|quote| written.strip_prefix(quote).map(|_| (quote.len(), *quote)))?;
    if quote.starts_with('"') && written.contains('\\') {
        return None;
    }
    let rest = written.get(begin..)?;
    // A line break right after three quotes is no part of the text.
    let skipped = match quote.len() {
        3 if rest.starts_with("\r\n") => 2,
        3 if rest.starts_with('\n') => 1,
        _ => 0,
    };
    let start = span.start as usize + begin + skipped + at;
    let end = (span.start as usize + written.len()).saturating_sub(quote.len());
    Some(Span::new(span.file, start.min(end), (start + 1).min(end)))
}

/// A filter in a file of its own, below the folder of the configuration.
fn of_file(name: &At<FileName>, base: &Path, cx: &mut Reader) -> Option<(String, String)> {
    let path: &Utf8PathBuf = &name.value.0;
    let mut wrong = |why: Message| {
        cx.wrong_value(name.span, why);
        None
    };
    let full = base.join(path);
    let real = full.canonicalize();
    let below = real.as_ref().is_ok_and(|real| {
        let base = base.canonicalize();
        base.is_ok_and(|base| real.starts_with(base))
    });
    let Ok(real) = real else {
        return wrong(message!("there is no file {path}", path));
    };
    if !below {
        return wrong(message!(
            "{path} lies outside the folder of this file",
            path
        ));
    }
    let size = real
        .metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|meta| meta.len());
    let most = filter::MOST_BYTES;
    if size.is_none_or(|size| size > most as u64) {
        return wrong(message!(
            "{path} is no file of at most {most} bytes",
            path,
            most
        ));
    }
    let Ok(program) = std::fs::read_to_string(&real) else {
        return wrong(message!("{path} can't be read as text", path));
    };
    match filter::check(&program) {
        Ok(()) => Some((program, path.to_string())),
        Err(fault) => {
            let at = fault.at.and_then(|at| u32::try_from(at).ok());
            let place = at.map_or_else(String::new, |at| {
                let found = LineIndex::new(&program).position(&program, at);
                format!(":{}:{}", found.line, found.column)
            });
            wrong(Message::verbatim(format!(
                "{path}{place}: {}",
                fault.message
            )))
        }
    }
}

/// A filter in the jq language.
#[derive(Debug)]
pub(super) struct Program(String);

impl Read for Program {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("a filter in the jq language");
        let text = view.as_str().filter(|_| view.is_quoted());
        let Some(program) = text.filter(|text| !text.trim().is_empty()) else {
            cx.unexpected(view, expected);
            return None;
        };
        Some(Self(program.to_owned()))
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormatWord(Option<Syntax>);

/// The words for formats.
const FORMATS: [(&str, Option<Syntax>); 5] = [
    ("auto", None),
    ("csv", Some(Syntax::Csv)),
    ("yaml", Some(Syntax::Yaml)),
    ("json", Some(Syntax::Json)),
    ("toml", Some(Syntax::Toml)),
];

impl Read for FormatWord {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let words: Vec<String> = FORMATS
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect();
        let mut expected = message!("one of {what}", what = words.join(", "));
        let text = text(view, expected.clone(), cx)?;
        let found = FORMATS.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            if let Some(near) = nearest(text, FORMATS.iter().map(|(word, _)| *word)) {
                expected = message!("{expected} (did you mean `{near}`?)", expected, near);
            }
            cx.unexpected(view, expected);
        }
        found.map(|(_, syntax)| Self(*syntax))
    }
}

impl JsonSchema for Program {
    fn schema_name() -> Cow<'static, str> {
        "Program".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A filter in the jq language. It sees one document and nothing else.",
            "type": "string",
            "pattern": r"\S",
            "maxLength": filter::MOST_BYTES.max(MAX_TEXT),
            "examples": ["{services: [.systems[] | {id: (\"service:\" + .name), requires: .needs}]}"]
        })
    }
}

impl JsonSchema for FormatWord {
    fn schema_name() -> Cow<'static, str> {
        "FormatWord".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": FORMATS.map(|(word, _)| word) })
    }
}
