//! JSON, with comments and trailing commas, by the scanner of `jsonc-parser`. The only file that
//! names that crate. A file may hold several objects or lists, each beginning on a line of its own
//! (JSON lines, what log and trace collectors write): each is one document.
//!
//! The scanner gives tokens; the tree is built here with an own stack, so nesting can't overflow
//! the thread's, and limits stop a hostile document early.

use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::build::{Builder, MOST_PROBLEMS, Stop, character_at, refuse};
use super::problem::UnreadReason;
use super::tree::{Comment, Document, NodeId, Value};
use super::{FileId, Limits, Reading, Span};
use crate::message;

/// Reads the documents of `text`, which is the content of `file`. The first broken one ends it; of
/// JSON lines the lines after it are read all the same, each by itself.
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    let mut from = read_from(file, text, 0, text.len(), limits, &mut reading);
    while let Some(start) = from {
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let shown = line.trim_end();
        let whole = (shown.starts_with('{') && shown.ends_with('}'))
            || (shown.starts_with('[') && shown.ends_with(']'));
        if whole && reading.unread.len() < MOST_PROBLEMS {
            let _ = read_from(file, text, start, start + line.len(), limits, &mut reading);
        }
        from = Some(start + line.len()).filter(|next| *next < text.len());
    }
    reading
}

/// Reads the documents between two places of a text. Out comes where to go on after a mistake, if
/// each document has a line of its own.
fn read_from(
    file: FileId,
    text: &str,
    start: usize,
    end: usize,
    limits: &Limits,
    reading: &mut Reading,
) -> Option<usize> {
    let text = text.get(..end).unwrap_or(text);
    let body = text.get(start..).unwrap_or_default();
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    let logged = is_logged(body);
    let body = if logged { after_log(body) } else { body };
    let mut reader = Reader {
        file,
        text,
        logged,
        skipped: text.len() - body.len(),
        scanner: Scanner::new(body, &STRICT),
        builder: Builder::new(file, limits),
        children: Vec::new(),
        comments: Vec::new(),
        begun: start,
        reading: std::mem::take(reading),
    };
    let ended = reader.documents();
    let begun = reader.begun;
    *reading = reader.reading;
    match ended {
        Ok(()) => {}
        Err(Failure::Syntax(message, span)) => {
            let message = message!("this is not valid JSON: {message}", message);
            refuse(reading, span, UnreadReason::Broken, message);
            return after_line(text, begun);
        }
        Err(Failure::Limit(stop, span)) => {
            let message = stop.message(limits);
            refuse(reading, span, UnreadReason::OverLimit, message);
        }
        Err(Failure::Many(span)) => {
            let message = message!(
                "the file has more than {documents} documents",
                documents = limits.documents
            );
            refuse(reading, span, UnreadReason::OverLimit, message);
        }
    }
    None
}

/// Where the line after that of a broken document begins, if this may be one of JSON lines: it
/// begins an object and goes on. (A file of one object has its `{` alone, or ends with the line.)
fn after_line(text: &str, begun: usize) -> Option<usize> {
    let line_at = text.get(..begun)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_at..)?.split_inclusive('\n').next()?;
    let next = line_at + line.len();
    let object = line.starts_with('{') && line.trim_end().len() > 1;
    (object && next < text.len()).then_some(next)
}

/// Whether this is what `terraform show -json` printed, which CI systems keep with lines of their
/// own before and after: `[command]/bin/terraform show -json`, `%0A`, `::set-output ...`.
fn is_logged(text: &str) -> bool {
    let has = |key| text.contains(key);
    has("\"terraform_version\"") && has("\"format_version\"")
}

/// The text from the first line that begins an object, if only a few lines that are no JSON stand
/// before it.
fn after_log(text: &str) -> &str {
    const LINES: usize = 20;
    let mut rest = text;
    for line in text.split_inclusive('\n').take(LINES) {
        let begins = line.trim_start();
        if begins.starts_with('{') {
            return rest;
        }
        let letter = |c: char| c.is_alphabetic() || c == ':';
        let is_log = begins.is_empty() || begins.trim_start_matches('[').starts_with(letter);
        if !is_log {
            break;
        }
        rest = rest.get(line.len()..).unwrap_or_default();
    }
    text
}

