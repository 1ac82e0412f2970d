//! XML, by `roxmltree`. The only file that names that crate.
//!
//! An element is a mapping whose tag is the element's name: its attributes are keys, its children
//! a list under `*`, its text (where it has no children) under `#`: names that no attribute has.
//! Document type declarations are refused, so no entity can expand.

use roxmltree::{Document as Xml, Node, ParsingOptions};

use super::build::{Builder, Stop, character_at, refuse};
use super::problem::UnreadReason;
use super::tree::{Document, NodeId, Value};
use super::{FileId, Limits, Reading, Span};
use crate::message;

/// The key of an element's children.
pub const CHILDREN: &str = "*";
/// The key of an element's text.
pub const TEXT: &str = "#";

/// Reads the document of `text`, which is the content of `file`.
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    let whole = Span::new(file, 0, text.len());
    if let Some(at) = too_deep(text, limits.depth) {
        let (start, end) = character_at(text, at);
        let span = Span::new(file, start, end);
        let message = Stop::Depth.message(limits);
        refuse(&mut reading, span, UnreadReason::OverLimit, message);
        return reading;
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: u32::try_from(limits.nodes).unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    let parsed = match Xml::parse_with_options(text, options) {
        Ok(parsed) => parsed,
        Err(error) => {
            let at = offset(text, error.pos().row, error.pos().col);
            let (start, end) = character_at(text, at);
            let message = message!("this is not valid XML: {error}", error = error.to_string());
            let span = Span::new(file, start, end);
            refuse(&mut reading, span, UnreadReason::Broken, message);
            return reading;
        }
    };
    let mut builder = Builder::new(file, limits);
    let root = element(&mut builder, parsed.root_element());
    match root.and_then(|root| builder.tree(root)) {
        Ok(tree) => reading.documents.push(Document {
            file,
            index: 0,
            tree,
            comments: Vec::new(),
        }),
        Err(stop) => {
            let message = stop.message(limits);
            refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        }
    }
    reading
}

/// Adds an element; as deep a recursion as [`too_deep`] allows.
fn element(builder: &mut Builder<'_>, node: Node<'_, '_>) -> Result<NodeId, Stop> {
    let range = node.range();
    let range = (range.start, range.end);
    let tag = Some(node.tag_name().name());
    let id = builder.push(Value::Mapping(&[]), range, tag)?;
    let mut pairs = Vec::new();
    for attribute in node.attributes() {
        let at = attribute.range();
        let at = (at.start, at.end);
        let key = builder.scalar(attribute.name(), false, at)?;
        pairs.push([key, builder.scalar(attribute.value(), true, at)?]);
    }
    let mut children = Vec::new();
    for child in node.children().filter(Node::is_element) {
        children.push(element(builder, child)?);
    }
    if !children.is_empty() {
        let key = builder.scalar(CHILDREN, false, range)?;
        pairs.push([key, builder.push(Value::Sequence(&children), range, None)?]);
    } else if let Some(text) = node.text().map(str::trim).filter(|text| !text.is_empty()) {
        let key = builder.scalar(TEXT, false, range)?;
        pairs.push([key, builder.scalar(text, true, range)?]);
    }
    builder.finish_at(id, Value::Mapping(&pairs), range)?;
    Ok(id)
}

/// Where elements are nested deeper than `depth`, counted before the parser may recurse: an
/// upper bound that takes every `<` before a letter for the start of an element.
fn too_deep(text: &str, depth: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = 0usize;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or("");
        let skip = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
        let length = if rest.starts_with("<!--") {
            skip("-->")
        } else if rest.starts_with("<![CDATA[") {
            skip("]]>")
        } else {
            tag_length(rest)
        };
        match bytes.get(start + 1) {
            Some(b'/') => open = open.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) if rest.get(..length).is_some_and(|tag| tag.ends_with("/>")) => {}
            Some(_) => {
                open += 1;
                if open > depth {
                    return Some(start);
                }
            }
        }
        at = start + length.max(1);
    }
    None
}

/// Bytes of a tag; a `>` in a quoted attribute does not end it.
fn tag_length(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

/// The byte at a row and column as the parser counts them: from 1, columns in characters.
fn offset(text: &str, row: u32, column: u32) -> usize {
    let rows = (row as usize).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(rows).map(str::len).sum();
    let line = text.get(start..).unwrap_or("");
    let columns = (column as usize).saturating_sub(1);
    let inside = line.char_indices().nth(columns).map_or(0, |(at, _)| at);
    start + inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, View};

    fn reading(text: &str) -> Reading {
        let mut sources = SourceMap::default();
        let file = sources.add("x.xml".into(), text.to_owned());
        read(file, text, &Limits::default())
    }

    #[test]
    fn elements_attributes_and_text() {
        let reading = reading("<?xml version=\"1.0\"?>\n<a n=\"1 &lt; 2\"><b/><c>x</c></a>");
        let root = reading.documents[0].root();
        assert_eq!(root.tag(), Some("a"));
        assert_eq!(root.get("n").and_then(View::as_str), Some("1 < 2"));
        let children = root.get(CHILDREN).unwrap();
        let tags: Vec<_> = children.items().filter_map(View::tag).collect();
        assert_eq!(tags, ["b", "c"]);
        let text = children.items().nth(1).and_then(|c| c.get(TEXT)?.as_str());
        assert_eq!(text, Some("x"));
    }

    #[test]
    fn hostile_documents_are_refused() {
        let deep = "<a>".repeat(200_000);
        let wide = format!("{}{}", "<a b='>'>".repeat(129), "</a>".repeat(129));
        let laughs = "<!DOCTYPE a [<!ENTITY b \"cc\">]><a>&b;</a>";
        let broken = "<a>\n  <b>\n</a>";
        for text in [
            deep.as_str(),
            wide.as_str(),
            laughs,
            broken,
            "",
            "<",
            "<!--",
        ] {
            let reading = reading(text);
            assert!(reading.documents.is_empty());
            assert_eq!(reading.problems.len(), 1, "{text:.20}");
        }
        let problem = &reading(broken).problems[0];
        assert!(problem.span.start >= 10, "on the last line");
    }
}
