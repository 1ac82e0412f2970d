//! HCL, by `hcl-edit`. Only the files of this folder name that crate.
//!
//! A body is a mapping. An attribute's value is the text of its expression, tagged [`EXPRESSION`];
//! blocks of one type are a list tagged [`BLOCKS`], each a mapping of its `labels` and its `body`.
//! What an expression means is for its reader to say: [`expression`] parses such a text.
//!
//! * [`expr`]: expressions. * `sweep`: comments and sizes, found before the parser runs.

pub mod expr;
mod sweep;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body, Structure};

use super::build::{Builder, Stop, character_at, refuse};
use super::problem::UnreadReason;
use super::tree::{Comment, Document, NodeId, Value};
use super::{FileId, Limits, Reading, Span};
use crate::message;

pub use expr::{At, Expr, ExprKind, Part, expression, template};

/// Tag of a scalar that is the text of an expression.
pub const EXPRESSION: &str = "!expression";
/// Tag of the list of all blocks of one type.
pub const BLOCKS: &str = "!blocks";

/// Largest HCL file. No real one comes near it; the parser's memory is many times the text's.
const MOST_BYTES: usize = 8 << 20;
/// Most entries of one object: the parser's time grows with their square.
const MOST_ENTRIES: usize = 5_000;

/// Reads the document of `text`, which is the content of `file`. O(bytes), and the square of the
/// entries of an object.
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    let whole = Span::new(file, 0, text.len());
    if text.len() > MOST_BYTES {
        let message = message!(
            "an HCL file may have {MOST_BYTES} bytes at most",
            MOST_BYTES
        );
        refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        return reading;
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let swept = sweep::sweep(body);
    if swept.most_entries > MOST_ENTRIES {
        let message = message!(
            "an object of HCL may have {MOST_ENTRIES} entries at most",
            MOST_ENTRIES
        );
        refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        return reading;
    }
    let content = match hcl_edit::parser::parse_body(body) {
        Ok(content) => content,
        Err(error) => {
            let at = error.location().offset() + skipped;
            let (start, end) = character_at(text, at);
            // Only the first line of what is wrong: the rest may quote the input.
            let message = error.message().lines().next().unwrap_or("syntax error");
            let message = message!("this is not valid HCL: {what}", what = tidy(message));
            let span = Span::new(file, start, end);
            refuse(&mut reading, span, UnreadReason::Broken, message);
            return reading;
        }
    };
    let mut reader = Reader {
        body,
        skipped,
        builder: Builder::new(file, limits),
    };
    if content.is_empty() {
        return reading;
    }
    match reader
        .content(&content, (skipped, text.len()))
        .and_then(|root| reader.builder.tree(root))
    {
        Ok(tree) => {
            let comments = swept.comments.into_iter().map(|(range, words)| Comment {
                text: words.into(),
                span: Span::new(file, range.start + skipped, range.end + skipped),
            });
            reading.documents.push(Document {
                file,
                index: 0,
                tree,
                comments: comments.collect(),
            });
        }
        Err(stop) => {
            let message = stop.message(limits);
            refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        }
    }
    reading
}

/// The parser's words, as part of a sentence.
fn tidy(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    if message.is_empty() {
        "syntax error".to_owned()
    } else {
        message.replace("invalid ", "wrong ")
    }
}

struct Reader<'t> {
    body: &'t str,
    skipped: usize,
    builder: Builder<'t>,
}