/// Whether what follows a value is a log's, not more of a broken document.
fn is_log(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    let on_new_line = rest.len() > trimmed.len()
        && rest
            .get(..rest.len() - trimmed.len())
            .is_some_and(|blank| blank.contains('\n'));
    let letter = |c: char| c.is_alphabetic() || c == ':';
    trimmed.is_empty()
        || trimmed.starts_with("%0A")
        || trimmed.starts_with("::")
        || (on_new_line && trimmed.trim_start_matches('[').starts_with(letter))
}

/// JSON's own scalars; of its extensions only comments and trailing commas are read.
const STRICT: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

enum Failure {
    Syntax(String, Span),
    Limit(Stop, Span),
    /// More documents than allowed.
    Many(Span),
}

/// A collection whose end has not come yet.
struct Open {
    id: NodeId,
    mapping: bool,
    /// Where its items, or keys and values in turn, begin among those of all open ones.
    from: usize,
}

/// What may come next inside a collection.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    /// A value or key, or the end of the collection.
    ItemOrEnd,
    /// `:` after a key.
    Colon,
    /// The value of a key.
    Value,
    /// `,` or the end of the collection.
    CommaOrEnd,
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    /// Lines of a log may stand around the value.
    logged: bool,
    /// Bytes before what the scanner sees: a byte-order mark, lines of a log.
    skipped: usize,
    /// Where the document that is read begins.
    begun: usize,
    scanner: Scanner<'t>,
    builder: Builder<'t>,
    /// The children of all open collections, those of the innermost last.
    children: Vec<NodeId>,
    comments: Vec<Comment>,
    reading: Reading,
}

impl<'t> Reader<'t> {
    /// All values of the text, each a document.
    fn documents(&mut self) -> Result<(), Failure> {
        let mut next = self.token()?;
        while let Some(token) = next {
            let index = self.reading.documents.len();
            let start = self.range().0;
            self.begun = start;
            if index >= self.builder.limits.documents {
                let (from, to) = self.range();
                return Err(Failure::Many(Span::new(self.file, from, to)));
            }
            let root = self.value_to_end(token)?;
            let end = self.range().1;
            let is_last = self.logged && is_log(self.text.get(end..).unwrap_or_default());
            next = if is_last { None } else { self.token()? };
            if next
                .as_ref()
                .is_some_and(|token| !self.begins_another(token))
            {
                let at = self.range().0;
                return Err(self.syntax("there is more text after the end of the value".into(), at));
            }
            let whole = Span::new(self.file, start, end);
            self.children.clear();
            let tree = self.builder.tree(root);
            self.reading.documents.push(Document {
                file: self.file,
                index: u32::try_from(index).unwrap_or(u32::MAX),
                tree: tree.map_err(|stop| Failure::Limit(stop, whole))?,
                comments: std::mem::take(&mut self.comments),
            });
        }
        Ok(())
    }

    /// Whether the current token, which follows a whole value, begins another document: an object
    /// or a list that is the first of its line. Anything else there is a mistake.
    fn begins_another(&self, token: &Token<'t>) -> bool {
        let before = self.text.get(..self.range().0).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        matches!(token, Token::OpenBrace | Token::OpenBracket) && line.trim().is_empty()
    }

    /// The value that begins with `token`, read to its end.
    fn value_to_end(&mut self, token: Token<'t>) -> Result<NodeId, Failure> {
        let mut open = Vec::new();
        let root = self.value(token, &mut open)?;
        let mut expect = Expect::ItemOrEnd;
        while let Some(top) = open.last().map(|top: &Open| (top.mapping, top.id)) {
            let Some(token) = self.token()? else {
                let start = self.builder.span(top.1).map_or(0, |span| span.start);
                let what = if top.0 { "object" } else { "array" };
                let message = format!("this {what} is never closed");
                return Err(self.syntax(message, start as usize));
            };
            expect = self.step(token, top.0, expect, &mut open)?;
        }
        Ok(root)
    }

