//! TOML, by `toml_edit`. The only file that names that crate.
//!
//! Keys stand at their first occurrence: the `a` of `[a.b]` and a later `[a.c]` is one node. A
//! key defined twice is an error of the format, so it makes the document unreadable.

use toml_edit::{Document as Toml, Item, Key, TableLike, Value as TomlValue};

use super::build::{Builder, Stop, character_at, refuse};
use super::problem::UnreadReason;
use super::sniff::string_end;
use super::tree::{Comment, Document, NodeId, Value};
use super::{FileId, Limits, Reading, Span};
use crate::message;

/// Largest TOML file. No real one comes near it; the parser's memory is many times the text's.
const MOST_BYTES: usize = 8 << 20;

/// Most `[table]` headers: the parser's time grows with their square.
const MOST_TABLES: usize = 5_000;

/// Reads the document of `text`, which is the content of `file`.
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    let whole = Span::new(file, 0, text.len());
    if text.len() > MOST_BYTES {
        let message = message!(
            "a TOML file may have {MOST_BYTES} bytes at most",
            MOST_BYTES
        );
        refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        return reading;
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let swept = sweep(body, limits.depth);
    if let Some(at) = swept.too_deep {
        let (start, end) = character_at(text, at + skipped);
        let message = Stop::Depth.message(limits);
        let span = Span::new(file, start, end);
        refuse(&mut reading, span, UnreadReason::OverLimit, message);
        return reading;
    }
    if swept.tables > MOST_TABLES {
        let message = message!(
            "a TOML file may have {MOST_TABLES} `[table]` headers at most",
            MOST_TABLES
        );
        let help = message!("write them as `[[list]]`, or give the file as YAML");
        refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        for problem in &mut reading.problems {
            problem.help = Some(help.clone());
        }
        return reading;
    }
    let content = match Toml::parse(body) {
        Ok(content) => content,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start) + skipped;
            let (start, end) = character_at(text, at);
            // Only the first line: the rest may quote the input.
            let message = error.message().lines().next().unwrap_or("syntax error");
            let message = message!("this is not valid TOML: {message}", message);
            let span = Span::new(file, start, end);
            refuse(&mut reading, span, UnreadReason::Broken, message);
            return reading;
        }
    };
    if content.as_table().is_empty() {
        return reading;
    }
    let mut reader = Reader {
        body,
        skipped,
        builder: Builder::new(file, limits),
    };
    let root = reader.table(content.as_table(), Some(0..body.len()), 1);
    match root.and_then(|root| reader.builder.tree(root)) {
        Ok(tree) => {
            let comments = swept.comments.into_iter().map(|range| Comment {
                text: body.get(range.start + 1..range.end).unwrap_or("").into(),
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

type Bytes = std::ops::Range<usize>;

struct Reader<'t> {
    body: &'t str,
    /// Bytes before `body` in the file: a byte-order mark.
    skipped: usize,
    builder: Builder<'t>,
}

impl Reader<'_> {
    /// Adds a table. Its span is what is written of it: its header and all of its entries.
    fn table(
        &mut self,
        table: &dyn TableLike,
        written: Option<Bytes>,
        depth: usize,
    ) -> Result<NodeId, Stop> {
        let id = self.begin(written.as_ref(), depth)?;
        let mut hull = written;
        let mut pairs = Vec::new();
        for (name, item) in table.iter() {
            let at = table.key(name).and_then(Key::span);
            let at = at.or_else(|| item.span()).unwrap_or(0..0);
            let range = self.range(&at);
            let key = self.builder.scalar(name, self.is_quoted(&at), range)?;
            let value = self.item(item, depth + 1)?;
            hull = Some(join(hull, at));
            hull = Some(join(hull, self.bytes_of(value)));
            pairs.push([key, value]);
        }
        self.close(id, Value::Mapping(&pairs), hull)?;
        Ok(id)
    }

    fn item(&mut self, item: &Item, depth: usize) -> Result<NodeId, Stop> {
        match item {
            Item::None => self.builder.scalar("", false, self.range(&(0..0))),
            Item::Value(value) => self.value(value, depth),
            Item::Table(table) => self.table(table, table.span(), depth),
            Item::ArrayOfTables(tables) => {
                let id = self.begin(tables.span().as_ref(), depth)?;
                let mut hull = tables.span();
                let mut items = Vec::new();
                for table in tables {
                    let item = self.table(table, table.span(), depth + 1)?;
                    hull = Some(join(hull, self.bytes_of(item)));
                    items.push(item);
                }
                self.close(id, Value::Sequence(&items), hull)?;
                Ok(id)
            }
        }
    }

    fn value(&mut self, value: &TomlValue, depth: usize) -> Result<NodeId, Stop> {
        let span = value.span().unwrap_or(0..0);
        match value {
            TomlValue::String(text) => {
                let range = self.range(&span);
                self.builder.scalar(text.value().as_str(), true, range)
            }
            TomlValue::Array(array) => {
                let id = self.begin(Some(&span), depth)?;
                let mut items = Vec::with_capacity(array.len());
                for item in array {
                    items.push(self.value(item, depth + 1)?);
                }
                self.close(id, Value::Sequence(&items), Some(span))?;
                Ok(id)
            }
            TomlValue::InlineTable(table) => self.table(table, Some(span), depth),
            // Numbers, booleans and dates stay as they are written.
            _ => {
                let range = self.range(&span);
                let text = self.body.get(span).unwrap_or("");
                self.builder.scalar(text, false, range)
            }
        }
    }

    fn begin(&mut self, written: Option<&Bytes>, depth: usize) -> Result<NodeId, Stop> {
        if depth > self.builder.limits.depth {
            return Err(Stop::Depth);
        }
        let range = written.map_or((self.skipped, self.skipped), |written| self.range(written));
        self.builder.push(Value::Sequence(&[]), range, None)
    }

    fn close(&mut self, id: NodeId, value: Value<'_>, hull: Option<Bytes>) -> Result<(), Stop> {
        let range = self.range(&hull.unwrap_or(0..0));
        self.builder.finish_at(id, value, range)
    }

    /// Byte range in the file, on character boundaries.
    fn range(&self, bytes: &Bytes) -> (usize, usize) {
        let within = |at: usize| self.body.floor_char_boundary(at.min(self.body.len()));
        let start = within(bytes.start);
        (
            start + self.skipped,
            within(bytes.end).max(start) + self.skipped,
        )
    }

    fn bytes_of(&self, id: NodeId) -> Bytes {
        self.builder.span(id).map_or(0..0, |span| {
            let bytes = span.range();
            bytes.start - self.skipped..bytes.end - self.skipped
        })
    }

    fn is_quoted(&self, at: &Bytes) -> bool {
        let first = self.body.as_bytes().get(at.start);
        matches!(first, Some(b'"' | b'\''))
    }
}

fn join(hull: Option<Bytes>, more: Bytes) -> Bytes {
    hull.map_or(more.clone(), |hull| {
        hull.start.min(more.start)..hull.end.max(more.end)
    })
}

/// What one pass over the text finds.
struct Swept {
    comments: Vec<Bytes>,
    /// Headers like `[a.b]`.
    tables: usize,
    /// Where brackets or dots nest deeper than allowed.
    too_deep: Option<usize>,
}

/// Finds comments and too deep nesting without the parser: it drops the first and answers the
/// second with an error that has no place. O(bytes).
fn sweep(text: &str, depth: usize) -> Swept {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let (mut brackets, mut dots, mut tables) = (0_usize, 0_usize, 0_usize);
    let mut line_begins = true;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => {
                let rest = bytes.get(at..).unwrap_or(&[]);
                let end = rest.iter().position(|byte| *byte == b'\n');
                let end = at + end.unwrap_or(rest.len());
                let text_end = if bytes.get(end.wrapping_sub(1)) == Some(&b'\r') {
                    end - 1
                } else {
                    end
                };
                comments.push(at..text_end);
                at = end;
                continue;
            }
            b'"' | b'\'' => {
                at = string_end(bytes, at, *byte);
                continue;
            }
            b'[' | b'{' => {
                let single = *byte == b'[' && bytes.get(at + 1) != Some(&b'[');
                if line_begins && single && brackets == 0 {
                    tables += 1;
                }
                brackets += 1;
            }
            b']' | b'}' => brackets = brackets.saturating_sub(1),
            b'.' => dots += 1,
            b'\n' | b'=' | b',' => dots = 0,
            _ => {}
        }
        if brackets > depth || dots >= depth {
            return Swept {
                comments,
                tables,
                too_deep: Some(at),
            };
        }
        line_begins = *byte == b'\n' || (line_begins && byte.is_ascii_whitespace());
        at += 1;
    }
    Swept {
        comments,
        tables,
        too_deep: None,
    }
}