impl Reader<'_> {
    /// A body as a mapping. The nesting of blocks is bounded by the parser.
    fn content(&mut self, body: &Body, range: (usize, usize)) -> Result<NodeId, Stop> {
        let id = self.builder.push(Value::Mapping(&[]), range, None)?;
        let mut pairs: Vec<[NodeId; 2]> = Vec::new();
        // Blocks of one type stand where the first of them does.
        let mut lists: Vec<(String, NodeId, Vec<NodeId>)> = Vec::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let key = self.range(attribute.key.span());
                    let key = self.builder.scalar(attribute.key.as_str(), true, key)?;
                    let span = attribute.value.span().unwrap_or_default();
                    let text = self.body.get(span.clone()).unwrap_or_default();
                    let value = Value::Scalar { text, quoted: true };
                    let range = (span.start + self.skipped, span.end + self.skipped);
                    let tag = Some(EXPRESSION);
                    pairs.push([key, self.builder.push(value, range, tag)?]);
                }
                Structure::Block(block) => {
                    let item = self.block(block)?;
                    let name = block.ident.as_str();
                    if let Some((_, _, items)) = lists.iter_mut().find(|(key, ..)| key == name) {
                        items.push(item);
                        continue;
                    }
                    let range = self.range(block.ident.span());
                    let key = self.builder.scalar(name, true, range)?;
                    let tag = Some(BLOCKS);
                    let list = self.builder.push(Value::Sequence(&[]), range, tag)?;
                    pairs.push([key, list]);
                    lists.push((name.to_owned(), list, vec![item]));
                }
            }
        }
        for (_, list, items) in lists {
            let start = self.builder.span(list).map_or(0, |span| span.end);
            self.builder
                .finish(list, Value::Sequence(&items), start as usize)?;
        }
        self.builder.finish(id, Value::Mapping(&pairs), range.1)?;
        Ok(id)
    }

    fn block(&mut self, block: &Block) -> Result<NodeId, Stop> {
        let range = self.range(block.span());
        let id = self.builder.push(Value::Mapping(&[]), range, None)?;
        let mut labels = Vec::new();
        for label in &block.labels {
            let span = self.range(label.span());
            labels.push(self.builder.scalar(label.as_str(), true, span)?);
        }
        let key = self.builder.scalar("labels", true, (range.0, range.0))?;
        let labels = self.builder.push(Value::Sequence(&labels), range, None)?;
        let inner = self.builder.scalar("body", true, (range.0, range.0))?;
        let span = block
            .body
            .span()
            .map_or(range, |span| self.range(Some(span)));
        let body = self.content(&block.body, span)?;
        let pairs = [[key, labels], [inner, body]];
        self.builder.finish(id, Value::Mapping(&pairs), range.1)?;
        Ok(id)
    }

    /// Bytes of the file.
    fn range(&self, span: Option<std::ops::Range<usize>>) -> (usize, usize) {
        let span = span.unwrap_or_default();
        (span.start + self.skipped, span.end + self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::View;

    fn reading(text: &str) -> Reading {
        read(FileId(0), text, &Limits::default())
    }

    #[test]
    fn blocks_and_attributes_become_a_tree() {
        let text = "# spof: x\nlocals {\n  a = 1 + 2\n}\nresource \"t\" \"n\" {\n  b = [var.x]\n}\n\
                    resource t m {}\n";
        let reading = reading(text);
        let document = reading.documents.first().unwrap();
        let root = document.root();
        let local = root.get("locals").unwrap();
        assert_eq!(local.tag(), Some(BLOCKS));
        let local = local.items().next().unwrap().path(&["body", "a"]).unwrap();
        assert_eq!(
            (local.as_str(), local.tag()),
            (Some("1 + 2"), Some(EXPRESSION))
        );
        assert_eq!(&text[local.span().range()], "1 + 2");
        let resources: Vec<View<'_>> = root.get("resource").unwrap().items().collect();
        assert_eq!(resources.len(), 2);
        let labels = resources[1].get("labels").unwrap();
        let labels: Vec<_> = labels.items().filter_map(View::as_str).collect();
        assert_eq!(labels, ["t", "m"]);
        assert_eq!(&*document.comments[0].text, " spof: x");
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let reading = reading("a = 1\nb = = 2\n");
        assert!(reading.documents.is_empty());
        let problem = reading.problems.first().unwrap();
        assert!(
            problem.message.starts_with("this is not valid HCL: "),
            "{}",
            problem.message
        );
        assert_eq!(problem.span.start, 10);
    }

    #[test]
    fn hostile_files_are_refused_in_time() {
        let deep = |open: &str, close: &str| {
            format!("a = {}1{}\n", open.repeat(9_000), close.repeat(9_000))
        };
        for text in [
            deep("[", "]"),
            deep("(", ")"),
            deep("\"${", "}\""),
            deep("x ? 1 : ", ""),
            deep("!", ""),
            deep("f(", ")"),
            format!("a = 1{}\n", "+1".repeat(90_000)),
            format!("{}{}", "a {\n".repeat(9_000), "}\n".repeat(9_000)),
            format!("a = {{\n{}}}\n", "b = 1\n".repeat(90_000)),
            "a = <<X\n".repeat(9_000),
            "a = \"".repeat(90_000),
        ] {
            let reading = reading(&text);
            assert_eq!(reading.documents.len(), 0);
            assert_eq!(reading.unread.len(), 1);
        }
        let long = format!("a = x{}\n", ".y".repeat(100_000));
        assert_eq!(reading(&long).documents.len(), 1);
    }
}