    /// Takes one token inside the innermost open collection.
    fn step(
        &mut self,
        token: Token<'t>,
        mapping: bool,
        expect: Expect,
        open: &mut Vec<Open>,
    ) -> Result<Expect, Failure> {
        let closes = match token {
            Token::CloseBrace => mapping,
            Token::CloseBracket => !mapping,
            _ => false,
        };
        match expect {
            Expect::ItemOrEnd | Expect::CommaOrEnd if closes => {
                self.close(open)?;
                return Ok(Expect::CommaOrEnd);
            }
            Expect::CommaOrEnd if token == Token::Comma => return Ok(Expect::ItemOrEnd),
            Expect::Colon if token == Token::Colon => return Ok(Expect::Value),
            Expect::ItemOrEnd if mapping => {
                if let Token::String(text) = token {
                    let range = self.range();
                    let key = self.builder.scalar(text, true, range);
                    let key = key.map_err(|stop| self.limit(stop))?;
                    self.children.push(key);
                    return Ok(Expect::Colon);
                }
            }
            Expect::ItemOrEnd | Expect::Value => {
                let depth = open.len();
                self.value(token, open)?;
                let entered = open.len() > depth;
                return Ok(if entered {
                    Expect::ItemOrEnd
                } else {
                    Expect::CommaOrEnd
                });
            }
            Expect::Colon | Expect::CommaOrEnd => {}
        }
        let wanted = match (expect, mapping) {
            (Expect::Colon, _) => "`:` after the key",
            (Expect::Value, _) => "a value",
            (Expect::ItemOrEnd, true) => "a key in double quotes or `}`",
            (Expect::ItemOrEnd, false) => "a value or `]`",
            (Expect::CommaOrEnd, true) => "`,` or `}`",
            (Expect::CommaOrEnd, false) => "`,` or `]`",
        };
        let at = self.range().0;
        Err(self.syntax(format!("expected {wanted} here"), at))
    }

    /// Adds the value that begins with `token`; a collection is left open.
    fn value(&mut self, token: Token<'t>, open: &mut Vec<Open>) -> Result<NodeId, Failure> {
        let range = self.range();
        let mapping = token == Token::OpenBrace;
        let node = match token {
            Token::String(text) => self.builder.scalar(text, true, range),
            Token::Number(text) => self.builder.scalar(text, false, range),
            Token::Boolean(yes) => {
                let text = if yes { "true" } else { "false" };
                self.builder.scalar(text, false, range)
            }
            Token::Null => self.builder.scalar("null", false, range),
            Token::OpenBrace | Token::OpenBracket => {
                if open.len() >= self.builder.limits.depth {
                    return Err(self.limit(Stop::Depth));
                }
                let id = self.builder.push(Value::Sequence(&[]), range, None);
                let id = id.map_err(|stop| self.limit(stop))?;
                self.children.push(id);
                let from = self.children.len();
                open.push(Open { id, mapping, from });
                return Ok(id);
            }
            _ => return Err(self.syntax("expected a value here".into(), range.0)),
        };
        let id = node.map_err(|stop| self.limit(stop))?;
        self.children.push(id);
        Ok(id)
    }

    fn close(&mut self, open: &mut Vec<Open>) -> Result<(), Failure> {
        let Some(open) = open.pop() else {
            return Ok(());
        };
        let end = self.range().1;
        let children = self.children.get(open.from..).unwrap_or_default();
        let value = if open.mapping {
            let pairs = children.as_chunks().0;
            self.builder
                .report_duplicates(pairs, &mut self.reading.problems);
            Value::Mapping(pairs)
        } else {
            Value::Sequence(children)
        };
        let finished = self.builder.finish(open.id, value, end);
        self.children.truncate(open.from);
        finished.map_err(|stop| self.limit(stop))
    }

    /// The next token that is no comment.
    fn token(&mut self) -> Result<Option<Token<'t>>, Failure> {
        loop {
            let token = self.scanner.scan().map_err(|error| {
                let at = error.range().start + self.skipped;
                self.syntax(describe(error.kind()), at)
            })?;
            let Some(Token::CommentLine(text) | Token::CommentBlock(text)) = token else {
                return Ok(token);
            };
            let (start, end) = self.range();
            self.comments.push(Comment {
                text: text.into(),
                span: Span::new(self.file, start, end),
            });
        }
    }

    /// Bytes of the current token in the whole text.
    fn range(&self) -> (usize, usize) {
        let start = self.scanner.token_start() + self.skipped;
        (start, (self.scanner.token_end() + self.skipped).max(start))
    }

    fn limit(&self, stop: Stop) -> Failure {
        let (start, end) = self.range();
        Failure::Limit(stop, Span::new(self.file, start, end))
    }

    fn syntax(&self, message: String, at: usize) -> Failure {
        let (start, end) = character_at(self.text, at);
        Failure::Syntax(message, Span::new(self.file, start, end))
    }
}

/// What the scanner found wrong with a token.
fn describe(kind: &ParseErrorKind) -> String {
    match kind {
        ParseErrorKind::String(_) => "this string is not closed or has a wrong escape".into(),
        ParseErrorKind::UnterminatedCommentBlock => "this comment is never closed".into(),
        ParseErrorKind::SingleQuotedStringsNotAllowed => "strings need double quotes".into(),
        _ => "expected a value here".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str, limits: &Limits) -> (usize, Vec<String>) {
        let reading = read(FileId(0), text, limits);
        let problems = reading
            .problems
            .into_iter()
            .map(|problem| problem.message.into());
        (reading.documents.len(), problems.collect())
    }

    #[test]
    fn each_line_may_hold_a_document() {
        let limits = Limits::default();
        let (count, problems) = kinds("{\"a\": 1}\n{\"b\": 2} // c\n  [1,\n 2]\n\n{}\n", &limits);
        assert_eq!((count, problems), (4, Vec::new()));
        let reading = read(FileId(0), "{}\n{\"a\": 1}", &limits);
        let last = reading.documents.last().unwrap();
        assert_eq!((last.index, last.root().span().range()), (1, 3..11));
    }

    #[test]
    fn what_stands_behind_a_value_on_its_line_is_a_mistake() {
        for text in ["{} {}", "{}\n1", "{}}", "[]\n\"a\"", "1 2"] {
            let (_, problems) = kinds(text, &Limits::default());
            let [one] = problems.as_slice() else {
                panic!("{text}")
            };
            assert!(one.contains("more text after"), "{one}");
        }
    }

    #[test]
    fn lines_after_a_broken_one_are_read() {
        let read = |text: &str| {
            let reading = read(FileId(0), text, &Limits::default());
            let seen = reading.documents.iter().map(|document| {
                let span = document.root().span();
                (document.index, text[span.range()].to_owned())
            });
            (seen.collect::<Vec<_>>(), reading.unread.len())
        };
        let text = "{\"a\": 1}\n{\"b\": [\n{\"c\": 3}\n\nnot this\n{\"d\": }\n{\"e\": 5}";
        let (seen, wrong) = read(text);
        let own = |at: u32, text: &str| (at, text.to_owned());
        assert_eq!(
            seen,
            [
                own(0, "{\"a\": 1}"),
                own(1, "{\"c\": 3}"),
                own(2, "{\"e\": 5}")
            ]
        );
        assert_eq!(wrong, 2);
        // One object over several lines: what stands in it is not read by itself.
        let (seen, wrong) = read("{\n\"a\": [\n{\"b\": 1}\n]\n");
        assert_eq!((seen.len(), wrong), (0, 1));
    }

    #[test]
    fn documents_before_a_broken_one_are_kept() {
        let (count, problems) = kinds("{\"a\": 1}\n{\"b\": ", &Limits::default());
        assert_eq!((count, problems.len()), (1, 1));
        let few = Limits {
            documents: 2,
            ..Limits::default()
        };
        let (count, problems) = kinds("{}\n{}\n{}\n", &few);
        assert_eq!(count, 2);
        assert!(
            problems[0].contains("more than 2 documents"),
            "{problems:?}"
        );
    }
}
